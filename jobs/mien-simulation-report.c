/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What was simulated, as JSON, CSV and a table in Markdown.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-simulation-report.h"

#include <math.h>

#include "mien-json.h"

void
mien_simulation_curve_free (MienSimulationCurve *curve)
{
  g_array_unref (curve->points);
  g_free (curve);
}

GPtrArray *
mien_simulation_curves_of (const GPtrArray *curves, MienPolicy policy)
{
  GPtrArray *found = g_ptr_array_new ();

  for (guint c = 0; c < curves->len; c++)
    if (((MienSimulationCurve *) curves->pdata[c])->policy == policy)
      g_ptr_array_add (found, curves->pdata[c]);
  return found;
}

double
mien_simulation_accuracy (const MienSimulationPoint *point)
{
  return (double) (point->labelled_right + point->accepted_right) / point->frames;
}

static double
precision (const MienSimulationPoint *point)
{
  return point->accepted > 0 ? (double) point->accepted_right / point->accepted
                             : (double) NAN;
}

/* Decisions at which the line between two points passes the wanted accuracy; NaN: never.
 */
static double
decisions_needed (const GArray *points)
{
  for (guint i = 0; i < points->len; i++)
    {
      const MienSimulationPoint *point = &g_array_index (points, MienSimulationPoint, i);
      double here = mien_simulation_accuracy (point), before;

      if (here < MIEN_SIMULATION_WANTED)
        continue;
      if (i == 0)
        return point->decisions;
      before = mien_simulation_accuracy (point - 1);
      return (double) (point - 1)->decisions
             + (MIEN_SIMULATION_WANTED - before) / (here - before)
                   * (double) (point->decisions - (point - 1)->decisions);
    }
  return (double) NAN;
}

void
mien_simulation_print_json (MienJob *job, const GPtrArray *curves)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_array (builder);
  for (guint c = 0; c < curves->len; c++)
    {
      const MienSimulationCurve *curve = g_ptr_array_index (curves, c);

      json_builder_begin_object (builder);
      mien_json_string (builder, "policy", mien_policy_id (curve->policy));
      mien_json_integer (builder, "seed", curve->seed);
      mien_json_real (builder, "decisions_needed", decisions_needed (curve->points));
      json_builder_set_member_name (builder, "points");
      json_builder_begin_array (builder);
      for (guint i = 0; i < curve->points->len; i++)
        {
          const MienSimulationPoint *point =
              &g_array_index (curve->points, MienSimulationPoint, i);

          json_builder_begin_object (builder);
          mien_json_integer (builder, "round", point->round);
          mien_json_integer (builder, "decisions", point->decisions);
          mien_json_real (builder, "accuracy", mien_simulation_accuracy (point));
          mien_json_integer (builder, "frames", point->frames);
          mien_json_integer (builder, "labelled", point->labelled);
          mien_json_integer (builder, "accepted", point->accepted);
          mien_json_real (builder, "precision", precision (point));
          json_builder_end_object (builder);
        }
      json_builder_end_array (builder);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  mien_job_print_json (job, builder);
}

/* Mean and extremes in per cent, of what is not NaN. */
static char *
spread (const double *values, guint n)
{
  double sum = 0, least = INFINITY, most = -INFINITY;
  guint known = 0;

  for (guint i = 0; i < n; i++)
    if (!isnan (values[i]))
      {
        known++;
        sum += values[i];
        least = MIN (least, values[i]);
        most = MAX (most, values[i]);
      }
  if (known == 0)
    return g_strdup ("-");
  if (n == 1)
    return g_strdup_printf ("%.1f", 100 * sum / known);
  return g_strdup_printf ("%.1f (%.1f to %.1f)", 100 * sum / known, 100 * least,
                          100 * most);
}

/* One row a round and policy: mean over the seeds, lowest to highest. */
static void
print_policy (MienJob *job, const GPtrArray *all, MienPolicy policy)
{
  g_autoptr (GPtrArray) curves = mien_simulation_curves_of (all, policy);
  guint rounds;

  if (curves->len == 0)
    return;
  rounds = ((MienSimulationCurve *) curves->pdata[0])->points->len;
  for (guint i = 0; i < rounds; i++)
    {
      g_autofree double *right = g_new (double, curves->len);
      g_autofree double *sure = g_new (double, curves->len);
      g_autofree double *share = g_new (double, curves->len);
      g_autofree char *a = NULL, *b = NULL, *c = NULL;
      guint decisions = 0;

      for (guint k = 0; k < curves->len; k++)
        {
          const MienSimulationPoint *point = &g_array_index (
              ((MienSimulationCurve *) curves->pdata[k])->points, MienSimulationPoint, i);

          right[k] = mien_simulation_accuracy (point);
          sure[k] = precision (point);
          share[k] = (double) point->accepted / point->frames;
          decisions = point->decisions;
        }
      a = spread (right, curves->len);
      b = spread (share, curves->len);
      c = spread (sure, curves->len);
      mien_job_print (job, "| %s | %u | %s | %s | %s |\n", mien_policy_id (policy),
                      decisions, a, b, c);
    }
}

void
mien_simulation_print_text (MienJob *job, const GPtrArray *curves)
{
  mien_job_print (job,
                  "| policy | decisions | right of all, %% | accepted, %% | right of "
                  "these, %% |\n| --- | --- | --- | --- | --- |\n");
  for (guint policy = 0; policy < MIEN_POLICY_COUNT; policy++)
    print_policy (job, curves, (MienPolicy) policy);
}

void
mien_simulation_print_csv (MienJob *job, const GPtrArray *curves)
{
  mien_job_print (job, "policy,seed,round,decisions,frames,labelled,labelled_right,"
                       "accepted,accepted_right\n");
  for (guint c = 0; c < curves->len; c++)
    {
      const MienSimulationCurve *curve = g_ptr_array_index (curves, c);

      for (guint i = 0; i < curve->points->len; i++)
        {
          const MienSimulationPoint *point =
              &g_array_index (curve->points, MienSimulationPoint, i);

          mien_job_print (job, "%s,%d,%d,%u,%u,%u,%u,%u,%u\n",
                          mien_policy_id (curve->policy), curve->seed, point->round,
                          point->decisions, point->frames, point->labelled,
                          point->labelled_right, point->accepted, point->accepted_right);
        }
    }
}
