/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A file of weights, whatever wrote it: the container is told by the first bytes, the
 * names lose the "module." that torch's DataParallel puts before them. The file is
 * mapped; only what lies in its state dict is copied.
 */

#define G_LOG_DOMAIN "mien-importers"

#include "config.h"

#include "mien-weights-private.h"

#include "mien-image.h"

#include <string.h>
#include <sys/stat.h>

#define WRAPPER "module."

/* More than a file's own size is possible, for tensors may share what they hold. */
enum
{
  MAX_GROWTH = 8,
  FREE_GROWTH = 16 * 1024 * 1024,
};

typedef enum
{
  FORMAT_UNKNOWN,
  FORMAT_ZIP,
  FORMAT_LEGACY,
  FORMAT_SAFETENSORS,
} Format;

static Format
format_of (const guint8 *bytes, gsize length)
{
  if (length >= 4 && memcmp (bytes, "PK\3\4", 4) == 0)
    return FORMAT_ZIP;
  if (length >= 2 && bytes[0] == 0x80 && bytes[1] <= 5)
    return FORMAT_LEGACY;
  /* The length of the header, below 2^32, then the header: an object of JSON. */
  if (length >= 9 && memcmp (bytes + 4, "\0\0\0\0{", 5) == 0)
    return FORMAT_SAFETENSORS;
  return FORMAT_UNKNOWN;
}

static MienTensors *
read_torch (const guint8 *bytes, gsize length, Format format, GError **error)
{
  g_autoptr (GHashTable) storages =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (MienPickle) pickle = NULL;
  guint64 max_bytes = (guint64) length * MAX_GROWTH + FREE_GROWTH;
  gboolean fine;

  if (format == FORMAT_ZIP)
    fine = mien_weights_read_zip (bytes, length, &pickle, storages, error);
  else
    fine = mien_weights_read_legacy (bytes, length, &pickle, storages, error);
  return fine ? mien_weights_state (mien_pickle_root (pickle), storages, max_bytes, error)
              : NULL;
}

static MienTensors *
read_safetensors (const guint8 *bytes, gsize length, GError **error)
{
  char message[MIEN_ERROR_SIZE];
  MienTensors *tensors = NULL;

  if (mien_safetensors_parse (bytes, length, &tensors, message) != 0)
    mien_weights_fail (error, "%s", message);
  return tensors;
}

/* Takes the tensors, gives them without the wrapper. */
static MienTensors *
unwrap (MienTensors *tensors, GError **error)
{
  char message[MIEN_ERROR_SIZE] = "not enough memory";
  MienTensors *out = mien_tensors_new ();
  gboolean fine = out != NULL;

  for (gsize i = 0; fine && i < tensors->n_tensors; i++)
    {
      const MienTensor *tensor = &tensors->tensors[i];
      const char *name = tensor->name;

      if (g_str_has_prefix (name, WRAPPER))
        name += strlen (WRAPPER);
      fine = mien_tensors_add (out, name, tensor->dtype, tensor->rank, tensor->shape,
                               tensor->data, message)
             == 0;
    }
  for (gsize i = 0; fine && i < tensors->n_notes; i++)
    fine =
        mien_tensors_note (out, tensors->notes[i].key, tensors->notes[i].value, message)
        == 0;
  if (fine)
    out->buffer = g_steal_pointer (&tensors->buffer);
  else
    {
      mien_weights_fail (error, "%s", message);
      g_clear_pointer (&out, mien_tensors_free);
    }
  mien_tensors_free (tensors);
  return out;
}

MienTensors *
mien_weights_read (const char *path, GError **error)
{
  g_autoptr (GMappedFile) file = NULL;
  struct stat status;
  MienTensors *tensors = NULL;
  const guint8 *bytes;
  gsize length;
  Format format;

  /* A FIFO would be waited for. */
  if (stat (path, &status) == 0 && !S_ISREG (status.st_mode))
    {
      g_set_error (error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_NOT_FOUND,
                   "%s: not a regular file", path);
      return NULL;
    }
  file = g_mapped_file_new (path, FALSE, error);
  if (file == NULL)
    return NULL;
  bytes = (const guint8 *) g_mapped_file_get_contents (file);
  length = g_mapped_file_get_length (file);
  format = format_of (bytes, length);
  if (format == FORMAT_UNKNOWN)
    mien_weights_fail (error, "neither a .pth file of torch.save nor safetensors");
  else if (format == FORMAT_SAFETENSORS)
    tensors = read_safetensors (bytes, length, error);
  else
    tensors = read_torch (bytes, length, format, error);
  if (tensors != NULL)
    tensors = unwrap (tensors, error);
  if (tensors == NULL)
    g_prefix_error (error, "%s: ", path);
  return tensors;
}
