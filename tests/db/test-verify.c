/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Whether verify finds each fault that is planted, whether the counters of status stay
 * right through everything a person and a model can do, and whether a project of every
 * released version opens.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-plan.h"
#include "mien-test-project.h"

#include <string.h>

#include "mien-snapshot.h"

static void
decide_many (MienStore *store, const gint64 *frames, guint n, gint64 annotator)
{
  MienDecision decision = { .kind = MIEN_DECISION_ANSWER,
                            .frame = frames[0],
                            .annotator = annotator,
                            .duration_us = -1,
                            .propagated = TRUE };
  g_autoptr (GError) error = NULL;

  decision.answers.item[MIEN_ITEM_FIRST_UNIT + 7] = test_value (1);
  mien_events_decide_many (store, frames, n, &decision, NULL, &error);
  g_assert_no_error (error);
  mien_events_undo (store, annotator, NULL, &error);
  g_assert_no_error (error);
  decision.kind = MIEN_DECISION_NOTE;
  decision.note = "Two in a row";
  mien_events_decide_many (store, frames, n, &decision, NULL, &error);
  g_assert_no_error (error);
}

/* Two videos, labels of all kinds, a model in use that has read the frames. */
static void
fill (MienStore *store)
{
  MienLabels labels = { 0 };
  MienPostprocessing numbers = { .sigma_expression = 32,
                                 .temperature_expression = 1.5,
                                 .temperature_action_units = 1,
                                 .expression_bias = { 0.5 },
                                 .action_unit_thresholds = { 0.75, 0.5 } };
  g_autoptr (GError) error = NULL;
  g_autoptr (MienSnapshot) snapshot = NULL;
  gint64 frames[4], ana, ben, model;

  for (guint i = 0; i < 4; i++)
    frames[i] = test_add_frame (store, i < 3 ? "v" : "w",
                                i < 3 ? MIEN_SPLIT_TRAIN : MIEN_SPLIT_VALIDATION, i + 1);
  ana = test_add_annotator (store, "Ana");
  ben = test_add_annotator (store, "Ben");
  model = test_add_model (store, 7);
  mien_models_set_postprocessing (store, model, &numbers, &error);
  g_assert_no_error (error);
  mien_models_use (store, model, &error);
  g_assert_no_error (error);
  labels.item[MIEN_ITEM_EXPRESSION] = test_value (3);
  labels.item[MIEN_ITEM_VALENCE_AROUSAL] = test_point (0.5, -0.25);
  mien_events_import (store, frames[0], &labels, NULL, &error);
  mien_events_import (store, frames[3], &labels, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 4; i++)
    test_predict (store, model, frames[i], 0.7 + 0.08 * i);
  for (guint i = 0; i < 3; i++)
    test_embed (store, model, frames[i], 100 * i, 0.3);
  test_answer (store, frames[1], ana, MIEN_ITEM_EXPRESSION, test_value (2));
  test_answer (store, frames[1], ana, MIEN_ITEM_FIRST_UNIT, test_cannot_tell ());
  snapshot = mien_snapshot_take (store, "before Ben", ana, &error);
  g_assert_no_error (error);
  test_answer (store, frames[1], ben, MIEN_ITEM_EXPRESSION, test_value (1));
  decide_many (store, frames + 2, 2, ana);
  test_decide (store, frames[2], ana, MIEN_DECISION_SKIP);
  mien_events_undo (store, ben, NULL, &error);
  g_assert_no_error (error);
  mien_store_set_setting (store, "blind-share", "0.05", &error);
  g_assert_no_error (error);
  g_assert_true (mien_plan_renew (store, &error));
  test_run (store, "INSERT INTO audit VALUES (1, 3, 1, 4, 0.8)");
}

