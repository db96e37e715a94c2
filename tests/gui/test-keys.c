/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of keys and what a person makes of it, without a display: every default key
 * does what it says and nothing else, keys go by place, changes are kept, collisions are
 * found, and what is shown is what the layout has.
 */
#include "config.h"

#include <gtk/gtk.h>

#include "mien-keys.h"
#include "mien-settings.h"
#include "mien-shortcuts.h"

/* The top two rows of letters, and the digits, of a French keyboard. */
static guint
azerty (guint keycode, int level, gpointer data)
{
  static const char letters[] = "azertyuiop", home[] = "qsdfghjklm", low[] = "wxcvbn,;:!";
  static const char *const digits[] = { "ampersand", "eacute", "quotedbl", "apostrophe",
                                        "parenleft", "minus",  "egrave",   "underscore",
                                        "ccedilla",  "agrave" };

  if (keycode >= 10 && keycode < 20)
    return level == 1 ? gdk_unicode_to_keyval ((guint32) "1234567890"[keycode - 10])
                      : gdk_keyval_from_name (digits[keycode - 10]);
  if (keycode >= 24 && keycode < 34)
    return gdk_unicode_to_keyval ((guint32) letters[keycode - 24]);
  if (keycode >= 38 && keycode < 48)
    return gdk_unicode_to_keyval ((guint32) home[keycode - 38]);
  if (keycode >= 52 && keycode < 62)
    return gdk_unicode_to_keyval ((guint32) low[keycode - 52]);
  return 0;
}

/* The event of a key on an American keyboard. */
static MienKeyPress
press_of (const MienKey *key)
{
  g_autofree char *accel = mien_key_accelerator (key, NULL, NULL);
  MienKeyPress press = { .keycode = key->keycode, .state = key->modifiers };

  gtk_accelerator_parse (accel, &press.keyval, NULL);
  if (press.state & GDK_SHIFT_MASK)
    press.keyval = gdk_keyval_to_upper (press.keyval);
  /* Capitals and the num lock are not keys. */
  press.state |= GDK_LOCK_MASK;
  return press;
}

static const MienKeyAction *
action (const char *id)
{
  const MienKeyAction *found = mien_key_table_find (id);

  g_assert_nonnull (found);
  return found;
}

static const char *
does (MienKeys *keys, guint keyval, guint keycode, GdkModifierType state)
{
  MienKeyPress press = { keyval, keycode, state };
  const MienKeyAction *found = mien_keys_find (keys, &press, TRUE);

  return found != NULL ? found->id : NULL;
}

static char *
label (MienKeys *keys, const char *id)
{
  return mien_keys_label (keys, id, azerty, NULL);
}

static void
test_defaults (void)
{
  g_autoptr (MienKeys) keys = mien_keys_new (NULL);
  g_autoptr (GHashTable) without = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < mien_key_table_size (); i++)
    {
      const MienKeyAction *row = mien_key_table_get (i);
      g_auto (GStrv) texts = g_strsplit (row->keys, " ", -1);
      g_autofree char *name = NULL;
      g_autoptr (GVariant) target = NULL;
      g_autoptr (GError) error = NULL;
      guint n;
      const MienKey *has = mien_keys_get (keys, row, &n);

      g_action_parse_detailed_name (row->id, &name, &target, &error);
      g_assert_no_error (error);
      /* Every word of the table is a key. */
      g_assert_cmpuint (n, ==, row->keys[0] != '\0' ? g_strv_length (texts) : 0);
      if (n == 0)
        g_hash_table_add (without, (gpointer) row->id);
      for (guint k = 0; k < n; k++)
        {
          MienKeyPress press = press_of (&has[k]);
          g_autofree char *text = mien_key_format (&has[k]);
          MienKey again;

          g_assert_true (mien_key_parse (text, &again));
          g_assert_true (mien_key_equal (&again, &has[k]));
          /* It does this, and nothing else has it, here or in the other half. */
          g_assert_true (mien_keys_find (keys, &press, mien_key_action_is_review (row))
                         == row);
          g_assert_null (mien_keys_find (keys, &press, !mien_key_action_is_review (row)));
          if (mien_keys_taken (keys, row, &press) != NULL)
            g_error ("%s: %s is taken", row->id, text);
        }
    }
  /* Those that have a button and nothing more. */
  g_assert_cmpuint (g_hash_table_size (without), ==, 2);
  g_assert_true (g_hash_table_contains (without, "review.cannot-tell-of(0)"));
  g_assert_true (g_hash_table_contains (without, "review.cannot-tell-of(1)"));
}

