/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The queue: what a person is asked next.
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

#include "mien-proposals-private.h"

#include <math.h>

enum
{
  /* 8 combinations in 2 splits, each before and after the model in use. */
  MAX_STREAMS = 32,
};

typedef struct
{
  gint64 frame;
  guint tasks; /* bits: one for uncertain entries */
  const char *reason;
  double confidence, threshold;
} Entry;

/* FALSE: enough, or failed with error set. */
typedef gboolean (*EntryFunc) (const Entry *entry, gpointer data, GError **error);

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
  EntryFunc func;
  gpointer data;
  gboolean stopped;
} Walk;

void
mien_queue_item_free (MienQueueItem *item)
{
  if (item == NULL)
    return;
  g_free (item->key);
  g_free (item);
}

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
emit (Walk *walk, const Entry *entry, GError **error)
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
      Entry entry = {
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
      Entry entry = {
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

/* Calls func for every entry in the order of the queue until it says that it has enough.
 */
static gboolean
walk_queue (MienStore *store, EntryFunc func, gpointer data, GError **error)
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
  if (failed == NULL)
    {
      g_assert (done || walk.stopped);
      return TRUE;
    }
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

typedef struct
{
  MienStore *store;
  MienModel *model;
  GPtrArray *items;
  guint limit;
} Listing;

static gboolean
fill_proposal (Listing *listing, MienQueueItem *item, GError **error)
{
  guint first = mien_task_first_item (item->task), n = mien_task_n_items (item->task);
  g_autoptr (GError) failed = NULL;
  MienPrediction prediction;
  MienProposal proposal;

  if (listing->model == NULL
      || !mien_proposals_prediction (listing->store, listing->model->id, item->frame,
                                     &prediction, &failed))
    {
      if (failed == NULL)
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  mien_proposal_from_prediction (&prediction, listing->model, &proposal);
  for (guint i = first; i < first + n; i++)
    item->proposal.item[i] = proposal.labels.item[i];
  item->has_proposal = TRUE;
  return TRUE;
}

/* The bits of the task's items. */
static guint
items_of (guint task)
{
  return ((1u << mien_task_n_items ((MienTask) task)) - 1)
         << mien_task_first_item ((MienTask) task);
}

static gboolean
list_entry (const Entry *entry, gpointer data, GError **error)
{
  Listing *listing = data;

  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    {
      g_autoptr (MienFrame) frame = NULL;
      MienFrameState state;
      MienQueueItem *item;

      if (!(entry->tasks >> task & 1))
        continue;
      if (listing->items->len >= listing->limit)
        return FALSE;
      frame = mien_frames_get (listing->store, entry->frame, error);
      if (frame == NULL
          || !mien_proposals_state (listing->store, entry->frame, &state, error))
        return FALSE;
      item = g_new0 (MienQueueItem, 1);
      g_ptr_array_add (listing->items, item);
      item->frame = entry->frame;
      item->key = g_steal_pointer (&frame->key);
      item->task = (MienTask) task;
      item->reason =
          state.split == MIEN_SPLIT_TRAIN && (state.disputed & items_of (task)) != 0
              ? "disagreement"
              : entry->reason;
      item->confidence = entry->confidence;
      item->threshold = entry->threshold;
      if (!isnan (entry->confidence) && !fill_proposal (listing, item, error))
        return FALSE;
    }
  return listing->items->len < listing->limit;
}

GPtrArray *
mien_queue_list (MienStore *store, guint limit, GError **error)
{
  g_autoptr (GPtrArray) items =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mien_queue_item_free);
  g_autoptr (GError) failed = NULL;
  g_autoptr (MienModel) model = mien_models_current (store, &failed);
  Listing listing = { .store = store, .model = model, .items = items, .limit = limit };

  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return NULL;
    }
  return limit == 0 || walk_queue (store, list_entry, &listing, error)
             ? g_steal_pointer (&items)
             : NULL;
}

typedef struct
{
  GArray *frames;
  GHashTable *skip; /* the caller's, may be NULL */
  GHashTable *seen;
  guint limit;
} Collecting;

static gboolean
collect_entry (const Entry *entry, gpointer data, GError **error)
{
  Collecting *collecting = data;

  if (collecting->skip != NULL && g_hash_table_contains (collecting->skip, &entry->frame))
    return TRUE;
  if (g_hash_table_add (collecting->seen, g_memdup2 (&entry->frame, sizeof entry->frame)))
    g_array_append_val (collecting->frames, entry->frame);
  return collecting->frames->len < collecting->limit;
}

GArray *
mien_queue_frames (MienStore *store, guint limit, GHashTable *skip, GError **error)
{
  g_autoptr (GArray) frames = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GHashTable) seen =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  Collecting collecting = {
    .frames = frames, .skip = skip, .seen = seen, .limit = limit
  };

  return limit == 0 || walk_queue (store, collect_entry, &collecting, error)
             ? g_steal_pointer (&frames)
             : NULL;
}

