/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a project is set to, for everybody who works on it: text by name. Who reads a
 * setting checks it: a stranger's project may say anything.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-store-private.h"

#include <string.h>

#define MAX_NAME 100
#define MAX_VALUE (1024 * 1024)

char *
mien_store_setting (MienStore *store, const char *name, GError **error)
{
  g_autoptr (MienStatement) row =
      mien_query (store, error, "SELECT value FROM project_setting WHERE name = ?1",
                  MIEN_TEXT (name));

  if (row == NULL || mien_statement_step (row, error) != MIEN_STEP_ROW)
    return NULL;
  return mien_column_text (row, 0);
}

static gboolean
set (MienStore *store, const char *name, const char *value, GError **error)
{
  if (value == NULL)
    return mien_run (store, error, "DELETE FROM project_setting WHERE name = ?1",
                     MIEN_TEXT (name));
  return mien_run (store, error,
                   "INSERT INTO project_setting (name, value) VALUES (?1, ?2)"
                   " ON CONFLICT DO UPDATE SET value = ?2",
                   MIEN_TEXT (name), MIEN_TEXT (value));
}

gboolean
mien_store_set_setting (MienStore *store,
                        const char *name,
                        const char *value,
                        GError **error)
{
  if (!g_utf8_validate (name, -1, NULL) || *name == '\0'
      || g_utf8_strlen (name, -1) > MAX_NAME
      || (value != NULL
          && (strnlen (value, MAX_VALUE) == MAX_VALUE
              || !g_utf8_validate (value, -1, NULL))))
    {
      g_set_error (
          error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID,
          "%s: a setting has a name of 1 to %d characters and at most %d bytes of "
          "text; give a shorter one",
          store->path, MAX_NAME, MAX_VALUE);
      return FALSE;
    }
  return mien_store_begin (store, error)
         && mien_store_end (store, set (store, name, value, error), error);
}