static void
test_faults (void)
{
  static const struct
  {
    const char *sql, *finding;
  } faults[] = {
    { "UPDATE label SET value1 = 5 WHERE item = 1 AND source = 1",
      "label of expression" },
    { "UPDATE label SET source = 2 WHERE source = 1", "label of" },
    { "DELETE FROM label WHERE item = 0", "label of valence_arousal" },
    { "INSERT INTO label VALUES (3, 4, 1, 2, 1.0, NULL, 1)", "label of AU4" },
    { "UPDATE label SET event = 1", "label of" },
    { "UPDATE label SET value1 = 99 WHERE item = 1 AND answer = 1", "out of range" },
    { "UPDATE frame SET skipped = 0 WHERE skipped = 1", "its state" },
    { "UPDATE frame SET not_a_face = 1 WHERE id = 1", "its state" },
    { "UPDATE frame SET complete = 7 WHERE id = 3", "its state" },
    { "UPDATE frame SET human = 7 WHERE id = 3", "its state" },
    { "UPDATE frame SET reader = 9 WHERE id = 3", "read it last" },
    { "UPDATE frame SET uuid = randomblob (16) WHERE id = 2", "UUID" },
    { "UPDATE frame SET key = '../x' WHERE id = 2", "impossible name" },
    { "UPDATE video SET name = '/etc' WHERE id = 2", "impossible name" },
    { "UPDATE image SET bytes = x'00' WHERE id = 2", "image 2" },
    { "UPDATE proposal SET accepted = 4095 - accepted WHERE task = 2", "proposals" },
    { "UPDATE proposal SET open = 0", "proposals" },
    { "UPDATE proposal SET open = 2 WHERE open = 1", "proposals" },
    { "UPDATE proposal SET priority = 0.123", "proposals" },
    { "DELETE FROM proposal WHERE task = 1 AND frame = 3", "proposals" },
    { "UPDATE prediction SET outputs = zeroblob (92) WHERE frame = 2", "proposals" },
    { "UPDATE model SET tasks = 3", "proposals" },
    { "UPDATE postprocess SET raw = 1", "proposals" },
    { "UPDATE postprocess SET parameters = zeroblob (200)", "post-processing" },
    { "UPDATE census SET frames = frames + 1 WHERE split = 0", "census" },
    { "UPDATE census SET imported_1 = 0", "census" },
    { "UPDATE census SET touched_2 = 1 WHERE split = 2", "census" },
    { "DELETE FROM census WHERE split = 2", "census" },
    { "UPDATE tally SET open = open + 1 WHERE task = 1", "tally" },
    { "UPDATE tally SET pseudo = 0", "tally" },
    { "DELETE FROM tally WHERE task = 2", "tally" },
    { "INSERT INTO embedding SELECT 4, 1, features FROM embedding WHERE frame = 1",
      "no training video" },
    { "UPDATE embedding SET features = CAST (zeroblob (1022) || x'ff7f' AS BLOB) WHERE "
      "frame = 2",
      "embedding of frame 2" },
    { "UPDATE embedding SET features = CAST (zeroblob (1022) || x'007c' AS BLOB) WHERE "
      "frame = 2",
      "embedding of frame 2" },
    { "PRAGMA ignore_check_constraints = ON; UPDATE embedding SET features = x'003c'"
      " WHERE frame = 3; PRAGMA ignore_check_constraints = OFF",
      "is damaged" },
    { "PRAGMA foreign_keys = OFF; UPDATE embedding SET model = 9", "foreign_key_check" },
    { "UPDATE model SET weights_size = 8", "weights" },
    { "DELETE FROM model_weights", "weights" },
    { "DELETE FROM project", "project" },
    { "UPDATE snapshot SET name = 'a' || char (27)", "impossible name" },
    { "PRAGMA foreign_keys = OFF; UPDATE snapshot SET event = 9999",
      "foreign_key_check" },
    { "UPDATE project SET clock = 1", "clock" },
    { "INSERT INTO event (uuid, batch, clock, frame, kind, answer, annotator, time, "
      "target)"
      " VALUES (randomblob (16), randomblob (16), 1, 2, 10, 0, 1, 1, randomblob (16))",
      "not there" },
    { "INSERT INTO event (uuid, batch, clock, frame, kind, item, answer, value1, time)"
      " VALUES (randomblob (16), randomblob (16), 1, 2, 1, 5, 1, 0.5, 1)",
      "out of range" },
    { "INSERT INTO event (uuid, batch, clock, frame, kind, answer, annotator, time)"
      " VALUES (randomblob (16), randomblob (16), 1, 2, 9, 0, 1, 1)",
      "without its text" },
    { "INSERT INTO event_note VALUES (1, 'a note')", "is none" },
    { "INSERT INTO event (uuid, batch, clock, frame, kind, answer, annotator, time, "
      "target)"
      " SELECT randomblob (16), randomblob (16), clock + 1, frame, 11, 0, 1, 1, batch"
      " FROM event WHERE frame = 4 AND kind = 4",
      "on some of its frames only" },
    { "PRAGMA foreign_keys = OFF; UPDATE list_row SET frame = 77; INSERT INTO list_row"
      " VALUES (1, 1, 77)",
      "foreign_key_check" },
    { "PRAGMA ignore_check_constraints = ON; UPDATE frame SET number = -4 WHERE id = 1;"
      " PRAGMA ignore_check_constraints = OFF",
      "integrity_check" },
  };
  TestProject project;
  g_autofree char *copy = NULL;

  test_project_open (&project);
  fill (project.store);
  test_assert_sound (project.store);
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (MienStore) store = NULL;
      g_autoptr (GPtrArray) findings = NULL;
      g_autoptr (GError) error = NULL;
      gboolean found = FALSE;

      copy = g_strdup_printf ("%s/%u.mien", project.folder, i);
      mien_store_save_copy (project.store, copy, &error);
      g_assert_no_error (error);
      store = mien_store_open (copy, MIEN_STORE_READ_WRITE, &error);
      g_assert_no_error (error);
      test_run (store, faults[i].sql);
      findings = mien_store_verify (store, &error);
      g_assert_no_error (error);
      for (guint k = 0; k < findings->len; k++)
        found = found || strstr (findings->pdata[k], faults[i].finding) != NULL;
      if (!found)
        g_error ("not found: %s (%u findings, first %s)", faults[i].sql, findings->len,
                 findings->len > 0 ? (char *) findings->pdata[0] : "none");
      g_free (copy);
    }
  copy = NULL;
  test_project_close (&project);
}

