/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A fixed set of threads that share loops. Worker 0 is the caller, so that one thread
 * means no thread at all. Denormals are flushed to zero in every worker: they would slow
 * sums that no digit of the result depends on. OpenBLAS is pinned to one thread, for it
 * is called from ours.
 */

#include "mien-pool.h"

#include <cblas.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#ifdef __SSE__
#include <immintrin.h>
#endif

typedef struct
{
  MienPool *pool;
  int number;
  pthread_t thread;
} Worker;

struct MienPool
{
  int n_threads, n_started;
  Worker *workers;
  pthread_mutex_t lock;
  pthread_cond_t work, done;
  uint64_t round; /* counts loops; workers wait for the next one */
  int n_busy;
  bool leaving;
  size_t n;
  MienPoolFunc func;
  void *data;
};

static void
flush_denormals (void)
{
#ifdef __SSE__
  _mm_setcsr (_mm_getcsr () | 0x8040);
#endif
}

static void
run_part (MienPool *pool, int number)
{
  size_t begin = pool->n * (size_t) number / (size_t) pool->n_threads;
  size_t end = pool->n * (size_t) (number + 1) / (size_t) pool->n_threads;

  if (begin < end)
    pool->func (pool->data, number, begin, end);
}

static void *
work (void *data)
{
  Worker *worker = data;
  MienPool *pool = worker->pool;
  uint64_t seen = 0;

  flush_denormals ();
  for (;;)
    {
      pthread_mutex_lock (&pool->lock);
      while (pool->round == seen && !pool->leaving)
        pthread_cond_wait (&pool->work, &pool->lock);
      seen = pool->round;
      bool leaving = pool->leaving;
      pthread_mutex_unlock (&pool->lock);
      if (leaving)
        return NULL;
      run_part (pool, worker->number);
      pthread_mutex_lock (&pool->lock);
      if (--pool->n_busy == 0)
        pthread_cond_signal (&pool->done);
      pthread_mutex_unlock (&pool->lock);
    }
}

MienPool *
mien_pool_new (int n_threads)
{
  MienPool *pool = calloc (1, sizeof *pool);

  if (pool == NULL)
    return NULL;
  pool->n_threads = n_threads < 1 ? 1 : n_threads > 64 ? 64 : n_threads;
  pthread_mutex_init (&pool->lock, NULL);
  pthread_cond_init (&pool->work, NULL);
  pthread_cond_init (&pool->done, NULL);
  pool->workers = calloc ((size_t) pool->n_threads, sizeof *pool->workers);
  openblas_set_num_threads (1);
  for (int i = 1; pool->workers != NULL && i < pool->n_threads; i++)
    {
      pool->workers[i] = (Worker){ .pool = pool, .number = i };
      if (pthread_create (&pool->workers[i].thread, NULL, work, &pool->workers[i]) != 0)
        break;
      pool->n_started = i;
    }
  if (pool->workers == NULL || pool->n_started != pool->n_threads - 1)
    {
      mien_pool_free (pool);
      return NULL;
    }
  return pool;
}

void
mien_pool_free (MienPool *pool)
{
  if (pool == NULL)
    return;
  pthread_mutex_lock (&pool->lock);
  pool->leaving = true;
  pthread_cond_broadcast (&pool->work);
  pthread_mutex_unlock (&pool->lock);
  for (int i = 1; i <= pool->n_started; i++)
    pthread_join (pool->workers[i].thread, NULL);
  pthread_mutex_destroy (&pool->lock);
  pthread_cond_destroy (&pool->work);
  pthread_cond_destroy (&pool->done);
  free (pool->workers);
  free (pool);
}

int
mien_pool_threads (MienPool *pool)
{
  return pool->n_threads;
}

void
mien_pool_run (MienPool *pool, size_t n, MienPoolFunc func, void *data)
{
  flush_denormals ();
  pthread_mutex_lock (&pool->lock);
  pool->n = n;
  pool->func = func;
  pool->data = data;
  pool->n_busy = pool->n_threads - 1;
  pool->round++;
  pthread_cond_broadcast (&pool->work);
  pthread_mutex_unlock (&pool->lock);
  run_part (pool, 0);
  pthread_mutex_lock (&pool->lock);
  while (pool->n_busy > 0)
    pthread_cond_wait (&pool->done, &pool->lock);
  pthread_mutex_unlock (&pool->lock);
}
