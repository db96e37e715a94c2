/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a person decides, on the writer thread, one after the other in the order in which
 * it was decided. Invariants: what is answered with TRUE is on the disk. A decision that
 * the disk does not take (full, gone, locked for long) stays at the head and is tried
 * again every second; until it is stored "fault" says why, and no further one is taken.
 * Only what can never be stored (no such frame, a value out of range) is given back.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-project-private.h"

#include "mien-blind-share.h"
#include "mien-plan.h"
#include "mien-project-plan.h"
#include "mien-project-settings.h"

#define AGAIN_US G_USEC_PER_SEC

#define DONE GINT_TO_POINTER (1)

typedef struct
{
  MienDecision decision;
  GArray *frames; /* gint64: what a decision is on */
  char *note;
  char *annotator;
  gboolean redo;
  gint64 model;
  MienSavedFilter *filter; /* NULL: the one of that name is removed */
  char *name;
  double share;
  MienMix mix;
} WriteInput;

typedef gboolean (*WriteFunc) (MienWriter *writer, MienWork *work, GError **error);

static void
write_input_free (gpointer data)
{
  WriteInput *input = data;

  g_clear_pointer (&input->frames, g_array_unref);
  g_free (input->note);
  g_free (input->annotator);
  mien_saved_filter_free (input->filter);
  g_free (input->name);
  g_free (input);
}

typedef struct
{
  MienProject *project;
  char *text; /* NULL: none any more */
} Fault;

static gboolean
tell_fault (gpointer data)
{
  Fault *fault = data;

  mien_project_set_fault (fault->project, fault->text);
  return G_SOURCE_REMOVE;
}

static void
fault_free (gpointer data)
{
  Fault *fault = data;

  g_object_unref (fault->project);
  g_free (fault->text);
  g_free (fault);
}

static void
post_fault (MienWriter *writer, const char *text)
{
  Fault *fault;
  MienProject *project = g_weak_ref_get (writer->project);

  if (project == NULL)
    return;
  fault = g_new0 (Fault, 1);
  fault->project = project;
  fault->text = g_strdup (text);
  mien_worker_post (tell_fault, fault, fault_free);
}

static gboolean
is_for_good (const GError *error)
{
  return g_error_matches (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID)
         || g_error_matches (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_NOT_FOUND)
         || g_error_matches (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_EXISTS);
}

/* Until it is stored, cannot ever be, or the project is closed. */
static void
insist (MienWriter *writer, MienWork *work, WriteFunc func)
{
  gboolean told = FALSE;

  while (!func (writer, work, &work->error))
    {
      if (is_for_good (work->error) || mien_worker_wait (writer->worker, 0))
        break;
      if (!told)
        post_fault (writer, work->error->message);
      told = TRUE;
      /* Stopped while waiting: once more, and then it is over. */
      mien_worker_wait (writer->worker, AGAIN_US);
      g_clear_error (&work->error);
    }
  if (told && (work->error == NULL || is_for_good (work->error)))
    post_fault (writer, NULL);
}

static gboolean
decide (MienWriter *writer, MienWork *work, GError **error)
{
  WriteInput *input = work->input;

  return mien_events_ensure_annotator (writer->store, input->annotator,
                                       &input->decision.annotator, error)
         && mien_events_decide_many (writer->store, (const gint64 *) input->frames->data,
                                     input->frames->len, &input->decision, NULL, error);
}

static void
run_decide (MienWork *work, gpointer data)
{
  insist (data, work, decide);
  work->result = DONE;
}

static void
undone_free (gpointer data)
{
  mien_undone_clear (data);
  g_free (data);
}

static gboolean
undo (MienWriter *writer, MienWork *work, GError **error)
{
  const WriteInput *input = work->input;
  gint64 annotator;

  if (!mien_events_ensure_annotator (writer->store, input->annotator, &annotator, error))
    return FALSE;
  return input->redo ? mien_events_redo (writer->store, annotator, work->result, error)
                     : mien_events_undo (writer->store, annotator, work->result, error);
}

static void
run_undo (MienWork *work, gpointer data)
{
  work->result = g_new0 (MienUndone, 1);
  work->free_result = undone_free;
  insist (data, work, undo);
}

static gboolean
use_model (MienWriter *writer, MienWork *work, GError **error)
{
  const WriteInput *input = work->input;

  return mien_models_use (writer->store, input->model, error);
}

static void
run_use_model (MienWork *work, gpointer data)
{
  insist (data, work, use_model);
  work->result = DONE;
}

static gboolean
change_filter (MienWriter *writer, MienWork *work, GError **error)
{
  const WriteInput *input = work->input;

  return input->filter != NULL
             ? mien_saved_filters_put (writer->store, input->filter, error)
             : mien_saved_filters_remove (writer->store, input->name, error);
}

static void
run_change_filter (MienWork *work, gpointer data)
{
  insist (data, work, change_filter);
  work->result = DONE;
}

static gboolean
set_blind_share (MienWriter *writer, MienWork *work, GError **error)
{
  const WriteInput *input = work->input;

  return mien_blind_share_set (writer->store, input->share, error);
}

static void
run_set_blind_share (MienWork *work, gpointer data)
{
  insist (data, work, set_blind_share);
  work->result = DONE;
}

/* The plan is laid anew at once; a full disk is met by the shares first. */
static gboolean
set_mix (MienWriter *writer, MienWork *work, GError **error)
{
  const WriteInput *input = work->input;

  return mien_plan_set_mix (writer->store, &input->mix, error)
         && mien_plan_renew (writer->store, error);
}

