/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Aff-Wild2's files per video, written as the later editions have them: a file for each
 * video and task that has a label, a row for each number from 1 to the video's last.
 * Frames that are not there are rows of missing values, which the reader passes over.
 */

#define G_LOG_DOMAIN "mien-importers"
#include "config.h"

#include "mien-affwild2-private.h"
#include "mien-export-private.h"

typedef struct
{
  gint64 number;
  MienLabels labels;
} Row;

/* The video that is being gathered. */
typedef struct
{
  MienExporter *exporter;
  char *name; /* NULL: none yet */
  MienSplit split;
  GArray *rows;     /* by number */
  gint64 last;      /* the highest number of a frame */
  gboolean written; /* any file at all */
} Video;

static void
write_header (MienExporter *exporter, MienTask task)
{
  if (task == MIEN_TASK_VALENCE_AROUSAL)
    mien_exporter_write (exporter, "valence,arousal");
  for (guint i = 0; task == MIEN_TASK_EXPRESSION && i < MIEN_EXPRESSION_COUNT; i++)
    {
      mien_exporter_write (exporter, i > 0 ? "," : "");
      mien_exporter_write (exporter, mien_expression_name (i));
    }
  for (guint unit = 0; task == MIEN_TASK_ACTION_UNITS && unit < MIEN_UNIT_COUNT; unit++)
    {
      mien_exporter_write (exporter, unit > 0 ? ",AU" : "AU");
      mien_exporter_write_int (exporter, (int) mien_unit_number (unit));
    }
  mien_exporter_write (exporter, "\n");
}

static void
write_values (MienExporter *exporter, MienTask task, const MienLabels *labels)
{
  guint first = mien_task_first_item (task);

  for (guint item = first; item < first + mien_task_n_items (task); item++)
    {
      const MienLabel *label = &labels->item[item];
      gboolean value = label->answer == MIEN_ANSWER_VALUE;

      mien_exporter_write (exporter, item > first ? "," : "");
      if (task != MIEN_TASK_VALENCE_AROUSAL)
        mien_exporter_write_int (exporter, value ? (int) label->value[0] : -1);
      else if (!value)
        mien_exporter_write (exporter, "-5,-5");
      else
        {
          mien_exporter_write_real (exporter, label->value[0]);
          mien_exporter_write (exporter, ",");
          mien_exporter_write_real (exporter, label->value[1]);
        }
    }
  mien_exporter_write (exporter, "\n");
}

static gboolean
write_task (Video *video, MienTask task, GError **error)
{
  static const MienLabels nothing = { 0 };
  g_autofree char *name =
      g_strdup_printf ("%s/%s/%s.txt", mien_affwild2_task_folder (task),
                       mien_affwild2_set_folder (video->split), video->name);
  guint next = 0;

  if (!mien_exporter_open (video->exporter, name, error))
    return FALSE;
  write_header (video->exporter, task);
  for (gint64 number = 1; number <= video->last; number++)
    {
      const MienLabels *labels = &nothing;

      if (next < video->rows->len
          && g_array_index (video->rows, Row, next).number == number)
        labels = &g_array_index (video->rows, Row, next++).labels;
      write_values (video->exporter, task, labels);
    }
  video->written = TRUE;
  return mien_exporter_close (video->exporter, error);
}

/* Writes what was gathered and begins anew. */
static gboolean
write_video (Video *video, GError **error)
{
  gboolean fine = TRUE;

  for (guint task = 0; task < MIEN_TASK_COUNT && fine; task++)
    for (guint i = 0; i < video->rows->len; i++)
      {
        const MienLabels *labels = &g_array_index (video->rows, Row, i).labels;

        /* "Cannot tell" has no place in these files. */
        if (!mien_labels_have_value (labels, (MienTask) task))
          continue;
        fine = write_task (video, (MienTask) task, error);
        break;
      }
  g_clear_pointer (&video->name, g_free);
  g_array_set_size (video->rows, 0);
  video->last = 0;
  return fine;
}

static gboolean
set_no_place (const MienFrame *frame, const char *reason, GError **error)
{
  g_set_error (error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_FAILED,
               "%s: %s, so files per video cannot hold its labels; export as CSV instead",
               frame->key, reason);
  return FALSE;
}

/* The frame's row. A frame without labels that has no place in the files is left out. */
static gboolean
gather (const MienFrame *frame, const MienLabels *labels, gpointer data, GError **error)
{
  Video *video = data;
  g_autofree char *name = NULL;
  Row row = { .number = frame->number };
  gboolean labelled = FALSE;
  guint n;

  if (video->name != NULL && !g_str_equal (video->name, frame->video_name)
      && !write_video (video, error))
    return FALSE;
  if (video->name == NULL)
    video->name = g_strdup (frame->video_name);
  video->split = frame->split;
  if (!mien_exporter_choose (video->exporter, frame, labels, &row.labels, NULL, error))
    return FALSE;
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    labelled = labelled || mien_labels_have (&row.labels, (MienTask) task);

  n = video->rows->len;
  if (row.number < 1 || row.number > MIEN_VIDEO_MAX_FRAME)
    return !labelled
           || set_no_place (frame, "it has no number from 1 to 10,000,000 in its name",
                            error);
  if (n > 0 && g_array_index (video->rows, Row, n - 1).number == row.number)
    return !labelled
           || set_no_place (frame, "another frame of its video has the same number",
                            error);
  g_array_append_val (video->rows, row);
  video->last = row.number;
  name = g_strdup_printf ("%s/%05" G_GINT64_FORMAT ".jpg", frame->video_name, row.number);
  return mien_exporter_count (video->exporter, frame, name, &row.labels, error);
}

gboolean
mien_affwild2_write_videos (MienStore *store,
                            const MienExportOptions *options,
                            MienExportReport *report,
                            GError **error)
{
  g_autoptr (MienExporter) exporter = mien_exporter_new (store, options, error);
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (Row));
  Video video = { .exporter = exporter, .rows = rows };
  gboolean fine;

  if (exporter == NULL)
    return FALSE;
  fine = mien_frames_foreach (store, options->split, gather, &video, error)
         && (video.name == NULL || write_video (&video, error));
  g_free (video.name);
  if (fine && !video.written)
    {
      g_set_error (error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_NOT_FOUND,
                   "%s: the project has no label of that to export; choose other labels, "
                   "or another split",
                   mien_store_path (store));
      fine = FALSE;
    }
  return fine && mien_exporter_finish (exporter, report, error);
}
