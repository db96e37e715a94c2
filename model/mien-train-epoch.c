/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The end of an epoch: the averaged weights are asked about the labelled rows, for the
 * thresholds, and about the validation and tuning rows, for the metrics. Tuning chooses
 * the epoch that is delivered; validation reports and chooses nothing.
 */

#include "mien-train-private.h"

#include "mien-answers.h"
#include "mien-coverage.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double PRECISION = 0.95;

/* What rows are asked for, and where the answers go. */
typedef struct
{
  MienTraining *training;
  bool (*is_stopped) (void *);
  void *data;
  MienThresholdSums thresholds;
  MienMetricsSums *metrics; /* NULL: for the thresholds */
  MienCoverageAnswer *answers;
  size_t n_answers;
} Questions;

static bool
feeds_thresholds (const MienTraining *training, const MienPackRow *row)
{
  bool any = row->expression >= 0 || (training->second != NULL && !isnan (row->valence));

  for (int k = 0; k < 12; k++)
    any |= row->action_units[k] >= 0;
  return any;
}

static void
add_answers (Questions *questions, size_t n, const float *outputs, const float *second)
{
  for (size_t i = 0; i < n; i++, outputs += MIEN_OUTPUTS)
    {
      const MienTarget *target = &questions->training->targets[i];
      float answer[MIEN_ANSWER];
      double p[8], confidence;
      int8_t units[12];
      int expression;

      if (questions->metrics == NULL)
        {
          mien_thresholds_add (&questions->thresholds, outputs,
                               second != NULL ? second + i * MIEN_OUTPUTS : NULL, target);
          continue;
        }
      mien_answer (outputs, NULL, answer);
      confidence = mien_expression_probabilities (outputs, p, &expression);
      if (target->expression >= 0)
        questions->answers[questions->n_answers++] =
            (MienCoverageAnswer){ confidence, expression == target->expression };
      for (int k = 0; k < 12; k++)
        units[k] = answer[11 + k] > 0.5f;
      mien_metrics_add (questions->metrics, (float[]){ target->valence, target->arousal },
                        target->expression, target->action_units, answer + 8, expression,
                        units);
    }
}

/* Views of up to a forward's rows, and what the network says of them in evaluation mode.
 */
static int
ask_some (MienTraining *training,
          const uint32_t *rows,
          size_t n,
          uint64_t key,
          float *outputs,
          char *error)
{
  MienViews views = { .training = training,
                      .rows = rows,
                      .n = n,
                      .weak = key,
                      .images = training->images,
                      .targets = training->targets };

  mien_views_make (&views);
  mien_network_infer (training->network, training->images, (int) n, outputs, NULL);
  if (mien_all_finite (outputs, n * MIEN_OUTPUTS))
    return 0;
  snprintf (error, MIEN_ERROR_SIZE,
            "after epoch %d the answers are no numbers any more; try a lower learning "
            "rate",
            training->epochs + 1);
  return -1;
}

/* 1 if stopped. */
static int
ask (Questions *questions, const uint32_t *rows, size_t n, char *error)
{
  MienTraining *training = questions->training;
  bool validation = questions->metrics != NULL;
  uint64_t key = validation ? 0 : mien_epoch_key (training, MIEN_FOR_THRESHOLDS);
  float *second = validation ? NULL : training->second;
  size_t most = (training->batch + training->n_parts - 1) / training->n_parts;

  for (size_t i = 0; i < n; i += most)
    {
      size_t some = n - i < most ? n - i : most;

      if (questions->is_stopped (questions->data))
        return 1;
      if (ask_some (training, rows + i, some, key, training->outputs, error) != 0
          || (second != NULL
              && ask_some (training, rows + i, some,
                           mien_epoch_key (training, MIEN_FOR_THRESHOLDS_SECOND), second,
                           error)
                     != 0))
        return -1;
      add_answers (questions, some, training->outputs, second);
    }
  return 0;
}

static int
measure (Questions *questions,
         const uint32_t *rows,
         size_t n,
         MienMetrics *metrics,
         double *coverage,
         char *error)
{
  int status;

  questions->metrics = mien_metrics_sums_new ();
  questions->answers = calloc (n + 1, sizeof *questions->answers);
  questions->n_answers = 0;
  if (questions->metrics == NULL || questions->answers == NULL)
    {
      snprintf (error, MIEN_ERROR_SIZE, "out of memory");
      status = -1;
    }
  else
    {
      status = ask (questions, rows, n, error);
      mien_metrics_finish (questions->metrics, metrics);
      *coverage = mien_coverage (questions->answers, questions->n_answers, PRECISION);
    }
  mien_metrics_sums_free (questions->metrics);
  free (questions->answers);
  questions->metrics = NULL;
  return status;
}

/* The latest epoch is kept that is as good as the highest so far, but for the standard
 * error that a share of as many rows has at most, 1 / (2 sqrt (n)). On a hundred tuning
 * rows the highest score is a matter of luck, and the longer trained average the better
 * model; on many thousands the highest is the best. */
static void
keep_best (MienTraining *training, const MienMetrics *tuning)
{
  double error = 0.5 / sqrt ((double) tuning->n_frames);

  if (!isfinite (tuning->score))
    return;
  if (training->top_epoch == 0 || tuning->score > training->top_score)
    {
      training->top_epoch = training->epochs;
      training->top_score = tuning->score;
    }
  if (tuning->score < training->top_score - error)
    return;
  training->best_epoch = training->epochs;
  memcpy (training->best.values, training->average.values,
          training->best.n * sizeof *training->best.values);
}

int
mien_training_end_epoch (MienTraining *training,
                         bool (*is_stopped) (void *),
                         void *data,
                         MienEpoch *epoch,
                         char *error)
{
  Questions questions = { .training = training, .is_stopped = is_stopped, .data = data };
  size_t n = 0;
  int status;

  for (size_t i = 0; i < training->n_rows; i++)
    if (feeds_thresholds (training, &training->pack->rows[training->rows[i]]))
      training->scratch[n++] = training->rows[i];
  mien_average_swap (&training->average, training->network);
  status = ask (&questions, training->scratch, n, error);
  if (status == 0)
    status = measure (&questions, training->validation, training->n_validation,
                      &epoch->validation, &epoch->validation_coverage, error);
  if (status == 0)
    status = measure (&questions, training->tuning, training->n_tuning, &epoch->tuning,
                      &epoch->tuning_coverage, error);
  mien_average_swap (&training->average, training->network);
  if (status != 0)
    return status;
  training->epochs++;
  keep_best (training, &epoch->tuning);
  mien_thresholds_finish (&questions.thresholds, training->epochs, &training->thresholds);
  epoch->thresholds = training->thresholds;
  mien_rules_thresholds (&training->rules, &training->thresholds, &epoch->asked);
  epoch->best = training->best_epoch;
  return 0;
}
