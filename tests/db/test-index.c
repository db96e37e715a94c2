/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The index against the project read the slow way: after a load, and, by refreshes alone,
 * after anything that people, imports and jobs do.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-test-index.h"

#include <string.h>

enum
{
  SEEDS = 4,
  ACTIONS = 100,
};

static MienIndex *
load (MienStore *store)
{
  g_autoptr (GError) error = NULL;
  MienIndex *index = mien_index_load (store, NULL, &error);

  g_assert_no_error (error);
  return index;
}

static GArray *
all_in_order (MienIndex *index)
{
  g_autoptr (GError) error = NULL;
  MienFilter filter;
  GArray *rows;

  mien_filter_init (&filter);
  rows = mien_index_query (index, NULL, &filter, MIEN_SORT_FRAME, FALSE, NULL, &error);
  g_assert_no_error (error);
  return rows;
}

static GArray *
all_rows (MienIndex *index)
{
  GArray *rows = g_array_new (FALSE, TRUE, sizeof (MienIndexRow));

  g_array_set_size (rows, mien_index_n_rows (index));
  for (guint i = 0; i < rows->len; i++)
    mien_index_row (index, i, &g_array_index (rows, MienIndexRow, i));
  return rows;
}

static gboolean
same_rows (GArray *a, GArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (!test_index_same_row (&g_array_index (a, MienIndexRow, i),
                              &g_array_index (b, MienIndexRow, i)))
      {
        const MienIndexRow *x = &g_array_index (a, MienIndexRow, i);
        const MienIndexRow *y = &g_array_index (b, MienIndexRow, i);

        g_test_message (
            "frame %d: label %d %d, point %g %g, units %x %x, proposed %d %d,"
            " confidence %g %g, accepted %x %x, read %d %d, by %u %u at %d %d,"
            " flagged %d %d, skipped %d %d, complete %x %x",
            (int) x->frame, x->expression, y->expression, (double) x->valence,
            (double) y->valence, x->units_known, y->units_known, x->proposed, y->proposed,
            (double) x->confidence, (double) y->confidence, x->accepted, y->accepted,
            x->read, y->read, x->annotator, y->annotator, (int) x->decided,
            (int) y->decided, x->flagged, y->flagged, x->skipped, y->skipped, x->complete,
            y->complete);
        return FALSE;
      }
  return TRUE;
}

static void
assert_right (TestIndex *test, MienIndex *index)
{
  g_autoptr (GArray) rows = all_rows (index), naive = test_index_naive (test, index);
  g_autoptr (GArray) order = all_in_order (index);
  g_auto (GStrv) keys = test_index_keys (test, index, order);
  g_auto (GStrv) naive_keys = test_index_naive_keys (test);

  g_assert_true (same_rows (rows, naive));
  g_assert_true (
      g_strv_equal ((const char *const *) keys, (const char *const *) naive_keys));
}

static void
assert_finds (MienIndex *index)
{
  guint n = mien_index_n_rows (index);

  for (guint i = 0; i < n; i++)
    {
      MienIndexRow row, other;
      gint64 found;

      mien_index_row (index, i, &row);
      g_assert_cmpint (mien_index_find (index, row.frame), ==, i);
      if (row.number < 0)
        continue;
      found = mien_index_find_number (index, row.video, row.number);
      g_assert_cmpint (found, >=, 0);
      mien_index_row (index, (guint) found, &other);
      g_assert_cmpint (other.number, ==, row.number);
      g_assert_cmpuint (other.video, ==, row.video);
      found = mien_index_find_number (index, row.video, row.number + 1);
      if (found < 0)
        continue;
      mien_index_row (index, (guint) found, &other);
      g_assert_cmpint (other.number, >, row.number);
    }
  g_assert_cmpint (mien_index_find (index, 0), ==, -1);
  g_assert_cmpint (mien_index_find (index, n + 1), ==, -1);
  g_assert_cmpint (mien_index_find_number (index, 0, 1000000), ==, -1);
  g_assert_cmpint (mien_index_find_number (index, 99, 0), ==, -1);
}

static void
test_load (void)
{
  for (guint seed = 0; seed < SEEDS; seed++)
    {
      TestIndex test;
      MienIndex *index;

      test_index_open (&test, seed);
      for (guint i = 0; i < ACTIONS; i++)
        test_index_act (&test);
      index = load (test.project.store);
      assert_right (&test, index);
      assert_finds (index);
      mien_index_unref (index);
      test_assert_sound (test.project.store);
      test_index_close (&test);
    }
}

