/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The Insights page. It reads only while it can be seen, and not more often than every
 * few seconds however often the project changes: the quick sums first, then those over
 * all labels and what mienctl estimates, whose last state stands until the next is there.
 * Reading all of a big project takes seconds of others' time, so it is left ten times as
 * long in between.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-insights-page.h"

#include <glib/gi18n.h>

#include "mien-agreement-group.h"
#include "mien-audit-group.h"
#include "mien-chart-group.h"
#include "mien-forecast-group.h"
#include "mien-insights-charts.h"
#include "mien-model-charts.h"
#include "mien-project-insights.h"
#include "mien-report.h"

enum
{
  DAYS = 30,
  LEAST_PAUSE_MS = 3000,
  PAUSES = 10, /* times as long as the last reading took */
  MOST_PAUSE_MS = 600000,
};

enum
{
  CHART_EXPRESSIONS,
  CHART_UNITS,
  CHART_POINTS,
  CHART_COVERAGE,
  CHART_PASSING,
  CHART_UNIT_PASSING,
  CHART_RELIABILITY,
  CHART_UNIT_RELIABILITY,
  CHART_DAYS,
  CHART_SECONDS,
  N_CHARTS,
};

struct _MienInsightsPage
{
  GtkWidget parent_instance;

  MienProject *project;
  GCancellable *cancellable; /* of what is read of this project */
  gboolean stale;
  guint reading; /* how much of what takes its time has not come yet */
  guint timeout;
  gint64 began;
  MienBalance *balance;
  MienProjectInsights *insights;

  GtkStack *stack;
  GtkWidget *content, *progress;
  GtkLabel *summary;
  MienChartView *charts[N_CHARTS];
  MienForecastGroup *forecast;
  GtkWidget *audits, *agreement;
};

G_DEFINE_FINAL_TYPE (MienInsightsPage, mien_insights_page, GTK_TYPE_WIDGET)

static void refresh (MienInsightsPage *self);

static void
show_chart (MienInsightsPage *self,
            guint place,
            MienChart *chart,
            const char *caption,
            const char *empty)
{
  mien_chart_view_set_chart (self->charts[place], chart, caption, empty);
  mien_chart_unref (chart);
}

static void
show_balance (MienInsightsPage *self)
{
  const MienBalance *balance = self->balance;
  const char *none = _ ("No label of this kind yet. Import labels, or answer faces in "
                        "Review.");
  g_autofree char *read = NULL;
  g_autofree char *caption = NULL;

  if (balance == NULL)
    return;
  show_chart (self, CHART_EXPRESSIONS,
              mien_insights_chart_expressions (balance, MIEN_SPLIT_TRAIN),
              _ ("Training split"), none);
  show_chart (self, CHART_UNITS, mien_insights_chart_units (balance, MIEN_SPLIT_TRAIN),
              _ ("Training split; beside them, how many answers there are"), none);
  show_chart (self, CHART_POINTS, mien_insights_chart_points (balance, MIEN_SPLIT_TRAIN),
              _ ("Training split, labels and accepted pseudo-labels"), none);
  show_chart (self, CHART_COVERAGE, mien_insights_chart_coverage (balance),
              _ ("Each frame once, by the best label it has; pseudo-labels are of the "
                 "training split only"),
              none);
  if (self->insights == NULL || self->insights->model == NULL
      || balance->model != self->insights->model->id)
    return;
  read = mien_report_count (balance->read);
  caption = g_strdup_printf (ngettext ("%s training frame that the model has read",
                                       "%s training frames that the model has read",
                                       (gulong) balance->read),
                             read);
  show_chart (self, CHART_PASSING,
              mien_insights_chart_passing (balance, &self->insights->model->thresholds),
              caption,
              _ ("The model has not read any training frame yet. Propose lets it."));
  show_chart (
      self, CHART_UNIT_PASSING,
      mien_insights_chart_unit_passing (balance, &self->insights->model->thresholds),
      caption, NULL);
}

static void
show_model (MienInsightsPage *self)
{
  const MienModel *model = self->insights->model;
  const MienReliabilityShown *parts[2];
  MienFindingsShown findings;

  mien_findings_parse (model != NULL ? model->metrics : NULL, &findings);
  parts[0] = &findings.expression;
  parts[1] = &findings.units;
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *caption =
          parts[i]->there ? mien_model_reliability_caption (parts[i], findings.videos)
                          : NULL;
      const char *empty =
          i > 0           ? NULL
          : model == NULL ? _ ("No model is in use. Retrain makes one from the labels "
                               "there are.")
                          : _ ("It was not measured for this model: no validation "
                               "frame had a label, or it is of an earlier version. "
                               "Label validation frames, then Retrain.");

      show_chart (self, CHART_RELIABILITY + i,
                  mien_model_chart_reliability (parts[i], i > 0), caption, empty);
    }
  if (model == NULL)
    {
      gtk_widget_set_visible (GTK_WIDGET (self->charts[CHART_PASSING]), FALSE);
      gtk_widget_set_visible (GTK_WIDGET (self->charts[CHART_UNIT_PASSING]), FALSE);
    }
}

