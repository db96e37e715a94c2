/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "mien-adam.h"
#include "mien-average.h"
#include "mien-class-weights.h"
#include "mien-metrics.h"
#include "mien-pack.h"
#include "mien-rules.h"
#include "mien-thresholds.h"
#include "mien-train-settings.h"

/*
 * A training, step by step. Everything random is a function of (seed, epoch, row or step), so that a
 * training taken up between two epochs goes on as if it had never stopped.
 *
 * A step of more rows than a forward may hold (micro_batch) is computed in near-equal parts: all parts
 * forward, the loss of the whole batch on all answers, then each part forward again and backward. So the
 * losses, their means and the CCC see the whole batch, as do thresholds and pseudo-labels; batch
 * normalisation alone sees the part, both views of its rows together, and moves its running statistics
 * once a part. It costs one more forward of all parts but the last.
 */

/* What an epoch came to. */
typedef struct
{
  MienLoss         loss;           /* means over the steps; n_... are sums */
  double           rate, norm;     /* the last step's learning rate; mean norm of the gradients */
  MienMetrics      validation, tuning;
  double           validation_coverage, tuning_coverage;   /* of expressions, at 95 % precision */
  MienThresholds   thresholds;     /* as after this epoch: what answers are accepted by */
  MienThresholds   asked;          /* what the rule asks of pseudo-labels now */
  int              best;           /* the epoch that is kept so far; 0: nothing to tune on */
} MienEpoch;

/* What a training carries from step to step beside weights and moments: doubles alone, for a checkpoint. */
typedef struct
{
  MienRuleState rules;
  double        thresholds[MIEN_N_THRESHOLDS];
  double        loss_first, loss_now;      /* of the first step; running mean */
  double        top_score, top_epoch;      /* the highest tuning score; 0: none yet */
  double        best_epoch;                /* that is kept: see mien-train-epoch.c; 0: none yet */
} MienTrainState;

typedef struct MienTraining MienTraining;

/* The pack, the network (made for mien_training_rows images of the pack's side, training) and the
 * pool are borrowed. NULL with one line in error (MIEN_ERROR_SIZE bytes) when memory fails or the
 * training rows carry no label at all. */
MienTraining   *mien_training_new        (const MienPack          *pack,
                                          const MienTrainSettings *settings,
                                          MienNetwork             *network,
                                          MienPool                *pool,
                                          char                    *error);
void            mien_training_free       (MienTraining            *training);

/* Images of a forward: one view or two of each row of a part. */
int             mien_training_rows       (const MienTrainSettings *settings);
uint64_t        mien_training_images     (const MienTraining      *training);   /* split 0 */
uint64_t        mien_training_validation (const MienTraining      *training);   /* split 1 */
/* Steps of an epoch: all training rows once, the last short batch dropped unless it is the only one. */
int             mien_training_steps      (const MienTraining      *training);
/* Which labels the training rows carry at all; NULL for what is not asked. */
void            mien_training_tasks      (const MienTraining      *training,
                                          bool                    *expression,
                                          bool                    *valence_arousal,
                                          bool                     action_units[12]);

/* What a checkpoint keeps besides the network. epochs: those done. */
MienAdam       *mien_training_adam       (MienTraining            *training);
MienAverage    *mien_training_average    (MienTraining            *training);
/* The average as it was after the best epoch; NULL without tuning rows. */
MienAverage    *mien_training_best       (MienTraining            *training);
MienRules      *mien_training_rules      (MienTraining            *training);
int             mien_training_epochs     (const MienTraining      *training);
void            mien_training_get_state  (const MienTraining      *training,
                                          MienTrainState          *state);
/* After adam, average, best and rules->chosen were filled. -1, nothing changed, if it is no such state. */
int             mien_training_set_state  (MienTraining            *training,
                                          const MienTrainState    *state,
                                          int                      epochs);
/* All epochs are done, or as many as the patience allows without a better tuning score. */
bool            mien_training_is_over    (const MienTraining      *training);

/* One step of the epoch at hand: step 0 .. mien_training_steps () - 1. n: how many rows it used; rate and
 * norm as in MienEpoch. Stops with the step and the layer when a number is none any more, and when the
 * running mean of the loss over some 20 steps is ten times that of the first step, or 10 if that was
 * under 1; no such weights are delivered. */
int             mien_training_step       (MienTraining            *training,
                                          int                      step,
                                          MienLoss                *loss,
                                          double                  *rate,
                                          double                  *norm,
                                          int                     *n,
                                          char                    *error);
/* Ends the epoch: thresholds from the labelled rows, metrics of the validation and tuning rows, all of
 * the averaged weights, which are what the training delivers. is_stopped is asked between
 * batches; 1 when it said so, and the epoch is then not done. */
int             mien_training_end_epoch  (MienTraining            *training,
                                          bool                   (*is_stopped) (void *),
                                          void                    *data,
                                          MienEpoch               *epoch,
                                          char                    *error);
