/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The one bootstrap there is. A draw is so many clusters, each picked by a hash of its
 * place, so that nothing depends on what was drawn before, nor on the machine.
 */

#include "mien-resample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mien-random.h"

enum
{
  KEY = 1,
  MAX_UNDEFINED = MIEN_RESAMPLE_DRAWS / 20,
};

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* The middle 95 % of the draws in which the figure is defined. */
static void
find_interval (const double *draws, size_t stride, double interval[2])
{
  double defined[MIEN_RESAMPLE_DRAWS];
  size_t n = 0;

  for (size_t i = 0; i < MIEN_RESAMPLE_DRAWS; i++)
    if (!isnan (draws[i * stride]))
      defined[n++] = draws[i * stride];
  interval[0] = interval[1] = NAN;
  if (n < MIEN_RESAMPLE_DRAWS - MAX_UNDEFINED)
    return;
  qsort (defined, n, sizeof *defined, compare);
  interval[0] = defined[n * 25 / 1000];
  interval[1] = defined[n - 1 - n * 25 / 1000];
}

int
mien_resample (size_t n_clusters,
               size_t n_figures,
               MienResampleFunc func,
               void *data,
               double (*intervals)[2])
{
  uint32_t *counts;
  double *draws;

  for (size_t i = 0; i < n_figures; i++)
    intervals[i][0] = intervals[i][1] = NAN;
  if (n_clusters < MIEN_RESAMPLE_MIN_CLUSTERS)
    return 0;
  counts = malloc (n_clusters * sizeof *counts);
  draws = malloc (n_figures * MIEN_RESAMPLE_DRAWS * sizeof *draws);
  if (counts == NULL || draws == NULL)
    {
      free (counts);
      free (draws);
      return -1;
    }
  for (size_t draw = 0; draw < MIEN_RESAMPLE_DRAWS; draw++)
    {
      uint64_t key = mien_random_key (KEY, draw);

      memset (counts, 0, n_clusters * sizeof *counts);
      for (size_t i = 0; i < n_clusters; i++)
        counts[mien_random_below (key, i, (uint32_t) n_clusters)]++;
      func (counts, draws + draw * n_figures, data);
    }
  for (size_t i = 0; i < n_figures; i++)
    find_interval (draws + i, n_figures, intervals[i]);
  free (counts);
  free (draws);
  return 0;
}
