/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The log: imports, decisions, undo and redo, what the labels are after each, and that
 * nothing of the log can be changed.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-test-project.h"

#include <math.h>
#include <string.h>

enum
{
  POINT = MIEN_ITEM_VALENCE_AROUSAL,
  EXPRESSION = MIEN_ITEM_EXPRESSION,
  UNIT_1 = MIEN_ITEM_FIRST_UNIT,
  UNIT_12 = MIEN_ITEM_FIRST_UNIT + 6,
};

static void
assert_label (MienStore *store,
              gint64 frame,
              guint item,
              MienAnswer answer,
              MienSource source,
              double value)
{
  MienLabel label = test_label (store, frame, item);

  g_assert_cmpint (label.answer, ==, answer);
  g_assert_cmpint (label.source, ==, source);
  if (answer == MIEN_ANSWER_VALUE)
    g_assert_cmpfloat (label.value[0], ==, value);
}

static void
import (MienStore *store,
        gint64 frame,
        guint item,
        MienLabel label,
        guint added,
        guint known,
        guint conflicts)
{
  MienLabels labels = { 0 };
  MienImported counts;
  g_autoptr (GError) error = NULL;

  labels.item[item] = label;
  mien_events_import (store, frame, &labels, &counts, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (counts.added, ==, added);
  g_assert_cmpuint (counts.known, ==, known);
  g_assert_cmpuint (counts.conflicts, ==, conflicts);
}

static void
undo (MienStore *store, gint64 annotator, const char *key)
{
  MienUndone undone = { 0 };
  g_autoptr (GError) error = NULL;

  mien_events_undo (store, annotator, &undone, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (undone.key, ==, key);
  mien_undone_clear (&undone);
}

static void
redo (MienStore *store, gint64 annotator, const char *key)
{
  MienUndone redone = { 0 };
  g_autoptr (GError) error = NULL;

  mien_events_redo (store, annotator, &redone, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (redone.key, ==, key);
  mien_undone_clear (&redone);
}

static void
assert_no_undo (MienStore *store, gint64 annotator)
{
  MienUndone undone = { .frame = -7 };
  g_autoptr (GError) error = NULL;

  g_assert_false (mien_events_undo (store, annotator, &undone, &error));
  test_assert_error (error, MIEN_STORE_ERROR_NOT_FOUND, store->path);
  g_assert_cmpint (undone.frame, ==, -7);
}

static void
assert_no_redo (MienStore *store, gint64 annotator)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (mien_events_redo (store, annotator, NULL, &error));
  test_assert_error (error, MIEN_STORE_ERROR_NOT_FOUND, store->path);
}

static void
test_import (void)
{
  TestProject project;
  MienStore *store;
  gint64 frame;

  test_project_open (&project);
  store = project.store;
  frame = test_add_frame (store, "v", MIEN_SPLIT_TRAIN, 1);
  import (store, frame, EXPRESSION, test_value (3), 1, 0, 0);
  import (store, frame, EXPRESSION, test_value (3), 0, 1, 0);
  import (store, frame, EXPRESSION, test_value (5), 0, 0, 1);
  import (store, frame, EXPRESSION, test_value (5), 0, 0, 1);
  assert_label (store, frame, EXPRESSION, MIEN_ANSWER_VALUE, MIEN_SOURCE_IMPORTED, 3);
  /* The conflicting one is kept once, as an event. */
  g_assert_cmpint (test_count (store, "SELECT count (*) FROM event"), ==, 2);
  import (store, frame, POINT, test_point (0.5, -0.5), 1, 0, 0);
  import (store, frame, POINT, test_point (0.5, -0.4), 0, 0, 1);
  import (store, frame, UNIT_12, test_value (1), 1, 0, 0);
  assert_label (store, frame, UNIT_12, MIEN_ANSWER_VALUE, MIEN_SOURCE_IMPORTED, 1);
  assert_label (store, frame, UNIT_1, MIEN_ANSWER_NONE, MIEN_SOURCE_NONE, 0);
  test_assert_sound (store);
  test_project_close (&project);
}

static void
test_refusals (void)
{
  static const struct
  {
    guint item;
    double value[2];
  } bad[] = {
    { POINT, { 1.01, 0 } },   { POINT, { 0, -1.01 } },   { POINT, { NAN, 0 } },
    { EXPRESSION, { 8, 0 } }, { EXPRESSION, { -1, 0 } }, { EXPRESSION, { 1.5, 0 } },
    { UNIT_1, { 2, 0 } },     { UNIT_1, { 0.5, 0 } },    { UNIT_1, { INFINITY, 0 } },
  };
  TestProject project;
  MienStore *store;
  g_autoptr (GError) error = NULL;
  MienDecision decision = { .kind = MIEN_DECISION_ANSWER, .duration_us = -1 };
  MienUuid batch = { { 1, 2, 3 } }, before = batch;

  test_project_open (&project);
  store = project.store;
  decision.frame = test_add_frame (store, "v", MIEN_SPLIT_TRAIN, 1);
  decision.annotator = test_add_annotator (store, "Ana");
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      memset (&decision.answers, 0, sizeof decision.answers);
      decision.answers.item[bad[i].item] = test_point (bad[i].value[0], bad[i].value[1]);
      g_assert_false (mien_events_decide (store, &decision, &batch, &error));
      test_assert_error (error, MIEN_STORE_ERROR_INVALID, project.path);
      g_assert_false (
          mien_events_import (store, decision.frame, &decision.answers, NULL, &error));
      test_assert_error (error, MIEN_STORE_ERROR_INVALID, project.path);
    }
  memset (&decision.answers, 0, sizeof decision.answers);
  g_assert_false (mien_events_decide (store, &decision, &batch, &error));
  test_assert_error (error, MIEN_STORE_ERROR_INVALID, "skip it");
  decision.answers.item[EXPRESSION] = test_value (1);
  decision.model = 5;
  g_assert_false (mien_events_decide (store, &decision, &batch, &error));
  test_assert_error (error, MIEN_STORE_ERROR_NOT_FOUND, "model 5");
  decision.model = 0;
  decision.annotator = 77;
  g_assert_false (mien_events_decide (store, &decision, &batch, &error));
  test_assert_error (error, MIEN_STORE_ERROR_NOT_FOUND, "annotator 77");
  decision.annotator = 1;
  decision.frame = 88;
  g_assert_false (mien_events_decide (store, &decision, &batch, &error));
  test_assert_error (error, MIEN_STORE_ERROR_NOT_FOUND, "frame 88");
  g_assert_cmpmem (&batch, sizeof batch, &before, sizeof before);
  g_assert_cmpint (test_count (store, "SELECT count (*) FROM event"), ==, 0);
  test_project_close (&project);
}

static void
test_annotators (void)
{
  static const char *const refused[] = { "", "a\nb", "\xff", "\x1b[0m" };
  g_autofree char *long_name = g_strnfill (101, 'x');
  TestProject project;
  g_autoptr (GError) error = NULL;
  gint64 annotator = -3;

  test_project_open (&project);
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_assert_false (
          mien_events_ensure_annotator (project.store, refused[i], &annotator, &error));
      test_assert_error (error, MIEN_STORE_ERROR_INVALID, project.path);
    }
  g_assert_false (
      mien_events_ensure_annotator (project.store, long_name, &annotator, &error));
  test_assert_error (error, MIEN_STORE_ERROR_INVALID, project.path);
  g_assert_cmpint (annotator, ==, -3);
  g_assert_cmpint (test_add_annotator (project.store, "Ana"), ==,
                   test_add_annotator (project.store, "Ana"));
  g_assert_cmpint (test_add_annotator (project.store, "Ana"), !=,
                   test_add_annotator (project.store, "ana"));
  test_project_close (&project);
}

