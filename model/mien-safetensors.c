/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * safetensors: u64 little-endian header length, JSON header, buffer. The set of named
 * tensors and the writer are here, the hostile side (the header's parser) in
 * mien-safetensors-parse.c. The machine is little endian, as every one that Mien runs on.
 */

#include "mien-safetensors.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "data is read in place");

static const struct
{
  const char *name;
  size_t size;
} DTYPES[] = {
  [MIEN_DTYPE_F16] = { "F16", 2 }, [MIEN_DTYPE_BF16] = { "BF16", 2 },
  [MIEN_DTYPE_F32] = { "F32", 4 }, [MIEN_DTYPE_F64] = { "F64", 8 },
  [MIEN_DTYPE_I8] = { "I8", 1 },   [MIEN_DTYPE_U8] = { "U8", 1 },
  [MIEN_DTYPE_I16] = { "I16", 2 }, [MIEN_DTYPE_I32] = { "I32", 4 },
  [MIEN_DTYPE_I64] = { "I64", 8 }, [MIEN_DTYPE_BOOL] = { "BOOL", 1 },
};

size_t
mien_dtype_size (MienDtype dtype)
{
  return DTYPES[dtype].size;
}

const char *
mien_dtype_name (MienDtype dtype)
{
  return DTYPES[dtype].name;
}

MienTensors *
mien_tensors_new (void)
{
  return calloc (1, sizeof (MienTensors));
}

void
mien_tensors_free (MienTensors *tensors)
{
  if (tensors == NULL)
    return;
  for (size_t i = 0; i < tensors->n_tensors; i++)
    {
      free (tensors->tensors[i].name);
      free (tensors->tensors[i].owned);
    }
  for (size_t i = 0; i < tensors->n_notes; i++)
    {
      free (tensors->notes[i].key);
      free (tensors->notes[i].value);
    }
  free (tensors->tensors);
  free (tensors->notes);
  free (tensors->buffer);
  free (tensors);
}

/* The index of name, or where it belongs. */
static size_t
place_of (const MienTensors *tensors, const char *name, int *found)
{
  size_t low = 0, high = tensors->n_tensors;

  *found = 0;
  while (low < high)
    {
      size_t middle = low + (high - low) / 2;
      int order = strcmp (tensors->tensors[middle].name, name);

      if (order == 0)
        {
          *found = 1;
          return middle;
        }
      if (order < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* Room for one more of size bytes in an array that grows by doubling. */
static void *
grow (void *array, size_t n, size_t size)
{
  if (n != 0 && (n & (n - 1)) != 0)
    return array;
  return reallocarray (array, n == 0 ? 1 : 2 * n, size);
}

int
mien_tensors_add (MienTensors *tensors,
                  const char *name,
                  MienDtype dtype,
                  int rank,
                  const int64_t *shape,
                  const void *data,
                  char *error)
{
  int found;
  size_t place = place_of (tensors, name, &found);
  MienTensor tensor = { .dtype = dtype, .rank = rank, .n_elements = 1, .data = data };

  if (found)
    return snprintf (error, MIEN_ERROR_SIZE, "tensor %.200s is there twice", name), -1;
  if (rank < 0 || rank > MIEN_TENSOR_MAX_RANK)
    return snprintf (error, MIEN_ERROR_SIZE, "tensor %.200s has %d dimensions", name,
                     rank),
           -1;
  for (int i = 0; i < rank; i++)
    {
      tensor.shape[i] = shape[i];
      if (shape[i] < 0
          || __builtin_mul_overflow (tensor.n_elements, (size_t) shape[i],
                                     &tensor.n_elements))
        return snprintf (error, MIEN_ERROR_SIZE, "tensor %.200s has an impossible shape",
                         name),
               -1;
    }
  if (__builtin_mul_overflow (tensor.n_elements, mien_dtype_size (dtype),
                              &tensor.n_bytes))
    return snprintf (error, MIEN_ERROR_SIZE, "tensor %.200s has an impossible shape",
                     name),
           -1;

  MienTensor *grown = grow (tensors->tensors, tensors->n_tensors, sizeof tensor);
  tensors->tensors = grown != NULL ? grown : tensors->tensors;
  tensor.name = strdup (name);
  if (grown == NULL || tensor.name == NULL)
    {
      free (tensor.name);
      return snprintf (error, MIEN_ERROR_SIZE, "out of memory"), -1;
    }
  memmove (grown + place + 1, grown + place,
           (tensors->n_tensors - place) * sizeof tensor);
  grown[place] = tensor;
  tensors->n_tensors++;
  return 0;
}

int
mien_tensors_add_copy (MienTensors *tensors,
                       const char *name,
                       int rank,
                       const int64_t *shape,
                       const float *data,
                       char *error)
{
  int found;

  if (mien_tensors_add (tensors, name, MIEN_DTYPE_F32, rank, shape, NULL, error) != 0)
    return -1;

  size_t place = place_of (tensors, name, &found);
  MienTensor *tensor = &tensors->tensors[place];
  tensor->owned = malloc (tensor->n_bytes + 1);
  if (tensor->owned == NULL)
    {
      free (tensor->name);
      tensors->n_tensors--;
      memmove (tensor, tensor + 1, (tensors->n_tensors - place) * sizeof *tensor);
      return snprintf (error, MIEN_ERROR_SIZE, "out of memory"), -1;
    }
  if (tensor->n_bytes > 0)
    memcpy (tensor->owned, data, tensor->n_bytes);
  tensor->data = tensor->owned;
  return 0;
}

int
mien_tensors_note (MienTensors *tensors, const char *key, const char *value, char *error)
{
  if (mien_tensors_note_value (tensors, key) != NULL)
    return snprintf (error, MIEN_ERROR_SIZE, "metadata %.200s is there twice", key), -1;

  MienTensorNote *grown = grow (tensors->notes, tensors->n_notes, sizeof *grown);
  MienTensorNote note = { strdup (key), strdup (value) };
  tensors->notes = grown != NULL ? grown : tensors->notes;
  if (grown == NULL || note.key == NULL || note.value == NULL)
    {
      free (note.key);
      free (note.value);
      return snprintf (error, MIEN_ERROR_SIZE, "out of memory"), -1;
    }
  grown[tensors->n_notes++] = note;
  return 0;
}

const MienTensor *
mien_tensors_find (const MienTensors *tensors, const char *name)
{
  int found;
  size_t place = place_of (tensors, name, &found);

  return found ? &tensors->tensors[place] : NULL;
}

const char *
mien_tensors_note_value (const MienTensors *tensors, const char *key)
{
  for (size_t i = 0; i < tensors->n_notes; i++)
    if (strcmp (tensors->notes[i].key, key) == 0)
      return tensors->notes[i].value;
  return NULL;
}

static float
bits_to_float (uint32_t bits)
{
  float value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

/* IEEE 754 binary16. */
static float
half_to_float (uint16_t half)
{
  uint32_t sign = (uint32_t) (half & 0x8000) << 16;
  uint32_t exponent = (half >> 10) & 31;
  uint32_t fraction = half & 1023;

  if (exponent == 31)
    return bits_to_float (sign | 0x7f800000 | fraction << 13);
  if (exponent == 0)
    return (sign ? -1.0f : 1.0f) * (float) fraction * 0x1p-24f;
  return bits_to_float (sign | (exponent + 112) << 23 | fraction << 13);
}

float
mien_tensor_get (const MienTensor *tensor, size_t i)
{
  const uint8_t *at =
      (const uint8_t *) tensor->data + i * mien_dtype_size (tensor->dtype);
  union
  {
    uint16_t u16;
    int16_t i16;
    uint32_t u32;
    int32_t i32;
    int64_t i64;
    double f64;
  } value = { 0 };

  memcpy (&value, at, mien_dtype_size (tensor->dtype));
  switch (tensor->dtype)
    {
    case MIEN_DTYPE_F16:
      return half_to_float (value.u16);
    case MIEN_DTYPE_BF16:
      return bits_to_float ((uint32_t) value.u16 << 16);
    case MIEN_DTYPE_F32:
      return bits_to_float (value.u32);
    case MIEN_DTYPE_F64:
      return (float) value.f64;
    case MIEN_DTYPE_I8:
      return (float) (int8_t) *at;
    case MIEN_DTYPE_U8:
      return (float) *at;
    case MIEN_DTYPE_I16:
      return (float) value.i16;
    case MIEN_DTYPE_I32:
      return (float) value.i32;
    case MIEN_DTYPE_I64:
      return (float) value.i64;
    case MIEN_DTYPE_BOOL:
      return *at != 0;
    }
  abort ();
}

static void
write_string (FILE *file, const char *string)
{
  fputc ('"', file);
  for (const unsigned char *c = (const unsigned char *) string; *c != 0; c++)
    if (*c == '"' || *c == '\\')
      fprintf (file, "\\%c", *c);
    else if (*c < 0x20)
      fprintf (file, "\\u%04x", *c);
    else
      fputc (*c, file);
  fputc ('"', file);
}

static void
write_header (FILE *file, const MienTensors *tensors)
{
  const char *comma = "";
  size_t offset = 0;

  fputc ('{', file);
  if (tensors->n_notes > 0)
    {
      fputs ("\"__metadata__\":{", file);
      for (size_t i = 0; i < tensors->n_notes; i++)
        {
          fputs (i > 0 ? "," : "", file);
          write_string (file, tensors->notes[i].key);
          fputc (':', file);
          write_string (file, tensors->notes[i].value);
        }
      fputc ('}', file);
      comma = ",";
    }
  for (size_t i = 0; i < tensors->n_tensors; i++)
    {
      const MienTensor *tensor = &tensors->tensors[i];

      fputs (comma, file);
      comma = ",";
      write_string (file, tensor->name);
      fprintf (file, ":{\"dtype\":\"%s\",\"shape\":[", mien_dtype_name (tensor->dtype));
      for (int d = 0; d < tensor->rank; d++)
        fprintf (file, "%s%" PRId64, d > 0 ? "," : "", tensor->shape[d]);
      fprintf (file, "],\"data_offsets\":[%zu,%zu]}", offset, offset + tensor->n_bytes);
      offset += tensor->n_bytes;
    }
  fputc ('}', file);
}

int
mien_safetensors_serialize (const MienTensors *tensors,
                            void **bytes,
                            size_t *n_bytes,
                            char *error)
{
  char *buffer = NULL;
  size_t size = 0;
  uint64_t length = 0;
  FILE *file = open_memstream (&buffer, &size);

  if (file == NULL)
    return snprintf (error, MIEN_ERROR_SIZE, "out of memory"), -1;
  fwrite (&length, sizeof length, 1, file);
  write_header (file, tensors);
  fflush (file);
  while (size % 8 != 0) /* so that the data are aligned */
    {
      fputc (' ', file);
      fflush (file);
    }
  length = size - sizeof length;
  for (size_t i = 0; i < tensors->n_tensors; i++)
    if (tensors->tensors[i].n_bytes > 0)
      fwrite (tensors->tensors[i].data, 1, tensors->tensors[i].n_bytes, file);

  int failed = ferror (file);
  if (fclose (file) != 0 || failed)
    {
      free (buffer);
      return snprintf (error, MIEN_ERROR_SIZE, "out of memory"), -1;
    }
  memcpy (buffer, &length, sizeof length);
  *bytes = buffer;
  *n_bytes = size;
  return 0;
}

/* The rename itself is on the disk only when its folder is. */
static int
sync_folder_of (const char *path)
{
  char copy[PATH_MAX];

  if (strlen (path) >= sizeof copy)
    {
      errno = ENAMETOOLONG;
      return -1;
    }
  strcpy (copy, path);

  int fd = open (dirname (copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return -1;
  int status = fsync (fd);
  close (fd);
  return status;
}

int
mien_safetensors_write (const MienTensors *tensors, const char *path, char *error)
{
  void *bytes;
  size_t n_bytes;
  char part[PATH_MAX];

  if (snprintf (part, sizeof part, "%s.part", path) >= (int) sizeof part)
    return snprintf (error, MIEN_ERROR_SIZE, "%.300s...: the name is too long", path), -1;
  if (mien_safetensors_serialize (tensors, &bytes, &n_bytes, error) != 0)
    return -1;

  FILE *file = fopen (part, "wbe");
  int failed = file == NULL || fwrite (bytes, 1, n_bytes, file) != n_bytes
               || fflush (file) != 0 || fsync (fileno (file)) != 0;
  int cause = errno;
  free (bytes);
  if (file != NULL && fclose (file) != 0 && !failed)
    {
      failed = 1;
      cause = errno;
    }
  if (!failed && (rename (part, path) != 0 || sync_folder_of (path) != 0))
    {
      failed = 1;
      cause = errno;
    }
  if (!failed)
    return 0;
  if (file != NULL)
    unlink (part);
  return snprintf (error, MIEN_ERROR_SIZE, "%.300s: %s", path, strerror (cause)), -1;
}
