/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Weights of classes from counts of labels; the formulas are in the header.
 */

#include "mien-class-weights.h"

#include <math.h>

static const double CEILING = 4;

/* sum (n_c w_c) / N */
static double
mean_weight (const uint64_t counts[8], const double weights[8])
{
  double sum = 0, n = 0;

  for (int c = 0; c < 8; c++)
    {
      sum += (double) counts[c] * weights[c];
      n += (double) counts[c];
    }
  return n > 0 ? sum / n : 1;
}

void
mien_expression_weights (MienClassWeights kind,
                         const uint64_t counts[8],
                         float weights[8])
{
  double w[8], n = 0, mean;

  for (int c = 0; c < 8; c++)
    n += (double) counts[c];
  for (int c = 0; c < 8; c++)
    if (counts[c] == 0)
      w[c] = 0;
    else if (kind == MIEN_CLASS_WEIGHTS_PAPER)
      w[c] = n / (double) counts[c];
    else if (kind == MIEN_CLASS_WEIGHTS_NONE)
      w[c] = 1;
    else
      w[c] = sqrt (1 / (double) counts[c]);
  if (kind == MIEN_CLASS_WEIGHTS_TEMPERED)
    {
      mean = mean_weight (counts, w);
      for (int c = 0; c < 8; c++)
        w[c] = fmin (CEILING, w[c] / mean);
      mean = mean_weight (counts, w);
      for (int c = 0; c < 8; c++)
        w[c] /= mean;
    }
  for (int c = 0; c < 8; c++)
    weights[c] = (float) w[c];
}

void
mien_action_unit_weights (MienClassWeights kind,
                          const uint64_t positives[12],
                          const uint64_t negatives[12],
                          float weights[12])
{
  for (int k = 0; k < 12; k++)
    {
      double ratio = positives[k] > 0 ? (double) (positives[k] + negatives[k])
                                            / (2 * (double) positives[k])
                                      : 1;

      if (kind == MIEN_CLASS_WEIGHTS_TEMPERED)
        ratio = fmin (CEILING, sqrt (ratio));
      else if (kind == MIEN_CLASS_WEIGHTS_NONE)
        ratio = 1;
      weights[k] = (float) ratio;
    }
}

void
mien_logit_adjustment (double tau, const uint64_t counts[8], float adjustment[8])
{
  double n = 0;

  for (int c = 0; c < 8; c++)
    n += (double) counts[c];
  for (int c = 0; c < 8; c++)
    adjustment[c] =
        n > 0 && tau > 0 ? (float) (tau * log (fmax (1, (double) counts[c]) / n)) : 0;
}
