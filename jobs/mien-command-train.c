/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * mienctl train: the labels of this moment, a pack, the engine, a candidate model.
 *
 * The project is written twice: when the job begins and when the model is whole. In
 * between people label as they like; what they say goes into the next training.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-commands.h"

#include <string.h>

#include "mien-acceptance.h"
#include "mien-chosen-model.h"
#include "mien-evaluation.h"
#include "mien-gating.h"
#include "mien-hidden-labels.h"
#include "mien-json.h"
#include "mien-postprocessing.h"
#include "mien-train-options.h"
#include "mien-train-report.h"
#include "mien-training.h"

typedef struct
{
  MienJob *job;
  MienStore *store;
  MienTrainingSettings settings;
  gboolean accept, with_control;
  char *hidden_labels;
  MienModel *parent; /* NULL: random weights */
  GBytes *start;
  GArray *train, *validation; /* MienPackRow; train: those for tuning too */
  GArray *hidden;             /* MienPackRow with hidden expressions, or NULL */
  MienRowCounts counts, tuning_counts, validation_counts;
  char *pixels;
  MienTrained candidate, control;
  MienGates gates;
  gint64 model, against; /* against: the model of the gates, 0: there are none */
} Train;

static void
train_clear (Train *train)
{
  g_clear_pointer (&train->hidden_labels, g_free);
  g_clear_pointer (&train->parent, mien_model_free);
  g_clear_pointer (&train->start, g_bytes_unref);
  g_clear_pointer (&train->train, g_array_unref);
  g_clear_pointer (&train->validation, g_array_unref);
  g_clear_pointer (&train->hidden, g_array_unref);
  g_clear_pointer (&train->pixels, g_free);
  mien_training_result_clear (&train->candidate.result);
  mien_training_result_clear (&train->control.result);
  mien_processed_clear (&train->candidate.processed);
  mien_processed_clear (&train->control.processed);
  g_clear_pointer (&train->store, mien_store_close);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Train, train_clear)

/* The newest weights that somebody has imported, or none: a training never starts from a
 * model that has learnt from pseudo-labels of its own. */
static gboolean
find_start (Train *train, GError **error)
{
  g_autoptr (GPtrArray) models = mien_models_list (train->store, error);

  if (models == NULL)
    return FALSE;
  for (guint i = 0; i < models->len; i++)
    {
      const MienModel *model = g_ptr_array_index (models, i);

      if (model->origin != MIEN_ORIGIN_IMPORTED)
        continue;
      train->parent = mien_models_get (train->store, model->id, error);
      if (train->parent != NULL)
        train->start = mien_models_weights (train->store, model->id, error);
      return train->start != NULL;
    }
  return TRUE;
}

static gboolean
is_ssmfar (const Train *train)
{
  return train->settings.train.method == MIEN_METHOD_SSMFAR;
}

static gboolean
check_labels (Train *train, GError **error)
{
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    if (train->counts.labels[task] > 0)
      return TRUE;
  g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
               "%s: nothing to learn from: %s; import labels, or give some with "
               "\"mienctl label\" or in the window",
               mien_store_path (train->store),
               train->counts.frames == 0
                   ? "the training split has no frame with an image"
                   : "no training frame with an image carries a label");
  return FALSE;
}

/* All that decides the weights. */
static char *
describe (Train *train)
{
  const MienTrainingSettings *settings = &train->settings;
  g_autofree char *start =
      train->start != NULL
          ? g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, train->start)
          : g_strdup ("random");
  char text[1024];

  /* It fits: names and values are bounded. */
  mien_train_settings_describe (&settings->train, text, sizeof text);
  return g_strdup_printf ("%s %s epochs=%d %d %u %s", MIEN_VERSION, text,
                          settings->train.epochs, settings->input_size, settings->threads,
                          start);
}

