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
} MienDecision;

/* Whether an answer is confirmed or corrected follows from the model's proposal in the store.
 * batch, may be NULL: what undo aims at. */
gboolean    mien_events_decide      (MienStore          *store,
                                     const MienDecision *decision,
                                     MienUuid           *batch,
                                     GError            **error);

typedef struct
{
  gint64           frame;
  char            *key;
  MienDecisionKind kind;
  MienLabels       answers;                /* what was taken back (or given again) */
} MienUndone;

void        mien_undone_clear       (MienUndone     *undone);

/* The annotator's last decision that is not undone, wherever it was made. NOT_FOUND if there is
 * none. Redo gives back the last one taken back, as long as no new decision came between. */
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
  MienUuid       uuid, batch, target;      /* target: all zero if none; for undone the batch */
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
} MienEvent;

/* Oldest first. Elements: MienEvent. */
GPtrArray  *mien_events_history     (MienStore      *store,
                                     gint64          frame,
                                     GError        **error);

/* For the side bar: how many decisions since the time, and their median duration (-1: none). */
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
