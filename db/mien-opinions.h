/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-store.h"

G_BEGIN_DECLS

/*
 * What each annotator says of each frame, and what the model had said before: read back from the log, so that
 * people can be compared with each other, with the model, and with themselves.
 */

/* What the model had proposed when the answer was given. */
typedef enum
{
  MIEN_MODEL_SILENT,                       /* nothing, or nothing that an answer can be held against, see below */
  MIEN_MODEL_SAME,
  MIEN_MODEL_OTHER,
} MienModelOpinion;

/* The latest answer of an annotator about an item that stands. */
typedef struct
{
  gint64           annotator;
  MienItem         item;
  MienLabel        label;                  /* a value, or cannot tell */
  gint64           clock;                  /* orders an annotator's answers in time */
  gboolean         propagated;             /* given to another frame of a segment */
  /* Silent also: of frames that are not for training, whose proposals nobody sees; of propagated answers; and
   * of decisions on many frames, because a contact sheet chooses its faces by what the model says. */
  MienModelOpinion model;
  gboolean         proposal_visible;
  double           point[2];               /* the model's, NaN: silent, of another item, or not kept */
} MienOpinion;

/* The opinions on one frame, by item. Return FALSE with error set to end. */
typedef gboolean (*MienOpinionsFunc)       (gint64              video,
                                            gint64              frame,
                                            const MienOpinion  *opinions,
                                            guint               n,
                                            gpointer            data,
                                            GError            **error);

/* Each frame that somebody has answered, those of a video together. One pass over what people did, sorted by
 * SQLite, which spills to a temporary file; one frame at a time is in memory. */
gboolean    mien_opinions_foreach   (MienStore         *store,
                                     MienOpinionsFunc   func,
                                     gpointer           data,
                                     GError           **error);

typedef struct
{
  gint64   id;
  char    *name;
  guint64  decisions;                      /* that stand; a note is none */
  gint64   median_us;                      /* of a decision, -1: unknown */
  /* By task: the earliest third of the answers, none of them propagated, was given at that clock or before, the
   * latest third at that clock or after. Nobody's with fewer than three. */
  gint64   early[MIEN_TASK_COUNT], late[MIEN_TASK_COUNT];
} MienAnnotatorWork;

void        mien_annotator_work_free (MienAnnotatorWork *work);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienAnnotatorWork, mien_annotator_work_free)

/* mien-decisions.c. Elements: MienAnnotatorWork, of those with a decision that stands, by who came first. */
GPtrArray  *mien_opinions_annotators (MienStore         *store,
                                      GError           **error);

G_END_DECLS
