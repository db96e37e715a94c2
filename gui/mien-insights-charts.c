/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Charts of counts. Days are those of the person who looks, midnight to midnight.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-insights-charts.h"

#include <glib/gi18n.h>
#include <math.h>

#include "mien-report.h"

enum
{
  MAX_DAYS = 60,
  /* Annotators by name; the others together. */
  MAX_NAMES = 6,
};

static const char *
source_name (guint source)
{
  switch (source)
    {
    case MIEN_BALANCE_HUMAN:
      /* Translators: a source of labels. */
      return _ ("by people");
    case MIEN_BALANCE_PSEUDO:
      return _ ("accepted pseudo-labels");
    case MIEN_BALANCE_IMPORTED:
    default:
      /* Translators: a source of labels. */
      return _ ("imported labels");
    }
}

/* Sources that have nothing are left out; NaN where a bar has none of it. */
static guint
add_sources (MienChartSeries *series,
             double (*values)[MIEN_BALANCE_SOURCES][16],
             guint n_points)
{
  guint used = 0;

  for (guint source = 0; source < MIEN_BALANCE_SOURCES; source++)
    {
      double *row = (*values)[source], sum = 0;

      for (guint i = 0; i < n_points; i++)
        sum += row[i];
      if (sum > 0)
        series[used++] = (MienChartSeries){ .name = source_name (source),
                                            .values = row,
                                            .style = source };
    }
  return used;
}

MienChart *
mien_insights_chart_expressions (const MienBalance *balance, MienSplit split)
{
  double values[MIEN_BALANCE_SOURCES][16] = { { 0 } };
  const char *names[MIEN_EXPRESSION_COUNT];
  MienChartSeries series[MIEN_BALANCE_SOURCES];
  MienChartSpec spec;
  guint used;

  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    {
      names[i] = _ (mien_expression_name (i));
      for (guint source = 0; source < MIEN_BALANCE_SOURCES; source++)
        values[source][i] = (double) balance->expression[split][source][i];
    }
  used = add_sources (series, &values, MIEN_EXPRESSION_COUNT);
  mien_chart_spec_init (&spec, MIEN_CHART_STACKED, _ ("Expressions"));
  spec.unit = MIEN_CHART_COUNT;
  spec.n_points = MIEN_EXPRESSION_COUNT;
  spec.categories = names;
  /* Translators: the axis of a chart. */
  spec.y_title = _ ("frames");
  return mien_chart_new (&spec, series, used);
}

MienChart *
mien_insights_chart_units (const MienBalance *balance, MienSplit split)
{
  double values[MIEN_BALANCE_SOURCES][16] = { { 0 } };
  char *names[MIEN_UNIT_COUNT], *notes[MIEN_UNIT_COUNT];
  MienChartSeries series[MIEN_BALANCE_SOURCES];
  MienChartSpec spec;
  MienChart *chart;
  guint used;

  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    {
      guint64 n = 0;
      g_autofree char *count = NULL;

      names[i] =
          g_strdup_printf ("AU%u %s", mien_unit_number (i), _ (mien_unit_name (i)));
      for (guint source = 0; source < MIEN_BALANCE_SOURCES; source++)
        {
          values[source][i] = (double) balance->units[split][source][i][1];
          n += balance->units[split][source][i][0] + balance->units[split][source][i][1];
        }
      count = mien_report_count (n);
      notes[i] = n > 0 ? g_strdup_printf (_ ("of %s"), count) : g_strdup ("");
    }
  used = add_sources (series, &values, MIEN_UNIT_COUNT);
  mien_chart_spec_init (&spec, MIEN_CHART_STACKED, _ ("Action units present"));
  spec.unit = MIEN_CHART_COUNT;
  spec.n_points = MIEN_UNIT_COUNT;
  spec.categories = (const char *const *) names;
  spec.notes = (const char *const *) notes;
  spec.y_title = _ ("frames");
  chart = mien_chart_new (&spec, series, used);
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    {
      g_free (names[i]);
      g_free (notes[i]);
    }
  return chart;
}

