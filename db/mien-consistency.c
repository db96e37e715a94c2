/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Rules of consistency: reading them, and holding what is said of a face against one.
 * Invariant: a rule that was read has two sides that can be said.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-consistency.h"

#include <json-glib/json-glib.h>
#include <math.h>

#include "mien-db-resources.h"

static const char *const kinds[] = { "expression",    "present",       "absent",
                                     "valence_above", "valence_below", "arousal_below" };

struct _MienConsistency
{
  GArray *rules; /* MienConsistencyRule, the strongest first */
  double expression, present, absent;
};

/* ---- reading ---- */

static gboolean
read_units (JsonNode *node, guint *units)
{
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  *units = 0;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      guint unit;

      if (!JSON_NODE_HOLDS_VALUE (element)
          || !mien_unit_from_number ((guint) json_node_get_int (element), &unit))
        return FALSE;
      *units |= 1u << unit;
    }
  return *units != 0;
}

static gboolean
read_side (JsonNode *node, MienSide *side)
{
  JsonObject *object =
      node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  if (object == NULL || json_object_get_size (object) != 1)
    return FALSE;
  for (guint kind = 0; kind < G_N_ELEMENTS (kinds); kind++)
    {
      JsonNode *value = json_object_get_member (object, kinds[kind]);

      if (value == NULL)
        continue;
      side->kind = (MienSideKind) kind;
      if (kind == MIEN_SIDE_PRESENT || kind == MIEN_SIDE_ABSENT)
        return read_units (value, &side->units);
      if (!JSON_NODE_HOLDS_VALUE (value))
        return FALSE;
      if (kind == MIEN_SIDE_EXPRESSION)
        return json_node_get_string (value) != NULL
               && mien_expression_from_string (json_node_get_string (value),
                                               &side->expression);
      side->bound = json_node_get_double (value);
      return fabs (side->bound) <= 1.0;
    }
  return FALSE;
}

/* The sentences there are: see the header. */
static gboolean
can_be_said (const MienConsistencyRule *rule)
{
  return (rule->given.kind == MIEN_SIDE_EXPRESSION
          || rule->given.kind == MIEN_SIDE_PRESENT)
         && rule->but.kind != MIEN_SIDE_EXPRESSION;
}

/* NULL: none. */
static const char *
read_source (JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "source");

  return node != NULL && JSON_NODE_HOLDS_VALUE (node)
             ? g_intern_string (json_node_get_string (node))
             : NULL;
}

static gboolean
read_rules (MienConsistency *rules, JsonArray *array)
{
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      JsonObject *object =
          JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      MienConsistencyRule rule = { 0 };

      rule.source = object != NULL ? read_source (object) : NULL;
      if (rule.source == NULL
          || !read_side (json_object_get_member (object, "if"), &rule.given)
          || !read_side (json_object_get_member (object, "but"), &rule.but)
          || !can_be_said (&rule))
        return FALSE;
      g_array_append_val (rules->rules, rule);
    }
  return rules->rules->len > 0;
}

static gboolean
read_all (MienConsistency *rules, JsonNode *root)
{
  JsonObject *object =
      root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  JsonNode *meant = object != NULL ? json_object_get_member (object, "meant") : NULL;
  JsonNode *array = object != NULL ? json_object_get_member (object, "rules") : NULL;

  if (meant == NULL || !JSON_NODE_HOLDS_OBJECT (meant) || array == NULL
      || !JSON_NODE_HOLDS_ARRAY (array))
    return FALSE;
  object = json_node_get_object (meant);
  rules->expression =
      json_object_get_double_member_with_default (object, "expression", -1);
  rules->present = json_object_get_double_member_with_default (object, "present", -1);
  rules->absent = json_object_get_double_member_with_default (object, "absent", -1);
  return rules->expression > 0 && rules->present > rules->absent && rules->absent > 0
         && read_rules (rules, json_node_get_array (array));
}

MienConsistency *
mien_consistency_new (const char *json, gssize length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (MienConsistency) rules = g_new0 (MienConsistency, 1);

  rules->rules = g_array_new (FALSE, FALSE, sizeof (MienConsistencyRule));
  if (!json_parser_load_from_data (parser, json, length, error))
    return NULL;
  if (read_all (rules, json_parser_get_root (parser)))
    return g_steal_pointer (&rules);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               "rule %u of consistency.json cannot be read", rules->rules->len + 1);
  return NULL;
}

void
mien_consistency_free (MienConsistency *rules)
{
  if (rules == NULL)
    return;
  g_array_unref (rules->rules);
  g_free (rules);
}

/* The file is part of the program: a broken one is a broken program, and a test says so.
 */
