/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Random histories. Names of people and of new frames come from small sets, so that
 * copies which are worked on apart meet in them.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-test-history.h"

#include <string.h>

static const char *const people[TEST_HISTORY_PEOPLE] = { "Ana", "Ben", "Chie", "Daan",
                                                         "Eva" };

static const char *const videos[] = { "va", "vb", "vc" };

static gint64
pick_frame (MienStore *store, GRand *random)
{
  gint64 n = test_count (store, "SELECT max (id) FROM frame");

  return g_rand_int_range (random, 1, (gint32) n + 1);
}

/* What has no image is never read. */
static void
predict (MienStore *store, gint64 model, gint64 frame, double sure)
{
  gboolean has_image;

  g_assert_true (mien_frames_has_image (store, frame, &has_image, NULL));
  if (has_image)
    test_predict (store, model, frame, sure);
}

static MienLabel
pick_label (GRand *random, guint item)
{
  if (g_rand_int_range (random, 0, 8) == 0)
    return test_cannot_tell ();
  if (item == MIEN_ITEM_VALENCE_AROUSAL)
    return test_point (0.1 * g_rand_int_range (random, -4, 5),
                       0.1 * g_rand_int_range (random, -4, 5));
  return test_value (g_rand_int_range (random, 0, item == MIEN_ITEM_EXPRESSION ? 3 : 2));
}

static void
pick_labels (GRand *random, MienLabels *labels)
{
  memset (labels, 0, sizeof *labels);
  for (guint i = 0; i < 1 + g_rand_int (random) % 3; i++)
    {
      guint item = g_rand_int (random) % 5;

      labels->item[item] = pick_label (random, item);
    }
}

/* An image, none, or one that is put in later by whoever meets the frame again. */
static void
add_frame (MienStore *store, GRand *random, guint number)
{
  guint which = number % G_N_ELEMENTS (videos);
  g_autofree char *key = g_strdup_printf ("%s/%05u.jpg", videos[which], number);
  g_autoptr (GBytes) bytes = g_bytes_new (key, strlen (key));
  g_autoptr (GError) error = NULL;
  gint64 video = 0, frame = 0;
  gboolean added = FALSE;

  mien_frames_ensure_video (store, videos[which], (MienSplit) which, &video, &error);
  g_assert_no_error (error);
  mien_frames_ensure (store, video, key, number, &frame, &added, &error);
  g_assert_no_error (error);
  if (g_rand_int_range (random, 0, 3) > 0)
    mien_frames_set_image (store, frame, bytes, 112, 112, &error);
  else if (added)
    mien_frames_set_missing (
        store, frame, g_rand_boolean (random) ? "no such file" : "not a picture", &error);
  g_assert_no_error (error);
}

static void
import_labels (MienStore *store, GRand *random)
{
  g_autoptr (GError) error = NULL;
  MienLabels labels;

  pick_labels (random, &labels);
  mien_events_import (store, pick_frame (store, random), &labels, NULL, &error);
  g_assert_no_error (error);
}

void
test_history_begin (MienStore *store)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  g_autoptr (GError) error = NULL;
  gint64 list = 0;

  g_assert_true (mien_store_begin (store, &error));
  for (guint i = 1; i <= 12; i++)
    add_frame (store, random, i);
  mien_frames_begin_list (store, "labels.txt", MIEN_SPLIT_TRAIN, &list, &error);
  g_assert_no_error (error);
  for (gint64 i = 1; i <= 6; i++)
    g_assert_true (mien_frames_add_list_row (store, list, i, 1 + i % 4, &error));
  test_add_annotator (store, people[0]);
  test_add_model (store, 7);
  g_assert_true (mien_models_use (store, 1, &error));
  for (gint64 frame = 1; frame <= 8; frame++)
    predict (store, 1, frame, 0.5 + 0.05 * (double) frame);
  for (guint i = 0; i < 6; i++)
    import_labels (store, random);
  g_assert_true (mien_store_commit (store, &error));
}

static void
add_model (MienStore *store, GRand *random)
{
  gint64 model = test_add_model (store, 7);
  g_autoptr (GError) error = NULL;

  g_assert_true (mien_models_use (store, model, &error));
  predict (store, model, pick_frame (store, random), 0.9);
}

static void
decide (MienStore *store, GRand *random, gint64 annotator)
{
  static const MienDecisionKind kinds[] = {
    MIEN_DECISION_ANSWER,     MIEN_DECISION_ANSWER, MIEN_DECISION_ANSWER,
    MIEN_DECISION_ANSWER,     MIEN_DECISION_SKIP,   MIEN_DECISION_FLAG,
    MIEN_DECISION_NOT_A_FACE, MIEN_DECISION_NOTE,
  };
  MienDecision decision = {
    .kind = kinds[g_rand_int (random) % G_N_ELEMENTS (kinds)],
    .annotator = annotator,
    .model = test_count (store, "SELECT max (id) FROM model"),
    .duration_us = g_rand_int_range (random, -1, 1000),
    .proposal_visible = g_rand_boolean (random),
    .note = "Two lines\nand 日本語",
  };
  gint64 frames[4];
  guint n = g_rand_int_range (random, 0, 3) == 0 ? G_N_ELEMENTS (frames) : 1;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n; i++)
    frames[i] = pick_frame (store, random);
  decision.frame = frames[0];
  decision.propagated = n > 1;
  pick_labels (random, &decision.answers);
  mien_events_decide_many (store, frames, n, &decision, NULL, &error);
  g_assert_no_error (error);
}

