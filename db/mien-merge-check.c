/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Whether a file is a copy of the project, before a byte of the project is changed, and
 * what the project lacks of it. Verify has found it sound in itself. What is left is what
 * it says of things that both have: an event is the same in every copy, a decision is
 * whole in each or missing, and no clock is so far ahead that a project which follows it
 * would run out of time.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-merge-private.h"

#include <string.h>

/* Half of what a clock may show at all (mien_store_tick): 73,000 years. */
#define MAX_CLOCK (G_MAXINT64 / 4)

typedef struct
{
  MienMerge *merge;
  MienMergeSource *source;

  /* The decision whose events are being read. */
  MienUuid batch;
  gboolean is_decision;
  gint64 known, lacking;
} Check;

static gboolean
check_frames (Check *check, GError **error)
{
  g_autoptr (MienStatement) row = mien_merge_frame_all (check->source, error);
  MienStep step = MIEN_STEP_ERROR;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      gint64 id = mien_column_int (row, 0);
      MienMergeFrame frame;

      if (!mien_merge_frame_look (check->merge, check->source, row, &frame, error)
          || !mien_merge_count (check->merge, error))
        return FALSE;
      if (frame.wanted)
        g_array_append_val (check->source->frames, id);
    }
  return step == MIEN_STEP_DONE;
}

/* A new frame of a video that both have lies in its split. */
static gboolean
check_videos (Check *check, GError **error)
{
  g_autoptr (MienStatement) row =
      mien_query (check->source->store, error, MIEN_SCAN "SELECT name, split FROM video");
  MienStep step = MIEN_STEP_ERROR;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      g_autofree char *name = mien_column_text (row, 0);
      gint64 video;
      MienSplit split;

      if (!mien_frames_find_video (check->merge->store, name, &video, &split, error))
        return FALSE;
      if (video != 0 && (gint64) split != mien_column_int (row, 1))
        return mien_merge_refuse (check->source, error,
                                  "video \"%s\" is in another split there", name);
    }
  return step == MIEN_STEP_DONE;
}

/* Rows that the project lacks; none of a list that says something else anywhere: each
 * copy then keeps its own. */
static gboolean
check_lists (Check *check, GError **error)
{
  g_autoptr (MienStatement) row =
      mien_query (check->source->store, error,
                  MIEN_SCAN "SELECT l.id, r.number, l.name, l.split, f.key FROM list l"
                            " CROSS JOIN list_row r ON r.list = l.id"
                            " CROSS JOIN frame f ON f.id = r.frame ORDER BY l.id,"
                            " r.number");
  GArray *rows = check->source->rows;
  gint64 list = 0, differs = 0;
  guint first = 0;
  MienStep step = MIEN_STEP_ERROR;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      MienMergeRow place = { mien_column_int (row, 0), mien_column_int (row, 1) };
      g_autofree char *name = mien_column_text (row, 2);
      g_autofree char *key = mien_column_text (row, 4);
      gint64 same;

      if (place.list != list)
        first = rows->len;
      list = place.list;
      if (list == differs)
        continue;
      if (!mien_query_int (check->merge->store, error, -1, &same,
                           "SELECT f.key = ?4 FROM list l"
                           " CROSS JOIN list_row r ON r.list = l.id AND r.number = ?3"
                           " CROSS JOIN frame f ON f.id = r.frame"
                           " WHERE l.split = ?1 AND l.name = ?2",
                           MIEN_INT (mien_column_int (row, 3)), MIEN_TEXT (name),
                           MIEN_INT (place.number), MIEN_TEXT (key)))
        return FALSE;
      if (same < 0)
        g_array_append_val (rows, place);
      if (same != 0)
        continue;
      differs = list;
      g_array_set_size (rows, first);
    }
  return step == MIEN_STEP_DONE;
}

/* A decision is in a copy with all of its events, one after the other, or not at all. */
static gboolean
end_decision (Check *check, GError **error)
{
  gint64 known;

  if (!check->is_decision)
    return TRUE;
  if (!mien_query_int (check->merge->store, error, 0, &known,
                       "SELECT count (*) FROM event WHERE annotator IS NOT NULL"
                       " AND batch = ?1",
                       MIEN_UUID (&check->batch)))
    return FALSE;
  return (known == check->known && (known == 0 || check->lacking == 0))
         || mien_merge_refuse (check->source, error,
                               "a decision is on other frames there than here");
}

static gboolean
refuse_event (Check *check, const MienMergeEvent *ours, GError **error)
{
  g_autoptr (MienStatement) row =
      mien_query (check->merge->store, error, "SELECT key FROM frame WHERE uuid = ?1",
                  MIEN_UUID (&ours->frame));
  g_autofree char *key = NULL;

  if (row == NULL || mien_statement_step (row, error) == MIEN_STEP_ERROR)
    return FALSE;
  key = mien_column_text (row, 0);
  return mien_merge_refuse (check->source, error,
                            "an event of frame \"%s\" says something else there", key);
}

static gboolean
check_event (Check *check, const MienMergeEvent *event, GError **error)
{
  g_auto (MienMergeEvent) ours = { 0 };
  gboolean found;

  if (event->clock < 0 || event->clock > check->source->clock)
    return mien_merge_refuse (check->source, error, "an event is out of time");
  if (event->kind == MIEN_EVENT_NOTED && !mien_event_note_is_proper (event->note))
    return mien_merge_refuse (check->source, error, "a note is no text");
  if (!mien_merge_event_find (check->merge->store, &event->uuid, &ours, &found, error))
    return FALSE;
  if (found
      && (!mien_merge_event_same (event, &ours)
          || mien_merge_annotator (check->source, event->annotator) != ours.annotator))
    return refuse_event (check, &ours, error);
  if (memcmp (&event->batch, &check->batch, sizeof event->batch) != 0)
    {
      if (!end_decision (check, error))
        return FALSE;
      check->batch = event->batch;
      check->known = check->lacking = 0;
    }
  check->is_decision = event->annotator != 0;
  check->known += found ? 1 : 0;
  check->lacking += found ? 0 : 1;
  if (!found)
    g_array_append_val (check->source->events, event->id);
  return TRUE;
}

static gboolean
check_events (Check *check, GError **error)
{
  g_autoptr (MienStatement) row = mien_merge_event_all (check->source->store, error);
  g_auto (MienMergeEvent) event = { 0 };
  MienStep step = MIEN_STEP_ERROR;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    if (!mien_merge_event_read (row, &event, error) || !check_event (check, &event, error)
        || !mien_merge_count (check->merge, error))
      return FALSE;
  return step == MIEN_STEP_DONE && end_decision (check, error);
}

static gboolean
check_clock (Check *check, GError **error)
{
  if (!mien_query_int (check->source->store, error, -1, &check->source->clock,
                       "SELECT clock FROM project"))
    return FALSE;
  return (check->source->clock >= 0 && check->source->clock <= MAX_CLOCK)
         || mien_merge_refuse (check->source, error, "its clock is out of range");
}

gboolean
mien_merge_check (MienMerge *merge, MienMergeSource *source, GError **error)
{
  Check check = { .merge = merge, .source = source };

  return check_clock (&check, error) && check_videos (&check, error)
         && check_frames (&check, error) && check_lists (&check, error)
         && mien_merge_annotators (merge, source, FALSE, error)
         && check_events (&check, error);
}