static void
test_place (void)
{
  g_autoptr (MienKeys) keys = mien_keys_new (NULL);
  g_autofree char *first = label (keys, "review.unit(0)");
  g_autofree char *digit = label (keys, "review.expression(0)");
  g_autofree char *absent = label (keys, "review.unit-absent(6)");
  g_autofree char *skip = label (keys, "review.skip");
  g_autofree char *american = mien_keys_label (keys, "review.unit(0)", NULL, NULL);

  /* AZERTY: the key right of Tab gives an "a", the first digit an ampersand. */
  g_assert_cmpstr (does (keys, GDK_KEY_a, 24, 0), ==, "review.unit(0)");
  g_assert_cmpstr (does (keys, GDK_KEY_ampersand, 10, 0), ==, "review.expression(0)");
  g_assert_cmpstr (does (keys, GDK_KEY_A, 24, GDK_SHIFT_MASK), ==,
                   "review.unit-absent(0)");
  /* A place goes before a name: there the sixth digit is the minus sign. */
  g_assert_cmpstr (does (keys, GDK_KEY_minus, 15, 0), ==, "review.expression(5)");
  g_assert_cmpstr (does (keys, GDK_KEY_minus, 20, 0), ==, "review.zoom-out");
  g_assert_cmpstr (does (keys, GDK_KEY_plus, 21, GDK_SHIFT_MASK), ==, "review.zoom-in");
  g_assert_cmpstr (does (keys, GDK_KEY_Return, 36, GDK_LOCK_MASK | (1 << 4)), ==,
                   "review.confirm");
  g_assert_cmpstr (does (keys, GDK_KEY_Return, 36, GDK_SHIFT_MASK), ==, "review.confirm");
  g_assert_cmpstr (does (keys, GDK_KEY_Left, 113, 0), ==, "review.move(0)");
  g_assert_cmpstr (does (keys, GDK_KEY_Left, 113, GDK_SHIFT_MASK), ==,
                   "review.move-finely(0)");
  g_assert_null (does (keys, GDK_KEY_z, 52, GDK_CONTROL_MASK));
  g_assert_null (does (keys, GDK_KEY_q, 24, GDK_ALT_MASK));
  g_assert_null (does (keys, GDK_KEY_F5, 71, 0));
  g_assert_false (action ("review.confirm")->flags & MIEN_KEYS_REPEATS);

  g_assert_cmpstr (american, ==, "Q");
  g_assert_cmpstr (first, ==, "A");
  g_assert_cmpstr (digit, ==, "1");
  g_assert_cmpstr (absent, ==, "Shift+Q");
  g_assert_cmpstr (skip, ==, ":");
}

static void
on_changed (MienKeys *keys, guint *count)
{
  (*count)++;
}

