/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-test.h"

#include <stddef.h>

/*
 * Tensors between sentinels, so that a test finds what is written before or behind them even where no
 * sanitizer looks on. A sentinel that is read makes a sum large, so that it is noticed too.
 */

enum
{
  GUARD = 64,                      /* floats on either side: more than any vector or pixel of an image */
  MAX_FLOATS = 1 << 26,            /* of one tensor */
};

#define SENTINEL 1.2345675e30f

/* n floats, each `value` (NAN for what may hold anything before it is written to). */
static inline float *
new_guarded (size_t n, float value)
{
  float *floats = NULL;

  if (n <= MAX_FLOATS)
    floats = malloc ((n + 2 * GUARD) * sizeof *floats);
  CHECK (floats != NULL);
  for (size_t i = 0; i < n + 2 * GUARD; i++)
    floats[i] = i >= GUARD && i < n + GUARD ? value : SENTINEL;
  return floats + GUARD;
}

static inline void
free_guarded (float *floats, size_t n)
{
  if (floats == NULL)
    return;
  for (size_t i = 0; i < GUARD; i++)
    CHECK (floats[(ptrdiff_t) i - GUARD] == SENTINEL && floats[n + i] == SENTINEL);
  free (floats - GUARD);
}
