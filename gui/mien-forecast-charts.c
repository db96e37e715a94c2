/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Learning curves. The line has a value wherever a model has one, because the points of a
 * chart are the same for all of its series.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-forecast-charts.h"

#include <glib/gi18n.h>
#include <math.h>

#include "mien-report.h"

static const char *
title_of (MienTask task)
{
  switch (task)
    {
    case MIEN_TASK_EXPRESSION:
      return _ ("Expressions by Labels");
    case MIEN_TASK_ACTION_UNITS:
      return _ ("Action Units by Labels");
    case MIEN_TASK_VALENCE_AROUSAL:
    default:
      return _ ("Valence and Arousal by Labels");
    }
}

typedef struct
{
  double *values, *low, *high;
} Row;

static Row
new_row (guint n)
{
  Row row = { g_new (double, n + 1), g_new (double, n + 1), g_new (double, n + 1) };

  for (guint i = 0; i <= n; i++)
    row.values[i] = row.low[i] = row.high[i] = (double) NAN;
  return row;
}

static void
row_clear (Row *row)
{
  g_free (row->values);
  g_free (row->low);
  g_free (row->high);
}

/* Both are sorted, so that models with the same number of labels share a place: the last
 * of them is drawn. */
static void
fill_row (Row *row, const double *x, guint n, const GArray *points)
{
  for (guint i = 0, at = 0; i < points->len; i++)
    {
      const MienForecastPoint *point = &g_array_index (points, MienForecastPoint, i);

      while (at < n && x[at] < point->labels)
        at++;
      if (at == n || x[at] != point->labels)
        continue;
      row->values[at] = point->score;
      row->low[at] = point->low;
      row->high[at] = point->high;
    }
}

/* The labels of either, ascending and each once. */
static guint
merge_labels (const GArray *points, const GArray *line, double *x)
{
  guint n = 0;

  for (guint i = 0, k = 0; i < points->len || k < line->len;)
    {
      const MienForecastPoint *one =
          i < points->len ? &g_array_index (points, MienForecastPoint, i) : NULL;
      const MienForecastPoint *other =
          k < line->len ? &g_array_index (line, MienForecastPoint, k) : NULL;
      gboolean first = other == NULL || (one != NULL && one->labels <= other->labels);
      double labels = first ? one->labels : other->labels;

      i += first ? 1 : 0;
      k += first ? 0 : 1;
      if (n == 0 || x[n - 1] < labels)
        x[n++] = labels;
    }
  return n;
}

MienChart *
mien_forecast_chart (MienTask task, const MienTaskForecast *forecast)
{
  const GArray *points = forecast->points, *line = forecast->line;
  g_autofree double *x = g_new (double, points->len + line->len + 1);
  guint n = merge_labels (points, line, x), used = 0;
  Row curve = new_row (n), models = new_row (n), target = new_row (n);
  MienChartSeries series[3];
  MienChartSpec spec;
  MienChart *chart;

  fill_row (&curve, x, n, line);
  fill_row (&models, x, n, points);
  for (guint i = 0; i < n; i++)
    target.values[i] = forecast->target;
  if (line->len > 0)
    /* Translators: a line through the figures of models, that goes on. */
    series[used++] = (MienChartSeries){ .name = _ ("forecast"),
                                        .values = curve.values,
                                        .low = curve.low,
                                        .high = curve.high,
                                        .style = 0 };
  if (!isnan (forecast->target))
    /* Translators: the figure that is to be reached, a line of a chart. */
    series[used++] =
        (MienChartSeries){ .name = _ ("target"), .values = target.values, .style = 2 };
  /* Translators: points of a chart. */
  series[used++] = (MienChartSeries){ .name = _ ("models"),
                                      .values = models.values,
                                      .low = models.low,
                                      .high = models.high,
                                      .style = 1,
                                      .apart = TRUE };
  mien_chart_spec_init (&spec, MIEN_CHART_LINES, title_of (task));
  /* Translators: the axis of a chart; a number comes after it when read out. */
  spec.x_title = _ ("training labels");
  spec.y_title = task == MIEN_TASK_VALENCE_AROUSAL ? _ ("mean CCC") : _ ("mean F1");
  spec.x_unit = MIEN_CHART_COUNT;
  spec.n_points = n;
  spec.x = x;
  chart = mien_chart_new (&spec, series, points->len > 0 ? used : 0);
  row_clear (&curve);
  row_clear (&models);
  row_clear (&target);
  return chart;
}

/* ---- words ---- */

/* To two digits: more would be a pretence. */
static char *
rough_count (double labels)
{
  double unit = labels >= 100 ? pow (10, floor (log10 (labels)) - 1) : 1;

  return mien_report_count ((guint64) (unit * round (labels / unit)));
}

static char *
figure (double value)
{
  return mien_chart_format (value, MIEN_CHART_NUMBER, 0);
}

