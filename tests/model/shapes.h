/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "guarded.h"
#include "mien-random.h"

#include <math.h>
#include <stdint.h>

/*
 * What the tests at the network's own shapes share: the shapes, numbers, and how a distance is measured.
 */

static const int SIZES[] = { 48, 80, 112, 224 };    /* of images */
static const int BATCHES[] = { 1, 3, 17 };          /* inference takes 16 at once */

enum
{
  N_SIZES = sizeof SIZES / sizeof *SIZES,
  N_BATCHES = sizeof BATCHES / sizeof *BATCHES,
};

/* n numbers in [-1, 1). */
static inline float *
new_random (size_t n, uint64_t key)
{
  float *floats = new_guarded (n, 0);

  for (size_t i = 0; i < n; i++)
    floats[i] = (float) (2 * mien_random_real (key, i) - 1);
  return floats;
}

/* Root mean square of differences, relative to that of what is expected. */
typedef struct
{
  double difference, size;
} Distance;

static inline void
compare (Distance *distance, double value, double expected)
{
  CHECK (isfinite (value));
  distance->difference += (value - expected) * (value - expected);
  distance->size += expected * expected;
}

static inline double
relative (const Distance *distance)
{
  return sqrt (distance->difference / distance->size);
}
