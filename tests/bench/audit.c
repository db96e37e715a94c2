/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Whether audits keep their word, on synthetic proposals of known truth:
 *
 *   bench-audit [RUNS]
 *
 * Each run makes the accepted answers of a class: some thousand frames in a number of
 * videos, each answer with a confidence and right with a chance that follows from it and
 * from its video. Answers are audited in random order; at each look the interval is
 * compared with the true precision of all that is accepted. A miss raises the threshold
 * and the count starts anew, until the target is met, or 1,500 answers are spent.
 *
 * The table of model/AUDIT.md is its output. It ends with 1 where a scenario misses what
 * it has to hold: intervals that hold the truth at every look of a count in 94 % of
 * counts, and no more than 2.5 % of counts that call a class met which does not meet the
 * target.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "mien-audit.h"
#include "mien-random.h"

#define TARGET 0.95

enum
{
  FRAMES = 6000,
  BUDGET = 1500,
};

typedef struct
{
  const char *name;
  int videos;
  double alike;     /* standard deviation of a video's effect, in logits */
  double overrated; /* the confidence less the chance to be right */
  double drift;     /* the same, from the first video to the last */
  double lowest;    /* confidences from there to 1 */
} Scenario;

static const Scenario scenarios[] = {
  { "calibrated", 500, 0.5, 0, 0, 0.8 },
  { "calibrated, sure", 500, 0.5, 0, 0, 0.92 },
  { "calibrated, 50 videos", 50, 0.5, 0, 0, 0.92 },
  { "calibrated, videos alike", 50, 1.5, 0, 0, 0.92 },
  { "calibrated, 10 videos", 10, 1.0, 0, 0, 0.92 },
  { "calibrated, well above", 500, 0.5, 0, 0, 0.97 },
  { "at the target", 500, 0, 0.01, 0, 0.92 },
  { "overconfident", 500, 0.5, 0.06, 0, 0.85 },
  { "overconfident, videos alike", 50, 1.5, 0.06, 0, 0.85 },
  { "drifting", 500, 0.5, 0, 0.15, 0.9 },
  { "drifting, 50 videos", 50, 0.5, 0, 0.15, 0.9 },
};

typedef struct
{
  int video;
  double confidence;
  bool right;
} Proposal;

typedef struct
{
  long counts, covered, met, met_rightly, raised, open, given_up, answers;
  double width;
  long widths;
} Tally;

static double
normal (uint64_t key, uint64_t index)
{
  double u = 1 - mien_random_real (key, 2 * index);

  return sqrt (-2 * log (u))
         * cos (6.283185307179586 * mien_random_real (key, 2 * index + 1));
}

static void
make_proposals (const Scenario *scenario, uint64_t key, Proposal *proposals)
{
  uint64_t effects = mien_random_key (key, 1), draws = mien_random_key (key, 2);

  for (int i = 0; i < FRAMES; i++)
    {
      Proposal *proposal = &proposals[i];
      double chance;

      /* Videos of different lengths. */
      proposal->video = (int) (scenario->videos
                               * pow (mien_random_real (draws, 3 * (uint64_t) i), 1.5));
      proposal->confidence =
          scenario->lowest
          + (0.999 - scenario->lowest) * mien_random_real (draws, 3 * (uint64_t) i + 1);
      chance = proposal->confidence - scenario->overrated
               - scenario->drift * proposal->video / scenario->videos;
      chance = fmin (fmax (chance, 0.01), 0.999);
      chance = 1
               / (1
                  + (1 - chance) / chance
                        * exp (-scenario->alike
                               * normal (effects, (uint64_t) proposal->video)));
      proposal->right = mien_random_real (draws, 3 * (uint64_t) i + 2) < chance;
    }
}