static void
run_set_mix (MienWork *work, gpointer data)
{
  insist (data, work, set_mix);
  work->result = DONE;
}

static void
written (MienWork *work, gpointer source)
{
  MienProject *self = source;

  mien_project_add_pending (self, -1);
  if (work->error == NULL && !self->closed)
    mien_project_push (self, self->reader.worker, MIEN_URGENT,
                       mien_work_new (NULL, mien_reader_look, NULL, NULL));
}

/* Takes task and input. */
static void
push (MienProject *self, GTask *task, MienWorkFunc run, WriteInput *input)
{
  MienWork *work;

  input->annotator = g_strdup (mien_project_get_annotator (self));
  if (self->fault != NULL)
    {
      g_task_return_new_error (task, MIEN_STORE_ERROR,
                               self->writer.store == NULL ? MIEN_STORE_ERROR_READ_ONLY
                                                          : MIEN_STORE_ERROR_FULL,
                               "%s", self->fault);
      g_object_unref (task);
      write_input_free (input);
      return;
    }
  work = mien_work_new (task, run, input, write_input_free);
  work->done = written;
  mien_project_add_pending (self, 1);
  mien_project_push (self, self->writer.worker, MIEN_URGENT, work);
}

void
mien_project_decide_many_async (MienProject *self,
                                const gint64 *frames,
                                guint n,
                                const MienDecision *decision,
                                GAsyncReadyCallback callback,
                                gpointer data)
{
  GTask *task = g_task_new (self, NULL, callback, data);
  WriteInput *input = g_new0 (WriteInput, 1);

  g_task_set_source_tag (task, mien_project_decide_many_async);
  input->decision = *decision;
  input->decision.note = input->note = g_strdup (decision->note);
  input->frames = g_array_sized_new (FALSE, FALSE, sizeof (gint64), n);
  g_array_append_vals (input->frames, frames, n);
  push (self, task, run_decide, input);
}

void
mien_project_decide_async (MienProject *self,
                           const MienDecision *decision,
                           GAsyncReadyCallback callback,
                           gpointer data)
{
  mien_project_decide_many_async (self, &decision->frame, 1, decision, callback, data);
}

gboolean
mien_project_decide_finish (MienProject *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_pointer (G_TASK (result), error) != NULL;
}

void
mien_project_undo_async (MienProject *self,
                         gboolean redo,
                         GAsyncReadyCallback callback,
                         gpointer data)
{
  GTask *task = g_task_new (self, NULL, callback, data);
  WriteInput *input = g_new0 (WriteInput, 1);

  g_task_set_source_tag (task, mien_project_undo_async);
  input->redo = redo;
  push (self, task, run_undo, input);
}

gboolean
mien_project_undo_finish (MienProject *self,
                          GAsyncResult *result,
                          MienUndone *undone,
                          GError **error)
{
  g_autofree MienUndone *found = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  found = g_task_propagate_pointer (G_TASK (result), error);
  if (found == NULL)
    return FALSE;
  *undone = *found;
  return TRUE;
}

void
mien_project_use_model_async (MienProject *self,
                              gint64 model,
                              GAsyncReadyCallback callback,
                              gpointer data)
{
  GTask *task = g_task_new (self, NULL, callback, data);
  WriteInput *input = g_new0 (WriteInput, 1);

  g_task_set_source_tag (task, mien_project_use_model_async);
  input->model = model;
  push (self, task, run_use_model, input);
}

gboolean
mien_project_use_model_finish (MienProject *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_pointer (G_TASK (result), error) != NULL;
}

void
mien_project_save_filter_async (MienProject *self,
                                const MienSavedFilter *saved,
                                GAsyncReadyCallback callback,
                                gpointer data)
{
  GTask *task = g_task_new (self, NULL, callback, data);
  WriteInput *input = g_new0 (WriteInput, 1);

  g_task_set_source_tag (task, mien_project_save_filter_async);
  input->filter = mien_saved_filter_copy (saved);
  push (self, task, run_change_filter, input);
}

void
mien_project_remove_filter_async (MienProject *self,
                                  const char *name,
                                  GAsyncReadyCallback callback,
                                  gpointer data)
{
  GTask *task = g_task_new (self, NULL, callback, data);
  WriteInput *input = g_new0 (WriteInput, 1);

  g_task_set_source_tag (task, mien_project_remove_filter_async);
  input->name = g_strdup (name);
  push (self, task, run_change_filter, input);
}

void
mien_project_set_blind_share_async (MienProject *self,
                                    double share,
                                    GAsyncReadyCallback callback,
                                    gpointer data)
{
  GTask *task = g_task_new (self, NULL, callback, data);
  WriteInput *input = g_new0 (WriteInput, 1);

  g_task_set_source_tag (task, mien_project_set_blind_share_async);
  input->share = share;
  push (self, task, run_set_blind_share, input);
}

void
mien_project_set_mix_async (MienProject *self,
                            const MienMix *mix,
                            GAsyncReadyCallback callback,
                            gpointer data)
{
  GTask *task = g_task_new (self, NULL, callback, data);
  WriteInput *input = g_new0 (WriteInput, 1);

  g_task_set_source_tag (task, mien_project_set_mix_async);
  input->mix = *mix;
  push (self, task, run_set_mix, input);
}

gboolean
mien_project_settings_finish (MienProject *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_pointer (G_TASK (result), error) != NULL;
}
