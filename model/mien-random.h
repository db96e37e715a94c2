/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdint.h>

/*
 * Randomness by counting: every number is a function of a key and an index, never of what was drawn
 * before. A training that goes on from a checkpoint therefore draws what an undisturbed one would.
 */

/* The finaliser of splitmix64 (Steele, Lea and Flood, 2014). */
static inline uint64_t
mien_random_mix (uint64_t x)
{
  x += UINT64_C (0x9e3779b97f4a7c15);
  x = (x ^ x >> 30) * UINT64_C (0xbf58476d1ce4e5b9);
  x = (x ^ x >> 27) * UINT64_C (0x94d049bb133111eb);
  return x ^ x >> 31;
}

/* A key for one purpose, e.g. (seed, epoch, row). */
static inline uint64_t
mien_random_key (uint64_t key, uint64_t part)
{
  return mien_random_mix (key ^ mien_random_mix (part));
}

static inline uint64_t
mien_random_bits (uint64_t key, uint64_t index)
{
  return mien_random_mix (key + index * UINT64_C (0xd1342543de82ef95));
}

/* In [0, 1). */
static inline double
mien_random_real (uint64_t key, uint64_t index)
{
  return (double) (mien_random_bits (key, index) >> 11) * 0x1p-53;
}

/* 0 .. n - 1; the bias is below n / 2^32. */
static inline uint32_t
mien_random_below (uint64_t key, uint64_t index, uint32_t n)
{
  return (uint32_t) ((mien_random_bits (key, index) >> 32) * n >> 32);
}
