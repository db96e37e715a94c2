/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What has been committed since the index was read. Labels and decisions are found by
 * their events, frames, videos and annotators by their ids, images by the number of
 * frames without one, newly stored predictions by mien-index-look.c. A prediction that is
 * stored anew (smoothing reads the surroundings of a new frame again) comes with a new
 * one in its video: all of such a video is read.
 *
 * Everything is first read beside the index, in one transaction, and put in under the
 * lock.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-index-private.h"

#include <string.h>

enum
{
  /* More frames than that and one in so many are read faster in one go. */
  MANY = 20000,
  ONE_IN = 16,
  /* A look for predictions that was longer than that is not repeated before this many
   * times as long has passed. */
  LONG_LOOK_US = 20000,
  REST = 20,
};

/* What is to be put in. `next` holds the names and forms, its columns the added frames.
 */
typedef struct
{
  MienIndex *index;
  MienStore *store;
  MienIndexContent next;
  GHashTable *frames, *decided; /* rows to read again, and those with a decision */
  MienColumns rows;             /* the new state of these rows: */
  GArray *places;               /* guint32 */
  gboolean all;                 /* read everything instead */
  gboolean looked;              /* it was a look that found so much */
} Refresh;

static GArray *
copy_names (GArray *names)
{
  GArray *copy = mien_index_names_new ();

  for (guint i = 0; i < names->len; i++)
    {
      MienIndexName name = g_array_index (names, MienIndexName, i);

      name.name = g_strdup (name.name);
      g_array_append_val (copy, name);
    }
  return copy;
}

static void
refresh_init (Refresh *refresh, MienIndex *index, MienStore *store)
{
  const MienIndexContent *content = &index->content;

  memset (refresh, 0, sizeof *refresh);
  refresh->index = index;
  refresh->store = store;
  refresh->next.videos = copy_names (content->videos);
  refresh->next.annotators = copy_names (content->annotators);
  refresh->next.forms = g_array_copy (content->forms);
  refresh->next.last_event = content->last_event;
  refresh->frames = g_hash_table_new (NULL, NULL);
  refresh->decided = g_hash_table_new (NULL, NULL);
  refresh->places = g_array_new (FALSE, FALSE, sizeof (guint32));
}

static void
refresh_clear (Refresh *refresh)
{
  mien_index_content_clear (&refresh->next);
  g_hash_table_unref (refresh->frames);
  g_hash_table_unref (refresh->decided);
  g_array_unref (refresh->places);
  mien_columns_clear (&refresh->rows);
}

static gboolean
same_model (const MienModel *a, const MienModel *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return a->id == b->id && a->tasks == b->tasks && a->raw == b->raw
         && a->has_postprocessing == b->has_postprocessing
         && memcmp (&a->thresholds, &b->thresholds, sizeof a->thresholds) == 0
         && memcmp (&a->postprocessing, &b->postprocessing, sizeof a->postprocessing)
                == 0;
}

static gboolean
read_model (Refresh *refresh, GError **error)
{
  g_autoptr (GError) failed = NULL;

  refresh->next.model = mien_models_current (refresh->store, &failed);
  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  refresh->all = !same_model (refresh->next.model, refresh->index->content.model);
  return TRUE;
}

static gboolean
is_many (Refresh *refresh, guint n)
{
  return n > MANY && n > refresh->index->content.columns.n / ONE_IN;
}

