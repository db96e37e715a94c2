/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The losses against their definitions, and every gradient against central differences
 * of the definitions in double: with and without labels of each task, with nothing
 * labelled, with none, some and all pseudo-labels confident, and with given ones of all
 * tasks and adjusted logits. Then class weights and thresholds on counts that can be
 * checked by hand.
 */

#include "mien-class-weights.h"
#include "mien-ops-naive.h"
#include "mien-random.h"
#include "mien-test.h"
#include "mien-thresholds.h"

#include <math.h>
#include <string.h>

enum
{
  ROWS = 7,
};

/* What a batch is labelled with, and how sure its weak views are. */
typedef struct
{
  const char *name;
  int expressions, valence_arousal,
      action_units; /* rows that have them, from the first */
  double sharpness; /* of the logits */
  int n_confident;  /* expected, -1: some but not all */
} Batch;

static const Batch BATCHES[] = {
  { "all labelled", 7, 7, 7, 3, 0 },
  { "expressions alone", 7, 0, 0, 3, 0 },
  { "half labelled, some confident", 3, 4, 5, 4, -1 },
  { "half labelled, none confident", 3, 4, 5, 0.1, 0 },
  { "half labelled, all confident", 3, 4, 5, 60, 4 },
  { "no expression, some confident", 0, 3, 2, 4, -1 },
  { "one valence", 2, 1, 0, 1, 0 },
  { "two valences", 2, 2, 0, 1, 0 },
  { "nothing labelled", 0, 0, 0, 0.1, 0 },
};

static const MienLossSettings SETTINGS = {
  .expression_weights = { 1, 2, .5f, 0, .75f, 1, 3, 1.25f },
  .action_unit_weights = { 1, 2, 3, .5f, 1, 1, 4, 1, 1, 1, .25f, 1 },
  .thresholds = { .5f, .6f, .8f, .5f, .7f, .6f, .5f, .9f },
};

static MienTarget targets[ROWS];
static MienPseudo pseudo[ROWS];
static float outputs[2 * ROWS * MIEN_OUTPUTS];
static double exact[2 * ROWS * MIEN_OUTPUTS];

static void
draw (const Batch *batch)
{
  for (int i = 0; i < ROWS; i++)
    {
      uint64_t key = mien_random_key (11, (uint64_t) i);
      bool has_va = i < batch->valence_arousal;

      targets[i].valence = has_va ? (float) (2 * mien_random_real (key, 0) - 1) : NAN;
      targets[i].arousal = has_va ? (float) (2 * mien_random_real (key, 1) - 1) : NAN;
      targets[i].expression =
          i < batch->expressions ? (int8_t) mien_random_below (key, 2, 8) : -1;
      for (uint64_t k = 0; k < 12; k++)
        targets[i].action_units[k] =
            i < batch->action_units ? (int8_t) mien_random_below (key, 3 + k, 3) - 1 : -1;
    }
  for (size_t i = 0; i < 2 * ROWS * MIEN_OUTPUTS; i++)
    {
      double scale = i % MIEN_OUTPUTS < 8 ? batch->sharpness : 1;

      exact[i] = outputs[i] = (float) (scale * (2 * mien_random_real (5, i) - 1));
    }
}

typedef void (*LossFunc) (const float *,
                          const MienTarget *,
                          int,
                          const MienLossSettings *,
                          MienLoss *,
                          float *);
typedef double (*NaiveFunc) (const double *,
                             const MienTarget *,
                             int,
                             const MienLossSettings *);

static void
check_loss (const Batch *batch,
            const MienLossSettings *settings,
            LossFunc func,
            NaiveFunc naive,
            int rows)
{
  const double H = 1e-5;
  float d_outputs[2 * ROWS * MIEN_OUTPUTS + 1];
  MienLoss loss, again;
  size_t n = (size_t) rows * MIEN_OUTPUTS;

  for (size_t i = 0; i <= n; i++)
    d_outputs[i] = NAN;
  func (outputs, targets, ROWS, settings, &loss, d_outputs);
  CHECK (isnan (d_outputs[n]));
  CHECK (isfinite (loss.total));
  CHECK (fabs (loss.total - naive (exact, targets, ROWS, settings)) < 1e-6);
  CHECK (fabs (loss.total - loss.expression - loss.valence_arousal - loss.action_units)
         < 1e-12);
  func (outputs, targets, ROWS, settings, &again, NULL);
  CHECK (again.total == loss.total);
  for (size_t i = 0; i < n; i++)
    {
      double at = exact[i], above, below, derivative;

      exact[i] = at + H;
      above = naive (exact, targets, ROWS, settings);
      exact[i] = at - H;
      below = naive (exact, targets, ROWS, settings);
      exact[i] = at;
      derivative = (above - below) / (2 * H);
      if (!(fabs (d_outputs[i] - derivative) < 1e-5))
        printf ("# %s: d [%zu][%zu] is %g, by differences %g\n", batch->name,
                i / MIEN_OUTPUTS, i % MIEN_OUTPUTS, d_outputs[i], derivative);
      CHECK (fabs (d_outputs[i] - derivative) < 1e-5);
    }
  CHECK (loss.n_unlabelled == ROWS - batch->expressions);
  if (func != mien_loss_ssmfar || settings->pseudo != NULL)
    return;
  if (batch->n_confident >= 0)
    CHECK (loss.n_confident == batch->n_confident);
  else
    CHECK (loss.n_confident > 0 && loss.n_confident < loss.n_unlabelled);
}

