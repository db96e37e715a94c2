/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-folder.h"
#include "mien-import-private.h"

G_BEGIN_DECLS

/* mien-folder-csv.c: the rows of the CSV into the importer. BAD_LIST before any row if the header has
 * no column `image`, or one twice. */
gboolean mien_folder_read_csv (MienImporter  *importer,
                               MienLines     *lines,
                               int            split,
                               GError       **error);

G_END_DECLS
