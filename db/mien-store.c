/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A connection to a project: open, create, copy, close, and transactions.
 *
 * Invariants: the file's header is read, through SQLite's own descriptor, before SQLite
 * itself looks at the file, so that what is not a project or is newer stays as it is,
 * byte for byte. Nobody writes without the lock of mien-lock.c. After an error SQLite's
 * transaction and `depth` agree: either both are open or neither is. A READ_ONLY store of
 * a file that could be written uses a connection that could write but refuses to: the
 * last one to close then tidies the log away like any other.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_TIMEOUT_MS 5000
#define BREATHE_US 40000
#define CHECKPOINT_PAGES 1000
#define HEADER_SIZE 100

GQuark
mien_store_error_quark (void)
{
  return g_quark_from_static_string ("mien-store-error-quark");
}

static guint32
read_be32 (const guint8 *bytes)
{
  return (guint32) bytes[0] << 24 | (guint32) bytes[1] << 16 | (guint32) bytes[2] << 8
         | bytes[3];
}

static gboolean
check_version (const char *path, gint64 application, gint64 version, GError **error)
{
  if (application != MIEN_APPLICATION_ID || version < 1)
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_NOT_A_PROJECT,
                   "%s: not a Mien project; make one with \"mienctl new\"", path);
      return FALSE;
    }
  if (version > MIEN_SCHEMA_VERSION)
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_TOO_NEW,
                   "%s: made by a newer Mien (version %" G_GINT64_FORMAT
                   " of the file, this program knows %d); install the newer one",
                   path, version, MIEN_SCHEMA_VERSION);
      return FALSE;
    }
  return TRUE;
}

/* Through SQLite's file: a descriptor of our own would, when closed, drop the locks that
 * SQLite holds on the same file in this process. */
