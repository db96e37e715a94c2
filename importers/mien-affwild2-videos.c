/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Aff-Wild2's files per video, read. The up to three files of a video are read side by
 * side, so that a frame is stored once with all that they say of it. Line i + 1 is frame
 * i.
 *
 * A frame in which no face was found has no image and its lines say nothing: they are
 * neither frames nor missing images, and are not counted; only where the project knows
 * that frame already do they label it. Images behind the last line are not of the set.
 */

#define G_LOG_DOMAIN "mien-importers"
#include "config.h"

#include "mien-affwild2-private.h"

#include <dirent.h>
#include <string.h>

/* A file that is being read, and the row that comes next. */
typedef struct
{
  MienLines *lines;
  MienVideoHeader header;
  MienLine line;
  gint64 number; /* of the frame that line is about, 0: at its end */
} Track;

static void
track_clear (Track *track)
{
  g_clear_pointer (&track->lines, mien_lines_free);
}

static gboolean
track_advance (Track *track, GError **error)
{
  GError *failed = NULL;

  track->number = 0;
  if (mien_lines_next (track->lines, &track->line, &failed))
    track->number = (gint64) track->line.number - 1;
  if (failed == NULL)
    return TRUE;
  g_propagate_error (error, failed);
  return FALSE;
}

/* Names of the images of a video by number: <digits>.jpg, .jpeg or .png. */
static GHashTable *
list_images (MienImporter *importer, const char *video)
{
  static const char *const endings[] = { ".jpg", ".jpeg", ".png" };
  GHashTable *images = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_autofree char *path = g_build_filename (mien_importer_images (importer), video, NULL);
  DIR *dir = opendir (path);
  struct dirent *entry;

  while (dir != NULL && (entry = readdir (dir)) != NULL)
    {
      const char *name = entry->d_name;
      gsize digits = strspn (name, "0123456789");
      guint64 number;
      const char *known;
      gboolean image = FALSE;

      for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
        image = image || g_ascii_strcasecmp (name + digits, endings[i]) == 0;
      if (!image || digits == 0 || digits > 9)
        continue;
      number = g_ascii_strtoull (name, NULL, 10);
      known = g_hash_table_lookup (images, GSIZE_TO_POINTER (number));
      /* 00001.jpg comes before 00001.png and 1.jpg, whatever order the folder is in. */
      if (known == NULL || strcmp (name, known) < 0)
        g_hash_table_insert (images, GSIZE_TO_POINTER (number), g_strdup (name));
    }
  if (dir != NULL)
    closedir (dir);
  return images;
}

/* The labels that the files give to the frame; advances those that are at it. */
static gboolean
read_frame (MienImporter *importer,
            Track *tracks,
            gint64 number,
            MienImportRow *row,
            gboolean *usable,
            GError **error)
{
  *usable = FALSE;
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    {
      Track *track = &tracks[task];
      const char *problem;

      if (track->lines == NULL || track->number != number)
        continue;
      problem = track->line.problem;
      if (problem == NULL)
        problem =
            mien_affwild2_parse_row (track->line.text, &track->header, &row->labels);
      mien_importer_set_file (importer, mien_lines_path (track->lines));
      row->line = track->line.number;
      if (problem != NULL)
        mien_importer_reject (importer, row->line, "%s", problem);
      *usable = *usable || problem == NULL;
      if (!track_advance (track, error))
        return FALSE;
    }
  return TRUE;
}

static gint64
next_number (const Track *tracks)
{
  gint64 number = 0;

  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    if (tracks[task].lines != NULL && tracks[task].number > 0
        && (number == 0 || tracks[task].number < number))
      number = tracks[task].number;
  return number;
}

static gboolean
read_frames (MienImporter *importer,
             Track *tracks,
             const char *video,
             int split,
             GError **error)
{
  g_autoptr (GHashTable) images = list_images (importer, video);
  gint64 number;

  if (g_hash_table_size (images) == 0)
    mien_importer_warn (importer, 0,
                        "%s/%s has no images; its lines only label frames that the "
                        "project has already",
                        mien_importer_images (importer), video);
  while ((number = next_number (tracks)) > 0)
    {
      const char *image = g_hash_table_lookup (images, GSIZE_TO_POINTER (number));
      g_autofree char *name =
          image != NULL
              ? g_strdup_printf ("%s/%s", video, image)
              : g_strdup_printf ("%s/%05" G_GINT64_FORMAT ".jpg", video, number);
      MienImportRow row = { .name = name, .split = split, .no_image = image == NULL };
      gboolean usable;

      if (number > MIEN_VIDEO_MAX_FRAME)
        {
          mien_importer_reject (importer, (guint64) number + 1,
                                "a video has at most %d frames; the rest is left out",
                                MIEN_VIDEO_MAX_FRAME);
          return TRUE;
        }
      if (!read_frame (importer, tracks, number, &row, &usable, error)
          || (usable && !mien_importer_add (importer, &row, error)))
        return FALSE;
    }
  return TRUE;
}

