/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A model against labels: the labelled rows go through the engine and what it says is
 * compared with them. A row that nobody has labelled would cost time and say nothing.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-evaluation.h"

#include <math.h>

#include "mien-inference.h"
#include "mien-training-pack.h"

/* Nothing is stored meanwhile: an engine that died is asked all of it again. */
#define MAX_CRASHES 3

typedef struct
{
  MienJob *job;
  GArray *rows; /* MienPackRow, labelled ones */
  MienMetricsSums *sums;
} Evaluation;

static gboolean
is_labelled (const MienPackRow *row)
{
  gboolean labelled = row->expression >= 0 || !isnan (row->valence);

  for (guint unit = 0; unit < MIEN_UNIT_COUNT; unit++)
    labelled = labelled || row->action_units[unit] >= 0;
  return labelled;
}

static void
compare (MienMetricsSums *sums, const MienPackRow *row, const MienPrediction *said)
{
  const float truth[2] = { row->valence, row->arousal };
  const float point[2] = { said->valence, said->arousal };
  gint8 units[MIEN_UNIT_COUNT];
  int expression = 0;

  for (int i = 1; i < MIEN_EXPRESSION_COUNT; i++)
    if (said->expression[i] > said->expression[expression])
      expression = i;
  for (guint unit = 0; unit < MIEN_UNIT_COUNT; unit++)
    units[unit] = said->action_units[unit] > 0.5f;
  mien_metrics_add (sums, truth, row->expression, row->action_units, point, expression,
                    units);
}

static gboolean
take_answers (const gsize *index,
              const MienPrediction *predictions,
              guint n,
              gpointer data,
              GError **error)
{
  Evaluation *evaluation = data;

  for (guint i = 0; i < n; i++)
    compare (evaluation->sums, &g_array_index (evaluation->rows, MienPackRow, index[i]),
             &predictions[i]);
  mien_progress_count (evaluation->job->progress, index[n - 1] + 1,
                       evaluation->rows->len);
  return TRUE;
}

static gboolean
measure (Evaluation *evaluation,
         MienStore *store,
         const MienInferenceOptions *options,
         MienMetrics *metrics,
         GError **error)
{
  g_autoptr (GArray) frames = mien_training_rows_frames (evaluation->rows);
  g_autoptr (MienFrameReader) reader = mien_frame_reader_new (
      store, (const gint64 *) (void *) frames->data, frames->len, options->input_size,
      options->threads, evaluation->job->progress);
  gboolean ok;

  evaluation->sums = mien_metrics_sums_new ();
  g_assert (evaluation->sums != NULL);
  ok = frames->len == 0
       || mien_inference_run (options, reader, take_answers, evaluation, error);
  if (ok)
    {
      mien_frame_reader_finish (reader);
      mien_metrics_finish (evaluation->sums, metrics);
    }
  g_clear_pointer (&evaluation->sums, mien_metrics_sums_free);
  return ok;
}

gboolean
mien_evaluate (MienJob *job,
               MienStore *store,
               const GArray *rows,
               GBytes *weights,
               int input_size,
               guint threads,
               MienMetrics *metrics,
               GError **error)
{
  g_autoptr (GArray) labelled = g_array_new (FALSE, FALSE, sizeof (MienPackRow));
  Evaluation evaluation = { .job = job, .rows = labelled };
  MienInferenceOptions options = {
    .weights = weights,
    .input_size = input_size,
    .threads = threads,
    .cancellable = job->cancellable,
  };

  for (guint i = 0; i < rows->len; i++)
    if (is_labelled (&g_array_index (rows, MienPackRow, i)))
      g_array_append_val (labelled, g_array_index (rows, MienPackRow, i));
  for (guint crashes = 1;; crashes++)
    {
      g_autoptr (GError) failed = NULL;

      if (measure (&evaluation, store, &options, metrics, &failed))
        return TRUE;
      if (crashes < MAX_CRASHES
          && g_error_matches (failed, MIEN_JOB_ERROR, MIEN_JOB_ERROR_CRASHED))
        {
          mien_progress_warn (job->progress, "%s; measuring anew", failed->message);
          continue;
        }
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
}
