/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The conversation of a training, and what becomes of it when the engine dies.
 *
 * Every metric and threshold that the engine says goes to the run's file of curves as a
 * line of the same protocol, and is read back by the same parser, so that a run which
 * goes on knows the epochs that another process has heard. What is said twice counts as
 * said last.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-training.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "mien-acceptance.h"
#include "mien-engine-client.h"

/* After an epoch the engine measures thousands of frames without a word. */
#define SILENCE_SECONDS 1800
#define STOP_SECONDS 60
#define MAX_CURVES_BYTES (16 * 1024 * 1024)

#define FIRST_THRESHOLD 0.8
/* Of 1 - spread: the points of a face and its mirror image lie at most 0.05 apart. */
#define VALENCE_AROUSAL_THRESHOLD 0.95
/* Above every confidence. */

typedef struct
{
  MienJob *job;
  const MienTrainingSettings *settings;
  MienRunFolder *folder;
  gboolean control;
  MienEngineMessage message;
  int checkpoint;   /* the last epoch that is on the disk */
  gboolean resumed; /* it was told that the run goes on */
} Training;

void
mien_training_result_clear (MienTrainingResult *result)
{
  g_clear_pointer (&result->points, g_array_unref);
  g_clear_pointer (&result->weights, g_bytes_unref);
}

void
mien_training_default_thresholds (MienThresholds *thresholds)
{
  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    thresholds->expression[i] = FIRST_THRESHOLD;
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    thresholds->action_units[i] = FIRST_THRESHOLD;
  thresholds->valence_arousal = VALENCE_AROUSAL_THRESHOLD;
}

static gboolean
set_file_error (GError **error, const char *path)
{
  g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
               "%s: %s; free some space, or let XDG_CACHE_HOME name a folder that can be "
               "written",
               path, g_strerror (errno));
  return FALSE;
}

static const char *
curves_path (Training *training)
{
  return mien_run_folder_file (
      training->folder, training->control ? MIEN_RUN_CONTROL_CURVES : MIEN_RUN_CURVES);
}

static gboolean
append_to_curves (Training *training, const MienEngineMessage *message, GError **error)
{
  const char *path = curves_path (training);
  int fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  char value[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *line = NULL;
  gboolean ok;

  g_ascii_dtostr (value, sizeof value, message->value);
  if (message->kind == MIEN_ENGINE_METRIC)
    line = g_strdup_printf ("metric epoch=%d name=%s value=%s\n", message->epoch,
                            message->name, value);
  else
    line = g_strdup_printf ("threshold epoch=%d %s=%u value=%s\n", message->epoch,
                            message->is_unit ? "unit" : "class", message->index, value);
  ok = fd >= 0 && mien_write_all (fd, line, strlen (line));
  if (!ok)
    set_file_error (error, path);
  if (fd >= 0)
    close (fd);
  return ok;
}

static void
say_progress (Training *training, const MienEngineMessage *message)
{
  MienProgressPoint point = {
    .done = message->step,
    .total = message->steps,
    .epoch = message->epoch,
    .epochs = training->settings->train.epochs,
    .loss = message->value,
    .rate = message->rate,
  };

  mien_progress_point (training->job->progress, &point);
}

static gboolean
take_message (Training *training, GError **error)
{
  const MienEngineMessage *message = &training->message;
  MienProgress *progress = training->job->progress;

  switch (message->kind)
    {
    case MIEN_ENGINE_START:
      training->checkpoint = message->epoch;
      if (message->epoch > 0 && !training->resumed)
        mien_progress_note (progress, "going on after epoch %d of %d", message->epoch,
                            training->settings->train.epochs);
      training->resumed = TRUE;
      return TRUE;
    case MIEN_ENGINE_PROGRESS:
      say_progress (training, message);
      return TRUE;
    case MIEN_ENGINE_METRIC:
      if (!training->control)
        mien_progress_metric (progress, message->epoch, message->name, message->value);
      return append_to_curves (training, message, error);
    case MIEN_ENGINE_THRESHOLD:
      if (!message->is_unit && !training->control)
        mien_progress_threshold (progress, message->epoch, (int) message->index,
                                 message->value);
      return append_to_curves (training, message, error);
    case MIEN_ENGINE_CHECKPOINT:
      training->checkpoint = message->epoch;
      return TRUE;
    case MIEN_ENGINE_DONE:
      return TRUE;
    case MIEN_ENGINE_HELLO:
    case MIEN_ENGINE_ANSWERS:
    case MIEN_ENGINE_ERROR:
    default:
      g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_CRASHED,
                   "mien-engine says what has no place in a training; try again");
      return FALSE;
    }
}

