/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-review-answers.h"
#include "mien-review-segment.h"

G_BEGIN_DECLS

/*
 * One sitting of an annotator, without a display: which face is shown, which come next, which were
 * before, what is being answered, what is on its way to the disk. The view loads what this wants,
 * shows what this holds, and passes on what this decides.
 *
 * The rule that protects the wrong face: whatever acts on a face (answers, decisions) needs the face
 * to have been presented, that is drawn. Between a decision and the drawing of the next face, and
 * while one is loading, everything is dropped, not saved up. A face whose suggestion changed by
 * itself is presented anew, and acts only after a moment.
 */

typedef enum
{
  MIEN_REVIEW_IDLE,                        /* no queue read yet */
  MIEN_REVIEW_LOADING,
  MIEN_REVIEW_SHOWING,
  MIEN_REVIEW_FAILED,                      /* the frame could not be read; message says why */
  MIEN_REVIEW_DONE,                        /* nothing left to ask */
} MienReviewState;

typedef enum
{
  MIEN_REVIEW_DROPPED,                     /* no presented face: nothing happened */
  MIEN_REVIEW_REFUSED,                     /* nothing to store; the text says what is missing */
  MIEN_REVIEW_MOVED,                       /* gone on without a decision: nothing was asked */
  MIEN_REVIEW_DECIDED,                     /* to be stored, and gone on */
} MienReviewOutcome;

typedef struct
{
  guint64     serial;                      /* of the sitting, from 1 */
  gint64      frame;
  char       *key;
  char       *text;                        /* what was decided, for people */
  GdkTexture *texture;                     /* may be NULL */
} MienReviewRecent;

typedef struct _MienReviewSession MienReviewSession;

MienReviewSession *mien_review_session_new           (void);
void               mien_review_session_free          (MienReviewSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienReviewSession, mien_review_session_free)

/* What is on screen. view: NULL unless SHOWING. */
MienReviewState      mien_review_session_state       (MienReviewSession *session);
const char          *mien_review_session_message     (MienReviewSession *session);
gint64               mien_review_session_frame       (MienReviewSession *session);
const MienFrameView *mien_review_session_view        (MienReviewSession *session);
MienReviewAnswers   *mien_review_session_answers     (MienReviewSession *session);
/* Another one whenever another reading of a frame, or another frame, is on screen. */
guint                mien_review_session_generation  (MienReviewSession *session);
/* The answers if the face may be acted upon now, else NULL. */
MienReviewAnswers   *mien_review_session_act         (MienReviewSession *session,
                                                      gint64             now);
/* The face was drawn at that monotonic time, in microseconds. */
void                 mien_review_session_presented   (MienReviewSession *session,
                                                      gint64             now);

/* Something else is on screen in its place: nothing acts on it until it is presented again. */
void                 mien_review_session_withdraw    (MienReviewSession *session);

/* Loading. The queue is wanted when few are left ahead; skip is a new set of gint64 pointers. */
gboolean    mien_review_session_wants_queue   (MienReviewSession *session);
GHashTable *mien_review_session_ask_queue     (MienReviewSession *session);
/* limit: how many were asked for; fewer came: there are no more. */
void        mien_review_session_add_queue     (MienReviewSession *session,
                                               const GArray      *frames,
                                               guint              limit);
void        mien_review_session_queue_failed  (MienReviewSession *session);
/* The next frame to load, now marked as being loaded; 0: none. */
gint64      mien_review_session_wants_frame   (MienReviewSession *session);
/* Takes view. */
void        mien_review_session_loaded        (MienReviewSession *session,
                                               gint64             frame,
                                               MienFrameView     *view,
                                               gint64             now);
void        mien_review_session_load_failed   (MienReviewSession *session,
                                               gint64             frame,
                                               const char        *message);
/* The project changed under us (another model, new proposals): reads the queue anew. The face on
 * screen stays; it is read again if nothing was answered yet. Loads under way are to be cancelled. */
void        mien_review_session_requeue       (MienReviewSession *session);
/* Asks again what was skipped or left open in this sitting. */
void        mien_review_session_again         (MienReviewSession *session);
guint       mien_review_session_n_seen        (MienReviewSession *session);

/* Moving without deciding. Answers given so far are kept for when the face comes back. */
void        mien_review_session_show          (MienReviewSession *session,
                                               gint64             frame);
/* From a frame that is there or cannot be read to the next one. */
void        mien_review_session_pass          (MienReviewSession *session);
gboolean    mien_review_session_back          (MienReviewSession *session);

/* Deciding. text: what was decided or what is missing, for people. A flag does not go on. */
MienReviewOutcome mien_review_session_decide  (MienReviewSession *session,
                                               MienDecisionKind   kind,
                                               gint64             now,
                                               MienDecision      *decision,
                                               guint64           *serial,
                                               char             **text);
/* The answers given, and no suggestion, on every frame of a segment that holds the face. targets: for
 * mien_project_decide_many_async. */
MienReviewOutcome mien_review_session_decide_segment (MienReviewSession       *session,
                                                      const MienReviewSegment *segment,
                                                      gint64                   now,
                                                      MienDecision            *decision,
                                                      GArray                 **targets,
                                                      guint64                 *serial,
                                                      char                   **text);
void        mien_review_session_decided       (MienReviewSession *session,
                                               guint64            serial);
/* It could not be stored: the face comes back with its answers, before all others. */
void        mien_review_session_decision_failed (MienReviewSession *session,
                                                 guint64            serial);
void        mien_review_session_undone        (MienReviewSession *session,
                                               gint64             frame);
void        mien_review_session_redone        (MienReviewSession *session,
                                               gint64             frame);
/* Whether the frame is asked again is for the queue to say, which is read again when it is short. */
void        mien_review_session_released      (MienReviewSession *session,
                                               gint64             frame);
/* Something about the frame has changed that no answer follows from: it is read again. */
void        mien_review_session_reread        (MienReviewSession *session,
                                               gint64             frame);
/* Newest first; elements: MienReviewRecent. */
const GPtrArray *mien_review_session_recent   (MienReviewSession *session);

G_END_DECLS
