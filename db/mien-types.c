/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The shared words: tasks, items, expressions, units, splits, and UUIDs. Pure functions
 * on tables that METHOD.md fixes; nothing here knows of a file or of SQL. Whoever passes
 * an index out of range has a bug, and is told so at once.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-types.h"

#include <math.h>
#include <string.h>
#include <sys/random.h>

/* The window translates these names; here they are only marked for po/. */
#define N_(text) text

static const char *const task_ids[MIEN_TASK_COUNT] = {
  "valence_arousal",
  "expression",
  "action_units",
};

static const char *const expression_names[MIEN_EXPRESSION_COUNT] = {
  N_ ("Neutral"),   N_ ("Anger"),   N_ ("Disgust"),  N_ ("Fear"),
  N_ ("Happiness"), N_ ("Sadness"), N_ ("Surprise"), N_ ("Other"),
};

static const struct
{
  guint number;
  const char *name;
} units[MIEN_UNIT_COUNT] = {
  { 1, N_ ("Inner brow raiser") },  { 2, N_ ("Outer brow raiser") },
  { 4, N_ ("Brow lowerer") },       { 6, N_ ("Cheek raiser") },
  { 7, N_ ("Lid tightener") },      { 10, N_ ("Upper lip raiser") },
  { 12, N_ ("Lip corner puller") }, { 15, N_ ("Lip corner depressor") },
  { 23, N_ ("Lip tightener") },     { 24, N_ ("Lip pressor") },
  { 25, N_ ("Lips part") },         { 26, N_ ("Jaw drop") },
};

static const char *const split_ids[] = { "train", "validation", "test" };

/* Mien's own name space for version 5 UUIDs. Never to be changed: frames of two copies of
 * a project are recognised by it. */
static const guint8 uuid_name_space[MIEN_UUID_SIZE] = {
  0x6d, 0x1e, 0x4e, 0x0f, 0x3a, 0x52, 0x4c, 0x8b,
  0x9d, 0x71, 0x0b, 0xfa, 0xce, 0x5e, 0x2b, 0x17,
};

MienTask
mien_item_task (MienItem item)
{
  g_assert ((guint) item < MIEN_ITEM_COUNT);

  if (item == MIEN_ITEM_VALENCE_AROUSAL)
    return MIEN_TASK_VALENCE_AROUSAL;
  if (item == MIEN_ITEM_EXPRESSION)
    return MIEN_TASK_EXPRESSION;
  return MIEN_TASK_ACTION_UNITS;
}

guint
mien_task_first_item (MienTask task)
{
  static const guint first[MIEN_TASK_COUNT] = {
    MIEN_ITEM_VALENCE_AROUSAL,
    MIEN_ITEM_EXPRESSION,
    MIEN_ITEM_FIRST_UNIT,
  };

  g_assert ((guint) task < MIEN_TASK_COUNT);
  return first[task];
}

guint
mien_task_n_items (MienTask task)
{
  g_assert ((guint) task < MIEN_TASK_COUNT);
  return task == MIEN_TASK_ACTION_UNITS ? MIEN_UNIT_COUNT : 1;
}

const char *
mien_task_id (MienTask task)
{
  g_assert ((guint) task < MIEN_TASK_COUNT);
  return task_ids[task];
}

gboolean
mien_task_from_id (const char *id, MienTask *task)
{
  for (guint i = 0; i < MIEN_TASK_COUNT; i++)
    if (g_str_equal (id, task_ids[i]))
      {
        *task = (MienTask) i;
        return TRUE;
      }
  return FALSE;
}

const char *
mien_expression_name (guint expression)
{
  g_assert (expression < MIEN_EXPRESSION_COUNT);
  return expression_names[expression];
}

gboolean
mien_expression_from_string (const char *string, guint *expression)
{
  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    {
      const char digit[] = { (char) ('0' + i), '\0' };

      if (g_str_equal (string, digit)
          || g_ascii_strcasecmp (string, expression_names[i]) == 0)
        {
          *expression = i;
          return TRUE;
        }
    }
  return FALSE;
}

guint
mien_unit_number (guint unit)
{
  g_assert (unit < MIEN_UNIT_COUNT);
  return units[unit].number;
}

const char *
mien_unit_name (guint unit)
{
  g_assert (unit < MIEN_UNIT_COUNT);
  return units[unit].name;
}

