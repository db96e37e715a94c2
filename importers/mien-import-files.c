/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Image files by the names that lists and folders give them.
 *
 * A name is checked as text, and then the file it leads to: symbolic links are followed
 * as long as they stay in the folder of images, because people lay out data sets with
 * them; one that leads out of it is refused, whoever made it, with the reason. The folder
 * itself may be reached through links. Only regular files of a bounded size are read,
 * and only a file that decodes whole counts as an image.
 */

#define G_LOG_DOMAIN "mien-importers"
#include "config.h"

#include "mien-import-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void
mien_image_file_clear (MienImageFile *file)
{
  g_clear_pointer (&file->bytes, g_bytes_unref);
  g_clear_pointer (&file->path, g_free);
  g_clear_pointer (&file->problem, g_free);
  file->width = file->height = 0;
}

gboolean
mien_import_name_is_safe (const char *name)
{
  if (!mien_image_name_is_safe (name))
    return FALSE;
  for (const char *s = name; *s != '\0'; s = g_utf8_next_char (s))
    if (*s == '\\' || g_unichar_iscntrl (g_utf8_get_char (s)))
      return FALSE;
  return TRUE;
}

static gboolean
is_inside (const char *root, const char *path)
{
  gsize length = strlen (root);

  return g_str_equal (root, "/")
         || (strncmp (path, root, length) == 0 && path[length] == '/');
}

/* The bytes of a regular file, or NULL and why. */
static GBytes *
read_file (const char *path, char **problem)
{
  int descriptor = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
  g_autofree guint8 *data = NULL;
  struct stat status;
  gsize size = 0, n = 0;

  if (descriptor < 0)
    {
      *problem = g_strdup (g_strerror (errno));
      return NULL;
    }
  if (fstat (descriptor, &status) < 0 || !S_ISREG (status.st_mode))
    *problem = g_strdup ("not a regular file");
  else if (status.st_size <= 0 || status.st_size > MIEN_MAX_FILE)
    *problem = status.st_size > 0
                   ? g_strdup_printf ("larger than %d MiB", MIEN_MAX_FILE / 1024 / 1024)
                   : g_strdup ("the file is empty");
  else
    {
      size = (gsize) status.st_size;
      data = g_malloc (size);
    }
  while (n < size)
    {
      ssize_t got = read (descriptor, data + n, size - n);

      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        {
          *problem = g_strdup (got < 0 ? g_strerror (errno) : "the file shrank");
          break;
        }
      n += (gsize) got;
    }
  close (descriptor);
  return size > 0 && n == size ? g_bytes_new_take (g_steal_pointer (&data), n) : NULL;
}

/* The decoder's message begins with the name that it was given; what is kept does not. */
static void
check_decodes (const char *name, MienImageFile *file)
{
  g_autoptr (GError) failed = NULL;
  MienImage image = { 0 };

  if (mien_image_decode (file->bytes, name, &image, &failed))
    {
      file->width = image.width;
      file->height = image.height;
      mien_image_clear (&image);
      return;
    }
  file->problem =
      g_strdup (g_str_has_prefix (failed->message, name)
                        && g_str_has_prefix (failed->message + strlen (name), ": ")
                    ? failed->message + strlen (name) + 2
                    : failed->message);
  g_clear_pointer (&file->bytes, g_bytes_unref);
}

void
mien_image_file_load (const char *root,
                      const char *name,
                      gboolean decode,
                      MienImageFile *file)
{
  g_autofree char *path = g_build_filename (root, name, NULL);
  char *resolved = realpath (path, NULL);

  *file = (MienImageFile){ 0 };
  if (resolved == NULL)
    {
      file->problem = g_strdup (errno == ENOENT || errno == ENOTDIR ? "there is no file"
                                                                    : g_strerror (errno));
      return;
    }
  file->path = g_strdup (resolved);
  free (resolved);
  if (!is_inside (root, file->path))
    {
      file->problem = g_strdup ("a symbolic link leads out of the folder of images");
      return;
    }
  file->bytes = read_file (file->path, &file->problem);
  if (file->bytes != NULL && decode)
    check_decodes (name, file);
}

char *
mien_folder_resolve (const char *path, const char *what, GError **error)
{
  char *resolved = path != NULL ? realpath (path, NULL) : NULL;
  int code = errno;
  char *result = NULL;
  struct stat status;

  if (path == NULL)
    g_set_error (error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_NOT_FOUND,
                 "no folder of %s was given; name one", what);
  else if (resolved == NULL)
    g_set_error (error, MIEN_IMPORT_ERROR,
                 code == ENOENT || code == ENOTDIR ? MIEN_IMPORT_ERROR_NOT_FOUND
                                                   : MIEN_IMPORT_ERROR_FAILED,
                 "%s: %s; give the folder of %s", path, g_strerror (code), what);
  else if (stat (resolved, &status) < 0 || !S_ISDIR (status.st_mode))
    g_set_error (error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_NOT_FOUND,
                 "%s: is not a folder; give the folder of %s", path, what);
  else
    result = g_strdup (resolved);
  free (resolved);
  return result;
}

char *
mien_path_relative (const char *folder, const char *path)
{
  GString *relative = g_string_new (NULL);
  gsize common = 0, i;

  /* The longest run of whole parts that both begin with. */
  for (i = 0; folder[i] != '\0' && folder[i] == path[i]; i++)
    if (folder[i] == '/')
      common = i + 1;
  if (folder[i] == '\0' && path[i] == '/')
    common = i + 1;
  else
    for (const char *s = folder + MIN (common, strlen (folder)); *s != '\0';
         s += strspn (s, "/"))
      {
        g_string_append (relative, "../");
        s += strcspn (s, "/");
      }
  g_string_append (relative, path + common);
  return g_string_free (relative, FALSE);
}
