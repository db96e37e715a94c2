/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-index-columns-private.h"
#include "mien-index.h"

G_BEGIN_DECLS

/*
 * What the files of the index share: its content, and how the database is read for it.
 *
 * Only the thread with the store changes anything, and only while it holds the lock for writing; so
 * that thread reads without a lock, every other one locks for reading.
 */

typedef struct
{
  gint64  id;
  char   *name;
  guint   first, n;                        /* of a video: its part of the order */
} MienIndexName;

/* Keys that follow from video and number: "video/", the number in at least so many digits, the end. */
typedef struct
{
  guint8 width;
  char   end[11];
} MienKeyForm;

typedef struct
{
  MienColumns columns;
  guint32    *order;                       /* rows by video name, number, key */
  GArray     *videos, *annotators;         /* MienIndexName, by id */
  GArray     *forms;                       /* MienKeyForm */
  MienModel  *model;                       /* in use, NULL: none */
  gint64      last_event;
  gint64      version, changes;            /* of the connection, when it was read */
} MienIndexContent;

struct _MienIndex
{
  gatomicrefcount  references;
  GRWLock          lock;
  MienIndexContent content;
  gint64           next_look;              /* monotonic: not for newly stored predictions before */
  gboolean         look_is_due;
  gint64           cursors[MIEN_N_GROUPS]; /* where the last look has found something */
  GPtrArray       *doubts;                 /* MienDoubtful, NULL: none were given */
  GHashTable      *doubt_places;           /* row -> place among them */
};

/* mien-index.c */
void        mien_index_content_clear  (MienIndexContent  *content);
GArray     *mien_index_names_new      (void);
/* The place of the id; -1: none. */
int         mien_index_names_find     (GArray            *names,
                                       gint64             id);

/* mien-index-text.c. The form of the key, made if it is new; 0: the key is its own. */
guint       mien_key_form             (GArray            *forms,
                                       const char        *video,
                                       gint64             number,
                                       const char        *key,
                                       gsize              size);

typedef struct _MienTextSearch MienTextSearch;
MienTextSearch *mien_text_search_new  (MienIndexContent  *content,
                                       MienStore         *store,
                                       const char        *text);
void        mien_text_search_free     (MienTextSearch    *search);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienTextSearch, mien_text_search_free)
/* -1: an error. Quick where the rows come in their order. */
int         mien_text_search_matches  (MienTextSearch    *search,
                                       guint              row,
                                       GError           **error);

/* mien-index-predictions.c: what the model has said of all frames behind that id. Elements:
 * MienProposed, by frame. stop, may be NULL: not zero ends it with G_IO_ERROR_CANCELLED. */
GArray     *mien_index_predictions    (MienStore         *store,
                                       const MienModel   *model,
                                       gint64             behind,
                                       GCancellable      *cancellable,
                                       const gint        *stop,
                                       GError           **error);

/* The same on a thread and connection of its own, begun now and waited for later. */
typedef struct _MienPredictionsReader MienPredictionsReader;
MienPredictionsReader *mien_predictions_reader_new (MienStore         *store,
                                                    const MienModel   *model,
                                                    GCancellable      *cancellable);
/* Frees the reader, too. wanted FALSE: ends it at once and returns NULL. */
GArray     *mien_predictions_reader_finish (MienPredictionsReader *reader,
                                            gboolean               wanted,
                                            GError               **error);

/* mien-index-load.c: inside a transaction. */
gboolean    mien_index_read_names     (MienStore         *store,
                                       GArray            *videos,
                                       GArray            *annotators,
                                       GError           **error);
/* The frames behind that id, appended to columns (which may be other ones than content's). */
gboolean    mien_index_read_frames    (MienStore         *store,
                                       const MienIndexContent *content,
                                       gint64             behind,
                                       MienColumns       *columns,
                                       GCancellable      *cancellable,
                                       GError           **error);
/* One that is known, into a row of columns. */
gboolean    mien_index_read_frame     (MienStore         *store,
                                       const MienIndexContent *content,
                                       gint64             frame,
                                       MienColumns       *columns,
                                       guint              row,
                                       GError           **error);
/* Everything, with a transaction of its own unless there is one. */
gboolean    mien_index_read_all       (MienStore         *store,
                                       MienIndexContent  *content,
                                       GCancellable      *cancellable,
                                       GError           **error);
gboolean    mien_index_begin          (MienStore         *store,
                                       gboolean          *began,
                                       GError           **error);
void        mien_index_end            (MienStore         *store,
                                       gboolean           began);

/* mien-index-decisions.c: of one frame, and of all of content's. */
gboolean    mien_index_read_decision  (MienStore         *store,
                                       const MienIndexContent *content,
                                       gint64             frame,
                                       MienColumns       *columns,
                                       guint              row,
                                       GError           **error);
gboolean    mien_index_read_decisions (MienStore         *store,
                                       MienIndexContent  *content,
                                       GCancellable      *cancellable,
                                       GError           **error);

/* mien-index-look.c: the videos (places) of which the model has read frames that counts do not know.
 * rest: there is more to look at. */
typedef struct
{
  gint64 usable[MIEN_N_GROUPS], read[MIEN_N_GROUPS];
} MienIndexCounts;

gboolean    mien_index_look           (MienStore         *store,
                                       gint64             model,
                                       const MienColumns *columns,
                                       const MienIndexCounts *counts,
                                       gint64            *cursors,
                                       GHashTable        *videos,
                                       gboolean          *rest,
                                       GError           **error);

/* mien-index-order.c: columns by video name, number and key; tells videos which part is theirs. */
guint32    *mien_index_order_new      (MienStore         *store,
                                       const MienColumns *columns,
                                       GArray            *videos,
                                       GCancellable      *cancellable,
                                       GError           **error);

/* mien-index-doubts.c, under the lock: whether the row is among the doubts; and rows, in the frames' order, the
 * doubtful ones first. */
gboolean    mien_index_is_doubtful    (MienIndex         *index,
                                       guint              row);
void        mien_index_sort_by_doubt  (MienIndex         *index,
                                       GArray            *rows,
                                       gboolean           descending);

/* mien-index-sort.c: rows, in the frames' order, by a column; stable. */
gboolean    mien_index_sort           (const MienColumns *columns,
                                       GArray            *rows,
                                       MienSort           sort,
                                       gboolean           descending,
                                       GCancellable      *cancellable,
                                       GError           **error);
G_END_DECLS
