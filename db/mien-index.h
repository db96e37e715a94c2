/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-doubts.h"

G_BEGIN_DECLS

/*
 * The columns of all frames in memory: what Browse filters and sorts by. Built for 2.8 million frames: at
 * most 48 bytes a frame; a filter answers in tens of milliseconds and a sort in a tenth of a second where SQL
 * takes seconds.
 *
 * A row is a place in the index, 0 .. n - 1, in the order of frame ids; it never moves (frames are only
 * added, at the end). One thread (the one with the store) loads and refreshes, always from the same
 * connection; any thread may read at the same time: each call locks for itself, and refresh holds the lock
 * only while it puts in what it has read. Cancelled calls fail with G_IO_ERROR_CANCELLED and change nothing.
 *
 * A proposal is what mien_proposal_from_prediction says of the stored prediction of the model in use. Frames
 * outside the training split have none here: models are measured by their labels.
 */

typedef struct _MienIndex MienIndex;

/* Reads everything; 2.8 million frames in about three seconds, on two threads. */
MienIndex  *mien_index_load         (MienStore         *store,
                                     GCancellable      *cancellable,
                                     GError           **error);
MienIndex  *mien_index_ref          (MienIndex         *index);
void        mien_index_unref        (MienIndex         *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienIndex, mien_index_unref)

/* Reads what has been committed since: frames added, labels, proposals of the model in use. changed, may
 * be NULL: whether anything that an index holds did. A decision costs half a millisecond; another model in use or
 * other thresholds, a reading of all predictions. While a job stores proposals in a large project, a
 * look for them takes up to a tenth of a second; such a look is put off, to a later call, as long as they
 * would take more than a twentieth of the time, and may need several calls. */
gboolean    mien_index_refresh      (MienIndex         *index,
                                     MienStore         *store,
                                     gboolean          *changed,
                                     GCancellable      *cancellable,
                                     GError           **error);

guint       mien_index_n_rows       (MienIndex         *index);
/* Whose proposals it holds, 0: none. */
gint64      mien_index_model        (MienIndex         *index);

/* One frame, as a cell shows it. */
typedef struct
{
  gint64      frame;
  gint64      number;                      /* -1: none */
  guint       video;                       /* place in the list of videos */
  MienSplit   split;
  gboolean    has_image, not_a_face, skipped, flagged, disputed;
  guint       labelled;                    /* bits MienTask: some item has a label */
  guint       complete;                    /* bits MienTask: every item has a label */
  MienSource  source;                      /* the strongest there is of any task */
  int         expression;                  /* label; -1: none, -2: cannot tell or unresolved */
  float       valence, arousal;            /* label; NaN: none */
  guint       units_known, units_present;  /* labels, bits by unit: there is a value; it is 1 */
  guint       units_unclear;               /* labels, bits by unit: cannot tell or unresolved */
  gboolean    read;                        /* by the model in use; else what follows is none */
  guint       proposes;                    /* bits MienTask: what it has an answer to */
  int         proposed;                    /* expression; -1: none */
  float       confidence;                  /* of the proposed expression, NaN: none */
  float       proposed_valence, proposed_arousal;
  guint       proposed_units;              /* bits by unit: present */
  guint       accepted;                    /* bits MienTask: a pseudo-label stands for some item */
  guint       annotator;                   /* of the latest decision that stands (an answer, a skip, a flag or
                                              "not a face"); place + 1 in the list, 0: none */
  gint64      decided;                     /* seconds, UTC, of that decision; 0: none */
} MienIndexRow;

void        mien_index_row          (MienIndex         *index,
                                     guint              row,
                                     MienIndexRow      *values);
/* Of a frame id; -1: not there. */
gint64      mien_index_find         (MienIndex         *index,
                                     gint64             frame);
/* The frame with that number in the video, or the next after it; -1: none. */
gint64      mien_index_find_number  (MienIndex         *index,
                                     guint              video,
                                     gint64             number);

/* Copies: names in the order of places. */
GStrv       mien_index_videos       (MienIndex         *index);
GStrv       mien_index_annotators   (MienIndex         *index);

/* Every member narrows; what is zeroed by mien_filter_init does not. */
typedef struct
{
  guint       splits;                      /* bits MienSplit, 0: all */
  int         video;                       /* place, -1: all */
  guint       expressions;                 /* bits by class of the label (or, where there is none, of the
                                              proposal), 0: all */
  guint       units_present, units_absent; /* bits by unit: the label, else the proposal, says so */
  guint       sources;                     /* bits: 1 unlabelled, 2 imported, 4 human, 8 accepted
                                              pseudo-label; 0: all */
  guint       lacking;                     /* bits MienTask: some of these is not complete, 0: all */
  double      least_confidence, most_confidence;  /* of the proposed expression; 0 and 1: all */
  guint       annotator;                   /* of the latest decision; place + 1, 0: all */
  gint64      since, until;                /* seconds UTC of the latest decision, until is the first one
                                              that is too late; 0: all */
  gboolean    disputed, skipped, flagged, not_a_face, differs, doubtful;
                                           /* TRUE: only those; differs: label and proposal have other
                                              values of an item (points: over 0.3 apart);
                                              doubtful: mien_index_set_doubts has them */
  char       *text;                        /* of the key, in any case; NULL or "": all */
} MienFilter;

void        mien_filter_init        (MienFilter        *filter);
void        mien_filter_clear       (MienFilter        *filter);
MienFilter *mien_filter_copy        (const MienFilter  *filter);
/* Of a copy: clears it and lets go of it. */
void        mien_filter_free        (MienFilter        *filter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienFilter, mien_filter_free)
gboolean    mien_filter_equal       (const MienFilter  *a,
                                     const MienFilter  *b);
/* For saved filters: one line of JSON; unknown members and bad values are an error. */
char       *mien_filter_to_string   (const MienFilter  *filter);
MienFilter *mien_filter_from_string (const char        *string,
                                     GError           **error);

typedef enum
{
  MIEN_SORT_FRAME,                         /* by video name, number (none first), key */
  MIEN_SORT_CONFIDENCE,
  MIEN_SORT_EXPRESSION,
  MIEN_SORT_VALENCE,
  MIEN_SORT_AROUSAL,
  MIEN_SORT_DECIDED,
  MIEN_SORT_DOUBT,                         /* descending: the most doubtful first */
} MienSort;

/* The rows that pass, in order; ties by MIEN_SORT_FRAME, ascending. Expression, valence and arousal are those
 * of the label, else of the proposal; frames without what is sorted by come last, whichever the direction.
 * Elements: guint32. store: for keys that do not follow from video and number, where there is a text; the
 * caller's own connection, else NULL. */
GArray     *mien_index_query        (MienIndex         *index,
                                     MienStore         *store,
                                     const MienFilter  *filter,
                                     MienSort           sort,
                                     gboolean           descending,
                                     GCancellable      *cancellable,
                                     GError           **error);

/* What the filter and the sort by doubt know of, until the next call: doubts is taken (elements: MienDoubtful, as
 * mien_doubts_list has them; NULL: none). For the thread with the store. */
void        mien_index_set_doubts   (MienIndex         *index,
                                     GPtrArray         *doubts);
/* A copy of what there is about the row, the strongest first. Elements: MienDoubt. */
GArray     *mien_index_doubts       (MienIndex         *index,
                                     guint              row);

G_END_DECLS
