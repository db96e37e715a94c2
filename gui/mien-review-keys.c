/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The keys of the Review view. Hardware key codes are those of evdev plus 8, which both
 * X11 and Wayland give. A place comes before a name: where a layout has the minus sign
 * among the first eight digits, that key is a digit here.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-review-keys.h"

/* By place: key code, the letter of the American layout for displays that cannot tell,
 * and whether Shift has to be held. */
static const struct
{
  guint keycode;
  char letter;
  gboolean shift;
  MienReviewKey key;
} places[] = {
  { 10, '1', FALSE, { "review.expression", 0, FALSE } },
  { 11, '2', FALSE, { "review.expression", 1, FALSE } },
  { 12, '3', FALSE, { "review.expression", 2, FALSE } },
  { 13, '4', FALSE, { "review.expression", 3, FALSE } },
  { 14, '5', FALSE, { "review.expression", 4, FALSE } },
  { 15, '6', FALSE, { "review.expression", 5, FALSE } },
  { 16, '7', FALSE, { "review.expression", 6, FALSE } },
  { 17, '8', FALSE, { "review.expression", 7, FALSE } },

  { 24, 'Q', FALSE, { "review.unit", 0, FALSE } },
  { 25, 'W', FALSE, { "review.unit", 1, FALSE } },
  { 26, 'E', FALSE, { "review.unit", 2, FALSE } },
  { 27, 'R', FALSE, { "review.unit", 3, FALSE } },
  { 28, 'T', FALSE, { "review.unit", 4, FALSE } },
  { 29, 'Y', FALSE, { "review.unit", 5, FALSE } },
  { 38, 'A', FALSE, { "review.unit", 6, FALSE } },
  { 39, 'S', FALSE, { "review.unit", 7, FALSE } },
  { 40, 'D', FALSE, { "review.unit", 8, FALSE } },
  { 41, 'F', FALSE, { "review.unit", 9, FALSE } },
  { 42, 'G', FALSE, { "review.unit", 10, FALSE } },
  { 43, 'H', FALSE, { "review.unit", 11, FALSE } },

  { 24, 'Q', TRUE, { "review.unit-absent", 0, FALSE } },
  { 25, 'W', TRUE, { "review.unit-absent", 1, FALSE } },
  { 26, 'E', TRUE, { "review.unit-absent", 2, FALSE } },
  { 27, 'R', TRUE, { "review.unit-absent", 3, FALSE } },
  { 28, 'T', TRUE, { "review.unit-absent", 4, FALSE } },
  { 29, 'Y', TRUE, { "review.unit-absent", 5, FALSE } },
  { 38, 'A', TRUE, { "review.unit-absent", 6, FALSE } },
  { 39, 'S', TRUE, { "review.unit-absent", 7, FALSE } },
  { 40, 'D', TRUE, { "review.unit-absent", 8, FALSE } },
  { 41, 'F', TRUE, { "review.unit-absent", 9, FALSE } },
  { 42, 'G', TRUE, { "review.unit-absent", 10, FALSE } },
  { 43, 'H', TRUE, { "review.unit-absent", 11, FALSE } },

  { 31, 'I', FALSE, { "review.mark-in", -1, FALSE } },
  { 32, 'O', FALSE, { "review.mark-out", -1, FALSE } },
  { 33, 'P', FALSE, { "review.play", -1, FALSE } },
  { 44, 'J', FALSE, { "review.jump", -1, FALSE } },
  { 53, 'X', FALSE, { "review.not-a-face", -1, FALSE } },
  { 55, 'V', FALSE, { "review.take-point", -1, FALSE } },
  { 56, 'B', FALSE, { "review.flag", -1, FALSE } },
  { 57, 'N', FALSE, { "review.note", -1, FALSE } },
  { 60, '.', FALSE, { "review.skip", -1, FALSE } },
};

/* By name. label: what stands on the button, NULL: nowhere. */
static const struct
{
  guint keyval;
  const char *label;
  MienReviewKey key;
} names[] = {
  { GDK_KEY_Return, "⏎", { "review.confirm", -1, FALSE } },
  { GDK_KEY_KP_Enter, NULL, { "review.confirm", -1, FALSE } },
  { GDK_KEY_ISO_Enter, NULL, { "review.confirm", -1, FALSE } },
  { GDK_KEY_BackSpace, "⌫", { "review.back", -1, FALSE } },
  { GDK_KEY_space, "␣", { "review.cannot-tell", -1, FALSE } },
  { GDK_KEY_KP_1, NULL, { "review.expression", 0, FALSE } },
  { GDK_KEY_KP_2, NULL, { "review.expression", 1, FALSE } },
  { GDK_KEY_KP_3, NULL, { "review.expression", 2, FALSE } },
  { GDK_KEY_KP_4, NULL, { "review.expression", 3, FALSE } },
  { GDK_KEY_KP_5, NULL, { "review.expression", 4, FALSE } },
  { GDK_KEY_KP_6, NULL, { "review.expression", 5, FALSE } },
  { GDK_KEY_KP_7, NULL, { "review.expression", 6, FALSE } },
  { GDK_KEY_KP_8, NULL, { "review.expression", 7, FALSE } },
  { GDK_KEY_plus, NULL, { "review.zoom-in", -1, TRUE } },
  { GDK_KEY_equal, NULL, { "review.zoom-in", -1, TRUE } },
  { GDK_KEY_KP_Add, NULL, { "review.zoom-in", -1, TRUE } },
  { GDK_KEY_minus, NULL, { "review.zoom-out", -1, TRUE } },
  { GDK_KEY_KP_Subtract, NULL, { "review.zoom-out", -1, TRUE } },
  { GDK_KEY_0, NULL, { "review.zoom-fit", -1, FALSE } },
  { GDK_KEY_KP_0, NULL, { "review.zoom-fit", -1, FALSE } },
};

const MienReviewKey *
mien_review_key_find (guint keyval, guint keycode, GdkModifierType state)
{
  gboolean shift = (state & GDK_SHIFT_MASK) != 0;

  if (state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK | GDK_META_MASK))
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (places[i].keycode == keycode && places[i].shift == shift)
      return &places[i].key;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i].keyval == keyval)
      return &names[i].key;
  return NULL;
}

/* What the layout in use writes on the key: what it gives without Shift, in capitals. */
static char *
printed (GdkDisplay *display, guint keycode, char letter)
{
  GdkKeymapKey *keys = NULL;
  guint *keyvals = NULL;
  int n = 0;
  gunichar c = 0;
  char text[7] = { 0 };

  if (display != NULL && gdk_display_map_keycode (display, keycode, &keys, &keyvals, &n))
    for (int i = 0; i < n && c == 0; i++)
      if (keys[i].group == 0 && keys[i].level == 0)
        c = g_unichar_toupper (gdk_keyval_to_unicode (keyvals[i]));
  g_free (keys);
  g_free (keyvals);
  if (c == 0 || !g_unichar_isgraph (c))
    c = (gunichar) letter;
  g_unichar_to_utf8 (c, text);
  return g_strdup (text);
}

char *
mien_review_key_label (GdkDisplay *display, const char *action, int argument)
{
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (places[i].key.argument == argument && g_str_equal (places[i].key.action, action))
      {
        /* On AZERTY the digits need Shift; people call the keys by them all the same. */
        if (g_ascii_isdigit (places[i].letter))
          return g_strdup_printf ("%c", places[i].letter);
        return printed (display, places[i].keycode, places[i].letter);
      }
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i].key.argument == argument && names[i].label != NULL
        && g_str_equal (names[i].key.action, action))
      return g_strdup (names[i].label);
  return NULL;
}
