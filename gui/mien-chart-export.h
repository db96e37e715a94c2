/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "mien-chart-render.h"

G_BEGIN_DECLS

/* Asks where to, and writes there off the main thread; what fails is told in a dialog. */
void    mien_chart_save           (MienChart        *chart,
                                   MienChartFile     format,
                                   GtkWidget        *parent);

G_END_DECLS
