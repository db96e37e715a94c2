/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Predictions stored since. They leave no trace but frame.reader, so they are counted,
 * group by group of the index frame_waiting, on the shorter side: the frames that the
 * model has read last, or those that it has not. Before a job has begun and after it is
 * done this costs microseconds. Where the counts differ the group is looked through, a
 * part at a time where it is large.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-index-private.h"

/* Some 30 ms. */
#define BUDGET 150000

typedef struct
{
  MienStore *store;
  gint64 model;
  const MienColumns *columns;
  const MienIndexCounts *counts;
  gint64 *cursors; /* by group */
  GHashTable *videos;
  guint budget; /* of frames to look at */
  gboolean rest;
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

/* Whether the index knows it of the row; else its video is to be read. */
static gboolean
note (Look *look, gint64 frame, gboolean reads)
{
  const MienColumns *columns = look->columns;
  gint64 row = mien_columns_find (columns, frame);

  if (row < 0 || reads == ((columns->state[row] & MIEN_STATE_LAST_READER) != 0))
    return FALSE;
  g_hash_table_add (look->videos, GUINT_TO_POINTER (columns->video[row]));
  return TRUE;
}

/* The frames of one group that the model has read last, behind the cursor, as far as the
 * budget goes or until there are no new ones to be found. */
static gboolean
find_behind (Look *look,
             guint split,
             guint skipped,
             guint complete,
             gint64 *cursor,
             gint64 *n_new,
             GError **error)
{
  g_autoptr (MienStatement) frame =
      mien_query (look->store, error,
                  "SELECT id FROM frame WHERE usable AND split = ?1 AND skipped = ?2"
                  " AND complete = ?3 AND reader = ?4 AND id > ?5 ORDER BY id",
                  MIEN_INT (split), MIEN_INT (skipped), MIEN_INT (complete),
                  MIEN_INT (look->model), MIEN_INT (*cursor));
  MienStep step = frame == NULL ? MIEN_STEP_ERROR : MIEN_STEP_ROW;

  while (*n_new > 0 && look->budget > 0 && step == MIEN_STEP_ROW)
    {
      step = mien_statement_step (frame, error);
      if (step != MIEN_STEP_ROW)
        break;
      *cursor = mien_column_int (frame, 0);
      look->budget--;
      *n_new -= note (look, *cursor, TRUE) ? 1 : 0;
    }
  if (step == MIEN_STEP_DONE)
    *cursor = 0;
  return step != MIEN_STEP_ERROR;
}

/* From where some were found last, because jobs go on in the order of ids, and then from
 * the beginning. */
static gboolean
find_read (Look *look,
           guint split,
           guint skipped,
           guint complete,
           gint64 n_new,
           GError **error)
{
  gint64 *cursor = &look->cursors[mien_index_group (split, skipped != 0, complete)];
  gboolean from_beginning = *cursor == 0;

  if (!find_behind (look, split, skipped, complete, cursor, &n_new, error))
    return FALSE;
  if (*cursor == 0 && !from_beginning
      && !find_behind (look, split, skipped, complete, cursor, &n_new, error))
    return FALSE;
  look->rest = look->rest || look->budget == 0;
  return TRUE;
}

/* Frames of one group that the model has read no more, or that another one has read
 * since: seldom, and by looking at all of it. */
static gboolean
look_through (Look *look, guint split, guint skipped, guint complete, GError **error)
{
  g_autoptr (MienStatement) frame = mien_waiting_query (
      look->store, (int) split, (int) skipped, complete, -1, G_MAXINT64, error);
  MienStep step = MIEN_STEP_ERROR;

  while (frame != NULL && (step = mien_statement_step (frame, error)) == MIEN_STEP_ROW)
    note (look, mien_column_int (frame, 0), mien_column_int (frame, 1) == look->model);
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
  if (!ok || count == read)
    return ok;
  return count > read ? find_read (look, split, skipped, complete, count - read, error)
                      : look_through (look, split, skipped, complete, error);
}

gboolean
mien_index_look (MienStore *store,
                 gint64 model,
                 const MienColumns *columns,
                 const MienIndexCounts *counts,
                 gint64 *cursors,
                 GHashTable *videos,
                 gboolean *rest,
                 GError **error)
{
  Look look = { store, model, columns, counts, cursors, videos, BUDGET, FALSE };

  for (guint split = 0; split <= MIEN_SPLIT_TEST; split++)
    for (guint skipped = 0; skipped <= 1; skipped++)
      for (guint complete = 0; complete <= MIEN_ALL_TASKS; complete++)
        if (!check_group (&look, split, skipped, complete, error))
          return FALSE;
  *rest = look.rest;
  return TRUE;
}
