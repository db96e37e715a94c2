/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Segments of the strip: I and O mark one, an answer with Enter goes to all of its
 * frames, Escape drops it.
 *
 * Invariants: how many frames Enter is about, and how many of them people have labelled,
 * is on screen before Enter does anything; until the frames are read it does nothing. The
 * marks belong to the video on screen, and end with the decision.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-review-view-private.h"

#include "mien-review-panel.h"
#include "mien-review-style.h"
#include "mien-strip.h"

#include <glib/gi18n.h>

typedef struct
{
  MienReviewView *view;
  MienProject *project;
  gint64 video, in, out;
} Request;

/* ---- showing ---- */

/* Beside the strip: what the pictures are and what the keys do, or what is marked. */
static void
show_note (MienReviewView *self, guint n_frames)
{
  g_autofree char *text = NULL;

  text = self->segment.video != 0
             ? mien_review_segment_describe (&self->segment, n_frames)
             : g_strdup (self->strip_help);
  mien_review_set_text (self->strip_note, text);
  mien_review_set_tip (self->strip_note, text);
}

void
mien_review_view_show_panel (MienReviewView *self)
{
  const MienFrameView *view = mien_review_session_view (self->session);
  MienReviewAnswers *answers = mien_review_session_answers (self->session);
  guint n = 0, labelled = 0;

  if (view != NULL && mien_review_segment_is_whole (&self->segment))
    n = mien_review_segment_count (&self->segment, view->frame->id, &answers->given,
                                   &labelled);
  show_note (self, n);
  mien_strip_set_segment (MIEN_STRIP (self->strip), self->segment.in, self->segment.out);
  mien_review_panel_set_segment (MIEN_REVIEW_PANEL (self->panel), n, labelled);
  mien_review_panel_show (MIEN_REVIEW_PANEL (self->panel), view, answers);
}

/* ---- which frames there are ---- */

static void
on_span (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Request *request = data;
  g_autoptr (MienReviewView) self = request->view;
  g_autoptr (MienProject) project = request->project;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) frames = mien_project_span_finish (project, result, &error);

  if (self->project != project || self->segment.video != request->video
      || self->segment.in != request->in || self->segment.out != request->out)
    return;
  if (frames == NULL)
    {
      mien_review_segment_clear (&self->segment);
      mien_review_view_toast (self, error->message);
    }
  else
    mien_review_segment_take (&self->segment, g_steal_pointer (&frames));
  mien_review_view_show_panel (self);
}

static void
read_span (MienReviewView *self)
{
  Request *request;

  if (!mien_review_segment_is_whole (&self->segment))
    return;
  request = g_new0 (Request, 1);
  *request = (Request){ g_object_ref (self), g_object_ref (self->project),
                        self->segment.video, self->segment.in, self->segment.out };
  mien_project_span_async (self->project, self->segment.video, self->segment.in,
                           self->segment.out, NULL, on_span, request);
}

/* ---- marking ---- */

/* What the mark is put at: where the keys are in the strip, else what is on screen,
 * played or not. */
static gint64
number_here (MienReviewView *self, const MienFrameView *view)
{
  gint64 cursor = mien_strip_get_cursor (MIEN_STRIP (self->strip));
  gint64 played = mien_review_view_get_played (self);

  return cursor >= 0 ? cursor : played >= 0 ? played : view->frame->number;
}

void
mien_review_view_mark (MienReviewView *self, gboolean out)
{
  const MienFrameView *view = mien_review_session_view (self->session);
  gint64 number;

  if (view == NULL)
    return;
  number = number_here (self, view);
  if (number < 0)
    {
      mien_review_view_toast (self, _ ("This frame has no number in a video, so no "
                                       "segment goes through it"));
      return;
    }
  mien_review_segment_mark (&self->segment, view->frame->video, number, out);
  read_span (self);
  mien_review_view_show_panel (self);
  /* Whole: on with the answer. */
  if (mien_review_segment_is_whole (&self->segment))
    gtk_widget_grab_focus (self->canvas);
}

gboolean
mien_review_view_drop_segment (MienReviewView *self)
{
  if (self->segment.video == 0)
    return FALSE;
  mien_review_segment_clear (&self->segment);
  mien_review_view_show_panel (self);
  return TRUE;
}

void
mien_review_view_follow_segment (MienReviewView *self)
{
  const MienFrameView *view = mien_review_session_view (self->session);

  if (self->segment.video == 0 || view == NULL)
    return;
  if (view->frame->video != self->segment.video)
    mien_review_segment_clear (&self->segment);
  else
    /* Labels may have come; meanwhile the figures of before are shown. */
    read_span (self);
}
