/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * An inverse power law through a few points. For one c it is a line in n^-c, so that the
 * two bounds (a at the ceiling, b at 0) are met exactly: where the free line violates
 * one of them, the best of those that hold lies on it. n is measured in the greatest n
 * while fitting, so that n^-c stays near 1.
 */

#include "mien-learning-curve.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "mien-random.h"

enum
{
  KEY = 2,
  STEPS = 40,
};

/* Of the grid of c, in equal ratios; the best is refined between its neighbours.
 * Published curves have exponents up to about 1. */
#define FIRST_C 0.05
#define LAST_C 2.0

typedef struct
{
  size_t n_points;
  double ceiling;
  double log_n[MIEN_LEARNING_MAX_POINTS];    /* of n / last */
  double x[STEPS][MIEN_LEARNING_MAX_POINTS]; /* (n / last)^-c */
  double weight[MIEN_LEARNING_MAX_POINTS];
} Design;

static double
grid_c (double step)
{
  return FIRST_C * pow (LAST_C / FIRST_C, step / (STEPS - 1));
}

static void
raise_points (const Design *design, double c, double *x)
{
  for (size_t i = 0; i < design->n_points; i++)
    x[i] = exp (-c * design->log_n[i]);
}

static void
prepare (Design *design,
         const MienLearningPoint *points,
         size_t n_points,
         double ceiling,
         double last)
{
  design->n_points = n_points;
  design->ceiling = ceiling;
  for (size_t i = 0; i < n_points; i++)
    {
      design->weight[i] = 1 / (points[i].error * points[i].error);
      design->log_n[i] = log (points[i].n / last);
    }
  for (int step = 0; step < STEPS; step++)
    raise_points (design, grid_c (step), design->x[step]);
}

/* The best a and b for one c; returns the sum of weighted squares. */
static double
fit_line (const Design *design,
          const double *x,
          const double *scores,
          double *a,
          double *b)
{
  double w = 0, wx = 0, wy = 0, sxx = 0, sxy = 0, misfit = 0;

  for (size_t i = 0; i < design->n_points; i++)
    {
      w += design->weight[i];
      wx += design->weight[i] * x[i];
      wy += design->weight[i] * scores[i];
    }
  for (size_t i = 0; i < design->n_points; i++)
    {
      sxx += design->weight[i] * (x[i] - wx / w) * (x[i] - wx / w);
      sxy += design->weight[i] * (x[i] - wx / w) * (scores[i] - wy / w);
    }
  *b = -sxy / sxx;
  *a = wy / w + *b * wx / w;
  if (*b <= 0)
    {
      *b = 0;
      *a = fmin (wy / w, design->ceiling);
    }
  else if (*a > design->ceiling)
    {
      double above = 0, below = 0;

      *a = design->ceiling;
      for (size_t i = 0; i < design->n_points; i++)
        {
          above += design->weight[i] * x[i] * (*a - scores[i]);
          below += design->weight[i] * x[i] * x[i];
        }
      *b = fmax (above / below, 0);
    }
  for (size_t i = 0; i < design->n_points; i++)
    {
      double left = scores[i] - (*a - *b * x[i]);

      misfit += design->weight[i] * left * left;
    }
  return misfit;
}

/* Takes the c of that step where it is better than the least so far. */
static double
try_c (const Design *design,
       const double *x,
       double step,
       const double *scores,
       double least,
       MienLearningCurve *curve)
{
  double a, b, misfit = fit_line (design, x, scores, &a, &b);

  if (misfit < least)
    *curve = (MienLearningCurve){ a, b, grid_c (step) };
  return misfit;
}

/* b is that of n / last. The best of the grid is refined: half a step to both sides, then
 * a quarter, and so on. */
static double
fit_curve (const Design *design, const double *scores, MienLearningCurve *curve)
{
  double least = INFINITY, best = 0;

  for (int step = 0; step < STEPS; step++)
    {
      double misfit = try_c (design, design->x[step], step, scores, least, curve);

      if (misfit < least)
        {
          least = misfit;
          best = step;
        }
    }
  for (double width = 0.5; width > 0x1p-8; width /= 2)
    for (int side = -1; side <= 1; side += 2)
      {
        double x[MIEN_LEARNING_MAX_POINTS], misfit;
        double step = fmin (fmax (best + side * width, 0), STEPS - 1);

        raise_points (design, grid_c (step), x);
        misfit = try_c (design, x, step, scores, least, curve);
        if (misfit < least)
          {
            least = misfit;
            best = step;
          }
      }
  return least;
}

