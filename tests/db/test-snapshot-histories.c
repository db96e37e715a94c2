/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Going back to snapshots. Random histories: three annotators answer, decide on many
 * frames, skip, flag, note, undo and redo, labels are imported, snapshots are taken and
 * restored. What a snapshot held is kept here, as the tables said it then. Then: a
 * restoring gives exactly that back, undone and redone it gives what was there before and
 * again that; as many redone as undone change nothing; a diff counts what the two tables
 * differ in; and the project stays sound.
 *
 * MIEN_SNAPSHOT_ACTIONS says how many actions a history has (250), MIEN_SNAPSHOT_SEED the
 * first of the four (1).
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-test-project.h"

#include <string.h>

#include "mien-snapshot.h"
#include "mien-test-tables.h"

enum
{
  FRAMES = TEST_TABLES_FRAMES,
  ANNOTATORS = 3,
  MAX_SNAPSHOTS = 24,
  HISTORIES = 4,
  ITEMS = 4, /* the point, the expression and two units */
};

typedef struct
{
  TestProject project;
  MienStore *store;
  GRand *random;
  gint64 frames[FRAMES], annotators[ANNOTATORS], model;
  TestTables tables[MAX_SNAPSHOTS];
  guint n_snapshots, restored, differed, undone;
} History;

static guint
below (History *history, guint n)
{
  return (guint) g_rand_int_range (history->random, 0, (gint32) n);
}

static MienSnapshot *
find (History *history, guint number)
{
  g_autofree char *name = number < history->n_snapshots
                              ? g_strdup_printf ("snapshot %u", number)
                              : g_strdup ("now");
  g_autoptr (GError) error = NULL;
  MienSnapshot *snapshot = mien_snapshot_find (history->store, name, &error);

  g_assert_no_error (error);
  return snapshot;
}

/* ---- random actions ---- */

static MienLabel
random_label (History *history, guint item)
{
  if (below (history, 6) == 0)
    return test_cannot_tell ();
  if (item == MIEN_ITEM_VALENCE_AROUSAL)
    return test_point (0.125 * below (history, 5), -0.125 * below (history, 5));
  return test_value (below (history, item == MIEN_ITEM_EXPRESSION ? 3 : 2));
}

static void
random_labels (History *history, MienLabels *labels)
{
  memset (labels, 0, sizeof *labels);
  for (guint n = 1 + below (history, 2); n > 0; n--)
    {
      guint item = below (history, ITEMS);

      labels->item[item] = random_label (history, item);
    }
}

static void
decide (History *history)
{
  static const MienDecisionKind kinds[] = {
    MIEN_DECISION_ANSWER, MIEN_DECISION_ANSWER, MIEN_DECISION_ANSWER,
    MIEN_DECISION_ANSWER, MIEN_DECISION_SKIP,   MIEN_DECISION_NOT_A_FACE,
    MIEN_DECISION_FLAG,   MIEN_DECISION_NOTE,
  };
  guint first = below (history, FRAMES);
  guint n = below (history, 3) == 0 ? 1 + below (history, FRAMES - first) : 1;
  g_autofree char *note = g_strdup_printf ("note %u", below (history, 1000));
  MienDecision decision = {
    .kind = kinds[below (history, G_N_ELEMENTS (kinds))],
    .frame = history->frames[first],
    .annotator = history->annotators[below (history, ANNOTATORS)],
    .model = below (history, 2) == 0 ? history->model : 0,
    .duration_us = -1,
    .propagated = n > 1,
    .note = note,
  };
  g_autoptr (GError) error = NULL;

  random_labels (history, &decision.answers);
  mien_events_decide_many (history->store, history->frames + first, n, &decision, NULL,
                           &error);
  g_assert_no_error (error);
}

static void
import (History *history)
{
  guint first = below (history, FRAMES), end = first + 1 + below (history, 4);
  g_autoptr (GError) error = NULL;

  for (guint i = first; i < MIN (end, FRAMES); i++)
    {
      MienLabels labels;

      random_labels (history, &labels);
      mien_events_import (history->store, history->frames[i], &labels, NULL, &error);
      g_assert_no_error (error);
    }
}

/* There may be nothing to undo, or to redo. */
static void
walk (History *history, gboolean (*step) (MienStore *, gint64, MienUndone *, GError **))
{
  g_autoptr (GError) error = NULL;

  if (!step (history->store, history->annotators[below (history, ANNOTATORS)], NULL,
             &error))
    g_assert_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_NOT_FOUND);
}

static void
take (History *history)
{
  g_autofree char *name = g_strdup_printf ("snapshot %u", history->n_snapshots);
  g_autoptr (GError) error = NULL;
  g_autoptr (MienSnapshot) snapshot = NULL;

  if (history->n_snapshots == MAX_SNAPSHOTS)
    return;
  snapshot = mien_snapshot_take (history->store, name, 0, &error);
  g_assert_no_error (error);
  test_tables_read (&history->tables[history->n_snapshots++], history->store,
                    history->frames);
}

