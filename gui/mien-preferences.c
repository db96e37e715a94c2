/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The preferences. Everything is bound to the settings, so that all windows follow at
 * once; the name alone waits until it is applied, because decisions are recorded under
 * it.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-preferences.h"

#include <glib/gi18n.h>

#include "mien-keyboard-page.h"
#include "mien-mix-group.h"
#include "mien-project-group.h"
#include "mien-settings.h"

enum
{
  MAX_THREADS = 64, /* of mienctl */
};

struct _MienPreferences
{
  AdwPreferencesWindow parent_instance;

  GSettings *settings;
  GtkEditable *annotator;
  AdwComboRow *theme, *threads;
  GtkSwitch *blind_first;
  GtkAdjustment *blind_share, *step, *fine_step;
  AdwPreferencesPage *review;
};

G_DEFINE_FINAL_TYPE (MienPreferences, mien_preferences, ADW_TYPE_PREFERENCES_WINDOW)

static const char *const themes[] = { "system", "light", "dark" };

static void
on_annotator (MienPreferences *self)
{
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (self->annotator)));
  g_autofree char *taken = NULL;

  g_settings_set_string (self->settings, "annotator", name);
  /* An empty or an impossible one is that of the user account. */
  taken = mien_settings_dup_annotator (self->settings);
  if (!g_str_equal (taken, name))
    g_settings_reset (self->settings, "annotator");
  gtk_editable_set_text (self->annotator, taken);
}

static gboolean
theme_to_place (GValue *value, GVariant *variant, gpointer data)
{
  const char *theme = g_variant_get_string (variant, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (themes); i++)
    if (g_str_equal (themes[i], theme))
      g_value_set_uint (value, i);
  return TRUE;
}

static GVariant *
theme_from_place (const GValue *value, const GVariantType *type, gpointer data)
{
  guint place = g_value_get_uint (value);

  return place < G_N_ELEMENTS (themes) ? g_variant_new_string (themes[place]) : NULL;
}

static guint
n_processors (void)
{
  return MIN (g_get_num_processors (), MAX_THREADS);
}

/* "All" is the first; more than there are is all, too. */
static gboolean
threads_to_place (GValue *value, GVariant *variant, gpointer data)
{
  guint threads = (guint) g_variant_get_int32 (variant);

  g_value_set_uint (value, threads <= n_processors () ? threads : 0);
  return TRUE;
}

static GVariant *
threads_from_place (const GValue *value, const GVariantType *type, gpointer data)
{
  guint place = g_value_get_uint (value);

  return place <= n_processors () ? g_variant_new_int32 ((int) place) : NULL;
}

static void
fill_threads (MienPreferences *self)
{
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);

  gtk_string_list_append (list, _ ("All"));
  for (guint i = 1; i <= n_processors (); i++)
    gtk_string_list_take (list, g_strdup_printf ("%u", i));
  adw_combo_row_set_model (self->threads, G_LIST_MODEL (list));
}

static void
mien_preferences_dispose (GObject *object)
{
  MienPreferences *self = MIEN_PREFERENCES (object);

  g_clear_object (&self->settings);
  gtk_widget_dispose_template (GTK_WIDGET (self), MIEN_TYPE_PREFERENCES);
  G_OBJECT_CLASS (mien_preferences_parent_class)->dispose (object);
}

static void
mien_preferences_class_init (MienPreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_preferences_dispose;
  g_type_ensure (MIEN_TYPE_KEYBOARD_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/mien/Mien/mien-preferences.ui");
#define CHILD(name)                                                                      \
  gtk_widget_class_bind_template_child (widget_class, MienPreferences, name)
  CHILD (annotator);
  CHILD (theme);
  CHILD (threads);
  CHILD (blind_first);
  CHILD (blind_share);
  CHILD (step);
  CHILD (fine_step);
  CHILD (review);
#undef CHILD
  gtk_widget_class_bind_template_callback (widget_class, on_annotator);
}

static void
mien_preferences_init (MienPreferences *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
mien_preferences_new (GtkWindow *parent, GSettings *settings, MienProject *project)
{
  MienPreferences *self =
      g_object_new (MIEN_TYPE_PREFERENCES, "transient-for", parent, NULL);
  g_autofree char *annotator = mien_settings_dup_annotator (settings);

  self->settings = g_object_ref (settings);
  gtk_editable_set_text (self->annotator, annotator);
  fill_threads (self);
  g_settings_bind_with_mapping (settings, "theme", self->theme, "selected",
                                G_SETTINGS_BIND_DEFAULT, theme_to_place, theme_from_place,
                                NULL, NULL);
  g_settings_bind_with_mapping (settings, "threads", self->threads, "selected",
                                G_SETTINGS_BIND_DEFAULT, threads_to_place,
                                threads_from_place, NULL, NULL);
  g_settings_bind (settings, "blind-first", self->blind_first, "active",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "blind-share", self->blind_share, "value",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "point-step", self->step, "value", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "point-fine-step", self->fine_step, "value",
                   G_SETTINGS_BIND_DEFAULT);
  if (project != NULL)
    {
      adw_preferences_page_add (self->review,
                                ADW_PREFERENCES_GROUP (mien_project_group_new (project)));
      adw_preferences_page_add (self->review,
                                ADW_PREFERENCES_GROUP (mien_mix_group_new (project)));
    }
  return GTK_WIDGET (self);
}
