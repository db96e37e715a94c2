/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Sentences about jobs and models. Nothing is said that was not measured: what is unknown
 * is left out, or shown as a dash where a table has a place for it.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-report.h"

#include <glib/gi18n.h>
#include <math.h>

#include "mien-stored-json.h"

#define SEPARATOR " · "

const char *
mien_report_kind (MienChildKind kind)
{
  switch (kind)
    {
    case MIEN_CHILD_IMPORT:
      return _ ("Import");
    case MIEN_CHILD_EXPORT:
      return _ ("Export");
    case MIEN_CHILD_TRAIN:
      return _ ("Retrain");
    case MIEN_CHILD_PROPOSE:
      return _ ("Propose");
    case MIEN_CHILD_DEMO:
      return _ ("Demo");
    case MIEN_CHILD_COMPARE:
      return _ ("Comparison");
    default:
      return "";
    }
}

/* The stages that mienctl tells of; others are not shown. */
static const char *
stage_name (const char *stage)
{
  static const struct
  {
    const char *stage, *name;
  } names[] = {
    { "labels", N_ ("gathering labels") }, { "prepare", N_ ("preparing faces") },
    { "train", N_ ("training") },          { "control", N_ ("training the control") },
    { "evaluate", N_ ("measuring") },      { "propose", N_ ("reading faces") },
  };

  for (guint i = 0; stage != NULL && i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (stage, names[i].stage))
      return _ (names[i].name);
  return NULL;
}

char *
mien_report_count (guint64 n)
{
  return g_strdup_printf ("%'" G_GUINT64_FORMAT, n);
}

char *
mien_report_score (double value)
{
  return isfinite (value) ? g_strdup_printf ("%.3f", value) : g_strdup ("–");
}

char *
mien_report_difference (double value, double other)
{
  double difference = value - other;

  if (!isfinite (difference))
    return g_strdup ("–");
  /* What is shown as nothing has no sign. */
  if (fabs (difference) < 0.0005)
    return g_strdup_printf ("±%.3f", 0.0);
  return g_strdup_printf ("%s%.3f", difference > 0 ? "+" : "−", fabs (difference));
}

char *
mien_report_time_left (double seconds)
{
  double minutes = ceil (seconds / 60);

  if (!isfinite (seconds) || seconds < 1 || seconds > 1e8)
    return NULL;
  if (seconds < 90)
    return g_strdup_printf (
        ngettext ("%d second left", "%d seconds left", (gulong) ceil (seconds)),
        (int) ceil (seconds));
  if (minutes < 100)
    return g_strdup_printf (
        ngettext ("%d minute left", "%d minutes left", (gulong) minutes), (int) minutes);
  return g_strdup_printf (
      ngettext ("%d hour left", "%d hours left", (gulong) round (minutes / 60)),
      (int) round (minutes / 60));
}

static void
add (GString *text, const char *part)
{
  if (part == NULL || part[0] == '\0')
    return;
  if (text->len > 0)
    g_string_append (text, SEPARATOR);
  g_string_append (text, part);
}

static void
add_take (GString *text, char *part)
{
  add (text, part);
  g_free (part);
}

static void
add_place (GString *text, const MienJobLine *line)
{
  if (line->epoch > 0 && line->epochs > 0)
    add_take (text, g_strdup_printf (_ ("epoch %d of %d"), line->epoch, line->epochs));
  else if (line->total > 0)
    {
      g_autofree char *done = mien_report_count (line->done);
      g_autofree char *total = mien_report_count (line->total);

      /* Translators: so many of so many are done. */
      add_take (text, g_strdup_printf (_ ("%s of %s"), done, total));
    }
  else if (line->done > 0)
    add_take (text, mien_report_count (line->done));
}

