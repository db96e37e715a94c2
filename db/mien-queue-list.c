/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a person is asked next: first what is planned (mien-plan.h), as far as it is still
 * asked, then the rest in the order of need.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-plan.h"
#include "mien-proposals-private.h"
#include "mien-queue-private.h"

#include <math.h>

void
mien_queue_item_free (MienQueueItem *item)
{
  if (item == NULL)
    return;
  g_free (item->key);
  g_free (item);
}

/* What is asked of a planned frame, task by task. FALSE: as MienQueueFunc. */
static gboolean
emit_frame (MienStore *store,
            gint64 frame,
            gint64 model,
            MienQueueFunc func,
            gpointer data,
            GError **error)
{
  MienQueueEntry entry = { .frame = frame };
  guint tasks, doubtful;

  if (!mien_queue_asked (store, frame, &tasks, &doubtful, &entry.reason, error))
    return FALSE;
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    {
      g_autoptr (MienStatement) row = NULL;
      MienStep step;

      if (!(tasks >> task & 1))
        continue;
      row = mien_query (store, error,
                        "SELECT confidence, threshold FROM proposal"
                        " WHERE frame = ?1 AND task = ?2 AND model = ?3",
                        MIEN_INT (frame), MIEN_INT (task), MIEN_INT (model));
      step = row == NULL ? MIEN_STEP_ERROR : mien_statement_step (row, error);
      if (step == MIEN_STEP_ERROR)
        return FALSE;
      entry.tasks = 1u << task;
      entry.confidence = step == MIEN_STEP_ROW ? mien_column_real (row, 0) : (double) NAN;
      entry.threshold = step == MIEN_STEP_ROW ? mien_column_real (row, 1) : (double) NAN;
      if (!func (&entry, data, error))
        return FALSE;
    }
  return TRUE;
}

/* Of frames in a column, until func has enough. FALSE: as MienQueueFunc. */
static gboolean
emit_frames (MienStore *store,
             MienStatement *statement,
             gint64 model,
             MienQueueFunc func,
             gpointer data,
             GError **error)
{
  g_autoptr (MienStatement) row = statement;
  MienStep step = MIEN_STEP_ERROR;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    if (!emit_frame (store, mien_column_int (row, 0), model, func, data, error))
      return FALSE;
  return step == MIEN_STEP_DONE;
}

/* What is planned, then the order of need; last what was drawn to be audited and is not
 * planned any more. A frame may come more than once. FALSE: as MienQueueFunc. */
static gboolean
walk_all (MienStore *store, MienQueueFunc func, gpointer data, GError **error)
{
  gboolean stopped = FALSE;
  gint64 model;
  guint tasks;

  return mien_models_current_id (store, &model, &tasks, error)
         && emit_frames (store,
                         mien_query (store, error,
                                     MIEN_SCAN
                                     "SELECT frame FROM plan ORDER BY position"),
                         model, func, data, error)
         && mien_queue_walk (store, func, data, &stopped, error) && !stopped
         && emit_frames (store,
                         mien_query (store, error,
                                     "SELECT DISTINCT a.frame FROM audit a"
                                     " WHERE a.model = ?1 AND NOT EXISTS"
                                     " (SELECT 1 FROM label l WHERE l.frame = a.frame"
                                     "  AND l.item = a.item) ORDER BY a.frame",
                                     MIEN_INT (model)),
                         model, func, data, error);
}

static gboolean
walk (MienStore *store, MienQueueFunc func, gpointer data, GError **error)
{
  g_autoptr (GError) failed = NULL;

  walk_all (store, func, data, &failed);
  if (failed == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

typedef struct
{
  MienStore *store;
  MienModel *model;
  GPtrArray *items;
  GHashTable *listed; /* frame * MIEN_TASK_COUNT + task, as gint64 */
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

static gboolean
list_entry (const MienQueueEntry *entry, gpointer data, GError **error)
{
  Listing *listing = data;

  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    {
      g_autoptr (MienFrame) frame = NULL;
      MienFrameState state;
      MienQueueItem *item;

      gint64 pair = entry->frame * MIEN_TASK_COUNT + (gint64) task;

      if (!(entry->tasks >> task & 1) || g_hash_table_contains (listing->listed, &pair))
        continue;
      if (listing->items->len >= listing->limit)
        return FALSE;
      frame = mien_frames_get (listing->store, entry->frame, error);
      if (frame == NULL
          || !mien_proposals_state (listing->store, entry->frame, &state, error))
        return FALSE;
      g_hash_table_add (listing->listed, g_memdup2 (&pair, sizeof pair));
      item = g_new0 (MienQueueItem, 1);
      g_ptr_array_add (listing->items, item);
      item->frame = entry->frame;
      item->key = g_steal_pointer (&frame->key);
      item->task = (MienTask) task;
      item->reason =
          state.split == MIEN_SPLIT_TRAIN
                  && (state.disputed & mien_queue_items_of ((MienTask) task)) != 0
              ? "disagreement"
              : entry->reason;
      item->confidence = entry->confidence;
      item->threshold = entry->threshold;
      if (mien_queue_is_blind (item->reason))
        item->confidence = item->threshold = (double) NAN;
      else if (!isnan (entry->confidence) && !fill_proposal (listing, item, error))
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
  g_autoptr (GHashTable) listed =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  Listing listing = {
    .store = store, .model = model, .items = items, .listed = listed, .limit = limit
  };

  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return NULL;
    }
  return limit == 0 || walk (store, list_entry, &listing, error)
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
collect_entry (const MienQueueEntry *entry, gpointer data, GError **error)
{
  Collecting *collecting = data;

  if (collecting->skip != NULL && g_hash_table_contains (collecting->skip, &entry->frame))
    return TRUE;
  if (g_hash_table_add (collecting->seen, g_memdup2 (&entry->frame, sizeof entry->frame)))
    g_array_append_val (collecting->frames, entry->frame);
  return collecting->frames->len < collecting->limit;
}

/* Both in one: by need alone, or what is planned first. */
static GArray *
collect (MienStore *store,
         gboolean planned,
         guint limit,
         GHashTable *skip,
         GError **error)
{
  g_autoptr (GArray) frames = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GHashTable) seen =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  Collecting collecting = {
    .frames = frames, .skip = skip, .seen = seen, .limit = limit
  };
  gboolean stopped;
  gboolean ok =
      limit == 0
      || (planned ? walk (store, collect_entry, &collecting, error)
                  : mien_queue_walk (store, collect_entry, &collecting, &stopped, error));

  return ok ? g_steal_pointer (&frames) : NULL;
}

GArray *
mien_queue_by_need (MienStore *store, guint limit, GHashTable *skip, GError **error)
{
  return collect (store, FALSE, limit, skip, error);
}

GArray *
mien_queue_frames (MienStore *store, guint limit, GHashTable *skip, GError **error)
{
  return collect (store, TRUE, limit, skip, error);
}
