/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Agreement as charts. Axes of figures end at 1, which is complete agreement, and have 0
 * on them, which is that of chance; differences have 0 on them too.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-agreement-charts.h"

#include <glib/gi18n.h>
#include <math.h>

#include "mien-report.h"

char *
mien_agreement_name (MienTask task, const char *name)
{
  guint expression, unit;

  if (g_str_equal (name, "valence"))
    return g_strdup (_ ("valence"));
  if (g_str_equal (name, "arousal"))
    return g_strdup (_ ("arousal"));
  if (g_str_equal (name, "expression"))
    return g_strdup (_ ("expression"));
  if (g_str_equal (name, "action_units"))
    /* Translators: all action units together, as one thing that is measured. */
    return g_strdup (_ ("all units"));
  if (task == MIEN_TASK_EXPRESSION && mien_expression_from_string (name, &expression))
    return g_strdup (_ (mien_expression_name (expression)));
  if (task == MIEN_TASK_ACTION_UNITS && g_str_has_prefix (name, "AU")
      && mien_unit_from_number ((guint) g_ascii_strtoull (name + 2, NULL, 10), &unit))
    return g_strdup_printf ("AU%u %s", mien_unit_number (unit),
                            _ (mien_unit_name (unit)));
  return g_strdup (name);
}

char *
mien_agreement_lack (const MienAgreementShown *agreement)
{
  const MienAnnotatorShown *only;

  if (agreement->people->len > 0)
    return NULL;
  if (agreement->annotators->len == 0)
    return g_strdup (
        _ ("Nobody has answered yet. Agreement is measured on faces that two "
           "people or more have answered in Review."));
  if (agreement->annotators->len > 1)
    return g_strdup (
        _ ("No face was answered by two people yet, so there is no agreement "
           "between them to measure."));
  only = g_ptr_array_index (agreement->annotators, 0);
  return g_strdup_printf (
      /* Translators: the name of a person. */
      _ ("Only %s has answered so far. Agreement between people is measured on faces "
         "that "
         "a second person answers too; each begins Review under a name of their own."),
      only->name);
}

/* ---- rows as they are gathered ---- */

typedef struct
{
  GPtrArray *names, *notes;
  GArray *values[MIEN_FIGURES], *low[MIEN_FIGURES], *high[MIEN_FIGURES]; /* double */
} Rows;

static void
rows_init (Rows *rows)
{
  rows->names = g_ptr_array_new_with_free_func (g_free);
  rows->notes = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < MIEN_FIGURES; i++)
    {
      rows->values[i] = g_array_new (FALSE, FALSE, sizeof (double));
      rows->low[i] = g_array_new (FALSE, FALSE, sizeof (double));
      rows->high[i] = g_array_new (FALSE, FALSE, sizeof (double));
    }
}

/* Takes name and note. */
static void
rows_name (Rows *rows, char *name, char *note)
{
  g_ptr_array_add (rows->names, name);
  g_ptr_array_add (rows->notes, note);
}

static void
rows_add (Rows *rows, guint series, double value, const double interval[2])
{
  g_array_append_val (rows->values[series], value);
  g_array_append_val (rows->low[series], interval[0]);
  g_array_append_val (rows->high[series], interval[1]);
}

/* Fills the series and the specification, makes the chart, clears the rows. The series
 * have their names and styles; figures says of which row each of them is. */
static MienChart *
rows_chart (Rows *rows, MienChartSpec *spec, MienChartSeries *series, guint n_series)
{
  MienChart *chart;

  for (guint i = 0; i < n_series; i++)
    {
      series[i].values = (const double *) (void *) rows->values[i]->data;
      series[i].low = (const double *) (void *) rows->low[i]->data;
      series[i].high = (const double *) (void *) rows->high[i]->data;
    }
  spec->n_points = rows->names->len;
  spec->categories = (const char *const *) rows->names->pdata;
  spec->notes = (const char *const *) rows->notes->pdata;
  chart = mien_chart_new (spec, series, rows->names->len > 0 ? n_series : 0);
  g_ptr_array_unref (rows->names);
  g_ptr_array_unref (rows->notes);
  for (guint i = 0; i < MIEN_FIGURES; i++)
    {
      g_array_unref (rows->values[i]);
      g_array_unref (rows->low[i]);
      g_array_unref (rows->high[i]);
    }
  return chart;
}

