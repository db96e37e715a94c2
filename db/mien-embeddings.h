/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-farthest.h"
#include "mien-store.h"

G_BEGIN_DECLS

/*
 * Embeddings: what the model in use sees in a frame before its heads, MIEN_EMBEDDING numbers of length 1 (or all
 * 0), kept as half floats: 1,024 bytes a frame. They are kept of a sample, at most MIEN_EMBEDDING_SAMPLE training
 * frames with an image and a face. Every frame has a permanent random number that follows from its id, and the
 * lowest ones make the sample: so it holds the same frames from model to model, and as long as they are as few,
 * all of them.
 */

enum
{
  MIEN_EMBEDDING_SAMPLE = 50000,
};

/* Below which number a training frame is in the sample now. Reads the ids of all frames: 0.3 s of 2.8 million. */
gboolean    mien_embeddings_limit   (MienStore       *store,
                                     guint           *limit,
                                     GError         **error);
gboolean    mien_embeddings_sampled (gint64           frame,
                                     guint            limit);
/* In place of the one there is; a frame that is of no training video has none. INVALID: these are no features of
 * length 1. */
gboolean    mien_embeddings_store   (MienStore       *store,
                                     gint64           model,
                                     gint64           frame,
                                     const float     *features,      /* [MIEN_EMBEDDING] */
                                     GError         **error);
/* Frames of the sample that the model has read and that have no embedding of it. gint64 ids. */
GArray     *mien_embeddings_lacking (MienStore       *store,
                                     gint64           model,
                                     guint            limit,
                                     GError         **error);
/* Drops those of other models and of frames that are not in the sample any more, a few at a time. */
gboolean    mien_embeddings_prune   (MienStore       *store,
                                     gint64           model,
                                     guint            limit,
                                     GError         **error);

G_END_DECLS
