/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-agreement-pairs.h"
#include "mien-contrast.h"
#include "mien-opinions.h"

G_BEGIN_DECLS

/*
 * How far the people of a project agree with each other, with the model and with themselves. Only answers with a
 * value are compared; "cannot tell" is none.
 */

/* What people are compared on: valence, arousal, the expression, each expression against the rest, each unit. */
enum
{
  MIEN_SCALE_VALENCE,
  MIEN_SCALE_AROUSAL,
  MIEN_SCALE_EXPRESSION,
  MIEN_SCALE_FIRST_CLASS,
  MIEN_SCALE_FIRST_UNIT = MIEN_SCALE_FIRST_CLASS + MIEN_EXPRESSION_COUNT,
  MIEN_SCALE_COUNT = MIEN_SCALE_FIRST_UNIT + MIEN_UNIT_COUNT,
};

/* What answers are held against the model's, or early ones against late ones, on: of the first two CCC, of the
 * others the share that is the same. */
enum
{
  MIEN_CONTRAST_VALENCE,
  MIEN_CONTRAST_AROUSAL,
  MIEN_CONTRAST_EXPRESSION,
  MIEN_CONTRAST_UNITS,                     /* all units together */
  MIEN_CONTRAST_DRIFTS,
  MIEN_CONTRAST_FIRST_UNIT = MIEN_CONTRAST_DRIFTS,
  MIEN_CONTRAST_COUNT = MIEN_CONTRAST_FIRST_UNIT + MIEN_UNIT_COUNT,
};

typedef struct
{
  MienAnnotatorWork *work;
  /* The latest third of the annotator's answers and the earliest, held against those of others; where nobody
   * shares any of them, against the model's. */
  MienContrast       drift[MIEN_CONTRAST_DRIFTS];
  gboolean           with_others[MIEN_CONTRAST_DRIFTS];
} MienAnnotatorFigures;

typedef struct
{
  MienAgreement people[MIEN_SCALE_COUNT];
  GArray       *pairs;                     /* MienPairFigures, of annotators by their place below */
  MienContrast  acceptance[MIEN_CONTRAST_COUNT];    /* the model's proposal in sight, and hidden */
  GPtrArray    *annotators;                /* MienAnnotatorFigures, by who came first */
} MienAgreements;

/* Keeps the answers about frames that two people or more have answered; of all others, sums by video. */
MienAgreements *mien_agreements_measure (MienStore       *store,
                                         GError         **error);
void            mien_agreements_free    (MienAgreements  *agreements);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienAgreements, mien_agreements_free)

G_END_DECLS
