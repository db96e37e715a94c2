/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A row that takes a file or a folder. */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-file-row.h"

#include <glib/gi18n.h>

struct _MienFileRow
{
  AdwActionRow parent_instance;

  MienFileRowKind kind;
  char *path, *hint;
  GtkFileChooserNative *chooser;
};

G_DEFINE_FINAL_TYPE (MienFileRow, mien_file_row, ADW_TYPE_ACTION_ROW)

void
mien_file_chooser_add_projects (GtkFileChooser *chooser)
{
  g_autoptr (GtkFileFilter) projects = gtk_file_filter_new ();
  g_autoptr (GtkFileFilter) all = gtk_file_filter_new ();

  gtk_file_filter_set_name (projects, _ ("Mien projects"));
  gtk_file_filter_add_suffix (projects, "mien");
  gtk_file_chooser_add_filter (chooser, projects);
  gtk_file_filter_set_name (all, _ ("All files"));
  gtk_file_filter_add_pattern (all, "*");
  gtk_file_chooser_add_filter (chooser, all);
}

const char *
mien_file_row_get_path (MienFileRow *self)
{
  return self->path;
}

void
mien_file_row_set_path (MienFileRow *self, const char *path)
{
  g_autofree char *shown = path != NULL ? g_filename_display_name (path) : NULL;
  g_autofree char *escaped =
      g_markup_escape_text (shown != NULL ? shown : self->hint, -1);

  g_free (self->path);
  self->path = g_strdup (path);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), escaped);
  g_signal_emit_by_name (self, "changed");
}

void
mien_file_row_set_up (MienFileRow *self,
                      MienFileRowKind kind,
                      const char *title,
                      const char *hint)
{
  self->kind = kind;
  g_free (self->hint);
  self->hint = g_strdup (hint);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  mien_file_row_set_path (self, NULL);
}

static void
on_chosen (MienFileRow *self, int response)
{
  g_autoptr (GFile) file = NULL;
  g_autofree char *path = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser));
  path = file != NULL ? g_file_get_path (file) : NULL;
  if (path != NULL)
    mien_file_row_set_path (self, path);
  g_clear_object (&self->chooser);
}

static void
on_activated (MienFileRow *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (
      adw_preferences_row_get_title (ADW_PREFERENCES_ROW (self)), GTK_WINDOW (root),
      self->kind == MIEN_FILE_ROW_FOLDER ? GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER
                                         : GTK_FILE_CHOOSER_ACTION_OPEN,
      _ ("_Choose"), NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  if (self->path != NULL)
    {
      g_autoptr (GFile) file = g_file_new_for_path (self->path);

      gtk_file_chooser_set_file (GTK_FILE_CHOOSER (self->chooser), file, NULL);
    }
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (on_chosen), self,
                           G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
mien_file_row_dispose (GObject *object)
{
  g_clear_object (&MIEN_FILE_ROW (object)->chooser);
  G_OBJECT_CLASS (mien_file_row_parent_class)->dispose (object);
}

static void
mien_file_row_finalize (GObject *object)
{
  g_free (MIEN_FILE_ROW (object)->path);
  g_free (MIEN_FILE_ROW (object)->hint);
  G_OBJECT_CLASS (mien_file_row_parent_class)->finalize (object);
}

static void
mien_file_row_class_init (MienFileRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mien_file_row_dispose;
  G_OBJECT_CLASS (klass)->finalize = mien_file_row_finalize;
  g_signal_new ("changed", MIEN_TYPE_FILE_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 0);
}

static void
mien_file_row_init (MienFileRow *self)
{
  GtkWidget *icon = gtk_image_new_from_icon_name ("document-open-symbolic");

  gtk_accessible_update_state (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE,
                               -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), icon);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (self), 1);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), TRUE);
  g_signal_connect (self, "activated", G_CALLBACK (on_activated), NULL);
}
