/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a project is read for, on its reader thread: a frame with its neighbours, the
 * queue, the sums of the side bar, the models. After a frame of the queue was asked for,
 * the next ten are decoded ahead, each as a piece of work of its own and of the least
 * urgency, so that nothing on screen ever waits for more than one of them.
 *
 * Invariant: what the model says of a validation or test frame does not leave here. Those
 * labels are what models are measured by, so nobody may lean on a model to give them.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-project-private.h"

#include "mien-blind-share.h"
#include "mien-plan.h"

#include <string.h>

enum
{
  AHEAD = 10,
};

/* annotator: NULL where nobody is asked. */
typedef struct
{
  gint64 frame;
  guint neighbours;
  char *annotator;
  gboolean blind_first;
  double blind_share; /* that the annotator wants, at least */
} FrameInput;

typedef struct
{
  guint limit;
  GHashTable *skip;
} QueueInput;

static void
neighbour_free (gpointer data)
{
  MienNeighbour *neighbour = data;

  g_clear_object (&neighbour->texture);
  g_free (neighbour);
}

void
mien_frame_view_free (MienFrameView *view)
{
  if (view == NULL)
    return;
  g_clear_pointer (&view->frame, mien_frame_free);
  g_clear_object (&view->texture);
  g_clear_pointer (&view->neighbours, g_ptr_array_unref);
  g_clear_pointer (&view->note, mien_note_free);
  g_free (view);
}

/* FALSE without error: nothing to show. */
static gboolean
read_opinion (MienStore *store,
              const MienModel *model,
              const MienFrame *frame,
              MienPrediction *prediction,
              MienProposal *proposal,
              GError **error)
{
  if (model == NULL || frame->split != MIEN_SPLIT_TRAIN)
    return FALSE;
  if (!mien_proposals_prediction (store, model->id, frame->id, prediction, error))
    return FALSE;
  mien_proposal_from_prediction (prediction, model, proposal);
  return TRUE;
}

static gboolean
read_neighbours (MienReader *reader,
                 const MienModel *model,
                 guint count,
                 MienFrameView *view,
                 GError **error)
{
  g_autoptr (GPtrArray) frames =
      mien_frames_neighbours (reader->store, view->frame->id, count, count, error);

  if (frames == NULL)
    return FALSE;
  view->neighbours = g_ptr_array_new_with_free_func (neighbour_free);
  for (guint i = 0; i < frames->len; i++)
    {
      const MienFrame *frame = g_ptr_array_index (frames, i);
      MienNeighbour *neighbour = g_new0 (MienNeighbour, 1);
      g_autoptr (GError) failed = NULL;

      g_ptr_array_add (view->neighbours, neighbour);
      neighbour->frame = frame->id;
      neighbour->number = frame->number;
      if (frame->has_image)
        neighbour->texture = mien_picture_cache_thumbnail (
            reader->pictures, reader->store, frame->id, NULL);
      if (!mien_frames_labels (reader->store, frame->id, &neighbour->labels, error))
        return FALSE;
      neighbour->has_proposal =
          read_opinion (reader->store, model, frame, &neighbour->prediction,
                        &neighbour->proposal, &failed);
      if (failed != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failed));
          return FALSE;
        }
    }
  return TRUE;
}

/* A face that cannot be decoded is shown like one that is missing, with the reason. */
static void
read_face (MienReader *reader, MienFrameView *view)
{
  g_autoptr (GError) failed = NULL;

  if (!view->frame->has_image)
    return;
  view->texture =
      mien_picture_cache_face (reader->pictures, reader->store, view->frame->id, &failed);
  if (view->texture == NULL && view->frame->missing_reason == NULL)
    view->frame->missing_reason = g_strdup (failed->message);
}

/* The same frame for the same person always, so that going away and coming back shows no
 * more; and as good as random: the share is that of every reason to ask. */
static gboolean
is_in_share (MienStore *store,
             const MienFrame *frame,
             const char *annotator,
             double share)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize size = sizeof digest;
  guint64 place = 0;
  MienUuid project;

  if (!mien_store_uuid (store, &project, NULL))
    return TRUE;
  g_checksum_update (checksum, project.bytes, sizeof project.bytes);
  g_checksum_update (checksum, (const guchar *) frame->key,
                     (gssize) strlen (frame->key) + 1);
  g_checksum_update (checksum, (const guchar *) annotator, (gssize) strlen (annotator));
  g_checksum_get_digest (checksum, digest, &size);
  for (guint i = 0; i < 4; i++)
    place = place << 8 | digest[i];
  return (double) place < share * 4294967296.0;
}

/* What it says of the neighbours would tell. Units that are asked keep their marks: they
 * do not say whether the model is unsure of them or is audited. */