static gboolean
check_header (sqlite3 *db, const char *path, GError **error)
{
  static const char magic[16] = "SQLite format 3";
  guint8 header[HEADER_SIZE];
  sqlite3_file *file = NULL;

  if (sqlite3_file_control (db, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK
      && file != NULL && file->pMethods != NULL
      && file->pMethods->xRead (file, header, sizeof header, 0) == SQLITE_OK
      && memcmp (header, magic, sizeof magic) == 0)
    return check_version (path, read_be32 (header + 68), read_be32 (header + 60), error);
  return check_version (path, 0, 0, error);
}

static gboolean
pragma_is (sqlite3 *db, const char *sql, const char *expected)
{
  sqlite3_stmt *stmt;
  gboolean result;

  if (sqlite3_prepare_v2 (db, sql, -1, &stmt, NULL) != SQLITE_OK)
    return FALSE;
  result = sqlite3_step (stmt) == SQLITE_ROW
           && g_strcmp0 ((const char *) sqlite3_column_text (stmt, 0), expected) == 0;
  sqlite3_finalize (stmt);
  return result;
}

static gboolean
pragma_number (sqlite3 *db, const char *sql, gint64 *number)
{
  sqlite3_stmt *stmt;
  gboolean result;

  if (sqlite3_prepare_v2 (db, sql, -1, &stmt, NULL) != SQLITE_OK)
    return FALSE;
  result = sqlite3_step (stmt) == SQLITE_ROW;
  if (result)
    *number = sqlite3_column_int64 (stmt, 0);
  sqlite3_finalize (stmt);
  return result;
}

/* Before the first read: what guards against a hostile file. */
static void
harden (sqlite3 *db)
{
  sqlite3_extended_result_codes (db, 1);
  sqlite3_busy_timeout (db, BUSY_TIMEOUT_MS);
  sqlite3_db_config (db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config (db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
  /* Until the file is known to be ours it is not even tidied. */
  sqlite3_db_config (db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  sqlite3_limit (db, SQLITE_LIMIT_LENGTH, MIEN_MAX_IMAGE_BYTES + 1024 * 1024);
  sqlite3_limit (db, SQLITE_LIMIT_ATTACHED, 0);
}

static int
note_wal_pages (void *data, sqlite3 *db, const char *name, int pages)
{
  MienStore *store = data;

  store->wal_pages = pages;
  return SQLITE_OK;
}

static gboolean
set_pragmas (MienStore *store, gboolean immutable, GError **error)
{
  gint64 application, version;

  if (!pragma_number (store->db, "PRAGMA application_id", &application)
      || !pragma_number (store->db, "PRAGMA user_version", &version))
    {
      mien_store_set_error (store, error);
      return FALSE;
    }
  if (!check_version (store->path, application, version, error))
    return FALSE;

  if (sqlite3_exec (store->db,
                    "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;"
                    "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL",
                    NULL, NULL, NULL)
      != SQLITE_OK)
    {
      mien_store_set_error (store, error);
      return FALSE;
    }
  if (!pragma_is (store->db, "PRAGMA foreign_keys", "1")
      || !pragma_is (store->db, "PRAGMA synchronous", "2")
      || (!immutable && !pragma_is (store->db, "PRAGMA journal_mode", "wal")))
    {
      g_set_error (
          error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_FAILED,
          "%s: the project does not keep a write-ahead log, so decisions would not be "
          "safe there; copy it to another disk",
          store->path);
      return FALSE;
    }
  if (store->mode != MIEN_STORE_AS_IS && version < MIEN_SCHEMA_VERSION
      && !mien_store_migrate (store, error))
    return FALSE;
  if (!mien_schema_check (store->db,
                          store->mode == MIEN_STORE_AS_IS ? (int) version
                                                          : MIEN_SCHEMA_VERSION,
                          store->path, error))
    return FALSE;
  if (store->mode != MIEN_STORE_READ_WRITE
      && sqlite3_exec (store->db, "PRAGMA query_only = ON", NULL, NULL, NULL)
             != SQLITE_OK)
    {
      mien_store_set_error (store, error);
      return FALSE;
    }
  sqlite3_wal_hook (store->db, note_wal_pages, store);
  sqlite3_db_config (store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
  return TRUE;
}

/* Read-only media: without a log the file can be read as it is; with one it would be read
 * without its latest decisions. */
static gboolean
check_no_log (const char *path, GError **error)
{
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  struct stat status;

  if (stat (log, &status) < 0 || status.st_size == 0)
    return TRUE;
  g_set_error (
      error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_READ_ONLY,
      "%s: the project was not closed and lies where nothing can be written; copy it "
      "and %s-wal together to a folder that you can write to",
      path, path);
  return FALSE;
}

static gboolean
open_connection (MienStore *store, GError **error)
{
  gboolean writable =
      access (store->path, W_OK) == 0 && access (store->folder, W_OK) == 0;
  g_autofree char *name = NULL;
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;

  if (!writable && store->mode == MIEN_STORE_READ_WRITE)
    {
      g_set_error (
          error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_READ_ONLY,
          "%s: the file or its folder is read-only; copy the project to a folder that "
          "you can write to",
          store->path);
      return FALSE;
    }
  if (!writable && !check_no_log (store->path, error))
    return FALSE;
  if (!writable)
    {
      g_autofree char *uri = g_filename_to_uri (store->path, NULL, error);

      if (uri == NULL)
        return FALSE;
      name = g_strconcat (uri, "?immutable=1", NULL);
    }

  flags |= writable ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
  if (sqlite3_open_v2 (name != NULL ? name : store->path, &store->db, flags, NULL)
      != SQLITE_OK)
    {
      mien_store_set_error (store, error);
      return FALSE;
    }
  harden (store->db);
  if (!check_header (store->db, store->path, error))
    return FALSE;
  if (store->mode == MIEN_STORE_READ_WRITE)
    {
      store->lock = mien_lock_open (store->path, error);
      if (store->lock < 0)
        return FALSE;
    }
  return set_pragmas (store, !writable, error);
}

static gboolean
check_file (const char *path, GError **error)
{
  struct stat status;

  if (stat (path, &status) < 0)
    {
      g_set_error (error, MIEN_STORE_ERROR,
                   errno == ENOENT || errno == ENOTDIR ? MIEN_STORE_ERROR_NOT_FOUND
                                                       : MIEN_STORE_ERROR_FAILED,
                   "%s: %s; check the path", path, g_strerror (errno));
      return FALSE;
    }
  if (!S_ISREG (status.st_mode))
    return check_version (path, 0, 0, error);
  return mien_place_check (path, error);
}

MienStore *
mien_store_open (const char *path, MienStoreMode mode, GError **error)
{
  g_autoptr (MienStore) store = NULL;
  char *resolved;

  if (!check_file (path, error))
    return NULL;
  resolved = realpath (path, NULL);
  if (resolved == NULL)
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_FAILED,
                   "%s: %s; check the path", path, g_strerror (errno));
      return NULL;
    }

  store = g_new0 (MienStore, 1);
  store->path = g_strdup (resolved);
  free (resolved);
  store->folder = g_path_get_dirname (store->path);
  store->mode = mode;
  store->lock = -1;
  store->statements = mien_statement_cache_new ();
  if (!open_connection (store, error))
    return NULL;
  return g_steal_pointer (&store);
}

/* An empty file under a name of its own beside path. */
char *
mien_store_temporary (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *unique = NULL;
  g_autofree char *temporary = NULL;
  MienUuid uuid;
  int descriptor;

  if (!mien_place_check (folder, error) || !mien_place_is_free (path, error))
    return NULL;
  mien_uuid_random (&uuid);
  unique = mien_uuid_to_string (&uuid);
  temporary = g_strdup_printf ("%s/.mien-%s", folder, unique);
  descriptor = open (temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (descriptor < 0)
    {
      int code = errno == EROFS || errno == EACCES || errno == EPERM
                     ? MIEN_STORE_ERROR_READ_ONLY
                 : errno == ENOSPC || errno == EDQUOT ? MIEN_STORE_ERROR_FULL
                                                      : MIEN_STORE_ERROR_FAILED;

      g_set_error (error, MIEN_STORE_ERROR, code,
                   "%s: cannot be made (%s); choose a folder that you can write to", path,
                   g_strerror (errno));
      return NULL;
    }
  close (descriptor);
  return g_steal_pointer (&temporary);
}

static gboolean
fill_new (sqlite3 *db, const char *path, const char *name, GError **error)
{
  static const char sql[] =
      "INSERT INTO project (id, uuid, name, created) VALUES (1, ?1, ?2, ?3)";
  sqlite3_stmt *stmt = NULL;
  gboolean ok;
  MienUuid uuid;

  if (!mien_schema_create (db, MIEN_SCHEMA_VERSION, path, error))
    return FALSE;
  mien_uuid_random (&uuid);
  ok = sqlite3_prepare_v2 (db, sql, -1, &stmt, NULL) == SQLITE_OK
       && sqlite3_bind_blob (stmt, 1, uuid.bytes, sizeof uuid.bytes, SQLITE_STATIC)
              == SQLITE_OK
       && sqlite3_bind_text (stmt, 2, name, -1, SQLITE_STATIC) == SQLITE_OK
       && sqlite3_bind_int64 (stmt, 3, g_get_real_time ()) == SQLITE_OK
       && sqlite3_step (stmt) == SQLITE_DONE;
  sqlite3_finalize (stmt);
  if (ok && pragma_is (db, "PRAGMA journal_mode = WAL", "wal"))
    return TRUE;
  mien_set_sqlite_error (db, path, error);
  return FALSE;
}

MienStore *
mien_store_create (const char *path, const char *name, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *temporary = NULL;
  sqlite3 *db = NULL;
  gboolean ok;

  if (!g_utf8_validate (name, -1, NULL) || *name == '\0'
      || g_utf8_strlen (name, -1) > 200)
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID,
                   "%s: a project's name has 1 to 200 characters; choose another one",
                   path);
      return NULL;
    }
  temporary = mien_store_temporary (absolute, error);
  if (temporary == NULL)
    return NULL;

  ok = sqlite3_open_v2 (temporary, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL)
       == SQLITE_OK;
  if (!ok)
    mien_set_sqlite_error (db, absolute, error);
  sqlite3_extended_result_codes (db, 1);
  ok = ok && fill_new (db, absolute, name, error);
  sqlite3_close (db);
  if (!ok || !mien_place_publish (temporary, absolute, error))
    {
      mien_place_remove (temporary);
      return NULL;
    }
  return mien_store_open (absolute, MIEN_STORE_READ_WRITE, error);
}

/* The copy is nobody's job. */
static gboolean
copy_pages (MienStore *store, sqlite3 *copy, const char *path, GError **error)
{
  sqlite3_backup *backup = sqlite3_backup_init (copy, "main", store->db, "main");

  sqlite3_extended_result_codes (copy, 1);
  if (backup != NULL)
    {
      int code = sqlite3_backup_step (backup, -1);

      if (sqlite3_backup_finish (backup) == SQLITE_OK && code == SQLITE_DONE
          && sqlite3_exec (copy, "DELETE FROM job", NULL, NULL, NULL) == SQLITE_OK)
        return TRUE;
    }
  mien_set_sqlite_error (copy, path, error);
  return FALSE;
}

gboolean
mien_store_save_copy (MienStore *store, const char *path, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *temporary = mien_store_temporary (absolute, error);
  sqlite3 *copy = NULL;
  gboolean ok;

  if (temporary == NULL)
    return FALSE;
  ok = sqlite3_open_v2 (temporary, &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                        NULL)
       == SQLITE_OK;
  if (!ok)
    mien_set_sqlite_error (copy, absolute, error);
  ok = ok && copy_pages (store, copy, absolute, error);
  sqlite3_close (copy);
  if (ok && mien_place_publish (temporary, absolute, error))
    return TRUE;
  mien_place_remove (temporary);
  return FALSE;
}

void
mien_store_close (MienStore *store)
{
  if (store == NULL)
    return;
  if (store->db != NULL)
    {
      mien_store_rollback (store);
      if (store->has_job)
        mien_store_job_end (store, NULL);
      g_hash_table_remove_all (store->statements);
      if (sqlite3_close (store->db) != SQLITE_OK)
        g_error ("%s: closed while a statement is in use", store->path);
    }
  mien_lock_close (store->lock, store->path);
  g_hash_table_unref (store->statements);
  g_free (store->path);
  g_free (store->folder);
  g_free (store);
}

const char *
mien_store_path (MienStore *store)
{
  return store->path;
}

char *
mien_store_name (MienStore *store, GError **error)
{
  g_autoptr (MienStatement) statement =
      mien_query (store, error, "SELECT name FROM project");

  if (statement == NULL || mien_statement_step (statement, error) == MIEN_STEP_ERROR)
    return NULL;
  /* A project without its row is damaged: verify says so, a title need not. */
  return mien_column_is_null (statement, 0) ? g_path_get_basename (store->path)
                                            : mien_column_text (statement, 0);
}

gboolean
mien_store_uuid (MienStore *store, MienUuid *uuid, GError **error)
{
  g_autoptr (MienStatement) statement =
      mien_query (store, error, "SELECT uuid FROM project");

  return statement != NULL && mien_statement_step (statement, error) != MIEN_STEP_ERROR
         && mien_column_bytes (statement, 0, uuid->bytes, sizeof uuid->bytes, error);
}

gboolean
mien_store_set_synthetic (MienStore *store, gboolean synthetic, GError **error)
{
  return mien_store_begin (store, error)
         && mien_store_end (store,
                            mien_run (store, error, "UPDATE project SET synthetic = ?1",
                                      MIEN_INT (synthetic ? 1 : 0)),
                            error);
}

gboolean
mien_store_is_synthetic (MienStore *store)
{
  gint64 synthetic = 0;

  mien_query_int (store, NULL, 0, &synthetic, "SELECT synthetic FROM project");
  return synthetic != 0;
}

static void
leave (MienStore *store)
{
  store->depth = 0;
  mien_lock_give (store->lock);
}

gboolean
mien_store_begin (MienStore *store, GError **error)
{
  g_assert (store->depth < MIEN_MAX_DEPTH);

  if (store->depth == 0)
    {
      if (store->mode != MIEN_STORE_READ_WRITE)
        {
          g_set_error (
              error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_READ_ONLY,
              "%s: open for reading only; copy the project to a folder that you can "
              "write to",
              store->path);
          return FALSE;
        }
      if (!mien_lock_take (store->lock, store->path, error))
        return FALSE;
      if (!mien_run (store, error, "BEGIN IMMEDIATE"))
        {
          leave (store);
          return FALSE;
        }
      store->began = g_get_monotonic_time ();
      store->clock = 0;
      store->clock_moved = FALSE;
    }
  store->changes[store->depth++] = sqlite3_total_changes64 (store->db);
  return TRUE;
}

/* A passive checkpoint does what it can without waiting for anyone. Where it fails (a
 * full disk), the log still holds everything, and the next commit tries again. */
static void
checkpoint (MienStore *store)
{
  if (store->wal_pages < CHECKPOINT_PAGES)
    return;
  sqlite3_wal_checkpoint_v2 (store->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
  store->wal_pages = 0;
}

gboolean
mien_store_commit (MienStore *store, GError **error)
{
  if (store->depth == 0)
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_FAILED,
                   "%s: nothing was stored, because an earlier step failed; try again",
                   store->path);
      return FALSE;
    }
  if (store->depth > 1)
    {
      store->depth--;
      return TRUE;
    }
  if ((store->clock_moved
       && !mien_run (store, error, "UPDATE project SET clock = ?1",
                     MIEN_INT (store->clock)))
      || !mien_run (store, error, "COMMIT"))
    {
      mien_store_rollback (store);
      return FALSE;
    }
  checkpoint (store);
  leave (store);
  return TRUE;
}

/* SQLite takes some transactions back by itself (a full disk); then there is nothing left
 * to do. */
void
mien_store_rollback (MienStore *store)
{
  if (store->depth == 0)
    return;
  if (!sqlite3_get_autocommit (store->db))
    mien_run (store, NULL, "ROLLBACK");
  leave (store);
}

gboolean
mien_store_end (MienStore *store, gboolean ok, GError **error)
{
  if (ok)
    return mien_store_commit (store, error);
  if (store->depth == 1 || sqlite3_get_autocommit (store->db)
      || (store->depth > 1
          && sqlite3_total_changes64 (store->db) != store->changes[store->depth - 1]))
    mien_store_rollback (store);
  else if (store->depth > 1)
    store->depth--;
  return FALSE;
}

gboolean
mien_store_breathe (MienStore *store, GError **error)
{
  if (store->depth != 1 || g_get_monotonic_time () - store->began < BREATHE_US)
    return TRUE;
  return mien_store_commit (store, error) && mien_store_begin (store, error);
}

gboolean
mien_store_set_synchronous (MienStore *store, gboolean full, GError **error)
{
  return full ? mien_run (store, error, "PRAGMA synchronous = FULL")
              : mien_run (store, error, "PRAGMA synchronous = NORMAL");
}

gboolean
mien_store_set_bulk (MienStore *store, gboolean bulk, GError **error)
{
  if (store->depth > 0)
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID,
                   "%s: durability cannot change inside a transaction; commit first",
                   store->path);
      return FALSE;
    }
  if (!mien_store_set_synchronous (store, !bulk, error))
    return FALSE;
  store->bulk = bulk;
  return TRUE;
}

