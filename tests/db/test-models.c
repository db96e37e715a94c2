/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Models: weights in parts, the ready flag last, which one is in use, the one job.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-test-project.h"

#include <math.h>
#include <string.h>

#define WEIGHT_BYTES (2 * 1024 * 1024 + 12345)

static gint64
add_model (MienStore *store, gboolean has_heads)
{
  MienModel model = {
    .origin = MIEN_ORIGIN_IMPORTED, .tasks = 7, .input_size = 112, .has_heads = has_heads
  };
  g_autoptr (GError) error = NULL;
  gint64 id;

  mien_models_add (store, &model, &id, &error);
  g_assert_no_error (error);
  return id;
}

static void
test_weights (void)
{
  TestProject project;
  MienStore *store;
  g_autofree guint8 *data = g_malloc (WEIGHT_BYTES);
  g_autoptr (GBytes) weights = NULL, read = NULL, empty = g_bytes_new_static ("", 0);
  g_autoptr (GError) error = NULL;
  gint64 id;

  for (guint i = 0; i < WEIGHT_BYTES; i++)
    data[i] = (guint8) (i * 7 + i / 4096);
  weights = g_bytes_new (data, WEIGHT_BYTES);
  test_project_open (&project);
  store = project.store;
  id = add_model (store, TRUE);
  g_assert_null (mien_models_weights (store, id, &error));
  test_assert_error (error, MIEN_STORE_ERROR_NOT_FOUND, project.path);
  g_assert_false (mien_models_set_weights (store, id, empty, &error));
  test_assert_error (error, MIEN_STORE_ERROR_INVALID, project.path);
  g_assert_true (mien_models_set_weights (store, id, weights, &error));
  g_assert_cmpint (test_count (store, "SELECT count (*) FROM model_weights"), ==, 3);
  g_assert_cmpint (test_count (store, "SELECT max (length (bytes)) FROM model_weights"),
                   ==, 1024 * 1024);
  read = mien_models_weights (store, id, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (weights, read));
  /* They never change. */
  g_assert_false (mien_models_set_weights (store, id, weights, &error));
  test_assert_error (error, MIEN_STORE_ERROR_EXISTS, project.path);
  test_assert_sound (store);
  test_run (store, "DELETE FROM model_weights WHERE part = 1");
  g_assert_null (mien_models_weights (store, id, &error));
  test_assert_error (error, MIEN_STORE_ERROR_CORRUPT, project.path);
  test_project_close (&project);
}

static void
test_ready_comes_last (void)
{
  TestProject project;
  MienStore *store;
  g_autoptr (GPtrArray) models = NULL;
  g_autoptr (GError) error = NULL;
  gint64 killed, whole;

  test_project_open (&project);
  store = project.store;
  killed = add_model (store, TRUE);
  test_run (store, "INSERT INTO model_weights (model, part, bytes) VALUES (1, 0, x'00')");
  g_assert_true (mien_models_add_point (store, killed, "loss", 1, 0.5, &error));
  whole = test_add_model (store, 7);
  models = mien_models_list (store, &error);
  g_assert_cmpuint (models->len, ==, 1);
  g_assert_cmpint (((MienModel *) models->pdata[0])->id, ==, whole);
  g_assert_false (mien_models_use (store, killed, &error));
  test_assert_error (error, MIEN_STORE_ERROR_INVALID, project.path);
  g_assert_true (mien_models_sweep (store, &error));
  g_assert_null (mien_models_get (store, killed, &error));
  test_assert_error (error, MIEN_STORE_ERROR_NOT_FOUND, project.path);
  g_assert_cmpint (test_count (store, "SELECT count (*) FROM model_weights"), ==, 1);
  g_assert_cmpint (test_count (store, "SELECT count (*) FROM curve"), ==, 0);
  /* What a person sees as "v1" never becomes another model. */
  g_assert_cmpint (add_model (store, TRUE), >, whole);
  test_assert_sound (store);
  test_project_close (&project);
}