static void
test_batches (void)
{
  for (size_t i = 0; i < sizeof BATCHES / sizeof *BATCHES; i++)
    {
      draw (&BATCHES[i]);
      check_loss (&BATCHES[i], &SETTINGS, mien_loss_supervised,
                  mien_naive_loss_supervised, ROWS);
      check_loss (&BATCHES[i], &SETTINGS, mien_loss_ssmfar, mien_naive_loss_ssmfar,
                  2 * ROWS);
    }
}

static void
draw_pseudo (void)
{
  for (int i = 0; i < ROWS; i++)
    {
      uint64_t key = mien_random_key (13, (uint64_t) i);

      /* Weights of 0, 1 and between. */
      pseudo[i].weight = (float) fmax (0, fmin (1, 2 * mien_random_real (key, 0) - 0.5));
      pseudo[i].expression = (int8_t) mien_random_below (key, 1, 8);
      pseudo[i].point_weight = (float) mien_random_real (key, 2);
      pseudo[i].valence = (float) (2 * mien_random_real (key, 3) - 1);
      pseudo[i].arousal = (float) (2 * mien_random_real (key, 4) - 1);
      for (uint64_t k = 0; k < 12; k++)
        {
          pseudo[i].action_units[k] = (int8_t) mien_random_below (key, 5 + k, 2);
          pseudo[i].unit_weights[k] =
              (float) fmax (0, 2 * mien_random_real (key, 17 + k) - 1);
        }
    }
}

/* Pseudo-labels that somebody else has picked, of expressions or of all tasks, and
 * adjusted logits. */
static void
test_pseudo (void)
{
  draw_pseudo ();
  for (size_t i = 0; i < sizeof BATCHES / sizeof *BATCHES; i++)
    for (int all = 0; all < 2; all++)
      {
        MienLossSettings settings = SETTINGS;
        MienLoss loss;

        draw (&BATCHES[i]);
        settings.pseudo = pseudo;
        settings.all_tasks = all;
        for (int c = 0; c < 8; c++)
          settings.logit_adjustment[c] = (float) -c * 0.4f;
        check_loss (&BATCHES[i], &settings, mien_loss_supervised,
                    mien_naive_loss_supervised, ROWS);
        check_loss (&BATCHES[i], &settings, mien_loss_ssmfar, mien_naive_loss_ssmfar,
                    2 * ROWS);
        mien_loss_ssmfar (outputs, targets, ROWS, &settings, &loss, NULL);
        CHECK ((loss.n_unlabelled_points > 0)
               == (all && BATCHES[i].valence_arousal < ROWS));
        CHECK ((loss.n_unlabelled_units > 0) == all);
        CHECK (loss.n_confident_units <= loss.n_unlabelled_units);
      }
}

/* The adjustment moves the loss by what it should: with tau = 1 and logits of zero the
 * probabilities are the frequencies. */
static void
test_logit_adjustment (void)
{
  const uint64_t COUNTS[8] = { 50, 25, 15, 5, 3, 1, 1, 0 };
  MienLossSettings settings = SETTINGS;
  MienTarget target = targets[0];
  float row[MIEN_OUTPUTS] = { 0 };
  MienLoss loss;

  target.expression = 1;
  target.valence = target.arousal = NAN;
  memset (target.action_units, -1, 12);
  mien_logit_adjustment (1, COUNTS, settings.logit_adjustment);
  mien_loss_supervised (row, &target, 1, &settings, &loss, NULL);
  CHECK (fabs (loss.expression + 2 * log (25 / 101.0)) < 1e-6);
  mien_logit_adjustment (0.5, COUNTS, settings.logit_adjustment);
  CHECK (fabsf (settings.logit_adjustment[0] - 0.5f * logf (0.5f)) < 1e-6f);
  CHECK (fabsf (settings.logit_adjustment[7] - 0.5f * logf (0.01f)) < 1e-6f);
  mien_logit_adjustment (0, COUNTS, settings.logit_adjustment);
  for (int c = 0; c < 8; c++)
    CHECK (settings.logit_adjustment[c] == 0);
}

