/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-doubts.h"
#include "mien-proposals-private.h"

G_BEGIN_DECLS

/*
 * How doubts are found, kind by kind, and how the strongest of them are kept.
 */

/* mien-doubts-best.c: at most MIEN_DOUBTS_MAX doubts of a kind, the strongest ones. */
typedef struct
{
  GArray *heap;                            /* MienDoubt, the weakest on top */
} MienBestDoubts;

/* Negative: a comes before b in the list, the higher score, then the earlier frame. */
int         mien_doubt_compare      (const MienDoubt   *a,
                                     const MienDoubt   *b);
/* Nothing where the score is 0. */
void        mien_best_doubts_offer  (MienBestDoubts    *best,
                                     const MienDoubt   *doubt);

/* What the steps share. */
typedef struct
{
  MienStore      *store;
  GCancellable   *cancellable;
  guint           kinds, judged;
  MienModel      *model, *predecessor;     /* NULL: none, or not asked about */
  const MienConsistency *rules;
  MienBestDoubts  best[MIEN_DOUBT_KINDS];
  guint64         rows;                    /* that were looked at */
} MienDoubtSearch;

/* A step that looks at the cancellable now and then. */
MienStep    mien_doubts_step        (MienDoubtSearch   *search,
                                     MienStatement     *row,
                                     GError           **error);

/* A frame, what is labelled, and what the models say of it. */
typedef struct
{
  gint64          id;
  MienSplit       split;
  gboolean        has_labels, read, read_before;
  MienLabels      labels;
  MienPrediction  prediction, before;      /* of the model in use and of the predecessor */
} MienDoubtFrame;

/* mien-doubts-judge.c. What is usual in this project; index 0: training frames, 1: others. Pure. */
typedef struct
{
  double  expression[2][MIEN_EXPRESSION_COUNT];          /* sums of p (label), and how many */
  guint64 n_expression[2][MIEN_EXPRESSION_COUNT];
  double  units[2][MIEN_UNIT_COUNT][2];
  guint64 n_units[2][MIEN_UNIT_COUNT][2];
  double  points[2];                                     /* sums of squared distances */
  guint64 n_points[2];
  guint64 *broken, *judged;                              /* by rule */
} MienUsual;

void        mien_usual_add          (MienUsual             *usual,
                                     const MienDoubtSearch *search,
                                     const MienDoubtFrame  *frame);
/* Offers what is doubtful about the frame, of the kinds MODEL, PREDECESSOR and RULES. */
void        mien_doubts_judge       (MienDoubtSearch       *search,
                                     const MienUsual       *usual,
                                     const MienDoubtFrame  *frame);

/* mien-doubts-models.c: MODEL, PREDECESSOR and RULES, which follow from one frame and what is usual. */
gboolean    mien_doubts_find_by_frame (MienDoubtSearch *search,
                                       GError         **error);
/* mien-doubts-people.c */
gboolean    mien_doubts_find_people (MienDoubtSearch   *search,
                                     GError           **error);
/* mien-doubts-neighbours.c */
gboolean    mien_doubts_find_neighbours (MienDoubtSearch *search,
                                         GError         **error);

G_END_DECLS
