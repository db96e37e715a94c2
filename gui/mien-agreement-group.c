/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Agreement in the window: a chart for each task, one of the inflation, one of the drift,
 * and a table of the annotators.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-agreement-group.h"

#include <glib/gi18n.h>
#include <math.h>

#include "mien-agreement-charts.h"
#include "mien-chart-group.h"
#include "mien-report.h"
#include "mien-table.h"

enum
{
  /* As they stand, so that those beside each other are about as high. */
  CHART_POINTS,
  CHART_INFLATION,
  CHART_EXPRESSIONS,
  CHART_UNITS,
  CHART_PAIRS,
  CHART_DRIFT,
  N_CHARTS,
};

enum
{
  /* In the table. */
  MOST_ANNOTATORS = 40,
};

struct _MienAgreementGroup
{
  GtkWidget parent_instance;

  MienChartGroup *group;
  MienChartView *charts[N_CHARTS];
  GtkWidget *annotators; /* a box for a table */
};

G_DEFINE_FINAL_TYPE (MienAgreementGroup, mien_agreement_group, GTK_TYPE_WIDGET)

static GtkWidget *
table_of_annotators (const MienAgreementShown *agreement)
{
  g_autoptr (GPtrArray) annotators = mien_agreement_busiest (agreement);
  guint shown = MIN (annotators->len, MOST_ANNOTATORS);
  MienTable table;

  mien_table_begin (&table, _ ("Annotators"));
  mien_table_add (&table, TRUE, _ ("name"), _ ("decisions"), _ ("seconds a decision"),
                  NULL);
  for (guint i = 0; i < shown; i++)
    {
      const MienAnnotatorShown *annotator = g_ptr_array_index (annotators, i);
      g_autofree char *decisions = mien_report_count (annotator->decisions);
      g_autofree char *seconds = isfinite (annotator->seconds)
                                     ? g_strdup_printf ("%.1f", annotator->seconds)
                                     : g_strdup ("–");

      mien_table_add (&table, FALSE, annotator->name, decisions, seconds, NULL);
    }
  if (shown < annotators->len)
    {
      g_autofree char *count = mien_report_count (annotators->len - shown);
      /* Translators: a number of people. */
      g_autofree char *rest = g_strdup_printf (_ ("and %s more"), count);

      mien_table_add (&table, FALSE, rest, NULL);
    }
  return table.card;
}

/* card: NULL: none. */
static void
put_annotators (MienAgreementGroup *self, GtkWidget *card)
{
  GtkWidget *old = gtk_widget_get_first_child (self->annotators);

  if (old != NULL)
    gtk_box_remove (GTK_BOX (self->annotators), old);
  if (card != NULL)
    gtk_box_append (GTK_BOX (self->annotators), card);
  gtk_widget_set_visible (self->annotators, card != NULL);
}

static void
put_chart (MienAgreementGroup *self,
           guint place,
           MienChart *chart,
           const char *caption,
           const char *empty)
{
  mien_chart_view_set_chart (self->charts[place], chart, caption, empty);
  mien_chart_unref (chart);
}

void
mien_agreement_group_fail (MienAgreementGroup *self, const char *message)
{
  for (guint i = 0; i < N_CHARTS; i++)
    gtk_widget_set_visible (GTK_WIDGET (self->charts[i]), FALSE);
  put_annotators (self, NULL);
  mien_chart_group_set_description (self->group, message);
}

static void
show_people (MienAgreementGroup *self, const MienAgreementShown *agreement)
{
  static const guint places[] = {
    [MIEN_TASK_VALENCE_AROUSAL] = CHART_POINTS,
    [MIEN_TASK_EXPRESSION] = CHART_EXPRESSIONS,
    [MIEN_TASK_ACTION_UNITS] = CHART_UNITS,
  };

  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    {
      guint64 annotators = 0;
      g_autofree char *count = NULL;
      g_autofree char *caption = NULL;

      for (guint i = 0; i < agreement->people->len; i++)
        {
          const MienPeopleShown *people = g_ptr_array_index (agreement->people, i);

          if (people->task == task)
            annotators = MAX (annotators, people->annotators);
        }
      count = mien_report_count (annotators);
      caption = g_strdup_printf (
          ngettext ("%s annotator, on faces that two or more have answered",
                    "%s annotators, on faces that two or more have answered",
                    (gulong) annotators),
          count);
      put_chart (self, places[task],
                 mien_agreement_chart_people (agreement, (MienTask) task), caption, NULL);
    }
}

void
mien_agreement_group_show (MienAgreementGroup *self, const MienAgreementShown *agreement)
{
  g_autofree char *lack = mien_agreement_lack (agreement);
  const char *bars =
      /* xgettext:no-c-format */
      _ ("Bars are 95 % intervals, from whole videos drawn anew; with fewer than five "
         "videos there are none.");
  gboolean anybody = agreement->annotators->len > 0;
  g_autofree char *description = g_strdup_printf (
      "%s%s%s", lack != NULL ? lack : _ ("1 is complete agreement, 0 that of chance."),
      anybody ? "\n" : "", anybody ? bars : "");

  mien_chart_group_set_description (self->group, description);
  show_people (self, agreement);
  put_chart (
      self, CHART_INFLATION, mien_agreement_chart_inflation (agreement),
      _ ("How much more people agree with the model where its answer was in sight: "
         "the share that is the same, of valence and arousal CCC"),
      anybody ? _ ("To tell whether the model's answer pulls people along, answers "
                   "are needed with it in sight and with it hidden. Some faces of "
                   "Review always hide it.")
              : NULL);
  put_chart (
      self, CHART_PAIRS, mien_agreement_chart_pairs (agreement),
      _ ("Each two on what both have answered, the lowest first: kappa, of valence "
         "and arousal CCC"),
      NULL);
  put_chart (
      self, CHART_DRIFT, mien_agreement_chart_drift (agreement),
      _ ("An annotator's latest third of answers less the earliest: how much more "
         "they agree with others, or with the model where nobody else has answered"),
      NULL);
  put_annotators (self, anybody ? table_of_annotators (agreement) : NULL);
}

static void
mien_agreement_group_dispose (GObject *object)
{
  MienAgreementGroup *self = MIEN_AGREEMENT_GROUP (object);

  if (self->group != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->group));
  self->group = NULL;
  G_OBJECT_CLASS (mien_agreement_group_parent_class)->dispose (object);
}

static void
mien_agreement_group_class_init (MienAgreementGroupClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mien_agreement_group_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass),
                                            GTK_TYPE_BIN_LAYOUT);
}

static void
mien_agreement_group_init (MienAgreementGroup *self)
{
  self->group = MIEN_CHART_GROUP (mien_chart_group_new (_ ("Agreement"), NULL));
  gtk_widget_set_parent (GTK_WIDGET (self->group), GTK_WIDGET (self));
  for (guint i = 0; i < N_CHARTS; i++)
    self->charts[i] = mien_chart_group_add (self->group);
  self->annotators = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  mien_chart_group_append (self->group, self->annotators);
}

GtkWidget *
mien_agreement_group_new (void)
{
  return g_object_new (MIEN_TYPE_AGREEMENT_GROUP, NULL);
}
