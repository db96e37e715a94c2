/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Charts of a model. Everything here was measured by mienctl on frames that the model did
 * not learn from; the window only draws it. What is an estimate has its interval.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-model-charts.h"

#include <glib/gi18n.h>
#include <math.h>

#include "mien-report.h"

enum
{
  MAX_EPOCHS = 10000,
  MAX_LINES = 16,
};

guint
mien_expression_style (guint expression)
{
  static const guint styles[MIEN_EXPRESSION_COUNT] = { 7, 1, 3, 0, 4, 5, 2, 6 };

  return styles[expression % MIEN_EXPRESSION_COUNT];
}

/* ---- curves ---- */

typedef struct
{
  const char *curve; /* as it is stored */
  char *name;        /* as it is shown */
  guint style;
} Line;

static int
last_epoch (const GArray *curves)
{
  int last = 0;

  for (guint i = 0; i < curves->len; i++)
    last = MAX (last, g_array_index (curves, MienCurvePoint, i).epoch);
  return MIN (last, MAX_EPOCHS);
}

static double
curve_last (const GArray *curves, const char *name)
{
  double value = (double) NAN;

  for (guint i = 0; i < curves->len; i++)
    if (g_str_equal (g_array_index (curves, MienCurvePoint, i).name, name))
      value = g_array_index (curves, MienCurvePoint, i).value;
  return value;
}

static MienChart *
chart_of_curves (const MienChartSpec *given, const GArray *curves, Line *lines, guint n)
{
  MienChartSpec spec = *given;
  guint epochs = (guint) last_epoch (curves), used = 0;
  g_autofree double *x = g_new (double, epochs + 1);
  g_autofree double *values = g_new (double, (gsize) (epochs + 1) * (n + 1));
  g_autofree MienChartSeries *series = g_new0 (MienChartSeries, n + 1);
  double best = curve_last (curves, "best_epoch");
  MienChart *chart;

  for (guint i = 0; i < epochs; i++)
    x[i] = i + 1;
  for (gsize i = 0; i < (gsize) (epochs + 1) * (n + 1); i++)
    values[i] = (double) NAN;
  for (guint line = 0; line < n; line++)
    {
      double *row = values + (gsize) used * (epochs + 1);
      gboolean any = FALSE;

      for (guint i = 0; i < curves->len; i++)
        {
          const MienCurvePoint *point = &g_array_index (curves, MienCurvePoint, i);

          if (point->epoch < 1 || point->epoch > (int) epochs
              || !g_str_equal (point->name, lines[line].curve))
            continue;
          row[point->epoch - 1] = point->value;
          any = any || isfinite (point->value);
        }
      if (any)
        series[used++] = (MienChartSeries){ .name = lines[line].name,
                                            .values = row,
                                            .style = lines[line].style };
    }
  /* Translators: the axis of a chart; a number comes after it when read out. */
  spec.x_title = _ ("epoch");
  spec.x_unit = MIEN_CHART_COUNT;
  spec.n_points = epochs;
  spec.x = x;
  if (best >= 1 && best <= epochs)
    {
      spec.mark = best;
      /* Translators: the epoch of a training whose weights were kept. */
      spec.mark_name = _ ("kept");
    }
  chart = mien_chart_new (&spec, series, used);
  for (guint line = 0; line < n; line++)
    g_clear_pointer (&lines[line].name, g_free);
  return chart;
}

MienChart *
mien_model_chart_score (const GArray *curves)
{
  Line lines[] = {
    { "validation_score", g_strdup (_ ("validation")), 0 },
    { "tuning_score", g_strdup (_ ("tuning")), 1 },
    { "control.validation_score", g_strdup (_ ("control")), 7 },
  };
  MienChartSpec spec;

  mien_chart_spec_init (&spec, MIEN_CHART_LINES, _ ("Score by epoch"));
  return chart_of_curves (&spec, curves, lines, G_N_ELEMENTS (lines));
}

MienChart *
mien_model_chart_loss (const GArray *curves)
{
  Line lines[] = {
    { "loss", g_strdup (_ ("all")), 0 },
    { "loss_expression", g_strdup (_ ("expression")), 1 },
    { "loss_valence_arousal", g_strdup (_ ("points")), 2 },
    { "loss_action_units", g_strdup (_ ("units")), 3 },
    { "control.loss", g_strdup (_ ("control")), 7 },
  };
  MienChartSpec spec;

  mien_chart_spec_init (&spec, MIEN_CHART_LINES, _ ("Loss by epoch"));
  return chart_of_curves (&spec, curves, lines, G_N_ELEMENTS (lines));
}

