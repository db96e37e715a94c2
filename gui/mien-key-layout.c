/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The layout in use, read once and compared with what comes in. Invariant: level[] is
 * what the display said of the group that the last key came in; a key that has no such
 * group counts with its first.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-key-layout.h"

#include <string.h>

enum
{
  CODES = 256, /* X11 has no more; Wayland's beyond it print nothing */
};

struct _MienKeyLayout
{
  GObject parent_instance;

  GdkDisplay *display;
  int group;
  guint level[CODES][2];
};

enum
{
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienKeyLayout, mien_key_layout, G_TYPE_OBJECT)

static void
read_code (MienKeyLayout *self, guint code, guint level[2])
{
  g_autofree GdkKeymapKey *keys = NULL;
  g_autofree guint *keyvals = NULL;
  gboolean own[2] = { FALSE, FALSE };
  int n = 0;

  level[0] = level[1] = 0;
  if (!gdk_display_map_keycode (self->display, code, &keys, &keyvals, &n))
    return;
  for (int i = 0; i < n; i++)
    {
      int at = keys[i].level;

      if (at < 0 || at > 1 || own[at]
          || (keys[i].group != self->group && keys[i].group != 0))
        continue;
      own[at] = keys[i].group == self->group;
      level[at] = keyvals[i];
    }
}

void
mien_key_layout_refresh (MienKeyLayout *self)
{
  guint level[CODES][2];

  for (guint code = 0; code < CODES; code++)
    read_code (self, code, level[code]);
  if (memcmp (level, self->level, sizeof level) == 0)
    return;
  memcpy (self->level, level, sizeof level);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
mien_key_layout_look (MienKeyLayout *self, GdkEvent *event)
{
  guint code, level[2];
  int group;

  if (event == NULL || !GDK_IS_EVENT_TYPE (event, GDK_KEY_PRESS))
    return;
  code = gdk_key_event_get_keycode (event);
  group = (int) gdk_key_event_get_layout (event);
  if (code >= CODES)
    return;
  if (group == self->group)
    {
      read_code (self, code, level);
      if (memcmp (level, self->level[code], sizeof level) == 0)
        return;
    }
  self->group = group;
  mien_key_layout_refresh (self);
}

guint
mien_key_layout_map (guint keycode, int level, gpointer layout)
{
  MienKeyLayout *self = layout;

  return keycode < CODES && (level == 0 || level == 1) ? self->level[keycode][level] : 0;
}

char *
mien_key_layout_label (const char *id)
{
  return mien_keys_label (mien_keys_get_default (), id, mien_key_layout_map,
                          mien_key_layout_get_default ());
}

char *
mien_key_layout_tooltip (const char *text, const char *id)
{
  g_autofree char *key = mien_key_layout_label (id);

  return key != NULL ? g_strdup_printf ("%s (%s)", text, key) : g_strdup (text);
}

static void
on_keys_changed (MienKeyLayout *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
mien_key_layout_class_init (MienKeyLayoutClass *klass)
{
  signals[CHANGED] = g_signal_new ("changed", MIEN_TYPE_KEY_LAYOUT, G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mien_key_layout_init (MienKeyLayout *self)
{
  self->display = gdk_display_get_default ();
  mien_key_layout_refresh (self);
  g_signal_connect_object (mien_keys_get_default (), "changed",
                           G_CALLBACK (on_keys_changed), self, G_CONNECT_SWAPPED);
}

MienKeyLayout *
mien_key_layout_get_default (void)
{
  static MienKeyLayout *layout;

  if (layout == NULL)
    layout = g_object_new (MIEN_TYPE_KEY_LAYOUT, NULL);
  return layout;
}
