/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Which points stand for all the others: farthest-first traversal, or greedy k-centre (Gonzalez, Clustering to
 * minimize the maximum intercluster distance, 1985; for what to label next: Sener and Savarese, Active learning
 * for convolutional neural networks: a core-set approach, 2018). Nothing here knows of a database.
 */

enum
{
  MIEN_EMBEDDING = 512,
};

/* points: [n, MIEN_EMBEDDING], of length 1, so that the distance of two falls as their product grows. The first
 * n_centres are taken already. Returns the indices (guint) of at most wanted others: each is, when its turn
 * comes, the farthest from all that are taken before it; the first of equals; without any, the first of all. */
GArray     *mien_farthest_first     (const float     *points,
                                     guint            n,
                                     guint            n_centres,
                                     guint            wanted);

G_END_DECLS
