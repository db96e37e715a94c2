/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Doubts in words. What is doubted comes first, what speaks against it after a colon.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-doubt-words.h"

#include <math.h>

#include "mien-json.h"

/* "expression 4 Happiness", "AU12 1", "valence 0.500 arousal 0.100" */
static char *
name_label (MienItem item, const MienLabel *label)
{
  g_autofree char *value = mien_label_to_text (item, label);
  g_autofree char *name = NULL;

  if (item == MIEN_ITEM_VALENCE_AROUSAL && label->answer == MIEN_ANSWER_VALUE)
    return g_steal_pointer (&value);
  name = mien_item_to_text ((int) item);
  return g_strconcat (name, " ", value, NULL);
}

static char *
say_people (const MienDoubt *doubt)
{
  g_autofree char *item = mien_item_to_text ((int) doubt->item);
  g_autofree char *label = mien_label_to_text (doubt->item, &doubt->label);
  g_autofree char *other = mien_label_to_text (doubt->item, &doubt->other);

  return g_strdup_printf ("%s: of %u annotators %u say %s, %u say %s", item,
                          doubt->people.answers, doubt->people.label, label,
                          doubt->people.other, other);
}

static char *
say_model (const MienDoubt *doubt)
{
  g_autofree char *label = name_label (doubt->item, &doubt->label);
  g_autofree char *other = mien_label_to_text (doubt->item, &doubt->other);
  const char *seen = doubt->model.seen ? "" : ", and has not learnt from it";

  if (doubt->item == MIEN_ITEM_VALENCE_AROUSAL)
    return g_strdup_printf ("%s: the model says %s, %.3f away where %.3f is usual%s",
                            label, other, doubt->model.other, doubt->model.threshold,
                            seen);
  return g_strdup_printf ("%s: the model says %s at %.3f, the label at %.3f%s", label,
                          other, doubt->model.other, doubt->model.label, seen);
}

static char *
say_predecessor (const MienDoubt *doubt)
{
  g_autofree char *item = mien_item_to_text ((int) doubt->item);
  g_autofree char *now = mien_label_to_text (doubt->item, &doubt->other);
  g_autofree char *before = mien_label_to_text (doubt->item, &doubt->predecessor.before);

  return g_strdup_printf ("%s, not labelled: the model says %s at %.3f, the one before "
                          "it said %s at %.3f",
                          item, now, doubt->predecessor.sure, before,
                          doubt->predecessor.before_sure);
}

/* "Happiness", "AU6 and AU12 are present", "valence is -0.400" */
static char *
name_side (const MienSide *side, const MienSideFound *found)
{
  GString *text = g_string_new (NULL);

  if (side->kind == MIEN_SIDE_EXPRESSION)
    return g_string_free (g_string_append (text, mien_expression_name (side->expression)),
                          FALSE);
  if (side->units == 0)
    {
      g_string_append_printf (
          text, "%s is %.3f",
          side->kind == MIEN_SIDE_AROUSAL_BELOW ? "arousal" : "valence", found->value);
      return g_string_free (text, FALSE);
    }
  for (guint unit = 0; unit < MIEN_UNIT_COUNT; unit++)
    if (side->units >> unit & 1)
      g_string_append_printf (text, "%sAU%u", text->len > 0 ? " and " : "",
                              mien_unit_number (unit));
  g_string_append_printf (text, " %s %s",
                          (side->units & (side->units - 1)) ? "are" : "is",
                          side->kind == MIEN_SIDE_PRESENT ? "present" : "absent");
  return g_string_free (text, FALSE);
}

static char *
say_rules (const MienDoubt *doubt)
{
  const MienConsistencyRule *rule = doubt->rules.rule;
  g_autofree char *given = name_side (&rule->given, &doubt->rules.found.given);
  g_autofree char *but = name_side (&rule->but, &doubt->rules.found.but);

  return g_strdup_printf (
      "%s, but %s, as in %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " frames (%s)",
      given, but, doubt->rules.broken, doubt->rules.judged, rule->source);
}

static char *
say_neighbours (const MienDoubt *doubt)
{
  g_autofree char *label = name_label (doubt->item, &doubt->label);
  g_autofree char *other = mien_label_to_text (doubt->item, &doubt->other);

  if (doubt->item == MIEN_ITEM_VALENCE_AROUSAL)
    return g_strdup_printf ("%s: jumps by %.3f from %s before and after it, within "
                            "%.2f s",
                            label, doubt->neighbours.distance, other,
                            doubt->neighbours.seconds);
  return g_strdup_printf ("%s: %s before and after it, within %.2f s", label, other,
                          doubt->neighbours.seconds);
}

char *
mien_doubt_to_text (const MienDoubt *doubt)
{
  switch (doubt->kind)
    {
    case MIEN_DOUBT_PEOPLE:
      return say_people (doubt);
    case MIEN_DOUBT_MODEL:
      return say_model (doubt);
    case MIEN_DOUBT_PREDECESSOR:
      return say_predecessor (doubt);
    case MIEN_DOUBT_RULES:
      return say_rules (doubt);
    case MIEN_DOUBT_NEIGHBOURS:
    default:
      return say_neighbours (doubt);
    }
}
