/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The searches of a fit. Each has one optimum by a rule that leaves no choice: the
 * likelihood is convex in 1 / T and its slope is bisected; a threshold lies half-way
 * between two probabilities, the best of all; a bias is the best of a grid of exact
 * binary fractions, class by class until none gets better.
 */

#include "mien-postprocess-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum
{
  N_CLASSES = 8,
  MAX_WIDTH = 8,
  MAX_STEPS = 60,
  MAX_ROUNDS = 20,
  BIAS_STEPS = 32, /* to either side of 0 */
  N_BIASES = 2 * BIAS_STEPS + 1,
};

#define MIN_INVERSE (1.0 / 16)
#define MAX_INVERSE 16.0
#define BIAS_STEP 0.125

/* Of one row at the inverse temperature: - log p of the label, and the first and second
 * derivative by it. A sigmoid is a softmax of 0 and the logit. */
static double
row_nll (const float *row,
         size_t width,
         int label,
         double inverse,
         double *slope,
         double *curvature)
{
  double z[MAX_WIDTH + 1] = { 0 }, p[MAX_WIDTH + 1], largest;
  double sum = 0, mean = 0, square = 0;
  size_t n = width > 1 ? width : 2;

  for (size_t c = 0; c < width; c++)
    z[n - width + c] = row[c];
  largest = z[0];
  for (size_t c = 1; c < n; c++)
    largest = fmax (largest, z[c]);
  for (size_t c = 0; c < n; c++)
    sum += p[c] = exp (inverse * (z[c] - largest));
  for (size_t c = 0; c < n; c++)
    {
      mean += p[c] / sum * z[c];
      square += p[c] / sum * z[c] * z[c];
    }
  *slope += mean - z[label];
  *curvature += square - mean * mean;
  return log (sum) + inverse * (largest - z[label]);
}

static double
total_nll (size_t n,
           size_t width,
           const float *logits,
           const int8_t *labels,
           double inverse,
           double *slope,
           double *curvature)
{
  double sum = 0;

  *slope = *curvature = 0;
  for (size_t i = 0; i < n; i++)
    sum += row_nll (logits + i * width, width, labels[i], inverse, slope, curvature);
  return sum;
}

/* Newton's steps where they stay in the bracket, halves else. */
double
mien_search_temperature (size_t n,
                         size_t width,
                         const float *logits,
                         const int8_t *labels,
                         double *nll)
{
  double low = MIN_INVERSE, high = MAX_INVERSE, inverse = 1, slope, curvature, sum = 0;

  for (int step = 0; n > 0 && step < MAX_STEPS; step++)
    {
      double next;

      sum = total_nll (n, width, logits, labels, inverse, &slope, &curvature);
      if (slope == 0)
        break;
      if (slope > 0)
        high = inverse;
      else
        low = inverse;
      next = inverse - slope / curvature;
      if (!(next > low && next < high))
        next = (low + high) / 2;
      if (fabs (next - inverse) <= 1e-10 * inverse)
        break;
      inverse = next;
    }
  if (nll != NULL)
    *nll = n > 0 ? sum / (double) n : NAN;
  return 1 / inverse;
}

typedef struct
{
  float p;
  int8_t label;
} Scored;

static int
by_probability_descending (const void *a, const void *b)
{
  float x = ((const Scored *) a)->p, y = ((const Scored *) b)->p;

  return (x < y) - (x > y);
}

int
mien_search_threshold (size_t n, const float *p, const int8_t *labels, double *threshold)
{
  Scored *scored = malloc ((n + 1) * sizeof *scored);
  double best_f1 = -1, best = 0.5;
  size_t positives = 0, hits = 0;

  if (scored == NULL)
    return -1;
  for (size_t i = 0; i < n; i++)
    {
      scored[i] = (Scored){ p[i], labels[i] };
      positives += labels[i] > 0;
    }
  qsort (scored, n, sizeof *scored, by_probability_descending);
  for (size_t i = 0; i < n; i++)
    {
      double below = i + 1 < n ? scored[i + 1].p : 0;
      double cut = (scored[i].p + below) / 2;
      double f1;

      hits += scored[i].label > 0;
      if (i + 1 < n && scored[i + 1].p == scored[i].p)
        continue;
      f1 = 2.0 * (double) hits / (double) (i + 1 + positives);
      if (f1 > best_f1 || (f1 == best_f1 && fabs (cut - 0.5) < fabs (best - 0.5)))
        {
          best_f1 = f1;
          best = cut;
        }
    }
  free (scored);
  *threshold = best;
  return 0;
}

