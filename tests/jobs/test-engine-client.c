/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The client of the engine against peers that die, babble, hang and lie. Each is a small
 * script in the engine's place: what is tested is what a broken engine can do to mienctl.
 * The real engine is tested through mienctl. */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-engine-client.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "mien-job.h"

static char *folder;

/* The engine is this script from now on. */
static void
become (const char *script)
{
  g_autofree char *path = g_build_filename (folder, "peer", NULL);
  g_autofree char *text = g_strconcat ("#!/bin/sh\n", script, "\n", NULL);

  g_assert_true (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT,
                                           0700, NULL));
  g_setenv ("MIEN_ENGINE", path, TRUE);
}

static MienEngine *
try_start (GBytes *weights, int lock, GCancellable *cancellable, GError **error)
{
  const char *arguments[] = { "infer", NULL };
  MienEngineOptions options = {
    .arguments = arguments,
    .weights = weights,
    .lock = lock,
    .silence_seconds = 1,
    .cancellable = cancellable,
  };

  return mien_engine_start (&options, error);
}

static MienEngine *
start (void)
{
  g_autoptr (GError) error = NULL;
  MienEngine *engine = try_start (NULL, 0, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (engine);
  return engine;
}

static void
assert_one_line (const GError *error, int code, const char *part)
{
  g_assert_error (error, MIEN_JOB_ERROR, code);
  g_assert_null (strchr (error->message, '\n'));
  if (strstr (error->message, part) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, part);
}

/* What the peer does after its greeting makes the next message fail like this. */
static void
assert_next_fails (const char *script, int code, const char *part)
{
  g_autofree char *whole = g_strconcat ("echo hello mien-engine 1\n", script, NULL);
  g_autofree MienEngineMessage *message = g_new0 (MienEngineMessage, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (MienEngine) engine = NULL;

  become (whole);
  engine = start ();
  while (mien_engine_next (engine, message, &error))
    g_assert_cmpint (message->kind, ==, MIEN_ENGINE_CHECKPOINT);
  assert_one_line (error, code, part);
}

static void
test_not_there (void)
{
  g_autoptr (GError) error = NULL;

  g_setenv ("MIEN_ENGINE", "/nowhere/mien-engine", TRUE);
  g_assert_null (try_start (NULL, 0, NULL, &error));
  assert_one_line (error, MIEN_JOB_ERROR_ENGINE, "/nowhere/mien-engine");
}

static void
test_wrong_program (void)
{
  static const char *const scripts[] = {
    "echo hello mien-engine 2; sleep 5",
    "echo checkpoint epoch=1; sleep 5",
    "exec cat /dev/zero",
    "exec yes hello",
    "exit 0",
    "kill -9 $$",
    "echo unknown option >&2; exit 2",
  };

  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_autoptr (GError) error = NULL;

      become (scripts[i]);
      g_assert_null (try_start (NULL, 0, NULL, &error));
      g_test_message ("%s: %s", scripts[i], error->message);
      g_assert_true (error->domain == MIEN_JOB_ERROR);
      g_assert_null (strchr (error->message, '\n'));
    }
}

static void
test_death (void)
{
  assert_next_fails ("kill -9 $$", MIEN_JOB_ERROR_CRASHED, "signal 9");
  assert_next_fails ("echo 'BLAS : no memory' >&2; kill -ABRT $$", MIEN_JOB_ERROR_CRASHED,
                     "BLAS : no memory");
  assert_next_fails ("exit 0", MIEN_JOB_ERROR_CRASHED, "status 0");
  assert_next_fails ("echo checkpoint epoch=1; exit 3", MIEN_JOB_ERROR_CRASHED,
                     "status 3");
  assert_next_fails ("printf 'checkpoint epo'; exit 3", MIEN_JOB_ERROR_CRASHED,
                     "status 3");
  assert_next_fails ("echo 'bad --size' >&2; exit 2", MIEN_JOB_ERROR_ENGINE,
                     "bad --size");
  assert_next_fails ("echo error the loss is no number; exit 1", MIEN_JOB_ERROR_ENGINE,
                     "the loss is no number");
}

static void
test_gibberish (void)
{
  assert_next_fails ("echo hi; sleep 5", MIEN_JOB_ERROR_CRASHED, "not of its protocol");
  assert_next_fails ("printf 'done\\0\\n'; sleep 5", MIEN_JOB_ERROR_CRASHED,
                     "not of its protocol");
  assert_next_fails ("exec cat /dev/zero", MIEN_JOB_ERROR_CRASHED, "does not end");
  assert_next_fails ("yes 'checkpoint epoch=1' | head -n 5000; exec cat /dev/urandom",
                     MIEN_JOB_ERROR_CRASHED, "protocol");
}

static void
test_silence (void)
{
  assert_next_fails ("echo $$ > \"${0%/*}/pid\"; exec sleep 100", MIEN_JOB_ERROR_CRASHED,
                     "said nothing");

  g_autofree char *path = g_build_filename (folder, "pid", NULL);
  g_autofree char *pid = NULL;
  g_assert_true (g_file_get_contents (path, &pid, NULL, NULL));
  g_assert_cmpint (kill ((pid_t) g_ascii_strtoll (pid, NULL, 10), 0), ==, -1);
  g_assert_cmpint (errno, ==, ESRCH);
}

/* It babbles while it is told something, does not listen, or leaves meanwhile. */
static void
test_send (void)
{
  static const struct
  {
    const char *script;
    int code;
  } peers[] = {
    { "exec yes", MIEN_JOB_ERROR_CRASHED },
    { "exec sleep 100", MIEN_JOB_ERROR_CRASHED },
    { "exec 0<&-; sleep 0.1; exit 1", MIEN_JOB_ERROR_CRASHED },
    { "head -c 100000 > /dev/null; echo error no more; exit 1", MIEN_JOB_ERROR_ENGINE },
  };
  g_autofree guint8 *data = g_malloc0 (4 * 1024 * 1024);

  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    {
      g_autofree char *script =
          g_strconcat ("echo hello mien-engine 1\n", peers[i].script, NULL);
      g_autoptr (MienEngine) engine = NULL;
      g_autoptr (GError) error = NULL;

      become (script);
      engine = start ();
      g_assert_false (mien_engine_send (engine, data, 4 * 1024 * 1024, &error));
      g_test_message ("%s: %s", peers[i].script, error->message);
      g_assert_error (error, MIEN_JOB_ERROR, peers[i].code);
    }
}

static void
test_receive (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienEngine) engine = NULL;
  g_autofree MienEngineMessage *message = g_new0 (MienEngineMessage, 1);
  char data[8] = "";

  become ("printf 'hello mien-engine 1\\nanswers 1\\n12345\\n78done\\n'");
  engine = start ();
  g_assert_true (mien_engine_next (engine, message, &error));
  g_assert_true (mien_engine_receive (engine, data, 8, &error));
  g_assert_cmpmem (data, 8, "12345\n78", 8);
  g_assert_true (mien_engine_next (engine, message, &error));
  g_assert_cmpint (message->kind, ==, MIEN_ENGINE_DONE);
  g_assert_false (mien_engine_receive (engine, data, 8, &error));
  assert_one_line (error, MIEN_JOB_ERROR_CRASHED, "status 0");
}