static gint64
current (MienStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienModel) model = mien_models_current (store, &error);

  g_assert_no_error (error);
  return model == NULL ? 0 : model->id;
}

static void
test_use_and_roll_back (void)
{
  TestProject project;
  MienStore *store;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) weights = g_bytes_new_static ("w", 1);
  g_autoptr (MienModel) model = NULL;
  gint64 a, b, trunk;

  test_project_open (&project);
  store = project.store;
  a = test_add_model (store, 7);
  b = test_add_model (store, 2);
  trunk = add_model (store, FALSE);
  g_assert_true (mien_models_set_weights (store, trunk, weights, &error));
  g_assert_cmpint (current (store), ==, 0);
  g_assert_cmpint (mien_models_previous (store), ==, 0);
  g_assert_true (mien_models_use (store, a, &error));
  g_assert_cmpint (mien_models_previous (store), ==, 0);
  g_assert_true (mien_models_use (store, b, &error));
  g_assert_cmpint (current (store), ==, b);
  g_assert_cmpint (mien_models_previous (store), ==, a);
  g_assert_true (mien_models_use (store, mien_models_previous (store), &error));
  g_assert_cmpint (current (store), ==, a);
  g_assert_cmpint (mien_models_previous (store), ==, b);
  /* To use what is in use is no step that could be rolled back. */
  g_assert_true (mien_models_use (store, a, &error));
  g_assert_cmpint (test_count (store, "SELECT count (*) FROM model_use"), ==, 3);
  g_assert_false (mien_models_use (store, trunk, &error));
  test_assert_error (error, MIEN_STORE_ERROR_INVALID, "heads");
  g_assert_false (mien_models_use (store, 99, &error));
  test_assert_error (error, MIEN_STORE_ERROR_NOT_FOUND, "99");
  model = mien_models_get (store, b, &error);
  g_assert_true (model->was_used && !model->current && model->ready);
  g_assert_cmpuint (model->tasks, ==, 2);
  test_project_close (&project);
}

