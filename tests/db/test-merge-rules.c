/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The rules of a merge, one by one: what is a conflict and where it goes, who is who,
 * which model an event keeps, how pictures and lists come over, and that copies of
 * earlier versions stay as they are.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-merge.h"
#include "mien-test-project.h"

#include <glib/gstdio.h>
#include <string.h>

/* Two copies of three frames, of which the last is for validation; Ana and Ben are in
 * both. */
typedef struct
{
  TestProject ours, theirs;
} Pair;

static void
copy_project (TestProject *project, TestProject *copy)
{
  g_autoptr (GError) error = NULL;

  copy->folder = g_dir_make_tmp ("mien-db-XXXXXX", &error);
  g_assert_no_error (error);
  copy->path = g_build_filename (copy->folder, "Copy.mien", NULL);
  mien_store_save_copy (project->store, copy->path, &error);
  g_assert_no_error (error);
  copy->store = mien_store_open (copy->path, MIEN_STORE_READ_WRITE, &error);
  g_assert_no_error (error);
}

static void
pair_open (Pair *pair)
{
  test_project_open (&pair->ours);
  for (guint i = 1; i <= 3; i++)
    test_add_frame (pair->ours.store, i < 3 ? "v" : "w",
                    i < 3 ? MIEN_SPLIT_TRAIN : MIEN_SPLIT_VALIDATION, i);
  test_add_annotator (pair->ours.store, "Ana");
  test_add_annotator (pair->ours.store, "Ben");
  copy_project (&pair->ours, &pair->theirs);
}

static void
pair_close (Pair *pair)
{
  test_project_close (&pair->ours);
  test_project_close (&pair->theirs);
}

/* The report lives as long as the merge. */
static const MienMergeReport *
merge (const Pair *pair, MienMerge **merging)
{
  g_autoptr (GError) error = NULL;
  const MienMergeReport *report;

  *merging = mien_merge_new (pair->ours.store, NULL, NULL, NULL);
  mien_merge_add (*merging, pair->theirs.path, &error);
  g_assert_no_error (error);
  report = mien_merge_run (*merging, &error);
  g_assert_no_error (error);
  test_assert_sound (pair->ours.store);
  return report;
}

static void
assert_conflict (const MienMergeReport *report,
                 guint place,
                 MienConflictKind kind,
                 const char *key,
                 int item,
                 const char *answers)
{
  const MienConflict *conflict;
  g_autoptr (GString) said = g_string_new (NULL);

  g_assert_cmpuint (place, <, report->conflicts->len);
  conflict = report->conflicts->pdata[place];
  for (guint i = 0; i < conflict->answers->len; i++)
    {
      const MienConflictAnswer *answer = conflict->answers->pdata[i];

      g_assert_cmpint (answer->time, >, 0);
      g_string_append_printf (said, "%s %g, ",
                              answer->annotator != NULL ? answer->annotator : "-",
                              answer->label.value[0]);
    }
  g_assert_cmpint (conflict->kind, ==, kind);
  g_assert_cmpstr (conflict->key, ==, key);
  g_assert_cmpint (conflict->item, ==, item);
  g_assert_cmpstr (said->str, ==, answers);
}

static guint
count_asked (MienStore *store, gint64 frame, const char *reason)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) items = mien_queue_list (store, 100, &error);
  guint n = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < items->len; i++)
    {
      const MienQueueItem *item = items->pdata[i];

      n += item->frame == frame && item->task == MIEN_TASK_EXPRESSION
                   && g_strcmp0 (item->reason, reason) == 0
               ? 1
               : 0;
    }
  return n;
}

/* Each was content on its own; together nobody has the majority, and the face is asked
 * again. */
