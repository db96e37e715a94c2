/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the script into the project: faces are drawn and encoded by a few threads, a batch
 * at a time, and stored by the calling one in the order of the script, so that neither
 * the bytes nor the log depend on how many threads there were. The project is marked as
 * synthetic before the first face is in it.
 *
 * Filling again with the same frames and seed finds everything known and changes nothing.
 */
#include "config.h"

#include "mien-demo.h"

#include "mien-demo-jpeg.h"
#include "mien-demo-script.h"
#include "mien-events.h"
#include "mien-frames.h"

enum
{
  SIZE = 112,
  BATCH = 48,
  MAX_THREADS = 8,
};

/* The faces of one batch; each slot belongs to one thread until the pool is done. */
typedef struct
{
  const MienDemoVideo *video;
  guint first;
  GBytes *jpeg[BATCH];
  GError *error[BATCH];
} Batch;

static void
draw (gpointer item, gpointer data)
{
  guint slot = GPOINTER_TO_UINT (item) - 1;
  Batch *batch = data;
  g_autofree guint8 *rgb = g_malloc (SIZE * SIZE * 3);

  mien_face_render (&batch->video->identity,
                    &batch->video->frames[batch->first + slot].state, SIZE, rgb);
  batch->jpeg[slot] = mien_demo_jpeg (rgb, SIZE, &batch->error[slot]);
}

static void
batch_clear (Batch *batch)
{
  for (guint i = 0; i < BATCH; i++)
    {
      g_clear_pointer (&batch->jpeg[i], g_bytes_unref);
      g_clear_error (&batch->error[i]);
    }
}

/* Draws n frames from first on. FALSE with the first error. */
static gboolean
batch_draw (Batch *batch,
            const MienDemoVideo *video,
            guint first,
            guint n,
            GError **error)
{
  GThreadPool *pool;
  guint threads = MIN (g_get_num_processors (), MAX_THREADS);

  batch_clear (batch);
  batch->video = video;
  batch->first = first;
  pool = g_thread_pool_new (draw, batch, (int) threads, FALSE, error);
  if (pool == NULL)
    return FALSE;
  for (guint i = 0; i < n; i++)
    g_thread_pool_push (pool, GUINT_TO_POINTER (i + 1), NULL);
  g_thread_pool_free (pool, FALSE, TRUE);

  for (guint i = 0; i < n; i++)
    if (batch->error[i] != NULL)
      {
        g_propagate_error (error, g_steal_pointer (&batch->error[i]));
        return FALSE;
      }

  return TRUE;
}

static gboolean
store_frame (MienStore *store,
             gint64 video_id,
             const MienDemoVideo *video,
             const MienDemoFrame *frame,
             GBytes *jpeg,
             GError **error)
{
  g_autofree char *key = g_strdup_printf ("%s/%05u.jpg", video->name, frame->number);
  MienLabels labels = frame->truth;
  MienImported imported;
  gint64 id;
  gboolean added;

  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    if (!frame->shown[item])
      labels.item[item] = (MienLabel){ .answer = MIEN_ANSWER_NONE };

  return mien_frames_ensure (store, video_id, key, frame->number, &id, &added, error)
         && mien_frames_set_image (store, id, jpeg, SIZE, SIZE, error)
         && mien_events_import (store, id, &labels, &imported, error);
}

typedef struct
{
  MienDemoProgress func;
  gpointer data;
  guint64 done, total;
} Progress;

static gboolean
store_video (MienStore *store,
             const MienDemoVideo *video,
             Batch *batch,
             Progress *progress,
             GCancellable *cancellable,
             GError **error)
{
  gint64 video_id;

  if (!mien_frames_ensure_video (store, video->name, video->split, &video_id, error))
    return FALSE;

  for (guint first = 0; first < video->n_frames; first += BATCH)
    {
      guint n = MIN (BATCH, video->n_frames - first);

      /* Drawn outside of any transaction: nobody waits for the pens. */
      if (g_cancellable_set_error_if_cancelled (cancellable, error)
          || !batch_draw (batch, video, first, n, error)
          || !mien_store_begin (store, error))
        return FALSE;
      for (guint i = 0; i < n; i++)
        if (!store_frame (store, video_id, video, &video->frames[first + i],
                          batch->jpeg[i], error)
            || !mien_store_breathe (store, error))
          {
            mien_store_rollback (store);
            return FALSE;
          }
      if (!mien_store_commit (store, error))
        {
          mien_store_rollback (store);
          return FALSE;
        }

      progress->done += n;
      if (progress->func != NULL)
        progress->func (progress->done, progress->total, progress->data);
    }

  return TRUE;
}

gboolean
mien_demo_fill (MienStore *store,
                guint frames,
                guint seed,
                MienDemoProgress progress,
                gpointer data,
                GCancellable *cancellable,
                GError **error)
{
  MienDemoScript script;
  Progress report;
  Batch batch = { 0 };
  gboolean filled = TRUE;

  mien_demo_script_init (&script, frames, seed);
  report = (Progress){ .func = progress, .data = data, .total = script.n_total };
  if (!mien_store_set_synthetic (store, TRUE, error)
      || !mien_store_set_bulk (store, TRUE, error))
    return FALSE;

  for (guint i = 0; i < script.n_videos && filled; i++)
    {
      MienDemoVideo video;

      mien_demo_video_init (&video, &script, i);
      filled = store_video (store, &video, &batch, &report, cancellable, error);
      mien_demo_video_clear (&video);
    }
  batch_clear (&batch);

  /* Back to full durability, whatever came before; the first error is the one to report.
   */
  return mien_store_set_bulk (store, FALSE, filled ? error : NULL) && filled;
}
