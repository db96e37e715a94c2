/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "mien-models.h"

G_BEGIN_DECLS

/*
 * A model in the list: version, settings, date, score, and how far that is from the one in use. Activated,
 * it is opened.
 *
 * Signal: "use" (gint64 model).
 */

#define MIEN_TYPE_MODEL_ROW (mien_model_row_get_type ())
G_DECLARE_FINAL_TYPE (MienModelRow, mien_model_row, MIEN, MODEL_ROW, AdwActionRow)

/* in_use: NULL: none, or it is this one. */
GtkWidget *mien_model_row_new       (const MienModel *model,
                                     const MienModel *in_use);
gint64     mien_model_row_get_model (MienModelRow    *self);

G_END_DECLS