/* Takes the rows, and opens the folder that belongs to just them and the settings. */
static MienRunFolder *
take_rows (Train *train, GError **error)
{
  g_autoptr (GChecksum) digest = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *settings = NULL;
  g_autofree char *key = NULL;
  MienUuid uuid;

  mien_progress_stage (train->job->progress, "prepare");
  train->train =
      mien_training_rows (train->job, train->store, MIEN_SPLIT_TRAIN, digest, error);
  if (train->train == NULL)
    return NULL;
  mien_training_rows_count (train->train, MIEN_PACK_TRAIN, &train->counts);
  if (!check_labels (train, error))
    return NULL;
  train->validation =
      mien_training_rows (train->job, train->store, MIEN_SPLIT_VALIDATION, digest, error);
  if (train->validation == NULL || !mien_store_uuid (train->store, &uuid, error))
    return NULL;
  settings = describe (train);
  g_checksum_update (digest, (const guchar *) settings, (gssize) strlen (settings));
  key = g_strndup (g_checksum_get_string (digest), 32);
  return mien_run_folder_open (&uuid, key, train->job->cancellable, error);
}

/* The pack of an earlier try if it is sound, or a new one. Rows whose image cannot be
 * read are gone afterwards. */
static gboolean
make_pack (Train *train, MienRunFolder *folder, GError **error)
{
  const char *path = mien_run_folder_file (folder, MIEN_RUN_PACK);
  const char *pixels_path = mien_run_folder_file (folder, MIEN_RUN_PIXELS);
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (MienPackRow));
  guint n_train = 0;

  mien_progress_stage (train->job->progress, "prepare");
  g_array_append_vals (rows, train->train->data, train->train->len);
  if (train->validation->len > 0)
    g_array_append_vals (rows, train->validation->data, train->validation->len);
  if (g_file_get_contents (pixels_path, &train->pixels, NULL, NULL)
      && mien_training_pack_is_sound (path, rows, train->settings.input_size,
                                      train->pixels))
    return TRUE;

  g_clear_pointer (&train->pixels, g_free);
  if (!mien_training_pack_write (train->job, train->store, path, rows,
                                 train->settings.input_size, train->settings.threads,
                                 &train->pixels, error)
      || !g_file_set_contents (pixels_path, train->pixels, -1, error))
    return FALSE;
  while (n_train < rows->len
         && g_array_index (rows, MienPackRow, n_train).split != MIEN_PACK_VALIDATION)
    n_train++;
  g_array_set_size (train->train, 0);
  g_array_append_vals (train->train, rows->data, n_train);
  g_array_set_size (train->validation, 0);
  if (rows->len > n_train)
    g_array_append_vals (train->validation, &g_array_index (rows, MienPackRow, n_train),
                         rows->len - n_train);
  return TRUE;
}

static void
add_counts (JsonBuilder *builder, const char *name, const MienRowCounts *counts)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  mien_json_integer (builder, "frames", (gint64) counts->frames);
  mien_json_integer (builder, "unlabelled", (gint64) counts->unlabelled);
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    mien_json_integer (builder, mien_task_id ((MienTask) task),
                       (gint64) counts->labels[task]);
  json_builder_end_object (builder);
}

/* What is stored and printed of the control; null without one. */
static void
add_control (JsonBuilder *builder, const Train *train)
{
  if (!train->with_control)
    {
      mien_json_null (builder, "control");
      return;
    }
  json_builder_set_member_name (builder, "control");
  json_builder_begin_object (builder);
  mien_json_evaluation (builder, "metrics", &train->control.processed);
  mien_json_trained (builder, &train->control);
  json_builder_end_object (builder);
}

static char *
settings_to_json (Train *train)
{
  const MienTrainingSettings *settings = &train->settings;
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  mien_json_string (builder, "version", MIEN_VERSION);
  mien_json_train_settings (builder, &settings->train);
  mien_json_integer (builder, "input_size", settings->input_size);
  mien_json_integer (builder, "threads", settings->threads);
  mien_json_string (builder, "start", train->parent != NULL ? "imported" : "random");
  mien_json_string (builder, "pixels_sha256", train->pixels);
  add_counts (builder, "train", &train->counts);
  add_counts (builder, "tuning", &train->tuning_counts);
  add_counts (builder, "validation", &train->validation_counts);
  json_builder_set_member_name (builder, "trained");
  json_builder_begin_object (builder);
  mien_json_trained (builder, &train->candidate);
  json_builder_end_object (builder);
  add_control (builder, train);
  json_builder_end_object (builder);
  return mien_json_to_string (builder);
}