static void
show_people (MienInsightsPage *self)
{
  const MienDecisions *decisions = self->insights->decisions;

  show_chart (self, CHART_DAYS,
              mien_insights_chart_days (decisions, g_get_real_time (), DAYS),
              _ ("The last 30 days; what was undone is not counted"),
              _ ("No decision in the last 30 days. Review asks for the most useful ones "
                 "first."));
  show_chart (self, CHART_SECONDS, mien_insights_chart_seconds (decisions),
              _ ("Median of the last 30 days; the line spans the middle half"), NULL);
}

static void
show_census (MienInsightsPage *self)
{
  const MienCensus *census = self->insights->census;
  g_autofree char *all = NULL;
  g_autofree char *parts[4] = { NULL };
  guint64 frames = 0, missing = 0;

  for (guint split = 0; split < 3; split++)
    {
      parts[split] = mien_report_count (census[split].frames);
      frames += census[split].frames;
      missing += census[split].missing;
    }
  parts[3] = mien_report_count (missing);
  all = mien_report_count (frames);
  gtk_stack_set_visible_child_name (self->stack, frames > 0 ? "charts" : "empty");
  {
    /* Translators: numbers of frames: in all, by split, and without an image. */
    g_autofree char *text = g_strdup_printf (
        _ ("%s frames: %s training, %s validation, %s test; %s without an image"), all,
        parts[MIEN_SPLIT_TRAIN], parts[MIEN_SPLIT_VALIDATION], parts[MIEN_SPLIT_TEST],
        parts[3]);

    gtk_label_set_text (self->summary, text);
  }
}

static void
show_failure (MienInsightsPage *self, const GError *error)
{
  gtk_stack_set_visible_child_name (self->stack, "charts");
  gtk_label_set_text (self->summary, error->message);
}

static gboolean
is_current (MienInsightsPage *self, GObject *source, GAsyncResult *result)
{
  return self->stack != NULL && self->project == MIEN_PROJECT (source)
         && g_task_get_cancellable (G_TASK (result)) == self->cancellable;
}

static gboolean
on_pause_over (gpointer data)
{
  MienInsightsPage *self = data;

  self->timeout = 0;
  if (self->stale)
    refresh (self);
  return G_SOURCE_REMOVE;
}

static void
one_less (MienInsightsPage *self)
{
  gint64 took_ms = (g_get_monotonic_time () - self->began) / 1000;

  if (--self->reading > 0)
    return;
  gtk_widget_set_visible (self->progress, FALSE);
  self->timeout =
      g_timeout_add ((guint) CLAMP (PAUSES * took_ms, LEAST_PAUSE_MS, MOST_PAUSE_MS),
                     on_pause_over, self);
}

static void
on_balance (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienInsightsPage) self = data;
  g_autoptr (GError) error = NULL;
  MienBalance *balance =
      mien_project_balance_finish (MIEN_PROJECT (source), result, &error);

  if (!is_current (self, source, result))
    {
      g_free (balance);
      return;
    }
  one_less (self);
  if (balance == NULL)
    {
      show_failure (self, error);
      return;
    }
  g_free (self->balance);
  self->balance = balance;
  show_balance (self);
}

static void
on_agreement (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienInsightsPage) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MienAgreementShown) agreement =
      mien_project_agreement_finish (MIEN_PROJECT (source), result, &error);

  if (!is_current (self, source, result))
    return;
  one_less (self);
  if (agreement != NULL)
    mien_agreement_group_show (MIEN_AGREEMENT_GROUP (self->agreement), agreement);
  else
    mien_agreement_group_fail (MIEN_AGREEMENT_GROUP (self->agreement), error->message);
  gtk_widget_set_visible (self->agreement, TRUE);
}

static void
on_audits (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienInsightsPage) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MienAuditsShown) audits =
      mien_project_audits_finish (MIEN_PROJECT (source), result, &error);

  if (!is_current (self, source, result))
    return;
  one_less (self);
  if (audits != NULL)
    mien_audit_group_show (MIEN_AUDIT_GROUP (self->audits), audits);
  else
    mien_audit_group_fail (MIEN_AUDIT_GROUP (self->audits), error->message);
  gtk_widget_set_visible (self->audits, TRUE);
}

/* Asked only where there is a model whose answers are audited. */
static void
ask_audits (MienInsightsPage *self)
{
  if (self->insights->model != NULL)
    {
      self->reading++;
      mien_project_audits_async (self->project, self->cancellable, on_audits,
                                 g_object_ref (self));
      return;
    }
  mien_audit_group_show (MIEN_AUDIT_GROUP (self->audits), NULL);
  gtk_widget_set_visible (self->audits, TRUE);
}

