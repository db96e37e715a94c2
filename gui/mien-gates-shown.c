/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * "gates" of a model's metrics. What is not whole is as if it was not there.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-gates-shown.h"

#include <glib/gi18n.h>
#include <math.h>

#include "mien-stored-json.h"

static JsonNode *
get_member (JsonObject *object, const char *name)
{
  return object != NULL ? json_object_get_member (object, name) : NULL;
}

static JsonObject *
get_object (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node)
                                                       : NULL;
}

static double
get_real (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_double (node)
                                                      : (double) NAN;
}

static gint64
get_count (JsonObject *object, const char *name)
{
  JsonNode *node = get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? MAX (json_node_get_int (node), 0)
                                                      : 0;
}

static MienVerdictShown
get_verdict (JsonNode *node)
{
  static const char *const ids[] = { "unknown", "better", "no worse", "unclear",
                                     "worse" };

  for (guint i = 0;
       node != NULL && JSON_NODE_HOLDS_VALUE (node) && i < G_N_ELEMENTS (ids); i++)
    if (g_strcmp0 (json_node_get_string (node), ids[i]) == 0)
      return (MienVerdictShown) i;
  return MIEN_SHOWN_UNKNOWN;
}

static MienGateShown
read_figure (JsonObject *object)
{
  JsonNode *interval = get_member (object, "interval");
  MienGateShown figure = {
    .candidate = get_real (get_member (object, "candidate")),
    .in_use = get_real (get_member (object, "in_use")),
    .difference = get_real (get_member (object, "difference")),
    .low = (double) NAN,
    .high = (double) NAN,
    .verdict = get_verdict (get_member (object, "verdict")),
  };

  if (interval != NULL && JSON_NODE_HOLDS_ARRAY (interval)
      && json_array_get_length (json_node_get_array (interval)) == 2)
    {
      figure.low = get_real (json_array_get_element (json_node_get_array (interval), 0));
      figure.high = get_real (json_array_get_element (json_node_get_array (interval), 1));
    }
  /* There is no verdict without what it follows from. */
  if (!isfinite (figure.difference) || !(figure.low <= figure.high))
    figure.verdict = MIEN_SHOWN_UNKNOWN;
  return figure;
}

gboolean
mien_gates_parse (const MienModel *model, const MienModel *in_use, MienGatesShown *gates)
{
  g_autoptr (JsonNode) root = mien_stored_json_read (model->metrics);
  JsonObject *object = get_object (get_member (get_object (root), "gates"));
  JsonNode *figures = get_member (object, "figures");
  JsonArray *array = figures != NULL && JSON_NODE_HOLDS_ARRAY (figures)
                         ? json_node_get_array (figures)
                         : NULL;

  *gates = (MienGatesShown){ 0 };
  if (in_use == NULL || in_use->id == model->id || array == NULL
      || get_count (object, "against") != in_use->id
      || json_array_get_length (array) != MIEN_GATES_FIGURES)
    return FALSE;
  gates->against = in_use->id;
  gates->videos = (guint64) get_count (object, "videos");
  gates->better = (guint64) get_count (object, "videos_better");
  gates->worse = (guint64) get_count (object, "videos_worse");
  for (guint i = 0; i < MIEN_GATES_FIGURES; i++)
    gates->figures[i] = read_figure (get_object (json_array_get_element (array, i)));
  return TRUE;
}

gboolean
mien_gates_have_failed (const MienGatesShown *gates)
{
  return gates->figures[0].verdict == MIEN_SHOWN_WORSE;
}