static void
test_many_findings (void)
{
  TestProject project;
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GError) error = NULL;

  test_project_open (&project);
  for (guint i = 1; i <= 150; i++)
    test_add_frame (project.store, "v", MIEN_SPLIT_TRAIN, i);
  test_run (project.store, "UPDATE frame SET skipped = 1");
  findings = mien_store_verify (project.store, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (findings->len, ==, 101);
  g_assert_nonnull (strstr (findings->pdata[100], "and more"));
  test_project_close (&project);
}

/* By the plainest queries that say the same. */
static void
assert_counters (MienStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) queue = mien_queue_list (store, 100000, &error);
  MienStatus status;

  g_assert_no_error (error);
  g_assert_true (mien_store_status (store, &status, &error));
  g_assert_cmpuint (status.frames, ==, test_count (store, "SELECT count (*) FROM frame"));
  g_assert_cmpuint (status.videos, ==, test_count (store, "SELECT count (*) FROM video"));
  g_assert_cmpuint (
      status.missing, ==,
      test_count (store, "SELECT count (*) FROM frame WHERE image IS NULL"));
  g_assert_cmpuint (status.split[0], ==,
                    test_count (store, "SELECT count (*) FROM frame WHERE split = 0"));
  g_assert_cmpuint (status.split[2], ==,
                    test_count (store, "SELECT count (*) FROM frame WHERE split = 2"));
  g_assert_cmpuint (
      status.labels[MIEN_TASK_EXPRESSION].imported, ==,
      test_count (store, "SELECT count (*) FROM label WHERE item = 1 AND source = 1"));
  g_assert_cmpuint (status.labels[MIEN_TASK_EXPRESSION].human, ==,
                    test_count (store, "SELECT count (*) FROM label WHERE item = 1"
                                       " AND source = 2 AND answer < 3"));
  g_assert_cmpuint (status.labels[MIEN_TASK_ACTION_UNITS].human, ==,
                    test_count (store, "SELECT count (DISTINCT frame) FROM label"
                                       " WHERE item > 1 AND source = 2 AND answer < 3"));
  g_assert_cmpuint (
      status.labels[MIEN_TASK_EXPRESSION].proposed, ==,
      test_count (store, "SELECT count (*) FROM proposal p JOIN frame f ON f.id = p.frame"
                         " WHERE task = 1 AND accepted = 1 AND f.not_a_face = 0"
                         " AND NOT EXISTS (SELECT 1 FROM label l WHERE l.frame = f.id"
                         " AND l.item = 1 AND answer < 3) AND p.model ="
                         " (SELECT model FROM model_use ORDER BY id DESC LIMIT 1)"));
  g_assert_cmpuint (status.queue, ==, queue->len);
  test_assert_sound (store);
}

