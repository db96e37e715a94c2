/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-review-answers.h"

G_BEGIN_DECLS

/*
 * What rarely goes together in one face: expressions, action units, valence and arousal. The rules are
 * data/consistency.json, the strongest first, each with its source. Soft: a hint explains, it never edits.
 *
 * A rule has two sides, "if" and "but". A side is an expression, units that are all present, units that are
 * all absent, or a bound of valence or arousal. What a person said counts; what the model says counts
 * where it means it (the probabilities of "meant") and may be seen.
 */

typedef struct _MienConsistency MienConsistency;

/* NULL with error: not such rules. */
MienConsistency *mien_consistency_new   (const char              *json,
                                         gssize                   length,
                                         GError                 **error);
void             mien_consistency_free  (MienConsistency         *rules);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienConsistency, mien_consistency_free)
/* Those of the program; borrowed. */
MienConsistency *mien_consistency_get_default (void);
guint            mien_consistency_n_rules (MienConsistency       *rules);

/* The strongest hint, translated; NULL: nothing strikes. doubtful, may be NULL: what to look at again,
 * the model's side rather than a person's. */
char            *mien_consistency_hint  (MienConsistency         *rules,
                                         const MienReviewAnswers *answers,
                                         const MienFrameView     *view,
                                         MienItem                *doubtful);

G_END_DECLS
