/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Which layer a training went astray in. Forward, trouble spreads from the stem to the
 * heads, so the first parameter in the network's order is its source; backward it spreads
 * the other way, so it is the last.
 */

#include "mien-diagnosis.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

static bool
is_finite (const float *values, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (!isfinite (values[i]))
      return false;
  return true;
}

void
mien_diagnose (MienNetwork *network, char *text, size_t size)
{
  size_t n;
  const MienParameter *parameters = mien_network_parameters (network, &n);

  for (size_t i = 0; i < n; i++)
    if (!is_finite (parameters[i].value, parameters[i].n))
      {
        snprintf (text, size, "%s is not finite", parameters[i].name);
        return;
      }
  for (size_t i = n; i-- > 0;)
    if (parameters[i].gradient != NULL
        && !is_finite (parameters[i].gradient, parameters[i].n))
      {
        snprintf (text, size, "the gradient of %s is not finite", parameters[i].name);
        return;
      }
  snprintf (text, size, "the heads' answers are not finite");
}
