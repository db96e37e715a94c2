/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Hidden labels: what a model says of frames whose truth somebody knows.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-hidden-labels.h"

#include <math.h>

#include "mien-coverage.h"
#include "mien-frames.h"
#include "mien-inference.h"
#include "mien-truth.h"

#define PRECISION 0.95

GArray *
mien_hidden_labels_read (MienStore *store,
                         const char *path,
                         const GArray *rows,
                         GError **error)
{
  g_autoptr (GHashTable) known = mien_truth_read (store, path, error);
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (MienPackRow));

  if (known == NULL)
    return NULL;
  for (guint i = 0; i < rows->len; i++)
    {
      MienPackRow row = g_array_index (rows, MienPackRow, i);
      gpointer expression;

      if (row.split != MIEN_PACK_TRAIN || row.expression >= 0
          || !g_hash_table_lookup_extended (known, &row.frame, NULL, &expression))
        continue;
      row.expression = (gint8) GPOINTER_TO_INT (expression);
      g_array_append_val (found, row);
    }
  return g_steal_pointer (&found);
}

typedef struct
{
  MienJob *job;
  const GArray *rows;
  const double *thresholds;
  GArray *answers; /* MienCoverageAnswer */
  guint64 accepted, right;
} Measurement;

static gboolean
take_answers (const gsize *index,
              const MienPrediction *predictions,
              const float *features,
              guint n,
              gpointer data,
              GError **error)
{
  Measurement *measurement = data;

  for (guint i = 0; i < n; i++)
    {
      const float *p = predictions[i].expression;
      MienCoverageAnswer answer;
      int class = 0;

      for (int c = 1; c < MIEN_EXPRESSION_COUNT; c++)
        if (p[c] > p[class])
          class = c;
      answer.confidence = (double) p[class];
      answer.right =
          g_array_index (measurement->rows, MienPackRow, index[i]).expression == class;
      g_array_append_val (measurement->answers, answer);
      if (answer.confidence >= measurement->thresholds[class])
        {
          measurement->accepted++;
          measurement->right += answer.right;
        }
    }
  mien_progress_count (measurement->job->progress, index[n - 1] + 1,
                       measurement->rows->len);
  return TRUE;
}

gboolean
mien_hidden_labels_measure (MienJob *job,
                            MienStore *store,
                            const GArray *rows,
                            GBytes *weights,
                            int input_size,
                            guint threads,
                            const double thresholds[MIEN_EXPRESSION_COUNT],
                            MienHiddenResult *result,
                            GError **error)
{
  g_autoptr (GArray) frames = mien_training_rows_frames (rows);
  g_autoptr (GArray) answers = g_array_new (FALSE, FALSE, sizeof (MienCoverageAnswer));
  g_autoptr (MienFrameReader) reader =
      mien_frame_reader_new (store, (const gint64 *) (void *) frames->data, frames->len,
                             input_size, threads, job->progress);
  Measurement measurement = {
    .job = job, .rows = rows, .thresholds = thresholds, .answers = answers
  };
  MienInferenceOptions options = {
    .weights = weights,
    .input_size = input_size,
    .threads = threads,
    .cancellable = job->cancellable,
  };

  if (frames->len > 0
      && !mien_inference_run (&options, reader, take_answers, &measurement, error))
    return FALSE;
  mien_frame_reader_finish (reader);
  *result = (MienHiddenResult){
    .frames = answers->len,
    .coverage = mien_coverage ((MienCoverageAnswer *) (void *) answers->data,
                               answers->len, PRECISION),
    .accepted = answers->len > 0 ? (double) measurement.accepted / answers->len : NAN,
    .precision = measurement.accepted > 0
                     ? (double) measurement.right / (double) measurement.accepted
                     : NAN,
  };
  return TRUE;
}
