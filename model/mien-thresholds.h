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
 * e = 1, 2, ...; 0.8 at the start and for a class with none right. The same rule by action unit, with
 * max (p, 1 - p) over its labelled entries that are answered right.
 */

typedef struct
{
  float expressions[8];
  float action_units[12];
} MienThresholds;

typedef struct
{
  double sums[8 + 12];
  size_t counts[8 + 12];           /* answered right */
} MienThresholdSums;

void mien_thresholds_init   (MienThresholds          *thresholds);
/* One row of logits; sums start at zero. */
void mien_thresholds_add    (MienThresholdSums       *sums,
                             const float             *outputs,
                             const MienTarget        *target);
void mien_thresholds_finish (const MienThresholdSums *sums,
                             int                      epoch,
                             MienThresholds          *thresholds);
