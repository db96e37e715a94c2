/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Videos, frames and their images.
 *
 * Invariants: a key never leads out of the folder it is joined to; it is checked when it
 * goes in and again when it comes out, because a stranger's project may hold anything.
 * Image bytes are stored once (SHA-256). A frame that has its image keeps it; what a link
 * leads to counts only if its hash agrees.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Relative, no part of it ".", ".." or empty, no control characters, no backslash. */
gboolean
mien_key_is_safe (const char *key)
{
  gsize length = strlen (key);
  const char *part = key;

  if (length == 0 || length > MIEN_MAX_KEY_BYTES || !g_utf8_validate (key, -1, NULL))
    return FALSE;
  for (const char *s = key; *s != '\0'; s = g_utf8_next_char (s))
    if (g_unichar_iscntrl (g_utf8_get_char (s)) || *s == '\\')
      return FALSE;
  for (;;)
    {
      gsize n = strcspn (part, "/");

      if (n == 0 || (n == 1 && part[0] == '.')
          || (n == 2 && part[0] == '.' && part[1] == '.'))
        return FALSE;
      if (part[n] == '\0')
        return TRUE;
      part += n + 1;
    }
}

static gboolean
check_key (MienStore *store, const char *key, GError **error)
{
  g_autofree char *shown = NULL;

  if (mien_key_is_safe (key))
    return TRUE;
  shown = g_utf8_make_valid (key, (gssize) strnlen (key, 80));
  for (char *c = shown; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      *c = '?';
  g_set_error (
      error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID,
      "%s: \"%s\" is no name for a frame or video (relative, without \"..\", at most "
      "%d bytes of UTF-8); rename it",
      store->path, shown, MIEN_MAX_KEY_BYTES);
  return FALSE;
}

static void
set_no_frame (MienStore *store, gint64 frame, GError **error)
{
  g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_NOT_FOUND,
               "%s: there is no frame %" G_GINT64_FORMAT "; look it up anew", store->path,
               frame);
}

void
mien_sha256 (const void *data, gsize size, guint8 *hash)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize length = MIEN_SHA256_BYTES;

  if (size > 0)
    g_checksum_update (checksum, data, (gssize) size);
  g_checksum_get_digest (checksum, hash, &length);
}

static void
hash_bytes (GBytes *bytes, guint8 *hash)
{
  gsize size;
  const void *data = g_bytes_get_data (bytes, &size);

  mien_sha256 (data, size, hash);
}

/* The same key gives the same UUID in every project, so that copies merge. */
void
mien_frame_uuid (const char *key, MienUuid *uuid)
{
  g_autofree char *name = g_strconcat ("video-", key, NULL);

  mien_uuid_for_name (name, uuid);
}

static gboolean
ensure_video (MienStore *store,
              const char *name,
              MienSplit split,
              gint64 *video,
              GError **error)
{
  g_autoptr (MienStatement) row = mien_query (
      store, error, "SELECT id, split FROM video WHERE name = ?1", MIEN_TEXT (name));
  MienStep step = row == NULL ? MIEN_STEP_ERROR : mien_statement_step (row, error);

  if (step == MIEN_STEP_ERROR)
    return FALSE;
  if (step == MIEN_STEP_ROW)
    {
      gint64 known = mien_column_int (row, 1);

      if (known != (gint64) split)
        {
          g_set_error (
              error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_EXISTS,
              "%s: video \"%s\" is in the %s split already; import it with that split",
              store->path, name, mien_split_id ((MienSplit) CLAMP (known, 0, 2)));
          return FALSE;
        }
      *video = mien_column_int (row, 0);
      return TRUE;
    }
  if (!mien_run (store, error, "INSERT INTO video (name, split) VALUES (?1, ?2)",
                 MIEN_TEXT (name), MIEN_INT (split)))
    return FALSE;
  *video = sqlite3_last_insert_rowid (store->db);
  return TRUE;
}