/* Of the predictions that each bias of one class would give: hits and predictions. */
typedef struct
{
  long hits[N_CLASSES], predicted[N_CLASSES];
} Tally;

static double
macro_f1 (const Tally *tally, const long *truth)
{
  double sum = 0;

  for (int c = 0; c < N_CLASSES; c++)
    if (tally->predicted[c] + truth[c] > 0)
      sum += 2.0 * (double) tally->hits[c] / (double) (tally->predicted[c] + truth[c]);
  return sum / N_CLASSES;
}

/* The first of the grid's biases of class c at which it wins the row; N_BIASES: none. The
 * first of equals wins, as in a decision. */
static int
first_winning (const float *row, const double *bias, int c, int *other)
{
  double rest = -INFINITY, needed;
  int step;

  for (int k = 0; k < N_CLASSES; k++)
    if (k != c && row[k] + bias[k] > rest)
      {
        rest = row[k] + bias[k];
        *other = k;
      }
  needed = (rest - row[c]) / BIAS_STEP + BIAS_STEPS;
  if (needed < 0)
    return 0;
  if (needed >= N_BIASES)
    return N_BIASES;
  step = (int) ceil (needed);
  return step == needed && *other < c ? step + 1 : step;
}

/* Moves the bias of class c to the best of the grid if that is better than best. */
static double
search_class (size_t n,
              const float *logits,
              const int8_t *labels,
              const long *truth,
              int c,
              double best,
              double *bias)
{
  Tally changes[N_BIASES + 2] = { 0 }, sum = { 0 };
  int chosen = -1;

  for (size_t i = 0; i < n; i++)
    {
      int other = 0;
      int step = first_winning (logits + i * N_CLASSES, bias, c, &other);

      sum.predicted[other]++;
      sum.hits[other] += labels[i] == other;
      changes[step].predicted[other]--;
      changes[step].hits[other] -= labels[i] == other;
      changes[step].predicted[c]++;
      changes[step].hits[c] += labels[i] == c;
    }
  for (int step = 0; step < N_BIASES; step++)
    {
      double f1;

      for (int k = 0; k < N_CLASSES; k++)
        {
          sum.hits[k] += changes[step].hits[k];
          sum.predicted[k] += changes[step].predicted[k];
        }
      f1 = macro_f1 (&sum, truth);
      if (f1 > best + 1e-12
          || (chosen >= 0 && f1 > best - 1e-12
              && abs (step - BIAS_STEPS) < abs (chosen - BIAS_STEPS)))
        {
          best = fmax (f1, best);
          chosen = step;
        }
    }
  if (chosen >= 0)
    bias[c] = (chosen - BIAS_STEPS) * BIAS_STEP;
  return best;
}

static double
f1_now (size_t n,
        const float *logits,
        const int8_t *labels,
        const long *truth,
        const double *bias)
{
  Tally tally = { 0 };

  for (size_t i = 0; i < n; i++)
    {
      const float *row = logits + i * N_CLASSES;
      int best = 0;

      for (int c = 1; c < N_CLASSES; c++)
        if (row[c] + bias[c] > row[best] + bias[best])
          best = c;
      tally.predicted[best]++;
      tally.hits[best] += labels[i] == best;
    }
  return macro_f1 (&tally, truth);
}

void
mien_search_bias (size_t n, const float *logits, const int8_t *labels, double bias[8])
{
  long truth[N_CLASSES] = { 0 };
  double best, before = -1;

  memset (bias, 0, N_CLASSES * sizeof *bias);
  for (size_t i = 0; i < n; i++)
    truth[labels[i]]++;
  best = f1_now (n, logits, labels, truth, bias);
  for (int round = 0; round < MAX_ROUNDS && best > before; round++)
    {
      before = best;
      for (int c = 0; c < N_CLASSES; c++)
        if (truth[c] >= MIEN_FEWEST_OF_A_KIND)
          best = search_class (n, logits, labels, truth, c, best, bias);
    }
}
