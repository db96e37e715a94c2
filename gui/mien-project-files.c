/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Project files as wholes: making an empty one, and copying an open one by a connection
 * of its own, so that the reader and the writer go on meanwhile. Both can take long and
 * run on GIO's threads.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-project-private.h"

typedef struct
{
  char *path, *other; /* the name of a new project, or where a copy goes */
} Files;

static void
files_free (gpointer data)
{
  Files *files = data;

  g_free (files->path);
  g_free (files->other);
  g_free (files);
}

static void
run (GTask *task, const char *path, const char *other, GTaskThreadFunc func)
{
  Files *files = g_new0 (Files, 1);

  files->path = g_strdup (path);
  files->other = g_strdup (other);
  g_task_set_task_data (task, files, files_free);
  g_task_run_in_thread (task, func);
}

static void
create (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Files *files = data;
  GError *error = NULL;
  g_autoptr (MienStore) store = mien_store_create (files->path, files->other, &error);

  if (store != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
mien_project_create_async (const char *path,
                           const char *name,
                           GAsyncReadyCallback callback,
                           gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, data);

  g_task_set_source_tag (task, mien_project_create_async);
  run (task, path, name, create);
}

gboolean
mien_project_create_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
save_copy (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Files *files = data;
  GError *error = NULL;
  g_autoptr (MienStore) store =
      mien_store_open (files->path, MIEN_STORE_READ_ONLY, &error);

  if (store != NULL && mien_store_save_copy (store, files->other, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
mien_project_save_copy_async (MienProject *self,
                              const char *path,
                              GAsyncReadyCallback callback,
                              gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, data);

  g_task_set_source_tag (task, mien_project_save_copy_async);
  run (task, self->path, path, save_copy);
}

gboolean
mien_project_save_copy_finish (MienProject *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
