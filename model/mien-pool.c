/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A fixed set of threads that share loops. Worker 0 is the caller, so that one thread
 * means no thread at all. A layer takes some tens of microseconds and the next comes at
 * once, so a worker looks for it a while before it gives its processor away, and sleeps
 * after that. Denormals are flushed to zero in every worker: they would slow sums that no
 * digit of the result depends on.
 */

#include "mien-pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#ifdef __SSE__
#include <immintrin.h>
#endif

enum
{
  PAUSES = 1000, /* looks before a worker yields: with other programs about, spinning on
                    would keep them, and so ourselves, from running */
  YIELDS = 100,  /* looks before it sleeps */
};

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
  size_t n;
  MienPoolFunc func;
  void *data;
  atomic_uint round; /* counts loops; workers wait for the next one */
  atomic_int n_busy;
  atomic_bool leaving;
  atomic_int n_asleep; /* workers */
  atomic_bool waiting; /* the caller sleeps */
  pthread_mutex_t lock;
  pthread_cond_t work, done;
};

static void
flush_denormals (void)
{
#ifdef __SSE__
  _mm_setcsr (_mm_getcsr () | 0x8040);
#endif
}

/* Whether to look again; false when it is time to sleep. */
static bool
look_again (int *looks)
{
  if (++*looks > PAUSES + YIELDS)
    return false;
  if (*looks > PAUSES)
    sched_yield ();
#ifdef __SSE__
  else
    _mm_pause ();
#endif
  return true;
}

static void
run_part (MienPool *pool, int number)
{
  size_t begin = pool->n * (size_t) number / (size_t) pool->n_threads;
  size_t end = pool->n * (size_t) (number + 1) / (size_t) pool->n_threads;

  if (begin < end)
    pool->func (pool->data, number, begin, end);
}

static void
wait_for_work (MienPool *pool, unsigned seen)
{
  int looks = 0;

  while (atomic_load (&pool->round) == seen)
    if (!look_again (&looks))
      {
        pthread_mutex_lock (&pool->lock);
        atomic_fetch_add (&pool->n_asleep, 1);
        while (atomic_load (&pool->round) == seen)
          pthread_cond_wait (&pool->work, &pool->lock);
        atomic_fetch_sub (&pool->n_asleep, 1);
        pthread_mutex_unlock (&pool->lock);
      }
}

static void
wait_for_workers (MienPool *pool)
{
  int looks = 0;

  while (atomic_load (&pool->n_busy) > 0)
    if (!look_again (&looks))
      {
        pthread_mutex_lock (&pool->lock);
        atomic_store (&pool->waiting, true);
        while (atomic_load (&pool->n_busy) > 0)
          pthread_cond_wait (&pool->done, &pool->lock);
        atomic_store (&pool->waiting, false);
        pthread_mutex_unlock (&pool->lock);
      }
}

static void *
work (void *data)
{
  Worker *worker = data;
  MienPool *pool = worker->pool;

  flush_denormals ();
  for (unsigned seen = 0;; seen++)
    {
      wait_for_work (pool, seen);
      if (atomic_load (&pool->leaving))
        return NULL;
      run_part (pool, worker->number);
      if (atomic_fetch_sub (&pool->n_busy, 1) == 1 && atomic_load (&pool->waiting))
        {
          pthread_mutex_lock (&pool->lock);
          pthread_cond_signal (&pool->done);
          pthread_mutex_unlock (&pool->lock);
        }
    }
}

static void
begin_round (MienPool *pool)
{
  atomic_store (&pool->n_busy, pool->n_threads - 1);
  atomic_fetch_add (&pool->round, 1);
  if (atomic_load (&pool->n_asleep) == 0)
    return;
  pthread_mutex_lock (&pool->lock);
  pthread_cond_broadcast (&pool->work);
  pthread_mutex_unlock (&pool->lock);
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
  atomic_store (&pool->leaving, true);
  begin_round (pool);
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
  pool->n = n;
  pool->func = func;
  pool->data = data;
  if (pool->n_threads > 1)
    begin_round (pool);
  run_part (pool, 0);
  wait_for_workers (pool);
}
