/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a key is, how it is written down, and what people call it. A key has either a
 * place or a name, never both. Shift is a part of it only where it changes nothing else:
 * a plus sign is a plus sign, whether the layout wants Shift for it or not.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-key.h"

#include <glib/gi18n.h>
#include <gtk/gtk.h>
#include <string.h>

enum
{
  FIRST_CODE = 8,
  LAST_CODE = 775, /* KEY_MAX of evdev, plus 8 */
};

static const struct
{
  GdkModifierType mask;
  const char *text, *name;
} modifiers[] = {
  { GDK_CONTROL_MASK, "<Control>", N_ ("Ctrl") },
  { GDK_ALT_MASK, "<Alt>", N_ ("Alt") },
  { GDK_SUPER_MASK, "<Super>", N_ ("Super") },
  /* Translators: the Shift key. */
  { GDK_SHIFT_MASK, "<Shift>", N_ ("Shift") },
};

/* What an American keyboard has at 10 .. 21, 24 .. 35, 38 .. 49 and 51 .. 61. */
static const struct
{
  guint first;
  const char *letters;
} american[] = {
  { 10, "1234567890-=" },
  { 24, "qwertyuiop[]" },
  { 38, "asdfghjkl;'`" },
  { 51, "\\zxcvbnm,./" },
};

static GdkModifierType
used_modifiers (GdkModifierType state)
{
  GdkModifierType used =
      state & (GDK_SHIFT_MASK | GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK);

  /* The same keys under their other names. */
  if (state & GDK_META_MASK)
    used |= GDK_ALT_MASK;
  if (state & GDK_HYPER_MASK)
    used |= GDK_SUPER_MASK;
  return used;
}

/* A letter, a digit, a sign; not those of the keypad, which say which they are. */
static gboolean
is_printing (guint keyval)
{
  return (keyval < 0xff00 || keyval >= 0x1000000) && keyval != GDK_KEY_space
         && g_unichar_isgraph (gdk_keyval_to_unicode (keyval));
}

static gboolean
is_dead (guint keyval)
{
  return keyval >= GDK_KEY_dead_grave && keyval <= 0xfe9f;
}

gboolean
mien_key_parse (const char *text, MienKey *key)
{
  MienKey read = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (modifiers);)
    if (g_str_has_prefix (text, modifiers[i].text))
      {
        read.modifiers |= modifiers[i].mask;
        text += strlen (modifiers[i].text);
        i = 0;
      }
    else
      i++;
  if (text[0] == '#' && text[1] != '\0')
    {
      guint64 code;

      if (!g_ascii_string_to_unsigned (text + 1, 10, FIRST_CODE, LAST_CODE, &code, NULL))
        return FALSE;
      read.keycode = (guint) code;
    }
  else
    {
      read.keyval = gdk_keyval_to_lower (gdk_keyval_from_name (text));
      if (read.keyval == 0 || read.keyval == GDK_KEY_VoidSymbol)
        return FALSE;
      if (is_printing (read.keyval) && !(read.modifiers & ~GDK_SHIFT_MASK))
        read.modifiers = 0;
    }
  *key = read;
  return TRUE;
}

char *
mien_key_format (const MienKey *key)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (modifiers); i++)
    if (key->modifiers & modifiers[i].mask)
      g_string_append (text, modifiers[i].text);
  if (key->keycode != 0)
    g_string_append_printf (text, "#%u", key->keycode);
  else
    g_string_append (text, gdk_keyval_name (key->keyval));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

gboolean
mien_key_equal (const MienKey *a, const MienKey *b)
{
  return a->keycode == b->keycode && a->keyval == b->keyval
         && a->modifiers == b->modifiers;
}

MienKeyMatch
mien_key_match (const MienKey *key, const MienKeyPress *press)
{
  GdkModifierType held = used_modifiers (press->state);

  if (key->keycode != 0)
    return key->keycode == press->keycode && key->modifiers == held ? MIEN_KEY_MATCH_PLACE
                                                                    : MIEN_KEY_MATCH_NONE;
  if (key->keyval != gdk_keyval_to_lower (press->keyval))
    return MIEN_KEY_MATCH_NONE;
  if (key->modifiers == held)
    return MIEN_KEY_MATCH_NAME;
  if (key->modifiers != (held & ~GDK_SHIFT_MASK))
    return MIEN_KEY_MATCH_NONE;
  /* Ctrl+Shift+Z is not Ctrl+Z, but Ctrl+? may well need Shift. */
  if (!is_printing (key->keyval))
    return MIEN_KEY_MATCH_LOOSE;
  return key->keyval == gdk_keyval_to_upper (key->keyval) ? MIEN_KEY_MATCH_NAME
                                                          : MIEN_KEY_MATCH_NONE;
}

