/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Charts without a display: ticks, ranges, what is read out, and files that are whole.
 */
#include "config.h"

#include <locale.h>
#include <math.h>
#include <string.h>

#include "mien-chart-export.h"
#include "mien-chart-draw.h"
#include "mien-chart.h"

#define GAP ((double) NAN)

static void
check_ticks (double low, double high, guint most, gboolean whole, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);
  double step;
  g_autoptr (GArray) ticks = mien_chart_ticks (low, high, most, whole, &step);

  for (guint i = 0; i < ticks->len; i++)
    {
      double tick = g_array_index (ticks, double, i);

      g_assert_cmpfloat (tick, >=, low - 1e-9);
      g_assert_cmpfloat (tick, <=, high + 1e-9);
      g_string_append_printf (text, "%s%g", i > 0 ? " " : "", tick);
    }
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_ticks (void)
{
  check_ticks (0, 1, 5, FALSE, "0 0.2 0.4 0.6 0.8 1");
  check_ticks (0, 1, 4, FALSE, "0 0.5 1");
  check_ticks (0.61, 0.87, 6, FALSE, "0.65 0.7 0.75 0.8 0.85");
  check_ticks (-1, 1, 4, FALSE, "-1 -0.5 0 0.5 1");
  check_ticks (0, 3, 6, TRUE, "0 1 2 3");
  check_ticks (1, 8, 10, TRUE, "1 2 3 4 5 6 7 8");
  check_ticks (0, 2800000, 5, TRUE, "0 1e+06 2e+06");
  for (guint i = 0; i < 2000; i++)
    {
      double low = g_test_rand_double_range (-1e6, 1e6);
      double high = low + exp (g_test_rand_double_range (-12, 12));
      g_autoptr (GArray) ticks = mien_chart_ticks (low, high, 6, FALSE, NULL);

      g_assert_cmpuint (ticks->len, >=, 1);
      g_assert_cmpuint (ticks->len, <=, 7);
    }
}

