/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Applying a post-processing: answers to logits, logits smoothed by frame number, and
 * back to probabilities at the fitted temperature.
 *
 * Invariants: what a frame gets depends on the frames within the radius and on nothing
 * else, and sums run over them in order, so that a video that passes through a window
 * gets the same bits as a whole one; a frame that nothing is done to keeps its answer bit
 * for bit.
 */

#include "mien-postprocess.h"

#include "mien-postprocess-private.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum
{
  N_CLASSES = 8,
  N_UNITS = 12,
  POINT = 8, /* valence, arousal, spread */
  FIRST_UNIT = 11,
};

#define MAX_SIGMA 1e6
#define MIN_WEIGHT 1e-6
/* Of a float, the largest under 1: its logit is 16.6. */
#define LARGEST_PROBABILITY (1 - 0x1p-24)

void
mien_postprocess_init (MienPostprocess *postprocess)
{
  *postprocess =
      (MienPostprocess){ .temperature_expression = 1, .temperature_action_units = 1 };
  for (int k = 0; k < N_UNITS; k++)
    postprocess->action_unit_thresholds[k] = 0.5;
}

static bool
is_between (double x, double low, double high)
{
  return x >= low && x <= high;
}

bool
mien_postprocess_is_valid (const MienPostprocess *postprocess)
{
  bool valid = is_between (postprocess->sigma_valence_arousal, 0, MAX_SIGMA)
               && is_between (postprocess->sigma_expression, 0, MAX_SIGMA)
               && is_between (postprocess->sigma_action_units, 0, MAX_SIGMA)
               && is_between (postprocess->temperature_expression, 1e-3, 1e3)
               && is_between (postprocess->temperature_action_units, 1e-3, 1e3);

  for (int c = 0; c < N_CLASSES; c++)
    valid = valid && is_between (postprocess->expression_bias[c], -100, 100);
  for (int k = 0; k < N_UNITS; k++)
    valid = valid && is_between (postprocess->action_unit_thresholds[k], 0, 1);
  return valid;
}

int64_t
mien_sigma_radius (double sigma)
{
  return sigma > 0 ? (int64_t) sqrt (-sigma * log (MIN_WEIGHT)) : 0;
}

int64_t
mien_postprocess_radius (const MienPostprocess *postprocess)
{
  double sigma =
      fmax (postprocess->sigma_valence_arousal,
            fmax (postprocess->sigma_expression, postprocess->sigma_action_units));

  return mien_sigma_radius (sigma);
}

void
mien_answer_logits (const float *answer, float expression[8], float units[12])
{
  for (int c = 0; c < N_CLASSES; c++)
    expression[c] = (float) log (fmax (answer[c], FLT_MIN));
  for (int k = 0; k < N_UNITS; k++)
    {
      double p = fmin (fmax (answer[FIRST_UNIT + k], 1 - LARGEST_PROBABILITY),
                       LARGEST_PROBABILITY);

      units[k] = (float) log (p / (1 - p));
    }
}

/* weights [radius + 1]; rows low .. high - 1 hold all within the radius of row i. */
static void
smooth_row (const double *weights,
            int64_t radius,
            const int64_t *numbers,
            const float *values,
            size_t width,
            size_t i,
            size_t low,
            size_t high,
            float *smoothed)
{
  double total = 0, sums[N_UNITS] = { 0 };

  if (high - low == 1)
    {
      memcpy (smoothed, values + i * width, width * sizeof *values);
      return;
    }
  for (size_t j = low; j < high; j++)
    {
      int64_t distance = llabs (numbers[j] - numbers[i]);
      double weight = distance <= radius && numbers[j] >= 0 ? weights[distance] : 0;

      total += weight;
      for (size_t k = 0; k < width; k++)
        sums[k] += weight * values[j * width + k];
    }
  for (size_t k = 0; k < width; k++)
    smoothed[k] = (float) (sums[k] / total);
}

int
mien_smooth (double sigma,
             size_t n,
             const int64_t *numbers,
             const float *values,
             size_t width,
             size_t first,
             size_t count,
             float *smoothed)
{
  int64_t radius = mien_sigma_radius (sigma);
  double *weights;
  size_t low = 0, high = 0;

  if (sigma <= 0)
    {
      memcpy (smoothed, values + first * width, count * width * sizeof *values);
      return 0;
    }
  weights = malloc (((size_t) radius + 1) * sizeof *weights);
  if (weights == NULL)
    return -1;
  for (int64_t d = 0; d <= radius; d++)
    weights[d] = exp (-(double) d * (double) d / sigma);
  for (size_t i = first; i < first + count; i++)
    {
      bool alone = numbers[i] < 0;

      while (!alone && numbers[low] < numbers[i] - radius)
        low++;
      while (!alone && low < i && numbers[low] < 0)
        low++;
      high = high > i ? high : i + 1;
      while (!alone && high < n && numbers[high] >= 0
             && numbers[high] - numbers[i] <= radius)
        high++;
      smooth_row (weights, radius, numbers, values, width, i, alone ? i : low,
                  alone ? i + 1 : high, smoothed + (i - first) * width);
    }
  free (weights);
  return 0;
}

