/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-inference.h"
#include "mien-job.h"

G_BEGIN_DECLS

/*
 * The embeddings of the sample (mien-embeddings.h), as a model reads.
 */

typedef struct
{
  MienStore *store;
  gint64     model;
  guint      limit;                        /* of the sample; 0: none are kept of this model */
} MienEmbedding;

/* In the caller's transaction, if the frame is in the sample. Its features are row i of [n, MIEN_EMBEDDING]. */
gboolean    mien_embedding_keep     (const MienEmbedding        *embedding,
                                     gint64                      frame,
                                     const float                *features,
                                     guint                       i,
                                     GError                    **error);
/* Lets the model read once more what is in the sample and was read without its features being kept; what is done
 * stays done. options: as for the other frames. Adds to read how many frames that were. */
gboolean    mien_embedding_catch_up (const MienEmbedding        *embedding,
                                     MienJob                    *job,
                                     const MienInferenceOptions *options,
                                     guint64                    *read,
                                     GError                    **error);

G_END_DECLS