/* Where there is nothing to take back, nothing happens. */
static void
take_back (MienStore *store, GRand *random, gint64 annotator)
{
  if (g_rand_int_range (random, 0, 3) > 0)
    mien_events_undo (store, annotator, NULL, NULL);
  else
    mien_events_redo (store, annotator, NULL, NULL);
}

void
test_history_work (MienStore *store, GRand *random, guint n_people, guint n_steps)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (mien_store_begin (store, &error));
  for (guint i = 0; i < n_steps; i++)
    {
      guint step = g_rand_int (random) % 20;
      gint64 annotator =
          test_add_annotator (store, people[g_rand_int (random) % n_people]);

      if (step < 12)
        decide (store, random, annotator);
      else if (step < 16)
        take_back (store, random, annotator);
      else if (step < 18)
        import_labels (store, random);
      else if (step < 19)
        add_frame (store, random, 1 + g_rand_int (random) % 20);
      else if (g_rand_int (random) % 4 == 0)
        add_model (store, random);
    }
  g_assert_true (mien_store_commit (store, &error));
}

static void
dump_rows (MienStore *store, const char *sql, GString *out)
{
  sqlite3_stmt *stmt;

  g_assert_cmpint (sqlite3_prepare_v2 (store->db, sql, -1, &stmt, NULL), ==, SQLITE_OK);
  while (sqlite3_step (stmt) == SQLITE_ROW)
    {
      for (int i = 0; i < sqlite3_column_count (stmt); i++)
        {
          const char *text = (const char *) sqlite3_column_text (stmt, i);

          g_string_append_printf (out, "%s|", text != NULL ? text : "");
        }
      g_string_append_c (out, '\n');
    }
  sqlite3_finalize (stmt);
}

char *
test_history_dump (MienStore *store)
{
  static const char *const parts[] = {
    "SELECT f.key, v.name, v.split, f.split, f.number, hex (ifnull (i.sha256,"
    " f.link_sha256)), f.link, f.missing_reason, f.width, f.height, f.not_a_face,"
    " f.skipped, f.complete, f.touched, f.imported, f.human, f.usable FROM frame f"
    " JOIN video v ON v.id = f.video LEFT JOIN image i ON i.id = f.image ORDER BY f.key",
    "SELECT f.key, l.item, l.answer, l.source, l.value1, l.value2, hex (e.uuid)"
    " FROM label l JOIN frame f ON f.id = l.frame JOIN event e ON e.id = l.event"
    " ORDER BY f.key, l.item",
    "SELECT hex (e.uuid), hex (e.batch), e.clock, f.key, e.kind, e.item, e.answer,"
    " e.value1, e.value2, a.name, e.time, e.duration_us, e.confidence,"
    " e.proposal_visible, hex (e.target), n.text FROM event e"
    " JOIN frame f ON f.id = e.frame LEFT JOIN annotator a ON a.id = e.annotator"
    " LEFT JOIN event_note n ON n.event = e.id ORDER BY e.uuid",
    "SELECT name, hex (uuid) FROM annotator ORDER BY name",
    "SELECT l.name, l.split, r.number, f.key FROM list l JOIN list_row r ON r.list = l.id"
    " JOIN frame f ON f.id = r.frame ORDER BY l.name, l.split, r.number",
    "SELECT * FROM census ORDER BY split",
    "SELECT hex (uuid), clock FROM project",
  };
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    dump_rows (store, parts[i], out);
  return g_string_free (out, FALSE);
}

static GHashTable *
read_models (MienStore *store)
{
  GHashTable *models = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  sqlite3_stmt *stmt;

  g_assert_cmpint (sqlite3_prepare_v2 (store->db,
                                       "SELECT hex (e.uuid), hex (m.uuid) FROM event e"
                                       " JOIN model m ON m.id = e.model",
                                       -1, &stmt, NULL),
                   ==, SQLITE_OK);
  while (sqlite3_step (stmt) == SQLITE_ROW)
    g_hash_table_insert (models, g_strdup ((const char *) sqlite3_column_text (stmt, 0)),
                         g_strdup ((const char *) sqlite3_column_text (stmt, 1)));
  sqlite3_finalize (stmt);
  return models;
}

void
test_history_same_models (MienStore *a, MienStore *b)
{
  g_autoptr (GHashTable) ours = read_models (a), theirs = read_models (b);
  GHashTableIter iter;
  gpointer event, model;

  g_hash_table_iter_init (&iter, ours);
  while (g_hash_table_iter_next (&iter, &event, &model))
    if (g_hash_table_contains (theirs, event))
      g_assert_cmpstr (model, ==, g_hash_table_lookup (theirs, event));
}
