/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-agreement.h"
#include "mien-opinions.h"

G_BEGIN_DECLS

/*
 * Who agrees with whom: the figures of each two annotators on what both have answered. On units they are of all
 * units together, each compared with itself: what is observed and what is expected by chance are summed over the
 * units, as mien-agreement.h sums them over pairs of annotators.
 */

enum
{
  MIEN_PAIR_VALENCE,
  MIEN_PAIR_AROUSAL,
  MIEN_PAIR_EXPRESSION,
  MIEN_PAIR_UNITS,
  MIEN_PAIR_SCALES,
};

typedef struct
{
  guint32       annotators[2];             /* numbers of the caller's, the smaller one first */
  MienAgreement scales[MIEN_PAIR_SCALES];  /* n_annotators says nothing on units */
} MienPairFigures;

typedef struct _MienPairs MienPairs;

MienPairs *mien_pairs_new     (void);
void       mien_pairs_free    (MienPairs     *pairs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienPairs, mien_pairs_free)

/* What two annotators say of one item of one frame, frames of a video and items of a frame together. */
void       mien_pairs_add     (MienPairs     *pairs,
                               guint32        video,
                               guint32        frame,
                               MienItem       item,
                               const guint32  annotators[2],
                               const double  *values[2]);
/* By their numbers. Elements: MienPairFigures. NULL when there is no memory. */
GArray    *mien_pairs_measure (MienPairs     *pairs);

G_END_DECLS
