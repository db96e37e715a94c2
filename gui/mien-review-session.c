/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The state of a sitting. Invariants:
 * - the face on screen is never in upcoming, and upcoming holds no frame twice;
 * - seen holds what was decided or skipped in this sitting, so that a queue read before
 *   the decision reached the disk cannot bring the face back;
 * - a decision that failed is upcoming again with its serial, before all others and in
 *   the order in which they were made, and its answers wait in drafts;
 * - views hold only upcoming frames; a reading that is no longer wanted is let go.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-review-session.h"

#include "mien-review-marks.h"

#include <glib/gi18n.h>

enum
{
  FEW_AHEAD = 20,  /* upcoming frames under which the queue is read again */
  VIEWS_AHEAD = 4, /* frames read ahead, so that the next face is there at once */
  LOADS = 2,       /* at a time */
  HISTORY = 1000,
  RECENT = 8,
  SETTLING = 250 * 1000, /* us without keys after a face changed by itself */
};

typedef struct
{
  gint64 frame;
  guint64 serial;  /* of the decision that failed, 0: none */
  gboolean pinned; /* put here by a person, so a new queue does not drop it */
} Upcoming;

typedef struct
{
  guint64 serial;
  gint64 frame;
  MienDecisionKind kind;
  MienReviewAnswers answers;
} Pending;

struct _MienReviewSession
{
  MienReviewState state;
  char *message;
  gint64 frame;
  MienFrameView *view;
  MienReviewAnswers answers;
  gint64 presented_at; /* -1: not drawn yet */
  gint64 begun_at;     /* drawn first, which the duration counts from; -1: never */
  gint64 settled_at;   /* not before: it changed by itself */
  guint generation;
  gboolean stale;           /* the face on screen is to be read again */
  guint64 came_back_serial; /* of its decision that could not be stored, 0: none */

  GArray *upcoming; /* Upcoming */
  GArray *history;  /* gint64, oldest first */
  GHashTable *seen; /* gint64 */
  GHashTable *views;
  GHashTable *loading; /* gint64 -> the moment at which it was asked for */
  GHashTable *drafts;  /* gint64 -> MienReviewAnswers */
  GArray *pending;     /* Pending, oldest first */
  MienReviewMarks *marks;
  guint64 moment;     /* counts loads asked for and changes stored */
  guint64 changed_at; /* what was asked for before it is to be read again */
  GPtrArray *recent;  /* MienReviewRecent, newest first */
  guint64 serial;
  GHashTable *segments; /* serial -> GArray of gint64: frames of a pending decision */
  gboolean queue_asked, exhausted;
};

static gint64 *
key (gint64 frame)
{
  return g_memdup2 (&frame, sizeof frame);
}

static GHashTable *
frame_table (GDestroyNotify free_value)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, free_value);
}

static void
recent_free (gpointer data)
{
  MienReviewRecent *recent = data;

  g_free (recent->key);
  g_free (recent->text);
  g_clear_object (&recent->texture);
  g_free (recent);
}

MienReviewSession *
mien_review_session_new (void)
{
  MienReviewSession *session = g_new0 (MienReviewSession, 1);

  session->presented_at = session->begun_at = -1;
  session->upcoming = g_array_new (FALSE, FALSE, sizeof (Upcoming));
  session->history = g_array_new (FALSE, FALSE, sizeof (gint64));
  session->seen = frame_table (NULL);
  session->views = frame_table ((GDestroyNotify) mien_frame_view_free);
  session->loading = frame_table (g_free);
  session->drafts = frame_table (g_free);
  session->pending = g_array_new (FALSE, FALSE, sizeof (Pending));
  session->marks = mien_review_marks_new ();
  session->recent = g_ptr_array_new_with_free_func (recent_free);
  session->segments = frame_table ((GDestroyNotify) g_array_unref);
  return session;
}

void
mien_review_session_free (MienReviewSession *session)
{
  if (session == NULL)
    return;
  g_free (session->message);
  mien_frame_view_free (session->view);
  g_array_unref (session->upcoming);
  g_array_unref (session->history);
  g_hash_table_unref (session->seen);
  g_hash_table_unref (session->views);
  g_hash_table_unref (session->loading);
  g_hash_table_unref (session->drafts);
  g_array_unref (session->pending);
  mien_review_marks_free (session->marks);
  g_ptr_array_unref (session->recent);
  g_hash_table_unref (session->segments);
  g_free (session);
}

