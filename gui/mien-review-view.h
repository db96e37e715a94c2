/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-project.h"

G_BEGIN_DECLS

/*
 * The Review view: queue side bar, face, strip, the three answers, the buttons. A GtkWidget that the
 * window puts on its "review" page.
 *
 * Signals: "toast" (const char *text): something to say; "undone" is told this way too.
 * "need" (const char *what): an empty state's button: "import", "propose", "train".
 */

#define MIEN_TYPE_REVIEW_VIEW (mien_review_view_get_type ())
G_DECLARE_FINAL_TYPE (MienReviewView, mien_review_view, MIEN, REVIEW_VIEW, GtkWidget)

GtkWidget *mien_review_view_new         (void);
/* NULL: no project. Loads the queue and shows the first frame. */
void       mien_review_view_set_project (MienReviewView *self,
                                         MienProject    *project);
/* The frame on screen, 0: none; and goes to one (a segment of the strip, an undo elsewhere). */
gint64     mien_review_view_get_frame   (MienReviewView *self);
void       mien_review_view_show_frame  (MienReviewView *self,
                                         gint64          frame);
void       mien_review_view_undo        (MienReviewView *self);
void       mien_review_view_redo        (MienReviewView *self);

G_END_DECLS
