/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "mien-losses.h"

/*
 * The adaptive thresholds of METHOD.md section 5 (Li et al., 2022, Ada-CM), by expression:
 *
 *   T_c = max (0.8, mean (max p) x 0.97 / (1 + exp (-e)))
 *
 * over the labelled training rows (weak view, evaluation mode) that are answered right, after epoch
 * e = 1, 2, ...; 0.8 at the start and for a class with none right.
 *
 * The same rule by action unit, with max (p, 1 - p) over its labelled entries that are answered right,
 * and by its two sides: with p over those that are present, with 1 - p over those that are absent.
 * The same rule for valence and arousal, whose confidence is 1 - the distance between the points of two
 * weak views: over the labelled rows whose first point lies within 0.2 of the label, at least 0.95.
 */

typedef struct
{
  float expressions[8];
  float action_units[12];
  float present[12], absent[12];
  float valence_arousal;
} MienThresholds;

enum
{
  MIEN_N_THRESHOLDS = 8 + 3 * 12 + 1,
};

/* In the order of MienThresholds; counts: answered right. Starts at zero. */
typedef struct
{
  double sums[MIEN_N_THRESHOLDS];
  size_t counts[MIEN_N_THRESHOLDS];
} MienThresholdSums;

void   mien_thresholds_init   (MienThresholds          *thresholds);
/* One row of logits, and those of a second weak view or NULL. */
void   mien_thresholds_add    (MienThresholdSums       *sums,
                               const float             *outputs,
                               const float             *second,
                               const MienTarget        *target);
void   mien_thresholds_finish (const MienThresholdSums *sums,
                               int                      epoch,
                               MienThresholds          *thresholds);
/* 1 - the distance between the points, clamped to [-1, 1], of two views of a frame; the mean of the two
 * goes to point. */
double mien_point_confidence  (const float             *outputs,
                               const float             *second,
                               float                    point[2]);
