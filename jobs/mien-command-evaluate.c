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
#include "mien-postprocessing.h"
#include "mien-training-pack.h"

typedef struct
{
  gint64 model; /* 0: the one in use */
  MienSplit split;
  gboolean raw;
} Options;

static void
print_result (MienJob *job,
              const MienModel *model,
              const Options *options,
              const MienProcessed *processed)
{
  if (job->json)
    {
      g_autoptr (JsonBuilder) builder = json_builder_new ();

      mien_json_evaluation (builder, NULL, processed);
      mien_job_print_json (job, builder);
    }
  else
    {
      g_autofree char *figures = mien_metrics_to_text (&processed->metrics);
      g_autofree char *comparison = mien_postprocessing_to_text (processed);

      mien_job_print (job, "model %" G_GINT64_FORMAT " on %s\n%s%s", model->id,
                      mien_split_id (options->split), figures, comparison);
    }
}

/* A model that came from elsewhere has not seen the training videos of this project. */
static gboolean
check_apart (MienJob *job, const MienModel *model, MienSplit split, GError **error)
{
  if (split != MIEN_SPLIT_TRAIN || model->origin != MIEN_ORIGIN_TRAINED)
    return TRUE;
  g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
               "%s: model %" G_GINT64_FORMAT " was fitted on the train split, on which "
               "any figure would flatter it; measure it on validation or test",
               job->operands[0], model->id);
  return FALSE;
}

static gboolean
evaluate (MienJob *job, MienStore *store, const Options *options, GError **error)
{
  g_autoptr (MienModel) model = NULL;
  g_autoptr (GBytes) weights = NULL;
  g_autoptr (GArray) rows = NULL;
  MienEvaluation evaluation = { .job = job, .store = store };
  MienProcessed processed = { 0 };

  model = mien_chosen_model (store, options->model, &weights, error);
  if (model == NULL || !check_apart (job, model, options->split, error)
      || !mien_job_parse_threads (job, NULL, &evaluation.threads, error))
    return FALSE;
  mien_progress_stage (job->progress, "evaluate");
  rows = mien_training_rows (job, store, options->split, NULL, error);
  if (rows == NULL)
    return FALSE;
  evaluation.rows = rows;
  evaluation.weights = weights;
  evaluation.input_size = model->input_size;
  if (!mien_processed_evaluate (&evaluation, model, options->raw, &processed, error))
    return FALSE;
  print_result (job, model, options, &processed);
  mien_processed_clear (&processed);
  return TRUE;
}

static gboolean
run_evaluate (MienJob *job, GError **error)
{
  Options options = { 0 };
  g_autofree char *model = NULL;
  g_autofree char *split = NULL;
  const GOptionEntry entries[] = {
    { "model", 0, 0, G_OPTION_ARG_FILENAME, &model,
      "The model, by number; the one in use by default", "ID" },
    { "split", 0, 0, G_OPTION_ARG_FILENAME, &split,
      "validation (the default), test, or train for a model from elsewhere", "NAME" },
    { "raw", 0, 0, G_OPTION_ARG_NONE, &options.raw,
      "Leave the model's post-processing out", NULL },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (MienStore) store = NULL;
  int chosen;

  if (!mien_job_parse (job, entries, error)
      || !mien_job_parse_model (job, model, &options.model, error)
      || !mien_job_parse_split (job, split, MIEN_SPLIT_VALIDATION, &chosen, error))
    return FALSE;
  store = mien_store_open (job->operands[0], MIEN_STORE_READ_ONLY, error);
  if (store == NULL)
    return FALSE;
  options.split = (MienSplit) chosen;
  if (evaluate (job, store, &options, error))
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
      "no P_MTL; the score is the mean of the tasks there are.\n\n"
      "Figures are those after the model's post-processing, if it has one, beside the "
      "score without it. What the fit of it has reached on the tuning videos is told "
      "in-sample, which flatters, and out of fold, which does not.",
};
