/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Frames that wait: for an answer (counted here, walked by mien-queue.c) or for a model
 * to read them. All of it comes from ranges of the index frame_waiting, one for each
 * split, skipped or not, and combination of labelled tasks, in the order of (reader, id).
 *
 * frame.reader only tells which frames need not be looked at; whether a model has read
 * one is asked of prediction.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-store-private.h"

gboolean
mien_queue_asked_tasks (MienStore *store, guint *tasks, GError **error)
{
  gint64 bits;

  if (!mien_query_int (store, error, 0, &bits,
                       MIEN_SCAN
                       "SELECT (sum (touched_0) > 0) + 2 * (sum (touched_1) > 0)"
                       " + 4 * (sum (touched_2) > 0) FROM census"))
    return FALSE;
  *tasks = bits > 0 ? (guint) (bits & MIEN_ALL_TASKS) : MIEN_ALL_TASKS;
  return TRUE;
}

MienStatement *
mien_waiting_query (MienStore *store,
                    int split,
                    int skipped,
                    guint complete,
                    gint64 above,
                    gint64 below,
                    GError **error)
{
  return mien_query (store, error,
                     "SELECT id, reader FROM frame WHERE usable AND split = ?1"
                     " AND skipped = ?2 AND complete = ?3 AND reader > ?4 AND reader < ?5"
                     " ORDER BY reader, id",
                     MIEN_INT (split), MIEN_INT (skipped), MIEN_INT (complete),
                     MIEN_INT (above), MIEN_INT (below));
}

/* Frames of one range; with a model, only those that it has not read. */
static gboolean
count_waiting (MienStore *store,
               int split,
               int skipped,
               guint complete,
               gint64 above,
               gint64 below,
               gint64 model,
               guint64 *count,
               GError **error)
{
  gint64 n;

  if (!mien_query_int (
          store, error, 0, &n,
          "SELECT count (*) FROM frame WHERE usable AND split = ?1"
          " AND skipped = ?2 AND complete = ?3 AND reader > ?4 AND reader < ?5"
          " AND (?6 = 0 OR NOT EXISTS (SELECT 1 FROM prediction p"
          " WHERE p.model = ?6 AND p.frame = frame.id))",
          MIEN_INT (split), MIEN_INT (skipped), MIEN_INT (complete), MIEN_INT (above),
          MIEN_INT (below), MIEN_INT (model)))
    return FALSE;
  *count += (guint64) n;
  return TRUE;
}

/* Those that the model has not read: nobody has, or another one was last. */
static gboolean
count_unread (MienStore *store,
              int split,
              int skipped,
              guint complete,
              gint64 model,
              guint64 *count,
              GError **error)
{
  if (model == 0)
    return count_waiting (store, split, skipped, complete, -1, G_MAXINT64, 0, count,
                          error);
  return count_waiting (store, split, skipped, complete, -1, 1, 0, count, error)
         && count_waiting (store, split, skipped, complete, 0, model, model, count, error)
         && count_waiting (store, split, skipped, complete, model, G_MAXINT64, model,
                           count, error);
}

static guint
n_bits (guint bits)
{
  return (guint) __builtin_popcount (bits);
}

static gboolean
count_group (MienStore *store,
             int skipped,
             guint complete,
             guint asked,
             gint64 model,
             guint model_tasks,
             guint64 *pairs,
             GError **error)
{
  guint missing = asked & ~complete, beyond = missing & ~model_tasks;
  guint64 unread = 0, all = 0, validation = 0;

  if (!count_unread (store, MIEN_SPLIT_TRAIN, skipped, complete, model, &unread, error)
      || (beyond != 0
          && !count_waiting (store, MIEN_SPLIT_TRAIN, skipped, complete, -1, G_MAXINT64,
                             0, &all, error))
      || !count_waiting (store, MIEN_SPLIT_VALIDATION, skipped, complete, -1, G_MAXINT64,
                         0, &validation, error))
    return FALSE;
  *pairs += unread * n_bits (missing) + validation * n_bits (missing);
  if (beyond != 0)
    *pairs += (all - unread) * n_bits (beyond);
  return TRUE;
}

/* Frames and tasks that are asked only because an answer was drawn to be audited. */
static gboolean
count_audits (MienStore *store, gint64 model, guint64 *pairs, GError **error)
{
  gint64 n;

  if (!mien_query_int (
          store, error, 0, &n,
          "SELECT count (*) FROM (SELECT DISTINCT a.frame, min (a.item, 2) AS task"
          "  FROM audit a JOIN frame f ON f.id = a.frame AND f.usable"
          "  WHERE a.model = ?1 AND NOT EXISTS"
          "  (SELECT 1 FROM label l WHERE l.frame = a.frame AND l.item = a.item)) d"
          " WHERE NOT EXISTS (SELECT 1 FROM proposal p WHERE p.frame = d.frame"
          "  AND p.task = d.task AND p.model = ?1 AND p.open > 0)",
          MIEN_INT (model)))
    return FALSE;
  *pairs += (guint64) n;
  return TRUE;
}