static void
check_format (double value, MienChartUnit unit, double step, const char *expected)
{
  g_autofree char *text = mien_chart_format (value, unit, step);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_format (void)
{
  check_format (0.85, MIEN_CHART_NUMBER, 0, "0.850");
  check_format (0.85, MIEN_CHART_NUMBER, 0.05, "0.85");
  check_format (2, MIEN_CHART_NUMBER, 1, "2");
  check_format (0.853, MIEN_CHART_SHARE, 0, "85.3 %");
  check_format (0.85, MIEN_CHART_SHARE, 0.05, "85 %");
  check_format (1234, MIEN_CHART_COUNT, 0, "1234"); /* the C locale groups nothing */
  check_format (GAP, MIEN_CHART_NUMBER, 0, "–");
  check_format (0.125, MIEN_CHART_DIFFERENCE, 0, "+0.125");
  check_format (-0.03, MIEN_CHART_DIFFERENCE, 0.01, "−0.03");
  check_format (-0.004, MIEN_CHART_DIFFERENCE, 0.01, "0.00");
}

/* Two lines, the first with a gap. */
static MienChart *
lines_new (void)
{
  const double x[] = { 1, 2, 3, 4 };
  const double first[] = { 0.5, GAP, 0.7, 0.8 }, second[] = { 0.2, 0.25, 0.3, 0.1 };
  const MienChartSeries series[] = { { .name = "First", .values = first },
                                     { .name = "Second", .values = second, .style = 1 } };
  MienChartSpec spec;

  mien_chart_spec_init (&spec, MIEN_CHART_LINES, "Curves");
  spec.x_title = "epoch";
  spec.x_unit = MIEN_CHART_COUNT;
  spec.n_points = 4;
  spec.x = x;
  return mien_chart_new (&spec, series, 2);
}

static MienChart *
stacked_new (void)
{
  const char *const categories[] = { "Neutral", "Anger & <fear>" };
  const double a[] = { 100, 5 }, b[] = { 20, GAP };
  const MienChartSeries series[] = { { .name = "imported", .values = a },
                                     { .name = "people", .values = b, .style = 1 } };
  MienChartSpec spec;

  mien_chart_spec_init (&spec, MIEN_CHART_STACKED, "Balance");
  spec.unit = MIEN_CHART_COUNT;
  spec.n_points = 2;
  spec.categories = categories;
  return mien_chart_new (&spec, series, 2);
}

static void
test_ranges (void)
{
  g_autoptr (MienChart) lines = lines_new (), stacked = stacked_new (), none = NULL;
  const double nothing[] = { GAP, GAP }, same[] = { 3, 3 };
  MienChartSpec spec;
  double low, high;

  mien_chart_value_range (lines, &low, &high);
  g_assert_cmpfloat (low, ==, 0.1);
  g_assert_cmpfloat (high, ==, 0.8);
  mien_chart_x_range (lines, &low, &high);
  g_assert_cmpfloat (low, ==, 1);
  g_assert_cmpfloat (high, ==, 4);
  mien_chart_value_range (stacked, &low, &high);
  g_assert_cmpfloat (low, ==, 0);
  g_assert_cmpfloat (high, ==, 120);
  g_assert_cmpfloat (mien_chart_sum (stacked, 1), ==, 5);

  mien_chart_spec_init (&spec, MIEN_CHART_LINES, "Nothing");
  spec.n_points = 2;
  none = mien_chart_new (&spec, &(MienChartSeries){ .values = nothing }, 1);
  g_assert_false (mien_chart_has_data (none));
  mien_chart_value_range (none, &low, &high);
  g_assert_cmpfloat (low, <, high);
  mien_chart_unref (none);
  none = mien_chart_new (&spec, &(MienChartSeries){ .values = same }, 1);
  mien_chart_value_range (none, &low, &high);
  g_assert_cmpfloat (low, <, 3);
  g_assert_cmpfloat (high, >, 3);
}

static void
test_reading (void)
{
  g_autoptr (MienChart) lines = lines_new (), stacked = stacked_new ();
  g_autofree char *there = mien_chart_read (lines, 0, 2);
  g_autofree char *gap = mien_chart_read (lines, 0, 1);
  g_autofree char *beyond = mien_chart_read (lines, 2, 0);
  g_autofree char *all = mien_chart_describe (stacked);

  g_assert_cmpstr (there, ==, "First, epoch 3: 0.700");
  g_assert_null (gap);
  g_assert_null (beyond);
  /* In the order of the series, and without what is not there. */
  g_assert_cmpstr (all, ==,
                   "imported, Neutral: 100. imported, Anger & <fear>: 5. people, "
                   "Neutral: 20.");
}

static void
test_wilson (void)
{
  double low, high;

  mien_chart_wilson (8, 10, &low, &high);
  g_assert_cmpfloat_with_epsilon (low, 0.4901624715, 1e-9);
  g_assert_cmpfloat_with_epsilon (high, 0.9433178485, 1e-9);
  mien_chart_wilson (0, 10, &low, &high);
  g_assert_cmpfloat (low, ==, 0);
  g_assert_cmpfloat_with_epsilon (high, 0.2775327998, 1e-9);
  mien_chart_wilson (0, 0, &low, &high);
  g_assert_true (isnan (low) && isnan (high));
}

/* ---- files ---- */

static MienChart *
chart_of (MienChartKind kind, guint n_series, guint n_points, gboolean upright)
{
  g_autofree double *values = g_new (double, n_series *n_points);
  g_autofree double *high = g_new (double, n_series *n_points);
  g_autofree double *x = g_new (double, n_points);
  g_autofree MienChartSeries *series = g_new0 (MienChartSeries, n_series);
  g_autofree const char **names = g_new (const char *, n_points);
  MienChartSpec spec;

  for (guint i = 0; i < n_points; i++)
    {
      names[i] = "名前 of a category";
      x[i] = (i + 0.5) / n_points;
    }
  for (guint i = 0; i < n_series * n_points; i++)
    {
      values[i] = i % 7 == 3 ? GAP : g_test_rand_double ();
      high[i] = values[i] + 0.1;
    }
  for (guint i = 0; i < n_series; i++)
    series[i] = (MienChartSeries){ .name = "A series",
                                   .values = values + i * n_points,
                                   .low = values + i * n_points,
                                   .high = high + i * n_points,
                                   .style = i };
  mien_chart_spec_init (&spec, kind, "A & B < C");
  spec.n_points = n_points;
  if (kind == MIEN_CHART_LINES || kind == MIEN_CHART_POINTS)
    spec.x = x;
  else
    spec.categories = names;
  spec.upright = upright;
  spec.diagonal = TRUE;
  spec.x_title = "x";
  spec.y_title = "y";
  return mien_chart_new (&spec, series, n_series);
}

static void
on_error (GMarkupParseContext *context, GError *error, gpointer data)
{
  g_error ("%s", error->message);
}

static void
check_files (const MienChart *chart)
{
  const GMarkupParser parser = { .error = on_error };
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) svg = mien_chart_render (chart, MIEN_CHART_SVG, &error);
  g_autoptr (GBytes) png = mien_chart_render (chart, MIEN_CHART_PNG, &error);
  GMarkupParseContext *context = g_markup_parse_context_new (&parser, 0, NULL, NULL);
  const char *text = g_bytes_get_data (svg, NULL);
  const guint8 *bytes = g_bytes_get_data (png, NULL);

  g_assert_no_error (error);
  g_assert_true (g_markup_parse_context_parse (context, text,
                                               (gssize) g_bytes_get_size (svg), NULL));
  g_assert_true (g_markup_parse_context_end_parse (context, NULL));
  g_markup_parse_context_free (context);
  g_assert_nonnull (g_strstr_len (text, 400, "width=\"640"));

  g_assert_cmpmem (bytes, 8, "\x89PNG\r\n\x1a\n", 8);
  g_assert_cmpint ((bytes[16] << 24) | (bytes[17] << 16) | (bytes[18] << 8) | bytes[19],
                   ==, MIEN_CHART_FILE_WIDTH * MIEN_CHART_PNG_SCALE);
  g_assert_cmpint ((bytes[22] << 8) | bytes[23], >, 100);
}

