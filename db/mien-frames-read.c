/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Frames read back: one by key or id, the neighbours of one, and all of them in order.
 * Every row goes through read_frame, which refuses what could not have been stored:
 * exporters join keys and names of videos to a folder.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-store-private.h"

/* In the order in which read_frame takes them. */
#define FRAME_COLUMNS                                                                    \
  "f.id, f.key, f.video, v.name, f.number, f.split,"                                     \
  " f.image IS NOT NULL OR f.link IS NOT NULL, f.missing_reason, f.not_a_face, "         \
  "f.skipped"

void
mien_frame_free (MienFrame *frame)
{
  if (frame == NULL)
    return;
  g_free (frame->key);
  g_free (frame->video_name);
  g_free (frame->missing_reason);
  g_free (frame);
}

static MienFrame *
read_frame (MienStore *store, MienStatement *row, GError **error)
{
  g_autoptr (MienFrame) frame = g_new0 (MienFrame, 1);
  gint64 split = mien_column_int (row, 5);

  frame->id = mien_column_int (row, 0);
  frame->key = mien_column_text (row, 1);
  frame->video = mien_column_int (row, 2);
  frame->video_name = mien_column_text (row, 3);
  frame->number = mien_column_is_null (row, 4) ? -1 : mien_column_int (row, 4);
  frame->split = (MienSplit) split;
  frame->has_image = mien_column_int (row, 6) != 0;
  frame->missing_reason = frame->has_image ? NULL : mien_column_text (row, 7);
  frame->not_a_face = mien_column_int (row, 8) != 0;
  frame->skipped = mien_column_int (row, 9) != 0;

  if (frame->key != NULL && frame->video_name != NULL && mien_key_is_safe (frame->key)
      && mien_key_is_safe (frame->video_name) && frame->number >= -1
      && split >= MIEN_SPLIT_TRAIN && split <= MIEN_SPLIT_TEST)
    return g_steal_pointer (&frame);
  g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_CORRUPT,
               "%s: the project is damaged (frame %" G_GINT64_FORMAT
               " has an impossible name); open a copy of it made earlier",
               store->path, frame->id);
  return NULL;
}

gboolean
mien_frames_find_video (MienStore *store,
                        const char *name,
                        gint64 *video,
                        MienSplit *split,
                        GError **error)
{
  g_autoptr (MienStatement) row = mien_query (
      store, error, "SELECT id, split FROM video WHERE name = ?1", MIEN_TEXT (name));
  MienStep step = row == NULL ? MIEN_STEP_ERROR : mien_statement_step (row, error);

  if (step == MIEN_STEP_ERROR)
    return FALSE;
  *video = step == MIEN_STEP_ROW ? mien_column_int (row, 0) : 0;
  if (step == MIEN_STEP_ROW)
    *split =
        (MienSplit) CLAMP (mien_column_int (row, 1), MIEN_SPLIT_TRAIN, MIEN_SPLIT_TEST);
  return TRUE;
}

MienFrame *
mien_frames_find (MienStore *store, const char *key, GError **error)
{
  g_autoptr (MienStatement) row =
      mien_query (store, error,
                  "SELECT " FRAME_COLUMNS " FROM frame f JOIN video v ON v.id = f.video"
                  " WHERE f.key = ?1",
                  MIEN_TEXT (key));
  MienStep step = row == NULL ? MIEN_STEP_ERROR : mien_statement_step (row, error);

  if (step == MIEN_STEP_ROW)
    return read_frame (store, row, error);
  if (step == MIEN_STEP_DONE)
    g_set_error (
        error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_NOT_FOUND,
        "%s: there is no frame \"%s\"; frames are named like \"video/00001.jpg\"",
        store->path, key);
  return NULL;
}

MienFrame *
mien_frames_get (MienStore *store, gint64 frame, GError **error)
{
  g_autoptr (MienStatement) row =
      mien_query (store, error,
                  "SELECT " FRAME_COLUMNS " FROM frame f JOIN video v ON v.id = f.video"
                  " WHERE f.id = ?1",
                  MIEN_INT (frame));
  MienStep step = row == NULL ? MIEN_STEP_ERROR : mien_statement_step (row, error);

  if (step == MIEN_STEP_ROW)
    return read_frame (store, row, error);
  if (step == MIEN_STEP_DONE)
    g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_NOT_FOUND,
                 "%s: there is no frame %" G_GINT64_FORMAT "; look it up anew",
                 store->path, frame);
  return NULL;
}

static gboolean
append_frames (MienStore *store, MienStatement *row, GPtrArray *frames, GError **error)
{
  MienStep step = MIEN_STEP_ERROR;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      MienFrame *frame = read_frame (store, row, error);

      if (frame == NULL)
        return FALSE;
      g_ptr_array_add (frames, frame);
    }
  return step == MIEN_STEP_DONE;
}

