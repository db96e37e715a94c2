/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Projects of earlier versions: what they become, the copy that is left beside them, and
 * those that are left alone. That all of their contents arrive is test-verify's archive.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-test-project.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  char *folder, *path, *copy;
} Old;

static void
take_old (Old *old, int version)
{
  g_autofree char *name = g_strdup_printf ("version-%d.mien", version);
  g_autofree char *archived = g_test_build_filename (G_TEST_DIST, "projects", name, NULL);
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;

  old->folder = g_dir_make_tmp ("mien-db-XXXXXX", &error);
  old->path = g_build_filename (old->folder, "old.mien", NULL);
  old->copy = g_strdup_printf ("%s.version-%d", old->path, version);
  g_file_get_contents (archived, &contents, &size, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_set_contents (old->path, contents, (gssize) size, &error));
}

static void
old_clear (Old *old)
{
  test_remove_folder (old->folder);
  g_free (old->folder);
  g_free (old->path);
  g_free (old->copy);
}

static gint64
ask (const char *path, const char *sql)
{
  sqlite3 *db = NULL;
  sqlite3_stmt *stmt = NULL;
  gint64 result;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE, NULL), ==,
                   SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &stmt, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (stmt), ==, SQLITE_ROW);
  result = sqlite3_column_int64 (stmt, 0);
  sqlite3_finalize (stmt);
  sqlite3_close (db);
  return result;
}

static void
execute (const char *path, const char *sql)
{
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE, NULL), ==,
                   SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

static void
open_and_close (const char *path, MienStoreMode mode)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienStore) store = mien_store_open (path, mode, &error);

  g_assert_no_error (error);
  test_assert_sound (store);
}

/* Every table of the copy has as many rows as the project has now: none is forgotten when
 * a version adds one. */
static void
assert_all_tables (const Old *old)
{
  sqlite3 *db = NULL;
  sqlite3_stmt *stmt = NULL;
  guint n = 0;

  g_assert_cmpint (sqlite3_open_v2 (old->copy, &db, SQLITE_OPEN_READWRITE, NULL), ==,
                   SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db,
                                       "SELECT 'SELECT count (*) FROM ' || name FROM"
                                       " sqlite_schema WHERE type = 'table'",
                                       -1, &stmt, NULL),
                   ==, SQLITE_OK);
  for (; sqlite3_step (stmt) == SQLITE_ROW; n++)
    {
      const char *sql = (const char *) sqlite3_column_text (stmt, 0);

      g_test_message ("%s", sql);
      g_assert_cmpint (ask (old->copy, sql), ==, ask (old->path, sql));
    }
  g_assert_cmpuint (n, >, 10);
  sqlite3_finalize (stmt);
  sqlite3_close (db);
}

static void
check_copy (int version, MienStoreMode mode)
{
  static const char *const same[] = {
    "SELECT sum (clock) FROM event",
    "SELECT sum (human) FROM frame",
    "SELECT sum (length (bytes)) FROM model_weights",
    "SELECT sum (open) + 10 * sum (pseudo) FROM tally",
    "SELECT sum (frames) FROM census",
    "SELECT seq FROM sqlite_sequence WHERE name = 'event'",
  };
  Old old;

  take_old (&old, version);
  g_assert_cmpint (ask (old.path, "PRAGMA user_version"), ==, version);
  open_and_close (old.path, mode);
  g_assert_cmpint (ask (old.path, "PRAGMA user_version"), ==, MIEN_SCHEMA_VERSION);
  g_assert_cmpint (ask (old.copy, "PRAGMA user_version"), ==, version);
  assert_all_tables (&old);
  for (guint i = 0; i < G_N_ELEMENTS (same); i++)
    g_assert_cmpint (ask (old.copy, same[i]), ==, ask (old.path, same[i]));
  g_assert_cmpint (ask (old.copy, "SELECT sum (length (bytes)) FROM image"), ==, 0);
  g_assert_cmpint (ask (old.path, "SELECT sum (length (bytes)) FROM image"), >, 0);
  /* Once. */
  g_unlink (old.copy);
  open_and_close (old.path, MIEN_STORE_READ_WRITE);
  g_assert_false (g_file_test (old.copy, G_FILE_TEST_EXISTS));
  old_clear (&old);
}

static void
test_copy (void)
{
  for (int version = 1; version < MIEN_SCHEMA_VERSION; version++)
    {
      check_copy (version, MIEN_STORE_READ_WRITE);
      check_copy (version, MIEN_STORE_READ_ONLY);
    }
}

/* An earlier copy is nobody's to overwrite. */
static void
test_second_copy (void)
{
  g_autofree char *second = NULL;
  Old old;

  take_old (&old, 1);
  second = g_strconcat (old.copy, ".2", NULL);
  g_assert_true (g_file_set_contents (old.copy, "mine", 4, NULL));
  open_and_close (old.path, MIEN_STORE_READ_WRITE);
  g_assert_cmpint (ask (second, "PRAGMA user_version"), ==, 1);
  old_clear (&old);
}

/* A stranger's trigger in an old project is no reason to run it. */
static void
test_stranger (void)
{
  g_autoptr (GError) error = NULL;
  Old old;

  take_old (&old, 1);
  execute (old.path, "CREATE TRIGGER mine AFTER INSERT ON event BEGIN SELECT 1; END");
  g_assert_null (mien_store_open (old.path, MIEN_STORE_READ_WRITE, &error));
  test_assert_error (error, MIEN_STORE_ERROR_CORRUPT, old.path);
  g_assert_null (mien_store_open (old.path, MIEN_STORE_READ_ONLY, &error));
  test_assert_error (error, MIEN_STORE_ERROR_CORRUPT, old.path);
  g_assert_cmpint (ask (old.path, "PRAGMA user_version"), ==, 1);
  g_assert_false (g_file_test (old.copy, G_FILE_TEST_EXISTS));
  old_clear (&old);
}

/* A file that says 1 and holds the tables of 2. */
static void
test_tables_too_many (void)
{
  g_autoptr (GError) error = NULL;
  Old old;

  take_old (&old, 1);
  open_and_close (old.path, MIEN_STORE_READ_WRITE);
  execute (old.path, "PRAGMA user_version = 1");
  g_assert_null (mien_store_open (old.path, MIEN_STORE_READ_WRITE, &error));
  test_assert_error (error, MIEN_STORE_ERROR_CORRUPT, old.path);
  g_assert_cmpint (ask (old.path, "PRAGMA user_version"), ==, 1);
  old_clear (&old);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/migrate/copy", test_copy);
  g_test_add_func ("/db/migrate/second-copy", test_second_copy);
  g_test_add_func ("/db/migrate/stranger", test_stranger);
  g_test_add_func ("/db/migrate/tables-too-many", test_tables_too_many);
  return g_test_run ();
}