static void
assert_walked (History *history,
               gboolean (*step) (MienStore *, gint64, MienUndone *, GError **),
               gint64 annotator,
               guint frames)
{
  g_autoptr (GError) error = NULL;
  MienUndone undone = { 0 };

  step (history->store, annotator, &undone, &error);
  g_assert_no_error (error);
  g_assert_true (undone.restored);
  g_assert_cmpuint (undone.n_frames, ==, frames);
  mien_undone_clear (&undone);
}

/* Whatever is the snapshot's already leaves nothing in the log. */
static void
restore (History *history)
{
  guint number = below (history, history->n_snapshots);
  gint64 annotator = history->annotators[below (history, ANNOTATORS)];
  g_autoptr (MienSnapshot) snapshot = find (history, number);
  g_autoptr (MienSnapshot) before = find (history, G_MAXUINT);
  g_autoptr (MienSnapshot) after = NULL;
  g_auto (TestTables) tables = { 0 };
  g_autoptr (GError) error = NULL;
  MienRestored restored;

  test_tables_read (&tables, history->store, history->frames);
  mien_snapshot_restore (history->store, snapshot, annotator, NULL, &restored, &error);
  g_assert_no_error (error);
  test_tables_assert (&history->tables[number], history->store, history->frames);
  after = find (history, G_MAXUINT);
  g_assert_true ((restored.frames == 0) == (after->event == before->event));
  g_assert_true ((restored.frames == 0)
                 == (restored.taken_back + restored.given_again == 0));
  history->restored++;
  history->differed += restored.frames > 0;
  if (restored.frames == 0 || below (history, 2) == 0)
    return;
  assert_walked (history, mien_events_undo, annotator, restored.frames);
  test_tables_assert (&tables, history->store, history->frames);
  test_assert_sound (history->store);
  history->undone++;
  if (below (history, 2) == 0)
    return;
  assert_walked (history, mien_events_redo, annotator, restored.frames);
  test_tables_assert (&history->tables[number], history->store, history->frames);
}

/* As many redone as were undone, restorings among them, is as if nothing had been. */
static void
walk_there_and_back (History *history)
{
  gint64 annotator = history->annotators[below (history, ANNOTATORS)];
  guint n = 0, most = 1 + below (history, 8);
  g_auto (TestTables) tables = { 0 };
  g_autoptr (GError) error = NULL;

  test_tables_read (&tables, history->store, history->frames);
  while (n < most && mien_events_undo (history->store, annotator, NULL, NULL))
    n++;
  for (; n > 0; n--)
    {
      mien_events_redo (history->store, annotator, NULL, &error);
      g_assert_no_error (error);
    }
  test_tables_assert (&tables, history->store, history->frames);
}

static void
act (History *history)
{
  guint action = below (history, 100);

  if (action < 45)
    decide (history);
  else if (action < 50)
    walk_there_and_back (history);
  else if (action < 60)
    walk (history, mien_events_undo);
  else if (action < 68)
    walk (history, mien_events_redo);
  else if (action < 80)
    import (history);
  else if (action < 90)
    take (history);
  else
    restore (history);
}

/* ---- diff against the tables ---- */

static void
count (MienDiffCounts *counts, gboolean was, gboolean is)
{
  counts->added += !was && is;
  counts->removed += was && !is;
  counts->changed += was && is;
}

static guint
answer_of (guint item, const MienLabel *label)
{
  return label->answer == MIEN_ANSWER_CANNOT_TELL  ? MIEN_DIFF_CANNOT_TELL
         : label->answer == MIEN_ANSWER_UNRESOLVED ? MIEN_DIFF_UNRESOLVED
         : item == MIEN_ITEM_VALENCE_AROUSAL       ? 0
                                                   : (guint) label->value[0];
}

/* Whose the event is, as its place in annotators; ANNOTATORS: imported. */
static guint
annotator_of (History *history, gint64 event)
{
  gint64 annotator = 0;
  guint i = 0;

  mien_query_int (history->store, NULL, 0, &annotator,
                  "SELECT annotator FROM event WHERE id = ?1", MIEN_INT (event));
  while (i < ANNOTATORS && history->annotators[i] != annotator)
    i++;
  return i;
}

/* by: [ANNOTATORS + 1]. */
static gboolean
count_frame (History *history,
             guint frame,
             const TestTables *from,
             const TestTables *to,
             MienDiff *wanted,
             MienDiffSides *by)
{
  const TestTables *sides[2] = { from, to };
  gboolean differs = FALSE;

  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    {
      const MienLabel *a = &from->labels[frame].item[item];
      const MienLabel *b = &to->labels[frame].item[item];

      if (test_same_label (a, b))
        continue;
      differs = TRUE;
      count (&wanted->items[item], a->answer != MIEN_ANSWER_NONE,
             b->answer != MIEN_ANSWER_NONE);
      for (guint side = 0; side < 2; side++)
        {
          const MienLabel *label = side == 0 ? a : b;
          gint64 event = sides[side]->events[frame][item];

          if (label->answer == MIEN_ANSWER_NONE)
            continue;
          (&wanted->answers[item][answer_of (item, label)].before)[side]++;
          (&wanted->sources[label->source].before)[side]++;
          (&by[annotator_of (history, event)].before)[side]++;
        }
    }
  return differs;
}

