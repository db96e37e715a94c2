/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Proposals and the queue: what is accepted, what a person is asked and in which order,
 * and that no model ever touches a label.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-test-project.h"

#include <math.h>
#include <string.h>

enum
{
  EXPRESSION = MIEN_ITEM_EXPRESSION,
  UNIT = MIEN_ITEM_FIRST_UNIT,
  EXPRESSION_BIT = 1 << MIEN_TASK_EXPRESSION,
};

/* Training frames 1 to n, an expression asked of all (frame 100 has one imported). */
static void
open_with_frames (TestProject *project, guint n)
{
  MienLabels labels = { 0 };
  g_autoptr (GError) error = NULL;
  gint64 labelled;

  test_project_open (project);
  for (guint i = 1; i <= n; i++)
    g_assert_cmpint (test_add_frame (project->store, "v", MIEN_SPLIT_TRAIN, i), ==, i);
  labelled = test_add_frame (project->store, "v", MIEN_SPLIT_TRAIN, 100);
  labels.item[EXPRESSION] = test_value (3);
  g_assert_true (mien_events_import (project->store, labelled, &labels, NULL, &error));
  test_add_annotator (project->store, "Ana");
}

/* "frame:reason" of each item, in order. */
static void
assert_queue (MienStore *store, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) items = mien_queue_list (store, 1000, &error);
  g_autoptr (GArray) frames = mien_queue_frames (store, 1000, NULL, &error);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GHashTable) distinct = g_hash_table_new (g_direct_hash, g_direct_equal);
  MienStatus status;
  guint n = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < items->len; i++)
    {
      const MienQueueItem *item = items->pdata[i];

      g_string_append_printf (text, "%s%d:%s", i > 0 ? " " : "", (int) item->frame,
                              item->reason);
      if (g_hash_table_add (distinct, GINT_TO_POINTER ((int) item->frame)))
        g_assert_cmpint (g_array_index (frames, gint64, n++), ==, item->frame);
    }
  g_assert_cmpstr (text->str, ==, expected);
  g_assert_cmpuint (frames->len, ==, n);
  g_assert_true (mien_store_status (store, &status, &error));
  g_assert_cmpuint (status.queue, ==, items->len);
}

static void
test_without_a_model (void)
{
  TestProject project;
  MienStore *store;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) items = NULL;

  open_with_frames (&project, 2);
  store = project.store;
  test_add_frame (store, "w", MIEN_SPLIT_VALIDATION, 1);
  test_add_frame (store, "x", MIEN_SPLIT_TEST, 1);
  assert_queue (store, "1:unlabelled 2:unlabelled 4:validation");
  items = mien_queue_list (store, 1, &error);
  g_assert_cmpuint (items->len, ==, 1);
  g_assert_cmpstr (((MienQueueItem *) items->pdata[0])->key, ==, "v/00001.jpg");
  g_assert_cmpint (((MienQueueItem *) items->pdata[0])->task, ==, MIEN_TASK_EXPRESSION);
  g_assert_false (((MienQueueItem *) items->pdata[0])->has_proposal);
  g_assert_true (isnan (((MienQueueItem *) items->pdata[0])->confidence));

  test_decide (store, 1, 1, MIEN_DECISION_SKIP);
  assert_queue (store, "2:unlabelled 4:validation 1:unlabelled");
  test_answer (store, 2, 1, EXPRESSION, test_cannot_tell ());
  assert_queue (store, "4:validation 1:unlabelled");
  test_decide (store, 1, 1, MIEN_DECISION_NOT_A_FACE);
  assert_queue (store, "4:validation");
  g_assert_true (mien_events_undo (store, 1, NULL, &error));
  assert_queue (store, "4:validation 1:unlabelled");
  /* With a unit labelled anywhere, units are asked of every frame. */
  test_answer (store, 1, 1, UNIT, test_value (1));
  assert_queue (store, "1:unlabelled 1:unlabelled 2:unlabelled 3:unlabelled"
                       " 4:validation 4:validation");
  test_project_close (&project);
}

