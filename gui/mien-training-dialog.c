/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A training with settings of its own: four rows that become options of "mienctl train".
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-training-dialog.h"

enum
{
  SIDE_STEP = 16,
};

struct _MienTrainingDialog
{
  AdwWindow parent_instance;

  MienJobRunner *runner;
  char *project;

  GtkWidget *start;
  AdwComboRow *method;
  GtkSpinButton *epochs, *side, *seed;
};

G_DEFINE_FINAL_TYPE (MienTrainingDialog, mien_training_dialog, ADW_TYPE_WINDOW)

static void
on_start (MienTrainingDialog *self)
{
  g_autofree char *epochs =
      g_strdup_printf ("%d", gtk_spin_button_get_value_as_int (self->epochs));
  g_autofree char *side = g_strdup_printf (
      "%d", gtk_spin_button_get_value_as_int (self->side) / SIDE_STEP * SIDE_STEP);
  g_autofree char *seed =
      g_strdup_printf ("%d", gtk_spin_button_get_value_as_int (self->seed));
  const char *method =
      adw_combo_row_get_selected (self->method) == 0 ? "ssmfar" : "supervised";
  g_autoptr (MienChild) child = mien_child_new (
      MIEN_CHILD_TRAIN,
      (const char *const[]){ "train", self->project, "--method", method, "--epochs",
                             epochs, "--input-size", side, "--seed", seed, NULL });

  mien_job_runner_add (self->runner, child);
  gtk_window_close (GTK_WINDOW (self));
}

static void
mien_training_dialog_dispose (GObject *object)
{
  MienTrainingDialog *self = MIEN_TRAINING_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), MIEN_TYPE_TRAINING_DIALOG);
  g_clear_object (&self->runner);
  g_clear_pointer (&self->project, g_free);
  G_OBJECT_CLASS (mien_training_dialog_parent_class)->dispose (object);
}

static void
mien_training_dialog_class_init (MienTrainingDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_training_dialog_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/mien/Mien/mien-training-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, MienTrainingDialog, start);
  gtk_widget_class_bind_template_child (widget_class, MienTrainingDialog, method);
  gtk_widget_class_bind_template_child (widget_class, MienTrainingDialog, epochs);
  gtk_widget_class_bind_template_child (widget_class, MienTrainingDialog, side);
  gtk_widget_class_bind_template_child (widget_class, MienTrainingDialog, seed);
  gtk_widget_class_bind_template_callback (widget_class, on_start);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close",
                                       NULL);
}

static void
mien_training_dialog_init (MienTrainingDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
mien_training_dialog_new (GtkWindow *parent, MienJobRunner *runner, const char *project)
{
  MienTrainingDialog *self =
      g_object_new (MIEN_TYPE_TRAINING_DIALOG, "transient-for", parent, NULL);

  self->runner = g_object_ref (runner);
  self->project = g_strdup (project);
  return GTK_WIDGET (self);
}
