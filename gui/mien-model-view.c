/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The page of one model. Everything but the curves is in the model that it is given; the
 * curves are read once for each model. Figures are those that mienctl measured on the
 * validation videos when it was trained.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-model-view.h"

#include <glib/gi18n.h>
#include <math.h>

#include "mien-chart-group.h"
#include "mien-gates-shown.h"
#include "mien-model-charts.h"
#include "mien-model-tables.h"
#include "mien-report.h"

enum
{
  CURVE_SCORE,
  CURVE_LOSS,
  CURVE_THRESHOLDS,
  CURVE_UNIT_THRESHOLDS,
  CURVE_TRAINING_THRESHOLDS,
  N_CURVES,
};

enum
{
  FOUND_CONFUSION,
  FOUND_PRECISION,
  FOUND_RELIABILITY,
  FOUND_UNIT_RELIABILITY,
  FOUND_CLASSES,
  FOUND_UNITS,
  N_FOUND,
};

struct _MienModelView
{
  GtkWidget parent_instance;

  gint64 model;
  GCancellable *reading;

  GtkWidget *back, *compare, *use, *in_use, *lineage;
  GtkFlowBox *tables;
  GtkLabel *title, *subtitle;
  GtkScrolledWindow *scroller;
  GtkBox *content;
  MienChartView *curves[N_CURVES], *found[N_FOUND];
};

G_DEFINE_FINAL_TYPE (MienModelView, mien_model_view, GTK_TYPE_WIDGET)

static void
clear_box (GtkWidget *box)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (box)) != NULL)
    gtk_box_remove (GTK_BOX (box), child);
}

static void
show_chart (MienChartView *view, MienChart *chart, const char *caption, const char *empty)
{
  mien_chart_view_set_chart (view, chart, caption, empty);
  mien_chart_unref (chart);
}

static void
show_curves (MienModelView *self, const GArray *curves)
{
  show_chart (self->curves[CURVE_SCORE], mien_model_chart_score (curves),
              _ ("The mean of the tasks there are; tuning videos choose the epoch, "
                 "validation only reports"),
              _ ("This model was imported: there is no training to show."));
  show_chart (self->curves[CURVE_LOSS], mien_model_chart_loss (curves), NULL, NULL);
  show_chart (self->curves[CURVE_THRESHOLDS], mien_model_chart_thresholds (curves),
              _ ("From which confidence on an answer counts as a pseudo-label"), NULL);
  show_chart (self->curves[CURVE_UNIT_THRESHOLDS],
              mien_model_chart_unit_thresholds (curves),
              _ ("From which confidence on an answer counts as a pseudo-label"), NULL);
  show_chart (self->curves[CURVE_TRAINING_THRESHOLDS],
              mien_model_chart_training_thresholds (curves),
              _ ("From which confidence on a training step took an answer for true"),
              NULL);
}

static void
on_curves (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienModelView) self = data;
  g_autoptr (GArray) curves =
      mien_project_curves_finish (MIEN_PROJECT (source), result, NULL);

  if (curves != NULL && self->content != NULL
      && g_task_get_cancellable (G_TASK (result)) == self->reading)
    show_curves (self, curves);
}

static void
clear_tables (MienModelView *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->tables))) != NULL)
    gtk_flow_box_remove (self->tables, child);
}

/* NULL: there is none. */
static void
add_table (MienModelView *self, GtkWidget *card)
{
  if (card == NULL)
    return;
  gtk_flow_box_append (self->tables, card);
  gtk_widget_set_focusable (gtk_widget_get_parent (card), FALSE);
}

