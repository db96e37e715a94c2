/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What holds of every merge, on random histories: the same result in any order and
 * however the copies are grouped, nothing more from merging again, labels that a replay
 * of the log gives, and the same after a kill at any moment.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-merge.h"
#include "mien-test-history.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A name in the folder and a project under it. */
typedef struct
{
  char *path;
  MienStore *store;
} Copy;

static void
copy_open (Copy *copy, MienStore *of, const char *folder, const char *name)
{
  g_autoptr (GError) error = NULL;

  copy->path = g_strdup_printf ("%s/%s.mien", folder, name);
  mien_store_save_copy (of, copy->path, &error);
  g_assert_no_error (error);
  copy->store = mien_store_open (copy->path, MIEN_STORE_READ_WRITE, &error);
  g_assert_no_error (error);
}

static void
copy_clear (Copy *copy)
{
  mien_store_close (copy->store);
  g_free (copy->path);
}

/* The sums of what came over: events, conflicts. */
static void
merge (const Copy *into,
       const Copy *from,
       const Copy *also,
       guint64 *events,
       guint *found)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienMerge) merge = mien_merge_new (into->store, NULL, NULL, NULL);
  const MienMergeReport *report;

  mien_merge_add (merge, from->path, &error);
  g_assert_no_error (error);
  if (also != NULL)
    mien_merge_add (merge, also->path, &error);
  g_assert_no_error (error);
  report = mien_merge_run (merge, &error);
  g_assert_no_error (error);
  if (events != NULL)
    *events = report->events + report->frames + report->images;
  if (found != NULL)
    *found = report->conflicts->len;
  test_assert_sound (into->store);
}

static void
assert_same (const Copy *a, const Copy *b)
{
  g_autofree char *x = test_history_dump (a->store), *y = test_history_dump (b->store);
  g_auto (GStrv) xs = g_strsplit (x, "\n", -1), ys = g_strsplit (y, "\n", -1);

  for (guint i = 0; xs[i] != NULL && ys[i] != NULL; i++)
    g_assert_cmpstr (xs[i], ==, ys[i]);
  g_assert_cmpstr (x, ==, y);
  test_history_same_models (a->store, b->store);
}

/* Three copies that were worked on apart; the third begins at the first one as it was
 * half way. */
typedef struct
{
  TestProject project;
  GRand *random;
  Copy a, b, c;
} Apart;

static void
apart_open (Apart *apart, guint32 seed, guint n_steps)
{
  apart->random = g_rand_new_with_seed (seed);
  test_project_open (&apart->project);
  test_history_begin (apart->project.store);
  /* Two people are in all copies; who comes later is in several by the same name.
   * A clock that is ahead ticks by ones: copies then have events at the same time. */
  if (seed % 2 == 1)
    test_run (apart->project.store, "UPDATE project SET clock = 4000000000000000");
  test_history_work (apart->project.store, apart->random, 2, n_steps / 2);
  copy_open (&apart->a, apart->project.store, apart->project.folder, "a");
  copy_open (&apart->b, apart->project.store, apart->project.folder, "b");
  test_history_work (apart->a.store, apart->random, TEST_HISTORY_PEOPLE, n_steps / 2);
  copy_open (&apart->c, apart->a.store, apart->project.folder, "c");
  test_history_work (apart->a.store, apart->random, TEST_HISTORY_PEOPLE, n_steps / 2);
  test_history_work (apart->b.store, apart->random, TEST_HISTORY_PEOPLE, n_steps);
  test_history_work (apart->c.store, apart->random, TEST_HISTORY_PEOPLE, n_steps);
}

static void
apart_clear (Apart *apart)
{
  copy_clear (&apart->a);
  copy_clear (&apart->b);
  copy_clear (&apart->c);
  g_rand_free (apart->random);
  test_project_close (&apart->project);
}

static Copy
copy_of (const Apart *apart, const Copy *of, const char *name)
{
  Copy copy;

  copy_open (&copy, of->store, apart->project.folder, name);
  return copy;
}