MienChart *
mien_insights_chart_points (const MienBalance *balance, MienSplit split)
{
  double values[MIEN_BALANCE_BINS][MIEN_BALANCE_BINS], sum = 0;
  char *names[MIEN_BALANCE_BINS];
  MienChartSeries series[MIEN_BALANCE_BINS];
  MienChartSpec spec;
  MienChart *chart;

  for (guint i = 0; i < MIEN_BALANCE_BINS; i++)
    names[i] = g_strdup_printf ("%+.1f", (2 * i + 1.0) / MIEN_BALANCE_BINS - 1);
  for (guint row = 0; row < MIEN_BALANCE_BINS; row++)
    {
      guint arousal = MIEN_BALANCE_BINS - 1 - row;

      for (guint valence = 0; valence < MIEN_BALANCE_BINS; valence++)
        {
          values[row][valence] = 0;
          for (guint source = 0; source < MIEN_BALANCE_SOURCES; source++)
            values[row][valence] +=
                (double) balance->point[split][source][arousal][valence];
          sum += values[row][valence];
        }
      series[row] = (MienChartSeries){ .name = names[arousal], .values = values[row] };
    }
  mien_chart_spec_init (&spec, MIEN_CHART_MATRIX, _ ("Valence and arousal"));
  spec.unit = MIEN_CHART_COUNT;
  spec.n_points = MIEN_BALANCE_BINS;
  spec.categories = (const char *const *) names;
  /* Translators: above the columns of a table of frames. */
  spec.x_title = _ ("valence →");
  /* Translators: above the rows of a table of frames. */
  spec.y_title = _ ("arousal ↓");
  chart = mien_chart_new (&spec, series, sum > 0 ? MIEN_BALANCE_BINS : 0);
  for (guint i = 0; i < MIEN_BALANCE_BINS; i++)
    g_free (names[i]);
  return chart;
}

static const char *
split_name (guint split)
{
  switch (split)
    {
    case MIEN_SPLIT_VALIDATION:
      return _ ("Validation");
    case MIEN_SPLIT_TEST:
      return _ ("Test");
    case MIEN_SPLIT_TRAIN:
    default:
      return _ ("Training");
    }
}

static const char *
task_name (guint task)
{
  switch (task)
    {
    case MIEN_TASK_EXPRESSION:
      return _ ("expression");
    case MIEN_TASK_ACTION_UNITS:
      return _ ("units");
    case MIEN_TASK_VALENCE_AROUSAL:
    default:
      return _ ("points");
    }
}

MienChart *
mien_insights_chart_coverage (const MienBalance *balance)
{
  enum
  {
    MOST = 3 * MIEN_TASK_COUNT,
  };
  double values[MIEN_BALANCE_SOURCES][16] = { { 0 } }, bare[16] = { 0 };
  char *names[MOST], *notes[MOST];
  MienChartSeries series[MIEN_BALANCE_SOURCES + 1];
  MienChartSpec spec;
  MienChart *chart;
  guint n = 0, used;

  for (guint split = 0; split < 3; split++)
    for (guint task = 0; task < MIEN_TASK_COUNT; task++)
      {
        const guint64 *covered = balance->covered[split][task];
        guint64 sum = balance->bare[split][task];
        g_autofree char *count = NULL;

        for (guint source = 0; source < MIEN_BALANCE_SOURCES; source++)
          sum += covered[source];
        if (sum == 0)
          continue;
        for (guint source = 0; source < MIEN_BALANCE_SOURCES; source++)
          values[source][n] = (double) covered[source];
        bare[n] = (double) balance->bare[split][task];
        /* Translators: a split and a task: "Training, expression". */
        names[n] = g_strdup_printf (_ ("%s, %s"), split_name (split), task_name (task));
        count =
            mien_chart_format ((double) (sum - balance->bare[split][task]) / (double) sum,
                               MIEN_CHART_SHARE, 0.01);
        /* Translators: a share of frames. */
        notes[n] = g_strdup_printf (_ ("%s with one"), count);
        n++;
      }
  used = add_sources (series, &values, n);
  /* Translators: frames without any label. */
  series[used++] = (MienChartSeries){ .name = _ ("without"), .values = bare, .style = 7 };
  mien_chart_spec_init (&spec, MIEN_CHART_STACKED, _ ("Frames with a label"));
  spec.unit = MIEN_CHART_COUNT;
  spec.n_points = n;
  spec.categories = (const char *const *) names;
  spec.notes = (const char *const *) notes;
  spec.y_title = _ ("frames");
  chart = mien_chart_new (&spec, series, n > 0 ? used : 0);
  for (guint i = 0; i < n; i++)
    {
      g_free (names[i]);
      g_free (notes[i]);
    }
  return chart;
}