/* The frames that have new events, and which of these are people's. */
static gboolean
read_events (Refresh *refresh, GError **error)
{
  const MienColumns *columns = &refresh->index->content.columns;
  g_autoptr (MienStatement) event =
      mien_query (refresh->store, error,
                  "SELECT id, frame, annotator IS NOT NULL FROM event WHERE id > ?1"
                  " ORDER BY id",
                  MIEN_INT (refresh->next.last_event));
  gint64 last_added = columns->n > 0 ? columns->id[columns->n - 1] : 0;
  MienStep step = MIEN_STEP_ERROR;

  while (event != NULL && (step = mien_statement_step (event, error)) == MIEN_STEP_ROW)
    {
      gint64 frame = mien_column_int (event, 1);
      gint64 row = mien_columns_find (columns, frame);

      refresh->next.last_event = mien_column_int (event, 0);
      if (row >= 0)
        g_hash_table_add (refresh->frames, GUINT_TO_POINTER ((guint) row));
      if (mien_column_int (event, 2) != 0 && (row >= 0 || frame > last_added))
        g_hash_table_add (refresh->decided, GUINT_TO_POINTER ((guint) frame));
      if (is_many (refresh, g_hash_table_size (refresh->frames)))
        {
          refresh->all = TRUE;
          return TRUE;
        }
    }
  return step == MIEN_STEP_DONE;
}

/* A frame may get its image after it came; it never loses it. */
static gboolean
find_images (Refresh *refresh, GError **error)
{
  const MienColumns *columns = &refresh->index->content.columns;
  const MienColumns *added = &refresh->next.columns;
  gint64 missing;

  if (!mien_query_int (refresh->store, error, 0, &missing,
                       MIEN_SCAN "SELECT sum (missing) FROM census"))
    return FALSE;
  if (missing == (gint64) columns->n_without_image + added->n_without_image)
    return TRUE;
  for (guint row = 0; row < columns->n; row++)
    {
      gint64 has_image = 0;

      if (columns->state[row] & MIEN_STATE_HAS_IMAGE)
        continue;
      if (!mien_query_int (
              refresh->store, error, 0, &has_image,
              "SELECT image IS NOT NULL OR link IS NOT NULL FROM frame WHERE id = ?1",
              MIEN_INT (columns->id[row])))
        return FALSE;
      if (has_image != 0)
        g_hash_table_add (refresh->frames, GUINT_TO_POINTER (row));
    }
  return TRUE;
}

/* What each group holds when that which was found so far is in. */
static void
count_groups (Refresh *refresh, MienIndexCounts *counts)
{
  const MienColumns *columns = &refresh->index->content.columns;
  const MienColumns *added = &refresh->next.columns;

  for (guint group = 0; group < MIEN_N_GROUPS; group++)
    {
      counts->usable[group] = (gint64) columns->n_usable[group] + added->n_usable[group];
      counts->read[group] = (gint64) columns->n_read[group] + added->n_read[group];
    }

  for (guint i = 0; i < refresh->places->len; i++)
    {
      guint row = g_array_index (refresh->places, guint32, i);

      for (guint side = 0; side < 2; side++)
        {
          guint32 state = side == 0 ? columns->state[row] : refresh->rows.state[i];
          gint by = side == 0 ? -1 : 1;
          guint group =
              mien_index_group (MIEN_STATE_BITS (state, MIEN_STATE_SPLIT, 3),
                                (state & MIEN_STATE_SKIPPED) != 0,
                                MIEN_STATE_BITS (state, MIEN_STATE_COMPLETE, 7));

          if (!(state & MIEN_STATE_HAS_IMAGE) || state & MIEN_STATE_NOT_A_FACE)
            continue;
          counts->usable[group] += by;
          if (state & MIEN_STATE_LAST_READER)
            counts->read[group] += by;
        }
    }
}

/* Reads the rows of the set into refresh->rows. */
static gboolean
read_rows (Refresh *refresh, GHashTable *rows, GCancellable *cancellable, GError **error)
{
  const MienColumns *columns = &refresh->index->content.columns;
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, rows);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      guint32 row = GPOINTER_TO_UINT (key);
      gint64 id = columns->id[row];
      guint place = mien_columns_append (&refresh->rows);

      g_array_append_val (refresh->places, row);
      mien_columns_copy (&refresh->rows, place, columns, row);
      if (g_cancellable_set_error_if_cancelled (cancellable, error)
          || !mien_index_read_frame (refresh->store, &refresh->next, id, &refresh->rows,
                                     place, error))
        return FALSE;
      if (g_hash_table_contains (refresh->decided, GUINT_TO_POINTER ((guint) id))
          && !mien_index_read_decision (refresh->store, &refresh->next, id,
                                        &refresh->rows, place, error))
        return FALSE;
    }
  return TRUE;
}

