/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The model in use leaves embeddings of a sample, which cost it nothing: they are what
 * its heads work on. Where the sample was read without them (before the model was in use,
 * or by an earlier Mien) it is read again.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-embedding.h"

gboolean
mien_embedding_keep (const MienEmbedding *embedding,
                     gint64 frame,
                     const float *features,
                     guint i,
                     GError **error)
{
  return !mien_embeddings_sampled (frame, embedding->limit)
         || mien_embeddings_store (embedding->store, embedding->model, frame,
                                   features + (gsize) i * MIEN_EMBEDDING, error);
}

typedef struct
{
  const MienEmbedding *embedding;
  MienJob *job;
  const gint64 *frames;
  guint64 *read, total;
} CatchUp;

static gboolean
keep_features (const gsize *index,
               const MienPrediction *predictions,
               const float *features,
               guint n,
               gpointer data,
               GError **error)
{
  CatchUp *catch_up = data;
  MienStore *store = catch_up->embedding->store;
  gboolean ok = TRUE;

  if (!mien_store_begin (store, error))
    return FALSE;
  for (guint i = 0; ok && i < n; i++)
    ok = mien_embedding_keep (catch_up->embedding, catch_up->frames[index[i]], features,
                              i, error);
  if (!ok)
    {
      mien_store_rollback (store);
      return FALSE;
    }
  if (!mien_store_commit (store, error))
    return FALSE;
  *catch_up->read += n;
  mien_progress_count (catch_up->job->progress, *catch_up->read, catch_up->total);
  return TRUE;
}

gboolean
mien_embedding_catch_up (const MienEmbedding *embedding,
                         MienJob *job,
                         const MienInferenceOptions *options,
                         guint64 *read,
                         GError **error)
{
  g_autoptr (GArray) lacking = NULL;
  g_autoptr (MienFrameReader) reader = NULL;
  CatchUp catch_up = { .embedding = embedding, .job = job, .read = read };

  if (embedding->limit == 0)
    return TRUE;
  lacking = mien_embeddings_lacking (embedding->store, embedding->model, embedding->limit,
                                     error);
  if (lacking == NULL)
    return FALSE;
  if (lacking->len == 0)
    return TRUE;
  catch_up.frames = (const gint64 *) (void *) lacking->data;
  catch_up.total = *read + lacking->len;
  reader = mien_frame_reader_new (embedding->store, catch_up.frames, lacking->len,
                                  options->input_size, options->threads, job->progress);
  if (!mien_inference_run (options, reader, keep_features, &catch_up, error))
    return FALSE;
  mien_frame_reader_finish (reader);
  return TRUE;
}
