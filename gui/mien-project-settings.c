/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a project is set to, read on its reader thread. It is set by the writer thread
 * (mien-project-write.c).
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-project-settings.h"

#include "mien-project-private.h"

static void
read_setting (MienWork *work, gpointer data)
{
  MienReader *reader = data;

  work->result = mien_store_setting (reader->store, work->input, &work->error);
  work->free_result = g_free;
}

void
mien_project_setting_async (MienProject *self,
                            const char *name,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, mien_project_setting_async);
  mien_project_push (self, self->reader.worker, MIEN_ORDINARY,
                     mien_work_new (task, read_setting, g_strdup (name), g_free));
}

char *
mien_project_setting_finish (MienProject *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