static void
make_blind (MienReader *reader, const FrameInput *input, MienFrameView *view)
{
  view->blind =
      view->reason != NULL && view->frame->split == MIEN_SPLIT_TRAIN
      && view->has_prediction
      && (input->blind_first || mien_queue_is_blind (view->reason)
          || is_in_share (reader->store, view->frame, input->annotator,
                          MAX (input->blind_share, mien_blind_share (reader->store))));
  if (!view->blind)
    return;
  view->doubtful &= ~(1u << MIEN_ITEM_EXPRESSION | 1u << MIEN_ITEM_VALENCE_AROUSAL);
  for (guint i = 0; i < view->neighbours->len; i++)
    ((MienNeighbour *) g_ptr_array_index (view->neighbours, i))->has_proposal = FALSE;
}

static gboolean
read_view (MienReader *reader,
           const FrameInput *input,
           MienFrameView *view,
           GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (MienModel) model = NULL;

  view->frame = mien_frames_get (reader->store, input->frame, error);
  if (view->frame == NULL
      || !mien_frames_labels (reader->store, input->frame, &view->labels, error)
      || !mien_queue_asked (reader->store, input->frame, &view->asked, &view->doubtful,
                            &view->reason, error)
      || !mien_events_last_time (reader->store, input->frame, &view->decided, error)
      || !mien_frames_fps (reader->store, view->frame->video, &view->fps, error))
    return FALSE;
  view->note = mien_events_note (reader->store, input->frame, &failed);
  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }

  model = mien_models_current (reader->store, &failed);
  if (failed == NULL && model != NULL)
    {
      view->model = model->id;
      view->thresholds = model->thresholds;
      view->has_prediction = read_opinion (reader->store, model, view->frame,
                                           &view->prediction, &view->proposal, &failed);
    }
  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }

  read_face (reader, view);
  if (!read_neighbours (reader, model, input->neighbours, view, error))
    return FALSE;
  make_blind (reader, input, view);
  return TRUE;
}

static void
load_frame (MienWork *work, gpointer data)
{
  g_autoptr (MienFrameView) view = g_new0 (MienFrameView, 1);

  if (!read_view (data, work->input, view, &work->error))
    return;
  work->result = g_steal_pointer (&view);
  work->free_result = (GDestroyNotify) mien_frame_view_free;
}

/* Errors will be told when the frame is asked for. */
static void
decode_ahead (MienWork *work, gpointer data)
{
  MienReader *reader = data;
  const FrameInput *input = work->input;
  GdkTexture *face =
      mien_picture_cache_face (reader->pictures, reader->store, input->frame, NULL);
  g_autoptr (GPtrArray) frames = mien_frames_neighbours (
      reader->store, input->frame, input->neighbours, input->neighbours, NULL);

  g_clear_object (&face);
  for (guint i = 0; frames != NULL && i < frames->len; i++)
    {
      const MienFrame *frame = g_ptr_array_index (frames, i);
      GdkTexture *texture =
          mien_picture_cache_thumbnail (reader->pictures, reader->store, frame->id, NULL);

      g_clear_object (&texture);
    }
}

static void
frame_input_free (gpointer data)
{
  FrameInput *input = data;

  g_free (input->annotator);
  g_free (input);
}

static FrameInput *
frame_input_new (gint64 frame, guint neighbours)
{
  FrameInput *input = g_new0 (FrameInput, 1);

  input->frame = frame;
  input->neighbours = neighbours;
  return input;
}

static void
push_ahead (MienProject *self, gint64 frame, guint neighbours)
{
  guint at;

  mien_worker_forget (self->reader.worker, MIEN_AHEAD);
  for (at = 0; at < self->queue->len; at++)
    if (g_array_index (self->queue, gint64, at) == frame)
      break;
  for (guint i = at + 1; i <= at + AHEAD && i < self->queue->len; i++)
    {
      gint64 next = g_array_index (self->queue, gint64, i);

      mien_project_push (self, self->reader.worker, MIEN_AHEAD,
                         mien_work_new (NULL, decode_ahead,
                                        frame_input_new (next, neighbours),
                                        frame_input_free));
    }
}

void
mien_project_load_frame_async (MienProject *self,
                               gint64 frame,
                               guint neighbours,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);
  FrameInput *input = frame_input_new (frame, neighbours);

  g_task_set_source_tag (task, mien_project_load_frame_async);
  input->annotator = g_strdup (mien_project_get_annotator (self));
  input->blind_first = g_settings_get_boolean (self->settings, "blind-first");
  input->blind_share = g_settings_get_double (self->settings, "blind-share");
  mien_project_push (self, self->reader.worker, MIEN_URGENT,
                     mien_work_new (task, load_frame, input, frame_input_free));
  push_ahead (self, frame, neighbours);
}

