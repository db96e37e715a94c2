/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "mien-adam.h"
#include "mien-average.h"
#include "mien-class-weights.h"
#include "mien-metrics.h"
#include "mien-pack.h"
#include "mien-thresholds.h"

/*
 * A training, step by step. Everything random is a function of (seed, epoch, row or step), so that a
 * training taken up between two epochs goes on as if it had never stopped.
 */

typedef enum
{
  MIEN_METHOD_SSMFAR,
  MIEN_METHOD_SUPERVISED,
} MienMethod;

typedef struct
{
  MienMethod       method;
  MienClassWeights class_weights;
  int              batch;
  double           learning_rate;
  uint64_t         seed;
} MienTrainSettings;

/* What an epoch came to. */
typedef struct
{
  MienLoss         loss;           /* means over the steps; n_... are sums */
  MienMetrics      validation;
  MienThresholds   thresholds;     /* as after this epoch */
} MienEpoch;

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

/* Images of a step's forward: two views of each row, or one. */
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
MienThresholds *mien_training_thresholds (MienTraining            *training);
int             mien_training_epochs     (const MienTraining      *training);
void            mien_training_set_epochs (MienTraining            *training,
                                          int                      epochs);

/* One step of the epoch at hand: step 0 .. mien_training_steps () - 1. n: how many rows it used. */
int             mien_training_step       (MienTraining            *training,
                                          int                      step,
                                          MienLoss                *loss,
                                          int                     *n,
                                          char                    *error);
/* Ends the epoch: thresholds from the labelled rows, metrics of the validation rows, both of the
 * averaged weights, which are what the training delivers. is_stopped is asked between
 * batches; 1 when it said so, and the epoch is then not done. */
int             mien_training_end_epoch  (MienTraining            *training,
                                          bool                   (*is_stopped) (void *),
                                          void                    *data,
                                          MienEpoch               *epoch,
                                          char                    *error);
