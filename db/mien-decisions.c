/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The log read back by annotator: decisions counted, timed and listed. What was undone
 * counts as never made.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-store-private.h"

#include <string.h>

#include "mien-insights.h"
#include "mien-opinions.h"

/* A decision, that is no note, of ?1 since ?2, its events one after the other, that
 * stands. The clock is never behind the time, so that the index on it bounds the search.
 */
#define STANDING_SINCE                                                                   \
  " FROM event e WHERE e.annotator = ?1 AND e.clock >= ?2 AND e.time >= ?2"              \
  " AND e.kind NOT IN (9, 10, 11) AND ifnull ((SELECT t.kind FROM event t"               \
  " WHERE t.target = e.batch ORDER BY t.clock DESC, t.uuid DESC LIMIT 1), 0) <> 10"      \
  " ORDER BY e.clock DESC"

static int
compare_durations (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return x < y ? -1 : x > y;
}

/* Of an even number, the lower of the two in the middle. */
static gint64
median (GArray *durations)
{
  if (durations->len == 0)
    return -1;
  g_array_sort (durations, compare_durations);
  return g_array_index (durations, gint64, (durations->len - 1) / 2);
}

gboolean
mien_events_tally (MienStore *store,
                   gint64 annotator,
                   gint64 since,
                   guint64 *decisions,
                   gint64 *median_duration_us,
                   GError **error)
{
  g_autoptr (GArray) durations = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (MienStatement) row = mien_query (
      store, error, "SELECT e.batch, ifnull (e.duration_us, -1)" STANDING_SINCE,
      MIEN_INT (annotator), MIEN_INT (since));
  MienUuid last = { { 0 } };
  MienStep step = MIEN_STEP_ERROR;
  guint64 n = 0;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      gint64 duration = mien_column_int (row, 1);
      MienUuid batch;

      if (!mien_column_bytes (row, 0, batch.bytes, sizeof batch.bytes, error))
        return FALSE;
      if (n > 0 && memcmp (&batch, &last, sizeof batch) == 0)
        continue;
      last = batch;
      n++;
      if (duration >= 0)
        g_array_append_val (durations, duration);
    }
  if (step != MIEN_STEP_DONE)
    return FALSE;
  *decisions = n;
  *median_duration_us = median (durations);
  return TRUE;
}

GArray *
mien_events_latest (MienStore *store, gint64 annotator, guint limit, GError **error)
{
  g_autoptr (GArray) frames = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GHashTable) seen =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autoptr (MienStatement) row =
      mien_query (store, error, "SELECT e.frame" STANDING_SINCE, MIEN_INT (annotator),
                  MIEN_INT (G_MININT64));
  MienStep step = MIEN_STEP_DONE;

  if (row == NULL)
    return NULL;
  while (frames->len < limit
         && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      gint64 frame = mien_column_int (row, 0);

      if (g_hash_table_add (seen, g_memdup2 (&frame, sizeof frame)))
        g_array_append_val (frames, frame);
    }
  return step == MIEN_STEP_ERROR ? NULL : g_steal_pointer (&frames);
}

/* ---- all annotators together ---- */

void
mien_decisions_free (MienDecisions *decisions)
{
  if (decisions == NULL)
    return;
  g_strfreev (decisions->names);
  g_array_unref (decisions->made);
  g_free (decisions);
}

static gboolean
read_annotator (MienStore *store,
                gint64 annotator,
                gint64 since,
                guint place,
                GArray *made,
                GError **error)
{
  g_autoptr (MienStatement) row = mien_query (
      store, error, "SELECT e.batch, e.time, ifnull (e.duration_us, -1)" STANDING_SINCE,
      MIEN_INT (annotator), MIEN_INT (since));
  MienUuid last = { { 0 } };
  MienStep step = MIEN_STEP_ERROR;
  gboolean any = FALSE;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      MienMade one = { mien_column_int (row, 1), mien_column_int (row, 2), place };
      MienUuid batch;

      if (!mien_column_bytes (row, 0, batch.bytes, sizeof batch.bytes, error))
        return FALSE;
      if (any && memcmp (&batch, &last, sizeof batch) == 0)
        continue;
      last = batch;
      any = TRUE;
      g_array_append_val (made, one);
    }
  return step == MIEN_STEP_DONE;
}

