/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Lines of JSON from mienctl. A child may be another version, or die in mid-line: what is
 * not understood is text, a number that is missing is NaN or 0, and none is out of range.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-job-line.h"

#include <math.h>

#include "mien-stored-json.h"

#define MAX_NUMBER 1e15

/* NaN if there is none. */
static double
get_real (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  double value;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node)
      || (json_node_get_value_type (node) != G_TYPE_DOUBLE
          && json_node_get_value_type (node) != G_TYPE_INT64))
    return (double) NAN;
  value = json_node_get_double (node);
  return fabs (value) <= MAX_NUMBER ? value : (double) NAN;
}

static gint64
get_integer (JsonObject *object, const char *name, gint64 most)
{
  double value = get_real (object, name);

  return value > 0 ? (gint64) MIN (value, (double) most) : 0;
}

static char *
dup_text (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node)
      || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_dup_string (node);
}

static JsonObject *
get_object (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node)
                                                       : NULL;
}

static MienJobLineKind
kind_of (const char *event)
{
  static const struct
  {
    const char *event;
    MienJobLineKind kind;
  } kinds[] = {
    { "progress", MIEN_JOB_LINE_PROGRESS },   { "metric", MIEN_JOB_LINE_METRIC },
    { "threshold", MIEN_JOB_LINE_THRESHOLD }, { "warning", MIEN_JOB_LINE_WARNING },
    { "note", MIEN_JOB_LINE_NOTE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_strcmp0 (event, kinds[i].event) == 0)
      return kinds[i].kind;
  return MIEN_JOB_LINE_OTHER;
}

static void
set_plain (MienJobLine *line, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  line->kind = MIEN_JOB_LINE_TEXT;
  line->text = g_strdup (g_str_has_prefix (valid, "mienctl: ") ? valid + 9 : valid);
}

void
mien_job_line_parse (const char *text, MienJobLine *line)
{
  g_autoptr (JsonNode) node = text[0] == '{' ? mien_stored_json_read (text) : NULL;
  g_autofree char *event = NULL;
  JsonObject *object;

  *line = (MienJobLine){
    .loss = (double) NAN, .rate = (double) NAN, .eta = (double) NAN, .value = (double) NAN
  };
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    {
      set_plain (line, text);
      return;
    }
  object = json_node_get_object (node);
  event = dup_text (object, "event");
  line->kind = kind_of (event);
  line->stage = dup_text (object, "stage");
  line->done = (guint64) get_integer (object, "done", (gint64) MAX_NUMBER);
  line->total = (guint64) get_integer (object, "total", (gint64) MAX_NUMBER);
  line->epoch = (int) get_integer (object, "epoch", G_MAXINT);
  line->epochs = (int) get_integer (object, "epochs", G_MAXINT);
  line->loss = get_real (object, "loss");
  line->rate = get_real (object, "rate");
  line->eta = get_real (object, "eta_seconds");
  line->name = dup_text (object, "name");
  line->value = get_real (object, "value");
  line->expression = (int) get_integer (object, "class", MIEN_EXPRESSION_COUNT - 1);
  line->text = dup_text (object, "text");
}

void
mien_job_line_clear (MienJobLine *line)
{
  g_clear_pointer (&line->stage, g_free);
  g_clear_pointer (&line->name, g_free);
  g_clear_pointer (&line->text, g_free);
}

double
mien_job_line_fraction (const MienJobLine *line)
{
  if (line->kind != MIEN_JOB_LINE_PROGRESS || line->total == 0)
    return -1;
  return MIN ((double) line->done / (double) line->total, 1.0);
}

static void
get_reals (JsonObject *object, const char *name, double *values, guint n)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;
  JsonArray *array =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; i < n; i++)
    {
      JsonNode *element = array != NULL && i < json_array_get_length (array)
                              ? json_array_get_element (array, i)
                              : NULL;

      values[i] = element != NULL && JSON_NODE_HOLDS_VALUE (element)
                      ? json_node_get_double (element)
                      : (double) NAN;
    }
}

static double
get_inner (JsonObject *object, const char *name)
{
  return object != NULL ? get_real (object, name) : (double) NAN;
}

static void
scores_read (JsonObject *object, MienScores *scores)
{
  JsonObject *va = object != NULL ? get_object (object, "valence_arousal") : NULL;
  JsonObject *expression = object != NULL ? get_object (object, "expression") : NULL;
  JsonObject *units = object != NULL ? get_object (object, "action_units") : NULL;

  scores->score = get_inner (object, "score");
  scores->p_mtl = get_inner (object, "p_mtl");
  scores->ccc_valence = get_inner (va, "ccc_valence");
  scores->ccc_arousal = get_inner (va, "ccc_arousal");
  scores->expression_f1 = get_inner (expression, "f1");
  scores->expression_accuracy = get_inner (expression, "accuracy");
  scores->units_f1 = get_inner (units, "f1");
  get_reals (expression, "per_class", scores->per_class, MIEN_EXPRESSION_COUNT);
  get_reals (units, "per_unit", scores->per_unit, MIEN_UNIT_COUNT);
  scores->frames =
      object != NULL ? (guint64) get_integer (object, "frames", G_MAXINT64) : 0;
}

static JsonNode *
parse_object (const char *json)
{
  g_autoptr (JsonNode) node = mien_stored_json_read (json);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? g_steal_pointer (&node) : NULL;
}

gboolean
mien_scores_parse (const char *json, MienScores *scores)
{
  g_autoptr (JsonNode) node = parse_object (json);
  JsonObject *object = node != NULL ? json_node_get_object (node) : NULL;

  if (object != NULL && get_object (object, "metrics") != NULL)
    object = get_object (object, "metrics");
  if (object != NULL && !json_object_has_member (object, "score"))
    object = NULL;
  scores_read (object, scores);
  return object != NULL;
}

gint64
mien_result_integer (const char *json, const char *name, const char *inner)
{
  g_autoptr (JsonNode) node = parse_object (json);
  JsonObject *object = node != NULL ? json_node_get_object (node) : NULL;

  if (object != NULL && inner != NULL)
    {
      object = get_object (object, name);
      name = inner;
    }
  return object != NULL ? get_integer (object, name, G_MAXINT64) : 0;
}