static void
check_once (guint32 seed, guint64 *n_events, guint *n_conflicts)
{
  Copy ab, ba, bc, ab_c, a_bc, abc;
  guint64 events;
  guint conflicts;
  Apart apart;

  apart_open (&apart, seed, 40);
  ab = copy_of (&apart, &apart.a, "ab");
  ba = copy_of (&apart, &apart.b, "ba");
  merge (&ab, &apart.b, NULL, &events, &conflicts);
  *n_events += events;
  *n_conflicts += conflicts;
  merge (&ba, &apart.a, NULL, NULL, NULL);
  assert_same (&ab, &ba);

  /* Again, and with what it is made of: nothing. */
  for (guint i = 0; i < 3; i++)
    {
      merge (&ab, i == 0 ? &apart.b : i == 1 ? &apart.a : &ba, NULL, &events, &conflicts);
      g_assert_cmpuint (events, ==, 0);
      g_assert_cmpuint (conflicts, ==, 0);
    }
  assert_same (&ab, &ba);

  bc = copy_of (&apart, &apart.b, "bc");
  ab_c = copy_of (&apart, &ab, "ab_c");
  a_bc = copy_of (&apart, &apart.a, "a_bc");
  abc = copy_of (&apart, &apart.c, "abc");
  merge (&bc, &apart.c, NULL, NULL, NULL);
  merge (&ab_c, &apart.c, NULL, NULL, NULL);
  merge (&a_bc, &bc, NULL, NULL, NULL);
  merge (&abc, &apart.b, &apart.a, NULL, NULL);
  assert_same (&ab_c, &a_bc);
  assert_same (&ab_c, &abc);

  /* Work goes on behind a merge, and comes back to the copies. */
  test_history_work (ab_c.store, apart.random, TEST_HISTORY_PEOPLE, 40);
  test_assert_sound (ab_c.store);
  merge (&apart.b, &ab_c, NULL, NULL, NULL);
  assert_same (&apart.b, &ab_c);

  copy_clear (&ab);
  copy_clear (&ba);
  copy_clear (&bc);
  copy_clear (&ab_c);
  copy_clear (&a_bc);
  copy_clear (&abc);
  apart_clear (&apart);
}

static void
test_any_order (void)
{
  const char *rounds = g_getenv ("MIEN_MERGE_ROUNDS");
  guint n = rounds != NULL ? (guint) g_ascii_strtoull (rounds, NULL, 10) : 8;
  guint64 events = 0;
  guint conflicts = 0;

  for (guint32 seed = 1; seed <= n; seed++)
    {
      g_test_message ("seed %u", seed);
      check_once (seed, &events, &conflicts);
    }
  g_test_message ("%" G_GUINT64_FORMAT " events and %u conflicts came over", events,
                  conflicts);
  g_assert_cmpuint (events, >, 20 * n);
  g_assert_cmpuint (conflicts, >, n);
}

static void
merge_in_child (const char *path, const char *from)
{
  g_autoptr (MienStore) store = mien_store_open (path, MIEN_STORE_READ_WRITE, NULL);
  g_autoptr (MienMerge) merge = NULL;

  if (store == NULL || !mien_store_job_begin (store, "merge", NULL))
    _exit (1);
  merge = mien_merge_new (store, NULL, NULL, NULL);
  if (!mien_merge_add (merge, from, NULL) || mien_merge_run (merge, NULL) == NULL)
    _exit (2);
  _exit (0);
}

/* TRUE: it came to its end before. */
static gboolean
kill_once (const char *path, const char *from, gulong after_us)
{
  pid_t child = fork ();
  int status;

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    merge_in_child (path, from);
  g_usleep (after_us);
  kill (child, SIGKILL);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFSIGNALED (status) || WEXITSTATUS (status) == 0);
  return WIFEXITED (status);
}

/* By batch, how many events it has. */
static GHashTable *
count_decisions (MienStore *store)
{
  GHashTable *counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  sqlite3_stmt *stmt;

  g_assert_cmpint (sqlite3_prepare_v2 (store->db,
                                       "SELECT hex (batch), count (*) FROM event"
                                       " GROUP BY batch",
                                       -1, &stmt, NULL),
                   ==, SQLITE_OK);
  while (sqlite3_step (stmt) == SQLITE_ROW)
    g_hash_table_insert (counts, g_strdup ((const char *) sqlite3_column_text (stmt, 0)),
                         GINT_TO_POINTER (sqlite3_column_int (stmt, 1)));
  sqlite3_finalize (stmt);
  return counts;
}

static void
assert_whole_decisions (MienStore *store, GHashTable *whole)
{
  g_autoptr (GHashTable) counts = count_decisions (store);
  GHashTableIter iter;
  gpointer batch, count;

  g_hash_table_iter_init (&iter, counts);
  while (g_hash_table_iter_next (&iter, &batch, &count))
    g_assert_true (g_hash_table_lookup (whole, batch) == count);
}

/* Killed again and again at later moments, it is sound in between, and in the end the
 * same as if it had not been. */
