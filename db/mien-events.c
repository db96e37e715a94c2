/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The append-only log: imports and decisions. Taking back is mien-undo.c.
 *
 * Invariants: an event is inserted once and never touched again (triggers see to it).
 * What one call appends is one batch, of one frame or of many; the labels of each, its
 * bits and its proposals follow in the same transaction. A decision is committed with
 * synchronous FULL, whatever else the connection does.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-events-private.h"

#include <math.h>
#include <string.h>

/* A point that a person took over from the model comes back rounded to the pad's finest
 * step. */
#define SAME_POINT 0.005

#define MAX_NOTE 10000 /* characters */

static const char *const kind_ids[] = {
  [MIEN_EVENT_IMPORTED] = "imported",
  [MIEN_EVENT_CONFIRMED] = "confirmed",
  [MIEN_EVENT_CORRECTED] = "corrected",
  [MIEN_EVENT_PROPAGATED] = "propagated",
  [MIEN_EVENT_ADJUDICATED] = "adjudicated",
  [MIEN_EVENT_SKIPPED] = "skipped",
  [MIEN_EVENT_FLAGGED] = "flagged",
  [MIEN_EVENT_NOT_A_FACE] = "not-a-face",
  [MIEN_EVENT_NOTED] = "noted",
  [MIEN_EVENT_UNDONE] = "undone",
  [MIEN_EVENT_REDONE] = "redone",
};

const char *
mien_event_kind_id (MienEventKind kind)
{
  g_assert ((guint) kind >= 1 && (guint) kind < G_N_ELEMENTS (kind_ids));
  return kind_ids[kind];
}

/* UUID version 7 (RFC 9562): the time first, so that the index on it grows at its end. */
void
mien_event_uuid (MienUuid *uuid)
{
  guint64 milliseconds = (guint64) g_get_real_time () / 1000;

  mien_uuid_random (uuid);
  for (guint i = 0; i < 6; i++)
    uuid->bytes[i] = (guint8) (milliseconds >> (40 - 8 * i));
  uuid->bytes[6] = (guint8) ((uuid->bytes[6] & 0x0f) | 0x70);
}

gboolean
mien_event_append (MienStore *store, const MienNewEvent *event, GError **error)
{
  gboolean value = event->item >= 0 && event->label.answer == MIEN_ANSWER_VALUE;
  gint64 clock = event->clock;
  MienUuid uuid;

  if (clock == 0 && !mien_store_tick (store, &clock, error))
    return FALSE;
  mien_event_uuid (&uuid);
  return mien_run (
      store, error,
      "INSERT INTO event (uuid, batch, clock, frame, kind, item, answer, value1, value2,"
      " annotator, time, duration_us, model, confidence, proposal_visible, target)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
      MIEN_UUID (&uuid), MIEN_UUID (&event->batch), MIEN_INT (clock),
      MIEN_INT (event->frame), MIEN_INT (event->kind), MIEN_INT_OR_NULL (event->item, -1),
      MIEN_INT (event->item >= 0 ? event->label.answer : MIEN_ANSWER_NONE),
      MIEN_REAL (value ? event->label.value[0] : (double) NAN),
      MIEN_REAL (value && event->item == MIEN_ITEM_VALENCE_AROUSAL ? event->label.value[1]
                                                                   : (double) NAN),
      MIEN_INT_OR_NULL (event->annotator, 0), MIEN_INT (g_get_real_time ()),
      MIEN_INT_OR_NULL (MAX (event->duration_us, -1), -1),
      MIEN_INT_OR_NULL (event->model, 0), MIEN_REAL (event->confidence),
      MIEN_INT (event->proposal_visible ? 1 : 0),
      event->target != NULL ? MIEN_UUID (event->target) : MIEN_NULL);
}

static gboolean
check_exists (MienStore *store, gint64 found, const char *what, gint64 id, GError **error)
{
  if (found > 0)
    return TRUE;
  g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_NOT_FOUND,
               "%s: there is no %s %" G_GINT64_FORMAT "; look it up anew", store->path,
               what, id);
  return FALSE;
}

static gboolean
check_frame (MienStore *store, gint64 frame, GError **error)
{
  gint64 found;

  return mien_query_int (store, error, 0, &found, "SELECT id FROM frame WHERE id = ?1",
                         MIEN_INT (frame))
         && check_exists (store, found, "frame", frame, error);
}

/* Every item with an answer holds a proper one. Unit and class leave the second value at
 * 0. */
