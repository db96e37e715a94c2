/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The rules that pick pseudo-labels, each against the formula of its paper on answers
 * that can be checked by hand, for expressions, both sides of an action unit and points.
 */

#include "mien-random.h"
#include "mien-rules.h"
#include "mien-test.h"

#include <math.h>
#include <string.h>

enum
{
  ROWS = 4,
};

static MienThresholds ada;
static MienTarget targets[ROWS];
static float weak[ROWS * MIEN_OUTPUTS], second[ROWS * MIEN_OUTPUTS];
static const uint32_t NUMBERS[ROWS] = { 5, 0, 3, 1 };
static MienPseudo pseudo[ROWS];

/* Class c with probability p, the others alike; unit 0 present with probability unit. */
static void
set_row (int row, int c, double p, double unit, float spread)
{
  float *logits = weak + row * MIEN_OUTPUTS, *other = second + row * MIEN_OUTPUTS;

  memset (logits, 0, MIEN_OUTPUTS * sizeof *logits);
  logits[c] = (float) log (7 * p / (1 - p));
  logits[8] = 0.25f;
  logits[10] = (float) log (unit / (1 - unit));
  memcpy (other, logits, MIEN_OUTPUTS * sizeof *logits);
  other[8] += spread;
}

static void
set_up (void)
{
  mien_thresholds_init (&ada);
  for (int i = 0; i < ROWS; i++)
    {
      targets[i] = (MienTarget){ NAN, NAN, -1, { 0 } };
      targets[i].action_units[0] = -1;
    }
  /* The last row is labelled in all tasks, and of no concern. */
  targets[3] = (MienTarget){ 0, 0, 4, { 0 } };
  set_row (0, 2, 0.90, 0.85, 0.00f);
  set_row (1, 2, 0.60, 0.10, 0.04f);
  set_row (2, 6, 0.96, 0.97, 0.20f);
  set_row (3, 1, 0.99, 0.99, 0.00f);
}

static void
pick (MienRules *rules, bool all)
{
  mien_rules_select (rules, &ada, NUMBERS, targets, ROWS, weak, weak, all ? second : NULL,
                     pseudo);
}

static void
start (MienRules *rules, MienRule rule, double threshold)
{
  set_up ();
  CHECK (mien_rules_init (rules, rule, threshold, 8) == 0);
  for (int i = 0; i < ROWS; i++)
    mien_rules_add_row (rules, &targets[i]);
}

static void
test_ada (void)
{
  MienRules rules;

  start (&rules, MIEN_RULE_ADA, 0.95);
  ada.expressions[2] = 0.92f;
  ada.present[0] = 0.86f;
  ada.absent[0] = 0.89f;
  ada.valence_arousal = 0.95f;
  pick (&rules, true);
  CHECK (pseudo[0].expression == 2 && pseudo[0].weight == 0);
  CHECK (pseudo[2].expression == 6 && pseudo[2].weight == 1);
  CHECK (pseudo[3].weight == 0 && pseudo[3].point_weight == 0
         && pseudo[3].unit_weights[0] == 0);
  CHECK (pseudo[0].action_units[0] == 1 && pseudo[0].unit_weights[0] == 0);
  CHECK (pseudo[1].action_units[0] == 0 && pseudo[1].unit_weights[0] == 1);
  CHECK (pseudo[2].unit_weights[0] == 1 && pseudo[2].unit_weights[1] == 0);
  CHECK (pseudo[0].point_weight == 1 && pseudo[1].point_weight == 1
         && pseudo[2].point_weight == 0);
  CHECK (fabsf (pseudo[1].valence - 0.27f) < 1e-6f && pseudo[1].arousal == 0);
  pick (&rules, false);
  CHECK (pseudo[2].weight == 1 && pseudo[2].unit_weights[0] == 0
         && pseudo[0].point_weight == 0);
  mien_rules_clear (&rules);
}

static void
test_fixed (void)
{
  MienRules rules;

  start (&rules, MIEN_RULE_FIXED, 0.89);
  ada.expressions[6] = 1;
  pick (&rules, true);
  CHECK (pseudo[0].weight == 1 && pseudo[1].weight == 0 && pseudo[2].weight == 1);
  CHECK (pseudo[0].unit_weights[0] == 0 && pseudo[1].unit_weights[0] == 1
         && pseudo[2].unit_weights[0] == 1);
  CHECK (pseudo[1].point_weight == 1 && pseudo[2].point_weight == 0);
  mien_rules_clear (&rules);
}

/* Every unlabelled answer, and no labelled one. */
static void
test_all (void)
{
  MienRules rules;
  MienThresholds asked;

  start (&rules, MIEN_RULE_ALL, 0.89);
  pick (&rules, true);
  for (int i = 0; i < ROWS; i++)
    {
      CHECK (pseudo[i].weight == (targets[i].expression < 0));
      for (int k = 0; k < 12; k++)
        CHECK (pseudo[i].unit_weights[k] == (targets[i].action_units[k] < 0));
    }
  mien_rules_thresholds (&rules, &ada, &asked);
  CHECK (asked.expressions[3] == 0 && asked.absent[3] == 0
         && asked.valence_arousal == 0.95f);
  mien_rules_clear (&rules);
}

/* At first nobody is chosen, so that every threshold is 0; then rows 0 and 2 (0.9 and
 * 0.96) are chosen, one each of classes 2 and 6, and one is not: b = 1 for both. */
