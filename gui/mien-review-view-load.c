/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Between the session and the project: reading what the session wants, handing over what
 * it decided, taking back. Every answer of the project is checked against the session it
 * was asked for; a project that was closed meanwhile has none.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-review-view-private.h"

#include "mien-project-plan.h"
#include "mien-review-side.h"
#include "mien-strip.h"

#include <glib/gi18n.h>

enum
{
  QUEUE_LIMIT = 50,
  FEW_PLANNED = 60,
  WORTH_A_PLAN = 200,  /* answers that wait */
  SUMMARY_PAUSE = 700, /* ms between two readings of the side bar's figures */
};

/* What an answer of the project belongs to. */
typedef struct
{
  MienReviewView *view;
  MienProject *project;
  GCancellable *cancellable;
  gint64 frame;
  guint64 serial;
  gboolean redo;
} Request;

static Request *
request_new (MienReviewView *self)
{
  Request *request = g_new0 (Request, 1);

  request->view = g_object_ref (self);
  request->project = g_object_ref (self->project);
  request->cancellable = g_object_ref (self->cancellable);
  return request;
}

static void
request_free (Request *request)
{
  g_object_unref (request->view);
  g_object_unref (request->project);
  g_object_unref (request->cancellable);
  g_free (request);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

/* Of the session that is still on. */
static gboolean
is_current (const Request *request)
{
  return request->view->project == request->project;
}

/* Loads besides must not have been given up since. */
static gboolean
is_wanted (const Request *request)
{
  return is_current (request) && request->view->cancellable == request->cancellable;
}

/* ---- reading ---- */

static void
on_frame (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Request) request = data;
  g_autoptr (GError) error = NULL;
  MienReviewView *self = request->view;
  MienFrameView *view =
      mien_project_load_frame_finish (MIEN_PROJECT (source), result, &error);
  gboolean was_read = view != NULL;
  gint64 decided = was_read ? view->decided : 0;

  if (!is_wanted (request))
    {
      mien_frame_view_free (view);
      return;
    }
  if (view != NULL)
    mien_review_session_loaded (self->session, request->frame, view,
                                g_get_monotonic_time ());
  else
    {
      if (request->frame != mien_review_session_frame (self->session)
          && request->frame != self->reopened)
        mien_review_view_toast (self, error->message);
      mien_review_session_load_failed (self->session, request->frame, error->message);
    }
  if (request->frame == self->reopened)
    {
      self->reopened = 0;
      /* Another project lies at that path now; or the window was killed before it wrote
       * down the face that came after this one. */
      if (request->frame == mien_review_session_frame (self->session)
          && (!was_read || decided > self->reopened_since))
        mien_review_session_pass (self->session);
    }
  mien_review_view_pump (self);
  mien_review_view_sync (self);
}

static void
on_queue (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Request) request = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) frames =
      mien_project_queue_finish (MIEN_PROJECT (source), result, &error);
  MienReviewView *self = request->view;

  if (!is_wanted (request))
    return;
  if (frames != NULL)
    mien_review_session_add_queue (self->session, frames, QUEUE_LIMIT);
  else
    {
      mien_review_view_toast (self, error->message);
      mien_review_session_queue_failed (self->session);
    }
  mien_review_view_pump (self);
  mien_review_view_sync (self);
}

void
mien_review_view_pump (MienReviewView *self)
{
  gint64 frame;

  if (self->project == NULL)
    return;
  if (mien_review_session_wants_queue (self->session))
    {
      g_autoptr (GHashTable) skip = mien_review_session_ask_queue (self->session);

      mien_project_queue_async (self->project, QUEUE_LIMIT, skip, self->cancellable,
                                on_queue, request_new (self));
    }
  while ((frame = mien_review_session_wants_frame (self->session)) != 0)
    {
      Request *request = request_new (self);

      request->frame = frame;
      mien_project_load_frame_async (self->project, frame, MIEN_STRIP_MOST,
                                     self->cancellable, on_frame, request);
    }
}

/* ---- the figures of the side bar ---- */

static void
requeue (MienReviewView *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  mien_review_session_requeue (self->session);
}

