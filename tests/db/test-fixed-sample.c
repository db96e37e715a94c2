/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The sample on which successive models are compared. */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-fixed-sample.h"

#include "mien-test-project.h"

static gint64
frame_at (GArray *sample, guint i)
{
  return g_array_index (sample, MienSaidTwice, i).frame;
}

static GArray *
draw (TestProject *project, gint64 first, gint64 second)
{
  g_autoptr (GError) error = NULL;
  GArray *sample = mien_fixed_sample (project->store, first, second, &error);

  g_assert_no_error (error);
  return sample;
}

/* A small project is its own sample; a frame counts that both have read. */
static void
test_both (void)
{
  TestProject project;
  gint64 first, second, frames[6];
  g_autoptr (GArray) none = NULL;
  g_autoptr (GArray) sample = NULL;

  test_project_open (&project);
  for (int i = 0; i < 6; i++)
    frames[i] =
        test_add_frame (project.store, i % 2 == 0 ? "b" : "a", MIEN_SPLIT_TRAIN, i + 1);
  first = test_add_model (project.store, 7);
  second = test_add_model (project.store, 7);
  none = draw (&project, first, second);
  g_assert_cmpuint (none->len, ==, 0);
  for (int i = 0; i < 6; i++)
    {
      if (i != 4)
        test_predict (project.store, first, frames[i], 0.5);
      if (i != 1)
        test_predict (project.store, second, frames[i], 0.75);
    }
  sample = draw (&project, second, first);
  g_assert_cmpuint (sample->len, ==, 4);
  for (guint i = 0; i < sample->len; i++)
    {
      const MienSaidTwice *said = &g_array_index (sample, MienSaidTwice, i);
      const MienSaidTwice *next = i + 1 < sample->len ? said + 1 : NULL;

      g_assert_cmpfloat_with_epsilon (said->said[0].expression[4], 0.75, 1e-6);
      g_assert_cmpfloat_with_epsilon (said->said[1].expression[4], 0.5, 1e-6);
      g_assert_cmpint (
          said->video, ==,
          said->frame % 2 == 1
              ? test_count (project.store, "SELECT id FROM video WHERE name = 'b'")
              : test_count (project.store, "SELECT id FROM video WHERE name = 'a'"));
      g_assert_true (next == NULL || said->video < next->video
                     || (said->video == next->video && said->frame < next->frame));
    }
  test_project_close (&project);
}

/* Bounded in a large project, the same every time, and nearly so when it grows. */
static void
test_large (void)
{
  TestProject project;
  gint64 first, second;
  g_autoptr (GHashTable) before = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autoptr (GArray) sample = NULL;
  g_autoptr (GArray) again = NULL;
  g_autoptr (GArray) grown = NULL;

  test_project_open (&project);
  test_add_frame (project.store, "a", MIEN_SPLIT_TRAIN, 1);
  first = test_add_model (project.store, 7);
  second = test_add_model (project.store, 7);
  test_predict (project.store, first, 1, 0.5);
  test_run (
      project.store,
      "INSERT INTO frame (uuid, video, split, number, key)"
      " WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n LIMIT 59999)"
      " SELECT randomblob (16), f.video, f.split, i, 'a/' || i FROM n, frame f"
      " WHERE f.id = 1");
  test_run (project.store,
            "INSERT INTO prediction (model, frame, outputs)"
            " SELECT m.id, f.id, (SELECT outputs FROM prediction) FROM model m, frame f"
            " WHERE m.id > 1 OR f.id > 1");
  sample = draw (&project, first, second);
  g_assert_cmpuint (sample->len, >, MIEN_FIXED_SAMPLE - 600);
  g_assert_cmpuint (sample->len, <, MIEN_FIXED_SAMPLE + 600);
  again = draw (&project, first, second);
  g_assert_cmpuint (again->len, ==, sample->len);
  for (guint i = 0; i < sample->len; i++)
    {
      g_assert_cmpint (frame_at (again, i), ==, frame_at (sample, i));
      g_hash_table_add (before, &g_array_index (sample, MienSaidTwice, i).frame);
    }
  /* A tenth more frames, which nobody has read. */
  test_run (project.store,
            "INSERT INTO frame (uuid, video, split, number, key)"
            " WITH RECURSIVE n (i) AS (SELECT 60001 UNION ALL SELECT i + 1 FROM n"
            " LIMIT 6000)"
            " SELECT randomblob (16), f.video, f.split, i, 'a/' || i FROM n, frame f"
            " WHERE f.id = 1");
  grown = draw (&project, first, second);
  for (guint i = 0; i < grown->len; i++)
    g_assert_true (
        g_hash_table_contains (before, &g_array_index (grown, MienSaidTwice, i).frame));
  g_assert_cmpuint (grown->len, >, sample->len * 88 / 100);
  g_assert_cmpuint (grown->len, <, sample->len * 94 / 100);
  test_project_close (&project);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fixed-sample/both", test_both);
  g_test_add_func ("/fixed-sample/large", test_large);
  return g_test_run ();
}
