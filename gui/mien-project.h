/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "mien-events.h"
#include "mien-frames.h"
#include "mien-models.h"
#include "mien-proposals.h"

G_BEGIN_DECLS

/*
 * An open project as the window sees it: everything asynchronous, no SQL on the main thread. Reads
 * run on one reader thread with a read-only connection, decisions in order on one writer thread; both
 * start with the project and end with it. Results arrive on the main thread.
 *
 * Signals: "changed" when another process has committed (polled once a second) or a decision has;
 * properties "name", "path", "synthetic", "annotator", "pending" (decisions on their way to the disk), "fault" (one line, or
 * NULL: a decision could not be stored; it is tried again every second, and no further one is taken until
 * it is. A project that can only be read has one from the start).
 *
 * Faces are decoded on the reader thread and kept, 64 MiB of them, those used last. Whenever a frame of
 * the queue that was read last is loaded, the next ten of that queue are decoded ahead, with as many
 * neighbours; whoever asks for a frame never waits for more than one of those.
 *
 * What the model says of a frame outside the training split is not given to anybody: has_prediction and
 * has_proposal are FALSE there, because models are measured by those labels.
 */

#define MIEN_TYPE_PROJECT (mien_project_get_type ())
G_DECLARE_FINAL_TYPE (MienProject, mien_project, MIEN, PROJECT, GObject)

void          mien_project_open_async   (const char          *path,
                                         GCancellable        *cancellable,
                                         GAsyncReadyCallback  callback,
                                         gpointer             data);
MienProject  *mien_project_open_finish  (GAsyncResult        *result,
                                         GError             **error);
/* Waits for pending decisions, then closes; the last reference does it too. What was not read yet, and a
 * decision that has a fault and fails once more, are answered with an error. */
void          mien_project_close        (MienProject         *self);

const char   *mien_project_get_name     (MienProject         *self);
const char   *mien_project_get_path     (MienProject         *self);
gboolean      mien_project_get_synthetic (MienProject        *self);
const char   *mien_project_get_fault    (MienProject         *self);
guint         mien_project_get_pending  (MienProject         *self);
/* The annotator's name: the user's real name until set; kept in GSettings. */
const char   *mien_project_get_annotator (MienProject        *self);
void          mien_project_set_annotator (MienProject        *self,
                                          const char         *name);

/* Everything the Review view needs of one frame, read in one go; texture decoded off the main thread. */
typedef struct
{
  MienFrame      *frame;
  GdkTexture     *texture;                 /* NULL: no image, see frame->missing_reason */
  MienLabels      labels;                  /* current ones */
  gboolean        has_prediction;
  MienPrediction  prediction;
  MienProposal    proposal;
  MienThresholds  thresholds;
  gint64          model;                   /* in use, 0: none */
  guint           asked;                   /* bits MienTask */
  guint           doubtful;                /* bits MienItem */
  const char     *reason;                  /* "uncertain" ..., NULL: not in the queue */
  gboolean        blind;                   /* asked without showing what the model says: of the random
                                              share, or because the annotator wants it */
  GPtrArray      *neighbours;              /* MienNeighbour, by number, itself included */
  double          fps;                     /* frames a second of its video */
  MienNote       *note;                    /* the latest that stands, NULL: none */
  gint64          decided;                 /* when a person last did so; microseconds UTC, 0: never */
} MienFrameView;

typedef struct
{
  gint64      frame;
  gint64      number;                      /* -1: none */
  GdkTexture *texture;                     /* thumbnail, may be NULL */
  MienLabels  labels;
  gboolean    has_proposal;
  MienProposal   proposal;
  MienPrediction prediction;
} MienNeighbour;

void           mien_frame_view_free          (MienFrameView       *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienFrameView, mien_frame_view_free)

void           mien_project_load_frame_async (MienProject         *self,
                                              gint64               frame,
                                              guint                neighbours,   /* a side */
                                              GCancellable        *cancellable,
                                              GAsyncReadyCallback  callback,
                                              gpointer             data);