static void
test_flex (void)
{
  MienRules rules, again;
  MienThresholds asked;

  start (&rules, MIEN_RULE_FLEX, 0.89);
  mien_rules_thresholds (&rules, &ada, &asked);
  CHECK (asked.expressions[2] == 0 && asked.expressions[6] == 0 && asked.present[0] == 0);
  CHECK (asked.valence_arousal == 0.95f);
  pick (&rules, true);
  CHECK (pseudo[0].weight == 1 && pseudo[1].weight == 1 && pseudo[2].weight == 1);
  CHECK (rules.chosen[5 * 13] == 2 && rules.chosen[0] == -1 && rules.chosen[3 * 13] == 6
         && rules.chosen[1 * 13] == -1);
  mien_rules_thresholds (&rules, &ada, &asked);
  CHECK (asked.expressions[2] == 0.89f && asked.expressions[6] == 0.89f
         && asked.expressions[0] == 0);
  /* Unit 0: one present (0.97), one absent (0.9), one not chosen (0.85). */
  CHECK (asked.present[0] == 0.89f && asked.absent[0] == 0.89f);
  set_row (1, 2, 0.95, 0.05, 0);
  pick (&rules, true);
  mien_rules_thresholds (&rules, &ada, &asked);
  CHECK (asked.expressions[2] == 0.89f);
  CHECK (fabsf (asked.expressions[6] - 0.89f * 0.5f / 1.5f) < 1e-6f);
  /* A row that changes its mind is counted once. */
  set_row (1, 6, 0.95, 0.05, 0);
  pick (&rules, true);
  CHECK (rules.counts[2] == 1 && rules.counts[6] == 2 && rules.counts[8] == 0);
  /* What a checkpoint has kept counts the same. */
  start (&again, MIEN_RULE_FLEX, 0.89);
  memcpy (again.chosen, rules.chosen, 8 * 13);
  CHECK (mien_rules_restore (&again) == 0);
  CHECK (memcmp (again.counts, rules.counts, sizeof rules.counts) == 0);
  CHECK (memcmp (again.unit_counts, rules.unit_counts, sizeof rules.unit_counts) == 0);
  again.chosen[0] = 8;
  CHECK (mien_rules_restore (&again) == -1);
  mien_rules_clear (&again);
  mien_rules_clear (&rules);
}

static void
test_free (void)
{
  MienRules rules;
  MienThresholds asked;
  double keep = 2 / 11.0, mean = (0.9 + 0.6 + 0.96) / 3;
  double level = keep / 8 + (1 - keep) * mean, two, six, present, unit;

  start (&rules, MIEN_RULE_FREE, 0.95);
  pick (&rules, true);
  mien_rules_thresholds (&rules, &ada, &asked);
  two = keep / 8 + (1 - keep) * (0.9 + 0.6 + 0.04 / 7) / 3;
  six = keep / 8 + (1 - keep) * (0.1 / 7 + 0.4 / 7 + 0.96) / 3;
  CHECK (two > six);
  CHECK (fabs (asked.expressions[2] - level) < 1e-6);
  CHECK (fabs (asked.expressions[6] - level * six / two) < 1e-6);
  unit = keep / 2 + (1 - keep) * (0.85 + 0.9 + 0.97) / 3;
  present = keep / 2 + (1 - keep) * (0.85 + 0.1 + 0.97) / 3;
  CHECK (fabs (asked.present[0] - unit) < 1e-6);
  CHECK (fabs (asked.absent[0] - unit * (1 - present) / present) < 1e-6);
  CHECK (fabs (asked.valence_arousal - (1 - keep) * (1 + 0.96 + 0.8) / 3) < 1e-6);
  CHECK (pseudo[0].weight == 1 && pseudo[1].weight == 0 && pseudo[2].weight == 1);
  /* The second update keeps 3 / 12. */
  pick (&rules, true);
  CHECK (fabs (rules.state.level - (0.25 * level + 0.75 * mean)) < 1e-6);
  for (int i = 0; i < 20000; i++)
    pick (&rules, false);
  CHECK (fabs (rules.state.level - mean) < 1e-6);
  mien_rules_clear (&rules);
}

static void
test_soft (void)
{
  MienRules rules;
  double keep = 2 / 11.0, mean = (0.9 + 0.6 + 0.96) / 3;
  double level = keep / 8 + (1 - keep) * mean;
  double squares = pow (0.9 - mean, 2) + pow (0.6 - mean, 2) + pow (0.96 - mean, 2);
  double variance = keep + (1 - keep) * squares / 2;

  start (&rules, MIEN_RULE_SOFT, 0.95);
  pick (&rules, true);
  CHECK (pseudo[0].weight == 1 && pseudo[2].weight == 1);
  CHECK (fabs (pseudo[1].weight - exp (-pow (0.6 - level, 2) / (2 * variance / 4)))
         < 1e-6);
  CHECK (pseudo[3].weight == 0);
  CHECK (pseudo[2].unit_weights[0] == 1 && pseudo[2].point_weight > 0
         && pseudo[0].point_weight == 1);
  mien_rules_clear (&rules);
}

/* A batch without unlabelled rows leaves the means alone. */
static void
test_labelled (void)
{
  MienRules rules;
  MienRuleState before;

  start (&rules, MIEN_RULE_FREE, 0.95);
  for (int i = 0; i < ROWS; i++)
    targets[i] = targets[3];
  before = rules.state;
  pick (&rules, true);
  before.updates = rules.state.updates;
  CHECK (memcmp (&before, &rules.state, sizeof before) == 0);
  mien_rules_clear (&rules);
}

int
main (void)
{
  static const MienTest TESTS[] = {
    { "adaptive thresholds", test_ada }, { "a fixed threshold", test_fixed },
    { "FlexMatch", test_flex },          { "FreeMatch", test_free },
    { "SoftMatch", test_soft },          { "nothing unlabelled", test_labelled },
    { "every answer", test_all },
  };

  return mien_test_run (TESTS, sizeof TESTS / sizeof *TESTS);
}
