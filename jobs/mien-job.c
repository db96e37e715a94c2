/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What every command shares: options and operands, numbers on the command line, output
 * that is kept until the command has succeeded, and signals that ask a long command to
 * stop.
 *
 * A long command is stopped by the first SIGINT or SIGTERM through its cancellable, at
 * the next place where it looks; a second one ends the process at once, which loses
 * nothing that was acknowledged either.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-job-private.h"

#include <glib-unix.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "mien-json.h"

#define HELP_COLUMNS 78

GQuark
mien_job_error_quark (void)
{
  return g_quark_from_static_string ("mien-job-error-quark");
}

struct _MienJobSignals
{
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
};

static gboolean
on_signal (gpointer data)
{
  g_cancellable_cancel (data);
  return G_SOURCE_REMOVE;
}

static gpointer
listen (gpointer data)
{
  g_main_loop_run (data);
  return NULL;
}

static void
add_signal (MienJobSignals *signals, int number, GCancellable *cancellable)
{
  g_autoptr (GSource) source = g_unix_signal_source_new (number);

  g_source_set_callback (source, on_signal, g_object_ref (cancellable), g_object_unref);
  g_source_attach (source, signals->context);
}

/* The command itself runs no main loop, so a thread of its own listens. */
static void
start_listening (MienJob *job)
{
  MienJobSignals *signals = g_new0 (MienJobSignals, 1);

  job->cancellable = g_cancellable_new ();
  signals->context = g_main_context_new ();
  signals->loop = g_main_loop_new (signals->context, FALSE);
  add_signal (signals, SIGINT, job->cancellable);
  add_signal (signals, SIGTERM, job->cancellable);
  signals->thread = g_thread_new ("mien-signals", listen, signals->loop);
  job->signals = signals;
}

static gboolean
quit (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

static void
stop_listening (MienJobSignals *signals)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  /* From inside, so that a loop which has not begun yet is not missed. */
  g_source_set_callback (source, quit, signals->loop, NULL);
  g_source_attach (source, signals->context);
  g_thread_join (signals->thread);
  g_main_loop_unref (signals->loop);
  g_main_context_unref (signals->context);
  g_free (signals);
}

void
mien_job_clear (MienJob *job)
{
  g_clear_pointer (&job->signals, stop_listening);
  g_clear_pointer (&job->progress, mien_progress_free);
  g_clear_object (&job->cancellable);
  g_clear_pointer (&job->operands, g_strfreev);
  if (job->out != NULL)
    g_string_free (job->out, TRUE);
  job->out = NULL;
}

static gboolean
usage_error (MienJob *job, GError **error, const char *text)
{
  g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_USAGE,
               "%s: %s; see \"mienctl %s --help\"", job->command->name, text,
               job->command->name);
  return FALSE;
}

gboolean
mien_job_usage_error (MienJob *job, GError **error, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return usage_error (job, error, text);
}

/* The last one may be there several times if its name ends in dots. */
static gboolean
check_operands (MienJob *job, GError **error)
{
  g_auto (GStrv) names = g_strsplit (job->command->operands, " ", -1);
  guint wanted = g_strv_length (names);
  guint given = job->operands != NULL ? g_strv_length (job->operands) : 0;

  if (given > wanted && !g_str_has_suffix (job->command->operands, "..."))
    return mien_job_usage_error (job, error, "\"%s\" is one argument too many",
                                 job->operands[wanted]);
  for (guint i = 0; i < MAX (wanted, given); i++)
    {
      const char *name = names[MIN (i, wanted - 1)];

      if (i >= given ? *name != '[' : *job->operands[i] == '\0')
        return mien_job_usage_error (job, error, "%.*s is missing",
                                     (int) strcspn (name, "."), name);
    }
  return TRUE;
}

/* Paragraphs of one long line each, cut to lines. NULL for NULL. */
static char *
wrap (const char *text)
{
  g_auto (GStrv) words = text != NULL ? g_strsplit (text, " ", -1) : NULL;
  GString *lines;
  glong column = 0;

  if (words == NULL)
    return NULL;
  lines = g_string_new (NULL);
  for (guint i = 0; words[i] != NULL; i++)
    {
      const char *feed = strrchr (words[i], '\n');
      glong width = g_utf8_strlen (words[i], (gssize) strcspn (words[i], "\n"));

      if (column > 0 && column + 1 + width > HELP_COLUMNS)
        {
          g_string_append_c (lines, '\n');
          column = 0;
        }
      else if (column > 0)
        {
          g_string_append_c (lines, ' ');
          column++;
        }
      g_string_append (lines, words[i]);
      column = feed != NULL ? g_utf8_strlen (feed + 1, -1) : column + width;
    }
  return g_string_free (lines, FALSE);
}

/* What --help prints is the output of the run; the error tells the caller to leave. */
static gboolean
give_help (MienJob *job, GOptionContext *context, GError **error)
{
  g_autofree char *help = g_option_context_get_help (context, TRUE, NULL);

  g_string_append (job->out, g_strchomp (help));
  g_string_append_c (job->out, '\n');
  g_set_error_literal (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_HELP, "help was asked for");
  return FALSE;
}

