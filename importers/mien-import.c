/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Rows into the store: one name with its labels becomes a video, a frame, an image and
 * events.
 *
 * Images are read and decoded before the transaction that stores a batch of rows begins,
 * so that nobody waits for a decoder. Rows are whole or not there; a stopped import is
 * gone on with by importing again. A frame that is known with its image is not decoded
 * again: the file is read and compared, and one that changed is told by name while the
 * project keeps the image it has. The order of a list is written at the end, when all of
 * its frames are there, in bursts too: an import that is stopped leaves the order that
 * was.
 */

#define G_LOG_DOMAIN "mien-importers"
#include "config.h"

#include "mien-import-private.h"

#include "mien-events.h"
#include "mien-frames.h"

#include <string.h>

enum
{
  BATCH = 64,
  BATCH_BYTES = 16 * 1024 * 1024,
  NO_SPLIT = -1,
};

typedef struct
{
  char *name;
  char *file; /* a GRefString */
  guint64 line;
  int split;
  gboolean no_image;
  MienLabels labels;
  gint64 known; /* the frame's id; 0: not in the project when it was looked up */
  int known_split;
  gboolean has_image;
  gboolean changed; /* the file is not the image that the project has */
  MienImageFile image;
} Pending;

typedef struct
{
  gint64 frame;
  int split;
} ListRow;

struct _MienImporter
{
  MienStore *store;
  const MienImportOptions *options;
  char *images;     /* the real path */
  char *folder;     /* the project's */
  char *root_video; /* of images that lie in no folder below images */
  char *file;       /* the list, for messages; a GRefString */
  MienImportVideos *videos;
  GHashTable *refused; /* videos that are in another split than the rows want */
  GHashTable *seen;    /* ids of frames that a row named */
  GArray *rows;        /* ListRow */
  GPtrArray *pending;
  gsize pending_bytes;
  GPtrArray *messages; /* told when the transaction is over */
  gboolean storing;
  guint64 done, told, total, usable, passed_over;
  char *first_problem;
  MienImportReport report;
};

static void
pending_free (gpointer data)
{
  Pending *pending = data;

  mien_image_file_clear (&pending->image);
  g_clear_pointer (&pending->file, g_ref_string_release);
  g_free (pending->name);
  g_free (pending);
}

MienImporter *
mien_importer_new (MienStore *store, const MienImportOptions *options, GError **error)
{
  g_autofree char *images = mien_folder_resolve (options->images, "images", error);
  g_autofree char *base = NULL;
  g_autoptr (MienImportVideos) videos = NULL;
  MienImporter *importer;

  if (images == NULL)
    return NULL;
  videos = mien_import_videos_new (store, error);
  if (videos == NULL || !mien_store_set_bulk (store, TRUE, error))
    return NULL;
  importer = g_new0 (MienImporter, 1);
  importer->store = store;
  importer->options = options;
  importer->images = g_steal_pointer (&images);
  importer->folder = g_path_get_dirname (mien_store_path (store));
  base = g_path_get_basename (importer->images);
  importer->root_video = g_strdup (mien_import_name_is_safe (base) ? base : "images");
  importer->videos = g_steal_pointer (&videos);
  importer->refused = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  importer->seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  importer->rows = g_array_new (FALSE, FALSE, sizeof (ListRow));
  importer->pending = g_ptr_array_new_with_free_func (pending_free);
  importer->messages = g_ptr_array_new_with_free_func (g_free);
  return importer;
}

void
mien_importer_free (MienImporter *importer)
{
  if (importer == NULL)
    return;
  mien_store_set_bulk (importer->store, FALSE, NULL);
  g_free (importer->images);
  g_free (importer->folder);
  g_free (importer->root_video);
  g_clear_pointer (&importer->file, g_ref_string_release);
  g_free (importer->first_problem);
  mien_import_videos_free (importer->videos);
  g_hash_table_unref (importer->refused);
  g_hash_table_unref (importer->seen);
  g_array_unref (importer->rows);
  g_ptr_array_unref (importer->pending);
  g_ptr_array_unref (importer->messages);
  g_free (importer);
}

void
mien_importer_expect (MienImporter *importer, guint64 total)
{
  importer->total += total;
}

void
mien_importer_set_file (MienImporter *importer, const char *path)
{
  g_clear_pointer (&importer->file, g_ref_string_release);
  importer->file = path != NULL ? g_ref_string_new (path) : NULL;
}