MienReviewState
mien_review_session_state (MienReviewSession *session)
{
  return session->state;
}

const char *
mien_review_session_message (MienReviewSession *session)
{
  return session->message;
}

gint64
mien_review_session_frame (MienReviewSession *session)
{
  return session->frame;
}

const MienFrameView *
mien_review_session_view (MienReviewSession *session)
{
  return session->state == MIEN_REVIEW_SHOWING ? session->view : NULL;
}

guint
mien_review_session_generation (MienReviewSession *session)
{
  return session->generation;
}

MienReviewAnswers *
mien_review_session_answers (MienReviewSession *session)
{
  return &session->answers;
}

MienReviewAnswers *
mien_review_session_act (MienReviewSession *session, gint64 now)
{
  return session->state == MIEN_REVIEW_SHOWING && session->presented_at >= 0
                 && now >= session->settled_at
             ? &session->answers
             : NULL;
}

void
mien_review_session_presented (MienReviewSession *session, gint64 now)
{
  if (session->state != MIEN_REVIEW_SHOWING || session->presented_at >= 0)
    return;
  session->presented_at = now;
  if (session->begun_at < 0)
    session->begun_at = now;
}

void
mien_review_session_withdraw (MienReviewSession *session)
{
  session->presented_at = -1;
}

const GPtrArray *
mien_review_session_recent (MienReviewSession *session)
{
  return session->recent;
}

guint
mien_review_session_n_seen (MienReviewSession *session)
{
  return g_hash_table_size (session->seen);
}

/* ---- what comes next ---- */

static int
find_upcoming (MienReviewSession *session, gint64 frame)
{
  for (guint i = 0; i < session->upcoming->len; i++)
    if (g_array_index (session->upcoming, Upcoming, i).frame == frame)
      return (int) i;
  return -1;
}

static void
drop_upcoming (MienReviewSession *session, gint64 frame)
{
  int i = find_upcoming (session, frame);

  if (i >= 0)
    g_array_remove_index (session->upcoming, (guint) i);
}

/* Behind those that failed, before all others. */
static void
put_first (MienReviewSession *session, gint64 frame)
{
  Upcoming upcoming = { .frame = frame, .pinned = TRUE };
  guint i = 0;

  drop_upcoming (session, frame);
  while (i < session->upcoming->len
         && g_array_index (session->upcoming, Upcoming, i).serial != 0)
    i++;
  g_array_insert_val (session->upcoming, i, upcoming);
}

static void
put_back (MienReviewSession *session, gint64 frame, guint64 serial)
{
  Upcoming upcoming = { .frame = frame, .serial = serial, .pinned = TRUE };
  guint i = 0;

  drop_upcoming (session, frame);
  while (i < session->upcoming->len
         && g_array_index (session->upcoming, Upcoming, i).serial != 0
         && g_array_index (session->upcoming, Upcoming, i).serial < serial)
    i++;
  g_array_insert_val (session->upcoming, i, upcoming);
}

static void
take_view (MienReviewSession *session, MienFrameView *view)
{
  MienReviewAnswers *draft = g_hash_table_lookup (session->drafts, &session->frame);

  g_clear_pointer (&session->view, mien_frame_view_free);
  session->view = view;
  session->generation++;
  session->state = MIEN_REVIEW_SHOWING;
  session->presented_at = session->begun_at = -1;
  if (draft != NULL)
    session->answers = *draft;
  else
    mien_review_answers_reset (&session->answers, view);
}

/* Makes the frame the one on screen. What was half answered before waits for its return.
 */
static void
enter (MienReviewSession *session, gint64 frame, guint64 serial)
{
  gpointer stolen_key = NULL, view = NULL;

  drop_upcoming (session, frame);
  g_clear_pointer (&session->message, g_free);
  session->generation++;
  session->frame = frame;
  session->came_back_serial = serial;
  session->settled_at = 0;
  session->presented_at = session->begun_at = -1;
  session->stale = FALSE;
  if (frame == 0)
    session->state = session->exhausted ? MIEN_REVIEW_DONE : MIEN_REVIEW_LOADING;
  else if (g_hash_table_steal_extended (session->views, &frame, &stolen_key, &view))
    take_view (session, view);
  else
    {
      g_clear_pointer (&session->view, mien_frame_view_free);
      session->state = MIEN_REVIEW_LOADING;
    }
  if (frame == 0)
    g_clear_pointer (&session->view, mien_frame_view_free);
  g_free (stolen_key);
}