static void
test_disagreement (void)
{
  g_autoptr (MienMerge) merging = NULL;
  const MienMergeReport *report;
  Pair pair;

  pair_open (&pair);
  test_answer (pair.ours.store, 1, 1, MIEN_ITEM_EXPRESSION, test_value (4));
  test_answer (pair.theirs.store, 1, 2, MIEN_ITEM_EXPRESSION, test_value (3));
  test_answer (pair.theirs.store, 3, 2, MIEN_ITEM_EXPRESSION, test_value (3));
  g_assert_cmpuint (count_asked (pair.ours.store, 1, "disagreement"), ==, 0);
  report = merge (&pair, &merging);
  g_assert_cmpuint (report->events, ==, 2);
  g_assert_cmpuint (report->conflicts->len, ==, 1);
  assert_conflict (report, 0, MIEN_CONFLICT_DISAGREEMENT, "v/00001.jpg",
                   MIEN_ITEM_EXPRESSION, "Ana 4, Ben 3, ");
  g_assert_cmpint (test_label (pair.ours.store, 1, MIEN_ITEM_EXPRESSION).answer, ==,
                   MIEN_ANSWER_UNRESOLVED);
  g_assert_cmpuint (count_asked (pair.ours.store, 1, "disagreement"), ==, 1);
  g_assert_cmpuint (count_asked (pair.ours.store, 3, "validation"), ==, 0);
  pair_close (&pair);
}

/* A dispute that was there, and another voice in it, or one that ends it. */
static void
test_third_voice (void)
{
  g_autoptr (MienMerge) merging = NULL;
  const MienMergeReport *report;
  gint64 cem;
  Pair pair;

  pair_open (&pair);
  for (gint64 frame = 1; frame <= 3; frame++)
    {
      test_answer (pair.ours.store, frame, 1, MIEN_ITEM_EXPRESSION, test_value (4));
      test_answer (pair.ours.store, frame, 2, MIEN_ITEM_EXPRESSION, test_value (3));
    }
  cem = test_add_annotator (pair.theirs.store, "Cem");
  test_answer (pair.theirs.store, 1, cem, MIEN_ITEM_EXPRESSION, test_value (3));
  test_answer (pair.theirs.store, 2, cem, MIEN_ITEM_EXPRESSION, test_value (5));
  test_decide (pair.theirs.store, 3, cem, MIEN_DECISION_FLAG);
  report = merge (&pair, &merging);
  g_assert_cmpuint (report->annotators->len, ==, 1);
  g_assert_cmpstr (report->annotators->pdata[0], ==, "Cem");
  g_assert_cmpuint (report->conflicts->len, ==, 1);
  assert_conflict (report, 0, MIEN_CONFLICT_DISAGREEMENT, "v/00002.jpg",
                   MIEN_ITEM_EXPRESSION, "Ana 4, Ben 3, Cem 5, ");
  g_assert_cmpfloat (test_label (pair.ours.store, 1, MIEN_ITEM_EXPRESSION).value[0], ==,
                     3);
  pair_close (&pair);
}

/* One person on two computers: told, and the later answer stands. What only one copy has
 * changed is no conflict, nor is what both say. */
static void
test_replaced (void)
{
  g_autoptr (MienMerge) merging = NULL;
  const MienMergeReport *report;
  Pair pair;

  pair_open (&pair);
  test_answer (pair.ours.store, 2, 1, MIEN_ITEM_FIRST_UNIT, test_value (1));
  test_project_close (&pair.theirs);
  copy_project (&pair.ours, &pair.theirs);
  test_answer (pair.theirs.store, 1, 1, MIEN_ITEM_FIRST_UNIT, test_value (0));
  test_answer (pair.ours.store, 1, 1, MIEN_ITEM_FIRST_UNIT, test_value (1));
  test_answer (pair.theirs.store, 2, 1, MIEN_ITEM_FIRST_UNIT, test_value (0));
  test_answer (pair.theirs.store, 3, 1, MIEN_ITEM_FIRST_UNIT, test_value (0));
  test_answer (pair.ours.store, 3, 1, MIEN_ITEM_FIRST_UNIT, test_value (0));
  report = merge (&pair, &merging);
  g_assert_cmpuint (report->conflicts->len, ==, 1);
  assert_conflict (report, 0, MIEN_CONFLICT_REPLACED, "v/00001.jpg", MIEN_ITEM_FIRST_UNIT,
                   "Ana 0, Ana 1, ");
  g_assert_cmpfloat (test_label (pair.ours.store, 1, MIEN_ITEM_FIRST_UNIT).value[0], ==,
                     1);
  g_assert_cmpfloat (test_label (pair.ours.store, 2, MIEN_ITEM_FIRST_UNIT).value[0], ==,
                     0);
  pair_close (&pair);
}

