/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-application.h"

G_BEGIN_DECLS

/* A window with one project, or the start page. Closing it ends its job cleanly first. */

#define MIEN_TYPE_WINDOW (mien_window_get_type ())
G_DECLARE_FINAL_TYPE (MienWindow, mien_window, MIEN, WINDOW, AdwApplicationWindow)

MienWindow *mien_window_new      (MienApplication *application);
/* Opens the project, or says why not. */
void        mien_window_open     (MienWindow      *self,
                                  const char      *path);
/* Of the project that is open or being opened, NULL: none. */
const char *mien_window_get_path (MienWindow      *self);

G_END_DECLS
