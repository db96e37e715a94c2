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
  RUN_SIZE = 256,
  N_THRESHOLDS = 8 + 12,
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
  const MienTrainSettings *settings = run->settings;

  snprintf (text, RUN_SIZE,
            "pack=%016llx start=%016llx method=%s class_weights=%s batch=%d "
            "learning_rate=%.17g seed=%llu threads=%d",
            (unsigned long long) run->pack->hash, (unsigned long long) run->start,
            settings->method == MIEN_METHOD_SSMFAR ? "ssmfar" : "supervised",
            settings->class_weights == MIEN_CLASS_WEIGHTS_PAPER ? "paper" : "tempered",
            settings->batch, settings->learning_rate, (unsigned long long) settings->seed,
            run->threads);
}

static int
note_number (MienTensors *tensors, const char *key, int64_t number, char *error)
{
  char text[32];

  snprintf (text, sizeof text, "%lld", (long long) number);
  return mien_tensors_note (tensors, key, text, error);
}

static int
note_thresholds (MienTensors *tensors, const MienThresholds *thresholds, char *error)
{
  char text[N_THRESHOLDS * 20];
  size_t at = 0;

  for (int i = 0; i < N_THRESHOLDS; i++)
    at += (size_t) snprintf (text + at, sizeof text - at, "%s%.9g", i > 0 ? " " : "",
                             i < 8 ? (double) thresholds->expressions[i]
                                   : (double) thresholds->action_units[i - 8]);
  return mien_tensors_note (tensors, "mien.thresholds", text, error);
}

static int
read_thresholds (const char *text, MienThresholds *thresholds)
{
  MienThresholds read;

  for (int i = 0; i < N_THRESHOLDS; i++)
    {
      char *end;
      float value = strtof (text, &end);

      if (end == text || !(value >= 0 && value <= 1))
        return -1;
      text = end;
      if (i < 8)
        read.expressions[i] = value;
      else
        read.action_units[i - 8] = value;
    }
  *thresholds = read;
  return 0;
}

/* What is done with each of Adam's two tensors of a parameter; at: where its floats are.
 */
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
  size_t n;
  MienParameter *parameters = mien_network_parameters (network, &n);

  for (size_t i = 0; i < n; i++)
    {
      char name[128];

      snprintf (name, sizeof name, "average.%s", parameters[i].name);
      if (func (data, name, &parameters[i], average, error) != 0)
        return -1;
      average += parameters[i].n;
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

int
mien_checkpoint_write (const char *path,
                       const MienCheckpointRun *run,
                       MienTraining *training,
                       MienNetwork *network,
                       char *error)
{
  MienTensors *tensors = mien_tensors_new ();
  MienAdam *adam = mien_training_adam (training);
  char text[RUN_SIZE];
  int status = -1;

  describe (run, text);
  if (tensors == NULL)
    snprintf (error, MIEN_ERROR_SIZE, "%s: out of memory", path);
  else if (mien_network_save (network, tensors, error) == 0
           && each_companion (training, network, add_companion, tensors, error) == 0
           && mien_tensors_note (tensors, "mien.run", text, error) == 0
           && note_number (tensors, "mien.epochs", mien_training_epochs (training), error)
                  == 0
           && note_number (tensors, "mien.steps", adam->step, error) == 0
           && note_number (tensors, "mien.threads", run->threads, error) == 0
           && note_thresholds (tensors, mien_training_thresholds (training), error) == 0)
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
  int status = -1;

  if (tensors == NULL)
    snprintf (error, MIEN_ERROR_SIZE, "%s: out of memory", path);
  else if (mien_network_save (network, tensors, error) == 0)
    {
      mien_average_swap (mien_training_average (training), network);
      status = mien_safetensors_write (tensors, path, error);
      mien_average_swap (mien_training_average (training), network);
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

/* Everything is checked before anything is taken. */
static int
take (const MienTensors *tensors,
      int64_t epochs,
      MienTraining *training,
      MienNetwork *network,
      char *error)
{
  const char *thresholds = mien_tensors_note_value (tensors, "mien.thresholds");
  int64_t steps = noted_number (tensors, "mien.steps", INT64_MAX);
  MienAdam *adam = mien_training_adam (training);
  MienThresholds read;

  if (steps != epochs * mien_training_steps (training) || thresholds == NULL
      || read_thresholds (thresholds, &read) != 0)
    return snprintf (error, MIEN_ERROR_SIZE, "its notes contradict each other"), -1;
  if (each_companion (training, network, check_companion, (void *) tensors, error) != 0
      || mien_network_load (network, tensors, true, error) != 0)
    return -1;
  each_companion (training, network, take_companion, (void *) tensors, error);
  adam->step = steps;
  *mien_training_thresholds (training) = read;
  mien_training_set_epochs (training, (int) epochs);
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