/* What no clock can have shown (microseconds, 146,000 years) is damage. */
static gboolean
read_clock (MienStore *store, GError **error)
{
  g_assert (store->depth > 0);

  if (store->clock == 0
      && !mien_query_int (store, error, 0, &store->clock, "SELECT clock FROM project"))
    return FALSE;
  if (store->clock < 0 || store->clock > G_MAXINT64 / 2)
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_CORRUPT,
                   "%s: the project is damaged (its clock is out of range); open a copy "
                   "of it made earlier",
                   store->path);
      return FALSE;
    }
  return TRUE;
}

/* Never behind a clock that the project has seen, in whichever copy it was. */
gboolean
mien_store_tick (MienStore *store, gint64 *clock, GError **error)
{
  if (!read_clock (store, error))
    return FALSE;
  store->clock = MAX (g_get_real_time (), store->clock + 1);
  store->clock_moved = TRUE;
  *clock = store->clock;
  return TRUE;
}

gboolean
mien_store_raise_clock (MienStore *store, gint64 seen, GError **error)
{
  if (!read_clock (store, error))
    return FALSE;
  if (seen > store->clock)
    {
      store->clock = seen;
      store->clock_moved = TRUE;
    }
  return TRUE;
}

gint64
mien_store_data_version (MienStore *store)
{
  gint64 version = 0;

  mien_query_int (store, NULL, 0, &version, "PRAGMA data_version");
  return version;
}
