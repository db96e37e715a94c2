/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-affwild2.h"
#include "mien-import-private.h"

G_BEGIN_DECLS

/* The two layouts behind mien-affwild2.h. */

#define MIEN_MTL_HEADER "image,valence,arousal,expression,aus"

enum
{
  MIEN_VIDEO_MAX_FRAME = 10 * 1000 * 1000, /* 92 hours at 30 frames a second */
};

gboolean mien_affwild2_read_mtl    (MienStore               *store,
                                    const MienImportOptions *options,
                                    MienImportReport        *report,
                                    GError                 **error);
gboolean mien_affwild2_read_videos (MienStore               *store,
                                    const MienImportOptions *options,
                                    MienImportReport        *report,
                                    GError                 **error);

/* mien-affwild2-layout.c: the files of the per-video layout. */

typedef struct
{
  char *path;
  char *video;
  int   split;                             /* of the set that it is in; MienSplit, -1: in none */
} MienVideoFile;

/* Every .txt of the split (-1: of all) below the folder, by split, video and path. Elements:
 * MienVideoFile. */
GPtrArray  *mien_affwild2_find_files   (const char  *folder,
                                        int          split,
                                        GError     **error);

/* What the header of a file says. */
typedef struct
{
  MienTask task;
  guint    n_columns;                      /* fields of a row */
  guint    n_expressions;
  double   expression[MIEN_EXPRESSION_COUNT];  /* class of each number */
  int      unit[MIEN_MAX_FIELDS];          /* of each column; minus the number of the
                                              AU: none of the twelve */
} MienVideoHeader;

/* NULL, or what is wrong with it. text is cut up. */
const char *mien_affwild2_parse_header (char            *text,
                                        MienVideoHeader *header);
/* The row of a frame into the labels of the header's task; NULL, or what is wrong. */
const char *mien_affwild2_parse_row    (char                  *text,
                                        const MienVideoHeader *header,
                                        MienLabels            *labels);

/* "AU_Detection_Challenge" ... and "Train_Set" ... as later editions have them. */
const char *mien_affwild2_task_folder  (MienTask         task);
const char *mien_affwild2_set_folder   (MienSplit        split);

G_END_DECLS
