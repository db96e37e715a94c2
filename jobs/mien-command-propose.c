/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * mienctl propose: a model reads every frame that it has not read yet, those that people
 * need most first; where it smooths along videos, the videos of these frames one after
 * the other. What it says goes to the predictions and proposals, batch by batch in short
 * transactions, and to nothing else: no label is touched. What is stored stays, so a
 * propose that was stopped or killed goes on where it was.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-commands.h"

#include <string.h>

#include "mien-auditing.h"
#include "mien-chosen-model.h"
#include "mien-embedding.h"
#include "mien-inference.h"
#include "mien-int8.h"
#include "mien-json.h"
#include "mien-plan.h"
#include "mien-postprocessing.h"
#include "mien-proposing.h"
#include "mien-stabilising.h"

#define MAX_CRASHES 3
/* Frames that one start of the engine reads at least, where there are so many. */
#define MIN_PLAN 20000

typedef struct
{
  MienJob *job;
  MienStore *store;
  MienModel *model;
  GBytes *weights;
  gboolean raw, int8;
  MienInt8Check check;
  GBytes *calibration; /* NULL: answers in float32 */
  MienPostprocess
      postprocess; /* changes nothing where there is none, or it is left out */
  guint threads;
  GArray *plan; /* MienPlanned */
  MienWindow *window;
  guint64 done, total, left_out;
  MienEmbedding embedding;
} Propose;

static void
propose_clear (Propose *propose)
{
  g_clear_pointer (&propose->model, mien_model_free);
  g_clear_pointer (&propose->weights, g_bytes_unref);
  g_clear_pointer (&propose->calibration, g_bytes_unref);
  g_clear_pointer (&propose->plan, g_array_unref);
  g_clear_pointer (&propose->window, mien_window_free);
  g_clear_pointer (&propose->store, mien_store_close);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Propose, propose_clear)

/* In the transaction of store_answers. */
static gboolean
store_answer (const MienPlanned *planned,
              const MienPrediction *prediction,
              gpointer data,
              GError **error)
{
  Propose *propose = data;

  if (!mien_proposals_store (propose->store, propose->model, planned->frame, prediction,
                             error)
      || !mien_store_breathe (propose->store, error))
    return FALSE;
  propose->done += planned->pending;
  return TRUE;
}

static gboolean
end_transaction (Propose *propose, gboolean ok, GError **error)
{
  if (!ok)
    {
      mien_store_rollback (propose->store);
      return FALSE;
    }
  if (!mien_store_commit (propose->store, error))
    return FALSE;
  mien_progress_count (propose->job->progress, propose->done, propose->total);
  return TRUE;
}

static gboolean
store_answers (const gsize *index,
               const MienPrediction *predictions,
               const float *features,
               guint n,
               gpointer data,
               GError **error)
{
  Propose *propose = data;
  gboolean ok = mien_store_begin (propose->store, error);

  if (!ok)
    return FALSE;
  for (guint i = 0; ok && i < n; i++)
    {
      const MienPlanned *planned = &g_array_index (propose->plan, MienPlanned, index[i]);

      ok = mien_embedding_keep (&propose->embedding, planned->frame, features, i, error)
           && mien_window_add (propose->window, planned, &predictions[i], error);
    }
  return end_transaction (propose, ok, error);
}

static MienInferenceOptions
inference_options (Propose *propose)
{
  return (MienInferenceOptions){
    .weights = propose->weights,
    .input_size = propose->model->input_size,
    .threads = propose->threads,
    .features = propose->embedding.limit > 0,
    .calibration = propose->calibration,
    .cancellable = propose->job->cancellable,
  };
}

