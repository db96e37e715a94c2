/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Rules of consistency. Invariants: a rule that was read has two sides that can be said;
 * the text follows from the kinds of the two sides, so that a rule needs no words of its
 * own and every hint is translated.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-consistency.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <math.h>

typedef enum
{
  EXPRESSION,
  PRESENT,
  ABSENT,
  VALENCE_ABOVE,
  VALENCE_BELOW,
  AROUSAL_BELOW,
} Kind;

static const char *const kinds[] = { "expression",    "present",       "absent",
                                     "valence_above", "valence_below", "arousal_below" };

typedef struct
{
  Kind kind;
  guint expression;
  guint units; /* bits */
  double bound;
} Side;

typedef struct
{
  Side given, but;
} Rule;

struct _MienConsistency
{
  GArray *rules; /* Rule, the strongest first */
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
read_side (JsonNode *node, Side *side)
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
      side->kind = (Kind) kind;
      if (kind == PRESENT || kind == ABSENT)
        return read_units (value, &side->units);
      if (!JSON_NODE_HOLDS_VALUE (value))
        return FALSE;
      if (kind == EXPRESSION)
        return json_node_get_string (value) != NULL
               && mien_expression_from_string (json_node_get_string (value),
                                               &side->expression);
      side->bound = json_node_get_double (value);
      return fabs (side->bound) <= 1.0;
    }
  return FALSE;
}

/* The sentences there are: see say(). */
static gboolean
can_be_said (const Rule *rule)
{
  return (rule->given.kind == EXPRESSION || rule->given.kind == PRESENT)
         && rule->but.kind != EXPRESSION;
}

static gboolean
read_rules (MienConsistency *rules, JsonArray *array)
{
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      JsonObject *object =
          JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      Rule rule = { 0 };

      if (object == NULL || !json_object_has_member (object, "source")
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

  rules->rules = g_array_new (FALSE, FALSE, sizeof (Rule));
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

  if (rules == NULL)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes =
          g_resources_lookup_data ("/org/mien/Mien/consistency.json", 0, &error);

      if (bytes != NULL)
        rules = mien_consistency_new (g_bytes_get_data (bytes, NULL),
                                      (gssize) g_bytes_get_size (bytes), &error);
      if (rules == NULL)
        g_error ("%s", error->message);
    }
  return rules;
}

guint
mien_consistency_n_rules (MienConsistency *rules)
{
  return rules->rules->len;
}

/* ---- looking ---- */

typedef struct
{
  const MienConsistency *rules;
  const MienReviewAnswers *answers;
  const MienFrameView *view;
} Look;

/* holds: whether the side does. model: whether it is the model that says so. */
typedef struct
{
  gboolean holds, model;
  MienItem item; /* the first of the side */
  double value;  /* of valence or arousal; or the model's probability of the expression */
} Found;

static Found
look_expression (const Look *look, const Side *side)
{
  Found found = { .item = MIEN_ITEM_EXPRESSION, .value = (double) NAN };
  MienLabel label;

  if (!mien_review_answers_effective (look->answers, look->view, found.item, &label)
      || label.answer != MIEN_ANSWER_VALUE || (guint) label.value[0] != side->expression)
    return found;
  found.model = label.source == MIEN_SOURCE_NONE;
  if (found.model)
    found.value = (double) look->view->prediction.expression[side->expression];
  found.holds = !found.model || found.value >= look->rules->expression;
  return found;
}

static gboolean
unit_holds (const Look *look, MienItem item, gboolean present, gboolean *model)
{
  double probability =
      (double) look->view->prediction.action_units[item - MIEN_ITEM_FIRST_UNIT];
  MienLabel label;

  if (!mien_review_answers_effective (look->answers, look->view, item, &label)
      || label.answer != MIEN_ANSWER_VALUE || (label.value[0] != 0.0) != present)
    return FALSE;
  if (label.source != MIEN_SOURCE_NONE)
    return TRUE;
  *model = TRUE;
  return present ? probability >= look->rules->present
                 : probability < look->rules->absent;
}

