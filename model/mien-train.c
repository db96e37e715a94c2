/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The training: draws a batch, makes its views, takes the loss of the method and a step
 * of Adam; at the end of an epoch the thresholds and the validation. It keeps no random
 * state: keys are made of the seed, the epoch and the row, and of what they are for.
 */

#include "mien-train.h"

#include "mien-answers.h"
#include "mien-augment.h"
#include "mien-batches.h"
#include "mien-random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a key is for. */
enum
{
  FOR_ORDER = 1,
  FOR_DROPOUT,
  FOR_WEAK,
  FOR_STRONG,
  FOR_THRESHOLDS,
};

struct MienTraining
{
  const MienPack *pack;
  MienTrainSettings settings;
  MienNetwork *network;
  MienPool *pool;
  MienAdam adam;
  MienAverage average;
  MienThresholds thresholds;
  int epochs; /* done */

  uint32_t *rows, *validation; /* of the pack; training rows with an expression first */
  uint32_t *order, *scratch;   /* this epoch's, and what drawing it needs */
  size_t n_rows, n_labelled, n_validation;
  bool expression, valence_arousal, action_units[12];
  MienLossSettings loss_settings;

  size_t side, batch; /* batch: rows of a step */
  float *images, *outputs, *d_outputs;
  MienTarget *targets;
  uint8_t *views; /* four images a worker */
};

/* Sorts the pack's rows by what they are good for, and counts labels. */
static void
take_rows (MienTraining *training)
{
  const MienPack *pack = training->pack;
  uint64_t counts[8] = { 0 }, positives[12] = { 0 }, negatives[12] = { 0 };

  for (int labelled = 1; labelled >= 0; labelled--)
    {
      for (uint64_t i = 0; i < pack->n_rows; i++)
        if (pack->rows[i].split == 0 && (pack->rows[i].expression >= 0) == labelled)
          training->rows[training->n_rows++] = (uint32_t) i;
      if (labelled)
        training->n_labelled = training->n_rows;
    }
  for (uint64_t i = 0; i < pack->n_rows; i++)
    {
      const MienPackRow *row = &pack->rows[i];

      if (row->split != 0)
        {
          training->validation[training->n_validation++] = (uint32_t) i;
          continue;
        }
      training->valence_arousal |= !isnan (row->valence);
      if (row->expression >= 0)
        counts[row->expression]++;
      for (int k = 0; k < 12; k++)
        {
          positives[k] += row->action_units[k] == 1;
          negatives[k] += row->action_units[k] == 0;
        }
    }
  training->expression = training->n_labelled > 0;
  for (int k = 0; k < 12; k++)
    training->action_units[k] = positives[k] + negatives[k] > 0;
  mien_expression_weights (training->settings.class_weights, counts,
                           training->loss_settings.expression_weights);
  mien_action_unit_weights (training->settings.class_weights, positives, negatives,
                            training->loss_settings.action_unit_weights);
}

static bool
allocate (MienTraining *training)
{
  size_t n = training->pack->n_rows, pixels = training->side * training->side;
  size_t images = (size_t) mien_training_rows (&training->settings);

  training->rows = calloc (n, sizeof *training->rows);
  training->validation = calloc (n, sizeof *training->validation);
  training->order = calloc (n, sizeof *training->order);
  training->scratch = calloc (n, sizeof *training->scratch);
  training->images = calloc (images * pixels, 3 * sizeof *training->images);
  training->outputs = calloc (images, MIEN_OUTPUTS * sizeof *training->outputs);
  training->d_outputs = calloc (images, MIEN_OUTPUTS * sizeof *training->d_outputs);
  training->targets = calloc (images, sizeof *training->targets);
  training->views = calloc ((size_t) mien_pool_threads (training->pool) * pixels, 4 * 3);
  return training->rows != NULL && training->validation != NULL && training->order != NULL
         && training->scratch != NULL && training->images != NULL
         && training->outputs != NULL && training->d_outputs != NULL
         && training->targets != NULL && training->views != NULL
         && mien_adam_init (&training->adam, training->network) == 0
         && mien_average_init (&training->average, training->network) == 0;
}

