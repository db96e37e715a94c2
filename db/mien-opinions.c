/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The log by frame: who says what, last and not taken back. Imports, most of the log, are
 * never looked at. Which answer of an annotator counts is mien-labels.c's rule, so that
 * what is compared here is what the labels follow from.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-opinions.h"

#include <math.h>
#include <string.h>

#include "mien-proposals-private.h"

/* What an opinion needs of an event beside what the labels need. */
typedef struct
{
  gboolean had_proposal, visible;
  double point[2];
} Proposed;

typedef struct
{
  MienStore *store;
  MienOpinionsFunc func;
  gpointer data;
  gint64 video, frame, split;
  GArray *events;   /* MienLogged, of the frame */
  GArray *proposed; /* Proposed, of the same */
  GPtrArray *votes;
  GArray *opinions;
} Reader;

static void
reader_clear (Reader *reader)
{
  g_clear_pointer (&reader->events, g_array_unref);
  g_clear_pointer (&reader->proposed, g_array_unref);
  g_clear_pointer (&reader->votes, g_ptr_array_unref);
  g_clear_pointer (&reader->opinions, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reader, reader_clear)

static gboolean
fail_on_damage (Reader *reader, gint64 frame, GError **error)
{
  g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_CORRUPT,
               "%s: the project is damaged (an answer about frame %" G_GINT64_FORMAT
               " is out of range); open a copy of it made earlier",
               mien_store_path (reader->store), frame);
  return FALSE;
}

/* columns: video, frame, split, id, clock, uuid, batch, kind, item, answer, value1,
 * value2, annotator, target, model, confidence, proposal_visible, outputs. */
static gboolean
read_event (Reader *reader, MienStatement *row, GError **error)
{
  gint64 frame = mien_column_int (row, 1), model = mien_column_int (row, 14);
  MienLogged event = {
    .id = mien_column_int (row, 3),
    .clock = mien_column_int (row, 4),
    .kind = (MienEventKind) mien_column_int (row, 7),
    .item = (int) mien_column_int (row, 8),
    .answer = (MienAnswer) mien_column_int (row, 9),
    .value = { mien_column_real_or_zero (row, 10), mien_column_real_or_zero (row, 11) },
    .annotator = mien_column_int (row, 12),
  };
  Proposed proposed = {
    .had_proposal = !mien_column_is_null (row, 15),
    .visible = mien_column_int (row, 16) != 0,
    .point = { (double) NAN, (double) NAN },
  };
  MienPrediction prediction;

  if (!mien_column_bytes (row, 5, event.uuid.bytes, MIEN_UUID_SIZE, error)
      || !mien_column_bytes (row, 6, event.batch.bytes, MIEN_UUID_SIZE, error)
      || (!mien_column_is_null (row, 13)
          && !mien_column_bytes (row, 13, event.target.bytes, MIEN_UUID_SIZE, error)))
    return FALSE;
  if (!mien_column_is_null (row, 17))
    {
      if (!mien_prediction_read (reader->store, row, 17, model, frame, &prediction,
                                 error))
        return FALSE;
      proposed.point[0] = CLAMP ((double) prediction.valence, -1.0, 1.0);
      proposed.point[1] = CLAMP ((double) prediction.arousal, -1.0, 1.0);
    }
  g_array_append_val (reader->events, event);
  g_array_append_val (reader->proposed, proposed);
  return TRUE;
}

/* The decision of an event was about other frames too. */
static gboolean
is_of_many (Reader *reader, const MienLogged *event, gboolean *many, GError **error)
{
  gint64 found;

  if (!mien_query_int (reader->store, error, 0, &found,
                       "SELECT 1 FROM event WHERE annotator IS NOT NULL AND batch = ?1"
                       " AND frame <> ?2 LIMIT 1",
                       MIEN_UUID (&event->batch), MIEN_INT (reader->frame)))
    return FALSE;
  *many = found != 0;
  return TRUE;
}

/* last: the event that is_of_many was asked about last, and what it said. */
typedef struct
{
  const MienLogged *event;
  gboolean many;
} Asked;

