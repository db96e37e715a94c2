/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Adam with torch's order of operations: the bias corrections are divided out of the step
 * size and of sqrt (v), eps is added behind. What is frozen has no share in the norm, and
 * keeps its moments.
 */

#include "mien-adam.h"

#include "mien-network-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum
{
  HEADS = 5,
  MAX_WORKERS = 64,
};

int
mien_adam_init (MienAdam *adam, MienNetwork *network)
{
  size_t n_parameters, n = 0;
  MienParameter *parameters = mien_network_parameters (network, &n_parameters);

  for (size_t i = 0; i < n_parameters; i++)
    if (parameters[i].gradient != NULL)
      n += parameters[i].n;
  *adam = (MienAdam){ .m = calloc (n, sizeof (float)),
                      .v = calloc (n, sizeof (float)),
                      .n = n,
                      .settings = { .trunk_rate = 1 } };
  if (adam->m != NULL && adam->v != NULL)
    return 0;
  mien_adam_clear (adam);
  return -1;
}

void
mien_adam_clear (MienAdam *adam)
{
  free (adam->m);
  free (adam->v);
  *adam = (MienAdam){ 0 };
}

int
mien_parameter_stage (const MienParameter *parameter)
{
  const char *name = parameter->name;

  if (strncmp (name, "conv1.", 6) == 0 || strncmp (name, "bn1.", 4) == 0)
    return 0;
  return strncmp (name, "layer", 5) == 0 ? name[5] - '0' : HEADS;
}

typedef struct
{
  MienAdam *adam;
  MienParameter *parameters;
  size_t n_parameters;
  double learning_rate, correction; /* correction: of m, for the step size */
  float scale, root;                /* scale: of the gradients */
  double squares[MAX_WORKERS];
} Job;

/* The numbers first <= k < last of a parameter whose gradients lie at `at` in a row. */
typedef void (*PartFunc) (Job *job,
                          int worker,
                          MienParameter *parameter,
                          size_t at,
                          size_t first,
                          size_t last);

/* Numbers begin <= i < end of all gradients in a row, without what is frozen. */
static void
each_part (Job *job, int worker, size_t begin, size_t end, PartFunc func)
{
  size_t at = 0;

  for (size_t i = 0; i < job->n_parameters && at < end; i++)
    {
      MienParameter *parameter = &job->parameters[i];
      size_t first, last;

      if (parameter->gradient == NULL)
        continue;
      first = begin > at ? begin - at : 0;
      last = end - at < parameter->n ? end - at : parameter->n;
      if (first < last && mien_parameter_stage (parameter) >= job->adam->settings.freeze)
        func (job, worker, parameter, at, first, last);
      at += parameter->n;
    }
}

static void
add_squares (Job *job,
             int worker,
             MienParameter *parameter,
             size_t at,
             size_t first,
             size_t last)
{
  double sum = 0;

  (void) at;
  for (size_t k = first; k < last; k++)
    sum += (double) parameter->gradient[k] * parameter->gradient[k];
  job->squares[worker] += sum;
}

static void
move (Job *job,
      int worker,
      MienParameter *parameter,
      size_t at,
      size_t first,
      size_t last)
{
  const MienAdamSettings *settings = &job->adam->settings;
  double rate = job->learning_rate
                * (mien_parameter_stage (parameter) < HEADS ? settings->trunk_rate : 1);
  float keep = parameter->rank > 1 ? (float) (1 - rate * settings->weight_decay) : 1;
  float step_size = (float) (rate / job->correction);
  float *m = job->adam->m + at, *v = job->adam->v + at;

  (void) worker;
  for (size_t k = first; k < last; k++)
    {
      float g = parameter->gradient[k] * job->scale;

      m[k] += (g - m[k]) * 0.1f;
      v[k] = v[k] * 0.999f + g * g * 0.001f;
      parameter->value[k] = parameter->value[k] * keep
                            - step_size * (m[k] / (sqrtf (v[k]) / job->root + 1e-8f));
    }
}

static void
add_squares_part (void *data, int worker, size_t begin, size_t end)
{
  each_part (data, worker, begin, end, add_squares);
}

static void
move_part (void *data, int worker, size_t begin, size_t end)
{
  each_part (data, worker, begin, end, move);
}

double
mien_adam_step (MienAdam *adam, MienNetwork *network, double learning_rate)
{
  Job job = { .adam = adam, .learning_rate = learning_rate, .scale = 1 };
  double clip = adam->settings.clip, norm = 0;

  job.parameters = mien_network_parameters (network, &job.n_parameters);
  mien_pool_run (network->pool, adam->n, add_squares_part, &job);
  for (int i = 0; i < MAX_WORKERS; i++)
    norm += job.squares[i];
  norm = sqrt (norm);
  if (!isfinite (norm))
    return norm;
  if (clip > 0 && norm > clip)
    job.scale = (float) (clip / (norm + 1e-6));
  adam->step++;
  job.correction = 1 - pow (0.9, (double) adam->step);
  job.root = (float) sqrt (1 - pow (0.999, (double) adam->step));
  mien_pool_run (network->pool, adam->n, move_part, &job);
  return norm;
}
