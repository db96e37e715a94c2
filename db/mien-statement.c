/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Prepared statements. Each SQL literal is prepared once a connection and kept, keyed by
 * its address; a statement that is borrowed already (a read inside the callback of the
 * same read) is prepared afresh and dropped after use. Values are bound, never printed
 * into SQL. A statement that is given back is reset, so that no read transaction stays
 * open behind it. A debug build reports statements that scan or sort (the tests then
 * fail).
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-store-private.h"

#include <errno.h>
#include <math.h>
#include <string.h>

struct _MienStatement
{
  MienStore *store;
  sqlite3_stmt *stmt;
  gboolean borrowed;
  gboolean cached;
};

static void
statement_free (gpointer data)
{
  MienStatement *statement = data;

  sqlite3_finalize (statement->stmt);
  g_free (statement);
}

GHashTable *
mien_statement_cache_new (void)
{
  return g_hash_table_new_full (g_direct_hash, g_direct_equal, NULL, statement_free);
}

static gboolean
is_out_of_space (int code, int system_error)
{
  if ((code & 0xff) == SQLITE_FULL || code == SQLITE_IOERR_SHMSIZE)
    return TRUE;
  return (code & 0xff) == SQLITE_IOERR
         && (system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG);
}

/* What the system said last of the log, or else of the file; SQLite itself remembers only
 * ENOSPC as a full disk, not a quota that is used up nor a file at its largest size. */
