/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "mien-project.h"

G_BEGIN_DECLS

/*
 * One model: where it is from, its figures beside those of the model in use, how its training went, and where it
 * is wrong.
 *
 * Signals: "use" (gint64 model), "open" (gint64 model: another one, by its lineage), "back".
 */

#define MIEN_TYPE_MODEL_VIEW (mien_model_view_get_type ())
G_DECLARE_FINAL_TYPE (MienModelView, mien_model_view, MIEN, MODEL_VIEW, GtkWidget)

/* models: MienModel, all there are; FALSE: the model is not among them. */
gboolean mien_model_view_show  (MienModelView *self,
                                MienProject   *project,
                                GPtrArray     *models,
                                gint64         model);
/* Puts the focus where reading begins. */
void     mien_model_view_enter (MienModelView *self);
gint64   mien_model_view_get_model (MienModelView *self);

G_END_DECLS
