/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/*
 * Which key does what: one table. Letters, digits and the point go by their place on the keyboard
 * (AZERTY works without looking), and are labelled as the layout labels them; keys with a name (Return,
 * arrows ...) go by that.
 */

typedef struct
{
  const char *action;                      /* of the view: "review.confirm" ... */
  int         argument;                    /* of an action that takes one, else -1 */
  gboolean    repeats;                     /* acts again while the key is held */
} MienReviewKey;

/* NULL: the key means nothing here. Keys with Ctrl, Alt or Super never do. */
const MienReviewKey *mien_review_key_find  (guint            keyval,
                                            guint            keycode,
                                            GdkModifierType  state);
/* What is printed on the key for the action, for buttons: "Q", "1", "⏎"; NULL: it has none. */
char                *mien_review_key_label (GdkDisplay      *display,
                                            const char      *action,
                                            int              argument);

G_END_DECLS
