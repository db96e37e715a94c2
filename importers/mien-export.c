/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Exports: everything is written to a folder beside the one that was asked for, whose
 * name ends in .partial-XXXXXX, and gets its name by one rename when it is whole and on
 * the disk. A full disk, a cancelled export or a crash leaves nothing under the name
 * asked for; the first two leave nothing at all. What is there already is never replaced.
 */

#define G_LOG_DOMAIN "mien-importers"
#include "config.h"

#include "mien-export-private.h"
#include "mien-import-private.h"
#include "mien-proposals.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char drawn_faces[] =
    "The faces of this project are drawn by Mien's demo generator.\n"
    "They are synthetic: no photographs, and their labels come from a script.\n";

struct _MienExporter
{
  MienStore *store;
  const MienExportOptions *options;
  char *out;       /* absolute */
  char *temporary; /* NULL: it has its name */
  FILE *file;
  char *path; /* of file */
  MienExportReport report;
};

static gboolean
set_failed (const char *path, int code, GError **error)
{
  g_set_error (error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_FAILED, "%s: %s; %s", path,
               g_strerror (code),
               code == ENOSPC || code == EDQUOT ? "make room and export again"
                                                : "choose another folder");
  return FALSE;
}

/* Nothing there, or an empty folder. */
static gboolean
check_out (const char *out, GError **error)
{
  DIR *dir = opendir (out);
  struct dirent *entry;
  gboolean empty = TRUE;

  if (dir == NULL)
    return errno == ENOENT || set_failed (out, errno, error);
  while (empty && (entry = readdir (dir)) != NULL)
    empty = g_str_equal (entry->d_name, ".") || g_str_equal (entry->d_name, "..");
  closedir (dir);
  if (!empty)
    g_set_error (error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_FAILED,
                 "%s: is not empty; choose a new folder", out);
  return empty;
}

MienExporter *
mien_exporter_new (MienStore *store, const MienExportOptions *options, GError **error)
{
  g_autoptr (MienExporter) exporter = g_new0 (MienExporter, 1);
  g_autofree char *parent = NULL, *template = NULL;
  char *resolved;

  exporter->store = store;
  exporter->options = options;
  resolved = realpath (options->out, NULL);
  exporter->out = resolved != NULL ? g_strdup (resolved)
                                   : g_canonicalize_filename (options->out, NULL);
  free (resolved);
  if (!check_out (exporter->out, error))
    return NULL;

  parent = g_path_get_dirname (exporter->out);
  template = g_strconcat (exporter->out, ".partial-XXXXXX", NULL);
  if (g_mkdir_with_parents (parent, 0777) < 0 || g_mkdtemp_full (template, 0777) == NULL)
    {
      set_failed (exporter->out, errno, error);
      return NULL;
    }
  exporter->temporary = g_steal_pointer (&template);
  return g_steal_pointer (&exporter);
}

/* Of our own making: no links are followed, what cannot be removed stays. */
static void
remove_tree (const char *path)
{
  DIR *dir = opendir (path);
  struct dirent *entry;

  while (dir != NULL && (entry = readdir (dir)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, entry->d_name, NULL);

      if (g_str_equal (entry->d_name, ".") || g_str_equal (entry->d_name, ".."))
        continue;
      if (unlink (inner) < 0)
        remove_tree (inner);
    }
  if (dir != NULL)
    closedir (dir);
  rmdir (path);
}

void
mien_exporter_free (MienExporter *exporter)
{
  if (exporter == NULL)
    return;
  if (exporter->file != NULL)
    fclose (exporter->file);
  if (exporter->temporary != NULL)
    remove_tree (exporter->temporary);
  g_free (exporter->temporary);
  g_free (exporter->out);
  g_free (exporter->path);
  g_free (exporter);
}

/* A new file; *exists instead of an error if there is one. */
static FILE *
create (MienExporter *exporter,
        const char *name,
        char **path,
        gboolean *exists,
        GError **error)
{
  g_autofree char *full = g_build_filename (exporter->temporary, name, NULL);
  g_autofree char *folder = g_path_get_dirname (full);
  FILE *file = NULL;

  *exists = FALSE;
  if (g_mkdir_with_parents (folder, 0777) == 0)
    file = fopen (full, "wxe");
  if (file == NULL && errno == EEXIST && g_file_test (full, G_FILE_TEST_IS_REGULAR))
    *exists = TRUE;
  else if (file == NULL)
    set_failed (full, errno, error);
  if (path != NULL)
    *path = g_steal_pointer (&full);
  return file;
}

static gboolean
close_file (FILE *file, const char *path, GError **error)
{
  gboolean failed = ferror (file) || fflush (file) != 0;
  int code = errno;

  if (fclose (file) != 0 && !failed)
    {
      failed = TRUE;
      code = errno;
    }
  return !failed || set_failed (path, code, error);
}

gboolean
mien_exporter_open (MienExporter *exporter, const char *name, GError **error)
{
  gboolean exists;

  g_assert (exporter->file == NULL);
  g_clear_pointer (&exporter->path, g_free);
  exporter->file = create (exporter, name, &exporter->path, &exists, error);
  return exporter->file != NULL || (exists && set_failed (exporter->path, EEXIST, error));
}

