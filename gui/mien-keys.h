/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "mien-key-table.h"
#include "mien-key.h"

G_BEGIN_DECLS

/*
 * Which key does what, for this person: the table with what was changed in it, kept in the settings as
 * far as it differs. Needs no display.
 *
 * Signal: "changed".
 */

enum
{
  MIEN_KEYS_MAX = 8,                       /* of one action */
};

#define MIEN_TYPE_KEYS (mien_keys_get_type ())
G_DECLARE_FINAL_TYPE (MienKeys, mien_keys, MIEN, KEYS, GObject)

/* settings: NULL: nothing is kept. */
MienKeys            *mien_keys_new         (GSettings           *settings);
/* The one of this process, over org.mien.Mien; borrowed. */
MienKeys            *mien_keys_get_default (void);

/* What a press does; review: in the Review view, else anywhere. NULL: nothing. */
const MienKeyAction *mien_keys_find        (MienKeys            *self,
                                            const MienKeyPress  *press,
                                            gboolean             review);
const MienKey       *mien_keys_get         (MienKeys            *self,
                                            const MienKeyAction *action,
                                            guint               *n);
/* As GTK writes them, for gtk_application_set_accels_for_action. */
char               **mien_keys_get_accels  (MienKeys            *self,
                                            const MienKeyAction *action);
gboolean             mien_keys_is_default  (MienKeys            *self,
                                            const MienKeyAction *action);

/* The key that a press would give the action; FALSE: it cannot be one of its. */
gboolean             mien_keys_accept      (const MienKeyAction *action,
                                            const MienKeyPress  *press,
                                            MienKey             *key);
/* Another action that has this key already, NULL: none. */
const MienKeyAction *mien_keys_taken       (MienKeys            *self,
                                            const MienKeyAction *action,
                                            const MienKeyPress  *press);
/* Gives the key to the action and takes it from whoever had it. add: beside those it has. */
gboolean             mien_keys_assign      (MienKeys            *self,
                                            const MienKeyAction *action,
                                            const MienKeyPress  *press,
                                            gboolean             add);
/* No key at all. */
void                 mien_keys_clear       (MienKeys            *self,
                                            const MienKeyAction *action);
/* Its default keys, taken back from whoever has them. */
void                 mien_keys_reset       (MienKeys            *self,
                                            const MienKeyAction *action);
void                 mien_keys_reset_all   (MienKeys            *self);

/* Of its first key, NULL: it has none or is not in the table. */
char                *mien_keys_label       (MienKeys            *self,
                                            const char          *id,
                                            MienKeymap           keymap,
                                            gpointer             data);

G_END_DECLS