/* The tasks of the model that its proposals leave open, and those that it has a row for
 * at all. */
static gboolean
open_tasks (MienStore *store,
            gint64 frame,
            gint64 model,
            guint *open,
            guint *known,
            GError **error)
{
  g_autoptr (MienStatement) row = mien_query (
      store, error, "SELECT task, open FROM proposal WHERE frame = ?1 AND model = ?2",
      MIEN_INT (frame), MIEN_INT (model));
  MienStep step = MIEN_STEP_ERROR;

  *open = *known = 0;
  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      guint bit = 1u << (mien_column_int (row, 0) & 3);

      *known |= bit;
      if (mien_column_int (row, 1) > 0)
        *open |= bit;
    }
  return step == MIEN_STEP_DONE;
}

static guint
complete_tasks (guint answered)
{
  guint complete = 0;

  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    if ((answered & items_of (task)) == items_of (task))
      complete |= 1u << task;
  return complete;
}

static gboolean
doubtful_items (MienStore *store,
                gint64 frame,
                const MienFrameState *state,
                guint tasks,
                guint *items,
                GError **error)
{
  g_autoptr (MienModel) model = NULL;
  g_autoptr (GError) failed = NULL;
  MienPrediction prediction;
  MienProposal proposal;

  *items = 0;
  if (tasks == 0)
    return TRUE;
  model = mien_models_current (store, &failed);
  if (model != NULL
      && mien_proposals_prediction (store, model->id, frame, &prediction, &failed))
    {
      mien_proposal_from_prediction (&prediction, model, &proposal);
      for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
        if ((tasks >> mien_item_task ((MienItem) item) & 1) && !proposal.accepted[item]
            && !(state->answered >> item & 1))
          *items |= 1u << item;
    }
  if (failed == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

gboolean
mien_queue_asked (MienStore *store,
                  gint64 frame,
                  guint *tasks,
                  guint *doubtful,
                  const char **reason,
                  GError **error)
{
  guint asked, open, known, model_tasks, missing, items = 0;
  const char *why = NULL;
  MienFrameState state;
  gint64 model;

  if (!mien_queue_asked_tasks (store, &asked, error)
      || !mien_proposals_state (store, frame, &state, error)
      || !mien_models_current_id (store, &model, &model_tasks, error)
      || !open_tasks (store, frame, model, &open, &known, error))
    return FALSE;

  missing = asked & ~complete_tasks (state.answered);
  if (!state.usable || state.split == MIEN_SPLIT_TEST)
    missing = 0;
  else if (state.split == MIEN_SPLIT_VALIDATION)
    why = "validation";
  else
    {
      missing &= open | ~known;
      open &= missing;
      why = open != 0 ? "uncertain" : "unlabelled";
      if (!doubtful_items (store, frame, &state, open, &items, error))
        return FALSE;
      for (guint task = 0; task < MIEN_TASK_COUNT; task++)
        if (missing >> task & 1)
          items |= state.disputed & items_of (task);
      if ((items & state.disputed) != 0)
        why = "disagreement";
    }
  *tasks = missing;
  *doubtful = items;
  *reason = missing != 0 ? why : NULL;
  return TRUE;
}
