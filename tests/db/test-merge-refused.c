/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is no sound copy of the project is refused in one line, and neither the project
 * nor the file has changed. The worst are files that are sound in themselves and say
 * something else of what both have.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-merge.h"
#include "mien-test-history.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

enum
{
  N_FLIPPED = 200,
};

static void
fill (MienStore *store)
{
  static const gint64 frames[] = { 1, 2, 3 };
  MienDecision decision = { .kind = MIEN_DECISION_ANSWER, .frame = 1, .annotator = 1 };
  g_autoptr (GError) error = NULL;

  for (guint i = 1; i <= 4; i++)
    test_add_frame (store, "v", MIEN_SPLIT_TRAIN, i);
  test_add_annotator (store, "Ana");
  decision.answers.item[MIEN_ITEM_EXPRESSION] = test_value (1);
  g_assert_true (mien_events_decide_many (store, frames, 3, &decision, NULL, &error));
  decision.kind = MIEN_DECISION_NOTE;
  decision.note = "a note";
  g_assert_true (mien_events_decide_many (store, frames, 2, &decision, NULL, &error));
}

/* The events that a stranger appends follow no rule but those of the tables. */
static void
run_unguarded (const char *path, const char *sql)
{
  sqlite3 *db = NULL;
  char *message = NULL;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE, NULL), ==,
                   SQLITE_OK);
  sqlite3_db_config (db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
  sqlite3_exec (db, sql, NULL, NULL, &message);
  g_assert_cmpstr (message, ==, NULL);
  sqlite3_close (db);
}

/* Lets the labels follow what was planted, so that the file is sound in itself. */
static void
refresh_all (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienStore) store = mien_store_open (path, MIEN_STORE_READ_WRITE, &error);

  g_assert_no_error (error);
  g_assert_true (mien_store_begin (store, &error));
  for (gint64 frame = 1; frame <= test_count (store, "SELECT max (id) FROM frame");
       frame++)
    g_assert_true (mien_labels_refresh (store, frame, &error));
  g_assert_true (mien_store_commit (store, &error));
  test_assert_sound (store);
}

static void
assert_refused (TestProject *project, const char *path, int code, const char *says)
{
  g_autofree char *before = test_history_dump (project->store);
  g_autofree char *after = NULL;
  gint64 changes = sqlite3_total_changes64 (project->store->db);
  g_autoptr (MienMerge) merge = mien_merge_new (project->store, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (mien_merge_add (merge, path, &error));
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, says));
  test_assert_error (error, code, path);
  g_assert_cmpint (sqlite3_total_changes64 (project->store->db), ==, changes);
  after = test_history_dump (project->store);
  g_assert_cmpstr (before, ==, after);
}

static char *
copy_to (TestProject *project, const char *name)
{
  char *path = g_strdup_printf ("%s/%s.mien", project->folder, name);
  g_autoptr (GError) error = NULL;

  mien_store_save_copy (project->store, path, &error);
  g_assert_no_error (error);
  return path;
}

static void
test_itself (void)
{
  g_autofree char *linked = NULL, *symbolic = NULL;
  TestProject project;

  test_project_open (&project);
  fill (project.store);
  linked = g_build_filename (project.folder, "linked.mien", NULL);
  symbolic = g_build_filename (project.folder, "symbolic.mien", NULL);
  g_assert_cmpint (link (project.path, linked), ==, 0);
  g_assert_cmpint (symlink (project.path, symbolic), ==, 0);
  assert_refused (&project, project.path, MIEN_STORE_ERROR_INVALID, "itself");
  assert_refused (&project, linked, MIEN_STORE_ERROR_INVALID, "itself");
  assert_refused (&project, symbolic, MIEN_STORE_ERROR_INVALID, "itself");
  test_project_close (&project);
}