static void
test_fields (void)
{
  TestProject project;
  MienStore *store;
  MienModel model = { .origin = MIEN_ORIGIN_TRAINED,
                      .name = (char *) "a.pth",
                      .method = (char *) "ssmfar",
                      .settings = (char *) "{\"epochs\":8}",
                      .tasks = 3,
                      .input_size = 64,
                      .has_heads = TRUE };
  g_autoptr (MienModel) read = NULL;
  g_autoptr (GArray) points = NULL;
  g_autoptr (GError) error = NULL;
  gint64 id = -9, parent;

  test_project_open (&project);
  store = project.store;
  parent = test_add_model (store, 7);
  model.parent = 55;
  g_assert_false (mien_models_add (store, &model, &id, &error));
  test_assert_error (error, MIEN_STORE_ERROR_NOT_FOUND, "55");
  model.parent = parent;
  model.thresholds.expression[3] = NAN;
  g_assert_false (mien_models_add (store, &model, &id, &error));
  test_assert_error (error, MIEN_STORE_ERROR_INVALID, project.path);
  g_assert_cmpint (id, ==, -9);
  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    model.thresholds.expression[i] = 0.1 * (i + 1);
  model.thresholds.valence_arousal = 0.95;
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    model.thresholds.action_units[i] = 1.0 / (i + 3);
  g_assert_true (mien_models_add (store, &model, &id, &error));
  g_assert_true (mien_models_set_metrics (store, id, "{\"score\":0.5}", &error));
  g_assert_false (mien_models_set_metrics (store, 77, "{}", &error));
  test_assert_error (error, MIEN_STORE_ERROR_NOT_FOUND, "77");

  read = mien_models_get (store, id, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (&read->thresholds, sizeof read->thresholds, &model.thresholds,
                   sizeof model.thresholds);
  g_assert_cmpint (read->parent, ==, parent);
  g_assert_cmpstr (read->name, ==, "a.pth");
  g_assert_cmpstr (read->method, ==, "ssmfar");
  g_assert_cmpstr (read->settings, ==, "{\"epochs\":8}");
  g_assert_cmpstr (read->metrics, ==, "{\"score\":0.5}");
  g_assert_cmpint (read->input_size, ==, 64);
  g_assert_false (read->ready);

  g_assert_true (mien_models_add_point (store, id, "loss", 2, 0.5, &error));
  g_assert_true (mien_models_add_point (store, id, "loss", 1, 0.75, &error));
  g_assert_true (mien_models_add_point (store, id, "loss", 2, 0.25, &error));
  g_assert_true (mien_models_add_point (store, id, "kl", 1, NAN, &error));
  points = mien_models_curves (store, id, &error);
  g_assert_cmpuint (points->len, ==, 3);
  g_assert_cmpstr (g_array_index (points, MienCurvePoint, 0).name, ==, "kl");
  g_assert_true (isnan (g_array_index (points, MienCurvePoint, 0).value));
  g_assert_cmpfloat (g_array_index (points, MienCurvePoint, 1).value, ==, 0.75);
  g_assert_cmpfloat (g_array_index (points, MienCurvePoint, 2).value, ==, 0.25);
  test_project_close (&project);
}

static void
test_job (void)
{
  TestProject project;
  g_autoptr (MienStore) other = NULL;
  g_autoptr (GError) error = NULL;

  test_project_open (&project);
  other = mien_store_open (project.path, MIEN_STORE_READ_WRITE, &error);
  g_assert_true (mien_store_job_begin (project.store, "train", &error));
  g_assert_false (mien_store_job_begin (other, "import", &error));
  test_assert_error (error, MIEN_STORE_ERROR_BUSY, "train");
  /* Who does not have it cannot end it. */
  g_assert_true (mien_store_job_end (other, &error));
  g_assert_false (mien_store_job_begin (other, "import", &error));
  test_assert_error (error, MIEN_STORE_ERROR_BUSY, "train");
  g_assert_true (mien_store_job_end (project.store, &error));
  g_assert_true (mien_store_job_begin (other, "import", &error));
  g_clear_pointer (&other, mien_store_close);
  g_assert_true (mien_store_job_begin (project.store, "train", &error));
  test_project_close (&project);
}

/* Its pid is gone, or is another process's now, or the machine was started anew. */
static void
test_dead_owner (void)
{
  static const char *const deaths[] = {
    "UPDATE job SET pid = 4194305",
    "UPDATE job SET process_start = process_start - 1",
    "UPDATE job SET boot = '00000000-0000-0000-0000-000000000000'",
    "UPDATE job SET pid = -1",
    "UPDATE job SET process_start = 0, pid = 4194305",
  };

  for (guint i = 0; i < G_N_ELEMENTS (deaths); i++)
    {
      TestProject project;
      g_autoptr (MienStore) other = NULL;
      g_autoptr (GError) error = NULL;

      test_project_open (&project);
      other = mien_store_open (project.path, MIEN_STORE_READ_WRITE, &error);
      g_assert_true (mien_store_job_begin (other, "train", &error));
      test_run (other, deaths[i]);
      g_assert_true (mien_store_job_begin (project.store, "import", &error));
      g_assert_no_error (error);
      g_clear_pointer (&other, mien_store_close);
      test_project_close (&project);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/models/weights", test_weights);
  g_test_add_func ("/db/models/ready-comes-last", test_ready_comes_last);
  g_test_add_func ("/db/models/use-and-roll-back", test_use_and_roll_back);
  g_test_add_func ("/db/models/fields", test_fields);
  g_test_add_func ("/db/models/job", test_job);
  g_test_add_func ("/db/models/dead-owner", test_dead_owner);
  return g_test_run ();
}
