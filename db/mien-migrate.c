/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * From an earlier version of the project file to this one. First everything but the image
 * bytes is copied to a file beside the project; then one transaction makes the tables and
 * sets the version, so that a project is of one version or the other whenever the power
 * goes. Images never change, so a copy without them is a copy of what could be lost.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-store-private.h"

#define MAX_COPIES 100

/* What a copy of each version takes, table by table. Triggers are off meanwhile: counters
 * are copied, not counted. A table that a later version has added is copied by the
 * versions from then on. */
static const struct
{
  int since;
  const char *sql;
} copies[] = {
  { 1, "DELETE FROM copy.census" },
  { 1, "INSERT INTO copy.project SELECT * FROM main.project" },
  { 1, "INSERT INTO copy.video SELECT * FROM main.video" },
  { 1, "INSERT INTO copy.image SELECT id, sha256, width, height, x'' FROM main.image" },
  { 1, "INSERT INTO copy.frame (id, uuid, video, split, number, key, image, link,"
       " link_sha256, width, height, missing_reason, not_a_face, skipped, complete,"
       " touched, imported, human, reader)"
       " SELECT id, uuid, video, split, number, key, image, link,"
       " link_sha256, width, height, missing_reason, not_a_face, skipped, complete,"
       " touched, imported, human, reader FROM main.frame" },
  { 1, "INSERT INTO copy.list SELECT * FROM main.list" },
  { 1, "INSERT INTO copy.list_row SELECT * FROM main.list_row" },
  { 1, "INSERT INTO copy.annotator SELECT * FROM main.annotator" },
  { 1, "INSERT INTO copy.model SELECT * FROM main.model" },
  { 1, "INSERT INTO copy.model_weights SELECT * FROM main.model_weights" },
  { 1, "INSERT INTO copy.curve SELECT * FROM main.curve" },
  { 1, "INSERT INTO copy.model_use SELECT * FROM main.model_use" },
  { 1, "INSERT INTO copy.event SELECT * FROM main.event" },
  { 1, "INSERT INTO copy.label SELECT * FROM main.label" },
  { 1, "INSERT INTO copy.prediction SELECT * FROM main.prediction" },
  { 1, "INSERT INTO copy.proposal SELECT * FROM main.proposal" },
  { 1, "INSERT INTO copy.census SELECT * FROM main.census" },
  { 1, "INSERT INTO copy.tally SELECT * FROM main.tally" },
  { 2, "INSERT INTO copy.postprocess SELECT * FROM main.postprocess" },
  { 3, "INSERT INTO copy.event_note SELECT * FROM main.event_note" },
  { 3, "INSERT INTO copy.project_setting SELECT * FROM main.project_setting" },
};

static gboolean
run (MienStore *store, const char *sql, GError **error)
{
  if (sqlite3_exec (store->db, sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  mien_store_set_error (store, error);
  return FALSE;
}

static gboolean
read_version (MienStore *store, int *version, GError **error)
{
  gint64 number;

  if (!mien_query_int (store, error, 0, &number, "PRAGMA user_version"))
    return FALSE;
  *version = (int) number;
  return TRUE;
}

static gboolean
attach (MienStore *store, const char *path, GError **error)
{
  g_autoptr (MienStatement) statement =
      mien_query (store, error, "ATTACH ?1 AS copy", MIEN_TEXT (path));

  return statement != NULL && mien_statement_step (statement, error) == MIEN_STEP_DONE;
}

static gboolean
copy_tables (MienStore *store, int version, GError **error)
{
  if (!run (store, "BEGIN", error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (copies); i++)
    if (copies[i].since <= version && !run (store, copies[i].sql, error))
      {
        sqlite3_exec (store->db, "ROLLBACK", NULL, NULL, NULL);
        return FALSE;
      }
  return run (store, "COMMIT", error);
}

/* Into an empty file, of which only this function knows. */
static gboolean
fill_copy (MienStore *store, const char *path, int version, GError **error)
{
  sqlite3 *copy = NULL;
  gboolean ok = sqlite3_open_v2 (path, &copy, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK;

  if (!ok)
    mien_set_sqlite_error (copy, path, error);
  ok = ok && mien_schema_create (copy, version, path, error);
  sqlite3_close (copy);
  if (!ok)
    return FALSE;

  sqlite3_limit (store->db, SQLITE_LIMIT_ATTACHED, 1);
  sqlite3_db_config (store->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
  sqlite3_db_config (store->db, SQLITE_DBCONFIG_ENABLE_FKEY, 0, NULL);
  ok = attach (store, path, error);
  if (ok)
    {
      ok = copy_tables (store, version, error);
      ok = run (store, "DETACH copy", ok ? error : NULL) && ok;
    }
  sqlite3_db_config (store->db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
  sqlite3_db_config (store->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 1, NULL);
  sqlite3_limit (store->db, SQLITE_LIMIT_ATTACHED, 0);
  return ok;
}

/* "Name.mien.version-1", or the first free one of "Name.mien.version-1.2" and so on. */
static char *
free_name (MienStore *store, int version, GError **error)
{
  for (guint i = 1; i < MAX_COPIES; i++)
    {
      g_autofree char *name =
          i == 1 ? g_strdup_printf ("%s.version-%d", store->path, version)
                 : g_strdup_printf ("%s.version-%d.%u", store->path, version, i);

      if (mien_place_is_free (name, NULL))
        return g_steal_pointer (&name);
    }
  g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_EXISTS,
               "%s: too many copies of earlier versions lie beside it; move some away",
               store->path);
  return NULL;
}

static gboolean
save_copy (MienStore *store, int version, GError **error)
{
  g_autofree char *name = free_name (store, version, error);
  g_autofree char *temporary = name != NULL ? mien_store_temporary (name, error) : NULL;

  if (temporary == NULL)
    return FALSE;
  if (fill_copy (store, temporary, version, error)
      && mien_place_publish (temporary, name, error))
    return TRUE;
  mien_place_remove (temporary);
  return FALSE;
}

static gboolean
take_steps (MienStore *store, int version, GError **error)
{
  g_autofree char *number =
      g_strdup_printf ("PRAGMA user_version = %d", MIEN_SCHEMA_VERSION);

  if (mien_schema_step (store->db, version, MIEN_SCHEMA_VERSION))
    return run (store, number, error);
  mien_store_set_error (store, error);
  return FALSE;
}

/* With a connection that may write. Another process may come first at any time until the
 * transaction has begun. */
static gboolean
migrate (MienStore *store, GError **error)
{
  int version, now;

  if (!read_version (store, &version, error))
    return FALSE;
  if (version == MIEN_SCHEMA_VERSION)
    return TRUE;
  if (!mien_schema_check (store->db, version, store->path, error)
      || !save_copy (store, version, error) || !mien_store_begin (store, error))
    return FALSE;
  return mien_store_end (
      store,
      read_version (store, &now, error)
          && (now == MIEN_SCHEMA_VERSION || take_steps (store, now, error)),
      error);
}

/* A store that only reads lets another one do it. */
gboolean
mien_store_migrate (MienStore *store, GError **error)
{
  g_autoptr (MienStore) writer = NULL;

  if (store->mode == MIEN_STORE_READ_WRITE)
    return migrate (store, error);
  if (sqlite3_db_readonly (store->db, "main") == 1)
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_READ_ONLY,
                   "%s: made by an earlier Mien, and cannot be brought up to date where "
                   "nothing can be written; copy it to a folder that you can write to",
                   store->path);
      return FALSE;
    }
  writer = mien_store_open (store->path, MIEN_STORE_READ_WRITE, error);
  return writer != NULL;
}
