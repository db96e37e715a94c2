/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-store.h"

G_BEGIN_DECLS

/*
 * What every import shares: options, the report, progress, and putting one image with its labels into
 * the store. Imports stream, commit as they go, can be stopped and started again, and importing the
 * same again changes nothing. What is wrong with single rows and images is counted and told, not
 * fatal; that no row at all could be used is MIEN_IMPORT_ERROR_BAD_LIST or _NOT_FOUND (mien-image.h).
 *
 * A frame's key is its name in the list, below the folder of images. Names are relative and without
 * "..", and a symbolic link may lead anywhere in that folder but not out of it. An image that is
 * known is not decoded again; a file that has changed since is told, and the project keeps its own.
 */

typedef struct
{
  guint64 frames_added, frames_known;      /* each frame that was named counts once */
  guint64 images_missing;                  /* of those: without a usable image, now as before */
  guint64 duplicate_rows;                  /* rows of a frame that an earlier row named */
  guint64 rejected_rows;                   /* wrong, or of a video that is in another split; a file
                                              per video that is none counts as one */
  guint64 labels[MIEN_TASK_COUNT];         /* labelled frames of a task, new ones; AUs: frames with any */
  guint64 conflicts;                       /* items that contradict a label that stands, images that
                                              differ from the one that was imported */
} MienImportReport;

/* One line that names file and line or image; done and total in rows (total 0: not known). */
typedef void (*MienImportWarn)     (const char *message, gpointer data);
typedef void (*MienImportProgress) (guint64 done, guint64 total, gpointer data);

typedef struct
{
  const char        *images;               /* folder */
  const char        *annotations;          /* file or folder, NULL where there is none */
  int                split;                /* MienSplit, or -1: what the format says, else one video of
                                              five by a hash of its name becomes validation, the others
                                              (and the first of a project) train. A known video keeps
                                              its split */
  gboolean           link;                 /* keep paths instead of copies */
  MienImportWarn     warn;
  MienImportProgress progress;
  gpointer           data;
  GCancellable      *cancellable;          /* G_IO_ERROR_CANCELLED; what was stored stays */
} MienImportOptions;

/* What an export writes. The folder appears whole, or not at all; drawn faces are marked by a file
 * README in it. What is no face has no labels. */
typedef struct
{
  const char   *out;                       /* folder; made if missing, refused if not empty */
  int           split;                     /* -1: all */
  gboolean      imported, human, accepted; /* which labels, by what the current label comes from;
                                              accepted: proposals where there is none */
  gboolean      images;                    /* the image files too, under cropped_aligned/ */
  GCancellable *cancellable;
} MienExportOptions;

typedef struct
{
  guint64 frames, labels[MIEN_TASK_COUNT]; /* rows of frames, and those with a value of the task */
} MienExportReport;

G_END_DECLS
