/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * One decision on many frames: all or none, every frame's labels, bits and proposals, one
 * undo. Notes; and what a project is set to.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-test-project.h"

#include <string.h>

enum
{
  FRAMES = 500,
  EXPRESSION = MIEN_ITEM_EXPRESSION,
};

typedef struct
{
  TestProject project;
  MienStore *store;
  gint64 frames[FRAMES], ana, ben, model;
} Many;

/* A video of FRAMES frames that a model has read, unsurely, so that all are asked. */
static void
many_open (Many *many)
{
  g_autoptr (GError) error = NULL;

  test_project_open (&many->project);
  many->store = many->project.store;
  g_assert_true (mien_store_set_bulk (many->store, TRUE, &error));
  g_assert_true (mien_store_begin (many->store, &error));
  for (guint i = 0; i < FRAMES; i++)
    many->frames[i] = test_add_frame (many->store, "v", MIEN_SPLIT_TRAIN, 3 + i);
  many->ana = test_add_annotator (many->store, "Ana");
  many->ben = test_add_annotator (many->store, "Ben");
  many->model = test_add_model (many->store, 7);
  g_assert_true (mien_models_use (many->store, many->model, &error));
  for (guint i = 0; i < FRAMES; i++)
    test_predict (many->store, many->model, many->frames[i], 0.6);
  g_assert_true (mien_store_commit (many->store, &error));
}

static MienDecision
happiness (const Many *many)
{
  MienDecision decision = { .kind = MIEN_DECISION_ANSWER,
                            .annotator = many->ana,
                            .model = many->model,
                            .duration_us = 1000 };

  decision.answers.item[EXPRESSION] = test_value (4);
  return decision;
}

static void
decide (Many *many, guint from, guint n, const MienDecision *decision)
{
  g_autoptr (GError) error = NULL;

  mien_events_decide_many (many->store, many->frames + from, n, decision, NULL, &error);
  g_assert_no_error (error);
}

