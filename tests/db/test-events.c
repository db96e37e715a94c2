/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The log: imports, decisions, undo and redo, and what the labels are after each.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-test-project.h"

#include <string.h>

enum
{
  EXPRESSION = MIEN_ITEM_EXPRESSION,
  POINT = MIEN_ITEM_VALENCE_AROUSAL,
  UNIT = MIEN_ITEM_FIRST_UNIT,
};

static void
test_round (void)
{
  TestProject project;
  g_autoptr (GError) error = NULL;
  MienLabels labels = { 0 };
  MienImported imported;
  MienUndone undone = { 0 };
  gint64 frame, annotator;

  test_project_open (&project);
  frame = test_add_frame (project.store, "video", MIEN_SPLIT_TRAIN, 1);
  annotator = test_add_annotator (project.store, "Ana");
  labels.item[EXPRESSION] = test_value (3);
  g_assert_true (mien_events_import (project.store, frame, &labels, &imported, &error));
  g_assert_cmpuint (imported.added, ==, 1);

  test_answer (project.store, frame, annotator, EXPRESSION, test_value (4));
  g_assert_cmpfloat (test_label (project.store, frame, EXPRESSION).value[0], ==, 4);
  test_assert_sound (project.store);
  g_assert_true (mien_events_undo (project.store, annotator, &undone, &error));
  g_assert_cmpstr (undone.key, ==, "video/00001.jpg");
  g_assert_cmpfloat (undone.answers.item[EXPRESSION].value[0], ==, 4);
  g_assert_cmpfloat (test_label (project.store, frame, EXPRESSION).value[0], ==, 3);
  test_assert_sound (project.store);

  mien_undone_clear (&undone);
  test_project_close (&project);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/db/events/round", test_round);
  return g_test_run ();
}
