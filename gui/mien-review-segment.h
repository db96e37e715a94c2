/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-project-span.h"

G_BEGIN_DECLS

/*
 * A part of a video between two marks, to be given one answer. Marks are frame numbers of one video, so
 * that a segment may reach beyond what is on screen, and is of one split. Nothing here is stored: what a
 * segment would be given is told before, and only what a person gives is ever stored on it.
 */

typedef struct
{
  gint64  video;                           /* 0: nothing is marked */
  gint64  in, out;                         /* numbers, -1: not marked */
  GArray *frames;                          /* MienSpanFrame, NULL: not read yet */
} MienReviewSegment;

void      mien_review_segment_clear    (MienReviewSegment       *segment);
/* Marks of another video are dropped, and the other mark if it lies on the wrong side. */
void      mien_review_segment_mark     (MienReviewSegment       *segment,
                                        gint64                   video,
                                        gint64                   number,
                                        gboolean                 out);
gboolean  mien_review_segment_is_whole (const MienReviewSegment *segment);
/* The frame lies in it. */
gboolean  mien_review_segment_holds    (const MienReviewSegment *segment,
                                        const MienFrame         *frame);
/* Takes frames, MienSpanFrame; NULL: they are read anew. */
void      mien_review_segment_take     (MienReviewSegment       *segment,
                                        GArray                  *frames);
/* The ids of what an answer would be stored on, first that of the frame it is given to: those without a
 * picture, and those of which somebody said that there is no face, are left out. */
GArray   *mien_review_segment_targets  (const MienReviewSegment *segment,
                                        gint64                   frame);
/* How many there are, and how many of them a person has labelled already, in one of the given items, or
 * in any if none is given yet. 0: not read yet. */
guint     mien_review_segment_count    (const MienReviewSegment *segment,
                                        gint64                   frame,
                                        const MienLabels        *given,
                                        guint                   *labelled);

/* For people, translated. What is marked so far, beside the strip. */
char     *mien_review_segment_describe (const MienReviewSegment *segment,
                                        guint                    n_frames);
/* "Happiness on 14 frames, demo01 3–16" */
char     *mien_review_segment_describe_decision (const MienReviewSegment *segment,
                                                 const MienLabels        *labels,
                                                 const char              *video_name,
                                                 guint                    n_frames);

G_END_DECLS
