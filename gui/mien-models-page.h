/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "mien-job-runner.h"
#include "mien-project.h"

G_BEGIN_DECLS

/*
 * The Models page: every model of the project, newest first, the one in use marked; above them the curves of
 * a training that runs. A row opens the page of its model; Escape and Alt+Left lead back.
 *
 * Signal: "use" (gint64 model): take that one.
 */

#define MIEN_TYPE_MODELS_PAGE (mien_models_page_get_type ())
G_DECLARE_FINAL_TYPE (MienModelsPage, mien_models_page, MIEN, MODELS_PAGE, GtkWidget)

/* NULL: no project. */
void mien_models_page_set_project (MienModelsPage *self,
                                   MienProject    *project);
/* Whose trainings are shown while they run; NULL: nobody's. */
void mien_models_page_set_runner  (MienModelsPage *self,
                                   MienJobRunner  *runner);

G_END_DECLS
