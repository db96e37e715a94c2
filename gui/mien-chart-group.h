/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-chart-view.h"

G_BEGIN_DECLS

/*
 * Charts below a heading, two beside each other where there is room.
 */

#define MIEN_TYPE_CHART_GROUP (mien_chart_group_get_type ())
G_DECLARE_FINAL_TYPE (MienChartGroup, mien_chart_group, MIEN, CHART_GROUP, GtkWidget)

GtkWidget     *mien_chart_group_new     (const char      *title,
                                         const char      *description);   /* may be NULL */
/* NULL: none. */
void           mien_chart_group_set_description (MienChartGroup *self,
                                                 const char     *description);
/* An empty view at the end. */
MienChartView *mien_chart_group_add     (MienChartGroup  *self);
/* A card of any kind at the end. */
void           mien_chart_group_append  (MienChartGroup  *self,
                                         GtkWidget       *card);

G_END_DECLS
