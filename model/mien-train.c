/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A training as an object: its rows, its buffers, and the state that a checkpoint keeps.
 * mien-train-step.c takes its steps, mien-train-epoch.c ends its epochs. It keeps no
 * random state: keys are made of the seed, the epoch and the row, and of what they are
 * for.
 */

#include "mien-train-private.h"

#include "mien-random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static MienTarget
target_of (const MienPackRow *row)
{
  MienTarget target = { .valence = row->valence,
                        .arousal = row->arousal,
                        .expression = row->expression };

  memcpy (target.action_units, row->action_units, sizeof target.action_units);
  return target;
}

enum
{
  WITH_EXPRESSION,
  WITH_OTHER_LABELS,
  WITHOUT_LABELS,
};

static int
kind_of (const MienPackRow *row)
{
  bool any = !isnan (row->valence);

  for (int k = 0; k < 12; k++)
    any |= row->action_units[k] >= 0;
  return row->expression >= 0 ? WITH_EXPRESSION
         : any                ? WITH_OTHER_LABELS
                              : WITHOUT_LABELS;
}

/* Sorts the pack's rows by what they are good for. */
static void
take_rows (MienTraining *training)
{
  const MienPack *pack = training->pack;

  for (int kind = WITH_EXPRESSION; kind <= WITHOUT_LABELS; kind++)
    {
      for (uint64_t i = 0; i < pack->n_rows; i++)
        if (pack->rows[i].split == MIEN_PACK_TRAIN && kind_of (&pack->rows[i]) == kind)
          {
            training->classes[training->n_rows] = pack->rows[i].expression;
            training->rows[training->n_rows++] = (uint32_t) i;
          }
      if (kind == WITH_EXPRESSION)
        training->n_labelled = training->n_rows;
      if (kind == WITH_OTHER_LABELS)
        training->n_taught = training->n_rows;
    }
  for (uint64_t i = 0; i < pack->n_rows; i++)
    if (pack->rows[i].split == MIEN_PACK_VALIDATION)
      training->validation[training->n_validation++] = (uint32_t) i;
    else if (pack->rows[i].split == MIEN_PACK_TUNING)
      training->tuning[training->n_tuning++] = (uint32_t) i;
}

