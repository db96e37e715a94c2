/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-import.h"

G_BEGIN_DECLS

/* A folder of JPEG and PNG files, searched with its subfolders in the order of names; labels from a
 * CSV with a header of which only `image` is needed: image,valence,arousal,expression,AU1,...,AU26
 * in any order, RFC 4180 quoting, empty cells or Aff-Wild2's -5 / -1 for missing, expressions by number
 * or name. The folder of an image is its video (of one in the folder itself: that folder), the digits at
 * the end of its name its number. A column `split` counts where options->split is -1. Images that no
 * row names become frames without labels. */
gboolean mien_folder_import         (MienStore               *store,
                                     const MienImportOptions *options,   /* annotations: the CSV */
                                     MienImportReport        *report,
                                     GError                 **error);
/* out/labels.csv with the columns above and `split`, `source` (imported, human or accepted: of the row's
 * labels the weakest), reals by %.17g-shortest that read back exactly; a cell of "?" is "cannot tell", read
 * back as such. */
gboolean mien_folder_write_csv      (MienStore               *store,
                                     const MienExportOptions *options,
                                     MienExportReport        *report,
                                     GError                 **error);

G_END_DECLS
