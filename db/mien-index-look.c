/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Predictions stored since. They leave no trace but frame.reader, so they are counted,
 * group by group of the index frame_waiting, on the shorter side: the frames that the
 * model has read last, or those that it has not. Before a job has begun and after it is
 * done this costs microseconds. Where the counts differ, the group is looked through.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-index-private.h"

typedef struct
{
  MienStore *store;
  gint64 model;
  const MienColumns *columns;
  const MienIndexCounts *counts;
  GHashTable *videos;
} Look;

static gboolean
count_range (MienStore *store,
             guint split,
             guint skipped,
             guint complete,
             gint64 above,
             gint64 below,
             gint64 *count,
             GError **error)
{
  gint64 n;

  if (!mien_query_int (
          store, error, 0, &n,
          "SELECT count (*) FROM frame WHERE usable AND split = ?1 AND skipped = ?2"
          " AND complete = ?3 AND reader > ?4 AND reader < ?5",
          MIEN_INT (split), MIEN_INT (skipped), MIEN_INT (complete), MIEN_INT (above),
          MIEN_INT (below)))
    return FALSE;
  *count += n;
  return TRUE;
}

/* Rows of one group whose last reader is the model now, or is it no more. */
static gboolean
look_through (Look *look, guint split, guint skipped, guint complete, GError **error)
{
  const MienColumns *columns = look->columns;
  g_autoptr (MienStatement) frame = mien_waiting_query (
      look->store, (int) split, (int) skipped, complete, -1, G_MAXINT64, error);
  MienStep step = MIEN_STEP_ERROR;

  while (frame != NULL && (step = mien_statement_step (frame, error)) == MIEN_STEP_ROW)
    {
      gint64 row = mien_columns_find (columns, mien_column_int (frame, 0));
      gboolean reads = mien_column_int (frame, 1) == look->model;

      if (row >= 0 && reads != ((columns->state[row] & MIEN_STATE_LAST_READER) != 0))
        g_hash_table_add (look->videos, GUINT_TO_POINTER (columns->video[row]));
    }
  return step == MIEN_STEP_DONE;
}

static gboolean
check_group (Look *look, guint split, guint skipped, guint complete, GError **error)
{
  guint group = mien_index_group (split, skipped != 0, complete);
  gint64 usable = look->counts->usable[group], read = look->counts->read[group];
  gint64 count = 0;
  gboolean ok;

  if (read > usable / 2)
    {
      ok = count_range (look->store, split, skipped, complete, -1, look->model, &count,
                        error)
           && count_range (look->store, split, skipped, complete, look->model, G_MAXINT64,
                           &count, error);
      count = usable - count;
    }
  else
    ok = count_range (look->store, split, skipped, complete, look->model - 1,
                      look->model + 1, &count, error);
  return ok && (count == read || look_through (look, split, skipped, complete, error));
}

gboolean
mien_index_look (MienStore *store,
                 gint64 model,
                 const MienColumns *columns,
                 const MienIndexCounts *counts,
                 GHashTable *videos,
                 GError **error)
{
  Look look = { store, model, columns, counts, videos };

  for (guint split = 0; split <= MIEN_SPLIT_TEST; split++)
    for (guint skipped = 0; skipped <= 1; skipped++)
      for (guint complete = 0; complete <= MIEN_ALL_TASKS; complete++)
        if (!check_group (&look, split, skipped, complete, error))
          return FALSE;
  return TRUE;
}