static void
test_remap (void)
{
  g_autoptr (MienKeys) keys = mien_keys_new (NULL);
  const MienKeyAction *flag = action ("review.flag"), *skip = action ("review.skip");
  const MienKeyPress period = { GDK_KEY_period, 60, 0 }, pedal = { GDK_KEY_F13, 191, 0 };
  const MienKeyPress minus = { GDK_KEY_minus, 20, 0 };
  guint n, changes = 0;

  g_signal_connect (keys, "changed", G_CALLBACK (on_changed), &changes);
  g_assert_null (mien_keys_taken (keys, flag, &pedal));
  g_assert_true (mien_keys_assign (keys, flag, &pedal, FALSE));
  g_assert_cmpuint (changes, ==, 1);
  g_assert_cmpstr (does (keys, GDK_KEY_F13, 191, 0), ==, "review.flag");
  g_assert_null (does (keys, GDK_KEY_b, 56, 0));
  g_assert_false (mien_keys_is_default (keys, flag));

  /* Beside it: skip's, which skip loses. */
  g_assert_true (mien_keys_taken (keys, flag, &period) == skip);
  g_assert_true (mien_keys_assign (keys, flag, &period, TRUE));
  mien_keys_get (keys, flag, &n);
  g_assert_cmpuint (n, ==, 2);
  mien_keys_get (keys, skip, &n);
  g_assert_cmpuint (n, ==, 0);
  g_assert_cmpstr (does (keys, GDK_KEY_period, 60, 0), ==, "review.flag");

  /* A name and a place are one key here: the minus sign of zooming out. */
  g_assert_true (mien_keys_taken (keys, flag, &minus) == action ("review.zoom-out"));
  g_assert_true (mien_keys_assign (keys, flag, &minus, FALSE));
  mien_keys_get (keys, action ("review.zoom-out"), &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpstr (does (keys, GDK_KEY_KP_Subtract, 82, 0), ==, "review.zoom-out");

  /* Back, one by one; what was given away returns. */
  g_assert_true (mien_keys_assign (keys, flag, &period, FALSE));
  mien_keys_reset (keys, skip);
  g_assert_cmpstr (does (keys, GDK_KEY_period, 60, 0), ==, "review.skip");
  mien_keys_get (keys, flag, &n);
  g_assert_cmpuint (n, ==, 0);
  mien_keys_reset (keys, flag);
  g_assert_true (mien_keys_is_default (keys, flag));

  mien_keys_clear (keys, action ("win.retrain"));
  mien_keys_get (keys, action ("win.retrain"), &n);
  g_assert_cmpuint (n, ==, 0);
  mien_keys_reset_all (keys);
  for (guint i = 0; i < mien_key_table_size (); i++)
    g_assert_true (mien_keys_is_default (keys, mien_key_table_get (i)));
}

static gboolean
accepts (const char *id, guint keyval, guint keycode, GdkModifierType state)
{
  const MienKeyPress press = { keyval, keycode, state };
  MienKey key;

  return mien_keys_accept (action (id), &press, &key);
}

static void
test_what_can_be_a_key (void)
{
  g_assert_true (accepts ("review.flag", GDK_KEY_F13, 191, 0));
  g_assert_true (accepts ("review.flag", GDK_KEY_k, 45, GDK_CONTROL_MASK));
  g_assert_true (accepts ("review.flag", GDK_KEY_dead_circumflex, 34, 0));
  /* A pedal of which X knows only the number. */
  g_assert_true (accepts ("review.flag", GDK_KEY_VoidSymbol, 248, 0));
  g_assert_true (accepts ("review.flag", 0, 248, 0));
  g_assert_false (accepts ("review.flag", GDK_KEY_Tab, 23, 0));
  g_assert_false (accepts ("review.flag", GDK_KEY_ISO_Left_Tab, 23, GDK_SHIFT_MASK));
  g_assert_false (accepts ("review.flag", GDK_KEY_Escape, 9, 0));

  /* What acts everywhere leaves typing and moving about alone. */
  g_assert_true (accepts ("win.retrain", GDK_KEY_t, 28, GDK_CONTROL_MASK));
  g_assert_true (accepts ("win.retrain", GDK_KEY_F13, 191, 0));
  g_assert_false (accepts ("win.retrain", GDK_KEY_t, 28, 0));
  g_assert_false (accepts ("win.retrain", GDK_KEY_T, 28, GDK_SHIFT_MASK));
  g_assert_false (accepts ("win.retrain", GDK_KEY_Return, 36, 0));
  g_assert_false (accepts ("win.retrain", GDK_KEY_Left, 113, 0));
  g_assert_false (accepts ("win.retrain", 0, 248, GDK_CONTROL_MASK));
}

static void
test_settings (void)
{
  g_autoptr (GSettings) settings = mien_settings_new ();
  const MienKeyAction *flag = action ("review.flag"), *retrain = action ("win.retrain");
  const MienKeyPress place = { GDK_KEY_odiaeresis, 47, 0 }, pedal = { 0, 248, 0 };
  const MienKeyPress train = { GDK_KEY_t, 28, GDK_CONTROL_MASK };
  g_autofree char *written = NULL;

  {
    g_autoptr (MienKeys) keys = mien_keys_new (settings);
    g_autoptr (GVariant) value = NULL;

    g_assert_true (mien_keys_assign (keys, flag, &place, FALSE));
    g_assert_true (mien_keys_assign (keys, flag, &pedal, TRUE));
    g_assert_true (mien_keys_assign (keys, retrain, &train, FALSE));
    value = g_settings_get_value (settings, "keys");
    written = g_variant_print (value, FALSE);
  }
  /* By place, and no more than what differs. */
  g_assert_cmpstr (written, ==,
                   "{'review.flag': ['#47', '#248'], 'win.retrain': ['<Control>t']}");
  {
    g_autoptr (MienKeys) keys = mien_keys_new (settings);
    g_auto (GStrv) accels = mien_keys_get_accels (keys, retrain);
    guint changes = 0;

    g_assert_cmpstr (does (keys, GDK_KEY_semicolon, 47, 0), ==, "review.flag");
    g_assert_cmpstr (does (keys, 0, 248, 0), ==, "review.flag");
    g_assert_cmpstr (accels[0], ==, "<Control>t");
    g_assert_null (accels[1]);
    /* Another window resets them. */
    g_signal_connect (keys, "changed", G_CALLBACK (on_changed), &changes);
    g_settings_reset (settings, "keys");
    g_assert_cmpuint (changes, ==, 1);
    g_assert_true (mien_keys_is_default (keys, flag));
  }
}

/* From another version, or another hand. */
static void
test_settings_are_checked (void)
{
  g_autoptr (GSettings) settings = mien_settings_new ();
  g_autoptr (MienKeys) keys = NULL;
  guint n;

  g_settings_set_value (
      settings, "keys",
      g_variant_new_parsed (
          "{'review.flag': ['#60', '#7', '#99999999999', 'no such key', ''],"
          " 'review.skip': ['#60', '#61'], 'win.retrain': ['t', '#28'],"
          " 'review.gone': ['#62']}"));
  keys = mien_keys_new (settings);
  mien_keys_get (keys, action ("review.flag"), &n);
  /* The first row of the table that claims a key has it. */
  g_assert_cmpuint (n, ==, 0);
  g_assert_cmpstr (does (keys, GDK_KEY_period, 60, 0), ==, "review.skip");
  mien_keys_get (keys, action ("win.retrain"), &n);
  g_assert_cmpuint (n, ==, 0);
  g_settings_reset (settings, "keys");
}

static void
test_shortcuts (void)
{
  g_autoptr (MienKeys) keys = mien_keys_new (NULL);
  const MienKeyPress pedal = { GDK_KEY_F13, 191, 0 };
  g_autofree char *american = mien_shortcuts_describe (keys, NULL, NULL);
  g_autofree char *french = mien_shortcuts_describe (keys, azerty, NULL);
  g_autofree char *changed = NULL;

  g_assert_nonnull (strstr (american, ">1...8<"));
  g_assert_nonnull (strstr (american, ">q...y a...h<"));
  g_assert_nonnull (strstr (american, ">Left Right Up Down<"));
  g_assert_nonnull (strstr (american, "&lt;Control&gt;r<"));
  g_assert_null (strstr (american, "KP_"));
  g_assert_nonnull (strstr (french, ">1...8<"));
  g_assert_nonnull (strstr (french, ">a...y q...h<"));
  mien_keys_assign (keys, action ("review.expression(2)"), &pedal, FALSE);
  changed = mien_shortcuts_describe (keys, NULL, NULL);
  g_assert_nonnull (strstr (changed, ">1 2 F13 4...8<"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keys/defaults", test_defaults);
  g_test_add_func ("/keys/place", test_place);
  g_test_add_func ("/keys/remap", test_remap);
  g_test_add_func ("/keys/accept", test_what_can_be_a_key);
  g_test_add_func ("/keys/settings", test_settings);
  g_test_add_func ("/keys/checked", test_settings_are_checked);
  g_test_add_func ("/keys/shortcuts", test_shortcuts);
  return g_test_run ();
}
