/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "mien-chart.h"

G_BEGIN_DECLS

/*
 * A chart in the window: title, caption, the drawing, and below it what the cursor is on. The arrow keys move the
 * cursor, the pointer does too; the menu saves the chart as a file. To who does not see it, the drawing
 * has the title as its name, and all its values as its description.
 */

#define MIEN_TYPE_CHART_VIEW (mien_chart_view_get_type ())
G_DECLARE_FINAL_TYPE (MienChartView, mien_chart_view, MIEN, CHART_VIEW, GtkWidget)

GtkWidget  *mien_chart_view_new          (void);
/* caption: how it was measured, of how much; NULL: none. A chart without data is hidden behind empty, which
 * says what to do next (NULL: the view is hidden). */
void        mien_chart_view_set_chart    (MienChartView  *self,
                                          MienChart      *chart,
                                          const char     *caption,
                                          const char     *empty);
MienChart  *mien_chart_view_get_chart    (MienChartView  *self);
/* What is read out now; NULL: the cursor is nowhere. */
const char *mien_chart_view_get_reading  (MienChartView  *self);

G_END_DECLS
