/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-events-private.h"
#include "mien-merge.h"

G_BEGIN_DECLS

/*
 * What the steps of a merge share: the copies, what the project lacks of each, and what was taken over.
 */

/* A row of an imported list, by ids of the copy. */
typedef struct
{
  gint64 list, number;
} MienMergeRow;

/* A copy, in one read transaction from the first check on. */
typedef struct
{
  MienStore  *store;
  char       *temporary;                   /* what is read, if path is of an earlier version */
  int         version;
  gint64      clock;
  GHashTable *annotators;                  /* gint64 of the copy -> gint64 of the project, 0: new */
  GArray     *frames, *events;             /* gint64 of the copy, ascending: what the project lacks */
  GArray     *rows;                        /* MienMergeRow */
} MienMergeSource;

struct _MienMerge
{
  MienStore      *store;
  GPtrArray      *sources;                 /* MienMergeSource */
  GArray         *added;                   /* gint64: ids of events, ascending */
  GHashTable     *touched;                 /* gint64: frames that were there before and have new events */
  GHashTable     *images;                  /* char: keys of frames with two pictures */
  MienMergeReport report;
  void          (*progress) (guint64 done, guint64 total, gpointer data);
  gpointer        data;
  GCancellable   *cancellable;
  guint64         done, total;
};

/* mien-merge.c: a step is done. FALSE: it was asked to stop. */
gboolean       mien_merge_count       (MienMerge             *merge,
                                       GError               **error);
/* The copy is refused: what is the matter with it. Returns FALSE. */
gboolean       mien_merge_refuse      (const MienMergeSource *source,
                                       GError               **error,
                                       const char            *format,
                                       ...) G_GNUC_PRINTF (3, 4);

/* mien-merge-event.c: an event with what it refers to by names that hold in every copy, but for the
 * annotator. */
typedef struct
{
  gint64   id, clock, time, duration_us;   /* duration_us: -1: unknown */
  gint64   annotator;                      /* in its own copy, 0: imported */
  MienUuid uuid, batch, frame, target, model;
  gboolean has_target, has_model, proposal_visible;
  gint64   kind, item, answer;             /* item -1: the whole frame */
  double   value[2], confidence;           /* NaN: none */
  char    *note;
} MienMergeEvent;

void           mien_merge_event_clear (MienMergeEvent        *event);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MienMergeEvent, mien_merge_event_clear)

/* All events of a store in the order of their ids; to be read one by one. */
MienStatement *mien_merge_event_all   (MienStore             *store,
                                       GError               **error);
gboolean       mien_merge_event_read  (MienStatement         *row,
                                       MienMergeEvent        *event,
                                       GError               **error);
/* NOT_FOUND if there is none; find says so instead. */
gboolean       mien_merge_event_get   (MienStore             *store,
                                       gint64                 id,
                                       MienMergeEvent        *event,
                                       GError               **error);
gboolean       mien_merge_event_find  (MienStore             *store,
                                       const MienUuid        *uuid,
                                       MienMergeEvent        *event,
                                       gboolean              *found,
                                       GError               **error);
/* Of two copies: equal in all but the annotator and the model. */
gboolean       mien_merge_event_same  (const MienMergeEvent  *a,
                                       const MienMergeEvent  *b);
/* Appends it as it is; frame and annotator are ids of store. */
gboolean       mien_merge_event_insert (MienStore            *store,
                                        const MienMergeEvent *event,
                                        gint64                frame,
                                        gint64                annotator,
                                        gint64               *id,
                                        GError              **error);

/* mien-merge-annotators.c: fills source->annotators; with create, makes those who are new. */
gboolean       mien_merge_annotators  (MienMerge             *merge,
                                       MienMergeSource       *source,
                                       gboolean               create,
                                       GError               **error);
gint64         mien_merge_annotator   (const MienMergeSource *source,
                                       gint64                 annotator);

/* mien-merge-check.c: nothing is written. */
gboolean       mien_merge_check       (MienMerge             *merge,
                                       MienMergeSource       *source,
                                       GError               **error);

/* mien-merge-frames.c: the pictures under a key. */
typedef struct
{
  gboolean known;                          /* the project has the frame */
  gboolean wanted;                         /* and something of it is still to come */
  gboolean differs;                        /* both have a picture, and not the same */
} MienMergeFrame;

gboolean       mien_merge_frame_look  (MienMerge             *merge,
                                       MienMergeSource       *source,
                                       MienStatement         *row,
                                       MienMergeFrame        *frame,
                                       GError               **error);
MienStatement *mien_merge_frame_all   (MienMergeSource       *source,
                                       GError               **error);
gboolean       mien_merge_frames      (MienMerge             *merge,
                                       MienMergeSource       *source,
                                       GError               **error);
gboolean       mien_merge_lists       (MienMerge             *merge,
                                       MienMergeSource       *source,
                                       GError               **error);

/* mien-merge-take.c: in a transaction, which it breathes. */
gboolean       mien_merge_take        (MienMerge             *merge,
                                       MienMergeSource       *source,
                                       GError               **error);

/* mien-merge-conflicts.c: of the frames that were touched, into the report. */
gboolean       mien_merge_conflicts   (MienMerge             *merge,
                                       GError               **error);

G_END_DECLS
