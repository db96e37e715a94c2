/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A project in a folder of its own, for the tests of the store. Everything in it is made
 * here: the "images" are a few bytes that no decoder ever sees.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-test-project.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "mien-embeddings.h"

void
test_project_open (TestProject *project)
{
  g_autoptr (GError) error = NULL;

  project->folder = g_dir_make_tmp ("mien-db-XXXXXX", &error);
  g_assert_no_error (error);
  project->path = g_build_filename (project->folder, "Test.mien", NULL);
  project->store = mien_store_create (project->path, "Test", &error);
  g_assert_no_error (error);
}

void
test_remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  g_chmod (folder, 0700);
  dir = g_dir_open (folder, 0, NULL);
  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR)
          && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
        test_remove_folder (path);
      else
        g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

void
test_project_close (TestProject *project)
{
  g_clear_pointer (&project->store, mien_store_close);
  test_remove_folder (project->folder);
  g_free (project->folder);
  g_free (project->path);
}

void
test_project_reopen (TestProject *project, MienStoreMode mode)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&project->store, mien_store_close);
  project->store = mien_store_open (project->path, mode, &error);
  g_assert_no_error (error);
}

gint64
test_add_frame (MienStore *store, const char *video, MienSplit split, gint64 number)
{
  g_autofree char *key = g_strdup_printf ("%s/%05d.jpg", video, (int) number);
  g_autoptr (GBytes) bytes = g_bytes_new (key, strlen (key));
  g_autoptr (GError) error = NULL;
  gint64 video_id = 0, frame = 0;

  mien_frames_ensure_video (store, video, split, &video_id, &error);
  g_assert_no_error (error);
  mien_frames_ensure (store, video_id, key, number, &frame, NULL, &error);
  g_assert_no_error (error);
  mien_frames_set_image (store, frame, bytes, 112, 112, &error);
  g_assert_no_error (error);
  return frame;
}

gint64
test_add_annotator (MienStore *store, const char *name)
{
  g_autoptr (GError) error = NULL;
  gint64 annotator = 0;

  mien_events_ensure_annotator (store, name, &annotator, &error);
  g_assert_no_error (error);
  return annotator;
}

void
test_set_thresholds (MienThresholds *thresholds, double value)
{
  thresholds->valence_arousal = value;
  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    thresholds->expression[i] = value;
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    thresholds->action_units[i] = value;
}

gint64
test_add_model (MienStore *store, guint tasks)
{
  static const char method[] = "supervised", settings[] = "{}";
  MienModel model = {
    .origin = MIEN_ORIGIN_TRAINED,
    .method = (char *) method,
    .settings = (char *) settings,
    .tasks = tasks,
    .input_size = 112,
    .has_heads = TRUE,
  };
  g_autoptr (GBytes) weights = g_bytes_new_static ("weights", 7);
  g_autoptr (GError) error = NULL;
  gint64 id = 0;

  test_set_thresholds (&model.thresholds, 0.8);
  mien_models_add (store, &model, &id, &error);
  g_assert_no_error (error);
  mien_models_set_weights (store, id, weights, &error);
  g_assert_no_error (error);
  return id;
}

MienPrediction
test_prediction (double sure)
{
  MienPrediction prediction = { .valence = 0.5f, .arousal = -0.25f };

  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    prediction.expression[i] =
        (float) (i == 4 ? sure : (1.0 - sure) / (MIEN_EXPRESSION_COUNT - 1));
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    prediction.action_units[i] = (float) sure;
  prediction.spread = (float) (1.0 - sure);
  return prediction;
}

void
test_predict (MienStore *store, gint64 model_id, gint64 frame, double sure)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienModel) model = mien_models_get (store, model_id, &error);
  MienPrediction prediction = test_prediction (sure);

  g_assert_no_error (error);
  mien_proposals_store (store, model, frame, &prediction, &error);
  g_assert_no_error (error);
}

void
test_embed (MienStore *store, gint64 model, gint64 frame, guint axis, double angle)
{
  g_autoptr (GError) error = NULL;
  float features[MIEN_EMBEDDING] = { 0 };

  features[axis] = (float) cos (angle);
  features[axis + 1] = (float) sin (angle);
  mien_embeddings_store (store, model, frame, features, &error);
  g_assert_no_error (error);
}

MienLabel
test_value (double value)
{
  return (MienLabel){ .answer = MIEN_ANSWER_VALUE, .value = { value, 0.0 } };
}

MienLabel
test_point (double valence, double arousal)
{
  return (MienLabel){ .answer = MIEN_ANSWER_VALUE, .value = { valence, arousal } };
}

MienLabel
test_cannot_tell (void)
{
  return (MienLabel){ .answer = MIEN_ANSWER_CANNOT_TELL };
}

static void
decide (MienStore *store, const MienDecision *decision)
{
  g_autoptr (GError) error = NULL;

  mien_events_decide (store, decision, NULL, &error);
  g_assert_no_error (error);
}

void
test_answer (MienStore *store,
             gint64 frame,
             gint64 annotator,
             guint item,
             MienLabel label)
{
  MienDecision decision = {
    .kind = MIEN_DECISION_ANSWER,
    .frame = frame,
    .annotator = annotator,
    .duration_us = 1500000,
  };

  decision.answers.item[item] = label;
  decide (store, &decision);
}

void
test_decide (MienStore *store, gint64 frame, gint64 annotator, MienDecisionKind kind)
{
  MienDecision decision = {
    .kind = kind, .frame = frame, .annotator = annotator, .duration_us = -1
  };

  decide (store, &decision);
}

MienLabel
test_label (MienStore *store, gint64 frame, guint item)
{
  g_autoptr (GError) error = NULL;
  MienLabels labels;

  mien_frames_labels (store, frame, &labels, &error);
  g_assert_no_error (error);
  return labels.item[item];
}

void
test_run (MienStore *store, const char *sql)
{
  char *message = NULL;

  sqlite3_exec (store->db, sql, NULL, NULL, &message);
  g_assert_cmpstr (message, ==, NULL);
}

gint64
test_count (MienStore *store, const char *sql)
{
  sqlite3_stmt *stmt;
  gint64 count;

  g_assert_cmpint (sqlite3_prepare_v2 (store->db, sql, -1, &stmt, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (stmt), ==, SQLITE_ROW);
  count = sqlite3_column_int64 (stmt, 0);
  sqlite3_finalize (stmt);
  return count;
}

void
test_assert_sound (MienStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) findings = mien_store_verify (store, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < findings->len; i++)
    g_test_message ("%s", (const char *) findings->pdata[i]);
  g_assert_cmpuint (findings->len, ==, 0);
}
