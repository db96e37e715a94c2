/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The menu of the window: projects, import and export, preferences, undo. Each
 * action is enabled only while it can do something, so that a menu never lies.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-window-private.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "mien-export-dialog.h"
#include "mien-file-row.h"
#include "mien-import-dialog.h"
#include "mien-manual.h"
#include "mien-new-dialog.h"
#include "mien-preferences.h"
#include "mien-report.h"
#include "mien-shortcuts.h"
#include "mien-training-dialog.h"

static void
open_path (MienWindow *self, const char *path)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));

  mien_application_open_path (MIEN_APPLICATION (application), path, GTK_WINDOW (self));
}

static void
on_new (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkWidget *dialog = mien_new_dialog_new (GTK_WINDOW (widget));

  g_signal_connect_object (dialog, "created", G_CALLBACK (open_path), widget,
                           G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_open_chosen (GtkNativeDialog *chooser, int response, gpointer data)
{
  g_autoptr (GFile) file = NULL;
  g_autofree char *path = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));
  path = file != NULL ? g_file_get_path (file) : NULL;
  if (path != NULL)
    open_path (MIEN_WINDOW (data), path);
  g_object_unref (chooser);
}

static void
on_open (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkFileChooserNative *chooser =
      gtk_file_chooser_native_new (_ ("Open a Project"), GTK_WINDOW (widget),
                                   GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Open"), NULL);

  mien_file_chooser_add_projects (GTK_FILE_CHOOSER (chooser));
  g_signal_connect_object (chooser, "response", G_CALLBACK (on_open_chosen), widget, 0);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

/* Where ./run puts it, too. Made aside and moved when whole. */
static char *
demo_path (const char *suffix)
{
  g_autofree char *name = g_strconcat ("Demo.mien", suffix, NULL);

  return g_build_filename (g_get_user_data_dir (), "mien", name, NULL);
}

static void
on_demo_drawn (MienWindow *self, MienChild *child)
{
  g_autofree char *path = demo_path (NULL);
  g_autofree char *making = demo_path (".new");
  g_autofree char *text = g_strdup (mien_child_get_error (child));

  if (text == NULL && g_rename (making, path) != 0)
    text = g_strdup_printf ("%s: %s", path, g_strerror (errno));
  g_clear_object (&self->demo);
  if (text == NULL)
    {
      open_path (self, path);
      return;
    }
  mien_window_set_project (self, NULL);
  mien_window_say_error (self, _ ("The Demo Cannot Be Drawn"), text);
}

static void
on_demo_changed (MienWindow *self, MienChild *child)
{
  g_autofree char *progress = mien_report_progress (child);
  g_autofree char *text = g_strdup_printf (
      "%s\n%s", _ ("Drawing the demo: faces that belong to nobody"), progress);

  gtk_label_set_text (self->opening_text, text);
}

static void
draw_demo (MienWindow *self)
{
  g_autofree char *making = demo_path (".new");
  g_autofree char *folder = g_path_get_dirname (making);

  g_mkdir_with_parents (folder, 0755);
  g_remove (making);
  self->demo =
      mien_child_new (MIEN_CHILD_DEMO, (const char *const[]){ "demo", making, NULL });
  g_signal_connect_object (self->demo, "changed", G_CALLBACK (on_demo_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->demo, "ended", G_CALLBACK (on_demo_drawn), self,
                           G_CONNECT_SWAPPED);
  gtk_stack_set_visible_child_name (self->pages, "opening");
  mien_child_start (self->demo);
}

static void
on_demo (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MienWindow *self = MIEN_WINDOW (widget);
  g_autofree char *path = demo_path (NULL);

  if (self->demo != NULL)
    return;
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    {
      open_path (self, path);
      return;
    }
  if (self->project != NULL)
    {
      self = mien_window_new (
          MIEN_APPLICATION (gtk_window_get_application (GTK_WINDOW (self))));
      gtk_window_present (GTK_WINDOW (self));
    }
  draw_demo (self);
}

static void
on_import (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MienWindow *self = MIEN_WINDOW (widget);

  gtk_window_present (GTK_WINDOW (mien_import_dialog_new (
      GTK_WINDOW (self), self->runner, mien_project_get_path (self->project))));
}

static void
on_export (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MienWindow *self = MIEN_WINDOW (widget);

  gtk_window_present (GTK_WINDOW (mien_export_dialog_new (
      GTK_WINDOW (self), self->runner, mien_project_get_path (self->project))));
}

static void
on_training (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MienWindow *self = MIEN_WINDOW (widget);

  gtk_window_present (GTK_WINDOW (mien_training_dialog_new (
      GTK_WINDOW (self), self->runner, mien_project_get_path (self->project))));
}

static void
on_copy_saved (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienWindow) self = data;
  g_autoptr (GError) error = NULL;
  gboolean saved = mien_project_save_copy_finish (MIEN_PROJECT (source), result, &error);

  if (self->settings == NULL)
    return;
  if (saved)
    mien_window_answer (self, _ ("The copy is saved"));
  else
    mien_window_say_error (self, _ ("The Copy Cannot Be Saved"), error->message);
}

static void
on_copy_chosen (GtkNativeDialog *chooser, int response, gpointer data)
{
  MienWindow *self = data;
  g_autoptr (GFile) file = NULL;
  g_autofree char *path = NULL;

  if (response == GTK_RESPONSE_ACCEPT && self->project != NULL)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));
  path = file != NULL ? g_file_get_path (file) : NULL;
  if (path != NULL)
    mien_project_save_copy_async (self->project, path, on_copy_saved,
                                  g_object_ref (self));
  g_object_unref (chooser);
}

