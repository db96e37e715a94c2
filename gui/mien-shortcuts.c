/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The shortcuts window. GTK 4.8 fills one through GtkBuilder only, so the table becomes a
 * description for it, which can be looked at without a display. Rows without a key are
 * left out: the preferences list them.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-shortcuts.h"

#include <glib/gi18n.h>
#include <string.h>

#include "mien-key-layout.h"

typedef struct
{
  MienKeys *keys;
  MienKeymap keymap;
  gpointer data;
  GString *text;
} Writer;

/* The first key of a row, NULL: it has none. */
static const MienKey *
first_key (Writer *writer, guint index)
{
  guint n;
  const MienKey *keys = mien_keys_get (writer->keys, mien_key_table_get (index), &n);

  return n > 0 ? keys : NULL;
}

static gboolean
is_next (const MienKey *key, const MienKey *next)
{
  return key != NULL && next != NULL && key->keycode != 0
         && next->keycode == key->keycode + 1 && next->modifiers == key->modifiers;
}

static void
add_key (Writer *writer, GString *accelerators, const MienKey *key, const char *before)
{
  g_autofree char *text = mien_key_accelerator (key, writer->keymap, writer->data);

  if (text == NULL)
    return;
  if (accelerators->len > 0)
    g_string_append (accelerators, before);
  g_string_append (accelerators, text);
}

/* Rows [begin, end): places that lie side by side become "a...b" from three on. Keys with
 * a modifier, which would be spelt out each time, become "a...b" all together: the row of
 * the same keys without it is above. */
static char *
family_keys (Writer *writer, guint begin, guint end)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const MienKey *first = first_key (writer, begin);
  gboolean all = first != NULL && first->modifiers != 0;

  for (guint i = begin; i < end;)
    {
      guint last = i;

      if (all)
        last = end - 1;
      while (last + 1 < end
             && is_next (first_key (writer, last), first_key (writer, last + 1)))
        last++;
      if (last < i + 2)
        last = i;
      if (first_key (writer, i) != NULL)
        add_key (writer, text, first_key (writer, i), " ");
      if (last > i && first_key (writer, last) != NULL)
        add_key (writer, text, first_key (writer, last), "...");
      i = last + 1;
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
row_keys (Writer *writer, guint index)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint n;
  const MienKey *keys = mien_keys_get (writer->keys, mien_key_table_get (index), &n);

  /* The keypad's are the same keys once more. */
  for (guint i = 0; i < n; i++)
    if (i == 0 || !mien_key_is_keypad (&keys[i]))
      add_key (writer, text, &keys[i], " ");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
add_row (Writer *writer, const char *title, const char *accelerators)
{
  g_autofree char *row = NULL;

  if (accelerators[0] == '\0')
    return;
  row = g_markup_printf_escaped (
      "<child><object class=\"GtkShortcutsShortcut\">"
      "<property name=\"title\">%s</property>"
      "<property name=\"accelerator\">%s</property></object></child>",
      title, accelerators);
  g_string_append (writer->text, row);
}

static void
add_group (Writer *writer, MienKeyGroup group)
{
  guint size = mien_key_table_size ();
  g_autofree char *head = g_markup_printf_escaped (
      "<child><object class=\"GtkShortcutsGroup\"><property name=\"title\">%s</property>",
      mien_key_group_title (group));

  g_string_append (writer->text, head);
  for (guint i = 0, end; i < size; i = end)
    {
      const MienKeyAction *action = mien_key_table_get (i);
      g_autofree char *title = mien_key_action_title (action), *accelerators = NULL;

      for (end = i + 1; end < size && action->family != NULL
                        && mien_key_table_get (end)->family == action->family;)
        end++;
      if (action->group != group)
        continue;
      accelerators =
          action->family != NULL ? family_keys (writer, i, end) : row_keys (writer, i);
      add_row (writer, action->family != NULL ? _ (action->family) : title, accelerators);
    }
  g_string_append (writer->text, "</object></child>");
}

/* Groups [begin, end) side by side. Pages are avoided: GTK 4.8 puts them in any order. */
static void
add_section (Writer *writer,
             const char *name,
             const char *title,
             MienKeyGroup begin,
             MienKeyGroup end)
{
  g_autofree char *head =
      g_markup_printf_escaped ("<child><object class=\"GtkShortcutsSection\">"
                               "<property name=\"section-name\">%s</property>"
                               "<property name=\"title\">%s</property>"
                               "<property name=\"max-height\">16</property>",
                               name, title);

  g_string_append (writer->text, head);
  for (guint group = begin; group < end; group++)
    add_group (writer, (MienKeyGroup) group);
  g_string_append (writer->text, "</object></child>");
}

char *
mien_shortcuts_describe (MienKeys *keys, MienKeymap keymap, gpointer data)
{
  g_autoptr (GString) text =
      g_string_new ("<interface><object class=\"GtkShortcutsWindow\" id=\"shortcuts\">"
                    "<property name=\"modal\">True</property>");
  Writer writer = { keys, keymap, data, text };

  add_section (&writer, "review", _ ("Review"), MIEN_KEYS_ANSWERS, MIEN_KEYS_EVERYWHERE);
  add_section (&writer, "window", _ ("Window"), MIEN_KEYS_EVERYWHERE, MIEN_KEYS_GROUPS);
  g_string_append (text, "</object></interface>");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

GtkWidget *
mien_shortcuts_new (GtkWindow *parent)
{
  g_autofree char *text = mien_shortcuts_describe (
      mien_keys_get_default (), mien_key_layout_map, mien_key_layout_get_default ());
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_string (text, -1);
  GtkWidget *window = GTK_WIDGET (gtk_builder_get_object (builder, "shortcuts"));

  gtk_window_set_transient_for (GTK_WINDOW (window), parent);
  return window;
}
