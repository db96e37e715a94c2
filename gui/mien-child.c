/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * One run of mienctl as a child. Standard error is read line by line while it runs,
 * standard output is kept until it ends. Invariants: the state only moves forward;
 * "ended" comes after both pipes are read empty and the child was waited for.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-child.h"

#include <gio/gunixinputstream.h>
#include <glib/gi18n.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "mien-settings.h"

enum
{
  NICE = 10,
  MAX_WARNINGS = 200,
  MAX_POINTS = 200000,
};

struct _MienChild
{
  GObject parent_instance;

  MienChildKind kind;
  MienChildState state;
  char **arguments;
  guint threads; /* 0: all */
  GSubprocess *process;
  GDataInputStream *lines;
  GOutputStream *output;
  guint open; /* what has not come to its end: two pipes and the child */

  MienJobLine progress;
  double score;
  GArray *curves; /* MienCurvePoint */
  GPtrArray *warnings;
  guint n_warnings;
  char *note, *last_text, *result, *error;
};

enum
{
  CHANGED,
  ENDED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienChild, mien_child, G_TYPE_OBJECT)

static void
say_changed (MienChild *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
end (MienChild *self, MienChildState state)
{
  self->state = state;
  say_changed (self);
  g_signal_emit (self, signals[ENDED], 0);
}

/* What a failure says, or what can be said for it. */
static char *
describe_failure (MienChild *self)
{
  if (g_subprocess_get_if_signaled (self->process))
    return g_strdup_printf (_ ("mienctl was ended by signal %d; start it again"),
                            g_subprocess_get_term_sig (self->process));
  if (self->last_text != NULL)
    return g_strdup (self->last_text);
  return g_strdup_printf (_ ("mienctl failed with status %d and gave no reason"),
                          g_subprocess_get_exit_status (self->process));
}

static void
one_less (MienChild *self)
{
  if (--self->open > 0)
    return;
  if (g_subprocess_get_successful (self->process))
    {
      g_autoptr (GBytes) bytes =
          g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (self->output));

      self->result = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
      end (self, MIEN_CHILD_DONE);
      return;
    }
  self->error = describe_failure (self);
  end (self, self->state == MIEN_CHILD_STOPPING ? MIEN_CHILD_STOPPED : MIEN_CHILD_FAILED);
}

static void
take_text (char **place, MienJobLine *line)
{
  if (line->text == NULL)
    return;
  g_free (*place);
  *place = g_steal_pointer (&line->text);
}

static void
add_point (MienChild *self, const char *name, const MienJobLine *line)
{
  MienCurvePoint point = { g_intern_string (name), line->epoch, line->value };

  if (line->epoch > 0 && self->curves->len < MAX_POINTS)
    g_array_append_val (self->curves, point);
}

static void
add_threshold (MienChild *self, const MienJobLine *line)
{
  g_autofree char *name = g_strdup_printf ("threshold.%d", line->expression);

  add_point (self, name, line);
}

static void
take_line (MienChild *self, const char *text)
{
  g_auto (MienJobLine) line = { 0 };

  mien_job_line_parse (text, &line);
  switch (line.kind)
    {
    case MIEN_JOB_LINE_PROGRESS:
      mien_job_line_clear (&self->progress);
      self->progress = line;
      line = (MienJobLine){ 0 };
      break;
    case MIEN_JOB_LINE_METRIC:
      if (g_strcmp0 (line.name, "validation_score") == 0)
        self->score = line.value;
      if (line.name != NULL)
        add_point (self, line.name, &line);
      break;
    case MIEN_JOB_LINE_WARNING:
      self->n_warnings++;
      if (line.text != NULL && self->warnings->len < MAX_WARNINGS)
        g_ptr_array_add (self->warnings, g_steal_pointer (&line.text));
      break;
    case MIEN_JOB_LINE_NOTE:
      take_text (&self->note, &line);
      break;
    case MIEN_JOB_LINE_TEXT:
      if (line.text[0] != '\0')
        take_text (&self->last_text, &line);
      break;
    case MIEN_JOB_LINE_THRESHOLD:
      add_threshold (self, &line);
      break;
    case MIEN_JOB_LINE_OTHER:
    default:
      return;
    }
  say_changed (self);
}

static void
on_line (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienChild) self = data;
  g_autofree char *text = g_data_input_stream_read_line_finish (
      G_DATA_INPUT_STREAM (source), result, NULL, NULL);

  if (text == NULL)
    {
      one_less (self);
      return;
    }
  take_line (self, text);
  g_data_input_stream_read_line_async (self->lines, G_PRIORITY_DEFAULT_IDLE, NULL,
                                       on_line, g_object_ref (self));
}

static void
on_output (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienChild) self = data;

  g_output_stream_splice_finish (G_OUTPUT_STREAM (source), result, NULL);
  one_less (self);
}

static void
on_exit_status (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienChild) self = data;

  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  one_less (self);
}

/* Between fork and exec: only what is safe there. */
static void
set_up_child (gpointer data)
{
  setpriority (PRIO_PROCESS, 0, NICE);
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

char *
mien_child_program (void)
{
  const char *set = g_getenv ("MIENCTL");
  g_autofree char *beside = mien_settings_beside ("../jobs/mienctl");

  if (set != NULL && set[0] != '\0')
    return g_strdup (set);
  return beside != NULL ? g_steal_pointer (&beside)
                        : g_build_filename (MIEN_BIN_DIR, "mienctl", NULL);
}

GSubprocessLauncher *
mien_child_launcher (void)
{
  GSubprocessLauncher *launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);

  g_subprocess_launcher_set_child_setup (launcher, set_up_child, NULL, NULL);
  return launcher;
}

