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

#include "mien-chosen-model.h"
#include "mien-evaluation.h"
#include "mien-json.h"
#include "mien-training.h"

/* mien-engine's own limits. */
enum
{
  MAX_EPOCHS = 100000,
  MAX_BATCH = 1024,
  MAX_SEED = G_MAXINT32,
};

typedef struct
{
  MienJob *job;
  MienStore *store;
  MienTrainingSettings settings;
  gboolean accept;
  MienModel *parent; /* NULL: random weights */
  GBytes *start;
  GArray *train, *validation; /* MienPackRow */
  MienRowCounts counts, validation_counts;
  char *pixels;
  MienTrainingResult result;
  MienMetrics metrics;
  gint64 model;
} Train;

static void
train_clear (Train *train)
{
  g_clear_pointer (&train->settings.method, g_free);
  g_clear_pointer (&train->parent, mien_model_free);
  g_clear_pointer (&train->start, g_bytes_unref);
  g_clear_pointer (&train->train, g_array_unref);
  g_clear_pointer (&train->validation, g_array_unref);
  g_clear_pointer (&train->pixels, g_free);
  mien_training_result_clear (&train->result);
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
  char rate[G_ASCII_DTOSTR_BUF_SIZE];
  const MienTrainingSettings *settings = &train->settings;
  g_autofree char *start =
      train->start != NULL
          ? g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, train->start)
          : g_strdup ("random");

  return g_strdup_printf ("%s %s %d %d %s %d %" G_GINT64_FORMAT " %u %s", MIEN_VERSION,
                          settings->method, settings->epochs, settings->batch,
                          g_ascii_dtostr (rate, sizeof rate, settings->learning_rate),
                          settings->input_size, settings->seed, settings->threads, start);
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
  mien_training_rows_count (train->train, &train->counts);
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
  while (n_train < rows->len && g_array_index (rows, MienPackRow, n_train).split == 0)
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

static char *
settings_to_json (Train *train)
{
  const MienTrainingSettings *settings = &train->settings;
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  mien_json_string (builder, "version", MIEN_VERSION);
  mien_json_string (builder, "method", settings->method);
  mien_json_integer (builder, "epochs", settings->epochs);
  mien_json_integer (builder, "batch", settings->batch);
  mien_json_real (builder, "learning_rate", settings->learning_rate);
  mien_json_integer (builder, "input_size", settings->input_size);
  mien_json_integer (builder, "seed", settings->seed);
  mien_json_integer (builder, "threads", settings->threads);
  mien_json_string (builder, "start", train->parent != NULL ? "imported" : "random");
  mien_json_string (builder, "pixels_sha256", train->pixels);
  add_counts (builder, "train", &train->counts);
  add_counts (builder, "validation", &train->validation_counts);
  json_builder_end_object (builder);
  return mien_json_to_string (builder);
}

static char *
metrics_to_json (const MienMetrics *metrics)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  mien_json_metrics (builder, NULL, metrics);
  return mien_json_to_string (builder);
}

/* The weights last: before them nobody sees the model. */
static gboolean
store_model (Train *train, GError **error)
{
  g_autofree char *settings = settings_to_json (train);
  g_autofree char *metrics = metrics_to_json (&train->metrics);
  MienModel model = {
    .origin = MIEN_ORIGIN_TRAINED,
    .parent = train->parent != NULL ? train->parent->id : 0,
    .method = train->settings.method,
    .settings = settings,
    .thresholds = train->result.thresholds,
    .input_size = train->settings.input_size,
    .has_heads = TRUE,
  };
  const GArray *points = train->result.points;

  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    if (train->counts.labels[task] > 0)
      model.tasks |= 1u << task;
  if (!mien_models_add (train->store, &model, &train->model, error)
      || !mien_store_begin (train->store, error))
    return FALSE;
  for (guint i = 0; i < points->len; i++)
    {
      const MienCurvePoint *point = &g_array_index (points, MienCurvePoint, i);

      if (!mien_models_add_point (train->store, train->model, point->name, point->epoch,
                                  point->value, error)
          || !mien_store_breathe (train->store, error))
        {
          mien_store_rollback (train->store);
          return FALSE;
        }
    }
  return mien_store_commit (train->store, error)
         && mien_models_set_metrics (train->store, train->model, metrics, error)
         && mien_models_set_weights (train->store, train->model, train->result.weights,
                                     error)
         && (!train->accept || mien_models_use (train->store, train->model, error));
}

static void
print_result (Train *train)
{
  MienJob *job = train->job;

  if (job->json)
    {
      g_autoptr (JsonBuilder) builder = json_builder_new ();

      json_builder_begin_object (builder);
      mien_json_integer (builder, "model", train->model);
      mien_json_boolean (builder, "accepted", train->accept);
      mien_json_metrics (builder, "metrics", &train->metrics);
      mien_json_thresholds (builder, "thresholds", &train->result.thresholds);
      json_builder_end_object (builder);
      mien_job_print_json (job, builder);
    }
  else
    {
      g_autofree char *text = mien_metrics_to_text (&train->metrics);

      mien_job_print (job, "model %" G_GINT64_FORMAT " on validation\n%s", train->model,
                      text);
      mien_job_print (job, "thresholds      ");
      for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
        mien_job_print (job, " %s %.3f", mien_expression_name (i),
                        train->result.thresholds.expression[i]);
      if (train->accept)
        mien_job_print (job, "\nIt is in use.\n");
      else
        mien_job_print (job,
                        "\nIt is a candidate; \"mienctl use PROJECT %" G_GINT64_FORMAT
                        "\" takes it into use.\n",
                        train->model);
    }
}

