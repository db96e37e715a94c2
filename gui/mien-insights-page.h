/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "mien-project.h"

G_BEGIN_DECLS

/*
 * The Insights page: what the project holds, class by class; what the model in use makes of it, and how far
 * it can be believed; and what people have done.
 */

#define MIEN_TYPE_INSIGHTS_PAGE (mien_insights_page_get_type ())
G_DECLARE_FINAL_TYPE (MienInsightsPage, mien_insights_page, MIEN, INSIGHTS_PAGE, GtkWidget)

/* NULL: no project. */
void mien_insights_page_set_project (MienInsightsPage *self,
                                     MienProject      *project);

G_END_DECLS
