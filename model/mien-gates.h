/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>

#include "mien-metrics.h"

/*
 * Whether a new model may take the place of the one in use: every figure of both on the same frames, their
 * difference, and how far that may be off. The interval is that of mien-resample.h, paired: a draw takes the
 * same videos for both models, so that what makes a video hard for either cancels out.
 *
 * There are 26 figures, and of so many some look bad by chance. So one decides, the score (P_MTL is three times
 * it). The other 24 warn, only beyond a margin, and have wider intervals, which hold together.
 */

enum
{
  MIEN_GATE_SCORE,
  MIEN_GATE_P_MTL,
  MIEN_GATE_CCC_VALENCE,
  MIEN_GATE_CCC_AROUSAL,
  MIEN_GATE_EXPRESSION_F1,
  MIEN_GATE_ACTION_UNITS_F1,
  MIEN_GATE_FIRST_EXPRESSION,      /* F1 of each of the eight */
  MIEN_GATE_FIRST_UNIT = MIEN_GATE_FIRST_EXPRESSION + 8,
  MIEN_GATE_COUNT = MIEN_GATE_FIRST_UNIT + 12,
};

/* A difference that nobody would keep an old model for. P_MTL is three times the score, and so is its margin. */
#define MIEN_GATE_MARGIN 0.02
/* How much wider: the normal quantile of 95 % shared by 24 (Bonferroni), 3.08, over that of 95 %, 1.96. */
#define MIEN_GATE_WIDER 1.57

typedef enum
{
  MIEN_VERDICT_UNKNOWN,            /* there is no interval */
  MIEN_VERDICT_BETTER,             /* it lies above 0 */
  MIEN_VERDICT_NO_WORSE,           /* above -margin */
  MIEN_VERDICT_UNCLEAR,            /* it reaches from below -margin to where the figure would not be worse */
  MIEN_VERDICT_WORSE,              /* below 0: score and P_MTL; below -margin: the others */
} MienVerdict;

typedef struct
{
  double      candidate, in_use;   /* NaN without labels: of a class, without a frame of it */
  double      difference;          /* candidate - in_use */
  double      interval[2];         /* 95 % of it: of score and P_MTL each, of all others together; NaN: none */
  MienVerdict verdict;
} MienGateFigure;

typedef struct
{
  size_t         n_frames, n_videos;           /* with labels */
  size_t         n_videos_better, n_videos_worse;   /* of these, by the score of the video alone */
  MienGateFigure figures[MIEN_GATE_COUNT];
} MienGates;

/* candidate[i], in_use[i]: what the two models answered on the same labelled frames of video i, which neither
 * has seen. There is no interval with fewer than MIEN_RESAMPLE_MIN_CLUSTERS videos with labels: of a task, for
 * its figures and for the score; with frames of a class, for the class. A draw without such labels has no such
 * figure. 0; 1: the frames of some video are not the same for both; -1: no memory. */
int         mien_gates_measure (const MienMetricsSums *const *candidate,
                                const MienMetricsSums *const *in_use,
                                size_t                        n_videos,
                                MienGates                    *gates);
/* "better", "no worse", "unclear", "worse", "unknown" */
const char *mien_verdict_id    (MienVerdict verdict);
