/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A list of the truth beside a project that does not know it. A row is
 * image,valence,arousal,expression,...; what is not of that shape is an error that names
 * the line, for a truth that is half read would flatter or slander.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-truth.h"

#include <string.h>

#include "mien-frames.h"
#include "mien-job.h"

#define MAX_LIST_BYTES (256 * 1024 * 1024)
#define UNKNOWN (-1)

static gboolean
set_line_error (GError **error, const char *path, guint line, const char *what)
{
  g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
               "%s:%u: %s; give an MTL list (image,valence,arousal,expression,aus)", path,
               line, what);
  return FALSE;
}

/* Adds frame -> expression. */
static gboolean
take_line (MienStore *store,
           const char *path,
           guint number,
           const char *line,
           GHashTable *known,
           GError **error)
{
  g_auto (GStrv) fields = g_strsplit (line, ",", 5);
  g_autoptr (MienFrame) frame = NULL;
  g_autoptr (GError) failed = NULL;
  gint64 expression;

  if (g_strv_length (fields) < 4
      || !g_ascii_string_to_signed (g_strstrip (fields[3]), 10, UNKNOWN,
                                    MIEN_EXPRESSION_COUNT - 1, &expression, NULL))
    return set_line_error (error, path, number, "no row with an expression");
  if (expression == UNKNOWN)
    return TRUE;
  if (!g_utf8_validate (fields[0], -1, NULL))
    return set_line_error (error, path, number, "a name that is not UTF-8");
  frame = mien_frames_find (store, g_strstrip (fields[0]), &failed);
  if (frame != NULL)
    g_hash_table_insert (known, g_memdup2 (&frame->id, sizeof frame->id),
                         GINT_TO_POINTER ((int) expression));
  else if (!g_error_matches (failed, MIEN_STORE_ERROR, MIEN_STORE_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  return TRUE;
}

static gboolean
read_list (MienStore *store, const char *path, GHashTable *known, GError **error)
{
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, error);
  const char *at, *end;
  guint number = 0;

  if (file == NULL)
    return FALSE;
  if (g_mapped_file_get_length (file) > MAX_LIST_BYTES)
    return set_line_error (error, path, 1, "too long a list");
  at = g_mapped_file_get_contents (file);
  end = at != NULL ? at + g_mapped_file_get_length (file) : NULL;
  while (at != NULL && at < end)
    {
      const char *feed = memchr (at, '\n', (gsize) (end - at));
      gsize length = (gsize) ((feed != NULL ? feed : end) - at);
      g_autofree char *line = NULL;

      number++;
      if (memchr (at, '\0', length) != NULL)
        return set_line_error (error, path, number, "a NUL");
      line = g_strchomp (g_strndup (at, length));
      if (number > 1 && *line != '\0'
          && !take_line (store, path, number, line, known, error))
        return FALSE;
      at = feed != NULL ? feed + 1 : end;
    }
  return TRUE;
}

GHashTable *
mien_truth_read (MienStore *store, const char *path, GError **error)
{
  g_autoptr (GHashTable) known =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  return read_list (store, path, known, error) ? g_steal_pointer (&known) : NULL;
}
