/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Audits: bounds against closed forms and against sums of binomial probabilities, what
 * clusters and looks do to them, and the verdicts. Whether the intervals hold over many
 * runs is bench-audit's, of which a small part runs here.
 */

#include "mien-audit.h"
#include "mien-random.h"
#include "mien-test.h"

#include <math.h>

/* n answers of as many videos, the first of them disagreeing. */
static void
fill (MienAuditAnswer *answers, size_t n, size_t wrong, size_t videos)
{
  for (size_t i = 0; i < n; i++)
    answers[i] = (MienAuditAnswer){ (long long) (i % videos), i >= wrong };
}

static double
binomial_at_least (int n, int k, double p)
{
  double sum = 0;

  for (int i = k; i <= n; i++)
    sum += exp (lgamma (n + 1) - lgamma (i + 1) - lgamma (n - i + 1) + i * log (p)
                + (n - i) * log1p (-p));
  return sum;
}

/* Clopper and Pearson: at the lower bound as many or more right have the chance of half
 * the error, at the upper bound as many or fewer. That the variance of a share is
 * estimated costs one answer. */
static void
test_binomial (void)
{
  static const int cases[][2] = { { 30, 25 }, { 75, 74 }, { 150, 120 }, { 600, 571 } };

  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    {
      int n = cases[i][0], k = cases[i][1];
      MienAuditAnswer answers[600];
      MienAuditInterval interval;
      double chance;

      fill (answers, (size_t) n, (size_t) (n - k), (size_t) n);
      mien_audit_look (answers, (size_t) n, 0.05, &interval);
      CHECK (interval.answers == (size_t) n && interval.clusters == (size_t) n);
      CHECK (fabs (interval.estimate - (double) k / n) < 1e-12);
      CHECK (fabs (interval.effective - (n - 1)) < 1e-6);
      chance = binomial_at_least (n, k, interval.lower);
      CHECK (chance <= 0.025 && chance > 0.018);
      chance = binomial_at_least (n, k + 1, interval.upper);
      CHECK (chance >= 0.975 && chance < 0.982);
    }
}

/* 30 of 30: 0.025^(1/30) = 0.8843 (the table of Clopper and Pearson 1934 in closed form).
 */
static void
test_all_right (void)
{
  MienAuditAnswer answers[600];
  MienAuditInterval interval;

  fill (answers, 600, 0, 600);
  mien_audit_look (answers, 30, 0.05, &interval);
  CHECK (fabs (interval.lower - pow (0.025, 1.0 / 30)) < 1e-9);
  CHECK (interval.upper == 1 && interval.estimate == 1);
  fill (answers, 30, 30, 30);
  mien_audit_look (answers, 30, 0.05, &interval);
  CHECK (interval.lower == 0);
  CHECK (fabs (interval.upper - (1 - pow (0.025, 1.0 / 30))) < 1e-9);
}

/* Answers that stand and fall with their video are worth no more than the videos. */
static void
test_clusters (void)
{
  MienAuditAnswer alone[300], together[300];
  MienAuditInterval one, other;

  for (int i = 0; i < 300; i++)
    {
      alone[i] = (MienAuditAnswer){ i, i % 10 != 0 };
      together[i] = (MienAuditAnswer){ i / 10, i / 10 % 10 != 0 };
    }
  mien_audit_look (alone, 300, 0.05, &one);
  mien_audit_look (together, 300, 0.05, &other);
  CHECK (one.estimate == other.estimate && other.clusters == 30);
  CHECK (other.effective < 31 && other.effective > 20);
  CHECK (other.lower < one.lower && other.upper > one.upper);
  /* One video says next to nothing, however many of its frames agree. */
  fill (together, 300, 0, 1);
  mien_audit_look (together, 300, 0.05, &other);
  CHECK (other.clusters == 1 && other.effective == 1 && other.lower < 0.05);
}

static void
test_looks (void)
{
  MienAuditAnswer answers[700];
  MienAuditInterval interval, look;

  fill (answers, 700, 0, 700);
  mien_audit_interval (answers, 29, &interval);
  CHECK (interval.answers == 0 && isnan (interval.estimate));
  CHECK (interval.lower == 0 && interval.upper == 1);
  CHECK (mien_audit_judge (&interval, 0.95) == MIEN_AUDIT_TOO_FEW);
  /* Between two looks, and after the last one, the count stands still. */
  mien_audit_interval (answers, 149, &interval);
  CHECK (interval.answers == 75);
  mien_audit_interval (answers, 700, &interval);
  CHECK (interval.answers == 600);
  mien_audit_look (answers, 600, 0.05, &look);
  CHECK (interval.lower < look.lower);
}

static void
test_verdicts (void)
{
  MienAuditAnswer answers[600];
  MienAuditInterval interval;

  fill (answers, 600, 0, 600);
  mien_audit_interval (answers, 75, &interval);
  CHECK (mien_audit_judge (&interval, 0.95) == MIEN_AUDIT_OPEN);
  mien_audit_interval (answers, 150, &interval);
  CHECK (mien_audit_judge (&interval, 0.95) == MIEN_AUDIT_MET);
  fill (answers, 600, 8, 600);
  mien_audit_interval (answers, 30, &interval);
  CHECK (mien_audit_judge (&interval, 0.95) == MIEN_AUDIT_MISSED);
  CHECK (mien_audit_judge (&interval, 0.5) == MIEN_AUDIT_MET
         || mien_audit_judge (&interval, 0.5) == MIEN_AUDIT_OPEN);
}

static void
test_raise (void)
{
  double threshold = 0.8;
  int steps = 0;

  CHECK (fabs (mien_audit_raise (0.8) - 0.9) < 1e-12);
  for (; threshold < 1; steps++)
    {
      CHECK (mien_audit_raise (threshold) > threshold);
      threshold = mien_audit_raise (threshold);
    }
  CHECK (threshold == 2 && steps == 7);
}

/* 400 counts of a class that is right in 93 %, in videos of which each has a mood:
 * nominally 95 % hold the truth at every look; 20 is 4.6 standard deviations below. */
static void
test_coverage (void)
{
  int held = 0;

  for (uint64_t run = 0; run < 400; run++)
    {
      MienAuditAnswer answers[600];
      uint64_t draws = mien_random_key (7, run), moods = mien_random_key (8, run);
      bool holds = true;

      for (uint64_t i = 0; i < 600; i++)
        {
          uint64_t video = mien_random_below (draws, 2 * i, 120);
          /* Half of the videos 0.89, half 0.97. */
          double chance = mien_random_real (moods, video) < 0.5 ? 0.89 : 0.97;

          answers[i].cluster = (long long) video;
          answers[i].agreed = mien_random_real (draws, 2 * i + 1) < chance;
        }
      for (int look = 0; look < MIEN_AUDIT_LOOKS; look++)
        {
          MienAuditInterval interval;

          mien_audit_interval (answers, mien_audit_looks[look], &interval);
          holds = holds && interval.lower <= 0.93 && interval.upper >= 0.93;
        }
      held += holds;
    }
  CHECK (held >= 360);
}

int
main (void)
{
  static const MienTest tests[] = {
    { "bounds are those of the binomial distribution", test_binomial },
    { "all right and all wrong", test_all_right },
    { "answers of one video are not independent", test_clusters },
    { "looks are fixed", test_looks },
    { "verdicts", test_verdicts },
    { "thresholds rise until nothing passes", test_raise },
    { "intervals hold", test_coverage },
  };

  return mien_test_run (tests, sizeof tests / sizeof *tests);
}