/* Two bars in one: those that pass, and the rest of those proposed. */
static MienChart *
passing_chart (const char *title,
               char **names,
               const guint64 *passing,
               const guint64 *all,
               const double *thresholds,
               guint n)
{
  double pass[16] = { 0 }, rest[16] = { 0 }, sum = 0;
  char *notes[16];
  const MienChartSeries series[] = {
    /* Translators: answers of the model that count as pseudo-labels, and that do not. */
    { .name = _ ("sure enough"), .values = pass, .style = 2 },
    { .name = _ ("below the threshold"), .values = rest, .style = 7 },
  };
  MienChartSpec spec;
  MienChart *chart;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *share = mien_chart_format (
          all[i] > 0 ? (double) passing[i] / (double) all[i] : (double) NAN,
          MIEN_CHART_SHARE, 0.01);

      pass[i] = (double) passing[i];
      rest[i] = (double) (all[i] - MIN (passing[i], all[i]));
      sum += (double) all[i];
      if (thresholds[i] <= 1)
        /* Translators: a share of answers, then the confidence from which on they count.
         */
        notes[i] = g_strdup_printf (_ ("%s from %.2f"), share, thresholds[i]);
      else
        notes[i] = g_strdup (_ ("never accepted"));
    }
  mien_chart_spec_init (&spec, MIEN_CHART_STACKED, title);
  spec.unit = MIEN_CHART_COUNT;
  spec.n_points = n;
  spec.categories = (const char *const *) names;
  spec.notes = (const char *const *) notes;
  spec.y_title = _ ("frames");
  chart = mien_chart_new (&spec, series, sum > 0 ? 2 : 0);
  for (guint i = 0; i < n; i++)
    {
      g_free (notes[i]);
      g_free (names[i]);
    }
  return chart;
}

MienChart *
mien_insights_chart_passing (const MienBalance *balance, const MienThresholds *thresholds)
{
  char *names[MIEN_EXPRESSION_COUNT];

  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    names[i] = g_strdup (_ (mien_expression_name (i)));
  return passing_chart (_ ("Expressions above their threshold"), names, balance->passing,
                        balance->proposed, thresholds->expression, MIEN_EXPRESSION_COUNT);
}

MienChart *
mien_insights_chart_unit_passing (const MienBalance *balance,
                                  const MienThresholds *thresholds)
{
  char *names[MIEN_UNIT_COUNT];
  guint64 all[MIEN_UNIT_COUNT];

  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    {
      names[i] =
          g_strdup_printf ("AU%u %s", mien_unit_number (i), _ (mien_unit_name (i)));
      all[i] = balance->read;
    }
  return passing_chart (_ ("Action units above their threshold"), names,
                        balance->unit_passing, all, thresholds->action_units,
                        MIEN_UNIT_COUNT);
}

/* ---- people ---- */

guint64
mien_insights_n_decisions (const MienDecisions *decisions)
{
  return decisions->made->len;
}

/* Which day of n a time is, -1: none of them. starts: n + 1 midnights. */
static int
day_of (const gint64 *starts, guint n, gint64 time)
{
  for (guint day = n; day-- > 0;)
    if (time >= starts[day])
      return time < starts[day + 1] ? (int) day : -1;
  return -1;
}

static void
list_days (gint64 now, guint n, gint64 *starts, char **names)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (now / G_USEC_PER_SEC);
  g_autoptr (GDateTime) midnight =
      g_date_time_new_local (g_date_time_get_year (time), g_date_time_get_month (time),
                             g_date_time_get_day_of_month (time), 0, 0, 0);

  for (guint day = 0; day <= n; day++)
    {
      g_autoptr (GDateTime) start = g_date_time_add_days (
          midnight != NULL ? midnight : time, (int) day - (int) n + 1);

      starts[day] = g_date_time_to_unix (start) * G_USEC_PER_SEC;
      /* Translators: a day in a narrow place, as strftime() writes it. */
      if (day < n)
        /* xgettext:no-c-format */
        names[day] = g_date_time_format (start, _ ("%e %b"));
    }
}

