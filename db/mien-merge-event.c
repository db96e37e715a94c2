/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * One event between two copies. Its frame and model are told by their UUIDs, because ids
 * are each copy's own. The model is a pointer into a copy's models and no part of the
 * event that is united: models stay where they are, and an event that came without its
 * model could not be told of it later, the log being append-only.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-merge-private.h"

#include <math.h>
#include <string.h>

#define SELECT_EVENT                                                                     \
  "SELECT e.id, e.uuid, e.batch, f.uuid, e.clock, e.kind, ifnull (e.item, -1),"          \
  " e.answer, e.value1, e.value2, ifnull (e.annotator, 0), e.time,"                      \
  " ifnull (e.duration_us, -1), e.confidence, e.proposal_visible, e.target, m.uuid,"     \
  " n.text FROM event e CROSS JOIN frame f ON f.id = e.frame"                            \
  " LEFT JOIN model m ON m.id = e.model LEFT JOIN event_note n ON n.event = e.id"

void
mien_merge_event_clear (MienMergeEvent *event)
{
  g_free (event->note);
  memset (event, 0, sizeof *event);
}

MienStatement *
mien_merge_event_all (MienStore *store, GError **error)
{
  return mien_query (store, error, MIEN_SCAN SELECT_EVENT " ORDER BY e.id");
}

static gboolean
read_uuid (MienStatement *row, int column, MienUuid *uuid, GError **error)
{
  return mien_column_bytes (row, column, uuid->bytes, sizeof uuid->bytes, error);
}

gboolean
mien_merge_event_read (MienStatement *row, MienMergeEvent *event, GError **error)
{
  mien_merge_event_clear (event);
  event->id = mien_column_int (row, 0);
  event->clock = mien_column_int (row, 4);
  event->kind = mien_column_int (row, 5);
  event->item = mien_column_int (row, 6);
  event->answer = mien_column_int (row, 7);
  event->value[0] = mien_column_real (row, 8);
  event->value[1] = mien_column_real (row, 9);
  event->annotator = mien_column_int (row, 10);
  event->time = mien_column_int (row, 11);
  event->duration_us = mien_column_int (row, 12);
  event->confidence = mien_column_real (row, 13);
  event->proposal_visible = mien_column_int (row, 14) != 0;
  event->has_target = !mien_column_is_null (row, 15);
  event->has_model = !mien_column_is_null (row, 16);
  event->note = mien_column_text (row, 17);
  return read_uuid (row, 1, &event->uuid, error)
         && read_uuid (row, 2, &event->batch, error)
         && read_uuid (row, 3, &event->frame, error)
         && (!event->has_target || read_uuid (row, 15, &event->target, error))
         && (!event->has_model || read_uuid (row, 16, &event->model, error));
}

gboolean
mien_merge_event_get (MienStore *store, gint64 id, MienMergeEvent *event, GError **error)
{
  g_autoptr (MienStatement) row =
      mien_query (store, error, SELECT_EVENT " WHERE e.id = ?1", MIEN_INT (id));

  MienStep step = row == NULL ? MIEN_STEP_ERROR : mien_statement_step (row, error);

  if (step == MIEN_STEP_DONE)
    g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_NOT_FOUND,
                 "%s: there is no event %" G_GINT64_FORMAT "; look it up anew",
                 store->path, id);
  return step == MIEN_STEP_ROW && mien_merge_event_read (row, event, error);
}

gboolean
mien_merge_event_find (MienStore *store,
                       const MienUuid *uuid,
                       MienMergeEvent *event,
                       gboolean *found,
                       GError **error)
{
  g_autoptr (MienStatement) row =
      mien_query (store, error, SELECT_EVENT " WHERE e.uuid = ?1", MIEN_UUID (uuid));
  MienStep step = row == NULL ? MIEN_STEP_ERROR : mien_statement_step (row, error);

  *found = step == MIEN_STEP_ROW;
  return step == MIEN_STEP_DONE
         || (step == MIEN_STEP_ROW && mien_merge_event_read (row, event, error));
}

static gboolean
same_real (double a, double b)
{
  return a == b || (isnan (a) && isnan (b));
}

static gboolean
same_uuid (const MienUuid *a, const MienUuid *b)
{
  return memcmp (a, b, sizeof *a) == 0;
}

gboolean
mien_merge_event_same (const MienMergeEvent *a, const MienMergeEvent *b)
{
  return same_uuid (&a->uuid, &b->uuid) && same_uuid (&a->batch, &b->batch)
         && same_uuid (&a->frame, &b->frame) && a->has_target == b->has_target
         && same_uuid (&a->target, &b->target) && a->clock == b->clock
         && a->time == b->time && a->duration_us == b->duration_us && a->kind == b->kind
         && a->item == b->item && a->answer == b->answer
         && same_real (a->value[0], b->value[0]) && same_real (a->value[1], b->value[1])
         && same_real (a->confidence, b->confidence)
         && a->proposal_visible == b->proposal_visible
         && g_strcmp0 (a->note, b->note) == 0;
}

/* Of a model that is whole: what a killed job has left of one is swept away. */
static gboolean
find_model (MienStore *store, const MienMergeEvent *event, gint64 *model, GError **error)
{
  *model = 0;
  return !event->has_model
         || mien_query_int (store, error, 0, model,
                            "SELECT id FROM model WHERE uuid = ?1 AND ready = 1",
                            MIEN_UUID (&event->model));
}

gboolean
mien_merge_event_insert (MienStore *store,
                         const MienMergeEvent *event,
                         gint64 frame,
                         gint64 annotator,
                         gint64 *id,
                         GError **error)
{
  gint64 model;

  if (!find_model (store, event, &model, error)
      || !mien_run (
          store, error,
          "INSERT INTO event (uuid, batch, clock, frame, kind, item, answer, value1,"
          " value2, annotator, time, duration_us, model, confidence, proposal_visible,"
          " target)"
          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,"
          " ?16)",
          MIEN_UUID (&event->uuid), MIEN_UUID (&event->batch), MIEN_INT (event->clock),
          MIEN_INT (frame), MIEN_INT (event->kind), MIEN_INT_OR_NULL (event->item, -1),
          MIEN_INT (event->answer), MIEN_REAL (event->value[0]),
          MIEN_REAL (event->value[1]), MIEN_INT_OR_NULL (annotator, 0),
          MIEN_INT (event->time), MIEN_INT_OR_NULL (event->duration_us, -1),
          MIEN_INT_OR_NULL (model, 0), MIEN_REAL (event->confidence),
          MIEN_INT (event->proposal_visible ? 1 : 0),
          event->has_target ? MIEN_UUID (&event->target) : MIEN_NULL))
    return FALSE;
  *id = sqlite3_last_insert_rowid (store->db);
  return event->note == NULL
         || mien_run (store, error,
                      "INSERT INTO event_note (event, text) VALUES (?1, ?2)",
                      MIEN_INT (*id), MIEN_TEXT (event->note));
}
