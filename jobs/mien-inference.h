/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-embeddings.h"
#include "mien-frame-reader.h"
#include "mien-proposals.h"

G_BEGIN_DECLS

/*
 * What a network says of frames: mien-engine's `infer`. Errors as in mien-engine-client.h.
 */

typedef struct
{
  GBytes       *weights;                   /* safetensors */
  int           input_size;
  guint         threads;
  gboolean      features;                  /* of the frame as it is, for 2 KB a frame through the pipe */
  GBytes       *calibration;               /* [n, side, side, 3], n up to 4096: answers in eight bits, and ranges
                                              from these; NULL: in float32 */
  GCancellable *cancellable;
} MienInferenceOptions;

/* Answers to one batch: index[i] is the place of the frame in the reader's array; features [n, MIEN_EMBEDDING],
 * NULL where they were not asked for. */
typedef gboolean (*MienInferenceFunc) (const gsize          *index,
                                       const MienPrediction *predictions,
                                       const float          *features,
                                       guint                 n,
                                       gpointer              data,
                                       GError              **error);

/* Every frame of the reader. func is called, in the order of the frames, while the engine computes the
 * next batch. */
gboolean mien_inference_run         (const MienInferenceOptions *options,
                                     MienFrameReader            *reader,
                                     MienInferenceFunc           func,
                                     gpointer                    data,
                                     GError                    **error);

G_END_DECLS