static void
assert_undone (Many *many, gboolean redo, gint64 annotator, guint n, gint64 from)
{
  g_autoptr (GError) error = NULL;
  MienUndone undone = { 0 };

  if (redo)
    mien_events_redo (many->store, annotator, &undone, &error);
  else
    mien_events_undo (many->store, annotator, &undone, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (undone.n_frames, ==, n);
  g_assert_cmpuint (undone.frames->len, ==, n);
  g_assert_cmpint (undone.frame, ==, g_array_index (undone.frames, gint64, 0));
  g_assert_cmpstr (undone.video, ==, "v");
  g_assert_cmpint (undone.from, ==, from);
  g_assert_cmpint (undone.to, ==, from + n - 1);
  mien_undone_clear (&undone);
}

/* Frames labelled, frames asked for their expression, and the log's votes that stand. */
static void
assert_counts (Many *many, guint labelled, guint asked)
{
  g_assert_cmpint (test_count (many->store, "SELECT count (*) FROM label"), ==, labelled);
  g_assert_cmpint (
      test_count (many->store, "SELECT count (*) FROM frame WHERE human & 2"), ==,
      labelled);
  g_assert_cmpint (test_count (many->store, "SELECT count (*) FROM proposal"
                                            " WHERE task = 1 AND open > 0"),
                   ==, asked);
  g_assert_cmpint (test_count (many->store, "SELECT open FROM tally WHERE task = 1"), ==,
                   asked);
  g_assert_cmpint (test_count (many->store, "SELECT human_1 FROM census WHERE split = 0"),
                   ==, labelled);
}

static void
test_one_undo (void)
{
  Many many;
  MienDecision decision;
  gint64 begun;

  many_open (&many);
  decision = happiness (&many);
  assert_counts (&many, 0, FRAMES);
  begun = g_get_monotonic_time ();
  decide (&many, 0, FRAMES, &decision);
  g_test_message ("%d frames in %.1f ms", FRAMES,
                  (double) (g_get_monotonic_time () - begun) / 1000.0);
  assert_counts (&many, FRAMES, 0);
  g_assert_cmpint (test_count (many.store, "SELECT count (DISTINCT batch) FROM event"),
                   ==, 1);
  test_assert_sound (many.store);

  begun = g_get_monotonic_time ();
  assert_undone (&many, FALSE, many.ana, FRAMES, 3);
  g_test_message ("taken back in %.1f ms",
                  (double) (g_get_monotonic_time () - begun) / 1000.0);
  assert_counts (&many, 0, FRAMES);
  test_assert_sound (many.store);
  assert_undone (&many, TRUE, many.ana, FRAMES, 3);
  assert_counts (&many, FRAMES, 0);
  assert_undone (&many, FALSE, many.ana, FRAMES, 3);
  g_assert_false (mien_events_undo (many.store, many.ana, NULL, NULL));
  assert_undone (&many, TRUE, many.ana, FRAMES, 3);
  g_assert_false (mien_events_redo (many.store, many.ana, NULL, NULL));
  assert_counts (&many, FRAMES, 0);
  test_assert_sound (many.store);
  test_project_close (&many.project);
}

/* Each annotator's batches come back in their order, whatever others did in between. */
static void
test_order (void)
{
  Many many;
  MienDecision decision;

  many_open (&many);
  decision = happiness (&many);
  decide (&many, 0, 10, &decision);
  decision.answers.item[EXPRESSION] = test_value (5);
  decide (&many, 4, 2, &decision);
  decision.annotator = many.ben;
  decide (&many, 0, 3, &decision);
  decision.annotator = many.ana;
  decide (&many, 20, 5, &decision);

  assert_undone (&many, FALSE, many.ana, 5, 23);
  /* The later one on frames that the earlier one has too goes first. */
  assert_undone (&many, FALSE, many.ana, 2, 7);
  g_assert_cmpfloat (test_label (many.store, many.frames[4], EXPRESSION).value[0], ==, 4);
  assert_undone (&many, FALSE, many.ana, 10, 3);
  g_assert_cmpfloat (test_label (many.store, many.frames[0], EXPRESSION).value[0], ==, 5);
  assert_counts (&many, 3, FRAMES - 3);

  assert_undone (&many, TRUE, many.ana, 10, 3);
  assert_undone (&many, TRUE, many.ana, 2, 7);
  g_assert_cmpfloat (test_label (many.store, many.frames[4], EXPRESSION).value[0], ==, 5);
  assert_undone (&many, FALSE, many.ana, 2, 7);
  assert_undone (&many, TRUE, many.ana, 2, 7);
  assert_undone (&many, TRUE, many.ana, 5, 23);
  g_assert_false (mien_events_redo (many.store, many.ana, NULL, NULL));
  assert_undone (&many, FALSE, many.ben, 3, 3);
  test_assert_sound (many.store);
  test_project_close (&many.project);
}

static guint
count_kind (Many *many, gint64 frame, MienEventKind kind)
{
  g_autoptr (GPtrArray) history = mien_events_history (many->store, frame, NULL);
  guint n = 0;

  g_assert_nonnull (history);
  for (guint i = 0; i < history->len; i++)
    n += ((MienEvent *) history->pdata[i])->kind == kind;
  return n;
}

/* Where the answers were given they are confirmed or corrected, elsewhere propagated. */
static void
test_propagated (void)
{
  Many many;
  MienDecision decision;
  guint64 decisions;
  gint64 median;

  many_open (&many);
  decision = happiness (&many);
  decision.propagated = TRUE;
  decision.frame = many.frames[2];
  decision.answers.item[MIEN_ITEM_FIRST_UNIT] = test_value (0);
  decide (&many, 0, 6, &decision);
  g_assert_cmpuint (count_kind (&many, many.frames[2], MIEN_EVENT_CONFIRMED), ==, 1);
  g_assert_cmpuint (count_kind (&many, many.frames[2], MIEN_EVENT_CORRECTED), ==, 1);
  g_assert_cmpuint (count_kind (&many, many.frames[1], MIEN_EVENT_PROPAGATED), ==, 2);
  g_assert_cmpuint (count_kind (&many, many.frames[1], MIEN_EVENT_CONFIRMED), ==, 0);
  g_assert_cmpint (test_label (many.store, many.frames[5], EXPRESSION).source, ==,
                   MIEN_SOURCE_HUMAN);
  /* One decision, however many frames. */
  g_assert_true (mien_events_tally (many.store, many.ana, 0, &decisions, &median, NULL));
  g_assert_cmpuint (decisions, ==, 1);

  /* A frame that is named twice is decided once. */
  many.frames[11] = many.frames[10];
  decision.propagated = FALSE;
  decide (&many, 10, 2, &decision);
  g_assert_cmpuint (count_kind (&many, many.frames[10], MIEN_EVENT_CONFIRMED), ==, 1);
  assert_undone (&many, FALSE, many.ana, 1, 13);
  assert_undone (&many, FALSE, many.ana, 6, 3);
  test_assert_sound (many.store);
  test_project_close (&many.project);
}

static void
test_skip_many (void)
{
  Many many;
  MienDecision decision;

  many_open (&many);
  decision = happiness (&many);
  decision.kind = MIEN_DECISION_NOT_A_FACE;
  decide (&many, 0, 7, &decision);
  g_assert_cmpint (
      test_count (many.store, "SELECT count (*) FROM frame WHERE not_a_face"), ==, 7);
  assert_undone (&many, FALSE, many.ana, 7, 3);
  g_assert_cmpint (
      test_count (many.store, "SELECT count (*) FROM frame WHERE not_a_face"), ==, 0);
  test_assert_sound (many.store);
  test_project_close (&many.project);
}

/* What cannot be decided on one frame is decided on none. */
static void
test_all_or_none (void)
{
  Many many;
  MienDecision decision;
  g_autoptr (GError) error = NULL;

  many_open (&many);
  decision = happiness (&many);
  many.frames[FRAMES - 1] = 77777;
  g_assert_false (
      mien_events_decide_many (many.store, many.frames, FRAMES, &decision, NULL, &error));
  test_assert_error (error, MIEN_STORE_ERROR_NOT_FOUND, "frame 77777");
  g_assert_false (
      mien_events_decide_many (many.store, many.frames, 0, &decision, NULL, &error));
  test_assert_error (error, MIEN_STORE_ERROR_INVALID, many.project.path);
  g_assert_cmpint (test_count (many.store, "SELECT count (*) FROM event"), ==, 0);
  assert_counts (&many, 0, FRAMES);
  test_assert_sound (many.store);
  test_project_close (&many.project);
}

static void
write_note (Many *many, gint64 annotator, gint64 frame, const char *text)
{
  MienDecision decision = { .kind = MIEN_DECISION_NOTE,
                            .annotator = annotator,
                            .frame = frame,
                            .duration_us = -1,
                            .note = text };
  g_autoptr (GError) error = NULL;

  mien_events_decide (many->store, &decision, NULL, &error);
  g_assert_no_error (error);
}

static void
assert_note (Many *many, gint64 frame, const char *text, const char *annotator)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienNote) note = mien_events_note (many->store, frame, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (note != NULL ? note->text : NULL, ==, text);
  g_assert_cmpstr (note != NULL ? note->annotator : NULL, ==, annotator);
}

