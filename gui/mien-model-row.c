/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A model in the list. The score comes from what was stored when it was trained: measured
 * on the validation videos. The row never changes; another model, or a new state of this
 * one, gets a new row.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-model-row.h"

#include <glib/gi18n.h>
#include <math.h>

#include "mien-gates-shown.h"
#include "mien-report.h"

struct _MienModelRow
{
  AdwActionRow parent_instance;

  gint64 model;

  GtkWidget *in_use, *use;
  GtkLabel *score, *difference;
};

G_DEFINE_FINAL_TYPE (MienModelRow, mien_model_row, ADW_TYPE_ACTION_ROW)

static void
show_score (MienModelRow *self, const MienModel *model, const MienModel *in_use)
{
  MienScores scores, other;
  MienGatesShown gates;
  double before = (double) NAN;
  g_autofree char *score = NULL;
  g_autofree char *difference = NULL;
  g_autofree char *text = NULL;

  if (!mien_scores_parse (model->metrics, &scores))
    return;
  score = mien_report_score (scores.score);
  gtk_label_set_text (self->score, score);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->score),
                               _ ("Score on the validation videos"));
  /* On the same frames, if mienctl has compared the two. */
  if (mien_gates_parse (model, in_use, &gates))
    {
      scores.score = gates.figures[0].candidate;
      before = gates.figures[0].in_use;
    }
  else if (in_use != NULL && mien_scores_parse (in_use->metrics, &other))
    before = other.score;
  if (!isfinite (scores.score - before))
    return;
  difference = mien_report_difference (scores.score, before);
  /* Translators: a difference, and the version of the model that is in use. */
  text = g_strdup_printf (_ ("%s to v%d"), difference, (int) in_use->id);
  gtk_label_set_text (self->difference, text);
  gtk_widget_set_visible (GTK_WIDGET (self->difference), TRUE);
}

static void
show (MienModelRow *self, const MienModel *model, const MienModel *in_use)
{
  /* Translators: a version of the model. */
  g_autofree char *title = g_strdup_printf (_ ("Model v%d"), (int) model->id);
  g_autofree char *settings = mien_report_settings (model);
  g_autofree char *time = mien_report_time (model->created);
  g_autofree char *plain = g_strdup_printf ("%s · %s", settings, time);
  g_autofree char *subtitle = g_markup_escape_text (plain, -1);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), subtitle);
  gtk_widget_set_visible (self->in_use, model->current);
  gtk_widget_set_visible (self->use, !model->current && model->has_heads);
  gtk_button_set_label (GTK_BUTTON (self->use), mien_gates_use_label (model, in_use));
  show_score (self, model, in_use);
}

static void
on_use (MienModelRow *self)
{
  g_signal_emit_by_name (self, "use", self->model);
}

static void
mien_model_row_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), MIEN_TYPE_MODEL_ROW);
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
  CHILD (score);
  CHILD (difference);
#undef CHILD
  gtk_widget_class_bind_template_callback (widget_class, on_use);
}

static void
mien_model_row_init (MienModelRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
mien_model_row_new (const MienModel *model, const MienModel *in_use)
{
  MienModelRow *self = g_object_new (MIEN_TYPE_MODEL_ROW, NULL);

  self->model = model->id;
  show (self, model, in_use);
  return GTK_WIDGET (self);
}

gint64
mien_model_row_get_model (MienModelRow *self)
{
  return self->model;
}