gboolean
mien_unit_from_number (guint number, guint *unit)
{
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    if (units[i].number == number)
      {
        *unit = i;
        return TRUE;
      }
  return FALSE;
}

const char *
mien_split_id (MienSplit split)
{
  g_assert ((guint) split < G_N_ELEMENTS (split_ids));
  return split_ids[split];
}

gboolean
mien_split_from_id (const char *id, MienSplit *split)
{
  for (guint i = 0; i < G_N_ELEMENTS (split_ids); i++)
    if (g_str_equal (id, split_ids[i]))
      {
        *split = (MienSplit) i;
        return TRUE;
      }
  return FALSE;
}

/* The comparisons are written so that a NaN fails them. */
gboolean
mien_label_is_valid (MienItem item, const MienLabel *label)
{
  double value = label->value[0];

  if ((guint) item >= MIEN_ITEM_COUNT)
    return FALSE;
  if (label->answer == MIEN_ANSWER_CANNOT_TELL)
    return TRUE;
  if (label->answer != MIEN_ANSWER_VALUE)
    return FALSE;

  switch (mien_item_task (item))
    {
    case MIEN_TASK_VALENCE_AROUSAL:
      return value >= -1.0 && value <= 1.0 && label->value[1] >= -1.0
             && label->value[1] <= 1.0;
    case MIEN_TASK_EXPRESSION:
      return value >= 0.0 && value < MIEN_EXPRESSION_COUNT && value == floor (value);
    case MIEN_TASK_ACTION_UNITS:
      return value == 0.0 || value == 1.0;
    default:
      g_assert_not_reached ();
    }
}

/* The second value counts for valence and arousal alone: the other items leave it at 0.
 */
gboolean
mien_label_equal (const MienLabel *a, const MienLabel *b)
{
  if (a->answer != b->answer)
    return FALSE;
  if (a->answer != MIEN_ANSWER_VALUE)
    return TRUE;
  return a->value[0] == b->value[0] && a->value[1] == b->value[1];
}

char *
mien_uuid_to_string (const MienUuid *uuid)
{
  GString *string = g_string_sized_new (37);

  for (guint i = 0; i < MIEN_UUID_SIZE; i++)
    {
      if (i == 4 || i == 6 || i == 8 || i == 10)
        g_string_append_c (string, '-');
      g_string_append_printf (string, "%02x", uuid->bytes[i]);
    }
  return g_string_free (string, FALSE);
}

gboolean
mien_uuid_from_string (const char *string, MienUuid *uuid)
{
  MienUuid result;
  const char *s = string;

  for (guint i = 0; i < MIEN_UUID_SIZE; i++)
    {
      int high, low;

      if ((i == 4 || i == 6 || i == 8 || i == 10) && *s++ != '-')
        return FALSE;
      high = g_ascii_xdigit_value (s[0]);
      low = high < 0 ? -1 : g_ascii_xdigit_value (s[1]);
      if (low < 0)
        return FALSE;
      result.bytes[i] = (guint8) (high << 4 | low);
      s += 2;
    }
  if (*s != '\0')
    return FALSE;
  *uuid = result;
  return TRUE;
}

static void
set_version (MienUuid *uuid, guint version)
{
  uuid->bytes[6] = (guint8) ((uuid->bytes[6] & 0x0f) | version << 4);
  uuid->bytes[8] = (guint8) ((uuid->bytes[8] & 0x3f) | 0x80);
}

/* From the kernel: GLib's generator is seeded once a process, and two windows that were
 * forked from one parent must not make the same events. A request of 16 bytes is never
 * cut short. */
void
mien_uuid_random (MienUuid *uuid)
{
  if (getrandom (uuid->bytes, sizeof uuid->bytes, 0) != (ssize_t) sizeof uuid->bytes)
    g_error ("the kernel gives no random numbers");
  set_version (uuid, 4);
}

void
mien_uuid_for_name (const char *name, MienUuid *uuid)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);
  guint8 digest[20];
  gsize length = sizeof digest;

  g_checksum_update (checksum, uuid_name_space, sizeof uuid_name_space);
  g_checksum_update (checksum, (const guchar *) name, (gssize) strlen (name));
  g_checksum_get_digest (checksum, digest, &length);
  memcpy (uuid->bytes, digest, sizeof uuid->bytes);
  set_version (uuid, 5);
}