static MienChart *
expression_lines (const GArray *curves, const char *title, const char *prefix)
{
  Line lines[MIEN_EXPRESSION_COUNT];
  char names[MIEN_EXPRESSION_COUNT][32];
  MienChartSpec spec;

  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    {
      g_snprintf (names[i], sizeof names[i], "%s%u", prefix, i);
      lines[i] = (Line){ names[i], g_strdup (_ (mien_expression_name (i))),
                         mien_expression_style (i) };
    }
  mien_chart_spec_init (&spec, MIEN_CHART_LINES, title);
  return chart_of_curves (&spec, curves, lines, G_N_ELEMENTS (lines));
}

MienChart *
mien_model_chart_thresholds (const GArray *curves)
{
  return expression_lines (curves, _ ("Thresholds of expressions by epoch"),
                           "threshold.");
}

MienChart *
mien_model_chart_training_thresholds (const GArray *curves)
{
  return expression_lines (curves, _ ("Adaptive thresholds while training"),
                           "train_threshold_");
}

MienChart *
mien_model_chart_unit_thresholds (const GArray *curves)
{
  Line lines[MIEN_UNIT_COUNT];
  char names[MIEN_UNIT_COUNT][24];
  MienChartSpec spec;

  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    {
      g_snprintf (names[i], sizeof names[i], "threshold.au%u", mien_unit_number (i));
      lines[i] = (Line){ names[i], g_strdup_printf ("AU%u", mien_unit_number (i)), i };
    }
  mien_chart_spec_init (&spec, MIEN_CHART_LINES,
                        _ ("Thresholds of action units by epoch"));
  return chart_of_curves (&spec, curves, lines, G_N_ELEMENTS (lines));
}

/* ---- measurements ---- */

static void
expression_names (const char *names[MIEN_EXPRESSION_COUNT])
{
  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    names[i] = _ (mien_expression_name (i));
}

MienChart *
mien_model_chart_confusion (const MienFindingsShown *findings)
{
  const char *names[MIEN_EXPRESSION_COUNT];
  MienChartSeries series[MIEN_EXPRESSION_COUNT];
  MienChartSpec spec;

  expression_names (names);
  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    series[i] = (MienChartSeries){ .name = names[i], .values = findings->confusion[i] };
  mien_chart_spec_init (&spec, MIEN_CHART_MATRIX, _ ("Confusion of expressions"));
  spec.unit = MIEN_CHART_COUNT;
  spec.n_points = MIEN_EXPRESSION_COUNT;
  spec.categories = names;
  spec.diagonal = TRUE;
  spec.by_row = TRUE;
  /* Translators: above the columns of the confusion matrix. */
  spec.x_title = _ ("what the model said →");
  /* Translators: above the rows of the confusion matrix. */
  spec.y_title = _ ("label ↓");
  return mien_chart_new (&spec, series,
                         findings->has_confusion ? G_N_ELEMENTS (series) : 0);
}

static MienChart *
f1_chart (const char *title,
          const double *values,
          const double *in_use,
          const char *const *names,
          guint n)
{
  MienChartSeries series[] = { { .name = _ ("this model"), .values = values },
                               { .name = _ ("in use"), .values = in_use, .style = 1 } };
  MienChartSpec spec;

  if (in_use == NULL)
    series[0].name = NULL;
  mien_chart_spec_init (&spec, MIEN_CHART_BARS, title);
  spec.n_points = n;
  spec.categories = names;
  spec.low = 0;
  spec.high = 1;
  return mien_chart_new (&spec, series, in_use != NULL ? 2 : 1);
}

MienChart *
mien_model_chart_classes (const MienScores *scores, const MienScores *in_use)
{
  const char *names[MIEN_EXPRESSION_COUNT];

  expression_names (names);
  return f1_chart (_ ("F1 of expressions"), scores->per_class,
                   in_use != NULL ? in_use->per_class : NULL, names,
                   MIEN_EXPRESSION_COUNT);
}

static void
unit_names (char *names[MIEN_UNIT_COUNT + 1])
{
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    names[i] = g_strdup_printf ("AU%u %s", mien_unit_number (i), _ (mien_unit_name (i)));
  names[MIEN_UNIT_COUNT] = NULL;
}

MienChart *
mien_model_chart_units (const MienScores *scores, const MienScores *in_use)
{
  char *names[MIEN_UNIT_COUNT + 1];
  MienChart *chart;

  unit_names (names);
  chart = f1_chart (_ ("F1 of action units"), scores->per_unit,
                    in_use != NULL ? in_use->per_unit : NULL, (const char *const *) names,
                    MIEN_UNIT_COUNT);
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    g_free (names[i]);
  return chart;
}

