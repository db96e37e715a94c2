/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Checkpoints, writer beside reader. A file is read whole and checked before the training
 * is touched; it is written beside its name and renamed, so that a crash leaves the one
 * before.
 */

#include "mien-checkpoint.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum
{
  RUN_SIZE = 1024,
  STATE_SIZE = sizeof (MienTrainState) / sizeof (double),
  TASKS = 1 + 12, /* of a row of rules.chosen */
};

uint64_t
mien_checkpoint_hash (MienNetwork *network)
{
  size_t n;
  const MienParameter *parameters = mien_network_parameters (network, &n);
  uint64_t hash = UINT64_C (0xcbf29ce484222325);

  /* FNV-1a by words of 32 bits. */
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < parameters[i].n; k++)
      {
        uint32_t bits;

        memcpy (&bits, &parameters[i].value[k], sizeof bits);
        hash = (hash ^ bits) * UINT64_C (0x100000001b3);
      }
  return hash;
}

static void
describe (const MienCheckpointRun *run, char text[RUN_SIZE])
{
  int n = snprintf (text, RUN_SIZE, "pack=%016llx start=%016llx threads=%d ",
                    (unsigned long long) run->pack->hash, (unsigned long long) run->start,
                    run->threads);

  /* It fits: names and values are bounded. */
  mien_train_settings_describe (run->settings, text + n, RUN_SIZE - (size_t) n);
}

static int
note_number (MienTensors *tensors, const char *key, int64_t number, char *error)
{
  char text[32];

  snprintf (text, sizeof text, "%lld", (long long) number);
  return mien_tensors_note (tensors, key, text, error);
}

/* What is done with each of the tensors beside a parameter; at: where its floats are. */
typedef int (*CompanionFunc) (void *data,
                              const char *name,
                              const MienParameter *parameter,
                              float *at,
                              char *error);

static int
each_companion (MienTraining *training,
                MienNetwork *network,
                CompanionFunc func,
                void *data,
                char *error)
{
  MienAdam *adam = mien_training_adam (training);
  float *m = adam->m, *v = adam->v;
  float *average = mien_training_average (training)->values;
  MienAverage *kept = mien_training_best (training);
  float *best = kept != NULL ? kept->values : NULL;
  size_t n;
  MienParameter *parameters = mien_network_parameters (network, &n);

  for (size_t i = 0; i < n; i++)
    {
      char name[128];

      snprintf (name, sizeof name, "average.%s", parameters[i].name);
      if (func (data, name, &parameters[i], average, error) != 0)
        return -1;
      average += parameters[i].n;
      snprintf (name, sizeof name, "best.%s", parameters[i].name);
      if (best != NULL)
        {
          if (func (data, name, &parameters[i], best, error) != 0)
            return -1;
          best += parameters[i].n;
        }
      if (parameters[i].gradient == NULL)
        continue;
      snprintf (name, sizeof name, "adam.m.%s", parameters[i].name);
      if (func (data, name, &parameters[i], m, error) != 0)
        return -1;
      snprintf (name, sizeof name, "adam.v.%s", parameters[i].name);
      if (func (data, name, &parameters[i], v, error) != 0)
        return -1;
      m += parameters[i].n;
      v += parameters[i].n;
    }
  return 0;
}

static int
add_companion (void *data,
               const char *name,
               const MienParameter *parameter,
               float *at,
               char *error)
{
  return mien_tensors_add (data, name, MIEN_DTYPE_F32, parameter->rank, parameter->shape,
                           at, error);
}

static int
check_companion (void *data,
                 const char *name,
                 const MienParameter *parameter,
                 float *at,
                 char *error)
{
  const MienTensor *tensor = mien_tensors_find (data, name);

  (void) at;
  if (tensor != NULL && tensor->dtype == MIEN_DTYPE_F32
      && tensor->n_elements == parameter->n)
    return 0;
  snprintf (error, MIEN_ERROR_SIZE, "tensor %s is missing or has another shape", name);
  return -1;
}

static int
take_companion (void *data,
                const char *name,
                const MienParameter *parameter,
                float *at,
                char *error)
{
  (void) error;
  memcpy (at, mien_tensors_find (data, name)->data, parameter->n * sizeof *at);
  return 0;
}

/* The state, and what flex has chosen, which the set borrows. */
static int
add_state (MienTensors *tensors,
           MienTraining *training,
           MienTrainState *state,
           char *error)
{
  MienRules *rules = mien_training_rules (training);
  const int64_t shape[1] = { STATE_SIZE };
  const int64_t chosen[2] = { (int64_t) rules->n_rows, TASKS };

  mien_training_get_state (training, state);
  if (mien_tensors_add (tensors, "training.state", MIEN_DTYPE_F64, 1, shape, state, error)
      != 0)
    return -1;
  return rules->chosen == NULL ? 0
                               : mien_tensors_add (tensors, "rules.chosen", MIEN_DTYPE_I8,
                                                   2, chosen, rules->chosen, error);
}

