/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "mien-chart.h"

G_BEGIN_DECLS

/*
 * A chart as a file: on white, with its title, 640 units wide; of a PNG each is two pixels.
 */

typedef enum
{
  MIEN_CHART_SVG,
  MIEN_CHART_PNG,
} MienChartFile;

enum
{
  MIEN_CHART_FILE_WIDTH = 640,
  MIEN_CHART_PNG_SCALE = 2,
};

/* On any thread. G_IO_ERROR if cairo cannot. */
GBytes *mien_chart_render         (const MienChart  *chart,
                                   MienChartFile     format,
                                   GError          **error);

G_END_DECLS
