/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Intervals of the bootstrap where theory says what they are. */

#include "mien-resample.h"
#include "mien-test.h"

#include <math.h>

typedef struct
{
  size_t n;
  const double *values;
} Clusters;

/* The mean, and what is 0 unless draws differ between figures. */
static void
mean (const uint32_t *counts, double *figures, void *data)
{
  const Clusters *clusters = data;
  double n = 0, sum = 0;

  for (size_t i = 0; i < clusters->n; i++)
    {
      n += counts[i];
      sum += counts[i] * clusters->values[i];
    }
  CHECK (n == (double) clusters->n);
  figures[0] = sum / n;
  figures[1] = 2 - sum / n;
}

/* Successes in five draws of two out of five are binomial: P (0) = 0.078 is more than
 * 0.025, P (at most 3) = 0.913 and P (at most 4) = 0.990. */
static void
test_binomial (void)
{
  static const double VALUES[5] = { 0, 1, 0, 0, 1 };
  double intervals[2][2];

  CHECK (mien_resample (5, 2, mean, &(Clusters){ 5, VALUES }, intervals) == 0);
  CHECK (intervals[0][0] == 0 && intervals[0][1] == 4 / 5.0);
  CHECK (intervals[1][0] == 2 - 4 / 5.0 && intervals[1][1] == 2);
}

/* The mean of many is normal, its standard deviation that of the values by sqrt (n). */
static void
test_normal (void)
{
  enum
  {
    N = 900,
  };
  double values[N], deviation = sqrt (1 / 12.0 / N), intervals[2][2], again[2][2];

  for (size_t i = 0; i < N; i++)
    values[i] = ((double) i + 0.5) / N;
  CHECK (mien_resample (N, 2, mean, &(Clusters){ N, values }, intervals) == 0);
  CHECK (fabs ((intervals[0][0] - 0.5) / deviation + 1.96) < 0.2);
  CHECK (fabs ((intervals[0][1] - 0.5) / deviation - 1.96) < 0.2);
  CHECK (mien_resample (N, 2, mean, &(Clusters){ N, values }, again) == 0);
  for (int i = 0; i < 4; i++)
    CHECK (intervals[i / 2][i % 2] == again[i / 2][i % 2]);
}

/* Not defined where none of the first so many clusters was drawn: one draw in e^n. */
static void
defined (const uint32_t *counts, double *figures, void *data)
{
  const size_t *n = data;

  *figures = NAN;
  for (size_t i = 0; i < *n; i++)
    if (counts[i] > 0)
      *figures = 7;
}

static void
test_undefined (void)
{
  double interval[2];

  CHECK (mien_resample (100, 1, defined, &(size_t){ 2 }, &interval) == 0);
  CHECK (isnan (interval[0]) && isnan (interval[1]));
  CHECK (mien_resample (100, 1, defined, &(size_t){ 5 }, &interval) == 0);
  CHECK (interval[0] == 7 && interval[1] == 7);
  CHECK (mien_resample (4, 1, defined, &(size_t){ 4 }, &interval) == 0);
  CHECK (isnan (interval[0]) && isnan (interval[1]));
}

int
main (void)
{
  static const MienTest TESTS[] = {
    { "five clusters", test_binomial },
    { "many clusters", test_normal },
    { "what is not always defined", test_undefined },
  };

  return mien_test_run (TESTS, sizeof TESTS / sizeof *TESTS);
}
