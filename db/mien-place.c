/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Where a project may live, and how a new one gets its name. SQLite's log needs shared
 * memory and locks that network file systems do not give, so a project there is refused
 * with the reason. A new file is written under a temporary name in the same folder and
 * gets its own by a rename that never replaces: a name is either a whole project or
 * nothing.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#define FUSE_MAGIC 0x65735546

/* statfs's f_type of file systems that another machine serves. */
static const struct
{
  gint64 magic;
  const char *name;
} network_file_systems[] = {
  { 0x6969, "NFS" },      { 0xff534d42, "CIFS" }, { 0xfe534d42, "SMB" },
  { 0x517b, "SMB" },      { 0x564c, "NCP" },      { 0x5346414f, "AFS" },
  { 0x73757245, "Coda" }, { 0x00c36400, "Ceph" }, { 0x0bd00bd0, "Lustre" },
  { 0x01021997, "9p" },   { 0x47504653, "GPFS" }, { 0x7461636f, "OCFS2" },
};

/* The same behind FUSE, by the type that the mount table gives. A local one (NTFS on a
 * USB disk, an encrypted folder) is welcome. */
static const char *const network_fuse_types[] = {
  "fuse.sshfs",     "fuse.rclone",
  "fuse.s3fs",      "fuse.davfs",
  "fuse.davfs2",    "fuse.curlftpfs",
  "fuse.glusterfs", "fuse.gvfsd-fuse",
  "fuse.smbnetfs",  "fuse.ceph",
  "fuse.ceph-fuse", "fuse.gcsfuse",
  "fuse.goofys",    "fuse.google-drive-ocamlfuse",
};

/* The name of the network file system, or NULL if a project can live there. type: the
 * mount table's, looked at for FUSE alone; may be NULL. */
const char *
mien_place_refusal (gint64 magic, const char *type)
{
  for (guint i = 0; i < G_N_ELEMENTS (network_file_systems); i++)
    if (magic == network_file_systems[i].magic)
      return network_file_systems[i].name;
  if (magic == FUSE_MAGIC && type != NULL)
    for (guint i = 0; i < G_N_ELEMENTS (network_fuse_types); i++)
      if (g_str_equal (type, network_fuse_types[i]))
        return network_fuse_types[i];
  return NULL;
}

/* The mount table's type of the device: the word after the lone "-". */
static char *
mount_type (dev_t device)
{
  g_autofree char *wanted = g_strdup_printf ("%u:%u", major (device), minor (device));
  g_autofree char *table = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents ("/proc/self/mountinfo", &table, NULL, NULL))
    return NULL;
  lines = g_strsplit (table, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[i], " ", -1);
      guint n = g_strv_length (fields);

      if (n < 8 || !g_str_equal (fields[2], wanted))
        continue;
      for (guint k = 6; k + 1 < n; k++)
        if (g_str_equal (fields[k], "-"))
          return g_strdup (fields[k + 1]);
    }
  return NULL;
}

/* path: the project, or the folder it will be in. */
gboolean
mien_place_check (const char *path, GError **error)
{
  g_autofree char *type = NULL;
  const char *refusal;
  struct statfs system;
  struct stat status;

  if (statfs (path, &system) < 0 || stat (path, &status) < 0)
    {
      g_set_error (error, MIEN_STORE_ERROR,
                   errno == ENOENT || errno == ENOTDIR ? MIEN_STORE_ERROR_NOT_FOUND
                                                       : MIEN_STORE_ERROR_FAILED,
                   "%s: %s; check the path", path, g_strerror (errno));
      return FALSE;
    }
  if (system.f_type == FUSE_MAGIC)
    type = mount_type (status.st_dev);
  refusal = mien_place_refusal ((gint64) (guint32) system.f_type, type);
  if (refusal == NULL)
    return TRUE;
  g_set_error (
      error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_FAILED,
      "%s: lies on a network file system (%s), where two programs cannot share a "
      "project safely; copy it to a disk of this computer",
      path, refusal);
  return FALSE;
}

/* Neither the file nor the log of one that was there before: SQLite would play that into
 * ours. */
gboolean
mien_place_is_free (const char *path, GError **error)
{
  static const char *const suffixes[] = { "", "-wal", "-journal", "-shm" };

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *name = g_strconcat (path, suffixes[i], NULL);
      struct stat status;

      if (lstat (name, &status) == 0)
        {
          g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_EXISTS,
                       "%s: exists already; choose another name, or move it away", name);
          return FALSE;
        }
    }
  return TRUE;
}

/* The file and whatever SQLite laid beside it. */
void
mien_place_remove (const char *path)
{
  static const char *const suffixes[] = { "", "-wal", "-journal", "-shm" };

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *name = g_strconcat (path, suffixes[i], NULL);

      unlink (name);
    }
}

static void
sync_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int descriptor = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  /* Some file systems cannot sync a folder; their rename is what it is. */
  if (descriptor >= 0)
    {
      fsync (descriptor);
      close (descriptor);
    }
}

/* Gives the temporary file its name, unless that is taken. Where a file system knows no
 * such rename, a link does the same. */
gboolean
mien_place_publish (const char *temporary, const char *path, GError **error)
{
  int result = renameat2 (AT_FDCWD, temporary, AT_FDCWD, path, RENAME_NOREPLACE);

  if (result < 0 && (errno == EINVAL || errno == ENOSYS))
    {
      result = link (temporary, path);
      if (result == 0)
        unlink (temporary);
    }
  if (result < 0)
    {
      g_set_error (error, MIEN_STORE_ERROR,
                   errno == EEXIST ? MIEN_STORE_ERROR_EXISTS : MIEN_STORE_ERROR_FAILED,
                   "%s: %s; choose another name", path, g_strerror (errno));
      return FALSE;
    }
  sync_folder (path);
  return TRUE;
}