/* The latest that stands is shown, nothing else follows from a note, and it is undone
 * like any decision. */
static void
test_notes (void)
{
  static const char *const refused[] = { "", " \n", "\xff", "a\033[0m" };
  Many many;
  MienDecision decision;
  MienUndone undone = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) history = NULL;
  g_autofree char *long_note = g_strnfill (10001, 'x');
  guint64 decisions;
  gint64 median;

  many_open (&many);
  assert_note (&many, many.frames[0], NULL, NULL);
  write_note (&many, many.ana, many.frames[0], "Hand before the mouth.\n口元が見えない");
  write_note (&many, many.ben, many.frames[0], "I do not think so");
  assert_note (&many, many.frames[0], "I do not think so", "Ben");
  assert_note (&many, many.frames[1], NULL, NULL);
  assert_counts (&many, 0, FRAMES);
  test_assert_sound (many.store);

  g_assert_true (mien_events_undo (many.store, many.ben, &undone, &error));
  g_assert_cmpint (undone.kind, ==, MIEN_DECISION_NOTE);
  g_assert_cmpstr (undone.note, ==, "I do not think so");
  mien_undone_clear (&undone);
  assert_note (&many, many.frames[0], "Hand before the mouth.\n口元が見えない", "Ana");
  g_assert_true (mien_events_redo (many.store, many.ben, NULL, &error));
  assert_note (&many, many.frames[0], "I do not think so", "Ben");
  history = mien_events_history (many.store, many.frames[0], &error);
  g_assert_cmpuint (history->len, ==, 4);
  g_assert_cmpstr (((MienEvent *) history->pdata[1])->note, ==, "I do not think so");
  g_assert_null (((MienEvent *) history->pdata[2])->note);
  g_assert_true (mien_events_tally (many.store, many.ben, 0, &decisions, &median, NULL));
  g_assert_cmpuint (decisions, ==, 0);

  decision = happiness (&many);
  decision.kind = MIEN_DECISION_NOTE;
  decision.frame = many.frames[1];
  for (guint i = 0; i <= G_N_ELEMENTS (refused); i++)
    {
      decision.note = i < G_N_ELEMENTS (refused) ? refused[i] : long_note;
      g_assert_false (mien_events_decide (many.store, &decision, NULL, &error));
      test_assert_error (error, MIEN_STORE_ERROR_INVALID, many.project.path);
    }
  g_assert_cmpint (
      sqlite3_exec (many.store->db, "UPDATE event_note SET text = 'y'", NULL, NULL, NULL),
      !=, SQLITE_OK);
  g_assert_cmpint (
      sqlite3_exec (many.store->db, "DELETE FROM event_note", NULL, NULL, NULL), !=,
      SQLITE_OK);
  test_assert_sound (many.store);
  test_project_close (&many.project);
}

