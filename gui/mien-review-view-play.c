/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Playing: P shows what goes on around the face, or in the segment, over and over at the
 * video's own rate, until P, Escape, or any key that would act on a face.
 *
 * Invariants: while a clip plays, the face under review counts as not drawn, so nothing
 * acts on it, and nothing ever on a face that is played; the key that stops does no more
 * than that. The faces are read before the first is shown, so many that they fit.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-review-view-private.h"

#include "mien-clip.h"
#include "mien-face-canvas.h"
#include "mien-key-layout.h"
#include "mien-strip.h"

#include <glib/gi18n.h>

enum
{
  MOST_FRAMES = 150,
  MOST_BYTES = 96 * 1024 * 1024,
};

/* One clip, from the key to the end of it. */
struct _MienReviewPlay
{
  MienReviewView *view; /* borrowed: stops before it goes */
  GCancellable *cancellable;
  MienClip *clip;
  double fps;
  guint most;
  guint waiting; /* faces that are being read */
  guint tick;    /* 0: not playing yet */
  gint64 began;
  int shown;
};

typedef struct
{
  MienReviewView *view;
  GCancellable *cancellable;
  guint i;
} Request;

static Request *
request_new (MienReviewPlay *play, guint i)
{
  Request *request = g_new0 (Request, 1);

  request->view = g_object_ref (play->view);
  request->cancellable = g_object_ref (play->cancellable);
  request->i = i;
  return request;
}

static void
request_free (Request *request)
{
  g_object_unref (request->view);
  g_object_unref (request->cancellable);
  g_free (request);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

/* NULL: it was stopped meanwhile. */
static MienReviewPlay *
still_on (const Request *request)
{
  MienReviewPlay *play = request->view->play;

  return play != NULL && play->cancellable == request->cancellable ? play : NULL;
}

static gboolean
on_tick (GtkWidget *canvas, GdkFrameClock *clock, gpointer data)
{
  MienReviewPlay *play = data;
  gint64 now = gdk_frame_clock_get_frame_time (clock);
  int at;

  if (play->began < 0)
    play->began = now;
  at = mien_clip_at (play->clip, now - play->began);
  if (at == play->shown || at < 0)
    return G_SOURCE_CONTINUE;
  play->shown = at;
  mien_face_canvas_play (MIEN_FACE_CANVAS (canvas),
                         mien_clip_texture (play->clip, (guint) at));
  mien_strip_set_playing (MIEN_STRIP (play->view->strip),
                          mien_clip_number (play->clip, (guint) at));
  return G_SOURCE_CONTINUE;
}

static void
show_playing (MienReviewView *self)
{
  const MienFrameView *view = mien_review_session_view (self->session);
  MienClip *clip = self->play->clip;
  g_autofree char *key = mien_key_layout_label ("review.play");
  g_autofree char *from =
      g_strdup_printf ("%05" G_GINT64_FORMAT, mien_clip_number (clip, 0));
  g_autofree char *to = g_strdup_printf (
      "%05" G_GINT64_FORMAT, mien_clip_number (clip, mien_clip_n_frames (clip) - 1));
  /* Translators: a video, and the first and last frame number of what is played. */
  g_autofree char *place =
      g_strdup_printf (_ ("%s / %s–%s"), view->frame->video_name, from, to);
  /* Translators: a key. */
  g_autofree char *text = key != NULL ? g_strdup_printf (_ ("▶ playing · %s stops"), key)
                                      : g_strdup (_ ("▶ playing"));

  mien_face_canvas_set_place (MIEN_FACE_CANVAS (self->canvas), place);
  mien_face_canvas_set_reason (MIEN_FACE_CANVAS (self->canvas), text);
}

static void
begin (MienReviewPlay *play)
{
  MienReviewView *self = play->view;

  if (mien_clip_at (play->clip, 0) < 0)
    {
      mien_review_view_stop_play (self);
      mien_review_view_toast (self, _ ("There is nothing to play around this face"));
      return;
    }
  play->began = -1;
  play->shown = -1;
  mien_review_session_withdraw (self->session);
  show_playing (self);
  play->tick = gtk_widget_add_tick_callback (self->canvas, on_tick, play, NULL);
}

static void
on_face (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Request) request = data;
  g_autoptr (GdkTexture) texture =
      mien_project_face_finish (MIEN_PROJECT (source), result, NULL);
  MienReviewPlay *play = still_on (request);

  if (play == NULL)
    return;
  /* One that cannot be decoded is passed over. */
  mien_clip_set_texture (play->clip, request->i, texture);
  if (--play->waiting == 0)
    begin (play);
}