static gboolean
set_up_progress (MienJob *job, const char *mode, GError **error)
{
  if (mode != NULL && strcmp (mode, "json") != 0)
    return mien_job_usage_error (job, error, "--progress takes \"json\", not \"%s\"",
                                 mode);
  job->progress = mien_progress_new (
      job->command->name, mode != NULL ? MIEN_PROGRESS_JSON
                          : !job->command->long_running || !isatty (STDERR_FILENO)
                              ? MIEN_PROGRESS_QUIET
                              : MIEN_PROGRESS_LINE);
  if (job->command->long_running)
    start_listening (job);
  return TRUE;
}

gboolean
mien_job_parse (MienJob *job, const GOptionEntry *entries, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (job->command->operands);
  g_autoptr (GError) failed = NULL;
  g_autofree char *title = g_strconcat ("mienctl ", job->command->name, NULL);
  g_autofree char *progress = NULL;
  g_autofree char *details = wrap (job->command->details);
  gboolean help = FALSE;
  const GOptionEntry shared[] = {
    { "help", 'h', 0, G_OPTION_ARG_NONE, &help, "Show this help", NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &job->json, "Print JSON instead of text", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &job->operands, NULL, NULL },
    G_OPTION_ENTRY_NULL
  };
  const GOptionEntry long_only[] = {
    { "progress", 0, 0, G_OPTION_ARG_FILENAME, &progress,
      "Write progress as lines of JSON to the standard error", "json" },
    G_OPTION_ENTRY_NULL
  };

  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_set_summary (context, job->command->summary);
  g_option_context_set_description (context, details);
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_main_entries (context, shared, NULL);
  if (job->command->long_running)
    g_option_context_add_main_entries (context, long_only, NULL);
  g_set_prgname (title);

  if (!g_option_context_parse (context, &job->argc, &job->argv, &failed))
    return usage_error (job, error, failed->message);
  if (help)
    return give_help (job, context, error);
  return check_operands (job, error) && set_up_progress (job, progress, error);
}

gboolean
mien_job_parse_real (MienJob *job,
                     const char *option,
                     const char *text,
                     double lowest,
                     double highest,
                     double *value,
                     GError **error)
{
  char *end;
  double number = g_ascii_strtod (text, &end);

  /* NaN is in no range. */
  if (end == text || *end != '\0' || g_ascii_isspace (*text)
      || !(number >= lowest && number <= highest))
    return mien_job_usage_error (job, error,
                                 "--%s takes a number from %g to %g, not \"%s\"", option,
                                 lowest, highest, text);
  *value = number;
  return TRUE;
}

gboolean
mien_job_parse_integer (MienJob *job,
                        const char *option,
                        const char *text,
                        gint64 lowest,
                        gint64 highest,
                        gint64 *value,
                        GError **error)
{
  if (!g_ascii_string_to_signed (text, 10, lowest, highest, value, NULL))
    return mien_job_usage_error (job, error,
                                 "--%s takes a whole number from %" G_GINT64_FORMAT
                                 " to %" G_GINT64_FORMAT ", not \"%s\"",
                                 option, lowest, highest, text);
  return TRUE;
}

gboolean
mien_job_parse_split (MienJob *job,
                      const char *text,
                      int fallback,
                      int *split,
                      GError **error)
{
  MienSplit parsed;

  if (text == NULL)
    *split = fallback;
  else if (mien_split_from_id (text, &parsed))
    *split = (int) parsed;
  else
    return mien_job_usage_error (
        job, error, "--split takes train, validation or test, not \"%s\"", text);
  return TRUE;
}

gboolean
mien_job_parse_threads (MienJob *job, const char *text, guint *threads, GError **error)
{
  gint64 number;
  cpu_set_t cpus;

  if (text == NULL)
    {
      *threads = sched_getaffinity (0, sizeof cpus, &cpus) == 0
                     ? (guint) CPU_COUNT (&cpus)
                     : g_get_num_processors ();
      *threads = CLAMP (*threads, 1, MIEN_JOB_MAX_THREADS);
      return TRUE;
    }
  if (!mien_job_parse_integer (job, "threads", text, 1, MIEN_JOB_MAX_THREADS, &number,
                               error))
    return FALSE;
  *threads = (guint) number;
  return TRUE;
}

gboolean
mien_job_parse_model (MienJob *job, const char *text, gint64 *model, GError **error)
{
  if (text == NULL)
    {
      *model = 0;
      return TRUE;
    }
  return mien_job_parse_integer (job, "model", text, 1, G_MAXINT64, model, error);
}

void
mien_job_print (MienJob *job, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_string_append_vprintf (job->out, format, arguments);
  va_end (arguments);
}

void
mien_job_print_json (MienJob *job, JsonBuilder *builder)
{
  g_autofree char *text = mien_json_to_string (builder);

  g_string_append (job->out, text);
  g_string_append_c (job->out, '\n');
}

gboolean
mien_job_is_stopped (MienJob *job, const char *left, GError **error)
{
  if (job->cancellable == NULL || !g_cancellable_is_cancelled (job->cancellable))
    return FALSE;
  g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
               "%s: stopped by a signal; %s", job->command->name, left);
  return TRUE;
}
