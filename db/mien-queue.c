/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The queue in the order of need.
 *
 * It is never stored and never sorted: it is merged from ranges of two indexes that are
 * in the right order already. Uncertain: proposal_queue, one range a task. Waiting (a
 * label is lacking and no model in use can help): frame_waiting, one range for each
 * combination of labelled tasks, in the order of (reader, id): frames that nobody has
 * read come first. frame.reader only tells which frames need not be looked at; whether
 * the model in use has read one is asked of prediction.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-queue-private.h"

#include <math.h>

enum
{
  /* 8 combinations in 2 splits, each before and after the model in use. */
  MAX_STREAMS = 32,
};

/* One range. Smaller keys come first. */
typedef struct
{
  MienStatement *row;
  gboolean alive;
  double rank;
  gint64 frame;
  guint order;
  guint tasks;
  MienSplit split;
} Stream;

typedef struct
{
  MienStore *store;
  guint asked;
  gint64 model;
  guint model_tasks;
  Stream streams[MAX_STREAMS];
  guint n_streams;
  MienQueueFunc func;
  gpointer data;
  gboolean stopped;
} Walk;

static void
walk_clear (Walk *walk)
{
  for (guint i = 0; i < walk->n_streams; i++)
    mien_statement_done (walk->streams[i].row);
  walk->n_streams = 0;
}

static gboolean
advance (Stream *stream, GError **error)
{
  MienStep step = mien_statement_step (stream->row, error);

  stream->alive = step == MIEN_STEP_ROW;
  if (stream->alive)
    {
      stream->frame = mien_column_int (stream->row, 0);
      stream->rank = mien_column_real (stream->row, 1);
    }
  return step != MIEN_STEP_ERROR;
}

static gboolean
add_stream (Walk *walk, MienStatement *row, guint tasks, MienSplit split, GError **error)
{
  Stream *stream;

  if (row == NULL)
    return FALSE;
  g_assert (walk->n_streams < MAX_STREAMS);
  stream = &walk->streams[walk->n_streams];
  *stream =
      (Stream){ .row = row, .order = walk->n_streams, .tasks = tasks, .split = split };
  walk->n_streams++;
  return advance (stream, error);
}

static gboolean
comes_first (const Stream *a, const Stream *b)
{
  if (a->rank != b->rank)
    return a->rank < b->rank;
  if (a->frame != b->frame)
    return a->frame < b->frame;
  return a->order < b->order;
}

static Stream *
next_stream (Walk *walk)
{
  Stream *best = NULL;

  for (guint i = 0; i < walk->n_streams; i++)
    {
      Stream *stream = &walk->streams[i];

      if (stream->alive && (best == NULL || comes_first (stream, best)))
        best = stream;
    }
  return best;
}

static gboolean
emit (Walk *walk, const MienQueueEntry *entry, GError **error)
{
  if (walk->func (entry, walk->data, error))
    return TRUE;
  walk->stopped = TRUE;
  return FALSE;
}

/* open: 1, then 2 for the skipped ones. */
static gboolean
walk_uncertain (Walk *walk, int open, GError **error)
{
  Stream *stream;

  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    if ((walk->asked & walk->model_tasks) >> task & 1)
      {
        MienStatement *row =
            mien_query (walk->store, error,
                        "SELECT frame, -priority, confidence, threshold FROM proposal"
                        " WHERE model = ?1 AND task = ?2 AND open = ?3 AND open"
                        " ORDER BY priority DESC, frame",
                        MIEN_INT (walk->model), MIEN_INT (task), MIEN_INT (open));

        if (!add_stream (walk, row, 1u << task, MIEN_SPLIT_TRAIN, error))
          return FALSE;
      }
  while ((stream = next_stream (walk)) != NULL)
    {
      MienQueueEntry entry = {
        .frame = stream->frame,
        .tasks = stream->tasks,
        .reason = "uncertain",
        .confidence = mien_column_real (stream->row, 2),
        .threshold = mien_column_real (stream->row, 3),
      };

      if (!emit (walk, &entry, error) || !advance (stream, error))
        return FALSE;
    }
  walk_clear (walk);
  return TRUE;
}

