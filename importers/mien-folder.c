/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A folder of images, with or without a CSV.
 *
 * The rows of the CSV come first, with their images and labels; then the folder is
 * searched for images that no row named, which become frames without labels. Names are
 * taken in the order of their bytes, so that two runs meet them alike. Hidden files are
 * not images, and folders that are symbolic links are not entered: they could lead round
 * in circles.
 */

#define G_LOG_DOMAIN "mien-importers"
#include "config.h"

#include "mien-folder-private.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum
{
  MAX_DEPTH = 32,
};

/* What is done with an image that is found. */
typedef gboolean (*FoundFunc) (const char *name, gpointer data, GError **error);

static gboolean
is_image (const char *name)
{
  static const char *const endings[] = { ".jpg", ".jpeg", ".png" };
  const char *ending = strrchr (name, '.');

  for (guint i = 0; i < G_N_ELEMENTS (endings) && ending != NULL; i++)
    if (g_ascii_strcasecmp (ending, endings[i]) == 0)
      return TRUE;
  return FALSE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* The entries of a folder in order; names of folders end in a slash. */
static GPtrArray *
list_folder (const char *path, GError **error)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  DIR *dir = opendir (path);
  struct dirent *entry;

  if (dir == NULL)
    {
      g_set_error (error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_FAILED,
                   "%s: %s; make it readable", path, g_strerror (errno));
      g_ptr_array_unref (names);
      return NULL;
    }
  while ((entry = readdir (dir)) != NULL)
    {
      g_autofree char *full = g_build_filename (path, entry->d_name, NULL);
      struct stat status;

      if (entry->d_name[0] == '.' || lstat (full, &status) < 0)
        continue;
      if (S_ISDIR (status.st_mode))
        g_ptr_array_add (names, g_strconcat (entry->d_name, "/", NULL));
      else if (is_image (entry->d_name))
        g_ptr_array_add (names, g_strdup (entry->d_name));
    }
  closedir (dir);
  g_ptr_array_sort (names, compare_names);
  return names;
}

/* prefix: "" or the path below the root, ending in a slash. */
static gboolean
search (const char *root,
        const char *prefix,
        guint depth,
        FoundFunc func,
        gpointer data,
        GError **error)
{
  g_autofree char *path = g_build_filename (root, prefix, NULL);
  g_autoptr (GPtrArray) names = list_folder (path, error);

  if (names == NULL)
    return FALSE;
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *name = g_strconcat (prefix, names->pdata[i], NULL);

      if (!g_str_has_suffix (name, "/"))
        {
          if (!func (name, data, error))
            return FALSE;
        }
      else if (depth < MAX_DEPTH && !search (root, name, depth + 1, func, data, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
count_image (const char *name, gpointer data, GError **error)
{
  guint64 *n = data;

  (*n)++;
  return TRUE;
}

typedef struct
{
  MienImporter *importer;
  int split;
} Search;

static gboolean
add_image (const char *name, gpointer data, GError **error)
{
  Search *found = data;
  MienImportRow row = { .name = name, .split = found->split, .once = TRUE };

  return mien_importer_add (found->importer, &row, error);
}

static gboolean
import_rows (MienImporter *importer,
             MienLines *lines,
             const MienImportOptions *options,
             GError **error)
{
  mien_importer_set_file (importer, options->annotations);
  mien_importer_expect (importer, mien_lines_count (lines) - 1);
  if (!mien_folder_read_csv (importer, lines, options->split, error)
      || !mien_importer_flush (importer, error))
    return FALSE;
  mien_importer_set_file (importer, NULL);
  return TRUE;
}

gboolean
mien_folder_import (MienStore *store,
                    const MienImportOptions *options,
                    MienImportReport *report,
                    GError **error)
{
  g_autoptr (MienLines) lines = NULL;
  g_autoptr (MienImporter) importer = NULL;
  guint64 n_images = 0;
  const char *images;
  Search found;

  if (options->annotations != NULL)
    {
      lines = mien_lines_open (options->annotations, TRUE, error);
      if (lines == NULL)
        return FALSE;
    }
  importer = mien_importer_new (store, options, error);
  if (importer == NULL)
    return FALSE;
  images = mien_importer_images (importer);
  if (!search (images, "", 0, count_image, &n_images, error))
    return FALSE;
  mien_importer_expect (importer, n_images);

  if (lines != NULL && !import_rows (importer, lines, options, error))
    return FALSE;
  found = (Search){ importer, options->split };
  return search (images, "", 0, add_image, &found, error)
         && mien_importer_finish (importer, NULL, report, error);
}
