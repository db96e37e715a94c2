/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * From events to labels. mien_labels_derive is the one place that says what the current
 * label of a frame is; appending an event and verifying a project both go through it, so
 * a replay of the log always gives what the tables hold.
 *
 * The rule (DESIGN.md): the latest adjudication; else the consensus of the annotators'
 * latest answers that are not undone; else the first imported one. An undone batch counts
 * as never made. Consensus is more than half of the votes, where "cannot tell" is a vote
 * like any other; of valence and arousal it is the mean, if the points lie within 0.3 of
 * each other in both.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-proposals-private.h"

#include <math.h>
#include <string.h>

static gboolean
uuid_equal (const MienUuid *a, const MienUuid *b)
{
  return memcmp (a->bytes, b->bytes, MIEN_UUID_SIZE) == 0;
}

static gboolean
is_vote (const MienLogged *event)
{
  return event->kind == MIEN_EVENT_CONFIRMED || event->kind == MIEN_EVENT_CORRECTED
         || event->kind == MIEN_EVENT_PROPAGATED;
}

gboolean
mien_logged_is_aim (const MienLogged *event)
{
  return event->kind == MIEN_EVENT_UNDONE || event->kind == MIEN_EVENT_REDONE;
}

void
mien_labels_mark_undone (GArray *events)
{
  for (guint i = 0; i < events->len; i++)
    g_array_index (events, MienLogged, i).undone = FALSE;
  for (guint i = 0; i < events->len; i++)
    {
      MienLogged *aim = &g_array_index (events, MienLogged, i);

      if (!mien_logged_is_aim (aim))
        continue;
      for (guint k = 0; k < events->len; k++)
        {
          MienLogged *event = &g_array_index (events, MienLogged, k);

          if (uuid_equal (&event->batch, &aim->target))
            event->undone = aim->kind == MIEN_EVENT_UNDONE;
        }
    }
}

static gboolean
same_answer (const MienLogged *a, const MienLogged *b)
{
  return a->answer == b->answer
         && (a->answer != MIEN_ANSWER_VALUE || a->value[0] == b->value[0]);
}

/* All points agree on valence and arousal within MIEN_POINTS_AGREE: their mean. */
static void
mean_point (MienLogged *const *votes, guint n, MienLabel *label)
{
  double low[2] = { INFINITY, INFINITY }, high[2] = { -INFINITY, -INFINITY },
         sum[2] = { 0, 0 };
  guint points = 0;

  for (guint i = 0; i < n; i++)
    {
      if (votes[i]->answer != MIEN_ANSWER_VALUE)
        continue;
      points++;
      for (guint k = 0; k < 2; k++)
        {
          low[k] = MIN (low[k], votes[i]->value[k]);
          high[k] = MAX (high[k], votes[i]->value[k]);
          sum[k] += votes[i]->value[k];
        }
    }
  if (high[0] - low[0] > MIEN_POINTS_AGREE || high[1] - low[1] > MIEN_POINTS_AGREE)
    return;
  label->answer = MIEN_ANSWER_VALUE;
  label->value[0] = CLAMP (sum[0] / points, -1.0, 1.0);
  label->value[1] = CLAMP (sum[1] / points, -1.0, 1.0);
}

static void
consensus (MienItem item, MienLogged *const *votes, guint n, MienLabel *label)
{
  *label = (MienLabel){ .answer = MIEN_ANSWER_UNRESOLVED, .source = MIEN_SOURCE_HUMAN };

  for (guint i = 0; i < n; i++)
    {
      guint agree = 0;

      for (guint k = 0; k < n; k++)
        agree += item == MIEN_ITEM_VALENCE_AROUSAL ? votes[i]->answer == votes[k]->answer
                                                   : same_answer (votes[i], votes[k]);
      if (2 * agree <= n)
        continue;
      if (item == MIEN_ITEM_VALENCE_AROUSAL && votes[i]->answer == MIEN_ANSWER_VALUE)
        mean_point (votes, n, label);
      else
        {
          label->answer = votes[i]->answer;
          label->value[0] = votes[i]->value[0];
        }
      return;
    }
}

MienLogged *
mien_labels_votes (GArray *events, MienItem item, GPtrArray *votes)
{
  MienLogged *last = NULL;

  g_ptr_array_set_size (votes, 0);
  for (guint i = 0; i < events->len; i++)
    {
      MienLogged *event = &g_array_index (events, MienLogged, i);
      guint k;

      if (event->item != (int) item || event->undone || !is_vote (event))
        continue;
      for (k = 0; k < votes->len; k++)
        if (((MienLogged *) votes->pdata[k])->annotator == event->annotator)
          break;
      if (k < votes->len)
        votes->pdata[k] = event;
      else
        g_ptr_array_add (votes, event);
      last = event;
    }
  return last;
}