/* Frames of these videos that have not been read yet. */
static gboolean
read_videos (Refresh *refresh,
             GHashTable *videos,
             GCancellable *cancellable,
             GError **error)
{
  const MienIndexContent *content = &refresh->index->content;
  g_autoptr (GHashTable) rows = g_hash_table_new (NULL, NULL);
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, videos);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      const MienIndexName *video =
          &g_array_index (content->videos, MienIndexName, GPOINTER_TO_UINT (key));

      for (guint i = video->first; i < video->first + video->n; i++)
        if (!g_hash_table_contains (refresh->frames,
                                    GUINT_TO_POINTER (content->order[i])))
          g_hash_table_add (rows, GUINT_TO_POINTER (content->order[i]));
    }
  refresh->all = refresh->looked = is_many (refresh, g_hash_table_size (rows));
  return refresh->all || read_rows (refresh, rows, cancellable, error);
}

static gboolean
read_added (Refresh *refresh, GCancellable *cancellable, GError **error)
{
  const MienColumns *columns = &refresh->index->content.columns;
  MienColumns *added = &refresh->next.columns;
  gint64 last = columns->n > 0 ? columns->id[columns->n - 1] : 0;

  if (!mien_index_read_frames (refresh->store, &refresh->next, last, added, cancellable,
                               error))
    return FALSE;
  for (guint row = 0; row < added->n; row++)
    if (g_hash_table_contains (refresh->decided, GUINT_TO_POINTER (added->id[row]))
        && !mien_index_read_decision (refresh->store, &refresh->next, added->id[row],
                                      added, row, error))
      return FALSE;
  return TRUE;
}

/* When the next look may be. */
static gint64
rest_after (gint64 began)
{
  gint64 took = g_get_monotonic_time () - began;

  return took > LONG_LOOK_US ? began + took * REST : 0;
}

/* Newly stored predictions, unless the last look was long and not long ago. */
static gboolean
look (Refresh *refresh, GCancellable *cancellable, GError **error)
{
  MienIndex *index = refresh->index;
  g_autoptr (GHashTable) videos = g_hash_table_new (NULL, NULL);
  gint64 began = g_get_monotonic_time ();
  MienIndexCounts counts;
  gboolean rest;

  if (refresh->next.model == NULL)
    return TRUE;
  if (began < index->next_look)
    {
      index->look_is_due = TRUE;
      return TRUE;
    }
  count_groups (refresh, &counts);
  if (!mien_index_look (refresh->store, refresh->next.model->id, &index->content.columns,
                        &counts, index->cursors, videos, &rest, error)
      || !read_videos (refresh, videos, cancellable, error))
    return FALSE;
  index->next_look = rest_after (began);
  index->look_is_due = rest;
  return TRUE;
}

static gboolean
find_changes (Refresh *refresh, GCancellable *cancellable, GError **error)
{
  if (!read_model (refresh, error))
    return FALSE;
  if (refresh->all)
    return TRUE;
  if (!read_events (refresh, error))
    return FALSE;
  refresh->next.version = mien_store_data_version (refresh->store);
  refresh->next.changes = sqlite3_total_changes64 (refresh->store->db);
  return refresh->all
         || (mien_index_read_names (refresh->store, refresh->next.videos,
                                    refresh->next.annotators, error)
             && read_added (refresh, cancellable, error) && find_images (refresh, error)
             && read_rows (refresh, refresh->frames, cancellable, error)
             && look (refresh, cancellable, error));
}

/* The columns of all frames, old and new, in their order; NULL where there are no new
 * ones. */
static gboolean
extend (Refresh *refresh, MienColumns *columns, GCancellable *cancellable, GError **error)
{
  const MienColumns *old = &refresh->index->content.columns;
  const MienColumns *added = &refresh->next.columns;

  if (added->n == 0)
    return TRUE;
  mien_columns_reserve (columns, old->n + added->n + (old->n + added->n) / 8);
  for (guint i = 0; i < old->n + added->n; i++)
    {
      guint row = mien_columns_append (columns);

      if (i < old->n)
        mien_columns_copy (columns, row, old, i);
      else
        mien_columns_copy (columns, row, added, i - old->n);
    }
  refresh->next.order = mien_index_order_new (refresh->store, columns,
                                              refresh->next.videos, cancellable, error);
  return refresh->next.order != NULL;
}

