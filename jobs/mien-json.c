/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Mien's words in JSON and in plain text, so that every command says the same thing the
 * same way. JSON has no NaN: a figure that is not defined is null.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-json.h"

#include <math.h>

#include "mien-stored-json.h"

static void
set_name (JsonBuilder *builder, const char *name)
{
  if (name != NULL)
    json_builder_set_member_name (builder, name);
}

void
mien_json_integer (JsonBuilder *builder, const char *name, gint64 value)
{
  set_name (builder, name);
  json_builder_add_int_value (builder, value);
}

void
mien_json_real (JsonBuilder *builder, const char *name, double value)
{
  set_name (builder, name);
  if (isfinite (value))
    json_builder_add_double_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

void
mien_json_reals (JsonBuilder *builder, const char *name, const double *values, guint n)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (guint i = 0; i < n; i++)
    mien_json_real (builder, NULL, values[i]);
  json_builder_end_array (builder);
}

void
mien_json_boolean (JsonBuilder *builder, const char *name, gboolean value)
{
  set_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

void
mien_json_string (JsonBuilder *builder, const char *name, const char *value)
{
  g_autofree char *valid = value != NULL ? g_utf8_make_valid (value, -1) : NULL;

  set_name (builder, name);
  if (valid != NULL)
    json_builder_add_string_value (builder, valid);
  else
    json_builder_add_null_value (builder);
}

void
mien_json_null (JsonBuilder *builder, const char *name)
{
  set_name (builder, name);
  json_builder_add_null_value (builder);
}

static char *
time_to_text (gint64 microseconds)
{
  gint64 seconds = microseconds / G_USEC_PER_SEC, rest = microseconds % G_USEC_PER_SEC;
  g_autoptr (GDateTime) time = NULL;
  g_autofree char *text = NULL;

  if (rest < 0)
    {
      seconds--;
      rest += G_USEC_PER_SEC;
    }
  time = g_date_time_new_from_unix_utc (seconds);
  if (time == NULL)
    return NULL;
  text = g_date_time_format (time, "%Y-%m-%dT%H:%M:%S");
  return g_strdup_printf ("%s.%06" G_GINT64_FORMAT "Z", text, rest);
}

void
mien_json_time (JsonBuilder *builder, const char *name, gint64 microseconds)
{
  g_autofree char *text = time_to_text (microseconds);

  mien_json_string (builder, name, text);
}

void
mien_json_expression (JsonBuilder *builder, const char *name, guint expression)
{
  set_name (builder, name);
  json_builder_begin_object (builder);
  mien_json_integer (builder, "number", expression);
  mien_json_string (builder, "name", mien_expression_name (expression));
  json_builder_end_object (builder);
}

void
mien_json_label (JsonBuilder *builder,
                 const char *name,
                 MienItem item,
                 const MienLabel *label)
{
  switch (label->answer)
    {
    case MIEN_ANSWER_CANNOT_TELL:
      mien_json_string (builder, name, "?");
      return;
    case MIEN_ANSWER_UNRESOLVED:
      mien_json_string (builder, name, "unresolved");
      return;
    case MIEN_ANSWER_VALUE:
      break;
    case MIEN_ANSWER_NONE:
    default:
      mien_json_null (builder, name);
      return;
    }
  if (item == MIEN_ITEM_EXPRESSION)
    mien_json_expression (builder, name, (guint) label->value[0]);
  else if (item == MIEN_ITEM_VALENCE_AROUSAL)
    {
      set_name (builder, name);
      json_builder_begin_object (builder);
      mien_json_real (builder, "valence", label->value[0]);
      mien_json_real (builder, "arousal", label->value[1]);
      json_builder_end_object (builder);
    }
  else
    mien_json_integer (builder, name, (gint64) label->value[0]);
}

void
mien_json_labels (JsonBuilder *builder,
                  const char *name,
                  const MienLabels *labels,
                  guint tasks)
{
  set_name (builder, name);
  json_builder_begin_object (builder);
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    {
      guint first = mien_task_first_item ((MienTask) task);
      guint n = mien_task_n_items ((MienTask) task);
      gboolean any = FALSE;

      for (guint item = first; item < first + n; item++)
        any |= labels->item[item].answer != MIEN_ANSWER_NONE;
      if (!any || (tasks & (1u << task)) == 0)
        continue;
      if (task != MIEN_TASK_ACTION_UNITS)
        {
          mien_json_label (builder, mien_task_id ((MienTask) task), (MienItem) first,
                           &labels->item[first]);
          continue;
        }
      set_name (builder, mien_task_id (MIEN_TASK_ACTION_UNITS));
      json_builder_begin_object (builder);
      for (guint unit = 0; unit < n; unit++)
        if (labels->item[first + unit].answer != MIEN_ANSWER_NONE)
          {
            g_autofree char *number = g_strdup_printf ("%u", mien_unit_number (unit));

            mien_json_label (builder, number, (MienItem) (first + unit),
                             &labels->item[first + unit]);
          }
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
}

void
mien_json_thresholds (JsonBuilder *builder,
                      const char *name,
                      const MienThresholds *thresholds)
{
  set_name (builder, name);
  json_builder_begin_object (builder);
  set_name (builder, "expression");
  json_builder_begin_array (builder);
  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    mien_json_real (builder, NULL, thresholds->expression[i]);
  json_builder_end_array (builder);
  mien_json_real (builder, "valence_arousal", thresholds->valence_arousal);
  set_name (builder, "action_units");
  json_builder_begin_array (builder);
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    mien_json_real (builder, NULL, thresholds->action_units[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

void
mien_json_stored (JsonBuilder *builder, const char *name, const char *text)
{
  JsonNode *node = mien_stored_json_read (text);

  set_name (builder, name);
  if (node != NULL)
    json_builder_add_value (builder, node);
  else
    json_builder_add_null_value (builder);
}

char *
mien_item_to_text (int item)
{
  if (item < 0)
    return g_strdup ("frame");
  if (item < MIEN_ITEM_FIRST_UNIT)
    return g_strdup (mien_task_id (mien_item_task ((MienItem) item)));
  return g_strdup_printf ("AU%u", mien_unit_number ((guint) item - MIEN_ITEM_FIRST_UNIT));
}

char *
mien_label_to_text (MienItem item, const MienLabel *label)
{
  if (label->answer == MIEN_ANSWER_CANNOT_TELL)
    return g_strdup ("?");
  if (label->answer == MIEN_ANSWER_UNRESOLVED)
    return g_strdup ("unresolved");
  if (label->answer == MIEN_ANSWER_NONE)
    return g_strdup ("-");
  if (item == MIEN_ITEM_VALENCE_AROUSAL)
    return g_strdup_printf ("valence %.3f arousal %.3f", label->value[0],
                            label->value[1]);
  if (item == MIEN_ITEM_EXPRESSION)
    return g_strdup_printf ("%u %s", (guint) label->value[0],
                            mien_expression_name ((guint) label->value[0]));
  return g_strdup_printf ("%d", (int) label->value[0]);
}

char *
mien_labels_to_text (const MienLabels *labels, guint tasks)
{
  GString *text = g_string_new (NULL);

  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    {
      g_autofree char *name = NULL;
      g_autofree char *value = NULL;

      if (labels->item[item].answer == MIEN_ANSWER_NONE
          || (tasks & (1u << mien_item_task ((MienItem) item))) == 0)
        continue;
      value = mien_label_to_text ((MienItem) item, &labels->item[item]);
      if (text->len > 0)
        g_string_append (text, ", ");
      if (item >= MIEN_ITEM_FIRST_UNIT)
        {
          name = mien_item_to_text ((int) item);
          g_string_append_printf (text, "%s=%s", name, value);
        }
      else
        g_string_append (text, value);
    }
  return g_string_free (text, FALSE);
}

char *
mien_json_to_string (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);

  return json_to_string (root, FALSE);
}
