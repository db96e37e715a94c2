/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The log read back: the history of a frame, and an annotator's decisions counted and
 * listed. What was undone counts as never made, except in the history, which shows it as
 * such.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-store-private.h"

#include <math.h>
#include <string.h>

#include "mien-insights.h"

/* A decision, that is no note, of ?1 since ?2, its events one after the other, that
 * stands. The clock is never behind the time, so that the index on it bounds the search.
 */
#define STANDING_SINCE                                                                   \
  " FROM event e WHERE e.annotator = ?1 AND e.clock >= ?2 AND e.time >= ?2"              \
  " AND e.kind NOT IN (9, 10, 11) AND ifnull ((SELECT t.kind FROM event t"               \
  " WHERE t.target = e.batch ORDER BY t.clock DESC, t.uuid DESC LIMIT 1), 0) <> 10"      \
  " ORDER BY e.clock DESC"

static void
event_free (gpointer data)
{
  MienEvent *event = data;

  g_free (event->annotator);
  g_free (event->note);
  g_free (event);
}

/* columns: annotator's name, time, duration, model, confidence, visible,
 * note; logged: the
 * rest. */
static MienEvent *
read_event (MienStatement *row, const MienLogged *logged)
{
  MienEvent *event = g_new0 (MienEvent, 1);

  event->uuid = logged->uuid;
  event->batch = logged->batch;
  event->target = logged->target;
  event->kind = logged->kind;
  event->item = logged->item;
  event->label.answer = logged->answer;
  if (logged->item >= 0)
    event->label.source =
        logged->kind == MIEN_EVENT_IMPORTED ? MIEN_SOURCE_IMPORTED : MIEN_SOURCE_HUMAN;
  memcpy (event->label.value, logged->value, sizeof event->label.value);
  event->undone = logged->undone;
  event->annotator = mien_column_text (row, 0);
  event->time = mien_column_int (row, 1);
  event->duration_us = mien_column_is_null (row, 2) ? -1 : mien_column_int (row, 2);
  event->model = mien_column_int (row, 3);
  event->confidence = mien_column_real (row, 4);
  event->proposal_visible = mien_column_int (row, 5) != 0;
  event->note = mien_column_text (row, 6);
  return event;
}

GPtrArray *
mien_events_history (MienStore *store, gint64 frame, GError **error)
{
  g_autoptr (GPtrArray) history = g_ptr_array_new_with_free_func (event_free);
  g_autoptr (GArray) events = mien_labels_events (store, frame, error);
  MienDerived derived;

  if (events == NULL)
    return NULL;
  mien_labels_derive (events, &derived);
  for (guint i = 0; i < events->len; i++)
    {
      const MienLogged *logged = &g_array_index (events, MienLogged, i);
      g_autoptr (MienStatement) row =
          mien_query (store, error,
                      "SELECT a.name, e.time, e.duration_us, e.model, e.confidence,"
                      " e.proposal_visible, n.text FROM event e"
                      " LEFT JOIN annotator a ON a.id = e.annotator"
                      " LEFT JOIN event_note n ON n.event = e.id WHERE e.id = ?1",
                      MIEN_INT (logged->id));

      if (row == NULL || mien_statement_step (row, error) == MIEN_STEP_ERROR)
        return NULL;
      if ((guint) logged->kind < MIEN_EVENT_IMPORTED || logged->kind > MIEN_EVENT_REDONE
          || logged->item >= MIEN_ITEM_COUNT)
        {
          g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_CORRUPT,
                       "%s: the project is damaged (an event of frame %" G_GINT64_FORMAT
                       " is of no known kind); open a copy of it made earlier",
                       store->path, frame);
          return NULL;
        }
      g_ptr_array_add (history, read_event (row, logged));
    }
  return g_steal_pointer (&history);
}

void
mien_note_free (MienNote *note)
{
  if (note == NULL)
    return;
  g_free (note->text);
  g_free (note->annotator);
  g_free (note);
}

MienNote *
mien_events_note (MienStore *store, gint64 frame, GError **error)
{
  g_autoptr (MienStatement) row = mien_query (
      store, error,
      "SELECT n.text, a.name, e.time FROM event e"
      " CROSS JOIN event_note n ON n.event = e.id"
      " CROSS JOIN annotator a ON a.id = e.annotator"
      " WHERE e.frame = ?1 AND e.kind = 9 AND ifnull ((SELECT t.kind FROM event t"
      " WHERE t.target = e.batch ORDER BY t.clock DESC, t.uuid DESC LIMIT 1), 0)"
      " <> 10 ORDER BY e.clock DESC, e.uuid DESC LIMIT 1",
      MIEN_INT (frame));
  MienNote *note;

  if (row == NULL || mien_statement_step (row, error) != MIEN_STEP_ROW)
    return NULL;
  note = g_new0 (MienNote, 1);
  note->text = mien_column_text (row, 0);
  note->annotator = mien_column_text (row, 1);
  note->time = mien_column_int (row, 2);
  return note;
}

gboolean
mien_events_last_time (MienStore *store, gint64 frame, gint64 *time, GError **error)
{
  g_autoptr (MienStatement) row =
      mien_query (store, error,
                  "SELECT ifnull (max (time), 0) FROM event WHERE frame = ?1"
                  " AND kind IN (2, 3, 4, 5, 6, 8)",
                  MIEN_INT (frame));

  if (row == NULL || mien_statement_step (row, error) != MIEN_STEP_ROW)
    return FALSE;
  *time = mien_column_int (row, 0);
  return TRUE;
}

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
