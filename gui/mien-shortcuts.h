/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "mien-keys.h"

G_BEGIN_DECLS

/* The window that lists every key as it is now, built anew from the table each time. */
GtkWidget *mien_shortcuts_new    (GtkWindow  *parent);
/* What it is built from: the description of a GtkShortcutsWindow "shortcuts". A family is one line with
 * the keys of all: "1...8". */
char      *mien_shortcuts_describe (MienKeys   *keys,
                                    MienKeymap  keymap,
                                    gpointer    data);

G_END_DECLS
