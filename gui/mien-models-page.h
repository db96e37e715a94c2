/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "mien-project.h"

G_BEGIN_DECLS

/*
 * The Models page: every model of the project, newest first, the one in use marked.
 *
 * Signal: "use" (gint64 model): take that one.
 */

#define MIEN_TYPE_MODELS_PAGE (mien_models_page_get_type ())
G_DECLARE_FINAL_TYPE (MienModelsPage, mien_models_page, MIEN, MODELS_PAGE, GtkWidget)

/* NULL: no project. */
void mien_models_page_set_project (MienModelsPage *self,
                                   MienProject    *project);

G_END_DECLS
