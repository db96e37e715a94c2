/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The one thing that Mien needs from EXIF: which way up the picture is. EXIF is a TIFF
 * file: a header of eight bytes (byte order, 42, where the first directory lies), then
 * the directory: a count and entries of twelve bytes. Only the first directory is looked
 * at, nothing is allocated, and each read is checked against the length.
 */

#define G_LOG_DOMAIN "mien-importers"

#include "config.h"

#include "mien-image-private.h"

enum
{
  HEADER_SIZE = 8,
  ENTRY_SIZE = 12,
  MAGIC = 42,
  TAG_ORIENTATION = 0x0112,
  TYPE_SHORT = 3,
};

static guint16
read_16 (const guint8 *at, gboolean big_endian)
{
  return big_endian ? (guint16) (at[0] << 8 | at[1]) : (guint16) (at[1] << 8 | at[0]);
}

static guint32
read_32 (const guint8 *at, gboolean big_endian)
{
  guint32 first = read_16 (at, big_endian), second = read_16 (at + 2, big_endian);

  return big_endian ? first << 16 | second : second << 16 | first;
}

int
mien_exif_orientation (const guint8 *tiff, gsize length)
{
  gboolean big_endian;
  gsize directory, n_entries;

  if (length < HEADER_SIZE || tiff[0] != tiff[1] || (tiff[0] != 'I' && tiff[0] != 'M'))
    return 1;
  big_endian = tiff[0] == 'M';
  directory = read_32 (tiff + 4, big_endian);
  if (read_16 (tiff + 2, big_endian) != MAGIC || directory > length - 2)
    return 1;

  n_entries = read_16 (tiff + directory, big_endian);
  n_entries = MIN (n_entries, (length - directory - 2) / ENTRY_SIZE);
  for (gsize i = 0; i < n_entries; i++)
    {
      const guint8 *entry = tiff + directory + 2 + i * ENTRY_SIZE;
      guint16 value = read_16 (entry + 8, big_endian);

      if (read_16 (entry, big_endian) != TAG_ORIENTATION)
        continue;
      if (read_16 (entry + 2, big_endian) != TYPE_SHORT
          || read_32 (entry + 4, big_endian) != 1)
        return 1;
      return value >= 1 && value <= 8 ? value : 1;
    }
  return 1;
}
