/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A model's metrics, as `evaluate` prints them and as they are stored beside the model. A
 * task without labels is null, and then p_mtl too; the score is the mean of the tasks
 * present.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-json.h"

#include <math.h>

/* Opens the object of a task, or says null where it has no labels. */
static gboolean
begin_task (JsonBuilder *builder, MienTask task, gboolean has_labels)
{
  if (!has_labels)
    {
      mien_json_null (builder, mien_task_id (task));
      return FALSE;
    }
  json_builder_set_member_name (builder, mien_task_id (task));
  json_builder_begin_object (builder);
  return TRUE;
}

void
mien_json_metrics_begin (JsonBuilder *builder,
                         const char *name,
                         const MienMetrics *metrics)
{
  if (name != NULL)
    json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  mien_json_real (builder, "score", metrics->score);
  mien_json_real (builder, "p_mtl", metrics->p_mtl);
  if (begin_task (builder, MIEN_TASK_VALENCE_AROUSAL, metrics->has_valence_arousal))
    {
      mien_json_real (builder, "ccc_valence", metrics->ccc_valence);
      mien_json_real (builder, "ccc_arousal", metrics->ccc_arousal);
      json_builder_end_object (builder);
    }
  if (begin_task (builder, MIEN_TASK_EXPRESSION, metrics->has_expression))
    {
      mien_json_real (builder, "f1", metrics->expression_f1);
      mien_json_reals (builder, "per_class", metrics->expression_f1_of,
                       MIEN_EXPRESSION_COUNT);
      mien_json_real (builder, "accuracy", metrics->expression_accuracy);
      json_builder_end_object (builder);
    }
  if (begin_task (builder, MIEN_TASK_ACTION_UNITS, metrics->has_action_units))
    {
      mien_json_real (builder, "f1", metrics->action_units_f1);
      mien_json_reals (builder, "per_unit", metrics->action_units_f1_of, MIEN_UNIT_COUNT);
      json_builder_end_object (builder);
    }
  mien_json_integer (builder, "frames", (gint64) metrics->n_frames);
}

void
mien_json_metrics (JsonBuilder *builder, const char *name, const MienMetrics *metrics)
{
  mien_json_metrics_begin (builder, name, metrics);
  json_builder_end_object (builder);
}

static void
append_real (GString *text, const char *title, double value)
{
  if (isfinite (value))
    g_string_append_printf (text, "%s%.4f", title, value);
  else
    g_string_append_printf (text, "%s-", title);
}

char *
mien_metrics_to_text (const MienMetrics *metrics)
{
  GString *text = g_string_new (NULL);

  append_real (text, "score            ", metrics->score);
  append_real (text, "   P_MTL ", metrics->p_mtl);
  g_string_append_printf (text, "   on %" G_GSIZE_FORMAT " labelled frames\n",
                          metrics->n_frames);
  if (metrics->has_valence_arousal)
    {
      append_real (text, "valence/arousal  CCC ", metrics->ccc_valence);
      append_real (text, " and ", metrics->ccc_arousal);
      g_string_append_c (text, '\n');
    }
  if (metrics->has_expression)
    {
      append_real (text, "expression       F1 ", metrics->expression_f1);
      append_real (text, "   accuracy ", metrics->expression_accuracy);
      g_string_append (text, "\n                ");
      for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
        g_string_append_printf (text, " %s %.3f", mien_expression_name (i),
                                metrics->expression_f1_of[i]);
      g_string_append_c (text, '\n');
    }
  if (metrics->has_action_units)
    {
      append_real (text, "action units     F1 ", metrics->action_units_f1);
      g_string_append (text, "\n                ");
      for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
        g_string_append_printf (text, " AU%u %.3f", mien_unit_number (i),
                                metrics->action_units_f1_of[i]);
      g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}
