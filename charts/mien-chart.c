/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Charts as data: the copy that is kept, ranges, ticks, and what is read out. Invariants:
 * a chart never changes after it is made, so that threads and snapshots may share it; all
 * ranges are finite and not empty, whatever the values are.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-chart.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

struct _MienChart
{
  gatomicrefcount refs;

  MienChartSpec spec;
  MienChartSeries *series;
  guint n_series;
};

void
mien_chart_spec_init (MienChartSpec *spec, MienChartKind kind, const char *title)
{
  *spec = (MienChartSpec){
    .kind = kind,
    .title = title,
    .low = (double) NAN,
    .high = (double) NAN,
    .mark = (double) NAN,
  };
}

static double *
copy_values (const double *values, guint n)
{
  return values != NULL ? g_memdup2 (values, n * sizeof *values) : NULL;
}

static const char *const *
copy_names (const char *const *names, guint n)
{
  char **copy;

  if (names == NULL)
    return NULL;
  copy = g_new0 (char *, n + 1);
  for (guint i = 0; i < n; i++)
    copy[i] = g_strdup (names[i] != NULL ? names[i] : "");
  return (const char *const *) copy;
}

MienChart *
mien_chart_new (const MienChartSpec *spec, const MienChartSeries *series, guint n_series)
{
  MienChart *self = g_new0 (MienChart, 1);
  guint n = spec->n_points;

  g_atomic_ref_count_init (&self->refs);
  self->spec = *spec;
  self->spec.title = g_strdup (spec->title);
  self->spec.x_title = g_strdup (spec->x_title);
  self->spec.y_title = g_strdup (spec->y_title);
  self->spec.mark_name = g_strdup (spec->mark_name);
  self->spec.categories = copy_names (spec->categories, n);
  self->spec.notes = copy_names (spec->notes, n);
  self->spec.x = copy_values (spec->x, n);
  self->n_series = n_series;
  self->series = g_new0 (MienChartSeries, n_series + 1);
  for (guint i = 0; i < n_series; i++)
    self->series[i] = (MienChartSeries){
      .name = g_strdup (series[i].name),
      .values = copy_values (series[i].values, n),
      .low = copy_values (series[i].low, n),
      .high = copy_values (series[i].high, n),
      .style = series[i].style,
      .apart = series[i].apart,
    };
  return self;
}

