/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * mienctl compare: a candidate against the model in use. Both are asked about the
 * validation frames as they are labelled now, and what comes of it is kept beside the
 * candidate. Until then nothing is written, so it may run beside a job.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-commands.h"

#include "mien-chosen-model.h"
#include "mien-gating.h"
#include "mien-json.h"

static gboolean
fail (MienStore *store, const char *why, GError **error)
{
  g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED, "%s: %s",
               mien_store_path (store), why);
  return FALSE;
}

/* The newest that can answer and is not in use. */
static gboolean
find_candidate (MienStore *store, gint64 *id, GError **error)
{
  g_autoptr (GPtrArray) models = mien_models_list (store, error);

  if (models == NULL)
    return FALSE;
  for (guint i = 0; i < models->len; i++)
    {
      const MienModel *model = g_ptr_array_index (models, i);

      if (model->current || !model->has_heads)
        continue;
      *id = model->id;
      return TRUE;
    }
  return fail (store, "there is no model but the one in use; \"mienctl train\" makes one",
               error);
}

static gboolean
measure (MienJob *job,
         MienStore *store,
         const MienModel *candidate,
         GBytes *weights,
         const MienModel *in_use,
         MienProcessed *processed,
         MienGates *gates,
         GError **error)
{
  MienEvaluation evaluation = {
    .job = job, .store = store, .weights = weights, .input_size = candidate->input_size
  };
  g_autoptr (GArray) rows = NULL;

  if (!mien_job_parse_threads (job, NULL, &evaluation.threads, error))
    return FALSE;
  mien_progress_stage (job->progress, "evaluate");
  rows = mien_training_rows (job, store, MIEN_SPLIT_VALIDATION, NULL, error);
  if (rows == NULL)
    return FALSE;
  evaluation.rows = rows;
  return mien_processed_evaluate (&evaluation, candidate, FALSE, processed, error)
         && mien_gating_measure (&evaluation, processed->videos, in_use, gates, error);
}

/* A model that was imported has no metrics yet, and gets those that were measured. */
static gboolean
keep (MienStore *store,
      const MienModel *candidate,
      const MienProcessed *processed,
      const MienGates *gates,
      gint64 against,
      GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *measured = NULL;
  g_autofree char *metrics = NULL;

  if (candidate->metrics == NULL)
    {
      mien_json_evaluation (builder, NULL, processed);
      measured = mien_json_to_string (builder);
    }
  metrics = mien_gates_beside (measured != NULL ? measured : candidate->metrics, gates,
                               against);
  return mien_models_set_metrics (store, candidate->id, metrics, error);
}

static void
print_result (MienJob *job, const MienGates *gates, gint64 candidate, gint64 against)
{
  if (job->json)
    {
      g_autoptr (JsonBuilder) builder = json_builder_new ();

      json_builder_begin_object (builder);
      mien_json_integer (builder, "model", candidate);
      mien_json_gates (builder, "gates", gates, against);
      json_builder_end_object (builder);
      mien_job_print_json (job, builder);
    }
  else
    {
      g_autofree char *table = mien_gates_to_table (gates, candidate, against);
      g_autofree char *text = mien_gates_to_text (gates, against);

      mien_job_print (job, "%s%s", table, text);
    }
}

static gboolean
compare (MienJob *job, MienStore *store, gint64 id, GError **error)
{
  g_autoptr (MienModel) in_use = NULL;
  g_autoptr (MienModel) candidate = NULL;
  g_autoptr (GBytes) weights = NULL;
  g_autoptr (GError) failed = NULL;
  MienProcessed processed = { 0 };
  MienGates gates;
  gboolean ok;

  in_use = mien_models_current (store, &failed);
  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  if (in_use == NULL)
    return fail (store,
                 "no model is in use to compare with; take one with \"mienctl use\"",
                 error);
  if (id == in_use->id)
    return fail (store, "that model is in use itself; name another", error);
  if (id == 0 && !find_candidate (store, &id, error))
    return FALSE;
  candidate = mien_chosen_model (store, id, &weights, error);
  if (candidate == NULL)
    return FALSE;
  ok = measure (job, store, candidate, weights, in_use, &processed, &gates, error)
       && keep (store, candidate, &processed, &gates, in_use->id, error);
  mien_processed_clear (&processed);
  if (ok)
    print_result (job, &gates, candidate->id, in_use->id);
  return ok;
}

static gboolean
run_compare (MienJob *job, GError **error)
{
  const GOptionEntry entries[] = { G_OPTION_ENTRY_NULL };
  g_autoptr (MienStore) store = NULL;
  gint64 id = 0;

  if (!mien_job_parse (job, entries, error))
    return FALSE;
  if (job->operands[1] != NULL
      && !g_ascii_string_to_signed (job->operands[1], 10, 1, G_MAXINT64, &id, NULL))
    return mien_job_usage_error (
        job, error, "MODEL is a number as \"mienctl models\" lists it, not \"%s\"",
        job->operands[1]);
  store = mien_store_open (job->operands[0], MIEN_STORE_READ_WRITE, error);
  if (store == NULL)
    return FALSE;
  if (compare (job, store, id, error))
    return TRUE;
  mien_job_explain_stop (job, "nothing was changed", error);
  return FALSE;
}

const MienCommand mien_command_compare = {
  .name = "compare",
  .operands = "PROJECT [MODEL]",
  .summary = "Measure a candidate against the model in use",
  .long_running = TRUE,
  .run = run_compare,
  .details =
      "The candidate is the newest model that is not in use, or the one that is named. "
      "Both answer the labelled frames of the validation videos, from which neither has "
      "learnt. Intervals are those of the difference, 95 %, from a bootstrap that draws "
      "the same videos for both.\n\n"
      "\"better\": the interval lies above 0; \"worse\": below 0 for the score, below "
      "-0.02 for any other figure; \"no worse\": above -0.02; else \"unclear\". The gate "
      "fails where the score is worse; the other figures warn, and their intervals are "
      "wider, so that they hold together. With fewer than five videos, and for a class "
      "that fewer than five have, there is no interval.\n\n"
      "What was found is kept with the candidate. \"mienctl use\" takes it into use "
      "either way.",
};
