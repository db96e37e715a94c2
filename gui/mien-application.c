/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The application: which project is in which window, the keys, and what the desktop is
 * told. A project that is opened comes up in the window that has it, whatever path it was
 * given by; a second window on it is asked for in the first.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-application.h"

#include <glib/gi18n.h>

#include "mien-keys.h"
#include "mien-settings.h"
#include "mien-window.h"

struct _MienApplication
{
  AdwApplication parent_instance;

  GSettings *settings;
};

G_DEFINE_FINAL_TYPE (MienApplication, mien_application, ADW_TYPE_APPLICATION)

GSettings *
mien_application_get_settings (MienApplication *self)
{
  return self->settings;
}

static MienWindow *
find_window (MienApplication *self, const char *path)
{
  g_autoptr (GFile) wanted = g_file_new_for_path (path);

  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l != NULL;
       l = l->next)
    {
      const char *open =
          MIEN_IS_WINDOW (l->data) ? mien_window_get_path (MIEN_WINDOW (l->data)) : NULL;
      g_autoptr (GFile) file = open != NULL ? g_file_new_for_path (open) : NULL;

      if (file != NULL && g_file_equal (file, wanted))
        return MIEN_WINDOW (l->data);
    }
  return NULL;
}

void
mien_application_open_path (MienApplication *self, const char *path, GtkWindow *from)
{
  /* Symbolic links away: the path is compared, and shown. */
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *real = realpath (absolute, NULL);
  const char *place = real != NULL ? real : absolute;
  MienWindow *window = find_window (self, place);

  if (window == NULL)
    {
      if (from != NULL && MIEN_IS_WINDOW (from)
          && mien_window_get_path (MIEN_WINDOW (from)) == NULL)
        window = MIEN_WINDOW (from);
      else
        window = mien_window_new (self);
      mien_window_open (window, place);
    }
  gtk_window_present (GTK_WINDOW (window));
}

static void
mien_application_activate (GApplication *application)
{
  MienApplication *self = MIEN_APPLICATION (application);
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));
  g_autofree char *last = g_settings_get_string (self->settings, "last-project");

  if (window != NULL)
    gtk_window_present (window);
  else if (last[0] != '\0' && g_file_test (last, G_FILE_TEST_IS_REGULAR))
    mien_application_open_path (self, last, NULL);
  else
    gtk_window_present (GTK_WINDOW (mien_window_new (self)));
}

static void
mien_application_open (GApplication *application,
                       GFile **files,
                       int n_files,
                       const char *hint)
{
  MienApplication *self = MIEN_APPLICATION (application);
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  for (int i = 0; i < n_files; i++)
    {
      g_autofree char *path = g_file_get_path (files[i]);

      if (path != NULL)
        mien_application_open_path (self, path, window);
    }
}

/* A dialog of ours counts. */
static gboolean
is_active (MienApplication *self)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *l = windows; l != NULL; l = l->next)
    if (gtk_window_is_active (l->data))
      return TRUE;
  return FALSE;
}

void
mien_application_notify (MienApplication *self,
                         const char *title,
                         const char *body,
                         const char *path)
{
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);
  g_autoptr (GNotification) notification = NULL;

  if (uri == NULL || is_active (self))
    return;
  notification = g_notification_new (title);
  g_notification_set_body (notification, body);
  g_notification_set_default_action_and_target (notification, "app.show-project", "s",
                                                uri);
  g_application_send_notification (G_APPLICATION (self), uri, notification);
}

void
mien_application_withdraw (MienApplication *self, const char *path)
{
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);

  if (uri != NULL)
    g_application_withdraw_notification (G_APPLICATION (self), uri);
}

static void
on_show_project (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_autofree char *path =
      g_filename_from_uri (g_variant_get_string (parameter, NULL), NULL, NULL);

  if (path != NULL)
    mien_application_open_path (MIEN_APPLICATION (data), path, NULL);
}

static void
on_quit (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_autoptr (GList) windows =
      g_list_copy (gtk_application_get_windows (GTK_APPLICATION (data)));

  for (GList *l = windows; l != NULL; l = l->next)
    gtk_window_close (GTK_WINDOW (l->data));
}

static void
on_about (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  adw_show_about_window (
      gtk_application_get_active_window (GTK_APPLICATION (data)), "application-name",
      "Mien", "application-icon", "org.mien.Mien", "version", MIEN_VERSION,
      "developer-name", _ ("The Mien authors"), "comments",
      _ ("Label faces with a model that proposes and people who decide."), "license-type",
      GTK_LICENSE_GPL_3_0, NULL);
}

/* Those of the Review view are its own affair: they act while it has the focus. */
static void
set_keys (GtkApplication *application)
{
  for (guint i = 0; i < mien_key_table_size (); i++)
    {
      const MienKeyAction *action = mien_key_table_get (i);
      g_auto (GStrv) accels = NULL;

      if (mien_key_action_is_review (action))
        continue;
      accels = mien_keys_get_accels (mien_keys_get_default (), action);
      gtk_application_set_accels_for_action (application, action->id,
                                             (const char *const *) accels);
    }
}

static void
set_theme (MienApplication *self)
{
  g_autofree char *theme = g_settings_get_string (self->settings, "theme");

  adw_style_manager_set_color_scheme (
      adw_style_manager_get_default (),
      g_str_equal (theme, "dark")    ? ADW_COLOR_SCHEME_FORCE_DARK
      : g_str_equal (theme, "light") ? ADW_COLOR_SCHEME_FORCE_LIGHT
                                     : ADW_COLOR_SCHEME_DEFAULT);
}

static void
mien_application_startup (GApplication *application)
{
  static const GActionEntry actions[] = { { "quit", on_quit },
                                          { "about", on_about },
                                          { "show-project", on_show_project, "s" } };
  MienApplication *self = MIEN_APPLICATION (application);
  g_autoptr (GAction) blind_first =
      g_settings_create_action (self->settings, "blind-first");

  G_APPLICATION_CLASS (mien_application_parent_class)->startup (application);
  g_action_map_add_action_entries (G_ACTION_MAP (application), actions,
                                   G_N_ELEMENTS (actions), application);
  g_action_map_add_action (G_ACTION_MAP (application), blind_first);
  g_signal_connect_object (mien_keys_get_default (), "changed", G_CALLBACK (set_keys),
                           application, G_CONNECT_SWAPPED);
  set_keys (GTK_APPLICATION (application));
  g_signal_connect_object (self->settings, "changed::theme", G_CALLBACK (set_theme), self,
                           G_CONNECT_SWAPPED);
  set_theme (self);
  gtk_window_set_default_icon_name ("org.mien.Mien");
}

static void
mien_application_finalize (GObject *object)
{
  g_object_unref (MIEN_APPLICATION (object)->settings);
  G_OBJECT_CLASS (mien_application_parent_class)->finalize (object);
}

static void
mien_application_class_init (MienApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mien_application_finalize;
  application_class->startup = mien_application_startup;
  application_class->activate = mien_application_activate;
  application_class->open = mien_application_open;
}

static void
mien_application_init (MienApplication *self)
{
  self->settings = mien_settings_new ();
}

GApplication *
mien_application_new (void)
{
  return g_object_new (MIEN_TYPE_APPLICATION, "application-id", "org.mien.Mien", "flags",
                       G_APPLICATION_HANDLES_OPEN, "resource-base-path", "/org/mien/Mien",
                       NULL);
}
