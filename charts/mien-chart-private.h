/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <pango/pangocairo.h>

#include "mien-chart-draw.h"

G_BEGIN_DECLS

/*
 * A chart laid out: where the plot is and what its axes span. What the two files that draw share.
 */

typedef struct
{
  const MienChart        *chart;
  const MienChartSpec    *spec;
  PangoContext           *context;
  cairo_t                *cr;              /* NULL while only places are asked for */
  const MienChartPalette *palette;         /* NULL likewise */
  double                  width, height;
  double                  em;              /* height of a line of small text */
  double                  left, top, right, bottom;   /* of the plot */
  double                  low, high;       /* of values */
  double                  x_low, x_high;
  gboolean                lying;           /* bars and intervals from left to right, categories below each other */
  gboolean                slanted;         /* the names of a matrix's columns */
} MienChartPlot;

/* mien-chart-draw.c: the source of what is drawn next. */
void         mien_color_set         (cairo_t              *cr,
                                     const MienColor      *color);

/* mien-chart-layout.c */
void         mien_chart_lay_out     (MienChartPlot        *plot,
                                     const MienChart      *chart,
                                     PangoContext         *context,
                                     double                width,
                                     double                height);
/* Small text; free with g_object_unref. */
PangoLayout *mien_chart_text        (const MienChartPlot  *plot,
                                     const char           *text,
                                     gboolean              bold);
void         mien_chart_text_size   (PangoLayout          *layout,
                                     double               *width,
                                     double               *height);
/* align: 0 begins at x, 0.5 is centred on it, 1 ends there; y is the middle. */
void         mien_chart_put_text    (const MienChartPlot  *plot,
                                     const char           *text,
                                     const MienColor        *color,
                                     double                x,
                                     double                y,
                                     double                align,
                                     double                max_width);   /* 0: any */
/* Where a value lies along its axis, and where a point lies along the other one. */
double       mien_chart_value_place (const MienChartPlot  *plot,
                                     double                value);
double       mien_chart_point_place (const MienChartPlot  *plot,
                                     guint                 point);
/* The middle of an interval's height. */
double       mien_chart_lane_place  (const MienChartPlot  *plot,
                                     guint                 series,
                                     guint                 point);
/* What a bar, a cell or a marker covers. FALSE: nothing is there. */
gboolean     mien_chart_place       (const MienChartPlot  *plot,
                                     guint                 series,
                                     guint                 point,
                                     cairo_rectangle_t      *rect);

/* Lays out the legend from y on, and draws it where there is something to draw on; returns what is below. */
double       mien_chart_legend      (const MienChartPlot  *plot,
                                     double                y);
double       mien_chart_widest_category (const MienChartPlot *plot);
GArray      *mien_chart_value_ticks (const MienChartPlot  *plot,
                                     double               *step);
/* What stands after a lying bar, or beside an interval; of bars series is 0. NULL: nothing does. */
char        *mien_chart_bar_label   (const MienChartPlot  *plot,
                                     guint                 series,
                                     guint                 point);

/* mien-chart-marks.c */
void         mien_chart_draw_marks  (const MienChartPlot  *plot);
/* A sample for a legend. */
void         mien_chart_draw_key    (const MienChartPlot  *plot,
                                     guint                 series,
                                     double                x,
                                     double                y,
                                     double                size);

G_END_DECLS
