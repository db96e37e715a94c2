/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-train.h"

/*
 * A checkpoint: what a training needs to go on, in one safetensors file. Tensors: the network's own,
 * and average.NAME, adam.m.NAME, adam.v.NAME; with tuning rows best.NAME, the average as it was after
 * the best epoch; training.state, a MienTrainState; of the rule flex rules.chosen. Notes: mien.run, a line
 * that says which training it is (pack, settings, starting weights; equal lines give equal steps),
 * mien.epochs, mien.steps, mien.threads.
 */

typedef struct
{
  const MienPack          *pack;
  const MienTrainSettings *settings;
  int                      threads;
  uint64_t                 start;  /* hash of the weights that the training began with */
} MienCheckpointRun;

/* Over all parameters and running statistics, in their order. */
uint64_t mien_checkpoint_hash    (MienNetwork             *network);

/* All return 0, or -1 with one line in error (MIEN_ERROR_SIZE bytes). */
int      mien_checkpoint_write   (const char              *path,
                                  const MienCheckpointRun *run,
                                  MienTraining            *training,
                                  MienNetwork             *network,
                                  char                    *error);
/* Threads that the training in the file ran on; 0 if there is no file. */
int      mien_checkpoint_threads (const char              *path,
                                  int                     *threads,
                                  char                    *error);
/* Fills training and network; fits is false, and nothing is touched, if there is no file or it is
 * of another training, or further on than max_epochs. */
int      mien_checkpoint_read    (const char              *path,
                                  const MienCheckpointRun *run,
                                  int                      max_epochs,
                                  MienTraining            *training,
                                  MienNetwork             *network,
                                  bool                    *fits,
                                  char                    *error);
/* What is delivered, for those who use the model: the averaged weights alone, of the best epoch if there
 * are tuning rows with labels. */
int      mien_checkpoint_write_weights (const char        *path,
                                        MienTraining      *training,
                                        MienNetwork       *network,
                                        char              *error);