static void
test_all_tasks_of_an_empty_project (void)
{
  TestProject project;

  test_project_open (&project);
  test_add_frame (project.store, "v", MIEN_SPLIT_TRAIN, 1);
  assert_queue (project.store, "1:unlabelled 1:unlabelled 1:unlabelled");
  test_project_close (&project);
}

static void
test_thresholds (void)
{
  TestProject project;
  MienStore *store;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) items = NULL;
  const MienQueueItem *item;
  MienLabels accepted;
  double confidence[MIEN_ITEM_COUNT];
  MienThresholds thresholds;
  gint64 model;

  open_with_frames (&project, 4);
  store = project.store;
  model = test_add_model (store, EXPRESSION_BIT);
  g_assert_true (mien_models_use (store, model, &error));
  test_predict (store, model, 1, 0.9);
  test_predict (store, model, 2, 0.7);
  test_predict (store, model, 3, 0.5);
  test_predict (store, model, 5, 0.3); /* has its imported label */
  assert_queue (store, "3:uncertain 2:uncertain 4:unlabelled");
  items = mien_queue_list (store, 1, &error);
  item = items->pdata[0];
  g_assert_true (item->has_proposal);
  g_assert_cmpfloat (item->proposal.item[EXPRESSION].value[0], ==, 4);
  g_assert_cmpfloat_with_epsilon (item->confidence, 0.5, 1e-6);
  g_assert_cmpfloat (item->threshold, ==, 0.8);
  g_assert_true (mien_proposals_accepted (store, 1, &accepted, confidence, &error));
  g_assert_cmpint (accepted.item[EXPRESSION].answer, ==, MIEN_ANSWER_VALUE);
  g_assert_cmpfloat_with_epsilon (confidence[EXPRESSION], 0.9, 1e-6);
  g_assert_cmpint (accepted.item[UNIT].answer, ==, MIEN_ANSWER_NONE);
  g_assert_true (mien_proposals_accepted (store, 5, &accepted, NULL, &error));
  g_assert_cmpint (accepted.item[EXPRESSION].answer, ==, MIEN_ANSWER_NONE);
  /* No label came of it. */
  g_assert_cmpint (test_count (store, "SELECT count (*) FROM label"), ==, 1);
  g_assert_cmpint (test_label (store, 1, EXPRESSION).answer, ==, MIEN_ANSWER_NONE);
  g_assert_cmpfloat (test_label (store, 5, EXPRESSION).value[0], ==, 3);

  test_set_thresholds (&thresholds, 0.6);
  g_assert_true (mien_models_set_thresholds (store, model, &thresholds, &error));
  assert_queue (store, "3:uncertain 4:unlabelled");
  test_set_thresholds (&thresholds, 0.95);
  g_assert_true (mien_models_set_thresholds (store, model, &thresholds, &error));
  assert_queue (store, "3:uncertain 2:uncertain 1:uncertain 4:unlabelled");
  thresholds.action_units[0] = INFINITY;
  g_assert_false (mien_models_set_thresholds (store, model, &thresholds, &error));
  test_assert_error (error, MIEN_STORE_ERROR_INVALID, project.path);
  test_assert_sound (store);
  test_project_close (&project);
}