/* Unlabelled, a value, cannot tell: each unit by itself. */
static void
test_three_states (void)
{
  TestProject project;
  MienStore *store;
  gint64 frame, ana;

  test_project_open (&project);
  store = project.store;
  frame = test_add_frame (store, "v", MIEN_SPLIT_TRAIN, 1);
  ana = test_add_annotator (store, "Ana");
  test_answer (store, frame, ana, UNIT_1, test_value (0));
  test_answer (store, frame, ana, UNIT_12, test_cannot_tell ());
  for (guint item = UNIT_1; item < MIEN_ITEM_COUNT; item++)
    if (item == UNIT_1)
      assert_label (store, frame, item, MIEN_ANSWER_VALUE, MIEN_SOURCE_HUMAN, 0);
    else if (item == UNIT_12)
      assert_label (store, frame, item, MIEN_ANSWER_CANNOT_TELL, MIEN_SOURCE_HUMAN, 0);
    else
      assert_label (store, frame, item, MIEN_ANSWER_NONE, MIEN_SOURCE_NONE, 0);
  test_answer (store, frame, ana, UNIT_12, test_value (1));
  assert_label (store, frame, UNIT_12, MIEN_ANSWER_VALUE, MIEN_SOURCE_HUMAN, 1);
  undo (store, ana, "v/00001.jpg");
  assert_label (store, frame, UNIT_12, MIEN_ANSWER_CANNOT_TELL, MIEN_SOURCE_HUMAN, 0);
  undo (store, ana, "v/00001.jpg");
  assert_label (store, frame, UNIT_12, MIEN_ANSWER_NONE, MIEN_SOURCE_NONE, 0);
  assert_label (store, frame, UNIT_1, MIEN_ANSWER_VALUE, MIEN_SOURCE_HUMAN, 0);
  test_assert_sound (store);
  test_project_close (&project);
}

