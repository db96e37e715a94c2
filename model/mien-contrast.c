/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The difference of two agreements, from sums by cluster. Both sides are drawn together:
 * a video lends what it has to either.
 */

#include "mien-contrast.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "mien-resample.h"

void
mien_contrast_add (MienContrastSums *sums, double answer, double other)
{
  sums->n += 1;
  sums->same += answer == other ? 1 : 0;
  mien_moments_add (&sums->moments, answer, other);
}

typedef struct
{
  const MienContrastCluster *clusters;
  size_t n_clusters;
  bool numbers;
} Contrast;

/* counts NULL: each once. */
static MienContrastSums
sum_side (const Contrast *contrast, const uint32_t *counts, int side)
{
  MienContrastSums sums = { 0 };

  for (size_t i = 0; i < contrast->n_clusters; i++)
    {
      const MienContrastSums *more = &contrast->clusters[i].side[side];
      double times = counts != NULL ? counts[i] : 1;

      sums.n += times * more->n;
      sums.same += times * more->same;
      mien_moments_merge (&sums.moments, &more->moments, times);
    }
  return sums;
}

static double
agreement_of (const Contrast *contrast, const MienContrastSums *sums)
{
  if (contrast->numbers)
    return mien_moments_ccc (&sums->moments);
  return sums->n > 0 ? sums->same / sums->n : (double) NAN;
}

static void
find_difference (const uint32_t *counts, double *difference, void *data)
{
  const Contrast *contrast = data;
  MienContrastSums first = sum_side (contrast, counts, 0);
  MienContrastSums second = sum_side (contrast, counts, 1);

  *difference = agreement_of (contrast, &first) - agreement_of (contrast, &second);
}

int
mien_contrast_measure (const MienContrastCluster *clusters,
                       size_t n_clusters,
                       bool numbers,
                       MienContrast *contrast)
{
  Contrast sides = { clusters, n_clusters, numbers };
  MienContrast result = { .n_clusters = n_clusters };

  for (int side = 0; side < 2; side++)
    {
      MienContrastSums sums = sum_side (&sides, NULL, side);

      result.n[side] = (size_t) sums.n;
      result.agreement[side] = agreement_of (&sides, &sums);
    }
  result.difference = result.agreement[0] - result.agreement[1];
  if (mien_resample (n_clusters, 1, find_difference, &sides, &result.interval) != 0)
    return -1;
  *contrast = result;
  return 0;
}