MienTraining *
mien_training_new (const MienPack *pack,
                   const MienTrainSettings *settings,
                   MienNetwork *network,
                   MienPool *pool,
                   char *error)
{
  MienTraining *training = calloc (1, sizeof *training);
  bool any;

  if (training != NULL)
    {
      training->pack = pack;
      training->settings = *settings;
      training->network = network;
      training->pool = pool;
      training->side = pack->side;
    }
  if (training == NULL || pack->n_rows > UINT32_MAX || !allocate (training))
    {
      mien_training_free (training);
      snprintf (error, MIEN_ERROR_SIZE, "out of memory for a training on %llu frames",
                (unsigned long long) pack->n_rows);
      return NULL;
    }
  mien_thresholds_init (&training->thresholds);
  take_rows (training);
  training->batch = training->n_rows < (size_t) settings->batch
                        ? training->n_rows
                        : (size_t) settings->batch;
  any = training->expression || training->valence_arousal;
  for (int k = 0; k < 12; k++)
    any |= training->action_units[k];
  if (!any)
    {
      mien_training_free (training);
      snprintf (error, MIEN_ERROR_SIZE,
                "no training frame carries a label; label some, or import a list");
      return NULL;
    }
  return training;
}

void
mien_training_free (MienTraining *training)
{
  if (training == NULL)
    return;
  mien_adam_clear (&training->adam);
  mien_average_clear (&training->average);
  free (training->rows);
  free (training->validation);
  free (training->order);
  free (training->scratch);
  free (training->images);
  free (training->outputs);
  free (training->d_outputs);
  free (training->targets);
  free (training->views);
  free (training);
}

int
mien_training_rows (const MienTrainSettings *settings)
{
  return settings->method == MIEN_METHOD_SSMFAR ? 2 * settings->batch : settings->batch;
}

uint64_t
mien_training_images (const MienTraining *training)
{
  return training->n_rows;
}

uint64_t
mien_training_validation (const MienTraining *training)
{
  return training->n_validation;
}

int
mien_training_steps (const MienTraining *training)
{
  return (int) (training->n_rows / training->batch);
}

void
mien_training_tasks (const MienTraining *training,
                     bool *expression,
                     bool *valence_arousal,
                     bool action_units[12])
{
  if (expression != NULL)
    *expression = training->expression;
  if (valence_arousal != NULL)
    *valence_arousal = training->valence_arousal;
  if (action_units != NULL)
    memcpy (action_units, training->action_units, sizeof training->action_units);
}

MienAdam *
mien_training_adam (MienTraining *training)
{
  return &training->adam;
}

MienAverage *
mien_training_average (MienTraining *training)
{
  return &training->average;
}

MienThresholds *
mien_training_thresholds (MienTraining *training)
{
  return &training->thresholds;
}

int
mien_training_epochs (const MienTraining *training)
{
  return training->epochs;
}

void
mien_training_set_epochs (MienTraining *training, int epochs)
{
  training->epochs = epochs;
}

static uint64_t
epoch_key (const MienTraining *training, uint64_t purpose)
{
  return mien_random_key (
      mien_random_key (training->settings.seed, (uint64_t) training->epochs), purpose);
}

static MienTarget
target_of (const MienPackRow *row)
{
  MienTarget target = { .valence = row->valence,
                        .arousal = row->arousal,
                        .expression = row->expression };

  memcpy (target.action_units, row->action_units, sizeof target.action_units);
  return target;
}

/* A batch to be made: weak views under one key, strong ones under another; 0 for the
 * weak key means the frames as they are. */
typedef struct
{
  MienTraining *training;
  const uint32_t *rows;
  size_t n;
  uint64_t weak, strong;
} Views;

static void
make_views (void *data, int worker, size_t begin, size_t end)
{
  const Views *views = data;
  MienTraining *training = views->training;
  int side = (int) training->side;
  size_t size = 3 * training->side * training->side;
  uint8_t *view = training->views + (size_t) worker * 4 * size;

  for (size_t i = begin; i < end; i++)
    {
      uint32_t row = views->rows[i];
      const uint8_t *pixels = training->pack->pixels + row * size;

      training->targets[i] = target_of (&training->pack->rows[row]);
      if (views->weak == 0)
        {
          mien_normalise (pixels, side, false, training->images + i * size);
          continue;
        }
      mien_weak_view (pixels, side, mien_random_key (views->weak, row), view);
      mien_normalise (view, side, false, training->images + i * size);
      if (views->strong == 0)
        continue;
      mien_strong_view (pixels, side, mien_random_key (views->strong, row), view,
                        view + size);
      mien_normalise (view, side, false, training->images + (views->n + i) * size);
    }
}

