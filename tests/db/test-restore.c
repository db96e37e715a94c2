/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Going back to a snapshot, case by case: imports, what others do before and after, what
 * the log says of it, and a restoring that was stopped. test-snapshot-histories.c meets
 * the cases that nobody has thought of.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-test-project.h"

#include <string.h>

#include "mien-snapshot.h"
#include "mien-test-tables.h"

enum
{
  EXPRESSION = MIEN_ITEM_EXPRESSION,
  FRAMES = TEST_TABLES_FRAMES,
};

typedef struct
{
  TestProject project;
  MienStore *store;
  gint64 frames[FRAMES], ana, ben, chiyo;
} Case;

static void
case_open (Case *test)
{
  test_project_open (&test->project);
  test->store = test->project.store;
  for (guint i = 0; i < FRAMES; i++)
    test->frames[i] = test_add_frame (test->store, "v", MIEN_SPLIT_TRAIN, i + 1);
  test->ana = test_add_annotator (test->store, "Ana");
  test->ben = test_add_annotator (test->store, "Ben");
  test->chiyo = test_add_annotator (test->store, "千代");
}

static void
case_close (Case *test)
{
  test_assert_sound (test->store);
  test_project_close (&test->project);
}

static void
take (Case *test, const char *name, TestTables *tables)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienSnapshot) snapshot = mien_snapshot_take (test->store, name, 0, &error);

  g_assert_no_error (error);
  test_tables_read (tables, test->store, test->frames);
}

static void
assert_tables (Case *test, const TestTables *tables)
{
  test_tables_assert (tables, test->store, test->frames);
}

static MienRestored
restore (Case *test, const char *name, gint64 annotator)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienSnapshot) snapshot = mien_snapshot_find (test->store, name, &error);
  MienRestored restored;

  g_assert_no_error (error);
  mien_snapshot_restore (test->store, snapshot, annotator, NULL, &restored, &error);
  g_assert_no_error (error);
  return restored;
}

static void
answer (Case *test, guint frame, gint64 annotator, double expression)
{
  test_answer (test->store, test->frames[frame], annotator, EXPRESSION,
               test_value (expression));
}

/* frames 0: there is nothing to be undone. */
static void
assert_undone (Case *test, gint64 annotator, guint frames, gboolean restored)
{
  g_autoptr (GError) error = NULL;
  MienUndone undone = { 0 };

  if (!mien_events_undo (test->store, annotator, &undone, &error))
    g_assert_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_NOT_FOUND);
  g_assert_cmpuint (undone.n_frames, ==, frames);
  g_assert_cmpint (undone.restored, ==, restored);
  mien_undone_clear (&undone);
}

