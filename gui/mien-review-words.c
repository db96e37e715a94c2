/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The sentences of the Review view: what an answer is called, and why a face is asked.
 * Numbers follow the locale.
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
  return mien_threshold_of (&view->thresholds, item,
                            view->proposal.labels.item[item].value[0]);
}

const char *
mien_review_shown_reason (const MienFrameView *view)
{
  /* Why a blind face was chosen would tell what the model says, or that it is audited. */
  if (view->reason == NULL || !view->blind || g_str_equal (view->reason, "disagreement"))
    return view->reason;
  return "uncertain";
}

char *
mien_review_describe_reason (const MienFrameView *view)
{
  static const struct
  {
    const char *id, *text;
  } texts[] = {
    { "validation", N_ ("validation: asked without a suggestion") },
    { "unlabelled", N_ ("unlabelled") },
    { "disagreement", N_ ("annotators disagree") },
    { "rare", N_ ("rare: the model seldom says this") },
    { "diverse", N_ ("diverse: unlike what has labels") },
    { "random", N_ ("drawn at random") },
    { "uncertain", N_ ("uncertain") },
  };
  const char *reason = mien_review_shown_reason (view);
  MienItem least = MIEN_ITEM_EXPRESSION;

  if (reason == NULL)
    return NULL;
  if (g_str_equal (reason, "uncertain") && !view->blind && least_certain (view, &least))
    return threshold_of (view, least) > 1 /* that no confidence reaches */
               ? g_strdup_printf (_ ("uncertain: %.2f, always asked"),
                                  view->proposal.confidence[least])
               : g_strdup_printf (_ ("uncertain: %.2f under %.2f"),
                                  view->proposal.confidence[least],
                                  threshold_of (view, least));
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (g_str_equal (reason, texts[i].id))
      return g_strdup (_ (texts[i].text));
  return NULL;
}
