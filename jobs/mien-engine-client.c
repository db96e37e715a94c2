/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The engine's process and its pipes.
 *
 * Invariants: every wait is a poll on all of its pipes and the cancellable, so that a
 * full pipe, a silent engine and a signal are all noticed; what it has said and nobody
 * has read is bounded; once the process has been waited for, pid is 0 and never used
 * again.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-engine-client.h"

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mien-job.h"
#include "mien-progress.h"

#define MAX_INBOX (1024 * 1024)
#define MAX_LAST_WORDS 1024
#define FINISH_SECONDS 60
#define WEIGHTS_FD 3
#define LOCK_FD 4

struct _MienEngine
{
  GPid pid; /* 0: it is gone and was waited for */
  int status;
  int in, out, err; /* -1: closed */
  GByteArray *inbox;
  GString *last_words; /* the end of its stderr */
  guint silence_seconds;
  GCancellable *cancellable;
};

static gboolean
is_program (const char *path)
{
  return g_file_test (path, G_FILE_TEST_IS_REGULAR)
         && g_file_test (path, G_FILE_TEST_IS_EXECUTABLE);
}

char *
mien_engine_find (GError **error)
{
  const char *named = g_getenv ("MIEN_ENGINE");
  g_autofree char *installed = g_build_filename (MIEN_LIBEXEC_DIR, "mien-engine", NULL);
  g_autofree char *self = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *built = NULL;

  if (named != NULL && *named != '\0')
    {
      if (is_program (named))
        return g_canonicalize_filename (named, NULL);
      g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_ENGINE,
                   "%s: not a program; let MIEN_ENGINE name mien-engine, or unset it",
                   named);
      return NULL;
    }
  self = g_file_read_link ("/proc/self/exe", NULL);
  folder = g_path_get_dirname (self != NULL ? self : ".");
  built = g_build_filename (folder, "..", "model", "mien-engine", NULL);
  if (self != NULL && is_program (built))
    return g_canonicalize_filename (built, NULL);
  if (is_program (installed))
    return g_steal_pointer (&installed);
  g_set_error (
      error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_ENGINE,
      "%s: there is no mien-engine; install Mien whole, or name it in MIEN_ENGINE",
      installed);
  return NULL;
}

/* In the child, before exec: a Ctrl-C in the terminal is for mienctl, which then asks the
 * engine to write a checkpoint. */
static void
leave_group (gpointer data)
{
  setpgid (0, 0);
}

/* Weights as a file that has no name, so that nothing is left behind however this ends.
 */
static int
hold_weights (GBytes *weights, GError **error)
{
  gsize size;
  const char *data = g_bytes_get_data (weights, &size);
  int fd = memfd_create ("mien-weights", MFD_CLOEXEC);

  if (fd >= 0 && mien_write_all (fd, data, size))
    return fd;
  g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
               "cannot hold %" G_GSIZE_FORMAT " MiB of weights in memory: %s; close other"
               " programs and try again",
               size >> 20, g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return -1;
}

static gboolean
spawn (MienEngine *engine, const MienEngineOptions *options, GError **error)
{
  g_autofree char *program = mien_engine_find (error);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autofree char *weights_path = g_strdup_printf ("/proc/self/fd/%d", WEIGHTS_FD);
  g_autoptr (GError) failed = NULL;
  int weights = -1, n = 0, sources[2], targets[2];
  gboolean ok;

  if (program == NULL)
    return FALSE;
  g_ptr_array_add (argv, program);
  for (guint i = 0; options->arguments[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer) options->arguments[i]);
  if (options->weights != NULL)
    {
      weights = hold_weights (options->weights, error);
      if (weights < 0)
        return FALSE;
      g_ptr_array_add (argv, (gpointer) "--weights");
      g_ptr_array_add (argv, weights_path);
      sources[n] = weights;
      targets[n++] = WEIGHTS_FD;
    }
  if (options->lock > 0)
    {
      sources[n] = options->lock;
      targets[n++] = LOCK_FD;
    }
  g_ptr_array_add (argv, NULL);

  ok = g_spawn_async_with_pipes_and_fds (
      NULL, (const char *const *) argv->pdata, NULL,
      G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_CLOEXEC_PIPES, leave_group, NULL, -1, -1, -1,
      sources, targets, (gsize) n, &engine->pid, &engine->in, &engine->out, &engine->err,
      &failed);
  if (weights >= 0)
    close (weights);
  if (!ok)
    {
      g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_ENGINE,
                   "%s: cannot be started: %s; install Mien anew", program,
                   failed->message);
      return FALSE;
    }
  return g_unix_set_fd_nonblocking (engine->in, TRUE, error)
         && g_unix_set_fd_nonblocking (engine->out, TRUE, error)
         && g_unix_set_fd_nonblocking (engine->err, TRUE, error);
}

