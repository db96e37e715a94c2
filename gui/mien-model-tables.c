/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Tables of a model's figures. Differences carry their sign, so that better and worse are
 * not told by colour.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-model-tables.h"

#include <glib/gi18n.h>
#include <math.h>

#include "mien-chart.h"
#include "mien-report.h"
#include "mien-table.h"

static void
add_score (MienTable *table, const char *name, double value, const double *other)
{
  g_autofree char *score = mien_report_score (value);
  g_autofree char *before = NULL;
  g_autofree char *difference = NULL;

  if (other == NULL)
    {
      mien_table_add (table, FALSE, name, score, NULL);
      return;
    }
  before = mien_report_score (*other);
  difference = mien_report_difference (value, *other);
  mien_table_add (table, FALSE, name, score, difference, before, NULL);
}

GtkWidget *
mien_model_table_scores (const MienScores *scores,
                         const MienScores *in_use,
                         gint64 in_use_id)
{
  /* Translators: a version of the model, above a column. */
  g_autofree char *version = g_strdup_printf (_ ("in use: v%d"), (int) in_use_id);
  const struct
  {
    const char *name;
    double value;
    const double *other;
  } rows[] = {
    { _ ("Score"), scores->score, in_use != NULL ? &in_use->score : NULL },
    { "P_MTL", scores->p_mtl, in_use != NULL ? &in_use->p_mtl : NULL },
    { _ ("Expression F1"), scores->expression_f1,
      in_use != NULL ? &in_use->expression_f1 : NULL },
    { _ ("Expression accuracy"), scores->expression_accuracy,
      in_use != NULL ? &in_use->expression_accuracy : NULL },
    { _ ("CCC of valence"), scores->ccc_valence,
      in_use != NULL ? &in_use->ccc_valence : NULL },
    { _ ("CCC of arousal"), scores->ccc_arousal,
      in_use != NULL ? &in_use->ccc_arousal : NULL },
    { _ ("Action units F1"), scores->units_f1,
      in_use != NULL ? &in_use->units_f1 : NULL },
  };
  MienTable table;

  mien_table_begin (&table, _ ("Scores on the validation videos"));
  if (in_use != NULL)
    mien_table_add (&table, TRUE, "", _ ("this model"), _ ("difference"), version, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    add_score (&table, rows[i].name, rows[i].value, rows[i].other);
  return table.card;
}

/* "−0.012 to +0.034" */
static char *
difference_interval (const MienGateShown *figure)
{
  g_autofree char *low = mien_report_difference (figure->low, 0);
  g_autofree char *high = mien_report_difference (figure->high, 0);

  if (!isfinite (figure->low))
    return g_strdup ("–");
  /* Translators: from the one to the other, as in "−0.012 to +0.034". */
  return g_strdup_printf (_ ("%s to %s"), low, high);
}

static void
add_gate (MienTable *table, const char *name, const MienGateShown *figure)
{
  g_autofree char *candidate = mien_report_score (figure->candidate);
  g_autofree char *in_use = mien_report_score (figure->in_use);
  g_autofree char *difference =
      mien_report_difference (figure->candidate, figure->in_use);
  g_autofree char *interval = difference_interval (figure);

  mien_table_add (table, FALSE, name, candidate, difference, interval, in_use,
                  mien_gates_verdict (figure->verdict), NULL);
}

GtkWidget *
mien_model_table_gates (const MienGatesShown *gates)
{
  g_autofree char *title =
      g_strdup_printf (_ ("Against v%d on the validation videos"), (int) gates->against);
  g_autofree char *version = g_strdup_printf (_ ("in use: v%d"), (int) gates->against);
  g_autofree char *text = mien_gates_to_text (gates);
  GtkWidget *conclusion = gtk_label_new (text);
  MienTable table;

  mien_table_begin (&table, title);
  gtk_label_set_xalign (GTK_LABEL (conclusion), 0);
  gtk_label_set_wrap (GTK_LABEL (conclusion), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (conclusion), 60);
  gtk_box_insert_child_after (GTK_BOX (table.card), conclusion,
                              gtk_widget_get_first_child (table.card));
  mien_table_add (&table, TRUE, "", _ ("this model"), _ ("difference"),
                  /* xgettext:no-c-format */
                  _ ("95 % interval"), version, "", NULL);
  for (guint i = 0; i < MIEN_GATES_FIGURES; i++)
    {
      const MienGateShown *figure = &gates->figures[i];
      g_autofree char *name = mien_gates_name (i);

      if (i < MIEN_GATES_PARTS || figure->verdict == MIEN_SHOWN_WORSE
          || figure->verdict == MIEN_SHOWN_BETTER)
        add_gate (&table, name, figure);
    }
  return table.card;
}

/* "0.61 (0.55–0.66)" */
static char *
share_with_interval (double right, double n)
{
  double low, high;

  mien_chart_wilson (right, n, &low, &high);
  if (!isfinite (low))
    return g_strdup ("–");
  return g_strdup_printf ("%.2f (%.2f–%.2f)", right / n, low, high);
}

static void
add_class (MienTable *table,
           const char *name,
           double f1,
           const double *other,
           double right,
           double said,
           double labelled,
           double threshold)
{
  g_autofree char *reached = mien_report_score (f1);
  g_autofree char *difference =
      other != NULL ? mien_report_difference (f1, *other) : g_strdup ("–");
  g_autofree char *precision = share_with_interval (right, said);
  g_autofree char *recall = share_with_interval (right, labelled);
  /* Translators: a confidence, as in "from 0.89 on". */
  g_autofree char *from =
      threshold <= 1 ? g_strdup_printf (_ ("from %.2f"), threshold) : g_strdup ("–");

  mien_table_add (table, FALSE, name, reached, difference, precision, recall, from, NULL);
}

static void
add_class_headings (MienTable *table, const char *name)
{
  mien_table_add (table, TRUE, name, "F1", _ ("to in use"), _ ("precision"), _ ("recall"),
                  _ ("counts"), NULL);
}

GtkWidget *
mien_model_table_expressions (const MienModel *model,
                              const MienScores *scores,
                              const MienScores *in_use,
                              const MienFindingsShown *findings)
{
  MienTable table;

  if (!isfinite (scores->expression_f1))
    return NULL;
  mien_table_begin (&table, _ ("Expressions"));
  add_class_headings (&table, _ ("class"));
  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    {
      double said = 0, labelled = 0;

      for (guint k = 0; k < MIEN_EXPRESSION_COUNT; k++)
        {
          said += findings->confusion[k][i];
          labelled += findings->confusion[i][k];
        }
      add_class (&table, _ (mien_expression_name (i)), scores->per_class[i],
                 in_use != NULL ? &in_use->per_class[i] : NULL, findings->confusion[i][i],
                 said, labelled, model->thresholds.expression[i]);
    }
  return table.card;
}

GtkWidget *
mien_model_table_units (const MienModel *model,
                        const MienScores *scores,
                        const MienScores *in_use,
                        const MienFindingsShown *findings)
{
  MienTable table;

  if (!isfinite (scores->units_f1))
    return NULL;
  mien_table_begin (&table, _ ("Action units"));
  add_class_headings (&table, _ ("unit"));
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    {
      g_autofree char *name =
          g_strdup_printf ("AU%u %s", mien_unit_number (i), _ (mien_unit_name (i)));
      double right = findings->right_present[i];

      add_class (&table, name, scores->per_unit[i],
                 in_use != NULL ? &in_use->per_unit[i] : NULL, right,
                 right + findings->false_present[i], right + findings->missed[i],
                 model->thresholds.action_units[i]);
    }
  return table.card;
}
