/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Recent projects, in GTK's list for all programs. Whether a file is still there is
 * looked at off the main thread: it may lie on a disk that has gone to sleep.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-recent.h"

#include <gtk/gtk.h>

#define TYPE "application/vnd.mien.project"

typedef struct
{
  GPtrArray *paths;
  guint limit;
} Wanted;

static void
wanted_free (gpointer data)
{
  Wanted *wanted = data;

  g_ptr_array_unref (wanted->paths);
  g_free (wanted);
}

void
mien_recent_add (const char *path)
{
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);
  g_autofree char *command = g_strdup_printf ("%s %%f", g_get_prgname ());
  GtkRecentData data = {
    .mime_type = (char *) TYPE,
    .app_name = (char *) g_get_application_name (),
    .app_exec = command,
  };

  if (uri != NULL)
    gtk_recent_manager_add_full (gtk_recent_manager_get_default (), uri, &data);
}

static int
compare_visits (gconstpointer a, gconstpointer b)
{
  return g_date_time_compare (gtk_recent_info_get_visited ((GtkRecentInfo *) b),
                              gtk_recent_info_get_visited ((GtkRecentInfo *) a));
}

static void
run_look (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Wanted *wanted = data;
  g_autoptr (GPtrArray) there = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < wanted->paths->len && there->len < wanted->limit; i++)
    {
      const char *path = g_ptr_array_index (wanted->paths, i);

      if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
        g_ptr_array_add (there, g_strdup (path));
    }
  g_task_return_pointer (task, g_steal_pointer (&there),
                         (GDestroyNotify) g_ptr_array_unref);
}

void
mien_recent_list_async (guint limit, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, data);
  GList *all = gtk_recent_manager_get_items (gtk_recent_manager_get_default ());
  Wanted *wanted = g_new0 (Wanted, 1);

  g_task_set_source_tag (task, mien_recent_list_async);
  wanted->limit = limit;
  wanted->paths = g_ptr_array_new_with_free_func (g_free);
  all = g_list_sort (all, compare_visits);
  for (GList *l = all; l != NULL; l = l->next)
    {
      char *path = NULL;

      if (g_strcmp0 (gtk_recent_info_get_mime_type (l->data), TYPE) == 0)
        path = g_filename_from_uri (gtk_recent_info_get_uri (l->data), NULL, NULL);
      if (path != NULL)
        g_ptr_array_add (wanted->paths, path);
    }
  g_list_free_full (all, (GDestroyNotify) gtk_recent_info_unref);
  g_task_set_task_data (task, wanted, wanted_free);
  g_task_run_in_thread (task, run_look);
}

GPtrArray *
mien_recent_list_finish (GAsyncResult *result)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  return g_task_propagate_pointer (G_TASK (result), NULL);
}
