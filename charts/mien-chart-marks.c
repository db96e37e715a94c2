/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What stands for the values of a chart: lines with markers and their names at the end,
 * bars, stacks with hatching, cells, points with intervals. A style is a colour, a dash,
 * a marker and a hatching at once, so that each of them alone tells series apart.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include <math.h>

#include "mien-chart-private.h"

enum
{
  /* More points than that: lines without markers. */
  MARKED_POINTS = 24,
};

static const struct
{
  double lengths[4];
  int n;
} dashes[] = { { { 0 }, 0 }, { { 7, 3 }, 2 }, { { 2, 2.5 }, 2 }, { { 9, 3, 2, 3 }, 4 } };

static guint
style_of (const MienChartPlot *plot, guint series)
{
  return mien_chart_series (plot->chart, series)->style;
}

static const MienColor *
color_of (const MienChartPlot *plot, guint series)
{
  return &plot->palette->series[style_of (plot, series) % MIEN_CHART_COLORS];
}

static void
set_color (const MienChartPlot *plot, const MienColor *color, double alpha)
{
  cairo_set_source_rgba (plot->cr, color->red, color->green, color->blue, alpha);
}

/* Disc, square, triangle, diamond, cross: by style. */
static void
draw_marker (const MienChartPlot *plot, guint series, double x, double y, double r)
{
  cairo_t *cr = plot->cr;

  cairo_new_path (cr);
  switch (style_of (plot, series) % 5)
    {
    case 0:
      cairo_arc (cr, x, y, r, 0, 2 * G_PI);
      break;
    case 1:
      cairo_rectangle (cr, x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r);
      break;
    case 2:
      cairo_move_to (cr, x, y - 1.2 * r);
      cairo_line_to (cr, x + 1.1 * r, y + 0.8 * r);
      cairo_line_to (cr, x - 1.1 * r, y + 0.8 * r);
      cairo_close_path (cr);
      break;
    case 3:
      cairo_move_to (cr, x, y - 1.3 * r);
      cairo_line_to (cr, x + 1.3 * r, y);
      cairo_line_to (cr, x, y + 1.3 * r);
      cairo_line_to (cr, x - 1.3 * r, y);
      cairo_close_path (cr);
      break;
    default:
      set_color (plot, color_of (plot, series), 1);
      cairo_set_line_width (cr, 1.6);
      cairo_move_to (cr, x - r, y - r);
      cairo_line_to (cr, x + r, y + r);
      cairo_move_to (cr, x - r, y + r);
      cairo_line_to (cr, x + r, y - r);
      cairo_stroke (cr);
      return;
    }
  /* A rim of the background keeps crossing lines apart. */
  mien_color_set (cr, &plot->palette->background);
  cairo_set_line_width (cr, 2);
  cairo_stroke_preserve (cr);
  set_color (plot, color_of (plot, series), 1);
  cairo_fill (cr);
}

/* Where the line may lie. */
static void
draw_band (const MienChartPlot *plot, guint series)
{
  const MienChartSeries *s = mien_chart_series (plot->chart, series);
  guint n = plot->spec->n_points;
  cairo_t *cr = plot->cr;

  if (s->low == NULL || s->high == NULL)
    return;
  cairo_new_path (cr);
  for (guint i = 0; i < 2 * n; i++)
    {
      guint point = i < n ? i : 2 * n - 1 - i;

      if (isfinite (s->low[point]) && isfinite (s->high[point]))
        cairo_line_to (
            cr, mien_chart_point_place (plot, point),
            mien_chart_value_place (plot, i < n ? s->low[point] : s->high[point]));
    }
  cairo_close_path (cr);
  set_color (plot, color_of (plot, series), plot->palette->strong ? 0.3 : 0.15);
  cairo_fill (cr);
}