int
mien_checkpoint_write (const char *path,
                       const MienCheckpointRun *run,
                       MienTraining *training,
                       MienNetwork *network,
                       char *error)
{
  MienTensors *tensors = mien_tensors_new ();
  MienAdam *adam = mien_training_adam (training);
  MienTrainState state;
  char text[RUN_SIZE];
  int status = -1;

  describe (run, text);
  if (tensors == NULL)
    snprintf (error, MIEN_ERROR_SIZE, "%s: out of memory", path);
  else if (mien_network_save (network, tensors, error) == 0
           && each_companion (training, network, add_companion, tensors, error) == 0
           && add_state (tensors, training, &state, error) == 0
           && mien_tensors_note (tensors, "mien.run", text, error) == 0
           && note_number (tensors, "mien.epochs", mien_training_epochs (training), error)
                  == 0
           && note_number (tensors, "mien.steps", adam->step, error) == 0
           && note_number (tensors, "mien.threads", run->threads, error) == 0)
    status = mien_safetensors_write (tensors, path, error);
  mien_tensors_free (tensors);
  return status;
}

int
mien_checkpoint_write_weights (const char *path,
                               MienTraining *training,
                               MienNetwork *network,
                               char *error)
{
  MienTensors *tensors = mien_tensors_new ();
  MienAverage *delivered = mien_training_average (training);
  MienTrainState state;
  int status = -1;

  mien_training_get_state (training, &state);
  if (state.best_epoch > 0)
    delivered = mien_training_best (training);
  if (tensors == NULL)
    snprintf (error, MIEN_ERROR_SIZE, "%s: out of memory", path);
  else if (mien_network_save (network, tensors, error) == 0)
    {
      mien_average_swap (delivered, network);
      status = mien_safetensors_write (tensors, path, error);
      mien_average_swap (delivered, network);
    }
  mien_tensors_free (tensors);
  return status;
}

static int64_t
noted_number (const MienTensors *tensors, const char *key, int64_t max)
{
  const char *text = mien_tensors_note_value (tensors, key);
  char *end;
  long long number;

  if (text == NULL || text[0] < '0' || text[0] > '9')
    return -1;
  number = strtoll (text, &end, 10);
  return *end == '\0' && number >= 0 && number <= max ? number : -1;
}

int
mien_checkpoint_threads (const char *path, int *threads, char *error)
{
  MienTensors *tensors;
  int64_t noted;

  *threads = 0;
  if (access (path, F_OK) != 0)
    return 0;
  if (mien_safetensors_read (path, &tensors, error) != 0)
    return -1;
  noted = noted_number (tensors, "mien.threads", 64);
  if (noted > 0)
    *threads = (int) noted;
  mien_tensors_free (tensors);
  return 0;
}

/* The tensor if it is of that type and size, else NULL. */
static const void *
find_data (const MienTensors *tensors, const char *name, MienDtype dtype, size_t n)
{
  const MienTensor *tensor = mien_tensors_find (tensors, name);

  return tensor != NULL && tensor->dtype == dtype && tensor->n_elements == n
             ? tensor->data
             : NULL;
}

/* Everything is checked before anything is taken, but for the state, whose checks leave a
 * training that is given up by its caller. */
static int
take (const MienTensors *tensors,
      int64_t epochs,
      MienTraining *training,
      MienNetwork *network,
      char *error)
{
  int64_t steps = noted_number (tensors, "mien.steps", INT64_MAX);
  MienAdam *adam = mien_training_adam (training);
  MienRules *rules = mien_training_rules (training);
  size_t n_chosen = rules->n_rows * TASKS;
  const void *read = find_data (tensors, "training.state", MIEN_DTYPE_F64, STATE_SIZE);
  const void *chosen = find_data (tensors, "rules.chosen", MIEN_DTYPE_I8, n_chosen);
  MienTrainState state;

  if (steps != epochs * mien_training_steps (training) || read == NULL
      || (chosen == NULL && n_chosen > 0))
    return snprintf (error, MIEN_ERROR_SIZE, "its notes contradict each other"), -1;
  if (each_companion (training, network, check_companion, (void *) tensors, error) != 0
      || mien_network_load (network, tensors, true, error) != 0)
    return -1;
  memcpy (&state, read, sizeof state);
  if (n_chosen > 0)
    memcpy (rules->chosen, chosen, n_chosen);
  if (mien_training_set_state (training, &state, (int) epochs) != 0)
    return snprintf (error, MIEN_ERROR_SIZE, "its state is out of range"), -1;
  each_companion (training, network, take_companion, (void *) tensors, error);
  adam->step = steps;
  return 0;
}

int
mien_checkpoint_read (const char *path,
                      const MienCheckpointRun *run,
                      int max_epochs,
                      MienTraining *training,
                      MienNetwork *network,
                      bool *fits,
                      char *error)
{
  MienTensors *tensors;
  char text[RUN_SIZE], reason[MIEN_ERROR_SIZE];
  const char *noted;
  int64_t epochs;
  int status = 0;

  *fits = false;
  if (access (path, F_OK) != 0)
    return 0;
  if (mien_safetensors_read (path, &tensors, error) != 0)
    return -1;
  describe (run, text);
  noted = mien_tensors_note_value (tensors, "mien.run");
  epochs = noted_number (tensors, "mien.epochs", max_epochs);
  if (noted != NULL && strcmp (noted, text) == 0 && epochs > 0)
    {
      status = take (tensors, epochs, training, network, reason);
      *fits = status == 0;
      if (status != 0)
        snprintf (error, MIEN_ERROR_SIZE, "%.200s: %.250s; remove it to begin anew", path,
                  reason);
    }
  mien_tensors_free (tensors);
  return status;
}
