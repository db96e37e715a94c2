/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The forecast on the Insights page. A forecast follows from the models and the targets,
 * so the list of models says when it is old; one process at a time makes the next one.
 * A target is stored by the process that reads what it means.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-forecast-group.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#include "mien-chart-group.h"
#include "mien-forecast-charts.h"
#include "mien-targets.h"

enum
{
  PAUSE_MS = 3000,
  SETTLE_MS = 600, /* after the last step of a target */
};

struct _MienForecastGroup
{
  GtkWidget parent_instance;

  MienProject *project;
  GCancellable *cancellable; /* of what is read of this project */
  gboolean stale, reading, showing;
  guint pause, settle;
  char *models; /* that the forecast was made of */

  GtkWidget *group;
  MienChartView *charts[MIEN_TASK_COUNT];
  GtkSpinButton *targets[MIEN_TASK_COUNT];
};

G_DEFINE_FINAL_TYPE (MienForecastGroup, mien_forecast_group, GTK_TYPE_WIDGET)

static void look (MienForecastGroup *self);

static void
show (MienForecastGroup *self, const MienForecastShown *forecast)
{
  self->showing = TRUE;
  for (guint i = 0; i < MIEN_TASK_COUNT; i++)
    {
      const MienTaskForecast *task = &forecast->tasks[i];
      g_autoptr (MienChart) chart = mien_forecast_chart ((MienTask) i, task);
      g_autofree char *caption = mien_forecast_caption ((MienTask) i, task);

      mien_chart_view_set_chart (
          self->charts[i], chart, caption,
          task->points->len > 0 ? NULL
          : task->left_out > 0  ? caption
                                : _ ("No trained model was measured on validation labels "
                                      "of this task yet. Label validation frames, then "
                                      "Retrain."));
      if (self->settle == 0)
        gtk_spin_button_set_value (self->targets[i],
                                   isnan (task->target) ? 0 : task->target);
      gtk_widget_set_sensitive (GTK_WIDGET (self->targets[i]), TRUE);
    }
  self->showing = FALSE;
}

static void
show_error (MienForecastGroup *self, const GError *error)
{
  for (guint i = 0; i < MIEN_TASK_COUNT; i++)
    {
      MienChartSpec spec;
      g_autoptr (MienChart) chart = NULL;

      mien_chart_spec_init (&spec, MIEN_CHART_LINES, _ ("When to Stop"));
      chart = mien_chart_new (&spec, NULL, 0);
      mien_chart_view_set_chart (self->charts[i], chart, NULL,
                                 i == 0 ? error->message : NULL);
    }
}

/* The callback's own cancellable tells results of another project. */
static gboolean
is_cancelled (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
on_forecast (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienForecastGroup) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MienForecastShown) forecast = mien_forecast_read_finish (result, &error);

  if (is_cancelled (error)
      || g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    return;
  self->reading = FALSE;
  if (forecast != NULL)
    show (self, forecast);
  else
    {
      g_clear_pointer (&self->models, g_free);
      show_error (self, error);
    }
  if (self->stale)
    look (self);
}

static void
run (MienForecastGroup *self, const char *targets)
{
  self->reading = TRUE;
  mien_forecast_read_async (mien_project_get_path (self->project), targets,
                            self->cancellable, on_forecast, g_object_ref (self));
}

/* All of the models that a forecast rests on. */
static char *
describe (const GPtrArray *models)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < models->len; i++)
    {
      const MienModel *model = g_ptr_array_index (models, i);

      g_string_append_printf (text, "%" G_GINT64_FORMAT " %d %s\n", model->id,
                              model->current,
                              model->metrics != NULL ? model->metrics : "");
    }
  return g_string_free (text, FALSE);
}

static void
on_models (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienForecastGroup) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) models =
      mien_project_models_finish (MIEN_PROJECT (source), result, &error);
  g_autofree char *text = models != NULL ? describe (models) : NULL;

  if (is_cancelled (error)
      || g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    return;
  self->reading = FALSE;
  if (models == NULL)
    show_error (self, error);
  else if (g_strcmp0 (text, self->models) != 0)
    {
      g_free (self->models);
      self->models = g_steal_pointer (&text);
      run (self, NULL);
    }
}

static gboolean
on_pause_over (gpointer data)
{
  MienForecastGroup *self = data;

  self->pause = 0;
  if (self->stale)
    look (self);
  return G_SOURCE_REMOVE;
}

static void
look (MienForecastGroup *self)
{
  self->stale = self->project != NULL;
  if (self->project == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)) || self->reading
      || self->pause != 0)
    return;
  self->stale = FALSE;
  self->reading = TRUE;
  self->pause = g_timeout_add (PAUSE_MS, on_pause_over, self);
  mien_project_models_async (self->project, self->cancellable, on_models,
                             g_object_ref (self));
}

