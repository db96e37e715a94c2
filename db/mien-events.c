/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The append-only log: imports, decisions, undo and redo.
 *
 * Invariants: an event is inserted once and never touched again (triggers see to it).
 * What one call appends is one batch about one frame; its labels, the frame's bits and
 * the proposals follow in the same transaction. A decision is committed with synchronous
 * FULL, whatever else the connection does.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-store-private.h"

#include <math.h>
#include <string.h>

/* A point that a person took over from the model comes back rounded to the pad's finest
 * step. */
#define SAME_POINT 0.005

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

/* An event to be: what all of one batch have in common, and the item's part. */
typedef struct
{
  MienUuid batch;
  gint64 frame;
  gint64 annotator;   /* 0: imported */
  gint64 model;       /* 0: none */
  gint64 duration_us; /* -1: unknown */
  gboolean proposal_visible;
  const MienUuid *target;

  MienEventKind kind;
  int item; /* -1: the whole frame */
  MienLabel label;
  double confidence;
} NewEvent;

const char *
mien_event_kind_id (MienEventKind kind)
{
  g_assert ((guint) kind >= 1 && (guint) kind < G_N_ELEMENTS (kind_ids));
  return kind_ids[kind];
}

/* UUID version 7 (RFC 9562): the time first, so that the index on it grows at its end. */
static void
uuid_of_now (MienUuid *uuid)
{
  guint64 milliseconds = (guint64) g_get_real_time () / 1000;

  mien_uuid_random (uuid);
  for (guint i = 0; i < 6; i++)
    uuid->bytes[i] = (guint8) (milliseconds >> (40 - 8 * i));
  uuid->bytes[6] = (guint8) ((uuid->bytes[6] & 0x0f) | 0x70);
}

