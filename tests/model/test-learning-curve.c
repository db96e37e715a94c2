/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Learning curves whose parameters are known. */

#include "mien-learning-curve.h"
#include "mien-random.h"
#include "mien-test.h"

#include <math.h>
#include <stdint.h>

static MienLearning learning;

static double
normal (uint64_t key, uint64_t index)
{
  return sqrt (-2 * log (1 - mien_random_real (key, 2 * index)))
         * cos (2 * M_PI * mien_random_real (key, 2 * index + 1));
}

/* n doubles from point to point. */
static void
make_points (const MienLearningCurve *truth,
             double first,
             double error,
             uint64_t seed, /* 0: no noise */
             MienLearningPoint *points,
             size_t n_points)
{
  for (size_t i = 0; i < n_points; i++)
    {
      double n = first * pow (2, (double) i);

      points[i] = (MienLearningPoint){ n, mien_learning_at (truth, n), error };
      if (seed > 0)
        points[i].score += error * normal (mien_random_key (seed, i), 0);
    }
}

static double
labels_for (const MienLearningCurve *truth, double target)
{
  return pow (truth->b / (truth->a - target), 1 / truth->c);
}

static void
test_known (void)
{
  static const MienLearningCurve TRUTHS[] = {
    { 0.7, 4, 0.5 }, { 0.5, 2, 0.3 }, { 0.9, 120, 1 }, { 0.3, 0.4, 0.2 }
  };

  for (size_t i = 0; i < sizeof TRUTHS / sizeof *TRUTHS; i++)
    {
      MienLearningPoint points[6];
      MienForecast forecast;
      double target = mien_learning_at (&TRUTHS[i], 40000);

      make_points (&TRUTHS[i], 500, 1e-4, 0, points, 6);
      CHECK (mien_learning_fit (points, 6, 1, &learning));
      CHECK (learning.last == 16000);
      CHECK (fabs (learning.curve.c / TRUTHS[i].c - 1) < 0.01);
      for (size_t k = 0; k < 6; k++)
        CHECK (fabs (mien_learning_at (&learning.curve, points[k].n) - points[k].score)
               < 1e-4);
      mien_learning_forecast (&learning, target, &forecast);
      CHECK (forecast.verdict == MIEN_FORECAST_MORE);
      CHECK (fabs (forecast.needed / 40000 - 1) < 0.01);
      CHECK (forecast.interval[0] <= forecast.needed
             && forecast.needed <= forecast.interval[1]);
      CHECK (forecast.interval[0] > 16000 && forecast.interval[1] < 100000);
    }
}

/* How often intervals of 95 % hold the truth: of labels, of where the curve leads and of
 * the figure at twice the labels. With 200 rounds each, 0.95 is met within 0.015 two
 * times in three and 0.91 is missed once in two hundred. */
static void
test_coverage (void)
{
  enum
  {
    ROUNDS = 200,
  };
  static const MienLearningCurve TRUTHS[] = { { 0.6, 6, 0.5 }, { 0.75, 3, 0.3 } };
  static const double ERRORS[] = { 0.005, 0.02 };

  for (int which = 0; which < 4; which++)
    {
      const MienLearningCurve *truth = &TRUTHS[which / 2];
      double target = mien_learning_at (truth, 16000), needed = 16000, inside[2];
      double at = mien_learning_at (truth, 2 * 8000);
      int held = 0, led = 0, doubled = 0, wrongly_never = 0;

      CHECK (fabs (labels_for (truth, target) / needed - 1) < 1e-9);
      for (int round = 0; round < ROUNDS; round++)
        {
          MienLearningPoint points[5];
          MienForecast forecast;

          make_points (truth, 500, ERRORS[which % 2],
                       (uint64_t) (1000 * which + round + 1), points, 5);
          CHECK (mien_learning_fit (points, 5, 1, &learning));
          mien_learning_forecast (&learning, target, &forecast);
          mien_learning_interval (&learning, 2 * 8000, inside);
          held += forecast.interval[0] <= needed && needed <= forecast.interval[1];
          led += forecast.asymptote[0] <= truth->a && truth->a <= forecast.asymptote[1];
          doubled += inside[0] <= at && at <= inside[1];
          wrongly_never += forecast.verdict == MIEN_FORECAST_NEVER;
        }
      printf ("# a %.2f c %.1f error %.3f: labels %.3f, asymptote %.3f, twice %.3f\n",
              truth->a, truth->c, ERRORS[which % 2], held / (double) ROUNDS,
              led / (double) ROUNDS, doubled / (double) ROUNDS);
      CHECK (held >= 0.91 * ROUNDS && led >= 0.91 * ROUNDS && doubled >= 0.91 * ROUNDS);
      CHECK (wrongly_never <= 0.05 * ROUNDS);
    }
}

