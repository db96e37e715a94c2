/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Adam with torch's order of operations: the bias corrections are divided out of the step
 * size and of sqrt (v), eps is added behind.
 */

#include "mien-adam.h"

#include "mien-network-private.h"

#include <math.h>
#include <stdlib.h>

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
                      .n = n };
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

typedef struct
{
  MienAdam *adam;
  MienParameter *parameters;
  size_t n_parameters;
  float step_size, root;
} Job;

/* Numbers begin <= i < end of all gradients in a row. */
static void
step_part (void *data, int worker, size_t begin, size_t end)
{
  const Job *job = data;
  float *m = job->adam->m, *v = job->adam->v;
  size_t at = 0;

  (void) worker;
  for (size_t i = 0; i < job->n_parameters && at < end; i++)
    {
      MienParameter *parameter = &job->parameters[i];
      size_t first, last;

      if (parameter->gradient == NULL)
        continue;
      first = begin > at ? begin - at : 0;
      last = end - at < parameter->n ? end - at : parameter->n;
      for (size_t k = first; k < last; k++)
        {
          float g = parameter->gradient[k];

          m[at + k] += (g - m[at + k]) * 0.1f;
          v[at + k] = v[at + k] * 0.999f + g * g * 0.001f;
          parameter->value[k] -=
              job->step_size * (m[at + k] / (sqrtf (v[at + k]) / job->root + 1e-8f));
        }
      at += parameter->n;
    }
}

void
mien_adam_step (MienAdam *adam, MienNetwork *network, double learning_rate)
{
  Job job = { .adam = adam };

  adam->step++;
  job.parameters = mien_network_parameters (network, &job.n_parameters);
  job.step_size = (float) (learning_rate / (1 - pow (0.9, (double) adam->step)));
  job.root = (float) sqrt (1 - pow (0.999, (double) adam->step));
  mien_pool_run (network->pool, adam->n, step_part, &job);
}