static void
derive_item (GArray *events, MienItem item, GPtrArray *votes, MienDerived *derived)
{
  MienLabel *label = &derived->labels.item[item];
  MienLogged *imported = NULL, *adjudicated = NULL, *last;

  for (guint i = 0; i < events->len; i++)
    {
      MienLogged *event = &g_array_index (events, MienLogged, i);

      if (event->item != (int) item || event->undone)
        continue;
      if (event->kind == MIEN_EVENT_IMPORTED && imported == NULL)
        imported = event;
      else if (event->kind == MIEN_EVENT_ADJUDICATED)
        adjudicated = event;
    }

  last = adjudicated != NULL ? adjudicated : mien_labels_votes (events, item, votes);
  if (adjudicated == NULL && last != NULL)
    consensus (item, (MienLogged *const *) votes->pdata, votes->len, label);
  else if (last != NULL || imported != NULL)
    {
      last = last != NULL ? last : imported;
      label->answer = last->answer;
      label->source = last == imported ? MIEN_SOURCE_IMPORTED : MIEN_SOURCE_HUMAN;
      memcpy (label->value, last->value, sizeof label->value);
    }
  derived->event[item] = last != NULL ? last->id : 0;
}

/* Skipped: the latest decision that stands is a skip. Not a face: said so later than any
 * answer. */
static void
derive_frame (GArray *events, MienDerived *derived)
{
  for (guint i = 0; i < events->len; i++)
    {
      MienLogged *event = &g_array_index (events, MienLogged, i);
      gboolean answer = is_vote (event) || event->kind == MIEN_EVENT_ADJUDICATED;

      if (event->undone)
        continue;
      if (answer || event->kind == MIEN_EVENT_SKIPPED
          || event->kind == MIEN_EVENT_NOT_A_FACE)
        derived->skipped = event->kind == MIEN_EVENT_SKIPPED;
      if (answer || event->kind == MIEN_EVENT_NOT_A_FACE)
        derived->not_a_face = event->kind == MIEN_EVENT_NOT_A_FACE;
    }
}

static gboolean
is_answered (const MienLabel *label)
{
  return label->answer == MIEN_ANSWER_VALUE || label->answer == MIEN_ANSWER_CANNOT_TELL;
}

guint
mien_labels_answered (const MienLabels *labels)
{
  guint answered = 0;

  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    if (is_answered (&labels->item[item]))
      answered |= 1u << item;
  return answered;
}

guint
mien_labels_disputed (const MienLabels *labels)
{
  guint disputed = 0;

  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    if (labels->item[item].answer == MIEN_ANSWER_UNRESOLVED)
      disputed |= 1u << item;
  return disputed;
}

static void
derive_bits (MienDerived *derived)
{
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    {
      guint first = mien_task_first_item ((MienTask) task);
      guint n = mien_task_n_items ((MienTask) task);
      guint answered = 0;

      for (guint item = first; item < first + n; item++)
        {
          const MienLabel *label = &derived->labels.item[item];

          if (label->answer != MIEN_ANSWER_NONE)
            derived->touched |= 1u << task;
          if (!is_answered (label))
            continue;
          answered++;
          if (label->source == MIEN_SOURCE_IMPORTED)
            derived->imported |= 1u << task;
          else
            derived->human |= 1u << task;
        }
      if (answered == n)
        derived->complete |= 1u << task;
    }
}

void
mien_labels_derive (GArray *events, MienDerived *derived)
{
  g_autoptr (GPtrArray) votes = g_ptr_array_new ();

  memset (derived, 0, sizeof *derived);
  mien_labels_mark_undone (events);
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    derive_item (events, (MienItem) item, votes, derived);
  derive_frame (events, derived);
  derive_bits (derived);
}