static void
import_one (MienStore *store, gint64 frame, double expression)
{
  MienLabels labels = { 0 };
  g_autoptr (GError) error = NULL;

  labels.item[MIEN_ITEM_EXPRESSION] = test_value (expression);
  mien_events_import (store, frame, &labels, NULL, &error);
  g_assert_no_error (error);
}

static void
test_imports (void)
{
  g_autoptr (MienMerge) merging = NULL;
  const MienMergeReport *report;
  Pair pair;

  pair_open (&pair);
  import_one (pair.theirs.store, 1, 2);
  import_one (pair.ours.store, 1, 5);
  import_one (pair.theirs.store, 2, 2);
  import_one (pair.ours.store, 2, 2);
  import_one (pair.theirs.store, 3, 2);
  report = merge (&pair, &merging);
  g_assert_cmpuint (report->events, ==, 3);
  g_assert_cmpuint (report->conflicts->len, ==, 1);
  assert_conflict (report, 0, MIEN_CONFLICT_IMPORT, "v/00001.jpg", MIEN_ITEM_EXPRESSION,
                   "- 2, - 5, ");
  g_assert_cmpfloat (test_label (pair.ours.store, 1, MIEN_ITEM_EXPRESSION).value[0], ==,
                     2);
  pair_close (&pair);
}

/* The lesser UUID and the lesser name, from either side. */
static void
test_annotators (void)
{
  g_autoptr (MienMerge) merging = NULL, back = NULL;
  const MienMergeReport *report;
  Pair pair, other_way;

  pair_open (&pair);
  test_add_annotator (pair.ours.store, "Cem");
  test_add_annotator (pair.theirs.store, "Dora");
  test_add_annotator (pair.theirs.store, "Cem");
  test_run (pair.ours.store, "UPDATE annotator SET uuid = "
                             "x'00000000000000000000000000000002' WHERE name = 'Cem'");
  test_run (pair.theirs.store,
            "UPDATE annotator SET uuid = x'00000000000000000000000000000001' WHERE name "
            "= 'Cem';"
            "UPDATE annotator SET name = 'Benjamin' WHERE name = 'Ben'");
  test_answer (pair.ours.store, 1, 3, MIEN_ITEM_EXPRESSION, test_value (1));
  test_answer (pair.theirs.store, 1, 4, MIEN_ITEM_EXPRESSION, test_value (2));
  other_way = (Pair){ pair.theirs, pair.ours };
  report = merge (&pair, &merging);
  g_assert_cmpuint (report->annotators->len, ==, 1);
  assert_conflict (report, 0, MIEN_CONFLICT_REPLACED, "v/00001.jpg", MIEN_ITEM_EXPRESSION,
                   "Cem 1, Cem 2, ");
  merge (&other_way, &back);
  for (guint side = 0; side < 2; side++)
    {
      MienStore *store = side == 0 ? pair.ours.store : pair.theirs.store;

      g_assert_cmpint (test_count (store, "SELECT count (*) FROM annotator"), ==, 4);
      g_assert_cmpint (test_count (store,
                                   "SELECT hex (substr (uuid, 16)) = '01' FROM annotator"
                                   " WHERE name = 'Cem'"),
                       ==, 1);
      g_assert_cmpint (
          test_count (store, "SELECT count (*) FROM annotator WHERE name = 'Ben'"), ==,
          1);
    }
  pair_close (&pair);
}