static void
test_other_files (void)
{
  g_autofree char *none = NULL, *other = NULL, *newer = NULL, *foreign = NULL,
                  *cut = NULL, *contents = NULL;
  g_autoptr (MienStore) store = NULL;
  g_autoptr (GError) error = NULL;
  TestProject project;
  gsize size;

  test_project_open (&project);
  fill (project.store);
  none = g_build_filename (project.folder, "none.mien", NULL);
  assert_refused (&project, none, MIEN_STORE_ERROR_NOT_FOUND, "check the path");

  other = g_build_filename (project.folder, "other.mien", NULL);
  store = mien_store_create (other, "Other", &error);
  g_assert_no_error (error);
  assert_refused (&project, other, MIEN_STORE_ERROR_INVALID, "another project");

  foreign = copy_to (&project, "foreign");
  run_unguarded (foreign, "PRAGMA application_id = 7");
  assert_refused (&project, foreign, MIEN_STORE_ERROR_NOT_A_PROJECT, "not a Mien");
  newer = copy_to (&project, "newer");
  run_unguarded (newer, "PRAGMA user_version = 99");
  assert_refused (&project, newer, MIEN_STORE_ERROR_TOO_NEW, "newer");

  cut = copy_to (&project, "cut");
  g_file_get_contents (cut, &contents, &size, &error);
  g_assert_no_error (error);
  for (gsize length = 0; length < size; length += size / 16)
    {
      g_autoptr (MienMerge) merge = mien_merge_new (project.store, NULL, NULL, NULL);

      g_assert_true (g_file_set_contents (cut, contents, (gssize) length, &error));
      g_assert_false (mien_merge_add (merge, cut, &error));
      g_assert_nonnull (strstr (error->message, cut));
      g_assert_null (strchr (error->message, '\n'));
      g_clear_error (&error);
    }
  test_assert_sound (project.store);
  test_project_close (&project);
}

#define COPY_EVENT                                                                       \
  "INSERT INTO event (uuid, batch, clock, frame, kind, item, answer, value1, annotator," \
  " time) SELECT "

static void
test_contradictions (void)
{
  static const struct
  {
    const char *sql, *says;
    gboolean unsound;
  } faults[] = {
    { "UPDATE event SET value1 = 2 WHERE id = 2", "something else" },
    { "UPDATE event SET clock = clock - 1 WHERE id = 1", "something else" },
    { "UPDATE event SET time = 7 WHERE id = 1", "v/00001.jpg" },
    { "UPDATE event SET batch = randomblob (16) WHERE id <= 3", "something else" },
    { "UPDATE event SET frame = 4 WHERE id = 3", "something else" },
    { "UPDATE event SET confidence = 0.5 WHERE id = 1", "something else" },
    { "UPDATE event_note SET text = 'another' WHERE event = 4", "something else" },
    { "INSERT INTO annotator (uuid, name) VALUES (randomblob (16), 'Ben');"
      "UPDATE event SET annotator = 2",
      "something else" },
    { "UPDATE annotator SET uuid = randomblob (16), name = 'Eve'", "something else" },
    { "UPDATE annotator SET name = 'Eve'; INSERT INTO annotator (uuid, name)"
      " VALUES (randomblob (16), 'Ana')",
      "two persons" },
    { "UPDATE annotator SET name = char (10) || name", "name" },
    /* More and less of a decision that both have. */
    { COPY_EVENT "randomblob (16), batch, clock + 9, 4, 3, 1, 1, 1, 1, time FROM event"
                 " WHERE id = 1; UPDATE project SET clock = clock + 9",
      "on other frames" },
    { COPY_EVENT "randomblob (16), batch, clock, 4, 3, 1, 1, 1, 1, time FROM event"
                 " WHERE id = 1; UPDATE event SET id = id + 100 WHERE kind = 9;"
                 " UPDATE event_note SET event = event + 100",
      "on other frames" },
    { "DELETE FROM event WHERE id = 3", "on other frames" },
    { "UPDATE project SET clock = 4000000000000000000", "clock" },
    { "UPDATE project SET clock = -5; UPDATE event SET clock = -9 - id", "clock" },
    { "UPDATE event SET clock = -clock", "out of time" },
    { "UPDATE event_note SET text = char (27, 10) || text", "note" },
    { "UPDATE frame SET number = 77 WHERE id = 4", "number" },
    { "UPDATE frame SET image = NULL, link = '/etc/passwd', link_sha256 = zeroblob (32)"
      " WHERE id = 4",
      "link" },
    { "UPDATE image SET width = 5000000000 WHERE id = 4", "size" },
    { "UPDATE label SET value1 = 3", "label", TRUE },
    { "UPDATE image SET bytes = x'00' WHERE id = 4", "image", TRUE },
    { "UPDATE frame SET key = '../x' WHERE id = 4", "impossible", TRUE },
    { "CREATE TRIGGER mine AFTER INSERT ON event BEGIN SELECT 1; END", "not Mien's",
      TRUE },
  };
  TestProject project;

  test_project_open (&project);
  fill (project.store);
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autofree char *name = g_strdup_printf ("fault-%u", i);
      g_autofree char *path = NULL;

      path = copy_to (&project, name);
      run_unguarded (path, faults[i].sql);
      g_test_message ("%s", faults[i].sql);
      if (!faults[i].unsound)
        refresh_all (path);
      assert_refused (&project, path, MIEN_STORE_ERROR_CORRUPT, faults[i].says);
    }
  test_project_close (&project);
}