static void
test_empty (void)
{
  TestProject project;
  MienIndex *index;
  g_autoptr (GArray) rows = NULL;
  g_auto (GStrv) videos = NULL;

  test_project_open (&project);
  index = load (project.store);
  rows = all_in_order (index);
  videos = mien_index_videos (index);
  g_assert_cmpuint (rows->len, ==, 0);
  g_assert_cmpuint (g_strv_length (videos), ==, 0);
  g_assert_cmpint (mien_index_find (index, 1), ==, -1);
  mien_index_unref (mien_index_ref (index));
  mien_index_unref (index);
  test_project_close (&project);
}

/* By refreshes alone, from a connection that only reads: as if loaded anew. */
static void
test_refresh (void)
{
  for (guint seed = 100; seed < 100 + SEEDS; seed++)
    {
      g_autoptr (MienStore) reader = NULL;
      g_autoptr (GError) error = NULL;
      TestIndex test;
      MienIndex *index;

      test_index_open (&test, seed);
      reader = mien_store_open (test.project.path, MIEN_STORE_READ_ONLY, &error);
      g_assert_no_error (error);
      index = load (reader);
      for (guint i = 0; i < ACTIONS; i++)
        {
          g_autoptr (GArray) before = all_rows (index), after = NULL;
          gboolean changed = FALSE;

          for (guint n = 1 + i % 3; n > 0 && !test_index_act (&test); n--)
            continue;
          mien_index_refresh (index, reader, &changed, NULL, &error);
          g_assert_no_error (error);
          after = all_rows (index);
          g_assert_true (changed || same_rows (before, after));
          assert_right (&test, index);
          mien_index_refresh (index, reader, &changed, NULL, &error);
          g_assert_false (changed);
        }
      assert_finds (index);
      mien_index_unref (index);
      g_clear_pointer (&reader, mien_store_close);
      test_index_close (&test);
    }
}

/* So many that predictions are read on the side; then more has happened than is worth
 * looking for. */
