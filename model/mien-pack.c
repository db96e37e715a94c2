/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The training pack, reader beside writer. The writer fills path.part and renames it when
 * it is whole and on the disk, so that a pack that exists is complete; the reader checks
 * every size and label before anything is computed on them.
 */

#include "mien-pack.h"

#include "mien-safetensors.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum
{
  HEADER_SIZE = 64,
  PAGE = 4096,
};

static const char MAGIC[8] = { 'M', 'I', 'E', 'N', 'P', 'A', 'C', 'K' };

struct MienPackWriter
{
  char *path, *part;
  FILE *file;
  uint32_t side;
  uint64_t n_rows, n_added;
  MienPackRow *rows;
};

static uint64_t
fnv (uint64_t hash, const void *data, size_t n)
{
  const uint8_t *bytes = data;

  for (size_t i = 0; i < n; i++)
    hash = (hash ^ bytes[i]) * UINT64_C (0x100000001b3);
  return hash;
}

static uint64_t
pixels_offset (uint64_t n_rows)
{
  uint64_t end = HEADER_SIZE + n_rows * sizeof (MienPackRow);

  return (end + PAGE - 1) / PAGE * PAGE;
}

static void
fill_header (uint8_t header[HEADER_SIZE], uint32_t side, uint64_t n_rows)
{
  uint32_t version = 1;

  memset (header, 0, HEADER_SIZE);
  memcpy (header, MAGIC, 8);
  memcpy (header + 8, &version, 4);
  memcpy (header + 12, &side, 4);
  memcpy (header + 16, &n_rows, 8);
}

static int
row_is_valid (const MienPackRow *row)
{
  if (isnan (row->valence) != isnan (row->arousal))
    return 0;
  if (!isnan (row->valence) && !(fabsf (row->valence) <= 1 && fabsf (row->arousal) <= 1))
    return 0;
  if (row->expression < -1 || row->expression >= MIEN_N_EXPRESSIONS
      || row->split > MIEN_PACK_TUNING)
    return 0;
  for (int k = 0; k < MIEN_N_ACTION_UNITS; k++)
    if (row->action_units[k] < -1 || row->action_units[k] > 1)
      return 0;
  return 1;
}

static int
side_is_valid (uint32_t side)
{
  return side >= MIEN_PACK_MIN_SIDE && side <= MIEN_PACK_MAX_SIDE && side % 16 == 0;
}

/* What a mapped file says of itself, checked against its size. */
static int
check (const char *path, const uint8_t *map, uint64_t size, MienPack *pack, char *error)
{
  uint32_t version, side;
  uint64_t n_rows;

  if (size < HEADER_SIZE || memcmp (map, MAGIC, 8) != 0)
    return snprintf (error, MIEN_ERROR_SIZE, "%s: not a training pack", path), -1;
  memcpy (&version, map + 8, 4);
  memcpy (&side, map + 12, 4);
  memcpy (&n_rows, map + 16, 8);
  if (version != 1 || !side_is_valid (side) || n_rows == 0 || n_rows > UINT64_C (1) << 32)
    return snprintf (error, MIEN_ERROR_SIZE, "%s: a training pack of another kind", path),
           -1;
  if (size != pixels_offset (n_rows) + n_rows * side * side * 3)
    return snprintf (error, MIEN_ERROR_SIZE, "%s: the pack is cut short; make it again",
                     path),
           -1;

  const MienPackRow *rows = (const MienPackRow *) (map + HEADER_SIZE);
  for (uint64_t i = 0; i < n_rows; i++)
    if (!row_is_valid (&rows[i]))
      return snprintf (error, MIEN_ERROR_SIZE, "%s: row %llu has labels out of range",
                       path, (unsigned long long) i),
             -1;
  *pack = (MienPack){
    .side = side,
    .n_rows = n_rows,
    .rows = rows,
    .pixels = map + pixels_offset (n_rows),
    .hash = fnv (UINT64_C (0xcbf29ce484222325), map,
                 HEADER_SIZE + n_rows * sizeof (MienPackRow)),
    .map = (void *) map,
    .map_size = size,
  };
  return 0;
}

