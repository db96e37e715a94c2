/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * From the project to a training pack. Rows first, in one pass over the frames, so that
 * they are the labels of one moment; then the pixels, frame by frame, so that a list of
 * any length passes through little memory.
 *
 * The rows are compared byte by byte when a run goes on, the pixels by their SHA-256:
 * the engine sees the same pack or a new one, never a changed one.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-training-pack.h"

#include <math.h>
#include <string.h>
#include <sys/statvfs.h>

#include "mien-frame-reader.h"
#include "mien-frames.h"
#include "mien-postprocess.h"
#include "mien-safetensors.h"
#include "mien-tuning.h"

/* Images that can be read once and not again mean a disk that is going. */
#define MAX_PASSES 3

typedef struct
{
  MienJob *job;
  GArray *rows;
  GChecksum *names; /* of the frames, or NULL */
  MienSplit split;
  guint n_videos;
} Collection;

static gboolean
has_value (const MienLabel *label)
{
  return label->answer == MIEN_ANSWER_VALUE;
}

static void
fill_labels (const MienLabels *labels, MienPackRow *row)
{
  const MienLabel *point = &labels->item[MIEN_ITEM_VALENCE_AROUSAL];
  const MienLabel *expression = &labels->item[MIEN_ITEM_EXPRESSION];

  row->valence = has_value (point) ? (float) point->value[0] : NAN;
  row->arousal = has_value (point) ? (float) point->value[1] : NAN;
  row->expression = (gint8) (has_value (expression) ? expression->value[0] : -1);
  for (guint unit = 0; unit < MIEN_UNIT_COUNT; unit++)
    {
      const MienLabel *label = &labels->item[MIEN_ITEM_FIRST_UNIT + unit];

      row->action_units[unit] = (gint8) (has_value (label) ? label->value[0] : -1);
    }
}

static gboolean
collect (const MienFrame *frame, const MienLabels *labels, gpointer data, GError **error)
{
  Collection *collection = data;
  MienPackRow row = { .split = MIEN_PACK_VALIDATION,
                      .frame = frame->id,
                      .video = (guint32) frame->video };
  const GArray *rows = collection->rows;

  if (mien_job_is_stopped (collection->job, "nothing was begun", error))
    return FALSE;
  if (!frame->has_image || frame->not_a_face)
    return TRUE;
  if (collection->split == MIEN_SPLIT_TRAIN)
    row.split =
        mien_tuning_holds (frame->video_name) ? MIEN_PACK_TUNING : MIEN_PACK_TRAIN;
  row.number = frame->number <= G_MAXINT32 ? (gint32) frame->number : MIEN_NO_NUMBER;
  fill_labels (labels, &row);
  collection->n_videos +=
      rows->len == 0
      || g_array_index (rows, MienPackRow, rows->len - 1).video != row.video;
  g_array_append_val (collection->rows, row);
  if (collection->names != NULL)
    g_checksum_update (collection->names, (const guchar *) frame->key,
                       (gssize) strlen (frame->key) + 1);
  if (collection->rows->len % 1024 == 0)
    mien_progress_count (collection->job->progress, collection->rows->len, 0);
  return TRUE;
}

GArray *
mien_training_rows (MienJob *job,
                    MienStore *store,
                    MienSplit split,
                    GChecksum *digest,
                    GError **error)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (MienPackRow));
  Collection collection = {
    .job = job,
    .rows = rows,
    .names = digest,
    .split = split,
  };

  if (!mien_frames_foreach (store, (int) split, collect, &collection, error))
    return NULL;
  for (guint i = 0; split == MIEN_SPLIT_TRAIN
                    && collection.n_videos < MIEN_TRAINING_MIN_VIDEOS && i < rows->len;
       i++)
    g_array_index (rows, MienPackRow, i).split = MIEN_PACK_TRAIN;
  if (digest != NULL)
    g_checksum_update (digest, (const guchar *) rows->data,
                       (gssize) (rows->len * sizeof (MienPackRow)));
  return g_steal_pointer (&rows);
}

void
mien_training_rows_count (const GArray *rows, MienPackSplit split, MienRowCounts *counts)
{
  memset (counts, 0, sizeof *counts);
  for (guint i = 0; i < rows->len; i++)
    {
      const MienPackRow *row = &g_array_index (rows, MienPackRow, i);
      gboolean any = FALSE;

      if (row->split != split)
        continue;
      counts->frames++;
      for (guint unit = 0; unit < MIEN_UNIT_COUNT; unit++)
        {
          counts->units[unit] += row->action_units[unit] >= 0;
          any |= row->action_units[unit] >= 0;
        }
      counts->labels[MIEN_TASK_ACTION_UNITS] += any;
      counts->labels[MIEN_TASK_EXPRESSION] += row->expression >= 0;
      counts->labels[MIEN_TASK_VALENCE_AROUSAL] += !isnan (row->valence);
      counts->unlabelled += !any && row->expression < 0 && isnan (row->valence);
    }
}

GArray *
mien_training_rows_frames (const GArray *rows)
{
  GArray *frames = g_array_sized_new (FALSE, FALSE, sizeof (gint64), rows->len);

  for (guint i = 0; i < rows->len; i++)
    g_array_append_val (frames, g_array_index (rows, MienPackRow, i).frame);
  return frames;
}

