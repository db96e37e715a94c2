/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Which frames have an embedding, what is kept of it, and what a plan makes of them.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-embeddings.h"
#include "mien-plan-private.h"
#include "mien-test-project.h"

#include <math.h>
#include <string.h>

enum
{
  EXPRESSION = MIEN_ITEM_EXPRESSION,
};

/* Frames 1 to n of one training video, past the store's own interface. */
static void
add_frames (MienStore *store, guint n)
{
  g_autofree char *sql = g_strdup_printf (
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %u)"
      " INSERT INTO frame (uuid, video, split, number, key, image)"
      " SELECT randomblob (16), 1, 0, i, 'v/' || i, 1 FROM n"
      " WHERE i > (SELECT max (id) FROM frame)",
      n);

  test_run (store, sql);
}

static guint
count_sampled (guint limit, gint64 from, gint64 to)
{
  guint n = 0;

  for (gint64 frame = from; frame <= to; frame++)
    n += mien_embeddings_sampled (frame, limit);
  return n;
}

/* All of few, 50,000 of many or hardly less; what is in the larger project's sample was
 * in that of the smaller one, and each part of the project has its share. */
static void
test_sample (void)
{
  g_autoptr (GError) error = NULL;
  TestProject project;
  guint few, many, all;

  test_project_open (&project);
  test_add_frame (project.store, "v", MIEN_SPLIT_TRAIN, 0);
  add_frames (project.store, 40000);
  g_assert_true (mien_embeddings_limit (project.store, &few, &error));
  g_assert_cmpuint (count_sampled (few, 1, 40000), ==, 40000);
  add_frames (project.store, 80000);
  g_assert_true (mien_embeddings_limit (project.store, &many, &error));
  all = count_sampled (many, 1, 80000);
  g_assert_cmpuint (all, <=, MIEN_EMBEDDING_SAMPLE);
  g_assert_cmpuint (all, >, MIEN_EMBEDDING_SAMPLE - 10);
  g_assert_cmpuint (many, <, few);
  /* 5 standard deviations of a fair draw */
  g_assert_cmpfloat (fabs (count_sampled (many, 1, 40000) - all / 2.0), <, 5 * 69);
  /* What cannot be asked gives its place to others. */
  test_run (project.store, "UPDATE frame SET not_a_face = 1 WHERE id % 2 = 0");
  g_assert_true (mien_embeddings_limit (project.store, &few, &error));
  g_assert_cmpuint (count_sampled (few, 1, 80000), ==, 80000);
  test_project_close (&project);
}

static void
read_back (MienStore *store, gint64 frame, float *features)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienStatement) row = mien_query (
      store, &error, "SELECT features FROM embedding WHERE frame = ?1", MIEN_INT (frame));

  g_assert_cmpint (mien_statement_step (row, &error), ==, MIEN_STEP_ROW);
  g_assert_true (mien_embedding_read (store, row, 0, frame, features, &error));
}

static void
test_stored (void)
{
  g_autoptr (GError) error = NULL;
  TestProject project;
  float features[MIEN_EMBEDDING], stored[MIEN_EMBEDDING];
  gint64 frame, model;

  test_project_open (&project);
  frame = test_add_frame (project.store, "v", MIEN_SPLIT_TRAIN, 1);
  model = test_add_model (project.store, 7);
  for (guint i = 0; i < MIEN_EMBEDDING; i++)
    features[i] = (float) (sin (i) / 16);
  g_assert_true (mien_embeddings_store (project.store, model, frame, features, &error));
  read_back (project.store, frame, stored);
  for (guint i = 0; i < MIEN_EMBEDDING; i++)
    g_assert_cmpfloat (fabsf (stored[i] - features[i]), <=,
                       fabsf (features[i]) / 2048 + 0x1p-25f);
  g_assert_cmpint (test_count (project.store,
                               "SELECT count (*) FROM embedding WHERE frame = 1"
                               " AND model = 1 AND length (features) = 1024"),
                   ==, 1);

  features[7] = NAN;
  g_assert_false (mien_embeddings_store (project.store, model, frame, features, &error));
  test_assert_error (error, MIEN_STORE_ERROR_INVALID, project.path);
  features[7] = 1;
  g_assert_false (mien_embeddings_store (project.store, model, frame, features, &error));
  test_assert_error (error, MIEN_STORE_ERROR_INVALID, project.path);
  memset (features, 0, sizeof features);
  g_assert_true (mien_embeddings_store (project.store, model, frame, features, &error));
  read_back (project.store, frame, stored);
  g_assert_cmpmem (stored, sizeof stored, features, sizeof features);
  test_assert_sound (project.store);
  test_project_close (&project);
}