/* The curve is there, but its interval is not. */
static char *
already_sentence (const MienTaskForecast *forecast)
{
  g_autofree char *target = figure (forecast->target);
  g_autofree char *high = NULL;

  if (isinf (forecast->more_high))
    return g_strdup_printf (
        _ ("The curve is at %s already, but how many more labels make "
           "sure of it cannot be told yet."),
        target);
  high = rough_count (forecast->more_high);
  /* Translators: a figure, and a number of labels. */
  return g_strdup_printf (_ ("The curve is at %s already; at most %s more labels make "
                             "sure of it."),
                          target, high);
}

static char *
more_sentence (const MienTaskForecast *forecast)
{
  g_autofree char *target = figure (forecast->target);
  g_autofree char *more = rough_count (forecast->more);
  g_autofree char *low = rough_count (forecast->more_low);
  g_autofree char *high = NULL;

  if (isinf (forecast->more_high))
    /* Translators: a number of labels, a figure, and a number of labels. */
    return g_strdup_printf (_ ("About %s more labels reach %s; at least %s, and how many "
                               "at most cannot be told yet."),
                            more, target, low);
  high = rough_count (forecast->more_high);
  /* Translators: a number of labels, a figure, and an interval of numbers of labels. */
  return g_strdup_printf (_ ("About %s more labels reach %s (%s to %s)."), more, target,
                          low, high);
}

static char *
verdict_sentence (const MienTaskForecast *forecast)
{
  g_autofree char *target = figure (forecast->target);
  g_autofree char *low = figure (forecast->asymptote_low);
  g_autofree char *high = figure (forecast->asymptote_high);

  switch (forecast->verdict)
    {
    case MIEN_VERDICT_REACHED:
      return g_strdup_printf (_ ("%s is reached; it needs no more labels."), target);
    case MIEN_VERDICT_MORE:
      if (!isfinite (forecast->more) || !isfinite (forecast->more_low))
        return NULL;
      return forecast->more < 1 ? already_sentence (forecast) : more_sentence (forecast);
    case MIEN_VERDICT_OPEN:
      /* Translators: a figure, and an interval of figures. */
      return g_strdup_printf (_ ("Cannot tell whether more labels reach %s: the curve "
                                 "leads to %s to %s."),
                              target, low, high);
    case MIEN_VERDICT_NEVER:
      /* Translators: an interval of figures, and a figure. */
      return g_strdup_printf (_ ("Not with more labels of this kind: the curve leads to "
                                 "%s to %s, under %s. Look at what the model confuses, "
                                 "at rare classes, or at how far people agree."),
                              low, high, target);
    case MIEN_VERDICT_FEW:
      return g_strdup (_ ("Cannot tell yet: models trained on three different numbers of "
                          "labels, and measured on the same validation labels, are "
                          "needed."));
    case MIEN_VERDICT_NONE:
    default:
      return NULL;
    }
}

static char *
twice_sentence (const MienForecastPoint *twice)
{
  g_autofree char *score = figure (twice->score);
  g_autofree char *low = figure (twice->low);
  g_autofree char *high = figure (twice->high);

  /* Translators: a figure, and its interval. */
  return isnan (twice->score)
             ? NULL
             : g_strdup_printf (_ ("Twice the labels would bring %s (%s to %s)."), score,
                                low, high);
}

static char *
agreement_sentence (MienTask task, const MienTaskForecast *forecast)
{
  g_autofree char *value = figure (forecast->agreement);

  if (isnan (forecast->agreement))
    return NULL;
  if (forecast->stable)
    return g_strdup (_ ("Models no longer change what they say: more labels of this kind "
                        "are hardly worth giving."));
  /* Translators: the numbers of two models, CCC or kappa, and its value. */
  return g_strdup_printf (_ ("The models v%d and v%d agree by %s %s."),
                          (int) forecast->predecessor, (int) forecast->model,
                          task == MIEN_TASK_VALENCE_AROUSAL ? _ ("CCC") : _ ("kappa"),
                          value);
}

static char *
left_out_sentence (guint n)
{
  return n == 0 ? NULL
                : g_strdup_printf (
                    ngettext ("%u model cannot be compared: other validation labels or "
                              "settings, or no interval.",
                              "%u models cannot be compared: other validation labels or "
                              "settings, or no interval.",
                              n),
                    n);
}

char *
mien_forecast_caption (MienTask task, const MienTaskForecast *forecast)
{
  char *sentences[] = {
    verdict_sentence (forecast),
    twice_sentence (&forecast->twice),
    left_out_sentence (forecast->left_out),
    agreement_sentence (task, forecast),
  };
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (sentences); i++)
    {
      if (sentences[i] != NULL)
        g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", sentences[i]);
      g_free (sentences[i]);
    }
  return g_string_free (text, FALSE);
}