static void
test_finish (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienEngine) good = NULL;
  g_autoptr (MienEngine) bad = NULL;

  become ("echo hello mien-engine 1; exec cat > /dev/null");
  good = start ();
  g_assert_true (mien_engine_finish (good, &error));
  g_assert_no_error (error);
  become ("echo hello mien-engine 1; cat > /dev/null; exit 1");
  bad = start ();
  g_assert_false (mien_engine_finish (bad, &error));
  assert_one_line (error, MIEN_JOB_ERROR_CRASHED, "status 1");
}

static void
test_stop (void)
{
  g_autoptr (MienEngine) willing = NULL;
  g_autoptr (MienEngine) stubborn = NULL;

  become ("echo hello mien-engine 1; cat > /dev/null; echo checkpoint epoch=1; exit 0");
  willing = start ();
  g_assert_true (mien_engine_stop (willing, 30));
  become ("echo hello mien-engine 1; exec sleep 100");
  stubborn = start ();
  g_assert_false (mien_engine_stop (stubborn, 0));
}

static gpointer
cancel_soon (gpointer cancellable)
{
  g_usleep (G_USEC_PER_SEC / 10);
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
test_cancel (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (MienEngine) engine = NULL;
  g_autofree MienEngineMessage *message = g_new0 (MienEngineMessage, 1);
  GThread *thread;

  become ("echo hello mien-engine 1; exec cat");
  engine = try_start (NULL, 0, cancellable, &error);
  g_assert_no_error (error);
  thread = g_thread_new ("cancel", cancel_soon, cancellable);
  g_assert_false (mien_engine_next (engine, message, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (mien_engine_stop (engine, 30));
  g_thread_join (thread);
}

/* Whatever is open here, the engine has its three pipes, the weights and the lock. */
static void
test_descriptors (void)
{
  g_autofree char *path = g_build_filename (folder, "project", NULL);
  g_autoptr (GBytes) weights = g_bytes_new_static ("weights", 7);
  g_autoptr (GError) error = NULL;
  g_autoptr (MienEngine) engine = NULL;
  g_autofree MienEngineMessage *message = g_new0 (MienEngineMessage, 1);
  int fd = open (path, O_RDWR | O_CREAT, 0600); /* with no thought of exec */
  int high = fcntl (fd, F_DUPFD, 100);

  g_assert_cmpint (high, >=, 100);
  become ("echo hello mien-engine 1\n"
          "for n in /proc/$$/fd/*; do case \"$(readlink $n)\" in\n"
          "  */project) all=\"$all ${n##*/}\" ;; */peer|pipe:*) ;;\n"
          "  /memfd:*) all=\"$all weights=$(cat $n)\" ;; esac; done\n"
          "echo error $* $all.");
  engine = try_start (weights, fd, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (mien_engine_next (engine, message, &error));
  g_assert_cmpstr (error->message, ==,
                   "mien-engine: infer --weights /proc/self/fd/3 weights=weights 4.");
  close (fd);
  close (high);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  signal (SIGPIPE, SIG_IGN); /* as mienctl does */
  folder = g_dir_make_tmp ("mien-test-XXXXXX", NULL);
  g_assert_nonnull (folder);
  g_test_add_func ("/engine-client/not-there", test_not_there);
  g_test_add_func ("/engine-client/wrong-program", test_wrong_program);
  g_test_add_func ("/engine-client/death", test_death);
  g_test_add_func ("/engine-client/gibberish", test_gibberish);
  g_test_add_func ("/engine-client/silence", test_silence);
  g_test_add_func ("/engine-client/send", test_send);
  g_test_add_func ("/engine-client/receive", test_receive);
  g_test_add_func ("/engine-client/finish", test_finish);
  g_test_add_func ("/engine-client/stop", test_stop);
  g_test_add_func ("/engine-client/cancel", test_cancel);
  g_test_add_func ("/engine-client/descriptors", test_descriptors);
  status = g_test_run ();
  for (guint i = 0; i < 3; i++)
    {
      static const char *const names[] = { "peer", "pid", "project" };
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
  g_free (folder);
  return status;
}
