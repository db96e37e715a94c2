/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Who decided last on a frame, when, and whether a flag stands: of one frame by its
 * events, of all by one walk over what people did, in the order of the index on
 * annotators. Imports, most of the log, are never looked at.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-index-private.h"

#define CHECK_EVERY 4096

/* The latest one that stands, and whether a flag does. */
gboolean
mien_index_read_decision (MienStore *store,
                          const MienIndexContent *content,
                          gint64 frame,
                          MienColumns *columns,
                          guint row,
                          GError **error)
{
  g_autoptr (MienStatement) event =
      mien_query (store, error,
                  "SELECT e.annotator, e.time, e.kind FROM event e WHERE e.frame = ?1"
                  " AND e.annotator IS NOT NULL AND e.kind BETWEEN 2 AND 8"
                  " AND ifnull ((SELECT t.kind FROM event t WHERE t.target = e.batch"
                  " ORDER BY t.clock DESC, t.uuid DESC LIMIT 1), 0) <> 10"
                  " ORDER BY e.clock DESC, e.uuid DESC",
                  MIEN_INT (frame));
  gint64 annotator = 0, time = 0;
  gboolean flagged = FALSE;
  MienStep step = MIEN_STEP_ERROR;

  while (event != NULL && (step = mien_statement_step (event, error)) == MIEN_STEP_ROW)
    {
      if (annotator == 0)
        {
          annotator = mien_column_int (event, 0);
          time = mien_column_int (event, 1);
        }
      flagged = flagged || mien_column_int (event, 2) == MIEN_EVENT_FLAGGED;
    }
  if (step != MIEN_STEP_DONE)
    return FALSE;
  mien_columns_set_decision (
      columns, row, (guint) (mien_index_names_find (content->annotators, annotator) + 1),
      time, flagged);
  return TRUE;
}

/* Of all frames at once: the latest by the clock. A frame of which something was undone,
 * or whose events have no order by the clock, is left for a look of its own. */
static gboolean
walk_decisions (MienStore *store,
                MienIndexContent *content,
                gint64 *clocks,
                GHashTable *left,
                GCancellable *cancellable,
                GError **error)
{
  g_autoptr (MienStatement) event = mien_query (
      store, error,
      MIEN_SCAN "SELECT frame, kind, annotator, time, clock FROM event"
                " WHERE annotator > 0 AND kind IN (2, 3, 4, 5, 6, 7, 8, 10, 11)");
  MienColumns *columns = &content->columns;
  MienStep step = MIEN_STEP_ERROR;
  guint n = 0;

  while (event != NULL && (step = mien_statement_step (event, error)) == MIEN_STEP_ROW)
    {
      gint64 row = mien_columns_find (columns, mien_column_int (event, 0));
      gint64 kind = mien_column_int (event, 1), clock = mien_column_int (event, 4);
      gboolean flagged;

      if (n++ % CHECK_EVERY == 0
          && g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (row < 0)
        continue;
      if (kind == MIEN_EVENT_UNDONE || kind == MIEN_EVENT_REDONE || clock == clocks[row])
        g_hash_table_add (left, GUINT_TO_POINTER ((guint) row));
      flagged =
          kind == MIEN_EVENT_FLAGGED || (columns->state[row] & MIEN_STATE_FLAGGED) != 0;
      if (clock > clocks[row])
        {
          gint64 annotator = mien_column_int (event, 2);

          clocks[row] = clock;
          mien_columns_set_decision (
              columns, (guint) row,
              (guint) (mien_index_names_find (content->annotators, annotator) + 1),
              mien_column_int (event, 3), flagged);
        }
      else if (flagged)
        columns->state[row] |= MIEN_STATE_FLAGGED;
    }
  return step == MIEN_STEP_DONE;
}

gboolean
mien_index_read_decisions (MienStore *store,
                           MienIndexContent *content,
                           GCancellable *cancellable,
                           GError **error)
{
  g_autofree gint64 *clocks = g_new0 (gint64, content->columns.n + 1);
  g_autoptr (GHashTable) left = g_hash_table_new (NULL, NULL);
  GHashTableIter iter;
  gpointer row;

  if (!walk_decisions (store, content, clocks, left, cancellable, error))
    return FALSE;
  g_hash_table_iter_init (&iter, left);
  while (g_hash_table_iter_next (&iter, &row, NULL))
    if (g_cancellable_set_error_if_cancelled (cancellable, error)
        || !mien_index_read_decision (store, content,
                                      content->columns.id[GPOINTER_TO_UINT (row)],
                                      &content->columns, GPOINTER_TO_UINT (row), error))
      return FALSE;
  return TRUE;
}
