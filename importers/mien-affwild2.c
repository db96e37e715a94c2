/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Which of Aff-Wild2's two layouts the annotations are in: a file is an MTL list, a
 * folder holds files per video.
 */

#define G_LOG_DOMAIN "mien-importers"
#include "config.h"

#include "mien-affwild2-private.h"

gboolean
mien_affwild2_import (MienStore *store,
                      const MienImportOptions *options,
                      MienImportReport *report,
                      GError **error)
{
  if (options->annotations == NULL)
    {
      g_set_error (
          error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_NOT_FOUND,
          "no annotations were given; name an MTL list, or a folder of files per "
          "video");
      return FALSE;
    }
  if (g_file_test (options->annotations, G_FILE_TEST_IS_DIR))
    return mien_affwild2_read_videos (store, options, report, error);
  return mien_affwild2_read_mtl (store, options, report, error);
}