static void
random_step (MienStore *store, const gint64 *people, const gint64 *models)
{
  gint64 frame = g_test_rand_int_range (1, 31);
  gint64 person = people[g_test_rand_int_range (0, 3)];
  gint64 model = models[g_test_rand_int_range (0, 2)];
  MienLabels labels = { 0 };
  MienThresholds thresholds;

  switch (g_test_rand_int_range (0, 13))
    {
    case 0:
      labels.item[MIEN_ITEM_EXPRESSION] = test_value (g_test_rand_int_range (0, 8));
      mien_events_import (store, frame, &labels, NULL, NULL);
      break;
    case 1:
      test_decide (store, frame, person, MIEN_DECISION_SKIP);
      break;
    case 2:
      test_decide (store, frame, person, MIEN_DECISION_NOT_A_FACE);
      break;
    case 3:
    case 4:
      mien_events_undo (store, person, NULL, NULL);
      break;
    case 5:
      mien_events_redo (store, person, NULL, NULL);
      break;
    case 6:
      mien_models_use (store, model, NULL);
      break;
    case 7:
      test_set_thresholds (&thresholds, g_test_rand_double_range (0.5, 1));
      mien_models_set_thresholds (store, model, &thresholds, NULL);
      break;
    case 8:
    case 9:
      test_predict (store, model, frame, g_test_rand_double_range (0.2, 1));
      break;
    case 10:
      g_assert_true (mien_plan_renew (store, NULL));
      break;
    case 11:
      test_answer (store, frame, person,
                   MIEN_ITEM_FIRST_UNIT + (guint) g_test_rand_int_range (0, 12),
                   test_value (1));
      break;
    default:
      test_answer (store, frame, person, MIEN_ITEM_EXPRESSION,
                   test_value (g_test_rand_int_range (0, 3)));
      break;
    }
}

static void
test_counters (void)
{
  TestProject project;
  MienStore *store;
  g_autoptr (GError) error = NULL;
  gint64 people[3], models[2], video, bare;

  test_project_open (&project);
  store = project.store;
  mien_store_set_bulk (store, TRUE, NULL);
  for (guint i = 0; i < 30; i++)
    test_add_frame (store,
                    i % 5 == 0   ? "w"
                    : i % 7 == 0 ? "x"
                                 : "v",
                    i % 5 == 0   ? MIEN_SPLIT_VALIDATION
                    : i % 7 == 0 ? MIEN_SPLIT_TEST
                                 : MIEN_SPLIT_TRAIN,
                    i);
  g_assert_true (mien_frames_ensure_video (store, "v", MIEN_SPLIT_TRAIN, &video, &error));
  g_assert_true (
      mien_frames_ensure (store, video, "v/bare.jpg", -1, &bare, NULL, &error));
  people[0] = test_add_annotator (store, "Ana");
  people[1] = test_add_annotator (store, "Ben");
  people[2] = test_add_annotator (store, "Chika");
  models[0] = test_add_model (store, 7);
  models[1] = test_add_model (store, 2);
  for (guint i = 0; i < 400; i++)
    {
      g_assert_true (mien_store_begin (store, &error));
      random_step (store, people, models);
      g_assert_true (mien_store_commit (store, &error));
      if (i % 20 == 0)
        assert_counters (store);
    }
  g_assert_true (mien_proposals_prune (store, &error));
  assert_counters (store);
  test_project_close (&project);
}

