/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Export: a form that becomes a command line of mienctl, then its progress and report.
 * What a model proposed is never among the labels unless that is asked for.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-export-dialog.h"

#include <glib/gi18n.h>

#include "mien-file-row.h"
#include "mien-job-view.h"
#include "mien-types.h"

struct _MienExportDialog
{
  AdwWindow parent_instance;

  MienJobRunner *runner;
  char *project;

  GtkWidget *start, *cancel;
  GtkStack *stack;
  AdwComboRow *format, *split;
  MienFileRow *out;
  GtkCheckButton *imported, *human, *accepted;
  GtkSwitch *images;
  MienJobView *view;
};

G_DEFINE_FINAL_TYPE (MienExportDialog, mien_export_dialog, ADW_TYPE_WINDOW)

char **
mien_export_arguments (const MienExportForm *form, const char *project)
{
  static const char *const formats[] = { "affwild2-mtl", "affwild2", "csv" };
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GPtrArray) labels = g_ptr_array_new ();
  g_autofree char *joined = NULL;

  if (form->imported)
    g_ptr_array_add (labels, (gpointer) "imported");
  if (form->human)
    g_ptr_array_add (labels, (gpointer) "human");
  if (form->accepted)
    g_ptr_array_add (labels, (gpointer) "accepted");
  if (labels->len == 0 || form->out == NULL || form->format >= G_N_ELEMENTS (formats))
    return NULL;
  g_ptr_array_add (labels, NULL);
  joined = g_strjoinv (",", (char **) labels->pdata);

  g_strv_builder_add_many (builder, "export", project, "--format", formats[form->format],
                           "--out", form->out, "--labels", joined, NULL);
  if (form->split != NULL)
    g_strv_builder_add_many (builder, "--split", form->split, NULL);
  if (form->images)
    g_strv_builder_add (builder, "--images");
  return g_strv_builder_end (builder);
}

static char **
arguments (MienExportDialog *self)
{
  guint split = adw_combo_row_get_selected (self->split);
  const MienExportForm form = {
    .format = adw_combo_row_get_selected (self->format),
    .imported = gtk_check_button_get_active (self->imported),
    .human = gtk_check_button_get_active (self->human),
    .accepted = gtk_check_button_get_active (self->accepted),
    .split = split >= 1 && split <= 3 ? mien_split_id ((MienSplit) (split - 1)) : NULL,
    .images = gtk_switch_get_active (self->images),
    .out = mien_file_row_get_path (self->out),
  };

  return mien_export_arguments (&form, self->project);
}

static void
follow (MienExportDialog *self)
{
  g_auto (GStrv) argv = self->project != NULL ? arguments (self) : NULL;

  gtk_widget_set_sensitive (self->start, argv != NULL);
}

static void
on_start (MienExportDialog *self)
{
  g_auto (GStrv) argv = arguments (self);
  g_autoptr (MienChild) child = NULL;

  if (argv == NULL)
    return;
  child = mien_child_new (MIEN_CHILD_EXPORT, (const char *const *) argv);
  gtk_widget_set_visible (self->start, FALSE);
  gtk_button_set_label (GTK_BUTTON (self->cancel), _ ("_Close"));
  gtk_stack_set_visible_child_name (self->stack, "job");
  mien_job_view_run (self->view, self->runner, child);
}

static void
mien_export_dialog_dispose (GObject *object)
{
  MienExportDialog *self = MIEN_EXPORT_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), MIEN_TYPE_EXPORT_DIALOG);
  g_clear_object (&self->runner);
  g_clear_pointer (&self->project, g_free);
  G_OBJECT_CLASS (mien_export_dialog_parent_class)->dispose (object);
}

static void
mien_export_dialog_class_init (MienExportDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_export_dialog_dispose;
  g_type_ensure (MIEN_TYPE_FILE_ROW);
  g_type_ensure (MIEN_TYPE_JOB_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/mien/Mien/mien-export-dialog.ui");
#define CHILD(name)                                                                      \
  gtk_widget_class_bind_template_child (widget_class, MienExportDialog, name)
  CHILD (start);
  CHILD (cancel);
  CHILD (stack);
  CHILD (format);
  CHILD (split);
  CHILD (out);
  CHILD (imported);
  CHILD (human);
  CHILD (accepted);
  CHILD (images);
  CHILD (view);
#undef CHILD
  gtk_widget_class_bind_template_callback (widget_class, follow);
  gtk_widget_class_bind_template_callback (widget_class, on_start);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close",
                                       NULL);
}

static void
mien_export_dialog_init (MienExportDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  mien_file_row_set_up (self->out, MIEN_FILE_ROW_FOLDER, _ ("Folder"),
                        _ ("An empty one; make it in the chooser"));
}

GtkWidget *
mien_export_dialog_new (GtkWindow *parent, MienJobRunner *runner, const char *project)
{
  MienExportDialog *self =
      g_object_new (MIEN_TYPE_EXPORT_DIALOG, "transient-for", parent, NULL);

  self->runner = g_object_ref (runner);
  self->project = g_strdup (project);
  return GTK_WIDGET (self);
}
