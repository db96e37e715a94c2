/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * mienctl evaluate: a model on the labels of a split. It only reads, so it may run beside
 * a job.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-commands.h"

#include "mien-chosen-model.h"
#include "mien-evaluation.h"
#include "mien-json.h"
#include "mien-training-pack.h"

static gboolean
evaluate (MienJob *job, MienStore *store, gint64 id, MienSplit split, GError **error)
{
  g_autoptr (MienModel) model = NULL;
  g_autoptr (GBytes) weights = NULL;
  g_autoptr (GArray) rows = NULL;
  MienMetrics metrics;
  guint threads;

  model = mien_chosen_model (store, id, &weights, error);
  if (model == NULL || !mien_job_parse_threads (job, NULL, &threads, error))
    return FALSE;
  mien_progress_stage (job->progress, "evaluate");
  rows = mien_training_rows (job, store, split, NULL, error);
  if (rows == NULL
      || !mien_evaluate (job, store, rows, weights, model->input_size, threads, &metrics,
                         error))
    return FALSE;
  if (job->json)
    {
      g_autoptr (JsonBuilder) builder = json_builder_new ();

      mien_json_metrics (builder, NULL, &metrics);
      mien_job_print_json (job, builder);
    }
  else
    {
      g_autofree char *text = mien_metrics_to_text (&metrics);

      mien_job_print (job, "model %" G_GINT64_FORMAT " on %s\n%s", model->id,
                      mien_split_id (split), text);
    }
  return TRUE;
}

static gboolean
run_evaluate (MienJob *job, GError **error)
{
  g_autofree char *model = NULL;
  g_autofree char *split = NULL;
  const GOptionEntry entries[] = { { "model", 0, 0, G_OPTION_ARG_FILENAME, &model,
                                     "The model, by number; the one in use by default",
                                     "ID" },
                                   { "split", 0, 0, G_OPTION_ARG_FILENAME, &split,
                                     "train, validation (the default) or test", "NAME" },
                                   G_OPTION_ENTRY_NULL };
  g_autoptr (MienStore) store = NULL;
  gint64 id;
  int chosen;

  if (!mien_job_parse (job, entries, error)
      || !mien_job_parse_model (job, model, &id, error)
      || !mien_job_parse_split (job, split, MIEN_SPLIT_VALIDATION, &chosen, error))
    return FALSE;
  store = mien_store_open (job->operands[0], MIEN_STORE_READ_ONLY, error);
  if (store == NULL)
    return FALSE;
  if (evaluate (job, store, id, (MienSplit) chosen, error))
    return TRUE;
  mien_job_explain_stop (job, "nothing was changed", error);
  return FALSE;
}

const MienCommand mien_command_evaluate = {
  .name = "evaluate",
  .operands = "PROJECT",
  .summary = "Measure a model on the labels of a split",
  .long_running = TRUE,
  .run = run_evaluate,
  .details =
      "CCC, F1 and accuracy are those of the ABAW challenges, over the frames of the "
      "split that carry a label. A task without labels is left out, and then there is "
      "no P_MTL; the score is the mean of the tasks there are.",
};