static gboolean
check_labels (MienStore *store,
              gint64 frame,
              MienLabels *labels,
              guint *n,
              GError **error)
{
  *n = 0;
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    {
      MienLabel *label = &labels->item[item];

      if (label->answer == MIEN_ANSWER_NONE)
        continue;
      if (!mien_label_is_valid ((MienItem) item, label))
        {
          g_set_error (
              error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID,
              "%s: the %s of frame %" G_GINT64_FORMAT
              " is out of range; give -1 to 1 for valence and arousal, a class of 0 to "
              "%d, 0 or 1 for an action unit",
              store->path, mien_task_id (mien_item_task ((MienItem) item)), frame,
              MIEN_EXPRESSION_COUNT - 1);
          return FALSE;
        }
      if (label->answer != MIEN_ANSWER_VALUE)
        label->value[0] = 0.0;
      if (label->answer != MIEN_ANSWER_VALUE || item != MIEN_ITEM_VALENCE_AROUSAL)
        label->value[1] = 0.0;
      (*n)++;
    }
  return TRUE;
}

/* The first imported label of the item, and whether one like it was imported, of those
 * that stand: what a restoring took back can be imported again. */
static const MienLogged *
find_imported (GArray *events, int item, const MienLabel *label, gboolean *same)
{
  const MienLogged *first = NULL;

  *same = FALSE;
  for (guint i = 0; i < events->len; i++)
    {
      const MienLogged *event = &g_array_index (events, MienLogged, i);
      MienLabel known = { .answer = event->answer,
                          .value = { event->value[0], event->value[1] } };

      if (event->kind != MIEN_EVENT_IMPORTED || event->item != item || event->undone)
        continue;
      if (first == NULL)
        first = event;
      *same = *same || mien_label_equal (&known, label);
    }
  return first;
}

static gboolean
import_labels (MienStore *store,
               gint64 frame,
               const MienLabels *labels,
               MienImported *counts,
               GError **error)
{
  MienNewEvent event = {
    .frame = frame,
    .kind = MIEN_EVENT_IMPORTED,
    .duration_us = -1,
    .confidence = (double) NAN,
  };
  g_autoptr (GArray) events = NULL;
  gboolean appended = FALSE;

  if (!check_frame (store, frame, error))
    return FALSE;
  events = mien_labels_events (store, frame, error);
  if (events == NULL)
    return FALSE;
  mien_labels_mark_undone (events);
  mien_event_uuid (&event.batch);
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    {
      const MienLogged *first;
      gboolean same;

      event.item = (int) item;
      event.label = labels->item[item];
      if (event.label.answer == MIEN_ANSWER_NONE)
        continue;
      first = find_imported (events, event.item, &event.label, &same);
      if (first == NULL)
        counts->added++;
      else if (first->answer == event.label.answer
               && first->value[0] == event.label.value[0]
               && first->value[1] == event.label.value[1])
        counts->known++;
      else
        counts->conflicts++;
      if (same)
        continue;
      if (!mien_event_append (store, &event, error))
        return FALSE;
      appended = TRUE;
    }
  return !appended || mien_labels_refresh (store, frame, error);
}

gboolean
mien_events_import (MienStore *store,
                    gint64 frame,
                    const MienLabels *labels,
                    MienImported *imported,
                    GError **error)
{
  MienLabels checked = *labels;
  MienImported counts = { 0 };
  guint n;

  if (!check_labels (store, frame, &checked, &n, error)
      || !mien_store_begin (store, error)
      || !mien_store_end (store, import_labels (store, frame, &checked, &counts, error),
                          error))
    return FALSE;
  if (imported != NULL)
    *imported = counts;
  return TRUE;
}

gboolean
mien_name_is_proper (const char *name)
{
  if (*name == '\0' || !g_utf8_validate (name, -1, NULL)
      || g_utf8_strlen (name, -1) > 100)
    return FALSE;
  for (const char *s = name; *s != '\0'; s = g_utf8_next_char (s))
    if (g_unichar_iscntrl (g_utf8_get_char (s)))
      return FALSE;
  return TRUE;
}

static gboolean
ensure_annotator (MienStore *store, const char *name, gint64 *annotator, GError **error)
{
  MienUuid uuid;

  if (!mien_query_int (store, error, 0, annotator,
                       "SELECT id FROM annotator WHERE name = ?1", MIEN_TEXT (name)))
    return FALSE;
  if (*annotator > 0)
    return TRUE;
  mien_uuid_random (&uuid);
  if (!mien_run (store, error, "INSERT INTO annotator (uuid, name) VALUES (?1, ?2)",
                 MIEN_UUID (&uuid), MIEN_TEXT (name)))
    return FALSE;
  *annotator = sqlite3_last_insert_rowid (store->db);
  return TRUE;
}

