/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-progress.h"
#include "mien-store.h"

G_BEGIN_DECLS

/*
 * The pixels of many frames, one batch after the other: while the caller works on a batch, the next one
 * is decoded in a few threads. A frame that cannot be read is told as a warning, counted, and
 * left out. Memory does not grow with the number of frames.
 */

enum
{
  MIEN_FRAME_BATCH = 64,
};

typedef struct _MienFrameReader MienFrameReader;

/* Until the next batch is asked for. */
typedef struct
{
  guint         n;                         /* at most MIEN_FRAME_BATCH; 0: the end */
  const gsize  *index;                     /* [n], in the array that was given */
  const guint8 *rgb;                       /* [n, side, side, 3] */
} MienFrameBatch;

/* frames: ids, borrowed like the store and progress. */
MienFrameReader *mien_frame_reader_new        (MienStore        *store,
                                               const gint64     *frames,
                                               gsize             n_frames,
                                               int               side,
                                               guint             threads,
                                               MienProgress     *progress);
void             mien_frame_reader_free       (MienFrameReader  *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienFrameReader, mien_frame_reader_free)

void             mien_frame_reader_next       (MienFrameReader  *reader,
                                               MienFrameBatch   *batch);
/* Says how many were left out in all, if not every one was told. */
guint64          mien_frame_reader_finish     (MienFrameReader  *reader);

G_END_DECLS
