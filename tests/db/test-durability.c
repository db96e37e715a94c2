/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What was shown as saved is there: after kill -9 at random moments, on a disk that is
 * full, and while a job writes without a pause.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-test-project.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum
{
  N_FRAMES = 60,
  N_ROUNDS = 20,
};

/* Writes the batch of each decision down the pipe once it is acknowledged. */
static void
decide_for_ever (const char *path, int pipe_end, guint seed)
{
  g_autoptr (MienStore) store = mien_store_open (path, MIEN_STORE_READ_WRITE, NULL);

  if (store == NULL)
    _exit (1);
  for (guint i = seed;; i++)
    {
      MienDecision decision = { .kind = MIEN_DECISION_ANSWER,
                                .frame = 1 + (i * 7) % N_FRAMES,
                                .annotator = 1,
                                .model = 1,
                                .duration_us = 5 };
      MienUuid batch;

      decision.answers.item[MIEN_ITEM_EXPRESSION] = test_value (i % 8);
      decision.answers.item[MIEN_ITEM_FIRST_UNIT + i % 12] = test_value (i % 2);
      if (!mien_events_decide (store, &decision, &batch, NULL))
        _exit (2);
      if (write (pipe_end, &batch, sizeof batch) != sizeof batch)
        _exit (3);
      if (i % 5 == 0 && !mien_events_undo (store, 1, NULL, NULL))
        _exit (4);
    }
}

/* Keeps the file full of other people's writing. */
static void
work_for_ever (const char *path)
{
  g_autoptr (MienStore) store = mien_store_open (path, MIEN_STORE_READ_WRITE, NULL);
  g_autoptr (MienModel) model = NULL;

  if (store == NULL || !mien_store_set_bulk (store, TRUE, NULL))
    _exit (1);
  model = mien_models_get (store, 1, NULL);
  for (guint i = 0;; i++)
    {
      MienPrediction prediction = test_prediction (0.3 + 0.01 * (i % 60));
      gboolean ok = mien_store_begin (store, NULL);

      for (gint64 frame = 1; ok && frame <= N_FRAMES; frame++)
        ok = mien_proposals_store (store, model, frame, &prediction, NULL)
             && mien_store_breathe (store, NULL);
      if (!ok || !mien_store_commit (store, NULL))
        _exit (2);
    }
}

static void
open_filled (TestProject *project)
{
  g_autoptr (GError) error = NULL;

  test_project_open (project);
  g_assert_true (mien_store_begin (project->store, &error));
  for (guint i = 1; i <= N_FRAMES; i++)
    test_add_frame (project->store, "v", MIEN_SPLIT_TRAIN, i);
  test_add_annotator (project->store, "Ana");
  test_add_model (project->store, 7);
  g_assert_true (mien_models_use (project->store, 1, &error));
  for (gint64 i = 1; i <= N_FRAMES; i++)
    test_predict (project->store, 1, i, 0.5);
  g_assert_true (mien_store_commit (project->store, &error));
}

static gint64
count_batch (MienStore *store, const MienUuid *batch)
{
  g_autoptr (GError) error = NULL;
  gint64 n = 0;

  mien_query_int (store, &error, 0, &n,
                  MIEN_SCAN "SELECT count (*) FROM event WHERE batch = ?1",
                  MIEN_UUID (batch));
  g_assert_no_error (error);
  return n;
}

static pid_t
start (void (*work) (const char *path), const char *path)
{
  pid_t child = fork ();

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      work (path);
      _exit (0);
    }
  return child;
}

static void
end (pid_t child)
{
  int status;

  kill (child, SIGKILL);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFSIGNALED (status));
}

static void
kill_once (TestProject *project, guint round, GArray *acknowledged)
{
  int ends[2];
  pid_t child, worker = 0;
  MienUuid batch;

  g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      close (ends[0]);
      decide_for_ever (project->path, ends[1], round * 1000);
    }
  close (ends[1]);
  if (round % 2 == 1)
    worker = start (work_for_ever, project->path);
  g_usleep ((gulong) g_test_rand_int_range (1000, 120000));
  if (worker != 0 && round % 4 == 1)
    end (worker);
  end (child);
  if (worker != 0 && round % 4 == 3)
    end (worker);
  while (read (ends[0], &batch, sizeof batch) == sizeof batch)
    g_array_append_val (acknowledged, batch);
  close (ends[0]);
}