gboolean
mien_frames_ensure_video (MienStore *store,
                          const char *name,
                          MienSplit split,
                          gint64 *video,
                          GError **error)
{
  gint64 result = 0;

  if (!check_key (store, name, error) || !mien_store_begin (store, error)
      || !mien_store_end (store, ensure_video (store, name, split, &result, error),
                          error))
    return FALSE;
  *video = result;
  return TRUE;
}

static gboolean
ensure_frame (MienStore *store,
              gint64 video,
              const char *key,
              gint64 number,
              gint64 *frame,
              gboolean *added,
              GError **error)
{
  g_autoptr (MienStatement) row = mien_query (
      store, error, "SELECT id, video FROM frame WHERE key = ?1", MIEN_TEXT (key));
  MienStep step = row == NULL ? MIEN_STEP_ERROR : mien_statement_step (row, error);
  gint64 split;
  MienUuid uuid;

  if (step == MIEN_STEP_ERROR)
    return FALSE;
  *added = step == MIEN_STEP_DONE;
  if (step == MIEN_STEP_ROW)
    {
      *frame = mien_column_int (row, 0);
      if (mien_column_int (row, 1) == video)
        return TRUE;
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_EXISTS,
                   "%s: frame \"%s\" belongs to another video; import it under that one",
                   store->path, key);
      return FALSE;
    }
  if (!mien_query_int (store, error, -1, &split, "SELECT split FROM video WHERE id = ?1",
                       MIEN_INT (video)))
    return FALSE;
  if (split < 0)
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_NOT_FOUND,
                   "%s: there is no video %" G_GINT64_FORMAT
                   " for frame \"%s\"; make it first",
                   store->path, video, key);
      return FALSE;
    }
  mien_frame_uuid (key, &uuid);
  if (!mien_run (store, error,
                 "INSERT INTO frame (uuid, video, split, number, key)"
                 " VALUES (?1, ?2, ?3, ?4, ?5)",
                 MIEN_UUID (&uuid), MIEN_INT (video), MIEN_INT (split),
                 MIEN_INT_OR_NULL (number, -1), MIEN_TEXT (key)))
    return FALSE;
  *frame = sqlite3_last_insert_rowid (store->db);
  return TRUE;
}

gboolean
mien_frames_ensure (MienStore *store,
                    gint64 video,
                    const char *key,
                    gint64 number,
                    gint64 *frame,
                    gboolean *added,
                    GError **error)
{
  gint64 result = 0;
  gboolean is_new = FALSE;

  if (!check_key (store, key, error))
    return FALSE;
  if (number < -1)
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID,
                   "%s: frame \"%s\" has the number %" G_GINT64_FORMAT
                   "; numbers start at 0",
                   store->path, key, number);
      return FALSE;
    }
  if (!mien_store_begin (store, error)
      || !mien_store_end (
          store, ensure_frame (store, video, key, number, &result, &is_new, error),
          error))
    return FALSE;
  *frame = result;
  if (added != NULL)
    *added = is_new;
  return TRUE;
}

/* What the frame has now: nothing, or an image with that hash. */
static gboolean
find_hash (MienStore *store,
           gint64 frame,
           gboolean *has_image,
           guint8 *hash,
           GError **error)
{
  g_autoptr (MienStatement) row =
      mien_query (store, error,
                  "SELECT ifnull (i.sha256, f.link_sha256) FROM frame f"
                  " LEFT JOIN image i ON i.id = f.image WHERE f.id = ?1",
                  MIEN_INT (frame));
  MienStep step = row == NULL ? MIEN_STEP_ERROR : mien_statement_step (row, error);

  if (step == MIEN_STEP_DONE)
    set_no_frame (store, frame, error);
  if (step != MIEN_STEP_ROW)
    return FALSE;
  *has_image = !mien_column_is_null (row, 0);
  return !*has_image || mien_column_bytes (row, 0, hash, MIEN_SHA256_BYTES, error);
}

