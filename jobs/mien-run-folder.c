/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The folder of a run in the user's cache. It holds faces, so nobody else may look in.
 *
 * The project's folder itself is locked: whoever holds the lock may remove what lies in
 * it, and then the folder, so one that was locked may be gone by then and is made again.
 * The engine holds the same lock, so that two never write one checkpoint.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-run-folder.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "mien-job.h"

#define KEEP_SECONDS (14 * 24 * 3600)
#define MAX_TRIES 100
#define LOCK_SECONDS 30

struct _MienRunFolder
{
  char *project, *path;
  int lock; /* descriptor of the project's folder */
  gboolean locked, keep;
  GHashTable *files;
};

static gboolean
set_error (GError **error, const char *path, int code)
{
  g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
               "%s: %s; a training needs this folder: let XDG_CACHE_HOME name one that "
               "can be written",
               path, g_strerror (code));
  return FALSE;
}

static gboolean
is_still_there (int fd, const char *path)
{
  GStatBuf held, named;

  return fstat (fd, &held) == 0 && g_stat (path, &named) == 0
         && held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

/* An engine whose mienctl was killed holds the lock while it writes its checkpoint. */
static gboolean
wait_for_lock (MienRunFolder *folder, GCancellable *cancellable, GError **error)
{
  gint64 until = g_get_monotonic_time () + LOCK_SECONDS * G_USEC_PER_SEC;

  while (flock (folder->lock, LOCK_EX | LOCK_NB) != 0)
    {
      if (errno != EWOULDBLOCK && errno != EINTR)
        return set_error (error, folder->project, errno);
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (g_get_monotonic_time () > until)
        {
          g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
                       "%s: a training of this project, or of a copy of it, is running; "
                       "wait for it",
                       folder->project);
          return FALSE;
        }
      g_usleep (G_USEC_PER_SEC / 20);
    }
  return TRUE;
}

static gboolean
lock_project (MienRunFolder *folder, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < MAX_TRIES; i++)
    {
      if (g_mkdir_with_parents (folder->project, 0700) != 0)
        return set_error (error, folder->project, errno);
      folder->lock = open (folder->project, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      if (folder->lock < 0)
        return set_error (error, folder->project, errno);
      folder->locked = wait_for_lock (folder, cancellable, error);
      if (!folder->locked)
        return FALSE;
      if (is_still_there (folder->lock, folder->project))
        return TRUE;
      folder->locked = FALSE;
      close (folder->lock);
      folder->lock = -1;
    }
  return set_error (error, folder->project, EBUSY);
}

/* Runs hold files, and the folder of a control that holds files only. What cannot be
 * removed is in nobody's way. */
static void
remove_run (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      if (g_unlink (file) != 0 && strcmp (name, MIEN_RUN_CONTROL) == 0)
        remove_run (file);
    }
  g_rmdir (path);
}

static gboolean
is_key (const char *name)
{
  return *name != '\0' && strspn (name, "0123456789abcdef") == strlen (name);
}

static void
sweep_others (MienRunFolder *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder->project, 0, NULL);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder->project, name, NULL);
      g_autofree char *pack = g_build_filename (path, MIEN_RUN_PACK, NULL);
      g_autofree char *part = g_strconcat (pack, ".part", NULL);
      GStatBuf status;

      if (!is_key (name) || strcmp (path, folder->path) == 0
          || g_lstat (path, &status) != 0 || !S_ISDIR (status.st_mode))
        continue;
      if (now - (gint64) status.st_mtime > KEEP_SECONDS)
        {
          remove_run (path);
          continue;
        }
      g_unlink (pack);
      g_unlink (part);
    }
}

MienRunFolder *
mien_run_folder_open (const MienUuid *project,
                      const char *key,
                      GCancellable *cancellable,
                      GError **error)
{
  g_autoptr (MienRunFolder) folder = g_new0 (MienRunFolder, 1);
  g_autofree char *uuid = mien_uuid_to_string (project);

  folder->lock = -1;
  folder->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  folder->project = g_build_filename (g_get_user_cache_dir (), "mien", uuid, NULL);
  folder->path = g_build_filename (folder->project, key, NULL);
  if (!lock_project (folder, cancellable, error))
    return NULL;
  sweep_others (folder);
  if (g_mkdir (folder->path, 0700) != 0 && errno != EEXIST)
    {
      set_error (error, folder->path, errno);
      return NULL;
    }
  return g_steal_pointer (&folder);
}

int
mien_run_folder_lock (MienRunFolder *folder)
{
  return folder->lock;
}

const char *
mien_run_folder_path (MienRunFolder *folder)
{
  return folder->path;
}

const char *
mien_run_folder_file (MienRunFolder *folder, const char *name)
{
  char *path = g_hash_table_lookup (folder->files, name);

  if (path == NULL)
    {
      path = g_build_filename (folder->path, name, NULL);
      g_hash_table_insert (folder->files, g_strdup (name), path);
    }
  return path;
}

gboolean
mien_run_folder_has (MienRunFolder *folder, const char *name)
{
  return g_file_test (mien_run_folder_file (folder, name), G_FILE_TEST_IS_REGULAR);
}

void
mien_run_folder_keep (MienRunFolder *folder)
{
  folder->keep = TRUE;
}

void
mien_run_folder_remove (MienRunFolder *folder)
{
  remove_run (folder->path);
}

void
mien_run_folder_close (MienRunFolder *folder)
{
  if (folder == NULL)
    return;
  if (folder->locked)
    {
      if (!folder->keep && !mien_run_folder_has (folder, MIEN_RUN_CHECKPOINT))
        mien_run_folder_remove (folder);
      g_rmdir (folder->project); /* stays while there are other runs */
    }
  if (folder->lock >= 0)
    close (folder->lock);
  g_hash_table_unref (folder->files);
  g_free (folder->project);
  g_free (folder->path);
  g_free (folder);
}
