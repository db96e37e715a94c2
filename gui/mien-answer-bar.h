/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A probability as a bar, the threshold of its class as a tick. Says nothing to screen readers: the
 * button that it is in does. */
#define MIEN_TYPE_ANSWER_BAR (mien_answer_bar_get_type ())
G_DECLARE_FINAL_TYPE (MienAnswerBar, mien_answer_bar, MIEN, ANSWER_BAR, GtkWidget)

GtkWidget *mien_answer_bar_new (const GdkRGBA *color);
/* NaN: none. */
void       mien_answer_bar_set (MienAnswerBar *self,
                                double         probability,
                                double         threshold);

G_END_DECLS