static MienEngine *
start_engine (Training *training, GBytes *start, GError **error)
{
  const MienTrainingSettings *settings = training->settings;
  g_autoptr (GPtrArray) arguments = g_ptr_array_new_with_free_func (g_free);
  const char *run = training->control
                        ? mien_run_folder_file (training->folder, MIEN_RUN_CONTROL)
                        : mien_run_folder_path (training->folder);
  const char *first[] = {
    "train", "--pack", mien_run_folder_file (training->folder, MIEN_RUN_PACK),
    "--run", run,      "--threads",
  };

  for (guint i = 0; i < G_N_ELEMENTS (first); i++)
    g_ptr_array_add (arguments, g_strdup (first[i]));
  g_ptr_array_add (arguments, g_strdup_printf ("%u", settings->threads));
  for (gsize i = 0; i < mien_n_settings; i++)
    {
      char value[64];

      mien_setting_text (&settings->train, &mien_settings[i], value, sizeof value);
      g_ptr_array_add (arguments, g_strconcat ("--", mien_settings[i].name, NULL));
      g_ptr_array_add (arguments, g_strdup (value));
    }
  g_ptr_array_add (arguments, NULL);

  MienEngineOptions options = {
    .arguments = (const char *const *) arguments->pdata,
    .weights = start,
    .lock = mien_run_folder_lock (training->folder),
    .silence_seconds = SILENCE_SECONDS,
    .cancellable = training->job->cancellable,
  };

  return mien_engine_start (&options, error);
}

