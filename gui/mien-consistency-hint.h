/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-consistency.h"
#include "mien-review-answers.h"

G_BEGIN_DECLS

/*
 * The rules of consistency against what is on the screen. A hint explains, it never edits. What the model
 * says counts only where it may be seen.
 */

/* The strongest hint, translated; NULL: nothing strikes. doubtful, may be NULL: what to look at again,
 * the model's side rather than a person's. */
char            *mien_consistency_hint  (const MienConsistency   *rules,
                                         const MienReviewAnswers *answers,
                                         const MienFrameView     *view,
                                         MienItem                *doubtful);

/* What a broken rule says, translated: "Happiness, but AU12 is absent. Look again?" */
char            *mien_consistency_say   (const MienConsistencyRule *rule,
                                         const MienRuleFound     *found);

G_END_DECLS
