/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Coverage at a precision, by ranking answers.
 */

#include "mien-coverage.h"

#include <math.h>
#include <stdlib.h>

static int
by_confidence (const void *a, const void *b)
{
  double x = ((const MienCoverageAnswer *) a)->confidence;
  double y = ((const MienCoverageAnswer *) b)->confidence;

  return (x < y) - (x > y);
}

void
mien_coverage_rank (MienCoverageAnswer *answers, size_t n)
{
  qsort (answers, n, sizeof *answers, by_confidence);
}

double
mien_coverage (MienCoverageAnswer *answers, size_t n, double precision)
{
  size_t right = 0, covered = 0;

  if (n == 0)
    return NAN;
  mien_coverage_rank (answers, n);
  for (size_t i = 0; i < n; i++)
    {
      right += answers[i].right;
      if (i + 1 < n && answers[i + 1].confidence == answers[i].confidence)
        continue;
      if ((double) right >= precision * (double) (i + 1))
        covered = i + 1;
    }
  return (double) covered / (double) n;
}
