/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Snapshots: names, what is refused, and that one stays as it is whatever comes later.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-test-project.h"

#include <string.h>

#include "mien-snapshot.h"

static void
take (MienStore *store, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienSnapshot) snapshot = mien_snapshot_take (store, name, 0, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (snapshot->name, ==, name);
}

static void
test_names (void)
{
  static const char *const refused[] = { "", "now", "a\nb", "\033[2J", "\xff", NULL };
  g_autofree char *longest = g_strnfill (100, 'x');
  g_autofree char *too_long = g_strnfill (101, 'x');
  g_autoptr (GError) error = NULL;
  TestProject project;

  test_project_open (&project);
  take (project.store, "ラベル 1");
  take (project.store, longest);
  take (project.store, "Now");
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      const char *name = refused[i] != NULL ? refused[i] : too_long;

      g_assert_null (mien_snapshot_take (project.store, name, 0, &error));
      test_assert_error (error, MIEN_STORE_ERROR_INVALID, project.path);
    }
  g_assert_null (mien_snapshot_take (project.store, "Now", 0, &error));
  test_assert_error (error, MIEN_STORE_ERROR_EXISTS, "\"Now\"");
  g_assert_null (mien_snapshot_find (project.store, "never", &error));
  test_assert_error (error, MIEN_STORE_ERROR_NOT_FOUND, "\"never\"");
  g_assert_cmpint (test_count (project.store, "SELECT count (*) FROM snapshot"), ==, 3);
  test_project_reopen (&project, MIEN_STORE_READ_ONLY);
  g_assert_null (mien_snapshot_take (project.store, "later", 0, &error));
  test_assert_error (error, MIEN_STORE_ERROR_READ_ONLY, project.path);
  test_project_close (&project);
}

static void
test_list (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) none = NULL;
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (MienSnapshot) labelled = NULL;
  const MienSnapshot *empty;
  gint64 before = g_get_real_time (), ana, frame;
  MienLabels labels = { 0 };
  TestProject project;

  test_project_open (&project);
  none = mien_snapshot_list (project.store, &error);
  g_assert_cmpuint (none->len, ==, 0);
  take (project.store, "empty");
  ana = test_add_annotator (project.store, "Ana");
  frame = test_add_frame (project.store, "v", MIEN_SPLIT_TRAIN, 1);
  test_add_frame (project.store, "w", MIEN_SPLIT_TEST, 1);
  labels.item[MIEN_ITEM_VALENCE_AROUSAL] = test_point (0.5, 0.5);
  mien_events_import (project.store, frame, &labels, NULL, &error);
  test_answer (project.store, frame, ana, MIEN_ITEM_FIRST_UNIT, test_value (1));
  test_answer (project.store, frame, ana, MIEN_ITEM_EXPRESSION, test_value (1));
  labelled = mien_snapshot_take (project.store, "labelled", ana, &error);
  g_assert_no_error (error);
  test_answer (project.store, frame, ana, MIEN_ITEM_EXPRESSION, test_value (2));

  list = mien_snapshot_list (project.store, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (list->len, ==, 2);
  empty = list->pdata[0];
  g_assert_cmpstr (empty->name, ==, "empty");
  g_assert_null (empty->annotator);
  g_assert_cmpint (empty->event, ==, 0);
  g_assert_cmpuint (empty->frames, ==, 0);
  g_assert_cmpint (empty->time, >=, before);
  g_assert_cmpint (labelled->time, >=, empty->time);
  g_assert_cmpstr (labelled->annotator, ==, "Ana");
  g_assert_cmpint (labelled->event, ==, 3);
  g_assert_cmpuint (labelled->frames, ==, 2);
  g_assert_cmpuint (labelled->imported[MIEN_TASK_VALENCE_AROUSAL], ==, 1);
  g_assert_cmpuint (labelled->imported[MIEN_TASK_EXPRESSION], ==, 0);
  g_assert_cmpuint (labelled->human[MIEN_TASK_EXPRESSION], ==, 1);
  g_assert_cmpuint (labelled->human[MIEN_TASK_ACTION_UNITS], ==, 1);
  g_assert_cmpuint (labelled->human[MIEN_TASK_VALENCE_AROUSAL], ==, 0);
  g_assert_cmpmem (&labelled->uuid, MIEN_UUID_SIZE,
                   &((MienSnapshot *) list->pdata[1])->uuid, MIEN_UUID_SIZE);
  test_assert_sound (project.store);
  test_project_close (&project);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/snapshot/names", test_names);
  g_test_add_func ("/db/snapshot/list", test_list);
  return g_test_run ();
}