static void
assert_diff (History *history, guint from, guint to)
{
  enum
  {
    NOT_A_FACE_BIT = 4096
  };
  g_autoptr (MienSnapshot) a = find (history, from);
  g_autoptr (MienSnapshot) b = find (history, to);
  g_auto (TestTables) now = { 0 };
  const TestTables *was = from < history->n_snapshots ? &history->tables[from] : &now;
  const TestTables *is = to < history->n_snapshots ? &history->tables[to] : &now;
  g_autoptr (GError) error = NULL;
  g_autoptr (MienDiff) diff = mien_snapshot_diff (history->store, a, b, NULL, &error);
  MienDiffSides by[ANNOTATORS + 1] = { 0 };
  MienDiff wanted = { 0 };
  guint n = 0, k = 0;

  g_assert_no_error (error);
  test_tables_read (&now, history->store, history->frames);
  for (guint i = 0; i < FRAMES; i++)
    {
      gboolean was_none = test_tables_not_a_face (was, i);
      gboolean is_none = test_tables_not_a_face (is, i);

      wanted.not_a_face.added += !was_none && is_none;
      wanted.not_a_face.removed += was_none && !is_none;
      if (!count_frame (history, i, was, is, &wanted, by) && was_none == is_none)
        continue;
      g_assert_cmpuint (n, <, diff->frames->len);
      g_assert_cmpint (g_array_index (diff->frames, gint64, n++), ==, history->frames[i]);
    }
  g_assert_cmpuint (n, ==, diff->frames->len);
  g_assert_cmpmem (diff->items, sizeof diff->items, wanted.items, sizeof wanted.items);
  g_assert_cmpmem (diff->answers, sizeof diff->answers, wanted.answers,
                   sizeof wanted.answers);
  g_assert_cmpmem (diff->sources, sizeof diff->sources, wanted.sources,
                   sizeof wanted.sources);
  g_assert_cmpmem (&diff->not_a_face, sizeof diff->not_a_face, &wanted.not_a_face,
                   sizeof wanted.not_a_face);
  for (guint i = 0; i < ANNOTATORS; i++)
    if (by[i].before + by[i].after > 0)
      {
        g_assert_cmpuint (k, <, diff->annotators->len);
        g_assert_cmpmem (&g_array_index (diff->annotators, MienDiffAnnotator, k++).sides,
                         sizeof by[i], &by[i], sizeof by[i]);
      }
  g_assert_cmpuint (k, ==, diff->annotators->len);
}

/* ---- histories ---- */

static void
history_open (History *history, guint seed)
{
  static const char *const names[ANNOTATORS] = { "Ana", "Ben", "千代" };
  g_autoptr (GError) error = NULL;

  memset (history, 0, sizeof *history);
  test_project_open (&history->project);
  history->store = history->project.store;
  history->random = g_rand_new_with_seed (seed);
  for (guint i = 0; i < FRAMES; i++)
    history->frames[i] =
        test_add_frame (history->store, i < FRAMES / 2 ? "v" : "w",
                        i < FRAMES / 2 ? MIEN_SPLIT_TRAIN : MIEN_SPLIT_VALIDATION, i + 1);
  for (guint i = 0; i < ANNOTATORS; i++)
    history->annotators[i] = test_add_annotator (history->store, names[i]);
  history->model = test_add_model (history->store, 7);
  mien_models_use (history->store, history->model, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < FRAMES; i += 2)
    test_predict (history->store, history->model, history->frames[i], 0.6 + 0.03 * i);
  take (history);
}

static void
history_close (History *history)
{
  for (guint i = 0; i < history->n_snapshots; i++)
    test_tables_clear (&history->tables[i]);
  g_rand_free (history->random);
  test_project_close (&history->project);
}

static guint
number_from (const char *variable, guint otherwise)
{
  const char *text = g_getenv (variable);

  return text != NULL ? (guint) g_ascii_strtoull (text, NULL, 10) : otherwise;
}

static void
test_histories (void)
{
  guint actions = number_from ("MIEN_SNAPSHOT_ACTIONS", 250);
  guint seed = number_from ("MIEN_SNAPSHOT_SEED", 1), differed = 0, undone = 0;

  for (guint i = 0; i < HISTORIES; i++)
    {
      g_autofree History *history = g_new (History, 1);

      history_open (history, seed + i);
      for (guint k = 0; k < actions; k++)
        {
          act (history);
          if (k % 10 == 9)
            assert_diff (history, below (history, history->n_snapshots + 1),
                         below (history, history->n_snapshots + 1));
          if (k % 25 == 24)
            test_assert_sound (history->store);
        }
      g_test_message ("seed %u: %u snapshots, %u restored, %u with effect, %u undone",
                      seed + i, history->n_snapshots, history->restored,
                      history->differed, history->undone);
      differed += history->differed;
      undone += history->undone;
      history_close (history);
    }
  g_assert_cmpuint (differed, >, actions / 10);
  g_assert_cmpuint (undone, >, actions / 30);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/snapshot-histories", test_histories);
  return g_test_run ();
}