MienFrameView *mien_project_load_frame_finish (MienProject        *self,
                                               GAsyncResult       *result,
                                               GError            **error);
/* Ids of frames in the order of the queue, those in skip (GHashTable of gint64*, copied) left out. */
void           mien_project_queue_async      (MienProject         *self,
                                              guint                limit,
                                              GHashTable          *skip,
                                              GCancellable        *cancellable,
                                              GAsyncReadyCallback  callback,
                                              gpointer             data);
GArray        *mien_project_queue_finish     (MienProject         *self,
                                              GAsyncResult        *result,
                                              GError             **error);

/* The side bar and the empty states. */
typedef struct
{
  MienStatus status;
  guint64    decisions_today;
  gint64     median_duration_us;           /* -1: none */
  gint64     previous_model;               /* what roll back goes to, 0: none */
  guint      planned;                      /* frames of the plan that are left */
} MienProjectSummary;

void           mien_project_summary_async    (MienProject         *self,
                                              GCancellable        *cancellable,
                                              GAsyncReadyCallback  callback,
                                              gpointer             data);
gboolean       mien_project_summary_finish   (MienProject         *self,
                                              GAsyncResult        *result,
                                              MienProjectSummary  *summary,
                                              GError             **error);
/* Elements: MienModel. */
void           mien_project_models_async     (MienProject         *self,
                                              GCancellable        *cancellable,
                                              GAsyncReadyCallback  callback,
                                              gpointer             data);
GPtrArray     *mien_project_models_finish    (MienProject         *self,
                                              GAsyncResult        *result,
                                              GError             **error);

/* Elements: MienCurvePoint, by name and epoch. */
void           mien_project_curves_async     (MienProject         *self,
                                              gint64               model,
                                              GCancellable        *cancellable,
                                              GAsyncReadyCallback  callback,
                                              gpointer             data);
GArray        *mien_project_curves_finish    (MienProject         *self,
                                              GAsyncResult        *result,
                                              GError             **error);

/* decision->annotator is filled in. Finishes when it is durable. */
void           mien_project_decide_async     (MienProject         *self,
                                              const MienDecision  *decision,
                                              GAsyncReadyCallback  callback,
                                              gpointer             data);
/* One batch: all frames or none, one undo for all. Finished by mien_project_decide_finish. */
void           mien_project_decide_many_async (MienProject        *self,
                                              const gint64        *frames,
                                              guint                n,
                                              const MienDecision  *decision,
                                              GAsyncReadyCallback  callback,
                                              gpointer             data);
gboolean       mien_project_decide_finish    (MienProject         *self,
                                              GAsyncResult        *result,
                                              GError             **error);
/* redo: FALSE undoes the annotator's last decision. NOT_FOUND: nothing to take back. */
void           mien_project_undo_async       (MienProject         *self,
                                              gboolean             redo,
                                              GAsyncReadyCallback  callback,
                                              gpointer             data);
gboolean       mien_project_undo_finish      (MienProject         *self,
                                              GAsyncResult        *result,
                                              MienUndone          *undone,
                                              GError             **error);
/* Makes a model the one in use. */
void           mien_project_use_model_async  (MienProject         *self,
                                              gint64               model,
                                              GAsyncReadyCallback  callback,
                                              gpointer             data);
gboolean       mien_project_use_model_finish (MienProject         *self,
                                              GAsyncResult        *result,
                                              GError             **error);

/* Files, on threads of their own: a new empty project, and a copy of the open one. */
void           mien_project_create_async     (const char          *path,
                                              const char          *name,
                                              GAsyncReadyCallback  callback,
                                              gpointer             data);
gboolean       mien_project_create_finish    (GAsyncResult        *result,
                                              GError             **error);
void           mien_project_save_copy_async  (MienProject         *self,
                                              const char          *path,
                                              GAsyncReadyCallback  callback,
                                              gpointer             data);
gboolean       mien_project_save_copy_finish (MienProject         *self,
                                              GAsyncResult        *result,
                                              GError             **error);

G_END_DECLS