static void
test_many (void)
{
  g_autoptr (GError) error = NULL;
  TestProject project;
  MienIndex *index;
  MienLabels labels = { 0 };
  gboolean changed = FALSE;
  MienIndexRow row;
  gint64 model;

  labels.item[MIEN_ITEM_EXPRESSION] = test_value (3);
  test_project_open (&project);
  mien_store_set_bulk (project.store, TRUE, NULL);
  mien_store_begin (project.store, NULL);
  for (guint i = 1; i <= 20100; i++)
    test_add_frame (project.store, "v", MIEN_SPLIT_TRAIN, i);
  model = test_add_model (project.store, MIEN_ALL_TASKS);
  mien_models_use (project.store, model, NULL);
  for (guint i = 0; i < 10; i++)
    test_predict (project.store, model, 20000 - 3 * i, 0.5 + 0.01 * i);
  mien_store_commit (project.store, NULL);
  index = load (project.store);
  for (guint i = 0; i < 10; i++)
    {
      mien_index_row (index, 19999 - 3 * i, &row);
      g_assert_true (row.read);
      g_assert_cmpfloat (row.confidence, ==, (float) (0.5 + 0.01 * i));
      mien_index_row (index, 19998 - 3 * i, &row);
      g_assert_false (row.read);
    }
  mien_store_begin (project.store, NULL);
  for (guint i = 1; i <= 20100; i++)
    mien_events_import (project.store, i, &labels, NULL, NULL);
  mien_store_commit (project.store, NULL);
  mien_index_refresh (index, project.store, &changed, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (changed);
  mien_index_row (index, 20099, &row);
  g_assert_cmpint (row.expression, ==, 3);
  g_assert_cmpuint (mien_index_n_rows (index), ==, 20100);
  mien_index_unref (index);
  test_project_close (&project);
}

/* What another model reads takes the place of what the model in use has read, in the
 * count of both. */
static void
test_models_in_turn (void)
{
  g_autoptr (GError) error = NULL;
  TestProject project;
  MienIndex *index;
  gint64 used, other;
  MienIndexRow row;

  test_project_open (&project);
  for (guint i = 1; i <= 6; i++)
    test_add_frame (project.store, i % 2 ? "v" : "w", MIEN_SPLIT_TRAIN, i);
  used = test_add_model (project.store, MIEN_ALL_TASKS);
  other = test_add_model (project.store, MIEN_ALL_TASKS);
  mien_models_use (project.store, used, &error);
  g_assert_no_error (error);
  test_predict (project.store, used, 1, 0.9);
  index = load (project.store);
  test_predict (project.store, other, 1, 0.8);
  mien_index_refresh (index, project.store, NULL, NULL, &error);
  test_predict (project.store, used, 2, 0.7);
  mien_index_refresh (index, project.store, NULL, NULL, &error);
  g_assert_no_error (error);
  mien_index_row (index, 0, &row);
  g_assert_cmpfloat (row.confidence, ==, 0.9f);
  mien_index_row (index, 1, &row);
  g_assert_cmpfloat (row.confidence, ==, 0.7f);
  mien_index_unref (index);
  test_project_close (&project);
}

static void
test_cancelled (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GArray) before = NULL, after = NULL, rows = NULL;
  g_autoptr (GError) error = NULL;
  MienFilter filter;
  TestIndex test;
  MienIndex *index;

  mien_filter_init (&filter);
  test_index_open (&test, 7);
  g_cancellable_cancel (cancellable);
  g_assert_null (mien_index_load (test.project.store, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  index = load (test.project.store);
  before = all_rows (index);
  test_answer (test.project.store, 1, 1, MIEN_ITEM_EXPRESSION, test_value (2));
  g_assert_false (
      mien_index_refresh (index, test.project.store, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  after = all_rows (index);
  g_assert_true (same_rows (before, after));
  rows = mien_index_query (index, NULL, &filter, MIEN_SORT_FRAME, FALSE, cancellable,
                           &error);
  g_assert_null (rows);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_true (mien_index_refresh (index, test.project.store, NULL, NULL, &error));
  assert_right (&test, index);
  mien_index_unref (index);
  test_index_close (&test);
}

static void
test_damaged (void)
{
  g_autoptr (GError) error = NULL;
  TestIndex test;

  test_index_open (&test, 8);
  test_answer (test.project.store, 1, 1, MIEN_ITEM_EXPRESSION, test_value (2));
  test_run (test.project.store, "UPDATE label SET value1 = 77");
  g_assert_null (mien_index_load (test.project.store, NULL, &error));
  test_assert_error (error, MIEN_STORE_ERROR_CORRUPT, test.project.path);
  test_run (test.project.store, "UPDATE label SET value1 = 2");
  test_run (test.project.store, "PRAGMA foreign_keys = OFF");
  test_run (test.project.store, "UPDATE frame SET id = 5000000000 WHERE id = 2");
  g_assert_null (mien_index_load (test.project.store, NULL, &error));
  test_assert_error (error, MIEN_STORE_ERROR_CORRUPT, test.project.path);
  test_index_close (&test);
}

static gpointer
read_on (gpointer data)
{
  MienIndex *index = data;
  guint most = 0;

  for (guint i = 0; i < 3000; i++)
    {
      guint n = mien_index_n_rows (index);
      g_autoptr (GArray) rows = all_in_order (index);
      MienIndexRow row;

      g_assert_cmpuint (n, >=, most);
      g_assert_cmpuint (rows->len, >=, n);
      most = n;
      mien_index_row (index, n - 1, &row);
      g_assert_cmpint (row.frame, ==, n);
    }
  mien_index_unref (index);
  return NULL;
}

static void
test_readers_meanwhile (void)
{
  g_autoptr (GError) error = NULL;
  TestIndex test;
  MienIndex *index;
  GThread *thread;

  test_index_open (&test, 9);
  index = load (test.project.store);
  thread = g_thread_new ("reader", read_on, mien_index_ref (index));
  for (guint i = 0; i < 100; i++)
    {
      test_index_act (&test);
      mien_index_refresh (index, test.project.store, NULL, NULL, &error);
      g_assert_no_error (error);
    }
  g_thread_join (thread);
  mien_index_unref (index);
  test_index_close (&test);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/index/load", test_load);
  g_test_add_func ("/db/index/empty", test_empty);
  g_test_add_func ("/db/index/refresh", test_refresh);
  g_test_add_func ("/db/index/many", test_many);
  g_test_add_func ("/db/index/models-in-turn", test_models_in_turn);
  g_test_add_func ("/db/index/cancelled", test_cancelled);
  g_test_add_func ("/db/index/damaged", test_damaged);
  g_test_add_func ("/db/index/readers-meanwhile", test_readers_meanwhile);
  return g_test_run ();
}
