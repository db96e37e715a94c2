/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-import.h"

G_BEGIN_DECLS

/* Aff-Wild2 (METHOD.md section 2): the MTL lists, and the files per video of the editions with 7 or 8
 * expressions and 8 or 12 action units. Reading and writing side by side. */

/* A file is an MTL list (train, validation or test); a folder is searched for the per-video layout:
 * the root of the three tasks, one task, one set, or a plain folder of <video>.txt (the kind follows from the header).
 * With a set in the path (Train_Set, Training_Set, Validation_Set, Test_Set), only those of options->split
 * are read; with -1 all are, each into its own split.
 *
 * Files per video: line i + 1 is frame i. A line without an image (no face was found) is no frame and
 * no missing image, and not counted, unless the project knows that frame; an image without a line is
 * not of the set. AUs that are none of the twelve are left out, and told. */
gboolean mien_affwild2_import       (MienStore               *store,
                                     const MienImportOptions *options,
                                     MienImportReport        *report,
                                     GError                 **error);
/* out/training_set_annotations.txt, validation_..., MTL_Challenge_test_set_release.txt: the splits that
 * have frames. Same header, sixteen fields; rows in the imported order with duplicates. "Cannot
 * tell" and unresolved are written as missing. FAILED for a name with a comma. */
gboolean mien_affwild2_write_mtl    (MienStore               *store,
                                     const MienExportOptions *options,
                                     MienExportReport        *report,
                                     GError                 **error);
/* out/{VA_Estimation_Challenge,EXPR_Classification_Challenge,AU_Detection_Challenge}/{Train_Set,Validation_Set}/
 * <video>.txt for each video with a label of the task; a row for each number from 1 to the last. Images
 * are <video>/<%05d>.jpg whatever they were called. FAILED for a label of a frame without a number of
 * its own. */
gboolean mien_affwild2_write_videos (MienStore               *store,
                                     const MienExportOptions *options,
                                     MienExportReport        *report,
                                     GError                 **error);

G_END_DECLS