/* No label, no loss: not even of a task whose mean would be over nothing. */
static void
test_nothing (void)
{
  float d_outputs[ROWS * MIEN_OUTPUTS];
  MienLoss loss;

  draw (&BATCHES[sizeof BATCHES / sizeof *BATCHES - 1]);
  mien_loss_supervised (outputs, targets, ROWS, &SETTINGS, &loss, d_outputs);
  CHECK (loss.total == 0);
  for (int i = 0; i < ROWS * MIEN_OUTPUTS; i++)
    CHECK (d_outputs[i] == 0);
}

/* Logits as large as a network gone astray gives lose nothing to overflow. */
static void
test_large_logits (void)
{
  MienTarget target = { NAN, NAN, 2, { 1, 0, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1 } };
  float row[MIEN_OUTPUTS] = { 0, 900 }, d_row[MIEN_OUTPUTS];
  MienLoss loss;

  row[10] = -800;
  row[11] = 700;
  mien_loss_supervised (row, &target, 1, &SETTINGS, &loss, d_row);
  CHECK (fabs (loss.expression - 0.5 * 900) < 1e-3);
  CHECK (fabs (loss.action_units - (800 + 700) / 2.0) < 1e-3);
  CHECK (fabsf (d_row[1] - 0.5f) < 1e-6f && fabsf (d_row[2] + 0.5f) < 1e-6f);
  CHECK (fabsf (d_row[10] + 0.5f) < 1e-6f && fabsf (d_row[11] - 0.5f) < 1e-6f);
}

static void
test_expression_weights (void)
{
  const uint64_t COUNTS[8] = { 446, 16, 30, 3, 409, 31, 24, 0 };
  float w[8];
  double sum = 0, n = 0;

  mien_expression_weights (MIEN_CLASS_WEIGHTS_PAPER, COUNTS, w);
  CHECK (fabsf (w[0] - 959 / 446.0f) < 1e-5f && fabsf (w[3] - 959 / 3.0f) < 1e-4f);
  CHECK (w[7] == 0);
  mien_expression_weights (MIEN_CLASS_WEIGHTS_TEMPERED, COUNTS, w);
  for (int c = 0; c < 8; c++)
    {
      sum += (double) COUNTS[c] * w[c];
      n += (double) COUNTS[c];
    }
  CHECK (fabs (sum / n - 1) < 1e-6);
  CHECK (w[7] == 0);
  /* Rarer counts more, by the square root, but no more than four times the mean. */
  CHECK (fabs (w[0] / w[4] - sqrt (409 / 446.0)) < 1e-5);
  CHECK (w[3] > w[1] && w[3] < 1.1f * w[1] && w[1] > w[6] && w[6] > w[2] && w[2] > w[5]
         && w[5] > w[0]);
  CHECK (w[3] < 4.3f);

  mien_expression_weights (MIEN_CLASS_WEIGHTS_NONE, COUNTS, w);
  for (int c = 0; c < 8; c++)
    CHECK (w[c] == (c < 7));

  const uint64_t EVEN[8] = { 5, 5, 5, 5, 5, 5, 5, 5 }, NONE[8] = { 0 };
  mien_expression_weights (MIEN_CLASS_WEIGHTS_TEMPERED, EVEN, w);
  for (int c = 0; c < 8; c++)
    CHECK (fabsf (w[c] - 1) < 1e-6f);
  mien_expression_weights (MIEN_CLASS_WEIGHTS_TEMPERED, NONE, w);
  for (int c = 0; c < 8; c++)
    CHECK (w[c] == 0);
}