void
mien_review_view_reread (MienReviewView *self)
{
  if (self->project == NULL)
    return;
  requeue (self);
  mien_review_view_pump (self);
  mien_review_view_sync (self);
}

/* What the queue is made from has changed: another model, its proposals, more frames. */
static gboolean
is_another_queue (const MienStatus *a, const MienStatus *b)
{
  return a->current_model != b->current_model || a->frames != b->frames;
}

static void
on_plan (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Request) request = data;
  g_autoptr (GError) error = NULL;

  if (!mien_project_renew_plan_finish (MIEN_PROJECT (source), result, &error))
    g_info ("%s", error->message);
  else if (is_current (request))
    mien_review_view_reread (request->view);
}

/* Before the plan runs out, but not again as long as it would not find much else. */
static void
plan_ahead (MienReviewView *self)
{
  const MienStatus *status = &self->summary.status;

  if (self->summary.planned >= FEW_PLANNED || status->queue < WORTH_A_PLAN
      || (!is_another_queue (&self->planned_at, status)
          && status->queue + FEW_PLANNED > self->planned_at.queue))
    return;
  self->planned_at = *status;
  mien_project_renew_plan_async (self->project, on_plan, request_new (self));
}

static void
on_summary (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Request) request = data;
  g_autoptr (GError) error = NULL;
  MienReviewView *self = request->view;
  MienProjectSummary summary;

  if (!is_current (request))
    return;
  self->summary_asked = FALSE;
  if (!mien_project_summary_finish (MIEN_PROJECT (source), result, &summary, &error))
    return;
  if (self->others_changed
      || (self->has_summary && is_another_queue (&self->summary.status, &summary.status)))
    requeue (self);
  self->others_changed = FALSE;
  self->summary = summary;
  self->has_summary = TRUE;
  plan_ahead (self);
  mien_review_side_show_summary (MIEN_REVIEW_SIDE (self->side), &summary);
  mien_review_view_pump (self);
  mien_review_view_sync (self);
}

static gboolean
on_summary_timer (gpointer data)
{
  MienReviewView *self = data;

  self->summary_timer = 0;
  if (self->summary_stale)
    mien_review_view_refresh (self);
  return G_SOURCE_REMOVE;
}

/* At once, then at most so often: an annotator decides faster than figures matter. */
void
mien_review_view_refresh (MienReviewView *self)
{
  self->summary_stale = self->summary_timer != 0 || self->summary_asked;
  if (self->project == NULL || self->summary_stale)
    return;
  self->summary_asked = TRUE;
  self->summary_timer = g_timeout_add (SUMMARY_PAUSE, on_summary_timer, self);
  mien_project_summary_async (self->project, self->cancellable, on_summary,
                              request_new (self));
}

/* A change without one of our own behind it was made by a job, or by somebody else. */
static void
on_changed (MienReviewView *self)
{
  self->others_changed = self->others_changed || self->own_changes == 0;
  self->own_changes = 0;
  mien_review_view_refresh (self);
}

/* ---- deciding and taking back ---- */

static void
on_decided (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Request) request = data;
  g_autoptr (GError) error = NULL;
  MienReviewView *self = request->view;
  gboolean stored = mien_project_decide_finish (MIEN_PROJECT (source), result, &error);

  if (!is_current (request))
    return;
  self->own_changes += stored;
  if (stored)
    mien_review_session_decided (self->session, request->serial);
  else
    {
      g_autofree char *text = g_strdup_printf (_ ("Not stored: %s"), error->message);

      mien_review_session_decision_failed (self->session, request->serial);
      mien_review_view_toast (self, text);
    }
  mien_review_view_pump (self);
  mien_review_view_sync (self);
}

/* Of the segment, if an answer is given while one is marked. */
static MienReviewOutcome
decide (MienReviewView *self,
        MienDecisionKind kind,
        MienDecision *decision,
        GArray **targets,
        guint64 *serial,
        char **text)
{
  gint64 now = g_get_monotonic_time ();

  if (kind == MIEN_DECISION_ANSWER && mien_review_segment_is_whole (&self->segment))
    return mien_review_session_decide_segment (self->session, &self->segment, now,
                                               decision, targets, serial, text);
  return mien_review_session_decide (self->session, kind, now, decision, serial, text);
}