/* The ends of what there is, and 0, as tenths. */
static void
set_axis (const Rows *rows, guint n_series, MienChartSpec *spec)
{
  double least = 0, most = 0;

  for (guint series = 0; series < n_series; series++)
    for (guint i = 0; i < rows->values[series]->len; i++)
      {
        const double ends[] = { g_array_index (rows->values[series], double, i),
                                g_array_index (rows->low[series], double, i),
                                g_array_index (rows->high[series], double, i) };

        for (guint k = 0; k < G_N_ELEMENTS (ends); k++)
          if (isfinite (ends[k]))
            {
              least = MIN (least, ends[k]);
              most = MAX (most, ends[k]);
            }
      }
  spec->low = floor (least * 10) / 10;
  spec->high = ceil (most * 10) / 10;
}

/* ---- charts ---- */

static char *
frames_note (guint64 frames)
{
  g_autofree char *count = mien_report_count (frames);

  return g_strdup_printf (ngettext ("%s frame", "%s frames", (gulong) frames), count);
}

MienChart *
mien_agreement_chart_people (const MienAgreementShown *agreement, MienTask task)
{
  static const MienFigure of_classes[] = { MIEN_FIGURE_KAPPA, MIEN_FIGURE_ALPHA };
  static const MienFigure of_numbers[] = { MIEN_FIGURE_CCC, MIEN_FIGURE_ICC,
                                           MIEN_FIGURE_ALPHA };
  gboolean numbers = task == MIEN_TASK_VALENCE_AROUSAL;
  const MienFigure *figures = numbers ? of_numbers : of_classes;
  guint n = numbers ? G_N_ELEMENTS (of_numbers) : G_N_ELEMENTS (of_classes);
  const char *const names[MIEN_FIGURES] = {
    /* Translators: Cohen's kappa, a measure of agreement. */
    [MIEN_FIGURE_KAPPA] = _ ("kappa"),
    /* Translators: Krippendorff's alpha, a measure of agreement. */
    [MIEN_FIGURE_ALPHA] = _ ("alpha"),
    [MIEN_FIGURE_CCC] = "CCC",
    [MIEN_FIGURE_ICC] = "ICC(A,1)",
  };
  const char *const titles[] = {
    [MIEN_TASK_VALENCE_AROUSAL] = _ ("Agreement on valence and arousal"),
    [MIEN_TASK_EXPRESSION] = _ ("Agreement on expressions"),
    [MIEN_TASK_ACTION_UNITS] = _ ("Agreement on action units"),
  };
  MienChartSeries series[MIEN_FIGURES] = { 0 };
  MienChartSpec spec;
  Rows rows;

  rows_init (&rows);
  for (guint i = 0; i < agreement->people->len; i++)
    {
      const MienPeopleShown *people = g_ptr_array_index (agreement->people, i);

      if (people->task != task)
        continue;
      rows_name (&rows, mien_agreement_name (task, people->name),
                 frames_note (people->frames));
      for (guint s = 0; s < n; s++)
        rows_add (&rows, s, people->figures[figures[s]], people->intervals[figures[s]]);
    }
  for (guint s = 0; s < n; s++)
    series[s] = (MienChartSeries){ .name = names[figures[s]], .style = s };
  mien_chart_spec_init (&spec, MIEN_CHART_INTERVALS, titles[task]);
  set_axis (&rows, n, &spec);
  spec.high = 1;
  return rows_chart (&rows, &spec, series, n);
}

typedef struct
{
  const MienPairShown *pair;
  const MienPeopleShown *scale;
  MienFigure figure;
} PairRow;

static double
figure_of (const PairRow *row)
{
  return row->scale->figures[row->figure];
}

static int
compare_pair_rows (gconstpointer a, gconstpointer b)
{
  double one = figure_of (a), other = figure_of (b);

  return one < other ? -1 : one > other;
}

/* PairRow: those whose figure is there. */
static GArray *
list_pair_rows (const MienAgreementShown *agreement)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (PairRow));

  for (guint i = 0; i < agreement->pairs->len; i++)
    {
      const MienPairShown *pair = g_ptr_array_index (agreement->pairs, i);

      for (guint k = 0; k < pair->scales->len; k++)
        {
          const MienPeopleShown *scale = g_ptr_array_index (pair->scales, k);
          PairRow row = { pair, scale,
                          scale->task == MIEN_TASK_VALENCE_AROUSAL ? MIEN_FIGURE_CCC
                                                                   : MIEN_FIGURE_KAPPA };

          if (isfinite (figure_of (&row)))
            g_array_append_val (list, row);
        }
    }
  g_array_sort (list, compare_pair_rows);
  return list;
}