MienChart *
mien_chart_ref (MienChart *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
mien_chart_unref (MienChart *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;
  for (guint i = 0; i < self->n_series; i++)
    {
      g_free ((char *) self->series[i].name);
      g_free ((double *) self->series[i].values);
      g_free ((double *) self->series[i].low);
      g_free ((double *) self->series[i].high);
    }
  g_free (self->series);
  g_free ((char *) self->spec.title);
  g_free ((char *) self->spec.x_title);
  g_free ((char *) self->spec.y_title);
  g_free ((char *) self->spec.mark_name);
  g_strfreev ((char **) self->spec.categories);
  g_strfreev ((char **) self->spec.notes);
  g_free ((double *) self->spec.x);
  g_free (self);
}

const MienChartSpec *
mien_chart_spec (const MienChart *self)
{
  return &self->spec;
}

gboolean
mien_chart_is_lying (const MienChart *self)
{
  const MienChartSpec *spec = &self->spec;

  return spec->kind == MIEN_CHART_INTERVALS
         || ((spec->kind == MIEN_CHART_BARS || spec->kind == MIEN_CHART_STACKED)
             && !spec->upright);
}

guint
mien_chart_n_series (const MienChart *self)
{
  return self->n_series;
}

const MienChartSeries *
mien_chart_series (const MienChart *self, guint series)
{
  g_assert (series < self->n_series);
  return &self->series[series];
}

gboolean
mien_chart_has_data (const MienChart *self)
{
  for (guint i = 0; i < self->n_series; i++)
    for (guint point = 0; point < self->spec.n_points; point++)
      if (isfinite (self->series[i].values[point]))
        return TRUE;
  return FALSE;
}

double
mien_chart_sum (const MienChart *self, guint point)
{
  double sum = 0;

  for (guint i = 0; i < self->n_series; i++)
    if (isfinite (self->series[i].values[point]))
      sum += self->series[i].values[point];
  return sum;
}

static void
extend (double *low, double *high, double value)
{
  if (!isfinite (value))
    return;
  *low = MIN (*low, value);
  *high = MAX (*high, value);
}

/* Never empty. */
static void
settle (double *low, double *high)
{
  if (!(*low <= *high))
    {
      *low = 0;
      *high = 1;
    }
  if (*high - *low < 1e-9 * MAX (1.0, fabs (*high)))
    {
      double room = MAX (0.05, fabs (*high) * 0.05);

      *low -= room;
      *high += room;
    }
}

void
mien_chart_value_range (const MienChart *self, double *low, double *high)
{
  const MienChartSpec *spec = &self->spec;
  gboolean from_zero = spec->kind == MIEN_CHART_BARS || spec->kind == MIEN_CHART_STACKED;
  double least = (double) INFINITY, most = (double) -INFINITY;

  for (guint point = 0; point < spec->n_points; point++)
    {
      if (spec->kind == MIEN_CHART_STACKED)
        extend (&least, &most, mien_chart_sum (self, point));
      else
        for (guint i = 0; i < self->n_series; i++)
          {
            const MienChartSeries *series = &self->series[i];

            extend (&least, &most, series->values[point]);
            if (series->low != NULL)
              extend (&least, &most, series->low[point]);
            if (series->high != NULL)
              extend (&least, &most, series->high[point]);
          }
    }
  if (from_zero)
    extend (&least, &most, 0);
  if (spec->kind == MIEN_CHART_INTERVALS)
    extend (&least, &most, spec->mark);
  settle (&least, &most);
  if (from_zero && least < 0 && mien_chart_sum (self, 0) >= 0)
    least = 0;
  if (isfinite (spec->low))
    least = spec->low;
  if (isfinite (spec->high))
    most = spec->high;
  if (!(least < most))
    most = least + 1;
  *low = least;
  *high = most;
}

void
mien_chart_x_range (const MienChart *self, double *low, double *high)
{
  double least = (double) INFINITY, most = (double) -INFINITY;

  if (self->spec.diagonal && self->spec.kind == MIEN_CHART_POINTS)
    {
      *low = 0;
      *high = 1;
      return;
    }
  for (guint point = 0; self->spec.x != NULL && point < self->spec.n_points; point++)
    extend (&least, &most, self->spec.x[point]);
  if (self->spec.x == NULL && self->spec.n_points > 0)
    {
      least = 0;
      most = self->spec.n_points - 1.0;
    }
  settle (&least, &most);
  *low = least;
  *high = most;
}

GArray *
mien_chart_ticks (double low, double high, guint most, gboolean whole, double *step)
{
  GArray *ticks = g_array_new (FALSE, FALSE, sizeof (double));
  double rough = (high - low) / MAX (most, 1u);
  double power = pow (10, floor (log10 (rough))), width = power;
  static const double multiples[] = { 1, 2, 5, 10 };

  for (guint i = 0; i < G_N_ELEMENTS (multiples); i++)
    {
      width = multiples[i] * power;
      if ((high - low) / width < (double) most + 1e-9)
        break;
    }
  if (whole)
    width = MAX (1.0, round (width));
  for (double at = ceil (low / width - 1e-9); at * width <= high + width * 1e-9; at++)
    {
      double tick = at * width;

      if (fabs (tick) < width * 1e-9)
        tick = 0;
      g_array_append_val (ticks, tick);
    }
  if (step != NULL)
    *step = width;
  return ticks;
}

static int
decimals_of (double step, int otherwise)
{
  return step > 0 ? CLAMP ((int) ceil (-log10 (step) - 1e-9), 0, 6) : otherwise;
}

/* What is shown as nothing has no sign. */
static char *
format_difference (double value, int decimals)
{
  g_autofree char *number = g_strdup_printf ("%.*f", decimals, fabs (value));

  if (strpbrk (number, "123456789") == NULL)
    return g_steal_pointer (&number);
  return g_strconcat (value > 0 ? "+" : "−", number, NULL);
}

char *
mien_chart_format (double value, MienChartUnit unit, double step)
{
  g_autofree char *number = NULL;

  if (!isfinite (value))
    return g_strdup ("–");
  if (unit == MIEN_CHART_COUNT)
    return g_strdup_printf ("%'.0f", value);
  if (unit == MIEN_CHART_DIFFERENCE)
    return format_difference (value, decimals_of (step, 3));
  if (unit == MIEN_CHART_NUMBER)
    return g_strdup_printf ("%.*f", decimals_of (step, 3), value);
  number = g_strdup_printf ("%.*f", decimals_of (step * 100, 1), 100 * value);
  /* Translators: a share, as in "85 %". */
  return g_strdup_printf (_ ("%s %%"), number);
}

static char *
name_point (const MienChart *self, guint point)
{
  const MienChartSpec *spec = &self->spec;
  g_autofree char *number = NULL;

  if (spec->categories != NULL)
    return g_strdup (spec->categories[point]);
  number = mien_chart_format (spec->x != NULL ? spec->x[point] : point, spec->x_unit, 0);
  return spec->x_title != NULL ? g_strdup_printf ("%s %s", spec->x_title, number)
                               : g_steal_pointer (&number);
}

char *
mien_chart_read (const MienChart *self, guint series_index, guint point)
{
  const MienChartSeries *series;
  g_autofree char *value = NULL;
  g_autofree char *name = NULL;
  GString *text;

  if (series_index >= self->n_series || point >= self->spec.n_points)
    return NULL;
  series = &self->series[series_index];
  if (!isfinite (series->values[point]))
    return NULL;
  value = mien_chart_format (series->values[point], self->spec.unit, 0);
  name = name_point (self, point);
  text = g_string_new (NULL);
  if (series->name != NULL && self->spec.kind == MIEN_CHART_MATRIX)
    g_string_append_printf (text, "%s → %s: %s", series->name, name, value);
  else if (series->name != NULL)
    g_string_append_printf (text, "%s, %s: %s", series->name, name, value);
  else
    g_string_append_printf (text, "%s: %s", name, value);
  if (series->low != NULL && series->high != NULL && isfinite (series->low[point])
      && isfinite (series->high[point]))
    {
      g_autofree char *low = mien_chart_format (series->low[point], self->spec.unit, 0);
      g_autofree char *high = mien_chart_format (series->high[point], self->spec.unit, 0);

      /* Translators: the ends of an interval, after a value. */
      g_string_append_printf (text, _ (" (%s to %s)"), low, high);
    }
  if (self->spec.notes != NULL && self->spec.notes[point][0] != '\0')
    g_string_append_printf (text, ", %s", self->spec.notes[point]);
  return g_string_free (text, FALSE);
}

/* A line in a few words: where it begins, where it ends. */
static void
describe_line (const MienChart *self, const MienChartSeries *series, GString *text)
{
  g_autofree char *first_name = NULL, *first = NULL, *last_name = NULL, *last = NULL;

  for (guint point = 0; point < self->spec.n_points; point++)
    {
      if (!isfinite (series->values[point]))
        continue;
      if (first == NULL)
        {
          first_name = name_point (self, point);
          first = mien_chart_format (series->values[point], self->spec.unit, 0);
        }
      g_free (last_name);
      g_free (last);
      last_name = name_point (self, point);
      last = mien_chart_format (series->values[point], self->spec.unit, 0);
    }
  if (first == NULL)
    return;
  /* Translators: a line of a chart: its name, its first value and where, its last value
     and where. */
  g_string_append_printf (text, _ ("%s: %s at %s, %s at %s."),
                          series->name != NULL ? series->name : self->spec.title, first,
                          first_name, last, last_name);
  g_string_append_c (text, ' ');
}

char *
mien_chart_describe (const MienChart *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->n_series; i++)
    {
      if (self->spec.kind == MIEN_CHART_LINES && !self->series[i].apart)
        {
          describe_line (self, &self->series[i], text);
          continue;
        }
      for (guint point = 0; point < self->spec.n_points; point++)
        {
          g_autofree char *read = NULL;

          if (self->spec.kind == MIEN_CHART_MATRIX && self->series[i].values[point] <= 0)
            continue;
          read = mien_chart_read (self, i, point);
          if (read != NULL)
            g_string_append_printf (text, "%s. ", read);
        }
    }
  if (text->len == 0)
    g_string_append (text, _ ("Nothing to show yet."));
  return g_strchomp (g_string_free (text, FALSE));
}

void
mien_chart_wilson (double right, double n, double *low, double *high)
{
  const double z = 1.959963984540054;
  double p = right / n, below = 1 + z * z / n;
  double middle = (p + z * z / (2 * n)) / below;
  double half = z * sqrt (p * (1 - p) / n + z * z / (4 * n * n)) / below;

  *low = n > 0 ? MAX (0.0, middle - half) : (double) NAN;
  *high = n > 0 ? MIN (1.0, middle + half) : (double) NAN;
}
