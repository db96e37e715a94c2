/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Files that are dropped on the window: projects open, a folder or a list goes to the
 * import dialog, filled in. What a file is, is asked for off the main thread.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-window-private.h"

#include <glib/gi18n.h>

#include "mien-import-dialog.h"

static void
import (MienWindow *self, const char *path, gboolean folder)
{
  GtkWidget *dialog;

  if (self->project == NULL)
    {
      mien_window_answer (self, _ ("Open a project first, or make a new one"));
      return;
    }
  dialog = mien_import_dialog_new (GTK_WINDOW (self), self->runner,
                                   mien_project_get_path (self->project));
  mien_import_dialog_fill (MIEN_IMPORT_DIALOG (dialog), path, folder);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_info (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienWindow) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, &error);
  g_autofree char *path = g_file_get_path (G_FILE (source));

  if (self->settings == NULL || self->closing)
    return;
  if (info == NULL)
    mien_window_say_error (self, _ ("The File Cannot Be Read"), error->message);
  else
    import (self, path, g_file_info_get_file_type (info) == G_FILE_TYPE_DIRECTORY);
}

gboolean
mien_window_take_files (MienWindow *self, GSList *files)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));
  gboolean importing = FALSE;

  for (GSList *l = files; l != NULL; l = l->next)
    {
      g_autofree char *path = g_file_get_path (l->data);

      if (path == NULL)
        continue;
      if (g_str_has_suffix (path, ".mien"))
        mien_application_open_path (MIEN_APPLICATION (application), path,
                                    GTK_WINDOW (self));
      else if (!importing)
        {
          importing = TRUE;
          g_file_query_info_async (l->data, G_FILE_ATTRIBUTE_STANDARD_TYPE,
                                   G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT, NULL,
                                   on_info, g_object_ref (self));
        }
    }
  return files != NULL;
}

static gboolean
on_drop (GtkDropTarget *target, const GValue *value, double x, double y, MienWindow *self)
{
  g_autoptr (GSList) files = NULL;

  if (self->closing)
    return FALSE;
  files = gdk_file_list_get_files (g_value_get_boxed (value));
  return mien_window_take_files (self, files);
}

static void
show_over (MienWindow *self, gboolean over)
{
  if (over)
    gtk_widget_add_css_class (GTK_WIDGET (self->pages), "mien-drop");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->pages), "mien-drop");
}

static GdkDragAction
on_enter (GtkDropTarget *target, double x, double y, MienWindow *self)
{
  show_over (self, TRUE);
  return GDK_ACTION_COPY;
}

static void
on_leave (GtkDropTarget *target, MienWindow *self)
{
  show_over (self, FALSE);
}

void
mien_window_take_drops (MienWindow *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_signal_connect (target, "drop", G_CALLBACK (on_drop), self);
  g_signal_connect (target, "enter", G_CALLBACK (on_enter), self);
  g_signal_connect (target, "leave", G_CALLBACK (on_leave), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}