MienEngine *
mien_engine_start (const MienEngineOptions *options, GError **error)
{
  g_autoptr (MienEngine) engine = g_new0 (MienEngine, 1);
  g_autofree MienEngineMessage *hello = g_new (MienEngineMessage, 1);

  engine->in = engine->out = engine->err = -1;
  engine->inbox = g_byte_array_new ();
  engine->last_words = g_string_new (NULL);
  engine->silence_seconds = options->silence_seconds;
  if (options->cancellable != NULL)
    engine->cancellable = g_object_ref (options->cancellable);
  if (!spawn (engine, options, error) || !mien_engine_next (engine, hello, error))
    return NULL;
  if (hello->kind == MIEN_ENGINE_HELLO)
    return g_steal_pointer (&engine);
  g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_ENGINE,
               "mien-engine does not greet; it is of another version: install Mien anew,"
               " or name the right one in MIEN_ENGINE");
  return NULL;
}

static void
close_pipe (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

/* Waits for the process until then, and kills it after that. TRUE: it left by itself. */
static gboolean
reap (MienEngine *engine, gint64 until)
{
  gboolean killed = FALSE;

  while (engine->pid != 0)
    {
      pid_t pid = waitpid (engine->pid, &engine->status, killed ? 0 : WNOHANG);

      if (pid == engine->pid || (pid < 0 && errno != EINTR))
        engine->pid = 0;
      else if (!killed && g_get_monotonic_time () >= until)
        killed = kill (engine->pid, SIGKILL) == 0;
      else if (pid == 0)
        g_usleep (G_USEC_PER_SEC / 200);
    }
  return !killed;
}

void
mien_engine_free (MienEngine *engine)
{
  if (engine == NULL)
    return;
  reap (engine, 0);
  close_pipe (&engine->in);
  close_pipe (&engine->out);
  close_pipe (&engine->err);
  g_byte_array_unref (engine->inbox);
  g_string_free (engine->last_words, TRUE);
  g_clear_object (&engine->cancellable);
  g_free (engine);
}

/* Reads what there is. FALSE: the other end is closed. */
static gboolean
drain (int fd, GByteArray *bytes)
{
  guint8 buffer[65536];
  ssize_t n = read (fd, buffer, sizeof buffer);

  if (n > 0)
    g_byte_array_append (bytes, buffer, (guint) n);
  return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

/* FALSE: there was nothing new. */
static gboolean
hear_last_words (MienEngine *engine)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  if (!drain (engine->err, bytes))
    close_pipe (&engine->err);
  g_string_append_len (engine->last_words, (const char *) bytes->data, bytes->len);
  if (engine->last_words->len > MAX_LAST_WORDS)
    g_string_erase (engine->last_words, 0,
                    (gssize) (engine->last_words->len - MAX_LAST_WORDS));
  return bytes->len > 0;
}

/* The last line of its stderr that says something, for a message; "" if there is none. */
static char *
last_line (MienEngine *engine)
{
  g_auto (GStrv) lines = NULL;

  while (engine->err >= 0 && hear_last_words (engine))
    ;
  lines = g_strsplit (engine->last_words->str, "\n", -1);
  for (guint i = g_strv_length (lines); i > 0; i--)
    {
      g_autofree char *line = mien_one_line (lines[i - 1]);

      if (*g_strstrip (line) != '\0')
        return g_strconcat (": ", line, NULL);
    }
  return g_strdup ("");
}

/* Its pipe is closed and nobody said why: what became of the process is the error. */
static void
set_death (MienEngine *engine, GError **error)
{
  g_autofree char *line = NULL;

  if (!reap (engine, g_get_monotonic_time () + FINISH_SECONDS * G_USEC_PER_SEC))
    {
      g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_CRASHED,
                   "mien-engine closed its pipe and hung; it was ended: try again");
      return;
    }
  line = last_line (engine);
  if (WIFSIGNALED (engine->status))
    g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_CRASHED,
                 "mien-engine was ended by signal %d (%s)%s; if memory was short, close"
                 " other programs, then try again",
                 WTERMSIG (engine->status), g_strsignal (WTERMSIG (engine->status)),
                 line);
  else if (WEXITSTATUS (engine->status) == 2)
    g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_ENGINE,
                 "mien-engine does not take what it is asked%s; install Mien anew, or"
                 " name the right one in MIEN_ENGINE",
                 line);
  else
    g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_CRASHED,
                 "mien-engine left with status %d in mid-work%s; try again",
                 WEXITSTATUS (engine->status), line);
}

