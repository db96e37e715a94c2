/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "mien-job-runner.h"

G_BEGIN_DECLS

/* Asks which labels go where in which format, lets mienctl do it, and shows its report. */

#define MIEN_TYPE_EXPORT_DIALOG (mien_export_dialog_get_type ())
G_DECLARE_FINAL_TYPE (MienExportDialog, mien_export_dialog, MIEN, EXPORT_DIALOG, AdwWindow)

GtkWidget *mien_export_dialog_new (GtkWindow     *parent,
                                   MienJobRunner *runner,
                                   const char    *project);

typedef struct
{
  guint       format;                      /* 0: MTL list, 1: per-video files, 2: CSV */
  gboolean    imported, human, accepted;
  const char *split;                       /* NULL: all */
  gboolean    images;
  const char *out;
} MienExportForm;

/* What mienctl is told; NULL if something is missing. */
char     **mien_export_arguments  (const MienExportForm *form,
                                   const char           *project);

G_END_DECLS
