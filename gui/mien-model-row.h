/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "mien-project.h"

G_BEGIN_DECLS

/*
 * A model in the list: version, settings, date, score; opened, all its scores, what each class reached
 * and from which confidence on it counts, and its curves.
 *
 * Signal: "use" (gint64 model).
 */

#define MIEN_TYPE_MODEL_ROW (mien_model_row_get_type ())
G_DECLARE_FINAL_TYPE (MienModelRow, mien_model_row, MIEN, MODEL_ROW, AdwExpanderRow)

/* The curves are read from project when the row is first opened. */
GtkWidget *mien_model_row_new (MienProject     *project,
                               const MienModel *model);

G_END_DECLS
