/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/*
 * The manual: pages that came with the program, in the browser of the desktop. Nothing is fetched.
 */

/* The file of a page below folder in the first of the languages that it is there in, else in English; a
 * view without a page has the first one. NULL: there is no manual in that folder. */
char *mien_manual_find              (const char         *folder,
                                     const char *const  *languages,
                                     const char         *page);
/* FALSE: no manual was installed. */
gboolean mien_manual_show           (GtkWindow          *window,
                                     const char         *page);

G_END_DECLS
