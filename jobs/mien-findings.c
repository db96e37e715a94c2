/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The counts behind a model's figures. A bin holds the answers whose probability p lies
 * in [k / 10, (k + 1) / 10), the last one 1 as well. Reliability of expressions is that
 * of the answer given, at the probability that the calibration leaves it; that of units
 * is of "present", whatever the unit's threshold made of it.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-findings.h"

#include <math.h>

#include "mien-json.h"

enum
{
  FIRST_UNIT = MIEN_POSTPROCESS_ANSWER - MIEN_UNIT_COUNT,
};

static void
add_answer (MienReliability *reliability, double p, gboolean right)
{
  guint bin = (guint) CLAMP (p * MIEN_RELIABILITY_BINS, 0.0, MIEN_RELIABILITY_BINS - 1.0);

  reliability->n[bin]++;
  reliability->right[bin] += right ? 1 : 0;
  reliability->said[bin] += p;
}

void
mien_findings_add (MienFindings *findings,
                   const MienPackRow *row,
                   const float *said,
                   int expression,
                   const gint8 *units)
{
  gboolean any_unit = FALSE;

  findings->labels[MIEN_TASK_VALENCE_AROUSAL] += !isnan (row->valence);
  findings->labels[MIEN_TASK_EXPRESSION] += row->expression >= 0;
  if (row->expression >= 0)
    {
      findings->confusion[row->expression][expression]++;
      add_answer (&findings->expression, (double) said[expression],
                  row->expression == expression);
    }
  for (guint unit = 0; unit < MIEN_UNIT_COUNT; unit++)
    {
      if (row->action_units[unit] < 0)
        continue;
      any_unit = TRUE;
      findings->units[unit][row->action_units[unit] > 0][units[unit] > 0]++;
      add_answer (&findings->presence, (double) said[FIRST_UNIT + unit],
                  row->action_units[unit] > 0);
    }
  findings->labels[MIEN_TASK_ACTION_UNITS] += any_unit;
}

double
mien_reliability_error (const MienReliability *reliability)
{
  double sum = 0, n = 0;

  for (guint bin = 0; bin < MIEN_RELIABILITY_BINS; bin++)
    {
      sum += fabs ((double) reliability->right[bin] - reliability->said[bin]);
      n += (double) reliability->n[bin];
    }
  return n > 0 ? sum / n : (double) NAN;
}

static void
add_counts (JsonBuilder *builder, const char *name, const guint64 *counts, guint n)
{
  if (name != NULL)
    json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (guint i = 0; i < n; i++)
    json_builder_add_int_value (builder, (gint64) counts[i]);
  json_builder_end_array (builder);
}

static void
add_reliability (JsonBuilder *builder,
                 const char *name,
                 const MienReliability *reliability)
{
  double error = mien_reliability_error (reliability);
  double mean[MIEN_RELIABILITY_BINS];

  if (isnan (error))
    {
      mien_json_null (builder, name);
      return;
    }
  for (guint bin = 0; bin < MIEN_RELIABILITY_BINS; bin++)
    mean[bin] = reliability->said[bin] / (double) reliability->n[bin];
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  mien_json_real (builder, "error", error);
  add_counts (builder, "n", reliability->n, MIEN_RELIABILITY_BINS);
  add_counts (builder, "right", reliability->right, MIEN_RELIABILITY_BINS);
  mien_json_reals (builder, "said", mean, MIEN_RELIABILITY_BINS);
  json_builder_end_object (builder);
}

static void
add_confusion (JsonBuilder *builder, const MienFindings *findings)
{
  guint64 n = 0;

  for (guint i = 0; i < MIEN_EXPRESSION_COUNT * MIEN_EXPRESSION_COUNT; i++)
    n += findings->confusion[i / MIEN_EXPRESSION_COUNT][i % MIEN_EXPRESSION_COUNT];
  if (n == 0)
    {
      mien_json_null (builder, "confusion");
      return;
    }
  json_builder_set_member_name (builder, "confusion");
  json_builder_begin_array (builder);
  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    add_counts (builder, NULL, findings->confusion[i], MIEN_EXPRESSION_COUNT);
  json_builder_end_array (builder);
}

static void
add_units (JsonBuilder *builder, const MienFindings *findings)
{
  static const struct
  {
    const char *name;
    guint label, said;
  } kinds[] = { { "right_present", 1, 1 },
                { "missed", 1, 0 },
                { "false", 0, 1 },
                { "right_absent", 0, 0 } };
  guint64 counts[G_N_ELEMENTS (kinds)][MIEN_UNIT_COUNT], n = 0;

  for (guint kind = 0; kind < G_N_ELEMENTS (kinds); kind++)
    for (guint unit = 0; unit < MIEN_UNIT_COUNT; unit++)
      {
        counts[kind][unit] = findings->units[unit][kinds[kind].label][kinds[kind].said];
        n += counts[kind][unit];
      }
  if (n == 0)
    {
      mien_json_null (builder, "units");
      return;
    }
  json_builder_set_member_name (builder, "units");
  json_builder_begin_object (builder);
  for (guint kind = 0; kind < G_N_ELEMENTS (kinds); kind++)
    add_counts (builder, kinds[kind].name, counts[kind], MIEN_UNIT_COUNT);
  json_builder_end_object (builder);
}

static void
add_tasks (JsonBuilder *builder, const MienFindings *findings)
{
  json_builder_set_member_name (builder, "labels");
  json_builder_begin_object (builder);
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    mien_json_integer (builder, mien_task_id ((MienTask) task),
                       (gint64) findings->labels[task]);
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "intervals");
  json_builder_begin_object (builder);
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    if (isnan (findings->intervals[task][0]))
      mien_json_null (builder, mien_task_id ((MienTask) task));
    else
      mien_json_reals (builder, mien_task_id ((MienTask) task), findings->intervals[task],
                       2);
  json_builder_end_object (builder);
}

void
mien_json_findings (JsonBuilder *builder, const char *name, const MienFindings *findings)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  mien_json_integer (builder, "videos", (gint64) findings->videos);
  add_tasks (builder, findings);
  add_confusion (builder, findings);
  add_units (builder, findings);
  json_builder_set_member_name (builder, "reliability");
  json_builder_begin_object (builder);
  add_reliability (builder, "expression", &findings->expression);
  add_reliability (builder, "action_units", &findings->presence);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
}
