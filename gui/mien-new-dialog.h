/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Asks for a name and a folder and makes an empty project. Signal: "created" (const char *path). */

#define MIEN_TYPE_NEW_DIALOG (mien_new_dialog_get_type ())
G_DECLARE_FINAL_TYPE (MienNewDialog, mien_new_dialog, MIEN, NEW_DIALOG, AdwWindow)

GtkWidget *mien_new_dialog_new (GtkWindow *parent);

G_END_DECLS
