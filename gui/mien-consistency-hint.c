/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What strikes about a face, in words. Invariant: the text follows from the kinds of the
 * two sides of a rule, so that a rule needs no words of its own and every hint is
 * translated.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-consistency-hint.h"

#include <glib/gi18n.h>
#include <math.h>

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
name_side (const MienSide *side, const MienSideFound *found)
{
  const char *name;

  if (side->kind != MIEN_SIDE_EXPRESSION)
    return name_units (side->units);
  name = _ (mien_expression_name (side->expression));
  return found->model ? g_strdup_printf ("%s %.2f", name, found->value) : g_strdup (name);
}

char *
mien_consistency_say (const MienConsistencyRule *rule, const MienRuleFound *found)
{
  g_autofree char *name = name_side (&rule->given, &found->given);
  g_autofree char *units = name_units (rule->but.units);
  gulong n = (gulong) __builtin_popcount (rule->but.units);

  switch (rule->but.kind)
    {
    case MIEN_SIDE_ABSENT:
      return g_strdup_printf (ngettext ("%s, but %s is absent. Look again?",
                                        "%s, but %s are absent. Look again?", n),
                              name, units);
    case MIEN_SIDE_PRESENT:
      return g_strdup_printf (ngettext ("%s, but %s is present. Look again?",
                                        "%s, but %s are present. Look again?", n),
                              name, units);
    case MIEN_SIDE_AROUSAL_BELOW:
      return g_strdup_printf (_ ("%s, but arousal is %+.2f. Look again?"), name,
                              found->but.value);
    default:
      return g_strdup_printf (_ ("%s, but valence is %+.2f. Look again?"), name,
                              found->but.value);
    }
}

/* What holds for each item, as far as it may be seen. */
static void
listen (const MienReviewAnswers *answers, const MienFrameView *view, MienSaid *said)
{
  const MienPrediction *prediction = &view->prediction;

  for (guint i = 0; i < MIEN_ITEM_COUNT; i++)
    {
      MienItem item = (MienItem) i;
      MienLabel *label = &said->labels.item[i];

      said->probability[i] = (double) NAN;
      if (!mien_review_answers_effective (answers, view, item, label))
        *label = (MienLabel){ .answer = MIEN_ANSWER_NONE };
      else if (item == MIEN_ITEM_EXPRESSION && label->answer == MIEN_ANSWER_VALUE)
        said->probability[i] = (double) prediction->expression[(guint) label->value[0]];
      else if (item >= MIEN_ITEM_FIRST_UNIT)
        said->probability[i] =
            (double) prediction->action_units[i - MIEN_ITEM_FIRST_UNIT];
    }
}

char *
mien_consistency_hint (const MienConsistency *rules,
                       const MienReviewAnswers *answers,
                       const MienFrameView *view,
                       MienItem *doubtful)
{
  MienSaid said;
  MienRuleFound found;

  listen (answers, view, &said);
  for (guint i = 0; i < mien_consistency_n_rules (rules); i++)
    if (mien_consistency_look (rules, i, &said, &found) == MIEN_RULE_BROKEN)
      {
        if (doubtful != NULL)
          *doubtful =
              found.given.model && !found.but.model ? found.given.item : found.but.item;
        return mien_consistency_say (mien_consistency_rule (rules, i), &found);
      }
  return NULL;
}