/* A model lacks what it has read and not left; another one's and those of no face go. */
static void
test_follow (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) lacking = NULL;
  TestProject project;
  gint64 first, second;
  guint limit;

  test_project_open (&project);
  test_add_annotator (project.store, "Ana");
  for (guint i = 1; i <= 6; i++)
    test_add_frame (project.store, i < 6 ? "v" : "w",
                    i < 6 ? MIEN_SPLIT_TRAIN : MIEN_SPLIT_VALIDATION, i);
  first = test_add_model (project.store, 7);
  second = test_add_model (project.store, 7);
  for (gint64 frame = 1; frame <= 6; frame++)
    {
      test_predict (project.store, first, frame, 0.6);
      if (frame != 4)
        test_predict (project.store, second, frame, 0.6);
    }
  for (gint64 frame = 1; frame <= 5; frame++)
    test_embed (project.store, first, frame, 0, 0.1);
  test_embed (project.store, second, 2, 0, 0.1);
  test_embed (project.store, second, 6, 0, 0.1); /* of the validation split */
  g_assert_true (mien_embeddings_limit (project.store, &limit, &error));
  lacking = mien_embeddings_lacking (project.store, second, limit, &error);
  g_assert_cmpuint (lacking->len, ==, 3);
  g_assert_cmpint (g_array_index (lacking, gint64, 0), ==, 1);
  g_assert_cmpint (g_array_index (lacking, gint64, 1), ==, 3);
  g_assert_cmpint (g_array_index (lacking, gint64, 2), ==, 5);
  test_embed (project.store, second, 3, 0, 0.1);
  test_decide (project.store, 3, 1, MIEN_DECISION_NOT_A_FACE);
  g_assert_true (mien_embeddings_prune (project.store, second, limit, &error));
  g_assert_cmpint (test_count (project.store, "SELECT sum (frame) + 10 * count (*)"
                                              " FROM embedding"),
                   ==, 12);
  test_assert_sound (project.store);
  /* Out of the sample. */
  g_assert_true (mien_embeddings_prune (project.store, second, 0, &error));
  g_assert_cmpint (test_count (project.store, "SELECT count (*) FROM embedding"), ==, 0);
  test_project_close (&project);
}

/* ---- the plan ---- */

enum
{
  KINDS = 10,
  FRAMES = 40 * KINDS,
};

/* As many kinds of faces as KINDS, in turn, and nearly alike within one; the model is
 * sure of every fourth. One frame of kind 0 has its label. */
static gint64
open_kinds (TestProject *project)
{
  g_autoptr (GError) error = NULL;
  gint64 model;

  test_project_open (project);
  test_add_annotator (project->store, "Ana");
  g_assert_true (mien_store_set_bulk (project->store, TRUE, &error));
  for (gint64 i = 1; i <= FRAMES; i++)
    {
      g_autofree char *video = g_strdup_printf ("v%d", (int) (i % 40));

      test_add_frame (project->store, video, MIEN_SPLIT_TRAIN, 30 * i);
    }
  model = test_add_model (project->store, 1 << MIEN_TASK_EXPRESSION);
  g_assert_true (mien_models_use (project->store, model, &error));
  for (gint64 i = 1; i <= FRAMES; i++)
    {
      test_predict (project->store, model, i, i % 4 == 0 ? 0.9 : 0.6);
      test_embed (project->store, model, i, 10 * (guint) (i % KINDS),
                  0.2 * (double) i / FRAMES);
    }
  test_answer (project->store, KINDS, 1, EXPRESSION, test_value (4));
  return model;
}

static void
set_mix (MienStore *store, const char *text)
{
  g_autoptr (GError) error = NULL;
  MienMix mix;

  g_assert_true (mien_mix_parse (text, &mix, &error));
  g_assert_true (mien_plan_set_mix (store, &mix, &error));
  g_assert_true (mien_plan_renew (store, &error));
  g_assert_no_error (error);
}

static GArray *
planned (MienStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) items = mien_queue_list (store, G_MAXUINT, &error);
  GArray *frames = g_array_new (FALSE, FALSE, sizeof (gint64));

  g_assert_no_error (error);
  for (guint i = 0; i < items->len; i++)
    {
      const MienQueueItem *item = items->pdata[i];

      if (g_str_equal (item->reason, "diverse"))
        g_array_append_val (frames, item->frame);
    }
  return frames;
}

