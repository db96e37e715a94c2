/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-store.h"

G_BEGIN_DECLS

/*
 * The append-only log, and the labels that follow from it. Every call that appends derives the
 * labels, and whether the frame is still in the queue, in the same transaction; when it returns TRUE
 * the decision is on the disk (synchronous FULL). Nothing is ever updated or deleted here.
 */

typedef enum
{
  MIEN_EVENT_IMPORTED = 1,
  MIEN_EVENT_CONFIRMED = 2,                /* a person gave the answer that the model proposed */
  MIEN_EVENT_CORRECTED = 3,                /* a person gave another answer, or without a proposal */
  MIEN_EVENT_PROPAGATED = 4,
  MIEN_EVENT_ADJUDICATED = 5,
  MIEN_EVENT_SKIPPED = 6,
  MIEN_EVENT_FLAGGED = 7,
  MIEN_EVENT_NOT_A_FACE = 8,
  MIEN_EVENT_NOTED = 9,
  MIEN_EVENT_UNDONE = 10,
  MIEN_EVENT_REDONE = 11,
} MienEventKind;

const char *mien_event_kind_id      (MienEventKind   kind);      /* "imported" ... */

/* Imported labels: the first stands; an equal one is no event (known); another one is kept as an
 * event that does not count (conflict). Items with MIEN_ANSWER_NONE are left out. */
typedef struct
{
  guint added, known, conflicts;           /* items */
} MienImported;

gboolean    mien_events_import      (MienStore        *store,
                                     gint64            frame,
                                     const MienLabels *labels,
                                     MienImported     *imported,
                                     GError          **error);

/* Finds or makes the annotator; a name is 1 to 100 characters of UTF-8 without control ones. */
gboolean    mien_events_ensure_annotator (MienStore   *store,
                                          const char  *name,
                                          gint64      *annotator,
                                          GError     **error);

typedef enum
{
  MIEN_DECISION_ANSWER,                    /* answers: every item with an answer becomes an event */
  MIEN_DECISION_SKIP,
  MIEN_DECISION_NOT_A_FACE,
  MIEN_DECISION_FLAG,
  MIEN_DECISION_NOTE,                      /* note: to be read beside the frame */
} MienDecisionKind;

typedef struct
{
  MienDecisionKind kind;
  gint64           frame;
  gint64           annotator;
  MienLabels       answers;                /* MIEN_ANSWER_NONE: not answered */
  gint64           model;                  /* whose opinion there was, 0: none */
  gboolean         proposal_visible;
  gint64           duration_us;            /* from the face shown to the answer, -1: unknown */
  gboolean         propagated;             /* an answer of a segment: its events are
                                              MIEN_EVENT_PROPAGATED */
  const char      *note;                   /* 1 to 10,000 characters of UTF-8, of controls only line
                                              feeds and tabs */
} MienDecision;

/* Whether an answer is confirmed or corrected follows from the model's proposal in the store.
 * batch, may be NULL: what undo aims at. */
gboolean    mien_events_decide      (MienStore          *store,
                                     const MienDecision *decision,
                                     MienUuid           *batch,
                                     GError            **error);

/* The decision on each of the frames (decision->frame is not looked at, but for one thing: where the
 * answers of a segment were given, they are not propagated), one batch: all or none, one undo for all. */
gboolean    mien_events_decide_many (MienStore          *store,
                                     const gint64       *frames,
                                     guint               n,
                                     const MienDecision *decision,
                                     MienUuid           *batch,
                                     GError            **error);

/* frame, key and answers are those of the first frame. */
typedef struct
{
  gint64           frame;
  char            *key;
  gboolean         restored;               /* it was the restoring of a snapshot: kind, answers and
                                              note say nothing */
  MienDecisionKind kind;
  MienLabels       answers;                /* what was taken back (or given again) */
  char            *note;                   /* NULL: it was none */
  guint            n_frames;               /* of the batch */
  GArray          *frames;                 /* gint64 */
  char            *video;                  /* NULL: of several videos, or without numbers */
  gint64           from, to;               /* the least and the greatest number, -1: none */
} MienUndone;

void        mien_undone_clear       (MienUndone     *undone);

/* The annotator's last decision, or restoring of a snapshot, that is not undone, wherever it was made, on
 * all its frames: an earlier one is not reached before the later ones. NOT_FOUND if there is none. Redo
 * gives back the last one taken back, as long as no new decision came between. */
gboolean    mien_events_undo        (MienStore      *store,
                                     gint64          annotator,
                                     MienUndone     *undone,
                                     GError        **error);
gboolean    mien_events_redo        (MienStore      *store,
                                     gint64          annotator,
                                     MienUndone     *redone,
                                     GError        **error);

typedef struct
{
  MienUuid       uuid, batch, target;      /* target: all zero if none; for undone and redone the batch;
                                              its own: it is of a restoring */
  MienEventKind  kind;
  int            item;                     /* MienItem, -1: the whole frame */
  MienLabel      label;
  char          *annotator;                /* NULL: imported */
  gint64         time;                     /* microseconds, UTC */
  gint64         duration_us;
  gint64         model;
  double         confidence;               /* of the proposal on screen, NaN: none */
  gboolean       proposal_visible;
  gboolean       undone;
  char          *note;                     /* NULL: it is none */
} MienEvent;

/* Oldest first. Elements: MienEvent. */
GPtrArray  *mien_events_history     (MienStore      *store,
                                     gint64          frame,
                                     GError        **error);

typedef struct
{
  char          *text;
  char          *annotator;
  gint64         time;                     /* microseconds, UTC */
} MienNote;

void        mien_note_free          (MienNote       *note);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienNote, mien_note_free)

/* The latest note on the frame that stands, whoever wrote it. NULL without error: there is none. */
MienNote   *mien_events_note        (MienStore      *store,
                                     gint64          frame,
                                     GError        **error);

/* When the frame was last answered, skipped or said to be no face, by whomever and taken back or not.
 * Microseconds, UTC; 0: never. */
gboolean    mien_events_last_time   (MienStore      *store,
                                     gint64          frame,
                                     gint64         *time,
                                     GError        **error);

/* For the side bar: how many decisions since the time (a note is none), and their median duration (-1: none). */
gboolean    mien_events_tally       (MienStore      *store,
                                     gint64          annotator,
                                     gint64          since,
                                     guint64        *decisions,
                                     gint64         *median_duration_us,
                                     GError        **error);
/* The frames of the annotator's latest decisions that stand, newest first: gint64 ids. */
GArray     *mien_events_latest      (MienStore      *store,
                                     gint64          annotator,
                                     guint           limit,
                                     GError        **error);

G_END_DECLS