MienDecisions *
mien_insights_decisions (MienStore *store, gint64 since, GError **error)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_autoptr (GArray) made = g_array_new (FALSE, FALSE, sizeof (MienMade));
  g_autoptr (MienStatement) row =
      mien_query (store, error, MIEN_SCAN "SELECT id, name FROM annotator ORDER BY id");
  MienDecisions *decisions;
  MienStep step = MIEN_STEP_ERROR;
  guint n = 0;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      guint before = made->len;
      g_autofree char *name = NULL;

      if (!read_annotator (store, mien_column_int (row, 0), since, n, made, error))
        return NULL;
      if (made->len == before)
        continue;
      name = mien_column_text (row, 1);
      g_strv_builder_add (names, name);
      n++;
    }
  if (step != MIEN_STEP_DONE)
    return NULL;
  decisions = g_new0 (MienDecisions, 1);
  decisions->names = g_strv_builder_end (names);
  decisions->made = g_steal_pointer (&made);
  return decisions;
}

/* ---- each annotator by itself ---- */

void
mien_annotator_work_free (MienAnnotatorWork *work)
{
  if (work == NULL)
    return;
  g_free (work->name);
  g_free (work);
}

/* clocks: newest first. */
static void
find_thirds (const GArray *clocks, gint64 *early, gint64 *late)
{
  guint third = clocks->len / 3;

  *early = third > 0 ? g_array_index (clocks, gint64, clocks->len - third) : G_MININT64;
  *late = third > 0 ? g_array_index (clocks, gint64, third - 1) : G_MAXINT64;
}

static gboolean
read_work (MienStore *store,
           MienAnnotatorWork *work,
           GArray *durations,
           GArray *clocks[MIEN_TASK_COUNT],
           GError **error)
{
  g_autoptr (MienStatement) row =
      mien_query (store, error,
                  "SELECT e.batch, ifnull (e.duration_us, -1), e.kind,"
                  " ifnull (e.item, -1), e.clock" STANDING_SINCE,
                  MIEN_INT (work->id), MIEN_INT (G_MININT64));
  MienUuid last = { { 0 } };
  MienStep step = MIEN_STEP_ERROR;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      gint64 duration = mien_column_int (row, 1), kind = mien_column_int (row, 2);
      gint64 item = mien_column_int (row, 3), clock = mien_column_int (row, 4);
      MienUuid batch;

      if (!mien_column_bytes (row, 0, batch.bytes, sizeof batch.bytes, error))
        return FALSE;
      if ((kind == MIEN_EVENT_CONFIRMED || kind == MIEN_EVENT_CORRECTED) && item >= 0
          && item < MIEN_ITEM_COUNT)
        g_array_append_val (clocks[mien_item_task ((MienItem) item)], clock);
      if (work->decisions > 0 && memcmp (&batch, &last, sizeof batch) == 0)
        continue;
      last = batch;
      work->decisions++;
      if (duration >= 0)
        g_array_append_val (durations, duration);
    }
  return step == MIEN_STEP_DONE;
}

static MienAnnotatorWork *
load_work (MienStore *store, gint64 id, GError **error)
{
  g_autoptr (MienAnnotatorWork) work = g_new0 (MienAnnotatorWork, 1);
  g_autoptr (GArray) durations = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GPtrArray) all =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);

  work->id = id;
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    g_ptr_array_add (all, g_array_new (FALSE, FALSE, sizeof (gint64)));
  if (!read_work (store, work, durations, (GArray **) all->pdata, error))
    return NULL;
  work->median_us = median (durations);
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    find_thirds (all->pdata[task], &work->early[task], &work->late[task]);
  return g_steal_pointer (&work);
}

GPtrArray *
mien_opinions_annotators (MienStore *store, GError **error)
{
  g_autoptr (GPtrArray) annotators =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mien_annotator_work_free);
  g_autoptr (MienStatement) row =
      mien_query (store, error, MIEN_SCAN "SELECT id, name FROM annotator ORDER BY id");
  MienStep step = MIEN_STEP_ERROR;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      g_autoptr (MienAnnotatorWork) work =
          load_work (store, mien_column_int (row, 0), error);

      if (work == NULL)
        return NULL;
      work->name = mien_column_text (row, 1);
      if (work->decisions > 0)
        g_ptr_array_add (annotators, g_steal_pointer (&work));
    }
  return step == MIEN_STEP_DONE ? g_steal_pointer (&annotators) : NULL;
}
