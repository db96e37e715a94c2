/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/*
 * One process for all windows (org.mien.Mien): a file that is opened gets a window, or the one that has
 * it open already. Without a file the project that was open last comes back, else the start page.
 */

#define MIEN_TYPE_APPLICATION (mien_application_get_type ())
G_DECLARE_FINAL_TYPE (MienApplication, mien_application, MIEN, APPLICATION, AdwApplication)

GApplication *mien_application_new           (void);
GSettings    *mien_application_get_settings  (MienApplication *self);
/* Shows the project: in the window that has it, else in from if that has none (from may be NULL),
 * else in a new one. */
void          mien_application_open_path     (MienApplication *self,
                                              const char      *path,
                                              GtkWindow       *from);

G_END_DECLS