static void
show_findings (MienModelView *self,
               const MienModel *model,
               const MienScores *scores,
               const MienScores *in_use)
{
  MienFindingsShown findings;
  g_autofree char *expression = NULL;
  g_autofree char *units = NULL;

  mien_findings_parse (model->metrics, &findings);
  if (findings.expression.there)
    expression = mien_model_reliability_caption (&findings.expression, findings.videos);
  if (findings.units.there)
    units = mien_model_reliability_caption (&findings.units, findings.videos);
  show_chart (self->found[FOUND_CONFUSION], mien_model_chart_confusion (&findings),
              _ ("Validation frames; the shade is the share of a row"),
              _ ("It was not counted for this model: no validation frame had a label, "
                 "or it is of an earlier version. Label validation frames, then "
                 "Retrain."));
  show_chart (self->found[FOUND_PRECISION], mien_model_chart_precision (&findings),
              /* xgettext:no-c-format */
              _ ("Of the answers given, how many are right; lines are 95 % intervals"),
              NULL);
  show_chart (self->found[FOUND_RELIABILITY],
              mien_model_chart_reliability (&findings.expression, FALSE), expression,
              NULL);
  show_chart (self->found[FOUND_UNIT_RELIABILITY],
              mien_model_chart_reliability (&findings.units, TRUE), units, NULL);
  show_chart (self->found[FOUND_CLASSES], mien_model_chart_classes (scores, in_use), NULL,
              NULL);
  show_chart (self->found[FOUND_UNITS], mien_model_chart_units (scores, in_use), NULL,
              NULL);
  add_table (self, mien_model_table_expressions (model, scores, in_use, &findings));
  add_table (self, mien_model_table_units (model, scores, in_use, &findings));
}

static void
on_lineage (GtkWidget *button, MienModelView *self)
{
  gint64 *model = g_object_get_data (G_OBJECT (button), "model");

  g_signal_emit_by_name (self, "open", *model);
}

/* Takes text. */
static void
add_relative (MienModelView *self, char *text, gint64 model)
{
  GtkWidget *button = gtk_button_new_with_label (text);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "caption");
  g_object_set_data_full (G_OBJECT (button), "model", g_memdup2 (&model, sizeof model),
                          g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (on_lineage), self, 0);
  gtk_box_append (GTK_BOX (self->lineage), button);
  g_free (text);
}

static void
show_lineage (MienModelView *self, const MienModel *model, GPtrArray *models)
{
  clear_box (self->lineage);
  for (guint i = 0; i < models->len; i++)
    {
      const MienModel *other = g_ptr_array_index (models, i);

      if (model->parent > 0 && other->id == model->parent)
        /* Translators: a button that opens the model whose weights it began with. */
        add_relative (self, g_strdup_printf (_ ("Started from v%d"), (int) other->id),
                      other->id);
      else if (other->parent == model->id)
        /* Translators: a button that opens a model that began with these weights. */
        add_relative (self, g_strdup_printf (_ ("v%d started from it"), (int) other->id),
                      other->id);
    }
  gtk_widget_set_visible (self->lineage,
                          gtk_widget_get_first_child (self->lineage) != NULL);
}

/* What takes the model into use, and before that, what says whether one should. */
static void
show_buttons (MienModelView *self, const MienModel *model, const MienModel *in_use)
{
  gboolean usable = !model->current && model->has_heads;
  MienGatesShown gates;
  gboolean compared = mien_gates_parse (model, in_use, &gates);

  gtk_widget_set_visible (self->in_use, model->current);
  if (compared && gtk_widget_has_focus (self->compare))
    gtk_widget_grab_focus (self->use);
  gtk_widget_set_visible (self->compare, usable && in_use != NULL && !compared);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->compare), "x", model->id);
  gtk_widget_set_visible (self->use, usable);
  gtk_button_set_label (GTK_BUTTON (self->use), mien_gates_use_label (model, in_use));
  if (compared && mien_gates_have_failed (&gates))
    gtk_widget_remove_css_class (self->use, "suggested-action");
  else
    gtk_widget_add_css_class (self->use, "suggested-action");
}

static void
show_heading (MienModelView *self, const MienModel *model)
{
  g_autofree char *title = g_strdup_printf (_ ("Model v%d"), (int) model->id);
  g_autofree char *settings = mien_report_settings (model);
  g_autofree char *time = mien_report_time (model->created);
  g_autofree char *subtitle = g_strdup_printf ("%s · %s", settings, time);

  gtk_label_set_text (self->title, title);
  gtk_label_set_text (self->subtitle, subtitle);
}

