/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A fixed set of threads that share loops. A loop falls into as many parts as there are
 * threads, and whoever comes first takes the next one: on a busy machine the caller does
 * what a thread that is not running would have kept it waiting for. A layer takes some
 * tens of microseconds and the next comes at once, so a thread looks for it a while
 * before it gives its processor away, and sleeps after that. Denormals are flushed to
 * zero in every thread: they would slow sums that no digit of the result depends on.
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
  PAUSES = 1000, /* looks before a thread yields: with other programs about, spinning on
                    would keep them, and so ourselves, from running */
  YIELDS = 100,  /* looks before it sleeps */
  ROUND = 256,   /* what a loop adds to the ticket; the rest counts its parts */
};

struct MienPool
{
  int n_threads, n_started;
  pthread_t *threads;
  size_t n;
  MienPoolFunc func;
  void *data;
  atomic_uint_fast64_t ticket; /* loops begun x ROUND + parts taken of the last */
  atomic_int n_left;           /* parts not done */
  atomic_bool leaving;
  atomic_int n_asleep;
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

/* Takes a part of the loop at hand and computes it; false if all are taken. The loop
 * cannot end, nor the next begin, before a part that was taken is done. */
static bool
run_part (MienPool *pool)
{
  uint_fast64_t ticket = atomic_load (&pool->ticket);
  size_t n_threads = (size_t) pool->n_threads, part, begin, end;

  do
    {
      part = ticket % ROUND;
      if (part >= n_threads)
        return false;
    }
  while (!atomic_compare_exchange_weak (&pool->ticket, &ticket, ticket + 1));
  begin = pool->n * part / n_threads;
  end = pool->n * (part + 1) / n_threads;
  if (begin < end)
    pool->func (pool->data, (int) part, begin, end);
  if (atomic_fetch_sub (&pool->n_left, 1) == 1 && atomic_load (&pool->waiting))
    {
      pthread_mutex_lock (&pool->lock);
      pthread_cond_signal (&pool->done);
      pthread_mutex_unlock (&pool->lock);
    }
  return true;
}

static uint_fast64_t
round_of (MienPool *pool)
{
  return atomic_load (&pool->ticket) / ROUND;
}

static void
wait_for_round (MienPool *pool, uint_fast64_t seen)
{
  int looks = 0;

  while (round_of (pool) == seen)
    if (!look_again (&looks))
      {
        pthread_mutex_lock (&pool->lock);
        atomic_fetch_add (&pool->n_asleep, 1);
        while (round_of (pool) == seen)
          pthread_cond_wait (&pool->work, &pool->lock);
        atomic_fetch_sub (&pool->n_asleep, 1);
        pthread_mutex_unlock (&pool->lock);
      }
}

static void
wait_for_parts (MienPool *pool)
{
  int looks = 0;

  while (atomic_load (&pool->n_left) > 0)
    if (!look_again (&looks))
      {
        pthread_mutex_lock (&pool->lock);
        atomic_store (&pool->waiting, true);
        while (atomic_load (&pool->n_left) > 0)
          pthread_cond_wait (&pool->done, &pool->lock);
        atomic_store (&pool->waiting, false);
        pthread_mutex_unlock (&pool->lock);
      }
}

static void *
work (void *data)
{
  MienPool *pool = data;
  uint_fast64_t seen = 0;

  flush_denormals ();
  while (!atomic_load (&pool->leaving))
    {
      wait_for_round (pool, seen);
      seen = round_of (pool);
      while (run_part (pool))
        ;
    }
  return NULL;
}

/* taken: parts that nobody has to do. */
static void
begin_round (MienPool *pool, int taken)
{
  atomic_store (&pool->n_left, pool->n_threads - taken);
  atomic_store (&pool->ticket, (round_of (pool) + 1) * ROUND + (uint_fast64_t) taken);
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
  pool->threads = calloc ((size_t) pool->n_threads, sizeof *pool->threads);
  while (pool->threads != NULL && pool->n_started < pool->n_threads - 1
         && pthread_create (&pool->threads[pool->n_started], NULL, work, pool) == 0)
    pool->n_started++;
  if (pool->threads == NULL || pool->n_started < pool->n_threads - 1)
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
  begin_round (pool, pool->n_threads);
  for (int i = 0; i < pool->n_started; i++)
    pthread_join (pool->threads[i], NULL);
  pthread_mutex_destroy (&pool->lock);
  pthread_cond_destroy (&pool->work);
  pthread_cond_destroy (&pool->done);
  free (pool->threads);
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
  begin_round (pool, 0);
  while (run_part (pool))
    ;
  wait_for_parts (pool);
}