/* Every kind once, but for the one that has a label, before any comes again; only what is
 * asked: not what the model is sure of, is skipped, or no face. */
static void
test_diverse (void)
{
  TestProject project;
  g_autoptr (GArray) frames = NULL, again = NULL;
  gboolean visited[KINDS] = { TRUE };
  gint64 first;

  open_kinds (&project);
  test_decide (project.store, 1, 1, MIEN_DECISION_SKIP);
  test_decide (project.store, 2, 1, MIEN_DECISION_NOT_A_FACE);
  set_mix (project.store, "diverse=100");
  frames = planned (project.store);
  g_assert_cmpuint (frames->len, >, KINDS);
  for (guint i = 0; i < frames->len; i++)
    {
      gint64 frame = g_array_index (frames, gint64, i);

      g_assert_cmpint (frame % 4, !=, 0);
      g_assert_cmpint (frame, >, 2);
      if (i >= KINDS - 1)
        continue;
      g_assert_false (visited[frame % KINDS]);
      visited[frame % KINDS] = TRUE;
    }

  /* Once the first has its label, its kind is no more a matter of urgency. */
  first = g_array_index (frames, gint64, 0);
  test_answer (project.store, first, 1, EXPRESSION, test_value (1));
  set_mix (project.store, "diverse=100");
  again = planned (project.store);
  for (guint i = 0; i < KINDS - 2; i++)
    g_assert_cmpint (g_array_index (again, gint64, i) % KINDS, !=, first % KINDS);
  test_assert_sound (project.store);
  test_project_close (&project);
}

/* Those of another model, none at all, or no share: the others have its places. */
static void
test_without (void)
{
  TestProject project;
  g_autoptr (GArray) unwanted = NULL, foreign = NULL;
  guint left, all;
  gint64 other;

  open_kinds (&project);
  set_mix (project.store, "uncertain=100");
  unwanted = planned (project.store);
  g_assert_cmpuint (unwanted->len, ==, 0);
  g_assert_true (mien_plan_left (project.store, &all, NULL));
  other = test_add_model (project.store, 2);
  g_assert_cmpint (other, ==, 2);
  test_run (project.store, "UPDATE embedding SET model = 2");
  set_mix (project.store, "uncertain=90,diverse=10");
  foreign = planned (project.store);
  g_assert_cmpuint (foreign->len, ==, 0);
  g_assert_true (mien_plan_left (project.store, &left, NULL));
  g_assert_cmpuint (left, ==, all);
  test_project_close (&project);
}

/* What a stranger has put in is no embedding, and the plan that stands stays. */
static void
test_hostile (void)
{
  static const char *const plants[] = {
    "UPDATE embedding SET features = x''",
    "UPDATE embedding SET features = zeroblob (1023)",
    "UPDATE embedding SET features = zeroblob (1000000)",
    "UPDATE embedding SET features = CAST (zeroblob (1022) || x'007e' AS BLOB)",
    "UPDATE embedding SET features = CAST (zeroblob (1022) || x'00fc' AS BLOB)",
    "UPDATE embedding SET features = CAST (zeroblob (1022) || x'ff7b' AS BLOB)",
  };

  for (guint i = 0; i < G_N_ELEMENTS (plants); i++)
    {
      TestProject project;
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) findings = NULL;
      guint before, after;

      open_kinds (&project);
      set_mix (project.store, "diverse=100");
      g_assert_true (mien_plan_left (project.store, &before, &error));
      test_run (project.store, "PRAGMA ignore_check_constraints = ON");
      test_run (project.store, plants[i]);
      test_project_reopen (&project, MIEN_STORE_READ_WRITE);
      g_assert_false (mien_plan_renew (project.store, &error));
      test_assert_error (error, MIEN_STORE_ERROR_CORRUPT, project.path);
      g_assert_true (mien_plan_left (project.store, &after, &error));
      g_assert_cmpuint (after, ==, before);
      findings = mien_store_verify (project.store, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (findings->len, >, 0);
      test_project_close (&project);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/embeddings/sample", test_sample);
  g_test_add_func ("/embeddings/stored", test_stored);
  g_test_add_func ("/embeddings/follow", test_follow);
  g_test_add_func ("/embeddings/diverse", test_diverse);
  g_test_add_func ("/embeddings/without", test_without);
  g_test_add_func ("/embeddings/hostile", test_hostile);
  return g_test_run ();
}
