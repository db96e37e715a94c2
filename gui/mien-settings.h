/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * The settings of the person, not of the project, and where a program that runs from the build folder
 * finds what an installed one has in the system's folders.
 */

/* org.mien.Mien; a schema beside the build folder's program counts too. */
GSettings *mien_settings_new           (void);
/* The name that decisions are recorded under: as set, else that of the user account. Always one that
 * a project takes. */
char      *mien_settings_dup_annotator (GSettings   *settings);
/* The file at that place as seen from the program's own folder, NULL if there is none. */
char      *mien_settings_beside        (const char  *relative);

G_END_DECLS
