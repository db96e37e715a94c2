/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The header of a safetensors file is written by strangers. This parser knows the one
 * shape of JSON that the format has: an object of objects, strings, and arrays of
 * non-negative integers; anything else is refused with the byte where it stands. Every
 * size is checked before it is multiplied, and the tensors must tile the buffer: from 0,
 * without a hole or an overlap, to the last byte of the file.
 */

#include "mien-safetensors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum
{
  MAX_HEADER = 100 * 1000 * 1000,
  MAX_TENSORS =
      1 << 16, /* sets are kept sorted by insertion: no file may make that slow */
  MAX_NOTES = 1 << 10,
};

typedef struct
{
  const char *text; /* not terminated */
  size_t length, at;
  char *error;
} Parser;

typedef struct
{
  MienDtype dtype;
  int rank;
  int64_t shape[MIEN_TENSOR_MAX_RANK];
  uint64_t offsets[2];
} Entry;

static bool
fail (Parser *p, const char *what)
{
  snprintf (p->error, MIEN_ERROR_SIZE,
            "not a safetensors file: %s at byte %zu of the header", what, p->at);
  return false;
}

static int
peek (Parser *p)
{
  while (p->at < p->length && strchr (" \t\r\n", p->text[p->at]) != NULL
         && p->text[p->at] != 0)
    p->at++;
  return p->at < p->length ? (unsigned char) p->text[p->at] : -1;
}

static bool
accept (Parser *p, int c)
{
  if (peek (p) != c)
    return false;
  p->at++;
  return true;
}

static bool
expect (Parser *p, int c)
{
  char what[] = "expected '?'";

  what[10] = (char) c;
  return accept (p, c) || fail (p, what);
}

static bool
parse_hex4 (Parser *p, uint32_t *value)
{
  *value = 0;
  for (int i = 0; i < 4; i++, p->at++)
    {
      const char *digits = "0123456789abcdef";
      const char *digit = p->at < p->length && p->text[p->at] != 0
                              ? strchr (digits, p->text[p->at] | 0x20)
                              : NULL;

      if (digit == NULL)
        return fail (p, "a bad \\u escape");
      *value = *value << 4 | (uint32_t) (digit - digits);
    }
  return true;
}

static char *
put_utf8 (char *out, uint32_t c)
{
  if (c < 0x80)
    *out++ = (char) c;
  else if (c < 0x800)
    {
      *out++ = (char) (0xc0 | c >> 6);
      *out++ = (char) (0x80 | (c & 63));
    }
  else if (c < 0x10000)
    {
      *out++ = (char) (0xe0 | c >> 12);
      *out++ = (char) (0x80 | (c >> 6 & 63));
      *out++ = (char) (0x80 | (c & 63));
    }
  else
    {
      *out++ = (char) (0xf0 | c >> 18);
      *out++ = (char) (0x80 | (c >> 12 & 63));
      *out++ = (char) (0x80 | (c >> 6 & 63));
      *out++ = (char) (0x80 | (c & 63));
    }
  return out;
}

/* One \u escape or a pair of surrogates; NUL is refused, for names are C strings. */
static bool
parse_unicode (Parser *p, char **out)
{
  uint32_t c, low;

  if (!parse_hex4 (p, &c))
    return false;
  if (c >= 0xd800 && c < 0xdc00)
    {
      if (p->at + 2 > p->length || memcmp (p->text + p->at, "\\u", 2) != 0)
        return fail (p, "half a surrogate pair");
      p->at += 2;
      if (!parse_hex4 (p, &low))
        return false;
      if (low < 0xdc00 || low > 0xdfff)
        return fail (p, "half a surrogate pair");
      c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }
  else if (c == 0 || (c >= 0xdc00 && c < 0xe000))
    return fail (p, "a bad \\u escape");
  *out = put_utf8 (*out, c);
  return true;
}

/* To a new string. No text grows by unescaping, so that its length bounds it. */
static bool
parse_string (Parser *p, char **string)
{
  size_t end;

  if (!expect (p, '"'))
    return false;
  for (end = p->at; end < p->length && p->text[end] != '"'; end++)
    if (p->text[end] == '\\')
      end++;
  if (end >= p->length)
    return fail (p, "a string without end");

  char *start = malloc (end - p->at + 1);
  char *out = start;
  if (start == NULL)
    return fail (p, "out of memory");
  while (p->at < end)
    {
      static const char NAMES[] = "\"\\/bfnrt", CHARS[] = "\"\\/\b\f\n\r\t";
      unsigned char c = (unsigned char) p->text[p->at++];
      const char *escape;

      if (c < 0x20)
        {
          free (start);
          return fail (p, "a control character");
        }
      if (c != '\\')
        *out++ = (char) c;
      else if (p->text[p->at] == 'u')
        {
          p->at++;
          if (!parse_unicode (p, &out))
            {
              free (start);
              return false;
            }
        }
      else if (p->text[p->at] != 0 && (escape = strchr (NAMES, p->text[p->at])) != NULL)
        {
          *out++ = CHARS[escape - NAMES];
          p->at++;
        }
      else
        {
          free (start);
          return fail (p, "a bad escape");
        }
    }
  *out = 0;
  p->at = end + 1;
  *string = start;
  return true;
}

