/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Import: a form of five rows that becomes a command line of mienctl, then its progress
 * and its report. What the rows ask for follows from the first.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-import-dialog.h"

#include <glib/gi18n.h>

#include "mien-file-row.h"
#include "mien-job-view.h"
#include "mien-types.h"

struct _MienImportDialog
{
  AdwWindow parent_instance;

  MienJobRunner *runner;
  char *project;

  GtkWidget *start, *cancel;
  GtkStack *stack;
  AdwComboRow *what, *split;
  MienFileRow *images, *labels;
  GtkSwitch *link;
  MienJobView *view;
};

G_DEFINE_FINAL_TYPE (MienImportDialog, mien_import_dialog, ADW_TYPE_WINDOW)

char **
mien_import_arguments (MienImportForm form,
                       const char *project,
                       const char *images,
                       const char *labels,
                       const char *split,
                       gboolean link)
{
  gboolean folder = form == MIEN_IMPORT_FOLDER;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (images == NULL || (!folder && (labels == NULL || split == NULL)))
    return NULL;
  g_strv_builder_add_many (builder, "import", folder ? "folder" : "affwild2", project,
                           "--images", images, NULL);
  if (labels != NULL)
    g_strv_builder_add_many (builder, folder ? "--csv" : "--annotations", labels, NULL);
  if (split != NULL)
    g_strv_builder_add_many (builder, "--split", split, NULL);
  if (link)
    g_strv_builder_add (builder, "--link");
  return g_strv_builder_end (builder);
}

static char **
arguments (MienImportDialog *self)
{
  MienImportForm form = (MienImportForm) adw_combo_row_get_selected (self->what);
  guint split = adw_combo_row_get_selected (self->split);

  return mien_import_arguments (
      form, self->project, mien_file_row_get_path (self->images),
      mien_file_row_get_path (self->labels),
      split <= MIEN_SPLIT_TEST ? mien_split_id ((MienSplit) split) : NULL,
      gtk_switch_get_active (self->link));
}

static void
follow (MienImportDialog *self)
{
  g_auto (GStrv) argv = arguments (self);

  gtk_widget_set_sensitive (self->start, argv != NULL);
}

/* By video is the last one of the list, and only a folder of images has it. */
static void
fill_splits (MienImportDialog *self, gboolean by_video)
{
  const char *splits[] = { _ ("Training"), _ ("Validation"), _ ("Test"),
                           by_video ? _ ("Split 4 : 1 by video") : NULL, NULL };
  g_autoptr (GtkStringList) list = gtk_string_list_new (splits);

  adw_combo_row_set_model (self->split, G_LIST_MODEL (list));
  adw_combo_row_set_selected (self->split, by_video ? 3 : 0);
}

static void
on_what (MienImportDialog *self)
{
  guint form = adw_combo_row_get_selected (self->what);

  mien_file_row_set_up (self->images, MIEN_FILE_ROW_FOLDER, _ ("Folder of Images"),
                        form == MIEN_IMPORT_FOLDER
                            ? _ ("JPEG and PNG files, in folders by video if there are")
                            : _ ("The one that holds a folder for each video"));
  if (form == MIEN_IMPORT_LIST)
    mien_file_row_set_up (self->labels, MIEN_FILE_ROW_FILE, _ ("List"),
                          _ ("A text file with one line for each image"));
  else if (form == MIEN_IMPORT_VIDEOS)
    mien_file_row_set_up (self->labels, MIEN_FILE_ROW_FOLDER, _ ("Folder of Label Files"),
                          _ ("One text file for each video"));
  else
    mien_file_row_set_up (self->labels, MIEN_FILE_ROW_FILE, _ ("Labels (CSV)"),
                          _ ("Not needed; with a column “image”"));
  fill_splits (self, form == MIEN_IMPORT_FOLDER);
  follow (self);
}

void
mien_import_dialog_fill (MienImportDialog *self, const char *path, gboolean folder)
{
  gboolean csv = g_str_has_suffix (path, ".csv") || g_str_has_suffix (path, ".CSV");

  adw_combo_row_set_selected (self->what,
                              folder || csv ? MIEN_IMPORT_FOLDER : MIEN_IMPORT_LIST);
  mien_file_row_set_path (folder ? self->images : self->labels, path);
}

static void
on_start (MienImportDialog *self)
{
  g_auto (GStrv) argv = arguments (self);
  g_autoptr (MienChild) child = NULL;

  if (argv == NULL)
    return;
  child = mien_child_new (MIEN_CHILD_IMPORT, (const char *const *) argv);
  gtk_widget_set_visible (self->start, FALSE);
  gtk_button_set_label (GTK_BUTTON (self->cancel), _ ("_Close"));
  gtk_stack_set_visible_child_name (self->stack, "job");
  mien_job_view_run (self->view, self->runner, child);
}

static void
mien_import_dialog_dispose (GObject *object)
{
  MienImportDialog *self = MIEN_IMPORT_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), MIEN_TYPE_IMPORT_DIALOG);
  g_clear_object (&self->runner);
  g_clear_pointer (&self->project, g_free);
  G_OBJECT_CLASS (mien_import_dialog_parent_class)->dispose (object);
}

static void
mien_import_dialog_class_init (MienImportDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_import_dialog_dispose;
  g_type_ensure (MIEN_TYPE_FILE_ROW);
  g_type_ensure (MIEN_TYPE_JOB_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/mien/Mien/mien-import-dialog.ui");
#define CHILD(name)                                                                      \
  gtk_widget_class_bind_template_child (widget_class, MienImportDialog, name)
  CHILD (start);
  CHILD (cancel);
  CHILD (stack);
  CHILD (what);
  CHILD (split);
  CHILD (images);
  CHILD (labels);
  CHILD (link);
  CHILD (view);
#undef CHILD
  gtk_widget_class_bind_template_callback (widget_class, follow);
  gtk_widget_class_bind_template_callback (widget_class, on_what);
  gtk_widget_class_bind_template_callback (widget_class, on_start);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close",
                                       NULL);
}

static void
mien_import_dialog_init (MienImportDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
mien_import_dialog_new (GtkWindow *parent, MienJobRunner *runner, const char *project)
{
  MienImportDialog *self =
      g_object_new (MIEN_TYPE_IMPORT_DIALOG, "transient-for", parent, NULL);

  self->runner = g_object_ref (runner);
  self->project = g_strdup (project);
  on_what (self);
  return GTK_WIDGET (self);
}
