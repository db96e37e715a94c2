/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A chart goes to a file that a person names. It is drawn on a thread of its own, and the
 * file appears whole or not at all.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-chart-export.h"

#include <adwaita.h>
#include <glib/gi18n.h>

typedef struct
{
  MienChart *chart;
  MienChartFile format;
  GFile *file;
} Save;

static void
save_free (gpointer data)
{
  Save *save = data;

  mien_chart_unref (save->chart);
  g_clear_object (&save->file);
  g_free (save);
}

static void
write_chart (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Save *save = data;
  GError *error = NULL;
  g_autoptr (GBytes) bytes = mien_chart_render (save->chart, save->format, &error);

  if (bytes == NULL
      || !g_file_replace_contents (save->file, g_bytes_get_data (bytes, NULL),
                                   g_bytes_get_size (bytes), NULL, FALSE,
                                   G_FILE_CREATE_NONE, NULL, cancellable, &error))
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (source));
  GtkWidget *dialog;

  if (g_task_propagate_boolean (G_TASK (result), &error) || !GTK_IS_WINDOW (root))
    return;
  dialog = adw_message_dialog_new (GTK_WINDOW (root), _ ("The Chart Cannot Be Saved"),
                                   error->message);
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("_Close"));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_chosen (GtkNativeDialog *chooser, int response, gpointer data)
{
  GtkWidget *parent = data;
  Save *save = g_object_steal_data (G_OBJECT (chooser), "save");
  g_autoptr (GTask) task = NULL;

  if (save != NULL && response == GTK_RESPONSE_ACCEPT)
    save->file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));
  if (save != NULL && save->file != NULL)
    {
      task = g_task_new (parent, NULL, on_written, NULL);
      g_task_set_task_data (task, save, save_free);
      g_task_run_in_thread (task, write_chart);
    }
  else if (save != NULL)
    save_free (save);
  g_object_unref (chooser);
}

void
mien_chart_save (MienChart *chart, MienChartFile format, GtkWidget *parent)
{
  GtkRoot *root = gtk_widget_get_root (parent);
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (
      _ ("Save the Chart"), GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
      GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), NULL);
  g_autofree char *title = g_strdup (mien_chart_spec (chart)->title);
  g_autofree char *name = NULL;
  Save *save = g_new0 (Save, 1);

  save->chart = mien_chart_ref (chart);
  save->format = format;
  name = g_strdup_printf ("%s.%s", g_strdelimit (title, "/\\", '-'),
                          format == MIEN_CHART_SVG ? "svg" : "png");
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), name);
  g_object_set_data_full (G_OBJECT (chooser), "save", save, save_free);
  g_signal_connect_object (chooser, "response", G_CALLBACK (on_chosen), parent, 0);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}