GArray *
mien_labels_events (MienStore *store, gint64 frame, GError **error)
{
  g_autoptr (GArray) events = g_array_new (FALSE, TRUE, sizeof (MienLogged));
  g_autoptr (MienStatement) row = mien_query (
      store, error,
      "SELECT id, clock, uuid, batch, kind, ifnull (item, -1), answer, value1,"
      " value2, ifnull (annotator, 0), target FROM event WHERE frame = ?1"
      " ORDER BY clock, uuid",
      MIEN_INT (frame));
  MienStep step;

  if (row == NULL)
    return NULL;
  while ((step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      MienLogged event = {
        .id = mien_column_int (row, 0),
        .clock = mien_column_int (row, 1),
        .kind = (MienEventKind) mien_column_int (row, 4),
        .item = (int) mien_column_int (row, 5),
        .answer = (MienAnswer) mien_column_int (row, 6),
        .annotator = mien_column_int (row, 9),
      };

      if (!mien_column_bytes (row, 2, event.uuid.bytes, MIEN_UUID_SIZE, error)
          || !mien_column_bytes (row, 3, event.batch.bytes, MIEN_UUID_SIZE, error)
          || (!mien_column_is_null (row, 10)
              && !mien_column_bytes (row, 10, event.target.bytes, MIEN_UUID_SIZE, error)))
        return NULL;
      for (guint k = 0; k < 2; k++)
        if (!mien_column_is_null (row, 7 + (int) k))
          event.value[k] = mien_column_real (row, 7 + (int) k);
      g_array_append_val (events, event);
    }
  return step == MIEN_STEP_DONE ? g_steal_pointer (&events) : NULL;
}

GArray *
mien_labels_until (GArray *events, gint64 last)
{
  GArray *until = g_array_new (FALSE, TRUE, sizeof (MienLogged));

  for (guint i = 0; i < events->len; i++)
    if (g_array_index (events, MienLogged, i).id <= last)
      g_array_append_val (until, g_array_index (events, MienLogged, i));
  return until;
}

/* A stranger's file may say anything: a label that is out of range is damage, not a
 * value. */
static gboolean
load_label (MienStatement *row, int column, MienLabel *label, MienItem *item)
{
  gint64 number = mien_column_int (row, column);
  gint64 answer = mien_column_int (row, column + 1);
  gint64 source = mien_column_int (row, column + 2);

  if (number < 0 || number >= MIEN_ITEM_COUNT || answer < MIEN_ANSWER_VALUE
      || answer > MIEN_ANSWER_UNRESOLVED || source < MIEN_SOURCE_IMPORTED
      || source > MIEN_SOURCE_HUMAN)
    return FALSE;
  *item = (MienItem) number;
  label->answer = (MienAnswer) answer;
  label->source = (MienSource) source;
  for (int k = 0; k < 2; k++)
    label->value[k] = mien_column_real_or_zero (row, column + 3 + k);
  return answer == MIEN_ANSWER_UNRESOLVED || mien_label_is_valid (*item, label);
}

gboolean
mien_labels_read (MienStore *store,
                  MienStatement *row,
                  int column,
                  gint64 frame,
                  MienLabels *labels,
                  MienItem *item,
                  GError **error)
{
  MienLabel label;

  if (!load_label (row, column, &label, item))
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_CORRUPT,
                   "%s: the project is damaged (a label of frame %" G_GINT64_FORMAT
                   " is out of range); open a copy of it made earlier",
                   store->path, frame);
      return FALSE;
    }
  labels->item[*item] = label;
  return TRUE;
}

gboolean
mien_labels_load (MienStore *store,
                  gint64 frame,
                  MienLabels *labels,
                  gint64 *events,
                  GError **error)
{
  g_autoptr (MienStatement) row =
      mien_query (store, error,
                  "SELECT item, answer, source, value1, value2, event FROM label"
                  " WHERE frame = ?1",
                  MIEN_INT (frame));
  MienLabels result = { 0 };
  MienStep step;

  if (row == NULL)
    return FALSE;
  while ((step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      MienItem item;

      if (!mien_labels_read (store, row, 0, frame, &result, &item, error))
        return FALSE;
      if (events != NULL)
        events[item] = mien_column_int (row, 5);
    }
  if (step == MIEN_STEP_ERROR)
    return FALSE;
  *labels = result;
  return TRUE;
}

static gboolean
store_label (MienStore *store,
             gint64 frame,
             MienItem item,
             MienDerived *derived,
             GError **error)
{
  const MienLabel *label = &derived->labels.item[item];
  gboolean value = label->answer == MIEN_ANSWER_VALUE;

  if (label->answer == MIEN_ANSWER_NONE)
    return mien_run (store, error, "DELETE FROM label WHERE frame = ?1 AND item = ?2",
                     MIEN_INT (frame), MIEN_INT (item));
  return mien_run (
      store, error,
      "INSERT INTO label (frame, item, answer, source, value1, value2, event)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET"
      " answer = ?3, source = ?4, value1 = ?5, value2 = ?6, event = ?7",
      MIEN_INT (frame), MIEN_INT (item), MIEN_INT (label->answer),
      MIEN_INT (label->source), MIEN_REAL (value ? label->value[0] : (double) NAN),
      MIEN_REAL (value && item == MIEN_ITEM_VALENCE_AROUSAL ? label->value[1]
                                                            : (double) NAN),
      MIEN_INT (derived->event[item]));
}

gboolean
mien_labels_refresh (MienStore *store, gint64 frame, GError **error)
{
  g_autoptr (GArray) events = mien_labels_events (store, frame, error);
  MienDerived derived;
  gint64 before_events[MIEN_ITEM_COUNT] = { 0 };
  MienLabels before;

  if (events == NULL || !mien_labels_load (store, frame, &before, before_events, error))
    return FALSE;
  mien_labels_derive (events, &derived);
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    {
      const MienLabel *a = &before.item[item], *b = &derived.labels.item[item];

      if (mien_label_equal (a, b) && a->source == b->source
          && before_events[item] == derived.event[item])
        continue;
      if (!store_label (store, frame, (MienItem) item, &derived, error))
        return FALSE;
    }
  return mien_run (store, error,
                   "UPDATE frame SET skipped = ?2, not_a_face = ?3, complete = ?4,"
                   " touched = ?5, imported = ?6, human = ?7 WHERE id = ?1",
                   MIEN_INT (frame), MIEN_INT (derived.skipped ? 1 : 0),
                   MIEN_INT (derived.not_a_face ? 1 : 0), MIEN_INT (derived.complete),
                   MIEN_INT (derived.touched), MIEN_INT (derived.imported),
                   MIEN_INT (derived.human))
         && mien_proposals_refresh (store, frame, error);
}
