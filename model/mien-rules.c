/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The rules that pick pseudo-labels. The state of a rule is running means over batches
 * and, for flex, the last sure answer of every row; it goes into checkpoints, so that a
 * training that is taken up again picks what an undisturbed one would.
 */

#include "mien-rules.h"

#include "mien-answers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum
{
  TASKS = 1 + 12, /* what chosen has of a row: the expression, then the units */
};

static const double POINT_THRESHOLD = 0.95;

int
mien_rules_init (MienRules *rules, MienRule rule, double threshold, size_t n_rows)
{
  *rules = (MienRules){ .rule = rule, .threshold = threshold };
  rules->state.level = 1.0 / 8;
  rules->state.variance = rules->state.point_variance = 1;
  for (int c = 0; c < 8; c++)
    rules->state.shares[c] = 1.0 / 8;
  for (int k = 0; k < 12; k++)
    {
      rules->state.unit_levels[k] = rules->state.unit_shares[k] = 0.5;
      rules->state.unit_variances[k] = 1;
    }
  if (rule != MIEN_RULE_FLEX)
    return 0;
  rules->n_rows = n_rows;
  rules->chosen = malloc (n_rows * TASKS);
  if (rules->chosen == NULL)
    return -1;
  memset (rules->chosen, -1, n_rows * TASKS);
  return 0;
}

void
mien_rules_clear (MienRules *rules)
{
  free (rules->chosen);
  *rules = (MienRules){ 0 };
}

void
mien_rules_add_row (MienRules *rules, const MienTarget *target)
{
  rules->counts[8] += target->expression < 0;
  for (int k = 0; k < 12; k++)
    rules->unit_counts[k][2] += target->action_units[k] < 0;
}

/* Counts one answer that replaces another; -1: none yet. -1 if there was none to replace.
 */
static int
replace (size_t *counts, int n_classes, int old, int new)
{
  size_t *from = &counts[old < 0 ? n_classes : old];

  if (*from == 0)
    return -1;
  --*from;
  counts[new < 0 ? n_classes : new]++;
  return 0;
}

int
mien_rules_restore (MienRules *rules)
{
  const double *values = (const double *) &rules->state;

  for (size_t i = 0; i < sizeof rules->state / sizeof *values; i++)
    if (!isfinite (values[i]) || values[i] < 0)
      return -1;
  for (size_t i = 0; i < rules->n_rows * TASKS; i++)
    {
      int task = (int) (i % TASKS), n_classes = task == 0 ? 8 : 2;
      size_t *counts = task == 0 ? rules->counts : rules->unit_counts[task - 1];

      if (rules->chosen[i] == -1)
        continue;
      if (rules->chosen[i] < 0 || rules->chosen[i] >= n_classes
          || replace (counts, n_classes, -1, rules->chosen[i]) != 0)
        return -1;
    }
  return 0;
}

/* What a class's share of the sure answers makes of flex's threshold. */
static double
flexible (const MienRules *rules, const size_t *counts, int n_classes, int class)
{
  size_t most = 0;
  double learnt;

  for (int c = 0; c <= n_classes; c++)
    most = counts[c] > most ? counts[c] : most;
  learnt = most > 0 ? (double) counts[class] / (double) most : 0;
  return rules->threshold * learnt / (2 - learnt);
}

void
mien_rules_thresholds (const MienRules *rules,
                       const MienThresholds *ada,
                       MienThresholds *thresholds)
{
  const MienRuleState *state = &rules->state;
  double largest = 0;

  *thresholds = *ada;
  if (rules->rule == MIEN_RULE_ADA)
    return;
  for (int c = 0; c < 8; c++)
    largest = fmax (largest, state->shares[c]);
  for (int c = 0; c < 8; c++)
    thresholds->expressions[c] =
        (float) (rules->rule == MIEN_RULE_ALL     ? 0
                 : rules->rule == MIEN_RULE_FIXED ? rules->threshold
                 : rules->rule == MIEN_RULE_FLEX  ? flexible (rules, rules->counts, 8, c)
                 : rules->rule == MIEN_RULE_FREE
                     ? state->level * state->shares[c] / largest
                     : state->level);
  for (int k = 0; k < 12; k++)
    for (int class = 0; class < 2; class ++)
      {
        double share = class == 1 ? state->unit_shares[k] : 1 - state->unit_shares[k];
        const size_t *counts = rules->unit_counts[k];

        (class == 1 ? thresholds->present : thresholds->absent)[k] =
            (float) (rules->rule == MIEN_RULE_ALL     ? 0
                     : rules->rule == MIEN_RULE_FIXED ? rules->threshold
                     : rules->rule == MIEN_RULE_FLEX  ? flexible (rules, counts, 2, class)
                     : rules->rule == MIEN_RULE_FREE
                         ? state->unit_levels[k] * share / fmax (share, 1 - share)
                         : state->unit_levels[k]);
      }
  thresholds->valence_arousal =
      (float) (rules->rule == MIEN_RULE_FREE || rules->rule == MIEN_RULE_SOFT
                   ? state->point_level
                   : POINT_THRESHOLD);
}

/* Of one task over the unlabelled rows of a batch. */
typedef struct
{
  double n, sum, squares, shares[8];
} Batch;

static void
add (Batch *batch, double confidence)
{
  batch->n += 1;
  batch->sum += confidence;
  batch->squares += confidence * confidence;
}

static void
move (double keep, const Batch *batch, double *level, double *variance)
{
  double mean;

  if (batch->n == 0)
    return;
  mean = batch->sum / batch->n;
  *level = keep * *level + (1 - keep) * mean;
  if (batch->n > 1)
    *variance =
        keep * *variance
        + (1 - keep) * fmax (0, batch->squares - batch->n * mean * mean) / (batch->n - 1);
}

