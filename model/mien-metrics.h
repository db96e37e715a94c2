/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * ABAW's metrics (METHOD.md section 3) over frames that carry the label. Sums in double.
 */

typedef struct
{
  bool   has_valence_arousal, has_expression, has_action_units;
  size_t n_frames;                 /* with any label */
  double ccc_valence, ccc_arousal;
  double expression_f1, expression_accuracy, expression_f1_of[8];
  double action_units_f1, action_units_f1_of[12];
  size_t expression_n_of[8];       /* frames labelled so; without any the F1 says nothing */
  size_t action_units_n_of[12];    /* frames in which it is present */
  double valence_arousal_p;        /* mean of the two CCC */
  double p_mtl;                    /* NaN unless all three tasks have labels */
  double score;                    /* mean of the tasks present, NaN without any */
} MienMetrics;

/* What is compared, frame by frame. */
typedef struct MienMetricsSums MienMetricsSums;

MienMetricsSums *mien_metrics_sums_new  (void);
void             mien_metrics_sums_free (MienMetricsSums *sums);
/* As new. */
void             mien_metrics_sums_clear (MienMetricsSums *sums);

/* valence NaN, expression -1, action unit -1: no label. predicted_expression 0 .. 7 (the argmax);
 * predicted action units 0 or 1 (probability above 0.5). */
void mien_metrics_add    (MienMetricsSums       *sums,
                          const float            valence_arousal[2],
                          int                    expression,
                          const int8_t           action_units[12],
                          const float            predicted_valence_arousal[2],
                          int                    predicted_expression,
                          const int8_t           predicted_action_units[12]);
/* As if all that was added to more had been added to sums. */
void mien_metrics_merge  (MienMetricsSums       *sums,
                          const MienMetricsSums *more);
void mien_metrics_finish (const MienMetricsSums *sums,
                          MienMetrics           *metrics);