static void
test_answered_leaves (void)
{
  TestProject project;
  MienStore *store;
  g_autoptr (GError) error = NULL;
  gint64 model;
  guint tasks, doubtful;
  const char *reason;

  open_with_frames (&project, 3);
  store = project.store;
  model = test_add_model (store, EXPRESSION_BIT);
  g_assert_true (mien_models_use (store, model, &error));
  for (gint64 frame = 1; frame <= 3; frame++)
    test_predict (store, model, frame, 0.3 + 0.1 * (double) frame);
  assert_queue (store, "1:uncertain 2:uncertain 3:uncertain");
  g_assert_true (mien_queue_asked (store, 1, &tasks, &doubtful, &reason, &error));
  g_assert_cmpuint (tasks, ==, EXPRESSION_BIT);
  g_assert_cmpuint (doubtful, ==, 1u << EXPRESSION);
  g_assert_cmpstr (reason, ==, "uncertain");
  test_answer (store, 1, 1, EXPRESSION, test_value (6));
  assert_queue (store, "2:uncertain 3:uncertain");
  g_assert_true (mien_queue_asked (store, 1, &tasks, &doubtful, &reason, &error));
  g_assert_cmpuint (tasks | doubtful, ==, 0);
  g_assert_null (reason);
  test_decide (store, 2, 1, MIEN_DECISION_SKIP);
  assert_queue (store, "3:uncertain 2:uncertain");
  g_assert_true (mien_events_undo (store, 1, NULL, &error));
  assert_queue (store, "2:uncertain 3:uncertain");
  g_assert_true (mien_events_undo (store, 1, NULL, &error));
  assert_queue (store, "1:uncertain 2:uncertain 3:uncertain");
  test_decide (store, 3, 1, MIEN_DECISION_NOT_A_FACE);
  assert_queue (store, "1:uncertain 2:uncertain");
  /* Read again, an answered frame does not come back. */
  test_answer (store, 1, 1, EXPRESSION, test_cannot_tell ());
  test_predict (store, model, 1, 0.2);
  assert_queue (store, "2:uncertain");
  test_assert_sound (store);
  test_project_close (&project);
}

/* However sure the model is: where people disagree, people are asked. */
static void
test_disagreement (void)
{
  TestProject project;
  MienStore *store;
  g_autoptr (GError) error = NULL;
  gint64 model, ben;
  MienLabels accepted;
  guint tasks, doubtful;
  const char *reason;

  open_with_frames (&project, 1);
  store = project.store;
  ben = test_add_annotator (store, "Ben");
  model = test_add_model (store, EXPRESSION_BIT);
  g_assert_true (mien_models_use (store, model, &error));
  test_predict (store, model, 1, 0.99);
  assert_queue (store, "");
  test_answer (store, 1, 1, EXPRESSION, test_value (1));
  test_answer (store, 1, ben, EXPRESSION, test_value (2));
  assert_queue (store, "1:disagreement");
  g_assert_true (mien_queue_asked (store, 1, &tasks, &doubtful, &reason, &error));
  g_assert_cmpstr (reason, ==, "disagreement");
  g_assert_cmpuint (doubtful, ==, 1u << EXPRESSION);
  g_assert_true (mien_proposals_accepted (store, 1, &accepted, NULL, &error));
  g_assert_cmpint (accepted.item[EXPRESSION].answer, ==, MIEN_ANSWER_NONE);
  test_answer (store, 1, ben, EXPRESSION, test_value (1));
  assert_queue (store, "");
  test_assert_sound (store);
  test_project_close (&project);
}

/* Validation and test frames are read for the metrics, but nothing of it is accepted. */
static void
test_splits (void)
{
  TestProject project;
  MienStore *store;
  g_autoptr (GError) error = NULL;
  MienLabels accepted;
  gint64 model, frame;

  open_with_frames (&project, 0);
  store = project.store;
  frame = test_add_frame (store, "w", MIEN_SPLIT_VALIDATION, 1);
  test_add_frame (store, "x", MIEN_SPLIT_TEST, 1);
  model = test_add_model (store, EXPRESSION_BIT);
  g_assert_true (mien_models_use (store, model, &error));
  test_predict (store, model, frame, 0.99);
  test_predict (store, model, frame + 1, 0.1);
  g_assert_true (mien_proposals_accepted (store, frame, &accepted, NULL, &error));
  g_assert_cmpint (accepted.item[EXPRESSION].answer, ==, MIEN_ANSWER_NONE);
  assert_queue (store, "2:validation");
  test_project_close (&project);
}