void
mien_exporter_write (MienExporter *exporter, const char *text)
{
  fputs (text, exporter->file);
}

void
mien_exporter_write_int (MienExporter *exporter, int value)
{
  fprintf (exporter->file, "%d", value);
}

void
mien_exporter_write_real (MienExporter *exporter, double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  fputs (mien_real_to_string (value, buffer), exporter->file);
}

gboolean
mien_exporter_close (MienExporter *exporter, GError **error)
{
  return close_file (g_steal_pointer (&exporter->file), exporter->path, error);
}

static gboolean
is_wanted (const MienExportOptions *options, const MienLabel *label)
{
  if (label->answer != MIEN_ANSWER_VALUE && label->answer != MIEN_ANSWER_CANNOT_TELL)
    return FALSE;
  return label->source == MIEN_SOURCE_IMPORTED ? options->imported : options->human;
}

gboolean
mien_exporter_choose (MienExporter *exporter,
                      const MienFrame *frame,
                      const MienLabels *labels,
                      MienLabels *chosen,
                      const char **weakest,
                      GError **error)
{
  static const char *const sources[] = { "", "accepted", "imported", "human" };
  const MienExportOptions *options = exporter->options;
  MienLabels accepted = { 0 }, result = { 0 };
  guint found = 0;

  if (options->accepted && !frame->not_a_face
      && !mien_proposals_accepted (exporter->store, frame->id, &accepted, NULL, error))
    return FALSE;
  for (guint item = 0; item < MIEN_ITEM_COUNT && !frame->not_a_face; item++)
    {
      const MienLabel *label = &labels->item[item];
      guint source = 0;

      if (is_wanted (options, label))
        {
          result.item[item] = *label;
          source = label->source == MIEN_SOURCE_IMPORTED ? 2 : 3;
        }
      else if (label->answer == MIEN_ANSWER_NONE
               && accepted.item[item].answer == MIEN_ANSWER_VALUE)
        {
          result.item[item] = accepted.item[item];
          source = 1;
        }
      if (source > 0 && (found == 0 || source < found))
        found = source;
    }
  *chosen = result;
  if (weakest != NULL)
    *weakest = sources[found];
  return TRUE;
}

static gboolean
write_image (MienExporter *exporter, gint64 frame, const char *name, GError **error)
{
  g_autoptr (GBytes) bytes = mien_frames_image (exporter->store, frame, error);
  g_autofree char *full = g_build_filename ("cropped_aligned", name, NULL), *path = NULL;
  gboolean exists;
  gsize size;
  const void *data;
  FILE *file;

  if (bytes == NULL)
    return FALSE;
  file = create (exporter, full, &path, &exists, error);
  /* The list names that image twice. */
  if (file == NULL)
    return exists;
  data = g_bytes_get_data (bytes, &size);
  fwrite (data, 1, size, file);
  return close_file (file, path, error);
}

gboolean
mien_exporter_count (MienExporter *exporter,
                     const MienFrame *frame,
                     const char *name,
                     const MienLabels *chosen,
                     GError **error)
{
  if (g_cancellable_set_error_if_cancelled (exporter->options->cancellable, error))
    return FALSE;
  exporter->report.frames++;
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    exporter->report.labels[task] +=
        mien_labels_have_value (chosen, (MienTask) task) ? 1 : 0;
  return !exporter->options->images || !frame->has_image
         || write_image (exporter, frame->id, name, error);
}

static gboolean
write_mark (MienExporter *exporter, GError **error)
{
  if (!mien_store_is_synthetic (exporter->store))
    return TRUE;
  if (!mien_exporter_open (exporter, "README", error))
    return FALSE;
  mien_exporter_write (exporter, drawn_faces);
  return mien_exporter_close (exporter, error);
}

static gboolean
sync_folder (const char *path, gboolean whole_system, GError **error)
{
  int descriptor = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int result = descriptor < 0 ? -1 : 0;
  int code;

  if (result == 0)
    result = whole_system ? syncfs (descriptor) : fsync (descriptor);
  code = errno;
  if (descriptor >= 0)
    close (descriptor);
  return result == 0 || set_failed (path, code, error);
}

gboolean
mien_exporter_finish (MienExporter *exporter, MienExportReport *report, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (exporter->out);

  if (exporter->report.frames == 0)
    {
      g_set_error (error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_NOT_FOUND,
                   "%s: the project has nothing of that to export; choose other labels, "
                   "or another split",
                   mien_store_path (exporter->store));
      return FALSE;
    }
  if (!write_mark (exporter, error) || !sync_folder (exporter->temporary, TRUE, error))
    return FALSE;
  if (rename (exporter->temporary, exporter->out) < 0)
    return set_failed (exporter->out, errno, error);
  g_clear_pointer (&exporter->temporary, g_free);
  sync_folder (parent, FALSE, NULL);
  *report = exporter->report;
  return TRUE;
}