static char *
metrics_to_json (const Train *train)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *metrics = NULL;

  mien_json_evaluation (builder, NULL, &train->candidate.processed);
  metrics = mien_json_to_string (builder);
  return train->against != 0 ? mien_gates_beside (metrics, &train->gates, train->against)
                             : g_steal_pointer (&metrics);
}

/* prefix: "" or "control.". */
static gboolean
store_points (Train *train, const GArray *points, const char *prefix, GError **error)
{
  for (guint i = 0; i < points->len; i++)
    {
      const MienCurvePoint *point = &g_array_index (points, MienCurvePoint, i);
      g_autofree char *name = g_strconcat (prefix, point->name, NULL);

      if (!mien_models_add_point (train->store, train->model, name, point->epoch,
                                  point->value, error)
          || !mien_store_breathe (train->store, error))
        return FALSE;
    }
  return TRUE;
}

/* Those of the tuning videos, of calibrated answers; without such videos those of the
 * training, of raw ones. */
static MienThresholds
acceptance (const MienTrained *trained)
{
  MienThresholds thresholds = trained->result.thresholds;
  const MienThresholds *found = &trained->processed.acceptance;

  if (!trained->processed.has_acceptance)
    return thresholds;
  memcpy (thresholds.expression, found->expression, sizeof found->expression);
  for (guint unit = 0; unit < MIEN_UNIT_COUNT; unit++)
    if (thresholds.action_units[unit] < MIEN_ACCEPTANCE_NEVER) /* units with labels */
      thresholds.action_units[unit] = found->action_units[unit];
  return thresholds;
}

/* The weights last: before them nobody sees the model. */
static gboolean
store_model (Train *train, GError **error)
{
  g_autofree char *settings = settings_to_json (train);
  g_autofree char *metrics = metrics_to_json (train);
  MienTrainingResult *result = &train->candidate.result;
  MienModel model = {
    .origin = MIEN_ORIGIN_TRAINED,
    .parent = train->parent != NULL ? train->parent->id : 0,
    .method = (char *) (is_ssmfar (train) ? "ssmfar" : "supervised"),
    .settings = settings,
    .thresholds = acceptance (&train->candidate),
    .input_size = train->settings.input_size,
    .has_heads = TRUE,
  };

  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    if (train->counts.labels[task] > 0)
      model.tasks |= 1u << task;
  if (!mien_models_add (train->store, &model, &train->model, error)
      || !mien_store_begin (train->store, error))
    return FALSE;
  if (!store_points (train, result->points, "", error)
      || (train->with_control
          && !store_points (train, train->control.result.points, "control.", error)))
    {
      mien_store_rollback (train->store);
      return FALSE;
    }
  return mien_store_commit (train->store, error)
         && mien_processed_store (&train->candidate.processed, train->store, train->model,
                                  error)
         && mien_models_set_metrics (train->store, train->model, metrics, error)
         && mien_models_set_weights (train->store, train->model, result->weights, error)
         && (!train->accept || mien_models_use (train->store, train->model, error));
}