static void
draw_line (const MienChartPlot *plot, guint series)
{
  const double *values = mien_chart_series (plot->chart, series)->values;
  cairo_t *cr = plot->cr;
  guint dash = (style_of (plot, series) + style_of (plot, series) / MIEN_CHART_COLORS)
               % G_N_ELEMENTS (dashes);
  gboolean gap = TRUE;

  cairo_new_path (cr);
  for (guint point = 0; point < plot->spec->n_points; point++)
    {
      double x = mien_chart_point_place (plot, point);

      if (!isfinite (values[point]))
        {
          gap = TRUE;
          continue;
        }
      if (gap)
        cairo_move_to (cr, x, mien_chart_value_place (plot, values[point]));
      else
        cairo_line_to (cr, x, mien_chart_value_place (plot, values[point]));
      gap = FALSE;
    }
  set_color (plot, color_of (plot, series), 1);
  cairo_set_line_width (cr, plot->palette->strong ? 2.5 : 1.75);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_dash (cr, dashes[dash].lengths, dashes[dash].n, 0);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
  for (guint point = 0; point < plot->spec->n_points; point++)
    if (isfinite (values[point])
        && (plot->spec->n_points <= MARKED_POINTS || point + 1 == plot->spec->n_points))
      draw_marker (plot, series, mien_chart_point_place (plot, point),
                   mien_chart_value_place (plot, values[point]), 2.6);
}

typedef struct
{
  guint series;
  double x, y;  /* where the line ends */
  double label; /* where its name stands */
} End;

static int
compare_ends (gconstpointer a, gconstpointer b)
{
  const End *x = a, *y = b;

  return x->y < y->y ? -1 : x->y > y->y;
}

/* Names at the ends of the lines, pushed apart, tied to their line where they had to
 * move. */
static void
draw_line_names (const MienChartPlot *plot)
{
  g_autoptr (GArray) ends = g_array_new (FALSE, FALSE, sizeof (End));
  double step = 1.05 * plot->em, lowest = plot->bottom + 0.4 * plot->em;

  for (guint series = 0; series < mien_chart_n_series (plot->chart); series++)
    for (guint point = plot->spec->n_points; point-- > 0;)
      {
        double value = mien_chart_series (plot->chart, series)->values[point];
        End end = { series, 0, 0, 0 };

        if (!isfinite (value) || mien_chart_series (plot->chart, series)->apart)
          continue;
        end.x = mien_chart_point_place (plot, point);
        end.y = end.label = mien_chart_value_place (plot, value);
        g_array_append_val (ends, end);
        break;
      }
  if (ends->len < 2)
    return;
  g_array_sort (ends, compare_ends);
  for (guint i = 1; i < ends->len; i++)
    {
      End *end = &g_array_index (ends, End, i), *above = end - 1;

      end->label = MAX (end->label, above->label + step);
    }
  for (guint i = ends->len; i-- > 0;)
    {
      End *end = &g_array_index (ends, End, i);
      double most = i + 1 < ends->len ? (end + 1)->label - step : lowest;

      end->label = MIN (end->label, most);
    }
  for (guint i = 0; i < ends->len; i++)
    {
      const End *end = &g_array_index (ends, End, i);
      double x = plot->right + 1.0 * plot->em;

      set_color (plot, color_of (plot, end->series), 0.6);
      cairo_set_line_width (plot->cr, 1);
      cairo_move_to (plot->cr, end->x + 4, end->y);
      cairo_line_to (plot->cr, x - 3, end->label);
      cairo_stroke (plot->cr);
      mien_chart_put_text (plot, mien_chart_series (plot->chart, end->series)->name,
                           &plot->palette->text, x, end->label, 0, plot->width - x);
    }
}