static gboolean
set_pack_error (GError **error, const char *text)
{
  g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
               "%s; free some space, or let XDG_CACHE_HOME name a folder on another disk",
               text);
  return FALSE;
}

/* Before hours of decoding. What cannot be found out will be found out by writing. */
static gboolean
check_space (const char *path, guint64 needed, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *text = NULL, *wanted = NULL, *there = NULL;
  struct statvfs status;
  guint64 available;

  if (statvfs (folder, &status) != 0)
    return TRUE;
  available = (guint64) status.f_bavail * status.f_frsize;
  if (available >= needed)
    return TRUE;
  wanted = g_format_size (needed);
  there = g_format_size (available);
  text = g_strdup_printf ("%s: a training pack needs %s and %s are free", folder, wanted,
                          there);
  return set_pack_error (error, text);
}

/* Adds what can be read to the writer and to kept. */
static gboolean
stream (MienJob *job,
        MienFrameReader *reader,
        MienPackWriter *writer,
        const GArray *rows,
        int side,
        GArray *kept,
        GChecksum *pixels,
        GError **error)
{
  gsize frame_bytes = (gsize) side * (gsize) side * 3;
  char reason[MIEN_ERROR_SIZE];
  MienFrameBatch batch;

  for (mien_frame_reader_next (reader, &batch); batch.n > 0;
       mien_frame_reader_next (reader, &batch))
    {
      if (mien_job_is_stopped (job, "nothing was begun", error))
        return FALSE;
      g_checksum_update (pixels, batch.rgb, (gssize) (batch.n * frame_bytes));
      for (guint i = 0; i < batch.n; i++)
        {
          const MienPackRow *row = &g_array_index (rows, MienPackRow, batch.index[i]);

          if (mien_pack_writer_add (writer, row, batch.rgb + i * frame_bytes, reason)
              != 0)
            return set_pack_error (error, reason);
          g_array_append_val (kept, *row);
        }
      mien_progress_count (job->progress, batch.index[batch.n - 1] + 1, rows->len);
    }
  return TRUE;
}

/* One pass. Where images could not be read, rows loses theirs and no pack is made. */
static gboolean
write_pass (MienJob *job,
            MienStore *store,
            const char *path,
            GArray *rows,
            int side,
            guint threads,
            char **pixels,
            GError **error)
{
  g_autoptr (GArray) frames = mien_training_rows_frames (rows);
  g_autoptr (GArray) kept = g_array_new (FALSE, FALSE, sizeof (MienPackRow));
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (MienFrameReader) reader = NULL;
  MienPackWriter *writer;
  char reason[MIEN_ERROR_SIZE];

  if (mien_pack_writer_new (path, (uint32_t) side, rows->len, &writer, reason) != 0)
    return set_pack_error (error, reason);
  reader = mien_frame_reader_new (store, (const gint64 *) (void *) frames->data,
                                  frames->len, side, threads, job->progress);
  if (!stream (job, reader, writer, rows, side, kept, checksum, error))
    {
      mien_pack_writer_abort (writer);
      return FALSE;
    }
  if (mien_frame_reader_finish (reader) > 0)
    {
      mien_pack_writer_abort (writer);
      g_array_set_size (rows, 0);
      g_array_append_vals (rows, kept->data, kept->len);
      return TRUE;
    }
  if (mien_pack_writer_finish (writer, reason) != 0)
    return set_pack_error (error, reason);
  *pixels = g_strdup (g_checksum_get_string (checksum));
  return TRUE;
}

gboolean
mien_training_pack_write (MienJob *job,
                          MienStore *store,
                          const char *path,
                          GArray *rows,
                          int side,
                          guint threads,
                          char **pixels,
                          GError **error)
{
  guint64 frame_bytes = sizeof (MienPackRow) + (guint64) side * (guint64) side * 3;
  g_autofree char *result = NULL;

  if (!check_space (path, rows->len * frame_bytes, error))
    return FALSE;
  for (guint pass = 0; pass < MAX_PASSES && rows->len > 0 && result == NULL; pass++)
    if (!write_pass (job, store, path, rows, side, threads, &result, error))
      return FALSE;
  if (result == NULL)
    {
      g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
                   "%s: the images cannot be read; put the linked folder back, or import "
                   "the images again",
                   mien_store_path (store));
      return FALSE;
    }
  *pixels = g_steal_pointer (&result);
  return TRUE;
}

gboolean
mien_training_pack_is_sound (const char *path,
                             const GArray *rows,
                             int side,
                             const char *pixels)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize frame_bytes = (gsize) side * (gsize) side * 3;
  char reason[MIEN_ERROR_SIZE];
  gboolean sound = FALSE;
  MienPack pack;

  if (mien_pack_open (path, &pack, reason) != 0)
    return FALSE;
  if (pack.side == (guint32) side && pack.n_rows == rows->len
      && memcmp (pack.rows, rows->data, rows->len * sizeof (MienPackRow)) == 0)
    {
      for (guint i = 0; i < rows->len; i++)
        g_checksum_update (checksum, pack.pixels + i * frame_bytes, (gssize) frame_bytes);
      sound = strcmp (g_checksum_get_string (checksum), pixels) == 0;
    }
  mien_pack_close (&pack);
  return sound;
}
