/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <pango/pangocairo.h>

#include "mien-chart.h"

G_BEGIN_DECLS

/*
 * Draws a chart with cairo and pango: on the screen, into SVG and PNG, all by the same code. Pure but for what
 * is drawn on. Series are told apart by colour and by dashes, markers or hatching, and by names beside
 * them.
 */

enum
{
  MIEN_CHART_COLORS = 8,
};

/* Shares of 1; as cairo takes them. */
typedef struct
{
  double red, green, blue, alpha;
} MienColor;

typedef struct
{
  MienColor  text, dim, line;                /* dim: of axes' words; line: of the grid */
  MienColor  background;                     /* what is below: for gaps and halos */
  MienColor  accent;
  MienColor  series[MIEN_CHART_COLORS];
  gboolean strong;                         /* high contrast: thicker, no pale grid */
} MienChartPalette;

/* On white (paper), or on a dark window; dim and line follow from text. */
void    mien_chart_palette_init   (MienChartPalette       *palette,
                                   const MienColor          *text,
                                   const MienColor          *background,
                                   const MienColor          *accent,
                                   gboolean                strong);
void    mien_chart_palette_paper  (MienChartPalette       *palette);

/* What is pointed at, if anything. */
typedef struct
{
  guint    series, point;
} MienChartCursor;

/* Height that suits it at that width, in the units of the context. */
double  mien_chart_height         (const MienChart        *chart,
                                   PangoContext           *context,
                                   double                  width);
/* cursor: may be NULL. */
void    mien_chart_draw           (const MienChart        *chart,
                                   cairo_t                *cr,
                                   PangoContext           *context,
                                   double                  width,
                                   double                  height,
                                   const MienChartPalette *palette,
                                   const MienChartCursor  *cursor);
/* What is nearest to a place; FALSE: nothing is there. */
gboolean mien_chart_hit           (const MienChart        *chart,
                                   PangoContext           *context,
                                   double                  width,
                                   double                  height,
                                   double                  x,
                                   double                  y,
                                   MienChartCursor        *cursor);

G_END_DECLS