/* Full, slanting lines, dots, outline: by style. */
static void
fill_hatched (const MienChartPlot *plot,
              guint series,
              double x,
              double y,
              double w,
              double h)
{
  const MienColor *color = color_of (plot, series);
  guint hatch = style_of (plot, series) % 4;
  cairo_t *cr = plot->cr;

  if (w < 0.01 || h < 0.01)
    return;
  set_color (plot, color, hatch == 0 ? 1.0 : hatch == 3 ? 0.08 : 0.25);
  cairo_rectangle (cr, x, y, w, h);
  cairo_fill (cr);
  if (hatch == 0)
    return;
  cairo_save (cr);
  cairo_rectangle (cr, x, y, w, h);
  cairo_clip (cr);
  set_color (plot, color, 1);
  if (hatch == 1)
    {
      cairo_set_line_width (cr, 1.6);
      for (double at = floor (x / 5) * 5 - h; at < x + w; at += 5)
        {
          cairo_move_to (cr, at, y + h);
          cairo_line_to (cr, at + h, y);
        }
      cairo_stroke (cr);
    }
  else if (hatch == 2)
    for (double at = floor (x / 5) * 5; at < x + w + 2; at += 5)
      for (double to = y + 2.5; to < y + h; to += 5)
        {
          cairo_arc (cr, at + 2.5, to, 1.1, 0, 2 * G_PI);
          cairo_fill (cr);
        }
  cairo_restore (cr);
  if (w < 2)
    return;
  cairo_rectangle (cr, x + 0.5, y + 0.5, w - 1, h - 1);
  cairo_set_line_width (cr, 1);
  set_color (plot, color, 1);
  cairo_stroke (cr);
}

static void
draw_interval (const MienChartPlot *plot,
               guint series,
               guint point,
               const MienColor *color)
{
  const MienChartSeries *s = mien_chart_series (plot->chart, series);
  double at = mien_chart_point_place (plot, point), a, b, cap = 0.22 * plot->em;
  cairo_t *cr = plot->cr;

  if (s->low == NULL || s->high == NULL || !isfinite (s->low[point])
      || !isfinite (s->high[point]))
    return;
  a = mien_chart_value_place (plot, s->low[point]);
  b = mien_chart_value_place (plot, s->high[point]);
  if (plot->lying)
    {
      cairo_move_to (cr, a, at);
      cairo_line_to (cr, b, at);
      cairo_move_to (cr, a, at - cap);
      cairo_line_to (cr, a, at + cap);
      cairo_move_to (cr, b, at - cap);
      cairo_line_to (cr, b, at + cap);
    }
  else
    {
      cairo_move_to (cr, at, a);
      cairo_line_to (cr, at, b);
      cairo_move_to (cr, at - cap, a);
      cairo_line_to (cr, at + cap, a);
      cairo_move_to (cr, at - cap, b);
      cairo_line_to (cr, at + cap, b);
    }
  /* A rim of the background, to be seen on a bar too. */
  mien_color_set (cr, &plot->palette->background);
  cairo_set_line_width (cr, 3.2);
  cairo_stroke_preserve (cr);
  mien_color_set (cr, color);
  cairo_set_line_width (cr, plot->palette->strong ? 2 : 1.2);
  cairo_stroke (cr);
}

static void
draw_bars (const MienChartPlot *plot)
{
  gboolean stacked = plot->spec->kind == MIEN_CHART_STACKED;

  for (guint series = 0; series < mien_chart_n_series (plot->chart); series++)
    for (guint point = 0; point < plot->spec->n_points; point++)
      {
        cairo_rectangle_t r;

        if (!mien_chart_place (plot, series, point, &r))
          continue;
        if (stacked || series == 0)
          {
            fill_hatched (plot, series, r.x, r.y, r.width, r.height);
            draw_interval (plot, series, point, &plot->palette->text);
            continue;
          }
        mien_color_set (plot->cr, &plot->palette->text);
        if (plot->lying)
          cairo_rectangle (plot->cr, r.x - 1, r.y - 2, 2, r.height + 4);
        else
          cairo_rectangle (plot->cr, r.x - 2, r.y - 1, r.width + 4, 2);
        cairo_fill (plot->cr);
      }
}

static double
luminance (const double rgb[3])
{
  double linear[3];

  for (guint i = 0; i < 3; i++)
    linear[i] = rgb[i] <= 0.04045 ? rgb[i] / 12.92 : pow ((rgb[i] + 0.055) / 1.055, 2.4);
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}

