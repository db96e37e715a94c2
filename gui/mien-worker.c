/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A thread with a queue. Invariants: work is run in order of urgency and, within one, in
 * the order in which it was pushed; every task that was pushed returns exactly once, on
 * the main thread; a GTask, and with it its source object, is only ever let go there.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-worker.h"

struct _MienWorker
{
  GThread *thread;
  GMutex mutex;
  GCond cond;
  GQueue queue; /* MienWork */
  gpointer shared;
  MienWorkerTick tick;
  gint64 interval;
  guint64 order;
  gboolean stopping, finish;
};

MienWork *
mien_work_new (GTask *task, MienWorkFunc run, gpointer input, GDestroyNotify free_input)
{
  MienWork *work = g_new0 (MienWork, 1);

  work->task = task;
  work->run = run;
  work->input = input;
  work->free_input = free_input;
  return work;
}

static void
work_free (gpointer data)
{
  MienWork *work = data;

  if (work->free_input != NULL && work->input != NULL)
    work->free_input (work->input);
  if (work->free_result != NULL && work->result != NULL)
    work->free_result (work->result);
  g_clear_error (&work->error);
  g_clear_object (&work->task);
  g_free (work);
}

static gboolean
answer (gpointer data)
{
  MienWork *work = data;

  if (work->done != NULL)
    work->done (work, work->task != NULL ? g_task_get_source_object (work->task) : NULL);
  if (work->task == NULL)
    return G_SOURCE_REMOVE;
  if (work->error != NULL)
    g_task_return_error (work->task, g_steal_pointer (&work->error));
  else
    g_task_return_pointer (work->task, g_steal_pointer (&work->result),
                           work->free_result);
  return G_SOURCE_REMOVE;
}

/* Not g_main_context_invoke(): between two iterations it would run func right here. */
void
mien_worker_post (GSourceFunc func, gpointer data, GDestroyNotify destroy)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, data, destroy);
  g_source_set_static_name (source, "mien-worker");
  g_source_attach (source, NULL);
}

static void
refuse (MienWork *work)
{
  g_set_error_literal (&work->error, G_IO_ERROR, G_IO_ERROR_CLOSED,
                       "the project has been closed");
  mien_worker_post (answer, work, work_free);
}

static gboolean
is_cancelled (MienWork *work)
{
  return work->task != NULL
         && g_cancellable_set_error_if_cancelled (g_task_get_cancellable (work->task),
                                                  &work->error);
}

/* The next piece of work; NULL: time for a tick, or to stop. */
static MienWork *
next (MienWorker *worker, gint64 until, gboolean *stop)
{
  MienWork *work = NULL;

  g_mutex_lock (&worker->mutex);
  while (g_queue_is_empty (&worker->queue) && !worker->stopping)
    if (worker->tick == NULL)
      g_cond_wait (&worker->cond, &worker->mutex);
    else if (!g_cond_wait_until (&worker->cond, &worker->mutex, until))
      break;
  if (!worker->stopping || worker->finish)
    work = g_queue_pop_head (&worker->queue);
  *stop = worker->stopping && work == NULL;
  g_mutex_unlock (&worker->mutex);
  return work;
}

static gpointer
run (gpointer data)
{
  MienWorker *worker = data;
  gint64 until = g_get_monotonic_time () + worker->interval;
  gboolean stop = FALSE;

  while (!stop)
    {
      MienWork *work = next (worker, until, &stop);

      if (work != NULL)
        {
          if (!is_cancelled (work))
            work->run (work, worker->shared);
          mien_worker_post (answer, work, work_free);
        }
      if (!stop && worker->tick != NULL && g_get_monotonic_time () >= until)
        {
          worker->tick (worker->shared);
          until = g_get_monotonic_time () + worker->interval;
        }
    }
  return NULL;
}

MienWorker *
mien_worker_new (const char *name,
                 gpointer shared,
                 MienWorkerTick tick,
                 gint64 interval_us)
{
  MienWorker *worker = g_new0 (MienWorker, 1);

  g_mutex_init (&worker->mutex);
  g_cond_init (&worker->cond);
  g_queue_init (&worker->queue);
  worker->shared = shared;
  worker->tick = tick;
  worker->interval = interval_us;
  worker->thread = g_thread_new (name, run, worker);
  return worker;
}

static int
compare (gconstpointer a, gconstpointer b, gpointer data)
{
  const MienWork *x = a, *y = b;

  if (x->urgency != y->urgency)
    return x->urgency < y->urgency ? -1 : 1;
  return x->order < y->order ? -1 : x->order > y->order;
}

void
mien_worker_push (MienWorker *worker, MienWork *work)
{
  gboolean taken;

  g_mutex_lock (&worker->mutex);
  taken = !worker->stopping;
  if (taken)
    {
      work->order = worker->order++;
      g_queue_insert_sorted (&worker->queue, work, compare, NULL);
      g_cond_broadcast (&worker->cond);
    }
  g_mutex_unlock (&worker->mutex);
  if (!taken)
    refuse (work);
}

void
mien_worker_forget (MienWorker *worker, int urgency)
{
  GList *link, *after;

  g_mutex_lock (&worker->mutex);
  for (link = worker->queue.head; link != NULL; link = after)
    {
      MienWork *work = link->data;

      after = link->next;
      if (work->urgency != urgency)
        continue;
      g_queue_delete_link (&worker->queue, link);
      g_set_error_literal (&work->error, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                           "no longer wanted");
      mien_worker_post (answer, work, work_free);
    }
  g_mutex_unlock (&worker->mutex);
}

gboolean
mien_worker_wait (MienWorker *worker, gint64 timeout_us)
{
  gint64 until = g_get_monotonic_time () + timeout_us;
  gboolean stopping;

  g_mutex_lock (&worker->mutex);
  while (!worker->stopping)
    if (!g_cond_wait_until (&worker->cond, &worker->mutex, until))
      break;
  stopping = worker->stopping;
  g_mutex_unlock (&worker->mutex);
  return stopping;
}

void
mien_worker_stop (MienWorker *worker, gboolean finish)
{
  MienWork *work;

  if (worker->thread == NULL)
    return;
  g_mutex_lock (&worker->mutex);
  worker->stopping = TRUE;
  worker->finish = finish;
  g_cond_broadcast (&worker->cond);
  g_mutex_unlock (&worker->mutex);
  g_thread_join (g_steal_pointer (&worker->thread));
  while ((work = g_queue_pop_head (&worker->queue)) != NULL)
    refuse (work);
}

void
mien_worker_free (MienWorker *worker)
{
  if (worker == NULL)
    return;
  mien_worker_stop (worker, FALSE);
  g_cond_clear (&worker->cond);
  g_mutex_clear (&worker->mutex);
  g_free (worker);
}
