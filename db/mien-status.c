/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The figures of `mienctl status` and the side bar. Frames and labels come from the
 * census, proposals from the tally, both kept by triggers; only the waiting part of the
 * queue is counted, by index.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-store-private.h"

static gboolean
read_census (MienStore *store, MienStatus *status, GError **error)
{
  g_autoptr (MienStatement) row =
      mien_query (store, error,
                  MIEN_SCAN "SELECT split, frames, missing, imported_0, imported_1,"
                            " imported_2, human_0, human_1, human_2 FROM census");
  MienStep step = MIEN_STEP_ERROR;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      guint64 frames = (guint64) mien_column_int (row, 1);

      status->split[CLAMP (mien_column_int (row, 0), 0, 2)] = frames;
      status->frames += frames;
      status->missing += (guint64) mien_column_int (row, 2);
      for (int task = 0; task < MIEN_TASK_COUNT; task++)
        {
          status->labels[task].imported += (guint64) mien_column_int (row, 3 + task);
          status->labels[task].human += (guint64) mien_column_int (row, 6 + task);
        }
    }
  return step == MIEN_STEP_DONE;
}

static gboolean
read_numbers (MienStore *store, MienStatus *status, GError **error)
{
  gint64 videos, models;
  guint tasks;

  if (!mien_query_int (store, error, 0, &videos, MIEN_SCAN "SELECT count (*) FROM video")
      || !mien_query_int (store, error, 0, &models,
                          MIEN_SCAN "SELECT count (*) FROM model WHERE ready = 1")
      || !mien_models_current_id (store, &status->current_model, &tasks, error))
    return FALSE;
  status->videos = (guint64) videos;
  status->models = (guint64) models;
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    {
      gint64 pseudo;

      if (!mien_query_int (store, error, 0, &pseudo,
                           "SELECT pseudo FROM tally WHERE model = ?1 AND task = ?2",
                           MIEN_INT (status->current_model), MIEN_INT (task)))
        return FALSE;
      status->labels[task].proposed = (guint64) pseudo;
    }
  return mien_queue_count (store, &status->queue, error);
}

gboolean
mien_store_status (MienStore *store, MienStatus *status, GError **error)
{
  MienStatus result = { 0 };

  if (!read_census (store, &result, error) || !read_numbers (store, &result, error))
    return FALSE;
  *status = result;
  return TRUE;
}
