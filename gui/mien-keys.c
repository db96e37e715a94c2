/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The keys of a person. Invariants: no key belongs to two actions; an action has at most
 * MIEN_KEYS_MAX of them; the settings hold an action exactly when its keys are not those
 * of the table. What the settings hold is checked before it is believed: another version
 * or another hand may have written it, and a person's key goes before a default one.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-keys.h"

#include "mien-settings.h"

#define SETTING "keys"

typedef struct
{
  MienKey key[MIEN_KEYS_MAX];
  guint n;
} Slot;

struct _MienKeys
{
  GObject parent_instance;

  GSettings *settings;
  Slot *slots; /* one for each row of the table */
};

enum
{
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienKeys, mien_keys, G_TYPE_OBJECT)

static gboolean
slot_has (const Slot *slot, const MienKey *key)
{
  for (guint i = 0; i < slot->n; i++)
    if (mien_key_equal (&slot->key[i], key))
      return TRUE;
  return FALSE;
}

static void
slot_add (Slot *slot, const MienKey *key)
{
  if (slot->n < MIEN_KEYS_MAX && !slot_has (slot, key))
    slot->key[slot->n++] = *key;
}

static void
slot_remove (Slot *slot, guint place)
{
  slot->n--;
  for (guint i = place; i < slot->n; i++)
    slot->key[i] = slot->key[i + 1];
}

static gboolean
slot_equal (const Slot *a, const Slot *b)
{
  gboolean equal = a->n == b->n;

  for (guint i = 0; equal && i < a->n; i++)
    equal = mien_key_equal (&a->key[i], &b->key[i]);
  return equal;
}

static void
read_keys (const MienKeyAction *action, const char *const *texts, Slot *slot)
{
  MienKey key;

  for (guint i = 0; texts[i] != NULL; i++)
    if (mien_key_parse (texts[i], &key)
        && (mien_key_action_is_review (action) || mien_key_is_global (&key)))
      slot_add (slot, &key);
}

static Slot
default_slot (const MienKeyAction *action)
{
  g_auto (GStrv) texts = g_strsplit (action->keys, " ", -1);
  Slot slot = { .n = 0 };

  read_keys (action, (const char *const *) texts, &slot);
  return slot;
}

/* From one slot all that another one of those marked has. */
static void
give_way (Slot *slots, const gboolean *marked, guint index, guint until)
{
  for (guint other = 0; other < until; other++)
    {
      if (other == index || !marked[other])
        continue;
      for (guint i = slots[index].n; i-- > 0;)
        if (slot_has (&slots[other], &slots[index].key[i]))
          slot_remove (&slots[index], i);
    }
}

/* changes: a{sas}, NULL: none. */
static Slot *
make_slots (GVariant *changes)
{
  guint size = mien_key_table_size ();
  Slot *slots = g_new0 (Slot, size);
  g_autofree gboolean *changed = g_new0 (gboolean, size);

  for (guint i = 0; i < size; i++)
    {
      const MienKeyAction *action = mien_key_table_get (i);
      g_autofree const char **texts = NULL;

      changed[i] =
          changes != NULL && g_variant_lookup (changes, action->id, "^a&s", &texts);
      if (!changed[i])
        continue;
      read_keys (action, texts, &slots[i]);
      give_way (slots, changed, i, i);
    }
  for (guint i = 0; i < size; i++)
    if (!changed[i])
      {
        slots[i] = default_slot (mien_key_table_get (i));
        give_way (slots, changed, i, size);
      }
  return slots;
}

static gboolean
take (MienKeys *self, Slot *slots)
{
  gboolean changed = FALSE;

  for (guint i = 0; i < mien_key_table_size (); i++)
    changed |= self->slots == NULL || !slot_equal (&self->slots[i], &slots[i]);
  g_free (self->slots);
  self->slots = slots;
  return changed;
}

static void
on_setting (MienKeys *self)
{
  g_autoptr (GVariant) changes = g_settings_get_value (self->settings, SETTING);

  if (take (self, make_slots (changes)))
    g_signal_emit (self, signals[CHANGED], 0);
}

/* Written down and told. */
static void
changed (MienKeys *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{sas}"));
  for (guint i = 0; i < mien_key_table_size (); i++)
    {
      const MienKeyAction *action = mien_key_table_get (i);
      const Slot *slot = &self->slots[i];

      if (mien_keys_is_default (self, action))
        continue;
      g_variant_builder_open (&builder, G_VARIANT_TYPE ("{sas}"));
      g_variant_builder_add (&builder, "s", action->id);
      g_variant_builder_open (&builder, G_VARIANT_TYPE ("as"));
      for (guint k = 0; k < slot->n; k++)
        {
          g_autofree char *text = mien_key_format (&slot->key[k]);

          g_variant_builder_add (&builder, "s", text);
        }
      g_variant_builder_close (&builder);
      g_variant_builder_close (&builder);
    }
  if (self->settings != NULL)
    g_settings_set_value (self->settings, SETTING, g_variant_builder_end (&builder));
  else
    g_variant_builder_clear (&builder);
  g_signal_emit (self, signals[CHANGED], 0);
}

const MienKeyAction *
mien_keys_find (MienKeys *self, const MienKeyPress *press, gboolean review)
{
  const MienKeyAction *found = NULL;
  MienKeyMatch best = MIEN_KEY_MATCH_NONE;

  for (guint i = 0; i < mien_key_table_size (); i++)
    {
      const MienKeyAction *action = mien_key_table_get (i);

      if (mien_key_action_is_review (action) != review)
        continue;
      for (guint k = 0; k < self->slots[i].n; k++)
        {
          MienKeyMatch match = mien_key_match (&self->slots[i].key[k], press);

          if (match <= best)
            continue;
          best = match;
          found = action;
        }
    }
  return found;
}