static char **
command_line (MienChild *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *program = mien_child_program ();

  g_strv_builder_add (builder, program);
  g_strv_builder_addv (builder, (const char **) self->arguments);
  if (self->threads > 0
      && (self->kind == MIEN_CHILD_TRAIN || self->kind == MIEN_CHILD_PROPOSE))
    {
      g_autofree char *threads = g_strdup_printf ("%u", self->threads);

      g_strv_builder_add_many (builder, "--threads", threads, NULL);
    }
  g_strv_builder_add_many (builder, "--json", "--progress=json", NULL);
  return g_strv_builder_end (builder);
}

void
mien_child_set_threads (MienChild *self, guint threads)
{
  self->threads = threads;
}

void
mien_child_start (MienChild *self)
{
  g_auto (GStrv) argv = command_line (self);
  g_autoptr (GError) failed = NULL;
  g_autoptr (GSubprocessLauncher) launcher = mien_child_launcher ();

  g_return_if_fail (self->state == MIEN_CHILD_WAITING);

  self->process =
      g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, &failed);
  if (self->process == NULL)
    {
      self->error = g_strdup (failed->message);
      end (self, MIEN_CHILD_FAILED);
      return;
    }

  self->state = MIEN_CHILD_RUNNING;
  self->open = 3;
  self->lines = g_data_input_stream_new (g_subprocess_get_stderr_pipe (self->process));
  g_data_input_stream_set_newline_type (self->lines, G_DATA_STREAM_NEWLINE_TYPE_LF);
  g_data_input_stream_read_line_async (self->lines, G_PRIORITY_DEFAULT_IDLE, NULL,
                                       on_line, g_object_ref (self));
  self->output = g_memory_output_stream_new_resizable ();
  g_output_stream_splice_async (
      self->output, g_subprocess_get_stdout_pipe (self->process),
      G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, G_PRIORITY_DEFAULT_IDLE, NULL, on_output,
      g_object_ref (self));
  g_subprocess_wait_async (self->process, NULL, on_exit_status, g_object_ref (self));
  say_changed (self);
}

void
mien_child_stop (MienChild *self)
{
  if (self->state == MIEN_CHILD_WAITING)
    end (self, MIEN_CHILD_STOPPED);
  if (self->state != MIEN_CHILD_RUNNING)
    return;
  self->state = MIEN_CHILD_STOPPING;
  g_subprocess_send_signal (self->process, SIGTERM);
  say_changed (self);
}

MienChildKind
mien_child_get_kind (MienChild *self)
{
  return self->kind;
}

MienChildState
mien_child_get_state (MienChild *self)
{
  return self->state;
}

gboolean
mien_child_is_over (MienChild *self)
{
  return self->state >= MIEN_CHILD_DONE;
}

const char *const *
mien_child_get_arguments (MienChild *self)
{
  return (const char *const *) self->arguments;
}

const MienJobLine *
mien_child_get_progress (MienChild *self)
{
  return &self->progress;
}

double
mien_child_get_fraction (MienChild *self)
{
  return mien_job_line_fraction (&self->progress);
}

double
mien_child_get_score (MienChild *self)
{
  return self->score;
}

const GArray *
mien_child_get_curves (MienChild *self)
{
  return self->curves;
}

GPtrArray *
mien_child_get_warnings (MienChild *self, guint *count)
{
  *count = self->n_warnings;
  return self->warnings;
}

const char *
mien_child_get_note (MienChild *self)
{
  return self->note;
}

const char *
mien_child_get_result (MienChild *self)
{
  return self->result;
}

const char *
mien_child_get_error (MienChild *self)
{
  return self->error;
}

MienChild *
mien_child_new (MienChildKind kind, const char *const *arguments)
{
  MienChild *self = g_object_new (MIEN_TYPE_CHILD, NULL);

  self->kind = kind;
  self->arguments = g_strdupv ((char **) arguments);
  return self;
}

static void
mien_child_finalize (GObject *object)
{
  MienChild *self = MIEN_CHILD (object);

  g_strfreev (self->arguments);
  g_clear_object (&self->process);
  g_clear_object (&self->lines);
  g_clear_object (&self->output);
  mien_job_line_clear (&self->progress);
  g_array_unref (self->curves);
  g_ptr_array_unref (self->warnings);
  g_free (self->note);
  g_free (self->last_text);
  g_free (self->result);
  g_free (self->error);
  G_OBJECT_CLASS (mien_child_parent_class)->finalize (object);
}

static void
mien_child_class_init (MienChildClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mien_child_finalize;

  signals[CHANGED] = g_signal_new ("changed", MIEN_TYPE_CHILD, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
  signals[ENDED] = g_signal_new ("ended", MIEN_TYPE_CHILD, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
}

static void
mien_child_init (MienChild *self)
{
  self->score = (double) NAN;
  self->progress.kind = MIEN_JOB_LINE_OTHER;
  self->progress.loss = self->progress.rate = self->progress.eta = (double) NAN;
  self->curves = g_array_new (FALSE, FALSE, sizeof (MienCurvePoint));
  self->warnings = g_ptr_array_new_with_free_func (g_free);
}