int
mien_pack_open (const char *path, MienPack *pack, char *error)
{
  struct stat status;
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd < 0 || fstat (fd, &status) != 0)
    {
      snprintf (error, MIEN_ERROR_SIZE, "%s: %s", path, strerror (errno));
      if (fd >= 0)
        close (fd);
      return -1;
    }
  if (!S_ISREG (status.st_mode) || status.st_size < HEADER_SIZE)
    {
      close (fd);
      snprintf (error, MIEN_ERROR_SIZE, "%s: not a training pack", path);
      return -1;
    }

  void *map = mmap (NULL, (size_t) status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
  close (fd);
  if (map == MAP_FAILED)
    {
      snprintf (error, MIEN_ERROR_SIZE, "%s: %s", path, strerror (errno));
      return -1;
    }
  if (check (path, map, (uint64_t) status.st_size, pack, error) != 0)
    {
      munmap (map, (size_t) status.st_size);
      return -1;
    }
  return 0;
}

void
mien_pack_close (MienPack *pack)
{
  if (pack->map != NULL)
    munmap (pack->map, pack->map_size);
  *pack = (MienPack){ 0 };
}

static int
writer_fail (MienPackWriter *writer, char *error)
{
  snprintf (error, MIEN_ERROR_SIZE, "%s: %s", writer->part, strerror (errno));
  return -1;
}

int
mien_pack_writer_new (const char *path,
                      uint32_t side,
                      uint64_t n_rows,
                      MienPackWriter **writer,
                      char *error)
{
  if (!side_is_valid (side) || n_rows == 0 || n_rows > UINT64_C (1) << 32)
    return snprintf (
               error, MIEN_ERROR_SIZE,
               "%s: a pack needs rows and a side that is a multiple of 16 from 48 to 224",
               path),
           -1;

  MienPackWriter *new = calloc (1, sizeof *new);
  size_t length = strlen (path) + sizeof ".part";
  if (new != NULL)
    {
      new->path = strdup (path);
      new->part = malloc (length);
      new->rows = calloc (n_rows, sizeof *new->rows);
    }
  if (new == NULL || new->path == NULL || new->part == NULL || new->rows == NULL)
    {
      mien_pack_writer_abort (new);
      return snprintf (error, MIEN_ERROR_SIZE, "%s: out of memory", path), -1;
    }
  snprintf (new->part, length, "%s.part", path);
  new->side = side;
  new->n_rows = n_rows;
  new->file = fopen (new->part, "wbe");
  if (new->file == NULL
      || fseeko (new->file, (off_t) pixels_offset (n_rows), SEEK_SET) != 0)
    {
      writer_fail (new, error);
      mien_pack_writer_abort (new);
      return -1;
    }
  *writer = new;
  return 0;
}

int
mien_pack_writer_add (MienPackWriter *writer,
                      const MienPackRow *row,
                      const uint8_t *rgb,
                      char *error)
{
  size_t n = (size_t) writer->side * writer->side * 3;

  if (writer->n_added == writer->n_rows || !row_is_valid (row))
    return snprintf (error, MIEN_ERROR_SIZE,
                     "%s: row %llu has labels out of range, or is one too many",
                     writer->path, (unsigned long long) writer->n_added),
           -1;
  if (fwrite (rgb, 1, n, writer->file) != n)
    return writer_fail (writer, error);
  writer->rows[writer->n_added++] = *row;
  return 0;
}

int
mien_pack_writer_finish (MienPackWriter *writer, char *error)
{
  uint8_t header[HEADER_SIZE];
  int status = 0;

  fill_header (header, writer->side, writer->n_rows);
  if (writer->n_added != writer->n_rows)
    {
      snprintf (error, MIEN_ERROR_SIZE, "%s: %llu of %llu rows were written",
                writer->path, (unsigned long long) writer->n_added,
                (unsigned long long) writer->n_rows);
      status = -1;
    }
  else if (fseeko (writer->file, 0, SEEK_SET) != 0
           || fwrite (header, 1, HEADER_SIZE, writer->file) != HEADER_SIZE
           || fwrite (writer->rows, sizeof *writer->rows, writer->n_rows, writer->file)
                  != writer->n_rows
           || fflush (writer->file) != 0 || fsync (fileno (writer->file)) != 0
           || rename (writer->part, writer->path) != 0)
    status = writer_fail (writer, error);
  mien_pack_writer_abort (writer);
  return status;
}

void
mien_pack_writer_abort (MienPackWriter *writer)
{
  if (writer == NULL)
    return;
  if (writer->file != NULL)
    fclose (writer->file);
  if (writer->part != NULL)
    unlink (writer->part); /* gone already when it was renamed */
  free (writer->path);
  free (writer->part);
  free (writer->rows);
  free (writer);
}