static void
test_files (void)
{
  static const guint sizes[] = { 1, 3, 12, 60 };

  for (int kind = MIEN_CHART_LINES; kind <= MIEN_CHART_INTERVALS; kind++)
    for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
      for (guint upright = 0; upright < 2; upright++)
        {
          /* Below each other, more would make a file of ten metres. */
          guint most = kind == MIEN_CHART_INTERVALS ? 3 : 12;
          g_autoptr (MienChart) chart =
              chart_of ((MienChartKind) kind, MIN (sizes[i], most), sizes[i], upright);

          check_files (chart);
        }
}

/* Pixels at least that blue in the drawing of the series alone, on columns from .. to. */
static guint
count_ink (const MienChartSeries *series, int blue, double from, double to)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 400, 300);
  cairo_t *cr = cairo_create (surface);
  PangoContext *context =
      pango_font_map_create_context (pango_cairo_font_map_get_default ());
  g_autoptr (MienChart) chart = NULL;
  MienChartPalette palette;
  MienChartSpec spec;
  guint n = 0;

  mien_chart_spec_init (&spec, MIEN_CHART_LINES, "Line");
  spec.n_points = 3;
  spec.low = 0;
  spec.high = 1;
  chart = mien_chart_new (&spec, series, 1);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_paint (cr);
  mien_chart_palette_paper (&palette);
  mien_chart_draw (chart, cr, context, 400, 300, &palette, NULL);
  cairo_surface_flush (surface);
  for (int y = 0; y < 300; y++)
    for (int x = (int) (400 * from); x < (int) (400 * to); x++)
      {
        const guint8 *p = cairo_image_surface_get_data (surface)
                          + y * cairo_image_surface_get_stride (surface) + 4 * x;

        /* Blue is the first style. */
        n += p[0] > p[2] + blue;
      }
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  g_object_unref (context);
  return n;
}