static void
test_skip_set (void)
{
  TestProject project;
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) skip =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autoptr (GArray) frames = NULL;
  gint64 second = 2;

  open_with_frames (&project, 4);
  g_hash_table_add (skip, g_memdup2 (&second, sizeof second));
  frames = mien_queue_frames (project.store, 2, skip, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (frames->len, ==, 2);
  g_assert_cmpint (g_array_index (frames, gint64, 0), ==, 1);
  g_assert_cmpint (g_array_index (frames, gint64, 1), ==, 3);
  test_project_close (&project);
}

static guint
count_pending (MienStore *store, gint64 model)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) pending = mien_proposals_pending (store, model, 1000, &error);
  guint64 count;

  g_assert_no_error (error);
  g_assert_true (mien_proposals_count_pending (store, model, &count, &error));
  g_assert_cmpuint (count, ==, pending->len);
  return pending->len;
}

/* Two models take turns: what each has read is kept, what an older one read is dropped.
 */
static void
test_roll_back_and_prune (void)
{
  TestProject project;
  MienStore *store;
  g_autoptr (GError) error = NULL;
  gint64 a, b, c;

  open_with_frames (&project, 3);
  store = project.store;
  a = test_add_model (store, EXPRESSION_BIT);
  b = test_add_model (store, EXPRESSION_BIT);
  c = test_add_model (store, EXPRESSION_BIT);
  g_assert_true (mien_models_use (store, a, &error));
  g_assert_cmpuint (count_pending (store, a), ==, 4);
  for (gint64 frame = 1; frame <= 3; frame++)
    test_predict (store, a, frame, 0.5);
  g_assert_cmpuint (count_pending (store, a), ==, 1);
  assert_queue (store, "1:uncertain 2:uncertain 3:uncertain");
  g_assert_true (mien_models_use (store, b, &error));
  assert_queue (store, "1:unlabelled 2:unlabelled 3:unlabelled");
  test_predict (store, b, 2, 0.9);
  test_predict (store, b, 3, 0.6);
  assert_queue (store, "3:uncertain 1:unlabelled");
  g_assert_true (mien_models_use (store, a, &error));
  assert_queue (store, "1:uncertain 2:uncertain 3:uncertain");
  test_answer (store, 2, 1, EXPRESSION, test_value (2));
  g_assert_true (mien_models_use (store, b, &error));
  assert_queue (store, "3:uncertain 1:unlabelled");
  /* A model that is not in use may read too; the queue is the other one's. */
  test_predict (store, c, 1, 0.5);
  test_predict (store, c, 3, 0.5);
  assert_queue (store, "3:uncertain 1:unlabelled");
  g_assert_cmpuint (count_pending (store, b), ==, 2);
  test_assert_sound (store);
  g_assert_true (mien_proposals_prune (store, &error));
  assert_queue (store, "3:uncertain 1:unlabelled");
  g_assert_cmpint (test_count (store, "SELECT count (*) FROM prediction WHERE model = 3"),
                   ==, 0);
  g_assert_cmpint (test_count (store, "SELECT count (*) FROM prediction WHERE model = 1"),
                   ==, 3);
  g_assert_cmpint (test_count (store, "SELECT count (*) FROM frame WHERE reader = 2"), ==,
                   2);
  g_assert_cmpuint (count_pending (store, c), ==, 4);
  g_assert_cmpfloat (test_label (store, 2, EXPRESSION).value[0], ==, 2);
  test_assert_sound (store);
  test_project_close (&project);
}

