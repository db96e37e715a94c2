/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Opening, creating and copying a project, and its transactions. What is refused must
 * stay as it was, byte for byte, with nothing laid beside it.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-test-project.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char *
read_file (const char *path, gsize *size)
{
  g_autoptr (GError) error = NULL;
  char *contents;

  g_file_get_contents (path, &contents, size, &error);
  g_assert_no_error (error);
  return contents;
}

static guint
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* Opening path fails like that, and neither the file nor its folder changes. */
static void
assert_refused (const char *path, MienStoreMode mode, int code)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;
  gsize size_before, size_after;
  g_autofree char *before = read_file (path, &size_before);
  g_autofree char *after = NULL;
  guint files = count_files (folder);

  g_assert_null (mien_store_open (path, mode, &error));
  test_assert_error (error, code, path);
  after = read_file (path, &size_after);
  g_assert_cmpmem (before, size_before, after, size_after);
  g_assert_cmpuint (count_files (folder), ==, files);
}

static void
write_be32 (const char *path, gsize offset, guint32 value)
{
  guint8 bytes[4] = { (guint8) (value >> 24), (guint8) (value >> 16),
                      (guint8) (value >> 8), (guint8) value };
  int descriptor = open (path, O_WRONLY | O_CLOEXEC);

  g_assert_cmpint (pwrite (descriptor, bytes, 4, (off_t) offset), ==, 4);
  close (descriptor);
}

static void
test_create (void)
{
  TestProject project;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  g_autofree char *contents = NULL;
  MienUuid uuid, again;
  gsize size;

  test_project_open (&project);
  name = mien_store_name (project.store, &error);
  g_assert_cmpstr (name, ==, "Test");
  g_assert_true (mien_store_uuid (project.store, &uuid, &error));
  g_assert_false (mien_store_is_synthetic (project.store));
  g_assert_true (mien_store_set_synthetic (project.store, TRUE, &error));
  g_assert_null (mien_store_create (project.path, "Other", &error));
  test_assert_error (error, MIEN_STORE_ERROR_EXISTS, project.path);

  test_project_reopen (&project, MIEN_STORE_READ_ONLY);
  g_assert_true (mien_store_uuid (project.store, &again, &error));
  g_assert_cmpmem (&uuid, sizeof uuid, &again, sizeof again);
  g_assert_true (mien_store_is_synthetic (project.store));
  test_assert_sound (project.store);
  g_clear_pointer (&project.store, mien_store_close);

  contents = read_file (project.path, &size);
  g_assert_cmpmem (contents + 68, 4, "MIEN", 4);
  g_assert_cmpmem (contents + 60, 4, "\0\0\0\4", 4);
  g_assert_cmpuint (count_files (project.folder), ==, 1);
  test_project_close (&project);
}

