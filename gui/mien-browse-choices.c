/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Choices to a filter and back. The way back is tried and compared: what the form cannot
 * show is not taken for something near it.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-browse-choices.h"

#include <glib/gi18n.h>

enum
{
  DAY = 24 * 60 * 60,
};

/* The choices of MIEN_ROW_CONFIDENCE; the last one includes 1. */
static const double confidences[][2] = { { 0.0, 1.0 },
                                         { 0.0, 0.5 },
                                         { 0.5, 0.8 },
                                         { 0.8, 0.95 },
                                         { 0.95, 1.0 } };
static const guint days[] = { 0, 1, 7, 30 };

/* A bit by what was chosen, none by "any". */
static guint
bit_of (const MienBrowseChoices *choices, MienBrowseRow row)
{
  return (1u << choices->row[row]) >> 1;
}

static guint
choice_of (guint bits)
{
  return bits == 0 ? 0 : (guint) g_bit_nth_lsf (bits, -1) + 1;
}

void
mien_browse_choices_filter (const MienBrowseChoices *choices,
                            gint64 now,
                            MienFilter *filter)
{
  const guint *row = choices->row;
  gboolean absent = row[MIEN_ROW_UNIT_SAYS] != 0;

  filter->expressions = bit_of (choices, MIEN_ROW_EXPRESSION);
  filter->sources = bit_of (choices, MIEN_ROW_SOURCE);
  filter->lacking = bit_of (choices, MIEN_ROW_LACKING);
  filter->splits = bit_of (choices, MIEN_ROW_SPLIT);
  filter->units_present = absent ? 0 : bit_of (choices, MIEN_ROW_UNIT);
  filter->units_absent = absent ? bit_of (choices, MIEN_ROW_UNIT) : 0;
  filter->disputed = row[MIEN_ROW_STATE] == 1;
  filter->differs = row[MIEN_ROW_STATE] == 2;
  filter->doubtful = row[MIEN_ROW_STATE] == 3;
  filter->flagged = row[MIEN_ROW_STATE] == 4;
  filter->skipped = row[MIEN_ROW_STATE] == 5;
  filter->not_a_face = row[MIEN_ROW_STATE] == 6;
  filter->least_confidence = confidences[row[MIEN_ROW_CONFIDENCE]][0];
  filter->most_confidence = confidences[row[MIEN_ROW_CONFIDENCE]][1];
  filter->video = (int) row[MIEN_ROW_VIDEO] - 1;
  filter->annotator = row[MIEN_ROW_ANNOTATOR];
  filter->since =
      row[MIEN_ROW_DECIDED] == 0 ? 0 : now - (gint64) days[row[MIEN_ROW_DECIDED]] * DAY;
  filter->until = 0;
}

static const char *
name_of (GStrv names, guint choice)
{
  return names != NULL && choice > 0 && choice <= g_strv_length (names)
             ? names[choice - 1]
             : NULL;
}

void
mien_browse_choices_save (const MienBrowseChoices *choices,
                          GStrv videos,
                          GStrv annotators,
                          MienSavedFilter *saved)
{
  mien_browse_choices_filter (choices, 0, &saved->filter);
  saved->filter.video = -1;
  saved->filter.annotator = 0;
  saved->filter.since = 0;
  g_free (saved->video);
  g_free (saved->annotator);
  saved->video = g_strdup (name_of (videos, choices->row[MIEN_ROW_VIDEO]));
  saved->annotator = g_strdup (name_of (annotators, choices->row[MIEN_ROW_ANNOTATOR]));
  saved->days = days[choices->row[MIEN_ROW_DECIDED]];
}

static guint
state_of (const MienFilter *filter)
{
  return filter->disputed     ? 1
         : filter->differs    ? 2
         : filter->doubtful   ? 3
         : filter->flagged    ? 4
         : filter->skipped    ? 5
         : filter->not_a_face ? 6
                              : 0;
}

/* Exactly: both came from the same table. */
static guint
confidence_of (const MienFilter *filter)
{
  for (guint i = 1; i < G_N_ELEMENTS (confidences); i++)
    if (filter->least_confidence >= confidences[i][0]
        && filter->least_confidence <= confidences[i][0]
        && filter->most_confidence >= confidences[i][1]
        && filter->most_confidence <= confidences[i][1])
      return i;
  return 0;
}

static guint
days_choice (guint wanted)
{
  for (guint i = 1; i < G_N_ELEMENTS (days); i++)
    if (days[i] == wanted)
      return i;
  return 0;
}

/* FALSE: the name is not among them. */
static gboolean
find_name (const char *name, GStrv names, guint *choice)
{
  *choice = 0;
  if (name == NULL)
    return TRUE;
  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_equal (names[i], name))
      {
        *choice = i + 1;
        return TRUE;
      }
  return FALSE;
}

gboolean
mien_browse_choices_restore (const MienSavedFilter *saved,
                             GStrv videos,
                             GStrv annotators,
                             MienBrowseChoices *choices,
                             char **problem)
{
  const MienFilter *filter = &saved->filter;
  guint units = filter->units_present | filter->units_absent;
  MienBrowseChoices found = { {
      [MIEN_ROW_EXPRESSION] = choice_of (filter->expressions),
      [MIEN_ROW_SOURCE] = choice_of (filter->sources),
      [MIEN_ROW_LACKING] = choice_of (filter->lacking),
      [MIEN_ROW_STATE] = state_of (filter),
      [MIEN_ROW_CONFIDENCE] = confidence_of (filter),
      [MIEN_ROW_UNIT] = choice_of (units),
      [MIEN_ROW_UNIT_SAYS] = filter->units_absent != 0,
      [MIEN_ROW_SPLIT] = choice_of (filter->splits),
      [MIEN_ROW_DECIDED] = days_choice (saved->days),
  } };
  MienSavedFilter same = *saved;

  if (!find_name (saved->video, videos, &found.row[MIEN_ROW_VIDEO]))
    {
      *problem = g_strdup_printf (_ ("There is no video “%s” here"), saved->video);
      return FALSE;
    }
  if (!find_name (saved->annotator, annotators, &found.row[MIEN_ROW_ANNOTATOR]))
    {
      *problem =
          g_strdup_printf (_ ("Nothing here was decided by “%s” last"), saved->annotator);
      return FALSE;
    }
  same.days = days[found.row[MIEN_ROW_DECIDED]];
  mien_browse_choices_filter (&found, 0, &same.filter);
  if (!mien_saved_filter_equal (saved, &same))
    {
      *problem = g_strdup_printf (_ ("“%s” narrows by more than can be chosen here"),
                                  saved->name);
      return FALSE;
    }
  *choices = found;
  return TRUE;
}