/* Both have got the same video, and do not agree what it is for. */
static void
test_splits (void)
{
  g_autofree char *path = NULL;
  g_autoptr (MienStore) copy = NULL;
  g_autoptr (GError) error = NULL;
  TestProject project;

  test_project_open (&project);
  fill (project.store);
  path = copy_to (&project, "copy");
  copy = mien_store_open (path, MIEN_STORE_READ_WRITE, &error);
  g_assert_no_error (error);
  test_add_frame (copy, "w", MIEN_SPLIT_TEST, 1);
  test_add_frame (project.store, "w", MIEN_SPLIT_TRAIN, 2);
  assert_refused (&project, path, MIEN_STORE_ERROR_CORRUPT, "another split");
  test_project_close (&project);
}

/* TRUE: it was merged. */
static gboolean
merge_flipped (TestProject *project, const char *path)
{
  g_autoptr (MienMerge) merge = mien_merge_new (project->store, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;

  if (mien_merge_add (merge, path, &error) && mien_merge_run (merge, &error) != NULL)
    return TRUE;
  g_assert_nonnull (error);
  g_assert_cmpint (error->domain, ==, MIEN_STORE_ERROR);
  g_assert_null (strchr (error->message, '\n'));
  return FALSE;
}

/* Bits turned over anywhere: it is refused, or the project is sound with what came. */
static void
test_flipped (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32) g_test_rand_int ());
  g_autofree char *copy = NULL, *contents = NULL;
  g_autoptr (MienStore) store = NULL;
  g_autoptr (GError) error = NULL;
  guint merged = 0;
  TestProject project;
  gsize size;

  test_project_open (&project);
  test_history_begin (project.store);
  copy = copy_to (&project, "copy");
  store = mien_store_open (copy, MIEN_STORE_READ_WRITE, &error);
  g_assert_no_error (error);
  test_history_work (store, random, TEST_HISTORY_PEOPLE, 60);
  g_clear_pointer (&store, mien_store_close);
  g_file_get_contents (copy, &contents, &size, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < N_FLIPPED; i++)
    {
      g_autofree guint8 *bytes = g_memdup2 (contents, size);

      for (guint k = 0; k <= i % 3; k++)
        bytes[g_test_rand_int_range (0, (int) size)] ^=
            (guint8) (1 << g_test_rand_int_range (0, 8));
      g_assert_true (
          g_file_set_contents (copy, (const char *) bytes, (gssize) size, &error));
      merged += merge_flipped (&project, copy) ? 1 : 0;
      test_assert_sound (project.store);
    }
  g_test_message ("%u of %u were merged", merged, N_FLIPPED);
  test_project_close (&project);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/merge-refused/itself", test_itself);
  g_test_add_func ("/db/merge-refused/other-files", test_other_files);
  g_test_add_func ("/db/merge-refused/contradictions", test_contradictions);
  g_test_add_func ("/db/merge-refused/splits", test_splits);
  g_test_add_func ("/db/merge-refused/flipped", test_flipped);
  return g_test_run ();
}