GPtrArray *
mien_frames_neighbours (MienStore *store,
                        gint64 frame,
                        guint before,
                        guint after,
                        GError **error)
{
  g_autoptr (GPtrArray) frames =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mien_frame_free);
  MienFrame *self = mien_frames_get (store, frame, error);
  g_autoptr (MienStatement) earlier = NULL, later = NULL;

  if (self == NULL)
    return NULL;
  g_ptr_array_add (frames, self);
  if (self->number < 0)
    return g_steal_pointer (&frames);

  earlier =
      mien_query (store, error,
                  "SELECT " FRAME_COLUMNS " FROM frame f JOIN video v ON v.id = f.video"
                  " WHERE f.video = ?1 AND (f.number, f.key) < (?2, ?3)"
                  " ORDER BY f.number DESC, f.key DESC LIMIT ?4",
                  MIEN_INT (self->video), MIEN_INT (self->number), MIEN_TEXT (self->key),
                  MIEN_INT (before));
  if (!append_frames (store, earlier, frames, error))
    return NULL;
  for (guint i = 0; i < frames->len / 2; i++)
    {
      gpointer swapped = frames->pdata[i];

      frames->pdata[i] = frames->pdata[frames->len - 1 - i];
      frames->pdata[frames->len - 1 - i] = swapped;
    }
  later =
      mien_query (store, error,
                  "SELECT " FRAME_COLUMNS " FROM frame f JOIN video v ON v.id = f.video"
                  " WHERE f.video = ?1 AND (f.number, f.key) > (?2, ?3)"
                  " ORDER BY f.number, f.key LIMIT ?4",
                  MIEN_INT (self->video), MIEN_INT (self->number), MIEN_TEXT (self->key),
                  MIEN_INT (after));
  return append_frames (store, later, frames, error) ? g_steal_pointer (&frames) : NULL;
}

GPtrArray *
mien_frames_span (MienStore *store,
                  gint64 video,
                  gint64 from,
                  gint64 to,
                  guint limit,
                  GError **error)
{
  g_autoptr (GPtrArray) frames =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mien_frame_free);
  g_autoptr (MienStatement) row =
      mien_query (store, error,
                  "SELECT " FRAME_COLUMNS " FROM frame f JOIN video v ON v.id = f.video"
                  " WHERE f.video = ?1 AND f.number BETWEEN ?2 AND ?3"
                  " ORDER BY f.number, f.key LIMIT ?4",
                  MIEN_INT (video), MIEN_INT (from), MIEN_INT (to), MIEN_INT (limit));

  return append_frames (store, row, frames, error) ? g_steal_pointer (&frames) : NULL;
}

gboolean
mien_frames_fps (MienStore *store, gint64 video, double *fps, GError **error)
{
  g_autoptr (MienStatement) row =
      mien_query (store, error, "SELECT fps FROM video WHERE id = ?1", MIEN_INT (video));
  MienStep step = row == NULL ? MIEN_STEP_ERROR : mien_statement_step (row, error);

  if (step == MIEN_STEP_ROW)
    {
      *fps = mien_column_real (row, 0);
      return TRUE;
    }
  if (step == MIEN_STEP_DONE)
    g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_NOT_FOUND,
                 "%s: there is no video %" G_GINT64_FORMAT "; look it up anew",
                 store->path, video);
  return FALSE;
}

static gboolean
visit (MienStore *store,
       MienStatement *row,
       MienFrameFunc func,
       gpointer data,
       GError **error)
{
  MienStep step = MIEN_STEP_ERROR;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      g_autoptr (MienFrame) frame = read_frame (store, row, error);
      MienLabels labels;

      if (frame == NULL || !mien_frames_labels (store, frame->id, &labels, error)
          || !func (frame, &labels, data, error))
        return FALSE;
    }
  return step == MIEN_STEP_DONE;
}

gboolean
mien_frames_foreach (MienStore *store,
                     int split,
                     MienFrameFunc func,
                     gpointer data,
                     GError **error)
{
  g_autoptr (MienStatement) row =
      mien_query (store, error,
                  MIEN_SCAN "SELECT " FRAME_COLUMNS
                            " FROM video v CROSS JOIN frame f ON f.video = v.id"
                            " WHERE ?1 IN (-1, v.split) ORDER BY v.name, f.number, f.key",
                  MIEN_INT (split));

  return visit (store, row, func, data, error);
}

gboolean
mien_frames_foreach_listed (MienStore *store,
                            int split,
                            MienFrameFunc func,
                            gpointer data,
                            GError **error)
{
  g_autoptr (MienStatement) listed =
      mien_query (store, error,
                  MIEN_SCAN "SELECT " FRAME_COLUMNS " FROM list l"
                            " CROSS JOIN list_row r ON r.list = l.id"
                            " CROSS JOIN frame f ON f.id = r.frame"
                            " CROSS JOIN video v ON v.id = f.video"
                            " WHERE ?1 IN (-1, l.split) ORDER BY l.id, r.number",
                  MIEN_INT (split));
  g_autoptr (MienStatement) others = NULL;

  if (!visit (store, listed, func, data, error))
    return FALSE;
  others = mien_query (store, error,
                       MIEN_SCAN "SELECT " FRAME_COLUMNS
                                 " FROM video v CROSS JOIN frame f ON f.video = v.id"
                                 " WHERE ?1 IN (-1, v.split) AND NOT EXISTS"
                                 " (SELECT 1 FROM list_row r WHERE r.frame = f.id)"
                                 " ORDER BY v.name, f.number, f.key",
                       MIEN_INT (split));
  return visit (store, others, func, data, error);
}