/* The accepted ones in random order; returns how many, and their true precision. */
static int
accept (const Proposal *proposals,
        double threshold,
        uint64_t key,
        MienAuditAnswer *answers,
        double *precision)
{
  int n = 0, right = 0;

  for (int i = 0; i < FRAMES; i++)
    if (proposals[i].confidence >= threshold)
      {
        answers[n++] = (MienAuditAnswer){ proposals[i].video, proposals[i].right };
        right += proposals[i].right;
      }
  for (int i = n - 1; i > 0; i--)
    {
      int k = (int) mien_random_below (key, (uint64_t) i, (uint32_t) i + 1);
      MienAuditAnswer kept = answers[i];

      answers[i] = answers[k];
      answers[k] = kept;
    }
  *precision = n > 0 ? (double) right / n : NAN;
  return n;
}

/* One count: look after look until something is decided. Returns the answers it took. */
static int
count (const MienAuditAnswer *answers,
       int n,
       double precision,
       int left,
       Tally *tally,
       MienAuditVerdict *verdict)
{
  bool covered = true;
  int taken = 0;

  *verdict = MIEN_AUDIT_TOO_FEW;
  for (int look = 0; look < MIEN_AUDIT_LOOKS; look++)
    {
      MienAuditInterval interval;

      if (mien_audit_looks[look] > (size_t) n || mien_audit_looks[look] > (size_t) left)
        break;
      taken = (int) mien_audit_looks[look];
      mien_audit_interval (answers, (size_t) taken, &interval);
      covered = covered && interval.lower <= precision && precision <= interval.upper;
      tally->width += interval.upper - interval.lower;
      tally->widths++;
      *verdict = mien_audit_judge (&interval, TARGET);
      if (*verdict == MIEN_AUDIT_MET || *verdict == MIEN_AUDIT_MISSED)
        break;
    }
  if (taken > 0)
    {
      tally->counts++;
      tally->covered += covered;
    }
  return taken;
}

static void
run (const Scenario *scenario, uint64_t key, Tally *tally)
{
  static Proposal proposals[FRAMES];
  static MienAuditAnswer answers[FRAMES];
  double threshold = 0.8;
  int spent = 0;

  make_proposals (scenario, key, proposals);
  for (int round = 0;; round++)
    {
      double precision;
      MienAuditVerdict verdict;
      int n = accept (proposals, threshold, mien_random_key (key, 100 + (uint64_t) round),
                      answers, &precision);
      int taken = count (answers, n, precision, BUDGET - spent, tally, &verdict);

      spent += taken;
      tally->answers += taken;
      tally->met += verdict == MIEN_AUDIT_MET;
      tally->met_rightly += verdict == MIEN_AUDIT_MET && precision >= TARGET;
      tally->open += verdict == MIEN_AUDIT_OPEN;
      tally->given_up += taken == 0;
      if (verdict != MIEN_AUDIT_MISSED)
        return;
      tally->raised++;
      threshold = mien_audit_raise (threshold);
    }
}

int
main (int argc, char **argv)
{
  int runs = argc > 1 ? atoi (argv[1]) : 2000;
  bool good = runs > 0;

  printf ("| proposals | counts | held at every look | mean width | met | met wrongly, "
          "of all counts "
          "| raised | open | given up | answers a run |\n"
          "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
  for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++)
    {
      Tally tally = { 0 };
      double held, wrongly;

      for (int r = 0; r < runs; r++)
        run (&scenarios[i], mien_random_key (20261128 + i, (uint64_t) r), &tally);
      held = (double) tally.covered / (double) tally.counts;
      wrongly = (double) (tally.met - tally.met_rightly) / (double) tally.counts;
      printf ("| %s | %ld | %.1f %% | %.3f | %ld | %.2f %% | %ld | %ld | %ld | %.0f |\n",
              scenarios[i].name, tally.counts, 100 * held,
              tally.width / (double) tally.widths, tally.met, 100 * wrongly, tally.raised,
              tally.open, tally.given_up, (double) tally.answers / runs);
      good = good && held >= 0.94 && wrongly <= 0.025;
    }
  return good ? 0 : 1;
}