static void
enter_next (MienReviewSession *session)
{
  Upcoming next = { 0 };

  if (session->upcoming->len > 0)
    next = g_array_index (session->upcoming, Upcoming, 0);
  enter (session, next.frame, next.serial);
}

static void
keep_draft (MienReviewSession *session)
{
  if (session->state != MIEN_REVIEW_SHOWING)
    return;
  if (mien_review_answers_is_empty (&session->answers))
    g_hash_table_remove (session->drafts, &session->frame);
  else
    g_hash_table_insert (session->drafts, key (session->frame),
                         g_memdup2 (&session->answers, sizeof session->answers));
}

static void
remember (MienReviewSession *session)
{
  if (session->frame == 0)
    return;
  if (session->history->len >= HISTORY)
    g_array_remove_index (session->history, 0);
  g_array_append_val (session->history, session->frame);
}

/* The face on screen has not been decided: it will be asked again. */
static void
leave_undecided (MienReviewSession *session)
{
  keep_draft (session);
  if (session->frame == 0 || session->state == MIEN_REVIEW_FAILED)
    return;
  if (session->came_back_serial != 0)
    put_back (session, session->frame, session->came_back_serial);
  else if (session->view == NULL || session->view->asked != 0
           || g_hash_table_contains (session->drafts, &session->frame))
    put_first (session, session->frame);
}

void
mien_review_session_show (MienReviewSession *session, gint64 frame)
{
  if (frame == session->frame || frame == 0)
    return;
  leave_undecided (session);
  remember (session);
  enter (session, frame, 0);
}

gboolean
mien_review_session_back (MienReviewSession *session)
{
  gint64 frame;

  if (session->history->len == 0)
    return FALSE;
  frame = g_array_index (session->history, gint64, session->history->len - 1);
  g_array_set_size (session->history, session->history->len - 1);
  leave_undecided (session);
  enter (session, frame, 0);
  return TRUE;
}

/* Labels changed as no mark says: what was read, or is being read, is read again. */
static void
read_anew (MienReviewSession *session)
{
  session->changed_at = ++session->moment;
  g_hash_table_remove_all (session->views);
  session->stale = session->frame != 0;
}

static void
apply_marks (MienReviewSession *session)
{
  GHashTableIter iter;
  gpointer view;

  mien_review_marks_apply (session->marks, session->view, session->moment);
  g_hash_table_iter_init (&iter, session->views);
  while (g_hash_table_iter_next (&iter, NULL, &view))
    mien_review_marks_apply (session->marks, view, session->moment);
}

/* Those that every reading under way was asked for after. */
static void
forget_marks (MienReviewSession *session)
{
  guint64 oldest = G_MAXUINT64;
  GHashTableIter iter;
  gpointer moment;

  g_hash_table_iter_init (&iter, session->loading);
  while (g_hash_table_iter_next (&iter, NULL, &moment))
    oldest = MIN (oldest, *(guint64 *) moment);
  mien_review_marks_forget (session->marks, oldest);
}

/* ---- loading ---- */

gboolean
mien_review_session_wants_queue (MienReviewSession *session)
{
  return !session->queue_asked && !session->exhausted
         && session->upcoming->len < FEW_AHEAD;
}

GHashTable *
mien_review_session_ask_queue (MienReviewSession *session)
{
  GHashTable *skip = frame_table (NULL);
  GHashTableIter iter;
  gpointer frame;

  g_hash_table_iter_init (&iter, session->seen);
  while (g_hash_table_iter_next (&iter, &frame, NULL))
    g_hash_table_add (skip, key (*(gint64 *) frame));
  for (guint i = 0; i < session->upcoming->len; i++)
    g_hash_table_add (skip, key (g_array_index (session->upcoming, Upcoming, i).frame));
  if (session->frame != 0)
    g_hash_table_add (skip, key (session->frame));
  session->queue_asked = TRUE;
  return skip;
}

