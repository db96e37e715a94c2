/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The threshold of acceptance of one class, from what it was right about.
 */

#include "mien-acceptance.h"

double
mien_acceptance_threshold (MienCoverageAnswer *answers, size_t n, double precision)
{
  double threshold = n > 0 ? MIEN_ACCEPTANCE_NEVER : precision, right = 0, sum = 0;

  mien_coverage_rank (answers, n);
  for (size_t i = 0; i < n && answers[i].confidence >= 0.5; i++)
    {
      double k = (double) i + 1;

      right += answers[i].right;
      sum += answers[i].confidence;
      if (i + 1 < n && answers[i + 1].confidence == answers[i].confidence)
        continue;
      if (right + MIEN_ACCEPTANCE_PRIOR * sum / k
          >= precision * (k + MIEN_ACCEPTANCE_PRIOR))
        threshold = answers[i].confidence;
    }
  return threshold;
}
