/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The sentences of the Review view: what an answer is called, why a face is asked, and
 * the soft hints about answers that rarely go together. Numbers follow the locale.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-review-answers.h"

#include <glib/gi18n.h>
#include <math.h>

enum
{
  DESCRIBED = 4, /* answers named before "and 3 more" */
};

/* Bits of units by their place in METHOD.md's list. */
enum
{
  AU1 = 1 << 0,
  AU2 = 1 << 1,
  AU4 = 1 << 2,
  AU7 = 1 << 4,
  AU10 = 1 << 5,
  AU12 = 1 << 6,
  AU15 = 1 << 7,
  AU23 = 1 << 8,
  AU24 = 1 << 9,
};

/* EMFACS in its mildest form: of an expression's signs at least one is usually there, and
 * its valence usually has this sign. Neutral and Other have none. */
static const struct
{
  guint expression;
  guint signs;
  int valence;
} usual[] = {
  { 1, AU4 | AU7 | AU23 | AU24, -1 }, /* Anger */
  { 2, AU10, -1 },                    /* Disgust */
  { 3, AU1 | AU2 | AU4, -1 },         /* Fear */
  { 4, AU12, 1 },                     /* Happiness */
  { 5, AU1 | AU4 | AU15, -1 },        /* Sadness */
  { 6, AU1 | AU2, 0 },                /* Surprise */
};

/* Under these nothing is said: the model itself does not mean it. */
static const double MEANT_EXPRESSION = 0.4;
static const double MEANT_ABSENT = 0.25;
static const double MEANT_VALENCE = 0.2;

char *
mien_review_describe_item (MienItem item, const MienLabel *label)
{
  gboolean value = label->answer == MIEN_ANSWER_VALUE;
  guint number;

  switch (mien_item_task (item))
    {
    case MIEN_TASK_EXPRESSION:
      return g_strdup (value ? _ (mien_expression_name ((guint) label->value[0]))
                             : _ ("expression: cannot tell"));
    case MIEN_TASK_VALENCE_AROUSAL:
      return value ? g_strdup_printf (_ ("valence %+.2f, arousal %+.2f"), label->value[0],
                                      label->value[1])
                   : g_strdup (_ ("valence and arousal: cannot tell"));
    case MIEN_TASK_ACTION_UNITS:
      number = mien_unit_number (item - MIEN_ITEM_FIRST_UNIT);
      if (!value)
        return g_strdup_printf (_ ("AU%u: cannot tell"), number);
      return label->value[0] != 0.0 ? g_strdup_printf (_ ("AU%u"), number)
                                    : g_strdup_printf (_ ("no AU%u"), number);
    default:
      g_assert_not_reached ();
    }
}

char *
mien_review_describe (const MienLabels *labels)
{
  GString *text = g_string_new (NULL);
  guint n = 0;

  for (guint i = 0; i < MIEN_ITEM_COUNT; i++)
    {
      /* The expression before the point: what people name first. */
      MienItem item = (MienItem) (i < 2 ? 1 - i : i);
      g_autofree char *described = NULL;

      if (labels->item[item].answer == MIEN_ANSWER_NONE || ++n > DESCRIBED)
        continue;
      described = mien_review_describe_item (item, &labels->item[item]);
      /* Translators: between two answers of a list. */
      g_string_append (text, n > 1 ? _ (", ") : "");
      g_string_append (text, described);
    }
  if (n > DESCRIBED)
    g_string_append_printf (
        text, ngettext (" and %u more", " and %u more", n - DESCRIBED), n - DESCRIBED);
  return g_string_free (text, FALSE);
}

/* The unit is taken to be absent: said so, or all but certain. */
static gboolean
is_absent (const MienReviewAnswers *answers, const MienFrameView *view, guint unit)
{
  MienItem item = (MienItem) (MIEN_ITEM_FIRST_UNIT + unit);
  MienLabel label;

  if (!mien_review_answers_effective (answers, view, item, &label)
      || label.answer != MIEN_ANSWER_VALUE || label.value[0] != 0.0)
    return FALSE;
  return label.source != MIEN_SOURCE_NONE
         || (double) view->prediction.action_units[unit] < MEANT_ABSENT;
}

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

