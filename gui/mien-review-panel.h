/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-review-answers.h"

G_BEGIN_DECLS

/*
 * The right side: the three answers, what does not fit, what Enter would store, and the buttons of a
 * decision. Everything it does is an action of the view ("review.…").
 *
 * Signal: "point" (double valence, double arousal): of the circumplex.
 */

#define MIEN_TYPE_REVIEW_PANEL (mien_review_panel_get_type ())
G_DECLARE_FINAL_TYPE (MienReviewPanel, mien_review_panel, MIEN, REVIEW_PANEL, GtkWidget)

/* view: NULL while no face is shown. */
void       mien_review_panel_show        (MienReviewPanel         *self,
                                          const MienFrameView     *view,
                                          const MienReviewAnswers *answers);
/* Enter is about that many frames, some of which a person has labelled already; 0: about this face alone.
 * Shown with the next face or answer. */
void       mien_review_panel_set_segment (MienReviewPanel         *self,
                                          guint                    n_frames,
                                          guint                    labelled);
/* Brings what Space is about into sight. */
void       mien_review_panel_reveal      (MienReviewPanel         *self,
                                          MienItem                 item);
/* Less room: a smaller circumplex, tighter rows. */
void       mien_review_panel_set_compact (MienReviewPanel         *self,
                                          gboolean                 compact);
/* The arrow keys belong to it. */
gboolean   mien_review_panel_is_on_point (MienReviewPanel         *self);

G_END_DECLS