MienChart *
mien_agreement_chart_pairs (const MienAgreementShown *agreement)
{
  g_autoptr (GArray) list = list_pair_rows (agreement);
  guint n = agreement->pairs->len > 1 ? MIN (list->len, MIEN_AGREEMENT_MOST_PAIRS) : 0;
  MienChartSeries series = { .style = 0 };
  MienChartSpec spec;
  Rows rows;

  rows_init (&rows);
  for (guint i = 0; i < n; i++)
    {
      const PairRow *row = &g_array_index (list, PairRow, i);
      g_autofree char *scale = mien_agreement_name (row->scale->task, row->scale->name);
      g_autofree char *answers = mien_report_count (row->scale->frames);

      rows_name (&rows,
                 /* Translators: a task and two people: "valence, Ana and Ben". */
                 g_strdup_printf (_ ("%s, %s and %s"), scale, row->pair->names[0],
                                  row->pair->names[1]),
                 g_strdup_printf (
                     ngettext ("%s answer", "%s answers", (gulong) row->scale->frames),
                     answers));
      rows_add (&rows, 0, figure_of (row), row->scale->intervals[row->figure]);
    }
  mien_chart_spec_init (&spec, MIEN_CHART_INTERVALS, _ ("Pairs of annotators"));
  set_axis (&rows, 1, &spec);
  spec.high = 1;
  return rows_chart (&rows, &spec, &series, 1);
}

static char *
contrast_note (const MienContrastShown *contrast, gboolean drift)
{
  g_autofree char *first =
      mien_chart_format (contrast->agreement[0], MIEN_CHART_NUMBER, 0.01);
  g_autofree char *second =
      mien_chart_format (contrast->agreement[1], MIEN_CHART_NUMBER, 0.01);

  if (drift)
    /* Translators: agreement in a person's late and early answers: two numbers. */
    return g_strdup_printf (_ ("%s late, %s early"), first, second);
  /* Translators: agreement with the model where its answer was in sight and where it was
     hidden: two numbers. */
  return g_strdup_printf (_ ("%s shown, %s hidden"), first, second);
}

static gboolean
has_difference (const MienContrastShown *contrast)
{
  return isfinite (contrast->difference);
}

MienChart *
mien_agreement_chart_inflation (const MienAgreementShown *agreement)
{
  MienChartSeries series = { .style = 0 };
  MienChartSpec spec;
  Rows rows;

  rows_init (&rows);
  for (guint i = 0; i < agreement->acceptance->len; i++)
    {
      const MienContrastShown *contrast = g_ptr_array_index (agreement->acceptance, i);

      if (!has_difference (contrast))
        continue;
      rows_name (&rows, mien_agreement_name (contrast->task, contrast->name),
                 contrast_note (contrast, FALSE));
      rows_add (&rows, 0, contrast->difference, contrast->interval);
    }
  mien_chart_spec_init (&spec, MIEN_CHART_INTERVALS, _ ("Acceptance inflation"));
  spec.unit = MIEN_CHART_DIFFERENCE;
  set_axis (&rows, 1, &spec);
  return rows_chart (&rows, &spec, &series, 1);
}

static int
compare_decisions (gconstpointer a, gconstpointer b)
{
  const MienAnnotatorShown *one = *(const MienAnnotatorShown *const *) a;
  const MienAnnotatorShown *other = *(const MienAnnotatorShown *const *) b;

  return one->decisions > other->decisions ? -1 : one->decisions < other->decisions;
}

GPtrArray *
mien_agreement_busiest (const MienAgreementShown *agreement)
{
  GPtrArray *busiest = g_ptr_array_new ();

  g_ptr_array_extend (busiest, agreement->annotators, NULL, NULL);
  g_ptr_array_sort (busiest, compare_decisions);
  return busiest;
}

MienChart *
mien_agreement_chart_drift (const MienAgreementShown *agreement)
{
  g_autoptr (GPtrArray) busiest = mien_agreement_busiest (agreement);
  MienChartSeries series = { .style = 0 };
  MienChartSpec spec;
  Rows rows;

  rows_init (&rows);
  for (guint i = 0; i < MIN (busiest->len, MIEN_AGREEMENT_MOST_PEOPLE); i++)
    {
      const MienAnnotatorShown *annotator = g_ptr_array_index (busiest, i);

      for (guint k = 0; k < annotator->drift->len; k++)
        {
          const MienContrastShown *drift = g_ptr_array_index (annotator->drift, k);
          g_autofree char *name = NULL;

          if (!has_difference (drift))
            continue;
          name = mien_agreement_name (drift->task, drift->name);
          /* Translators: a task and a person: "valence, Ana". */
          rows_name (&rows, g_strdup_printf (_ ("%s, %s"), name, annotator->name),
                     contrast_note (drift, TRUE));
          rows_add (&rows, 0, drift->difference, drift->interval);
        }
    }
  mien_chart_spec_init (&spec, MIEN_CHART_INTERVALS, _ ("Drift"));
  spec.unit = MIEN_CHART_DIFFERENCE;
  set_axis (&rows, 1, &spec);
  return rows_chart (&rows, &spec, &series, 1);
}