static gboolean
read_proposed (Reader *reader,
               const MienLogged *event,
               Asked *last,
               MienOpinion *opinion,
               GError **error)
{
  const MienLogged *first = (const MienLogged *) (const void *) reader->events->data;
  const Proposed *proposed =
      &g_array_index (reader->proposed, Proposed, (guint) (event - first));

  if (opinion->propagated || !proposed->had_proposal || reader->split != MIEN_SPLIT_TRAIN)
    return TRUE;
  if (last->event == NULL
      || memcmp (&last->event->batch, &event->batch, sizeof event->batch) != 0)
    {
      if (!is_of_many (reader, event, &last->many, error))
        return FALSE;
      last->event = event;
    }
  if (last->many)
    return TRUE;
  opinion->model =
      event->kind == MIEN_EVENT_CONFIRMED ? MIEN_MODEL_SAME : MIEN_MODEL_OTHER;
  opinion->proposal_visible = proposed->visible;
  memcpy (opinion->point, proposed->point, sizeof opinion->point);
  return TRUE;
}

static gboolean
add_item (Reader *reader, MienItem item, Asked *last, GError **error)
{
  mien_labels_votes (reader->events, item, reader->votes);
  for (guint i = 0; i < reader->votes->len; i++)
    {
      const MienLogged *event = reader->votes->pdata[i];
      MienOpinion opinion = {
        .annotator = event->annotator,
        .item = item,
        .label = { .answer = event->answer,
                   .source = MIEN_SOURCE_HUMAN,
                   .value = { event->value[0], event->value[1] } },
        .clock = event->clock,
        .propagated = event->kind == MIEN_EVENT_PROPAGATED,
        .point = { (double) NAN, (double) NAN },
      };

      if (!mien_label_is_valid (item, &opinion.label))
        return fail_on_damage (reader, reader->frame, error);
      if (!read_proposed (reader, event, last, &opinion, error))
        return FALSE;
      g_array_append_val (reader->opinions, opinion);
    }
  return TRUE;
}

/* All events of the frame are there. */
static gboolean
finish_frame (Reader *reader, GError **error)
{
  Asked last = { NULL, FALSE };
  gboolean ok = TRUE;

  g_array_set_size (reader->opinions, 0);
  mien_labels_mark_undone (reader->events);
  for (guint item = 0; item < MIEN_ITEM_COUNT && ok; item++)
    ok = add_item (reader, (MienItem) item, &last, error);
  if (ok && reader->opinions->len > 0)
    ok = reader->func (reader->video, reader->frame,
                       (const MienOpinion *) (const void *) reader->opinions->data,
                       reader->opinions->len, reader->data, error);
  g_array_set_size (reader->events, 0);
  g_array_set_size (reader->proposed, 0);
  return ok;
}

/* A point's proposal is looked up; what was said of an expression or a unit follows from
 * the kind of the event. */
static MienStatement *
query_events (MienStore *store, GError **error)
{
  return mien_query (
      store, error,
      MIEN_SCAN
      "SELECT f.video, e.frame, f.split, e.id, e.clock, e.uuid, e.batch, e.kind,"
      " ifnull (e.item, -1), e.answer, e.value1, e.value2, e.annotator,"
      " e.target, ifnull (e.model, 0), e.confidence, e.proposal_visible,"
      " p.outputs FROM event e CROSS JOIN frame f ON f.id = e.frame"
      " LEFT JOIN prediction p ON e.item = 0 AND p.model = e.model"
      " AND p.frame = e.frame"
      " WHERE e.annotator > 0 AND e.kind IN (2, 3, 4, 10, 11)"
      " ORDER BY f.video, e.frame, e.clock, e.uuid");
}

gboolean
mien_opinions_foreach (MienStore *store,
                       MienOpinionsFunc func,
                       gpointer data,
                       GError **error)
{
  g_auto (Reader) reader = {
    .store = store,
    .func = func,
    .data = data,
    .events = g_array_new (FALSE, TRUE, sizeof (MienLogged)),
    .proposed = g_array_new (FALSE, FALSE, sizeof (Proposed)),
    .votes = g_ptr_array_new (),
    .opinions = g_array_new (FALSE, FALSE, sizeof (MienOpinion)),
  };
  g_autoptr (MienStatement) row = query_events (store, error);
  MienStep step = MIEN_STEP_ERROR;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      gint64 frame = mien_column_int (row, 1);

      if (reader.events->len > 0 && frame != reader.frame
          && !finish_frame (&reader, error))
        return FALSE;
      reader.video = mien_column_int (row, 0);
      reader.frame = frame;
      reader.split = mien_column_int (row, 2);
      if (!read_event (&reader, row, error))
        return FALSE;
    }
  return step == MIEN_STEP_DONE
         && (reader.events->len == 0 || finish_frame (&reader, error));
}
