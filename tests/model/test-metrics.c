/* SPDX-License-Identifier: GPL-3.0-or-later */

/* ABAW's metrics against figures worked out by numpy (the literals; the formulas of
 * METHOD.md section 3). */

#include "mien-coverage.h"
#include "mien-metrics.h"
#include "mien-test.h"

#include <math.h>

static const int8_t NO_UNITS[12] = { -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1 };
static const int8_t ABSENT[12] = { 0 };
static const float NO_POINT[2] = { NAN, NAN };

static void
test_ccc (void)
{
  static const float TRUTH[5] = { -0.5f, 0, 0.25f, 0.5f, 1 };
  static const float GUESS[5] = { -0.25f, 0.125f, 0, 0.75f, 0.5f };
  MienMetricsSums *sums = mien_metrics_sums_new ();
  MienMetrics metrics;

  for (int i = 0; i < 5; i++)
    mien_metrics_add (sums, (float[]){ TRUTH[i], 1 }, -1, NO_UNITS,
                      (float[]){ GUESS[i], 1 }, 0, ABSENT);
  mien_metrics_finish (sums, &metrics);
  CHECK (metrics.has_valence_arousal && !metrics.has_expression
         && !metrics.has_action_units);
  /* means 0.25 0.225, variances 0.25 0.1275, covariance 0.14375 */
  CHECK (fabs (metrics.ccc_valence - 0.28750000000000003 / 0.378125) < 1e-12);
  CHECK (metrics.ccc_arousal == 0);
  CHECK (isnan (metrics.p_mtl) && metrics.score == metrics.ccc_valence / 2);
  CHECK (metrics.n_frames == 5);
  mien_metrics_sums_free (sums);
}

static void
test_expression (void)
{
  static const int TRUTH[6] = { 0, 0, 0, 4, 4, -1 }, GUESS[6] = { 0, 0, 4, 4, 5, 7 };
  MienMetricsSums *sums = mien_metrics_sums_new ();
  MienMetrics metrics;

  for (int i = 0; i < 6; i++)
    mien_metrics_add (sums, NO_POINT, TRUTH[i], NO_UNITS, (float[]){ 0, 0 }, GUESS[i],
                      ABSENT);
  mien_metrics_finish (sums, &metrics);
  CHECK (fabs (metrics.expression_f1_of[0] - 0.8) < 1e-12);
  CHECK (fabs (metrics.expression_f1_of[4] - 0.5) < 1e-12);
  CHECK (metrics.expression_f1_of[7] == 0 && metrics.n_frames == 5);
  CHECK (fabs (metrics.expression_f1 - 1.3 / 8) < 1e-12);
  CHECK (fabs (metrics.expression_accuracy - 0.6) < 1e-12);
  mien_metrics_sums_free (sums);
}

static void
test_all_three (void)
{
  MienMetricsSums *sums = mien_metrics_sums_new ();
  MienMetrics metrics;
  int8_t truth[12] = { 1, 0, -1, 1 }, guess[12] = { 1, 1, 1, 0 };

  mien_metrics_add (sums, (float[]){ 0, 0 }, 1, truth, (float[]){ 0.5f, 0 }, 1, guess);
  mien_metrics_add (sums, (float[]){ 1, 1 }, 1, truth, (float[]){ 0.5f, 1 }, 1, guess);
  mien_metrics_finish (sums, &metrics);
  CHECK (metrics.ccc_valence == 0 && metrics.ccc_arousal == 1);
  CHECK (metrics.action_units_f1_of[0] == 1 && metrics.action_units_f1_of[1] == 0);
  CHECK (metrics.action_units_f1_of[2] == 0 && metrics.action_units_f1_of[3] == 0);
  CHECK (fabs (metrics.p_mtl - (0.5 + 1.0 / 8 + 1.0 / 12)) < 1e-12);
  CHECK (fabs (metrics.score - metrics.p_mtl / 3) < 1e-12);
  mien_metrics_sums_free (sums);
}

/* Ranked: right right wrong right right | right wrong (alike) | wrong. */
/* In two parts that are put together, an empty one before them: as in one. */
static void
test_merge (void)
{
  enum
  {
    FRAMES = 40,
  };
  MienMetricsSums *whole = mien_metrics_sums_new (), *merged = mien_metrics_sums_new ();
  MienMetricsSums *parts[2] = { mien_metrics_sums_new (), mien_metrics_sums_new () };
  MienMetrics a, b;

  for (int i = 0; i < FRAMES; i++)
    {
      float truth[2] = { (float) sin (i), (float) cos (3 * i) };
      float guess[2] = { (float) sin (i + 0.4), 100 };
      int8_t units[12] = { i % 2 == 0, -1, i % 3 == 0 },
             guessed[12] = { i % 5 < 3, 1, i % 7 == 0 };

      if (i % 4 == 0)
        truth[0] = NAN;
      for (int k = 0; k < 2; k++)
        mien_metrics_add (k == 0 ? whole : parts[i >= 13], truth, i % 9 - 1, units, guess,
                          i % 5, guessed);
    }
  mien_metrics_merge (merged, parts[0]);
  mien_metrics_merge (merged, parts[1]);
  mien_metrics_finish (whole, &a);
  mien_metrics_finish (merged, &b);
  CHECK (a.n_frames == b.n_frames && a.has_valence_arousal && a.has_action_units);
  CHECK (fabs (a.ccc_valence - b.ccc_valence) < 1e-12 && a.ccc_valence != 0);
  CHECK (fabs (a.ccc_arousal - b.ccc_arousal) < 1e-12);
  CHECK (a.expression_f1 == b.expression_f1 && a.action_units_f1 == b.action_units_f1);
  CHECK (a.expression_accuracy == b.expression_accuracy && a.expression_f1 > 0);
  mien_metrics_sums_free (whole);
  mien_metrics_sums_free (merged);
  mien_metrics_sums_free (parts[0]);
  mien_metrics_sums_free (parts[1]);
}

static void
test_coverage (void)
{
  MienCoverageAnswer answers[8] = {
    { 0.5, false }, { 0.9, true },  { 0.6, true },  { 0.95, true },
    { 0.7, true },  { 0.8, false }, { 0.6, false }, { 0.75, true },
  };

  CHECK (mien_coverage (answers, 8, 1) == 2 / 8.0);
  CHECK (mien_coverage (answers, 8, 0.8) == 5 / 8.0);
  /* Either both of the alike or none: five of seven. */
  CHECK (mien_coverage (answers, 8, 0.75) == 5 / 8.0);
  CHECK (mien_coverage (answers, 8, 5 / 7.0) == 7 / 8.0);
  CHECK (mien_coverage (answers, 8, 0) == 1);
  CHECK (isnan (mien_coverage (answers, 0, 0.95)));
  answers[0].right = false;
  CHECK (mien_coverage (answers + 7, 1, 0.95) == 0);
}

int
main (void)
{
  static const MienTest TESTS[] = {
    { "ccc", test_ccc },
    { "expression", test_expression },
    { "all three", test_all_three },
    { "two sets put together", test_merge },
    { "coverage at a precision", test_coverage },
  };

  return mien_test_run (TESTS, sizeof TESTS / sizeof *TESTS);
}
