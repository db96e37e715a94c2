/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "mien-keys.h"

G_BEGIN_DECLS

/*
 * What the keyboard layout in use has printed on its keys. GDK does not say when the layout changes: it
 * is looked at when a window becomes active and with every key.
 *
 * Signal: "changed", also when the person's keys change: whoever shows a key shows it anew.
 */

#define MIEN_TYPE_KEY_LAYOUT (mien_key_layout_get_type ())
G_DECLARE_FINAL_TYPE (MienKeyLayout, mien_key_layout, MIEN, KEY_LAYOUT, GObject)

/* The one of the default display; borrowed. */
MienKeyLayout *mien_key_layout_get_default (void);
/* A key event: whether it is what the layout is believed to have there. */
void           mien_key_layout_look        (MienKeyLayout *self,
                                            GdkEvent      *event);
void           mien_key_layout_refresh     (MienKeyLayout *self);

/* MienKeymap; data: the layout. */
guint          mien_key_layout_map         (guint          keycode,
                                            int            level,
                                            gpointer       layout);
/* What stands on the key of an action, NULL: it has none. */
char          *mien_key_layout_label       (const char    *id);
/* "Retrain (Ctrl+R)"; without a key the text itself. */
char          *mien_key_layout_tooltip     (const char    *text,
                                            const char    *id);

G_END_DECLS
