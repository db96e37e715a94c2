/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * "findings" of a model's metrics. A part that is not whole is as if it was not there.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-findings-parse.h"

#include <math.h>

#include "mien-stored-json.h"

#define MAX_COUNT 1e15

/* null: NaN, where that may be. */
static gboolean
read_numbers (JsonArray *array, double most, gboolean may_lack, double *values)
{
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      double value =
          JSON_NODE_HOLDS_VALUE (node) ? json_node_get_double (node) : (double) NAN;

      if (!(value >= 0 && value <= most) && !(may_lack && JSON_NODE_HOLDS_NULL (node)))
        return FALSE;
      values[i] = value;
    }
  return array != NULL;
}

static gboolean
read_confusion (JsonObject *object, MienFindingsShown *findings)
{
  JsonArray *rows = mien_stored_array (object, "confusion", MIEN_EXPRESSION_COUNT);

  for (guint i = 0; rows != NULL && i < MIEN_EXPRESSION_COUNT; i++)
    {
      JsonNode *row = json_array_get_element (rows, i);

      if (!JSON_NODE_HOLDS_ARRAY (row)
          || json_array_get_length (json_node_get_array (row)) != MIEN_EXPRESSION_COUNT
          || !read_numbers (json_node_get_array (row), MAX_COUNT, FALSE,
                            findings->confusion[i]))
        return FALSE;
    }
  return rows != NULL;
}

static gboolean
read_units (JsonObject *object, MienFindingsShown *findings)
{
  JsonObject *units = mien_stored_object (object, "units");
  const struct
  {
    const char *name;
    double *values;
  } parts[] = { { "right_present", findings->right_present },
                { "missed", findings->missed },
                { "false", findings->false_present },
                { "right_absent", findings->right_absent } };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (!read_numbers (mien_stored_array (units, parts[i].name, MIEN_UNIT_COUNT),
                       MAX_COUNT, FALSE, parts[i].values))
      return FALSE;
  return TRUE;
}

static void
read_reliability (JsonObject *object, const char *name, MienReliabilityShown *shown)
{
  JsonObject *part =
      mien_stored_object (mien_stored_object (object, "reliability"), name);
  JsonNode *error = part != NULL ? json_object_get_member (part, "error") : NULL;

  shown->error = error != NULL && JSON_NODE_HOLDS_VALUE (error)
                     ? json_node_get_double (error)
                     : (double) NAN;
  shown->there =
      shown->error >= 0 && shown->error <= 1
      && read_numbers (mien_stored_array (part, "n", MIEN_RELIABILITY_PLACES), MAX_COUNT,
                       FALSE, shown->n)
      && read_numbers (mien_stored_array (part, "right", MIEN_RELIABILITY_PLACES),
                       MAX_COUNT, FALSE, shown->right)
      && read_numbers (mien_stored_array (part, "said", MIEN_RELIABILITY_PLACES), 1, TRUE,
                       shown->said);
  for (guint i = 0; i < MIEN_RELIABILITY_PLACES; i++)
    shown->there = shown->there && shown->right[i] <= shown->n[i];
}

gboolean
mien_findings_parse (const char *metrics, MienFindingsShown *findings)
{
  g_autoptr (JsonNode) root = mien_stored_json_read (metrics);
  JsonObject *object = root != NULL && JSON_NODE_HOLDS_OBJECT (root)
                           ? mien_stored_object (json_node_get_object (root), "findings")
                           : NULL;
  JsonNode *videos;

  *findings = (MienFindingsShown){ 0 };
  if (object == NULL)
    return FALSE;
  videos = json_object_get_member (object, "videos");
  if (videos != NULL && JSON_NODE_HOLDS_VALUE (videos))
    findings->videos =
        (guint64) CLAMP (json_node_get_int (videos), 0, (gint64) MAX_COUNT);
  findings->has_confusion = read_confusion (object, findings);
  findings->has_units = read_units (object, findings);
  read_reliability (object, "expression", &findings->expression);
  read_reliability (object, "action_units", &findings->units);
  return TRUE;
}