gboolean
mien_key_from_press (const MienKeyPress *press, gboolean by_place, MienKey *key)
{
  MienKey read = { .modifiers = used_modifiers (press->state) };
  guint keyval = gdk_keyval_to_lower (press->keyval);
  gboolean named =
      keyval != 0 && keyval != GDK_KEY_VoidSymbol && gdk_keyval_name (keyval) != NULL;

  if (keyval == GDK_KEY_Tab || keyval == GDK_KEY_ISO_Left_Tab || keyval == GDK_KEY_Escape)
    return FALSE;
  if (by_place && (!named || is_printing (keyval) || is_dead (keyval)))
    {
      if (press->keycode < FIRST_CODE || press->keycode > LAST_CODE)
        return FALSE;
      read.keycode = press->keycode;
    }
  else if (!named || is_dead (keyval))
    return FALSE;
  else
    {
      read.keyval = keyval;
      if (is_printing (keyval) && !(read.modifiers & ~GDK_SHIFT_MASK))
        read.modifiers = 0;
    }
  *key = read;
  return TRUE;
}

gboolean
mien_key_is_global (const MienKey *key)
{
  if (key->keycode != 0)
    return FALSE;
  if (key->modifiers & ~GDK_SHIFT_MASK)
    return TRUE;
  return (key->keyval >= GDK_KEY_F1 && key->keyval <= GDK_KEY_F35)
         || (key->keyval >= 0x1008ff00 && key->keyval <= 0x1008ffff)
         || key->keyval == GDK_KEY_Pause || key->keyval == GDK_KEY_Print
         || key->keyval == GDK_KEY_Help;
}

gboolean
mien_key_is_keypad (const MienKey *key)
{
  return (key->keyval >= GDK_KEY_KP_Space && key->keyval <= GDK_KEY_KP_9)
         || key->keyval == GDK_KEY_KP_Equal || key->keyval == GDK_KEY_ISO_Enter;
}

static guint
american_keyval (guint keycode)
{
  for (guint i = 0; i < G_N_ELEMENTS (american); i++)
    if (keycode >= american[i].first
        && keycode < american[i].first + strlen (american[i].letters))
      return gdk_unicode_to_keyval (
          (guint32) american[i].letters[keycode - american[i].first]);
  return 0;
}

/* On AZERTY the digits need Shift; people call the keys by them all the same. */
static guint
printed_keyval (guint keycode, MienKeymap keymap, gpointer data)
{
  guint plain, shifted;

  if (keymap == NULL)
    return american_keyval (keycode);
  plain = keymap (keycode, 0, data);
  shifted = keymap (keycode, 1, data);
  if (shifted >= GDK_KEY_0 && shifted <= GDK_KEY_9
      && !(plain >= GDK_KEY_0 && plain <= GDK_KEY_9))
    return shifted;
  return plain != 0 && plain != GDK_KEY_VoidSymbol ? plain : american_keyval (keycode);
}

static char *
keyval_label (guint keyval)
{
  static const struct
  {
    guint keyval;
    const char *label;
  } signs[] = {
    { GDK_KEY_Return, "⏎" }, { GDK_KEY_BackSpace, "⌫" }, { GDK_KEY_Up, "↑" },
    { GDK_KEY_Down, "↓" },   { GDK_KEY_Left, "←" },      { GDK_KEY_Right, "→" },
  };
  char text[7] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (signs); i++)
    if (signs[i].keyval == keyval)
      return g_strdup (signs[i].label);
  if (!is_printing (keyval))
    return gtk_accelerator_get_label (keyval, 0);
  g_unichar_to_utf8 (g_unichar_toupper (gdk_keyval_to_unicode (keyval)), text);
  return g_strdup (text);
}

char *
mien_key_label (const MienKey *key, MienKeymap keymap, gpointer data)
{
  guint keyval =
      key->keycode != 0 ? printed_keyval (key->keycode, keymap, data) : key->keyval;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *name = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (modifiers); i++)
    if (key->modifiers & modifiers[i].mask)
      g_string_append_printf (text, "%s+", _ (modifiers[i].name));
  /* Translators: a key that has no name, by its number. */
  name =
      keyval != 0 ? keyval_label (keyval) : g_strdup_printf (_ ("Key %u"), key->keycode);
  g_string_append (text, name);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
mien_key_accelerator (const MienKey *key, MienKeymap keymap, gpointer data)
{
  guint keyval =
      key->keycode != 0 ? printed_keyval (key->keycode, keymap, data) : key->keyval;

  return keyval != 0 ? gtk_accelerator_name (gdk_keyval_to_lower (keyval), key->modifiers)
                     : NULL;
}