static void
on_span (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Request) request = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) span =
      mien_project_span_finish (MIEN_PROJECT (source), result, &error);
  MienReviewPlay *play = still_on (request);

  if (play == NULL)
    return;
  if (span != NULL)
    play->clip = mien_clip_new (span, play->fps, play->most);
  if (play->clip == NULL)
    {
      mien_review_view_stop_play (request->view);
      mien_review_view_toast (
          request->view, error != NULL ? error->message
                                       : _ ("There is nothing to play around this face"));
      return;
    }
  play->waiting = mien_clip_n_frames (play->clip);
  for (guint i = 0; i < mien_clip_n_frames (play->clip); i++)
    mien_project_face_async (MIEN_PROJECT (source), mien_clip_frame (play->clip, i),
                             play->cancellable, on_face, request_new (play, i));
}

/* As many as fit into memory, at the size of the face on screen. */
static guint
most_frames (const MienFrameView *view)
{
  gsize bytes = view->texture == NULL
                    ? 1
                    : (gsize) gdk_texture_get_width (view->texture)
                          * (gsize) gdk_texture_get_height (view->texture) * 3;

  return (guint) CLAMP (MOST_BYTES / bytes, 2, MOST_FRAMES);
}

static void
start (MienReviewView *self, const MienFrameView *view)
{
  MienReviewPlay *play = g_new0 (MienReviewPlay, 1);
  gint64 from = self->segment.in, to = self->segment.out;

  if (!mien_review_segment_is_whole (&self->segment))
    mien_clip_around (view->frame->number, view->fps, &from, &to);
  play->view = self;
  play->cancellable = g_cancellable_new ();
  play->fps = view->fps;
  play->most = most_frames (view);
  self->play = play;
  mien_project_span_async (self->project, view->frame->video, from, to, play->cancellable,
                           on_span, request_new (play, 0));
}

void
mien_review_view_play (MienReviewView *self)
{
  const MienFrameView *view = mien_review_session_view (self->session);

  if (mien_review_view_stop_play (self) || view == NULL
      || mien_review_session_act (self->session, g_get_monotonic_time ()) == NULL)
    return;
  if (view->frame->number < 0)
    mien_review_view_toast (self, _ ("This frame has no number in a video, so there is "
                                     "nothing to play"));
  else
    start (self, view);
}

gboolean
mien_review_view_stop_play (MienReviewView *self)
{
  MienReviewPlay *play = g_steal_pointer (&self->play);
  gboolean played;

  if (play == NULL)
    return FALSE;
  played = play->tick != 0;
  g_cancellable_cancel (play->cancellable);
  if (played)
    {
      gtk_widget_remove_tick_callback (self->canvas, play->tick);
      mien_strip_set_playing (MIEN_STRIP (self->strip), -1);
      mien_face_canvas_play (MIEN_FACE_CANVAS (self->canvas), NULL);
      mien_review_view_show_place (self);
    }
  g_object_unref (play->cancellable);
  mien_clip_free (play->clip);
  g_free (play);
  /* Before the first face was shown there was nothing to stop that a person saw. */
  return played;
}

gint64
mien_review_view_get_played (MienReviewView *self)
{
  const MienReviewPlay *play = self->play;

  return play == NULL || play->tick == 0 || play->shown < 0
             ? -1
             : mien_clip_number (play->clip, (guint) play->shown);
}