static gboolean
check_image (MienStore *store,
             gint64 frame,
             GBytes *bytes,
             int width,
             int height,
             GError **error)
{
  if (g_bytes_get_size (bytes) > 0 && g_bytes_get_size (bytes) <= MIEN_MAX_IMAGE_BYTES
      && width > 0 && height > 0)
    return TRUE;
  g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID,
               "%s: the image of frame %" G_GINT64_FORMAT
               " is empty or over %d MiB; make it smaller",
               store->path, frame, MIEN_MAX_IMAGE_BYTES / (1024 * 1024));
  return FALSE;
}

static gboolean
ensure_image (MienStore *store,
              GBytes *bytes,
              const guint8 *hash,
              int width,
              int height,
              gint64 *image,
              GError **error)
{
  gsize size;
  const void *data = g_bytes_get_data (bytes, &size);

  if (!mien_query_int (store, error, 0, image, "SELECT id FROM image WHERE sha256 = ?1",
                       MIEN_BLOB (hash, MIEN_SHA256_BYTES)))
    return FALSE;
  if (*image > 0)
    return TRUE;
  if (!mien_run (
          store, error,
          "INSERT INTO image (sha256, width, height, bytes) VALUES (?1, ?2, ?3, ?4)",
          MIEN_BLOB (hash, MIEN_SHA256_BYTES), MIEN_INT (width), MIEN_INT (height),
          MIEN_BLOB (data, size)))
    return FALSE;
  *image = sqlite3_last_insert_rowid (store->db);
  return TRUE;
}

/* link: NULL to copy the bytes. */
static gboolean
set_image (MienStore *store,
           gint64 frame,
           const char *link,
           GBytes *bytes,
           int width,
           int height,
           GError **error)
{
  guint8 hash[MIEN_SHA256_BYTES], known[MIEN_SHA256_BYTES];
  gboolean has_image;
  gint64 image = 0;

  hash_bytes (bytes, hash);
  if (!find_hash (store, frame, &has_image, known, error))
    return FALSE;
  if (has_image)
    {
      if (memcmp (hash, known, sizeof hash) == 0)
        return TRUE;
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_EXISTS,
                   "%s: frame %" G_GINT64_FORMAT
                   " has another image already, which is kept; rename the new one",
                   store->path, frame);
      return FALSE;
    }
  if (link != NULL)
    return mien_run (
        store, error,
        "UPDATE frame SET link = ?2, link_sha256 = ?3, width = ?4, height = ?5,"
        " missing_reason = NULL WHERE id = ?1",
        MIEN_INT (frame), MIEN_TEXT (link), MIEN_BLOB (hash, sizeof hash),
        MIEN_INT (width), MIEN_INT (height));
  return ensure_image (store, bytes, hash, width, height, &image, error)
         && mien_run (store, error,
                      "UPDATE frame SET image = ?2, width = ?3, height = ?4,"
                      " missing_reason = NULL WHERE id = ?1",
                      MIEN_INT (frame), MIEN_INT (image), MIEN_INT (width),
                      MIEN_INT (height));
}

gboolean
mien_frames_set_image (MienStore *store,
                       gint64 frame,
                       GBytes *bytes,
                       int width,
                       int height,
                       GError **error)
{
  return check_image (store, frame, bytes, width, height, error)
         && mien_store_begin (store, error)
         && mien_store_end (
             store, set_image (store, frame, NULL, bytes, width, height, error), error);
}

gboolean
mien_frames_set_link (MienStore *store,
                      gint64 frame,
                      const char *path,
                      GBytes *bytes,
                      int width,
                      int height,
                      GError **error)
{
  if (g_path_is_absolute (path) || *path == '\0' || !g_utf8_validate (path, -1, NULL))
    {
      g_set_error (
          error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID,
          "%s: a link must be relative to the project's folder, in UTF-8; copy the "
          "image instead",
          store->path);
      return FALSE;
    }
  return check_image (store, frame, bytes, width, height, error)
         && mien_store_begin (store, error)
         && mien_store_end (
             store, set_image (store, frame, path, bytes, width, height, error), error);
}