#define SWAP(type, a, b)                                                                 \
  G_STMT_START                                                                           \
  {                                                                                      \
    type swap_ = (a);                                                                    \
    (a) = (b);                                                                           \
    (b) = swap_;                                                                         \
  }                                                                                      \
  G_STMT_END

/* Under the lock. What was there goes with refresh. */
static gboolean
put_in (Refresh *refresh, MienColumns *extended)
{
  MienIndexContent *content = &refresh->index->content;
  gboolean changed = content->videos->len != refresh->next.videos->len
                     || content->annotators->len != refresh->next.annotators->len;

  if (extended->n > 0)
    {
      SWAP (MienColumns, content->columns, *extended);
      SWAP (guint32 *, content->order, refresh->next.order);
      changed = TRUE;
    }
  SWAP (GArray *, content->videos, refresh->next.videos);
  SWAP (GArray *, content->annotators, refresh->next.annotators);
  SWAP (GArray *, content->forms, refresh->next.forms);
  SWAP (MienModel *, content->model, refresh->next.model);
  content->last_event = refresh->next.last_event;
  content->version = refresh->next.version;
  content->changes = refresh->next.changes;
  for (guint i = 0; i < refresh->places->len; i++)
    {
      guint row = g_array_index (refresh->places, guint32, i);

      if (mien_columns_same (&content->columns, row, &refresh->rows, i))
        continue;
      mien_columns_copy (&content->columns, row, &refresh->rows, i);
      changed = TRUE;
    }
  return changed;
}

static gboolean
read_all (Refresh *refresh, gboolean *changed, GCancellable *cancellable, GError **error)
{
  MienIndex *index = refresh->index;
  gint64 began = g_get_monotonic_time ();
  MienIndexContent content;
  gboolean ok = mien_index_read_all (refresh->store, &content, cancellable, error);

  if (ok)
    {
      g_rw_lock_writer_lock (&index->lock);
      SWAP (MienIndexContent, index->content, content);
      g_rw_lock_writer_unlock (&index->lock);
      index->look_is_due = FALSE;
      index->next_look = refresh->looked ? rest_after (began) : 0;
      *changed = TRUE;
    }
  mien_index_content_clear (&content);
  return ok;
}

static gboolean
refresh_some (Refresh *refresh,
              gboolean *changed,
              GCancellable *cancellable,
              GError **error)
{
  MienColumns extended = { 0 };
  gboolean began, ok;

  if (!mien_index_begin (refresh->store, &began, error))
    return FALSE;
  ok = find_changes (refresh, cancellable, error)
       && (refresh->all || extend (refresh, &extended, cancellable, error));
  mien_index_end (refresh->store, began);
  if (ok && !refresh->all)
    {
      g_rw_lock_writer_lock (&refresh->index->lock);
      *changed = put_in (refresh, &extended);
      g_rw_lock_writer_unlock (&refresh->index->lock);
    }
  mien_columns_clear (&extended);
  return ok;
}

gboolean
mien_index_refresh (MienIndex *index,
                    MienStore *store,
                    gboolean *changed,
                    GCancellable *cancellable,
                    GError **error)
{
  gboolean any = FALSE, ok = TRUE;
  Refresh refresh;

  if (mien_store_data_version (store) != index->content.version
      || sqlite3_total_changes64 (store->db) != index->content.changes
      || index->look_is_due)
    {
      refresh_init (&refresh, index, store);
      ok = refresh_some (&refresh, &any, cancellable, error)
           && (!refresh.all || read_all (&refresh, &any, cancellable, error));
      refresh_clear (&refresh);
    }
  if (ok && changed != NULL)
    *changed = any;
  return ok;
}
