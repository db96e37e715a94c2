/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The group of the preferences that is about the open project. It shows what the project
 * holds: another window may set it too, and what could not be stored goes back to what it
 * was. While something is on its way to the disk, what is read is of before that.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-project-group.h"

#include <glib/gi18n.h>

#include "mien-blind-share.h"
#include "mien-project-settings.h"

struct _MienProjectGroup
{
  AdwPreferencesGroup parent_instance;

  MienProject *project;
  GtkSpinButton *share;
  guint storing;
  gboolean showing;
};

G_DEFINE_FINAL_TYPE (MienProjectGroup, mien_project_group, ADW_TYPE_PREFERENCES_GROUP)

static void look (MienProjectGroup *self);

static void
say_error (MienProjectGroup *self, const GError *error)
{
  GtkWidget *window =
      gtk_widget_get_ancestor (GTK_WIDGET (self), ADW_TYPE_PREFERENCES_WINDOW);
  g_autofree char *escaped = g_markup_escape_text (error->message, -1);

  if (window != NULL)
    adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (window),
                                      adw_toast_new (escaped));
}

static void
on_stored (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienProjectGroup) self = data;
  g_autoptr (GError) error = NULL;

  self->storing--;
  if (!mien_project_settings_finish (MIEN_PROJECT (source), result, &error))
    say_error (self, error);
  look (self);
}

static void
on_share (MienProjectGroup *self)
{
  if (self->showing)
    return;
  self->storing++;
  mien_project_set_blind_share_async (self->project,
                                      gtk_spin_button_get_value (self->share), on_stored,
                                      g_object_ref (self));
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienProjectGroup) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text =
      mien_project_setting_finish (MIEN_PROJECT (source), result, &error);

  if (error != NULL || self->storing > 0)
    return;
  self->showing = TRUE;
  gtk_spin_button_set_value (self->share, mien_blind_share_parse (text));
  self->showing = FALSE;
  gtk_widget_set_sensitive (GTK_WIDGET (self->share), TRUE);
}

static void
look (MienProjectGroup *self)
{
  if (self->project != NULL)
    mien_project_setting_async (self->project, MIEN_BLIND_SHARE, NULL, on_read,
                                g_object_ref (self));
}

static void
mien_project_group_dispose (GObject *object)
{
  MienProjectGroup *self = MIEN_PROJECT_GROUP (object);

  g_clear_object (&self->project);
  G_OBJECT_CLASS (mien_project_group_parent_class)->dispose (object);
}

static void
mien_project_group_class_init (MienProjectGroupClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mien_project_group_dispose;
}

static void
mien_project_group_init (MienProjectGroup *self)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *share = gtk_spin_button_new_with_range (MIEN_BLIND_SHARE_LEAST,
                                                     MIEN_BLIND_SHARE_MOST, 0.05);

  self->share = GTK_SPIN_BUTTON (share);
  gtk_spin_button_set_digits (self->share, 2);
  gtk_widget_set_valign (share, GTK_ALIGN_CENTER);
  gtk_widget_set_sensitive (share, FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (share), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Least blind share"), -1);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ ("_Least Blind Share"));
  adw_preferences_row_set_use_underline (ADW_PREFERENCES_ROW (row), TRUE);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row),
                               _ ("Annotators may have more, never fewer"));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), share);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), share);
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self), _ ("This Project"));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), row);
  g_signal_connect_swapped (share, "value-changed", G_CALLBACK (on_share), self);
}

GtkWidget *
mien_project_group_new (MienProject *project)
{
  MienProjectGroup *self = g_object_new (MIEN_TYPE_PROJECT_GROUP, NULL);
  g_autofree char *name = g_markup_escape_text (mien_project_get_name (project), -1);
  g_autofree char *description =
      g_strdup_printf (_ ("For everybody who works on “%s”."), name);

  self->project = g_object_ref (project);
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self), description);
  g_signal_connect_object (project, "changed", G_CALLBACK (look), self,
                           G_CONNECT_SWAPPED);
  look (self);
  return GTK_WIDGET (self);
}
