/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-store.h"

G_BEGIN_DECLS

/*
 * What every import shares: options, the report, progress, and putting one image with its labels into
 * the store. Imports stream, commit as they go, can be stopped and started again, and importing the
 * same again changes nothing. What is wrong with single rows and images is counted and told, not fatal.
 */

typedef struct
{
  guint64 frames_added, frames_known, images_missing, duplicate_rows, rejected_rows;
  guint64 labels[MIEN_TASK_COUNT];         /* labelled frames of a task, new ones; AUs: frames with any */
  guint64 conflicts;                       /* items that contradict a label that stands */
} MienImportReport;

/* One line that names file and line or image; done and total in rows (total 0: not known). */
typedef void (*MienImportWarn)     (const char *message, gpointer data);
typedef void (*MienImportProgress) (guint64 done, guint64 total, gpointer data);

typedef struct
{
  const char        *images;               /* folder */
  const char        *annotations;          /* file or folder, NULL where there is none */
  int                split;                /* MienSplit, or -1: one video of five by a hash of its name
                                              becomes validation, the others train */
  gboolean           link;                 /* keep paths instead of copies */
  MienImportWarn     warn;
  MienImportProgress progress;
  gpointer           data;
  GCancellable      *cancellable;
} MienImportOptions;

/* What an export writes. */
typedef struct
{
  const char   *out;                       /* folder; made if missing, refused if not empty */
  int           split;                     /* -1: all */
  gboolean      imported, human, accepted; /* which labels */
  gboolean      images;                    /* the image files too, under cropped_aligned/ */
  GCancellable *cancellable;
} MienExportOptions;

typedef struct
{
  guint64 frames, labels[MIEN_TASK_COUNT];
} MienExportReport;

G_END_DECLS
