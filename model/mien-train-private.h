/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-train.h"

/* What a key is for. */
enum
{
  MIEN_FOR_ORDER = 1,
  MIEN_FOR_DROPOUT,
  MIEN_FOR_WEAK,
  MIEN_FOR_STRONG,
  MIEN_FOR_THRESHOLDS,
  MIEN_FOR_SECOND,
  MIEN_FOR_THRESHOLDS_SECOND,
};

struct MienTraining
{
  const MienPack    *pack;
  MienTrainSettings  settings;
  MienNetwork       *network;
  MienPool          *pool;
  MienAdam           adam;
  MienAverage        average, best;
  MienThresholds     thresholds;           /* the adaptive rule's */
  MienRules          rules;
  int                epochs;               /* done */
  double             loss_first, loss_now, top_score;
  int                top_epoch, best_epoch;

  uint32_t          *rows, *validation, *tuning;   /* of the pack; rows with an expression first, with no label last */
  int8_t            *classes;              /* of the first n_labelled rows */
  uint32_t          *order, *scratch;      /* this epoch's, and what drawing it needs */
  size_t             n_rows, n_labelled, n_taught, n_validation, n_tuning;   /* n_taught: with any label */
  bool               expression, valence_arousal, action_units[12];
  MienLossSettings   loss_settings;

  size_t             side, batch;          /* batch: rows of a step */
  size_t             n_parts;              /* of a step; part i: rows i batch / n_parts and on */
  float             *images;               /* part by part its weak, then its strong views */
  float             *seconds;              /* the second weak views of a step, or NULL */
  float             *outputs, *d_outputs;  /* [weak, strong] of the step */
  float             *part_outputs;         /* of one forward */
  float             *teacher, *second;     /* answers to the weak views, or NULL */
  float             *statistics;           /* running ones, while parts go forward again */
  MienPseudo        *pseudo;
  MienTarget        *targets;
  uint8_t           *views;                /* four images a worker */
};

/* A batch to be made: row i of n to images + at (i), views weak under one key, strong under another; 0
 * for the weak key means the frames as they are. */
typedef struct
{
  MienTraining   *training;
  const uint32_t *rows;
  size_t          n;
  uint64_t        weak, strong;
  float          *images;                  /* strong views lie n behind the weak ones */
  MienTarget     *targets;                 /* or NULL: not wanted */
} MienViews;

void     mien_views_make (const MienViews    *views);
uint64_t mien_epoch_key  (const MienTraining *training,
                          uint64_t            purpose);
bool     mien_all_finite (const float        *values,
                          size_t              n);