void
mien_review_session_add_queue (MienReviewSession *session,
                               const GArray *frames,
                               guint limit)
{
  session->queue_asked = FALSE;
  session->exhausted = frames->len < limit;
  for (guint i = 0; i < frames->len; i++)
    {
      Upcoming upcoming = { .frame = g_array_index (frames, gint64, i) };

      /* What happened since the queue was asked for counts. */
      if (upcoming.frame != session->frame
          && !g_hash_table_contains (session->seen, &upcoming.frame)
          && find_upcoming (session, upcoming.frame) < 0)
        g_array_append_val (session->upcoming, upcoming);
    }
  if (session->frame == 0)
    enter_next (session);
}

void
mien_review_session_queue_failed (MienReviewSession *session)
{
  session->queue_asked = FALSE;
  session->exhausted = TRUE;
  if (session->frame == 0)
    enter_next (session);
}

static gboolean
want (MienReviewSession *session, gint64 frame)
{
  if (g_hash_table_contains (session->loading, &frame))
    return FALSE;
  session->moment++;
  return g_hash_table_insert (session->loading, key (frame),
                              g_memdup2 (&session->moment, sizeof session->moment));
}

gint64
mien_review_session_wants_frame (MienReviewSession *session)
{
  if (session->frame != 0
      && (session->state == MIEN_REVIEW_LOADING
          || (session->state == MIEN_REVIEW_SHOWING && session->stale))
      && want (session, session->frame))
    {
      /* Whatever makes it stale from here on asks for another reading. */
      session->stale = FALSE;
      return session->frame;
    }

  for (guint i = 0; i < MIN (session->upcoming->len, VIEWS_AHEAD); i++)
    {
      gint64 frame = g_array_index (session->upcoming, Upcoming, i).frame;

      if (g_hash_table_size (session->loading) >= LOADS)
        return 0;
      if (!g_hash_table_contains (session->views, &frame) && want (session, frame))
        return frame;
    }
  return 0;
}

/* What the person has given stays; what the model says may have changed. */
static void
refresh (MienReviewSession *session, MienFrameView *view, gint64 now)
{
  gboolean same = view->model == session->view->model
                  && view->has_prediction == session->view->has_prediction;

  mien_frame_view_free (session->view);
  session->view = view;
  session->generation++;
  if (mien_review_answers_is_empty (&session->answers))
    mien_review_answers_reset (&session->answers, view);
  if (!same)
    {
      session->presented_at = session->begun_at = -1;
      session->settled_at = now + SETTLING;
    }
}

void
mien_review_session_loaded (MienReviewSession *session,
                            gint64 frame,
                            MienFrameView *view,
                            gint64 now)
{
  const guint64 *asked = g_hash_table_lookup (session->loading, &frame);
  guint64 asked_at = asked != NULL ? *asked : session->moment;
  gboolean outdated = asked_at < session->changed_at;

  g_hash_table_remove (session->loading, &frame);
  mien_review_marks_apply (session->marks, view, asked_at);
  forget_marks (session);
  if (frame == session->frame && session->state == MIEN_REVIEW_LOADING)
    {
      take_view (session, view);
      session->stale = session->stale || outdated;
    }
  else if (frame == session->frame && session->state == MIEN_REVIEW_SHOWING)
    {
      refresh (session, view, now);
      session->stale = session->stale || outdated;
    }
  else if (!outdated && find_upcoming (session, frame) >= 0)
    g_hash_table_insert (session->views, key (frame), view);
  else
    mien_frame_view_free (view);
}

void
mien_review_session_load_failed (MienReviewSession *session,
                                 gint64 frame,
                                 const char *message)
{
  g_hash_table_remove (session->loading, &frame);
  if (frame == session->frame && session->state == MIEN_REVIEW_LOADING)
    {
      session->state = MIEN_REVIEW_FAILED;
      session->generation++;
      g_free (session->message);
      session->message = g_strdup (message);
    }
  else if (frame != session->frame)
    {
      /* Told by the view; not asked again in this sitting. */
      drop_upcoming (session, frame);
      g_hash_table_add (session->seen, key (frame));
    }
}

