/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A model's post-processing in the store: 25 numbers that are kept to the bit, what they
 * decide, and that raw and processed predictions never stand side by side.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-test-project.h"

#include <math.h>
#include <string.h>

static MienPostprocessing
some_numbers (void)
{
  MienPostprocessing numbers = { .sigma_valence_arousal = 128,
                                 .sigma_expression = 32,
                                 .temperature_expression = 1.0 / 3,
                                 .temperature_action_units = 2.5 };

  numbers.expression_bias[2] = 1.5;
  numbers.expression_bias[4] = -0.5;
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    numbers.action_unit_thresholds[i] = 0.1 + 0.05 * i;
  return numbers;
}

static void
test_fields (void)
{
  TestProject project;
  MienPostprocessing numbers = some_numbers ();
  g_autoptr (MienModel) plain = NULL, read = NULL;
  g_autoptr (GPtrArray) models = NULL;
  g_autoptr (GError) error = NULL;
  gint64 model;

  test_project_open (&project);
  model = test_add_model (project.store, 7);
  plain = mien_models_get (project.store, model, &error);
  g_assert_false (plain->has_postprocessing || plain->raw);

  for (guint i = 0; i < sizeof numbers / sizeof (double); i++)
    {
      static const double wrong[] = { NAN, INFINITY, 1e9, -1e9 };

      for (guint k = 0; k < G_N_ELEMENTS (wrong); k++)
        {
          MienPostprocessing bad = numbers;

          ((double *) &bad)[i] = wrong[k];
          g_assert_false (
              mien_models_set_postprocessing (project.store, model, &bad, &error));
          test_assert_error (error, MIEN_STORE_ERROR_INVALID, project.path);
        }
    }
  g_assert_false (mien_models_set_postprocessing (project.store, 9, &numbers, &error));
  test_assert_error (error, MIEN_STORE_ERROR_NOT_FOUND, "9");
  g_assert_true (mien_models_set_postprocessing (project.store, model, &numbers, &error));
  g_assert_false (
      mien_models_set_postprocessing (project.store, model, &numbers, &error));
  test_assert_error (error, MIEN_STORE_ERROR_EXISTS, project.path);

  test_project_reopen (&project, MIEN_STORE_READ_WRITE);
  read = mien_models_get (project.store, model, &error);
  g_assert_true (read->has_postprocessing && !read->raw);
  g_assert_cmpmem (&read->postprocessing, sizeof numbers, &numbers, sizeof numbers);
  models = mien_models_list (project.store, &error);
  g_assert_true (((MienModel *) models->pdata[0])->has_postprocessing);
  test_assert_sound (project.store);
  /* 0x7ff8...: a NaN. */
  test_run (project.store,
            "UPDATE postprocess SET parameters ="
            " CAST (x'000000000000f87f' || substr (parameters, 9) AS BLOB)");
  g_assert_null (mien_models_get (project.store, model, &error));
  test_assert_error (error, MIEN_STORE_ERROR_CORRUPT, project.path);
  test_project_close (&project);
}

/* The answer follows the bias and the thresholds, the confidence the probability. */
static void
test_decisions (void)
{
  MienModel model = { .tasks = 7 };
  MienPrediction prediction = {
    .expression = { 0.05f, 0.05f, 0.2f, 0.05f, 0.5f, 0.05f, 0.05f, 0.05f },
    .action_units = { 0.3f, 0.3f, 0.3f, 0.3f, 0.3f, 0.3f, 0.3f, 0.3f, 0.3f },
  };
  MienProposal proposal;

  test_set_thresholds (&model.thresholds, 0.4);
  model.thresholds.expression[2] = 0.2;
  model.postprocessing = some_numbers ();
  mien_proposal_from_prediction (&prediction, &model, &proposal);
  g_assert_cmpfloat (proposal.labels.item[MIEN_ITEM_EXPRESSION].value[0], ==, 4);
  g_assert_cmpfloat (proposal.labels.item[MIEN_ITEM_FIRST_UNIT].value[0], ==, 0);

  model.has_postprocessing = TRUE;
  mien_proposal_from_prediction (&prediction, &model, &proposal);
  g_assert_cmpfloat (proposal.labels.item[MIEN_ITEM_EXPRESSION].value[0], ==, 2);
  g_assert_cmpfloat_with_epsilon (proposal.confidence[MIEN_ITEM_EXPRESSION], 0.2, 1e-6);
  /* Its own class's threshold decides: 0.2 of Disgust, not 0.4 of Happiness. */
  g_assert_true (proposal.accepted[MIEN_ITEM_EXPRESSION]);
  for (guint i = 0; i < 9; i++)
    {
      guint item = MIEN_ITEM_FIRST_UNIT + i;
      gboolean present = 0.3f > 0.1 + 0.05 * i;

      g_assert_cmpfloat (proposal.labels.item[item].value[0], ==, present ? 1 : 0);
      g_assert_cmpfloat_with_epsilon (proposal.confidence[item], present ? 0.3 : 0.7,
                                      1e-6);
      g_assert_cmpint (proposal.accepted[item], ==, !present);
    }

  model.raw = TRUE;
  mien_proposal_from_prediction (&prediction, &model, &proposal);
  g_assert_cmpfloat (proposal.labels.item[MIEN_ITEM_EXPRESSION].value[0], ==, 4);
}

