/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The shares of the queue. Five are set; what they leave is for uncertain faces, so that
 * they add up whatever is done. Like the rest of what a project is set to, what is shown
 * is what it holds.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-mix-group.h"

#include <glib/gi18n.h>

#include "mien-plan.h"
#include "mien-project-plan.h"
#include "mien-project-settings.h"

static const struct
{
  const char *title, *why;
} rows[MIEN_REASON_COUNT] = {
  [MIEN_REASON_UNCERTAIN] = { N_ ("Uncertain"), N_ ("What the others leave") },
  [MIEN_REASON_RARE] = { N_ ("Rare"),
                         N_ ("Classes and units that the model seldom says") },
  [MIEN_REASON_DIVERSE] = { N_ ("Diverse"), N_ ("Unlike all faces that have labels") },
  [MIEN_REASON_DISAGREEMENT] = { N_ ("Disagreement"),
                                 N_ ("Annotators gave other answers") },
  [MIEN_REASON_RANDOM] = { N_ ("Random"), N_ ("Whatever the model says") },
  [MIEN_REASON_AUDIT] = { N_ ("Audit"),
                          N_ ("Accepted pseudo-labels, to measure how right they are") },
};

struct _MienMixGroup
{
  AdwPreferencesGroup parent_instance;

  MienProject *project;
  GtkSpinButton *shares[MIEN_REASON_COUNT]; /* NULL for what the others leave */
  GtkLabel *rest;
  guint storing;
  gboolean showing;
};

G_DEFINE_FINAL_TYPE (MienMixGroup, mien_mix_group, ADW_TYPE_PREFERENCES_GROUP)

static void look (MienMixGroup *self);

static void
show (MienMixGroup *self, const MienMix *mix)
{
  g_autofree char *rest =
      g_strdup_printf (_ ("%u %%"), mix->share[MIEN_REASON_UNCERTAIN]);

  self->showing = TRUE;
  for (guint i = 0; i < MIEN_REASON_COUNT; i++)
    if (self->shares[i] != NULL)
      {
        /* First the room, then the value. */
        gtk_spin_button_set_range (self->shares[i], 0,
                                   mix->share[i] + mix->share[MIEN_REASON_UNCERTAIN]);
        gtk_spin_button_set_value (self->shares[i], mix->share[i]);
        gtk_widget_set_sensitive (GTK_WIDGET (self->shares[i]), TRUE);
      }
  gtk_label_set_text (self->rest, rest);
  self->showing = FALSE;
}

static void
on_stored (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienMixGroup) self = data;
  g_autoptr (GError) error = NULL;

  self->storing--;
  if (!mien_project_settings_finish (MIEN_PROJECT (source), result, &error))
    {
      GtkWidget *window =
          gtk_widget_get_ancestor (GTK_WIDGET (self), ADW_TYPE_PREFERENCES_WINDOW);
      g_autofree char *escaped = g_markup_escape_text (error->message, -1);

      if (window != NULL)
        adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (window),
                                          adw_toast_new (escaped));
    }
  look (self);
}

static void
on_share (MienMixGroup *self)
{
  MienMix mix = { 0 };
  guint sum = 0;

  if (self->showing)
    return;
  for (guint i = 0; i < MIEN_REASON_COUNT; i++)
    if (self->shares[i] != NULL)
      {
        mix.share[i] = (guint) gtk_spin_button_get_value_as_int (self->shares[i]);
        sum += mix.share[i];
      }
  mix.share[MIEN_REASON_UNCERTAIN] = 100 - MIN (sum, 100);
  show (self, &mix);
  self->storing++;
  mien_project_set_mix_async (self->project, &mix, on_stored, g_object_ref (self));
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienMixGroup) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text =
      mien_project_setting_finish (MIEN_PROJECT (source), result, &error);
  MienMix mix;

  if (error != NULL || self->storing > 0)
    return;
  mien_mix_init (&mix);
  if (text != NULL)
    mien_mix_parse (text, &mix, NULL);
  show (self, &mix);
}

static void
look (MienMixGroup *self)
{
  if (self->project != NULL)
    mien_project_setting_async (self->project, MIEN_QUEUE_MIX, NULL, on_read,
                                g_object_ref (self));
}

static void
mien_mix_group_dispose (GObject *object)
{
  MienMixGroup *self = MIEN_MIX_GROUP (object);

  g_clear_object (&self->project);
  G_OBJECT_CLASS (mien_mix_group_parent_class)->dispose (object);
}

static void
mien_mix_group_class_init (MienMixGroupClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mien_mix_group_dispose;
}

static GtkWidget *
new_share (MienMixGroup *self, guint reason, GtkWidget *row)
{
  GtkWidget *share = gtk_spin_button_new_with_range (0, 100, 5);

  self->shares[reason] = GTK_SPIN_BUTTON (share);
  gtk_widget_set_sensitive (share, FALSE);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), share);
  g_signal_connect_swapped (share, "value-changed", G_CALLBACK (on_share), self);
  return share;
}

static void
mien_mix_group_init (MienMixGroup *self)
{
  for (guint i = 0; i < MIEN_REASON_COUNT; i++)
    {
      GtkWidget *row = adw_action_row_new (), *suffix;

      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ (rows[i].title));
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), _ (rows[i].why));
      if (i == MIEN_REASON_UNCERTAIN)
        {
          suffix = gtk_label_new (NULL);
          self->rest = GTK_LABEL (suffix);
          gtk_widget_add_css_class (suffix, "numeric");
        }
      else
        suffix = new_share (self, i, row);
      gtk_widget_set_valign (suffix, GTK_ALIGN_CENTER);
      gtk_accessible_update_property (
          GTK_ACCESSIBLE (suffix), GTK_ACCESSIBLE_PROPERTY_LABEL, _ (rows[i].title), -1);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), suffix);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), row);
    }
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self), _ ("What Is Asked"));
  adw_preferences_group_set_description (
      ADW_PREFERENCES_GROUP (self),
      _ ("Of a hundred faces of this project, how many for which reason. What one lacks "
         "goes to the others."));
}

GtkWidget *
mien_mix_group_new (MienProject *project)
{
  MienMixGroup *self = g_object_new (MIEN_TYPE_MIX_GROUP, NULL);

  self->project = g_object_ref (project);
  g_signal_connect_object (project, "changed", G_CALLBACK (look), self,
                           G_CONNECT_SWAPPED);
  look (self);
  return GTK_WIDGET (self);
}
