/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-models.h"

G_BEGIN_DECLS

/*
 * What a model says of a frame, what of it counts as a pseudo-label, and the queue of what a person
 * is asked. A proposal is never a label.
 *
 * An answer is accepted if its confidence reaches the model's threshold and the frame is of the
 * training split; action units each by itself. What is not accepted and has no label is open: in the
 * queue. Only tasks that the model was trained on are proposed.
 */

typedef struct
{
  float expression[MIEN_EXPRESSION_COUNT]; /* probabilities */
  float valence, arousal, spread;
  float action_units[MIEN_UNIT_COUNT];     /* probabilities */
} MienPrediction;

/* In one transaction with others of the batch: stores the prediction and derives the proposals. */
gboolean    mien_proposals_store    (MienStore            *store,
                                     const MienModel      *model,
                                     gint64                frame,
                                     const MienPrediction *prediction,
                                     GError              **error);
/* Whether what the model says from now on is raw or went through its post-processing. Where that changes, all
 * that it has said is dropped first; a model without post-processing is not asked. */
gboolean    mien_proposals_set_raw  (MienStore            *store,
                                     gint64                model,
                                     gboolean              raw,
                                     GError              **error);
/* Frames with an image, a face, and no prediction of the model, at most limit, in the order of need.
 * Those whose prediction was stored are not returned again. gint64 ids. */
GArray     *mien_proposals_pending  (MienStore            *store,
                                     gint64                model,
                                     guint                 limit,
                                     GError              **error);
/* The videos of these frames, each once, in the order of need. gint64 ids. */
GArray     *mien_proposals_pending_videos (MienStore      *store,
                                           gint64          model,
                                           GError        **error);

typedef struct
{
  gint64   id;
  gint64   number;                         /* -1: none */
  gboolean read;                           /* the model has */
} MienVideoFrame;
/* The frames of a video with an image and a face, those without a number first, then by number. */
GArray     *mien_proposals_video    (MienStore            *store,
                                     gint64                model,
                                     gint64                video,
                                     GError              **error);
gboolean    mien_proposals_count_pending (MienStore       *store,
                                          gint64           model,
                                          guint64         *pending,
                                          GError         **error);
/* FALSE with no error: the model has not read that frame. */
gboolean    mien_proposals_prediction (MienStore          *store,
                                       gint64              model,
                                       gint64              frame,
                                       MienPrediction     *prediction,
                                       GError            **error);

typedef struct
{
  MienLabels labels;                       /* source is meaningless here; NONE: nothing proposed */
  double     confidence[MIEN_ITEM_COUNT];
  gboolean   accepted[MIEN_ITEM_COUNT];
} MienProposal;

/* The proposal that follows from a prediction: argmax, 0.5, the clamped point; with post-processing the
 * argmax of log p + bias and the threshold of the unit, at the confidence that p says. Pure. */
void        mien_proposal_from_prediction (const MienPrediction *prediction,
                                           const MienModel      *model,
                                           MienProposal         *proposal);
/* Of the model in use; items that are accepted pseudo-labels and have no label. For exports. */
gboolean    mien_proposals_accepted (MienStore            *store,
                                     gint64                frame,
                                     MienLabels           *accepted,
                                     double               *confidence,   /* [MIEN_ITEM_COUNT] */
                                     GError              **error);
/* Drops the predictions of all models but the one in use and its predecessor. */
gboolean    mien_proposals_prune    (MienStore            *store,
                                     GError              **error);

/* The queue: first what is planned (mien-plan.h); then what the model in use is unsure of, most uncertain first, the skipped ones at the
 * end; then frames that no model has read and that lack a label ("unlabelled"; of the validation
 * split too, whose frames are asked without a proposal: "validation"). An item on which annotators
 * disagree is open whatever the model says ("disagreement"). Asked are the tasks that have a label
 * anywhere in the project, all three while none has. */
typedef struct
{
  gint64       frame;
  char        *key;
  MienTask     task;
  const char  *reason;                     /* "uncertain", "unlabelled", "validation",
                                              "disagreement", "rare", "diverse", "random", "audit" */
  gboolean     has_proposal;
  MienLabels   proposal;                   /* items of the task */
  double       confidence;                 /* of the least certain open item; NaN: none */
  double       threshold;                  /* that it missed; NaN: none */
} MienQueueItem;

void        mien_queue_item_free    (MienQueueItem        *item);

/* Elements: MienQueueItem. */
GPtrArray  *mien_queue_list         (MienStore            *store,
                                     guint                 limit,
                                     GError              **error);
/* The same by frame, for the window: distinct ids in the order of the queue, at most limit; those in
 * skip (a set of gint64 pointers, may be NULL) are left out. */
GArray     *mien_queue_frames       (MienStore            *store,
                                     guint                 limit,
                                     GHashTable           *skip,
                                     GError              **error);
/* Which tasks the queue asks of that frame now (bits MienTask), and which items are doubtful (bits
 * MienItem): below the threshold and without a label, disagreed upon, or drawn to be audited. An item that
 * is audited was accepted; reason is "audit" then. */
gboolean    mien_queue_asked        (MienStore            *store,
                                     gint64                frame,
                                     guint                *tasks,
                                     guint                *doubtful,
                                     const char          **reason,
                                     GError              **error);
/* Whether nobody may see what the model says who answers what is asked for that reason (may be NULL). */
gboolean    mien_queue_is_blind     (const char           *reason);

G_END_DECLS
