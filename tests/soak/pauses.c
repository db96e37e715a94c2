/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * How long the window keeps its main loop: preloaded into mien, this measures the time
 * between one poll () of the main loop and the next, which is the time in which the
 * window cannot answer. A poll () of one descriptor is not the loop's: it waits for the X
 * server and counts as busy. At exit, and whenever SIGUSR1 comes (which starts the count
 * anew), one line goes to standard error: how many iterations, their percentiles and the
 * longest.
 *
 *   LD_PRELOAD=build-check/tests/soak/libpauses.so build/gui/mien Demo.mien
 */

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
};

static uint32_t count[STEPS];
static int64_t woke_us, longest_us;
static volatile sig_atomic_t asked;

static int64_t
now_us (void)
{
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC, &t);
  return (int64_t) t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Upper end of the step in which that share of the iterations lies, in milliseconds. */
static double
percentile (uint64_t total, double share)
{
  uint64_t wanted = (uint64_t) ((double) total * share), seen = 0;

  for (int i = 0; i < STEPS; i++)
    {
      seen += count[i];
      if (seen > wanted)
        return (i + 1) * STEP_US / 1000.0;
    }
  return (double) longest_us / 1000;
}

static void
report (void)
{
  uint64_t total = 0;

  for (int i = 0; i < STEPS; i++)
    total += count[i];
  fprintf (stderr,
           "pauses: %llu iterations, 50%% %.1f ms, 95%% %.1f ms, 99%% %.1f ms, "
           "99.9%% %.1f ms, longest %.1f ms\n",
           (unsigned long long) total, percentile (total, 0.5), percentile (total, 0.95),
           percentile (total, 0.99), percentile (total, 0.999),
           (double) longest_us / 1000);
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

      count[pause / STEP_US < STEPS ? pause / STEP_US : STEPS - 1]++;
      longest_us = pause > longest_us ? pause : longest_us;
    }
  if (asked)
    {
      asked = 0;
      report ();
      memset (count, 0, sizeof count);
      longest_us = 0;
    }
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
