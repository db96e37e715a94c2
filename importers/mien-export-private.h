/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-frames.h"
#include "mien-image.h"
#include "mien-import.h"

G_BEGIN_DECLS

/*
 * What the writers share: a folder that appears whole or not at all, files whose every failure to
 * write is told, and which labels of a frame go out.
 */

typedef struct _MienExporter MienExporter;

/* FAILED if options->out exists and is no empty folder, or cannot be made. Options are borrowed. */
MienExporter *mien_exporter_new      (MienStore               *store,
                                      const MienExportOptions *options,
                                      GError                 **error);
/* Removes what was written, unless it was finished. */
void          mien_exporter_free     (MienExporter            *exporter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienExporter, mien_exporter_free)

/* Begins the file by that name in the export, with its folders. One is open at a time. */
gboolean      mien_exporter_open     (MienExporter            *exporter,
                                      const char              *name,
                                      GError                 **error);
/* Adds to the open file. Whether that worked is known when it is closed. */
void          mien_exporter_write    (MienExporter            *exporter,
                                      const char              *text);
void          mien_exporter_write_int (MienExporter           *exporter,
                                       int                     value);
void          mien_exporter_write_real (MienExporter          *exporter,
                                        double                 value);
gboolean      mien_exporter_close    (MienExporter            *exporter,
                                      GError                 **error);

/* What goes out of a frame: labels of the sources asked for, and accepted proposals where there is
 * no label; nothing of what is not a face. Disagreements are no labels. weakest, may be NULL:
 * "accepted", "imported", "human", or "" where there is nothing. */
gboolean      mien_exporter_choose   (MienExporter            *exporter,
                                      const MienFrame         *frame,
                                      const MienLabels        *labels,
                                      MienLabels              *chosen,
                                      const char             **weakest,
                                      GError                 **error);
/* The frame is written: counts it and, if images are asked for, writes its own to
 * cropped_aligned/name. Call it with every frame; also says whether the export was cancelled. */
gboolean      mien_exporter_count    (MienExporter            *exporter,
                                      const MienFrame         *frame,
                                      const char              *name,
                                      const MienLabels        *chosen,
                                      GError                 **error);

/* Marks drawn faces, syncs, and gives the folder its name. */
gboolean      mien_exporter_finish   (MienExporter            *exporter,
                                      MienExportReport        *report,
                                      GError                 **error);

G_END_DECLS
