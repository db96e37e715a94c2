/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A model in the list. All figures come from what was stored when it was trained:
 * measured on the validation videos, each class with the confidence from which on the
 * model's answer counts as a pseudo-label. The row never changes; another model, or a new
 * state of this one, gets a new row.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-model-row.h"

#include <glib/gi18n.h>
#include <math.h>

#include "mien-report.h"
#include "mien-sparkline.h"

struct _MienModelRow
{
  AdwExpanderRow parent_instance;

  MienProject *project;
  gint64 model;
  GCancellable *reading; /* the curves; there once they were asked for */

  GtkWidget *in_use, *use, *classes, *curves;
  GtkLabel *score;
  GtkFlowBox *scores;
  GtkGrid *expressions, *units;
};

G_DEFINE_FINAL_TYPE (MienModelRow, mien_model_row, ADW_TYPE_EXPANDER_ROW)

static GtkWidget *
label_new (const char *text, const char *css_class, float xalign)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), xalign);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

static void
add_score (MienModelRow *self, const char *name, double value)
{
  g_autofree char *text = mien_report_score (value);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *figure = label_new (text, "title-4", 0);
  GtkWidget *title = label_new (name, "caption", 0);

  gtk_widget_add_css_class (figure, "numeric");
  gtk_widget_add_css_class (title, "dim-label");
  gtk_box_append (GTK_BOX (box), figure);
  gtk_box_append (GTK_BOX (box), title);
  gtk_flow_box_append (self->scores, box);
  gtk_widget_set_focusable (gtk_widget_get_parent (box), FALSE);
}

static void
add_class (GtkGrid *grid, int row, const char *name, double f1, double threshold)
{
  g_autofree char *reached = mien_report_score (f1);
  /* Translators: a confidence, as in "from 0.89 on". */
  g_autofree char *from = isfinite (threshold)
                              ? g_strdup_printf (_ ("from %.2f"), threshold)
                              : g_strdup ("–");
  GtkWidget *figure = label_new (reached, "caption", 1);
  GtkWidget *mark = label_new (from, "caption", 1);
  GtkWidget *bar = mien_tick_bar_new (f1, threshold);

  gtk_widget_add_css_class (figure, "numeric");
  gtk_widget_add_css_class (mark, "numeric");
  gtk_widget_add_css_class (mark, "dim-label");
  gtk_widget_set_hexpand (bar, TRUE);
  gtk_grid_attach (grid, label_new (name, "caption", 0), 0, row, 1, 1);
  gtk_grid_attach (grid, bar, 1, row, 1, 1);
  gtk_grid_attach (grid, figure, 2, row, 1, 1);
  gtk_grid_attach (grid, mark, 3, row, 1, 1);
}

static void
add_heading (GtkGrid *grid, const char *text)
{
  gtk_grid_attach (grid, label_new (text, "caption-heading", 0), 0, 0, 4, 1);
}

static void
show_classes (MienModelRow *self, const MienModel *model, const MienScores *scores)
{
  gboolean expression = model->tasks >> MIEN_TASK_EXPRESSION & 1;
  gboolean units = model->tasks >> MIEN_TASK_ACTION_UNITS & 1;

  gtk_widget_set_visible (GTK_WIDGET (self->expressions), expression);
  gtk_widget_set_visible (GTK_WIDGET (self->units), units);
  gtk_widget_set_visible (self->classes, expression || units);

  add_heading (self->expressions, _ ("Expressions: F1, and from which confidence"));
  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    add_class (self->expressions, (int) i + 1, _ (mien_expression_name (i)),
               scores->per_class[i], model->thresholds.expression[i]);

  add_heading (self->units, _ ("Action units: F1, and from which confidence"));
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    {
      g_autofree char *name =
          g_strdup_printf ("AU%u %s", mien_unit_number (i), _ (mien_unit_name (i)));

      add_class (self->units, (int) i + 1, name, scores->per_unit[i],
                 model->thresholds.action_units[i]);
    }
}