void
mien_review_session_requeue (MienReviewSession *session)
{
  for (guint i = session->upcoming->len; i-- > 0;)
    if (!g_array_index (session->upcoming, Upcoming, i).pinned)
      g_array_remove_index (session->upcoming, i);
  g_hash_table_remove_all (session->views);
  g_hash_table_remove_all (session->loading);
  session->queue_asked = session->exhausted = FALSE;
  if (session->state == MIEN_REVIEW_SHOWING)
    session->stale = mien_review_answers_is_empty (&session->answers);
  else if (session->frame == 0)
    session->state = MIEN_REVIEW_LOADING;
}

void
mien_review_session_again (MienReviewSession *session)
{
  GHashTableIter iter;
  gpointer frames;

  g_hash_table_remove_all (session->seen);
  for (guint i = 0; i < session->pending->len; i++)
    g_hash_table_add (session->seen,
                      key (g_array_index (session->pending, Pending, i).frame));
  g_hash_table_iter_init (&iter, session->segments);
  while (g_hash_table_iter_next (&iter, NULL, &frames))
    for (guint i = 0; i < ((GArray *) frames)->len; i++)
      g_hash_table_add (session->seen,
                        key (g_array_index ((GArray *) frames, gint64, i)));
  mien_review_session_requeue (session);
}

/* ---- deciding ---- */

static char *
describe_decision (MienDecisionKind kind, const MienLabels *labels)
{
  switch (kind)
    {
    case MIEN_DECISION_ANSWER:
      return mien_review_describe (labels);
    case MIEN_DECISION_SKIP:
      return g_strdup (_ ("skipped"));
    case MIEN_DECISION_NOT_A_FACE:
      return g_strdup (_ ("not a face"));
    case MIEN_DECISION_FLAG:
    default:
      return g_strdup (_ ("flagged"));
    }
}

static void
note (MienReviewSession *session, char *text)
{
  MienReviewRecent *recent = g_new0 (MienReviewRecent, 1);

  recent->serial = session->serial;
  recent->frame = session->frame;
  recent->key = g_strdup (session->view->frame->key);
  recent->text = text;
  if (session->view->texture != NULL)
    recent->texture = g_object_ref (session->view->texture);
  g_ptr_array_insert (session->recent, 0, recent);
  g_ptr_array_set_size (session->recent, (int) MIN (session->recent->len, RECENT));
}

static MienReviewOutcome
pass_by (MienReviewSession *session)
{
  remember (session);
  enter_next (session);
  return MIEN_REVIEW_MOVED;
}

void
mien_review_session_pass (MienReviewSession *session)
{
  if (session->state == MIEN_REVIEW_FAILED || session->state == MIEN_REVIEW_SHOWING)
    pass_by (session);
}

/* Whether there is anything to store. REFUSED comes with the reason. */
static MienReviewOutcome
check (MienReviewSession *session, MienDecisionKind kind, MienLabels *labels, char **text)
{
  *labels = (MienLabels){ 0 };
  if (kind != MIEN_DECISION_ANSWER)
    return MIEN_REVIEW_DECIDED;
  if (mien_review_answers_collect (&session->answers, session->view, labels) == 0)
    {
      if (session->view->asked == 0)
        return MIEN_REVIEW_MOVED;
      *text = g_strdup (_ ("Nothing to confirm yet: give an answer, or skip this face."));
      return MIEN_REVIEW_REFUSED;
    }
  if (session->view->texture == NULL)
    {
      *text = g_strdup (_ ("There is no picture to judge: skip this frame."));
      return MIEN_REVIEW_REFUSED;
    }
  return MIEN_REVIEW_DECIDED;
}

static void
fill_decision (MienReviewSession *session,
               MienDecisionKind kind,
               const MienLabels *labels,
               gint64 now,
               MienDecision *decision)
{
  *decision = (MienDecision){
    .kind = kind,
    .frame = session->frame,
    .answers = *labels,
    .model = session->view->has_prediction ? session->view->model : 0,
    .proposal_visible =
        session->view->has_prediction && !mien_review_is_blind (session->view),
    .duration_us = now - session->begun_at,
  };
}

