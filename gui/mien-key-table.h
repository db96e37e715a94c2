/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Everything that a key can do: one table. What a button shows, what the shortcuts window and the
 * preferences list, and which keys act follow from it and from what a person changed (mien-keys.h).
 */

typedef enum
{
  MIEN_KEYS_ANSWERS,
  MIEN_KEYS_FACES,
  MIEN_KEYS_EVERYWHERE,
  MIEN_KEYS_PROJECT,
  MIEN_KEYS_GROUPS,
} MienKeyGroup;

typedef enum
{
  MIEN_KEYS_REPEATS = 1 << 0,              /* acts again while the key is held */
  MIEN_KEYS_ON_FACE = 1 << 1,              /* acts from the face and the circumplex only */
} MienKeyFlags;

typedef struct
{
  const char  *id;                         /* a detailed action name; the settings know it by it */
  const char  *keys;                       /* by default, as mien_key_parse reads them, with spaces; "": none */
  MienKeyGroup group;
  guint        flags;                      /* MienKeyFlags */
  const char  *title;                      /* not translated yet; NULL: by its number */
  const char  *family;                     /* what it and those beside it are about, NULL: it stands alone */
} MienKeyAction;

guint                mien_key_table_size      (void);
const MienKeyAction *mien_key_table_get       (guint                index);
/* NULL: no key can do that. */
const MienKeyAction *mien_key_table_find      (const char          *id);
guint                mien_key_table_index     (const MienKeyAction *action);
/* "Answers"; borrowed. */
const char          *mien_key_group_title     (MienKeyGroup         group);
/* "Happiness"; and where it has to be said of what: "Expression: Happiness". */
char                *mien_key_action_title    (const MienKeyAction *action);
char                *mien_key_action_full_title (const MienKeyAction *action);
/* It acts on a face, in Review only. Else it acts anywhere in the window. */
gboolean             mien_key_action_is_review (const MienKeyAction *action);

G_END_DECLS