const char *
mien_importer_images (MienImporter *importer)
{
  return importer->images;
}

static char *
place_message (const char *file, guint64 line, const char *message)
{
  if (file == NULL)
    return g_strdup (message);
  if (line == 0)
    return g_strdup_printf ("%s: %s", file, message);
  return g_strdup_printf ("%s:%" G_GUINT64_FORMAT ": %s", file, line, message);
}

/* Whoever listens may be slow, and must not hold up the writers of the project. */
static void
tell (MienImporter *importer, const char *message)
{
  if (importer->options->warn == NULL)
    return;
  if (importer->storing)
    g_ptr_array_add (importer->messages, g_strdup (message));
  else
    importer->options->warn (message, importer->options->data);
}

static void
tell_progress (MienImporter *importer)
{
  for (guint i = 0; i < importer->messages->len; i++)
    importer->options->warn (importer->messages->pdata[i], importer->options->data);
  g_ptr_array_set_size (importer->messages, 0);
  if (importer->options->progress != NULL && importer->done != importer->told)
    importer->options->progress (importer->done, MAX (importer->done, importer->total),
                                 importer->options->data);
  importer->told = importer->done;
}

/* placed is taken. */
static void
count_rejected (MienImporter *importer, char *placed)
{
  tell (importer, placed);
  if (importer->first_problem == NULL)
    importer->first_problem = placed;
  else
    g_free (placed);
  importer->report.rejected_rows++;
  importer->done++;
}

void
mien_importer_warn (MienImporter *importer, guint64 line, const char *format, ...)
{
  g_autofree char *message = NULL, *placed = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  placed = place_message (importer->file, line, message);
  tell (importer, placed);
}

void
mien_importer_reject (MienImporter *importer, guint64 line, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  count_rejected (importer, place_message (importer->file, line, message));
}