void
mien_review_view_decide (MienReviewView *self, MienDecisionKind kind)
{
  g_autoptr (GArray) targets = NULL;
  g_autofree char *text = NULL;
  const char *fault;
  MienReviewOutcome outcome;
  MienDecision decision;
  Request *request;
  guint64 serial = 0;

  if (self->project == NULL || mien_review_view_stop_play (self))
    return;
  fault = mien_project_get_fault (self->project);
  if (fault != NULL)
    {
      mien_review_view_toast (self, fault);
      return;
    }
  outcome = decide (self, kind, &decision, &targets, &serial, &text);
  if (outcome == MIEN_REVIEW_DROPPED)
    return;
  if (outcome == MIEN_REVIEW_REFUSED)
    mien_review_view_toast (self, text);
  if (outcome == MIEN_REVIEW_DECIDED)
    {
      request = request_new (self);
      request->serial = serial;
      if (targets != NULL)
        {
          mien_project_decide_many_async (self->project, (const gint64 *) targets->data,
                                          targets->len, &decision, on_decided, request);
          mien_review_view_toast (self, text);
        }
      else
        mien_project_decide_async (self->project, &decision, on_decided, request);
      if (kind == MIEN_DECISION_FLAG)
        mien_review_view_toast (self, _ ("Flagged"));
    }
  /* The marks were for this decision. */
  if (outcome != MIEN_REVIEW_REFUSED && kind != MIEN_DECISION_FLAG)
    mien_review_segment_clear (&self->segment);
  mien_review_view_sync (self);
  mien_review_view_pump (self);
}

/* The beginning of it. */
static char *
describe_note (const char *note)
{
  g_auto (GStrv) lines = g_strsplit (note != NULL ? note : "", "\n", 2);
  const char *first = lines[0] != NULL ? lines[0] : "";
  g_autofree char *begin =
      g_utf8_substring (first, 0, MIN (g_utf8_strlen (first, -1), 40));

  return g_strdup_printf (
      g_str_equal (begin, note) ? _ ("the note “%s”") : _ ("the note “%s…”"), begin);
}

/* What was taken back on many frames, and where they are. */
static char *
describe_many (const char *what, const MienUndone *undone, gboolean redo)
{
  g_autofree char *place = NULL;
  g_autofree char *from = g_strdup_printf ("%" G_GINT64_FORMAT, undone->from);
  g_autofree char *to = g_strdup_printf ("%" G_GINT64_FORMAT, undone->to);

  if (undone->video != NULL)
    /* Translators: a video, and the first and last frame number of a part of it. */
    place = g_strdup_printf (_ ("%s %s–%s"), undone->video, from, to);
  else
    place = g_strdup_printf (_ ("%s and others"), undone->key);
  /* Translators: what, on how many frames, and where they are. */
  return g_strdup_printf (
      redo ? ngettext ("Given again: %s on %'u frame, %s",
                       "Given again: %s on %'u frames, %s", undone->n_frames)
           : ngettext ("Taken back: %s on %'u frame, %s",
                       "Taken back: %s on %'u frames, %s", undone->n_frames),
      what, undone->n_frames, place);
}

static char *
describe_undone (const MienUndone *undone, gboolean redo)
{
  g_autofree char *what = NULL;

  if (undone->restored)
    return g_strdup (redo ? _ ("Given again: the restoring of a snapshot")
                          : _ ("Taken back: the restoring of a snapshot"));
  switch (undone->kind)
    {
    case MIEN_DECISION_ANSWER:
      what = mien_review_describe (&undone->answers);
      break;
    case MIEN_DECISION_SKIP:
      what = g_strdup (_ ("the skip"));
      break;
    case MIEN_DECISION_NOT_A_FACE:
      what = g_strdup (_ ("not a face"));
      break;
    case MIEN_DECISION_NOTE:
      what = describe_note (undone->note);
      break;
    case MIEN_DECISION_FLAG:
    default:
      what = g_strdup (_ ("the flag"));
      break;
    }
  if (undone->n_frames > 1)
    return describe_many (what, undone, redo);
  /* Translators: what, and of which frame. */
  return redo ? g_strdup_printf (_ ("Given again: %s, of %s"), what, undone->key)
              : g_strdup_printf (_ ("Taken back: %s, of %s"), what, undone->key);
}