static bool
parse_integer (Parser *p, uint64_t *value)
{
  int c = peek (p);

  if (c < '0' || c > '9')
    return fail (p, "expected a whole number");
  if (c == '0' && p->at + 1 < p->length && p->text[p->at + 1] >= '0'
      && p->text[p->at + 1] <= '9')
    return fail (p, "a number with a leading zero");
  for (*value = 0; p->at < p->length && p->text[p->at] >= '0' && p->text[p->at] <= '9';
       p->at++)
    if (__builtin_mul_overflow (*value, 10, value)
        || __builtin_add_overflow (*value, (uint64_t) (p->text[p->at] - '0'), value)
        || *value > INT64_MAX)
      return fail (p, "a number that is too large");
  return true;
}

/* At most max integers in brackets; n tells how many. */
static bool
parse_integers (Parser *p, int max, uint64_t *values, int *n)
{
  *n = 0;
  if (!expect (p, '['))
    return false;
  if (accept (p, ']'))
    return true;
  do
    {
      if (*n == max)
        return fail (p, "too many numbers");
      if (!parse_integer (p, &values[(*n)++]))
        return false;
    }
  while (accept (p, ','));
  return expect (p, ']');
}

static bool
parse_dtype (Parser *p, MienDtype *dtype)
{
  char *name;

  if (!parse_string (p, &name))
    return false;
  for (int i = MIEN_DTYPE_F16; i <= MIEN_DTYPE_BOOL; i++)
    if (strcmp (name, mien_dtype_name ((MienDtype) i)) == 0)
      {
        free (name);
        *dtype = (MienDtype) i;
        return true;
      }
  free (name);
  return fail (p, "a dtype that Mien does not know");
}

static bool
parse_entry (Parser *p, Entry *entry)
{
  unsigned seen = 0;
  uint64_t numbers[MIEN_TENSOR_MAX_RANK];
  int n;

  if (!expect (p, '{'))
    return false;
  do
    {
      static const char *KEYS[] = { "dtype", "shape", "data_offsets" };
      char *key;
      int which = 0;

      if (!parse_string (p, &key))
        return false;
      while (which < 3 && strcmp (key, KEYS[which]) != 0)
        which++;
      free (key);
      if (which == 3 || (seen & 1u << which) != 0)
        return fail (p, "a key that does not belong there");
      seen |= 1u << which;
      if (!expect (p, ':'))
        return false;
      if (which == 0)
        {
          if (!parse_dtype (p, &entry->dtype))
            return false;
          continue;
        }
      if (!parse_integers (p, which == 1 ? MIEN_TENSOR_MAX_RANK : 2, numbers, &n))
        return false;
      if (which == 1)
        for (entry->rank = 0; entry->rank < n; entry->rank++)
          entry->shape[entry->rank] = (int64_t) numbers[entry->rank];
      else if (n == 2)
        memcpy (entry->offsets, numbers, sizeof entry->offsets);
      else
        return fail (p, "data_offsets without two numbers");
    }
  while (accept (p, ','));
  if (seen != 7)
    return fail (p, "a tensor without dtype, shape and data_offsets");
  return expect (p, '}');
}

static bool
parse_notes (Parser *p, MienTensors *tensors)
{
  if (!expect (p, '{'))
    return false;
  if (accept (p, '}'))
    return true;
  do
    {
      char *key = NULL, *value = NULL;
      bool fine = (tensors->n_notes < MAX_NOTES || fail (p, "too much metadata"))
                  && parse_string (p, &key) && expect (p, ':') && parse_string (p, &value)
                  && mien_tensors_note (tensors, key, value, p->error) == 0;

      free (key);
      free (value);
      if (!fine)
        return false;
    }
  while (accept (p, ','));
  return expect (p, '}');
}

static bool
add_entry (Parser *p,
           MienTensors *tensors,
           const char *name,
           const Entry *entry,
           const uint8_t *data,
           uint64_t n_data)
{
  uint64_t n_bytes = mien_dtype_size (entry->dtype);

  for (int i = 0; i < entry->rank; i++)
    if (__builtin_mul_overflow (n_bytes, (uint64_t) entry->shape[i], &n_bytes))
      return fail (p, "an impossible shape");
  if (entry->offsets[0] > entry->offsets[1] || entry->offsets[1] > n_data
      || entry->offsets[1] - entry->offsets[0] != n_bytes)
    return fail (p, "data_offsets that do not fit the shape or the file");
  return mien_tensors_add (tensors, name, entry->dtype, entry->rank, entry->shape,
                           data + entry->offsets[0], p->error)
         == 0;
}

