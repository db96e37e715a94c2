/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-project.h"

G_BEGIN_DECLS

/*
 * The answers that a person is giving to one face, and what follows from them: what Enter would store,
 * what Space and J are about, what does not fit together. Pure functions; no widget, no clock.
 *
 * Three things are kept apart for every item: what is given now (here), the stored label and the
 * model's suggestion (both in the MienFrameView). The suggestion of a blind face is invisible to
 * everything here, so it cannot be confirmed unseen.
 */

typedef struct
{
  MienLabels given;                        /* MIEN_ANSWER_NONE: not given */
  MienItem   aim;                          /* touched last: what Space is about */
} MienReviewAnswers;

/* Frames that only measure are asked blind: METHOD.md's figures must not lean on the model. So are those of
 * the random share, and all where the annotator wants it so. */
gboolean  mien_review_is_blind            (const MienFrameView     *view);
/* FALSE: the model says nothing of the item, or is not to be heard. label may be NULL. */
gboolean  mien_review_suggestion          (const MienFrameView     *view,
                                           MienItem                 item,
                                           MienLabel               *label);
/* What holds for the item until something else is given: given, stored, suggested, in that order.
 * FALSE: nothing does. label may not be NULL. */
gboolean  mien_review_answers_effective   (const MienReviewAnswers *answers,
                                           const MienFrameView     *view,
                                           MienItem                 item,
                                           MienLabel               *label);

/* Nothing given; the aim is the first doubtful item. */
void      mien_review_answers_reset       (MienReviewAnswers       *answers,
                                           const MienFrameView     *view);
gboolean  mien_review_answers_is_empty    (const MienReviewAnswers *answers);

/* The same class again takes the answer back. */
void      mien_review_answers_expression  (MienReviewAnswers       *answers,
                                           guint                    expression);
/* Present, absent, cannot tell, not given, and round again. */
void      mien_review_answers_unit        (MienReviewAnswers       *answers,
                                           guint                    unit);
/* Absent at once; again takes it back. */
void      mien_review_answers_unit_absent (MienReviewAnswers       *answers,
                                           guint                    unit);
/* Valence and arousal, clamped and rounded to hundredths. */
void      mien_review_answers_point       (MienReviewAnswers       *answers,
                                           double                   valence,
                                           double                   arousal);
/* From the point that holds, or from the origin. */
void      mien_review_answers_move        (MienReviewAnswers       *answers,
                                           const MienFrameView     *view,
                                           double                   valence,
                                           double                   arousal);
/* The model's point. FALSE: it has none to take. */
gboolean  mien_review_answers_take_point  (MienReviewAnswers       *answers,
                                           const MienFrameView     *view);
/* "Cannot tell" for the aim; again takes it back. */
void      mien_review_answers_cannot_tell (MienReviewAnswers       *answers);
/* Aims at the next doubtful item that is not answered yet, in the order of the screen. */
gboolean  mien_review_answers_jump        (MienReviewAnswers       *answers,
                                           const MienFrameView     *view);

/* What Enter would store: everything given, and the suggestions for the items that were asked and
 * not answered. Never an item that nobody asked about. Returns their number. */
guint     mien_review_answers_collect     (const MienReviewAnswers *answers,
                                           const MienFrameView     *view,
                                           MienLabels              *labels);

/* For people, translated. "Happiness", "AU12", "no AU4", "AU6 cannot tell". */
char     *mien_review_describe_item       (MienItem                 item,
                                           const MienLabel         *label);
/* The first few, and how many more. Empty: nothing. */
char     *mien_review_describe            (const MienLabels        *labels);
/* The reason as far as it may be known before the answer; NULL: not in the queue. */
const char *mien_review_shown_reason      (const MienFrameView     *view);
/* The same for people: "uncertain: 0.46 under 0.80". */
char     *mien_review_describe_reason     (const MienFrameView     *view);

G_END_DECLS