char *
mien_gates_name (guint figure)
{
  const char *const parts[MIEN_GATES_PARTS] = {
    _ ("Score"),          "P_MTL",
    _ ("CCC of valence"), _ ("CCC of arousal"),
    _ ("Expression F1"),  _ ("Action units F1"),
  };
  guint unit = figure - MIEN_GATES_PARTS - MIEN_EXPRESSION_COUNT;

  if (figure < MIEN_GATES_PARTS)
    return g_strdup (parts[figure]);
  if (figure < MIEN_GATES_PARTS + MIEN_EXPRESSION_COUNT)
    return g_strdup (_ (mien_expression_name (figure - MIEN_GATES_PARTS)));
  return g_strdup_printf ("AU%u %s", mien_unit_number (unit), _ (mien_unit_name (unit)));
}

const char *
mien_gates_verdict (MienVerdictShown verdict)
{
  switch (verdict)
    {
    case MIEN_SHOWN_BETTER:
      /* Translators: a figure of the new model, beside that of the one in use. */
      return _ ("better");
    case MIEN_SHOWN_NO_WORSE:
      /* Translators: a figure of the new model, beside that of the one in use. */
      return _ ("no worse");
    case MIEN_SHOWN_UNCLEAR:
      /* Translators: a figure of the new model, beside that of the one in use. */
      return _ ("unclear");
    case MIEN_SHOWN_WORSE:
      /* Translators: a figure of the new model, beside that of the one in use. */
      return _ ("worse");
    case MIEN_SHOWN_UNKNOWN:
    default:
      return "–";
    }
}

static char *
score_sentence (const MienGatesShown *gates)
{
  int against = (int) gates->against;

  switch (gates->figures[0].verdict)
    {
    case MIEN_SHOWN_BETTER:
      return g_strdup_printf (_ ("Its score is better than that of v%d."), against);
    case MIEN_SHOWN_NO_WORSE:
      return g_strdup_printf (_ ("Its score is no worse than that of v%d."), against);
    case MIEN_SHOWN_UNCLEAR:
      return g_strdup_printf (_ ("The validation videos do not tell whether its score is "
                                 "as good as that of v%d."),
                              against);
    case MIEN_SHOWN_WORSE:
      return g_strdup_printf (_ ("Its score is worse than that of v%d."), against);
    case MIEN_SHOWN_UNKNOWN:
    default:
      return g_strdup_printf (_ ("Too few validation videos carry labels to tell whether "
                                 "it is as good as v%d."),
                              against);
    }
}

/* What warns: all but the score. NULL: nothing. */
static char *
list_worse (const MienGatesShown *gates)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 2; i < MIEN_GATES_FIGURES; i++)
    if (gates->figures[i].verdict == MIEN_SHOWN_WORSE)
      g_ptr_array_add (names, mien_gates_name (i));
  if (names->len == 0)
    return NULL;
  g_ptr_array_add (names, NULL);
  /* Translators: between the names of a list. */
  return g_strjoinv (_ (", "), (char **) names->pdata);
}

char *
mien_gates_to_text (const MienGatesShown *gates)
{
  g_autofree char *score = score_sentence (gates);
  g_autofree char *worse = list_worse (gates);
  GString *text = g_string_new (score);

  if (worse != NULL)
    {
      g_string_append_c (text, ' ');
      /* Translators: names of classes and measures. */
      g_string_append_printf (text, _ ("Clearly worse: %s."), worse);
    }
  if (gates->videos > 0)
    {
      g_string_append_c (text, ' ');
      g_string_append_printf (text,
                              ngettext ("Of %d validation video it is better on %d and "
                                        "worse on %d.",
                                        "Of %d validation videos it is better on %d and "
                                        "worse on %d.",
                                        (gulong) gates->videos),
                              (int) gates->videos, (int) gates->better,
                              (int) gates->worse);
    }
  return g_string_free (text, FALSE);
}

const char *
mien_gates_use_label (const MienModel *model, const MienModel *in_use)
{
  MienGatesShown gates;

  if (mien_gates_parse (model, in_use, &gates) && mien_gates_have_failed (&gates))
    /* Translators: although it was measured to be worse than the one in use. */
    return _ ("_Use Anyway");
  return _ ("_Make Current");
}
