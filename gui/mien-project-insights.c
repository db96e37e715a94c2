/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The sums of the Insights page. Invariant: nothing that reads a whole table runs on the
 * reader's thread, where the next face may be waiting.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-project-insights.h"

#include "mien-project-private.h"

void
mien_project_insights_free (MienProjectInsights *insights)
{
  if (insights == NULL)
    return;
  g_clear_pointer (&insights->decisions, mien_decisions_free);
  g_clear_pointer (&insights->model, mien_model_free);
  g_free (insights);
}

static void
read_insights (MienWork *work, gpointer data)
{
  MienReader *reader = data;
  const gint64 *since = work->input;
  g_autoptr (MienProjectInsights) insights = g_new0 (MienProjectInsights, 1);

  if (!mien_insights_census (reader->store, insights->census, &work->error))
    return;
  insights->decisions = mien_insights_decisions (reader->store, *since, &work->error);
  if (insights->decisions == NULL)
    return;
  insights->model = mien_models_current (reader->store, &work->error);
  if (work->error != NULL)
    return;
  work->result = g_steal_pointer (&insights);
  work->free_result = (GDestroyNotify) mien_project_insights_free;
}

void
mien_project_insights_async (MienProject *self,
                             gint64 since,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, mien_project_insights_async);
  mien_project_push (
      self, self->reader.worker, MIEN_ORDINARY,
      mien_work_new (task, read_insights, g_memdup2 (&since, sizeof since), g_free));
}

MienProjectInsights *
mien_project_insights_finish (MienProject *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
run_balance (GTask *task, gpointer source, gpointer path, GCancellable *cancellable)
{
  GError *error = NULL;
  g_autoptr (MienStore) store = mien_store_open (path, MIEN_STORE_READ_ONLY, &error);
  g_autofree MienBalance *balance = g_new0 (MienBalance, 1);

  if (store == NULL || !mien_insights_balance (store, cancellable, balance, &error))
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_steal_pointer (&balance), g_free);
}

void
mien_project_balance_async (MienProject *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, mien_project_balance_async);
  g_task_set_task_data (task, g_strdup (self->path), g_free);
  g_task_run_in_thread (task, run_balance);
}

MienBalance *
mien_project_balance_finish (MienProject *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
