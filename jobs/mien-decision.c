/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Decisions as people write and read them.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-decision.h"

#include <string.h>

#include "mien-json.h"

#define ALL_TASKS ((1u << MIEN_TASK_COUNT) - 1)

const char *
mien_decision_kind_id (MienDecisionKind kind)
{
  switch (kind)
    {
    case MIEN_DECISION_SKIP:
      return "skip";
    case MIEN_DECISION_NOT_A_FACE:
      return "not-a-face";
    case MIEN_DECISION_FLAG:
      return "flag";
    case MIEN_DECISION_NOTE:
      return "note";
    case MIEN_DECISION_ANSWER:
    default:
      return "answer";
    }
}

void
mien_decision_print (MienJob *job,
                     const char *what,
                     const char *frame,
                     guint n_frames,
                     const char *annotator,
                     const char *decision,
                     const MienLabels *answers)
{
  g_autoptr (JsonBuilder) builder = NULL;
  g_autofree char *text = NULL;

  if (!job->json)
    {
      text = g_str_equal (decision, mien_decision_kind_id (MIEN_DECISION_ANSWER))
                 ? mien_labels_to_text (answers, ALL_TASKS)
                 : g_strdup (decision);
      mien_job_print (job, "%s", frame);
      if (n_frames > 1)
        mien_job_print (job, " and %u more", n_frames - 1);
      mien_job_print (job, ": %s, %s for %s\n", text, what, annotator);
      return;
    }
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  mien_json_string (builder, "frame", frame);
  mien_json_integer (builder, "frames", n_frames);
  mien_json_string (builder, "annotator", annotator);
  mien_json_string (builder, "decision", decision);
  mien_json_labels (builder, "answers", answers, ALL_TASKS);
  json_builder_end_object (builder);
  mien_job_print_json (job, builder);
}

static gboolean
parse_unit (MienJob *job, const char *text, MienLabels *answers, GError **error)
{
  g_auto (GStrv) sides = g_strsplit (text, "=", 2);
  guint64 number;
  guint unit;
  MienLabel *label;

  if (g_strv_length (sides) != 2)
    return mien_job_usage_error (
        job, error, "--au takes unit=value, as in 12=1,4=0,6=?, not \"%s\"", text);
  if (!g_ascii_string_to_unsigned (sides[0], 10, 1, 99, &number, NULL)
      || !mien_unit_from_number ((guint) number, &unit))
    return mien_job_usage_error (
        job, error, "--au knows units 1 2 4 6 7 10 12 15 23 24 25 26, not \"%s\"",
        sides[0]);
  label = &answers->item[MIEN_ITEM_FIRST_UNIT + unit];
  if (label->answer != MIEN_ANSWER_NONE)
    return mien_job_usage_error (job, error, "--au names unit %s twice", sides[0]);
  if (strcmp (sides[1], "?") == 0)
    label->answer = MIEN_ANSWER_CANNOT_TELL;
  else if (strcmp (sides[1], "0") == 0 || strcmp (sides[1], "1") == 0)
    *label = (MienLabel){ .answer = MIEN_ANSWER_VALUE, .value = { sides[1][0] - '0' } };
  else
    return mien_job_usage_error (
        job, error, "--au takes 0, 1 or ? for unit %s, not \"%s\"", sides[0], sides[1]);
  return TRUE;
}

gboolean
mien_decision_parse_units (MienJob *job,
                           const char *text,
                           MienLabels *answers,
                           GError **error)
{
  g_auto (GStrv) entries = g_strsplit (text, ",", MIEN_UNIT_COUNT + 1);
  MienLabels parsed = *answers;

  if (entries[0] == NULL)
    return mien_job_usage_error (job, error,
                                 "--au takes unit=value, as in 12=1,4=0,6=?, not \"\"");
  for (guint i = 0; entries[i] != NULL; i++)
    if (!parse_unit (job, entries[i], &parsed, error))
      return FALSE;
  *answers = parsed;
  return TRUE;
}