static gboolean
append (MienStore *store, const NewEvent *event, GError **error)
{
  gboolean value = event->item >= 0 && event->label.answer == MIEN_ANSWER_VALUE;
  gint64 clock;
  MienUuid uuid;

  if (!mien_store_tick (store, &clock, error))
    return FALSE;
  uuid_of_now (&uuid);
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

/* The first imported label of the item, and whether one like it was imported ever. */
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

      if (event->kind != MIEN_EVENT_IMPORTED || event->item != item)
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
  NewEvent event = {
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
  uuid_of_now (&event.batch);
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
      if (!append (store, &event, error))
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

static gboolean
name_is_proper (const char *name)
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

  if (!name_is_proper (name))
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

/* What the model had said of the frame; all NONE if it never read it. */
static gboolean
load_proposal (MienStore *store,
               gint64 model,
               gint64 frame,
               MienProposal *proposal,
               GError **error)
{
  g_autoptr (MienModel) loaded = NULL;
  g_autoptr (GError) failed = NULL;
  MienPrediction prediction;

  memset (proposal, 0, sizeof *proposal);
  if (model == 0)
    return TRUE;
  loaded = mien_models_get (store, model, error);
  if (loaded == NULL)
    return FALSE;
  if (mien_proposals_prediction (store, model, frame, &prediction, &failed))
    mien_proposal_from_prediction (&prediction, loaded, proposal);
  if (failed == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

static gboolean
append_answers (MienStore *store,
                NewEvent *event,
                const MienLabels *answers,
                GError **error)
{
  MienProposal proposal;

  if (!load_proposal (store, event->model, event->frame, &proposal, error))
    return FALSE;
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    {
      const MienLabel *answer = &answers->item[item],
                      *proposed = &proposal.labels.item[item];

      if (answer->answer == MIEN_ANSWER_NONE)
        continue;
      event->item = (int) item;
      event->label = *answer;
      event->kind = same_as_proposed ((MienItem) item, answer, proposed)
                        ? MIEN_EVENT_CONFIRMED
                        : MIEN_EVENT_CORRECTED;
      event->confidence =
          proposed->answer == MIEN_ANSWER_NONE ? (double) NAN : proposal.confidence[item];
      if (!append (store, event, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
decide (MienStore *store,
        const MienDecision *decision,
        const MienLabels *answers,
        const MienUuid *batch,
        GError **error)
{
  static const MienEventKind kinds[] = {
    [MIEN_DECISION_SKIP] = MIEN_EVENT_SKIPPED,
    [MIEN_DECISION_NOT_A_FACE] = MIEN_EVENT_NOT_A_FACE,
    [MIEN_DECISION_FLAG] = MIEN_EVENT_FLAGGED,
  };
  NewEvent event = {
    .batch = *batch,
    .frame = decision->frame,
    .annotator = decision->annotator,
    .model = decision->model,
    .duration_us = decision->duration_us,
    .proposal_visible = decision->proposal_visible,
    .item = -1,
    .confidence = (double) NAN,
  };
  gint64 annotator;

  if (!check_frame (store, decision->frame, error)
      || !mien_query_int (store, error, 0, &annotator,
                          "SELECT id FROM annotator WHERE id = ?1",
                          MIEN_INT (decision->annotator))
      || !check_exists (store, annotator, "annotator", decision->annotator, error))
    return FALSE;
  if (decision->kind == MIEN_DECISION_ANSWER)
    {
      if (!append_answers (store, &event, answers, error))
        return FALSE;
    }
  else
    {
      gboolean known = TRUE;

      event.kind = kinds[decision->kind];
      if (event.model != 0 && !mien_models_exists (store, event.model, &known, error))
        return FALSE;
      if (!check_exists (store, known, "model", event.model, error)
          || !append (store, &event, error))
        return FALSE;
    }
  return mien_labels_refresh (store, decision->frame, error);
}

/* A person's decision is on the disk when the call returns, also on a connection that
 * does bulk work. Inside a transaction of the caller's it is so when that commits. */
static gboolean
begin_durable (MienStore *store, gboolean *lifted, GError **error)
{
  *lifted = store->bulk && store->depth == 0;
  return (!*lifted || mien_store_set_synchronous (store, TRUE, error))
         && mien_store_begin (store, error);
}

static gboolean
end_durable (MienStore *store, gboolean lifted, gboolean ok, GError **error)
{
  ok = mien_store_end (store, ok, error);
  if (lifted)
    mien_store_set_synchronous (store, FALSE, NULL);
  return ok;
}

gboolean
mien_events_decide (MienStore *store,
                    const MienDecision *decision,
                    MienUuid *batch,
                    GError **error)
{
  MienLabels answers = decision->answers;
  gboolean lifted;
  MienUuid uuid;
  guint n = 0;

  g_assert ((guint) decision->kind <= MIEN_DECISION_FLAG);
  if (decision->kind == MIEN_DECISION_ANSWER)
    {
      if (!check_labels (store, decision->frame, &answers, &n, error))
        return FALSE;
      if (n == 0)
        {
          g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID,
                       "%s: no answer was given for frame %" G_GINT64_FORMAT
                       "; give one, or skip it",
                       store->path, decision->frame);
          return FALSE;
        }
    }
  uuid_of_now (&uuid);
  if (!begin_durable (store, &lifted, error)
      || !end_durable (store, lifted, decide (store, decision, &answers, &uuid, error),
                       error))
    return FALSE;
  if (batch != NULL)
    *batch = uuid;
  return TRUE;
}

void
mien_undone_clear (MienUndone *undone)
{
  g_clear_pointer (&undone->key, g_free);
}

/* What the batch had said, for the message that tells it. */
static gboolean
describe (MienStore *store,
          gint64 frame,
          const MienUuid *batch,
          MienUndone *undone,
          GError **error)
{
  g_autoptr (MienFrame) found = mien_frames_get (store, frame, error);
  g_autoptr (GArray) events =
      found == NULL ? NULL : mien_labels_events (store, frame, error);

  if (events == NULL)
    return FALSE;
  memset (undone, 0, sizeof *undone);
  undone->frame = frame;
  undone->kind = MIEN_DECISION_ANSWER;
  for (guint i = 0; i < events->len; i++)
    {
      const MienLogged *event = &g_array_index (events, MienLogged, i);

      if (memcmp (event->batch.bytes, batch->bytes, MIEN_UUID_SIZE) != 0)
        continue;
      if (event->kind == MIEN_EVENT_SKIPPED)
        undone->kind = MIEN_DECISION_SKIP;
      else if (event->kind == MIEN_EVENT_NOT_A_FACE)
        undone->kind = MIEN_DECISION_NOT_A_FACE;
      else if (event->kind == MIEN_EVENT_FLAGGED)
        undone->kind = MIEN_DECISION_FLAG;
      else if (event->item >= 0 && event->item < MIEN_ITEM_COUNT)
        undone->answers.item[event->item] = (MienLabel){
          .answer = event->answer,
          .source = MIEN_SOURCE_HUMAN,
          .value = { event->value[0], event->value[1] },
        };
    }
  undone->key = g_steal_pointer (&found->key);
  return TRUE;
}

/* Appends the undoing or redoing of the batch and lets everything follow. */
static gboolean
aim_at (MienStore *store,
        MienEventKind kind,
        gint64 annotator,
        gint64 frame,
        const MienUuid *target,
        MienUndone *undone,
        GError **error)
{
  NewEvent event = {
    .frame = frame,
    .annotator = annotator,
    .duration_us = -1,
    .target = target,
    .kind = kind,
    .item = -1,
    .confidence = (double) NAN,
  };

  uuid_of_now (&event.batch);
  return append (store, &event, error) && mien_labels_refresh (store, frame, error)
         && describe (store, frame, target, undone, error);
}

static gboolean
undo (MienStore *store, gint64 annotator, MienUndone *undone, GError **error)
{
  g_autoptr (MienStatement) row = mien_query (
      store, error,
      "SELECT e.frame, e.batch FROM event e WHERE e.annotator = ?1"
      " AND e.kind NOT IN (10, 11) AND ifnull ((SELECT t.kind FROM event t"
      " WHERE t.target = e.batch ORDER BY t.clock DESC, t.uuid DESC LIMIT 1), 0)"
      " <> 10 ORDER BY e.clock DESC LIMIT 1",
      MIEN_INT (annotator));
  MienStep step = row == NULL ? MIEN_STEP_ERROR : mien_statement_step (row, error);
  MienUuid target;

  if (step == MIEN_STEP_DONE)
    g_set_error (
        error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_NOT_FOUND,
        "%s: there is no decision of this annotator to undo; label a frame first",
        store->path);
  return step == MIEN_STEP_ROW
         && mien_column_bytes (row, 1, target.bytes, sizeof target.bytes, error)
         && aim_at (store, MIEN_EVENT_UNDONE, annotator, mien_column_int (row, 0),
                    &target, undone, error);
}

/* Backwards from the annotator's last event: an undoing whose redoing was met is spent;
 * the first one that is not is what to give back; a decision in between ends the search.
 */
static gboolean
redo (MienStore *store, gint64 annotator, MienUndone *redone, GError **error)
{
  g_autoptr (MienStatement) row =
      mien_query (store, error,
                  "SELECT frame, kind, target FROM event WHERE annotator = ?1"
                  " ORDER BY clock DESC",
                  MIEN_INT (annotator));
  g_autoptr (GArray) spent = g_array_new (FALSE, FALSE, sizeof (MienUuid));
  MienStep step = MIEN_STEP_ERROR;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      MienEventKind kind = (MienEventKind) mien_column_int (row, 1);
      MienUuid target;
      guint i;

      if (kind != MIEN_EVENT_UNDONE && kind != MIEN_EVENT_REDONE)
        break;
      if (!mien_column_bytes (row, 2, target.bytes, sizeof target.bytes, error))
        return FALSE;
      if (kind == MIEN_EVENT_REDONE)
        {
          g_array_append_val (spent, target);
          continue;
        }
      for (i = 0; i < spent->len; i++)
        if (memcmp (&g_array_index (spent, MienUuid, i), &target, sizeof target) == 0)
          break;
      if (i == spent->len)
        return aim_at (store, MIEN_EVENT_REDONE, annotator, mien_column_int (row, 0),
                       &target, redone, error);
      g_array_remove_index_fast (spent, i);
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

  if (!begin_durable (store, &lifted, error)
      || !end_durable (store, lifted, step (store, annotator, &result, error), error))
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
