/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Where things are in a chart. Invariants: the same layout serves drawing and asking what
 * lies where; everything scales with the text, so that large text has large margins.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include <math.h>
#include <pango/pangocairo.h>

#include "mien-chart-private.h"

#define SMALL 0.85

PangoLayout *
mien_chart_text (const MienChartPlot *plot, const char *text, gboolean bold)
{
  PangoLayout *layout = pango_layout_new (plot->context);
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

  pango_attr_list_insert (attributes, pango_attr_scale_new (SMALL));
  if (bold)
    pango_attr_list_insert (attributes, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  pango_layout_set_attributes (layout, attributes);
  pango_layout_set_text (layout, text != NULL ? text : "", -1);
  pango_layout_set_single_paragraph_mode (layout, TRUE);
  return layout;
}

void
mien_chart_text_size (PangoLayout *layout, double *width, double *height)
{
  int w, h;

  pango_layout_get_size (layout, &w, &h);
  if (width != NULL)
    *width = (double) w / PANGO_SCALE;
  if (height != NULL)
    *height = (double) h / PANGO_SCALE;
}

static double
text_width (const MienChartPlot *plot, const char *text)
{
  g_autoptr (PangoLayout) layout = mien_chart_text (plot, text, FALSE);
  double width;

  mien_chart_text_size (layout, &width, NULL);
  return width;
}

void
mien_chart_put_text (const MienChartPlot *plot,
                     const char *text,
                     const MienColor *color,
                     double x,
                     double y,
                     double align,
                     double max_width)
{
  g_autoptr (PangoLayout) layout = mien_chart_text (plot, text, FALSE);
  double width, height;

  mien_chart_text_size (layout, &width, &height);
  if (max_width > 0 && width > max_width + 1)
    {
      pango_layout_set_width (layout, (int) (max_width * PANGO_SCALE));
      pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
      width = max_width;
    }
  /* No line of the grid goes through the words. */
  mien_color_set (plot->cr, &plot->palette->background);
  if (plot->lying)
    {
      cairo_rectangle (plot->cr, x - align * width - 2, y - height / 2, width + 4,
                       height);
      cairo_fill (plot->cr);
    }
  mien_color_set (plot->cr, color);
  cairo_move_to (plot->cr, x - align * width, y - height / 2);
  pango_cairo_show_layout (plot->cr, layout);
}

/* ---- where things are ---- */

double
mien_chart_value_place (const MienChartPlot *plot, double value)
{
  double share = (value - plot->low) / (plot->high - plot->low);

  return plot->lying ? plot->left + share * (plot->right - plot->left)
                     : plot->bottom - share * (plot->bottom - plot->top);
}

double
mien_chart_point_place (const MienChartPlot *plot, guint point)
{
  const MienChartSpec *spec = plot->spec;
  double slot;

  if (spec->kind == MIEN_CHART_LINES || spec->kind == MIEN_CHART_POINTS)
    {
      double x = spec->x != NULL ? spec->x[point] : point;

      return plot->left
             + (x - plot->x_low) / (plot->x_high - plot->x_low)
                   * (plot->right - plot->left);
    }
  slot = (point + 0.5) / MAX (spec->n_points, 1u);
  return plot->lying ? plot->top + slot * (plot->bottom - plot->top)
                     : plot->left + slot * (plot->right - plot->left);
}

/* How high the series of a category of intervals are together, and what is left between
 * two of those, in lines. */
#define LANE 1.3
#define LANES_APART 0.5

static double
lane_height (const MienChartPlot *plot)
{
  double slot = (plot->bottom - plot->top) / MAX (plot->spec->n_points, 1u);

  return slot * LANE / (mien_chart_n_series (plot->chart) * LANE + LANES_APART);
}

double
mien_chart_lane_place (const MienChartPlot *plot, guint series, guint point)
{
  double middle = (mien_chart_n_series (plot->chart) - 1) / 2.0;

  return mien_chart_point_place (plot, point) + (series - middle) * lane_height (plot);
}

/* From its low end to its high one; round its value where there is no interval. */
static void
place_interval (const MienChartPlot *plot,
                guint series,
                guint point,
                cairo_rectangle_t *rect)
{
  const MienChartSeries *s = mien_chart_series (plot->chart, series);
  double at = mien_chart_value_place (plot, s->values[point]), from = at - 4, to = at + 4;
  double half = 0.36 * lane_height (plot);

  if (s->low != NULL && s->high != NULL && isfinite (s->low[point])
      && isfinite (s->high[point]))
    {
      from = MIN (from, mien_chart_value_place (plot, s->low[point]));
      to = MAX (to, mien_chart_value_place (plot, s->high[point]));
    }
  *rect = (cairo_rectangle_t){ from, (mien_chart_lane_place (plot, series, point) - half),
                               (to - from), (2 * half) };
}

static double
thickness (const MienChartPlot *plot)
{
  double room = plot->lying ? plot->bottom - plot->top : plot->right - plot->left;

  return MIN (room / MAX (plot->spec->n_points, 1u) * 0.64, 1.5 * plot->em);
}

gboolean
mien_chart_place (const MienChartPlot *plot,
                  guint series,
                  guint point,
                  cairo_rectangle_t *rect)
{
  const MienChartSpec *spec = plot->spec;
  double value, from = 0, a, b, at, half = thickness (plot) / 2;

  if (series >= mien_chart_n_series (plot->chart) || point >= spec->n_points)
    return FALSE;
  value = mien_chart_series (plot->chart, series)->values[point];
  if (!isfinite (value))
    return FALSE;
  if (spec->kind == MIEN_CHART_MATRIX)
    {
      double w = (plot->right - plot->left) / MAX (spec->n_points, 1u);
      double h = (plot->bottom - plot->top) / mien_chart_n_series (plot->chart);

      *rect =
          (cairo_rectangle_t){ (plot->left + point * w), (plot->top + series * h), w, h };
      return TRUE;
    }
  at = mien_chart_point_place (plot, point);
  if (spec->kind == MIEN_CHART_LINES || spec->kind == MIEN_CHART_POINTS)
    {
      double y = mien_chart_value_place (plot, value);

      *rect = (cairo_rectangle_t){ at - 4, y - 4, 8, 8 };
      return TRUE;
    }
  if (spec->kind == MIEN_CHART_INTERVALS)
    {
      place_interval (plot, series, point, rect);
      return TRUE;
    }
  if (spec->kind == MIEN_CHART_STACKED)
    for (guint i = 0; i < series; i++)
      {
        double below = mien_chart_series (plot->chart, i)->values[point];

        from += isfinite (below) ? below : 0;
      }
  else if (series > 0)
    from = value;
  a = mien_chart_value_place (plot, from);
  b = mien_chart_value_place (plot,
                              spec->kind == MIEN_CHART_STACKED ? from + value : value);
  if (plot->lying)
    *rect = (cairo_rectangle_t){ MIN (a, b), (at - half), fabs (b - a), (2 * half) };
  else
    *rect = (cairo_rectangle_t){ (at - half), MIN (a, b), (2 * half), fabs (b - a) };
  return TRUE;
}

/* ---- layout ---- */

static gboolean
has_legend (const MienChartPlot *plot)
{
  guint n = mien_chart_n_series (plot->chart);

  /* What a stack is of is said of a single one too. */
  return plot->spec->kind == MIEN_CHART_STACKED
             ? n > 0
             : n > 1 && plot->spec->kind != MIEN_CHART_LINES
                   && plot->spec->kind != MIEN_CHART_MATRIX;
}

/* One name after the other, in lines; draws them where there is something to draw on. */
double
mien_chart_legend (const MienChartPlot *plot, double y)
{
  double x = 0, key = plot->em * 0.9;
  guint n = has_legend (plot) ? mien_chart_n_series (plot->chart) : 0;

  for (guint i = 0; i < n; i++)
    {
      const char *name = mien_chart_series (plot->chart, i)->name;
      double width = key + 0.4 * plot->em + text_width (plot, name);

      if (x > 0 && x + width > plot->width)
        {
          x = 0;
          y += 1.25 * plot->em;
        }
      if (plot->cr != NULL)
        {
          mien_chart_draw_key (plot, i, x, y + plot->em / 2, key);
          mien_chart_put_text (plot, name, &plot->palette->text, x + key + 0.4 * plot->em,
                               y + plot->em / 2, 0, plot->width - key);
        }
      x += width + 1.2 * plot->em;
    }
  return n > 0 ? y + 1.6 * plot->em : y;
}

double
mien_chart_widest_category (const MienChartPlot *plot)
{
  double widest = 0;

  for (guint i = 0; plot->spec->categories != NULL && i < plot->spec->n_points; i++)
    widest = MAX (widest, text_width (plot, plot->spec->categories[i]));
  return widest;
}

static double
widest_series (const MienChartPlot *plot)
{
  double widest = 0;

  for (guint i = 0; i < mien_chart_n_series (plot->chart); i++)
    widest = MAX (widest, text_width (plot, mien_chart_series (plot->chart, i)->name));
  return widest;
}

GArray *
mien_chart_value_ticks (const MienChartPlot *plot, double *step)
{
  gboolean counts = plot->spec->unit == MIEN_CHART_COUNT;
  double width = counts ? 5 : 3.5; /* of a number, with what is left beside it */
  double room = plot->lying ? (plot->right - plot->left) / (width * plot->em)
                            : (plot->bottom - plot->top) / (2.2 * plot->em);

  return mien_chart_ticks (plot->low, plot->high, (guint) CLAMP (room, counts ? 2 : 3, 6),
                           counts, step);
}

static double
widest_tick (const MienChartPlot *plot)
{
  double step, widest = 0;
  g_autoptr (GArray) ticks = mien_chart_value_ticks (plot, &step);

  for (guint i = 0; i < ticks->len; i++)
    {
      g_autofree char *text =
          mien_chart_format (g_array_index (ticks, double, i), plot->spec->unit, step);

      widest = MAX (widest, text_width (plot, text));
    }
  return widest;
}

char *
mien_chart_bar_label (const MienChartPlot *plot, guint series, guint point)
{
  const MienChartSpec *spec = plot->spec;
  const MienChartSeries *shown = mien_chart_series (plot->chart, series);
  double value = spec->kind == MIEN_CHART_STACKED ? mien_chart_sum (plot->chart, point)
                                                  : shown->values[point];
  double step =
      spec->unit == MIEN_CHART_NUMBER || spec->unit == MIEN_CHART_DIFFERENCE ? 0.01 : 0;
  g_autofree char *number = mien_chart_format (value, spec->unit, step);

  if (spec->kind == MIEN_CHART_BARS && mien_chart_n_series (plot->chart) > 1)
    {
      const MienChartSeries *mark = mien_chart_series (plot->chart, 1);
      g_autofree char *other = mien_chart_format (mark->values[point], spec->unit, step);

      return g_strdup_printf ("%s  %s %s", number, mark->name, other);
    }
  if (spec->notes == NULL || spec->notes[point][0] == '\0' || series > 0)
    return isfinite (value) || spec->kind != MIEN_CHART_INTERVALS
               ? g_steal_pointer (&number)
               : NULL;
  return g_strdup_printf ("%s  %s", number, spec->notes[point]);
}

static void
lay_out_lying (MienChartPlot *plot)
{
  gboolean intervals = plot->spec->kind == MIEN_CHART_INTERVALS;
  guint n = mien_chart_n_series (plot->chart);
  double label = 0;

  for (guint i = 0; i < plot->spec->n_points; i++)
    for (guint series = 0; series == 0 || (intervals && series < n); series++)
      {
        g_autofree char *text = mien_chart_bar_label (plot, series, i);

        label = MAX (label, text_width (plot, text));
      }
  plot->left =
      MIN (mien_chart_widest_category (plot), 0.42 * plot->width) + 0.6 * plot->em;
  plot->right = plot->width - MIN (label, 0.42 * plot->width) - 0.6 * plot->em;
  plot->right = MAX (plot->right, plot->left + 2 * plot->em);
  if (isfinite (plot->spec->mark))
    plot->top += 1.4 * plot->em;
  plot->bottom = plot->height - (plot->spec->y_title != NULL ? 2.7 : 1.5) * plot->em;
}

static void
lay_out_matrix (MienChartPlot *plot)
{
  double widest = mien_chart_widest_category (plot), cell;

  plot->left = MIN (MAX (widest_series (plot), text_width (plot, plot->spec->y_title)),
                    0.35 * plot->width)
               + 0.6 * plot->em;
  plot->right = plot->width - 1;
  plot->bottom = plot->height - 1;
  cell = (plot->right - plot->left) / MAX (plot->spec->n_points, 1u);
  plot->slanted = widest > cell - 0.3 * plot->em;
  if (plot->slanted)
    {
      plot->right -= MAX (0.0, widest * G_SQRT2 / 2 - cell / 2);
      plot->top += widest * G_SQRT2 / 2 + 0.8 * plot->em;
    }
  else
    plot->top += 1.5 * plot->em;
  if (plot->spec->x_title != NULL)
    plot->top += 1.3 * plot->em;
}

static void
lay_out_axes (MienChartPlot *plot)
{
  if (plot->spec->y_title != NULL)
    plot->top += 1.5 * plot->em;
  plot->top += (isfinite (plot->spec->mark) ? 1.4 : 0.5) * plot->em;
  plot->bottom = plot->height - (plot->spec->x_title != NULL ? 3.0 : 1.8) * plot->em;
  plot->bottom = MAX (plot->bottom, plot->top + plot->em);
  plot->left = widest_tick (plot) + 0.6 * plot->em;
  plot->right = plot->width - 1.6 * plot->em;
  if (plot->spec->kind == MIEN_CHART_LINES && mien_chart_n_series (plot->chart) > 1)
    plot->right =
        plot->width - MIN (widest_series (plot), 0.35 * plot->width) - 1.4 * plot->em;
  plot->right = MAX (plot->right, plot->left + 2 * plot->em);
}

void
mien_chart_lay_out (MienChartPlot *plot,
                    const MienChart *chart,
                    PangoContext *context,
                    double width,
                    double height)
{
  g_autoptr (PangoLayout) layout = NULL;

  *plot = (MienChartPlot){
    .chart = chart,
    .spec = mien_chart_spec (chart),
    .context = context,
    .width = width,
    .height = height,
  };
  plot->lying = mien_chart_is_lying (chart);
  layout = mien_chart_text (plot, "0", FALSE);
  mien_chart_text_size (layout, NULL, &plot->em);
  mien_chart_value_range (chart, &plot->low, &plot->high);
  mien_chart_x_range (chart, &plot->x_low, &plot->x_high);
  plot->top = mien_chart_legend (plot, 0);
  if (plot->spec->kind == MIEN_CHART_MATRIX)
    lay_out_matrix (plot);
  else if (plot->lying)
    lay_out_lying (plot);
  else
    lay_out_axes (plot);
}

double
mien_chart_height (const MienChart *chart, PangoContext *context, double width)
{
  MienChartPlot plot;
  double rows = mien_chart_n_series (chart), points;

  mien_chart_lay_out (&plot, chart, context, width, 100);
  points = plot.spec->n_points;
  if (plot.spec->kind == MIEN_CHART_INTERVALS)
    return plot.top + points * (rows * LANE + LANES_APART) * plot.em
           + (100 - plot.bottom);
  if (plot.lying)
    return plot.top + points * 1.75 * plot.em + (100 - plot.bottom);
  if (plot.spec->kind == MIEN_CHART_MATRIX)
    return plot.top
           + rows
                 * MAX (1.6 * plot.em,
                        MIN (2.4 * plot.em, (plot.right - plot.left) / rows))
           + 2;
  return plot.top + (plot.spec->diagonal ? 14 : 11) * plot.em + (100 - plot.bottom);
}
