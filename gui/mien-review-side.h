/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-review-session.h"

G_BEGIN_DECLS

/*
 * The left side: what is in the queue and why, what was done today, the last decisions and what Ctrl+Z
 * would take back, and what would make the queue better (a model, proposals).
 *
 * Signals: "frame-activated" (gint64 frame): one of the last decisions. "need" (const char *what).
 */

#define MIEN_TYPE_REVIEW_SIDE (mien_review_side_get_type ())
G_DECLARE_FINAL_TYPE (MienReviewSide, mien_review_side, MIEN, REVIEW_SIDE, GtkWidget)

void       mien_review_side_show_summary (MienReviewSide           *self,
                                          const MienProjectSummary *summary);
/* The reason of the face on screen, NULL: none. */
void       mien_review_side_show_reason  (MienReviewSide           *self,
                                          const char               *reason);
/* Elements: MienReviewRecent, newest first. */
void       mien_review_side_show_recent  (MienReviewSide           *self,
                                          const GPtrArray          *recent);
/* What is needed for more to be suggested: "train", "propose", NULL: nothing. */
void       mien_review_side_show_need    (MienReviewSide           *self,
                                          const char               *need);

G_END_DECLS
