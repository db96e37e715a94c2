/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-project.h"

G_BEGIN_DECLS

/*
 * What the decisions of a sitting make of the strips that were read before they were stored. Moments are
 * numbers of the sitting that only grow: one for each reading that is asked for, and each change.
 */

typedef struct _MienReviewMarks MienReviewMarks;

MienReviewMarks *mien_review_marks_new    (void);
void             mien_review_marks_free   (MienReviewMarks     *marks);
/* labels: what was decided of the frame; known: those it had, NULL: not known. A decision over many frames
 * is added once for each. */
void             mien_review_marks_add    (MienReviewMarks     *marks,
                                           guint64              serial,
                                           gint64               frame,
                                           const MienLabels    *known,
                                           const MienLabels    *labels);
/* Onto a strip that was asked for at that moment. */
void             mien_review_marks_apply  (MienReviewMarks     *marks,
                                           MienFrameView       *view,
                                           guint64              asked_at);
/* FALSE: others have, or may have, a say in a label, so only another reading tells it. */
gboolean         mien_review_marks_stored (MienReviewMarks     *marks,
                                           guint64              serial,
                                           guint64              moment);
/* It was not stored. TRUE: strips show it. */
gboolean         mien_review_marks_remove (MienReviewMarks     *marks,
                                           guint64              serial);
/* What was stored before that moment. */
void             mien_review_marks_forget (MienReviewMarks     *marks,
                                           guint64              moment);

G_END_DECLS