static void
show (MienModelRow *self, const MienModel *model)
{
  /* Translators: a version of the model. */
  g_autofree char *title = g_strdup_printf (_ ("Model v%d"), (int) model->id);
  g_autofree char *settings = mien_report_settings (model);
  g_autofree char *time = mien_report_time (model->created);
  g_autofree char *plain = g_strdup_printf ("%s · %s", settings, time);
  g_autofree char *subtitle = g_markup_escape_text (plain, -1);
  g_autofree char *score = NULL;
  MienScores scores;
  gboolean measured = mien_scores_parse (model->metrics, &scores);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self), subtitle);
  gtk_widget_set_visible (self->in_use, model->current);
  gtk_widget_set_visible (self->use, !model->current && model->has_heads);
  score = measured ? mien_report_score (scores.score) : NULL;
  gtk_label_set_text (self->score, score);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->score),
                               _ ("Score on the validation videos"));

  add_score (self, _ ("Score"), scores.score);
  add_score (self, "P_MTL", scores.p_mtl);
  add_score (self, _ ("Expression F1"), scores.expression_f1);
  add_score (self, _ ("Expression accuracy"), scores.expression_accuracy);
  add_score (self, _ ("CCC of valence"), scores.ccc_valence);
  add_score (self, _ ("CCC of arousal"), scores.ccc_arousal);
  add_score (self, _ ("Action units F1"), scores.units_f1);
  show_classes (self, model, &scores);
}

static void
add_curve (MienModelRow *self, const char *title, GArray *curves, const char *name)
{
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (graphene_point_t));
  g_autofree char *text = NULL;
  GtkWidget *box, *line, *caption;

  for (guint i = 0; i < curves->len; i++)
    {
      const MienCurvePoint *point = &g_array_index (curves, MienCurvePoint, i);
      graphene_point_t p = { (float) point->epoch, (float) point->value };

      if (g_str_equal (point->name, name))
        g_array_append_val (points, p);
    }
  if (points->len == 0)
    return;
  /* Translators: a curve, its first and its last value. */
  text = g_strdup_printf (
      _ ("%s: %.3f to %.3f"), title,
      (double) g_array_index (points, graphene_point_t, 0).y,
      (double) g_array_index (points, graphene_point_t, points->len - 1).y);
  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  line = mien_sparkline_new ();
  mien_sparkline_set_points (MIEN_SPARKLINE (line), (graphene_point_t *) points->data,
                             points->len);
  gtk_accessible_update_property (GTK_ACCESSIBLE (line), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  text, -1);
  caption = label_new (text, "caption", 0);
  gtk_widget_add_css_class (caption, "numeric");
  gtk_box_append (GTK_BOX (box), line);
  gtk_box_append (GTK_BOX (box), caption);
  gtk_box_append (GTK_BOX (self->curves), box);
  gtk_widget_set_visible (self->curves, TRUE);
}

static void
on_curves (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienModelRow) self = data;
  g_autoptr (GArray) curves =
      mien_project_curves_finish (MIEN_PROJECT (source), result, NULL);

  if (curves == NULL || self->curves == NULL)
    return;
  add_curve (self, _ ("Loss by epoch"), curves, "loss");
  add_curve (self, _ ("Validation score by epoch"), curves, "validation_score");
}

static void
on_expanded (MienModelRow *self)
{
  if (self->reading != NULL || !adw_expander_row_get_expanded (ADW_EXPANDER_ROW (self)))
    return;
  self->reading = g_cancellable_new ();
  mien_project_curves_async (self->project, self->model, self->reading, on_curves,
                             g_object_ref (self));
}

static void
on_use (MienModelRow *self)
{
  g_signal_emit_by_name (self, "use", self->model);
}

static void
mien_model_row_dispose (GObject *object)
{
  MienModelRow *self = MIEN_MODEL_ROW (object);

  g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
  g_clear_object (&self->project);
  gtk_widget_dispose_template (GTK_WIDGET (self), MIEN_TYPE_MODEL_ROW);
  G_OBJECT_CLASS (mien_model_row_parent_class)->dispose (object);
}

static void
mien_model_row_class_init (MienModelRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_model_row_dispose;
  g_signal_new ("use", MIEN_TYPE_MODEL_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, G_TYPE_INT64);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/mien/Mien/mien-model-row.ui");
#define CHILD(name)                                                                      \
  gtk_widget_class_bind_template_child (widget_class, MienModelRow, name)
  CHILD (in_use);
  CHILD (use);
  CHILD (classes);
  CHILD (curves);
  CHILD (score);
  CHILD (scores);
  CHILD (expressions);
  CHILD (units);
#undef CHILD
  gtk_widget_class_bind_template_callback (widget_class, on_use);
}

static void
mien_model_row_init (MienModelRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (self, "notify::expanded", G_CALLBACK (on_expanded), NULL);
}

GtkWidget *
mien_model_row_new (MienProject *project, const MienModel *model)
{
  MienModelRow *self = g_object_new (MIEN_TYPE_MODEL_ROW, NULL);

  self->project = g_object_ref (project);
  self->model = model->id;
  show (self, model);
  return GTK_WIDGET (self);
}