static Found
look_units (const Look *look, const Side *side)
{
  Found found = { .holds = TRUE, .value = (double) NAN };
  gboolean first = TRUE;

  for (guint unit = 0; unit < MIEN_UNIT_COUNT; unit++)
    if (side->units >> unit & 1)
      {
        MienItem item = (MienItem) (MIEN_ITEM_FIRST_UNIT + unit);

        if (first)
          found.item = item;
        first = FALSE;
        found.holds =
            found.holds && unit_holds (look, item, side->kind == PRESENT, &found.model);
      }
  return found;
}

static Found
look_point (const Look *look, const Side *side)
{
  Found found = { .item = MIEN_ITEM_VALENCE_AROUSAL };
  MienLabel label;

  if (!mien_review_answers_effective (look->answers, look->view, found.item, &label)
      || label.answer != MIEN_ANSWER_VALUE)
    return found;
  found.model = label.source == MIEN_SOURCE_NONE;
  found.value = label.value[side->kind == AROUSAL_BELOW ? 1 : 0];
  found.holds =
      side->kind == VALENCE_ABOVE ? found.value > side->bound : found.value < side->bound;
  return found;
}

static Found
look_side (const Look *look, const Side *side)
{
  switch (side->kind)
    {
    case EXPRESSION:
      return look_expression (look, side);
    case PRESENT:
    case ABSENT:
      return look_units (look, side);
    default:
      return look_point (look, side);
    }
}

/* ---- saying ---- */

static char *
name_units (guint units)
{
  GString *text = g_string_new (NULL);
  guint last = 0;

  for (guint unit = 0; unit < MIEN_UNIT_COUNT; unit++)
    if (units >> unit & 1)
      last = unit;
  for (guint unit = 0; unit < MIEN_UNIT_COUNT; unit++)
    if (units >> unit & 1)
      {
        if (text->len > 0)
          /* Translators: between the action units of a list, the last two and others. */
          g_string_append (text, unit == last ? _ (" and ") : _ (", "));
        g_string_append_printf (text, _ ("AU%u"), mien_unit_number (unit));
      }
  return g_string_free (text, FALSE);
}

static char *
name_side (const Side *side, const Found *found)
{
  const char *name;

  if (side->kind != EXPRESSION)
    return name_units (side->units);
  name = _ (mien_expression_name (side->expression));
  return found->model ? g_strdup_printf ("%s %.2f", name, found->value) : g_strdup (name);
}

static char *
say (const Rule *rule, const Found *given, const Found *but)
{
  g_autofree char *name = name_side (&rule->given, given);
  g_autofree char *units = name_units (rule->but.units);
  gulong n = (gulong) __builtin_popcount (rule->but.units);

  switch (rule->but.kind)
    {
    case ABSENT:
      return g_strdup_printf (ngettext ("%s, but %s is absent. Look again?",
                                        "%s, but %s are absent. Look again?", n),
                              name, units);
    case PRESENT:
      return g_strdup_printf (ngettext ("%s, but %s is present. Look again?",
                                        "%s, but %s are present. Look again?", n),
                              name, units);
    case AROUSAL_BELOW:
      return g_strdup_printf (_ ("%s, but arousal is %+.2f. Look again?"), name,
                              but->value);
    default:
      return g_strdup_printf (_ ("%s, but valence is %+.2f. Look again?"), name,
                              but->value);
    }
}

char *
mien_consistency_hint (MienConsistency *rules,
                       const MienReviewAnswers *answers,
                       const MienFrameView *view,
                       MienItem *doubtful)
{
  const Look look = { rules, answers, view };

  for (guint i = 0; i < rules->rules->len; i++)
    {
      const Rule *rule = &g_array_index (rules->rules, Rule, i);
      Found given = look_side (&look, &rule->given), but;

      if (!given.holds)
        continue;
      but = look_side (&look, &rule->but);
      if (!but.holds)
        continue;
      if (doubtful != NULL)
        *doubtful = given.model && !but.model ? given.item : but.item;
      return say (rule, &given, &but);
    }
  return NULL;
}
