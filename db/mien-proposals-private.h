/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-store-private.h"

G_BEGIN_DECLS

/*
 * What follows from a prediction, and when it is derived anew.
 */

/* mien-postprocessing.c: row, of SELECT parameters, raw FROM postprocess, from that column on. */
gboolean       mien_postprocessing_read (MienStore      *store,
                                         MienStatement  *row,
                                         int             column,
                                         MienModel      *model,
                                         GError        **error);
/* The class that is answered; the first of equals. */
guint          mien_model_expression  (const MienModel  *model,
                                       const float      *probabilities);
gboolean       mien_model_has_unit    (const MienModel  *model,
                                       guint             unit,
                                       double            probability);

/* mien-proposals.c: what the queue needs to know of a frame and task. */
typedef struct
{
  guint   accepted;                        /* bits, by item of the task */
  int     open;                            /* 0, 1, or 2: open but skipped */
  gboolean pseudo;                         /* an accepted item without a label */
  double  priority, confidence, threshold;
} MienProposalRow;

typedef struct
{
  MienSplit split;
  gboolean  usable;                        /* an image, and a face on it */
  gboolean  skipped;
  guint     answered, disputed;            /* bits MienItem */
} MienFrameState;

void           mien_proposal_row      (const MienPrediction *prediction,
                                       const MienModel      *model,
                                       const MienFrameState *state,
                                       MienTask              task,
                                       MienProposalRow      *row);
/* row: the outputs are in that column. */
gboolean       mien_prediction_read   (MienStore            *store,
                                       MienStatement        *row,
                                       int                   column,
                                       gint64                model,
                                       gint64                frame,
                                       MienPrediction       *prediction,
                                       GError              **error);
gboolean       mien_proposals_state   (MienStore            *store,
                                       gint64                frame,
                                       MienFrameState       *state,
                                       GError              **error);
gboolean       mien_proposals_refresh (MienStore            *store,
                                       gint64                frame,
                                       GError              **error);
/* In a transaction, which it breathes: drops all that the model has said. */
gboolean       mien_proposals_drop    (MienStore            *store,
                                       gint64                model,
                                       GError              **error);
/* Lets the rows of a model whose thresholds have changed follow them, a few at a time. */
gboolean       mien_proposals_settle  (MienStore            *store,
                                       gint64                model,
                                       GError              **error);
/* frame.reader of all that the model has read becomes the model, a few at a time. */
gboolean       mien_proposals_take_over (MienStore          *store,
                                         gint64              model,
                                         GError            **error);

G_END_DECLS