/* All that is planned, by one engine. */
static gboolean
read_plan (Propose *propose, GError **error)
{
  MienInferenceOptions options = inference_options (propose);
  g_autofree gint64 *frames = g_new (gint64, propose->plan->len);
  g_autoptr (MienFrameReader) reader = NULL;

  for (guint i = 0; i < propose->plan->len; i++)
    frames[i] = g_array_index (propose->plan, MienPlanned, i).frame;
  g_clear_pointer (&propose->window, mien_window_free);
  propose->window = mien_window_new (&propose->postprocess, store_answer, propose);
  reader = mien_frame_reader_new (propose->store, frames, propose->plan->len,
                                  propose->model->input_size, propose->threads,
                                  propose->job->progress);
  if (!mien_inference_run (&options, reader, store_answers, propose, error)
      || !mien_store_begin (propose->store, error)
      || !end_transaction (propose, mien_window_finish (propose->window, error), error))
    return FALSE;
  propose->left_out += mien_frame_reader_finish (reader);
  g_array_set_size (propose->plan, 0);
  return TRUE;
}

/* Without smoothing a frame needs no other one. */
static gboolean
read_frames (Propose *propose, GError **error)
{
  g_autoptr (GArray) pending =
      mien_proposals_pending (propose->store, propose->model->id, G_MAXUINT, error);

  if (pending == NULL)
    return FALSE;
  for (guint i = 0; i < pending->len; i++)
    {
      MienPlanned planned = { g_array_index (pending, gint64, i), 0, MIEN_NO_NUMBER, TRUE,
                              TRUE };

      g_array_append_val (propose->plan, planned);
    }
  return propose->plan->len == 0 || read_plan (propose, error);
}

static gboolean
read_videos (Propose *propose, GError **error)
{
  gint64 model = propose->model->id;
  gint64 radius = mien_postprocess_radius (&propose->postprocess);
  g_autoptr (GArray) videos =
      mien_proposals_pending_videos (propose->store, model, error);

  if (videos == NULL)
    return FALSE;
  for (guint i = 0; i < videos->len; i++)
    {
      gint64 video = g_array_index (videos, gint64, i);
      g_autoptr (GArray) frames =
          mien_proposals_video (propose->store, model, video, error);

      if (frames == NULL)
        return FALSE;
      mien_plan_video (frames, video, radius, propose->plan);
      if (propose->plan->len >= MIN_PLAN && !read_plan (propose, error))
        return FALSE;
    }
  return propose->plan->len == 0 || read_plan (propose, error);
}

static gboolean
read_pending (Propose *propose, GError **error)
{
  guint64 pending;

  if (!mien_proposals_count_pending (propose->store, propose->model->id, &pending, error))
    return FALSE;
  propose->total = propose->done + pending;
  propose->left_out = 0;
  g_clear_pointer (&propose->plan, g_array_unref);
  propose->plan = g_array_new (FALSE, FALSE, sizeof (MienPlanned));
  return mien_postprocess_radius (&propose->postprocess) > 0
             ? read_videos (propose, error)
             : read_frames (propose, error);
}

static gboolean
read_all (Propose *propose, GError **error)
{
  MienInferenceOptions options = inference_options (propose);

  return read_pending (propose, error)
         && mien_embedding_catch_up (&propose->embedding, propose->job, &options,
                                     &propose->done, error);
}