int
mien_training_step (MienTraining *training, int step, MienLoss *loss, int *n, char *error)
{
  bool ssmfar = training->settings.method == MIEN_METHOD_SSMFAR;
  size_t batch = training->batch, rows = ssmfar ? 2 * batch : batch;
  Views views = { training, training->order + (size_t) step * batch, batch,
                  epoch_key (training, FOR_WEAK),
                  ssmfar ? epoch_key (training, FOR_STRONG) : 0 };
  uint64_t dropout = mien_random_key (epoch_key (training, FOR_DROPOUT), (uint64_t) step);

  if (step == 0)
    mien_batches_draw (epoch_key (training, FOR_ORDER), training->rows, training->n_rows,
                       training->n_labelled, training->order, training->scratch);
  mien_pool_run (training->pool, batch, make_views, &views);
  mien_network_forward (training->network, training->images, (int) rows, dropout | 1,
                        training->outputs);
  memcpy (training->loss_settings.thresholds, training->thresholds.expressions,
          sizeof training->loss_settings.thresholds);
  (ssmfar ? mien_loss_ssmfar
          : mien_loss_supervised) (training->outputs, training->targets, (int) batch,
                                   &training->loss_settings, loss, training->d_outputs);
  if (!isfinite (loss->total))
    return snprintf (error, MIEN_ERROR_SIZE,
                     "step %d of epoch %d: the loss is no number any more; try a lower "
                     "learning rate or other weights",
                     step + 1, training->epochs + 1),
           -1;
  mien_network_zero_gradients (training->network);
  mien_network_backward (training->network, training->d_outputs);
  mien_adam_step (&training->adam, training->network, training->settings.learning_rate);
  mien_average_add (&training->average, training->network, training->adam.step);
  *n = (int) batch;
  return 0;
}

static bool
feeds_thresholds (const MienPackRow *row)
{
  bool any = row->expression >= 0;

  for (int k = 0; k < 12; k++)
    any |= row->action_units[k] >= 0;
  return any;
}

typedef struct
{
  MienThresholdSums thresholds;
  MienMetricsSums *metrics;
} Sums;

static void
add_answers (const MienTraining *training, size_t n, bool validation, Sums *sums)
{
  for (size_t i = 0; i < n; i++)
    {
      const float *outputs = training->outputs + i * MIEN_OUTPUTS;
      const MienTarget *target = &training->targets[i];
      float answer[MIEN_ANSWER];
      double p[8];
      int8_t units[12];
      int expression;

      if (!validation)
        {
          mien_thresholds_add (&sums->thresholds, outputs, target);
          continue;
        }
      mien_answer (outputs, NULL, answer);
      mien_expression_probabilities (outputs, p, &expression);
      for (int k = 0; k < 12; k++)
        units[k] = answer[11 + k] > 0.5f;
      mien_metrics_add (sums->metrics, (float[]){ target->valence, target->arousal },
                        target->expression, target->action_units, answer + 8, expression,
                        units);
    }
}

static bool
all_finite (const float *values, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (!isfinite (values[i]))
      return false;
  return true;
}

/* Asks the network, in evaluation mode, about the n rows: 1 if stopped. */
static int
ask (MienTraining *training,
     const uint32_t *rows,
     size_t n,
     bool validation,
     bool (*is_stopped) (void *),
     void *data,
     Sums *sums,
     char *error)
{
  for (size_t i = 0; i < n; i += training->batch)
    {
      size_t batch = n - i < training->batch ? n - i : training->batch;
      Views views = { training, rows + i, batch,
                      validation ? 0 : epoch_key (training, FOR_THRESHOLDS), 0 };

      if (is_stopped (data))
        return 1;
      mien_pool_run (training->pool, batch, make_views, &views);
      mien_network_infer (training->network, training->images, (int) batch,
                          training->outputs, NULL);
      if (!all_finite (training->outputs, batch * MIEN_OUTPUTS))
        return snprintf (error, MIEN_ERROR_SIZE,
                         "after epoch %d the answers are no numbers any more; try a "
                         "lower learning rate",
                         training->epochs + 1),
               -1;
      add_answers (training, batch, validation, sums);
    }
  return 0;
}

int
mien_training_end_epoch (MienTraining *training,
                         bool (*is_stopped) (void *),
                         void *data,
                         MienEpoch *epoch,
                         char *error)
{
  Sums sums = { .metrics = mien_metrics_sums_new () };
  size_t n = 0;
  int status;

  if (sums.metrics == NULL)
    return snprintf (error, MIEN_ERROR_SIZE, "out of memory"), -1;
  for (size_t i = 0; i < training->n_rows; i++)
    if (feeds_thresholds (&training->pack->rows[training->rows[i]]))
      training->scratch[n++] = training->rows[i];
  mien_average_swap (&training->average, training->network);
  status = ask (training, training->scratch, n, false, is_stopped, data, &sums, error);
  if (status == 0)
    status = ask (training, training->validation, training->n_validation, true,
                  is_stopped, data, &sums, error);
  mien_average_swap (&training->average, training->network);
  if (status == 0)
    {
      training->epochs++;
      mien_thresholds_finish (&sums.thresholds, training->epochs, &training->thresholds);
      epoch->thresholds = training->thresholds;
      mien_metrics_finish (sums.metrics, &epoch->validation);
    }
  mien_metrics_sums_free (sums.metrics);
  return status;
}
