/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * How sure the network must be of a class before its pseudo-label counts: the adaptive
 * rule, from what it makes of the labelled rows.
 */

#include "mien-thresholds.h"

#include "mien-answers.h"

#include <math.h>

enum
{
  UNITS = 8,
  PRESENT = UNITS + 12,
  ABSENT = PRESENT + 12,
  POINT = ABSENT + 12,
};

static const float FLOOR = 0.8f, POINT_FLOOR = 0.95f;
static const double NEAR = 0.2; /* a point this far from its label is right */

_Static_assert(sizeof (MienThresholds) == MIEN_N_THRESHOLDS * sizeof (float),
               "MienThresholds is an array of floats");

void
mien_thresholds_init (MienThresholds *thresholds)
{
  float *values = (float *) thresholds;

  for (int i = 0; i < MIEN_N_THRESHOLDS; i++)
    values[i] = i == POINT ? POINT_FLOOR : FLOOR;
}

static void
add (MienThresholdSums *sums, int which, double confidence)
{
  sums->sums[which] += confidence;
  sums->counts[which]++;
}

double
mien_point_confidence (const float *outputs, const float *second, float point[2])
{
  double distance[2];

  for (int i = 0; i < 2; i++)
    {
      double a = fmax (-1, fmin (1, outputs[8 + i]));
      double b = fmax (-1, fmin (1, second[8 + i]));

      distance[i] = a - b;
      point[i] = (float) ((a + b) / 2);
    }
  return 1 - hypot (distance[0], distance[1]);
}

void
mien_thresholds_add (MienThresholdSums *sums,
                     const float *outputs,
                     const float *second,
                     const MienTarget *target)
{
  double p[8], confidence;
  float point[2];
  int answer;

  confidence = mien_expression_probabilities (outputs, p, &answer);
  if (answer == target->expression)
    add (sums, answer, confidence);
  for (int k = 0; k < 12; k++)
    {
      double present = mien_sigmoid (outputs[10 + k]);

      if (target->action_units[k] < 0 || (present > 0.5) != target->action_units[k])
        continue;
      add (sums, UNITS + k, fmax (present, 1 - present));
      add (sums, (present > 0.5 ? PRESENT : ABSENT) + k, fmax (present, 1 - present));
    }
  if (second == NULL || isnan (target->valence))
    return;
  confidence = mien_point_confidence (outputs, second, point);
  if (hypot (outputs[8] - target->valence, outputs[9] - target->arousal) <= NEAR)
    add (sums, POINT, confidence);
}

void
mien_thresholds_finish (const MienThresholdSums *sums,
                        int epoch,
                        MienThresholds *thresholds)
{
  float *values = (float *) thresholds;
  double ramp = 0.97 / (1 + exp (-(double) epoch));

  mien_thresholds_init (thresholds);
  for (int i = 0; i < MIEN_N_THRESHOLDS; i++)
    if (sums->counts[i] > 0)
      values[i] =
          (float) fmax (values[i], sums->sums[i] / (double) sums->counts[i] * ramp);
}