/* The same of a row that was read some time ago. */
static void warn_of (MienImporter *importer, const Pending *row, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static void
warn_of (MienImporter *importer, const Pending *row, const char *format, ...)
{
  g_autofree char *message = NULL, *placed = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  placed = place_message (row->file, row->line, message);
  tell (importer, placed);
}

/* Finds or makes the video of a new frame. */
static gboolean
ensure_video (MienImporter *importer,
              const char *name,
              const Pending *row,
              gint64 *id,
              int *split,
              GError **error)
{
  gboolean made;
  const MienImportVideo *video =
      mien_import_videos_get (importer->videos, name, row->split, &made, error);

  if (video == NULL)
    return FALSE;
  if (made && video->other_face >= 0 && video->other_face != video->split)
    warn_of (
        importer, row,
        "video \"%s\" goes into the %s split as told, but another face of the same video "
        "is in %s; keep the two together",
        name, mien_split_id ((MienSplit) video->split),
        mien_split_id ((MienSplit) video->other_face));
  *id = video->id;
  *split = video->split;
  return TRUE;
}

/* A frame stays in the split in which it is. Told once a video, counted by row. */
static void
refuse_split (MienImporter *importer, const Pending *row, int known)
{
  g_autofree char *video = NULL, *message = NULL;
  gint64 number;

  mien_image_name_split (row->name, &video, &number);
  if (g_hash_table_contains (importer->refused, video))
    {
      importer->report.rejected_rows++;
      importer->done++;
      return;
    }
  message = g_strdup_printf (
      "video \"%s\" is in the %s split already; its rows for %s are left out",
      *video != '\0' ? video : importer->root_video, mien_split_id ((MienSplit) known),
      mien_split_id ((MienSplit) row->split));
  count_rejected (importer, place_message (row->file, row->line, message));
  g_hash_table_add (importer->refused, g_steal_pointer (&video));
}

/* id is 0 if the row was refused. */
static gboolean
ensure_frame (MienImporter *importer,
              const Pending *row,
              gint64 *id,
              gboolean *added,
              int *split,
              GError **error)
{
  g_autofree char *folder = NULL;
  gint64 number, video;

  *id = row->known;
  *added = FALSE;
  *split = row->known_split;
  if (row->known == 0)
    {
      mien_image_name_split (row->name, &folder, &number);
      if (!ensure_video (importer, *folder != '\0' ? folder : importer->root_video, row,
                         &video, split, error)
          || ((row->split == NO_SPLIT || row->split == *split)
              && !mien_frames_ensure (importer->store, video, row->name, number, id,
                                      added, error)))
        return FALSE;
    }
  if (row->split == NO_SPLIT || row->split == *split)
    return TRUE;
  refuse_split (importer, row, *split);
  *id = 0;
  return TRUE;
}

static gboolean
store_image (MienImporter *importer, Pending *row, gint64 id, GError **error)
{
  MienImageFile *image = &row->image;
  g_autofree char *link = NULL;

  if (row->changed)
    {
      importer->report.conflicts++;
      warn_of (importer, row,
               "%s: the file is not the image that was imported before; the "
               "project keeps that one",
               row->name);
    }
  if (row->has_image || row->no_image)
    return TRUE;
  if (image->bytes == NULL)
    {
      importer->report.images_missing++;
      warn_of (importer, row, "%s: %s; the frame has no image", row->name,
               image->problem);
      return mien_frames_set_missing (importer->store, id, image->problem, error);
    }
  if (!importer->options->link)
    return mien_frames_set_image (importer->store, id, image->bytes, image->width,
                                  image->height, error);
  link = mien_path_relative (importer->folder, image->path);
  return mien_frames_set_link (importer->store, id, link, image->bytes, image->width,
                               image->height, error);
}

/* Task by task where the frame was there before, to know which of them are new. */
static gboolean
store_labels (MienImporter *importer,
              const Pending *row,
              gint64 id,
              gboolean added,
              GError **error)
{
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    {
      guint first = mien_task_first_item ((MienTask) task);
      guint n = mien_task_n_items ((MienTask) task);
      MienLabels part = { 0 };
      MienImported imported;

      if (!mien_labels_have (&row->labels, (MienTask) task))
        continue;
      if (added)
        {
          importer->report.labels[task]++;
          continue;
        }
      memcpy (&part.item[first], &row->labels.item[first], n * sizeof (MienLabel));
      if (!mien_events_import (importer->store, id, &part, &imported, error))
        return FALSE;
      if (imported.added > 0)
        importer->report.labels[task]++;
      if (imported.conflicts > 0)
        warn_of (importer, row,
                 "%s: contradicts the %s that was imported first, which stands",
                 row->name, mien_task_id ((MienTask) task));
      importer->report.conflicts += imported.conflicts;
    }
  return !added || mien_events_import (importer->store, id, &row->labels, NULL, error);
}

static gboolean
store_row (MienImporter *importer, Pending *row, GError **error)
{
  gboolean added, first;
  ListRow list_row;

  if (!ensure_frame (importer, row, &list_row.frame, &added, &list_row.split, error))
    return FALSE;
  if (list_row.frame == 0)
    return TRUE;
  first = !g_hash_table_contains (importer->seen, &list_row.frame);
  if (first)
    {
      g_hash_table_add (importer->seen,
                        g_memdup2 (&list_row.frame, sizeof list_row.frame));
      importer->report.frames_added += added ? 1 : 0;
      importer->report.frames_known += added ? 0 : 1;
    }
  else
    importer->report.duplicate_rows++;
  g_array_append_val (importer->rows, list_row);
  importer->usable++;
  importer->done++;
  return (!first || store_image (importer, row, list_row.frame, error))
         && store_labels (importer, row, list_row.frame, added, error);
}

static gboolean
store_pending (MienImporter *importer, GError **error)
{
  if (!mien_store_begin (importer->store, error))
    return FALSE;
  for (guint i = 0; i < importer->pending->len; i++)
    if (!store_row (importer, importer->pending->pdata[i], error)
        || !mien_store_breathe (importer->store, error))
      {
        mien_store_rollback (importer->store);
        return FALSE;
      }
  return mien_store_commit (importer->store, error);
}

gboolean
mien_importer_flush (MienImporter *importer, GError **error)
{
  gboolean stored = TRUE;

  if (importer->pending->len > 0)
    {
      importer->storing = TRUE;
      stored = store_pending (importer, error);
      importer->storing = FALSE;
    }
  g_ptr_array_set_size (importer->pending, 0);
  importer->pending_bytes = 0;
  tell_progress (importer);
  return stored;
}

static gboolean
look_up (MienImporter *importer, Pending *row, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (MienFrame) frame = mien_frames_find (importer->store, row->name, &failed);

  if (frame == NULL
      && !g_error_matches (failed, MIEN_STORE_ERROR, MIEN_STORE_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  if (frame != NULL)
    {
      row->known = frame->id;
      row->known_split = (int) frame->split;
      row->has_image = frame->has_image;
    }
  return TRUE;
}

/* What the project has is compared by its bytes; a link is compared by its hash. */
static void
load_image (MienImporter *importer, Pending *row)
{
  g_autoptr (GBytes) stored = NULL;

  mien_image_file_load (importer->images, row->name, !row->has_image, &row->image);
  if (!row->has_image || row->image.bytes == NULL)
    return;
  stored = mien_frames_image (importer->store, row->known, NULL);
  row->changed = stored == NULL || !g_bytes_equal (stored, row->image.bytes);
  g_clear_pointer (&row->image.bytes, g_bytes_unref);
}

gboolean
mien_importer_add (MienImporter *importer, const MienImportRow *row, GError **error)
{
  Pending *pending;
  gboolean seen;

  if (g_cancellable_set_error_if_cancelled (importer->options->cancellable, error))
    return FALSE;
  if (!mien_import_name_is_safe (row->name))
    {
      g_autofree char *shown = mien_text_for_message (row->name);

      mien_importer_reject (importer, row->line,
                            "\"%s\": no name for an image (relative, without \"..\", at "
                            "most 512 bytes of UTF-8)",
                            shown);
      return TRUE;
    }
  pending = g_new0 (Pending, 1);
  pending->name = g_strdup (row->name);
  pending->file = importer->file != NULL ? g_ref_string_acquire (importer->file) : NULL;
  pending->line = row->line;
  pending->split = row->split;
  pending->no_image = row->no_image;
  pending->labels = row->labels;
  if (!look_up (importer, pending, error))
    {
      pending_free (pending);
      return FALSE;
    }
  seen = pending->known != 0 && g_hash_table_contains (importer->seen, &pending->known);
  if ((row->no_image && pending->known == 0) || (row->once && seen))
    {
      importer->passed_over++;
      importer->done++;
      pending_free (pending);
      return TRUE;
    }
  if (!row->no_image && !seen)
    load_image (importer, pending);
  if (pending->image.bytes != NULL)
    importer->pending_bytes += g_bytes_get_size (pending->image.bytes);
  g_ptr_array_add (importer->pending, pending);
  return (importer->pending->len < BATCH && importer->pending_bytes < BATCH_BYTES)
         || mien_importer_flush (importer, error);
}

/* A list keeps its rows by split: those of one file may have gone to several. */
static gboolean
store_list (MienImporter *importer, const char *name, GError **error)
{
  gint64 lists[3] = { 0 };

  if (!mien_store_begin (importer->store, error))
    return FALSE;
  for (guint i = 0; i < importer->rows->len; i++)
    {
      const ListRow *row = &g_array_index (importer->rows, ListRow, i);
      gint64 *list = &lists[row->split];

      if ((*list == 0
           && !mien_frames_begin_list (importer->store, name, (MienSplit) row->split,
                                       list, error))
          || !mien_frames_add_list_row (importer->store, *list, i + 1, row->frame, error)
          || !mien_store_breathe (importer->store, error))
        {
          mien_store_rollback (importer->store);
          return FALSE;
        }
    }
  return mien_store_commit (importer->store, error);
}

static void
set_nothing (MienImporter *importer, GError **error)
{
  const char *place = importer->file != NULL ? importer->file : importer->images;

  if (importer->first_problem != NULL)
    g_set_error (error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_BAD_LIST,
                 "%s (none of the rows could be used)", importer->first_problem);
  else if (importer->passed_over > 0)
    g_set_error (error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_NOT_FOUND,
                 "%s: has no image for any of the rows; give the folder that holds "
                 "<video>/00001.jpg",
                 importer->images);
  else
    g_set_error (error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_NOT_FOUND,
                 "%s: there is nothing in it to import; check the path", place);
}

gboolean
mien_importer_finish (MienImporter *importer,
                      const char *list,
                      MienImportReport *report,
                      GError **error)
{
  if (!mien_importer_flush (importer, error))
    return FALSE;
  if (importer->usable == 0)
    {
      set_nothing (importer, error);
      return FALSE;
    }
  if (list != NULL && !store_list (importer, list, error))
    return FALSE;
  *report = importer->report;
  return TRUE;
}