/* An event keeps its model where both have it whole. */
static void
test_models (void)
{
  MienDecision decision = { .kind = MIEN_DECISION_ANSWER, .frame = 1, .annotator = 1 };
  g_autoptr (MienMerge) merging = NULL;
  g_autoptr (GError) error = NULL;
  gint64 ours, half, theirs;
  Pair pair;

  pair_open (&pair);
  test_project_close (&pair.theirs);
  ours = test_add_model (pair.ours.store, 7);
  half = test_add_model (pair.ours.store, 7);
  copy_project (&pair.ours, &pair.theirs);
  theirs = test_add_model (pair.theirs.store, 7);
  decision.answers.item[MIEN_ITEM_EXPRESSION] = test_value (1);
  decision.model = ours;
  g_assert_true (mien_events_decide (pair.theirs.store, &decision, NULL, &error));
  decision.frame = 2;
  decision.model = theirs;
  g_assert_true (mien_events_decide (pair.theirs.store, &decision, NULL, &error));
  decision.frame = 3;
  decision.model = half;
  g_assert_true (mien_events_decide (pair.theirs.store, &decision, NULL, &error));
  test_run (pair.ours.store, "UPDATE model SET ready = 0 WHERE id = 2");
  /* Of their own after the copy: the same number, another model. */
  g_assert_cmpint (test_add_model (pair.ours.store, 7), ==, theirs);
  merge (&pair, &merging);
  g_assert_cmpint (
      test_count (pair.ours.store, "SELECT model FROM event WHERE frame = 1"), ==, ours);
  g_assert_cmpint (
      test_count (pair.ours.store, "SELECT count (model) FROM event WHERE frame > 1"), ==,
      0);
  pair_close (&pair);
}

static void
add_bare (MienStore *store, const char *key, gint64 number, gint64 *frame)
{
  g_autoptr (GError) error = NULL;
  gint64 video;

  g_assert_true (mien_frames_ensure_video (store, "x", MIEN_SPLIT_TEST, &video, &error));
  g_assert_true (mien_frames_ensure (store, video, key, number, frame, NULL, &error));
}

static void
set_picture (MienStore *store, gint64 frame, const char *text, gboolean link)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;

  if (link)
    mien_frames_set_link (store, frame, "faces/1.jpg", bytes, 20, 30, &error);
  else
    mien_frames_set_image (store, frame, bytes, 20, 30, &error);
  g_assert_no_error (error);
}

/* New ones with a picture, a link or a reason for none; one that was lacking; and two
 * different ones, of which each copy keeps its own. */
static void
test_frames (void)
{
  g_autoptr (MienMerge) merging = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) image = NULL;
  g_autoptr (MienFrame) frame = NULL;
  const MienMergeReport *report;
  gint64 ids[5], ours;
  Pair pair;

  pair_open (&pair);
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *key = g_strdup_printf ("x/%u.jpg", i);

      add_bare (pair.theirs.store, key, i, &ids[i]);
      if (i == 3 || i == 4)
        {
          add_bare (pair.ours.store, key, i, &ours);
          set_picture (pair.theirs.store, ids[i], "their picture", FALSE);
        }
    }
  set_picture (pair.ours.store, ours, "our picture", FALSE);
  set_picture (pair.theirs.store, ids[0], "a picture", FALSE);
  set_picture (pair.theirs.store, ids[1], "linked", TRUE);
  g_assert_true (
      mien_frames_set_missing (pair.theirs.store, ids[2], "no such file", &error));

  report = merge (&pair, &merging);
  g_assert_cmpuint (report->frames, ==, 3);
  g_assert_cmpuint (report->images, ==, 3);
  g_assert_cmpuint (report->conflicts->len, ==, 1);
  assert_conflict (report, 0, MIEN_CONFLICT_IMAGE, "x/4.jpg", -1, "");
  g_assert_cmpint (
      test_count (pair.ours.store,
                  "SELECT count (*) FROM frame f JOIN image i ON i.id = f.image"
                  " WHERE (f.key, i.bytes) IN (VALUES ('x/0.jpg', x'61207069637475"
                  "7265'), ('x/3.jpg', x'74686569722070696374757265'),"
                  " ('x/4.jpg', x'6f75722070696374757265'))"),
      ==, 3);
  g_assert_cmpint (test_count (pair.ours.store,
                               "SELECT count (*) FROM frame WHERE key = 'x/1.jpg' AND"
                               " link = 'faces/1.jpg' AND width = 20 AND height = 30"),
                   ==, 1);
  frame = mien_frames_find (pair.ours.store, "x/2.jpg", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (frame->missing_reason, ==, "no such file");
  g_assert_cmpint (frame->split, ==, MIEN_SPLIT_TEST);
  g_assert_cmpint (frame->number, ==, 2);
  pair_close (&pair);
}