MienFrameView *
mien_project_load_frame_finish (MienProject *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
queue_input_free (gpointer data)
{
  QueueInput *input = data;

  g_hash_table_unref (input->skip);
  g_free (input);
}

static void
read_queue (MienWork *work, gpointer data)
{
  MienReader *reader = data;
  QueueInput *input = work->input;

  work->result =
      mien_queue_frames (reader->store, input->limit, input->skip, &work->error);
  work->free_result = (GDestroyNotify) g_array_unref;
}

static void
remember_queue (MienWork *work, gpointer source)
{
  MienProject *self = source;
  const GArray *queue = work->result;

  if (queue == NULL)
    return;
  g_array_set_size (self->queue, 0);
  g_array_append_vals (self->queue, queue->data, queue->len);
}

void
mien_project_queue_async (MienProject *self,
                          guint limit,
                          GHashTable *skip,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);
  QueueInput *input = g_new0 (QueueInput, 1);
  GHashTableIter iter;
  gpointer id;
  MienWork *work;

  g_task_set_source_tag (task, mien_project_queue_async);
  input->limit = limit;
  input->skip = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  if (skip != NULL)
    {
      g_hash_table_iter_init (&iter, skip);
      while (g_hash_table_iter_next (&iter, &id, NULL))
        g_hash_table_add (input->skip, g_memdup2 (id, sizeof (gint64)));
    }
  work = mien_work_new (task, read_queue, input, queue_input_free);
  work->done = remember_queue;
  mien_project_push (self, self->reader.worker, MIEN_URGENT, work);
}

GArray *
mien_project_queue_finish (MienProject *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Midnight where the person is, in microseconds UTC. */
static gint64
start_of_today (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) midnight =
      g_date_time_new_local (g_date_time_get_year (now), g_date_time_get_month (now),
                             g_date_time_get_day_of_month (now), 0, 0, 0);

  /* There are days without a midnight. */
  return g_date_time_to_unix (midnight != NULL ? midnight : now) * G_USEC_PER_SEC;
}

static void
read_summary (MienWork *work, gpointer data)
{
  MienReader *reader = data;
  const char *annotator = work->input;
  g_autofree MienProjectSummary *summary = g_new0 (MienProjectSummary, 1);
  g_autoptr (GError) unknown = NULL;
  gint64 id = 0;

  if (!mien_store_status (reader->store, &summary->status, &work->error))
    return;
  summary->median_duration_us = -1;
  summary->previous_model = mien_models_previous (reader->store);
  if (!mien_plan_left (reader->store, &summary->planned, &work->error))
    return;
  /* Somebody who has not decided anything yet is not in the project. */
  if (mien_events_ensure_annotator (reader->store, annotator, &id, &unknown)
      && !mien_events_tally (reader->store, id, start_of_today (),
                             &summary->decisions_today, &summary->median_duration_us,
                             &work->error))
    return;
  work->result = g_steal_pointer (&summary);
  work->free_result = g_free;
}

void
mien_project_summary_async (MienProject *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, mien_project_summary_async);
  mien_project_push (self, self->reader.worker, MIEN_ORDINARY,
                     mien_work_new (task, read_summary,
                                    g_strdup (mien_project_get_annotator (self)),
                                    g_free));
}

gboolean
mien_project_summary_finish (MienProject *self,
                             GAsyncResult *result,
                             MienProjectSummary *summary,
                             GError **error)
{
  g_autofree MienProjectSummary *found = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  found = g_task_propagate_pointer (G_TASK (result), error);
  if (found == NULL)
    return FALSE;
  *summary = *found;
  return TRUE;
}

static void
read_models (MienWork *work, gpointer data)
{
  MienReader *reader = data;

  work->result = mien_models_list (reader->store, &work->error);
  work->free_result = (GDestroyNotify) g_ptr_array_unref;
}

void
mien_project_models_async (MienProject *self,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, mien_project_models_async);
  mien_project_push (self, self->reader.worker, MIEN_ORDINARY,
                     mien_work_new (task, read_models, NULL, NULL));
}

GPtrArray *
mien_project_models_finish (MienProject *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
read_curves (MienWork *work, gpointer data)
{
  MienReader *reader = data;
  const gint64 *model = work->input;

  work->result = mien_models_curves (reader->store, *model, &work->error);
  work->free_result = (GDestroyNotify) g_array_unref;
}

void
mien_project_curves_async (MienProject *self,
                           gint64 model,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, mien_project_curves_async);
  mien_project_push (
      self, self->reader.worker, MIEN_ORDINARY,
      mien_work_new (task, read_curves, g_memdup2 (&model, sizeof model), g_free));
}

GArray *
mien_project_curves_finish (MienProject *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
say_changed (gpointer data)
{
  g_signal_emit_by_name (data, "changed");
  return G_SOURCE_REMOVE;
}

/* Once a second, and right after a decision: has anybody committed? */
void
mien_reader_tick (gpointer data)
{
  MienReader *reader = data;
  gint64 version = mien_store_data_version (reader->store);
  MienProject *project;

  if (version == reader->version)
    return;
  reader->version = version;
  project = g_weak_ref_get (reader->project);
  if (project != NULL)
    mien_worker_post (say_changed, project, g_object_unref);
}

void
mien_reader_look (MienWork *work, gpointer reader)
{
  mien_reader_tick (reader);
}
