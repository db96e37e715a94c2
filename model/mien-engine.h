/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <string.h>

#include "mien-network.h"
#include "mien-train-settings.h"

/*
 * The program's own files: mien-engine.c parses the command line, one file a command carries it
 * out. PROTOCOL.md says what each command reads and prints.
 */

typedef struct
{
  const char       *weights, *input, *output, *pack, *run;
  long              size, batch, threads;              /* threads 0: not given */
  const char       *precision;                         /* "fp32" or "int8" */
  long              calibration;                       /* frames that int8 takes its ranges from */
  bool              features, json;
  MienTrainSettings train;                             /* of the command train */
} MienEngineOptions;

/* All return 0, or -1 with one line in error (MIEN_ERROR_SIZE bytes). */
int          mien_engine_forward      (const MienEngineOptions *options,
                                       char                    *error);
int          mien_engine_infer        (const MienEngineOptions *options,
                                       char                    *error);
int          mien_engine_train        (const MienEngineOptions *options,
                                       char                    *error);
int          mien_engine_bench_infer  (const MienEngineOptions *options,
                                       char                    *error);
int          mien_engine_bench_train  (const MienEngineOptions *options,
                                       char                    *error);
int          mien_engine_bench_layers (const MienEngineOptions *options,
                                       char                    *error);

static inline bool
mien_engine_is_int8 (const MienEngineOptions *options)
{
  return strcmp (options->precision, "int8") == 0;
}

/* CPUs that this process may use, 1 .. 64. */
int          mien_engine_cpus         (void);
/* A network for inference with its weights, and the pool it runs on, or NULL. A file without any
 * head is an error if heads is NULL, else *heads tells. */
MienNetwork *mien_engine_load_network (const char              *path,
                                       int                      batch,
                                       int                      side,
                                       int                      threads,
                                       MienNetworkShape        *shape,
                                       bool                    *heads,
                                       MienPool               **pool,
                                       char                    *error);
