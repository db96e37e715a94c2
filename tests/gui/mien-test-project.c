/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the tests of the window share: projects in folders of their own, and waiting for
 * the main loop with an end to it.
 */
#include "config.h"

#include "mien-test-project.h"

#include <glib/gstdio.h>

void
mien_test_place_init (MienTestPlace *place, guint frames)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienStore) store = NULL;

  place->folder = g_dir_make_tmp ("mien-gui-XXXXXX", &error);
  g_assert_no_error (error);
  place->path = g_build_filename (place->folder, "Test.mien", NULL);
  store = mien_store_create (place->path, "Test faces", &error);
  g_assert_no_error (error);
  if (frames > 0)
    mien_demo_fill (store, frames, 7, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

void
mien_test_place_clear (MienTestPlace *place)
{
  GDir *dir = g_dir_open (place->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (place->folder, name, NULL);

      g_remove (path);
    }
  g_dir_close (dir);
  g_rmdir (place->folder);
  g_clear_pointer (&place->folder, g_free);
  g_clear_pointer (&place->path, g_free);
}

gboolean
mien_test_wake (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

void
mien_test_keep_result (GObject *source, GAsyncResult *result, gpointer data)
{
  GAsyncResult **kept = data;

  g_assert_null (*kept);
  *kept = g_object_ref (result);
}

MienProject *
mien_test_place_open (MienTestPlace *place)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  MienProject *project;

  mien_project_open_async (place->path, NULL, mien_test_keep_result, &result);
  mien_test_wait (result != NULL);
  project = mien_project_open_finish (result, &error);
  g_assert_no_error (error);
  g_assert_nonnull (project);
  return project;
}
