/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Frames through the engine, three things at a time: the engine computes on one batch,
 * the caller stores the answers of the one before, and the pool decodes the one after.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-inference.h"

#include <math.h>
#include <string.h>

#include "mien-engine-client.h"
#include "mien-job.h"

/* A batch of frames takes seconds on the slowest of machines. */
#define SILENCE_SECONDS 600

enum
{
  N_ANSWERS = MIEN_EXPRESSION_COUNT + 3 + MIEN_UNIT_COUNT,
};

G_STATIC_ASSERT (sizeof (MienPrediction) == N_ANSWERS * sizeof (float));

static guint
count_calibration (const MienInferenceOptions *options)
{
  gsize frame = (gsize) options->input_size * (gsize) options->input_size * 3;

  return options->calibration != NULL
             ? (guint) (g_bytes_get_size (options->calibration) / frame)
             : 0;
}

static MienEngine *
start (const MienInferenceOptions *options, GError **error)
{
  g_autofree char *size = g_strdup_printf ("%d", options->input_size);
  g_autofree char *threads = g_strdup_printf ("%u", options->threads);
  g_autofree char *calibration = g_strdup_printf ("%u", count_calibration (options));
  const char *arguments[16] = { "infer", "--size", size, "--threads", threads };
  guint n = 5;
  MienEngineOptions engine = {
    .arguments = arguments,
    .weights = options->weights,
    .silence_seconds = SILENCE_SECONDS,
    .cancellable = options->cancellable,
  };

  if (options->features)
    arguments[n++] = "--features";
  if (options->calibration != NULL)
    {
      arguments[n++] = "--precision";
      arguments[n++] = "int8";
      arguments[n++] = "--calibration";
      arguments[n++] = calibration;
    }
  return mien_engine_start (&engine, error);
}

/* A NaN fails every comparison. */
static gboolean
is_sane (const MienPrediction *prediction)
{
  gboolean sane = fabsf (prediction->valence) <= 1.0f
                  && fabsf (prediction->arousal) <= 1.0f && prediction->spread >= 0.0f
                  && isfinite (prediction->spread);

  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    sane = sane && prediction->expression[i] >= 0.0f
           && prediction->expression[i] <= 1.0f + 1e-5f;
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    sane = sane && prediction->action_units[i] >= 0.0f
           && prediction->action_units[i] <= 1.0f + 1e-5f;
  return sane;
}

static gboolean
send_batch (MienEngine *engine,
            const guint8 *rgb,
            guint n_frames,
            int side,
            GError **error)
{
  g_autofree char *line = g_strdup_printf ("frames %u\n", n_frames);

  return mien_engine_send (engine, line, strlen (line), error)
         && mien_engine_send (engine, rgb,
                              (gsize) n_frames * (gsize) side * (gsize) side * 3, error);
}

/* features: NULL where none were asked for. */
static gboolean
receive_answers (MienEngine *engine,
                 MienPrediction *predictions,
                 float *features,
                 guint n,
                 GError **error)
{
  g_autofree MienEngineMessage *message = g_new (MienEngineMessage, 1);
  gboolean sane = TRUE;

  if (!mien_engine_next (engine, message, error))
    return FALSE;
  if (message->kind == MIEN_ENGINE_ANSWERS && message->count == n)
    {
      if (!mien_engine_receive (engine, predictions, n * sizeof *predictions, error)
          || (features != NULL
              && !mien_engine_receive (engine, features,
                                       (gsize) n * MIEN_EMBEDDING * sizeof *features,
                                       error)))
        return FALSE;
      for (guint i = 0; i < n; i++)
        sane = sane && is_sane (&predictions[i]);
      if (sane)
        return TRUE;
    }
  g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_CRASHED,
               "mien-engine gave other answers than it was asked for; try again");
  return FALSE;
}

/* The frames that fix the ranges; what the engine says of them is not wanted. */
static gboolean
calibrate (MienEngine *engine, const MienInferenceOptions *options, GError **error)
{
  guint n = count_calibration (options);
  g_autofree MienPrediction *predictions = g_new (MienPrediction, n);
  g_autofree float *features =
      options->features ? g_new (float, (gsize) n *MIEN_EMBEDDING) : NULL;

  return n == 0
         || (send_batch (engine, g_bytes_get_data (options->calibration, NULL), n,
                         options->input_size, error)
             && receive_answers (engine, predictions, features, n, error));
}

static gboolean
say_end (MienEngine *engine, GError **error)
{
  g_autofree MienEngineMessage *message = g_new (MienEngineMessage, 1);

  if (!mien_engine_send (engine, "end\n", strlen ("end\n"), error)
      || !mien_engine_next (engine, message, error))
    return FALSE;
  if (message->kind == MIEN_ENGINE_DONE)
    return mien_engine_finish (engine, error);
  g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_CRASHED,
               "mien-engine does not end when it is asked to; try again");
  return FALSE;
}

gboolean
mien_inference_run (const MienInferenceOptions *options,
                    MienFrameReader *reader,
                    MienInferenceFunc func,
                    gpointer data,
                    GError **error)
{
  g_autoptr (MienEngine) engine = start (options, error);
  g_autofree MienPrediction *predictions = g_new (MienPrediction, MIEN_FRAME_BATCH);
  g_autofree float *features =
      options->features ? g_new (float, MIEN_FRAME_BATCH *MIEN_EMBEDDING) : NULL;
  gsize index[MIEN_FRAME_BATCH];
  guint n_answered = 0;
  MienFrameBatch batch;

  if (engine == NULL || !calibrate (engine, options, error))
    return FALSE;
  mien_frame_reader_next (reader, &batch);
  while (batch.n > 0)
    {
      guint n = batch.n;

      if (!send_batch (engine, batch.rgb, n, options->input_size, error)
          || (n_answered > 0
              && !func (index, predictions, features, n_answered, data, error)))
        return FALSE;
      memcpy (index, batch.index, n * sizeof *index);
      mien_frame_reader_next (reader, &batch);
      if (!receive_answers (engine, predictions, features, n, error))
        return FALSE;
      n_answered = n;
    }
  if (n_answered > 0 && !func (index, predictions, features, n_answered, data, error))
    return FALSE;
  return say_end (engine, error);
}
