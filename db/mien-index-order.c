/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * All frames in the order in which a person thinks of them: by video name, number, key.
 * Frames mostly come in this order within their video, so it is one pass to deal them out
 * to the videos. Where numbers go down they are sorted, and only where two are equal, or
 * none, the database is asked, whose index frame_video has them in order.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-index-private.h"

#include <stdlib.h>
#include <string.h>

static int
compare_names (const void *a, const void *b)
{
  return strcmp ((*(MienIndexName *const *) a)->name,
                 (*(MienIndexName *const *) b)->name);
}

/* Tells each video which part of the order is its own. */
static void
deal_parts (const MienColumns *columns, GArray *videos)
{
  g_autofree MienIndexName **by_name = g_new (MienIndexName *, videos->len + 1);
  guint first = 0;

  for (guint i = 0; i < videos->len; i++)
    {
      by_name[i] = &g_array_index (videos, MienIndexName, i);
      by_name[i]->n = 0;
    }
  for (guint row = 0; row < columns->n; row++)
    by_name[columns->video[row]]->n++;
  qsort (by_name, videos->len, sizeof *by_name, compare_names);
  for (guint i = 0; i < videos->len; i++)
    {
      by_name[i]->first = first;
      first += by_name[i]->n;
    }
}

static int
compare_words (const void *a, const void *b)
{
  guint64 x = *(const guint64 *) a, y = *(const guint64 *) b;

  return x < y ? -1 : x > y;
}

static void
sort_by_number (const MienColumns *columns, guint32 *rows, guint n)
{
  g_autofree guint64 *words = g_new (guint64, n);

  for (guint i = 0; i < n; i++)
    words[i] = (guint64) (guint32) (columns->number[rows[i]] + 1ll) << 32 | rows[i];
  qsort (words, n, sizeof *words, compare_words);
  for (guint i = 0; i < n; i++)
    rows[i] = (guint32) words[i];
}

static gboolean
is_ascending (const MienColumns *columns,
              const guint32 *rows,
              guint n,
              gboolean *distinct)
{
  *distinct =
      n == 0
      || (columns->number[rows[0]] >= 0 && columns->number[rows[n - 1]] < G_MAXINT32);
  for (guint i = 1; i < n; i++)
    {
      if (columns->number[rows[i]] < columns->number[rows[i - 1]])
        return FALSE;
      *distinct = *distinct && columns->number[rows[i]] > columns->number[rows[i - 1]];
    }
  return TRUE;
}

/* Frames that are not in the columns (stored since) are passed over. */
static gboolean
ask (MienStore *store,
     const MienColumns *columns,
     gint64 video,
     guint32 *rows,
     guint n,
     GError **error)
{
  g_autoptr (MienStatement) frame = mien_query (
      store, error, "SELECT id FROM frame WHERE video = ?1 ORDER BY number, key",
      MIEN_INT (video));
  MienStep step = MIEN_STEP_ERROR;
  guint found = 0;

  while (frame != NULL && (step = mien_statement_step (frame, error)) == MIEN_STEP_ROW)
    {
      gint64 row = mien_columns_find (columns, mien_column_int (frame, 0));

      if (row >= 0 && found < n)
        rows[found++] = (guint32) row;
    }
  if (step != MIEN_STEP_DONE)
    return FALSE;
  if (found == n)
    return TRUE;
  g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_CORRUPT,
               "%s: the project is damaged (the index of video %" G_GINT64_FORMAT
               " lacks frames); open a copy of it made earlier",
               store->path, video);
  return FALSE;
}

static gboolean
sort_video (MienStore *store,
            const MienColumns *columns,
            const MienIndexName *video,
            guint32 *rows,
            GError **error)
{
  gboolean distinct;

  if (!is_ascending (columns, rows, video->n, &distinct))
    {
      sort_by_number (columns, rows, video->n);
      is_ascending (columns, rows, video->n, &distinct);
    }
  return distinct || video->n < 2
         || ask (store, columns, video->id, rows, video->n, error);
}

guint32 *
mien_index_order_new (MienStore *store,
                      const MienColumns *columns,
                      GArray *videos,
                      GCancellable *cancellable,
                      GError **error)
{
  g_autofree guint32 *order = g_new (guint32, columns->n + 1);
  g_autofree guint32 *next = g_new (guint32, videos->len + 1);

  deal_parts (columns, videos);
  for (guint i = 0; i < videos->len; i++)
    next[i] = g_array_index (videos, MienIndexName, i).first;
  for (guint row = 0; row < columns->n; row++)
    order[next[columns->video[row]]++] = row;
  for (guint i = 0; i < videos->len; i++)
    {
      const MienIndexName *video = &g_array_index (videos, MienIndexName, i);

      if (g_cancellable_set_error_if_cancelled (cancellable, error)
          || !sort_video (store, columns, video, order + video->first, error))
        return NULL;
    }
  return g_steal_pointer (&order);
}