/* What was imported since is taken back, can be imported again, and is counted. */
static void
test_imports (void)
{
  g_autoptr (GError) error = NULL;
  g_auto (TestTables) empty = { 0 };
  g_auto (TestTables) imported = { 0 };
  MienLabels labels = { 0 };
  MienImported counts;
  MienRestored restored;
  Case test;

  case_open (&test);
  take (&test, "empty", &empty);
  labels.item[EXPRESSION] = test_value (2);
  for (guint i = 0; i < 3; i++)
    mien_events_import (test.store, test.frames[i], &labels, NULL, &error);
  answer (&test, 2, test.ben, 3);
  take (&test, "imported", &imported);
  restored = restore (&test, "empty", test.ana);
  g_assert_cmpuint (restored.frames, ==, 3);
  g_assert_cmpuint (restored.taken_back, ==, 4);
  g_assert_cmpuint (restored.given_again, ==, 0);
  g_assert_cmpint (test_count (test.store, "SELECT count (*) FROM label"), ==, 0);
  g_assert_cmpint (
      test_count (test.store, "SELECT imported_1 FROM census WHERE split = 0"), ==, 0);
  assert_tables (&test, &empty);

  mien_events_import (test.store, test.frames[0], &labels, &counts, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (counts.added, ==, 1);
  mien_events_import (test.store, test.frames[0], &labels, &counts, &error);
  g_assert_cmpuint (counts.known, ==, 1);
  g_assert_cmpfloat (test_label (test.store, test.frames[0], EXPRESSION).value[0], ==, 2);
  restored = restore (&test, "imported", test.ana);
  g_assert_cmpuint (restored.taken_back, ==, 1);
  g_assert_cmpuint (restored.given_again, ==, 4);
  assert_tables (&test, &imported);
  case_close (&test);
}

/* A restoring is its annotator's latest decision. Nobody else's undo reaches it, and
 * theirs goes on where it was then. */
static void
test_order (void)
{
  g_auto (TestTables) empty = { 0 };
  g_auto (TestTables) first = { 0 };
  g_auto (TestTables) second = { 0 };
  Case test;

  case_open (&test);
  take (&test, "empty", &empty);
  answer (&test, 0, test.ben, 1);
  take (&test, "first", &first);
  answer (&test, 0, test.ben, 2);
  answer (&test, 1, test.ana, 3);
  take (&test, "second", &second);
  answer (&test, 2, test.ana, 1);
  assert_undone (&test, test.ana, 1, FALSE);
  g_assert_cmpuint (restore (&test, "first", test.ana).frames, ==, 2);
  assert_tables (&test, &first);
  g_assert_cmpuint (restore (&test, "first", test.ana).frames, ==, 0);

  /* Ben's last one that stands is his first. */
  g_assert_false (mien_events_redo (test.store, test.ben, NULL, NULL));
  assert_undone (&test, test.ben, 1, FALSE);
  assert_tables (&test, &empty);
  assert_undone (&test, test.ben, 0, FALSE);
  g_assert_true (mien_events_redo (test.store, test.ben, NULL, NULL));

  /* Of Ana's, the restoring comes before the answer; what was undone before it is past.
   */
  g_assert_false (mien_events_redo (test.store, test.ana, NULL, NULL));
  assert_undone (&test, test.ana, 2, TRUE);
  assert_tables (&test, &second);
  assert_undone (&test, test.ana, 1, FALSE);
  assert_undone (&test, test.ana, 0, FALSE);
  g_assert_true (mien_events_redo (test.store, test.ana, NULL, NULL));
  assert_tables (&test, &second);
  g_assert_true (mien_events_redo (test.store, test.ana, NULL, NULL));
  assert_tables (&test, &first);
  g_assert_false (mien_events_redo (test.store, test.ana, NULL, NULL));
  case_close (&test);
}

/* What others have said since a restoring stands when it is undone. */
static void
test_since (void)
{
  g_auto (TestTables) empty = { 0 };
  g_auto (TestTables) answered = { 0 };
  Case test;

  case_open (&test);
  take (&test, "empty", &empty);
  answer (&test, 0, test.ben, 1);
  answer (&test, 1, test.ben, 2);
  take (&test, "answered", &answered);
  restore (&test, "empty", test.ana);
  restore (&test, "answered", test.chiyo);
  assert_tables (&test, &answered);
  assert_undone (&test, test.ben, 1, FALSE);
  assert_undone (&test, test.ana, 2, TRUE);
  g_assert_cmpint (test_label (test.store, test.frames[1], EXPRESSION).answer, ==,
                   MIEN_ANSWER_NONE);
  g_assert_cmpfloat (test_label (test.store, test.frames[0], EXPRESSION).value[0], ==, 1);
  case_close (&test);
}

/* Notes, skips and flags go with the rest; answers stay in the log, as undone. */
static void
test_log (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) history = NULL;
  g_auto (TestTables) empty = { 0 };
  MienDecision decision = { .kind = MIEN_DECISION_NOTE,
                            .duration_us = -1,
                            .note = "blurred" };
  Case test;

  case_open (&test);
  take (&test, "empty", &empty);
  decision.frame = test.frames[0];
  decision.annotator = test.ben;
  g_assert_true (mien_events_decide (test.store, &decision, NULL, &error));
  decision.kind = MIEN_DECISION_ANSWER;
  decision.answers.item[EXPRESSION] = test_value (2);
  decision.answers.item[MIEN_ITEM_FIRST_UNIT] = test_value (1);
  g_assert_true (mien_events_decide (test.store, &decision, NULL, &error));
  test_decide (test.store, test.frames[0], test.ben, MIEN_DECISION_SKIP);
  g_assert_cmpuint (restore (&test, "empty", test.ana).taken_back, ==, 3);
  assert_tables (&test, &empty);

  history = mien_events_history (test.store, test.frames[0], &error);
  g_assert_no_error (error);
  g_assert_cmpuint (history->len, ==, 8);
  for (guint i = 0; i < history->len; i++)
    {
      const MienEvent *event = g_ptr_array_index (history, i);

      g_assert_cmpstr (event->annotator, ==, i < 4 ? "Ben" : "Ana");
      g_assert_cmpint (event->undone, ==, i < 4);
    }
  case_close (&test);
}