/* Frames of the training split that the model in use has read are left out, unless there
 * are tasks that it does not do. */
static gboolean
add_waiting (Walk *walk, int skipped, GError **error)
{
  gboolean whole = walk->model == 0 || (walk->asked & ~walk->model_tasks) != 0;

  for (guint complete = 0; complete <= MIEN_ALL_TASKS; complete++)
    {
      guint missing = walk->asked & ~complete;
      gint64 middle = whole ? G_MAXINT64 : walk->model;

      if (missing == 0)
        continue;
      if (!add_stream (walk,
                       mien_waiting_query (walk->store, MIEN_SPLIT_TRAIN, skipped,
                                           complete, -1, middle, error),
                       missing, MIEN_SPLIT_TRAIN, error)
          || (!whole
              && !add_stream (walk,
                              mien_waiting_query (walk->store, MIEN_SPLIT_TRAIN, skipped,
                                                  complete, middle, G_MAXINT64, error),
                              missing, MIEN_SPLIT_TRAIN, error))
          || !add_stream (walk,
                          mien_waiting_query (walk->store, MIEN_SPLIT_VALIDATION, skipped,
                                              complete, -1, G_MAXINT64, error),
                          missing, MIEN_SPLIT_VALIDATION, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
was_read (Walk *walk, gint64 frame, gint64 reader, gboolean *read, GError **error)
{
  gint64 found = 0;

  if (walk->model != 0 && reader != 0 && reader != walk->model
      && !mien_query_int (walk->store, error, 0, &found,
                          "SELECT 1 FROM prediction WHERE model = ?1 AND frame = ?2",
                          MIEN_INT (walk->model), MIEN_INT (frame)))
    return FALSE;
  *read = walk->model != 0 && (reader == walk->model || found != 0);
  return TRUE;
}

static gboolean
walk_waiting (Walk *walk, int skipped, GError **error)
{
  Stream *stream;

  if (!add_waiting (walk, skipped, error))
    return FALSE;
  while ((stream = next_stream (walk)) != NULL)
    {
      MienQueueEntry entry = {
        .frame = stream->frame,
        .tasks = stream->tasks,
        .reason = stream->split == MIEN_SPLIT_TRAIN ? "unlabelled" : "validation",
        .confidence = (double) NAN,
        .threshold = (double) NAN,
      };
      gboolean read = FALSE;

      if (stream->split == MIEN_SPLIT_TRAIN
          && !was_read (walk, stream->frame, (gint64) stream->rank, &read, error))
        return FALSE;
      if (read)
        entry.tasks &= ~walk->model_tasks;
      if ((entry.tasks != 0 && !emit (walk, &entry, error)) || !advance (stream, error))
        return FALSE;
    }
  walk_clear (walk);
  return TRUE;
}

gboolean
mien_queue_walk (MienStore *store,
                 MienQueueFunc func,
                 gpointer data,
                 gboolean *stopped,
                 GError **error)
{
  Walk walk = { .store = store, .func = func, .data = data };
  g_autoptr (GError) failed = NULL;
  gboolean done;

  done = mien_queue_asked_tasks (store, &walk.asked, &failed)
         && mien_models_current_id (store, &walk.model, &walk.model_tasks, &failed)
         && (walk.model == 0 || walk_uncertain (&walk, 1, &failed))
         && (walk.model == 0 || walk_uncertain (&walk, 2, &failed))
         && walk_waiting (&walk, 0, &failed) && walk_waiting (&walk, 1, &failed);
  walk_clear (&walk);
  *stopped = walk.stopped;
  if (failed == NULL)
    {
      g_assert (done || walk.stopped);
      return TRUE;
    }
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}
