/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Projects from strangers: bytes turned over, cut short, or values that the schema would
 * not have let in. Each is refused with one line or used soundly; nothing crashes (this
 * suite is worth most under AddressSanitizer and UBSan).
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-plan.h"
#include "mien-test-project.h"

#include <string.h>

#include "mien-embeddings.h"

enum
{
  N_ROUNDS = 90,
  N_FRAMES = 12,
};

static void
fill (MienStore *store)
{
  MienLabels labels = { 0 };
  g_autoptr (GError) error = NULL;
  gint64 list;

  g_assert_true (mien_store_begin (store, &error));
  test_add_annotator (store, "Ana");
  test_add_model (store, 7);
  g_assert_true (mien_models_use (store, 1, &error));
  g_assert_true (mien_models_add_point (store, 1, "loss", 1, 0.5, &error));
  g_assert_true (mien_frames_begin_list (store, "l", MIEN_SPLIT_TRAIN, &list, &error));
  labels.item[MIEN_ITEM_EXPRESSION] = test_value (3);
  labels.item[MIEN_ITEM_FIRST_UNIT + 5] = test_value (1);
  for (guint i = 1; i <= N_FRAMES; i++)
    {
      gint64 frame =
          test_add_frame (store, i % 4 == 0 ? "w" : "v",
                          i % 4 == 0 ? MIEN_SPLIT_VALIDATION : MIEN_SPLIT_TRAIN, i);

      g_assert_true (mien_frames_add_list_row (store, list, i, frame, &error));
      if (i % 2 == 0)
        g_assert_true (mien_events_import (store, frame, &labels, NULL, &error));
      test_predict (store, 1, frame, 0.5 + 0.04 * i);
      test_embed (store, 1, frame, i, 0.5);
      if (i % 3 == 0)
        test_answer (store, frame, 1, MIEN_ITEM_EXPRESSION, test_value (1));
    }
  g_assert_true (mien_store_commit (store, &error));
  g_assert_true (mien_events_undo (store, 1, NULL, &error));
  g_assert_true (mien_plan_renew (store, &error));
}

static void
check_error (GError **error)
{
  if (*error == NULL)
    return;
  g_assert_cmpint ((*error)->domain, ==, MIEN_STORE_ERROR);
  g_assert_null (strchr ((*error)->message, '\n'));
  g_clear_error (error);
}

static gboolean
look (const MienFrame *frame, const MienLabels *labels, gpointer data, GError **error)
{
  MienStore *store = data;
  g_autoptr (GError) failed = NULL;
  g_autoptr (GBytes) image = mien_frames_image (store, frame->id, &failed);

  check_error (&failed);
  /* Whatever comes out may be joined to a folder, and be counted by its class. */
  g_assert_true (mien_key_is_safe (frame->key));
  g_assert_true (mien_key_is_safe (frame->video_name));
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    g_assert_true (labels->item[item].answer == MIEN_ANSWER_NONE
                   || labels->item[item].answer == MIEN_ANSWER_UNRESOLVED
                   || mien_label_is_valid ((MienItem) item, &labels->item[item]));
  return TRUE;
}

static void
read_all (MienStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) queue = NULL, models = NULL, findings = NULL;
  g_autoptr (GArray) curves = NULL, pending = NULL, latest = NULL;
  g_autofree char *name = mien_store_name (store, &error);
  g_autoptr (GBytes) weights = NULL;
  MienStatus status;
  guint64 decisions;
  gint64 median;

  check_error (&error);
  mien_frames_foreach (store, -1, look, store, &error);
  check_error (&error);
  mien_frames_foreach_listed (store, -1, look, store, &error);
  check_error (&error);
  queue = mien_queue_list (store, 100, &error);
  check_error (&error);
  models = mien_models_list (store, &error);
  check_error (&error);
  curves = mien_models_curves (store, 1, &error);
  check_error (&error);
  weights = mien_models_weights (store, 1, &error);
  check_error (&error);
  pending = mien_proposals_pending (store, 1, 100, &error);
  check_error (&error);
  latest = mien_events_latest (store, 1, 100, &error);
  check_error (&error);
  mien_events_tally (store, 1, 0, &decisions, &median, &error);
  check_error (&error);
  mien_store_status (store, &status, &error);
  check_error (&error);
  findings = mien_store_verify (store, &error);
  check_error (&error);
}