gboolean
mien_events_ensure_annotator (MienStore *store,
                              const char *name,
                              gint64 *annotator,
                              GError **error)
{
  gint64 result = 0;

  if (!mien_name_is_proper (name))
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID,
                   "%s: an annotator's name has 1 to 100 characters and no control ones; "
                   "choose another",
                   store->path);
      return FALSE;
    }
  /* One who is known already is found on a connection that only reads, too. */
  if (!mien_query_int (store, error, 0, &result,
                       "SELECT id FROM annotator WHERE name = ?1", MIEN_TEXT (name)))
    return FALSE;
  if (result == 0
      && (!mien_store_begin (store, error)
          || !mien_store_end (store, ensure_annotator (store, name, &result, error),
                              error)))
    return FALSE;
  *annotator = result;
  return TRUE;
}

static gboolean
same_as_proposed (MienItem item, const MienLabel *answer, const MienLabel *proposed)
{
  if (answer->answer != MIEN_ANSWER_VALUE || proposed->answer != MIEN_ANSWER_VALUE)
    return FALSE;
  if (item == MIEN_ITEM_VALENCE_AROUSAL)
    return fabs (answer->value[0] - proposed->value[0]) <= SAME_POINT + 1e-9
           && fabs (answer->value[1] - proposed->value[1]) <= SAME_POINT + 1e-9;
  return answer->value[0] == proposed->value[0];
}

/* What the model had said of the frame; all NONE if it never read it, or there is none.
 */