MienReviewOutcome
mien_review_session_decide (MienReviewSession *session,
                            MienDecisionKind kind,
                            gint64 now,
                            MienDecision *decision,
                            guint64 *serial,
                            char **text)
{
  Pending pending;
  MienReviewOutcome outcome;
  MienLabels labels;

  /* A frame that cannot be read has nothing to decide; skipping it goes on. */
  if (session->state == MIEN_REVIEW_FAILED && kind == MIEN_DECISION_SKIP)
    return pass_by (session);
  if (mien_review_session_act (session, now) == NULL)
    return MIEN_REVIEW_DROPPED;
  outcome = check (session, kind, &labels, text);
  if (outcome == MIEN_REVIEW_MOVED)
    return pass_by (session);
  if (outcome != MIEN_REVIEW_DECIDED)
    return outcome;

  session->serial++;
  fill_decision (session, kind, &labels, now, decision);
  *serial = session->serial;
  *text = describe_decision (kind, &labels);
  /* Only now: whoever knew before would have answered in another way. */
  if (session->view->blind)
    {
      g_autofree char *answer = *text;

      *text = g_strdup_printf (mien_queue_is_blind (session->view->reason)
                                   ? _ ("%s, an audit")
                                   : _ ("%s, asked blind"),
                               answer);
    }
  note (session, g_strdup (*text));

  pending = (Pending){ session->serial, session->frame, kind, session->answers };
  g_array_append_val (session->pending, pending);
  if (kind == MIEN_DECISION_FLAG)
    return MIEN_REVIEW_DECIDED;
  g_hash_table_remove (session->drafts, &session->frame);
  g_hash_table_add (session->seen, key (session->frame));
  mien_review_marks_add (session->marks, session->serial, session->frame,
                         &session->view->labels, &labels);
  apply_marks (session);
  remember (session);
  enter_next (session);
  return MIEN_REVIEW_DECIDED;
}

/* Only what was given, and only where it was seen. */
static MienReviewOutcome
check_segment (MienReviewSession *session, const MienReviewSegment *segment, char **text)
{
  if (segment->frames == NULL)
    return MIEN_REVIEW_DROPPED;
  if (!mien_review_segment_holds (segment, session->view->frame))
    *text = g_strdup (_ ("This face lies outside the segment: go to one inside, or drop "
                         "the segment with Esc."));
  else if (mien_review_answers_is_empty (&session->answers))
    *text = g_strdup (_ ("Give an answer first: a segment gets no suggestions."));
  else if (session->view->texture == NULL)
    *text = g_strdup (_ ("There is no picture to judge: skip this frame."));
  else
    return MIEN_REVIEW_DECIDED;
  return MIEN_REVIEW_REFUSED;
}

MienReviewOutcome
mien_review_session_decide_segment (MienReviewSession *session,
                                    const MienReviewSegment *segment,
                                    gint64 now,
                                    MienDecision *decision,
                                    GArray **targets,
                                    guint64 *serial,
                                    char **text)
{
  MienReviewOutcome outcome;
  Pending pending;

  if (mien_review_session_act (session, now) == NULL)
    return MIEN_REVIEW_DROPPED;
  outcome = check_segment (session, segment, text);
  if (outcome != MIEN_REVIEW_DECIDED)
    return outcome;

  session->serial++;
  fill_decision (session, MIEN_DECISION_ANSWER, &session->answers.given, now, decision);
  decision->propagated = TRUE;
  *serial = session->serial;
  *targets = mien_review_segment_targets (segment, session->frame);
  *text = mien_review_segment_describe_decision (
      segment, &decision->answers, session->view->frame->video_name, (*targets)->len);
  note (session, g_strdup (*text));
  pending = (Pending){ session->serial, session->frame, MIEN_DECISION_ANSWER,
                       session->answers };
  g_array_append_val (session->pending, pending);
  g_hash_table_insert (session->segments, key ((gint64) session->serial),
                       g_array_ref (*targets));

  g_hash_table_remove (session->drafts, &session->frame);
  for (guint i = 0; i < (*targets)->len; i++)
    {
      gint64 frame = g_array_index (*targets, gint64, i);

      g_hash_table_add (session->seen, key (frame));
      g_hash_table_remove (session->views, &frame);
      drop_upcoming (session, frame);
      mien_review_marks_add (session->marks, session->serial, frame,
                             frame == session->frame ? &session->view->labels : NULL,
                             &decision->answers);
    }
  apply_marks (session);
  remember (session);
  enter_next (session);
  return MIEN_REVIEW_DECIDED;
}