gboolean
mien_queue_count (MienStore *store, guint64 *count, GError **error)
{
  guint asked, model_tasks;
  guint64 pairs = 0;
  gint64 model;

  if (!mien_queue_asked_tasks (store, &asked, error)
      || !mien_models_current_id (store, &model, &model_tasks, error)
      || !count_audits (store, model, &pairs, error))
    return FALSE;
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    {
      gint64 open = 0;

      if ((asked >> task & 1)
          && !mien_query_int (store, error, 0, &open,
                              "SELECT open FROM tally WHERE model = ?1 AND task = ?2",
                              MIEN_INT (model), MIEN_INT (task)))
        return FALSE;
      pairs += (guint64) open;
    }
  for (guint complete = 0; complete <= MIEN_ALL_TASKS; complete++)
    for (int skipped = 0; skipped <= 1; skipped++)
      if ((asked & ~complete) != 0
          && !count_group (store, skipped, complete, asked, model, model_tasks, &pairs,
                           error))
        return FALSE;
  *count = pairs;
  return TRUE;
}

/* Reads one range into frames: what the model has not read of it. */
static gboolean
append_unread (MienStore *store,
               MienStatement *range,
               gint64 model,
               guint limit,
               GArray *frames,
               GError **error)
{
  g_autoptr (MienStatement) row = range;
  MienStep step = MIEN_STEP_DONE;

  if (row == NULL)
    return FALSE;
  while (frames->len < limit
         && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      gint64 frame = mien_column_int (row, 0), found = 0;

      if (mien_column_int (row, 1) != 0
          && !mien_query_int (store, error, 0, &found,
                              "SELECT 1 FROM prediction WHERE model = ?1 AND frame = ?2",
                              MIEN_INT (model), MIEN_INT (frame)))
        return FALSE;
      if (found == 0)
        g_array_append_val (frames, frame);
    }
  return step != MIEN_STEP_ERROR;
}

/* Training frames with the fewest labels first, then validation, then test; in each the
 * skipped ones last. Once stored, a frame leaves the range: the next call goes on behind
 * it. */
GArray *
mien_proposals_pending (MienStore *store, gint64 model, guint limit, GError **error)
{
  g_autoptr (GArray) frames = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (int split = MIEN_SPLIT_TRAIN; split <= MIEN_SPLIT_TEST; split++)
    for (int skipped = 0; skipped <= 1; skipped++)
      for (guint complete = 0; complete <= MIEN_ALL_TASKS && frames->len < limit;
           complete++)
        if (!append_unread (
                store,
                mien_waiting_query (store, split, skipped, complete, -1, model, error),
                model, limit, frames, error)
            || !append_unread (store,
                               mien_waiting_query (store, split, skipped, complete, model,
                                                   G_MAXINT64, error),
                               model, limit, frames, error))
          return NULL;
  return g_steal_pointer (&frames);
}

GArray *
mien_proposals_pending_videos (MienStore *store, gint64 model, GError **error)
{
  g_autoptr (GArray) frames = mien_proposals_pending (store, model, G_MAXUINT, error);
  g_autoptr (GArray) videos = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GHashTable) known =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  if (frames == NULL)
    return NULL;
  for (guint i = 0; i < frames->len; i++)
    {
      gint64 video;

      if (!mien_query_int (store, error, 0, &video,
                           "SELECT video FROM frame WHERE id = ?1",
                           MIEN_INT (g_array_index (frames, gint64, i))))
        return NULL;
      if (g_hash_table_contains (known, &video))
        continue;
      g_hash_table_add (known, g_memdup2 (&video, sizeof video));
      g_array_append_val (videos, video);
    }
  return g_steal_pointer (&videos);
}

GArray *
mien_proposals_video (MienStore *store, gint64 model, gint64 video, GError **error)
{
  g_autoptr (GArray) frames = g_array_new (FALSE, FALSE, sizeof (MienVideoFrame));
  g_autoptr (MienStatement) row =
      mien_query (store, error,
                  "SELECT id, number, EXISTS (SELECT 1 FROM prediction p"
                  " WHERE p.model = ?1 AND p.frame = frame.id)"
                  " FROM frame WHERE video = ?2 AND usable ORDER BY number, key",
                  MIEN_INT (model), MIEN_INT (video));
  MienStep step = MIEN_STEP_ERROR;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      MienVideoFrame frame = {
        .id = mien_column_int (row, 0),
        .number = mien_column_is_null (row, 1) ? -1 : mien_column_int (row, 1),
        .read = mien_column_int (row, 2) != 0,
      };

      g_array_append_val (frames, frame);
    }
  return step == MIEN_STEP_DONE ? g_steal_pointer (&frames) : NULL;
}

gboolean
mien_proposals_count_pending (MienStore *store,
                              gint64 model,
                              guint64 *pending,
                              GError **error)
{
  guint64 count = 0;

  for (int split = MIEN_SPLIT_TRAIN; split <= MIEN_SPLIT_TEST; split++)
    for (int skipped = 0; skipped <= 1; skipped++)
      for (guint complete = 0; complete <= MIEN_ALL_TASKS; complete++)
        if (!count_unread (store, split, skipped, complete, model, &count, error))
          return FALSE;
  *pending = count;
  return TRUE;
}
