/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "mien-keys.h"

G_BEGIN_DECLS

/* Waits for a key for one action, says who has it already, and takes it over if told to. */

#define MIEN_TYPE_KEY_DIALOG (mien_key_dialog_get_type ())
G_DECLARE_FINAL_TYPE (MienKeyDialog, mien_key_dialog, MIEN, KEY_DIALOG, AdwWindow)

GtkWidget *mien_key_dialog_new   (GtkWindow           *parent,
                                  const MienKeyAction *action);
/* As if it had been pressed while the dialog waits. */
void       mien_key_dialog_press (MienKeyDialog       *self,
                                  const MienKeyPress  *press);

G_END_DECLS