static gboolean
take_pending (MienReviewSession *session, guint64 serial, Pending *pending)
{
  for (guint i = 0; i < session->pending->len; i++)
    if (g_array_index (session->pending, Pending, i).serial == serial)
      {
        *pending = g_array_index (session->pending, Pending, i);
        g_array_remove_index (session->pending, i);
        return TRUE;
      }
  return FALSE;
}

/* Which frames of a segment still ask something is for the queue to say. */
static void
release_segment (MienReviewSession *session, guint64 serial)
{
  gint64 id = (gint64) serial;
  GArray *frames = g_hash_table_lookup (session->segments, &id);

  for (guint i = 0; frames != NULL && i < frames->len; i++)
    mien_review_session_released (session, g_array_index (frames, gint64, i));
  g_hash_table_remove (session->segments, &id);
}

void
mien_review_session_decided (MienReviewSession *session, guint64 serial)
{
  gint64 id = (gint64) serial;
  gboolean many = g_hash_table_contains (session->segments, &id);
  Pending pending;

  if (!mien_review_marks_stored (session->marks, serial, ++session->moment))
    read_anew (session);
  forget_marks (session);
  /* Gone back to it before it was stored: what is on screen was read too early; that of a
   * segment may be any of its frames. */
  if (take_pending (session, serial, &pending)
      && (many || pending.frame == session->frame))
    session->stale = session->frame != 0;
  release_segment (session, serial);
}

static void
forget_recent (MienReviewSession *session, guint64 serial)
{
  for (guint i = 0; i < session->recent->len; i++)
    if (((MienReviewRecent *) session->recent->pdata[i])->serial == serial)
      {
        g_ptr_array_remove_index (session->recent, i);
        return;
      }
}

void
mien_review_session_decision_failed (MienReviewSession *session, guint64 serial)
{
  Pending pending;

  if (!take_pending (session, serial, &pending))
    return;
  release_segment (session, serial);
  forget_recent (session, serial);
  if (mien_review_marks_remove (session->marks, serial))
    read_anew (session);
  if (pending.kind == MIEN_DECISION_FLAG)
    return;
  g_hash_table_remove (session->seen, &pending.frame);
  if (!mien_review_answers_is_empty (&pending.answers))
    g_hash_table_insert (session->drafts, key (pending.frame),
                         g_memdup2 (&pending.answers, sizeof pending.answers));
  if (pending.frame == session->frame)
    {
      session->came_back_serial = serial;
      if (mien_review_answers_is_empty (&session->answers))
        session->answers = pending.answers;
      return;
    }
  put_back (session, pending.frame, serial);
  if (session->came_back_serial == 0 || session->came_back_serial > serial)
    {
      leave_undecided (session);
      enter (session, pending.frame, serial);
    }
}

void
mien_review_session_undone (MienReviewSession *session, gint64 frame)
{
  g_hash_table_remove (session->seen, &frame);
  read_anew (session);
  for (guint i = 0; i < session->recent->len; i++)
    if (((MienReviewRecent *) session->recent->pdata[i])->frame == frame)
      {
        g_ptr_array_remove_index (session->recent, i);
        break;
      }
  if (frame != session->frame)
    put_first (session, frame);
  if (session->state == MIEN_REVIEW_DONE)
    enter_next (session);
}

void
mien_review_session_redone (MienReviewSession *session, gint64 frame)
{
  g_hash_table_add (session->seen, key (frame));
  read_anew (session);
  drop_upcoming (session, frame);
}

void
mien_review_session_reread (MienReviewSession *session, gint64 frame)
{
  g_hash_table_remove (session->views, &frame);
  session->stale = session->stale || frame == session->frame;
}

void
mien_review_session_released (MienReviewSession *session, gint64 frame)
{
  g_hash_table_remove (session->seen, &frame);
  g_hash_table_remove (session->views, &frame);
  if (frame != session->frame)
    drop_upcoming (session, frame);
  session->exhausted = FALSE;
}
