/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Videos, frames, their pictures and the imported lists of a copy. A frame is the same
 * where its key is, and it must be so in all that a decision rests on: the video, its
 * split and the number. A picture comes to a frame that has none; one that has its own
 * keeps it, and a different one is reported. A link is taken over as it is, because it is
 * told from the project's folder and its hash is checked when it is read.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-merge-private.h"

#include <string.h>

enum
{
  COLUMN_ID,
  COLUMN_KEY,
  COLUMN_NUMBER,
  COLUMN_VIDEO,
  COLUMN_SPLIT,
  COLUMN_HASH,
  COLUMN_REASON,
  COLUMN_LINK,
  COLUMN_WIDTH,
  COLUMN_HEIGHT,
};

#define SELECT_FRAME                                                                     \
  "SELECT f.id, f.key, ifnull (f.number, -1), v.name, v.split,"                          \
  " ifnull (i.sha256, f.link_sha256), f.missing_reason, f.link,"                         \
  " ifnull (i.width, f.width), ifnull (i.height, f.height)"                              \
  " FROM frame f CROSS JOIN video v ON v.id = f.video"                                   \
  " LEFT JOIN image i ON i.id = f.image"

MienStatement *
mien_merge_frame_all (MienMergeSource *source, GError **error)
{
  return mien_query (source->store, error, MIEN_SCAN SELECT_FRAME " ORDER BY f.id");
}

static gboolean
is_sane (MienMergeSource *source, MienStatement *row, const char *key, GError **error)
{
  g_autofree char *link = mien_column_text (row, COLUMN_LINK);
  gint64 width = mien_column_int (row, COLUMN_WIDTH);
  gint64 height = mien_column_int (row, COLUMN_HEIGHT);

  if (link != NULL && (*link == '\0' || g_path_is_absolute (link)))
    return mien_merge_refuse (source, error, "the link of frame \"%s\" is impossible",
                              key);
  if (!mien_column_is_null (row, COLUMN_HASH)
      && (width <= 0 || height <= 0 || width > G_MAXINT || height > G_MAXINT))
    return mien_merge_refuse (source, error, "the picture of frame \"%s\" has no size",
                              key);
  return TRUE;
}

static gboolean
same_place (MienMergeSource *source,
            MienStatement *theirs,
            MienStatement *ours,
            const char *key,
            GError **error)
{
  g_autofree char *their_video = mien_column_text (theirs, COLUMN_VIDEO);
  g_autofree char *our_video = mien_column_text (ours, COLUMN_VIDEO);

  if (g_strcmp0 (their_video, our_video) == 0
      && mien_column_int (theirs, COLUMN_NUMBER) == mien_column_int (ours, COLUMN_NUMBER)
      && mien_column_int (theirs, COLUMN_SPLIT) == mien_column_int (ours, COLUMN_SPLIT))
    return TRUE;
  return mien_merge_refuse (source, error,
                            "frame \"%s\" has another video, split or number there", key);
}

static gboolean
same_picture (MienStatement *theirs, MienStatement *ours)
{
  gsize n, k;
  const void *a = mien_column_blob (theirs, COLUMN_HASH, &n);
  const void *b = mien_column_blob (ours, COLUMN_HASH, &k);

  return n == k && memcmp (a, b, n) == 0;
}

/* The lesser of two reasons stays, so that it is the same from either side. */
static gboolean
is_lesser_reason (MienStatement *theirs, MienStatement *ours)
{
  g_autofree char *a = mien_column_text (theirs, COLUMN_REASON);
  g_autofree char *b = mien_column_text (ours, COLUMN_REASON);

  return a != NULL && (b == NULL || strcmp (a, b) < 0);
}

/* row: of mien_merge_frame_all. */
gboolean
mien_merge_frame_look (MienMerge *merge,
                       MienMergeSource *source,
                       MienStatement *row,
                       MienMergeFrame *frame,
                       GError **error)
{
  g_autofree char *key = mien_column_text (row, COLUMN_KEY);
  g_autoptr (MienStatement) ours =
      mien_query (merge->store, error, SELECT_FRAME " WHERE f.key = ?1", MIEN_TEXT (key));
  MienStep step = ours == NULL ? MIEN_STEP_ERROR : mien_statement_step (ours, error);
  gboolean theirs_has, ours_has;

  *frame = (MienMergeFrame){ .known = step == MIEN_STEP_ROW, .wanted = TRUE };
  if (step == MIEN_STEP_ERROR || !is_sane (source, row, key, error))
    return FALSE;
  if (!frame->known)
    return TRUE;
  theirs_has = !mien_column_is_null (row, COLUMN_HASH);
  ours_has = !mien_column_is_null (ours, COLUMN_HASH);
  frame->differs = theirs_has && ours_has && !same_picture (row, ours);
  frame->wanted = !ours_has && (theirs_has || is_lesser_reason (row, ours));
  if (frame->differs)
    g_hash_table_add (merge->images, g_strdup (key));
  return same_place (source, row, ours, key, error);
}