static void
print_result (Train *train)
{
  MienJob *job = train->job;
  MienThresholds thresholds = acceptance (&train->candidate);

  if (job->json)
    {
      g_autoptr (JsonBuilder) builder = json_builder_new ();

      json_builder_begin_object (builder);
      mien_json_integer (builder, "model", train->model);
      mien_json_boolean (builder, "accepted", train->accept);
      mien_json_evaluation (builder, "metrics", &train->candidate.processed);
      mien_json_thresholds (builder, "thresholds", &thresholds);
      mien_json_trained (builder, &train->candidate);
      add_control (builder, train);
      if (train->against != 0)
        mien_json_gates (builder, "gates", &train->gates, train->against);
      else
        mien_json_null (builder, "gates");
      json_builder_end_object (builder);
      mien_job_print_json (job, builder);
    }
  else
    {
      g_autofree char *title =
          g_strdup_printf ("model %" G_GINT64_FORMAT " on validation", train->model);
      g_autofree char *text = mien_trained_to_text (
          title, &train->candidate, train->with_control ? &train->control : NULL);

      mien_job_print (job, "%s", text);
      if (train->against != 0)
        {
          g_autofree char *gates = mien_gates_to_text (&train->gates, train->against);

          mien_job_print (job, "%s", gates);
        }
      mien_job_print (job, "thresholds      ");
      for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
        if (thresholds.expression[i] <= 1)
          mien_job_print (job, " %s %.3f", mien_expression_name (i),
                          thresholds.expression[i]);
        else
          mien_job_print (job, " %s never", mien_expression_name (i));
      if (train->accept)
        mien_job_print (job, "\nIt is in use.\n");
      else
        mien_job_print (job,
                        "\nIt is a candidate; \"mienctl use PROJECT %" G_GINT64_FORMAT
                        "\" takes it into use.\n",
                        train->model);
    }
}

/* Post-processing is fitted on the tuning videos; validation only reports. */
static gboolean
measure (Train *train, MienTrained *trained, GError **error)
{
  MienEvaluation evaluation = { .job = train->job,
                                .store = train->store,
                                .rows = train->train,
                                .weights = trained->result.weights,
                                .input_size = train->settings.input_size,
                                .threads = train->settings.threads };

  mien_progress_stage (train->job->progress, "evaluate");
  return mien_processed_measure (&evaluation, train->validation, &trained->processed,
                                 error);
}

/* Trains, and measures what was trained. */
static gboolean
train_one (Train *train,
           MienRunFolder *folder,
           gboolean control,
           MienTrained *trained,
           GError **error)
{
  MienJob *job = train->job;
  MienTrainingSettings settings = train->settings;

  if (control)
    settings.train.method = MIEN_METHOD_SUPERVISED;
  mien_progress_stage (job->progress, control ? "control" : "train");
  if (!mien_training_run (job, &settings, folder, control, train->start, &train->counts,
                          &trained->result, error))
    {
      if (g_cancellable_is_cancelled (job->cancellable))
        mien_run_folder_keep (folder);
      return FALSE;
    }
  trained->has_hidden = train->hidden != NULL;
  return measure (train, trained, error)
         && (!trained->has_hidden
             || mien_hidden_labels_measure (
                 job, train->store, train->hidden, trained->result.weights,
                 settings.input_size, settings.threads,
                 trained->result.thresholds.expression, &trained->hidden, error));
}

/* Against the model that is in use by now. Where it cannot be asked, the training is not
 * lost for it. */
static gboolean
measure_gates (Train *train, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (MienModel) in_use = mien_models_current (train->store, &failed);
  MienEvaluation evaluation = { .job = train->job,
                                .store = train->store,
                                .rows = train->validation,
                                .threads = train->settings.threads };

  if (in_use != NULL
      && mien_gating_measure (&evaluation, train->candidate.processed.videos, in_use,
                              &train->gates, &failed))
    train->against = in_use->id;
  if (failed == NULL)
    return TRUE;
  if (g_cancellable_is_cancelled (train->job->cancellable))
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  mien_progress_warn (train->job->progress, "not compared with the model in use: %s",
                      failed->message);
  return TRUE;
}

