/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The average of the weights over the last steps.
 */

#include "mien-average.h"

#include "mien-network-private.h"

#include <stdlib.h>
#include <string.h>

int
mien_average_init (MienAverage *average, MienNetwork *network)
{
  size_t n;
  const MienParameter *parameters = mien_network_parameters (network, &n);
  float *at;

  *average = (MienAverage){ 0 };
  for (size_t i = 0; i < n; i++)
    average->n += parameters[i].n;
  at = average->values = malloc (average->n * sizeof *at);
  if (at == NULL)
    return -1;
  for (size_t i = 0; i < n; i++, at += parameters[i - 1].n)
    memcpy (at, parameters[i].value, parameters[i].n * sizeof *at);
  return 0;
}

void
mien_average_clear (MienAverage *average)
{
  free (average->values);
  *average = (MienAverage){ 0 };
}

typedef struct
{
  const MienParameter *parameters;
  size_t n_parameters;
  float *values, share;
  bool swap;
} Job;

/* Numbers begin <= i < end of all parameters in a row. */
static void
run_part (void *data, int worker, size_t begin, size_t end)
{
  const Job *job = data;
  size_t at = 0;

  (void) worker;
  for (size_t i = 0; i < job->n_parameters && at < end; at += job->parameters[i++].n)
    {
      const MienParameter *parameter = &job->parameters[i];
      size_t first = begin > at ? begin - at : 0;
      size_t last = end - at < parameter->n ? end - at : parameter->n;

      for (size_t k = first; k < last; k++)
        {
          float average = job->values[at + k], value = parameter->value[k];

          if (job->swap)
            {
              job->values[at + k] = value;
              parameter->value[k] = average;
            }
          else if (job->share == 1)
            job->values[at + k] = value;
          else
            job->values[at + k] = average + job->share * (value - average);
        }
    }
}

void
mien_average_add (MienAverage *average, MienNetwork *network, int64_t step, double limit)
{
  Job job = { .values = average->values };
  double keep = (1 + (double) step) / (10 + (double) step);

  job.parameters = mien_network_parameters (network, &job.n_parameters);
  job.share = (float) (1 - (keep < limit ? keep : limit));
  mien_pool_run (network->pool, average->n, run_part, &job);
}

void
mien_average_swap (MienAverage *average, MienNetwork *network)
{
  Job job = { .values = average->values, .swap = true };

  job.parameters = mien_network_parameters (network, &job.n_parameters);
  mien_pool_run (network->pool, average->n, run_part, &job);
}
