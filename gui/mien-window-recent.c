/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Recent projects in the menu and on the start page. Both are filled from one list, which
 * is asked for anew whenever the desktop's changes; the project of this window is not
 * in it.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-window-private.h"

#include <glib/gi18n.h>

#include "mien-recent.h"

enum
{
  MAX_RECENT = 8,
  ON_START_PAGE = 5,
};

/* "~/faces" of "/home/somebody/faces/Name.mien". */
static char *
folder_of (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *shown = g_filename_display_name (folder);
  g_autofree char *home = g_filename_display_name (g_get_home_dir ());
  gsize length = strlen (home);

  if (g_str_has_prefix (shown, home) && (shown[length] == '\0' || shown[length] == '/'))
    return g_strconcat ("~", shown + length, NULL);
  return g_steal_pointer (&shown);
}

static char *
name_of (const char *path)
{
  g_autofree char *name = g_filename_display_basename (path);

  return g_str_has_suffix (name, ".mien") ? g_strndup (name, strlen (name) - 5)
                                          : g_steal_pointer (&name);
}

static void
add_to_menu (GMenu *menu, const char *path, const char *uri)
{
  g_autofree char *name = name_of (path), *folder = folder_of (path);
  /* Translators: a project in the menu: its name and its folder. */
  g_autofree char *text = g_strdup_printf (_ ("%s, in %s"), name, folder);
  g_auto (GStrv) parts = g_strsplit (text, "_", -1);
  g_autofree char *label = g_strjoinv ("__", parts);
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, "win.open-recent", "s", uri);
  g_menu_append_item (menu, item);
}

static void
add_to_page (MienWindow *self, const char *path, const char *uri)
{
  g_autofree char *name = name_of (path), *folder = folder_of (path);
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), folder);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 1);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (row), "s", uri);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (row), "win.open-recent");
  gtk_list_box_append (self->recent_list, row);
}

static void
on_list (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienWindow) self = data;
  g_autoptr (GPtrArray) paths = mien_recent_list_finish (result);
  g_autoptr (GMenu) menu = g_menu_new ();
  GtkWidget *row;
  guint n = 0;

  if (self->settings == NULL)
    return;
  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->recent_list))) != NULL)
    gtk_list_box_remove (self->recent_list, row);
  for (guint i = 0; i < paths->len; i++)
    {
      const char *path = g_ptr_array_index (paths, i);
      g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);

      if (g_strcmp0 (path, mien_window_get_path (self)) == 0)
        continue;
      add_to_menu (menu, path, uri);
      if (n++ < ON_START_PAGE)
        add_to_page (self, path, uri);
    }
  g_menu_remove_all (self->recent_section);
  if (n > 0)
    g_menu_append_submenu (self->recent_section, _ ("Open _Recent"), G_MENU_MODEL (menu));
  gtk_widget_set_visible (GTK_WIDGET (self->recent_list), n > 0);
}

void
mien_window_show_recent (MienWindow *self)
{
  mien_recent_list_async (MAX_RECENT, on_list, g_object_ref (self));
}

static void
on_open_recent (GtkWidget *widget, const char *name, GVariant *target)
{
  MienWindow *self = MIEN_WINDOW (widget);
  g_autofree char *path =
      g_filename_from_uri (g_variant_get_string (target, NULL), NULL, NULL);

  if (path != NULL)
    mien_application_open_path (
        MIEN_APPLICATION (gtk_window_get_application (GTK_WINDOW (self))), path,
        GTK_WINDOW (self));
}

void
mien_window_init_recent (MienWindowClass *klass)
{
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (klass), "win.open-recent", "s",
                                   on_open_recent);
}

void
mien_window_follow_recent (MienWindow *self)
{
  g_signal_connect_object (gtk_recent_manager_get_default (), "changed",
                           G_CALLBACK (mien_window_show_recent), self, G_CONNECT_SWAPPED);
  mien_window_show_recent (self);
}