static void
move_share (double keep, const Batch *batch, int class, double *share)
{
  if (batch->n > 0)
    *share = keep * *share + (1 - keep) * batch->shares[class] / batch->n;
}

/* Moves the running means of free and soft. */
static void
update (MienRules *rules,
        const MienTarget *targets,
        int n,
        const float *weak,
        const float *first,
        const float *second)
{
  MienRuleState *state = &rules->state;
  Batch expressions = { 0 }, units[12] = { { 0 } }, points = { 0 };
  double keep, p[8];
  float point[2];

  for (int i = 0; i < n; i++)
    {
      const float *row = weak + i * MIEN_OUTPUTS;

      if (targets[i].expression < 0)
        {
          add (&expressions, mien_expression_probabilities (row, p, NULL));
          for (int c = 0; c < 8; c++)
            expressions.shares[c] += p[c];
        }
      for (int k = 0; second != NULL && k < 12; k++)
        if (targets[i].action_units[k] < 0)
          {
            double present = mien_sigmoid (row[10 + k]);

            add (&units[k], fmax (present, 1 - present));
            units[k].shares[1] += present;
          }
      if (second != NULL && isnan (targets[i].valence))
        add (&points, fmax (0, mien_point_confidence (first + i * MIEN_OUTPUTS,
                                                      second + i * MIEN_OUTPUTS, point)));
    }
  state->updates += 1;
  keep = fmin (0.999, (1 + state->updates) / (10 + state->updates));
  move (keep, &expressions, &state->level, &state->variance);
  for (int c = 0; c < 8; c++)
    move_share (keep, &expressions, c, &state->shares[c]);
  for (int k = 0; k < 12; k++)
    {
      move (keep, &units[k], &state->unit_levels[k], &state->unit_variances[k]);
      move_share (keep, &units[k], 1, &state->unit_shares[k]);
    }
  move (keep, &points, &state->point_level, &state->point_variance);
}

static float
weight (const MienRules *rules, double confidence, double threshold, double variance)
{
  double below = threshold - confidence;

  if (rules->rule != MIEN_RULE_SOFT || below <= 0)
    return below <= 0;
  return variance > 0 ? (float) exp (-below * below / (2 * variance / 4)) : 0;
}

/* Whom flex will remember: rows above the plain threshold. */
static void
remember (MienRules *rules, uint32_t row, int task, int class, double confidence)
{
  int8_t *chosen = &rules->chosen[(size_t) row * TASKS + (size_t) task];

  if (confidence < rules->threshold || *chosen == class)
    return;
  replace (task == 0 ? rules->counts : rules->unit_counts[task - 1], task == 0 ? 8 : 2,
           *chosen, class);
  *chosen = (int8_t) class;
}

static void
select_row (const MienRules *rules,
            const MienThresholds *thresholds,
            const MienTarget *target,
            const float *weak,
            const float *first,
            const float *second,
            MienPseudo *pseudo)
{
  const MienRuleState *state = &rules->state;
  float point[2];
  double p[8], confidence;
  int class;

  *pseudo = (MienPseudo){ 0 };
  confidence = mien_expression_probabilities (weak, p, &class);
  pseudo->expression = (int8_t) class;
  if (target->expression < 0)
    pseudo->weight =
        weight (rules, confidence, thresholds->expressions[class], state->variance);
  if (second == NULL)
    return;
  for (int k = 0; k < 12; k++)
    {
      double present = mien_sigmoid (weak[10 + k]);

      class = present > 0.5;
      pseudo->action_units[k] = (int8_t) class;
      if (target->action_units[k] < 0)
        pseudo->unit_weights[k] =
            weight (rules, class ? present : 1 - present,
                    (class ? thresholds->present : thresholds->absent)[k],
                    state->unit_variances[k]);
    }
  confidence = mien_point_confidence (first, second, point);
  pseudo->valence = point[0];
  pseudo->arousal = point[1];
  if (isnan (target->valence))
    pseudo->point_weight =
        weight (rules, confidence, thresholds->valence_arousal, state->point_variance);
}

static void
remember_row (MienRules *rules,
              uint32_t row,
              const MienTarget *target,
              const float *weak,
              bool all_tasks)
{
  double p[8], confidence;
  int class;

  confidence = mien_expression_probabilities (weak, p, &class);
  if (target->expression < 0)
    remember (rules, row, 0, class, confidence);
  for (int k = 0; all_tasks && k < 12; k++)
    {
      double present = mien_sigmoid (weak[10 + k]);

      if (target->action_units[k] < 0)
        remember (rules, row, 1 + k, present > 0.5, fmax (present, 1 - present));
    }
}

void
mien_rules_select (MienRules *rules,
                   const MienThresholds *ada,
                   const uint32_t *rows,
                   const MienTarget *targets,
                   int n,
                   const float *weak,
                   const float *first,
                   const float *second,
                   MienPseudo *pseudo)
{
  MienThresholds thresholds;

  if (rules->rule == MIEN_RULE_FREE || rules->rule == MIEN_RULE_SOFT)
    update (rules, targets, n, weak, first, second);
  mien_rules_thresholds (rules, ada, &thresholds);
  for (int i = 0; i < n; i++)
    {
      size_t at = (size_t) i * MIEN_OUTPUTS;

      select_row (rules, &thresholds, &targets[i], weak + at,
                  first != NULL ? first + at : NULL, second != NULL ? second + at : NULL,
                  &pseudo[i]);
    }
  for (int i = 0; rules->rule == MIEN_RULE_FLEX && i < n; i++)
    remember_row (rules, rows[i], &targets[i], weak + (size_t) i * MIEN_OUTPUTS,
                  second != NULL);
}
