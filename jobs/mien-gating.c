/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The model in use is asked anew about the rows on which the candidate was measured: what
 * was said of it at its own training may be of other labels.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-gating.h"

#include <math.h>

#include "mien-json.h"
#include "mien-resample.h"
#include "mien-stored-json.h"

static const char *const names[MIEN_GATE_FIRST_EXPRESSION] = {
  [MIEN_GATE_SCORE] = "score",
  [MIEN_GATE_P_MTL] = "p_mtl",
  [MIEN_GATE_CCC_VALENCE] = "ccc_valence",
  [MIEN_GATE_CCC_AROUSAL] = "ccc_arousal",
  [MIEN_GATE_EXPRESSION_F1] = "expression_f1",
  [MIEN_GATE_ACTION_UNITS_F1] = "action_units_f1",
};

static gboolean
measure (const GPtrArray *candidate,
         const GPtrArray *in_use,
         MienStore *store,
         MienGates *gates,
         GError **error)
{
  int status = candidate->len == in_use->len ? mien_gates_measure (
                   (const MienMetricsSums *const *) candidate->pdata,
                   (const MienMetricsSums *const *) in_use->pdata, candidate->len, gates)
                                             : 1;

  if (status == 0)
    return TRUE;
  if (status < 0)
    g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
                 "out of memory for %u videos; close other programs", candidate->len);
  else
    g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
                 "%s: images have changed while they were read; try again",
                 mien_store_path (store));
  return FALSE;
}

gboolean
mien_gating_measure (const MienEvaluation *evaluation,
                     const GPtrArray *candidate,
                     const MienModel *in_use,
                     MienGates *gates,
                     GError **error)
{
  g_autoptr (GBytes) weights = mien_models_weights (evaluation->store, in_use->id, error);
  MienEvaluation other = *evaluation;
  MienProcessed processed = { 0 };
  gboolean ok;

  if (weights == NULL)
    return FALSE;
  other.weights = weights;
  other.input_size = in_use->input_size;
  ok = mien_processed_evaluate (&other, in_use, FALSE, &processed, error)
       && measure (candidate, processed.videos, evaluation->store, gates, error);
  mien_processed_clear (&processed);
  return ok;
}

const char *
mien_gates_outcome (const MienGates *gates)
{
  switch (gates->figures[MIEN_GATE_SCORE].verdict)
    {
    case MIEN_VERDICT_WORSE:
      return "fail";
    case MIEN_VERDICT_BETTER:
    case MIEN_VERDICT_NO_WORSE:
    case MIEN_VERDICT_UNCLEAR:
      return "pass";
    case MIEN_VERDICT_UNKNOWN:
    default:
      return "unknown";
    }
}

static void
add_figure (JsonBuilder *builder, const MienGates *gates, guint i)
{
  const MienGateFigure *figure = &gates->figures[i];

  json_builder_begin_object (builder);
  if (i < MIEN_GATE_FIRST_EXPRESSION)
    mien_json_string (builder, "figure", names[i]);
  else if (i < MIEN_GATE_FIRST_UNIT)
    {
      mien_json_string (builder, "figure", "f1");
      mien_json_expression (builder, "expression", i - MIEN_GATE_FIRST_EXPRESSION);
    }
  else
    {
      mien_json_string (builder, "figure", "f1");
      mien_json_integer (builder, "unit", mien_unit_number (i - MIEN_GATE_FIRST_UNIT));
    }
  mien_json_real (builder, "candidate", figure->candidate);
  mien_json_real (builder, "in_use", figure->in_use);
  mien_json_real (builder, "difference", figure->difference);
  if (isnan (figure->interval[0]))
    mien_json_null (builder, "interval");
  else
    mien_json_reals (builder, "interval", figure->interval, 2);
  mien_json_string (builder, "verdict", mien_verdict_id (figure->verdict));
  json_builder_end_object (builder);
}

void
mien_json_gates (JsonBuilder *builder,
                 const char *name,
                 const MienGates *gates,
                 gint64 against)
{
  if (name != NULL)
    json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  mien_json_integer (builder, "against", against);
  mien_json_string (builder, "gate", mien_gates_outcome (gates));
  mien_json_integer (builder, "frames", (gint64) gates->n_frames);
  mien_json_integer (builder, "videos", (gint64) gates->n_videos);
  mien_json_integer (builder, "videos_better", (gint64) gates->n_videos_better);
  mien_json_integer (builder, "videos_worse", (gint64) gates->n_videos_worse);
  json_builder_set_member_name (builder, "figures");
  json_builder_begin_array (builder);
  for (guint i = 0; i < MIEN_GATE_COUNT; i++)
    add_figure (builder, gates, i);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

char *
mien_gates_beside (const char *metrics, const MienGates *gates, gint64 against)
{
  g_autoptr (JsonNode) root = mien_stored_json_read (metrics);
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      g_clear_pointer (&root, json_node_unref);
      root = json_node_init_object (json_node_alloc (), json_object_new ());
    }
  mien_json_gates (builder, NULL, gates, against);
  json_object_set_member (json_node_get_object (root), "gates",
                          json_builder_get_root (builder));
  return json_to_string (root, FALSE);
}