static void
test_settings (void)
{
  TestProject project;
  g_autoptr (GError) error = NULL;
  g_autofree char *value = NULL;
  g_autofree char *large = g_strnfill (1024 * 1024, 'x');

  test_project_open (&project);
  g_assert_null (mien_store_setting (project.store, "blind-share", &error));
  g_assert_no_error (error);
  g_assert_true (mien_store_set_setting (project.store, "blind-share", "0.05", &error));
  g_assert_true (mien_store_set_setting (project.store, "blind-share", "0.1", &error));
  g_assert_true (mien_store_set_setting (project.store, "saved-filters", "", &error));
  test_project_reopen (&project, MIEN_STORE_READ_ONLY);
  value = mien_store_setting (project.store, "blind-share", &error);
  g_assert_cmpstr (value, ==, "0.1");
  g_assert_false (mien_store_set_setting (project.store, "blind-share", "0", &error));
  test_assert_error (error, MIEN_STORE_ERROR_READ_ONLY, project.path);
  test_project_reopen (&project, MIEN_STORE_READ_WRITE);
  g_assert_true (mien_store_set_setting (project.store, "blind-share", NULL, &error));
  g_assert_null (mien_store_setting (project.store, "blind-share", &error));
  g_assert_no_error (error);
  g_assert_false (mien_store_set_setting (project.store, "", "x", &error));
  test_assert_error (error, MIEN_STORE_ERROR_INVALID, project.path);
  g_assert_false (mien_store_set_setting (project.store, "a", "\xff", &error));
  test_assert_error (error, MIEN_STORE_ERROR_INVALID, project.path);
  g_assert_false (mien_store_set_setting (project.store, "a", large, &error));
  test_assert_error (error, MIEN_STORE_ERROR_INVALID, project.path);
  test_assert_sound (project.store);
  test_project_close (&project);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/many/one-undo", test_one_undo);
  g_test_add_func ("/db/many/order", test_order);
  g_test_add_func ("/db/many/propagated", test_propagated);
  g_test_add_func ("/db/many/skip", test_skip_many);
  g_test_add_func ("/db/many/all-or-none", test_all_or_none);
  g_test_add_func ("/db/many/notes", test_notes);
  g_test_add_func ("/db/many/settings", test_settings);
  return g_test_run ();
}
