/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SplitMix64 and the few draws that the demo needs. The order of draws is part of what a
 * seed means: two calls in one expression would leave it to the compiler, so every draw
 * has a statement of its own.
 */
#include "config.h"

#include "mien-demo-random.h"

void
mien_demo_random_init (MienDemoRandom *random,
                       guint64 seed,
                       guint64 purpose,
                       guint64 index)
{
  random->state = seed;
  random->state = mien_demo_random_next (random)
                  ^ (purpose * G_GUINT64_CONSTANT (0xd1342543de82ef95));
  random->state =
      mien_demo_random_next (random) ^ (index * G_GUINT64_CONSTANT (0xaef17502108ef2d9));
  random->state = mien_demo_random_next (random);
}

guint64
mien_demo_random_next (MienDemoRandom *random)
{
  guint64 z = random->state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);

  return z ^ (z >> 31);
}

double
mien_demo_random_unit (MienDemoRandom *random)
{
  return (double) (mien_demo_random_next (random) >> 11) * 0x1p-53;
}

double
mien_demo_random_range (MienDemoRandom *random, double low, double high)
{
  return low + (high - low) * mien_demo_random_unit (random);
}

guint
mien_demo_random_below (MienDemoRandom *random, guint n)
{
  g_assert (n > 0);

  return (guint) (((mien_demo_random_next (random) >> 32) * n) >> 32);
}

gboolean
mien_demo_random_chance (MienDemoRandom *random, double probability)
{
  return mien_demo_random_unit (random) < probability;
}

void
mien_demo_random_shuffle (MienDemoRandom *random, guint *values, guint n)
{
  for (guint i = n; i > 1; i--)
    {
      guint j = mien_demo_random_below (random, i);
      guint swap = values[i - 1];

      values[i - 1] = values[j];
      values[j] = swap;
    }
}
