/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Why a label is doubtful, in words for people. The label is named first, what speaks
 * against it after it.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-browse-words.h"

#include <glib/gi18n.h>

#include "mien-consistency-hint.h"

static char *
say_people (const MienDoubt *doubt)
{
  g_autofree char *label = mien_review_describe_item (doubt->item, &doubt->label);
  g_autofree char *other = mien_review_describe_item (doubt->item, &doubt->other);

  /* Translators: two answers, and how many annotators gave each. */
  return g_strdup_printf (_ ("Annotators differ: %s (%u), %s (%u)"), label,
                          doubt->people.label, other, doubt->people.other);
}

static char *
say_model (const MienDoubt *doubt)
{
  g_autofree char *label = mien_review_describe_item (doubt->item, &doubt->label);
  g_autofree char *other = mien_review_describe_item (doubt->item, &doubt->other);

  if (doubt->item == MIEN_ITEM_VALENCE_AROUSAL)
    return g_strdup_printf (_ ("%s, but the model's point is %.2f away; %.2f is usual"),
                            label, doubt->model.other, doubt->model.threshold);
  /* Translators: a label, what a model says instead, and with what probability. */
  return g_strdup_printf (_ ("%s, but the model says %s (%.2f)"), label, other,
                          doubt->model.other);
}

static char *
say_neighbours (const MienDoubt *doubt)
{
  g_autofree char *label = mien_review_describe_item (doubt->item, &doubt->label);
  g_autofree char *other = mien_review_describe_item (doubt->item, &doubt->other);

  return g_strdup_printf (_ ("%s, but before and after it %s"), label, other);
}

char *
mien_browse_doubt (const MienDoubt *doubt)
{
  switch (doubt->kind)
    {
    case MIEN_DOUBT_PEOPLE:
      return say_people (doubt);
    case MIEN_DOUBT_MODEL:
      return say_model (doubt);
    case MIEN_DOUBT_RULES:
      return mien_consistency_say (doubt->rules.rule, &doubt->rules.found);
    case MIEN_DOUBT_NEIGHBOURS:
      return say_neighbours (doubt);
    case MIEN_DOUBT_PREDECESSOR:
    default:
      g_assert_not_reached ();
    }
}
