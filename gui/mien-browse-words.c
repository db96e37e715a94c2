/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The words of Browse. A label comes before a proposal everywhere, and the two never read
 * alike.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-browse-words.h"

#include <glib/gi18n.h>
#include <math.h>

const char *
mien_browse_expression (const MienIndexRow *row, MienBrowseSays *says, int *expression)
{
  *says = MIEN_BROWSE_LABEL;
  *expression = -1;
  if (row->not_a_face)
    return _ ("Not a face");
  if (row->expression == -2)
    return row->disputed ? _ ("Disputed") : _ ("Cannot tell");
  if (row->expression >= 0)
    *expression = row->expression;
  else if (row->proposed >= 0)
    {
      *says = MIEN_BROWSE_PROPOSAL;
      *expression = row->proposed;
    }
  else
    *says = MIEN_BROWSE_NOTHING;
  return *expression >= 0 ? _ (mien_expression_name ((guint) *expression)) : "";
}

char *
mien_browse_place (const MienIndexRow *row, GStrv videos)
{
  const char *video = row->video < g_strv_length (videos) ? videos[row->video] : "";

  if (row->number < 0)
    return g_strdup (video);
  return g_strdup_printf ("%s / %05" G_GINT64_FORMAT, video, row->number);
}

const char *
mien_browse_source_name (const MienIndexRow *row)
{
  switch (row->source)
    {
    case MIEN_SOURCE_HUMAN:
      return _ ("human");
    case MIEN_SOURCE_IMPORTED:
      return _ ("imported");
    default:
      return row->accepted != 0 ? _ ("accepted") : _ ("unlabelled");
    }
}

static void
append_units (GString *text, guint units)
{
  for (guint unit = 0; unit < MIEN_UNIT_COUNT; unit++)
    if (units >> unit & 1)
      g_string_append_printf (text, text->len > 0 ? " %u" : "%u",
                              mien_unit_number (unit));
}

char *
mien_browse_units (const MienIndexRow *row)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (row->units_known != 0)
    append_units (text, row->units_present);
  else if (row->proposes >> MIEN_TASK_ACTION_UNITS & 1)
    {
      g_autoptr (GString) units = g_string_new (NULL);

      append_units (units, row->proposed_units);
      if (units->len > 0)
        g_string_append_printf (text, "(%s)", units->str);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
mien_browse_sentence (const MienIndexRow *row, GStrv videos, GArray *doubts)
{
  MienBrowseSays says;
  int expression;
  const char *name = mien_browse_expression (row, &says, &expression);
  g_autofree char *place = mien_browse_place (row, videos);
  g_autofree char *units = mien_browse_units (row);
  GString *text = g_string_new (place);

  if (says == MIEN_BROWSE_LABEL)
    g_string_append_printf (text, ", %s", name);
  else if (says == MIEN_BROWSE_PROPOSAL)
    {
      g_string_append (text, ", ");
      /* Translators: an expression and its probability, of a model. */
      g_string_append_printf (text, _ ("the model: %s %.2f"), name,
                              (double) row->confidence);
    }
  g_string_append_printf (text, ", %s", mien_browse_source_name (row));
  if (!isnan (row->valence))
    {
      g_string_append (text, ", ");
      g_string_append_printf (text, _ ("valence %+.2f, arousal %+.2f"),
                              (double) row->valence, (double) row->arousal);
    }
  if (units[0] != '\0')
    g_string_append_printf (text, ", AU %s", units);
  if (row->disputed)
    g_string_append_printf (text, ", %s", _ ("annotators disagree"));
  if (row->flagged)
    g_string_append_printf (text, ", %s", _ ("flagged"));
  if (row->skipped)
    g_string_append_printf (text, ", %s", _ ("skipped"));
  for (guint i = 0; i < doubts->len; i++)
    {
      g_autofree char *doubt = mien_browse_doubt (&g_array_index (doubts, MienDoubt, i));

      g_string_append_printf (text, "\n%s", doubt);
    }
  return g_string_free (text, FALSE);
}

char *
mien_browse_frames (guint n)
{
  return g_strdup_printf (ngettext ("%'u frame", "%'u frames", n), n);
}
