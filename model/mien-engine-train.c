/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The command `train`: runs a training to its end and tells about it, a checkpoint after
 * each epoch. A thread waits for the end of stdin; when it comes, or when nobody reads
 * stdout any more, the work stops at the next step, for the checkpoint of the last whole
 * epoch is on the disk already.
 */

#include "mien-engine.h"

#include "mien-checkpoint.h"
#include "mien-protocol.h"
#include "mien-random.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static atomic_bool stopped;

typedef struct
{
  const MienEngineOptions *options;
  MienPack pack;
  MienTrainSettings settings;
  MienCheckpointRun run;
  MienPool *pool;
  MienNetwork *network;
  MienTraining *training;
  char *checkpoint, *model; /* paths */
  int resumed;
  double said_at; /* when the last progress line went out */
  long n_since;   /* images since then */
} Job;

static bool
is_stopped (void *data)
{
  (void) data;
  return atomic_load (&stopped);
}

#define SAY(...)                                                                         \
  do                                                                                     \
    if (mien_say (stdout, __VA_ARGS__) != 0)                                             \
      atomic_store (&stopped, true);                                                     \
  while (0)

static void *
wait_for_end (void *data)
{
  char buffer[4096];
  ssize_t n;

  (void) data;
  do
    n = read (STDIN_FILENO, buffer, sizeof buffer);
  while (n > 0 || (n < 0 && errno == EINTR));
  atomic_store (&stopped, true);
  return NULL;
}

static double
now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return (double) time.tv_sec + (double) time.tv_nsec * 1e-9;
}

static char *
path_in (const char *folder, const char *name)
{
  size_t size = strlen (folder) + strlen (name) + 2;
  char *path = malloc (size);

  if (path != NULL)
    snprintf (path, size, "%s/%s", folder, name);
  return path;
}

static int
make_folder (const char *path, char *error)
{
  struct stat status;

  if (mkdir (path, 0777) != 0 && errno != EEXIST)
    return snprintf (error, MIEN_ERROR_SIZE, "%.300s: %s", path, strerror (errno)), -1;
  if (stat (path, &status) != 0 || !S_ISDIR (status.st_mode))
    return snprintf (error, MIEN_ERROR_SIZE, "%.300s: not a folder", path), -1;
  return 0;
}

static int
start_network (Job *job, char *error)
{
  const char *path = job->options->weights;
  MienNetworkShape shape = { 64, 16 };
  MienTensors *weights = NULL;
  int status = 0;

  if (path != NULL && mien_safetensors_read (path, &weights, error) != 0)
    return -1;
  if (weights != NULL)
    status = mien_network_shape_of (weights, &shape, error);
  if (status == 0)
    job->network = mien_network_new (shape, mien_training_rows (&job->settings),
                                     (int) job->pack.side, true, job->pool, error);
  if (job->network != NULL)
    mien_network_init (job->network, mien_random_key (job->settings.seed, 0));
  if (job->network == NULL
      || (weights != NULL
          && mien_network_load (job->network, weights, false, error) != 0))
    status = -1;
  mien_tensors_free (weights);
  return status;
}

static int
start (Job *job, char *error)
{
  const MienEngineOptions *options = job->options;
  int threads = (int) options->threads;
  bool fits;

  job->settings = options->train;
  if (mien_pack_open (options->pack, &job->pack, error) != 0)
    return -1;
  if (make_folder (options->run, error) != 0)
    return -1;
  job->checkpoint = path_in (options->run, "checkpoint.safetensors");
  job->model = path_in (options->run, "model.safetensors");
  if (job->checkpoint == NULL || job->model == NULL)
    return snprintf (error, MIEN_ERROR_SIZE, "out of memory"), -1;
  /* The split of sums among threads decides the last bits: go on with as many. */
  if (threads == 0 && mien_checkpoint_threads (job->checkpoint, &threads, error) != 0)
    return -1;
  threads = threads > 0 ? threads : mien_engine_cpus ();
  job->pool = mien_pool_new (threads);
  if (job->pool == NULL)
    return snprintf (error, MIEN_ERROR_SIZE, "cannot start %d threads; use fewer",
                     threads),
           -1;
  if (start_network (job, error) != 0)
    return -1;
  job->run = (MienCheckpointRun){ &job->pack, &job->settings, threads,
                                  mien_checkpoint_hash (job->network) };
  job->training =
      mien_training_new (&job->pack, &job->settings, job->network, job->pool, error);
  if (job->training == NULL
      || mien_checkpoint_read (job->checkpoint, &job->run, options->train.epochs,
                               job->training, job->network, &fits, error)
             != 0)
    return -1;
  job->resumed = mien_training_epochs (job->training);
  return 0;
}

