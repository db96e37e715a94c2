/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The outlook of a task in JSON and in words. A forecast is told as labels more than the
 * newest model has learnt from, because that is what somebody has to give.
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

const char *
mien_forecast_id (const MienOutlook *outlook, double target, MienForecast *forecast)
{
  if (outlook->learning == NULL)
    return "few";
  if (isnan (target))
    return "none";
  mien_learning_forecast (outlook->learning, target, forecast);
  switch (forecast->verdict)
    {
    case MIEN_FORECAST_REACHED:
      return "reached";
    case MIEN_FORECAST_MORE:
      return "more";
    case MIEN_FORECAST_NEVER:
      return "never";
    case MIEN_FORECAST_OPEN:
    default:
      return "open";
    }
}

/* Labels beyond the newest model's, INFINITY included. */
static double
more_than_newest (const MienOutlook *outlook, double labels)
{
  return MAX (labels - (double) outlook->labels, 0);
}

/* ---- JSON ---- */

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
      add_count (builder, "more", more_than_newest (outlook, forecast->needed));
      json_builder_set_member_name (builder, "more_interval");
      json_builder_begin_array (builder);
      for (guint end = 0; end < 2; end++)
        add_count (builder, NULL, more_than_newest (outlook, forecast->interval[end]));
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

/* ---- words ---- */

/* To two digits: more would be a pretence. */
static double
rough (double labels)
{
  double unit = labels >= 100 ? pow (10, floor (log10 (labels)) - 1) : 1;

  return isfinite (labels) ? unit * round (labels / unit) : labels;
}

static void
append_more (GString *text, const MienTaskReport *report, const MienForecast *forecast)
{
  const MienOutlook *outlook = report->outlook;
  double more = more_than_newest (outlook, forecast->needed);
  double low = more_than_newest (outlook, forecast->interval[0]);
  double high = more_than_newest (outlook, forecast->interval[1]);

  if (more < 1 && isinf (high))
    g_string_append_printf (text,
                            "The curve is at %.3f already, but how many more labels make "
                            "sure of it cannot be told yet.",
                            report->target);
  else if (more < 1)
    g_string_append_printf (
        text, "The curve is at %.3f already; at most %.0f more labels make sure of it.",
        report->target, rough (high));
  else if (isinf (high))
    g_string_append_printf (text,
                            "About %.0f more labels reach %.3f; at least %.0f, and how "
                            "many at most cannot be told yet.",
                            rough (more), report->target, rough (low));
  else
    g_string_append_printf (text, "About %.0f more labels reach %.3f (%.0f to %.0f).",
                            rough (more), report->target, rough (low), rough (high));
}

static gboolean
has_other_validation (const MienOutlook *outlook)
{
  for (guint i = 0; i < outlook->points->len; i++)
    if (g_array_index (outlook->points, MienOutlookPoint, i).reason
        == MIEN_OUTLOOK_OTHER_VALIDATION)
      return TRUE;
  return FALSE;
}

static void
append_forecast (GString *text, const MienTaskReport *report)
{
  const MienOutlook *outlook = report->outlook;
  MienForecast forecast;
  const char *verdict = mien_forecast_id (outlook, report->target, &forecast);
  double interval[2];

  if (strcmp (verdict, "few") == 0)
    {
      g_string_append_printf (
          text,
          "Cannot tell yet: models on %u different numbers of labels can be compared, "
          "%d are needed.",
          outlook->different, MIEN_LEARNING_MIN_POINTS);
      if (has_other_validation (outlook))
        g_string_append (text, " Some were measured on other validation labels; "
                               "--measure measures them on those of today.");
      return;
    }
  if (strcmp (verdict, "reached") == 0)
    g_string_append_printf (text, "%.3f is reached; it needs no more labels.",
                            report->target);
  else if (strcmp (verdict, "more") == 0)
    append_more (text, report, &forecast);
  else if (strcmp (verdict, "never") == 0)
    g_string_append_printf (text,
                            "Not with more labels of this kind: the curve leads to %.3f "
                            "to %.3f, under %.3f. Look at what the model confuses, at "
                            "rare classes, or at how far people agree.",
                            forecast.asymptote[0], forecast.asymptote[1], report->target);
  else if (strcmp (verdict, "open") == 0)
    g_string_append_printf (text,
                            "Cannot tell whether more labels reach %.3f: the curve leads "
                            "to %.3f to %.3f.",
                            report->target, forecast.asymptote[0], forecast.asymptote[1]);
  mien_learning_interval (outlook->learning, 2 * (double) outlook->labels, interval);
  g_string_append_printf (
      text, "%sTwice the labels would bring %.3f (%.3f to %.3f).",
      text->len > 0 ? " " : "",
      mien_learning_at (&outlook->learning->curve, 2 * (double) outlook->labels),
      interval[0], interval[1]);
}

