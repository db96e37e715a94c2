/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The plan of the queue is laid on the writer thread, so that it never meets a decision
 * half way.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-project-plan.h"

#include "mien-plan.h"
#include "mien-project-private.h"

/* No decision: what does not succeed is tried again another time. */
static void
run_renew (MienWork *work, gpointer data)
{
  MienWriter *writer = data;

  if (writer->store != NULL && mien_plan_renew (writer->store, &work->error))
    work->result = GINT_TO_POINTER (TRUE);
}

void
mien_project_renew_plan_async (MienProject *self,
                               GAsyncReadyCallback callback,
                               gpointer data)
{
  GTask *task = g_task_new (self, NULL, callback, data);

  g_task_set_source_tag (task, mien_project_renew_plan_async);
  mien_project_push (self, self->writer.worker, MIEN_ORDINARY,
                     mien_work_new (task, run_renew, NULL, NULL));
}

gboolean
mien_project_renew_plan_finish (MienProject *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_pointer (G_TASK (result), error) != NULL;
}