MienConsistency *
mien_consistency_get_default (void)
{
  static MienConsistency *rules;

  if (g_once_init_enter (&rules))
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = g_resource_lookup_data (
          mien_db_get_resource (), "/org/mien/Mien/consistency.json", 0, &error);
      MienConsistency *read = NULL;

      if (bytes != NULL)
        read = mien_consistency_new (g_bytes_get_data (bytes, NULL),
                                     (gssize) g_bytes_get_size (bytes), &error);
      if (read == NULL)
        g_error ("%s", error->message);
      g_once_init_leave (&rules, read);
    }
  return rules;
}

guint
mien_consistency_n_rules (const MienConsistency *rules)
{
  return rules->rules->len;
}

const MienConsistencyRule *
mien_consistency_rule (const MienConsistency *rules, guint rule)
{
  return &g_array_index (rules->rules, MienConsistencyRule, rule);
}

/* ---- looking ---- */

static gboolean
is_said (const MienSaid *said, MienItem item)
{
  return said->labels.item[item].answer == MIEN_ANSWER_VALUE;
}

static gboolean
is_model (const MienSaid *said, MienItem item)
{
  return said->labels.item[item].source == MIEN_SOURCE_NONE;
}

static gboolean
expression_holds (const MienConsistency *rules,
                  const MienSide *side,
                  const MienSaid *said,
                  MienSideFound *found)
{
  const MienItem item = MIEN_ITEM_EXPRESSION;

  *found = (MienSideFound){ .item = item, .value = (double) NAN };
  if (!is_said (said, item)
      || (guint) said->labels.item[item].value[0] != side->expression)
    return FALSE;
  found->model = is_model (said, item);
  if (found->model)
    found->value = said->probability[item];
  return !found->model || found->value >= rules->expression;
}

static gboolean
unit_holds (const MienConsistency *rules,
            const MienSaid *said,
            MienItem item,
            gboolean present,
            gboolean *model)
{
  if (!is_said (said, item) || (said->labels.item[item].value[0] != 0.0) != present)
    return FALSE;
  if (!is_model (said, item))
    return TRUE;
  *model = TRUE;
  return present ? said->probability[item] >= rules->present
                 : said->probability[item] < rules->absent;
}

static gboolean
units_hold (const MienConsistency *rules,
            const MienSide *side,
            const MienSaid *said,
            MienSideFound *found)
{
  gboolean holds = TRUE, first = TRUE;

  *found = (MienSideFound){ .value = (double) NAN };
  for (guint unit = 0; unit < MIEN_UNIT_COUNT && holds; unit++)
    if (side->units >> unit & 1)
      {
        MienItem item = (MienItem) (MIEN_ITEM_FIRST_UNIT + unit);

        if (first)
          found->item = item;
        first = FALSE;
        holds = unit_holds (rules, said, item, side->kind == MIEN_SIDE_PRESENT,
                            &found->model);
      }
  return holds;
}

static gboolean
point_holds (const MienSide *side, const MienSaid *said, MienSideFound *found)
{
  const MienItem item = MIEN_ITEM_VALENCE_AROUSAL;

  *found = (MienSideFound){ .item = item, .value = (double) NAN };
  if (!is_said (said, item))
    return FALSE;
  found->model = is_model (said, item);
  found->value =
      said->labels.item[item].value[side->kind == MIEN_SIDE_AROUSAL_BELOW ? 1 : 0];
  return side->kind == MIEN_SIDE_VALENCE_ABOVE ? found->value > side->bound
                                               : found->value < side->bound;
}

static gboolean
side_holds (const MienConsistency *rules,
            const MienSide *side,
            const MienSaid *said,
            MienSideFound *found)
{
  switch (side->kind)
    {
    case MIEN_SIDE_EXPRESSION:
      return expression_holds (rules, side, said, found);
    case MIEN_SIDE_PRESENT:
    case MIEN_SIDE_ABSENT:
      return units_hold (rules, side, said, found);
    default:
      return point_holds (side, said, found);
    }
}

/* Something is said of all of the second side. */
static gboolean
but_is_said (const MienSide *side, const MienSaid *said)
{
  if (side->units == 0)
    return is_said (said, MIEN_ITEM_VALENCE_AROUSAL);
  for (guint unit = 0; unit < MIEN_UNIT_COUNT; unit++)
    if (side->units >> unit & 1
        && !is_said (said, (MienItem) (MIEN_ITEM_FIRST_UNIT + unit)))
      return FALSE;
  return TRUE;
}

MienRuleState
mien_consistency_look (const MienConsistency *rules,
                       guint rule,
                       const MienSaid *said,
                       MienRuleFound *found)
{
  const MienConsistencyRule *looked = mien_consistency_rule (rules, rule);
  MienRuleFound sides;

  if (!side_holds (rules, &looked->given, said, &sides.given)
      || !but_is_said (&looked->but, said))
    return MIEN_RULE_SILENT;
  if (!side_holds (rules, &looked->but, said, &sides.but))
    return MIEN_RULE_KEPT;
  *found = sides;
  return MIEN_RULE_BROKEN;
}
