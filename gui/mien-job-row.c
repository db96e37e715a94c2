/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A job in the list. It follows its child's "changed"; a job that is over shows how it
 * ended and has nothing to press.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-job-row.h"

#include "mien-report.h"

struct _MienJobRow
{
  GtkListBoxRow parent_instance;

  MienChild *child;
  GtkLabel *title, *detail;
  GtkProgressBar *bar;
  GtkWidget *stop;
};

G_DEFINE_FINAL_TYPE (MienJobRow, mien_job_row, GTK_TYPE_LIST_BOX_ROW)

static void
follow (MienJobRow *self)
{
  g_autofree char *text = mien_report_progress (self->child);
  MienChildState state = mien_child_get_state (self->child);
  double fraction = mien_child_get_fraction (self->child);

  gtk_label_set_text (self->detail, text);
  gtk_widget_set_visible (self->stop, !mien_child_is_over (self->child));
  gtk_widget_set_sensitive (self->stop, state != MIEN_CHILD_STOPPING);
  gtk_widget_set_visible (GTK_WIDGET (self->bar), !mien_child_is_over (self->child));
  if (fraction >= 0)
    gtk_progress_bar_set_fraction (self->bar, fraction);
  else if (state == MIEN_CHILD_RUNNING)
    gtk_progress_bar_pulse (self->bar);
  if (state == MIEN_CHILD_FAILED)
    gtk_widget_add_css_class (GTK_WIDGET (self->detail), "error");
}

static void
on_stop (MienJobRow *self)
{
  mien_child_stop (self->child);
}

static void
mien_job_row_dispose (GObject *object)
{
  MienJobRow *self = MIEN_JOB_ROW (object);

  g_clear_object (&self->child);
  G_OBJECT_CLASS (mien_job_row_parent_class)->dispose (object);
}

static void
mien_job_row_class_init (MienJobRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_job_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/mien/Mien/mien-job-row.ui");
  gtk_widget_class_bind_template_child (widget_class, MienJobRow, title);
  gtk_widget_class_bind_template_child (widget_class, MienJobRow, detail);
  gtk_widget_class_bind_template_child (widget_class, MienJobRow, bar);
  gtk_widget_class_bind_template_child (widget_class, MienJobRow, stop);
  gtk_widget_class_bind_template_callback (widget_class, on_stop);
}

static void
mien_job_row_init (MienJobRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
mien_job_row_new (MienChild *child)
{
  MienJobRow *self = g_object_new (MIEN_TYPE_JOB_ROW, NULL);

  self->child = g_object_ref (child);
  gtk_label_set_text (self->title, mien_report_kind (mien_child_get_kind (child)));
  g_signal_connect_object (child, "changed", G_CALLBACK (follow), self,
                           G_CONNECT_SWAPPED);
  follow (self);
  return GTK_WIDGET (self);
}