/* Only of a frame without an image: one that has it keeps it, even if its file is gone
 * now. */
gboolean
mien_frames_set_missing (MienStore *store,
                         gint64 frame,
                         const char *reason,
                         GError **error)
{
  return mien_store_begin (store, error)
         && mien_store_end (store,
                            mien_run (store, error,
                                      "UPDATE frame SET missing_reason = ?2 WHERE id = ?1"
                                      " AND image IS NULL AND link IS NULL",
                                      MIEN_INT (frame), MIEN_TEXT (reason)),
                            error);
}

gboolean
mien_frames_has_image (MienStore *store,
                       gint64 frame,
                       gboolean *has_image,
                       GError **error)
{
  gint64 result;

  if (!mien_query_int (
          store, error, -1, &result,
          "SELECT image IS NOT NULL OR link IS NOT NULL FROM frame WHERE id = ?1",
          MIEN_INT (frame)))
    return FALSE;
  if (result < 0)
    {
      set_no_frame (store, frame, error);
      return FALSE;
    }
  *has_image = result != 0;
  return TRUE;
}

static gboolean
begin_list (MienStore *store,
            const char *name,
            MienSplit split,
            gint64 *list,
            GError **error)
{
  if (!mien_query_int (store, error, 0, list,
                       "SELECT id FROM list WHERE split = ?1 AND name = ?2",
                       MIEN_INT (split), MIEN_TEXT (name)))
    return FALSE;
  while (*list > 0)
    if (!mien_run (store, error,
                   "DELETE FROM list_row WHERE list = ?1 AND number IN"
                   " (SELECT number FROM list_row WHERE list = ?1 LIMIT 1000)",
                   MIEN_INT (*list)))
      return FALSE;
    else if (sqlite3_changes (store->db) == 0)
      return TRUE;
    else if (!mien_store_breathe (store, error))
      return FALSE;
  if (!mien_run (store, error, "INSERT INTO list (name, split) VALUES (?1, ?2)",
                 MIEN_TEXT (name), MIEN_INT (split)))
    return FALSE;
  *list = sqlite3_last_insert_rowid (store->db);
  return TRUE;
}

gboolean
mien_frames_begin_list (MienStore *store,
                        const char *name,
                        MienSplit split,
                        gint64 *list,
                        GError **error)
{
  gint64 result = 0;

  if (!g_utf8_validate (name, -1, NULL))
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID,
                   "%s: the name of a list must be UTF-8; rename the file", store->path);
      return FALSE;
    }
  if (!mien_store_begin (store, error)
      || !mien_store_end (store, begin_list (store, name, split, &result, error), error))
    return FALSE;
  *list = result;
  return TRUE;
}

gboolean
mien_frames_add_list_row (MienStore *store,
                          gint64 list,
                          gint64 row,
                          gint64 frame,
                          GError **error)
{
  return mien_store_begin (store, error)
         && mien_store_end (store,
                            mien_run (store, error,
                                      "INSERT INTO list_row (list, number, frame)"
                                      " VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET"
                                      " frame = ?3",
                                      MIEN_INT (list), MIEN_INT (row), MIEN_INT (frame)),
                            error);
}

static GBytes *
check_hash (MienStore *store,
            gint64 frame,
            GBytes *bytes,
            const guint8 *expected,
            const char *link,
            GError **error)
{
  guint8 hash[MIEN_SHA256_BYTES];

  hash_bytes (bytes, hash);
  if (memcmp (hash, expected, sizeof hash) == 0)
    return bytes;
  if (link != NULL)
    g_set_error (
        error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_CORRUPT,
        "%s: the linked image is not the one that was imported; put the original back",
        link);
  else
    g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_CORRUPT,
                 "%s: the image of frame %" G_GINT64_FORMAT
                 " is damaged; open a copy made earlier",
                 store->path, frame);
  g_bytes_unref (bytes);
  return NULL;
}

