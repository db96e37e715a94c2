/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * How figures with and without post-processing stand side by side, in JSON and for
 * people.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-postprocessing.h"

#include <math.h>

#include "mien-json.h"
#include "mien-stored-json.h"

static void
add_numbers (JsonBuilder *builder, const MienPostprocess *postprocess)
{
  json_builder_set_member_name (builder, "postprocessing");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "sigma");
  json_builder_begin_object (builder);
  mien_json_real (builder, "valence_arousal", postprocess->sigma_valence_arousal);
  mien_json_real (builder, "expression", postprocess->sigma_expression);
  mien_json_real (builder, "action_units", postprocess->sigma_action_units);
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "temperature");
  json_builder_begin_object (builder);
  mien_json_real (builder, "expression", postprocess->temperature_expression);
  mien_json_real (builder, "action_units", postprocess->temperature_action_units);
  json_builder_end_object (builder);
  mien_json_reals (builder, "expression_bias", postprocess->expression_bias,
                   MIEN_EXPRESSION_COUNT);
  mien_json_reals (builder, "action_unit_thresholds", postprocess->action_unit_thresholds,
                   MIEN_UNIT_COUNT);
  json_builder_end_object (builder);
}

static void
add_figures (JsonBuilder *builder,
             const char *name,
             const MienPostprocessFigures *figures)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  mien_json_metrics (builder, "metrics", &figures->metrics);
  mien_json_real (builder, "expression_nll", figures->expression_nll);
  mien_json_real (builder, "action_units_nll", figures->action_units_nll);
  json_builder_end_object (builder);
}

JsonNode *
mien_postprocessing_report_to_json (const MienPostprocessReport *report)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  mien_json_integer (builder, "frames", (gint64) report->n_frames);
  mien_json_integer (builder, "videos", (gint64) report->n_groups);
  mien_json_integer (builder, "folds", (gint64) report->n_folds);
  json_builder_set_member_name (builder, "kept");
  json_builder_begin_object (builder);
  mien_json_boolean (builder, "valence_arousal", report->kept_valence_arousal);
  mien_json_boolean (builder, "expression", report->kept_expression);
  mien_json_boolean (builder, "action_units", report->kept_action_units);
  json_builder_end_object (builder);
  add_figures (builder, "raw", &report->raw);
  add_figures (builder, "in_sample", &report->in_sample);
  add_figures (builder, "out_of_fold", &report->out_of_fold);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

/* The project may hold anything here. */
JsonNode *
mien_postprocessing_stored_report (const char *metrics)
{
  g_autoptr (JsonNode) root = mien_stored_json_read (metrics);
  JsonNode *tuning = root != NULL && JSON_NODE_HOLDS_OBJECT (root)
                         ? json_object_get_member (json_node_get_object (root), "tuning")
                         : NULL;

  return tuning != NULL && JSON_NODE_HOLDS_OBJECT (tuning) ? json_node_copy (tuning)
                                                           : NULL;
}

void
mien_json_evaluation (JsonBuilder *builder,
                      const char *name,
                      const MienProcessed *processed)
{
  mien_json_metrics_begin (builder, name, &processed->metrics);
  if (processed->is_any)
    {
      mien_json_metrics (builder, "raw", &processed->raw);
      add_numbers (builder, &processed->postprocess);
    }
  if (processed->tuning != NULL)
    {
      json_builder_set_member_name (builder, "tuning");
      json_builder_add_value (builder, json_node_copy (processed->tuning));
    }
  mien_json_findings (builder, "findings", &processed->findings);
  json_builder_end_object (builder);
}

static void
append_score (GString *text, const char *title, double score)
{
  if (isfinite (score))
    g_string_append_printf (text, "%s %.4f", title, score);
  else
    g_string_append_printf (text, "%s -", title);
}

static double
stored_score (JsonObject *tuning, const char *name)
{
  JsonNode *node = json_object_get_member (tuning, name);

  for (guint i = 0; i < 2; i++)
    {
      static const char *const steps[] = { "metrics", "score" };

      if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
        return (double) NAN;
      node = json_object_get_member (json_node_get_object (node), steps[i]);
    }
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_double (node)
                                                      : (double) NAN;
}

static gint64
stored_count (JsonObject *tuning, const char *name)
{
  JsonNode *node = json_object_get_member (tuning, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_int (node) : 0;
}

char *
mien_postprocessing_to_text (const MienProcessed *processed)
{
  GString *text = g_string_new (NULL);

  if (processed->is_any)
    {
      append_score (text, "post-processing  score raw", processed->raw.score);
      append_score (text, ", processed", processed->metrics.score);
      g_string_append_c (text, '\n');
    }
  if (processed->tuning != NULL)
    {
      JsonObject *tuning = json_node_get_object (processed->tuning);
      gint64 folds = stored_count (tuning, "folds");

      append_score (text, "tuning           score raw", stored_score (tuning, "raw"));
      if (folds > 0)
        {
          append_score (text, ", out of fold", stored_score (tuning, "out_of_fold"));
          append_score (text, ", in-sample", stored_score (tuning, "in_sample"));
        }
      g_string_append_printf (
          text, "   on %" G_GINT64_FORMAT " frames of %" G_GINT64_FORMAT " videos%s\n",
          stored_count (tuning, "frames"), stored_count (tuning, "videos"),
          folds > 0 ? "" : ", too few to fit on");
    }
  return g_string_free (text, FALSE);
}
