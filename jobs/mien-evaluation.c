/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A model against labels: the labelled rows go through the engine and what it says is
 * compared with them. A row that nobody has labelled would cost time and say nothing,
 * unless a post-processing smooths over it. Answers are held for one video at a time.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-evaluation.h"

#include <math.h>

#include "mien-findings.h"
#include "mien-inference.h"
#include "mien-task-figures.h"

/* Nothing is stored meanwhile: an engine that died is asked all of it again. */
#define MAX_CRASHES 3

G_STATIC_ASSERT (sizeof (MienPrediction) == MIEN_POSTPROCESS_ANSWER * sizeof (float));

gboolean
mien_evaluation_is_labelled (const MienPackRow *row)
{
  gboolean labelled = row->expression >= 0 || !isnan (row->valence);

  for (guint unit = 0; unit < MIEN_UNIT_COUNT; unit++)
    labelled = labelled || row->action_units[unit] >= 0;
  return labelled;
}

static gboolean
are_neighbours (const MienPackRow *a, const MienPackRow *b, gint64 radius)
{
  gint64 x = a->number, y = b->number;

  return a->video == b->video && x >= 0 && y >= 0 && ABS (x - y) <= radius;
}

/* Rows go by video and number, so the nearest labelled ones before and after decide. */
static GArray *
pick_rows (const GArray *rows, gint64 radius)
{
  GArray *picked = g_array_new (FALSE, FALSE, sizeof (MienPackRow));
  g_autofree guint8 *wanted = g_malloc0 (rows->len + 1);
  const MienPackRow *all = (const MienPackRow *) (void *) rows->data;
  const MienPackRow *nearest = NULL;

  for (guint i = 0; i < rows->len; i++)
    {
      if (mien_evaluation_is_labelled (&all[i]))
        nearest = &all[i];
      wanted[i] = nearest == &all[i]
                  || (nearest != NULL && are_neighbours (nearest, &all[i], radius));
    }
  nearest = NULL;
  for (guint i = rows->len; i-- > 0;)
    {
      if (mien_evaluation_is_labelled (&all[i]))
        nearest = &all[i];
      wanted[i] |= nearest != NULL && are_neighbours (nearest, &all[i], radius);
    }
  for (guint i = 0; i < rows->len; i++)
    if (wanted[i])
      g_array_append_val (picked, all[i]);
  return picked;
}

typedef struct
{
  const MienEvaluation *evaluation;
  const MienAnswersFuncs *funcs;
  gpointer data;
  GArray *picked;  /* MienPackRow */
  GArray *rows;    /* MienPackRow of the video at hand */
  GArray *answers; /* MienPrediction */
} Reading;

static gboolean
end_video (Reading *reading, GError **error)
{
  gboolean ok =
      reading->rows->len == 0
      || reading->funcs->video ((const MienPackRow *) (void *) reading->rows->data,
                                (const MienPrediction *) (void *) reading->answers->data,
                                reading->rows->len, reading->data, error);

  g_array_set_size (reading->rows, 0);
  g_array_set_size (reading->answers, 0);
  return ok;
}

static gboolean
take_answers (const gsize *index,
              const MienPrediction *predictions,
              const float *features,
              guint n,
              gpointer data,
              GError **error)
{
  Reading *reading = data;

  for (guint i = 0; i < n; i++)
    {
      const MienPackRow *row = &g_array_index (reading->picked, MienPackRow, index[i]);

      if (reading->rows->len > 0
          && g_array_index (reading->rows, MienPackRow, 0).video != row->video
          && !end_video (reading, error))
        return FALSE;
      g_array_append_vals (reading->rows, row, 1);
      g_array_append_vals (reading->answers, &predictions[i], 1);
    }
  mien_progress_count (reading->evaluation->job->progress, index[n - 1] + 1,
                       reading->picked->len);
  return TRUE;
}

static gboolean
read_once (Reading *reading, GError **error)
{
  const MienEvaluation *evaluation = reading->evaluation;
  MienInferenceOptions options = {
    .weights = evaluation->weights,
    .input_size = evaluation->input_size,
    .threads = evaluation->threads,
    .calibration = evaluation->calibration,
    .cancellable = evaluation->job->cancellable,
  };
  g_autoptr (GArray) frames = mien_training_rows_frames (reading->picked);
  g_autoptr (MienFrameReader) reader = mien_frame_reader_new (
      evaluation->store, (const gint64 *) (void *) frames->data, frames->len,
      evaluation->input_size, evaluation->threads, evaluation->job->progress);

  g_array_set_size (reading->rows, 0);
  g_array_set_size (reading->answers, 0);
  reading->funcs->restart (reading->data);
  if ((frames->len > 0
       && !mien_inference_run (&options, reader, take_answers, reading, error))
      || !end_video (reading, error))
    return FALSE;
  mien_frame_reader_finish (reader);
  return TRUE;
}

gboolean
mien_evaluation_read (const MienEvaluation *evaluation,
                      gint64 radius,
                      const MienAnswersFuncs *funcs,
                      gpointer data,
                      GError **error)
{
  g_autoptr (GArray) picked = pick_rows (evaluation->rows, radius);
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (MienPackRow));
  g_autoptr (GArray) answers = g_array_new (FALSE, FALSE, sizeof (MienPrediction));
  Reading reading = { evaluation, funcs, data, picked, rows, answers };

  for (guint crashes = 1;; crashes++)
    {
      g_autoptr (GError) failed = NULL;

      if (read_once (&reading, &failed))
        return TRUE;
      if (crashes < MAX_CRASHES
          && g_error_matches (failed, MIEN_JOB_ERROR, MIEN_JOB_ERROR_CRASHED))
        {
          mien_progress_warn (evaluation->job->progress, "%s; measuring anew",
                              failed->message);
          continue;
        }
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
}

