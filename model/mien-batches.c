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

/* order [n] from scratch: n_labelled rows, then the others. Of the places labelled ones
 * have n_places; when all had their turn they are shuffled anew. */
static void
deal (uint64_t key,
      uint32_t *scratch,
      size_t n,
      size_t n_labelled,
      size_t n_places,
      uint32_t *order)
{
  const uint32_t *others = scratch + n_labelled;
  size_t turn = 0;

  for (size_t i = 0; i < n; i++)
    if ((i + 1) * n_places / n > i * n_places / n)
      {
        if (turn > 0 && turn % n_labelled == 0)
          shuffle (mien_random_key (mien_random_key (key, 12), turn), scratch,
                   n_labelled);
        order[i] = scratch[turn++ % n_labelled];
      }
    else
      order[i] = *others++;
}

void
mien_batches_draw (uint64_t key,
                   const uint32_t *rows,
                   size_t n,
                   size_t n_labelled,
                   double share,
                   uint32_t *order,
                   uint32_t *scratch)
{
  size_t n_places = (size_t) (share * (double) n);

  if (n_places < n_labelled || n_labelled == 0)
    n_places = n_labelled;
  memcpy (scratch, rows, n * sizeof *rows);
  shuffle (mien_random_key (key, 0), scratch, n_labelled);
  shuffle (mien_random_key (key, 1), scratch + n_labelled, n - n_labelled);
  deal (key, scratch, n, n_labelled, n_places, order);
}

void
mien_batches_draw_shuffled (uint64_t key, const uint32_t *rows, size_t n, uint32_t *order)
{
  memcpy (order, rows, n * sizeof *rows);
  shuffle (mien_random_key (key, 2), order, n);
}

void
mien_batches_draw_balanced (uint64_t key,
                            const uint32_t *rows,
                            const int8_t *classes,
                            size_t n,
                            size_t n_labelled,
                            uint32_t *order,
                            uint32_t *scratch)
{
  uint32_t present[8], turn[8] = { 0 };
  size_t n_classes = 0, first[9] = { 0 }, filled[8] = { 0 };

  /* order serves as the list of labelled rows by class until it is filled. */
  for (size_t i = 0; i < n_labelled; i++)
    first[classes[i] + 1]++;
  for (uint32_t c = 0; c < 8; c++)
    {
      if (first[c + 1] > 0)
        present[n_classes++] = c;
      first[c + 1] += first[c];
    }
  for (size_t i = 0; i < n_labelled; i++)
    order[first[classes[i]] + filled[classes[i]]++] = rows[i];
  for (size_t i = 0; i < n_labelled; i++)
    {
      uint32_t class;
      size_t count, at;

      if (i % n_classes == 0)
        shuffle (mien_random_key (mien_random_key (key, 3), i), present, n_classes);
      class = present[i % n_classes];
      count = first[class + 1] - first[class];
      at = turn[class] % count;
      if (at == 0)
        shuffle (mien_random_key (mien_random_key (key, 4 + class), turn[class]),
                 order + first[class], count);
      turn[class]++;
      scratch[i] = order[first[class] + at];
    }
  memcpy (scratch + n_labelled, rows + n_labelled, (n - n_labelled) * sizeof *rows);
  shuffle (mien_random_key (key, 1), scratch + n_labelled, n - n_labelled);
  deal (key, scratch, n, n_labelled, n_labelled, order);
}
