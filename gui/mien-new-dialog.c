/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A new project: a name, a folder, and below them the file that they make or why they
 * cannot. The file is made off the main thread; a refusal leaves the dialog as it was.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-new-dialog.h"

#include <glib/gi18n.h>

#include "mien-file-row.h"
#include "mien-project.h"

struct _MienNewDialog
{
  AdwWindow parent_instance;

  AdwEntryRow *name;
  MienFileRow *folder;
  GtkLabel *message;
  GtkWidget *create;
  char *path;
};

G_DEFINE_FINAL_TYPE (MienNewDialog, mien_new_dialog, ADW_TYPE_WINDOW)

static char *
dup_name (MienNewDialog *self)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->name))));
}

/* A name may have what a file name may not. */
static char *
file_name (const char *name)
{
  g_autofree char *stem = g_strdelimit (g_strdup (name), "/\\:*?\"<>|", '-');

  return g_strconcat (stem[0] == '.' ? "-" : "", stem, ".mien", NULL);
}

static void
tell (MienNewDialog *self, const char *text, gboolean wrong)
{
  gtk_label_set_text (self->message, text);
  if (wrong)
    gtk_widget_add_css_class (GTK_WIDGET (self->message), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->message), "error");
}

static void
follow (MienNewDialog *self)
{
  g_autofree char *name = dup_name (self);
  g_autofree char *file = file_name (name);
  const char *folder = mien_file_row_get_path (self->folder);

  g_clear_pointer (&self->path, g_free);
  if (name[0] != '\0' && folder != NULL)
    self->path = g_build_filename (folder, file, NULL);
  gtk_widget_set_sensitive (self->create, self->path != NULL);
  if (self->path != NULL)
    {
      g_autofree char *shown = g_filename_display_name (self->path);

      tell (self, shown, FALSE);
    }
  else
    tell (self, _ ("Give the project a name."), FALSE);
}

static void
on_created (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienNewDialog) self = data;
  g_autoptr (GError) error = NULL;

  if (mien_project_create_finish (result, &error))
    {
      g_signal_emit_by_name (self, "created", self->path);
      gtk_window_close (GTK_WINDOW (self));
      return;
    }
  gtk_widget_set_sensitive (GTK_WIDGET (self), TRUE);
  tell (self, error->message, TRUE);
}

static void
on_create (MienNewDialog *self)
{
  g_autofree char *name = dup_name (self);

  if (self->path == NULL)
    return;
  gtk_widget_set_sensitive (GTK_WIDGET (self), FALSE);
  mien_project_create_async (self->path, name, on_created, g_object_ref (self));
}

static void
mien_new_dialog_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), MIEN_TYPE_NEW_DIALOG);
  g_clear_pointer (&MIEN_NEW_DIALOG (object)->path, g_free);
  G_OBJECT_CLASS (mien_new_dialog_parent_class)->dispose (object);
}

static void
mien_new_dialog_class_init (MienNewDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_new_dialog_dispose;
  g_type_ensure (MIEN_TYPE_FILE_ROW);
  g_signal_new ("created", MIEN_TYPE_NEW_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/mien/Mien/mien-new-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, MienNewDialog, name);
  gtk_widget_class_bind_template_child (widget_class, MienNewDialog, folder);
  gtk_widget_class_bind_template_child (widget_class, MienNewDialog, message);
  gtk_widget_class_bind_template_child (widget_class, MienNewDialog, create);
  gtk_widget_class_bind_template_callback (widget_class, follow);
  gtk_widget_class_bind_template_callback (widget_class, on_create);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close",
                                       NULL);
}

static void
mien_new_dialog_init (MienNewDialog *self)
{
  const char *documents = g_get_user_special_dir (G_USER_DIRECTORY_DOCUMENTS);

  gtk_widget_init_template (GTK_WIDGET (self));
  mien_file_row_set_up (self->folder, MIEN_FILE_ROW_FOLDER, _ ("Folder"),
                        _ ("Choose where the file goes"));
  mien_file_row_set_path (self->folder,
                          documents != NULL ? documents : g_get_home_dir ());
  gtk_widget_grab_focus (GTK_WIDGET (self->name));
}

GtkWidget *
mien_new_dialog_new (GtkWindow *parent)
{
  return g_object_new (MIEN_TYPE_NEW_DIALOG, "transient-for", parent, NULL);
}