static gboolean
train_in_folder (Train *train, MienRunFolder *folder, GError **error)
{
  MienJob *job = train->job;

  if (!make_pack (train, folder, error))
    return FALSE;
  mien_training_rows_count (train->train, &train->counts);
  mien_training_rows_count (train->validation, &train->validation_counts);
  if (!check_labels (train, error))
    return FALSE;
  mien_progress_stage (job->progress, "train");
  if (!mien_training_run (job, &train->settings, folder, train->start, &train->counts,
                          &train->result, error))
    {
      if (g_cancellable_is_cancelled (job->cancellable))
        mien_run_folder_keep (folder);
      return FALSE;
    }
  mien_progress_stage (job->progress, "evaluate");
  if (!mien_evaluate (job, train->store, train->validation, train->result.weights,
                      train->settings.input_size, train->settings.threads,
                      &train->metrics, error)
      || !store_model (train, error))
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

typedef struct
{
  char *method, *epochs, *batch, *learning_rate, *input_size, *seed, *threads;
} Texts;

static void
texts_clear (Texts *texts)
{
  g_free (texts->method);
  g_free (texts->epochs);
  g_free (texts->batch);
  g_free (texts->learning_rate);
  g_free (texts->input_size);
  g_free (texts->seed);
  g_free (texts->threads);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Texts, texts_clear)

static gboolean
parse_settings (MienJob *job,
                const Texts *texts,
                MienTrainingSettings *settings,
                GError **error)
{
  const char *method = texts->method != NULL ? texts->method : "ssmfar";
  gint64 epochs = 8, batch = 64, input_size = 112;

  if (strcmp (method, "ssmfar") != 0 && strcmp (method, "supervised") != 0)
    return mien_job_usage_error (
        job, error, "--method takes ssmfar or supervised, not \"%s\"", method);
  settings->seed = 1;
  settings->learning_rate = 5e-4;
  if ((texts->epochs != NULL
       && !mien_job_parse_integer (job, "epochs", texts->epochs, 1, MAX_EPOCHS, &epochs,
                                   error))
      || (texts->batch != NULL
          && !mien_job_parse_integer (job, "batch", texts->batch, 1, MAX_BATCH, &batch,
                                      error))
      || (texts->learning_rate != NULL
          && !mien_job_parse_real (job, "learning-rate", texts->learning_rate, 1e-9, 10,
                                   &settings->learning_rate, error))
      || (texts->input_size != NULL
          && !mien_job_parse_integer (job, "input-size", texts->input_size,
                                      MIEN_PACK_MIN_SIDE, MIEN_PACK_MAX_SIDE, &input_size,
                                      error))
      || (texts->seed != NULL
          && !mien_job_parse_integer (job, "seed", texts->seed, 0, MAX_SEED,
                                      &settings->seed, error))
      || !mien_job_parse_threads (job, texts->threads, &settings->threads, error))
    return FALSE;
  if (input_size % 16 != 0)
    return mien_job_usage_error (
        job, error, "--input-size takes a multiple of 16 from %d to %d, not %d",
        MIEN_PACK_MIN_SIDE, MIEN_PACK_MAX_SIDE, (int) input_size);
  settings->method = g_strdup (method);
  settings->epochs = (int) epochs;
  settings->batch = (int) batch;
  settings->input_size = (int) input_size;
  return TRUE;
}

static gboolean
run_train (MienJob *job, GError **error)
{
  g_auto (Texts) texts = { 0 };
  g_auto (Train) train = { .job = job };
  const GOptionEntry entries[] = {
    { "method", 0, 0, G_OPTION_ARG_FILENAME, &texts.method,
      "ssmfar (the default): from unlabelled frames too; or supervised", "NAME" },
    { "epochs", 0, 0, G_OPTION_ARG_FILENAME, &texts.epochs, "8 by default", "N" },
    { "batch", 0, 0, G_OPTION_ARG_FILENAME, &texts.batch, "Frames a step, 64 by default",
      "N" },
    { "learning-rate", 0, 0, G_OPTION_ARG_FILENAME, &texts.learning_rate,
      "0.0005 by default", "X" },
    { "input-size", 0, 0, G_OPTION_ARG_FILENAME, &texts.input_size,
      "Pixels, a multiple of 16 from 48 to 224, 112 by default", "N" },
    { "seed", 0, 0, G_OPTION_ARG_FILENAME, &texts.seed,
      "The same seed, labels and settings give the same weights; 1 by default", "N" },
    { "threads", 0, 0, G_OPTION_ARG_FILENAME, &texts.threads, "The CPUs by default",
      "N" },
    { "accept", 0, 0, G_OPTION_ARG_NONE, &train.accept, "Take the new model into use",
      NULL },
    G_OPTION_ENTRY_NULL
  };

  if (!mien_job_parse (job, entries, error)
      || !parse_settings (job, &texts, &train.settings, error))
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
      "Frames of the training split teach, labelled and unlabelled ones; those of the "
      "validation split measure. Stopped by a signal, or killed, the same command goes "
      "on "
      "from the last whole epoch; after other labels or settings it begins anew.\n\n"
      "A threshold of an expression or an action unit is the one that the last epoch "
      "has found, at least 0.8; a unit that nobody has labelled is never accepted, and "
      "valence and arousal are where the face and its mirror image differ by at most "
      "0.05.",
};