/* NULL while it runs. */
static const char *
state_name (MienChild *child)
{
  switch (mien_child_get_state (child))
    {
    case MIEN_CHILD_WAITING:
      return _ ("waiting for its turn");
    case MIEN_CHILD_STOPPING:
      return _ ("stopping");
    case MIEN_CHILD_DONE:
      return _ ("done");
    case MIEN_CHILD_STOPPED:
      return _ ("stopped");
    case MIEN_CHILD_FAILED:
      return mien_child_get_error (child);
    case MIEN_CHILD_RUNNING:
    default:
      return NULL;
    }
}

char *
mien_report_progress (MienChild *child)
{
  const MienJobLine *line = mien_child_get_progress (child);
  GString *text = g_string_new (state_name (child));

  if (text->len > 0)
    return g_string_free (text, FALSE);
  add (text, stage_name (line->stage));
  add_place (text, line);
  if (isfinite (line->loss))
    add_take (text, g_strdup_printf (_ ("loss %.3f"), line->loss));
  if (isfinite (line->rate))
    add_take (text, g_strdup_printf (_ ("%.0f a second"), line->rate));
  add_take (text, mien_report_time_left (line->eta));
  if (text->len == 0)
    add (text, _ ("starting"));
  return g_string_free (text, FALSE);
}

char *
mien_report_status (MienChild *child)
{
  const MienJobLine *line = mien_child_get_progress (child);
  GString *text = g_string_new (mien_report_kind (mien_child_get_kind (child)));

  if (state_name (child) != NULL)
    {
      add (text, state_name (child));
      return g_string_free (text, FALSE);
    }
  if (line->kind != MIEN_JOB_LINE_PROGRESS)
    add (text, _ ("starting"));
  add (text, stage_name (line->stage));
  add_place (text, line);
  if (isfinite (mien_child_get_score (child)))
    add_take (text, g_strdup_printf (_ ("score %.3f"), mien_child_get_score (child)));
  add_take (text, mien_report_time_left (line->eta));
  return g_string_free (text, FALSE);
}

guint
mien_report_import (const char *json, MienReportRow rows[MIEN_REPORT_ROWS])
{
  const MienReportRow all[MIEN_REPORT_ROWS] = {
    { _ ("Frames added"), mien_result_integer (json, "frames_added", NULL) },
    { _ ("Frames known before"), mien_result_integer (json, "frames_known", NULL) },
    { _ ("Images missing or broken"),
      mien_result_integer (json, "images_missing", NULL) },
    { _ ("Rows that say the same again"),
      mien_result_integer (json, "duplicate_rows", NULL) },
    { _ ("Rows rejected"), mien_result_integer (json, "rejected_rows", NULL) },
    { _ ("New labels: valence and arousal"),
      mien_result_integer (json, "labels", "valence_arousal") },
    { _ ("New labels: expression"), mien_result_integer (json, "labels", "expression") },
    { _ ("New labels: action units"),
      mien_result_integer (json, "labels", "action_units") },
  };

  for (guint i = 0; i < MIEN_REPORT_ROWS; i++)
    rows[i] = all[i];
  return MIEN_REPORT_ROWS;
}

guint
mien_report_export (const char *json, MienReportRow rows[MIEN_REPORT_ROWS])
{
  rows[0] = (MienReportRow){ _ ("Frames"), mien_result_integer (json, "frames", NULL) };
  rows[1] = (MienReportRow){ _ ("Labels: valence and arousal"),
                             mien_result_integer (json, "labels", "valence_arousal") };
  rows[2] = (MienReportRow){ _ ("Labels: expression"),
                             mien_result_integer (json, "labels", "expression") };
  rows[3] = (MienReportRow){ _ ("Labels: action units"),
                             mien_result_integer (json, "labels", "action_units") };
  return 4;
}

static void
add_measure (GString *text, const char *name, double value, double before)
{
  if (!isfinite (value))
    return;
  if (text->len > 0)
    g_string_append_c (text, '\n');
  if (isfinite (before))
    /* Translators: a measure of the new model, and of the one in use. */
    g_string_append_printf (text, _ ("%s: %.3f, in use %.3f"), name, value, before);
  else
    g_string_append_printf (text, _ ("%s: %.3f"), name, value);
}

