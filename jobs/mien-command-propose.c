/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * mienctl propose: a model reads every frame that it has not read yet, those that people
 * need most first. What it says goes to the predictions and proposals, batch by batch in
 * short transactions, and to nothing else: no label is touched. What is stored stays, so
 * a propose that was stopped or killed goes on where it was.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-commands.h"

#include "mien-chosen-model.h"
#include "mien-inference.h"
#include "mien-json.h"
#include "mien-proposals.h"

#define MAX_CRASHES 3

typedef struct
{
  MienJob *job;
  MienStore *store;
  MienModel *model;
  GBytes *weights;
  GArray *pending; /* gint64 */
  guint64 done, total, left_out;
} Propose;

static void
propose_clear (Propose *propose)
{
  g_clear_pointer (&propose->model, mien_model_free);
  g_clear_pointer (&propose->weights, g_bytes_unref);
  g_clear_pointer (&propose->pending, g_array_unref);
  g_clear_pointer (&propose->store, mien_store_close);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Propose, propose_clear)

static gboolean
store_answers (const gsize *index,
               const MienPrediction *predictions,
               guint n,
               gpointer data,
               GError **error)
{
  Propose *propose = data;

  if (!mien_store_begin (propose->store, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!mien_proposals_store (propose->store, propose->model,
                               g_array_index (propose->pending, gint64, index[i]),
                               &predictions[i], error)
        || !mien_store_breathe (propose->store, error))
      {
        mien_store_rollback (propose->store);
        return FALSE;
      }
  if (!mien_store_commit (propose->store, error))
    return FALSE;
  propose->done += n;
  mien_progress_count (propose->job->progress, propose->done, propose->total);
  return TRUE;
}

/* All that is pending, by one engine. */
static gboolean
read_frames (Propose *propose, guint threads, GError **error)
{
  MienInferenceOptions options = {
    .weights = propose->weights,
    .input_size = propose->model->input_size,
    .threads = threads,
    .spread = TRUE,
    .cancellable = propose->job->cancellable,
  };
  g_autoptr (MienFrameReader) reader = NULL;

  g_clear_pointer (&propose->pending, g_array_unref);
  propose->pending =
      mien_proposals_pending (propose->store, propose->model->id, G_MAXUINT, error);
  if (propose->pending == NULL)
    return FALSE;
  propose->total = propose->done + propose->pending->len;
  if (propose->pending->len == 0)
    return TRUE;
  reader = mien_frame_reader_new (
      propose->store, (const gint64 *) (void *) propose->pending->data,
      propose->pending->len, propose->model->input_size, threads, propose->job->progress);
  if (!mien_inference_run (&options, reader, store_answers, propose, error))
    return FALSE;
  propose->left_out = mien_frame_reader_finish (reader);
  return TRUE;
}

/* Again after a crash, as long as each one gets further than the one before. */
static gboolean
persist (Propose *propose, guint threads, GError **error)
{
  guint64 reached = 0;
  guint crashes = 0;

  for (;;)
    {
      g_autoptr (GError) failed = NULL;

      if (read_frames (propose, threads, &failed))
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

static gboolean
propose_model (Propose *propose, gint64 id, guint threads, GError **error)
{
  if (!mien_store_job_begin (propose->store, "propose", error))
    return FALSE;
  propose->model = mien_chosen_model (propose->store, id, &propose->weights, error);
  if (propose->model == NULL || !mien_store_set_bulk (propose->store, TRUE, error))
    return FALSE;
  mien_progress_stage (propose->job->progress, "propose");
  return persist (propose, threads, error)
         /* A candidate's proposals would be the first to go. */
         && (!propose->model->current || mien_proposals_prune (propose->store, error))
         && mien_store_set_bulk (propose->store, FALSE, error)
         && mien_store_job_end (propose->store, error) && print_result (propose, error);
}

static gboolean
run_propose (MienJob *job, GError **error)
{
  g_auto (Propose) propose = { .job = job };
  g_autofree char *model = NULL;
  g_autofree char *threads = NULL;
  const GOptionEntry entries[] = {
    { "model", 0, 0, G_OPTION_ARG_FILENAME, &model,
      "The model, by number; the one in use by default", "ID" },
    { "threads", 0, 0, G_OPTION_ARG_FILENAME, &threads, "The CPUs by default", "N" },
    G_OPTION_ENTRY_NULL
  };
  guint n_threads;
  gint64 id;

  if (!mien_job_parse (job, entries, error)
      || !mien_job_parse_model (job, model, &id, error)
      || !mien_job_parse_threads (job, threads, &n_threads, error))
    return FALSE;
  propose.store = mien_store_open (job->operands[0], MIEN_STORE_READ_WRITE, error);
  if (propose.store == NULL)
    return FALSE;
  if (propose_model (&propose, id, n_threads, error))
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
      "when the model in use proposes.",
};
