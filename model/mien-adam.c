/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Adam with torch's order of operations: the bias corrections are divided out of the step
 * size and of sqrt (v), eps is added behind.
 */

#include "mien-adam.h"

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

void
mien_adam_step (MienAdam *adam, MienNetwork *network, double learning_rate)
{
  size_t n_parameters;
  MienParameter *parameters = mien_network_parameters (network, &n_parameters);
  float *m = adam->m, *v = adam->v;

  adam->step++;
  double step_size = learning_rate / (1 - pow (0.9, (double) adam->step));
  float root = (float) sqrt (1 - pow (0.999, (double) adam->step));

  for (size_t i = 0; i < n_parameters; i++)
    {
      if (parameters[i].gradient == NULL)
        continue;
      for (size_t k = 0; k < parameters[i].n; k++)
        {
          float g = parameters[i].gradient[k];

          m[k] += (g - m[k]) * 0.1f;
          v[k] = v[k] * 0.999f + g * g * 0.001f;
          parameters[i].value[k] -=
              (float) step_size * (m[k] / (sqrtf (v[k]) / root + 1e-8f));
        }
      m += parameters[i].n;
      v += parameters[i].n;
    }
}