static void
test_gaps (void)
{
  const double whole[] = { 0.5, 0.5, 0.5 }, gap[] = { 0.5, GAP, 0.5 };

  g_assert_cmpuint (count_ink (&(MienChartSeries){ .values = whole }, 60, 0.4, 0.6), >,
                    50);
  g_assert_cmpuint (count_ink (&(MienChartSeries){ .values = gap }, 60, 0.4, 0.6), ==, 0);
}

/* Among lines: a band where the line may lie, and points that no line joins. */
static void
test_bands (void)
{
  const double whole[] = { 0.5, 0.5, 0.5 }, low[] = { 0.2, 0.2, 0.2 },
               high[] = { 0.8, 0.8, 0.8 };
  const MienChartSeries line = { .values = whole };
  const MienChartSeries band = { .values = whole, .low = low, .high = high };
  const MienChartSeries apart = {
    .values = whole, .low = low, .high = high, .apart = TRUE
  };

  g_assert_cmpuint (count_ink (&line, 10, 0.6, 0.7), >, 50);
  g_assert_cmpuint (count_ink (&line, 10, 0.6, 0.7), <, 400);
  g_assert_cmpuint (count_ink (&band, 10, 0.6, 0.7), >, 4000);
  g_assert_cmpuint (count_ink (&apart, 10, 0.6, 0.7), ==, 0);
  g_assert_cmpuint (count_ink (&apart, 10, 0.4, 0.6), >, 50);
}

static void
test_hits (void)
{
  g_autoptr (MienChart) stacked = stacked_new ();
  PangoContext *context =
      pango_font_map_create_context (pango_cairo_font_map_get_default ());
  double height = mien_chart_height (stacked, context, 500);
  gboolean seen[2][2] = { { FALSE } };

  for (int y = 0; y < (int) height; y += 2)
    for (int x = 0; x < 500; x += 2)
      {
        MienChartCursor at;

        if (mien_chart_hit (stacked, context, 500, height, x, y, &at))
          seen[at.series][at.point] = TRUE;
      }
  g_assert_true (seen[0][0] && seen[1][0] && seen[0][1]);
  g_assert_false (seen[1][1]);
  g_object_unref (context);
}

/* Each series of a category is hit in a lane of its own, and where its bar is, not only
 * at its value. */
static void
test_lanes (void)
{
  const char *const categories[] = { "Fear" };
  const double value[] = { 0.5 }, low[] = { 0 }, high[] = { 1 };
  const MienChartSeries series[] = {
    { .name = "kappa", .values = value, .low = low, .high = high },
    { .name = "alpha", .values = value, .low = low, .high = high, .style = 1 },
  };
  PangoContext *context =
      pango_font_map_create_context (pango_cairo_font_map_get_default ());
  g_autoptr (MienChart) chart = NULL;
  MienChartSpec spec;
  int last[2] = { -1, -1 }, first[2] = { -1, -1 };
  double height;

  mien_chart_spec_init (&spec, MIEN_CHART_INTERVALS, "Agreement");
  spec.n_points = 1;
  spec.categories = categories;
  chart = mien_chart_new (&spec, series, 2);
  g_assert_true (mien_chart_is_lying (chart));
  height = mien_chart_height (chart, context, 500);
  for (int y = 0; y < (int) height; y++)
    {
      MienChartCursor at;

      /* Near the left end of the bars. */
      if (!mien_chart_hit (chart, context, 500, height, 80, y, &at))
        continue;
      if (first[at.series] < 0)
        first[at.series] = y;
      last[at.series] = y;
    }
  g_assert_true (first[0] >= 0 && first[1] >= 0);
  g_assert_cmpint (last[0], <, first[1]);
  g_object_unref (context);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chart/ticks", test_ticks);
  g_test_add_func ("/chart/format", test_format);
  g_test_add_func ("/chart/ranges", test_ranges);
  g_test_add_func ("/chart/reading", test_reading);
  g_test_add_func ("/chart/wilson", test_wilson);
  g_test_add_func ("/chart/files", test_files);
  g_test_add_func ("/chart/gaps", test_gaps);
  g_test_add_func ("/chart/bands", test_bands);
  g_test_add_func ("/chart/hits", test_hits);
  g_test_add_func ("/chart/lanes", test_lanes);
  return g_test_run ();
}
