/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "mien-facs.h"

G_BEGIN_DECLS

/* What an answer is about, for a tooltip or a popover: its symbol large, its title, the muscles of a unit
 * or the units of an expression, what there is to see, and the key. */

typedef enum
{
  MIEN_ANSWER_TIP_EXPRESSION,
  MIEN_ANSWER_TIP_UNIT,
} MienAnswerTipKind;

/* key: NULL if it has none. */
GtkWidget *mien_answer_tip_new (MienAnswerTipKind kind,
                                const MienFacs   *facs,
                                const char       *title,
                                const char       *key);

G_END_DECLS