/* From one start of the engine to its end. */
static gboolean
converse (Training *training, GBytes *start, GError **error)
{
  g_autoptr (MienEngine) engine = start_engine (training, start, error);
  g_autoptr (GError) failed = NULL;

  if (engine == NULL)
    return FALSE;
  while (mien_engine_next (engine, &training->message, &failed)
         && take_message (training, &failed))
    if (training->message.kind == MIEN_ENGINE_DONE)
      return mien_engine_finish (engine, error);
  if (g_error_matches (failed, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    mien_engine_stop (engine, STOP_SECONDS);
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

/* Again after a crash, as long as each one gets further than the one before. */
static gboolean
persist (Training *training, GBytes *start, GError **error)
{
  guint crashes = 0;
  int reached = 0;

  for (;;)
    {
      g_autoptr (GError) failed = NULL;

      if (converse (training, start, &failed))
        return TRUE;
      if (g_error_matches (failed, G_IO_ERROR, G_IO_ERROR_CANCELLED)
          && mien_job_is_stopped (
              training->job,
              training->checkpoint > 0
                  ? "the same command goes on from the last whole epoch"
                  : "no epoch was over yet, so the same command begins anew",
              error))
        return FALSE;
      if (!g_error_matches (failed, MIEN_JOB_ERROR, MIEN_JOB_ERROR_CRASHED))
        {
          g_propagate_error (error, g_steal_pointer (&failed));
          return FALSE;
        }
      crashes = training->checkpoint > reached ? 1 : crashes + 1;
      reached = training->checkpoint;
      if (crashes == MIEN_TRAINING_MAX_CRASHES)
        {
          g_set_error (
              error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_CRASHED,
              "gave up after %u crashes in a row after epoch %d of %d; the last: "
              "%s",
              crashes, reached, training->settings->train.epochs, failed->message);
          return FALSE;
        }
      mien_progress_warn (training->job->progress, "%s; going on from epoch %d",
                          failed->message, reached);
    }
}

static void
take_point (const MienEngineMessage *message, GArray *points)
{
  g_autofree char *name = NULL;
  MienCurvePoint point = { .epoch = message->epoch, .value = message->value };

  if (message->kind == MIEN_ENGINE_METRIC)
    point.name = g_intern_string (message->name);
  else if (message->kind == MIEN_ENGINE_THRESHOLD)
    {
      name = message->is_unit
                 ? g_strdup_printf ("threshold.au%u", mien_unit_number (message->index))
                 : g_strdup_printf ("threshold.%u", message->index);
      point.name = g_intern_string (name);
    }
  else
    return;
  g_array_append_val (points, point);
}

/* The last value of a curve up to an epoch's; or fallback. */
static double
value_at (const GArray *points, const char *name, int epoch, double fallback)
{
  const char *interned = g_intern_string (name);

  for (guint i = points->len; i > 0; i--)
    {
      const MienCurvePoint *point = &g_array_index (points, MienCurvePoint, i - 1);

      if (point->name == interned && point->epoch == epoch)
        return point->value;
    }
  return fallback;
}

/* Which epoch was delivered, and what goes with it. */
static void
find_delivered (MienTrainingResult *result)
{
  const GArray *points = result->points;
  double best;

  for (guint i = 0; i < points->len; i++)
    result->epochs =
        MAX (result->epochs, g_array_index (points, MienCurvePoint, i).epoch);
  best = value_at (points, "best_epoch", result->epochs, 0);
  result->is_tuned = best > 0;
  result->delivered = result->is_tuned ? (int) best : result->epochs;
  result->coverage =
      value_at (points, "validation_expression_coverage", result->delivered, NAN);
  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    {
      g_autofree char *name = g_strdup_printf ("threshold.%u", i);
      double *at = &result->thresholds.expression[i];

      *at = value_at (points, name, result->delivered, *at);
    }
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    {
      g_autofree char *name = g_strdup_printf ("threshold.au%u", mien_unit_number (i));
      double *at = &result->thresholds.action_units[i];

      *at = value_at (points, name, result->delivered, *at);
    }
}

/* The file is of this run, but a power cut may have left any bytes at its end. */
static gboolean
read_curves (Training *training, MienTrainingResult *result, GError **error)
{
  const char *path = curves_path (training);
  g_autofree char *text = NULL;
  g_autoptr (GError) failed = NULL;
  gsize length;
  const char *line, *end;

  if (!g_file_get_contents (path, &text, &length, &failed))
    {
      g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED, "%s; train again",
                   failed->message);
      return FALSE;
    }
  length = MIN (length, MAX_CURVES_BYTES);
  for (line = text; (end = memchr (line, '\n', (gsize) (text + length - line))) != NULL;
       line = end + 1)
    if (mien_engine_message_parse (line, (gsize) (end - line), &training->message)
        && training->message.epoch <= training->settings->train.epochs)
      take_point (&training->message, result->points);
  find_delivered (result);
  return TRUE;
}

gboolean
mien_training_run (MienJob *job,
                   const MienTrainingSettings *settings,
                   MienRunFolder *folder,
                   gboolean control,
                   GBytes *start,
                   const MienRowCounts *counts,
                   MienTrainingResult *result,
                   GError **error)
{
  g_autofree Training *training = g_new0 (Training, 1);
  g_auto (MienTrainingResult) made = { 0 };
  g_autoptr (GError) failed = NULL;
  const char *path =
      mien_run_folder_file (folder, control ? MIEN_RUN_CONTROL_MODEL : MIEN_RUN_MODEL);
  char *weights;
  gsize size;

  training->job = job;
  training->settings = settings;
  training->folder = folder;
  training->control = control;
  if (!persist (training, start, error))
    return FALSE;

  made.points = g_array_new (FALSE, FALSE, sizeof (MienCurvePoint));
  mien_training_default_thresholds (&made.thresholds);
  if (!read_curves (training, &made, error))
    return FALSE;
  for (guint unit = 0; unit < MIEN_UNIT_COUNT; unit++)
    if (counts->units[unit] == 0)
      made.thresholds.action_units[unit] = MIEN_ACCEPTANCE_NEVER;
  if (!g_file_get_contents (path, &weights, &size, &failed))
    {
      g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED, "%s; train again",
                   failed->message);
      return FALSE;
    }
  made.weights = g_bytes_new_take (weights, size);
  *result = made;
  made = (MienTrainingResult){ 0 };
  return TRUE;
}