static void
test_kill (void)
{
  g_autoptr (GArray) acknowledged = g_array_new (FALSE, FALSE, sizeof (MienUuid));
  TestProject project;

  open_filled (&project);
  g_clear_pointer (&project.store, mien_store_close);
  for (guint round = 0; round < N_ROUNDS; round++)
    {
      g_autoptr (GError) error = NULL;
      MienStore *store;

      kill_once (&project, round, acknowledged);
      store = mien_store_open (project.path, MIEN_STORE_READ_WRITE, &error);
      g_assert_no_error (error);
      for (guint i = 0; i < acknowledged->len; i++)
        g_assert_cmpint (count_batch (store, &g_array_index (acknowledged, MienUuid, i)),
                         ==, 2);
      test_assert_sound (store);
      mien_store_close (store);
    }
  g_test_message ("%u decisions acknowledged", acknowledged->len);
  g_assert_cmpuint (acknowledged->len, >, 0);
  test_project_close (&project);
}

/* A killed job's row is taken over. */
static void
begin_job (const char *path)
{
  g_autoptr (MienStore) store = mien_store_open (path, MIEN_STORE_READ_WRITE, NULL);

  if (store == NULL || !mien_store_job_begin (store, "train", NULL))
    _exit (1);
  for (;;)
    pause ();
}

static void
test_kill_job (void)
{
  TestProject project;
  g_autoptr (GError) error = NULL;
  pid_t child;

  open_filled (&project);
  child = start (begin_job, project.path);
  while (test_count (project.store, "SELECT count (*) FROM job") == 0)
    g_usleep (1000);
  g_assert_false (mien_store_job_begin (project.store, "train", &error));
  test_assert_error (error, MIEN_STORE_ERROR_BUSY, project.path);
  end (child);
  g_assert_true (mien_store_job_begin (project.store, "train", &error));
  g_assert_no_error (error);
  test_project_close (&project);
}

/* No file may grow past size: what a full disk is to SQLite. */
static void
limit_files (rlim_t size)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = size;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

static void
test_full (void)
{
  TestProject project;
  MienStore *store;
  MienDecision decision = {
    .kind = MIEN_DECISION_ANSWER, .annotator = 1, .model = 1, .duration_us = 5
  };
  g_autofree char *log = NULL;
  g_autoptr (GError) error = NULL;
  struct stat status;
  MienUuid saved[2000], lost = { { 0 } };
  guint n = 0;

  signal (SIGXFSZ, SIG_IGN);
  open_filled (&project);
  store = project.store;
  log = g_strconcat (project.path, "-wal", NULL);
  g_assert_cmpint (stat (log, &status), ==, 0);
  limit_files ((rlim_t) status.st_size + 300 * 1024);
  decision.answers.item[MIEN_ITEM_EXPRESSION] = test_value (1);
  for (;;)
    {
      decision.frame = 1 + n % N_FRAMES;
      if (!mien_events_decide (store, &decision, n < 2000 ? &saved[n] : &lost, &error))
        break;
      n++;
      g_assert_cmpuint (n, <, 2000);
    }
  test_assert_error (error, MIEN_STORE_ERROR_FULL, project.path);
  g_assert_cmpuint (n, >, 0);
  /* It stays so, and what is there can be read. */
  g_assert_false (mien_events_decide (store, &decision, &lost, &error));
  test_assert_error (error, MIEN_STORE_ERROR_FULL, project.path);
  test_assert_sound (store);

  limit_files (RLIM_INFINITY);
  g_assert_true (mien_events_decide (store, &decision, &lost, &error));
  g_assert_no_error (error);
  test_project_reopen (&project, MIEN_STORE_READ_WRITE);
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (count_batch (project.store, &saved[i]), ==, 1);
  g_assert_cmpint (count_batch (project.store, &lost), ==, 1);
  test_assert_sound (project.store);
  test_project_close (&project);
}