static void
use_frames (MienStore *store)
{
  g_autoptr (GError) error = NULL;

  for (gint64 frame = 1; frame <= N_FRAMES; frame += 5)
    {
      MienDecision decision = { .kind = MIEN_DECISION_ANSWER,
                                .frame = frame,
                                .annotator = 1,
                                .model = 1,
                                .duration_us = 1 };
      g_autoptr (GPtrArray) history = mien_events_history (store, frame, &error);
      g_autoptr (GPtrArray) neighbours = NULL;
      guint tasks, doubtful;
      const char *reason;
      MienLabels accepted;

      check_error (&error);
      neighbours = mien_frames_neighbours (store, frame, 5, 5, &error);
      check_error (&error);
      mien_queue_asked (store, frame, &tasks, &doubtful, &reason, &error);
      check_error (&error);
      mien_proposals_accepted (store, frame, &accepted, NULL, &error);
      check_error (&error);
      decision.answers.item[MIEN_ITEM_EXPRESSION] = test_value (2);
      mien_events_decide (store, &decision, NULL, &error);
      check_error (&error);
    }
  mien_events_undo (store, 1, NULL, &error);
  check_error (&error);
  mien_events_redo (store, 1, NULL, &error);
  check_error (&error);
  mien_proposals_prune (store, &error);
  check_error (&error);
  mien_plan_renew (store, &error);
  check_error (&error);
  mien_embeddings_prune (store, 1, 30000, &error);
  check_error (&error);
  mien_store_job_begin (store, "train", &error);
  check_error (&error);
}

/* TRUE: it could be opened. */
static gboolean
open_and_use (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienStore) store = mien_store_open (path, MIEN_STORE_READ_WRITE, &error);

  check_error (&error);
  if (store == NULL)
    return FALSE;
  read_all (store);
  use_frames (store);
  return TRUE;
}

/* The project's bytes, closed; and with a log that was not played in yet. */
static void
make_bytes (char **contents, gsize *size, char **log, gsize *log_size)
{
  TestProject project;
  g_autofree char *name = NULL;

  test_project_open (&project);
  fill (project.store);
  test_project_reopen (&project, MIEN_STORE_READ_WRITE);
  g_assert_true (g_file_get_contents (project.path, contents, size, NULL));
  test_answer (project.store, 1, 1, MIEN_ITEM_EXPRESSION, test_value (5));
  name = g_strconcat (project.path, "-wal", NULL);
  g_assert_true (g_file_get_contents (name, log, log_size, NULL));
  test_project_close (&project);
}

static void
flip (guint8 *bytes, gsize size, guint n)
{
  for (guint i = 0; i < n; i++)
    bytes[g_test_rand_int_range (0, (int) size)] ^=
        (guint8) (1 << g_test_rand_int_range (0, 8));
}

static void
write_both (const char *path,
            const char *bytes,
            gsize size,
            const char *log,
            gsize log_size)
{
  g_autofree char *name = g_strconcat (path, "-wal", NULL);

  g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
  if (log != NULL)
    g_assert_true (g_file_set_contents (name, log, (gssize) log_size, NULL));
}

static void
test_flips (void)
{
  g_autofree char *bytes = NULL, *log = NULL;
  gsize size, log_size;
  guint opened = 0;

  make_bytes (&bytes, &size, &log, &log_size);
  for (guint round = 0; round < N_ROUNDS; round++)
    {
      g_autofree char *folder = g_dir_make_tmp ("mien-db-XXXXXX", NULL);
      g_autofree char *path = g_build_filename (folder, "a.mien", NULL);
      g_autofree char *damaged = g_memdup2 (bytes, size);
      g_autofree char *damaged_log = g_memdup2 (log, log_size);
      gboolean with_log = round % 3 == 0;

      flip ((guint8 *) damaged, size, 1u << round % 6);
      if (with_log)
        flip ((guint8 *) damaged_log, log_size, round % 5);
      write_both (path, damaged, size, with_log ? damaged_log : NULL, log_size);
      opened += open_and_use (path);
      test_remove_folder (folder);
    }
  g_test_message ("%u of %u could be opened", opened, N_ROUNDS);
  g_assert_cmpuint (opened, >, 0);
}

static void
test_truncations (void)
{
  g_autofree char *bytes = NULL, *log = NULL;
  gsize size, log_size;

  make_bytes (&bytes, &size, &log, &log_size);
  for (guint round = 0; round < N_ROUNDS / 3; round++)
    {
      g_autofree char *folder = g_dir_make_tmp ("mien-db-XXXXXX", NULL);
      g_autofree char *path = g_build_filename (folder, "a.mien", NULL);
      gsize cut =
          round < 8 ? round * 16 : (gsize) g_test_rand_int_range (100, (int) size);
      gsize log_cut = (gsize) g_test_rand_int_range (0, (int) log_size);

      write_both (path, bytes, round % 4 == 3 ? size : cut, round % 2 == 1 ? log : NULL,
                  log_cut);
      open_and_use (path);
      test_remove_folder (folder);
    }
}

