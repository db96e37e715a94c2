/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Notes of the Review view: N opens the popover on the face that is on screen, and what
 * is saved goes to that frame, whatever is on screen by then. A note decides nothing.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-review-view-private.h"

#include "mien-face-canvas.h"
#include "mien-review-note.h"

#include <glib/gi18n.h>

typedef struct
{
  MienReviewView *view;
  MienProject *project;
  gint64 frame;
} Request;

static void
on_noted (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Request *request = data;
  g_autoptr (MienReviewView) self = request->view;
  g_autoptr (MienProject) project = request->project;
  g_autoptr (GError) error = NULL;
  gboolean stored = mien_project_decide_finish (project, result, &error);

  if (self->project != project)
    return;
  if (!stored)
    {
      g_autofree char *text = g_strdup_printf (_ ("Not stored: %s"), error->message);

      mien_review_view_toast (self, text);
      return;
    }
  self->own_changes++;
  mien_review_session_reread (self->session, request->frame);
  mien_review_view_pump (self);
}

static void
on_save (MienReviewView *self, const char *text)
{
  MienDecision decision = {
    .kind = MIEN_DECISION_NOTE, .frame = self->note_frame, .duration_us = -1, .note = text
  };
  Request *request;

  if (self->project == NULL || self->note_frame == 0)
    return;
  if (mien_project_get_fault (self->project) != NULL)
    {
      mien_review_view_toast (self, mien_project_get_fault (self->project));
      return;
    }
  request = g_new0 (Request, 1);
  request->view = g_object_ref (self);
  request->project = g_object_ref (self->project);
  request->frame = self->note_frame;
  mien_project_decide_async (self->project, &decision, on_noted, request);
}

static void
on_closed (MienReviewView *self)
{
  gtk_widget_grab_focus (self->canvas);
}

void
mien_review_view_write_note (MienReviewView *self)
{
  const MienFrameView *view = mien_review_session_view (self->session);
  g_autofree char *title = NULL;
  graphene_rect_t bounds;

  if (view == NULL || mien_review_view_stop_play (self)
      || mien_review_session_act (self->session, g_get_monotonic_time ()) == NULL)
    return;
  if (self->note == NULL)
    {
      self->note = mien_review_note_new ();
      gtk_widget_set_parent (self->note, GTK_WIDGET (self));
      g_signal_connect_swapped (self->note, "save", G_CALLBACK (on_save), self);
      g_signal_connect_swapped (self->note, "closed", G_CALLBACK (on_closed), self);
    }
  if (gtk_widget_compute_bounds (self->canvas, GTK_WIDGET (self), &bounds))
    gtk_popover_set_pointing_to (
        GTK_POPOVER (self->note),
        &(GdkRectangle){ (int) (bounds.origin.x + bounds.size.width / 2.0f),
                         (int) (bounds.origin.y + 0.6f * bounds.size.height), 1, 1 });
  self->note_frame = view->frame->id;
  title = g_strdup_printf (_ ("Note on %s"), view->frame->key);
  /* One's own is taken up again; another's is answered. */
  mien_review_note_open (MIEN_REVIEW_NOTE (self->note), title,
                         view->note != NULL
                                 && g_strcmp0 (view->note->annotator,
                                               mien_project_get_annotator (self->project))
                                        == 0
                             ? view->note->text
                             : NULL);
}
