/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-job.h"
#include "mien-pack.h"
#include "mien-types.h"

G_BEGIN_DECLS

/*
 * What a network learns from and is measured on: the rows of a training pack, taken from the project at one
 * moment. A row is a frame with an image and a face; its labels are the current ones, a person's before an
 * imported one, and "cannot tell" and unresolved are no label.
 */

enum
{
  MIEN_TRAINING_MIN_VIDEOS = 10,
};

typedef struct
{
  guint64 frames;
  guint64 unlabelled;                      /* without a label of any task */
  guint64 labels[MIEN_TASK_COUNT];         /* frames; of action units those with any */
  guint64 units[MIEN_UNIT_COUNT];
} MienRowCounts;

/* Elements: MienPackRow, by video, then number. split: MienSplit. Rows of training videos are for training or
 * tuning in the pack (mien-tuning.h), all others for validation; with fewer than
 * MIEN_TRAINING_MIN_VIDEOS training videos nothing is held out. digest: SHA-256 over names and rows is added
 * to it; NULL if it is not wanted. */
GArray  *mien_training_rows         (MienJob         *job,
                                     MienStore       *store,
                                     MienSplit        split,
                                     GChecksum       *digest,
                                     GError         **error);
/* Those of the rows that are for the part of the pack. */
void     mien_training_rows_count   (const GArray    *rows,
                                     MienPackSplit    split,
                                     MienRowCounts   *counts);
/* Their frames' ids: gint64. */
GArray  *mien_training_rows_frames  (const GArray    *rows);

/* Freezes the rows with their pixels in path, in one stream. Rows whose image cannot be read are taken out
 * of rows and told. pixels: what mien_training_pack_is_sound() compares with; a new string. */
gboolean mien_training_pack_write   (MienJob         *job,
                                     MienStore       *store,
                                     const char      *path,
                                     GArray          *rows,
                                     int              side,
                                     guint            threads,
                                     char           **pixels,
                                     GError         **error);
/* The file is a whole pack of just these rows, with these pixels. */
gboolean mien_training_pack_is_sound (const char     *path,
                                      const GArray   *rows,
                                      int             side,
                                      const char     *pixels);

G_END_DECLS