MienChart *
mien_model_chart_precision (const MienFindingsShown *findings)
{
  const char *names[MIEN_EXPRESSION_COUNT];
  char *notes[MIEN_EXPRESSION_COUNT + 1] = { NULL };
  double values[MIEN_EXPRESSION_COUNT], low[MIEN_EXPRESSION_COUNT],
      high[MIEN_EXPRESSION_COUNT];
  MienChartSeries series = { .values = values, .low = low, .high = high };
  MienChartSpec spec;
  MienChart *chart;

  expression_names (names);
  for (guint said = 0; said < MIEN_EXPRESSION_COUNT; said++)
    {
      g_autofree char *count = NULL;
      double n = 0;

      for (guint label = 0; label < MIEN_EXPRESSION_COUNT; label++)
        n += findings->confusion[label][said];
      values[said] = n > 0 ? findings->confusion[said][said] / n : (double) NAN;
      mien_chart_wilson (findings->confusion[said][said], n, &low[said], &high[said]);
      count = mien_report_count ((guint64) n);
      /* Translators: out of so many answers. */
      notes[said] = g_strdup_printf (_ ("of %s"), count);
    }
  mien_chart_spec_init (&spec, MIEN_CHART_BARS, _ ("Precision of expressions"));
  spec.unit = MIEN_CHART_SHARE;
  spec.n_points = MIEN_EXPRESSION_COUNT;
  spec.categories = names;
  spec.notes = (const char *const *) notes;
  spec.low = 0;
  spec.high = 1;
  chart = mien_chart_new (&spec, &series, findings->has_confusion ? 1 : 0);
  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    g_free (notes[i]);
  return chart;
}

MienChart *
mien_model_chart_reliability (const MienReliabilityShown *reliability, gboolean units)
{
  double x[MIEN_RELIABILITY_PLACES], values[MIEN_RELIABILITY_PLACES],
      low[MIEN_RELIABILITY_PLACES], high[MIEN_RELIABILITY_PLACES];
  MienChartSeries series = { .values = values, .low = low, .high = high };
  MienChartSpec spec;

  for (guint i = 0; i < MIEN_RELIABILITY_PLACES; i++)
    {
      gboolean there = reliability->there && reliability->n[i] > 0;

      x[i] = there && isfinite (reliability->said[i])
                 ? reliability->said[i]
                 : (i + 0.5) / MIEN_RELIABILITY_PLACES;
      values[i] = there ? reliability->right[i] / reliability->n[i] : (double) NAN;
      mien_chart_wilson (there ? reliability->right[i] : 0, there ? reliability->n[i] : 0,
                         &low[i], &high[i]);
    }
  mien_chart_spec_init (&spec, MIEN_CHART_POINTS,
                        units ? _ ("Reliability of action units")
                              : _ ("Reliability of expressions"));
  spec.unit = spec.x_unit = MIEN_CHART_SHARE;
  /* Translators: axes of a reliability diagram. */
  spec.x_title =
      units ? _ ("probability that the model gave") : _ ("confidence of the model");
  spec.y_title =
      units ? _ ("how often the unit was there") : _ ("how often it was right");
  spec.n_points = MIEN_RELIABILITY_PLACES;
  spec.x = x;
  spec.low = 0;
  spec.high = 1;
  spec.diagonal = TRUE;
  return mien_chart_new (&spec, &series, reliability->there ? 1 : 0);
}

char *
mien_model_reliability_caption (const MienReliabilityShown *reliability, guint64 videos)
{
  double n = 0;
  g_autofree char *count = NULL;
  g_autofree char *error = NULL;
  g_autofree char *measured = NULL;

  for (guint i = 0; i < MIEN_RELIABILITY_PLACES; i++)
    n += reliability->n[i];
  count = mien_report_count ((guint64) n);
  error = mien_chart_format (reliability->error, MIEN_CHART_SHARE, 0.001);
  measured =
      g_strdup_printf (ngettext ("%s answers in %d validation video",
                                 "%s answers in %d validation videos", (gulong) videos),
                       count, (int) MIN (videos, G_MAXINT));
  /* Translators: so many answers in so many videos; then a share. */
  return g_strdup_printf (_ ("%s; %s off the dashed line on average. Bars are 95 %% "
                             "intervals by frame; frames of a video are alike, so less "
                             "is certain than they say."),
                          measured, error);
}