/* A note decides nothing: its frame is read again and stays where it is in line. Of many
 * frames the first, which was on screen, is asked next; the queue has the others. */
static void
take_in (MienReviewView *self, const MienUndone *undone, gboolean redo)
{
  if (undone->restored)
    {
      mien_review_view_reread (self);
      return;
    }
  if (undone->kind == MIEN_DECISION_NOTE)
    {
      mien_review_session_reread (self->session, undone->frame);
      return;
    }
  for (guint i = 1; i < undone->n_frames; i++)
    mien_review_session_released (self->session,
                                  g_array_index (undone->frames, gint64, i));
  if (redo)
    mien_review_session_redone (self->session, undone->frame);
  else
    mien_review_session_undone (self->session, undone->frame);
}

static void
on_undone (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Request) request = data;
  g_autoptr (GError) error = NULL;
  MienReviewView *self = request->view;
  MienUndone undone;
  gboolean done =
      mien_project_undo_finish (MIEN_PROJECT (source), result, &undone, &error);

  if (done && is_current (request))
    {
      g_autofree char *text = describe_undone (&undone, request->redo);

      self->own_changes++;
      take_in (self, &undone, request->redo);
      mien_review_view_toast (self, text);
      mien_review_view_pump (self);
      mien_review_view_sync (self);
    }
  else if (is_current (request))
    {
      gboolean none =
          g_error_matches (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_NOT_FOUND);

      mien_review_view_toast (self, !none           ? error->message
                                    : request->redo ? _ ("Nothing to give again")
                                                    : _ ("Nothing to take back"));
    }
  if (done)
    mien_undone_clear (&undone);
}

/* Ctrl+Z while something is being written is about that, wherever the key was heard. */
static gboolean
undo_typing (MienReviewView *self, gboolean redo)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  if (focus == NULL || !(GTK_IS_EDITABLE (focus) || GTK_IS_TEXT_VIEW (focus)))
    return FALSE;
  gtk_widget_activate_action (focus, redo ? "text.redo" : "text.undo", NULL);
  return TRUE;
}

static void
undo (MienReviewView *self, gboolean redo)
{
  Request *request;

  if (self->project == NULL || undo_typing (self, redo))
    return;
  request = request_new (self);
  request->redo = redo;
  mien_project_undo_async (self->project, redo, on_undone, request);
}

void
mien_review_view_undo (MienReviewView *self)
{
  undo (self, FALSE);
}

void
mien_review_view_redo (MienReviewView *self)
{
  undo (self, TRUE);
}

/* ---- another project ---- */

void
mien_review_view_restart (MienReviewView *self, MienProject *project)
{
  mien_review_view_stop_play (self);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->summary_timer, g_source_remove);
  g_clear_pointer (&self->session, mien_review_session_free);
  g_clear_pointer (&self->place, mien_review_place_free);
  self->reopened = 0;
  if (self->project != NULL)
    g_signal_handlers_disconnect_by_data (self->project, self);
  g_set_object (&self->project, project);

  self->session = mien_review_session_new ();
  self->cancellable = g_cancellable_new ();
  self->has_summary = self->summary_asked = self->summary_stale = FALSE;
  self->planned_at = (MienStatus){ 0 };
  self->own_changes = 0;
  self->others_changed = FALSE;
  self->shown = G_MAXUINT;
  mien_review_segment_clear (&self->segment);
  if (project == NULL)
    return;
  self->place = mien_review_place_new (mien_project_get_path (project));
  self->reopened = mien_review_place_get (self->place, &self->reopened_since);
  g_signal_connect_object (project, "changed", G_CALLBACK (on_changed), self,
                           G_CONNECT_SWAPPED);
}