typedef struct
{
  const MienPostprocess *postprocess; /* NULL: none */
  MienPostprocess neutral;
  GPtrArray *raw, *videos; /* MienMetricsSums of each video; videos: processed */
  MienFindings *findings;
} Comparison;

static void
clear_sums (Comparison *comparison)
{
  g_clear_pointer (&comparison->raw, g_ptr_array_unref);
  g_clear_pointer (&comparison->videos, g_ptr_array_unref);
}

static MienMetricsSums *
new_sums (void)
{
  MienMetricsSums *sums = mien_metrics_sums_new ();

  g_assert (sums != NULL);
  return sums;
}

static void
restart (gpointer data)
{
  Comparison *comparison = data;

  clear_sums (comparison);
  *comparison->findings = (MienFindings){ 0 };
  comparison->raw =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mien_metrics_sums_free);
  comparison->videos =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mien_metrics_sums_free);
}

static void
compare (MienMetricsSums *sums,
         MienFindings *findings, /* or NULL */
         const MienPostprocess *postprocess,
         const MienPackRow *row,
         const float *said)
{
  const float truth[2] = { row->valence, row->arousal };
  gint8 units[MIEN_UNIT_COUNT];
  int expression = 0;

  mien_postprocess_decide (postprocess, said, &expression, units);
  mien_metrics_add (sums, truth, row->expression, row->action_units,
                    said + MIEN_EXPRESSION_COUNT, expression, units);
  if (findings != NULL)
    mien_findings_add (findings, row, said, expression, units);
}

/* A new array, or NULL. */
static float *
process (const MienPostprocess *postprocess,
         const MienPackRow *rows,
         const float *said,
         guint n,
         GError **error)
{
  g_autofree gint64 *numbers = g_new (gint64, n);
  g_autofree float *processed = g_new (float, (gsize) n *MIEN_POSTPROCESS_ANSWER);

  for (guint i = 0; i < n; i++)
    numbers[i] = rows[i].number;
  if (mien_postprocess_apply (postprocess, n, numbers, said, 0, n, processed) == 0)
    return g_steal_pointer (&processed);
  g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
               "out of memory for a video of %u frames; close other programs", n);
  return NULL;
}

static gboolean
has_labels (const MienPackRow *rows, guint n)
{
  for (guint i = 0; i < n; i++)
    if (mien_evaluation_is_labelled (&rows[i]))
      return TRUE;
  return FALSE;
}

static gboolean
compare_video (const MienPackRow *rows,
               const MienPrediction *answers,
               guint n,
               gpointer data,
               GError **error)
{
  Comparison *comparison = data;
  const MienPostprocess *postprocess = comparison->postprocess;
  const float *said = (const float *) (const void *) answers;
  const float *final = said;
  g_autofree float *processed = NULL;
  MienMetricsSums *raw, *sums;

  if (!has_labels (rows, n))
    return TRUE;
  if (postprocess != NULL)
    {
      final = processed = process (postprocess, rows, said, n, error);
      if (processed == NULL)
        return FALSE;
    }
  else
    postprocess = &comparison->neutral;
  raw = new_sums ();
  sums = new_sums ();
  for (guint i = 0; i < n; i++)
    {
      gsize at = (gsize) i * MIEN_POSTPROCESS_ANSWER;

      if (!mien_evaluation_is_labelled (&rows[i]))
        continue;
      compare (raw, NULL, &comparison->neutral, &rows[i], said + at);
      compare (sums, comparison->findings, postprocess, &rows[i], final + at);
    }
  g_ptr_array_add (comparison->raw, raw);
  g_ptr_array_add (comparison->videos, sums);
  comparison->findings->videos++;
  return TRUE;
}

static void
finish_videos (GPtrArray *videos, MienMetrics *metrics)
{
  MienMetricsSums *sums = new_sums ();

  for (guint i = 0; i < videos->len; i++)
    mien_metrics_merge (sums, g_ptr_array_index (videos, i));
  mien_metrics_finish (sums, metrics);
  mien_metrics_sums_free (sums);
}

gboolean
mien_evaluate_processed (const MienEvaluation *evaluation,
                         const MienPostprocess *postprocess,
                         MienMetrics *raw,
                         MienMetrics *processed,
                         MienFindings *findings,
                         GPtrArray **videos,
                         GError **error)
{
  static const MienAnswersFuncs funcs = { restart, compare_video };
  MienFindings found = { 0 };
  Comparison comparison = { .postprocess = postprocess, .findings = &found };
  gint64 radius = postprocess != NULL ? mien_postprocess_radius (postprocess) : 0;
  gboolean ok;

  mien_postprocess_init (&comparison.neutral);
  ok = mien_evaluation_read (evaluation, radius, &funcs, &comparison, error);
  if (ok && !mien_task_intervals (comparison.videos, found.intervals))
    {
      g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
                   "out of memory for the figures of %u videos; close other programs",
                   comparison.videos->len);
      ok = FALSE;
    }
  if (ok)
    {
      finish_videos (comparison.raw, raw);
      finish_videos (comparison.videos, processed);
      *findings = found;
      *videos = g_steal_pointer (&comparison.videos);
    }
  clear_sums (&comparison);
  return ok;
}