static gboolean
take_picture (MienMerge *merge,
              MienMergeSource *source,
              MienStatement *row,
              gint64 frame,
              GError **error)
{
  g_autofree char *link = mien_column_text (row, COLUMN_LINK);
  g_autoptr (GBytes) bytes = NULL;
  gsize size;
  const void *hash;

  merge->report.images++;
  if (link == NULL)
    {
      bytes = mien_frames_image (source->store, mien_column_int (row, COLUMN_ID), error);
      return bytes != NULL
             && mien_frames_set_image (merge->store, frame, bytes,
                                       (int) mien_column_int (row, COLUMN_WIDTH),
                                       (int) mien_column_int (row, COLUMN_HEIGHT), error);
    }
  hash = mien_column_blob (row, COLUMN_HASH, &size);
  return mien_run (
      merge->store, error,
      "UPDATE frame SET link = ?2, link_sha256 = ?3, width = ?4, height = ?5,"
      " missing_reason = NULL WHERE id = ?1",
      MIEN_INT (frame), MIEN_TEXT (link), MIEN_BLOB (hash, size),
      MIEN_INT (mien_column_int (row, COLUMN_WIDTH)),
      MIEN_INT (mien_column_int (row, COLUMN_HEIGHT)));
}

static gboolean
take_frame (MienMerge *merge, MienMergeSource *source, MienStatement *row, GError **error)
{
  g_autofree char *key = mien_column_text (row, COLUMN_KEY);
  g_autofree char *video = mien_column_text (row, COLUMN_VIDEO);
  g_autofree char *reason = mien_column_text (row, COLUMN_REASON);
  gint64 video_id, id;
  gboolean added;
  MienMergeFrame frame;

  if (!mien_merge_frame_look (merge, source, row, &frame, error))
    return FALSE;
  if (!frame.wanted)
    return TRUE;
  if (!mien_frames_ensure_video (merge->store, video,
                                 (MienSplit) mien_column_int (row, COLUMN_SPLIT),
                                 &video_id, error)
      || !mien_frames_ensure (merge->store, video_id, key,
                              mien_column_int (row, COLUMN_NUMBER), &id, &added, error))
    return FALSE;
  merge->report.frames += added ? 1 : 0;
  if (!mien_column_is_null (row, COLUMN_HASH))
    return take_picture (merge, source, row, id, error);
  return reason == NULL || mien_frames_set_missing (merge->store, id, reason, error);
}

/* What was there when it was checked is there now. */
static gboolean
step_to_row (MienMergeSource *source, MienStatement *row, GError **error)
{
  MienStep step = row == NULL ? MIEN_STEP_ERROR : mien_statement_step (row, error);

  if (step == MIEN_STEP_DONE)
    return mien_merge_refuse (source, error, "it contradicts itself");
  return step == MIEN_STEP_ROW;
}

gboolean
mien_merge_frames (MienMerge *merge, MienMergeSource *source, GError **error)
{
  for (guint i = 0; i < source->frames->len; i++)
    {
      g_autoptr (MienStatement) row =
          mien_query (source->store, error, SELECT_FRAME " WHERE f.id = ?1",
                      MIEN_INT (g_array_index (source->frames, gint64, i)));

      if (!step_to_row (source, row, error) || !take_frame (merge, source, row, error)
          || !mien_merge_count (merge, error)
          || !mien_store_breathe (merge->store, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
ensure_list (MienStore *store,
             const char *name,
             gint64 split,
             gint64 *list,
             GError **error)
{
  if (!mien_query_int (store, error, 0, list,
                       "SELECT id FROM list WHERE split = ?1 AND name = ?2",
                       MIEN_INT (split), MIEN_TEXT (name)))
    return FALSE;
  if (*list > 0)
    return TRUE;
  if (!mien_run (store, error, "INSERT INTO list (name, split) VALUES (?1, ?2)",
                 MIEN_TEXT (name), MIEN_INT (split)))
    return FALSE;
  *list = sqlite3_last_insert_rowid (store->db);
  return TRUE;
}

/* A row that is there by now, from another copy, stays. */
static gboolean
take_row (MienMerge *merge,
          MienMergeSource *source,
          const MienMergeRow *place,
          GError **error)
{
  g_autoptr (MienStatement) row =
      mien_query (source->store, error,
                  "SELECT l.name, l.split, f.key FROM list l"
                  " CROSS JOIN list_row r ON r.list = l.id AND r.number = ?2"
                  " CROSS JOIN frame f ON f.id = r.frame WHERE l.id = ?1",
                  MIEN_INT (place->list), MIEN_INT (place->number));
  g_autofree char *name = NULL, *key = NULL;
  gint64 list;

  if (!step_to_row (source, row, error))
    return FALSE;
  name = mien_column_text (row, 0);
  key = mien_column_text (row, 2);
  return ensure_list (merge->store, name, mien_column_int (row, 1), &list, error)
         && mien_run (merge->store, error,
                      "INSERT INTO list_row (list, number, frame)"
                      " SELECT ?1, ?2, id FROM frame WHERE key = ?3"
                      " ON CONFLICT DO NOTHING",
                      MIEN_INT (list), MIEN_INT (place->number), MIEN_TEXT (key));
}

gboolean
mien_merge_lists (MienMerge *merge, MienMergeSource *source, GError **error)
{
  for (guint i = 0; i < source->rows->len; i++)
    if (!take_row (merge, source, &g_array_index (source->rows, MienMergeRow, i), error)
        || !mien_merge_count (merge, error) || !mien_store_breathe (merge->store, error))
      return FALSE;
  return TRUE;
}