static int
last_errno (sqlite3 *db)
{
  sqlite3_file *log = NULL;
  int code = 0;

  if (sqlite3_file_control (db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK
      && log != NULL && log->pMethods != NULL)
    log->pMethods->xFileControl (log, SQLITE_FCNTL_LAST_ERRNO, &code);
  if (code == 0)
    sqlite3_file_control (db, "main", SQLITE_FCNTL_LAST_ERRNO, &code);
  return code != 0 ? code : sqlite3_system_errno (db);
}

/* One line that names the file and the way out. */
void
mien_set_sqlite_error (sqlite3 *db, const char *path, GError **error)
{
  int code = sqlite3_extended_errcode (db), system_error = last_errno (db);

  if (is_out_of_space (code, system_error))
    g_set_error (
        error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_FULL,
        "%s: the disk is full; free some space and try again, nothing of this step "
        "was stored",
        path);
  else if ((code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED)
    g_set_error (
        error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_BUSY,
        "%s: another program has been writing for over 5 seconds; try again when it "
        "is done",
        path);
  else if ((code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB)
    g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_CORRUPT,
                 "%s: the project is damaged (%s); open a copy of it made earlier", path,
                 sqlite3_errmsg (db));
  else if ((code & 0xff) == SQLITE_READONLY)
    g_set_error (
        error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_READ_ONLY,
        "%s: the project is open for reading only; copy it to a folder that you can "
        "write to",
        path);
  else if ((code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN)
    g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_FAILED,
                 "%s: the disk reports a fault (%s%s%s); check the disk and try again",
                 path, sqlite3_errmsg (db), system_error != 0 ? ": " : "",
                 system_error != 0 ? g_strerror (system_error) : "");
  else
    g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_FAILED,
                 "%s: %s; run \"mienctl verify\" on the project", path,
                 sqlite3_errmsg (db));
}

void
mien_store_set_error (MienStore *store, GError **error)
{
  mien_set_sqlite_error (store->db, store->path, error);
}

static gboolean
bind (MienStatement *statement, const MienValue *values, GError **error)
{
  int n = 0;

  for (; values[n].type != MIEN_VALUE_END; n++)
    {
      const MienValue *value = &values[n];
      int code;

      if (value->type == MIEN_VALUE_INT)
        code = sqlite3_bind_int64 (statement->stmt, n + 1, value->integer);
      else if (value->type == MIEN_VALUE_REAL)
        code = sqlite3_bind_double (statement->stmt, n + 1, value->real);
      else if (value->type == MIEN_VALUE_TEXT)
        code = sqlite3_bind_text (statement->stmt, n + 1, value->data, -1, SQLITE_STATIC);
      else if (value->type == MIEN_VALUE_BLOB)
        code = sqlite3_bind_blob64 (statement->stmt, n + 1, value->data, value->size,
                                    SQLITE_STATIC);
      else
        code = sqlite3_bind_null (statement->stmt, n + 1);
      if (code != SQLITE_OK)
        {
          mien_store_set_error (statement->store, error);
          return FALSE;
        }
    }
  g_assert (n == sqlite3_bind_parameter_count (statement->stmt));
  return TRUE;
}

MienStatement *
mien_statement_new (MienStore *store,
                    const char *sql,
                    const MienValue *values,
                    GError **error)
{
  MienStatement *statement = g_hash_table_lookup (store->statements, sql);

  if (statement == NULL || statement->borrowed)
    {
      gboolean cached = statement == NULL;
      sqlite3_stmt *stmt;

      if (sqlite3_prepare_v3 (store->db, sql, -1, cached ? SQLITE_PREPARE_PERSISTENT : 0,
                              &stmt, NULL)
          != SQLITE_OK)
        {
          mien_store_set_error (store, error);
          return NULL;
        }
      statement = g_new0 (MienStatement, 1);
      statement->store = store;
      statement->stmt = stmt;
      statement->cached = cached;
      if (cached)
        g_hash_table_insert (store->statements, (gpointer) sql, statement);
    }
  statement->borrowed = TRUE;
  if (!bind (statement, values, error))
    {
      mien_statement_done (statement);
      return NULL;
    }
  return statement;
}

#ifdef MIEN_REPORT_SCANS
/* A debug build says when a statement reads a table from end to end, or sorts, without
 * being marked as meant to: in a project of millions of frames that is felt. */
static void
report_scans (sqlite3_stmt *stmt)
{
  const char *sql = sqlite3_sql (stmt);
  int steps = sqlite3_stmt_status (stmt, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1);
  int sorts = sqlite3_stmt_status (stmt, SQLITE_STMTSTATUS_SORT, 1);

  if ((steps > 0 || sorts > 0) && !g_str_has_prefix (sql, MIEN_SCAN)
      && !g_str_has_prefix (sql, "PRAGMA"))
    g_critical ("%d rows scanned, %d sorts: %s", steps, sorts, sql);
}
#endif

void
mien_statement_done (MienStatement *statement)
{
  if (statement == NULL)
    return;
#ifdef MIEN_REPORT_SCANS
  report_scans (statement->stmt);
#endif
  if (!statement->cached)
    {
      statement_free (statement);
      return;
    }
  sqlite3_reset (statement->stmt);
  sqlite3_clear_bindings (statement->stmt);
  statement->borrowed = FALSE;
}

MienStep
mien_statement_step (MienStatement *statement, GError **error)
{
  int code = sqlite3_step (statement->stmt);

  if (code == SQLITE_ROW)
    return MIEN_STEP_ROW;
  if (code == SQLITE_DONE)
    return MIEN_STEP_DONE;
  mien_store_set_error (statement->store, error);
  return MIEN_STEP_ERROR;
}

gboolean
mien_statement_run (MienStore *store,
                    const char *sql,
                    const MienValue *values,
                    GError **error)
{
  g_autoptr (MienStatement) statement = mien_statement_new (store, sql, values, error);
  MienStep step;

  if (statement == NULL)
    return FALSE;
  while ((step = mien_statement_step (statement, error)) == MIEN_STEP_ROW)
    continue;
  return step == MIEN_STEP_DONE;
}

gboolean
mien_statement_int (MienStore *store,
                    const char *sql,
                    const MienValue *values,
                    gint64 otherwise,
                    gint64 *result,
                    GError **error)
{
  g_autoptr (MienStatement) statement = mien_statement_new (store, sql, values, error);
  MienStep step;

  if (statement == NULL)
    return FALSE;
  step = mien_statement_step (statement, error);
  if (step == MIEN_STEP_ERROR)
    return FALSE;
  *result = step == MIEN_STEP_ROW && !mien_column_is_null (statement, 0)
                ? mien_column_int (statement, 0)
                : otherwise;
  return TRUE;
}

gint64
mien_column_int (MienStatement *statement, int column)
{
  return sqlite3_column_int64 (statement->stmt, column);
}

gboolean
mien_column_is_null (MienStatement *statement, int column)
{
  return sqlite3_column_type (statement->stmt, column) == SQLITE_NULL;
}

double
mien_column_real (MienStatement *statement, int column)
{
  return mien_column_is_null (statement, column)
             ? (double) NAN
             : sqlite3_column_double (statement->stmt, column);
}

double
mien_column_real_or_zero (MienStatement *statement, int column)
{
  return sqlite3_column_double (statement->stmt, column);
}

/* What a stranger's file calls text need not be UTF-8, nor free of zeros; what leaves
 * here is. */
char *
mien_column_text (MienStatement *statement, int column)
{
  const char *text = (const char *) sqlite3_column_text (statement->stmt, column);

  return text == NULL ? NULL : g_utf8_make_valid (text, -1);
}

const void *
mien_column_blob (MienStatement *statement, int column, gsize *size)
{
  const void *blob = sqlite3_column_blob (statement->stmt, column);

  *size = blob == NULL ? 0 : (gsize) sqlite3_column_bytes (statement->stmt, column);
  return blob;
}

gboolean
mien_column_bytes (MienStatement *statement,
                   int column,
                   void *bytes,
                   gsize size,
                   GError **error)
{
  gsize actual;
  const void *blob = mien_column_blob (statement, column, &actual);

  if (blob == NULL || actual != size)
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_CORRUPT,
                   "%s: the project is damaged (a value of %" G_GSIZE_FORMAT
                   " bytes where %" G_GSIZE_FORMAT
                   " belong); open a copy of it made earlier",
                   statement->store->path, actual, size);
      return FALSE;
    }
  memcpy (bytes, blob, size);
  return TRUE;
}