const MienKey *
mien_keys_get (MienKeys *self, const MienKeyAction *action, guint *n)
{
  const Slot *slot = &self->slots[mien_key_table_index (action)];

  *n = slot->n;
  return slot->key;
}

char **
mien_keys_get_accels (MienKeys *self, const MienKeyAction *action)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const Slot *slot = &self->slots[mien_key_table_index (action)];

  for (guint i = 0; i < slot->n; i++)
    {
      g_autofree char *accel = mien_key_accelerator (&slot->key[i], NULL, NULL);

      if (accel != NULL)
        g_strv_builder_add (builder, accel);
    }
  return g_strv_builder_end (builder);
}

gboolean
mien_keys_is_default (MienKeys *self, const MienKeyAction *action)
{
  Slot usual = default_slot (action);

  return slot_equal (&self->slots[mien_key_table_index (action)], &usual);
}

gboolean
mien_keys_accept (const MienKeyAction *action, const MienKeyPress *press, MienKey *key)
{
  gboolean review = mien_key_action_is_review (action);
  MienKey read;

  if (!mien_key_from_press (press, review, &read)
      || (!review && !mien_key_is_global (&read)))
    return FALSE;
  *key = read;
  return TRUE;
}

/* By place or by name, as the key that it will be or as the press that it was. */
static gboolean
is_same (const MienKey *key, const MienKey *wanted, const MienKeyPress *press)
{
  return mien_key_equal (key, wanted)
         || mien_key_match (key, press) > MIEN_KEY_MATCH_LOOSE;
}

const MienKeyAction *
mien_keys_taken (MienKeys *self, const MienKeyAction *action, const MienKeyPress *press)
{
  guint index = mien_key_table_index (action);
  MienKey key;

  if (!mien_keys_accept (action, press, &key))
    return NULL;
  for (guint i = 0; i < mien_key_table_size (); i++)
    for (guint k = 0; i != index && k < self->slots[i].n; k++)
      if (is_same (&self->slots[i].key[k], &key, press))
        return mien_key_table_get (i);
  return NULL;
}

gboolean
mien_keys_assign (MienKeys *self,
                  const MienKeyAction *action,
                  const MienKeyPress *press,
                  gboolean add)
{
  guint index = mien_key_table_index (action);
  MienKey key;

  if (!mien_keys_accept (action, press, &key)
      || (add && self->slots[index].n == MIEN_KEYS_MAX))
    return FALSE;
  for (guint i = 0; i < mien_key_table_size (); i++)
    for (guint k = self->slots[i].n; i != index && k-- > 0;)
      if (is_same (&self->slots[i].key[k], &key, press))
        slot_remove (&self->slots[i], k);
  if (!add)
    self->slots[index].n = 0;
  slot_add (&self->slots[index], &key);
  changed (self);
  return TRUE;
}

void
mien_keys_clear (MienKeys *self, const MienKeyAction *action)
{
  self->slots[mien_key_table_index (action)].n = 0;
  changed (self);
}

void
mien_keys_reset (MienKeys *self, const MienKeyAction *action)
{
  guint index = mien_key_table_index (action);

  self->slots[index] = default_slot (action);
  for (guint i = 0; i < mien_key_table_size (); i++)
    for (guint k = self->slots[i].n; i != index && k-- > 0;)
      if (slot_has (&self->slots[index], &self->slots[i].key[k]))
        slot_remove (&self->slots[i], k);
  changed (self);
}

void
mien_keys_reset_all (MienKeys *self)
{
  take (self, make_slots (NULL));
  changed (self);
}

char *
mien_keys_label (MienKeys *self, const char *id, MienKeymap keymap, gpointer data)
{
  const MienKeyAction *action = mien_key_table_find (id);
  const Slot *slot = action != NULL ? &self->slots[mien_key_table_index (action)] : NULL;

  return slot != NULL && slot->n > 0 ? mien_key_label (&slot->key[0], keymap, data)
                                     : NULL;
}

static void
mien_keys_finalize (GObject *object)
{
  MienKeys *self = MIEN_KEYS (object);

  g_clear_object (&self->settings);
  g_free (self->slots);
  G_OBJECT_CLASS (mien_keys_parent_class)->finalize (object);
}

static void
mien_keys_class_init (MienKeysClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mien_keys_finalize;
  signals[CHANGED] = g_signal_new ("changed", MIEN_TYPE_KEYS, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
mien_keys_init (MienKeys *self)
{
}

MienKeys *
mien_keys_new (GSettings *settings)
{
  MienKeys *self = g_object_new (MIEN_TYPE_KEYS, NULL);

  if (settings != NULL)
    {
      self->settings = g_object_ref (settings);
      g_signal_connect_object (settings, "changed::" SETTING, G_CALLBACK (on_setting),
                               self, G_CONNECT_SWAPPED);
      on_setting (self);
    }
  else
    take (self, make_slots (NULL));
  return self;
}

MienKeys *
mien_keys_get_default (void)
{
  static MienKeys *keys;

  if (keys == NULL)
    {
      g_autoptr (GSettings) settings = mien_settings_new ();

      keys = mien_keys_new (settings);
    }
  return keys;
}