/* Counts the training rows' labels: weights, and what can be learnt. */
static void
count_labels (MienTraining *training)
{
  uint64_t counts[8] = { 0 }, positives[12] = { 0 }, negatives[12] = { 0 };
  MienLossSettings *settings = &training->loss_settings;

  for (size_t i = 0; i < training->n_rows; i++)
    {
      const MienPackRow *row = &training->pack->rows[training->rows[i]];
      MienTarget target = target_of (row);

      mien_rules_add_row (&training->rules, &target);
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
  mien_expression_weights ((MienClassWeights) training->settings.class_weights, counts,
                           settings->expression_weights);
  mien_action_unit_weights ((MienClassWeights) training->settings.class_weights,
                            positives, negatives, settings->action_unit_weights);
  mien_logit_adjustment (training->settings.logit_adjustment, counts,
                         settings->logit_adjustment);
}

static size_t
count_statistics (MienNetwork *network)
{
  size_t n, sum = 0;
  const MienParameter *parameters = mien_network_parameters (network, &n);

  for (size_t i = 0; i < n; i++)
    sum += parameters[i].gradient == NULL ? parameters[i].n : 0;
  return sum;
}

/* What a step needs; batch: its rows. */
static bool
allocate_step (MienTraining *training, size_t batch)
{
  const MienTrainSettings *settings = &training->settings;
  size_t size = 3 * training->side * training->side;
  size_t views = settings->method == MIEN_METHOD_SSMFAR ? 2 : 1;
  size_t outputs = batch * MIEN_OUTPUTS;
  bool all = views == 2 && settings->pseudo == MIEN_PSEUDO_ALL;
  bool asks = all || (views == 2 && settings->teacher == MIEN_TEACHER_AVERAGE);

  training->images = calloc (views * batch * size, sizeof (float));
  training->outputs = calloc (views * outputs, sizeof (float));
  training->d_outputs = calloc (views * outputs, sizeof (float));
  training->part_outputs = calloc (views * outputs, sizeof (float));
  training->targets = calloc (batch, sizeof *training->targets);
  training->pseudo = calloc (batch, sizeof *training->pseudo);
  training->statistics = calloc (count_statistics (training->network), sizeof (float));
  training->views = calloc ((size_t) mien_pool_threads (training->pool) * size, 4);
  training->teacher = asks ? calloc (outputs, sizeof (float)) : NULL;
  training->second = all ? calloc (outputs, sizeof (float)) : NULL;
  training->seconds = all ? calloc (batch * size, sizeof (float)) : NULL;
  return training->images != NULL && training->outputs != NULL
         && training->d_outputs != NULL && training->part_outputs != NULL
         && training->targets != NULL && training->pseudo != NULL
         && training->statistics != NULL && training->views != NULL
         && (!asks || training->teacher != NULL)
         && (!all || (training->second != NULL && training->seconds != NULL));
}

static bool
allocate_rows (MienTraining *training)
{
  const MienTrainSettings *settings = &training->settings;
  size_t n = training->pack->n_rows;

  training->rows = calloc (n, sizeof *training->rows);
  training->classes = calloc (n, sizeof *training->classes);
  training->validation = calloc (n, sizeof *training->validation);
  training->tuning = calloc (n, sizeof *training->tuning);
  training->order = calloc (2 * n, sizeof *training->order); /* a pass may end later */
  training->scratch = calloc (n, sizeof *training->scratch);
  return training->rows != NULL && training->classes != NULL
         && training->validation != NULL && training->tuning != NULL
         && training->order != NULL && training->scratch != NULL
         && mien_rules_init (&training->rules, (MienRule) settings->rule,
                             settings->threshold, n)
                == 0
         && mien_adam_init (&training->adam, training->network) == 0
         && mien_average_init (&training->average, training->network) == 0;
}

/* Fills a zeroed training; -1 without memory. */
static int
prepare (MienTraining *training)
{
  const MienTrainSettings *settings = &training->settings;
  size_t part =
      (size_t) (settings->micro_batch > 0 ? settings->micro_batch : settings->batch);

  if (training->pack->n_rows > UINT32_MAX || !allocate_rows (training))
    return -1;
  take_rows (training);
  count_labels (training);
  training->batch = training->n_rows < (size_t) settings->batch
                        ? training->n_rows
                        : (size_t) settings->batch;
  training->n_parts = (training->batch + part - 1) / part;
  training->adam.settings = (MienAdamSettings){
    .weight_decay = settings->weight_decay,
    .clip = settings->clip,
    .trunk_rate = settings->trunk_rate,
    .freeze = settings->freeze,
  };
  mien_thresholds_init (&training->thresholds);
  if (!allocate_step (training, training->batch)
      || (training->n_tuning > 0
          && mien_average_init (&training->best, training->network) != 0))
    return -1;
  return 0;
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
  if (training == NULL || prepare (training) != 0)
    {
      mien_training_free (training);
      snprintf (error, MIEN_ERROR_SIZE,
                "out of memory for a training on %llu frames; try a smaller batch",
                (unsigned long long) pack->n_rows);
      return NULL;
    }
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
  mien_average_clear (&training->best);
  mien_rules_clear (&training->rules);
  free (training->rows);
  free (training->classes);
  free (training->validation);
  free (training->tuning);
  free (training->order);
  free (training->scratch);
  free (training->images);
  free (training->seconds);
  free (training->outputs);
  free (training->d_outputs);
  free (training->part_outputs);
  free (training->teacher);
  free (training->second);
  free (training->statistics);
  free (training->pseudo);
  free (training->targets);
  free (training->views);
  free (training);
}

int
mien_training_rows (const MienTrainSettings *settings)
{
  int rows = settings->micro_batch > 0 && settings->micro_batch < settings->batch
                 ? settings->micro_batch
                 : settings->batch;

  return settings->method == MIEN_METHOD_SSMFAR ? 2 * rows : rows;
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

MienAverage *
mien_training_best (MienTraining *training)
{
  return training->n_tuning > 0 ? &training->best : NULL;
}

MienRules *
mien_training_rules (MienTraining *training)
{
  return &training->rules;
}

int
mien_training_epochs (const MienTraining *training)
{
  return training->epochs;
}

void
mien_training_get_state (const MienTraining *training, MienTrainState *state)
{
  const float *thresholds = (const float *) &training->thresholds;

  *state = (MienTrainState){
    .rules = training->rules.state,
    .loss_first = training->loss_first,
    .loss_now = training->loss_now,
    .top_score = training->top_score,
    .top_epoch = training->top_epoch,
    .best_epoch = training->best_epoch,
  };
  for (int i = 0; i < MIEN_N_THRESHOLDS; i++)
    state->thresholds[i] = (double) thresholds[i];
}

int
mien_training_set_state (MienTraining *training, const MienTrainState *state, int epochs)
{
  MienRuleState before = training->rules.state;
  float *thresholds = (float *) &training->thresholds;

  for (int i = 0; i < MIEN_N_THRESHOLDS; i++)
    if (!(state->thresholds[i] >= 0 && state->thresholds[i] <= 1))
      return -1;
  if (!isfinite (state->loss_first) || !isfinite (state->loss_now)
      || !isfinite (state->top_score)
      || !(state->top_epoch >= 0 && state->top_epoch <= state->best_epoch)
      || !(state->best_epoch <= epochs))
    return -1;
  training->rules.state = state->rules;
  if (mien_rules_restore (&training->rules) != 0)
    {
      training->rules.state = before;
      return -1;
    }
  training->loss_first = state->loss_first;
  training->loss_now = state->loss_now;
  training->top_score = state->top_score;
  training->top_epoch = (int) state->top_epoch;
  training->best_epoch = (int) state->best_epoch;
  training->epochs = epochs;
  for (int i = 0; i < MIEN_N_THRESHOLDS; i++)
    thresholds[i] = (float) state->thresholds[i];
  return 0;
}

bool
mien_training_is_over (const MienTraining *training)
{
  int patience = training->settings.patience;

  return training->epochs >= training->settings.epochs
         || (patience > 0 && training->top_epoch > 0
             && training->epochs - training->top_epoch >= patience);
}

uint64_t
mien_epoch_key (const MienTraining *training, uint64_t purpose)
{
  return mien_random_key (
      mien_random_key ((uint64_t) training->settings.seed, (uint64_t) training->epochs),
      purpose);
}

bool
mien_all_finite (const float *values, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (!isfinite (values[i]))
      return false;
  return true;
}