static void
test_bad_predictions (void)
{
  TestProject project;
  MienStore *store;
  g_autoptr (GError) error = NULL;
  g_autoptr (MienModel) model = NULL;
  MienPrediction prediction, read;
  gint64 id;

  open_with_frames (&project, 1);
  store = project.store;
  id = test_add_model (store, 7);
  model = mien_models_get (store, id, &error);
  prediction = test_prediction (0.9);
  prediction.expression[2] = NAN;
  g_assert_false (mien_proposals_store (store, model, 1, &prediction, &error));
  test_assert_error (error, MIEN_STORE_ERROR_INVALID, project.path);
  prediction = test_prediction (0.9);
  prediction.action_units[2] = 1.5f;
  g_assert_false (mien_proposals_store (store, model, 1, &prediction, &error));
  test_assert_error (error, MIEN_STORE_ERROR_INVALID, project.path);
  prediction = test_prediction (0.9);
  prediction.spread = -1.0f;
  g_assert_false (mien_proposals_store (store, model, 1, &prediction, &error));
  test_assert_error (error, MIEN_STORE_ERROR_INVALID, project.path);
  prediction = test_prediction (0.9);
  g_assert_false (mien_proposals_store (store, model, 99, &prediction, &error));
  test_assert_error (error, MIEN_STORE_ERROR_NOT_FOUND, "99");
  g_assert_false (mien_proposals_prediction (store, id, 1, &read, &error));
  g_assert_no_error (error);
  g_assert_true (mien_proposals_store (store, model, 1, &prediction, &error));
  g_assert_true (mien_proposals_prediction (store, id, 1, &read, &error));
  g_assert_cmpmem (&read, sizeof read, &prediction, sizeof prediction);
  test_project_close (&project);
}

/* Action units are accepted and asked each by itself. */
static void
test_units (void)
{
  TestProject project;
  MienStore *store;
  g_autoptr (GError) error = NULL;
  g_autoptr (MienModel) model = NULL;
  MienPrediction prediction = test_prediction (0.95);
  MienLabels accepted;
  guint tasks, doubtful;
  const char *reason;
  gint64 id;

  test_project_open (&project);
  store = project.store;
  test_add_frame (store, "v", MIEN_SPLIT_TRAIN, 1);
  test_add_annotator (store, "Ana");
  id = test_add_model (store, 1u << MIEN_TASK_ACTION_UNITS);
  g_assert_true (mien_models_use (store, id, &error));
  model = mien_models_get (store, id, &error);
  prediction.action_units[3] = 0.6f;
  prediction.action_units[7] = 0.05f;
  g_assert_true (mien_proposals_store (store, model, 1, &prediction, &error));
  g_assert_true (mien_proposals_accepted (store, 1, &accepted, NULL, &error));
  g_assert_cmpint (accepted.item[UNIT + 3].answer, ==, MIEN_ANSWER_NONE);
  g_assert_cmpfloat (accepted.item[UNIT + 7].value[0], ==, 0);
  g_assert_cmpfloat (accepted.item[UNIT + 8].value[0], ==, 1);
  g_assert_true (mien_queue_asked (store, 1, &tasks, &doubtful, &reason, &error));
  g_assert_cmpuint (doubtful, ==, 1u << (UNIT + 3));
  test_answer (store, 1, 1, UNIT + 3, test_value (0));
  g_assert_true (mien_queue_asked (store, 1, &tasks, &doubtful, &reason, &error));
  g_assert_cmpuint (tasks & 1u << MIEN_TASK_ACTION_UNITS, ==, 0);
  g_assert_cmpuint (doubtful, ==, 0);
  /* Its other units stay the model's pseudo-labels, and unlabelled. */
  g_assert_cmpint (test_count (store, "SELECT count (*) FROM label"), ==, 1);
  test_assert_sound (store);
  test_project_close (&project);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/queue/without-a-model", test_without_a_model);
  g_test_add_func ("/db/queue/all-tasks", test_all_tasks_of_an_empty_project);
  g_test_add_func ("/db/queue/thresholds", test_thresholds);
  g_test_add_func ("/db/queue/answered-leaves", test_answered_leaves);
  g_test_add_func ("/db/queue/disagreement", test_disagreement);
  g_test_add_func ("/db/queue/splits", test_splits);
  g_test_add_func ("/db/queue/skip-set", test_skip_set);
  g_test_add_func ("/db/queue/roll-back-and-prune", test_roll_back_and_prune);
  g_test_add_func ("/db/queue/bad-predictions", test_bad_predictions);
  g_test_add_func ("/db/queue/units", test_units);
  return g_test_run ();
}