static void
set_expression (const float *logits,
                const float *smoothed,
                double temperature,
                const float *answer,
                float *processed)
{
  double largest = smoothed[0], sum = 0, p[N_CLASSES];

  if (temperature == 1 && memcmp (logits, smoothed, N_CLASSES * sizeof *logits) == 0)
    {
      memcpy (processed, answer, N_CLASSES * sizeof *answer);
      return;
    }
  for (int c = 1; c < N_CLASSES; c++)
    largest = fmax (largest, smoothed[c]);
  for (int c = 0; c < N_CLASSES; c++)
    sum += p[c] = exp ((smoothed[c] - largest) / temperature);
  for (int c = 0; c < N_CLASSES; c++)
    processed[c] = (float) (p[c] / sum);
}

static void
set_units (const float *logits,
           const float *smoothed,
           double temperature,
           const float *answer,
           float *processed)
{
  for (int k = FIRST_UNIT; k < FIRST_UNIT + N_UNITS; k++, logits++, smoothed++)
    processed[k] = temperature == 1 && *logits == *smoothed
                       ? answer[k]
                       : (float) (1 / (1 + exp (-*smoothed / temperature)));
}

typedef struct
{
  float *expression, *point, *units; /* [n, 8], [n, 3], [n, 12] */
} Logits;

static int
smooth_all (const MienPostprocess *postprocess,
            size_t n,
            const int64_t *numbers,
            const Logits *logits,
            size_t first,
            size_t count,
            const Logits *smoothed)
{
  if (mien_smooth (postprocess->sigma_expression, n, numbers, logits->expression,
                   N_CLASSES, first, count, smoothed->expression)
          != 0
      || mien_smooth (postprocess->sigma_valence_arousal, n, numbers, logits->point, 3,
                      first, count, smoothed->point)
             != 0
      || mien_smooth (postprocess->sigma_action_units, n, numbers, logits->units, N_UNITS,
                      first, count, smoothed->units)
             != 0)
    return -1;
  return 0;
}

static Logits
place (float *memory, size_t n)
{
  return (Logits){ memory, memory + n * 8, memory + n * 11 };
}

/* The spread is averaged as the points are: the mean of the distances between the points
 * of faces and their mirror images is never less than the distance of the means. */
int
mien_postprocess_apply (const MienPostprocess *postprocess,
                        size_t n,
                        const int64_t *numbers,
                        const float *answers,
                        size_t first,
                        size_t count,
                        float *processed)
{
  float *memory = malloc ((n + count + 1) * MIEN_POSTPROCESS_ANSWER * sizeof *memory);
  Logits logits, smoothed;

  if (memory == NULL)
    return -1;
  logits = place (memory, n);
  smoothed = place (memory + n * MIEN_POSTPROCESS_ANSWER, count);
  for (size_t i = 0; i < n; i++)
    {
      const float *answer = answers + i * MIEN_POSTPROCESS_ANSWER;

      mien_answer_logits (answer, logits.expression + i * 8, logits.units + i * 12);
      memcpy (logits.point + i * 3, answer + POINT, 3 * sizeof *answer);
    }
  if (smooth_all (postprocess, n, numbers, &logits, first, count, &smoothed) != 0)
    {
      free (memory);
      return -1;
    }
  for (size_t i = 0; i < count; i++)
    {
      const float *answer = answers + (first + i) * MIEN_POSTPROCESS_ANSWER;
      float *row = processed + i * MIEN_POSTPROCESS_ANSWER;

      set_expression (logits.expression + (first + i) * 8, smoothed.expression + i * 8,
                      postprocess->temperature_expression, answer, row);
      memcpy (row + POINT, smoothed.point + i * 3, 3 * sizeof *row);
      set_units (logits.units + (first + i) * 12, smoothed.units + i * 12,
                 postprocess->temperature_action_units, answer, row);
    }
  free (memory);
  return 0;
}

void
mien_postprocess_decide (const MienPostprocess *postprocess,
                         const float *processed,
                         int *expression,
                         int8_t action_units[12])
{
  double best = -INFINITY;

  for (int c = 0; c < N_CLASSES; c++)
    {
      double value = log (fmax (processed[c], FLT_MIN)) + postprocess->expression_bias[c];

      if (value > best)
        {
          best = value;
          *expression = c;
        }
    }
  for (int k = 0; k < N_UNITS; k++)
    action_units[k] = processed[FIRST_UNIT + k] > postprocess->action_unit_thresholds[k];
}
