/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * How long the index of all frames takes on a project, as a table in Markdown (the best
 * of five, by the clock and on the thread that asks): to load, for each filter and sort,
 * for a text, to follow a decision, which is made on the first frame and undone again,
 * and what it costs in memory.
 *
 *   bench-index Big.mien
 */

#define G_LOG_DOMAIN "mien-bench"
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "mien-index-private.h"

enum
{
  REPEAT = 5,
};

typedef struct
{
  MienStore *store, *writer;
  MienIndex *index;
} Bench;

static void
check (gboolean ok, GError *error)
{
  if (ok)
    return;
  g_printerr ("bench-index: %s\n", error->message);
  exit (1);
}

static double
milliseconds_since (gint64 start)
{
  return (double) (g_get_monotonic_time () - start) / 1000.0;
}

/* Of this thread: what the machine does besides does not count. */
static double
cpu_milliseconds (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return (double) time.tv_sec * 1000.0 + (double) time.tv_nsec / 1e6;
}

static void
load (Bench *bench)
{
  double cpu = cpu_milliseconds ();
  gint64 start = g_get_monotonic_time ();
  GError *error = NULL;

  bench->index = mien_index_load (bench->store, NULL, &error);
  check (bench->index != NULL, error);
  g_print ("| load | %.0f ms | %.0f ms | %u frames |\n", milliseconds_since (start),
           cpu_milliseconds () - cpu, mien_index_n_rows (bench->index));
}

/* The best of several by the clock and on the processor, and how many rows came. */
static void
query (Bench *bench,
       const char *name,
       const MienFilter *filter,
       MienSort sort,
       gboolean descending)
{
  double best = G_MAXDOUBLE, best_cpu = G_MAXDOUBLE;
  guint n = 0;

  for (guint i = 0; i < REPEAT; i++)
    {
      double cpu = cpu_milliseconds ();
      gint64 start = g_get_monotonic_time ();
      GError *error = NULL;
      g_autoptr (GArray) rows = mien_index_query (bench->index, bench->store, filter,
                                                  sort, descending, NULL, &error);

      check (rows != NULL, error);
      best = MIN (best, milliseconds_since (start));
      best_cpu = MIN (best_cpu, cpu_milliseconds () - cpu);
      n = rows->len;
    }
  g_print ("| %s | %.1f ms | %.1f ms | %u rows |\n", name, best, best_cpu, n);
}

static void
query_filters (Bench *bench)
{
  static char digits[] = "0042", name[] = "1280", nothing[] = "no such key";
  MienFilter all, filter;

  mien_filter_init (&all);
  query (bench, "all", &all, MIEN_SORT_FRAME, FALSE);
  query (bench, "all, by confidence", &all, MIEN_SORT_CONFIDENCE, TRUE);
  query (bench, "all, by expression", &all, MIEN_SORT_EXPRESSION, FALSE);
  query (bench, "all, by valence", &all, MIEN_SORT_VALENCE, FALSE);
  query (bench, "all, by arousal", &all, MIEN_SORT_AROUSAL, TRUE);
  query (bench, "all, by date of the decision", &all, MIEN_SORT_DECIDED, TRUE);
#define FILTER(title, sort, ...)                                                         \
  filter = all;                                                                          \
  __VA_ARGS__;                                                                           \
  query (bench, title, &filter, sort, FALSE)
  FILTER ("train", MIEN_SORT_FRAME, filter.splits = 1);
  FILTER ("one video", MIEN_SORT_FRAME, filter.video = 0);
  FILTER ("three expressions, by confidence", MIEN_SORT_CONFIDENCE,
          filter.expressions = 14);
  FILTER ("AU6 and AU12, not AU4", MIEN_SORT_FRAME,
          filter.units_present = 1 << 3 | 1 << 6;
          filter.units_absent = 1 << 2);
  FILTER ("accepted pseudo-labels", MIEN_SORT_FRAME, filter.sources = 8);
  FILTER ("without a whole label", MIEN_SORT_FRAME, filter.lacking = 7);
  FILTER ("confidence of 0.4 to 0.5", MIEN_SORT_CONFIDENCE, filter.least_confidence = 0.4;
          filter.most_confidence = 0.5);
  FILTER ("one annotator, by date", MIEN_SORT_DECIDED, filter.annotator = 1);
  FILTER ("disputed", MIEN_SORT_FRAME, filter.disputed = TRUE);
  FILTER ("label and proposal differ", MIEN_SORT_FRAME, filter.differs = TRUE);
  FILTER ("text \"0042\"", MIEN_SORT_FRAME, filter.text = digits);
  FILTER ("text \"1280\" (all names)", MIEN_SORT_FRAME, filter.text = name);
  FILTER ("text that is nowhere", MIEN_SORT_FRAME, filter.text = nothing);
#undef FILTER
}

static double
refresh (Bench *bench, gboolean expected)
{
  gint64 start = g_get_monotonic_time ();
  GError *error = NULL;
  gboolean changed = FALSE;

  check (mien_index_refresh (bench->index, bench->store, &changed, NULL, &error), error);
  if (changed != expected)
    g_printerr ("bench-index: a refresh found %s\n", changed ? "a change" : "nothing");
  return milliseconds_since (start);
}

static void
follow_decisions (Bench *bench)
{
  MienDecision decision = { .kind = MIEN_DECISION_ANSWER, .duration_us = -1 };
  double best = G_MAXDOUBLE, worst = 0.0;
  MienIndexRow row;
  GError *error = NULL;

  mien_index_row (bench->index, 0, &row);
  decision.frame = row.frame;
  decision.answers.item[MIEN_ITEM_EXPRESSION] =
      (MienLabel){ .answer = MIEN_ANSWER_VALUE, .value = { 3 } };
  check (
      mien_events_ensure_annotator (bench->writer, "Bench", &decision.annotator, &error),
      error);
  check (mien_index_refresh (bench->index, bench->store, NULL, NULL, &error), error);
  g_print ("| refresh, nothing new | %.3f ms | | |\n", refresh (bench, FALSE));
  for (guint i = 0; i < REPEAT; i++)
    {
      double took;

      check (mien_events_decide (bench->writer, &decision, NULL, &error), error);
      took = refresh (bench, TRUE);
      best = MIN (best, took);
      worst = MAX (worst, took);
      check (mien_events_undo (bench->writer, decision.annotator, NULL, &error), error);
      refresh (bench, TRUE);
    }
  g_print ("| refresh after a decision | %.3f ms | | %.3f ms at most |\n", best, worst);
}

static long
resident_kib (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

int
main (int argc, char *argv[])
{
  Bench bench = { 0 };
  GError *error = NULL;
  long before;

  if (argc != 2)
    {
      g_printerr ("bench-index: give one project\n");
      return 2;
    }
  bench.store = mien_store_open (argv[1], MIEN_STORE_READ_ONLY, &error);
  check (bench.store != NULL, error);
  bench.writer = mien_store_open (argv[1], MIEN_STORE_READ_WRITE, &error);
  check (bench.writer != NULL, error);
  before = resident_kib ();
  g_print ("| | time | of the processor | |\n| --- | --- | --- | --- |\n");
  load (&bench);
  g_print ("| memory of the process | %ld MiB more | | %u bytes a frame in columns |\n",
           (resident_kib () - before) / 1024, (guint) MIEN_COLUMN_BYTES);
  mien_index_unref (bench.index);
  load (&bench);
  query_filters (&bench);
  follow_decisions (&bench);
  mien_index_unref (bench.index);
  mien_store_close (bench.writer);
  mien_store_close (bench.store);
  return 0;
}