/* Again after a crash, as long as each one gets further than the one before. */
static gboolean
persist (Propose *propose, GError **error)
{
  guint64 reached = 0;
  guint crashes = 0;

  for (;;)
    {
      g_autoptr (GError) failed = NULL;

      if (read_all (propose, &failed))
        return TRUE;
      crashes = propose->done > reached ? 1 : crashes + 1;
      reached = propose->done;
      if (crashes < MAX_CRASHES
          && g_error_matches (failed, MIEN_JOB_ERROR, MIEN_JOB_ERROR_CRASHED))
        {
          mien_progress_warn (propose->job->progress, "%s; going on from frame %u of %u",
                              failed->message, (guint) propose->done,
                              (guint) propose->total);
          continue;
        }
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
}

static gboolean
print_result (Propose *propose, GError **error)
{
  MienJob *job = propose->job;
  MienStatus status;

  if (!mien_store_status (propose->store, &status, error))
    return FALSE;
  if (job->json)
    {
      g_autoptr (JsonBuilder) builder = json_builder_new ();

      json_builder_begin_object (builder);
      mien_json_integer (builder, "model", propose->model->id);
      mien_json_integer (builder, "frames", (gint64) propose->done);
      mien_json_integer (builder, "left_out", (gint64) propose->left_out);
      mien_json_integer (builder, "queue", (gint64) status.queue);
      if (propose->int8)
        mien_json_int8_check (builder, "int8", &propose->check);
      json_builder_end_object (builder);
      mien_job_print_json (job, builder);
      return TRUE;
    }
  mien_job_print (job, "model %" G_GINT64_FORMAT " has read %" G_GUINT64_FORMAT " frames",
                  propose->model->id, propose->done);
  if (propose->left_out > 0)
    mien_job_print (job, ", %" G_GUINT64_FORMAT " could not be read", propose->left_out);
  if (propose->model->current)
    mien_job_print (job, "; %" G_GUINT64_FORMAT " answers wait in the queue",
                    status.queue);
  mien_job_print (job, "\n");
  return TRUE;
}

/* The model as it is after a change between raw and processed. */
static gboolean
prepare_model (Propose *propose, gint64 id, GError **error)
{
  propose->model = mien_chosen_model (propose->store, id, &propose->weights, error);
  if (propose->model == NULL
      || !mien_proposals_set_raw (propose->store, propose->model->id, propose->raw,
                                  error))
    return FALSE;
  id = propose->model->id;
  g_clear_pointer (&propose->model, mien_model_free);
  propose->model = mien_models_get (propose->store, id, error);
  if (propose->model == NULL)
    return FALSE;
  if (propose->raw
      || !mien_postprocessing_of_model (propose->model, &propose->postprocess))
    mien_postprocess_init (&propose->postprocess);
  return TRUE;
}

/* Answers in eight bits, if the tuning videos speak for them. */
static gboolean
prepare_int8 (Propose *propose, GError **error)
{
  MienJob *job = propose->job;
  g_autoptr (GArray) rows =
      mien_training_rows (job, propose->store, MIEN_SPLIT_TRAIN, NULL, error);
  g_autoptr (GArray) tuning = g_array_new (FALSE, FALSE, sizeof (MienPackRow));
  g_autofree char *text = NULL;
  MienEvaluation evaluation = { .job = job,
                                .store = propose->store,
                                .rows = tuning,
                                .weights = propose->weights,
                                .input_size = propose->model->input_size,
                                .threads = propose->threads };

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    if (g_array_index (rows, MienPackRow, i).split == MIEN_PACK_TUNING)
      g_array_append_val (tuning, g_array_index (rows, MienPackRow, i));
  evaluation.calibration = propose->calibration = mien_int8_calibration (
      job, propose->store, rows, evaluation.input_size, propose->threads, error);
  if (propose->calibration == NULL
      || !mien_int8_check (&evaluation, &propose->postprocess, &propose->check, error))
    return FALSE;
  if (propose->check.refusal != NULL)
    g_clear_pointer (&propose->calibration, g_bytes_unref);
  text = mien_int8_check_to_text (&propose->check);
  if (!job->json)
    mien_job_print (job, "%s", text);
  return TRUE;
}

/* How far it says what the model before it says, while the answers of both are there. */
static gboolean
record_steadiness (Propose *propose, GError **error)
{
  MienSteadiness steadiness;

  return mien_steadiness_measure (propose->store, &steadiness, error)
         && mien_steadiness_record (propose->store, &steadiness, error);
}

/* A candidate would only put its embeddings in the place of those of the model in use. */
static gboolean
prepare_embedding (Propose *propose, GError **error)
{
  propose->embedding =
      (MienEmbedding){ .store = propose->store, .model = propose->model->id };
  return !propose->model->current
         || mien_embeddings_limit (propose->store, &propose->embedding.limit, error);
}

static gboolean
propose_model (Propose *propose, gint64 id, GError **error)
{
  g_autoptr (GArray) changes = NULL;

  if (!mien_store_job_begin (propose->store, "propose", error))
    return FALSE;
  mien_progress_stage (propose->job->progress, "propose");
  return mien_store_set_bulk (propose->store, TRUE, error)
         && prepare_model (propose, id, error)
         && (!propose->int8 || prepare_int8 (propose, error))
         && prepare_embedding (propose, error)
         && persist (propose, error)
         /* A candidate's proposals would be the first to go. */
         && (!propose->model->current
             || (mien_proposals_prune (propose->store, error)
                 && mien_embeddings_prune (propose->store, propose->model->id,
                                           propose->embedding.limit, error)
                 && record_steadiness (propose, error)
                 && mien_auditing_apply (propose->store, propose->model, &changes, error)
                 && mien_plan_renew (propose->store, error)))
         && mien_store_set_bulk (propose->store, FALSE, error)
         && mien_store_job_end (propose->store, error) && print_result (propose, error);
}

static gboolean
parse_precision (MienJob *job, const char *text, gboolean *int8, GError **error)
{
  *int8 = g_strcmp0 (text, "int8") == 0;
  return text == NULL || *int8 || strcmp (text, "fp32") == 0
         || mien_job_usage_error (job, error, "--precision takes fp32 or int8");
}

static gboolean
run_propose (MienJob *job, GError **error)
{
  g_auto (Propose) propose = { .job = job };
  g_autofree char *model = NULL;
  g_autofree char *threads = NULL;
  g_autofree char *precision = NULL;
  const GOptionEntry entries[] = {
    { "model", 0, 0, G_OPTION_ARG_FILENAME, &model,
      "The model, by number; the one in use by default", "ID" },
    { "raw", 0, 0, G_OPTION_ARG_NONE, &propose.raw,
      "Leave the model's post-processing out", NULL },
    { "precision", 0, 0, G_OPTION_ARG_FILENAME, &precision,
      "fp32 (the default), or int8, where the tuning videos speak for it", "NAME" },
    { "threads", 0, 0, G_OPTION_ARG_FILENAME, &threads, "The CPUs by default", "N" },
    G_OPTION_ENTRY_NULL
  };
  gint64 id;

  if (!mien_job_parse (job, entries, error)
      || !mien_job_parse_model (job, model, &id, error)
      || !mien_job_parse_threads (job, threads, &propose.threads, error)
      || !parse_precision (job, precision, &propose.int8, error))
    return FALSE;
  propose.store = mien_store_open (job->operands[0], MIEN_STORE_READ_WRITE, error);
  if (propose.store == NULL)
    return FALSE;
  if (propose_model (&propose, id, error))
    return TRUE;
  mien_job_explain_stop (job, "what was read is stored, and the same command goes on",
                         error);
  return FALSE;
}

const MienCommand mien_command_propose = {
  .name = "propose",
  .operands = "PROJECT",
  .summary = "Let a model read every frame and propose labels",
  .long_running = TRUE,
  .run = run_propose,
  .details =
      "An answer whose confidence reaches the model's threshold counts as a "
      "pseudo-label, "
      "what lies below waits in the queue. Imported and human labels are never changed. "
      "Proposals are kept for the model in use and the one before it; those of others go "
      "when the model in use proposes.\n\n"
      "A model with post-processing smooths its answers along the frames of a video, and "
      "calibrates their confidence, before they meet the thresholds. --raw leaves that "
      "out; a model that proposes the other way than before reads all frames anew.\n\n"
      "--precision int8 computes with activations of eight bits, in about two thirds of "
      "the time. The labelled frames of the tuning videos are answered both ways first; "
      "unless at least 99 % of the answers agree in every task, and the 95 % interval of "
      "what the score loses (a bootstrap over videos) ends below 0.01, float32 is taken. "
      "Frames that were read before are not read anew.",
};
