/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * One thread with a queue of work in order of urgency, then of arrival. A piece of work is a GTask and
 * a function that runs on the thread; the answer goes back to the main thread, where the task returns
 * and is let go, so that nothing of the window is ever touched or freed on another thread.
 */

typedef struct _MienWorker MienWorker;
typedef struct _MienWork MienWork;

/* On the thread. Sets work->result (with work->free_result) or work->error. */
typedef void (*MienWorkFunc) (MienWork *work, gpointer shared);
/* On the main thread, just before the task returns. */
typedef void (*MienWorkDone) (MienWork *work, gpointer source);

struct _MienWork
{
  GTask          *task;                    /* NULL: nobody waits */
  MienWorkFunc    run;
  MienWorkDone    done;                    /* may be NULL */
  gpointer        input;
  GDestroyNotify  free_input;
  gpointer        result;
  GDestroyNotify  free_result;
  GError         *error;
  int             urgency;                 /* lower goes first */
  guint64         order;
};

/* Called on the thread when there is nothing to do for a while, and at least once an interval. */
typedef void (*MienWorkerTick) (gpointer shared);

/* shared is given to every function on the thread and freed by whoever called stop. */
MienWorker *mien_worker_new         (const char      *name,
                                     gpointer         shared,
                                     MienWorkerTick   tick,        /* may be NULL */
                                     gint64           interval_us);
/* Takes task; its source object stays alive until the answer is there. */
MienWork   *mien_work_new           (GTask           *task,
                                     MienWorkFunc     run,
                                     gpointer         input,
                                     GDestroyNotify   free_input);
/* Takes work. After stop it is answered with G_IO_ERROR_CLOSED. */
void        mien_worker_push        (MienWorker      *worker,
                                     MienWork        *work);
/* Lets go of work that has not begun and was pushed with that urgency. */
void        mien_worker_forget      (MienWorker      *worker,
                                     int              urgency);
/* On the thread: waits, at most so long; TRUE if the worker is to stop. */
gboolean    mien_worker_wait        (MienWorker      *worker,
                                     gint64           timeout_us);
/* Ends the thread and waits for it: with finish after all that was pushed, else after what it is at;
 * what was not begun is answered with G_IO_ERROR_CLOSED. */
void        mien_worker_stop        (MienWorker      *worker,
                                     gboolean         finish);
void        mien_worker_free        (MienWorker      *worker);

/* From any thread: func on the main thread, in the order of the calls. */
void        mien_worker_post        (GSourceFunc      func,
                                     gpointer         data,
                                     GDestroyNotify   destroy);

G_END_DECLS