static void
test_undo (void)
{
  TestProject project;
  MienStore *store;
  gint64 a, b, ana, ben;

  test_project_open (&project);
  store = project.store;
  a = test_add_frame (store, "v", MIEN_SPLIT_TRAIN, 1);
  b = test_add_frame (store, "w", MIEN_SPLIT_TRAIN, 2);
  ana = test_add_annotator (store, "Ana");
  ben = test_add_annotator (store, "Ben");
  assert_no_undo (store, ana);
  import (store, a, EXPRESSION, test_value (2), 1, 0, 0);
  test_answer (store, a, ana, EXPRESSION, test_value (4));
  test_answer (store, b, ana, EXPRESSION, test_value (5));
  test_answer (store, a, ben, UNIT_1, test_value (1));

  /* Each annotator's own, the latest first, wherever it was. */
  undo (store, ana, "w/00002.jpg");
  assert_label (store, b, EXPRESSION, MIEN_ANSWER_NONE, MIEN_SOURCE_NONE, 0);
  undo (store, ana, "v/00001.jpg");
  assert_label (store, a, EXPRESSION, MIEN_ANSWER_VALUE, MIEN_SOURCE_IMPORTED, 2);
  assert_label (store, a, UNIT_1, MIEN_ANSWER_VALUE, MIEN_SOURCE_HUMAN, 1);
  assert_no_undo (store, ana);
  redo (store, ana, "v/00001.jpg");
  assert_label (store, a, EXPRESSION, MIEN_ANSWER_VALUE, MIEN_SOURCE_HUMAN, 4);
  undo (store, ana, "v/00001.jpg");
  redo (store, ana, "v/00001.jpg");
  redo (store, ana, "w/00002.jpg");
  assert_label (store, b, EXPRESSION, MIEN_ANSWER_VALUE, MIEN_SOURCE_HUMAN, 5);
  assert_no_redo (store, ana);

  /* A new decision ends what could be redone; another person's does not. */
  undo (store, ana, "w/00002.jpg");
  test_answer (store, b, ben, EXPRESSION, test_value (1));
  redo (store, ana, "w/00002.jpg");
  undo (store, ana, "w/00002.jpg");
  test_decide (store, a, ana, MIEN_DECISION_SKIP);
  assert_no_redo (store, ana);
  undo (store, ben, "w/00002.jpg");
  undo (store, ben, "v/00001.jpg");
  assert_no_undo (store, ben);
  test_assert_sound (store);
  test_project_close (&project);
}

