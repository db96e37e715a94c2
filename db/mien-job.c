/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The one job of a project at a time, as a row that names its process. A row whose
 * process is gone (killed, or the machine was started anew, or the file was copied from
 * another one) is taken over: the process is the same only if kernel boot, pid and the
 * start time of the pid all agree.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-store-private.h"

#include <string.h>
#include <unistd.h>

/* In clock ticks since boot; 0: there is no such process. Field 22 of /proc/PID/stat; the
 * name in field 2 may hold anything, so count from its last parenthesis. */
static gint64
process_start (gint64 pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%" G_GINT64_FORMAT "/stat", pid);
  g_autofree char *text = NULL;
  g_auto (GStrv) fields = NULL;
  const char *rest;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  rest = strrchr (text, ')');
  if (rest == NULL || rest[1] != ' ')
    return 0;
  fields = g_strsplit (rest + 2, " ", -1);
  return g_strv_length (fields) > 19 ? g_ascii_strtoll (fields[19], NULL, 10) : 0;
}

static char *
boot_id (void)
{
  char *text = NULL;

  if (!g_file_get_contents ("/proc/sys/kernel/random/boot_id", &text, NULL, NULL))
    return g_strdup ("unknown");
  return g_strstrip (text);
}

static gboolean
check_no_owner (MienStore *store, const char *boot, GError **error)
{
  g_autoptr (MienStatement) row = mien_query (
      store, error, "SELECT kind, pid, host, boot, process_start FROM job WHERE id = 1");
  g_autofree char *owner_boot = NULL;
  MienStep step;

  if (row == NULL)
    return FALSE;
  step = mien_statement_step (row, error);
  if (step != MIEN_STEP_ROW)
    return step == MIEN_STEP_DONE;
  owner_boot = mien_column_text (row, 3);
  if (g_strcmp0 (owner_boot, boot) == 0 && mien_column_int (row, 4) > 0
      && process_start (mien_column_int (row, 1)) == mien_column_int (row, 4))
    {
      g_autofree char *kind = mien_column_text (row, 0);
      g_autofree char *host = mien_column_text (row, 2);

      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_BUSY,
                   "%s: a job is running (%s, process %" G_GINT64_FORMAT
                   " on %s); wait for it or cancel it",
                   store->path, kind, mien_column_int (row, 1), host);
      return FALSE;
    }
  return TRUE;
}

gboolean
mien_store_job_begin (MienStore *store, const char *kind, GError **error)
{
  g_autofree char *boot = boot_id ();
  gint64 pid = getpid ();
  gboolean ok;

  if (!mien_store_begin (store, error))
    return FALSE;
  ok = check_no_owner (store, boot, error)
       && mien_run (
           store, error,
           "INSERT INTO job (id, kind, pid, host, boot, process_start, begun)"
           " VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO UPDATE SET"
           " kind = ?1, pid = ?2, host = ?3, boot = ?4, process_start = ?5, begun = ?6",
           MIEN_TEXT (kind), MIEN_INT (pid), MIEN_TEXT (g_get_host_name ()),
           MIEN_TEXT (boot), MIEN_INT (process_start (pid)),
           MIEN_INT (g_get_real_time ()));
  ok = mien_store_end (store, ok, error);
  store->has_job = store->has_job || ok;
  return ok;
}

/* Ends the job that this connection began; none is fine. */
gboolean
mien_store_job_end (MienStore *store, GError **error)
{
  if (!store->has_job)
    return TRUE;
  if (!mien_store_begin (store, error)
      || !mien_store_end (store,
                          mien_run (store, error,
                                    "DELETE FROM job WHERE id = 1 AND pid = ?1",
                                    MIEN_INT (getpid ())),
                          error))
    return FALSE;
  store->has_job = FALSE;
  return TRUE;
}
