/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The table of keys as rows of the preferences, a group for each family. The rows are
 * made once; what they show follows the keys and the layout.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-keyboard-page.h"

#include <glib/gi18n.h>

#include "mien-key-dialog.h"
#include "mien-key-layout.h"
#include "mien-review-style.h"

typedef struct
{
  const MienKeyAction *action;
  GtkWidget *row, *keys, *reset;
} Row;

struct _MienKeyboardPage
{
  AdwPreferencesPage parent_instance;

  GArray *rows; /* Row */
  GtkWidget *reset_all;
};

G_DEFINE_FINAL_TYPE (MienKeyboardPage, mien_keyboard_page, ADW_TYPE_PREFERENCES_PAGE)

static void
show_row (const Row *row)
{
  guint n;
  const MienKey *keys = mien_keys_get (mien_keys_get_default (), row->action, &n);
  g_autoptr (GString) spoken = g_string_new (NULL);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (row->keys)) != NULL)
    gtk_box_remove (GTK_BOX (row->keys), child);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *label =
          mien_key_label (&keys[i], mien_key_layout_map, mien_key_layout_get_default ());

      gtk_box_append (GTK_BOX (row->keys), mien_review_keycap_new (label));
      g_string_append_printf (spoken, "%s%s", i > 0 ? ", " : "", label);
    }
  if (n == 0)
    {
      GtkWidget *none = gtk_label_new (_ ("no key"));

      gtk_widget_add_css_class (none, "dim-label");
      gtk_box_append (GTK_BOX (row->keys), none);
    }
  gtk_accessible_update_property (GTK_ACCESSIBLE (row->row),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  n > 0 ? spoken->str : _ ("no key"), -1);
  gtk_widget_set_visible (row->reset,
                          !mien_keys_is_default (mien_keys_get_default (), row->action));
}

static void
show (MienKeyboardPage *self)
{
  gboolean changed = FALSE;

  for (guint i = 0; i < self->rows->len; i++)
    {
      const Row *row = &g_array_index (self->rows, Row, i);

      show_row (row);
      changed |= !mien_keys_is_default (mien_keys_get_default (), row->action);
    }
  gtk_widget_set_sensitive (self->reset_all, changed);
}

static void
on_row (GtkWidget *row, gpointer action)
{
  GtkWidget *dialog =
      mien_key_dialog_new (GTK_WINDOW (gtk_widget_get_root (row)), action);

  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_reset (GtkWidget *button, gpointer action)
{
  mien_keys_reset (mien_keys_get_default (), action);
}

static void
on_reset_all (GtkWidget *button)
{
  mien_keys_reset_all (mien_keys_get_default ());
}

static void
add_row (MienKeyboardPage *self, AdwPreferencesGroup *group, const MienKeyAction *action)
{
  g_autofree char *title = mien_key_action_title (action);
  g_autofree char *full = mien_key_action_full_title (action);
  /* Translators: a button; of what. */
  g_autofree char *spoken = g_strdup_printf (_ ("Reset the key of “%s”"), full);
  Row row = { .action = action, .row = adw_action_row_new () };

  row.keys = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  row.reset = gtk_button_new_from_icon_name ("edit-undo-symbolic");
  gtk_widget_add_css_class (row.keys, "mien-keys");
  gtk_widget_add_css_class (row.reset, "flat");
  gtk_widget_set_valign (row.keys, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (row.reset, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (row.reset, _ ("Reset"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (row.reset),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row.row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row.row), title);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row.row), row.keys);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row.row), row.reset);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row.row), TRUE);
  g_signal_connect (row.row, "activated", G_CALLBACK (on_row), (gpointer) action);
  g_signal_connect (row.reset, "clicked", G_CALLBACK (on_reset), (gpointer) action);
  adw_preferences_group_add (group, row.row);
  g_array_append_val (self->rows, row);
}

static AdwPreferencesGroup *
add_group (MienKeyboardPage *self, const char *title)
{
  GtkWidget *group = adw_preferences_group_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (self), ADW_PREFERENCES_GROUP (group));
  return ADW_PREFERENCES_GROUP (group);
}

static void
mien_keyboard_page_finalize (GObject *object)
{
  g_array_unref (MIEN_KEYBOARD_PAGE (object)->rows);
  G_OBJECT_CLASS (mien_keyboard_page_parent_class)->finalize (object);
}

static void
mien_keyboard_page_class_init (MienKeyboardPageClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mien_keyboard_page_finalize;
}

static void
mien_keyboard_page_init (MienKeyboardPage *self)
{
  AdwPreferencesGroup *group = NULL;
  const MienKeyAction *before = NULL;

  self->rows = g_array_new (FALSE, FALSE, sizeof (Row));
  self->reset_all = gtk_button_new_with_mnemonic (_ ("_Reset All"));
  g_signal_connect (self->reset_all, "clicked", G_CALLBACK (on_reset_all), NULL);
  for (guint i = 0; i < mien_key_table_size (); i++)
    {
      const MienKeyAction *action = mien_key_table_get (i);

      if (before == NULL || before->group != action->group
          || before->family != action->family)
        group = add_group (self, action->family != NULL
                                     ? _ (action->family)
                                     : mien_key_group_title (action->group));
      if (before == NULL)
        {
          adw_preferences_group_set_header_suffix (group, self->reset_all);
          gtk_widget_set_valign (self->reset_all, GTK_ALIGN_CENTER);
        }
      add_row (self, group, action);
      before = action;
    }
  show (self);
  g_signal_connect_object (mien_key_layout_get_default (), "changed", G_CALLBACK (show),
                           self, G_CONNECT_SWAPPED);
}