/* What one decision said is taken back as a whole. */
static void
test_batch (void)
{
  TestProject project;
  MienStore *store;
  MienDecision decision = { .kind = MIEN_DECISION_ANSWER, .duration_us = 10 };
  g_autoptr (GError) error = NULL;
  MienUndone undone;

  test_project_open (&project);
  store = project.store;
  decision.frame = test_add_frame (store, "v", MIEN_SPLIT_TRAIN, 1);
  decision.annotator = test_add_annotator (store, "Ana");
  decision.answers.item[EXPRESSION] = test_value (6);
  decision.answers.item[POINT] = test_point (0.25, 0.5);
  decision.answers.item[UNIT_1] = test_cannot_tell ();
  g_assert_true (mien_events_decide (store, &decision, NULL, &error));
  g_assert_cmpint (test_count (store, "SELECT count (DISTINCT batch) FROM event"), ==, 1);
  g_assert_true (mien_events_undo (store, decision.annotator, &undone, &error));
  g_assert_cmpint (undone.kind, ==, MIEN_DECISION_ANSWER);
  g_assert_cmpfloat (undone.answers.item[EXPRESSION].value[0], ==, 6);
  g_assert_cmpfloat (undone.answers.item[POINT].value[1], ==, 0.5);
  g_assert_cmpint (undone.answers.item[UNIT_1].answer, ==, MIEN_ANSWER_CANNOT_TELL);
  g_assert_cmpint (undone.answers.item[UNIT_12].answer, ==, MIEN_ANSWER_NONE);
  mien_undone_clear (&undone);
  g_assert_cmpint (test_count (store, "SELECT count (*) FROM label"), ==, 0);
  test_project_close (&project);
}

static void
assert_state (MienStore *store, gint64 id, gboolean skipped, gboolean not_a_face)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienFrame) frame = mien_frames_get (store, id, &error);

  g_assert_no_error (error);
  g_assert_cmpint (frame->skipped, ==, skipped);
  g_assert_cmpint (frame->not_a_face, ==, not_a_face);
}

static void
test_whole_frame (void)
{
  TestProject project;
  MienStore *store;
  gint64 frame, ana;

  test_project_open (&project);
  store = project.store;
  frame = test_add_frame (store, "v", MIEN_SPLIT_TRAIN, 1);
  ana = test_add_annotator (store, "Ana");
  test_decide (store, frame, ana, MIEN_DECISION_SKIP);
  assert_state (store, frame, TRUE, FALSE);
  test_decide (store, frame, ana, MIEN_DECISION_FLAG);
  assert_state (store, frame, TRUE, FALSE);
  test_decide (store, frame, ana, MIEN_DECISION_NOT_A_FACE);
  assert_state (store, frame, FALSE, TRUE);
  undo (store, ana, "v/00001.jpg");
  assert_state (store, frame, TRUE, FALSE);
  test_answer (store, frame, ana, EXPRESSION, test_value (0));
  assert_state (store, frame, FALSE, FALSE);
  test_assert_sound (store);
  test_project_close (&project);
}

static void
test_consensus (void)
{
  TestProject project;
  MienStore *store;
  gint64 frame, people[3];

  test_project_open (&project);
  store = project.store;
  frame = test_add_frame (store, "v", MIEN_SPLIT_TRAIN, 1);
  people[0] = test_add_annotator (store, "Ana");
  people[1] = test_add_annotator (store, "Ben");
  people[2] = test_add_annotator (store, "Chika");
  import (store, frame, EXPRESSION, test_value (7), 1, 0, 0);
  test_answer (store, frame, people[0], EXPRESSION, test_value (1));
  assert_label (store, frame, EXPRESSION, MIEN_ANSWER_VALUE, MIEN_SOURCE_HUMAN, 1);
  test_answer (store, frame, people[1], EXPRESSION, test_value (2));
  assert_label (store, frame, EXPRESSION, MIEN_ANSWER_UNRESOLVED, MIEN_SOURCE_HUMAN, 0);
  test_answer (store, frame, people[2], EXPRESSION, test_value (2));
  assert_label (store, frame, EXPRESSION, MIEN_ANSWER_VALUE, MIEN_SOURCE_HUMAN, 2);
  /* Who answers again has one vote still. */
  test_answer (store, frame, people[2], EXPRESSION, test_value (1));
  assert_label (store, frame, EXPRESSION, MIEN_ANSWER_VALUE, MIEN_SOURCE_HUMAN, 1);
  test_assert_sound (store);
  test_project_close (&project);
}