static gboolean
train_in_folder (Train *train, MienRunFolder *folder, GError **error)
{
  if (!make_pack (train, folder, error))
    return FALSE;
  mien_training_rows_count (train->train, MIEN_PACK_TRAIN, &train->counts);
  mien_training_rows_count (train->train, MIEN_PACK_TUNING, &train->tuning_counts);
  mien_training_rows_count (train->validation, MIEN_PACK_VALIDATION,
                            &train->validation_counts);
  if (!check_labels (train, error))
    return FALSE;
  if (train->hidden_labels != NULL)
    {
      train->hidden = mien_hidden_labels_read (train->store, train->hidden_labels,
                                               train->train, error);
      if (train->hidden == NULL)
        return FALSE;
    }
  if (!train_one (train, folder, FALSE, &train->candidate, error)
      || (train->with_control && !train_one (train, folder, TRUE, &train->control, error))
      || !measure_gates (train, error) || !store_model (train, error))
    return FALSE;
  mien_run_folder_remove (folder);
  return TRUE;
}

static gboolean
train_project (Train *train, GError **error)
{
  g_autoptr (MienRunFolder) folder = NULL;

  if (!mien_store_job_begin (train->store, "train", error)
      || !mien_models_sweep (train->store, error) || !find_start (train, error))
    return FALSE;
  folder = take_rows (train, error);
  if (folder == NULL || !train_in_folder (train, folder, error)
      || !mien_store_job_end (train->store, error))
    return FALSE;
  print_result (train);
  return TRUE;
}

static gboolean
check_options (const Train *train, GError **error)
{
  if (!train->with_control)
    return TRUE;
  if (!is_ssmfar (train))
    return mien_job_usage_error (train->job, error,
                                 "--with-control has no use with --method supervised");
  if (train->settings.train.patience > 0)
    return mien_job_usage_error (train->job, error,
                                 "--with-control takes as many steps as the model, which "
                                 "--patience does not know");
  return TRUE;
}

static gboolean
run_train (MienJob *job, GError **error)
{
  g_auto (Train) train = { .job = job };
  const GOptionEntry entries[] = {
    { "with-control", 0, 0, G_OPTION_ARG_NONE, &train.with_control,
      "Train on labels alone as well, with the same steps and seed, and show both",
      NULL },
    { "hidden-labels", 0, 0, G_OPTION_ARG_FILENAME, &train.hidden_labels,
      "An MTL list with expressions of unlabelled frames, to compare with", "LIST" },
    { "accept", 0, 0, G_OPTION_ARG_NONE, &train.accept, "Take the new model into use",
      NULL },
    G_OPTION_ENTRY_NULL
  };

  if (!mien_train_options_parse (job, entries, &train.settings, error)
      || !check_options (&train, error))
    return FALSE;
  train.store = mien_store_open (job->operands[0], MIEN_STORE_READ_WRITE, error);
  if (train.store == NULL)
    return FALSE;
  if (train_project (&train, error))
    return TRUE;
  mien_job_explain_stop (job, "the same command goes on from there", error);
  return FALSE;
}

const MienCommand mien_command_train = {
  .name = "train",
  .operands = "PROJECT",
  .summary = "Train a network on the labels there are",
  .long_running = TRUE,
  .run = run_train,
  .details =
      "The weights start from the newest ones that were imported, or at random where "
      "there are none; never from an earlier training, whose pseudo-labels would teach "
      "the new model its own mistakes.\n\n"
      "Frames of the training split teach, labelled and unlabelled ones; of ten training "
      "videos one is held out: the latest epoch that does as well on these as any, as "
      "far "
      "as they can tell, is kept, and the "
      "post-processing is fitted on them; those of the validation split measure, and "
      "compare it with the model in use as \"mienctl compare\" does. Stopped "
      "by a signal, or killed, the same command "
      "goes on from the last whole epoch; after other labels or settings it begins "
      "anew.\n\n"
      "Answers for an expression or an action unit are accepted from the confidence on "
      "from which those to the tuning videos are right as often as the project wants, "
      "calibrated by other videos; without such videos from what the epoch has found, at "
      "least 0.8. A unit that nobody has labelled is never accepted, and "
      "valence and arousal are where the face and its mirror image differ by at most "
      "0.05.",
};