static void
add_list (MienStore *store, const char *name, const gint64 *frames, guint n)
{
  g_autoptr (GError) error = NULL;
  gint64 list;

  g_assert_true (mien_frames_begin_list (store, name, MIEN_SPLIT_TRAIN, &list, &error));
  for (guint i = 0; i < n; i++)
    g_assert_true (mien_frames_add_list_row (store, list, i + 1, frames[i], &error));
}

static gint64
count_rows (MienStore *store, const char *name)
{
  g_autofree char *sql = g_strdup_printf ("SELECT sum (r.number * f.number) FROM list l"
                                          " JOIN list_row r ON r.list = l.id JOIN frame f"
                                          " ON f.id = r.frame WHERE l.name = '%s'",
                                          name);

  return test_count (store, sql);
}

/* A new list, one that goes on, and one that says something else. */
static void
test_lists (void)
{
  static const gint64 rows[] = { 1, 2, 3, 1 }, others[] = { 1, 3, 2, 1 };
  g_autoptr (MienMerge) merging = NULL;
  Pair pair;

  pair_open (&pair);
  add_list (pair.theirs.store, "new", rows, 4);
  add_list (pair.theirs.store, "longer", rows, 4);
  add_list (pair.theirs.store, "other", others, 4);
  add_list (pair.ours.store, "longer", rows, 2);
  add_list (pair.ours.store, "other", rows, 3);
  merge (&pair, &merging);
  g_assert_cmpint (count_rows (pair.ours.store, "new"), ==, 1 + 4 + 9 + 4);
  g_assert_cmpint (count_rows (pair.ours.store, "longer"), ==, 1 + 4 + 9 + 4);
  g_assert_cmpint (count_rows (pair.ours.store, "other"), ==, 1 + 4 + 9);
  pair_close (&pair);
}

/* Decisions after a merge come after all that was merged, whatever the wall clock says.
 */
static void
test_clock (void)
{
  g_autoptr (MienMerge) merging = NULL;
  Pair pair;

  pair_open (&pair);
  test_run (pair.theirs.store, "UPDATE project SET clock = 5000000000000000");
  test_answer (pair.theirs.store, 1, 1, MIEN_ITEM_EXPRESSION, test_value (1));
  merge (&pair, &merging);
  test_answer (pair.ours.store, 1, 1, MIEN_ITEM_EXPRESSION, test_value (2));
  g_assert_cmpfloat (test_label (pair.ours.store, 1, MIEN_ITEM_EXPRESSION).value[0], ==,
                     2);
  g_assert_cmpint (test_count (pair.ours.store, "SELECT clock FROM project"), ==,
                   5000000000000002);
  pair_close (&pair);
}

/* One person has taken back a decision in both copies, at the same time by a clock that
 * is ahead: each is given back once. */
