/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): the demo's only source of chance, so that a seed
 * gives the same faces on every machine and whatever else the process draws. One stream a purpose:
 * derive it with mien_demo_random_init (), never share it between threads.
 */

typedef struct
{
  guint64 state;
} MienDemoRandom;

/* The streams of one seed are independent of each other: purpose and index tell them apart. */
void    mien_demo_random_init   (MienDemoRandom *random,
                                 guint64         seed,
                                 guint64         purpose,
                                 guint64         index);
guint64 mien_demo_random_next   (MienDemoRandom *random);
/* In [0, 1). */
double  mien_demo_random_unit   (MienDemoRandom *random);
/* In [low, high). */
double  mien_demo_random_range  (MienDemoRandom *random,
                                 double          low,
                                 double          high);
/* In 0 .. n - 1; n > 0. */
guint   mien_demo_random_below  (MienDemoRandom *random,
                                 guint           n);
gboolean mien_demo_random_chance (MienDemoRandom *random,
                                  double          probability);
/* Fisher and Yates. */
void    mien_demo_random_shuffle (MienDemoRandom *random,
                                  guint          *values,
                                  guint           n);

G_END_DECLS
