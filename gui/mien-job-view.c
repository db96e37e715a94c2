/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A job in a dialog. The dialog may be closed while the job runs: it then goes on, and
 * the window tells how it ended.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-job-view.h"

#include <glib/gi18n.h>

#include "mien-report.h"

#define TELLING "mien-job-view"

struct _MienJobView
{
  GtkWidget parent_instance;

  MienChild *child;
  GtkStack *stack;
  GtkProgressBar *bar;
  GtkLabel *detail, *warning_text;
  GtkWidget *stop;
  AdwPreferencesGroup *report, *warnings;
  GtkGrid *figures;
  AdwStatusPage *failed;
};

G_DEFINE_FINAL_TYPE (MienJobView, mien_job_view, GTK_TYPE_WIDGET)

gboolean
mien_job_view_tells (MienChild *child)
{
  return g_object_get_data (G_OBJECT (child), TELLING) != NULL;
}

static void
follow (MienJobView *self)
{
  g_autofree char *text = mien_report_progress (self->child);
  double fraction = mien_child_get_fraction (self->child);

  gtk_label_set_text (self->detail, text);
  gtk_widget_set_sensitive (self->stop,
                            mien_child_get_state (self->child) != MIEN_CHILD_STOPPING);
  if (fraction >= 0)
    gtk_progress_bar_set_fraction (self->bar, fraction);
  else
    gtk_progress_bar_pulse (self->bar);
}

static void
add_row (MienJobView *self, int place, const MienReportRow *row)
{
  g_autofree char *count = mien_report_count ((guint64) row->count);
  GtkWidget *title = gtk_label_new (row->title);
  GtkWidget *figure = gtk_label_new (count);

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_xalign (GTK_LABEL (figure), 1);
  gtk_widget_set_hexpand (title, TRUE);
  gtk_widget_add_css_class (figure, "numeric");
  if (row->count == 0)
    {
      gtk_widget_add_css_class (title, "dim-label");
      gtk_widget_add_css_class (figure, "dim-label");
    }
  gtk_grid_attach (self->figures, title, 0, place, 1, 1);
  gtk_grid_attach (self->figures, figure, 1, place, 1, 1);
}

static void
show_warnings (MienJobView *self)
{
  guint count;
  GPtrArray *warnings = mien_child_get_warnings (self->child, &count);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *title = NULL;

  if (count == 0)
    return;
  for (guint i = 0; i < warnings->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "",
                            (char *) g_ptr_array_index (warnings, i));
  if (count > warnings->len)
    {
      g_string_append_c (text, '\n');
      g_string_append_printf (
          text, ngettext ("… and %u more", "… and %u more", count - warnings->len),
          count - warnings->len);
    }
  title = g_strdup_printf (ngettext ("%u Warning", "%u Warnings", count), count);
  adw_preferences_group_set_title (self->warnings, title);
  gtk_label_set_text (self->warning_text, text->str);
  gtk_widget_set_visible (GTK_WIDGET (self->warnings), TRUE);
}

static void
show_failure (MienJobView *self)
{
  gboolean stopped = mien_child_get_state (self->child) == MIEN_CHILD_STOPPED;
  g_autofree char *title =
      g_strdup_printf (stopped ? _ ("%s Has Stopped") : _ ("%s Has Failed"),
                       mien_report_kind (mien_child_get_kind (self->child)));
  const char *text = mien_child_get_error (self->child);
  g_autofree char *escaped = g_markup_escape_text (text != NULL ? text : "", -1);

  adw_status_page_set_title (self->failed, title);
  adw_status_page_set_description (self->failed, escaped);
  gtk_stack_set_visible_child_name (self->stack, "failed");
}

static void
on_ended (MienJobView *self)
{
  MienReportRow rows[MIEN_REPORT_ROWS];
  const char *json = mien_child_get_result (self->child);
  gboolean import = mien_child_get_kind (self->child) == MIEN_CHILD_IMPORT;
  guint n;

  if (json == NULL)
    {
      show_failure (self);
      return;
    }
  n = import ? mien_report_import (json, rows) : mien_report_export (json, rows);
  for (guint i = 0; i < n; i++)
    add_row (self, (int) i, &rows[i]);
  adw_preferences_group_set_title (self->report, import ? _ ("What Was Imported")
                                                        : _ ("What Was Exported"));
  show_warnings (self);
  gtk_stack_set_visible_child_name (self->stack, "report");
}

static void
on_stop (MienJobView *self)
{
  mien_child_stop (self->child);
}

void
mien_job_view_run (MienJobView *self, MienJobRunner *runner, MienChild *child)
{
  g_return_if_fail (self->child == NULL);

  self->child = g_object_ref (child);
  g_object_set_data (G_OBJECT (child), TELLING, self);
  g_signal_connect_object (child, "changed", G_CALLBACK (follow), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (child, "ended", G_CALLBACK (on_ended), self,
                           G_CONNECT_SWAPPED);
  mien_job_runner_add (runner, child);
}

static void
mien_job_view_dispose (GObject *object)
{
  MienJobView *self = MIEN_JOB_VIEW (object);

  if (self->child != NULL)
    g_object_set_data (G_OBJECT (self->child), TELLING, NULL);
  g_clear_object (&self->child);
  gtk_widget_dispose_template (GTK_WIDGET (self), MIEN_TYPE_JOB_VIEW);
  G_OBJECT_CLASS (mien_job_view_parent_class)->dispose (object);
}

static void
mien_job_view_class_init (MienJobViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_job_view_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/mien/Mien/mien-job-view.ui");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, MienJobView, name)
  CHILD (stack);
  CHILD (bar);
  CHILD (detail);
  CHILD (warning_text);
  CHILD (stop);
  CHILD (report);
  CHILD (warnings);
  CHILD (figures);
  CHILD (failed);
#undef CHILD
  gtk_widget_class_bind_template_callback (widget_class, on_stop);
}

static void
mien_job_view_init (MienJobView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
