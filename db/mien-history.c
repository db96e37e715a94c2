/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The log of a frame read back: its history, its note, and when somebody looked at it.
 * What was undone is shown as such in the history; a note that was is none.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-store-private.h"

#include <string.h>

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