static char *
advise (const MienTaskReport *report)
{
  GString *text = g_string_new (NULL);

  if (report->outlook->points->len == 0)
    g_string_append (text, "Cannot tell yet: no trained model was measured on validation "
                           "labels of this task.");
  else
    append_forecast (text, report);
  if (mien_steadiness_is_stable (report->history, report->n_history))
    g_string_append_printf (
        text,
        " Models no longer change what they say (%.2f or more, %d times in a row): "
        "stop labelling at random, or give labels of another kind.",
        MIEN_STABLE, MIEN_STABLE_MODELS);
  return g_string_free (text, FALSE);
}

void
mien_json_task_report (JsonBuilder *builder, const MienTaskReport *report)
{
  g_autofree char *advice = advise (report);
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

static void
append_count (GString *text, gint64 count, int width)
{
  if (count >= 0)
    g_string_append_printf (text, "%*" G_GINT64_FORMAT, width, count);
  else
    g_string_append_printf (text, "%*s", width, "-");
}

static void
append_point (GString *text, const MienOutlookPoint *point)
{
  const char *reason = mien_outlook_reason (point->reason);

  g_string_append_printf (text, "  model %-4" G_GINT64_FORMAT, point->model);
  append_count (text, point->labels, 9);
  g_string_append (text, " labels");
  append_count (text, point->validation, 9);
  g_string_append_printf (text, " validation  %.3f", point->figure);
  if (!isnan (point->interval[0]))
    g_string_append_printf (text, " (%.3f to %.3f)", point->interval[0],
                            point->interval[1]);
  if (reason != NULL)
    g_string_append_printf (text, "  left out: %s", reason);
  g_string_append_c (text, '\n');
}

static void
append_agreement (GString *text, const MienTaskReport *report)
{
  const MienSteadiness *steadiness = report->steadiness;

  if (steadiness->predecessor == 0 || isnan (steadiness->task[report->task]))
    return;
  g_string_append_printf (
      text,
      "  models %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT
      " agree: %s %.3f on %" G_GUINT64_FORMAT " frames of %" G_GUINT64_FORMAT " videos\n",
      steadiness->predecessor, steadiness->model,
      report->task == MIEN_TASK_VALENCE_AROUSAL ? "CCC" : "kappa",
      steadiness->task[report->task], steadiness->frames, steadiness->videos);
}

char *
mien_task_report_to_text (const MienTaskReport *report)
{
  GString *text = g_string_new (mien_task_id (report->task));
  const MienOutlook *outlook = report->outlook;
  g_autofree char *advice = advise (report);

  g_string_append_printf (text, ", %s\n",
                          report->task == MIEN_TASK_VALENCE_AROUSAL ? "mean CCC"
                                                                    : "macro F1");
  for (guint i = 0; i < outlook->points->len; i++)
    append_point (text, &g_array_index (outlook->points, MienOutlookPoint, i));
  if (outlook->learning != NULL)
    g_string_append_printf (text, "  curve     %.3f - %.3g n^-%.2f, at most %.3f\n",
                            outlook->learning->curve.a, outlook->learning->curve.b,
                            outlook->learning->curve.c, outlook->ceiling);
  append_agreement (text, report);
  g_string_append_printf (text, "  %s\n", advice);
  return g_string_free (text, FALSE);
}
