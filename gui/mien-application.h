/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/*
 * One process for all windows (org.mien.Mien): a file that is opened gets a window, or one that has it
 * open already; a second window on a project is opened from its first. Without a file the project that was open last comes back, else the start page.
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

/* Tells the desktop of something in a project, unless one of our windows is active; a click shows the
 * project. The next of that project replaces it. */
void          mien_application_notify        (MienApplication *self,
                                              const char      *title,
                                              const char      *body,
                                              const char      *path);
void          mien_application_withdraw      (MienApplication *self,
                                              const char      *path);

G_END_DECLS
