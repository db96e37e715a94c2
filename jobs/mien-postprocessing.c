/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Post-processing in mienctl: what the network says of the tuning videos goes to the fit,
 * the numbers go to the project and back.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-postprocessing.h"

#include <string.h>

#include "mien-auditing.h"
#include "mien-frames.h"

/* Field by field the same, and checked in both places. */
G_STATIC_ASSERT (sizeof (MienPostprocess) == sizeof (MienPostprocessing));
G_STATIC_ASSERT (G_STRUCT_OFFSET (MienPostprocess, expression_bias)
                 == G_STRUCT_OFFSET (MienPostprocessing, expression_bias));
G_STATIC_ASSERT (G_STRUCT_OFFSET (MienPostprocess, action_unit_thresholds)
                 == G_STRUCT_OFFSET (MienPostprocessing, action_unit_thresholds));

gboolean
mien_postprocessing_of_model (const MienModel *model, MienPostprocess *postprocess)
{
  const MienPostprocessing *stored = &model->postprocessing;

  if (!model->has_postprocessing)
    return FALSE;
  *postprocess = (MienPostprocess){
    .sigma_valence_arousal = stored->sigma_valence_arousal,
    .sigma_expression = stored->sigma_expression,
    .sigma_action_units = stored->sigma_action_units,
    .temperature_expression = stored->temperature_expression,
    .temperature_action_units = stored->temperature_action_units,
  };
  memcpy (postprocess->expression_bias, stored->expression_bias,
          sizeof stored->expression_bias);
  memcpy (postprocess->action_unit_thresholds, stored->action_unit_thresholds,
          sizeof stored->action_unit_thresholds);
  return TRUE;
}

void
mien_processed_clear (MienProcessed *processed)
{
  g_clear_pointer (&processed->tuning, json_node_unref);
  g_clear_pointer (&processed->videos, g_ptr_array_unref);
}

gboolean
mien_processed_store (const MienProcessed *processed,
                      MienStore *store,
                      gint64 model,
                      GError **error)
{
  const MienPostprocess *postprocess = &processed->postprocess;
  MienPostprocessing stored = {
    .sigma_valence_arousal = postprocess->sigma_valence_arousal,
    .sigma_expression = postprocess->sigma_expression,
    .sigma_action_units = postprocess->sigma_action_units,
    .temperature_expression = postprocess->temperature_expression,
    .temperature_action_units = postprocess->temperature_action_units,
  };

  memcpy (stored.expression_bias, postprocess->expression_bias,
          sizeof postprocess->expression_bias);
  memcpy (stored.action_unit_thresholds, postprocess->action_unit_thresholds,
          sizeof postprocess->action_unit_thresholds);
  return !processed->is_any
         || mien_models_set_postprocessing (store, model, &stored, error);
}

typedef struct
{
  MienStore *store;
  GArray *frames;     /* MienPostprocessFrame */
  GHashTable *groups; /* name of a video without its side -> number */
} Collection;

static void
restart (gpointer data)
{
  Collection *collection = data;

  g_array_set_size (collection->frames, 0);
  g_hash_table_remove_all (collection->groups);
}

/* Left and right faces of one video are one group. Numbers go by the order of the rows,
 * which is that of the names. */
static gboolean
find_group (Collection *collection, gint64 frame_id, guint32 *group, GError **error)
{
  static const char *const suffixes[] = { "_left", "_right" };
  g_autoptr (MienFrame) frame = mien_frames_get (collection->store, frame_id, error);
  gpointer known;
  char *name;

  if (frame == NULL)
    return FALSE;
  name = g_strdup (frame->video_name);
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (g_str_has_suffix (frame->video_name, suffixes[i])
        && strlen (frame->video_name) > strlen (suffixes[i]))
      name[strlen (name) - strlen (suffixes[i])] = '\0';
  if (g_hash_table_lookup_extended (collection->groups, name, NULL, &known))
    g_free (name);
  else
    {
      known = GUINT_TO_POINTER (g_hash_table_size (collection->groups));
      g_hash_table_insert (collection->groups, name, known);
    }
  *group = GPOINTER_TO_UINT (known);
  return TRUE;
}