/* Box and Muller (1958). */
static double
draw_normal (uint64_t key, uint64_t index)
{
  double radius = sqrt (-2 * log (1 - mien_random_real (key, 2 * index)));

  return radius * cos (2 * M_PI * mien_random_real (key, 2 * index + 1));
}

static size_t
count_different (const MienLearningPoint *points, size_t n_points)
{
  size_t different = 0;

  for (size_t i = 0; i < n_points; i++)
    {
      size_t k = 0;

      while (k < i && points[k].n != points[i].n)
        k++;
      different += k == i;
    }
  return different;
}

bool
mien_learning_fit (const MienLearningPoint *points,
                   size_t n_points,
                   double ceiling,
                   MienLearning *learning)
{
  double scores[MIEN_LEARNING_MAX_POINTS], last = 0, misfit, widened = 1;
  MienLearningCurve fitted;
  Design design;

  assert (n_points <= MIEN_LEARNING_MAX_POINTS);
  if (count_different (points, n_points) < MIEN_LEARNING_MIN_POINTS)
    return false;
  for (size_t i = 0; i < n_points; i++)
    {
      assert (points[i].n > 0 && points[i].error > 0 && isfinite (points[i].score));
      last = fmax (last, points[i].n);
      scores[i] = points[i].score;
    }
  prepare (&design, points, n_points, ceiling, last);
  misfit = fit_curve (&design, scores, &fitted);
  if (n_points > MIEN_LEARNING_MIN_POINTS)
    widened = sqrt (fmax (misfit / (double) (n_points - MIEN_LEARNING_MIN_POINTS), 1));
  for (size_t draw = 0; draw < MIEN_LEARNING_DRAWS; draw++)
    {
      MienLearningCurve *curve = &learning->draws[draw];

      for (size_t i = 0; i < n_points; i++)
        scores[i] =
            mien_learning_at (&fitted, points[i].n / last)
            + widened * points[i].error * draw_normal (mien_random_key (KEY, draw), i);
      fit_curve (&design, scores, curve);
      curve->b *= pow (last, curve->c);
    }
  learning->curve = fitted;
  learning->curve.b *= pow (last, fitted.c);
  learning->last = last;
  return true;
}

double
mien_learning_at (const MienLearningCurve *curve, double n)
{
  return curve->a - curve->b * pow (n, -curve->c);
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Sorts the draws. */
static void
find_interval (double draws[MIEN_LEARNING_DRAWS], double interval[2])
{
  const size_t out = MIEN_LEARNING_DRAWS * 25 / 1000;

  qsort (draws, MIEN_LEARNING_DRAWS, sizeof *draws, compare);
  interval[0] = draws[out];
  interval[1] = draws[MIEN_LEARNING_DRAWS - 1 - out];
}

void
mien_learning_interval (const MienLearning *learning, double n, double interval[2])
{
  double draws[MIEN_LEARNING_DRAWS];

  for (size_t i = 0; i < MIEN_LEARNING_DRAWS; i++)
    draws[i] = mien_learning_at (&learning->draws[i], n);
  find_interval (draws, interval);
}

/* Where the curve meets the target. */
static double
find_needed (const MienLearningCurve *curve, double target, double horizon)
{
  double n;

  if (curve->a <= target)
    return curve->b == 0 && curve->a == target ? 0 : INFINITY;
  n = pow (curve->b / (curve->a - target), 1 / curve->c);
  return n <= horizon ? n : INFINITY;
}

void
mien_learning_forecast (const MienLearning *learning,
                        double target,
                        MienForecast *forecast)
{
  double horizon = learning->last * MIEN_LEARNING_HORIZON;
  double draws[MIEN_LEARNING_DRAWS];

  for (size_t i = 0; i < MIEN_LEARNING_DRAWS; i++)
    draws[i] = learning->draws[i].a;
  find_interval (draws, forecast->asymptote);
  for (size_t i = 0; i < MIEN_LEARNING_DRAWS; i++)
    draws[i] = find_needed (&learning->draws[i], target, horizon);
  find_interval (draws, forecast->interval);
  forecast->needed = find_needed (&learning->curve, target, horizon);
  if (forecast->asymptote[1] < target)
    forecast->verdict = MIEN_FORECAST_NEVER;
  else if (forecast->interval[1] <= learning->last)
    forecast->verdict = MIEN_FORECAST_REACHED;
  else if (isinf (forecast->needed))
    forecast->verdict = MIEN_FORECAST_OPEN;
  else
    forecast->verdict = MIEN_FORECAST_MORE;
}