static void
test_raw (void)
{
  TestProject project;
  MienStore *store;
  MienPostprocessing numbers = some_numbers ();
  g_autoptr (MienModel) model = NULL;
  g_autoptr (GError) error = NULL;
  gint64 fitted, plain;
  guint64 pending;

  test_project_open (&project);
  store = project.store;
  fitted = test_add_model (store, 7);
  plain = test_add_model (store, 7);
  g_assert_true (mien_models_set_postprocessing (store, fitted, &numbers, &error));
  g_assert_true (mien_models_use (store, fitted, &error));
  for (gint64 i = 1; i <= 3; i++)
    {
      gint64 frame = test_add_frame (store, "v", MIEN_SPLIT_TRAIN, i);

      test_predict (store, fitted, frame, 0.7);
      test_predict (store, plain, frame, 0.7);
    }
  test_assert_sound (store);
  g_assert_true (mien_proposals_set_raw (store, fitted, FALSE, &error));
  g_assert_cmpint (test_count (store, "SELECT count (*) FROM prediction"), ==, 6);
  g_assert_true (mien_proposals_set_raw (store, fitted, TRUE, &error));
  g_assert_cmpint (test_count (store, "SELECT count (*) FROM prediction WHERE model = 1"),
                   ==, 0);
  g_assert_true (mien_proposals_count_pending (store, fitted, &pending, &error));
  g_assert_cmpuint (pending, ==, 3);
  model = mien_models_get (store, fitted, &error);
  g_assert_true (model->raw);
  for (gint64 i = 1; i <= 3; i++)
    test_predict (store, fitted, i, 0.7);
  test_assert_sound (store);
  /* Nothing to leave out. */
  g_assert_true (mien_proposals_set_raw (store, plain, TRUE, &error));
  g_assert_cmpint (test_count (store, "SELECT count (*) FROM prediction"), ==, 6);
  g_assert_false (mien_proposals_set_raw (store, 77, TRUE, &error));
  test_assert_error (error, MIEN_STORE_ERROR_NOT_FOUND, "77");
  /* What has been decided is not moved afterwards. */
  g_assert_false (mien_models_set_postprocessing (store, plain, &numbers, &error));
  test_assert_error (error, MIEN_STORE_ERROR_EXISTS, "has read frames");
  test_project_close (&project);
}

/* A killed training's numbers go with its model. */
static void
test_sweep (void)
{
  TestProject project;
  MienModel killed = {
    .origin = MIEN_ORIGIN_TRAINED, .tasks = 7, .input_size = 112, .has_heads = TRUE
  };
  MienPostprocessing numbers = some_numbers ();
  g_autoptr (GError) error = NULL;
  gint64 id;

  test_project_open (&project);
  g_assert_true (mien_models_add (project.store, &killed, &id, &error));
  g_assert_true (mien_models_set_postprocessing (project.store, id, &numbers, &error));
  g_assert_true (mien_models_sweep (project.store, &error));
  g_assert_cmpint (test_count (project.store, "SELECT count (*) FROM postprocess"), ==,
                   0);
  test_assert_sound (project.store);
  test_project_close (&project);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/postprocessing/fields", test_fields);
  g_test_add_func ("/db/postprocessing/decisions", test_decisions);
  g_test_add_func ("/db/postprocessing/raw", test_raw);
  g_test_add_func ("/db/postprocessing/sweep", test_sweep);
  return g_test_run ();
}