static gboolean
collect_video (const MienPackRow *rows,
               const MienPrediction *answers,
               guint n,
               gpointer data,
               GError **error)
{
  Collection *collection = data;
  guint32 group;

  if (!find_group (collection, rows[0].frame, &group, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      MienPostprocessFrame frame = {
        .group = group,
        .video = rows[i].video,
        .number = rows[i].number,
        .valence_arousal = { rows[i].valence, rows[i].arousal },
        .expression = rows[i].expression,
      };

      memcpy (frame.action_units, rows[i].action_units, sizeof frame.action_units);
      memcpy (frame.answer, &answers[i], sizeof frame.answer);
      g_array_append_val (collection->frames, frame);
    }
  return TRUE;
}

static gboolean
fit (const MienEvaluation *evaluation,
     MienPostprocess *postprocess,
     MienPostprocessReport *report,
     GError **error)
{
  static const MienAnswersFuncs funcs = { restart, collect_video };
  g_autoptr (GArray) frames = g_array_new (FALSE, FALSE, sizeof (MienPostprocessFrame));
  g_autoptr (GHashTable) groups =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Collection collection = { evaluation->store, frames, groups };

  if (!mien_evaluation_read (evaluation, mien_postprocess_fit_radius (), &funcs,
                             &collection, error))
    return FALSE;
  if (mien_postprocess_fit ((const MienPostprocessFrame *) (void *) frames->data,
                            frames->len, mien_auditing_target (evaluation->store),
                            postprocess, report)
      == 0)
    return TRUE;
  g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
               "out of memory for the answers to %u tuning frames; close other programs",
               frames->len);
  return FALSE;
}

gboolean
mien_processed_measure (const MienEvaluation *evaluation,
                        const GArray *validation,
                        MienProcessed *processed,
                        GError **error)
{
  g_autoptr (GArray) tuning = g_array_new (FALSE, FALSE, sizeof (MienPackRow));
  MienEvaluation part = *evaluation;
  MienProcessed made = { 0 };
  MienPostprocessReport report;
  MienPostprocess neutral;

  for (guint i = 0; i < evaluation->rows->len; i++)
    {
      const MienPackRow *row = &g_array_index (evaluation->rows, MienPackRow, i);

      if (row->split == MIEN_PACK_TUNING)
        g_array_append_vals (tuning, row, 1);
    }
  part.rows = tuning;
  if (!fit (&part, &made.postprocess, &report, error))
    return FALSE;
  mien_postprocess_init (&neutral);
  made.is_any = memcmp (&made.postprocess, &neutral, sizeof neutral) != 0;
  part.rows = validation;
  if (!mien_evaluate_processed (&part, made.is_any ? &made.postprocess : NULL, &made.raw,
                                &made.metrics, &made.findings, &made.videos, error))
    return FALSE;
  made.has_acceptance = report.n_folds > 0;
  memcpy (made.acceptance.expression, report.accept_expressions,
          sizeof report.accept_expressions);
  memcpy (made.acceptance.action_units, report.accept_action_units,
          sizeof report.accept_action_units);
  if (report.n_frames > 0)
    made.tuning = mien_postprocessing_report_to_json (&report);
  *processed = made;
  return TRUE;
}

gboolean
mien_processed_evaluate (const MienEvaluation *evaluation,
                         const MienModel *model,
                         gboolean raw,
                         MienProcessed *processed,
                         GError **error)
{
  MienProcessed made = { 0 };

  made.is_any = !raw && mien_postprocessing_of_model (model, &made.postprocess);
  if (!mien_evaluate_processed (evaluation, made.is_any ? &made.postprocess : NULL,
                                &made.raw, &made.metrics, &made.findings, &made.videos,
                                error))
    return FALSE;
  if (!raw)
    made.tuning = mien_postprocessing_stored_report (model->metrics);
  *processed = made;
  return TRUE;
}