static void
test_kinds (void)
{
  TestProject project;
  MienStore *store;
  MienDecision decision = { .kind = MIEN_DECISION_ANSWER,
                            .duration_us = 2000000,
                            .proposal_visible = TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) history = NULL;
  const MienEvent *event;

  test_project_open (&project);
  store = project.store;
  decision.frame = test_add_frame (store, "v", MIEN_SPLIT_TRAIN, 1);
  decision.annotator = test_add_annotator (store, "Ana");
  decision.model = test_add_model (store, 7);
  g_assert_true (mien_models_use (store, decision.model, &error));
  test_predict (store, decision.model, decision.frame, 0.6);
  import (store, decision.frame, UNIT_12, test_value (0), 1, 0, 0);
  decision.answers.item[POINT] = test_point (0.504, -0.25);
  decision.answers.item[EXPRESSION] = test_value (5);
  decision.answers.item[UNIT_1] = test_value (1);
  g_assert_true (mien_events_decide (store, &decision, NULL, &error));
  undo (store, decision.annotator, "v/00001.jpg");

  history = mien_events_history (store, decision.frame, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (history->len, ==, 5);
  event = history->pdata[0];
  g_assert_cmpint (event->kind, ==, MIEN_EVENT_IMPORTED);
  g_assert_null (event->annotator);
  g_assert_false (event->undone);
  g_assert_true (isnan (event->confidence));
  event = history->pdata[1];
  g_assert_cmpint (event->kind, ==, MIEN_EVENT_CONFIRMED);
  g_assert_cmpint (event->item, ==, POINT);
  event = history->pdata[2];
  g_assert_cmpint (event->kind, ==, MIEN_EVENT_CORRECTED);
  g_assert_cmpstr (event->annotator, ==, "Ana");
  g_assert_cmpint (event->duration_us, ==, 2000000);
  g_assert_cmpint (event->model, ==, decision.model);
  g_assert_cmpfloat_with_epsilon (event->confidence, 0.6, 1e-6);
  g_assert_true (event->proposal_visible);
  g_assert_true (event->undone);
  event = history->pdata[3];
  g_assert_cmpint (event->kind, ==, MIEN_EVENT_CONFIRMED);
  event = history->pdata[4];
  g_assert_cmpint (event->kind, ==, MIEN_EVENT_UNDONE);
  g_assert_cmpmem (&event->target, sizeof event->target,
                   &((MienEvent *) history->pdata[1])->batch, sizeof event->target);
  test_project_close (&project);
}

static void
test_tally (void)
{
  TestProject project;
  MienStore *store;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) latest = NULL;
  gint64 frames[4], ana, median;
  guint64 decisions;

  test_project_open (&project);
  store = project.store;
  ana = test_add_annotator (store, "Ana");
  g_assert_true (mien_events_tally (store, ana, 0, &decisions, &median, &error));
  g_assert_cmpuint (decisions, ==, 0);
  g_assert_cmpint (median, ==, -1);
  for (guint i = 0; i < 4; i++)
    {
      MienDecision decision = { .kind = MIEN_DECISION_ANSWER,
                                .annotator = ana,
                                .duration_us = 1000 * (i + 1) };

      decision.frame = frames[i] = test_add_frame (store, "v", MIEN_SPLIT_TRAIN, i + 1);
      decision.answers.item[EXPRESSION] = test_value (1);
      decision.answers.item[UNIT_1] = test_value (1);
      g_assert_true (mien_events_decide (store, &decision, NULL, &error));
    }
  undo (store, ana, "v/00004.jpg");
  g_assert_true (mien_events_tally (store, ana, 0, &decisions, &median, &error));
  g_assert_cmpuint (decisions, ==, 3);
  g_assert_cmpint (median, ==, 2000);
  g_assert_true (mien_events_tally (store, ana, g_get_real_time () + G_USEC_PER_SEC,
                                    &decisions, &median, &error));
  g_assert_cmpuint (decisions, ==, 0);
  latest = mien_events_latest (store, ana, 2, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (latest->len, ==, 2);
  g_assert_cmpint (g_array_index (latest, gint64, 0), ==, frames[2]);
  g_assert_cmpint (g_array_index (latest, gint64, 1), ==, frames[1]);
  test_project_close (&project);
}

static void
test_append_only (void)
{
  TestProject project;
  MienStore *store;
  gint64 frame;

  test_project_open (&project);
  store = project.store;
  frame = test_add_frame (store, "v", MIEN_SPLIT_TRAIN, 1);
  import (store, frame, EXPRESSION, test_value (3), 1, 0, 0);
  g_assert_cmpint (
      sqlite3_exec (store->db, "UPDATE event SET value1 = 4", NULL, NULL, NULL), !=,
      SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (store->db, "DELETE FROM event", NULL, NULL, NULL), !=,
                   SQLITE_OK);
  test_assert_sound (store);
  test_project_close (&project);
}

/* The log keeps its order however the machine's clock jumps. */
static void
test_clock (void)
{
  TestProject project;
  MienStore *store;
  g_autoptr (GError) error = NULL;
  gint64 frame, ana;

  test_project_open (&project);
  store = project.store;
  frame = test_add_frame (store, "v", MIEN_SPLIT_TRAIN, 1);
  ana = test_add_annotator (store, "Ana");
  test_run (store, "UPDATE project SET clock = 4000000000000000"); /* in 2096 */
  test_answer (store, frame, ana, EXPRESSION, test_value (1));
  test_project_reopen (&project, MIEN_STORE_READ_WRITE);
  store = project.store;
  test_answer (store, frame, ana, EXPRESSION, test_value (2));
  assert_label (store, frame, EXPRESSION, MIEN_ANSWER_VALUE, MIEN_SOURCE_HUMAN, 2);
  g_assert_cmpint (test_count (store, "SELECT min (clock) FROM event"), >,
                   G_GINT64_CONSTANT (4000000000000000));
  test_run (store, "UPDATE project SET clock = 9223372036854775807");
  g_assert_false (mien_events_undo (store, ana, NULL, &error));
  test_assert_error (error, MIEN_STORE_ERROR_CORRUPT, project.path);
  test_project_close (&project);
}

/* On a connection that does bulk work a decision is durable all the same. */
static void
test_bulk (void)
{
  TestProject project;
  MienStore *store;
  gint64 frame, ana;

  test_project_open (&project);
  store = project.store;
  frame = test_add_frame (store, "v", MIEN_SPLIT_TRAIN, 1);
  ana = test_add_annotator (store, "Ana");
  g_assert_true (mien_store_set_bulk (store, TRUE, NULL));
  test_answer (store, frame, ana, EXPRESSION, test_value (1));
  g_assert_cmpint (test_count (store, "PRAGMA synchronous"), ==, 1);
  undo (store, ana, "v/00001.jpg");
  g_assert_cmpint (test_count (store, "PRAGMA synchronous"), ==, 1);
  test_project_close (&project);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/events/import", test_import);
  g_test_add_func ("/db/events/refusals", test_refusals);
  g_test_add_func ("/db/events/annotators", test_annotators);
  g_test_add_func ("/db/events/three-states", test_three_states);
  g_test_add_func ("/db/events/undo", test_undo);
  g_test_add_func ("/db/events/batch", test_batch);
  g_test_add_func ("/db/events/whole-frame", test_whole_frame);
  g_test_add_func ("/db/events/consensus", test_consensus);
  g_test_add_func ("/db/events/kinds", test_kinds);
  g_test_add_func ("/db/events/tally", test_tally);
  g_test_add_func ("/db/events/append-only", test_append_only);
  g_test_add_func ("/db/events/clock", test_clock);
  g_test_add_func ("/db/events/bulk", test_bulk);
  return g_test_run ();
}
