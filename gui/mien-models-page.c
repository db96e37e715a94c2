/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The models. The list is read anew when the project changes and the page can be seen,
 * and the rows are made anew only when what they show has changed, so that an opened row
 * stays open while a job commits every few moments.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-models-page.h"

#include "mien-model-row.h"

struct _MienModelsPage
{
  GtkWidget parent_instance;

  MienProject *project;
  GCancellable *reading;
  gboolean stale;
  char *shown; /* what the rows show, in one text */
  GPtrArray *rows;

  GtkStack *stack;
  AdwPreferencesGroup *group;
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

static void
show (MienModelsPage *self, GPtrArray *models)
{
  g_autofree char *text = describe (models);

  gtk_stack_set_visible_child_name (self->stack, models->len > 0 ? "list" : "empty");
  if (g_strcmp0 (text, self->shown) == 0)
    return;
  g_free (self->shown);
  self->shown = g_steal_pointer (&text);
  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->group, g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; i < models->len; i++)
    {
      GtkWidget *row = mien_model_row_new (self->project, g_ptr_array_index (models, i));

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
  g_set_object (&self->project, project);
  if (project != NULL)
    g_signal_connect_object (project, "changed", G_CALLBACK (refresh), self,
                             G_CONNECT_SWAPPED);
  refresh (self);
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
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/mien/Mien/mien-models-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MienModelsPage, stack);
  gtk_widget_class_bind_template_child (widget_class, MienModelsPage, group);
}

static void
mien_models_page_init (MienModelsPage *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}