static gboolean
set_gibberish (MienEngine *engine, const char *what, GError **error)
{
  reap (engine, 0);
  g_set_error (
      error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_CRASHED,
      "mien-engine %s; it was ended: try again, and if that does not help install"
      " Mien anew",
      what);
  return FALSE;
}

static gboolean
set_silence (MienEngine *engine, GError **error)
{
  reap (engine, 0);
  g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_CRASHED,
               "mien-engine said nothing for %u seconds and was ended; try again",
               engine->silence_seconds);
  return FALSE;
}

/* Until it has said something, or, with to_write, can be told something, and hears it.
 * FALSE without error: it has closed its stdout. */
static gboolean
wait_for (MienEngine *engine, gboolean to_write, gboolean *writable, GError **error)
{
  gint64 until =
      g_get_monotonic_time () + (gint64) engine->silence_seconds * G_USEC_PER_SEC;
  GPollFD cancel = { .fd = -1 };
  gboolean has_cancel = g_cancellable_make_pollfd (engine->cancellable, &cancel);
  gboolean open = TRUE, heard = FALSE;

  *writable = FALSE;
  while (open && !heard && !*writable)
    {
      GPollFD fds[] = {
        { .fd = engine->out, .events = G_IO_IN },
        { .fd = engine->err, .events = G_IO_IN },
        { .fd = has_cancel ? cancel.fd : -1, .events = G_IO_IN },
        { .fd = to_write ? engine->in : -1, .events = G_IO_OUT },
      };
      gint64 left = (until - g_get_monotonic_time ()) / 1000;

      if (g_cancellable_set_error_if_cancelled (engine->cancellable, error))
        break;
      if (left < 0)
        {
          set_silence (engine, error);
          break;
        }
      if (g_poll (fds, G_N_ELEMENTS (fds), (int) MIN (left + 1, G_MAXINT)) < 0)
        continue;
      if (fds[1].revents != 0)
        hear_last_words (engine);
      if (fds[0].revents != 0)
        {
          guint before = engine->inbox->len;

          open = drain (engine->out, engine->inbox);
          heard = engine->inbox->len > before;
        }
      *writable = fds[3].revents != 0;
    }
  if (has_cancel)
    g_cancellable_release_fd (engine->cancellable);
  return heard || *writable;
}

gboolean
mien_engine_next (MienEngine *engine, MienEngineMessage *message, GError **error)
{
  g_autoptr (GError) failed = NULL;
  const guint8 *end;
  gboolean writable, parsed;
  gsize length;

  if (g_cancellable_set_error_if_cancelled (engine->cancellable, error))
    return FALSE;
  while ((end = engine->inbox->len > 0
                    ? memchr (engine->inbox->data, '\n', engine->inbox->len)
                    : NULL)
         == NULL)
    {
      if (engine->inbox->len > MIEN_ENGINE_MAX_LINE)
        return set_gibberish (engine, "wrote a line that does not end", error);
      if (!wait_for (engine, FALSE, &writable, &failed))
        {
          if (failed == NULL)
            set_death (engine, &failed);
          g_propagate_error (error, g_steal_pointer (&failed));
          return FALSE;
        }
    }
  length = (gsize) (end - engine->inbox->data);
  parsed =
      mien_engine_message_parse ((const char *) engine->inbox->data, length, message);
  g_byte_array_remove_range (engine->inbox, 0, (guint) length + 1);
  if (!parsed)
    return set_gibberish (engine, "wrote a line that is not of its protocol", error);
  if (message->kind != MIEN_ENGINE_ERROR)
    return TRUE;
  g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_ENGINE, "mien-engine: %s",
               message->text);
  return FALSE;
}