static gboolean
on_settled (gpointer data)
{
  MienForecastGroup *self = data;
  double targets[MIEN_TASK_COUNT];
  g_autofree char *text = NULL;

  if (self->reading)
    return G_SOURCE_CONTINUE;
  self->settle = 0;
  for (guint i = 0; i < MIEN_TASK_COUNT; i++)
    {
      double value = gtk_spin_button_get_value (self->targets[i]);

      targets[i] = value > 0 ? value : (double) NAN;
    }
  text = mien_targets_to_text (targets);
  run (self, text != NULL ? text : "none");
  return G_SOURCE_REMOVE;
}

static void
on_target (MienForecastGroup *self)
{
  if (self->showing || self->project == NULL)
    return;
  g_clear_handle_id (&self->settle, g_source_remove);
  self->settle = g_timeout_add (SETTLE_MS, on_settled, self);
}

void
mien_forecast_group_set_project (MienForecastGroup *self, MienProject *project)
{
  if (self->project == project)
    return;
  if (self->project != NULL)
    g_signal_handlers_disconnect_by_data (self->project, self);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->pause, g_source_remove);
  g_clear_handle_id (&self->settle, g_source_remove);
  g_clear_pointer (&self->models, g_free);
  self->reading = FALSE;
  g_set_object (&self->project, project);
  if (project == NULL)
    return;
  self->cancellable = g_cancellable_new ();
  for (guint i = 0; i < MIEN_TASK_COUNT; i++)
    {
      gtk_widget_set_visible (GTK_WIDGET (self->charts[i]), FALSE);
      gtk_widget_set_sensitive (GTK_WIDGET (self->targets[i]), FALSE);
    }
  g_signal_connect_object (project, "changed", G_CALLBACK (look), self,
                           G_CONNECT_SWAPPED);
  look (self);
}

static void
mien_forecast_group_map (GtkWidget *widget)
{
  MienForecastGroup *self = MIEN_FORECAST_GROUP (widget);

  GTK_WIDGET_CLASS (mien_forecast_group_parent_class)->map (widget);
  if (self->stale)
    look (self);
}

static void
mien_forecast_group_dispose (GObject *object)
{
  MienForecastGroup *self = MIEN_FORECAST_GROUP (object);

  mien_forecast_group_set_project (self, NULL);
  g_clear_pointer (&self->group, gtk_widget_unparent);
  G_OBJECT_CLASS (mien_forecast_group_parent_class)->dispose (object);
}

static void
mien_forecast_group_class_init (MienForecastGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_forecast_group_dispose;
  widget_class->map = mien_forecast_group_map;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static GtkWidget *
new_targets (MienForecastGroup *self)
{
  const char *const titles[MIEN_TASK_COUNT] = {
    [MIEN_TASK_VALENCE_AROUSAL] = _ ("Mean CCC of valence and arousal"),
    [MIEN_TASK_EXPRESSION] = _ ("Mean F1 of expressions"),
    [MIEN_TASK_ACTION_UNITS] = _ ("Mean F1 of action units"),
  };
  GtkWidget *group = adw_preferences_group_new ();

  /* Translators: the figures that a project is to reach. */
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), _ ("Targets"));
  adw_preferences_group_set_description (
      ADW_PREFERENCES_GROUP (group),
      _ ("What the project is to reach on validation; 0 is no target."));
  for (guint i = 0; i < MIEN_TASK_COUNT; i++)
    {
      GtkWidget *row = adw_action_row_new ();
      GtkWidget *target = gtk_spin_button_new_with_range (0, 1, 0.01);

      self->targets[i] = GTK_SPIN_BUTTON (target);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), titles[i]);
      gtk_widget_set_valign (target, GTK_ALIGN_CENTER);
      gtk_widget_set_sensitive (target, FALSE);
      gtk_accessible_update_property (GTK_ACCESSIBLE (target),
                                      GTK_ACCESSIBLE_PROPERTY_LABEL, titles[i], -1);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), target);
      adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), target);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
      g_signal_connect_swapped (target, "value-changed", G_CALLBACK (on_target), self);
    }
  return group;
}

static void
mien_forecast_group_init (MienForecastGroup *self)
{
  self->group = mien_chart_group_new (
      _ ("When to Stop"),
      _ ("Figures of the models on the same validation labels, by how many labels they "
         "have learnt from. Intervals are of 95 %; they hold for more labels of the same "
         "kind."));
  for (guint i = 0; i < MIEN_TASK_COUNT; i++)
    self->charts[i] = mien_chart_group_add (MIEN_CHART_GROUP (self->group));
  mien_chart_group_append (MIEN_CHART_GROUP (self->group), new_targets (self));
  gtk_widget_set_parent (self->group, GTK_WIDGET (self));
}

GtkWidget *
mien_forecast_group_new (void)
{
  return g_object_new (MIEN_TYPE_FORECAST_GROUP, NULL);
}
