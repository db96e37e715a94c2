/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the model in use has said of all frames: the dearest part of reading an index,
 * because an answer and its acceptance have to be worked out of 23 numbers. So it has a
 * thread and a connection of its own while frames and labels are read.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-index-private.h"

#define CHECK_EVERY 4096

struct _MienPredictionsReader
{
  char *path;
  const MienModel *model;
  GCancellable *cancellable;
  gint stop;
  GThread *thread;
  GArray *predictions;
  GError *error;
};

static gboolean
is_stopped (GCancellable *cancellable, const gint *stop, GError **error)
{
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return TRUE;
  if (stop == NULL || g_atomic_int_get (stop) == 0)
    return FALSE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "not needed any more");
  return TRUE;
}

GArray *
mien_index_predictions (MienStore *store,
                        const MienModel *model,
                        gint64 behind,
                        GCancellable *cancellable,
                        const gint *stop,
                        GError **error)
{
  g_autoptr (GArray) predictions = g_array_new (FALSE, FALSE, sizeof (MienProposed));
  g_autoptr (MienStatement) row =
      mien_query (store, error,
                  MIEN_SCAN "SELECT frame, outputs FROM prediction"
                            " WHERE model = ?1 AND frame > ?2 ORDER BY frame",
                  MIEN_INT (model->id), MIEN_INT (behind));
  MienStep step = MIEN_STEP_ERROR;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      gint64 frame = mien_column_int (row, 0);
      MienPrediction prediction;
      MienProposed proposed;

      if (predictions->len % CHECK_EVERY == 0 && is_stopped (cancellable, stop, error))
        return NULL;
      if (!mien_prediction_read (store, row, 1, model->id, frame, &prediction, error))
        return NULL;
      mien_proposed_init (&proposed, frame, &prediction, model);
      g_array_append_val (predictions, proposed);
    }
  return step == MIEN_STEP_DONE ? g_steal_pointer (&predictions) : NULL;
}

static gpointer
read_aside (gpointer data)
{
  MienPredictionsReader *reader = data;
  g_autoptr (MienStore) store =
      mien_store_open (reader->path, MIEN_STORE_READ_ONLY, &reader->error);

  if (store != NULL)
    reader->predictions = mien_index_predictions (
        store, reader->model, 0, reader->cancellable, &reader->stop, &reader->error);
  return NULL;
}

/* model must live until the reader is finished with. */
MienPredictionsReader *
mien_predictions_reader_new (MienStore *store,
                             const MienModel *model,
                             GCancellable *cancellable)
{
  MienPredictionsReader *reader = g_new0 (MienPredictionsReader, 1);

  reader->path = g_strdup (mien_store_path (store));
  reader->model = model;
  reader->cancellable = cancellable;
  reader->thread = g_thread_new ("mien-predictions", read_aside, reader);
  return reader;
}

GArray *
mien_predictions_reader_finish (MienPredictionsReader *reader,
                                gboolean wanted,
                                GError **error)
{
  GArray *predictions;

  if (!wanted)
    g_atomic_int_set (&reader->stop, 1);
  g_thread_join (reader->thread);
  predictions = g_steal_pointer (&reader->predictions);
  if (!wanted)
    g_clear_pointer (&predictions, g_array_unref);
  else if (predictions == NULL)
    g_propagate_error (error, g_steal_pointer (&reader->error));
  g_clear_error (&reader->error);
  g_free (reader->path);
  g_free (reader);
  return predictions;
}