static void
test_redo (void)
{
  MienDecision decision = { .kind = MIEN_DECISION_ANSWER, .annotator = 1 };
  static const gint64 frames[] = { 1, 2, 3 };
  g_autoptr (MienMerge) merging = NULL;
  g_autoptr (GError) error = NULL;
  Pair pair;

  pair_open (&pair);
  for (guint side = 0; side < 2; side++)
    {
      MienStore *store = side == 0 ? pair.ours.store : pair.theirs.store;

      test_run (store, "UPDATE project SET clock = 5000000000000000");
      decision.answers.item[MIEN_ITEM_EXPRESSION] = test_value (side);
      g_assert_true (mien_events_decide_many (store, frames, 3, &decision, NULL, &error));
      g_assert_true (mien_events_undo (store, 1, NULL, &error));
    }
  merge (&pair, &merging);
  g_assert_true (mien_events_redo (pair.ours.store, 1, NULL, &error));
  g_assert_true (mien_events_redo (pair.ours.store, 1, NULL, &error));
  g_assert_false (mien_events_redo (pair.ours.store, 1, NULL, &error));
  test_assert_error (error, MIEN_STORE_ERROR_NOT_FOUND, pair.ours.path);
  g_assert_cmpint (test_count (pair.ours.store, "SELECT count (DISTINCT target) FROM"
                                                " event WHERE kind = 11"),
                   ==, 2);
  test_assert_sound (pair.ours.store);
  pair_close (&pair);
}

static guint
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* A copy of an earlier version comes over and stays what it is; nothing is left behind.
 */
static void
test_earlier_version (int version)
{
  g_autofree char *name = g_strdup_printf ("version-%d.mien", version);
  g_autofree char *archived = g_test_build_filename (G_TEST_DIST, "projects", name, NULL);
  g_autofree char *contents = NULL, *after = NULL;
  g_autoptr (MienMerge) merging = NULL;
  g_autoptr (GError) error = NULL;
  const MienMergeReport *report;
  gint64 ana;
  gsize size, size_after;
  guint n_ours, n_theirs;
  Pair pair;

  g_file_get_contents (archived, &contents, &size, &error);
  g_assert_no_error (error);
  pair_open (&pair);
  for (guint side = 0; side < 2; side++)
    {
      TestProject *project = side == 0 ? &pair.ours : &pair.theirs;

      g_clear_pointer (&project->store, mien_store_close);
      g_assert_true (
          g_file_set_contents (project->path, contents, (gssize) size, &error));
    }
  pair.ours.store = mien_store_open (pair.ours.path, MIEN_STORE_READ_WRITE, &error);
  g_assert_no_error (error);
  ana = test_add_annotator (pair.ours.store, "Ana");
  test_answer (pair.ours.store, 1, ana, MIEN_ITEM_EXPRESSION, test_value (2));
  n_ours = count_files (pair.ours.folder);
  n_theirs = count_files (pair.theirs.folder);

  report = merge (&pair, &merging);
  g_assert_cmpuint (report->events, ==, 0);
  g_clear_pointer (&merging, mien_merge_free);
  g_file_get_contents (pair.theirs.path, &after, &size_after, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (contents, size, after, size_after);
  g_assert_cmpuint (count_files (pair.ours.folder), ==, n_ours);
  g_assert_cmpuint (count_files (pair.theirs.folder), ==, n_theirs);
  pair_close (&pair);
}

static void
test_earlier_versions (void)
{
  for (int version = 1; version < MIEN_SCHEMA_VERSION; version++)
    test_earlier_version (version);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/merge-rules/disagreement", test_disagreement);
  g_test_add_func ("/db/merge-rules/third-voice", test_third_voice);
  g_test_add_func ("/db/merge-rules/replaced", test_replaced);
  g_test_add_func ("/db/merge-rules/imports", test_imports);
  g_test_add_func ("/db/merge-rules/annotators", test_annotators);
  g_test_add_func ("/db/merge-rules/models", test_models);
  g_test_add_func ("/db/merge-rules/frames", test_frames);
  g_test_add_func ("/db/merge-rules/lists", test_lists);
  g_test_add_func ("/db/merge-rules/clock", test_clock);
  g_test_add_func ("/db/merge-rules/redo", test_redo);
  g_test_add_func ("/db/merge-rules/earlier-versions", test_earlier_versions);
  return g_test_run ();
}
