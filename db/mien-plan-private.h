/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-plan.h"
#include "mien-store-private.h"

G_BEGIN_DECLS

/*
 * What a plan is made from. A bit of what is said: the expression n, the unit n - 8 present, the unit
 * n - 20 absent.
 */

enum
{
  MIEN_SAID_PRESENT = MIEN_EXPRESSION_COUNT,
  MIEN_SAID_ABSENT = MIEN_SAID_PRESENT + MIEN_UNIT_COUNT,
  MIEN_SAID_COUNT = MIEN_SAID_ABSENT + MIEN_UNIT_COUNT,
};

typedef struct
{
  MienCandidate candidate;
  gboolean      complete;                  /* every task that is asked has its labels */
  guint32       said, accepted;            /* bits of what is said; none: the model has not read it */
} MienSampled;

typedef struct
{
  MienStore *store;
  MienModel *model;                        /* NULL: none in use */
  guint      asked;                        /* bits MienTask */
  gint64     last_frame;                   /* the greatest id */
  guint64    seed;
  GArray    *sample;                       /* MienSampled, in random order */
  guint      looked;                       /* at so many ids of 1 to last_frame */
  GArray    *candidates[MIEN_REASON_COUNT];
} MienPlanner;

/* found: FALSE where the frame is not there, has no face, or, though it has to be fresh, is not of the training
 * split or was skipped. */
gboolean    mien_planner_candidate  (MienPlanner     *planner,
                                     gint64           frame,
                                     gboolean         fresh,
                                     MienCandidate   *candidate,
                                     guint           *complete,      /* bits MienTask */
                                     gboolean        *found,
                                     GError         **error);

/* mien-plan-sample.c: draws the sample, and from it what is asked at random and for its rarity. */
guint       mien_said_bit           (MienItem         item,
                                     int              value);
MienItem    mien_said_item          (guint            bit);
gboolean    mien_planner_sample     (MienPlanner     *planner,
                                     GError         **error);

/* mien-embeddings.c: from that column of the row, into features [MIEN_EMBEDDING]. CORRUPT. */
gboolean    mien_embedding_read     (MienStore       *store,
                                     MienStatement   *row,
                                     int              column,
                                     gint64           frame,
                                     float           *features,
                                     GError         **error);
/* mien-plan-diverse.c: share in per cent of a plan. */
gboolean    mien_planner_diverse    (MienPlanner     *planner,
                                     guint            share,
                                     GError         **error);

/* mien-plan-audit.c */
gboolean    mien_planner_audits     (MienPlanner     *planner,
                                     GError         **error);
gboolean    mien_planner_draw       (MienPlanner     *planner,
                                     const MienTurn  *turn,
                                     GError         **error);

G_END_DECLS