/* What a stranger with a database program can put in, past every CHECK. */
static void
test_values (void)
{
  static const char *const plants[] = {
    "INSERT INTO event (uuid, batch, clock, frame, kind, item, answer, value1, time)"
    " VALUES (x'00', x'', 5, 1, 99, 77, 9, 1e308, 1)",
    "INSERT INTO event (uuid, batch, clock, frame, kind, item, answer, value1, time)"
    " VALUES (randomblob (16), randomblob (16), -5, 1, -4, -7, -1, 9e999, 1)",
    "INSERT INTO event (uuid, batch, clock, frame, kind, item, answer, value1, time)"
    " VALUES (randomblob (16), randomblob (16), 5, 1, 1, 0, 1, -9e999, 1)",
    "INSERT INTO event (uuid, batch, clock, frame, kind, item, answer, annotator, time,"
    " target) VALUES (randomblob (16), randomblob (16), 9e15, 1, 10, NULL, 0, 1, 1, "
    "x'01')",
    "UPDATE label SET item = 50 WHERE item = 1",
    "UPDATE label SET item = -1 WHERE item = 1",
    "UPDATE label SET answer = 77, source = -3",
    "UPDATE label SET value1 = 9e999, value2 = -9e999",
    "UPDATE video SET split = 9; UPDATE frame SET split = 9",
    "UPDATE frame SET split = -1",
    "UPDATE frame SET key = '../../etc/' || id",
    "UPDATE frame SET key = CAST (x'ff00fe' AS TEXT) || id",
    "UPDATE frame SET number = -99, complete = 255, touched = 999, imported = -1",
    "UPDATE frame SET reader = 77",
    "UPDATE frame SET link = '/etc/passwd', link_sha256 = zeroblob (32), image = NULL",
    "UPDATE frame SET link = '../../../../dev/zero', link_sha256 = x'00', image = NULL",
    "UPDATE image SET sha256 = randomblob (7)",
    "UPDATE image SET bytes = zeroblob (40000000) WHERE id = 1",
    "UPDATE model SET thresholds = x'01'",
    "UPDATE model SET thresholds = CAST (zeroblob (160) ||"
    " x'000000000000f87f' AS BLOB)",
    "UPDATE model SET tasks = 255, input_size = -5, origin = 9",
    "UPDATE model SET weights_size = 9223372036854775807",
    "UPDATE model SET weights_size = -5; DELETE FROM model_weights",
    "UPDATE model_weights SET part = 7, bytes = x''",
    "UPDATE model SET parent = 1, unsettled = 5",
    "DELETE FROM model; DELETE FROM model_use",
    "UPDATE prediction SET outputs = x'00'",
    "UPDATE prediction SET outputs = CAST (replace (hex (zeroblob (46)), '0', x'ff')"
    " AS BLOB)",
    "UPDATE embedding SET features = x''",
    "UPDATE embedding SET features = zeroblob (40000000) WHERE frame = 1",
    "UPDATE embedding SET features = CAST (replace (hex (zeroblob (256)), '0', x'ff7f')"
    " AS BLOB)",
    "UPDATE embedding SET model = 9, frame = frame + 1000",
    "UPDATE plan SET reason = 77; UPDATE plan SET reason = -9 WHERE position = 2",
    "UPDATE proposal SET task = 9 WHERE task = 1",
    "UPDATE proposal SET priority = 9e999, open = 7, accepted = -1",
    "UPDATE census SET frames = -5, touched_1 = 9223372036854775807",
    "UPDATE tally SET open = -9223372036854775807",
    "UPDATE project SET clock = 9223372036854775807",
    "UPDATE project SET clock = -9223372036854775807, name = CAST (x'ff0a' AS TEXT)",
    "DELETE FROM project",
    "INSERT INTO job VALUES (1, CAST (x'0aff' AS TEXT), -5, '', '', -9, 0)",
    "UPDATE annotator SET name = char (10)",
  };

  for (guint i = 0; i < G_N_ELEMENTS (plants); i++)
    {
      TestProject project;
      char *message = NULL;

      test_project_open (&project);
      fill (project.store);
      test_run (project.store,
                "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF");
      sqlite3_exec (project.store->db, plants[i], NULL, NULL, &message);
      if (message != NULL)
        g_error ("%s: %s", plants[i], message);
      g_clear_pointer (&project.store, mien_store_close);
      open_and_use (project.path);
      test_project_close (&project);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/hostile/flips", test_flips);
  g_test_add_func ("/db/hostile/truncations", test_truncations);
  g_test_add_func ("/db/hostile/values", test_values);
  return g_test_run ();
}
