/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A simulation as a chart. The policies of one simulation ask as much in each round, so
 * that the decisions of the longest curve are the places of all.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-simulation-report.h"

#include <math.h>

#include "mien-chart-render.h"

gboolean
mien_simulation_chart_is_name (const char *path)
{
  return g_str_has_suffix (path, ".svg") || g_str_has_suffix (path, ".png");
}

/* Mean, lowest and highest of the seeds; NaN where a curve has no such point. */
static void
fill (const GPtrArray *curves, const double *x, guint n, double *values[3])
{
  for (guint i = 0; i < n; i++)
    {
      double sum = 0, low = INFINITY, high = -INFINITY;
      guint count = 0;

      for (guint c = 0; c < curves->len; c++)
        {
          const GArray *points = ((MienSimulationCurve *) curves->pdata[c])->points;
          const MienSimulationPoint *point;
          double accuracy;

          if (i >= points->len)
            continue;
          point = &g_array_index (points, MienSimulationPoint, i);
          if (point->decisions != x[i])
            continue;
          accuracy = mien_simulation_accuracy (point);
          sum += accuracy;
          low = MIN (low, accuracy);
          high = MAX (high, accuracy);
          count++;
        }
      values[0][i] = count > 0 ? sum / count : (double) NAN;
      values[1][i] = count > 0 ? low : (double) NAN;
      values[2][i] = count > 0 ? high : (double) NAN;
    }
}

static const GArray *
longest (const GPtrArray *curves)
{
  const GArray *found = NULL;

  for (guint c = 0; c < curves->len; c++)
    {
      const GArray *points = ((MienSimulationCurve *) curves->pdata[c])->points;

      if (found == NULL || points->len > found->len)
        found = points;
    }
  return found;
}

static MienChart *
make_chart (const GPtrArray *curves)
{
  const GArray *points = longest (curves);
  guint n = points->len, n_series = 0;
  g_autofree double *x = g_new (double, n);
  g_autofree double *values = g_new (double, (gsize) n * 3 * (MIEN_POLICY_COUNT + 1));
  MienChartSeries series[MIEN_POLICY_COUNT + 1] = { 0 };
  MienChartSpec spec;

  for (guint i = 0; i < n; i++)
    x[i] = g_array_index (points, MienSimulationPoint, i).decisions;
  for (guint policy = 0; policy <= MIEN_POLICY_COUNT; policy++)
    {
      double *parts[] = { values + (gsize) 3 * n * policy,
                          values + (gsize) (3 * policy + 1) * n,
                          values + (gsize) (3 * policy + 2) * n };
      g_autoptr (GPtrArray) some = NULL;

      if (policy == MIEN_POLICY_COUNT)
        {
          for (guint i = 0; i < n; i++)
            parts[0][i] = MIEN_SIMULATION_WANTED;
          series[n_series++] =
              (MienChartSeries){ .name = "wanted", .values = parts[0], .style = policy };
          continue;
        }
      some = mien_simulation_curves_of (curves, (MienPolicy) policy);
      if (some->len == 0)
        continue;
      fill (some, x, n, parts);
      series[n_series++] =
          (MienChartSeries){ .name = mien_policy_id ((MienPolicy) policy),
                             .values = parts[0],
                             .low = parts[1],
                             .high = parts[2],
                             .style = policy };
    }
  mien_chart_spec_init (&spec, MIEN_CHART_LINES, "Right labels by human decisions");
  spec.x_title = "decisions";
  spec.y_title = "of all training frames";
  spec.unit = MIEN_CHART_SHARE;
  spec.x_unit = MIEN_CHART_COUNT;
  spec.n_points = n;
  spec.x = x;
  return mien_chart_new (&spec, series, n_series);
}

gboolean
mien_simulation_chart_write (const char *path, const GPtrArray *curves, GError **error)
{
  g_autoptr (MienChart) chart = make_chart (curves);
  g_autoptr (GBytes) bytes = mien_chart_render (
      chart, g_str_has_suffix (path, ".png") ? MIEN_CHART_PNG : MIEN_CHART_SVG, error);
  gsize size;
  const char *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;

  return bytes != NULL
         && g_file_set_contents_full (
             path, data, (gssize) size,
             G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0666, error);
}
