/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * From JSON to audits. A class that is none, or whose numbers cannot be, is left out.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-audits-parse.h"

#include <math.h>

#include "mien-printed-json.h"

static gboolean
read_class (JsonObject *object, MienItem *item, int *says)
{
  JsonObject *expression = mien_printed_object (object, "expression");
  double number = mien_printed_number (expression != NULL ? expression : object,
                                       expression != NULL ? "number" : "unit");
  guint unit;

  if (expression != NULL)
    {
      if (!(number >= 0 && number < MIEN_EXPRESSION_COUNT))
        return FALSE;
      *item = MIEN_ITEM_EXPRESSION;
      *says = (int) number;
      return TRUE;
    }
  if (!(number >= 0 && number < 100) || !mien_unit_from_number ((guint) number, &unit))
    return FALSE;
  *item = (MienItem) (MIEN_ITEM_FIRST_UNIT + unit);
  *says = mien_printed_truth (object, "present") ? 1 : 0;
  return TRUE;
}

static MienVerdict
read_verdict (JsonObject *object)
{
  static const char *const words[] = { "too few", "open", "met", "missed" };
  const char *word = mien_printed_text (object, "verdict");

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_strcmp0 (word, words[i]) == 0)
      return (MienVerdict) i;
  return MIEN_VERDICT_TOO_FEW;
}

static void
add_audit (JsonObject *object, gpointer data)
{
  MienAuditShown audit = {
    .threshold = mien_printed_number (object, "threshold"),
    .drawn = mien_printed_count (object, "drawn"),
    .answered = mien_printed_count (object, "answered"),
    .counted = mien_printed_count (object, "counted"),
    .agreed = mien_printed_count (object, "agreed"),
    .precision = mien_printed_number (object, "precision"),
    .lower = mien_printed_number (object, "lower"),
    .upper = mien_printed_number (object, "upper"),
    .verdict = read_verdict (object),
  };

  if (!read_class (object, &audit.item, &audit.says) || audit.drawn == 0
      || isnan (audit.threshold))
    return;
  if (audit.counted == 0 || !(audit.lower <= audit.upper))
    audit.precision = audit.lower = audit.upper = (double) NAN;
  g_array_append_val (data, audit);
}

static void
add_change (JsonObject *object, gpointer data)
{
  const char *text = mien_printed_text (object, "time");
  g_autoptr (GDateTime) time =
      text != NULL ? g_date_time_new_from_iso8601 (text, NULL) : NULL;
  MienThresholdChange change = {
    .before = mien_printed_number (object, "before"),
    .after = mien_printed_number (object, "after"),
    .answers = (guint) MIN (mien_printed_count (object, "answers"), G_MAXUINT),
    .agreed = (guint) MIN (mien_printed_count (object, "agreed"), G_MAXUINT),
    .time = time != NULL ? g_date_time_to_unix (time) * G_USEC_PER_SEC : 0,
  };

  if (time != NULL && read_class (object, &change.item, &change.says)
      && !isnan (change.before) && !isnan (change.after))
    g_array_append_val (data, change);
}

MienAuditsShown *
mien_audits_parse (const char *json)
{
  g_autoptr (JsonNode) root = mien_printed_read (json);
  JsonObject *object = root != NULL ? json_node_get_object (root) : NULL;
  double target = mien_printed_number (object, "target");
  MienAuditsShown *audits;

  if (!(target >= 0 && target <= 1))
    return NULL;
  audits = g_new0 (MienAuditsShown, 1);
  audits->target = target;
  audits->classes = g_array_new (FALSE, FALSE, sizeof (MienAuditShown));
  audits->changes = g_array_new (FALSE, FALSE, sizeof (MienThresholdChange));
  mien_printed_foreach (object, "classes", add_audit, audits->classes);
  mien_printed_foreach (object, "changes", add_change, audits->changes);
  return audits;
}

void
mien_audits_free (MienAuditsShown *audits)
{
  if (audits == NULL)
    return;
  g_array_unref (audits->classes);
  g_array_unref (audits->changes);
  g_free (audits);
}