/* The expression that holds, as a hint names it; NULL: nobody means one. */
static char *
meant_expression (const MienReviewAnswers *answers,
                  const MienFrameView *view,
                  guint *expression)
{
  MienLabel label;
  double probability;

  if (!mien_review_answers_effective (answers, view, MIEN_ITEM_EXPRESSION, &label)
      || label.answer != MIEN_ANSWER_VALUE)
    return NULL;
  *expression = (guint) label.value[0];
  if (label.source != MIEN_SOURCE_NONE)
    return g_strdup (_ (mien_expression_name (*expression)));
  probability = view->prediction.expression[*expression];
  return probability < MEANT_EXPRESSION
             ? NULL
             : g_strdup_printf ("%s %.2f", _ (mien_expression_name (*expression)),
                                probability);
}

char *
mien_review_answers_hint (const MienReviewAnswers *answers, const MienFrameView *view)
{
  guint expression = 0;
  g_autofree char *name = meant_expression (answers, view, &expression);
  MienLabel point;

  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (usual); i++)
    {
      guint absent = 0;

      if (usual[i].expression != expression)
        continue;
      for (guint unit = 0; unit < MIEN_UNIT_COUNT; unit++)
        if ((usual[i].signs >> unit & 1) && is_absent (answers, view, unit))
          absent |= 1u << unit;
      if (absent == usual[i].signs)
        {
          g_autofree char *units = name_units (absent);

          return g_strdup_printf (ngettext ("%s, but %s is absent. Look again?",
                                            "%s, but %s are absent. Look again?",
                                            (gulong) __builtin_popcount (absent)),
                                  name, units);
        }
      if (usual[i].valence != 0
          && mien_review_answers_effective (answers, view, MIEN_ITEM_VALENCE_AROUSAL,
                                            &point)
          && point.answer == MIEN_ANSWER_VALUE
          && point.value[0] * usual[i].valence < -MEANT_VALENCE)
        return g_strdup_printf (_ ("%s, but valence is %+.2f. Look again?"), name,
                                point.value[0]);
    }
  return NULL;
}

/* The least certain of the doubtful items, as the queue sees it. */
static gboolean
least_certain (const MienFrameView *view, MienItem *least)
{
  gboolean found = FALSE;

  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    if ((view->doubtful >> item & 1)
        && (!found
            || view->proposal.confidence[item] < view->proposal.confidence[*least]))
      {
        *least = (MienItem) item;
        found = TRUE;
      }
  return found;
}

static double
threshold_of (const MienFrameView *view, MienItem item)
{
  switch (mien_item_task (item))
    {
    case MIEN_TASK_VALENCE_AROUSAL:
      return view->thresholds.valence_arousal;
    case MIEN_TASK_EXPRESSION:
      return view->thresholds
          .expression[(guint) view->proposal.labels.item[item].value[0]];
    default:
      return view->thresholds.action_units[item - MIEN_ITEM_FIRST_UNIT];
    }
}

char *
mien_review_describe_reason (const MienFrameView *view)
{
  MienItem least = MIEN_ITEM_EXPRESSION;

  if (view->reason == NULL)
    return NULL;
  if (g_str_equal (view->reason, "validation"))
    return g_strdup (_ ("validation: asked without a suggestion"));
  if (g_str_equal (view->reason, "unlabelled"))
    return g_strdup (_ ("unlabelled"));
  if (g_str_equal (view->reason, "disagreement"))
    return g_strdup (_ ("annotators disagree"));
  if (!g_str_equal (view->reason, "uncertain") || !least_certain (view, &least))
    return g_strdup (_ (view->reason));
  return g_strdup_printf (_ ("uncertain: %.2f under %.2f"),
                          view->proposal.confidence[least], threshold_of (view, least));
}