static void
on_save_copy (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MienWindow *self = MIEN_WINDOW (widget);
  GtkFileChooserNative *chooser =
      gtk_file_chooser_native_new (_ ("Save a Copy"), GTK_WINDOW (self),
                                   GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), NULL);
  g_autofree char *base =
      g_filename_display_basename (mien_project_get_path (self->project));
  g_autofree char *stem =
      g_str_has_suffix (base, ".mien") ? g_strndup (base, strlen (base) - 5) : NULL;
  /* Translators: the file name of a copy. */
  g_autofree char *copy =
      g_strdup_printf (_ ("%s (copy).mien"), stem != NULL ? stem : base);

  mien_file_chooser_add_projects (GTK_FILE_CHOOSER (chooser));
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), copy);
  g_signal_connect_object (chooser, "response", G_CALLBACK (on_copy_chosen), self, 0);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

static void
on_new_window (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MienWindow *self = MIEN_WINDOW (widget);
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));
  MienWindow *other = mien_window_new (MIEN_APPLICATION (application));

  if (self->project != NULL)
    mien_window_open (other, mien_project_get_path (self->project));
  gtk_window_present (GTK_WINDOW (other));
}

static void
on_preferences (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MienWindow *self = MIEN_WINDOW (widget);

  gtk_window_present (GTK_WINDOW (
      mien_preferences_new (GTK_WINDOW (self), self->settings, self->project)));
}

static void
on_shortcuts (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_window_present (GTK_WINDOW (mien_shortcuts_new (GTK_WINDOW (widget))));
}

static void
on_undo (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MienWindow *self = MIEN_WINDOW (widget);

  if (g_str_equal (name, "win.undo"))
    mien_review_view_undo (self->review);
  else
    mien_review_view_redo (self->review);
}

static void
on_show_view (GtkWidget *widget, const char *name, GVariant *view)
{
  AdwViewStack *views = MIEN_WINDOW (widget)->views;
  GtkWidget *page;

  adw_view_stack_set_visible_child_name (views, g_variant_get_string (view, NULL));
  page = adw_view_stack_get_visible_child (views);
  if (!gtk_widget_grab_focus (page))
    gtk_widget_child_focus (page, GTK_DIR_TAB_FORWARD);
}

static void
on_browse (GtkWidget *widget, const char *name, GVariant *what)
{
  MienWindow *self = MIEN_WINDOW (widget);
  g_autofree char *action =
      g_strconcat ("browse.", g_variant_get_string (what, NULL), NULL);

  adw_view_stack_set_visible_child_name (self->views, "browse");
  gtk_widget_activate_action (GTK_WIDGET (self->browse), action, NULL);
}

static void
on_menu (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_menu_button_popup (MIEN_WINDOW (widget)->menu);
}

/* The page of the view in front; before a project is open, the first one. */
static void
on_help (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MienWindow *self = MIEN_WINDOW (widget);
  const char *view = self->project != NULL
                         ? adw_view_stack_get_visible_child_name (self->views)
                         : "index";

  if (!mien_manual_show (GTK_WINDOW (self), view))
    mien_window_answer (self, _ ("The manual is not installed: reinstall Mien"));
}

static gboolean
has_labels (const MienStatus *status)
{
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    if (status->labels[task].imported + status->labels[task].human > 0)
      return TRUE;
  return FALSE;
}

void
mien_window_update_actions (MienWindow *self)
{
  gboolean open = self->project != NULL, known = open && self->has_summary;
  const MienStatus *status = &self->summary.status;
  gboolean frames = known && status->frames > 0;
  const struct
  {
    const char *action;
    gboolean enabled;
  } states[] = {
    { "win.import", open },
    { "win.export", frames },
    { "win.save-copy", open },
    { "win.undo", open },
    { "win.redo", open },
    { "win.show-view", open },
    { "win.browse", open },
    { "win.retrain", frames && has_labels (status) },
    { "win.training", frames && has_labels (status) },
    { "win.propose", frames && status->current_model > 0 },
    { "win.roll-back", known && self->summary.previous_model > 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), states[i].action,
                                   states[i].enabled);
}

void
mien_window_init_actions (MienWindowClass *klass)
{
  static const struct
  {
    const char *action;
    GtkWidgetActionActivateFunc func;
  } actions[] = {
    { "win.new", on_new },
    { "win.open", on_open },
    { "win.demo", on_demo },
    { "win.import", on_import },
    { "win.export", on_export },
    { "win.training", on_training },
    { "win.save-copy", on_save_copy },
    { "win.new-window", on_new_window },
    { "win.preferences", on_preferences },
    { "win.shortcuts", on_shortcuts },
    { "win.undo", on_undo },
    { "win.redo", on_undo },
    { "win.menu", on_menu },
    { "win.help", on_help },
  };
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i].action, NULL,
                                     actions[i].func);
  gtk_widget_class_install_action (widget_class, "win.show-view", "s", on_show_view);
  gtk_widget_class_install_action (widget_class, "win.browse", "s", on_browse);
}