static bool
parse_header (Parser *p, MienTensors *tensors, const uint8_t *data, uint64_t n_data)
{
  bool has_notes = false;

  if (peek (p) != '{' || !expect (p, '{'))
    return fail (p, "expected '{'");
  if (accept (p, '}'))
    return true;
  do
    {
      Entry entry = { 0 };
      char *name = NULL;
      bool fine = (tensors->n_tensors < MAX_TENSORS || fail (p, "too many tensors"))
                  && parse_string (p, &name) && expect (p, ':');

      if (fine && strcmp (name, "__metadata__") == 0)
        {
          fine = !has_notes ? parse_notes (p, tensors) : fail (p, "__metadata__ twice");
          has_notes = true;
        }
      else if (fine)
        fine =
            parse_entry (p, &entry) && add_entry (p, tensors, name, &entry, data, n_data);
      free (name);
      if (!fine)
        return false;
    }
  while (accept (p, ','));
  return expect (p, '}');
}

static int
by_offset (const void *a, const void *b)
{
  const MienTensor *x = *(MienTensor *const *) a, *y = *(MienTensor *const *) b;

  if (x->data != y->data)
    return (const char *) x->data < (const char *) y->data ? -1 : 1;
  return (x->n_bytes > y->n_bytes) - (x->n_bytes < y->n_bytes);
}

/* Sorted by offset the tensors start at 0, leave no hole, and end at the end. */
static bool
tiles (const MienTensors *tensors, const uint8_t *data, uint64_t n_data, char *error)
{
  MienTensor **sorted = malloc ((tensors->n_tensors + 1) * sizeof *sorted);
  const char *at = (const char *) data;
  bool fine = sorted != NULL;

  for (size_t i = 0; fine && i < tensors->n_tensors; i++)
    sorted[i] = &tensors->tensors[i];
  if (fine)
    qsort (sorted, tensors->n_tensors, sizeof *sorted, by_offset);
  for (size_t i = 0; fine && i < tensors->n_tensors; i++)
    {
      fine = sorted[i]->data == at;
      at += sorted[i]->n_bytes;
    }
  free (sorted);
  if (fine && at == (const char *) data + n_data)
    return true;
  snprintf (error, MIEN_ERROR_SIZE,
            "not a safetensors file: the tensors leave a hole, overlap, or miss the end "
            "of the file");
  return false;
}

int
mien_safetensors_parse (const void *bytes,
                        size_t n_bytes,
                        MienTensors **tensors,
                        char *error)
{
  uint64_t length;

  if (n_bytes < 8)
    return snprintf (error, MIEN_ERROR_SIZE, "not a safetensors file: it is too short"),
           -1;
  memcpy (&length, bytes, 8);
  if (length > MAX_HEADER || length > n_bytes - 8)
    return snprintf (error, MIEN_ERROR_SIZE,
                     "not a safetensors file: its header would be longer than the file"),
           -1;

  MienTensors *set = mien_tensors_new ();
  uint64_t n_data = n_bytes - 8 - length;
  if (set != NULL)
    set->buffer = malloc (n_data + 1);
  if (set == NULL || set->buffer == NULL)
    {
      mien_tensors_free (set);
      return snprintf (error, MIEN_ERROR_SIZE, "out of memory"), -1;
    }
  if (n_data > 0)
    memcpy (set->buffer, (const char *) bytes + 8 + length, n_data);

  Parser p = { .text = (const char *) bytes + 8, .length = length, .error = error };
  bool fine = parse_header (&p, set, set->buffer, n_data)
              && (peek (&p) == -1 || fail (&p, "text after the end"))
              && tiles (set, set->buffer, n_data, error);
  if (!fine)
    {
      mien_tensors_free (set);
      return -1;
    }
  *tensors = set;
  return 0;
}

int
mien_safetensors_read (const char *path, MienTensors **tensors, char *error)
{
  char reason[MIEN_ERROR_SIZE];
  struct stat status;
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd < 0 || fstat (fd, &status) != 0 || !S_ISREG (status.st_mode))
    {
      snprintf (error, MIEN_ERROR_SIZE, "%.250s: %s", path,
                fd < 0 ? strerror (errno) : "not a regular file");
      if (fd >= 0)
        close (fd);
      return -1;
    }

  size_t size = (size_t) status.st_size;
  void *map = size > 0 ? mmap (NULL, size, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;
  close (fd);
  if (map == MAP_FAILED)
    return snprintf (error, MIEN_ERROR_SIZE, "%.250s: %s", path, strerror (errno)), -1;

  int result = mien_safetensors_parse (map, size, tensors, reason);
  if (map != NULL)
    munmap (map, size);
  if (result != 0)
    snprintf (error, MIEN_ERROR_SIZE, "%.250s: %.250s", path, reason);
  return result;
}