/* As a merge would bring it: later in the log, earlier by its clock. */
static void
test_older_clock (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienSnapshot) then = NULL;
  g_autoptr (MienSnapshot) now = NULL;
  g_autoptr (MienDiff) diff = NULL;
  g_auto (TestTables) before = { 0 };
  g_auto (TestTables) merged = { 0 };
  Case test;

  case_open (&test);
  answer (&test, 0, test.ana, 1);
  take (&test, "before", &before);
  test_run (test.store,
            "INSERT INTO event (uuid, batch, clock, frame, kind, item, answer, value1,"
            " annotator, time) SELECT randomblob (16), randomblob (16), 1, 1, 3, 1, 1, 2,"
            " id, 1 FROM annotator WHERE name = 'Ben'");
  g_assert_true (mien_store_begin (test.store, &error));
  g_assert_true (mien_labels_refresh (test.store, test.frames[0], &error));
  g_assert_true (mien_store_commit (test.store, &error));
  test_tables_read (&merged, test.store, test.frames);
  g_assert_cmpint (merged.labels[0].item[EXPRESSION].answer, ==, MIEN_ANSWER_UNRESOLVED);

  then = mien_snapshot_find (test.store, "before", &error);
  now = mien_snapshot_find (test.store, "now", &error);
  diff = mien_snapshot_diff (test.store, then, now, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (diff->items[EXPRESSION].changed, ==, 1);
  restore (&test, "before", test.chiyo);
  assert_tables (&test, &before);
  assert_undone (&test, test.chiyo, 1, TRUE);
  assert_tables (&test, &merged);
  case_close (&test);
}

static void
on_progress (guint64 done, guint64 total, gpointer data)
{
  g_assert_cmpuint (total, ==, 4);
  if (done == 2)
    g_cancellable_cancel (data);
}

/* Half a restoring is none. */
static void
test_stopped (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  MienSnapshotWatch watch = { cancellable, on_progress, cancellable };
  g_autoptr (MienSnapshot) snapshot = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (TestTables) empty = { 0 };
  g_auto (TestTables) full = { 0 };
  gint64 events;
  Case test;

  case_open (&test);
  take (&test, "empty", &empty);
  for (guint i = 0; i < 4; i++)
    test_decide (test.store, test.frames[i], test.ana, MIEN_DECISION_NOT_A_FACE);
  take (&test, "full", &full);
  events = test_count (test.store, "SELECT count (*) FROM event");
  snapshot = mien_snapshot_find (test.store, "empty", &error);
  g_assert_false (
      mien_snapshot_restore (test.store, snapshot, test.ben, &watch, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (test_count (test.store, "SELECT count (*) FROM event"), ==, events);
  assert_tables (&test, &full);
  case_close (&test);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/restore/imports", test_imports);
  g_test_add_func ("/db/restore/order", test_order);
  g_test_add_func ("/db/restore/since", test_since);
  g_test_add_func ("/db/restore/log", test_log);
  g_test_add_func ("/db/restore/older-clock", test_older_clock);
  g_test_add_func ("/db/restore/stopped", test_stopped);
  return g_test_run ();
}
