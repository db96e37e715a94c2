/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The models, and the page of one of them. The list is read anew when the project changes
 * and the page can be seen, and the rows are made anew only when what they show has
 * changed, so that an opened row keeps the focus while a job commits every few moments. A
 * training that runs is drawn anew when one of its epochs has ended, from what mienctl
 * says of it.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-models-page.h"

#include <glib/gi18n.h>

#include "mien-chart-group.h"
#include "mien-model-charts.h"
#include "mien-model-row.h"
#include "mien-model-view.h"

struct _MienModelsPage
{
  GtkWidget parent_instance;

  MienProject *project;
  GCancellable *reading;
  gboolean stale;
  char *shown; /* what the rows show, in one text */
  GPtrArray *models, *rows;

  MienJobRunner *runner;
  guint n_points; /* of the training's curves, as shown */

  GtkStack *stack;
  AdwPreferencesGroup *group;
  GtkBox *list;
  MienModelView *view;
  GtkWidget *training;
  MienChartView *score, *loss, *thresholds, *training_thresholds;
};

G_DEFINE_FINAL_TYPE (MienModelsPage, mien_models_page, GTK_TYPE_WIDGET)

static char *
describe (GPtrArray *models)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < models->len; i++)
    {
      const MienModel *model = g_ptr_array_index (models, i);
      g_autofree char *thresholds = g_compute_checksum_for_data (
          G_CHECKSUM_SHA256, (const guint8 *) &model->thresholds,
          sizeof model->thresholds);

      g_string_append_printf (text, "%" G_GINT64_FORMAT " %d %s %s\n", model->id,
                              model->current, thresholds,
                              model->metrics != NULL ? model->metrics : "");
    }
  return g_string_free (text, FALSE);
}

static void
forward_use (MienModelsPage *self, gint64 model)
{
  g_signal_emit_by_name (self, "use", model);
}

static gboolean
is_detail (MienModelsPage *self)
{
  return g_strcmp0 (gtk_stack_get_visible_child_name (self->stack), "detail") == 0;
}

/* A training is worth a list even before there is a model. */
static void
show_list (MienModelsPage *self)
{
  gboolean any = (self->models != NULL && self->models->len > 0)
                 || gtk_widget_get_visible (self->training);

  gtk_widget_set_visible (GTK_WIDGET (self->group),
                          self->models != NULL && self->models->len > 0);
  gtk_stack_set_visible_child_name (self->stack, any ? "list" : "empty");
}

static void
open_model (MienModelsPage *self, gint64 model)
{
  if (self->models == NULL
      || !mien_model_view_show (self->view, self->project, self->models, model))
    return;
  gtk_stack_set_visible_child_name (self->stack, "detail");
  mien_model_view_enter (self->view);
}

static void
on_row (GtkWidget *row, MienModelsPage *self)
{
  open_model (self, mien_model_row_get_model (MIEN_MODEL_ROW (row)));
}

/* To the list, at the row that was opened. */
static void
go_back (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MienModelsPage *self = MIEN_MODELS_PAGE (widget);
  gint64 model = mien_model_view_get_model (self->view);

  if (!is_detail (self))
    return;
  show_list (self);
  for (guint i = 0; i < self->rows->len; i++)
    if (mien_model_row_get_model (g_ptr_array_index (self->rows, i)) == model)
      gtk_widget_grab_focus (g_ptr_array_index (self->rows, i));
}

static void
on_back (MienModelsPage *self)
{
  go_back (GTK_WIDGET (self), NULL, NULL);
}

static const MienModel *
find_in_use (GPtrArray *models)
{
  for (guint i = 0; i < models->len; i++)
    if (((const MienModel *) g_ptr_array_index (models, i))->current)
      return g_ptr_array_index (models, i);
  return NULL;
}

static void
show (MienModelsPage *self, GPtrArray *models)
{
  g_autofree char *text = describe (models);
  const MienModel *in_use = find_in_use (models);

  if (self->models != models)
    {
      g_clear_pointer (&self->models, g_ptr_array_unref);
      self->models = g_ptr_array_ref (models);
    }
  if (is_detail (self) && g_strcmp0 (text, self->shown) != 0
      && !mien_model_view_show (self->view, self->project, models,
                                mien_model_view_get_model (self->view)))
    show_list (self);
  if (!is_detail (self))
    show_list (self);
  if (g_strcmp0 (text, self->shown) == 0)
    return;
  g_free (self->shown);
  self->shown = g_steal_pointer (&text);
  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->group, g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; i < models->len; i++)
    {
      const MienModel *model = g_ptr_array_index (models, i);
      GtkWidget *row = mien_model_row_new (model, model != in_use ? in_use : NULL);

      g_signal_connect_object (row, "activated", G_CALLBACK (on_row), self, 0);
      g_signal_connect_object (row, "use", G_CALLBACK (forward_use), self,
                               G_CONNECT_SWAPPED);
      adw_preferences_group_add (self->group, row);
      g_ptr_array_add (self->rows, row);
    }
}

static void
on_models (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienModelsPage) self = data;
  g_autoptr (GPtrArray) models =
      mien_project_models_finish (MIEN_PROJECT (source), result, NULL);

  if (models != NULL && self->project == MIEN_PROJECT (source) && self->stack != NULL)
    show (self, models);
}