static void
test_kill (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) decisions = NULL;
  g_autofree char *path = NULL;
  guint killed = 0, partial = 0;
  Copy whole, part;
  Apart apart;

  apart_open (&apart, 3, 40);
  test_history_work (apart.b.store, apart.random, TEST_HISTORY_PEOPLE, 1500);
  whole = copy_of (&apart, &apart.a, "whole");
  part = copy_of (&apart, &apart.a, "part");
  merge (&whole, &apart.b, NULL, NULL, NULL);
  decisions = count_decisions (whole.store);
  path = g_strdup (part.path);
  for (gulong after_us = 2000;; after_us += after_us / 3)
    {
      gint64 before = test_count (part.store, "SELECT count (*) FROM event"), n;

      g_clear_pointer (&part.store, mien_store_close);
      if (kill_once (path, apart.b.path, after_us))
        break;
      killed++;
      part.store = mien_store_open (path, MIEN_STORE_READ_WRITE, &error);
      g_assert_no_error (error);
      test_assert_sound (part.store);
      assert_whole_decisions (part.store, decisions);
      n = test_count (part.store, "SELECT count (*) FROM event");
      g_assert_cmpint (n, >=, before);
      partial += n > before ? 1 : 0;
    }
  g_test_message ("killed %u times, %u of them half way", killed, partial);
  part.store = mien_store_open (path, MIEN_STORE_READ_WRITE, &error);
  g_assert_no_error (error);
  test_assert_sound (part.store);
  assert_same (&part, &whole);
  g_assert_cmpuint (killed, >, 0);
  copy_clear (&whole);
  copy_clear (&part);
  apart_clear (&apart);
}

/* Somebody decides at the window meanwhile: nothing of either is lost, and nobody waits
 * for the whole of it. */
static void
test_meanwhile (void)
{
  g_autoptr (GError) error = NULL;
  gint64 longest = 0, before, brought, own = 0;
  Copy whole;
  Apart apart;
  pid_t child;
  int status;

  apart_open (&apart, 7, 40);
  test_history_work (apart.b.store, apart.random, TEST_HISTORY_PEOPLE, 1000);
  before = test_count (apart.a.store, "SELECT count (*) FROM event");
  whole = copy_of (&apart, &apart.a, "whole");
  merge (&whole, &apart.b, NULL, NULL, NULL);
  brought = test_count (whole.store, "SELECT count (*) FROM event") - before;
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    merge_in_child (apart.a.path, apart.b.path);
  while (waitpid (child, &status, WNOHANG) == 0)
    {
      gint64 began = g_get_monotonic_time ();

      test_answer (apart.a.store, 1 + own % 12, 1, MIEN_ITEM_EXPRESSION,
                   test_value ((double) (own % 8)));
      own++;
      longest = MAX (longest, g_get_monotonic_time () - began);
      g_usleep (2000);
    }
  g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == 0);
  g_test_message ("%" G_GINT64_FORMAT " decisions, the longest took %.1f ms", own,
                  (double) longest / 1000.0);
  g_assert_cmpint (longest, <, 1500000);
  g_assert_cmpint (test_count (apart.a.store, "SELECT count (*) FROM event"), ==,
                   before + brought + own);
  test_assert_sound (apart.a.store);
  merge (&whole, &apart.a, NULL, NULL, NULL);
  assert_same (&whole, &apart.a);
  copy_clear (&whole);
  apart_clear (&apart);
}

/* Asked to stop, it ends behind a whole decision too. */
typedef struct
{
  GCancellable *cancellable; /* NULL: not yet */
  guint64 done;
} Stopping;

static void
cancel (guint64 done, guint64 total, gpointer data)
{
  Stopping *stopping = data;

  g_assert_cmpuint (done, <=, total);
  if (stopping->cancellable == NULL)
    return;
  stopping->done = done;
  g_cancellable_cancel (stopping->cancellable);
}

static void
test_stop (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (MienMerge) merging = NULL;
  g_autoptr (GError) error = NULL;
  Stopping stopping = { 0 };
  Copy whole;
  Apart apart;

  apart_open (&apart, 5, 40);
  test_history_work (apart.b.store, apart.random, TEST_HISTORY_PEOPLE, 600);
  whole = copy_of (&apart, &apart.a, "whole");
  merge (&whole, &apart.b, NULL, NULL, NULL);
  merging = mien_merge_new (apart.a.store, cancel, &stopping, cancellable);
  g_assert_true (mien_merge_add (merging, apart.b.path, &error));
  stopping.cancellable = cancellable;
  g_assert_null (mien_merge_run (merging, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (stopping.done, >, 0);
  test_assert_sound (apart.a.store);
  merge (&apart.a, &apart.b, NULL, NULL, NULL);
  assert_same (&apart.a, &whole);
  copy_clear (&whole);
  apart_clear (&apart);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/merge/any-order", test_any_order);
  g_test_add_func ("/db/merge/kill", test_kill);
  g_test_add_func ("/db/merge/meanwhile", test_meanwhile);
  g_test_add_func ("/db/merge/stop", test_stop);
  return g_test_run ();
}
