/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Parts of a video, on the reader thread: which frames lie between two numbers and what
 * people have said of them (segments), and their faces one by one (playing). Every face
 * is a piece of work of its own, so that what is on screen never waits for more than one.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-project-span.h"

#include "mien-project-private.h"

#include <glib/gi18n.h>

typedef struct
{
  gint64 video, from, to;
} SpanInput;

static gboolean
append_frame (MienStore *store, const MienFrame *frame, GArray *span, GError **error)
{
  MienSpanFrame one = {
    .frame = frame->id,
    .number = frame->number,
    .has_face = frame->has_image && !frame->not_a_face,
  };
  MienLabels labels;

  if (!mien_frames_labels (store, frame->id, &labels, error))
    return FALSE;
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    if (labels.item[item].source == MIEN_SOURCE_HUMAN)
      one.human |= 1u << item;
  g_array_append_val (span, one);
  return TRUE;
}

static void
read_span (MienWork *work, gpointer data)
{
  MienReader *reader = data;
  const SpanInput *input = work->input;
  g_autoptr (GArray) span = g_array_new (FALSE, FALSE, sizeof (MienSpanFrame));
  g_autoptr (GPtrArray) frames =
      mien_frames_span (reader->store, input->video, input->from, input->to,
                        MIEN_SPAN_MOST + 1, &work->error);

  if (frames == NULL)
    return;
  if (frames->len > MIEN_SPAN_MOST)
    {
      g_set_error (&work->error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID,
                   _ ("A segment holds at most %'d frames: mark a shorter one."),
                   MIEN_SPAN_MOST);
      return;
    }
  for (guint i = 0; i < frames->len; i++)
    if (!append_frame (reader->store, g_ptr_array_index (frames, i), span, &work->error))
      return;
  work->result = g_steal_pointer (&span);
  work->free_result = (GDestroyNotify) g_array_unref;
}

void
mien_project_span_async (MienProject *self,
                         gint64 video,
                         gint64 from,
                         gint64 to,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);
  SpanInput *input = g_new0 (SpanInput, 1);

  g_task_set_source_tag (task, mien_project_span_async);
  *input = (SpanInput){ video, from, to };
  mien_project_push (self, self->reader.worker, MIEN_URGENT,
                     mien_work_new (task, read_span, input, g_free));
}

GArray *
mien_project_span_finish (MienProject *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
read_face (MienWork *work, gpointer data)
{
  MienReader *reader = data;
  const gint64 *frame = work->input;

  work->result =
      mien_picture_cache_face (reader->pictures, reader->store, *frame, &work->error);
  work->free_result = g_object_unref;
}

void
mien_project_face_async (MienProject *self,
                         gint64 frame,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, mien_project_face_async);
  mien_project_push (
      self, self->reader.worker, MIEN_ORDINARY,
      mien_work_new (task, read_face, g_memdup2 (&frame, sizeof frame), g_free));
}

GdkTexture *
mien_project_face_finish (MienProject *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
