/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Hidden labels: a list of the truth beside a project that does not know it. A row is
 * image,valence,arousal,expression,...; what is not of that shape is an error that names
 * the line, for a truth that is half read would flatter or slander.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-hidden-labels.h"

#include <math.h>
#include <string.h>

#include "mien-coverage.h"
#include "mien-frames.h"
#include "mien-inference.h"

#define MAX_LIST_BYTES (256 * 1024 * 1024)
#define PRECISION 0.95
#define UNKNOWN (-1)

static gboolean
set_line_error (GError **error, const char *path, guint line, const char *what)
{
  g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
               "%s:%u: %s; give an MTL list (image,valence,arousal,expression,aus)", path,
               line, what);
  return FALSE;
}

/* Adds frame -> expression. */
static gboolean
take_line (MienStore *store,
           const char *path,
           guint number,
           const char *line,
           GHashTable *known,
           GError **error)
{
  g_auto (GStrv) fields = g_strsplit (line, ",", 5);
  g_autoptr (MienFrame) frame = NULL;
  g_autoptr (GError) failed = NULL;
  gint64 expression;

  if (g_strv_length (fields) < 4
      || !g_ascii_string_to_signed (g_strstrip (fields[3]), 10, UNKNOWN,
                                    MIEN_EXPRESSION_COUNT - 1, &expression, NULL))
    return set_line_error (error, path, number, "no row with an expression");
  if (expression == UNKNOWN)
    return TRUE;
  if (!g_utf8_validate (fields[0], -1, NULL))
    return set_line_error (error, path, number, "a name that is not UTF-8");
  frame = mien_frames_find (store, g_strstrip (fields[0]), &failed);
  if (frame != NULL)
    g_hash_table_insert (known, g_memdup2 (&frame->id, sizeof frame->id),
                         GINT_TO_POINTER ((int) expression));
  else if (!g_error_matches (failed, MIEN_STORE_ERROR, MIEN_STORE_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  return TRUE;
}

static gboolean
read_list (MienStore *store, const char *path, GHashTable *known, GError **error)
{
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, error);
  const char *at, *end;
  guint number = 0;

  if (file == NULL)
    return FALSE;
  if (g_mapped_file_get_length (file) > MAX_LIST_BYTES)
    return set_line_error (error, path, 1, "too long a list");
  at = g_mapped_file_get_contents (file);
  end = at != NULL ? at + g_mapped_file_get_length (file) : NULL;
  while (at != NULL && at < end)
    {
      const char *feed = memchr (at, '\n', (gsize) (end - at));
      gsize length = (gsize) ((feed != NULL ? feed : end) - at);
      g_autofree char *line = NULL;

      number++;
      if (memchr (at, '\0', length) != NULL)
        return set_line_error (error, path, number, "a NUL");
      line = g_strchomp (g_strndup (at, length));
      if (number > 1 && *line != '\0'
          && !take_line (store, path, number, line, known, error))
        return FALSE;
      at = feed != NULL ? feed + 1 : end;
    }
  return TRUE;
}

GArray *
mien_hidden_labels_read (MienStore *store,
                         const char *path,
                         const GArray *rows,
                         GError **error)
{
  g_autoptr (GHashTable) known =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (MienPackRow));

  if (!read_list (store, path, known, error))
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
