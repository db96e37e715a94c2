/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-types.h"

G_BEGIN_DECLS

/*
 * What "mienctl agreement --json" has printed: how far people agree with each other, with the model and with
 * themselves. Pure. A figure that is not there is NaN; so are both ends of an interval.
 */

typedef enum
{
  MIEN_FIGURE_KAPPA,                       /* of classes */
  MIEN_FIGURE_ALPHA,
  MIEN_FIGURE_CCC,                         /* of numbers */
  MIEN_FIGURE_ICC,
  MIEN_FIGURES,
} MienFigure;

/* Between people, on one scale. */
typedef struct
{
  MienTask task;
  char    *name;                           /* "valence", "expression", "Fear", "AU12": as it was printed */
  guint64  annotators, videos, frames;     /* of two people: answers that they share instead of frames */
  double   figures[MIEN_FIGURES], intervals[MIEN_FIGURES][2];
} MienPeopleShown;

typedef struct
{
  char      *names[2];
  GPtrArray *scales;                       /* MienPeopleShown */
} MienPairShown;

/* Two sets of answers: the first less the second. */
typedef struct
{
  MienTask task;
  char    *name;                           /* "valence", "expression", "action_units", "AU12" */
  guint64  answers[2];
  double   agreement[2];                   /* the share that is the same; of valence and arousal CCC */
  double   difference, interval[2];
  gboolean with_model;                     /* a drift that is held against the model's answers */
} MienContrastShown;

typedef struct
{
  char      *name;
  guint64    decisions;
  double     seconds;                      /* median of a decision */
  GPtrArray *drift;                        /* MienContrastShown: late answers and early ones */
} MienAnnotatorShown;

typedef struct
{
  GPtrArray *people;                       /* MienPeopleShown */
  GPtrArray *pairs;                        /* MienPairShown */
  GPtrArray *acceptance;                   /* MienContrastShown: the proposal in sight, and hidden */
  GPtrArray *annotators;                   /* MienAnnotatorShown, who came first is first */
} MienAgreementShown;

/* NULL: that is nothing which mienctl prints. */
MienAgreementShown *mien_agreement_parse (const char          *json);
void                mien_agreement_free  (MienAgreementShown  *agreement);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienAgreementShown, mien_agreement_free)

G_END_DECLS
