/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-proposals-private.h"

G_BEGIN_DECLS

/*
 * The columns of an index, and how a frame and what a model says of it become a row of them.
 */

/* One array each; MIEN_COLUMN_BYTES of them make a row. */
#define MIEN_COLUMNS(COLUMN) \
  COLUMN (guint32, id) \
  COLUMN (guint32, video)                  /* place */ \
  COLUMN (gint32, number)                  /* -1: none; G_MAXINT32: that or more */ \
  COLUMN (guint32, state)                  /* MIEN_STATE_... */ \
  COLUMN (guint8, form)                    /* of the key: place + 1, 0: a key of its own */ \
  COLUMN (guint16, known)                  /* bits by unit */ \
  COLUMN (guint16, present) \
  COLUMN (guint16, unclear) \
  COLUMN (guint16, proposed) \
  COLUMN (gint16, valence)                 /* MIEN_POINT_SCALE is 1; MIEN_NO_POINT: none */ \
  COLUMN (gint16, arousal) \
  COLUMN (gint16, proposed_valence) \
  COLUMN (gint16, proposed_arousal) \
  COLUMN (guint16, annotator)              /* place + 1, 0: none */ \
  COLUMN (float, confidence) \
  COLUMN (guint32, decided)                /* seconds */

#define MIEN_COLUMN_SIZE(type, name) + sizeof (type)
/* With the place in the order. */
#define MIEN_COLUMN_BYTES (0 MIEN_COLUMNS (MIEN_COLUMN_SIZE) + sizeof (guint32))

enum
{
  MIEN_POINT_SCALE = 32000,                /* a hundredth, the pad's finest step, is a whole number */
  MIEN_NO_POINT = G_MININT16,
  MIEN_POINTS_DIFFER = 9600,               /* 0.3, as between two people */
  MIEN_N_GROUPS = 3 * 2 * (MIEN_ALL_TASKS + 1),
};

/* Where the bits of state begin, and the flags among them. */
enum
{
  MIEN_STATE_SPLIT = 0,                    /* 2 bits */
  MIEN_STATE_HAS_IMAGE = 1 << 2,
  MIEN_STATE_NOT_A_FACE = 1 << 3,
  MIEN_STATE_SKIPPED = 1 << 4,
  MIEN_STATE_FLAGGED = 1 << 5,
  MIEN_STATE_DISPUTED = 1 << 6,
  MIEN_STATE_READ = 1 << 7,
  MIEN_STATE_LABELLED = 8,                 /* 3 bits, by task */
  MIEN_STATE_COMPLETE = 11,                /* 3 bits, by task */
  MIEN_STATE_ACCEPTED = 14,                /* 3 bits, by task */
  MIEN_STATE_SOURCE = 17,                  /* 2 bits */
  MIEN_STATE_EXPRESSION = 19,              /* 4 bits: + 2 */
  MIEN_STATE_PROPOSED = 23,                /* 4 bits: + 1 */
  MIEN_STATE_DIFFERS = 1 << 27,
  MIEN_STATE_LAST_READER = 1 << 28,        /* frame.reader is the model in use */
};

#define MIEN_STATE_BITS(state, at, mask) ((state) >> (at) & (mask))

typedef struct
{
#define MIEN_COLUMN_MEMBER(type, name) type *name;
  MIEN_COLUMNS (MIEN_COLUMN_MEMBER)
#undef MIEN_COLUMN_MEMBER
  guint n, allocated;
  guint n_without_image;
  guint n_own_keys;
  /* Frames with an image and a face, as the index frame_waiting groups them, and how many of these the
   * model in use has read last. */
  guint n_usable[MIEN_N_GROUPS], n_read[MIEN_N_GROUPS];
} MienColumns;

/* What a model proposes of a frame, as the columns have it. */
typedef struct
{
  guint32 frame;
  float   confidence;                      /* of the expression, NaN: none */
  gint16  valence, arousal;
  guint16 units;                           /* bits by unit: present */
  guint16 accepted;                        /* bits MienItem */
  gint8   expression;                      /* -1: none */
} MienProposed;

/* A frame as the database has it. */
typedef struct
{
  gint64       id, number;
  guint        video;                      /* place */
  MienSplit    split;
  gboolean     has_image, not_a_face, skipped, last_reader;
  guint        complete;                   /* bits MienTask */
  guint        form;
  gboolean     has_labels;                 /* else they are all NONE */
  MienLabels   labels;
} MienIndexed;

void        mien_columns_clear        (MienColumns       *columns);
void        mien_columns_reserve      (MienColumns       *columns,
                                       guint              n);
/* A row without anything, at the end. */
guint       mien_columns_append       (MienColumns       *columns);
/* Everything but the latest decision and the flag; no proposal. Returns the items that have a label of
 * any kind, bits MienItem. */
guint       mien_columns_set          (MienColumns       *columns,
                                       guint              row,
                                       const MienIndexed *frame);
/* After that: labelled is what it has returned; with_units: the model has an answer to units. */
void        mien_columns_set_proposal (MienColumns       *columns,
                                       guint              row,
                                       guint              labelled,
                                       const MienProposed *proposed,
                                       gboolean           with_units);
void        mien_proposed_init        (MienProposed      *proposed,
                                       gint64             frame,
                                       const MienPrediction *prediction,
                                       const MienModel   *model);
void        mien_columns_set_decision (MienColumns       *columns,
                                       guint              row,
                                       guint              annotator,
                                       gint64             time,       /* microseconds */
                                       gboolean           flagged);
void        mien_columns_copy         (MienColumns       *to,
                                       guint              to_row,
                                       const MienColumns *from,
                                       guint              from_row);
gboolean    mien_columns_same         (const MienColumns *a,
                                       guint              a_row,
                                       const MienColumns *b,
                                       guint              b_row);
guint       mien_index_group          (guint              split,
                                       gboolean           skipped,
                                       guint              complete);
/* The row of the id; -1: none. */
gint64      mien_columns_find         (const MienColumns *columns,
                                       gint64             id);
/* Of the label, else of the proposal; -1: neither, or a label without a class. */
static inline int
mien_state_class (guint32 state)
{
  int label = (int) MIEN_STATE_BITS (state, MIEN_STATE_EXPRESSION, 15) - 2;

  return label == -1  ? (int) MIEN_STATE_BITS (state, MIEN_STATE_PROPOSED, 15) - 1
         : label >= 0 ? label
                      : -1;
}

G_END_DECLS
