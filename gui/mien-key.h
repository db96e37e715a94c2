/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

/*
 * One key with what is held beside it: by its place on the keyboard, so that AZERTY works without
 * looking, or by its name. Pure: nothing here needs a display.
 */

typedef struct
{
  guint           keycode;                 /* by place: evdev's code plus 8, as X11 and Wayland give it; else 0 */
  guint           keyval;                  /* by name, in lower case; else 0 */
  GdkModifierType modifiers;               /* of Shift, Control, Alt, Super */
} MienKey;

/* A key that went down, as the event has it. */
typedef struct
{
  guint           keyval, keycode;
  GdkModifierType state;
} MienKeyPress;

/* What the layout in use gives for a place, level 0 without and 1 with Shift; 0: nothing. */
typedef guint (*MienKeymap) (guint    keycode,
                             int      level,
                             gpointer data);

/* In the order in which one is preferred to the other. */
typedef enum
{
  MIEN_KEY_MATCH_NONE,
  MIEN_KEY_MATCH_LOOSE,                    /* Shift was held too */
  MIEN_KEY_MATCH_NAME,
  MIEN_KEY_MATCH_PLACE,
} MienKeyMatch;

/* "#24", "<Shift>#24", "Return", "<Control><Shift>z". FALSE: no such key; key is not touched. */
gboolean     mien_key_parse       (const char         *text,
                                   MienKey            *key);
char        *mien_key_format      (const MienKey      *key);
gboolean     mien_key_equal       (const MienKey      *a,
                                   const MienKey      *b);
MienKeyMatch mien_key_match       (const MienKey      *key,
                                   const MienKeyPress *press);
/* The key of a press. by_place: keys that print something, and those without a name, go by place. FALSE:
 * it moves the focus or closes (Tab, Escape), or has no name where it needs one. */
gboolean     mien_key_from_press  (const MienKeyPress *press,
                                   gboolean            by_place,
                                   MienKey            *key);
/* Whether it can act anywhere in the window without getting in the way of typing and moving about. */
gboolean     mien_key_is_global   (const MienKey      *key);
/* One of the block of digits, Enter among them. */
gboolean     mien_key_is_keypad   (const MienKey      *key);
/* What is printed on it: "Q", "1", "⏎", "Ctrl+Z". keymap NULL: an American keyboard. */
char        *mien_key_label       (const MienKey      *key,
                                   MienKeymap          keymap,
                                   gpointer            data);
/* As GTK writes it: "<Shift>q"; NULL: the layout in use has nothing there. */
char        *mien_key_accelerator (const MienKey      *key,
                                   MienKeymap          keymap,
                                   gpointer            data);

G_END_DECLS
