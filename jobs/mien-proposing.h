/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-job.h"
#include "mien-models.h"
#include "mien-postprocess.h"
#include "mien-proposals.h"

G_BEGIN_DECLS

/*
 * From the raw answers to frames of many videos to what is stored: the plan (which frames have to be read for
 * those that are new) and the window that slides along a video and smooths.
 */

typedef struct
{
  gint64   frame;
  gint64   video;
  gint64   number;                         /* MIEN_NO_NUMBER: none */
  gboolean pending;                        /* the model has no answer yet */
  gboolean stored;                         /* it gets one, or a new one: a neighbour is pending */
} MienPlanned;

/* Appends what has to be read of a video: the pending frames, those within radius of them, whose answers
 * change, and the neighbours of these. frames: MienVideoFrame, as mien_proposals_video() gives them. */
void        mien_plan_video         (const GArray          *frames,
                                     gint64                 video,
                                     gint64                 radius,
                                     GArray                *plan);     /* MienPlanned */

typedef gboolean (*MienStoreFunc)   (const MienPlanned     *planned,
                                     const MienPrediction  *prediction,
                                     gpointer               data,
                                     GError               **error);

typedef struct _MienWindow MienWindow;

/* Holds two radii of a video's frames, or so. What is not pending is stored before the pending ones that it
 * lies next to, so that a job which is killed in between finds it again by them. */
MienWindow *mien_window_new         (const MienPostprocess *postprocess,
                                     MienStoreFunc          func,
                                     gpointer               data);
void        mien_window_free        (MienWindow            *window);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienWindow, mien_window_free)

/* In the order of the plan; frames that cannot be read may be left out. */
gboolean    mien_window_add         (MienWindow            *window,
                                     const MienPlanned     *planned,
                                     const MienPrediction  *prediction,
                                     GError               **error);
/* After the last one. */
gboolean    mien_window_finish      (MienWindow            *window,
                                     GError               **error);

G_END_DECLS