static void
test_create_names (void)
{
  g_autofree char *folder = g_dir_make_tmp ("mien-db-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "a.mien", NULL);
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  g_autofree char *nowhere = g_build_filename (folder, "none", "a.mien", NULL);
  g_autofree char *long_name = g_strnfill (201, 'x');
  g_autoptr (GError) error = NULL;

  g_assert_null (mien_store_create (path, "", &error));
  test_assert_error (error, MIEN_STORE_ERROR_INVALID, path);
  g_assert_null (mien_store_create (path, long_name, &error));
  test_assert_error (error, MIEN_STORE_ERROR_INVALID, path);
  g_assert_null (mien_store_create (path, "\xff", &error));
  test_assert_error (error, MIEN_STORE_ERROR_INVALID, path);
  g_assert_null (mien_store_create (nowhere, "x", &error));
  test_assert_error (error, MIEN_STORE_ERROR_NOT_FOUND, "none");
  /* The log of an earlier project would be played into the new one. */
  g_assert_true (g_file_set_contents (log, "x", 1, NULL));
  g_assert_null (mien_store_create (path, "x", &error));
  test_assert_error (error, MIEN_STORE_ERROR_EXISTS, log);
  g_assert_cmpuint (count_files (folder), ==, 1);
  test_remove_folder (folder);
}

static void
test_not_a_project (void)
{
  TestProject project;
  g_autofree char *other = NULL;
  g_autoptr (GError) error = NULL;
  sqlite3 *db;

  test_project_open (&project);
  g_clear_pointer (&project.store, mien_store_close);
  other = g_build_filename (project.folder, "other", NULL);

  g_assert_null (mien_store_open (other, MIEN_STORE_READ_WRITE, &error));
  test_assert_error (error, MIEN_STORE_ERROR_NOT_FOUND, other);
  g_assert_null (mien_store_open (project.folder, MIEN_STORE_READ_WRITE, &error));
  test_assert_error (error, MIEN_STORE_ERROR_NOT_A_PROJECT, project.folder);
  g_assert_true (g_file_set_contents (other, "", 0, NULL));
  assert_refused (other, MIEN_STORE_READ_WRITE, MIEN_STORE_ERROR_NOT_A_PROJECT);
  g_assert_true (g_file_set_contents (other, "SQLite format 3", 16, NULL));
  assert_refused (other, MIEN_STORE_READ_WRITE, MIEN_STORE_ERROR_NOT_A_PROJECT);
  g_assert_true (g_file_set_contents (other, "\xff\xd8\xff\xe0 a picture", -1, NULL));
  assert_refused (other, MIEN_STORE_READ_ONLY, MIEN_STORE_ERROR_NOT_A_PROJECT);

  g_unlink (other);
  g_assert_cmpint (sqlite3_open (other, &db), ==, SQLITE_OK);
  sqlite3_exec (db, "CREATE TABLE t (x)", NULL, NULL, NULL);
  sqlite3_close (db);
  assert_refused (other, MIEN_STORE_READ_WRITE, MIEN_STORE_ERROR_NOT_A_PROJECT);
  test_project_close (&project);
}

/* The numbers are read before SQLite looks at the file: nothing of it is touched. */
static void
test_versions (void)
{
  TestProject project;

  test_project_open (&project);
  g_clear_pointer (&project.store, mien_store_close);
  write_be32 (project.path, 60, MIEN_SCHEMA_VERSION + 1);
  assert_refused (project.path, MIEN_STORE_READ_WRITE, MIEN_STORE_ERROR_TOO_NEW);
  assert_refused (project.path, MIEN_STORE_READ_ONLY, MIEN_STORE_ERROR_TOO_NEW);
  write_be32 (project.path, 60, 0);
  assert_refused (project.path, MIEN_STORE_READ_WRITE, MIEN_STORE_ERROR_NOT_A_PROJECT);
  write_be32 (project.path, 60, MIEN_SCHEMA_VERSION);
  write_be32 (project.path, 68, 0x4d49454f);
  assert_refused (project.path, MIEN_STORE_READ_WRITE, MIEN_STORE_ERROR_NOT_A_PROJECT);
  write_be32 (project.path, 68, MIEN_APPLICATION_ID);
  test_project_reopen (&project, MIEN_STORE_READ_WRITE);
  test_project_close (&project);
}

/* A stranger's project must hold Mien's tables and triggers, and no others. */
static void
test_schema_of_a_stranger (void)
{
  static const char *const plants[] = {
    "CREATE TRIGGER mine AFTER INSERT ON event BEGIN DELETE FROM label; END",
    "CREATE VIEW mine AS SELECT 1",
    "DROP TRIGGER event_never_goes",
    "DROP INDEX frame_waiting",
    "ALTER TABLE job ADD COLUMN mine TEXT",
  };

  for (guint i = 0; i < G_N_ELEMENTS (plants); i++)
    {
      TestProject project;
      g_autoptr (GError) error = NULL;

      test_project_open (&project);
      test_run (project.store, plants[i]);
      g_clear_pointer (&project.store, mien_store_close);
      g_assert_null (mien_store_open (project.path, MIEN_STORE_READ_WRITE, &error));
      test_assert_error (error, MIEN_STORE_ERROR_CORRUPT, project.path);
      test_project_close (&project);
    }
}

static void
test_wal_is_checked (void)
{
  TestProject project;
  g_autoptr (GError) error = NULL;
  sqlite3 *db;

  test_project_open (&project);
  g_clear_pointer (&project.store, mien_store_close);
  g_assert_cmpint (sqlite3_open (project.path, &db), ==, SQLITE_OK);
  sqlite3_exec (db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
  sqlite3_close (db);
  g_assert_null (mien_store_open (project.path, MIEN_STORE_READ_WRITE, &error));
  test_assert_error (error, MIEN_STORE_ERROR_FAILED, "write-ahead log");
  test_project_close (&project);
}

static void
test_pragmas (void)
{
  TestProject project;

  test_project_open (&project);
  g_assert_cmpint (test_count (project.store, "PRAGMA foreign_keys"), ==, 1);
  g_assert_cmpint (test_count (project.store, "PRAGMA synchronous"), ==, 2);
  g_assert_cmpint (test_count (project.store, "PRAGMA cell_size_check"), ==, 1);
  g_assert_cmpint (test_count (project.store, "PRAGMA mmap_size"), ==, 0);
  g_assert_cmpint (test_count (project.store, "PRAGMA trusted_schema"), ==, 0);
  g_assert_true (mien_store_set_bulk (project.store, TRUE, NULL));
  g_assert_cmpint (test_count (project.store, "PRAGMA synchronous"), ==, 1);
  g_assert_true (mien_store_set_bulk (project.store, FALSE, NULL));
  g_assert_cmpint (test_count (project.store, "PRAGMA synchronous"), ==, 2);
  test_project_close (&project);
}

static void
test_read_only_mode (void)
{
  TestProject project;
  g_autoptr (GError) error = NULL;
  gint64 annotator;

  test_project_open (&project);
  test_project_reopen (&project, MIEN_STORE_READ_ONLY);
  g_assert_false (mien_store_begin (project.store, &error));
  test_assert_error (error, MIEN_STORE_ERROR_READ_ONLY, project.path);
  g_assert_false (
      mien_events_ensure_annotator (project.store, "Ana", &annotator, &error));
  test_assert_error (error, MIEN_STORE_ERROR_READ_ONLY, project.path);
  g_assert_cmpint (sqlite3_exec (project.store->db, "DELETE FROM job", NULL, NULL, NULL),
                   !=, SQLITE_OK);
  test_project_close (&project);
}

/* 0: as expected. In a child that is nobody in particular: root may write anywhere. */
static int
open_as_nobody (const char *path, MienStoreMode mode, int expected)
{
  pid_t child = fork ();
  int status;

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MienStore) store = NULL;

      if (getuid () == 0 && setresuid (65534, 65534, 65534) != 0)
        _exit (2);
      store = mien_store_open (path, mode, &error);
      if (expected < 0)
        _exit (store == NULL);
      _exit (!(store == NULL && error->code == expected));
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  return status;
}

static void
test_read_only_place (void)
{
  TestProject project;
  g_autofree char *log = NULL;

  test_project_open (&project);
  test_add_frame (project.store, "video", MIEN_SPLIT_TRAIN, 1);
  g_clear_pointer (&project.store, mien_store_close);
  log = g_strconcat (project.path, "-wal", NULL);
  g_chmod (project.path, 0444);
  g_chmod (project.folder, 0555);
  g_assert_cmpint (
      open_as_nobody (project.path, MIEN_STORE_READ_WRITE, MIEN_STORE_ERROR_READ_ONLY),
      ==, 0);
  g_assert_cmpint (open_as_nobody (project.path, MIEN_STORE_READ_ONLY, -1), ==, 0);
  g_assert_cmpuint (count_files (project.folder), ==, 1);

  /* With a log beside it the latest decisions would be missing. */
  g_chmod (project.folder, 0755);
  g_assert_true (g_file_set_contents (log, "x", 1, NULL));
  g_chmod (project.folder, 0555);
  g_assert_cmpint (
      open_as_nobody (project.path, MIEN_STORE_READ_ONLY, MIEN_STORE_ERROR_READ_ONLY), ==,
      0);
  test_project_close (&project);
}

static void
test_nested (void)
{
  TestProject project;
  MienStore *store;
  g_autoptr (GError) error = NULL;
  gint64 frame;

  test_project_open (&project);
  store = project.store;
  g_assert_true (mien_store_begin (store, &error));
  test_add_frame (store, "video", MIEN_SPLIT_TRAIN, 1);
  g_assert_true (mien_store_begin (store, &error));
  test_add_frame (store, "video", MIEN_SPLIT_TRAIN, 2);
  g_assert_true (mien_store_commit (store, &error));
  /* A refusal inside costs only itself. */
  g_assert_false (mien_frames_ensure (store, 99, "x/00001.jpg", 1, &frame, NULL, &error));
  test_assert_error (error, MIEN_STORE_ERROR_NOT_FOUND, "x/00001.jpg");
  g_assert_true (mien_store_commit (store, &error));
  g_assert_cmpint (test_count (store, "SELECT count (*) FROM frame"), ==, 2);

  g_assert_true (mien_store_begin (store, &error));
  test_add_frame (store, "video", MIEN_SPLIT_TRAIN, 3);
  g_assert_true (mien_store_begin (store, &error));
  mien_store_rollback (store);
  g_assert_cmpint (test_count (store, "SELECT count (*) FROM frame"), ==, 2);
  g_assert_false (mien_store_commit (store, &error));
  test_assert_error (error, MIEN_STORE_ERROR_FAILED, project.path);

  /* Left open, it is as if it never was. */
  g_assert_true (mien_store_begin (store, &error));
  test_add_frame (store, "video", MIEN_SPLIT_TRAIN, 4);
  test_project_reopen (&project, MIEN_STORE_READ_WRITE);
  g_assert_cmpint (test_count (project.store, "SELECT count (*) FROM frame"), ==, 2);
  test_assert_sound (project.store);
  test_project_close (&project);
}

static void
test_breathe (void)
{
  TestProject project;
  g_autoptr (MienStore) other = NULL;
  g_autoptr (GError) error = NULL;
  gint64 version;

  test_project_open (&project);
  other = mien_store_open (project.path, MIEN_STORE_READ_ONLY, &error);
  g_assert_no_error (error);
  version = mien_store_data_version (other);
  g_assert_true (mien_store_begin (project.store, &error));
  test_add_frame (project.store, "video", MIEN_SPLIT_TRAIN, 1);
  g_assert_true (mien_store_breathe (project.store, &error));
  g_assert_cmpint (mien_store_data_version (other), ==, version);
  g_usleep (45000);
  g_assert_true (mien_store_breathe (project.store, &error));
  g_assert_cmpint (mien_store_data_version (other), !=, version);
  g_assert_cmpint (test_count (other, "SELECT count (*) FROM frame"), ==, 1);
  g_assert_true (mien_store_commit (project.store, &error));
  test_project_close (&project);
}

static void
test_save_copy (void)
{
  TestProject project;
  g_autofree char *path = NULL;
  g_autoptr (MienStore) copy = NULL;
  g_autoptr (GError) error = NULL;

  test_project_open (&project);
  test_add_frame (project.store, "video", MIEN_SPLIT_TRAIN, 1);
  g_assert_true (mien_store_job_begin (project.store, "train", &error));
  path = g_build_filename (project.folder, "Copy.mien", NULL);
  g_assert_true (mien_store_save_copy (project.store, path, &error));
  g_assert_false (mien_store_save_copy (project.store, path, &error));
  test_assert_error (error, MIEN_STORE_ERROR_EXISTS, path);
  g_assert_false (mien_store_save_copy (project.store, project.path, &error));
  test_assert_error (error, MIEN_STORE_ERROR_EXISTS, project.path);

  copy = mien_store_open (path, MIEN_STORE_READ_WRITE, &error);
  g_assert_no_error (error);
  test_assert_sound (copy);
  g_assert_cmpint (test_count (copy, "SELECT count (*) FROM frame"), ==, 1);
  g_assert_true (mien_store_job_begin (copy, "train", &error));
  test_project_close (&project);
}

static void
test_places (void)
{
  g_assert_cmpstr (mien_place_refusal (0x6969, NULL), ==, "NFS");
  g_assert_cmpstr (mien_place_refusal (0xff534d42, NULL), ==, "CIFS");
  g_assert_cmpstr (mien_place_refusal (0x65735546, "fuse.sshfs"), ==, "fuse.sshfs");
  g_assert_null (mien_place_refusal (0x65735546, "fuseblk"));
  g_assert_null (mien_place_refusal (0x65735546, NULL));
  g_assert_null (mien_place_refusal (0xef53, NULL));
}

/* With two rows or more a scan and a sort are told, unless they are meant. */
static void
test_scans_are_reported (void)
{
#ifdef MIEN_REPORT_SCANS
  static const char scan[] = "SELECT number FROM frame WHERE width > 1";
  static const char sort[] = "SELECT id FROM frame WHERE video = 1 ORDER BY uuid";
  TestProject project;

  test_project_open (&project);
  for (guint i = 1; i <= 3; i++)
    test_add_frame (project.store, "v", MIEN_SPLIT_TRAIN, i);
  g_test_expect_message ("mien-db", G_LOG_LEVEL_CRITICAL, "*rows scanned*width*");
  g_assert_true (mien_run (project.store, NULL, scan));
  g_test_assert_expected_messages ();
  g_test_expect_message ("mien-db", G_LOG_LEVEL_CRITICAL, "*sorts*uuid*");
  g_assert_true (mien_run (project.store, NULL, sort));
  g_test_assert_expected_messages ();
  g_assert_true (mien_run (project.store, NULL,
                           MIEN_SCAN "SELECT number FROM frame WHERE width > 1"));
  test_project_close (&project);
#else
  g_test_skip ("statements are watched in debug builds only");
#endif
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/store/create", test_create);
  g_test_add_func ("/db/store/create-names", test_create_names);
  g_test_add_func ("/db/store/not-a-project", test_not_a_project);
  g_test_add_func ("/db/store/versions", test_versions);
  g_test_add_func ("/db/store/schema-of-a-stranger", test_schema_of_a_stranger);
  g_test_add_func ("/db/store/wal-is-checked", test_wal_is_checked);
  g_test_add_func ("/db/store/pragmas", test_pragmas);
  g_test_add_func ("/db/store/read-only-mode", test_read_only_mode);
  g_test_add_func ("/db/store/read-only-place", test_read_only_place);
  g_test_add_func ("/db/store/nested", test_nested);
  g_test_add_func ("/db/store/breathe", test_breathe);
  g_test_add_func ("/db/store/save-copy", test_save_copy);
  g_test_add_func ("/db/store/places", test_places);
  g_test_add_func ("/db/store/scans-are-reported", test_scans_are_reported);
  return g_test_run ();
}