static char *
name_figure (guint i)
{
  static const char *const titles[MIEN_GATE_FIRST_EXPRESSION] = {
    [MIEN_GATE_SCORE] = "score",
    [MIEN_GATE_P_MTL] = "P_MTL",
    [MIEN_GATE_CCC_VALENCE] = "CCC of valence",
    [MIEN_GATE_CCC_AROUSAL] = "CCC of arousal",
    [MIEN_GATE_EXPRESSION_F1] = "expression F1",
    [MIEN_GATE_ACTION_UNITS_F1] = "action units F1",
  };

  if (i < MIEN_GATE_FIRST_EXPRESSION)
    return g_strdup (titles[i]);
  if (i < MIEN_GATE_FIRST_UNIT)
    return g_strconcat ("  ", mien_expression_name (i - MIEN_GATE_FIRST_EXPRESSION),
                        NULL);
  return g_strdup_printf ("  AU%u", mien_unit_number (i - MIEN_GATE_FIRST_UNIT));
}

static void
append_figure (GString *text, const MienGates *gates, guint i)
{
  const MienGateFigure *figure = &gates->figures[i];
  g_autofree char *name = name_figure (i);

  /* What has no labels has no row. */
  if (isnan (figure->difference))
    return;
  g_string_append_printf (text, "%-16s %9.4f %9.4f  %+10.4f", name, figure->candidate,
                          figure->in_use, figure->difference);
  if (isnan (figure->interval[0]))
    g_string_append (text, "  -                 ");
  else
    g_string_append_printf (text, "  %+.4f to %+.4f", figure->interval[0],
                            figure->interval[1]);
  g_string_append_printf (text, "  %s\n", mien_verdict_id (figure->verdict));
}

char *
mien_gates_to_table (const MienGates *gates, gint64 candidate, gint64 against)
{
  GString *text = g_string_new (NULL);
  g_autofree char *first = g_strdup_printf ("model %" G_GINT64_FORMAT, candidate);
  g_autofree char *second = g_strdup_printf ("model %" G_GINT64_FORMAT, against);

  g_string_append_printf (text, "%-16s %9s %9s  difference  95 %% interval\n", "", first,
                          second);
  for (guint i = 0; i < MIEN_GATE_FIRST_EXPRESSION; i++)
    {
      append_figure (text, gates, i);
      if (i == MIEN_GATE_EXPRESSION_F1)
        for (guint k = MIEN_GATE_FIRST_EXPRESSION; k < MIEN_GATE_FIRST_UNIT; k++)
          append_figure (text, gates, k);
      if (i == MIEN_GATE_ACTION_UNITS_F1)
        for (guint k = MIEN_GATE_FIRST_UNIT; k < MIEN_GATE_COUNT; k++)
          append_figure (text, gates, k);
    }
  return g_string_free (text, FALSE);
}

static const char *
explain (const MienGates *gates)
{
  switch (gates->figures[MIEN_GATE_SCORE].verdict)
    {
    case MIEN_VERDICT_BETTER:
      return "the score is better";
    case MIEN_VERDICT_NO_WORSE:
      return "the score is no worse";
    case MIEN_VERDICT_UNCLEAR:
      return "the score is not clearly worse, nor clearly as good";
    case MIEN_VERDICT_WORSE:
      return "the score is worse";
    case MIEN_VERDICT_UNKNOWN:
    default:
      return gates->n_videos < MIEN_RESAMPLE_MIN_CLUSTERS
                 ? "fewer than five validation videos carry labels"
                 : "too few validation videos carry labels of a task";
    }
}

char *
mien_gates_to_text (const MienGates *gates, gint64 against)
{
  GString *text = g_string_new (NULL);
  GString *worse = g_string_new (NULL);

  g_string_append_printf (text,
                          "gate             %s against model %" G_GINT64_FORMAT ": %s\n",
                          mien_gates_outcome (gates), against, explain (gates));
  g_string_append_printf (
      text,
      "                 better on %" G_GSIZE_FORMAT " and worse on %" G_GSIZE_FORMAT
      " of %" G_GSIZE_FORMAT " videos, %" G_GSIZE_FORMAT " labelled frames\n",
      gates->n_videos_better, gates->n_videos_worse, gates->n_videos, gates->n_frames);
  for (guint i = MIEN_GATE_CCC_VALENCE; i < MIEN_GATE_COUNT; i++)
    if (gates->figures[i].verdict == MIEN_VERDICT_WORSE)
      {
        g_autofree char *name = name_figure (i);

        g_string_append_printf (worse, "%s%s", worse->len > 0 ? ", " : "",
                                g_strstrip (name));
      }
  if (worse->len > 0)
    g_string_append_printf (text, "                 worse by more than %.2f: %s\n",
                            MIEN_GATE_MARGIN, worse->str);
  g_string_free (worse, TRUE);
  return g_string_free (text, FALSE);
}
