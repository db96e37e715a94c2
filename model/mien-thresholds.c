/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * How sure the network must be of a class before its pseudo-label counts.
 */

#include "mien-thresholds.h"

#include "mien-answers.h"

#include <math.h>

static const float FLOOR = 0.8f;

void
mien_thresholds_init (MienThresholds *thresholds)
{
  for (int c = 0; c < 8; c++)
    thresholds->expressions[c] = FLOOR;
  for (int k = 0; k < 12; k++)
    thresholds->action_units[k] = FLOOR;
}

void
mien_thresholds_add (MienThresholdSums *sums,
                     const float *outputs,
                     const MienTarget *target)
{
  double p[8], confidence;
  int answer;

  confidence = mien_expression_probabilities (outputs, p, &answer);
  if (answer == target->expression)
    {
      sums->sums[answer] += confidence;
      sums->counts[answer]++;
    }
  for (int k = 0; k < 12; k++)
    {
      double present = mien_sigmoid (outputs[10 + k]);

      if (target->action_units[k] < 0 || (present > 0.5) != target->action_units[k])
        continue;
      sums->sums[8 + k] += fmax (present, 1 - present);
      sums->counts[8 + k]++;
    }
}

static float
threshold (const MienThresholdSums *sums, int which, int epoch)
{
  if (sums->counts[which] == 0)
    return FLOOR;
  return (float) fmax (FLOOR, sums->sums[which] / (double) sums->counts[which] * 0.97
                                  / (1 + exp (-(double) epoch)));
}

void
mien_thresholds_finish (const MienThresholdSums *sums,
                        int epoch,
                        MienThresholds *thresholds)
{
  for (int c = 0; c < 8; c++)
    thresholds->expressions[c] = threshold (sums, c, epoch);
  for (int k = 0; k < 12; k++)
    thresholds->action_units[k] = threshold (sums, 8 + k, epoch);
}