/* A place so full that not even a project fits. */
static void
test_full_from_the_start (void)
{
  g_autofree char *folder = g_dir_make_tmp ("mien-db-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "a.mien", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = NULL;

  signal (SIGXFSZ, SIG_IGN);
  limit_files (8192);
  g_assert_null (mien_store_create (path, "x", &error));
  test_assert_error (error, MIEN_STORE_ERROR_FULL, path);
  limit_files (RLIM_INFINITY);
  dir = g_dir_open (folder, 0, NULL);
  g_assert_null (g_dir_read_name (dir));
  test_remove_folder (folder);
}

/* A job in bursts and a person: nobody hears of the other, and the person never waits. */
static void
test_two_writers (void)
{
  TestProject project;
  gint64 longest = 0;
  pid_t worker, second;

  open_filled (&project);
  worker = start (work_for_ever, project.path);
  second = start (work_for_ever, project.path);
  for (guint i = 0; i < 100; i++)
    {
      gint64 began = g_get_monotonic_time ();

      test_answer (project.store, 1 + i % N_FRAMES, 1, MIEN_ITEM_EXPRESSION,
                   test_value (i % 8));
      longest = MAX (longest, g_get_monotonic_time () - began);
      g_usleep (2000);
    }
  g_assert_cmpint (waitpid (worker, NULL, WNOHANG), ==, 0);
  g_assert_cmpint (waitpid (second, NULL, WNOHANG), ==, 0);
  end (worker);
  end (second);
  g_test_message ("the longest wait was %.1f ms", (double) longest / 1000.0);
  g_assert_cmpint (longest, <, 1500000);
  test_assert_sound (project.store);
  test_project_close (&project);
}

/* The lock round commits: held by one, awaited by another, gone with its owner. */
static void
hold_lock (const char *path)
{
  int lock = mien_lock_open (path, NULL);

  if (lock < 0 || !mien_lock_take (lock, path, NULL))
    _exit (1);
  g_usleep (300000);
  _exit (0);
}

static void
test_lock (void)
{
  TestProject project;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  gint64 began;
  int own;
  pid_t child;

  open_filled (&project);
  name = g_strconcat (project.path, "-lock", NULL);
  g_assert_true (g_file_test (name, G_FILE_TEST_EXISTS));
  own = mien_lock_open (project.path, &error);
  g_assert_cmpint (own, >=, 0);
  child = start (hold_lock, project.path);
  for (;;)
    {
      g_assert_true (mien_lock_take (own, project.path, &error));
      mien_lock_give (own);
      began = g_get_monotonic_time ();
      test_answer (project.store, 1, 1, MIEN_ITEM_EXPRESSION, test_value (1));
      if (g_get_monotonic_time () - began > 100000 || waitpid (child, NULL, WNOHANG) != 0)
        break;
    }
  waitpid (child, NULL, 0);
  /* A transaction holds it from begin to end, so that no checkpoint comes between. */
  g_assert_true (mien_store_begin (project.store, &error));
  g_assert_false (mien_lock_take (own, project.path, &error));
  test_assert_error (error, MIEN_STORE_ERROR_BUSY, project.path);
  mien_store_rollback (project.store);
  g_assert_true (mien_lock_take (own, project.path, &error));
  mien_lock_give (own);
  mien_lock_close (own, project.path);
  g_assert_true (g_file_test (name, G_FILE_TEST_EXISTS));
  g_clear_pointer (&project.store, mien_store_close);
  g_assert_false (g_file_test (name, G_FILE_TEST_EXISTS));
  test_project_close (&project);
}

/* Left to itself SQLite would checkpoint outside the lock; ours keeps the log short. */
static void
test_checkpoints (void)
{
  TestProject project;
  g_autofree char *log = NULL;
  struct stat status;

  open_filled (&project);
  log = g_strconcat (project.path, "-wal", NULL);
  for (guint i = 0; i < 400; i++)
    {
      g_assert_true (mien_store_begin (project.store, NULL));
      for (gint64 frame = 1; frame <= N_FRAMES; frame++)
        test_predict (project.store, 1, frame, 0.2 + 0.001 * i);
      g_assert_true (mien_store_commit (project.store, NULL));
    }
  g_assert_cmpint (stat (log, &status), ==, 0);
  g_assert_cmpint (status.st_size, <, 8 * 1024 * 1024);
  test_project_close (&project);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/durability/kill", test_kill);
  g_test_add_func ("/db/durability/kill-job", test_kill_job);
  g_test_add_func ("/db/durability/full", test_full);
  g_test_add_func ("/db/durability/full-from-the-start", test_full_from_the_start);
  g_test_add_func ("/db/durability/two-writers", test_two_writers);
  g_test_add_func ("/db/durability/lock", test_lock);
  g_test_add_func ("/db/durability/checkpoints", test_checkpoints);
  return g_test_run ();
}
