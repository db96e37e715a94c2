/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Frames to pixels. The store belongs to the caller's thread, so the encoded bytes are
 * fetched there; decoding and resizing is what takes the time and goes to a small pool.
 *
 * Invariants: two halves take turns, one in the caller's hands and one in the pool's;
 * a half holds at most MIEN_FRAME_BATCH frames and ends early once their encoded bytes
 * pass MAX_BYTES, so memory is bounded whatever was imported.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-frame-reader.h"

#include <string.h>

#include "mien-frames.h"
#include "mien-image.h"

#define MAX_BYTES (32 * 1024 * 1024)
#define MAX_THREADS 4
#define MAX_WARNINGS 10

typedef struct
{
  char *key;
  GBytes *bytes;
  guint8 *rgb; /* where it goes, in the pixels of its half */
  char *problem;
} Task;

typedef struct
{
  guint n, n_waiting; /* n_waiting: under the lock */
  gsize index[MIEN_FRAME_BATCH];
  Task tasks[MIEN_FRAME_BATCH];
  guint8 *rgb;
} Half;

struct _MienFrameReader
{
  MienStore *store;
  MienProgress *progress;
  const gint64 *frames;
  gsize n_frames, at;
  int side;
  gsize frame_bytes;
  GThreadPool *pool;
  GMutex lock;
  GCond done;
  Half halves[2];
  guint ahead; /* the half that is being decoded */
  guint64 unreadable;
};

static void
decode (gpointer data, gpointer user_data)
{
  MienFrameReader *reader = user_data;
  Task *task = data;
  Half *half = &reader->halves[task >= reader->halves[1].tasks
                               && task < reader->halves[1].tasks + MIEN_FRAME_BATCH];
  g_autoptr (GError) failed = NULL;
  MienImage image = { 0 };

  if (mien_image_decode (task->bytes, task->key, &image, &failed))
    mien_image_resize (&image, reader->side, task->rgb);
  else
    task->problem = g_strdup (failed->message);
  mien_image_clear (&image);

  g_mutex_lock (&reader->lock);
  if (--half->n_waiting == 0)
    g_cond_signal (&reader->done);
  g_mutex_unlock (&reader->lock);
}

static void
leave_out (MienFrameReader *reader, const char *problem)
{
  reader->unreadable++;
  if (reader->unreadable <= MAX_WARNINGS)
    mien_progress_warn (reader->progress, "%s; the frame is left out", problem);
}

/* Fetches the bytes of the next frames and hands them to the pool. */
static void
fill (MienFrameReader *reader, Half *half)
{
  gsize bytes = 0;

  half->n = 0;
  while (half->n < MIEN_FRAME_BATCH && bytes < MAX_BYTES && reader->at < reader->n_frames)
    {
      gint64 id = reader->frames[reader->at++];
      g_autoptr (GError) failed = NULL;
      g_autoptr (MienFrame) frame = mien_frames_get (reader->store, id, &failed);
      g_autoptr (GBytes) image =
          frame != NULL ? mien_frames_image (reader->store, id, &failed) : NULL;
      Task *task = &half->tasks[half->n];

      if (image == NULL)
        {
          leave_out (reader, failed->message);
          continue;
        }
      bytes += g_bytes_get_size (image);
      task->key = g_steal_pointer (&frame->key);
      task->bytes = g_steal_pointer (&image);
      task->rgb = half->rgb + half->n * reader->frame_bytes;
      half->index[half->n++] = reader->at - 1;
    }
  half->n_waiting = half->n;
  for (guint i = 0; i < half->n; i++)
    g_thread_pool_push (reader->pool, &half->tasks[i], NULL);
}

static void
wait_for (MienFrameReader *reader, Half *half)
{
  g_mutex_lock (&reader->lock);
  while (half->n_waiting > 0)
    g_cond_wait (&reader->done, &reader->lock);
  g_mutex_unlock (&reader->lock);
}

static void
clear_task (Task *task)
{
  g_clear_pointer (&task->bytes, g_bytes_unref);
  g_clear_pointer (&task->key, g_free);
  g_clear_pointer (&task->problem, g_free);
}

/* Closes the gaps that broken images leave, and lets go of the encoded bytes. */
static void
settle (MienFrameReader *reader, Half *half)
{
  guint kept = 0;

  for (guint i = 0; i < half->n; i++)
    {
      Task *task = &half->tasks[i];
      guint8 *place = half->rgb + kept * reader->frame_bytes;

      if (task->problem != NULL)
        leave_out (reader, task->problem);
      else
        {
          if (place != task->rgb)
            memcpy (place, task->rgb, reader->frame_bytes);
          half->index[kept++] = half->index[i];
        }
      clear_task (task);
    }
  half->n = kept;
}

MienFrameReader *
mien_frame_reader_new (MienStore *store,
                       const gint64 *frames,
                       gsize n_frames,
                       int side,
                       guint threads,
                       MienProgress *progress)
{
  MienFrameReader *reader = g_new0 (MienFrameReader, 1);

  reader->store = store;
  reader->progress = progress;
  reader->frames = frames;
  reader->n_frames = n_frames;
  reader->side = side;
  reader->frame_bytes = (gsize) side * (gsize) side * 3;
  reader->pool = g_thread_pool_new (decode, reader, (int) CLAMP (threads, 1, MAX_THREADS),
                                    FALSE, NULL);
  g_mutex_init (&reader->lock);
  g_cond_init (&reader->done);
  for (guint i = 0; i < 2; i++)
    reader->halves[i].rgb = g_malloc_n (MIEN_FRAME_BATCH, reader->frame_bytes);
  fill (reader, &reader->halves[reader->ahead]);
  return reader;
}

void
mien_frame_reader_free (MienFrameReader *reader)
{
  if (reader == NULL)
    return;
  g_thread_pool_free (reader->pool, FALSE, TRUE);
  for (guint i = 0; i < 2; i++)
    {
      for (guint k = 0; k < reader->halves[i].n; k++)
        clear_task (&reader->halves[i].tasks[k]);
      g_free (reader->halves[i].rgb);
    }
  g_mutex_clear (&reader->lock);
  g_cond_clear (&reader->done);
  g_free (reader);
}

void
mien_frame_reader_next (MienFrameReader *reader, MienFrameBatch *batch)
{
  Half *half;

  do
    {
      half = &reader->halves[reader->ahead];
      wait_for (reader, half);
      settle (reader, half);
      reader->ahead = 1 - reader->ahead;
      fill (reader, &reader->halves[reader->ahead]);
    }
  while (half->n == 0 && reader->halves[reader->ahead].n > 0);
  *batch = (MienFrameBatch){ half->n, half->index, half->rgb };
}

guint64
mien_frame_reader_finish (MienFrameReader *reader)
{
  if (reader->unreadable > MAX_WARNINGS)
    mien_progress_warn (reader->progress,
                        "%" G_GUINT64_FORMAT " frames in all could not be read and are "
                        "left out",
                        reader->unreadable);
  return reader->unreadable;
}
