/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Shuffles that are a function of their key. With few labels a plain shuffle gives some
 * steps hardly any, and the loss of those steps is noise; dealing them out evenly costs
 * nothing and leaves an epoch what it was: every row once.
 */

#include "mien-batches.h"

#include "mien-random.h"

#include <string.h>

/* Fisher and Yates. */
static void
shuffle (uint64_t key, uint32_t *rows, size_t n)
{
  for (size_t i = n; i > 1; i--)
    {
      size_t k = mien_random_below (key, i, (uint32_t) i);
      uint32_t row = rows[i - 1];

      rows[i - 1] = rows[k];
      rows[k] = row;
    }
}

void
mien_batches_draw (uint64_t key,
                   const uint32_t *rows,
                   size_t n,
                   size_t n_labelled,
                   uint32_t *order,
                   uint32_t *scratch)
{
  const uint32_t *labelled = scratch, *others = scratch + n_labelled;

  memcpy (scratch, rows, n * sizeof *rows);
  shuffle (mien_random_key (key, 0), scratch, n_labelled);
  shuffle (mien_random_key (key, 1), scratch + n_labelled, n - n_labelled);
  for (size_t i = 0; i < n; i++)
    order[i] = (i + 1) * n_labelled / n > i * n_labelled / n ? *labelled++ : *others++;
}
