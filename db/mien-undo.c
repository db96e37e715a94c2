/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Taking back, and giving again: an event that aims at a batch, for each frame of it.
 *
 * Invariants: a batch stands or is undone as a whole, on all its frames, in one
 * transaction; each frame's own events say so, so that its labels follow from them alone.
 * The order is the annotator's: the last batch that stands goes first, so an earlier one
 * is never taken back from under a later one about the same frame.
 *
 * A restoring (mien-snapshot-restore.c) is a decision like any other here, although it
 * consists of undoings and redoings itself: it is known by aiming at itself.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-events-private.h"

#include <math.h>

void
mien_undone_clear (MienUndone *undone)
{
  g_clear_pointer (&undone->key, g_free);
  g_clear_pointer (&undone->video, g_free);
  g_clear_pointer (&undone->note, g_free);
  g_clear_pointer (&undone->frames, g_array_unref);
}

static void
describe_event (MienStatement *row, MienUndone *undone)
{
  gint64 kind = mien_column_int (row, 1);
  gint64 item = mien_column_is_null (row, 2) ? -1 : mien_column_int (row, 2);

  if (mien_column_int (row, 7) != 0)
    undone->restored = TRUE;
  else if (kind == MIEN_EVENT_SKIPPED)
    undone->kind = MIEN_DECISION_SKIP;
  else if (kind == MIEN_EVENT_NOT_A_FACE)
    undone->kind = MIEN_DECISION_NOT_A_FACE;
  else if (kind == MIEN_EVENT_FLAGGED)
    undone->kind = MIEN_DECISION_FLAG;
  else if (kind == MIEN_EVENT_NOTED)
    {
      undone->kind = MIEN_DECISION_NOTE;
      g_free (undone->note);
      undone->note = mien_column_text (row, 6);
    }
  else if (item >= 0 && item < MIEN_ITEM_COUNT)
    undone->answers.item[item] = (MienLabel){
      .answer = (MienAnswer) mien_column_int (row, 3),
      .source = MIEN_SOURCE_HUMAN,
      .value = { mien_column_is_null (row, 4) ? 0.0 : mien_column_real (row, 4),
                 mien_column_is_null (row, 5) ? 0.0 : mien_column_real (row, 5) },
    };
}

/* What the batch had said of its first frame, and which frames it is about. */
static gboolean
read_batch (MienStore *store, const MienUuid *batch, MienUndone *undone, GError **error)
{
  g_autoptr (MienStatement) row =
      mien_query (store, error,
                  "SELECT frame, kind, item, answer, value1, value2,"
                  " (SELECT text FROM event_note n WHERE n.event = event.id),"
                  " ifnull (target = batch, 0) FROM event"
                  " WHERE annotator IS NOT NULL AND batch = ?1 ORDER BY id",
                  MIEN_UUID (batch));
  g_autoptr (GHashTable) seen =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  MienStep step = MIEN_STEP_ERROR;

  undone->frames = g_array_new (FALSE, FALSE, sizeof (gint64));
  undone->kind = MIEN_DECISION_ANSWER;
  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      gint64 frame = mien_column_int (row, 0);

      if (g_hash_table_add (seen, g_memdup2 (&frame, sizeof frame)))
        g_array_append_val (undone->frames, frame);
      if (undone->frames->len == 1)
        describe_event (row, undone);
    }
  if (step != MIEN_STEP_DONE)
    return FALSE;
  undone->n_frames = undone->frames->len;
  undone->frame = undone->n_frames > 0 ? g_array_index (undone->frames, gint64, 0) : 0;
  return TRUE;
}

/* Where the frames are, for the message that tells it. */
static gboolean
read_place (MienStore *store, MienUndone *undone, GError **error)
{
  gint64 video = 0;
  gboolean one = TRUE;

  undone->from = G_MAXINT64;
  undone->to = -1;
  for (guint i = 0; i < undone->n_frames; i++)
    {
      g_autoptr (MienFrame) frame =
          mien_frames_get (store, g_array_index (undone->frames, gint64, i), error);

      if (frame == NULL)
        return FALSE;
      if (i == 0)
        {
          video = frame->video;
          undone->key = g_strdup (frame->key);
          undone->video = g_strdup (frame->video_name);
        }
      one = one && frame->video == video && frame->number >= 0;
      undone->from = MIN (undone->from, frame->number);
      undone->to = MAX (undone->to, frame->number);
    }
  if (one && undone->n_frames > 0)
    return TRUE;
  g_clear_pointer (&undone->video, g_free);
  undone->from = undone->to = -1;
  return TRUE;
}

