/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/*
 * A row of a form that takes a file or a folder: a press opens the chooser, the choice is shown below
 * the title. Signal: "changed".
 */

typedef enum
{
  MIEN_FILE_ROW_FILE,
  MIEN_FILE_ROW_FOLDER,
} MienFileRowKind;

#define MIEN_TYPE_FILE_ROW (mien_file_row_get_type ())
G_DECLARE_FINAL_TYPE (MienFileRow, mien_file_row, MIEN, FILE_ROW, AdwActionRow)

/* hint: shown while nothing is chosen. Forgets the choice. */
void        mien_file_row_set_up      (MienFileRow     *self,
                                       MienFileRowKind  kind,
                                       const char      *title,
                                       const char      *hint);
/* NULL: nothing is chosen. */
const char *mien_file_row_get_path    (MienFileRow     *self);
void        mien_file_row_set_path    (MienFileRow     *self,
                                       const char      *path);

/* The filter for project files, and one for all. */
void        mien_file_chooser_add_projects (GtkFileChooser *chooser);

G_END_DECLS