static gboolean
load_proposal (MienStore *store,
               const MienModel *model,
               gint64 frame,
               MienProposal *proposal,
               GError **error)
{
  g_autoptr (GError) failed = NULL;
  MienPrediction prediction;

  memset (proposal, 0, sizeof *proposal);
  if (model == NULL)
    return TRUE;
  if (mien_proposals_prediction (store, model->id, frame, &prediction, &failed))
    mien_proposal_from_prediction (&prediction, model, proposal);
  if (failed == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

/* propagated: the answers were given to another frame, whatever the model says of this.
 */
static gboolean
append_answers (MienStore *store,
                MienNewEvent *event,
                const MienLabels *answers,
                const MienModel *model,
                gboolean propagated,
                GError **error)
{
  MienProposal proposal;

  if (!load_proposal (store, model, event->frame, &proposal, error))
    return FALSE;
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    {
      const MienLabel *answer = &answers->item[item],
                      *proposed = &proposal.labels.item[item];

      if (answer->answer == MIEN_ANSWER_NONE)
        continue;
      event->item = (int) item;
      event->label = *answer;
      event->kind = propagated ? MIEN_EVENT_PROPAGATED
                    : same_as_proposed ((MienItem) item, answer, proposed)
                        ? MIEN_EVENT_CONFIRMED
                        : MIEN_EVENT_CORRECTED;
      event->confidence =
          proposed->answer == MIEN_ANSWER_NONE ? (double) NAN : proposal.confidence[item];
      if (!mien_event_append (store, event, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
decide_one (MienStore *store,
            gint64 frame,
            const MienDecision *decision,
            const MienLabels *answers,
            const MienModel *model,
            const MienUuid *batch,
            GError **error)
{
  static const MienEventKind kinds[] = {
    [MIEN_DECISION_SKIP] = MIEN_EVENT_SKIPPED,
    [MIEN_DECISION_NOT_A_FACE] = MIEN_EVENT_NOT_A_FACE,
    [MIEN_DECISION_FLAG] = MIEN_EVENT_FLAGGED,
    [MIEN_DECISION_NOTE] = MIEN_EVENT_NOTED,
  };
  gboolean propagated = decision->propagated && frame != decision->frame;
  MienNewEvent event = {
    .batch = *batch,
    .frame = frame,
    .annotator = decision->annotator,
    .model = decision->model,
    .duration_us = decision->duration_us,
    .proposal_visible = decision->proposal_visible,
    .item = -1,
    .confidence = (double) NAN,
  };

  if (!check_frame (store, frame, error))
    return FALSE;
  if (decision->kind == MIEN_DECISION_ANSWER)
    {
      if (!append_answers (store, &event, answers, model, propagated, error))
        return FALSE;
    }
  else
    {
      event.kind = kinds[decision->kind];
      if (!mien_event_append (store, &event, error))
        return FALSE;
      if (decision->kind == MIEN_DECISION_NOTE
          && !mien_run (store, error,
                        "INSERT INTO event_note (event, text) VALUES (?1, ?2)",
                        MIEN_INT (sqlite3_last_insert_rowid (store->db)),
                        MIEN_TEXT (decision->note)))
        return FALSE;
    }
  if (decision->kind != MIEN_DECISION_FLAG && decision->kind != MIEN_DECISION_NOTE
      && !mien_run (store, error, "DELETE FROM plan WHERE frame = ?1", MIEN_INT (frame)))
    return FALSE;
  return mien_labels_refresh (store, frame, error);
}

/* Each frame once, however often it is named. */
static gboolean
decide (MienStore *store,
        const gint64 *frames,
        guint n,
        const MienDecision *decision,
        const MienLabels *answers,
        const MienUuid *batch,
        GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autoptr (MienModel) model = NULL;
  gint64 annotator;

  if (!mien_query_int (store, error, 0, &annotator,
                       "SELECT id FROM annotator WHERE id = ?1",
                       MIEN_INT (decision->annotator))
      || !check_exists (store, annotator, "annotator", decision->annotator, error))
    return FALSE;
  if (decision->model != 0
      && (model = mien_models_get (store, decision->model, error)) == NULL)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (g_hash_table_add (seen, (gpointer) &frames[i])
        && !decide_one (store, frames[i], decision, answers, model, batch, error))
      return FALSE;
  return TRUE;
}

/* A person's decision is on the disk when the call returns, also on a connection that
 * does bulk work. Inside a transaction of the caller's it is so when that commits. */
gboolean
mien_events_begin (MienStore *store, gboolean *lifted, GError **error)
{
  *lifted = store->bulk && store->depth == 0;
  return (!*lifted || mien_store_set_synchronous (store, TRUE, error))
         && mien_store_begin (store, error);
}

gboolean
mien_events_end (MienStore *store, gboolean lifted, gboolean ok, GError **error)
{
  ok = mien_store_end (store, ok, error);
  if (lifted)
    mien_store_set_synchronous (store, FALSE, NULL);
  return ok;
}

gboolean
mien_event_note_is_proper (const char *note)
{
  gboolean blank = TRUE;

  if (note == NULL || !g_utf8_validate (note, -1, NULL)
      || g_utf8_strlen (note, -1) > MAX_NOTE)
    return FALSE;
  for (const char *s = note; *s != '\0'; s = g_utf8_next_char (s))
    {
      gunichar c = g_utf8_get_char (s);

      if (g_unichar_iscntrl (c) && c != '\n' && c != '\t')
        return FALSE;
      blank = blank && g_unichar_isspace (c);
    }
  return !blank;
}

/* What is decided can be stored on any frame. frame: for the message. */
static gboolean
check_decision (MienStore *store,
                gint64 frame,
                const MienDecision *decision,
                MienLabels *answers,
                GError **error)
{
  guint n = 0;

  g_assert ((guint) decision->kind <= MIEN_DECISION_NOTE);
  if (decision->kind == MIEN_DECISION_ANSWER
      && !check_labels (store, frame, answers, &n, error))
    return FALSE;
  if (decision->kind == MIEN_DECISION_ANSWER && n == 0)
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID,
                   "%s: no answer was given for frame %" G_GINT64_FORMAT
                   "; give one, or skip it",
                   store->path, frame);
      return FALSE;
    }
  if (decision->kind == MIEN_DECISION_NOTE && !mien_event_note_is_proper (decision->note))
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID,
                   "%s: a note has 1 to %d characters and no control ones; write another",
                   store->path, MAX_NOTE);
      return FALSE;
    }
  return TRUE;
}

gboolean
mien_events_decide_many (MienStore *store,
                         const gint64 *frames,
                         guint n,
                         const MienDecision *decision,
                         MienUuid *batch,
                         GError **error)
{
  MienLabels answers = decision->answers;
  gboolean lifted;
  MienUuid uuid;

  if (n == 0)
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID,
                   "%s: a decision on no frame; name one", store->path);
      return FALSE;
    }
  if (!check_decision (store, frames[0], decision, &answers, error))
    return FALSE;
  mien_event_uuid (&uuid);
  if (!mien_events_begin (store, &lifted, error)
      || !mien_events_end (store, lifted,
                           decide (store, frames, n, decision, &answers, &uuid, error),
                           error))
    return FALSE;
  if (batch != NULL)
    *batch = uuid;
  return TRUE;
}

gboolean
mien_events_decide (MienStore *store,
                    const MienDecision *decision,
                    MienUuid *batch,
                    GError **error)
{
  return mien_events_decide_many (store, &decision->frame, 1, decision, batch, error);
}
