/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The outlook of a task in words.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-outlook-report.h"

#include <math.h>
#include <string.h>

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

double
mien_more_than_newest (const MienOutlook *outlook, double labels)
{
  return MAX (labels - (double) outlook->labels, 0);
}

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
  double more = mien_more_than_newest (outlook, forecast->needed);
  double low = mien_more_than_newest (outlook, forecast->interval[0]);
  double high = mien_more_than_newest (outlook, forecast->interval[1]);

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

char *
mien_task_advice (const MienTaskReport *report)
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
  g_autofree char *advice = mien_task_advice (report);

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