MienChart *
mien_insights_chart_days (const MienDecisions *decisions, gint64 now, guint n_days)
{
  guint n = CLAMP (n_days, 1, MAX_DAYS), people = g_strv_length (decisions->names);
  guint shown = MIN (people, MAX_NAMES + (people == MAX_NAMES + 1));
  g_autofree double *values = g_new0 (double, (gsize) n *(MAX_NAMES + 2));
  gint64 starts[MAX_DAYS + 1];
  char *names[MAX_DAYS];
  MienChartSeries series[MAX_NAMES + 2];
  MienChartSpec spec;
  MienChart *chart;

  list_days (now, n, starts, names);
  for (guint i = 0; i < decisions->made->len; i++)
    {
      const MienMade *made = &g_array_index (decisions->made, MienMade, i);
      int day = day_of (starts, n, made->time);

      if (day >= 0)
        values[MIN (made->annotator, shown) * n + (guint) day]++;
    }
  for (guint i = 0; i < shown; i++)
    series[i] = (MienChartSeries){ .name = decisions->names[i],
                                   .values = values + (gsize) i * n,
                                   .style = i };
  if (people > shown)
    series[shown] = (MienChartSeries){ .name = _ ("others"),
                                       .values = values + (gsize) shown * n,
                                       .style = 7 };
  mien_chart_spec_init (&spec, MIEN_CHART_STACKED, _ ("Decisions by day"));
  spec.unit = MIEN_CHART_COUNT;
  spec.n_points = n;
  spec.categories = (const char *const *) names;
  spec.upright = TRUE;
  chart = mien_chart_new (&spec, series, people > shown ? shown + 1 : shown);
  for (guint day = 0; day < n; day++)
    g_free (names[day]);
  return chart;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

/* Of an even number, the lower of the two in the middle. */
static double
quantile (GArray *sorted, double share)
{
  return sorted->len > 0
             ? g_array_index (sorted, double, (guint) ((sorted->len - 1) * share))
             : (double) NAN;
}

MienChart *
mien_insights_chart_seconds (const MienDecisions *decisions)
{
  guint people = g_strv_length (decisions->names);
  g_autofree double *median = g_new (double, people + 1);
  g_autofree double *low = g_new (double, people + 1);
  g_autofree double *high = g_new (double, people + 1);
  g_auto (GStrv) notes = g_new0 (char *, people + 1);
  MienChartSeries series = { .values = median, .low = low, .high = high };
  MienChartSpec spec;

  for (guint person = 0; person < people; person++)
    {
      g_autoptr (GArray) seconds = g_array_new (FALSE, FALSE, sizeof (double));
      g_autofree char *count = NULL;
      gulong all = 0;

      for (guint i = 0; i < decisions->made->len; i++)
        {
          const MienMade *made = &g_array_index (decisions->made, MienMade, i);
          double one = (double) made->duration_us / G_USEC_PER_SEC;

          if (made->annotator != person)
            continue;
          all++;
          if (made->duration_us >= 0)
            g_array_append_val (seconds, one);
        }
      g_array_sort (seconds, compare);
      median[person] = quantile (seconds, 0.5);
      low[person] = quantile (seconds, 0.25);
      high[person] = quantile (seconds, 0.75);
      count = mien_report_count (all);
      notes[person] =
          g_strdup_printf (ngettext ("%s decision", "%s decisions", all), count);
    }
  mien_chart_spec_init (&spec, MIEN_CHART_BARS, _ ("Seconds a decision"));
  spec.n_points = people;
  spec.categories = (const char *const *) decisions->names;
  spec.notes = (const char *const *) notes;
  /* Translators: the axis of a chart. */
  spec.y_title = _ ("seconds");
  return mien_chart_new (&spec, &series, people > 0 ? 1 : 0);
}