/* Text or background, whichever is read better on a cell of that shade (WCAG 2.1). */
static const MienColor *
ink_on (const MienChartPlot *plot, const MienColor *color, double alpha)
{
  const MienColor *inks[] = { &plot->palette->text, &plot->palette->background };
  const MienColor *below = &plot->palette->background;
  const double cell[] = {
    below->red + alpha * (color->red - below->red),
    below->green + alpha * (color->green - below->green),
    below->blue + alpha * (color->blue - below->blue),
  };
  double contrast[2];

  for (guint i = 0; i < 2; i++)
    {
      const double ink[] = { inks[i]->red, inks[i]->green, inks[i]->blue };
      double a = luminance (ink) + 0.05, b = luminance (cell) + 0.05;

      contrast[i] = MAX (a, b) / MIN (a, b);
    }
  return inks[contrast[1] > contrast[0]];
}

/* The share that shades a cell: of its row, or of the largest. */
static double
shade (const MienChartPlot *plot, guint series, guint point)
{
  const double *row = mien_chart_series (plot->chart, series)->values;
  double most = 0;

  for (guint i = 0; i < plot->spec->n_points; i++)
    most += isfinite (row[i]) ? row[i] : 0;
  if (!plot->spec->by_row)
    {
      most = 0;
      for (guint s = 0; s < mien_chart_n_series (plot->chart); s++)
        for (guint i = 0; i < plot->spec->n_points; i++)
          most = MAX (most, mien_chart_series (plot->chart, s)->values[i]);
    }
  /* The square root lets the few be seen beside the many. */
  return most > 0 ? sqrt (MAX (0.0, row[point]) / most) : 0;
}

static void
draw_cell (const MienChartPlot *plot,
           guint series,
           guint point,
           const cairo_rectangle_t *r)
{
  double value = mien_chart_series (plot->chart, series)->values[point];
  double dark = shade (plot, series, point);
  const MienColor *accent = &plot->palette->series[0];
  g_autofree char *text = mien_chart_format (value, plot->spec->unit, 0);
  g_autoptr (PangoLayout) layout = mien_chart_text (plot, text, FALSE);
  double width;

  set_color (plot, accent, 0.04 + 0.9 * dark);
  cairo_rectangle (plot->cr, r->x + 0.75, r->y + 0.75, r->width - 1.5, r->height - 1.5);
  cairo_fill (plot->cr);
  if (plot->spec->diagonal && series == point)
    {
      set_color (plot, &plot->palette->text, 0.8);
      cairo_set_line_width (plot->cr, plot->palette->strong ? 2 : 1.25);
      cairo_rectangle (plot->cr, r->x + 1.5, r->y + 1.5, r->width - 3, r->height - 3);
      cairo_stroke (plot->cr);
    }
  mien_chart_text_size (layout, &width, NULL);
  if (value <= 0 || width > r->width - 2)
    return;
  mien_chart_put_text (plot, text, ink_on (plot, accent, 0.04 + 0.9 * dark),
                       (r->x + r->width / 2), (r->y + r->height / 2), 0.5, 0);
}

static void
draw_matrix (const MienChartPlot *plot)
{
  for (guint series = 0; series < mien_chart_n_series (plot->chart); series++)
    for (guint point = 0; point < plot->spec->n_points; point++)
      {
        cairo_rectangle_t r;

        if (mien_chart_place (plot, series, point, &r))
          draw_cell (plot, series, point, &r);
      }
}

static void
draw_series_points (const MienChartPlot *plot, guint series)
{
  for (guint point = 0; point < plot->spec->n_points; point++)
    {
      double value = mien_chart_series (plot->chart, series)->values[point];

      if (!isfinite (value))
        continue;
      draw_interval (plot, series, point, color_of (plot, series));
      draw_marker (plot, series, mien_chart_point_place (plot, point),
                   mien_chart_value_place (plot, value), 4);
    }
}

static void
draw_lines (const MienChartPlot *plot)
{
  guint n = mien_chart_n_series (plot->chart);

  for (guint series = 0; series < n; series++)
    if (!mien_chart_series (plot->chart, series)->apart)
      draw_band (plot, series);
  for (guint series = 0; series < n; series++)
    if (mien_chart_series (plot->chart, series)->apart)
      draw_series_points (plot, series);
    else
      draw_line (plot, series);
  draw_line_names (plot);
}