/* It hears no more. What it has said before that is the reason, or else its end. */
static gboolean
set_deaf (MienEngine *engine, GError **error)
{
  g_autofree MienEngineMessage *message = g_new (MienEngineMessage, 1);

  while (mien_engine_next (engine, message, error))
    ;
  return FALSE;
}

gboolean
mien_engine_send (MienEngine *engine, const void *data, gsize size, GError **error)
{
  const guint8 *at = data;

  while (size > 0)
    {
      gboolean writable = FALSE;
      g_autoptr (GError) failed = NULL;
      ssize_t n;

      if (!wait_for (engine, TRUE, &writable, &failed))
        {
          if (failed == NULL)
            return set_deaf (engine, error);
          g_propagate_error (error, g_steal_pointer (&failed));
          return FALSE;
        }
      if (engine->inbox->len > MAX_INBOX)
        return set_gibberish (engine, "talks without being asked", error);
      if (!writable)
        continue;
      n = write (engine->in, at, size);
      if (n < 0 && errno != EAGAIN && errno != EINTR)
        return set_deaf (engine, error);
      if (n > 0)
        {
          at += n;
          size -= (gsize) n;
        }
    }
  return TRUE;
}

gboolean
mien_engine_receive (MienEngine *engine, void *data, gsize size, GError **error)
{
  g_autoptr (GError) failed = NULL;
  gboolean writable;

  while (engine->inbox->len < size)
    if (!wait_for (engine, FALSE, &writable, &failed))
      {
        if (failed == NULL)
          set_death (engine, &failed);
        g_propagate_error (error, g_steal_pointer (&failed));
        return FALSE;
      }
  memcpy (data, engine->inbox->data, size);
  g_byte_array_remove_range (engine->inbox, 0, (guint) size);
  return TRUE;
}

gboolean
mien_engine_finish (MienEngine *engine, GError **error)
{
  g_autoptr (GError) failed = NULL;
  gboolean writable;

  close_pipe (&engine->in);
  while (wait_for (engine, FALSE, &writable, &failed))
    if (engine->inbox->len > MIEN_ENGINE_MAX_LINE)
      return set_gibberish (engine, "talks after it was done", error);
  if (failed == NULL
      && reap (engine, g_get_monotonic_time () + FINISH_SECONDS * G_USEC_PER_SEC)
      && WIFEXITED (engine->status) && WEXITSTATUS (engine->status) == 0)
    return TRUE;
  if (failed == NULL)
    set_death (engine, &failed);
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

gboolean
mien_engine_stop (MienEngine *engine, guint seconds)
{
  gint64 until = g_get_monotonic_time () + (gint64) seconds * G_USEC_PER_SEC;

  close_pipe (&engine->in);
  while (engine->out >= 0)
    {
      GPollFD fds[] = {
        { .fd = engine->out, .events = G_IO_IN },
        { .fd = engine->err, .events = G_IO_IN },
      };
      gint64 left = (until - g_get_monotonic_time ()) / 1000;

      if (left < 0)
        break;
      if (g_poll (fds, G_N_ELEMENTS (fds), (int) MIN (left + 1, G_MAXINT)) < 0)
        continue;
      if (fds[1].revents != 0)
        hear_last_words (engine);
      g_byte_array_set_size (engine->inbox, 0);
      if (fds[0].revents != 0 && !drain (engine->out, engine->inbox))
        close_pipe (&engine->out);
    }
  return reap (engine, until) && WIFEXITED (engine->status)
         && WEXITSTATUS (engine->status) == 0;
}