static void
say_start (Job *job)
{
  size_t n, n_parameters = 0;
  const MienParameter *parameters = mien_network_parameters (job->network, &n);

  for (size_t i = 0; i < n; i++)
    n_parameters += parameters[i].gradient != NULL ? parameters[i].n : 0;
  SAY ("start images=%llu validation=%llu steps=%lld parameters=%zu resumed=%d",
       (unsigned long long) mien_training_images (job->training),
       (unsigned long long) mien_training_validation (job->training),
       (long long) job->settings.epochs * mien_training_steps (job->training),
       n_parameters, job->resumed);
  job->said_at = now ();
}

static void
say_progress (Job *job, int step, double loss)
{
  int steps = mien_training_steps (job->training);
  int epochs = mien_training_epochs (job->training);
  double time = now ();

  if (time - job->said_at < 0.1)
    return;
  SAY ("progress step=%lld steps=%lld epoch=%d loss=%.9g rate=%.9g",
       (long long) epochs * steps + step + 1, (long long) job->settings.epochs * steps,
       epochs + 1, loss, (double) job->n_since / (time - job->said_at));
  job->said_at = time;
  job->n_since = 0;
}

static void
say_metric (int epoch, const char *name, bool defined, double value)
{
  if (defined && isfinite (value))
    SAY ("metric epoch=%d name=%s value=%.9g", epoch, name, value);
}

/* prefix: "validation" or "tuning". */
static void
say_metrics (int epoch, const char *prefix, const MienMetrics *metrics, double coverage)
{
  const struct
  {
    const char *name;
    bool defined;
    double value;
  } figures[] = {
    { "score", true, metrics->score },
    { "expression_f1", metrics->has_expression, metrics->expression_f1 },
    { "expression_accuracy", metrics->has_expression, metrics->expression_accuracy },
    { "expression_coverage", metrics->has_expression, coverage },
    { "ccc_valence", metrics->has_valence_arousal, metrics->ccc_valence },
    { "ccc_arousal", metrics->has_valence_arousal, metrics->ccc_arousal },
    { "action_units_f1", metrics->has_action_units, metrics->action_units_f1 },
  };

  for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
    {
      char name[64];

      snprintf (name, sizeof name, "%s_%s", prefix, figures[i].name);
      say_metric (epoch, name, figures[i].defined, figures[i].value);
    }
}

/* What the rule asks of pseudo-labels, and how many there were. */
static void
say_pseudo (const Job *job, int epoch, const MienEpoch *said)
{
  static const int UNITS[12] = { 1, 2, 4, 6, 7, 10, 12, 15, 23, 24, 25, 26 };
  const MienLoss *loss = &said->loss;
  bool all = job->settings.pseudo == MIEN_PSEUDO_ALL;
  char name[64];

  say_metric (epoch, "pseudo_share", loss->n_unlabelled > 0,
              loss->n_confident / loss->n_unlabelled);
  say_metric (epoch, "pseudo_share_valence_arousal", loss->n_unlabelled_points > 0,
              loss->n_confident_points / loss->n_unlabelled_points);
  say_metric (epoch, "pseudo_share_action_units", loss->n_unlabelled_units > 0,
              loss->n_confident_units / loss->n_unlabelled_units);
  for (int c = 0; c < 8; c++)
    {
      snprintf (name, sizeof name, "train_threshold_%d", c);
      say_metric (epoch, name, true, (double) said->asked.expressions[c]);
    }
  say_metric (epoch, "train_threshold_valence_arousal", all,
              (double) said->asked.valence_arousal);
  for (int k = 0; k < 12; k++)
    {
      snprintf (name, sizeof name, "train_threshold_au%d_present", UNITS[k]);
      say_metric (epoch, name, all, (double) said->asked.present[k]);
      snprintf (name, sizeof name, "train_threshold_au%d_absent", UNITS[k]);
      say_metric (epoch, name, all, (double) said->asked.absent[k]);
    }
}