gboolean
mien_model_view_show (MienModelView *self,
                      MienProject *project,
                      GPtrArray *models,
                      gint64 id)
{
  const MienModel *model = NULL, *in_use = NULL;
  MienScores scores, other;
  MienGatesShown gates;
  gboolean compared, has_gates;

  for (guint i = 0; i < models->len; i++)
    {
      const MienModel *one = g_ptr_array_index (models, i);

      if (one->id == id)
        model = one;
      if (one->current)
        in_use = one;
    }
  if (model == NULL)
    return FALSE;
  compared =
      in_use != NULL && in_use != model && mien_scores_parse (in_use->metrics, &other);
  show_heading (self, model);
  show_buttons (self, model, in_use);
  show_lineage (self, model, models);
  mien_scores_parse (model->metrics, &scores);
  clear_tables (self);
  has_gates = mien_gates_parse (model, in_use, &gates);
  if (has_gates)
    add_table (self, mien_model_table_gates (&gates));
  add_table (self,
             mien_model_table_scores (&scores, compared && !has_gates ? &other : NULL,
                                      in_use != NULL ? in_use->id : 0));
  show_findings (self, model, &scores, compared ? &other : NULL);
  if (self->model == id)
    return TRUE;
  self->model = id;
  for (guint i = 0; i < N_CURVES; i++)
    gtk_widget_set_visible (GTK_WIDGET (self->curves[i]), FALSE);
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->scroller), 0);
  g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
  self->reading = g_cancellable_new ();
  mien_project_curves_async (project, id, self->reading, on_curves, g_object_ref (self));
  return TRUE;
}

void
mien_model_view_enter (MienModelView *self)
{
  gtk_widget_grab_focus (self->back);
}

gint64
mien_model_view_get_model (MienModelView *self)
{
  return self->model;
}

static void
on_use (MienModelView *self)
{
  g_signal_emit_by_name (self, "use", self->model);
}

static void
on_back (MienModelView *self)
{
  g_signal_emit_by_name (self, "back");
}

static void
mien_model_view_dispose (GObject *object)
{
  MienModelView *self = MIEN_MODEL_VIEW (object);

  g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
  gtk_widget_dispose_template (GTK_WIDGET (self), MIEN_TYPE_MODEL_VIEW);
  G_OBJECT_CLASS (mien_model_view_parent_class)->dispose (object);
}

static void
mien_model_view_class_init (MienModelViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_model_view_dispose;
  g_signal_new ("use", MIEN_TYPE_MODEL_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, G_TYPE_INT64);
  g_signal_new ("open", MIEN_TYPE_MODEL_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, G_TYPE_INT64);
  g_signal_new ("back", MIEN_TYPE_MODEL_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/mien/Mien/mien-model-view.ui");
#define CHILD(name)                                                                      \
  gtk_widget_class_bind_template_child (widget_class, MienModelView, name)
  CHILD (back);
  CHILD (compare);
  CHILD (use);
  CHILD (in_use);
  CHILD (lineage);
  CHILD (tables);
  CHILD (title);
  CHILD (subtitle);
  CHILD (scroller);
  CHILD (content);
#undef CHILD
  gtk_widget_class_bind_template_callback (widget_class, on_use);
  gtk_widget_class_bind_template_callback (widget_class, on_back);
}

static void
mien_model_view_init (MienModelView *self)
{
  GtkWidget *curves, *found;

  gtk_widget_init_template (GTK_WIDGET (self));
  found = mien_chart_group_new (
      _ ("Where It Is Right"),
      _ ("Measured on the validation videos, from which it did not learn."));
  curves = mien_chart_group_new (_ ("How It Was Trained"), NULL);
  for (guint i = 0; i < N_FOUND; i++)
    self->found[i] = mien_chart_group_add (MIEN_CHART_GROUP (found));
  for (guint i = 0; i < N_CURVES; i++)
    self->curves[i] = mien_chart_group_add (MIEN_CHART_GROUP (curves));
  gtk_box_append (self->content, found);
  gtk_box_append (self->content, curves);
}
