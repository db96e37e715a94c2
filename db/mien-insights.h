/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "mien-store.h"

G_BEGIN_DECLS

/*
 * What a lead wants to know of a project as a whole. The census and the decisions are quick at any size: counters
 * that the database keeps, and an index over what people did. The balance reads every label and every
 * prediction of the model in use, in seconds for millions of frames: on a connection of its own.
 */

/* By split; frames with a label of that source and task (action units: of any unit). */
typedef struct
{
  guint64 frames, missing;
  guint64 imported[MIEN_TASK_COUNT], human[MIEN_TASK_COUNT];
} MienCensus;

gboolean    mien_insights_census    (MienStore          *store,
                                     MienCensus          census[3],    /* by MienSplit */
                                     GError            **error);

enum
{
  MIEN_BALANCE_BINS = 10,                  /* of valence and of arousal, -1 to 1 */
};

/* Where an answer comes from. PSEUDO: accepted of the model in use, on an item without a label. */
typedef enum
{
  MIEN_BALANCE_IMPORTED,
  MIEN_BALANCE_HUMAN,
  MIEN_BALANCE_PSEUDO,
  MIEN_BALANCE_SOURCES,
} MienBalanceSource;

typedef struct
{
  /* Labels, and accepted pseudo-labels (of the training split only), by split and source. */
  guint64 expression[3][MIEN_BALANCE_SOURCES][MIEN_EXPRESSION_COUNT];
  guint64 units[3][MIEN_BALANCE_SOURCES][MIEN_UNIT_COUNT][2];          /* absent, present */
  guint64 point[3][MIEN_BALANCE_SOURCES][MIEN_BALANCE_BINS][MIEN_BALANCE_BINS];   /* [arousal][valence] */
  guint64 cannot_tell, unresolved;         /* answers without a value, of all splits and items */
  /* Usable frames (an image, and a face) by split and task, once each: by the best there is (a person's, else
   * imported, else a pseudo-label; of units, of any), and those without. */
  guint64 covered[3][MIEN_TASK_COUNT][MIEN_BALANCE_SOURCES];
  guint64 bare[3][MIEN_TASK_COUNT];

  /* The model in use on the usable training frames that it has read. */
  gint64  model;                           /* 0: none, and nothing below */
  guint64 read;
  guint64 proposed[MIEN_EXPRESSION_COUNT], passing[MIEN_EXPRESSION_COUNT];
  guint64 unit_passing[MIEN_UNIT_COUNT];   /* present or absent, sure enough */
  guint64 point_passing;
} MienBalance;

/* G_IO_ERROR_CANCELLED within some thousand rows of being cancelled. */
gboolean    mien_insights_balance   (MienStore          *store,
                                     GCancellable       *cancellable,
                                     MienBalance        *balance,
                                     GError            **error);

typedef struct
{
  gint64 time;                             /* microseconds, UTC */
  gint64 duration_us;                      /* -1: unknown */
  guint  annotator;                        /* place in names */
} MienMade;

typedef struct
{
  GStrv   names;                           /* of annotators who have decided since, by who came first */
  GArray *made;                            /* MienMade: decisions that stand, newest first of each */
} MienDecisions;

void        mien_decisions_free     (MienDecisions      *decisions);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienDecisions, mien_decisions_free)

/* mien-decisions.c. A decision is a batch: all answers of one key press. What was undone was never made. */
MienDecisions *mien_insights_decisions (MienStore       *store,
                                        gint64           since,
                                        GError         **error);

G_END_DECLS
