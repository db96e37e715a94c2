/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Snapshots: names, what is refused, and that one stays as it is whatever comes later;
 * what differs between two.
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

static void
assert_counts (const MienDiffCounts *counts,
               guint64 added,
               guint64 removed,
               guint64 changed)
{
  g_assert_cmpuint (counts->added, ==, added);
  g_assert_cmpuint (counts->removed, ==, removed);
  g_assert_cmpuint (counts->changed, ==, changed);
}

static void
assert_sides (const MienDiffSides *sides, guint64 before, guint64 after)
{
  g_assert_cmpuint (sides->before, ==, before);
  g_assert_cmpuint (sides->after, ==, after);
}

/* An import that Ana confirms and Ben disputes, a unit that Ben adds, one that Ana takes
 * back, no face; and a frame about which much was said to no effect. */
static void
test_diff (void)
{
  enum
  {
    EXPRESSION = MIEN_ITEM_EXPRESSION,
    UNIT = MIEN_ITEM_FIRST_UNIT
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (MienSnapshot) then = NULL;
  g_autoptr (MienSnapshot) now = NULL;
  g_autoptr (MienDiff) diff = NULL;
  g_autoptr (MienDiff) back = NULL;
  const MienDiffAnnotator *annotators;
  gint64 ana, ben, frames[5];
  MienLabels labels = { 0 };
  gboolean not_a_face;
  TestProject project;

  test_project_open (&project);
  for (guint i = 0; i < G_N_ELEMENTS (frames); i++)
    frames[i] = test_add_frame (project.store, "v", MIEN_SPLIT_TRAIN, i);
  ana = test_add_annotator (project.store, "Ana");
  ben = test_add_annotator (project.store, "Ben");
  labels.item[EXPRESSION] = test_value (4);
  mien_events_import (project.store, frames[0], &labels, NULL, &error);
  mien_events_import (project.store, frames[1], &labels, NULL, &error);
  test_answer (project.store, frames[2], ana, UNIT, test_value (1));
  take (project.store, "then");

  mien_events_undo (project.store, ana, NULL, &error);
  test_answer (project.store, frames[0], ana, EXPRESSION, test_value (4));
  test_answer (project.store, frames[1], ana, EXPRESSION, test_value (4));
  test_answer (project.store, frames[1], ben, EXPRESSION, test_value (2));
  test_answer (project.store, frames[3], ben, UNIT + 1, test_cannot_tell ());
  test_decide (project.store, frames[3], ben, MIEN_DECISION_NOT_A_FACE);
  test_answer (project.store, frames[4], ben, UNIT, test_value (0));
  mien_events_undo (project.store, ben, NULL, &error);
  test_decide (project.store, frames[4], ben, MIEN_DECISION_SKIP);
  g_assert_no_error (error);

  then = mien_snapshot_find (project.store, "then", &error);
  now = mien_snapshot_find (project.store, "now", &error);
  diff = mien_snapshot_diff (project.store, then, now, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (diff->frames->len, ==, 4);
  g_assert_cmpmem (diff->frames->data, 4 * sizeof (gint64), frames, 4 * sizeof (gint64));
  assert_counts (&diff->items[EXPRESSION], 0, 0, 2);
  assert_counts (&diff->items[UNIT], 0, 1, 0);
  assert_counts (&diff->items[UNIT + 1], 1, 0, 0);
  assert_counts (&diff->items[MIEN_ITEM_VALENCE_AROUSAL], 0, 0, 0);
  assert_counts (&diff->not_a_face, 1, 0, 0);
  assert_sides (&diff->answers[EXPRESSION][4], 2, 1);
  assert_sides (&diff->answers[EXPRESSION][MIEN_DIFF_UNRESOLVED], 0, 1);
  assert_sides (&diff->answers[UNIT][1], 1, 0);
  assert_sides (&diff->answers[UNIT + 1][MIEN_DIFF_CANNOT_TELL], 0, 1);
  assert_sides (&diff->sources[MIEN_SOURCE_IMPORTED], 2, 0);
  assert_sides (&diff->sources[MIEN_SOURCE_HUMAN], 1, 3);
  annotators = (const MienDiffAnnotator *) diff->annotators->data;
  g_assert_cmpuint (diff->annotators->len, ==, 2);
  g_assert_cmpstr (annotators[0].name, ==, "Ana");
  assert_sides (&annotators[0].sides, 1, 1);
  g_assert_cmpstr (annotators[1].name, ==, "Ben");
  assert_sides (&annotators[1].sides, 0, 2);

  /* The other way round, and against itself. */
  back = mien_snapshot_diff (project.store, now, then, NULL, &error);
  g_assert_no_error (error);
  assert_counts (&back->items[UNIT], 1, 0, 0);
  assert_counts (&back->not_a_face, 0, 1, 0);
  assert_sides (&back->answers[EXPRESSION][4], 1, 2);
  g_clear_pointer (&back, mien_diff_free);
  back = mien_snapshot_diff (project.store, now, now, NULL, &error);
  g_assert_cmpuint (back->frames->len, ==, 0);

  mien_snapshot_labels (project.store, then, frames[2], &labels, NULL, &error);
  g_assert_cmpfloat (labels.item[UNIT].value[0], ==, 1);
  mien_snapshot_labels (project.store, now, frames[3], &labels, &not_a_face, &error);
  g_assert_cmpint (labels.item[UNIT + 1].answer, ==, MIEN_ANSWER_CANNOT_TELL);
  g_assert_true (not_a_face);
  test_project_close (&project);
}

static void
on_progress (guint64 done, guint64 total, gpointer data)
{
  g_assert_cmpuint (done, <=, total);
  g_cancellable_cancel (data);
}

static void
test_stopped (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  MienSnapshotWatch watch = { cancellable, on_progress, cancellable };
  g_autoptr (GError) error = NULL;
  g_autoptr (MienSnapshot) then = NULL;
  g_autoptr (MienSnapshot) now = NULL;
  TestProject project;
  gint64 ana;

  test_project_open (&project);
  ana = test_add_annotator (project.store, "Ana");
  then = mien_snapshot_find (project.store, "now", &error);
  for (guint i = 0; i < 2; i++)
    test_decide (project.store, test_add_frame (project.store, "v", MIEN_SPLIT_TRAIN, i),
                 ana, MIEN_DECISION_SKIP);
  now = mien_snapshot_find (project.store, "now", &error);
  g_assert_null (mien_snapshot_diff (project.store, then, now, &watch, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  test_project_close (&project);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/snapshot/names", test_names);
  g_test_add_func ("/db/snapshot/list", test_list);
  g_test_add_func ("/db/snapshot/diff", test_diff);
  g_test_add_func ("/db/snapshot/stopped", test_stopped);
  return g_test_run ();
}