/* The whole of a regular file of a sane size; -1: not that. */
static gssize
read_whole (int descriptor, guint8 **data)
{
  g_autofree guint8 *bytes = NULL;
  struct stat status;
  gsize n = 0;
  ssize_t got = 1;

  if (fstat (descriptor, &status) < 0 || !S_ISREG (status.st_mode)
      || status.st_size > MIEN_MAX_IMAGE_BYTES)
    return -1;
  bytes = g_malloc ((gsize) status.st_size + 1);
  while (got > 0 && n < (gsize) status.st_size)
    {
      got = read (descriptor, bytes + n, (gsize) status.st_size - n);
      n += got > 0 ? (gsize) got : 0;
    }
  if (n != (gsize) status.st_size)
    return -1;
  *data = g_steal_pointer (&bytes);
  return (gssize) n;
}

/* Looks before it opens: to open a device can do harm by itself, and a pipe blocks. */
static GBytes *
read_link (MienStore *store, const char *link, GError **error)
{
  g_autofree char *path = g_build_filename (store->folder, link, NULL);
  struct stat status;
  int descriptor = -1;
  guint8 *data = NULL;
  gssize size;

  if (stat (path, &status) < 0
      || (S_ISREG (status.st_mode)
          && (descriptor = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY))
                 < 0))
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_NOT_FOUND,
                   "%s: %s; put the linked image back", path, g_strerror (errno));
      return NULL;
    }
  size = descriptor < 0 ? -1 : read_whole (descriptor, &data);
  if (descriptor >= 0)
    close (descriptor);
  if (size >= 0)
    return g_bytes_new_take (data, (gsize) size);
  g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_FAILED,
               "%s: is not a readable file of at most %d MiB; put the linked image back",
               path, MIEN_MAX_IMAGE_BYTES / (1024 * 1024));
  return NULL;
}

GBytes *
mien_frames_image (MienStore *store, gint64 frame, GError **error)
{
  g_autoptr (MienStatement) row =
      mien_query (store, error,
                  "SELECT i.bytes, ifnull (i.sha256, f.link_sha256), f.link,"
                  " f.missing_reason, f.key FROM frame f"
                  " LEFT JOIN image i ON i.id = f.image WHERE f.id = ?1",
                  MIEN_INT (frame));
  MienStep step = row == NULL ? MIEN_STEP_ERROR : mien_statement_step (row, error);
  g_autofree char *link = NULL, *reason = NULL, *key = NULL;
  guint8 hash[MIEN_SHA256_BYTES];
  const void *data;
  gsize size;
  GBytes *bytes;

  if (step == MIEN_STEP_DONE)
    set_no_frame (store, frame, error);
  if (step != MIEN_STEP_ROW)
    return NULL;
  if (mien_column_is_null (row, 1))
    {
      reason = mien_column_text (row, 3);
      key = mien_column_text (row, 4);
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_NOT_FOUND,
                   "%s: frame \"%s\" has no image (%s); import it again with one",
                   store->path, key, reason != NULL ? reason : "none was imported");
      return NULL;
    }
  if (!mien_column_bytes (row, 1, hash, sizeof hash, error))
    return NULL;
  link = mien_column_text (row, 2);
  data = mien_column_blob (row, 0, &size);
  bytes = data != NULL   ? g_bytes_new (data, size)
          : link != NULL ? read_link (store, link, error)
                         : g_bytes_new (NULL, 0);
  return bytes == NULL ? NULL : check_hash (store, frame, bytes, hash, link, error);
}

gboolean
mien_frames_labels (MienStore *store, gint64 frame, MienLabels *labels, GError **error)
{
  return mien_labels_load (store, frame, labels, NULL, error);
}