static void
draw_points (const MienChartPlot *plot)
{
  const double dash[] = { 4, 4 };

  if (plot->spec->diagonal)
    {
      mien_color_set (plot->cr, &plot->palette->dim);
      cairo_set_line_width (plot->cr, 1);
      cairo_set_dash (plot->cr, dash, 2, 0);
      cairo_move_to (plot->cr, plot->left, mien_chart_value_place (plot, 0));
      cairo_line_to (plot->cr, plot->right, mien_chart_value_place (plot, 1));
      cairo_stroke (plot->cr);
      cairo_set_dash (plot->cr, NULL, 0, 0);
    }
  for (guint series = 0; series < mien_chart_n_series (plot->chart); series++)
    draw_series_points (plot, series);
}

/* Pale, with an outline, so that the marker and the line of the mark are seen on it. */
static void
draw_interval_bar (const MienChartPlot *plot,
                   guint series,
                   double x,
                   double y,
                   double w,
                   double h)
{
  set_color (plot, color_of (plot, series), plot->palette->strong ? 0.15 : 0.3);
  cairo_rectangle (plot->cr, x, y, w, h);
  cairo_fill (plot->cr);
  set_color (plot, color_of (plot, series), 1);
  cairo_set_line_width (plot->cr, plot->palette->strong ? 2 : 1);
  cairo_rectangle (plot->cr, x + 0.5, y + 0.5, MAX (w - 1, 0.0), h - 1);
  cairo_stroke (plot->cr);
}

static void
draw_intervals (const MienChartPlot *plot)
{
  for (guint series = 0; series < mien_chart_n_series (plot->chart); series++)
    for (guint point = 0; point < plot->spec->n_points; point++)
      {
        const MienChartSeries *s = mien_chart_series (plot->chart, series);
        double y = mien_chart_lane_place (plot, series, point);
        cairo_rectangle_t r;

        if (!mien_chart_place (plot, series, point, &r))
          continue;
        if (s->low != NULL && s->high != NULL && isfinite (s->low[point])
            && isfinite (s->high[point]))
          {
            double low = mien_chart_value_place (plot, s->low[point]);
            double high = mien_chart_value_place (plot, s->high[point]);

            draw_interval_bar (plot, series, low, r.y, high - low, r.height);
          }
        draw_marker (plot, series, mien_chart_value_place (plot, s->values[point]), y,
                     3.4);
      }
}

void
mien_chart_draw_marks (const MienChartPlot *plot)
{
  switch (plot->spec->kind)
    {
    case MIEN_CHART_LINES:
      draw_lines (plot);
      break;
    case MIEN_CHART_BARS:
    case MIEN_CHART_STACKED:
      draw_bars (plot);
      break;
    case MIEN_CHART_MATRIX:
      draw_matrix (plot);
      break;
    case MIEN_CHART_POINTS:
      draw_points (plot);
      break;
    case MIEN_CHART_INTERVALS:
      draw_intervals (plot);
      break;
    default:
      g_assert_not_reached ();
    }
}

void
mien_chart_draw_key (const MienChartPlot *plot,
                     guint series,
                     double x,
                     double y,
                     double size)
{
  if (plot->spec->kind == MIEN_CHART_POINTS)
    draw_marker (plot, series, x + size / 2, y, 4);
  else if (plot->spec->kind == MIEN_CHART_INTERVALS)
    {
      draw_interval_bar (plot, series, x, y - 0.4 * size, size, 0.8 * size);
      draw_marker (plot, series, x + size / 2, y, 3.4);
    }
  else if (plot->spec->kind == MIEN_CHART_BARS && series > 0)
    {
      mien_color_set (plot->cr, &plot->palette->text);
      cairo_rectangle (plot->cr, x + size / 2 - 1, y - size / 2, 2, size);
      cairo_fill (plot->cr);
    }
  else
    fill_hatched (plot, series, x, y - size / 2, size, size);
}