static void
say_epoch (Job *job, const MienEpoch *epoch)
{
  int number = mien_training_epochs (job->training);
  bool ssmfar = job->settings.method == MIEN_METHOD_SSMFAR;
  bool expression, valence_arousal, units[12], any_unit = false;
  const MienLoss *loss = &epoch->loss;

  mien_training_tasks (job->training, &expression, &valence_arousal, units);
  for (int k = 0; k < 12; k++)
    any_unit |= units[k];
  say_metric (number, "loss", true, loss->total);
  say_metric (number, "loss_expression", expression || ssmfar, loss->expression);
  say_metric (number, "loss_valence_arousal", valence_arousal, loss->valence_arousal);
  say_metric (number, "loss_action_units", any_unit, loss->action_units);
  say_metric (number, "learning_rate", true, epoch->rate);
  say_metric (number, "gradient_norm", true, epoch->norm);
  if (ssmfar)
    say_pseudo (job, number, epoch);
  say_metrics (number, "validation", &epoch->validation, epoch->validation_coverage);
  say_metrics (number, "tuning", &epoch->tuning, epoch->tuning_coverage);
  say_metric (number, "best_epoch", epoch->best > 0, epoch->best);
  for (int c = 0; c < 8; c++)
    SAY ("threshold epoch=%d class=%d value=%.9g", number, c,
         (double) epoch->thresholds.expressions[c]);
  for (int k = 0; k < 12; k++)
    if (units[k])
      SAY ("threshold epoch=%d unit=%d value=%.9g", number, k,
           (double) epoch->thresholds.action_units[k]);
}

static void
add_loss (MienLoss *sum, const MienLoss *loss, int steps)
{
  sum->total += loss->total / steps;
  sum->expression += loss->expression / steps;
  sum->valence_arousal += loss->valence_arousal / steps;
  sum->action_units += loss->action_units / steps;
  sum->n_unlabelled += loss->n_unlabelled;
  sum->n_confident += loss->n_confident;
  sum->n_unlabelled_points += loss->n_unlabelled_points;
  sum->n_confident_points += loss->n_confident_points;
  sum->n_unlabelled_units += loss->n_unlabelled_units;
  sum->n_confident_units += loss->n_confident_units;
}

/* 1 if stopped. */
static int
run_epoch (Job *job, char *error)
{
  int steps = mien_training_steps (job->training), status;
  MienEpoch epoch = { 0 };

  for (int step = 0; step < steps; step++)
    {
      MienLoss loss;
      double norm;
      int n;

      if (is_stopped (NULL))
        return 1;
      if (mien_training_step (job->training, step, &loss, &epoch.rate, &norm, &n, error)
          != 0)
        return -1;
      add_loss (&epoch.loss, &loss, steps);
      epoch.norm += norm / steps;
      job->n_since += n;
      say_progress (job, step, loss.total);
    }
  status = mien_training_end_epoch (job->training, is_stopped, NULL, &epoch, error);
  if (status != 0)
    return status;
  say_epoch (job, &epoch);
  if (mien_checkpoint_write (job->checkpoint, &job->run, job->training, job->network,
                             error)
      != 0)
    return -1;
  SAY ("checkpoint epoch=%d", mien_training_epochs (job->training));
  return 0;
}

static int
run (Job *job, char *error)
{
  pthread_t watcher;
  int status = 0;

  if (pthread_create (&watcher, NULL, wait_for_end, NULL) != 0)
    return snprintf (error, MIEN_ERROR_SIZE, "cannot start a thread"), -1;
  pthread_detach (watcher);
  say_start (job);
  while (status == 0 && !mien_training_is_over (job->training))
    status = run_epoch (job, error);
  if (status == 0 && !is_stopped (NULL))
    {
      status =
          mien_checkpoint_write_weights (job->model, job->training, job->network, error);
      if (status == 0)
        SAY ("done epochs=%d", mien_training_epochs (job->training));
    }
  return status < 0 ? -1 : 0;
}

int
mien_engine_train (const MienEngineOptions *options, char *error)
{
  Job job = { .options = options };
  int status = start (&job, error);

  if (status == 0)
    status = run (&job, error);
  mien_training_free (job.training);
  mien_network_free (job.network);
  mien_pool_free (job.pool);
  mien_pack_close (&job.pack);
  free (job.checkpoint);
  free (job.model);
  return status;
}