/* Appends the undoing or redoing of the batch, and lets everything follow. */
static gboolean
aim_at (MienStore *store,
        MienEventKind kind,
        gint64 annotator,
        const MienUuid *target,
        MienUndone *undone,
        GError **error)
{
  MienNewEvent event = {
    .annotator = annotator,
    .duration_us = -1,
    .target = target,
    .kind = kind,
    .item = -1,
    .confidence = (double) NAN,
  };
  gint64 parts_clock;

  if (!read_batch (store, target, undone, error))
    return FALSE;
  if (undone->n_frames == 0)
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_CORRUPT,
                   "%s: the project is damaged (what was taken back is not in the log); "
                   "open a copy of it made earlier",
                   store->path);
      return FALSE;
    }
  if (!mien_store_tick (store, &parts_clock, error)
      || !mien_store_tick (store, &event.clock, error))
    return FALSE;
  mien_event_uuid (&event.batch);
  for (guint i = 0; i < undone->n_frames; i++)
    {
      event.frame = g_array_index (undone->frames, gint64, i);
      if (undone->restored
          && !mien_restoring_turn (store, target, &event, parts_clock, error))
        return FALSE;
      if (!mien_event_append (store, &event, error)
          || !mien_labels_refresh (store, event.frame, error))
        return FALSE;
    }
  return read_place (store, undone, error);
}

static gboolean
undo (MienStore *store, gint64 annotator, MienUndone *undone, GError **error)
{
  g_autoptr (MienStatement) row = mien_query (
      store, error,
      "SELECT e.batch FROM event e WHERE e.annotator = ?1"
      " AND (e.kind NOT IN (10, 11) OR e.target = e.batch) AND"
      " ifnull ((SELECT t.kind FROM event t"
      " WHERE t.target = e.batch ORDER BY t.clock DESC, t.uuid DESC LIMIT 1), 0) <> 10"
      " ORDER BY e.clock DESC LIMIT 1",
      MIEN_INT (annotator));
  MienStep step = row == NULL ? MIEN_STEP_ERROR : mien_statement_step (row, error);
  MienUuid target;

  if (step == MIEN_STEP_DONE)
    g_set_error (
        error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_NOT_FOUND,
        "%s: there is no decision of this annotator to undo; label a frame first",
        store->path);
  return step == MIEN_STEP_ROW
         && mien_column_bytes (row, 0, target.bytes, sizeof target.bytes, error)
         && aim_at (store, MIEN_EVENT_UNDONE, annotator, &target, undone, error);
}

/* Backwards from the annotator's last event: the first undoing that is the last word on
 * what it took back is what to give back; a decision in between ends the search. After a
 * merge, undoings from several copies lie between each other. The events of one batch, a
 * frame each, count once, by the latest: what aims at a restoring comes after what undoes
 * and redoes its parts. */
static gboolean
redo (MienStore *store, gint64 annotator, MienUndone *redone, GError **error)
{
  g_autoptr (MienStatement) row = mien_query (
      store, error,
      "SELECT e.kind, e.target, e.batch, e.batch = (SELECT t.batch FROM event t"
      " WHERE t.target = e.target ORDER BY t.clock DESC, t.uuid DESC LIMIT 1)"
      " FROM event e WHERE e.annotator = ?1 ORDER BY e.clock DESC",
      MIEN_INT (annotator));
  MienStep step = MIEN_STEP_ERROR;
  MienUuid last = { 0 };

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      gint64 kind = mien_column_int (row, 0);
      MienUuid target, batch;

      if (kind != MIEN_EVENT_UNDONE && kind != MIEN_EVENT_REDONE)
        break;
      if (!mien_column_bytes (row, 1, target.bytes, sizeof target.bytes, error)
          || !mien_column_bytes (row, 2, batch.bytes, sizeof batch.bytes, error))
        return FALSE;
      if (memcmp (&batch, &target, sizeof batch) == 0)
        break;
      if (memcmp (&batch, &last, sizeof batch) == 0)
        continue;
      last = batch;
      if (kind == MIEN_EVENT_UNDONE && mien_column_int (row, 3) != 0)
        return aim_at (store, MIEN_EVENT_REDONE, annotator, &target, redone, error);
    }
  if (step != MIEN_STEP_ERROR)
    g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_NOT_FOUND,
                 "%s: there is nothing of this annotator to redo; undo a decision first",
                 store->path);
  return FALSE;
}

static gboolean
walk (MienStore *store,
      gboolean (*step) (MienStore *, gint64, MienUndone *, GError **),
      gint64 annotator,
      MienUndone *undone,
      GError **error)
{
  MienUndone result = { 0 };
  gboolean lifted;

  if (!mien_events_begin (store, &lifted, error)
      || !mien_events_end (store, lifted, step (store, annotator, &result, error), error))
    {
      mien_undone_clear (&result);
      return FALSE;
    }
  if (undone != NULL)
    *undone = result;
  else
    mien_undone_clear (&result);
  return TRUE;
}

gboolean
mien_events_undo (MienStore *store, gint64 annotator, MienUndone *undone, GError **error)
{
  return walk (store, undo, annotator, undone, error);
}

gboolean
mien_events_redo (MienStore *store, gint64 annotator, MienUndone *redone, GError **error)
{
  return walk (store, redo, annotator, redone, error);
}