static void
tell_left_out (MienImporter *importer, const MienVideoHeader *header, GHashTable *told)
{
  if (header->task != MIEN_TASK_ACTION_UNITS)
    return;
  for (guint i = 0; i < header->n_columns; i++)
    if (header->unit[i] < 0 && g_hash_table_add (told, GINT_TO_POINTER (header->unit[i])))
      mien_importer_warn (importer, 1,
                          "AU%d is none of the twelve action units of Mien; it is left "
                          "out, here and in the other files",
                          -header->unit[i]);
}

/* Opens the file as one of the video's tracks. A file that is none is told and left out.
 */
static gboolean
open_track (MienImporter *importer,
            Track *tracks,
            const MienVideoFile *file,
            GHashTable *told,
            GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (MienLines) lines = mien_lines_open (file->path, FALSE, &failed);
  g_autofree MienVideoHeader *header = g_new0 (MienVideoHeader, 1);
  const char *problem = NULL;
  Track *track;
  MienLine line;

  mien_importer_set_file (importer, file->path);
  if (lines == NULL || !mien_lines_first (lines, &line, &failed))
    {
      mien_importer_set_file (importer, NULL);
      mien_importer_reject (importer, 0, "%s", failed->message);
      return TRUE;
    }
  if (!mien_import_name_is_safe (file->video))
    problem = "no name for a video (UTF-8, at most 512 bytes); the file is left out";
  else if (line.number != 1)
    problem = "the first line must be the header; the file is left out";
  else
    problem = mien_affwild2_parse_header (line.text, header);
  track = problem == NULL ? &tracks[header->task] : NULL;
  if (track != NULL && track->lines != NULL)
    problem = "another file of the set has the same task of this video; this one is left "
              "out";
  if (problem != NULL)
    {
      mien_importer_reject (importer, 1, "%s", problem);
      return TRUE;
    }
  tell_left_out (importer, header, told);
  track->header = *header;
  track->lines = g_steal_pointer (&lines);
  return track_advance (track, error);
}

/* The files from first on that are of one video and set: all that one pass reads. */
static guint
group_length (GPtrArray *files, guint first)
{
  const MienVideoFile *start = files->pdata[first];
  guint n = 1;

  for (; first + n < files->len; n++)
    {
      const MienVideoFile *file = files->pdata[first + n];

      if (file->split != start->split || !g_str_equal (file->video, start->video))
        break;
    }
  return n;
}

static gboolean
read_group (MienImporter *importer,
            GPtrArray *files,
            guint first,
            guint n,
            int split,
            GHashTable *told,
            GError **error)
{
  const MienVideoFile *start = files->pdata[first];
  g_autofree Track *tracks = g_new0 (Track, MIEN_TASK_COUNT);
  gboolean fine = TRUE;

  for (guint i = first; i < first + n && fine; i++)
    fine = open_track (importer, tracks, files->pdata[i], told, error);
  if (fine && next_number (tracks) > 0)
    fine = read_frames (importer, tracks, start->video,
                        start->split >= 0 ? start->split : split, error);
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    track_clear (&tracks[task]);
  return fine;
}

/* As many rows as the longest file of each video has. */
static void
expect_rows (MienImporter *importer, GPtrArray *files)
{
  for (guint first = 0, n; first < files->len; first += n)
    {
      guint64 longest = 0;

      n = group_length (files, first);
      for (guint i = first; i < first + n; i++)
        {
          const MienVideoFile *file = files->pdata[i];
          g_autoptr (MienLines) lines = mien_lines_open (file->path, FALSE, NULL);

          if (lines != NULL)
            longest = MAX (longest, mien_lines_count (lines));
        }
      mien_importer_expect (importer, longest > 0 ? longest - 1 : 0);
    }
}

gboolean
mien_affwild2_read_videos (MienStore *store,
                           const MienImportOptions *options,
                           MienImportReport *report,
                           GError **error)
{
  g_autoptr (GHashTable) told = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (MienImporter) importer = NULL;

  files = mien_affwild2_find_files (options->annotations, options->split, error);
  if (files == NULL)
    return FALSE;
  importer = mien_importer_new (store, options, error);
  if (importer == NULL)
    return FALSE;
  expect_rows (importer, files);
  for (guint first = 0, n; first < files->len; first += n)
    {
      n = group_length (files, first);
      if (!read_group (importer, files, first, n, options->split, told, error))
        return FALSE;
    }
  mien_importer_set_file (importer, options->annotations);
  return mien_importer_finish (importer, NULL, report, error);
}
