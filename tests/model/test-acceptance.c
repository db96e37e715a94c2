/* SPDX-License-Identifier: GPL-3.0-or-later */

/* From which confidence on answers are accepted: cases worked out by hand, and answers of
 * models whose precision is known. */

#include "mien-acceptance.h"
#include "mien-random.h"
#include "mien-test.h"

#include <math.h>

enum
{
  MANY = 4000,
};

static MienCoverageAnswer answers[MANY];

/* With twenty answers' worth of trust in the confidence. */
static void
cases (void)
{
  CHECK (mien_acceptance_threshold (answers, 0, 0.9) == 0.9);

  /* (1 + 20 x 0.8) / 21 is 0.81, (0 + 20 x 0.8) / 21 is 0.76. */
  answers[0] = (MienCoverageAnswer){ 0.8, true };
  CHECK (mien_acceptance_threshold (answers, 1, 0.8) == 0.8);
  answers[0].right = false;
  CHECK (mien_acceptance_threshold (answers, 1, 0.8) == MIEN_ACCEPTANCE_NEVER);

  /* After both: (2 + 20 x 0.85) / 22 is 0.864. */
  answers[0] = (MienCoverageAnswer){ 0.8, true };
  answers[1] = (MienCoverageAnswer){ 0.9, true };
  CHECK (mien_acceptance_threshold (answers, 2, 0.86) == 0.8);
  CHECK (mien_acceptance_threshold (answers, 2, 0.87) == 0.9);

  /* Equal ones stand or fall together: (1 + 18) / 22 is 0.86. */
  answers[0] = (MienCoverageAnswer){ 0.9, true };
  answers[1] = (MienCoverageAnswer){ 0.9, false };
  CHECK (mien_acceptance_threshold (answers, 2, 0.87) == MIEN_ACCEPTANCE_NEVER);
  CHECK (mien_acceptance_threshold (answers, 2, 0.86) == 0.9);

  /* What is hardly more than a guess is never accepted. */
  answers[0] = (MienCoverageAnswer){ 0.49, true };
  CHECK (mien_acceptance_threshold (answers, 1, 0.1) == MIEN_ACCEPTANCE_NEVER);
}

/* Confidences from 0.5 on; right as often as they say, to the power given. */
static size_t
draw (uint64_t seed, size_t n, double power)
{
  for (size_t i = 0; i < n; i++)
    {
      double confidence = 0.5 + 0.5 * mien_random_real (seed, 2 * i);

      answers[i] = (MienCoverageAnswer){
        .confidence = confidence,
        .right = mien_random_real (seed, 2 * i + 1) < pow (confidence, power),
      };
    }
  return n;
}

/* Of calibrated answers, as sure as 0.9 or more, 95 % are right. */
static void
calibrated (void)
{
  double sum = 0;

  for (uint64_t seed = 0; seed < 100; seed++)
    sum += mien_acceptance_threshold (answers, draw (seed, 60, 1), 0.95) / 100;
  CHECK (fabs (sum - 0.9) < 0.02);
  CHECK (fabs (mien_acceptance_threshold (answers, draw (1, MANY, 1), 0.95) - 0.9)
         < 0.02);
}

/* c^3 from t on has the mean (1 - t^4) / 4 (1 - t): 95 % from 0.966 on. */
static void
overconfident (void)
{
  double few = 0;

  CHECK (fabs (mien_acceptance_threshold (answers, draw (2, MANY, 3), 0.95) - 0.966)
         < 0.02);
  for (uint64_t seed = 0; seed < 100; seed++)
    few += mien_acceptance_threshold (answers, draw (seed, 60, 3), 0.95) / 100;
  CHECK (few > 0.92);
}

int
main (void)
{
  static const MienTest TESTS[] = {
    { "cases", cases },
    { "calibrated", calibrated },
    { "overconfident", overconfident },
  };

  return mien_test_run (TESTS, sizeof TESTS / sizeof *TESTS);
}
