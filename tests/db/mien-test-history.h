/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-test-project.h"

G_BEGIN_DECLS

/*
 * Projects that people have worked on, at random but the same for the same numbers, and what two of them
 * have in common written out.
 */

enum
{
  TEST_HISTORY_PEOPLE = 5,
};

/* Videos of all splits, frames with and without an image, a list, a model that has read some, imports. */
void         test_history_begin         (MienStore        *store);
/* So many steps of the first n_people: answers, of one frame and of many, skips, flags, notes, undoing and
 * redoing; imports, new frames, images that come later, models. */
void         test_history_work          (MienStore        *store,
                                         GRand            *random,
                                         guint             n_people,
                                         guint             n_steps);
/* All that has to be the same in whichever order copies were merged: frames, labels, events without their
 * models, notes, annotators, lists, counters and the clock, by names that hold in every copy. */
char        *test_history_dump          (MienStore        *store);
/* No event has two models in the two projects. */
void         test_history_same_models   (MienStore        *a,
                                         MienStore        *b);

G_END_DECLS
