/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * How long the window keeps its main loop: preloaded into mien, this measures the time
 * between one poll () of the main loop and the next, which is the time in which the
 * window cannot answer. A poll () of one descriptor is not the loop's: it waits for the X
 * server and counts as busy. At exit, and whenever SIGUSR1 comes (which starts the count
 * anew), one line goes to standard error: how many iterations, their percentiles and the
 * longest; and a second one of those iterations alone in which a key went down: GTK hands
 * a key on in the iteration that reads it, so this is the time that a key takes.
 *
 *   LD_PRELOAD=build-check/tests/soak/libpauses.so build/gui/mien Demo.mien
 */

#include <X11/Xlib.h>
#include <dlfcn.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum
{
  STEP_US = 100,
  STEPS = 100 * 1000, /* up to ten seconds */
  KEY_PRESS = 2,      /* XI_KeyPress */
};

typedef struct
{
  uint32_t count[STEPS];
  int64_t longest_us;
} Times;

static Times pauses, keys;
static int64_t woke_us;
static int key_seen;
static volatile sig_atomic_t asked;

static int64_t
now_us (void)
{
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC, &t);
  return (int64_t) t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
add (Times *times, int64_t us)
{
  times->count[us / STEP_US < STEPS ? us / STEP_US : STEPS - 1]++;
  times->longest_us = us > times->longest_us ? us : times->longest_us;
}

/* Upper end of the step in which that share of the times lies, in milliseconds. */
static double
percentile (const Times *times, uint64_t total, double share)
{
  uint64_t wanted = (uint64_t) ((double) total * share), seen = 0;

  for (int i = 0; i < STEPS; i++)
    {
      seen += times->count[i];
      if (seen > wanted)
        return (i + 1) * STEP_US / 1000.0;
    }
  return (double) times->longest_us / 1000;
}

static void
report_times (const char *name, const char *what, const Times *times)
{
  uint64_t total = 0;

  for (int i = 0; i < STEPS; i++)
    total += times->count[i];
  fprintf (stderr,
           "%s: %llu %s, 50%% %.1f ms, 95%% %.1f ms, 99%% %.1f ms, "
           "99.9%% %.1f ms, longest %.1f ms\n",
           name, (unsigned long long) total, what, percentile (times, total, 0.5),
           percentile (times, total, 0.95), percentile (times, total, 0.99),
           percentile (times, total, 0.999), (double) times->longest_us / 1000);
}

static void
report (void)
{
  report_times ("pauses", "iterations", &pauses);
  report_times ("keys", "keys", &keys);
}

static void
ask (int number)
{
  asked = 1;
}

__attribute__ ((constructor)) static void
begin (void)
{
  signal (SIGUSR1, ask);
  atexit (report);
}

static void
before_poll (void)
{
  if (woke_us > 0)
    {
      int64_t pause = now_us () - woke_us;

      add (&pauses, pause);
      if (key_seen)
        add (&keys, pause);
    }
  key_seen = 0;
  if (asked)
    {
      asked = 0;
      report ();
      memset (&pauses, 0, sizeof pauses);
      memset (&keys, 0, sizeof keys);
    }
}

Bool
XGetEventData (Display *display, XGenericEventCookie *cookie)
{
  static Bool (*real) (Display *, XGenericEventCookie *);

  if (real == NULL)
    *(void **) &real = dlsym (RTLD_NEXT, "XGetEventData");
  if (cookie->evtype == KEY_PRESS)
    key_seen = 1;
  return real (display, cookie);
}

int
poll (struct pollfd *fds, nfds_t n, int timeout)
{
  static int (*real) (struct pollfd *, nfds_t, int);
  int result;

  if (real == NULL)
    *(void **) &real = dlsym (RTLD_NEXT, "poll");
  if (gettid () != getpid () || n < 2)
    return real (fds, n, timeout);
  before_poll ();
  result = real (fds, n, timeout);
  woke_us = now_us ();
  return result;
}
