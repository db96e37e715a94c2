/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The outlook of a task in JSON.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-outlook-report.h"

#include <math.h>
#include <string.h>

#include "mien-json.h"

enum
{
  LINE_STEPS = 24,
};

/* How far the curve is drawn, in the greatest number of labels. */
#define LINE_LEAST 2.0
#define LINE_MOST 4.0

/* Null where it is unknown or has no end. */
static void
add_count (JsonBuilder *builder, const char *name, double count)
{
  if (count >= 0 && isfinite (count))
    mien_json_integer (builder, name, (gint64) round (count));
  else
    mien_json_null (builder, name);
}

static void
add_at (JsonBuilder *builder, const MienLearning *learning, double labels)
{
  double interval[2];

  mien_learning_interval (learning, labels, interval);
  json_builder_begin_object (builder);
  add_count (builder, "labels", labels);
  mien_json_real (builder, "score", mien_learning_at (&learning->curve, labels));
  mien_json_reals (builder, "interval", interval, 2);
  json_builder_end_object (builder);
}

static void
add_points (JsonBuilder *builder, const MienOutlook *outlook)
{
  json_builder_set_member_name (builder, "points");
  json_builder_begin_array (builder);
  for (guint i = 0; i < outlook->points->len; i++)
    {
      const MienOutlookPoint *point =
          &g_array_index (outlook->points, MienOutlookPoint, i);

      json_builder_begin_object (builder);
      mien_json_integer (builder, "model", point->model);
      add_count (builder, "labels", (double) point->labels);
      add_count (builder, "validation", (double) point->validation);
      mien_json_real (builder, "score", point->figure);
      mien_json_reals (builder, "interval", point->interval, 2);
      mien_json_string (builder, "left_out", mien_outlook_reason (point->reason));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static int
compare_labels (gconstpointer a, gconstpointer b)
{
  double one = *(const double *) a, other = *(const double *) b;

  return one < other ? -1 : one > other;
}

/* Where the models are, then to twice the last, or to the target, but not into the blue;
 * in between in equal ratios, because that is how the curve bends. */
static GArray *
line_labels (const MienOutlook *outlook, double needed)
{
  GArray *labels = g_array_new (FALSE, FALSE, sizeof (double));
  double last = outlook->learning->last, first = last;
  double end = last * CLAMP (1.1 * needed / last, LINE_LEAST, LINE_MOST);

  for (guint i = 0; i < outlook->points->len; i++)
    {
      const MienOutlookPoint *point =
          &g_array_index (outlook->points, MienOutlookPoint, i);
      double at = (double) point->labels;

      if (point->reason != MIEN_OUTLOOK_COUNTS)
        continue;
      g_array_append_val (labels, at);
      first = MIN (first, at);
    }
  for (guint i = 1; i <= LINE_STEPS; i++)
    {
      double at = round (first * pow (end / first, (double) i / LINE_STEPS));

      g_array_append_val (labels, at);
    }
  g_array_sort (labels, compare_labels);
  return labels;
}

static void
add_line (JsonBuilder *builder, const MienOutlook *outlook, double needed)
{
  g_autoptr (GArray) labels = NULL;
  double before = -1;

  if (outlook->learning == NULL)
    {
      mien_json_null (builder, "line");
      return;
    }
  labels = line_labels (outlook, needed);
  json_builder_set_member_name (builder, "line");
  json_builder_begin_array (builder);
  for (guint i = 0; i < labels->len; i++)
    {
      double at = g_array_index (labels, double, i);

      if (at > before)
        add_at (builder, outlook->learning, at);
      before = at;
    }
  json_builder_end_array (builder);
}

static void
add_curve (JsonBuilder *builder, const MienOutlook *outlook)
{
  if (outlook->learning == NULL)
    {
      mien_json_null (builder, "curve");
      return;
    }
  json_builder_set_member_name (builder, "curve");
  json_builder_begin_object (builder);
  mien_json_real (builder, "a", outlook->learning->curve.a);
  mien_json_real (builder, "b", outlook->learning->curve.b);
  mien_json_real (builder, "c", outlook->learning->curve.c);
  json_builder_end_object (builder);
}

static void
add_forecast (JsonBuilder *builder,
              const MienOutlook *outlook,
              const char *verdict,
              const MienForecast *forecast)
{
  gboolean has_target = outlook->learning != NULL && strcmp (verdict, "none") != 0;

  json_builder_set_member_name (builder, "forecast");
  json_builder_begin_object (builder);
  mien_json_string (builder, "verdict", verdict);
  if (outlook->learning == NULL)
    mien_json_null (builder, "twice");
  else
    {
      json_builder_set_member_name (builder, "twice");
      add_at (builder, outlook->learning, 2 * (double) outlook->labels);
    }
  if (has_target)
    {
      add_count (builder, "more", mien_more_than_newest (outlook, forecast->needed));
      json_builder_set_member_name (builder, "more_interval");
      json_builder_begin_array (builder);
      for (guint end = 0; end < 2; end++)
        add_count (builder, NULL,
                   mien_more_than_newest (outlook, forecast->interval[end]));
      json_builder_end_array (builder);
      mien_json_reals (builder, "asymptote", forecast->asymptote, 2);
    }
  else
    {
      mien_json_null (builder, "more");
      mien_json_null (builder, "more_interval");
      mien_json_null (builder, "asymptote");
    }
  json_builder_end_object (builder);
}

static void
add_agreement (JsonBuilder *builder, const MienTaskReport *report)
{
  const MienSteadiness *steadiness = report->steadiness;

  if (steadiness->predecessor == 0 || isnan (steadiness->task[report->task]))
    {
      mien_json_null (builder, "agreement");
      return;
    }
  json_builder_set_member_name (builder, "agreement");
  json_builder_begin_object (builder);
  mien_json_integer (builder, "model", steadiness->model);
  mien_json_integer (builder, "predecessor", steadiness->predecessor);
  mien_json_string (builder, "measure",
                    report->task == MIEN_TASK_VALENCE_AROUSAL ? "ccc" : "kappa");
  mien_json_integer (builder, "frames", (gint64) steadiness->frames);
  mien_json_integer (builder, "videos", (gint64) steadiness->videos);
  mien_json_real (builder, "agreement", steadiness->task[report->task]);
  json_builder_set_member_name (builder, "items");
  json_builder_begin_array (builder);
  for (guint place = 0; place < MIEN_STEADY_COUNT; place++)
    if (mien_steadiness_task (place) == report->task)
      {
        g_autofree char *name = mien_steadiness_name (place);

        json_builder_begin_object (builder);
        mien_json_string (builder, "name", name);
        mien_json_real (builder, "agreement", steadiness->figure[place]);
        mien_json_reals (builder, "interval", steadiness->interval[place], 2);
        json_builder_end_object (builder);
      }
  json_builder_end_array (builder);
  mien_json_reals (builder, "history", report->history, report->n_history);
  mien_json_boolean (builder, "stable",
                     mien_steadiness_is_stable (report->history, report->n_history));
  json_builder_end_object (builder);
}

void
mien_json_task_report (JsonBuilder *builder, const MienTaskReport *report)
{
  g_autofree char *advice = mien_task_advice (report);
  MienForecast forecast = { .needed = 0 };
  const char *verdict = mien_forecast_id (report->outlook, report->target, &forecast);

  json_builder_begin_object (builder);
  mien_json_string (builder, "task", mien_task_id (report->task));
  mien_json_string (builder, "measure",
                    report->task == MIEN_TASK_VALENCE_AROUSAL ? "ccc" : "f1");
  mien_json_real (builder, "ceiling", report->outlook->ceiling);
  mien_json_real (builder, "target", report->target);
  add_points (builder, report->outlook);
  add_curve (builder, report->outlook);
  add_line (builder, report->outlook, forecast.needed);
  add_forecast (builder, report->outlook, verdict, &forecast);
  add_agreement (builder, report);
  mien_json_string (builder, "advice", advice);
  json_builder_end_object (builder);
}
