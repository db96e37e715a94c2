/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A key for one action. While the field has the focus every key is taken, before the
 * window or the application can make anything of it, but for Tab, which goes on to the
 * buttons, and Escape, which closes. Nothing is changed until a button is pressed.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-key-dialog.h"

#include <glib/gi18n.h>

#include "mien-key-layout.h"

struct _MienKeyDialog
{
  AdwWindow parent_instance;

  const MienKeyAction *action;
  MienKeyPress press;

  GtkWidget *set, *field, *add, *none, *reset;
  GtkLabel *title_label, *key_label, *message;
};

G_DEFINE_FINAL_TYPE (MienKeyDialog, mien_key_dialog, ADW_TYPE_WINDOW)

static void
say (MienKeyDialog *self, const char *key, const char *message)
{
  g_autofree char *title = mien_key_action_full_title (self->action);
  g_autofree char *spoken = g_strdup_printf ("%s, %s, %s", title, key, message);

  gtk_label_set_text (self->key_label, key);
  gtk_label_set_text (self->message, message);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->field),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
}

static char *
label_of (const MienKey *key)
{
  return mien_key_label (key, mien_key_layout_map, mien_key_layout_get_default ());
}

/* What it has now. */
static void
show_present (MienKeyDialog *self)
{
  guint n;
  const MienKey *keys = mien_keys_get (mien_keys_get_default (), self->action, &n);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *label = label_of (&keys[i]);

      g_string_append_printf (text, "%s%s", i > 0 ? "   " : "", label);
    }
  say (self, n > 0 ? text->str : _ ("no key"), "");
  gtk_widget_set_sensitive (self->none, n > 0);
  gtk_widget_set_sensitive (
      self->reset, !mien_keys_is_default (mien_keys_get_default (), self->action));
}

static const char *
reason_against (MienKeyDialog *self)
{
  return mien_key_action_is_review (self->action)
             ? _ ("This key cannot be used.")
             : _ ("It acts everywhere, so it needs Ctrl or Alt, or a function key.");
}

void
mien_key_dialog_press (MienKeyDialog *self, const MienKeyPress *press)
{
  MienKeys *keys = mien_keys_get_default ();
  const MienKeyAction *other;
  MienKey key;
  gboolean good = mien_keys_accept (self->action, press, &key);
  guint n;

  gtk_button_set_label (GTK_BUTTON (self->set), _ ("_Set"));
  gtk_widget_set_sensitive (self->set, good);
  mien_keys_get (keys, self->action, &n);
  gtk_widget_set_sensitive (self->add, good && n > 0 && n < MIEN_KEYS_MAX);
  if (!good)
    {
      say (self, "–", reason_against (self));
      return;
    }
  self->press = *press;
  other = mien_keys_taken (keys, self->action, press);
  {
    g_autofree char *label = label_of (&key);
    g_autofree char *title = other != NULL ? mien_key_action_full_title (other) : NULL;
    /* Translators: what another key does. */
    g_autofree char *message =
        other != NULL
            ? g_strdup_printf (_ ("“%s” has this key now and would lose it."), title)
            : g_strdup (_ ("This key is free."));

    say (self, label, message);
    if (other != NULL)
      gtk_button_set_label (GTK_BUTTON (self->set), _ ("_Take It Over"));
  }
}

/* Where it goes by name, by the one that GTK would know it by. */
static MienKeyPress
read_press (MienKeyDialog *self, GdkEvent *event)
{
  MienKeyPress press = { gdk_key_event_get_keyval (event),
                         gdk_key_event_get_keycode (event),
                         gdk_event_get_modifier_state (event) };
  guint keyval;
  GdkModifierType modifiers;

  if (!mien_key_action_is_review (self->action)
      && gdk_key_event_get_match (event, &keyval, &modifiers))
    {
      press.keyval = keyval;
      press.state = modifiers;
    }
  return press;
}

static gboolean
on_key_pressed (GtkEventControllerKey *controller,
                guint keyval,
                guint keycode,
                GdkModifierType state,
                MienKeyDialog *self)
{
  GdkEvent *event =
      gtk_event_controller_get_current_event (GTK_EVENT_CONTROLLER (controller));
  gboolean bare = (state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK)) == 0;
  MienKeyPress press;

  if (!gtk_widget_has_focus (self->field))
    return GDK_EVENT_PROPAGATE;
  if (bare
      && (keyval == GDK_KEY_Tab || keyval == GDK_KEY_ISO_Left_Tab
          || keyval == GDK_KEY_Escape))
    return GDK_EVENT_PROPAGATE;
  if (gdk_key_event_is_modifier (event))
    return GDK_EVENT_STOP;
  mien_key_layout_look (mien_key_layout_get_default (), event);
  press = read_press (self, event);
  mien_key_dialog_press (self, &press);
  return GDK_EVENT_STOP;
}

static void
assign (MienKeyDialog *self, gboolean add)
{
  if (mien_keys_assign (mien_keys_get_default (), self->action, &self->press, add))
    gtk_window_close (GTK_WINDOW (self));
}

static void
on_set (MienKeyDialog *self)
{
  assign (self, FALSE);
}

static void
on_add (MienKeyDialog *self)
{
  assign (self, TRUE);
}

static void
on_none (MienKeyDialog *self)
{
  mien_keys_clear (mien_keys_get_default (), self->action);
  gtk_window_close (GTK_WINDOW (self));
}

static void
on_reset (MienKeyDialog *self)
{
  mien_keys_reset (mien_keys_get_default (), self->action);
  gtk_window_close (GTK_WINDOW (self));
}

static void
mien_key_dialog_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), MIEN_TYPE_KEY_DIALOG);
  G_OBJECT_CLASS (mien_key_dialog_parent_class)->dispose (object);
}

static void
mien_key_dialog_class_init (MienKeyDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_key_dialog_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/mien/Mien/mien-key-dialog.ui");
#define CHILD(name)                                                                      \
  gtk_widget_class_bind_template_child (widget_class, MienKeyDialog, name)
  CHILD (set);
  CHILD (field);
  CHILD (add);
  CHILD (none);
  CHILD (reset);
  CHILD (title_label);
  CHILD (key_label);
  CHILD (message);
#undef CHILD
  gtk_widget_class_bind_template_callback (widget_class, on_set);
  gtk_widget_class_bind_template_callback (widget_class, on_add);
  gtk_widget_class_bind_template_callback (widget_class, on_none);
  gtk_widget_class_bind_template_callback (widget_class, on_reset);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close",
                                       NULL);
}

static void
mien_key_dialog_init (MienKeyDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
mien_key_dialog_new (GtkWindow *parent, const MienKeyAction *action)
{
  MienKeyDialog *self =
      g_object_new (MIEN_TYPE_KEY_DIALOG, "transient-for", parent, NULL);
  GtkEventController *keys = gtk_event_controller_key_new ();
  g_autofree char *title = mien_key_action_full_title (action);

  self->action = action;
  gtk_label_set_text (self->title_label, title);
  gtk_window_set_title (GTK_WINDOW (self), title);
  show_present (self);
  /* Added last, and so asked first: before the application's own keys. */
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (on_key_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  gtk_window_set_focus (GTK_WINDOW (self), self->field);
  return GTK_WIDGET (self);
}