static void
test_action_unit_weights (void)
{
  const uint64_t POSITIVES[12] = { 50, 10, 1, 0, 100 },
                 NEGATIVES[12] = { 50, 90, 999, 7 };
  float w[12];

  mien_action_unit_weights (MIEN_CLASS_WEIGHTS_PAPER, POSITIVES, NEGATIVES, w);
  CHECK (w[0] == 1 && w[1] == 5 && w[2] == 500 && w[3] == 1 && w[4] == 0.5f && w[5] == 1);
  mien_action_unit_weights (MIEN_CLASS_WEIGHTS_TEMPERED, POSITIVES, NEGATIVES, w);
  CHECK (w[0] == 1 && fabsf (w[1] - sqrtf (5)) < 1e-6f && w[2] == 4 && w[3] == 1);
  CHECK (fabsf (w[4] - sqrtf (0.5f)) < 1e-6f && w[5] == 1);
  mien_action_unit_weights (MIEN_CLASS_WEIGHTS_NONE, POSITIVES, NEGATIVES, w);
  for (int k = 0; k < 12; k++)
    CHECK (w[k] == 1);
}

/* Logits with which class 2 has probability p. */
static void
set_confidence (float *row, double p)
{
  memset (row, 0, MIEN_OUTPUTS * sizeof *row);
  row[2] = (float) log (7 * p / (1 - p));
}

static void
test_thresholds (void)
{
  MienThresholds thresholds;
  MienThresholdSums sums = { { 0 }, { 0 } };
  float row[MIEN_OUTPUTS], second[MIEN_OUTPUTS] = { 0 };
  MienTarget right = { 0.5f, 0, 2, { 1, 0, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1 } };
  MienTarget wrong = right, unlabelled = right;

  mien_thresholds_init (&thresholds);
  CHECK (thresholds.expressions[7] == 0.8f && thresholds.action_units[11] == 0.8f);
  CHECK (thresholds.present[3] == 0.8f && thresholds.valence_arousal == 0.95f);
  wrong.expression = 3;
  wrong.valence = 0;
  wrong.action_units[1] = 1;
  unlabelled.expression = -1;
  unlabelled.valence = NAN;
  memset (unlabelled.action_units, -1, 12);

  /* .99 and .97 are right, .5 is wrong, .6 has no label: the mean is .98. Unit 0 is
   * right with .95, unit 1 with .9 (as absent), unit 2 wrong. The points of the two views
   * lie .02 apart, and .05 from the label. */
  for (int i = 0; i < 4; i++)
    {
      set_confidence (row, (double[]){ .99, .97, .5, .6 }[i]);
      row[10] = (float) log (.95 / .05);
      row[11] = (float) log (.1 / .9);
      row[12] = -3;
      row[8] = .45f;
      second[8] = .47f;
      mien_thresholds_add (&sums, row, second,
                           i < 2    ? &right
                           : i == 2 ? &wrong
                                    : &unlabelled);
    }
  CHECK (sums.counts[2] == 2 && sums.counts[8] == 3 && sums.counts[9] == 2
         && sums.counts[10] == 0);
  CHECK (sums.counts[20] == 3 && sums.counts[21] == 0 && sums.counts[32] == 0
         && sums.counts[33] == 2 && sums.counts[44] == 2);
  mien_thresholds_finish (&sums, 5, &thresholds);
  CHECK (fabs (thresholds.expressions[2] - .98 * .97 / (1 + exp (-5))) < 1e-6);
  CHECK (fabs (thresholds.action_units[0] - .95 * .97 / (1 + exp (-5))) < 1e-6);
  CHECK (fabs (thresholds.action_units[1] - .9 * .97 / (1 + exp (-5))) < 1e-6);
  CHECK (thresholds.action_units[2] == 0.8f && thresholds.expressions[3] == 0.8f);
  CHECK (thresholds.present[0] == thresholds.action_units[0]
         && thresholds.absent[0] == 0.8f && thresholds.present[1] == 0.8f
         && thresholds.absent[1] == thresholds.action_units[1]);
  CHECK (thresholds.valence_arousal == 0.95f); /* .98 x .97 x .99 is below the floor */
  /* The floor binds in the first epoch. */
  mien_thresholds_finish (&sums, 1, &thresholds);
  CHECK (thresholds.expressions[2] == 0.8f);
}

int
main (void)
{
  static const MienTest TESTS[] = {
    { "losses and gradients by definition", test_batches },
    { "pseudo-labels that are given", test_pseudo },
    { "adjusted logits", test_logit_adjustment },
    { "nothing labelled, nothing learnt", test_nothing },
    { "large logits", test_large_logits },
    { "weights of expressions", test_expression_weights },
    { "weights of action units", test_action_unit_weights },
    { "adaptive thresholds", test_thresholds },
  };

  return mien_test_run (TESTS, sizeof TESTS / sizeof *TESTS);
}
