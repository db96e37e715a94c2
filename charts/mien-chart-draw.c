/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The frame of a chart: palette, axes, names, cursor. Where things are is in
 * mien-chart-layout.c, what stands for the values in mien-chart-marks.c. Invariant: lines
 * of the grid lie on whole pixels.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-chart-draw.h"

#include <math.h>
#include <pango/pangocairo.h>

#include "mien-chart-private.h"

/* Blue, orange, green, purple, amber, sky, brown, grey: in pairs that differ in lightness
   too, of at least 3:1 against what is behind. */
static const char *const on_light[MIEN_CHART_COLORS] = {
  "#1a5fb4", "#c64600", "#1e7d51", "#813d9c", "#a86c00", "#3a86d8", "#7a5232", "#5e5c64",
};
static const char *const on_dark[MIEN_CHART_COLORS] = {
  "#78aeed", "#ff9155", "#57d992", "#d29ae8", "#f8c53a", "#a8d0ff", "#cdab8f", "#c0bfbc",
};

/* "#rrggbb" */
static MienColor
parse_color (const char *text)
{
  guint64 rgb = g_ascii_strtoull (text + 1, NULL, 16);

  return (MienColor){ (rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0,
                      (rgb & 255) / 255.0, 1 };
}

void
mien_color_set (cairo_t *cr, const MienColor *color)
{
  cairo_set_source_rgba (cr, color->red, color->green, color->blue, color->alpha);
}

static MienColor
blend (const MienColor *a, const MienColor *b, double share)
{
  return (MienColor){ a->red * (1 - share) + b->red * share,
                      a->green * (1 - share) + b->green * share,
                      a->blue * (1 - share) + b->blue * share, 1 };
}

void
mien_chart_palette_init (MienChartPalette *palette,
                         const MienColor *text,
                         const MienColor *background,
                         const MienColor *accent,
                         gboolean strong)
{
  double brightness =
      background->red * 0.3 + background->green * 0.59 + background->blue * 0.11;
  const char *const *colors = brightness > 0.5 ? on_light : on_dark;

  palette->text = blend (background, text, text->alpha);
  palette->background = *background;
  palette->accent = *accent;
  palette->dim = blend (&palette->text, background, strong ? 0.05 : 0.32);
  palette->line = blend (&palette->text, background, strong ? 0.5 : 0.86);
  palette->strong = strong;
  for (guint i = 0; i < MIEN_CHART_COLORS; i++)
    palette->series[i] = parse_color (colors[i]);
}

void
mien_chart_palette_paper (MienChartPalette *palette)
{
  const MienColor white = { 1, 1, 1, 1 }, ink = { 0.12, 0.12, 0.13, 1 };
  const MienColor accent = parse_color ("#1c71d8");

  mien_chart_palette_init (palette, &ink, &white, &accent, FALSE);
}

static void
straight (const MienChartPlot *plot,
          const MienColor *color,
          double x1,
          double y1,
          double x2,
          double y2)
{
  cairo_t *cr = plot->cr;

  mien_color_set (cr, color);
  cairo_set_line_width (cr, 1);
  if (x1 == x2)
    x1 = x2 = floor (x1) + 0.5;
  if (y1 == y2)
    y1 = y2 = floor (y1) + 0.5;
  cairo_move_to (cr, x1, y1);
  cairo_line_to (cr, x2, y2);
  cairo_stroke (cr);
}

static void
draw_value_axis (const MienChartPlot *plot)
{
  const MienChartPalette *palette = plot->palette;
  double step;
  g_autoptr (GArray) ticks = mien_chart_value_ticks (plot, &step);

  for (guint i = 0; i < ticks->len; i++)
    {
      double tick = g_array_index (ticks, double, i);
      double at = mien_chart_value_place (plot, tick);
      g_autofree char *text = mien_chart_format (tick, plot->spec->unit, step);

      if (plot->lying)
        {
          straight (plot, &palette->line, at, plot->top, at, plot->bottom);
          mien_chart_put_text (plot, text, &palette->dim, at,
                               plot->bottom + 0.8 * plot->em, 0.5, 0);
        }
      else
        {
          straight (plot, &palette->line, plot->left, at, plot->right, at);
          mien_chart_put_text (plot, text, &palette->dim, plot->left - 0.5 * plot->em, at,
                               1, 0);
        }
    }
  if (plot->spec->y_title == NULL)
    return;
  if (plot->lying)
    mien_chart_put_text (plot, plot->spec->y_title, &palette->dim, plot->right,
                         plot->bottom + 2.0 * plot->em, 1, 0);
  else
    mien_chart_put_text (plot, plot->spec->y_title, &palette->dim, 0,
                         plot->top - 1.4 * plot->em, 0, plot->width);
}

static void
draw_x_axis (const MienChartPlot *plot)
{
  const MienChartSpec *spec = plot->spec;
  const MienChartPalette *palette = plot->palette;
  double room = (plot->right - plot->left) / (4 * plot->em), step;
  double y = plot->bottom + 0.9 * plot->em;
  g_autoptr (GArray) ticks =
      mien_chart_ticks (plot->x_low, plot->x_high, (guint) CLAMP (room, 2, 10),
                        spec->x_unit == MIEN_CHART_COUNT, &step);

  straight (plot, &palette->dim, plot->left, plot->bottom, plot->right, plot->bottom);
  for (guint i = 0; i < ticks->len; i++)
    {
      double tick = g_array_index (ticks, double, i);
      double x = plot->left
                 + (tick - plot->x_low) / (plot->x_high - plot->x_low)
                       * (plot->right - plot->left);
      g_autofree char *text = mien_chart_format (tick, spec->x_unit, step);

      straight (plot, &palette->dim, x, plot->bottom, x, plot->bottom + 3);
      mien_chart_put_text (plot, text, &palette->dim, x, y, 0.5, 0);
    }
  if (spec->x_title != NULL)
    mien_chart_put_text (plot, spec->x_title, &palette->dim, plot->right,
                         y + 1.3 * plot->em, 1, plot->width);
}

/* Names below standing bars, as many as have room. */
static void
draw_standing_names (const MienChartPlot *plot)
{
  const MienChartSpec *spec = plot->spec;
  double slot = (plot->right - plot->left) / MAX (spec->n_points, 1u);
  guint every = (guint) MAX (
      1.0, ceil ((mien_chart_widest_category (plot) + 0.8 * plot->em) / slot));

  straight (plot, &plot->palette->dim, plot->left, plot->bottom, plot->right,
            plot->bottom);
  for (guint i = 0; i < spec->n_points; i++)
    if ((spec->n_points - 1 - i) % every == 0)
      mien_chart_put_text (plot, spec->categories[i], &plot->palette->dim,
                           mien_chart_point_place (plot, i),
                           plot->bottom + 0.9 * plot->em, 0.5, 0);
}

/* Beside the plot, below each other. */
static void
draw_interval_names (const MienChartPlot *plot)
{
  const MienChartSpec *spec = plot->spec;
  double x = plot->right + 0.6 * plot->em;

  for (guint i = 0; i < spec->n_points; i++)
    {
      mien_chart_put_text (plot, spec->categories[i], &plot->palette->text,
                           plot->left - 0.6 * plot->em, mien_chart_point_place (plot, i),
                           1, plot->left - 0.6 * plot->em);
      for (guint series = 0; series < mien_chart_n_series (plot->chart); series++)
        {
          g_autofree char *text = mien_chart_bar_label (plot, series, i);

          if (text != NULL)
            mien_chart_put_text (plot, text, &plot->palette->dim, x,
                                 mien_chart_lane_place (plot, series, i), 0,
                                 plot->width - x);
        }
    }
}

static void
draw_lying_names (const MienChartPlot *plot)
{
  const MienChartSpec *spec = plot->spec;

  for (guint i = 0; i < spec->n_points; i++)
    {
      double y = mien_chart_point_place (plot, i);
      double end = spec->kind == MIEN_CHART_STACKED
                       ? mien_chart_sum (plot->chart, i)
                       : mien_chart_series (plot->chart, 0)->values[i];
      g_autofree char *text = mien_chart_bar_label (plot, 0, i);
      cairo_rectangle_t mark;
      double x = mien_chart_value_place (plot, isfinite (end) ? end : plot->low);

      if (spec->kind == MIEN_CHART_BARS && mien_chart_place (plot, 1, i, &mark))
        x = MAX (x, mark.x);
      if (spec->kind == MIEN_CHART_BARS
          && mien_chart_series (plot->chart, 0)->high != NULL
          && isfinite (mien_chart_series (plot->chart, 0)->high[i]))
        x = MAX (x, mien_chart_value_place (plot,
                                            mien_chart_series (plot->chart, 0)->high[i]));
      mien_chart_put_text (plot, spec->categories[i], &plot->palette->text,
                           plot->left - 0.6 * plot->em, y, 1,
                           plot->left - 0.6 * plot->em);
      mien_chart_put_text (plot, text, &plot->palette->dim, x + 0.5 * plot->em, y, 0,
                           plot->width - x - 0.5 * plot->em);
    }
}

/* Where values of a lying chart begin: at nothing, or at the end of the axis. */
static void
draw_base (const MienChartPlot *plot)
{
  double x = mien_chart_value_place (plot, MAX (plot->low, 0));

  straight (plot, &plot->palette->dim, x, plot->top, x, plot->bottom);
}

static void
draw_matrix_names (const MienChartPlot *plot)
{
  const MienChartSpec *spec = plot->spec;
  const MienChartPalette *palette = plot->palette;
  double h = (plot->bottom - plot->top) / mien_chart_n_series (plot->chart);

  for (guint i = 0; i < mien_chart_n_series (plot->chart); i++)
    mien_chart_put_text (plot, mien_chart_series (plot->chart, i)->name, &palette->text,
                         plot->left - 0.6 * plot->em, plot->top + (i + 0.5) * h, 1,
                         plot->left - 0.6 * plot->em);
  for (guint i = 0; i < spec->n_points; i++)
    {
      double x = mien_chart_point_place (plot, i);

      if (!plot->slanted)
        {
          mien_chart_put_text (plot, spec->categories[i], &palette->text, x,
                               plot->top - 0.8 * plot->em, 0.5, 0);
          continue;
        }
      cairo_save (plot->cr);
      cairo_translate (plot->cr, x, plot->top - 0.4 * plot->em);
      cairo_rotate (plot->cr, -G_PI / 4);
      mien_chart_put_text (plot, spec->categories[i], &palette->text, 0, 0, 0, 0);
      cairo_restore (plot->cr);
    }
  if (spec->x_title != NULL)
    mien_chart_put_text (plot, spec->x_title, &palette->dim, plot->left, 0.6 * plot->em,
                         0, plot->width - plot->left);
  if (spec->y_title != NULL)
    mien_chart_put_text (plot, spec->y_title, &palette->dim, plot->left - 0.6 * plot->em,
                         plot->top - 0.8 * plot->em, 1, 0);
}

static void
draw_mark (const MienChartPlot *plot)
{
  const double dashes[] = { 3, 3 };
  double x = plot->lying
                 ? mien_chart_value_place (plot, plot->spec->mark)
                 : plot->left
                       + (plot->spec->mark - plot->x_low) / (plot->x_high - plot->x_low)
                             * (plot->right - plot->left);
  gboolean left = x > (plot->left + plot->right) / 2;

  if (!isfinite (plot->spec->mark) || x < plot->left || x > plot->right)
    return;
  cairo_set_dash (plot->cr, dashes, 2, 0);
  straight (plot, &plot->palette->dim, x, plot->top, x, plot->bottom);
  cairo_set_dash (plot->cr, NULL, 0, 0);
  if (plot->spec->mark_name != NULL)
    mien_chart_put_text (plot, plot->spec->mark_name, &plot->palette->dim,
                         x + (left ? -0.4 : 0.4) * plot->em, plot->top - 0.6 * plot->em,
                         left ? 1 : 0, 0);
}

static void
draw_cursor (const MienChartPlot *plot, const MienChartCursor *cursor)
{
  cairo_rectangle_t rect;
  gboolean dot =
      plot->spec->kind == MIEN_CHART_LINES || plot->spec->kind == MIEN_CHART_POINTS;

  if (!mien_chart_place (plot, cursor->series, cursor->point, &rect))
    return;
  mien_color_set (plot->cr, &plot->palette->text);
  cairo_set_line_width (plot->cr, 2);
  if (dot)
    {
      double x = rect.x + rect.width / 2, y = rect.y + rect.height / 2;

      straight (plot, &plot->palette->dim, x, plot->top, x, plot->bottom);
      mien_color_set (plot->cr, &plot->palette->text);
      cairo_set_line_width (plot->cr, 2);
      cairo_arc (plot->cr, x, y, 6, 0, 2 * G_PI);
    }
  else
    cairo_rectangle (plot->cr, rect.x - 1, rect.y - 1, rect.width + 2, rect.height + 2);
  cairo_stroke (plot->cr);
}

void
mien_chart_draw (const MienChart *chart,
                 cairo_t *cr,
                 PangoContext *context,
                 double width,
                 double height,
                 const MienChartPalette *palette,
                 const MienChartCursor *cursor)
{
  MienChartPlot plot;

  if (width < 8 || height < 8)
    return;
  mien_chart_lay_out (&plot, chart, context, width, height);
  if (plot.right <= plot.left || plot.bottom <= plot.top)
    return;
  plot.cr = cr;
  plot.palette = palette;
  cairo_save (cr);
  mien_chart_legend (&plot, 0);
  if (plot.spec->kind == MIEN_CHART_MATRIX)
    draw_matrix_names (&plot);
  else
    draw_value_axis (&plot);
  if (!plot.lying && plot.spec->kind != MIEN_CHART_MATRIX)
    {
      if (plot.spec->upright && plot.spec->categories != NULL)
        draw_standing_names (&plot);
      else
        draw_x_axis (&plot);
    }
  if (plot.spec->kind == MIEN_CHART_INTERVALS)
    draw_base (&plot);
  draw_mark (&plot);
  mien_chart_draw_marks (&plot);
  if (plot.spec->kind == MIEN_CHART_INTERVALS)
    draw_interval_names (&plot);
  else if (plot.lying)
    {
      draw_lying_names (&plot);
      draw_base (&plot);
    }
  if (cursor != NULL)
    draw_cursor (&plot, cursor);
  cairo_restore (cr);
}

gboolean
mien_chart_hit (const MienChart *chart,
                PangoContext *context,
                double width,
                double height,
                double x,
                double y,
                MienChartCursor *cursor)
{
  MienChartPlot plot;
  double best = (double) INFINITY;

  mien_chart_lay_out (&plot, chart, context, width, height);
  for (guint series = 0; series < mien_chart_n_series (chart); series++)
    for (guint point = 0; point < plot.spec->n_points; point++)
      {
        cairo_rectangle_t rect;
        double dx, dy, distance;

        if (!mien_chart_place (&plot, series, point, &rect))
          continue;
        dx = MAX (fabs (x - (rect.x + rect.width / 2)) - rect.width / 2, 0.0);
        dy = MAX (fabs (y - (rect.y + rect.height / 2)) - rect.height / 2, 0.0);
        distance = dx * dx + dy * dy;
        if (distance < best)
          {
            best = distance;
            *cursor = (MienChartCursor){ series, point };
          }
      }
  return best < 9 * plot.em * plot.em;
}