/* The archive: one project of every released version, made by the Mien of that time. */
static void
test_archive (void)
{
  for (int version = 1; version <= MIEN_SCHEMA_VERSION; version++)
    {
      g_autofree char *name = g_strdup_printf ("version-%d.mien", version);
      g_autofree char *archived =
          g_test_build_filename (G_TEST_DIST, "projects", name, NULL);
      g_autofree char *folder = g_dir_make_tmp ("mien-db-XXXXXX", NULL);
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *contents = NULL;
      g_autoptr (MienStore) store = NULL;
      g_autoptr (GError) error = NULL;
      gsize size;

      g_file_get_contents (archived, &contents, &size, &error);
      g_assert_no_error (error);
      g_assert_true (g_file_set_contents (path, contents, (gssize) size, &error));
      store = mien_store_open (path, MIEN_STORE_READ_WRITE, &error);
      g_assert_no_error (error);
      test_assert_sound (store);
      g_assert_cmpint (test_count (store, "SELECT count (*) FROM frame"), ==, 4);
      g_assert_cmpint (test_label (store, 1, MIEN_ITEM_EXPRESSION).source, ==,
                       MIEN_SOURCE_IMPORTED);
      g_assert_cmpfloat (test_label (store, 2, MIEN_ITEM_EXPRESSION).value[0], ==, 2);
      g_assert_true (mien_events_redo (store, 2, NULL, &error));
      g_assert_cmpint (test_label (store, 2, MIEN_ITEM_EXPRESSION).answer, ==,
                       MIEN_ANSWER_UNRESOLVED);
      test_assert_sound (store);
      if (version >= 3)
        {
          g_autoptr (MienNote) note = mien_events_note (store, 3, &error);
          g_autofree char *share = mien_store_setting (store, "blind-share", &error);

          g_assert_cmpstr (note->text, ==, "Two in a row");
          g_assert_cmpstr (share, ==, "0.05");
        }
      if (version >= 4)
        {
          g_autoptr (GArray) audits = mien_plan_audits (store, 1, &error);
          guint left;

          g_assert_cmpuint (audits->len, ==, 1);
          g_assert_cmpint (g_array_index (audits, MienAudit, 0).frame, ==, 3);
          g_assert_true (mien_plan_left (store, &left, &error));
          g_assert_cmpuint (left, ==, 2); /* of one second, one */
          g_autoptr (MienSnapshot) snapshot =
              mien_snapshot_find (store, "before Ben", &error);

          g_assert_no_error (error);
          g_assert_cmpstr (snapshot->annotator, ==, "Ana");
          g_assert_cmpint (snapshot->event, ==, 6);
          g_assert_cmpint (test_count (store, "SELECT count (*) FROM embedding"), ==, 3);
        }
      g_clear_pointer (&store, mien_store_close);
      test_remove_folder (folder);
    }
}

/* Once a version, before its release: test-db-verify --archive PATH. */
static int
make_archive (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienStore) store = mien_store_create (path, "Archive", &error);

  g_assert_no_error (error);
  fill (store);
  return 0;
}

int
main (int argc, char *argv[])
{
  if (argc == 3 && g_str_equal (argv[1], "--archive"))
    return make_archive (argv[2]);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/verify/faults", test_faults);
  g_test_add_func ("/db/verify/many-findings", test_many_findings);
  g_test_add_func ("/db/verify/counters", test_counters);
  g_test_add_func ("/db/verify/archive", test_archive);
  return g_test_run ();
}
