/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "mien-types.h"

G_BEGIN_DECLS

/*
 * One possible answer: an expression of the eight, or an action unit. Shows its symbol, its key, its name,
 * what the model says of it, and what a person says of it; these never look alike: the model's is an outline,
 * a person's is filled, "cannot tell" is hatched with a question mark.
 *
 * A tooltip, and for the keyboard a popover (Shift+F10, Menu), says what there is to see on a face.
 *
 * What it does when pressed is its action ("review.expression", "review.unit").
 */

#define MIEN_TYPE_ANSWER_BUTTON (mien_answer_button_get_type ())
G_DECLARE_FINAL_TYPE (MienAnswerButton, mien_answer_button, MIEN, ANSWER_BUTTON, GtkButton)

typedef struct
{
  MienAnswer given, stored;
  gboolean   given_yes, stored_yes;        /* of MIEN_ANSWER_VALUE: this class; present */
  MienSource source;                       /* of the stored one */
  gboolean   suggested;                    /* the model says: this class; present */
  double     probability;                  /* NaN: the model says nothing */
  double     threshold;                    /* NaN: none */
  gboolean   doubtful, aimed;
} MienAnswerLook;

GtkWidget *mien_answer_button_new_expression (guint                 expression);
GtkWidget *mien_answer_button_new_unit       (guint                 unit);
void       mien_answer_button_set_key        (MienAnswerButton     *self,
                                              const char           *key);
void       mien_answer_button_show           (MienAnswerButton     *self,
                                              const MienAnswerLook *look);

G_END_DECLS