static double
mean_ccc (const MienScores *scores)
{
  return (scores->ccc_valence + scores->ccc_arousal) / 2;
}

char *
mien_report_comparison (const MienScores *candidate,
                        gint64 in_use,
                        const MienScores *of_in_use)
{
  static const MienScores none = {
    .score = (double) NAN,
    .ccc_valence = (double) NAN,
    .ccc_arousal = (double) NAN,
    .expression_f1 = (double) NAN,
    .units_f1 = (double) NAN,
    .expression_accuracy = (double) NAN,
  };
  const MienScores *before = of_in_use != NULL ? of_in_use : &none;
  GString *text = g_string_new (NULL);

  add_measure (text, _ ("Score"), candidate->score, before->score);
  add_measure (text, _ ("Expression F1"), candidate->expression_f1,
               before->expression_f1);
  add_measure (text, _ ("Valence and arousal CCC"), mean_ccc (candidate),
               mean_ccc (before));
  add_measure (text, _ ("Action units F1"), candidate->units_f1, before->units_f1);
  if (text->len == 0)
    g_string_append (text,
                     _ ("It could not be measured: no validation frame has a label."));
  else
    {
      g_autofree char *frames = mien_report_count (candidate->frames);

      g_string_append (text, "\n\n");
      g_string_append_printf (text,
                              ngettext ("Measured on %s validation frame.",
                                        "Measured on %s validation frames.",
                                        (gulong) candidate->frames),
                              frames);
    }
  if (in_use == 0)
    g_string_append_printf (text, " %s", _ ("No model is in use yet."));
  return g_string_free (text, FALSE);
}

static gint64
setting (JsonObject *settings, const char *name)
{
  JsonNode *node = settings != NULL ? json_object_get_member (settings, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_int (node) : -1;
}

static const char *
method_name (const MienModel *model)
{
  if (g_strcmp0 (model->method, "ssmfar") == 0)
    return "SS-MFAR";
  if (g_strcmp0 (model->method, "supervised") == 0)
    return _ ("supervised");
  return model->origin == MIEN_ORIGIN_IMPORTED ? _ ("imported") : model->method;
}

char *
mien_report_settings (const MienModel *model)
{
  g_autoptr (JsonNode) node = mien_stored_json_read (model->settings);
  JsonObject *settings =
      node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  gint64 epochs = setting (settings, "epochs"), seed = setting (settings, "seed");
  GString *text = g_string_new (NULL);

  add (text, method_name (model));
  add (text, model->name);
  if (epochs > 0)
    add_take (text, g_strdup_printf (ngettext ("%d epoch", "%d epochs", (gulong) epochs),
                                     (int) epochs));
  if (model->input_size > 0)
    add_take (text, g_strdup_printf (_ ("%d pixels"), model->input_size));
  if (seed >= 0)
    add_take (text, g_strdup_printf (_ ("seed %d"), (int) seed));
  if (model->parent > 0)
    add_take (text, g_strdup_printf (_ ("from model %d"), (int) model->parent));
  if (!model->has_heads)
    add (text, _ ("a trunk to start from"));
  return g_string_free (text, FALSE);
}

char *
mien_report_time (gint64 time_us)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (time_us / G_USEC_PER_SEC);

  if (time == NULL)
    return g_strdup ("–");
  if (g_date_time_get_year (now) == g_date_time_get_year (time)
      && g_date_time_get_day_of_year (now) == g_date_time_get_day_of_year (time))
    /* Translators: a time of today. */
    return g_date_time_format (time, _ ("today, %H:%M"));
  /* Translators: a day and a time, as strftime() writes them. */
  return g_date_time_format (time, _ ("%e %b %Y, %H:%M"));
}