static void
refresh (MienModelsPage *self)
{
  self->stale = self->project != NULL && !gtk_widget_get_mapped (GTK_WIDGET (self));
  if (self->project == NULL || self->stale)
    return;
  g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
  self->reading = g_cancellable_new ();
  mien_project_models_async (self->project, self->reading, on_models,
                             g_object_ref (self));
}

void
mien_models_page_set_project (MienModelsPage *self, MienProject *project)
{
  if (self->project != NULL)
    g_signal_handlers_disconnect_by_data (self->project, self);
  g_cancellable_cancel (self->reading);
  if (self->project != project && self->stack != NULL)
    {
      g_clear_pointer (&self->models, g_ptr_array_unref);
      g_clear_pointer (&self->shown, g_free);
      show_list (self);
    }
  g_set_object (&self->project, project);
  if (project != NULL)
    g_signal_connect_object (project, "changed", G_CALLBACK (refresh), self,
                             G_CONNECT_SWAPPED);
  refresh (self);
}

static void
show_chart (MienChartView *view, MienChart *chart)
{
  mien_chart_view_set_chart (view, chart, NULL, NULL);
  mien_chart_unref (chart);
}

static void
show_training (MienModelsPage *self)
{
  MienChild *child =
      self->runner != NULL ? mien_job_runner_get_running (self->runner) : NULL;
  gboolean runs = child != NULL && mien_child_get_kind (child) == MIEN_CHILD_TRAIN;
  const GArray *curves = runs ? mien_child_get_curves (child) : NULL;

  if (runs && curves->len == self->n_points)
    return;
  self->n_points = runs ? curves->len : 0;
  gtk_widget_set_visible (self->training, runs && curves->len > 0);
  if (runs && curves->len > 0)
    {
      show_chart (self->score, mien_model_chart_score (curves));
      show_chart (self->loss, mien_model_chart_loss (curves));
      show_chart (self->thresholds, mien_model_chart_thresholds (curves));
      show_chart (self->training_thresholds,
                  mien_model_chart_training_thresholds (curves));
    }
  if (!is_detail (self))
    show_list (self);
}

void
mien_models_page_set_runner (MienModelsPage *self, MienJobRunner *runner)
{
  if (self->runner != NULL)
    g_signal_handlers_disconnect_by_data (self->runner, self);
  g_set_object (&self->runner, runner);
  if (runner != NULL)
    {
      g_signal_connect_object (runner, "changed", G_CALLBACK (show_training), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (runner, "ended", G_CALLBACK (show_training), self,
                               G_CONNECT_SWAPPED);
    }
  if (self->stack != NULL)
    show_training (self);
}

static void
mien_models_page_map (GtkWidget *widget)
{
  MienModelsPage *self = MIEN_MODELS_PAGE (widget);

  GTK_WIDGET_CLASS (mien_models_page_parent_class)->map (widget);
  if (self->stale)
    refresh (self);
}

static void
mien_models_page_dispose (GObject *object)
{
  MienModelsPage *self = MIEN_MODELS_PAGE (object);

  mien_models_page_set_project (self, NULL);
  g_clear_object (&self->reading);
  if (self->runner != NULL)
    g_signal_handlers_disconnect_by_data (self->runner, self);
  g_clear_object (&self->runner);
  g_clear_pointer (&self->models, g_ptr_array_unref);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->shown, g_free);
  gtk_widget_dispose_template (GTK_WIDGET (self), MIEN_TYPE_MODELS_PAGE);
  G_OBJECT_CLASS (mien_models_page_parent_class)->dispose (object);
}

static void
mien_models_page_class_init (MienModelsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_models_page_dispose;
  widget_class->map = mien_models_page_map;
  g_signal_new ("use", MIEN_TYPE_MODELS_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, G_TYPE_INT64);
  gtk_widget_class_install_action (widget_class, "models.back", NULL, go_back);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "models.back",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Left, GDK_ALT_MASK,
                                       "models.back", NULL);
  g_type_ensure (MIEN_TYPE_MODEL_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/mien/Mien/mien-models-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MienModelsPage, stack);
  gtk_widget_class_bind_template_child (widget_class, MienModelsPage, group);
  gtk_widget_class_bind_template_child (widget_class, MienModelsPage, list);
  gtk_widget_class_bind_template_child (widget_class, MienModelsPage, view);
  gtk_widget_class_bind_template_callback (widget_class, forward_use);
  gtk_widget_class_bind_template_callback (widget_class, open_model);
  gtk_widget_class_bind_template_callback (widget_class, on_back);
}

static void
mien_models_page_init (MienModelsPage *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  self->training = mien_chart_group_new (_ ("Training Now"), NULL);
  self->score = mien_chart_group_add (MIEN_CHART_GROUP (self->training));
  self->loss = mien_chart_group_add (MIEN_CHART_GROUP (self->training));
  self->thresholds = mien_chart_group_add (MIEN_CHART_GROUP (self->training));
  self->training_thresholds = mien_chart_group_add (MIEN_CHART_GROUP (self->training));
  gtk_widget_set_visible (self->training, FALSE);
  gtk_box_prepend (self->list, self->training);
}