static void
on_insights (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienInsightsPage) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MienProjectInsights) insights =
      mien_project_insights_finish (MIEN_PROJECT (source), result, &error);

  if (!is_current (self, source, result))
    return;
  if (insights == NULL)
    {
      one_less (self);
      show_failure (self, error);
      return;
    }
  g_clear_pointer (&self->insights, mien_project_insights_free);
  self->insights = g_steal_pointer (&insights);
  show_census (self);
  show_people (self);
  show_model (self);
  show_balance (self);
  ask_audits (self);
  one_less (self);
}

static void
refresh (MienInsightsPage *self)
{
  gint64 since = g_get_real_time () - (DAYS + 1) * G_TIME_SPAN_DAY;

  self->stale = self->project != NULL;
  if (self->project == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self))
      || self->timeout != 0 || self->reading > 0)
    return;
  self->stale = FALSE;
  self->reading = 3;
  self->began = g_get_monotonic_time ();
  mien_project_insights_async (self->project, since, self->cancellable, on_insights,
                               g_object_ref (self));
  gtk_widget_set_visible (self->progress, self->balance == NULL);
  mien_project_balance_async (self->project, self->cancellable, on_balance,
                              g_object_ref (self));
  mien_project_agreement_async (self->project, self->cancellable, on_agreement,
                                g_object_ref (self));
}

void
mien_insights_page_set_project (MienInsightsPage *self, MienProject *project)
{
  if (self->project == project)
    return;
  if (self->project != NULL)
    g_signal_handlers_disconnect_by_data (self->project, self);
  mien_forecast_group_set_project (self->forecast, project);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->timeout, g_source_remove);
  g_clear_pointer (&self->balance, g_free);
  g_clear_pointer (&self->insights, mien_project_insights_free);
  self->reading = 0;
  g_set_object (&self->project, project);
  if (project == NULL)
    return;
  self->cancellable = g_cancellable_new ();
  for (guint i = 0; i < N_CHARTS; i++)
    gtk_widget_set_visible (GTK_WIDGET (self->charts[i]), FALSE);
  gtk_widget_set_visible (self->audits, FALSE);
  gtk_widget_set_visible (self->agreement, FALSE);
  gtk_label_set_text (self->summary, NULL);
  g_signal_connect_object (project, "changed", G_CALLBACK (refresh), self,
                           G_CONNECT_SWAPPED);
  refresh (self);
}

static void
mien_insights_page_map (GtkWidget *widget)
{
  MienInsightsPage *self = MIEN_INSIGHTS_PAGE (widget);

  GTK_WIDGET_CLASS (mien_insights_page_parent_class)->map (widget);
  if (self->stale)
    refresh (self);
}

static void
mien_insights_page_dispose (GObject *object)
{
  MienInsightsPage *self = MIEN_INSIGHTS_PAGE (object);

  mien_insights_page_set_project (self, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), MIEN_TYPE_INSIGHTS_PAGE);
  G_OBJECT_CLASS (mien_insights_page_parent_class)->dispose (object);
}

static void
mien_insights_page_class_init (MienInsightsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_insights_page_dispose;
  widget_class->map = mien_insights_page_map;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/mien/Mien/mien-insights-page.ui");
#define CHILD(name)                                                                      \
  gtk_widget_class_bind_template_child (widget_class, MienInsightsPage, name)
  CHILD (stack);
  CHILD (content);
  CHILD (progress);
  CHILD (summary);
#undef CHILD
}

static void
mien_insights_page_init (MienInsightsPage *self)
{
  const struct
  {
    const char *title;
    guint first, end;
  } groups[] = { { _ ("Labels"), CHART_EXPRESSIONS, CHART_PASSING },
                 { _ ("Model in Use"), CHART_PASSING, CHART_DAYS },
                 { _ ("People"), CHART_DAYS, N_CHARTS } };

  gtk_widget_init_template (GTK_WIDGET (self));
  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    {
      GtkWidget *group = mien_chart_group_new (groups[i].title, NULL);

      for (guint chart = groups[i].first; chart < groups[i].end; chart++)
        self->charts[chart] = mien_chart_group_add (MIEN_CHART_GROUP (group));
      gtk_box_append (GTK_BOX (self->content), group);
    }
  self->forecast = MIEN_FORECAST_GROUP (mien_forecast_group_new ());
  gtk_box_append (GTK_BOX (self->content), GTK_WIDGET (self->forecast));
  self->audits = mien_audit_group_new ();
  self->agreement = mien_agreement_group_new ();
  gtk_widget_set_visible (self->audits, FALSE);
  gtk_widget_set_visible (self->agreement, FALSE);
  gtk_box_append (GTK_BOX (self->content), self->audits);
  gtk_box_append (GTK_BOX (self->content), self->agreement);
}