/* More labels never lower the curve, whatever the points do. */
static void
test_monotone (void)
{
  for (uint64_t seed = 1; seed <= 20; seed++)
    {
      MienLearningPoint points[4];
      double before = -INFINITY;

      for (size_t i = 0; i < 4; i++)
        points[i] =
            (MienLearningPoint){ 100 + 700.0 * (double) i,
                                 mien_random_real (mien_random_key (seed, i), 0), 0.1 };
      CHECK (mien_learning_fit (points, 4, 1, &learning));
      for (double n = 50; n < 1e6; n *= 1.5)
        {
          double score = mien_learning_at (&learning.curve, n);

          CHECK (score >= before && score <= 1 + 1e-12);
          before = score;
        }
      for (size_t i = 0; i < MIEN_LEARNING_DRAWS; i++)
        CHECK (learning.draws[i].b >= 0 && learning.draws[i].a <= 1);
    }
}

/* Figures that no longer move lead where they are, and nowhere else. */
static void
test_constant (void)
{
  MienLearningPoint points[6];
  MienForecast forecast;

  make_points (&(MienLearningCurve){ 0.6, 0, 1 }, 500, 0.0005, 0, points, 6);
  CHECK (mien_learning_fit (points, 6, 1, &learning));
  CHECK (fabs (learning.curve.a - 0.6) < 1e-9 && learning.curve.b < 1e-9);
  mien_learning_forecast (&learning, 0.8, &forecast);
  CHECK (forecast.verdict == MIEN_FORECAST_NEVER);
  CHECK (isinf (forecast.needed) && isinf (forecast.interval[0]));
  CHECK (forecast.asymptote[0] > 0.59 && forecast.asymptote[1] < 0.8);
  mien_learning_forecast (&learning, 0.55, &forecast);
  CHECK (forecast.verdict == MIEN_FORECAST_REACHED);
  CHECK (forecast.needed <= 16000 && forecast.interval[1] <= 16000);
}

/* What cannot be told is not told. */
static void
test_noise (void)
{
  MienLearningPoint points[] = { { 400, 0.41, 0.08 },
                                 { 800, 0.36, 0.08 },
                                 { 1600, 0.43, 0.08 } };
  MienForecast forecast;

  CHECK (mien_learning_fit (points, 3, 1, &learning));
  mien_learning_forecast (&learning, 0.6, &forecast);
  CHECK (forecast.verdict == MIEN_FORECAST_OPEN
         || forecast.verdict == MIEN_FORECAST_MORE);
  CHECK (isinf (forecast.interval[1]));
  CHECK (forecast.asymptote[1] > 0.6);
}

/* Trainings that differ by more than their errors say are taken at their word. */
static void
test_scatter (void)
{
  const MienLearningCurve truth = { 0.6, 6, 0.5 };
  MienLearningPoint points[8];
  double quiet[2], loud[2];

  make_points (&truth, 250, 0.003, 0, points, 8);
  CHECK (mien_learning_fit (points, 8, 1, &learning));
  mien_learning_interval (&learning, 64000, quiet);
  for (size_t i = 0; i < 8; i++)
    points[i].score += i % 2 == 0 ? 0.02 : -0.02;
  CHECK (mien_learning_fit (points, 8, 1, &learning));
  mien_learning_interval (&learning, 64000, loud);
  CHECK (loud[1] - loud[0] > 3 * (quiet[1] - quiet[0]));
}

static void
test_few (void)
{
  MienLearningPoint points[] = {
    { 400, 0.3, 0.01 }, { 800, 0.4, 0.01 }, { 800, 0.42, 0.01 }, { 400, 0.31, 0.01 }
  };

  learning.last = -1;
  CHECK (!mien_learning_fit (points, 4, 1, &learning));
  CHECK (!mien_learning_fit (points, 1, 1, &learning));
  CHECK (learning.last == -1);
  points[3].n = 1600;
  CHECK (mien_learning_fit (points, 4, 1, &learning));
}

/* Half of the classes have no label to be measured by: half of the figure is out of
 * reach. */
static void
test_ceiling (void)
{
  MienLearningPoint points[] = { { 500, 0.40, 0.01 },
                                 { 1000, 0.45, 0.01 },
                                 { 2000, 0.49, 0.01 } };
  MienForecast forecast;

  CHECK (mien_learning_fit (points, 3, 0.5, &learning));
  mien_learning_forecast (&learning, 0.55, &forecast);
  CHECK (forecast.verdict == MIEN_FORECAST_NEVER && forecast.asymptote[1] <= 0.5);
  CHECK (mien_learning_fit (points, 3, 1, &learning));
  mien_learning_forecast (&learning, 0.55, &forecast);
  CHECK (forecast.verdict == MIEN_FORECAST_MORE);
}

int
main (void)
{
  static const MienTest TESTS[] = {
    { "known curves", test_known },
    { "intervals hold the truth", test_coverage },
    { "the curve never falls", test_monotone },
    { "constant figures", test_constant },
    { "figures that are mostly noise", test_noise },
    { "more scatter than errors", test_scatter },
    { "too few to tell", test_few },
    { "a ceiling", test_ceiling },
  };

  return mien_test_run (TESTS, sizeof TESTS / sizeof *TESTS);
}
