/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "mien-job-runner.h"

G_BEGIN_DECLS

/* Asks what to import, lets mienctl do it, and shows its report. */

#define MIEN_TYPE_IMPORT_DIALOG (mien_import_dialog_get_type ())
G_DECLARE_FINAL_TYPE (MienImportDialog, mien_import_dialog, MIEN, IMPORT_DIALOG, AdwWindow)

GtkWidget *mien_import_dialog_new (GtkWindow     *parent,
                                   MienJobRunner *runner,
                                   const char    *project);

/* Fills the form in with what was dropped on the window: a folder of images, a CSV, or a list. */
void       mien_import_dialog_fill (MienImportDialog *self,
                                    const char       *path,
                                    gboolean          folder);

/* What is chosen, as the dialog's form has it. */
typedef enum
{
  MIEN_IMPORT_LIST,                        /* Aff-Wild2, one list for all tasks */
  MIEN_IMPORT_VIDEOS,                      /* Aff-Wild2, label files per video */
  MIEN_IMPORT_FOLDER,                      /* images, with or without a CSV */
} MienImportForm;

/* What mienctl is told. split: "train" ..., NULL: by video. NULL if something is missing. */
char     **mien_import_arguments  (MienImportForm form,
                                   const char    *project,
                                   const char    *images,
                                   const char    *labels,
                                   const char    *split,
                                   gboolean       link);

G_END_DECLS
