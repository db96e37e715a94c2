/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>

/*
 * A fixed set of threads that share loops. The split of a loop depends on its length and the
 * number of threads alone, so that sums come out the same in every run.
 */

typedef struct MienPool MienPool;

/* Called once for each part that has work: rows begin <= i < end. Any thread may compute any part, but two
 * parts of one number never at once. */
typedef void (*MienPoolFunc) (void *data, int worker, size_t begin, size_t end);

MienPool *mien_pool_new     (int           n_threads);   /* 1 .. 64; NULL if threads fail */
void      mien_pool_free    (MienPool     *pool);
int       mien_pool_threads (MienPool     *pool);
/* Cuts 0 .. n into mien_pool_threads() contiguous, near-equal parts, numbered as workers; returns when
 * all are done. */
void      mien_pool_run     (MienPool     *pool,
                             size_t        n,
                             MienPoolFunc  func,
                             void         *data);
