/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A message is its own bytes and the places in them where borrowed data come in: the
 * weights of a network go from where they lie into the file, and what is made here stays
 * small. length counts both.
 */

#define G_LOG_DOMAIN "mien-importers"

#include "config.h"

#include "mien-protobuf.h"

#include "mien-image.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The low three bits of a tag. */
enum
{
  WIRE_VARINT = 0,
  WIRE_LENGTH = 2,
  WIRE_FIXED32 = 5,
};

typedef struct
{
  gsize place; /* comes before the byte of this index */
  const void *data;
  gsize length;
} Borrowed;

struct _MienProtobuf
{
  GByteArray *bytes;
  GArray *borrowed; /* of Borrowed, by place */
  guint64 length;
};

MienProtobuf *
mien_protobuf_new (void)
{
  MienProtobuf *message = g_new (MienProtobuf, 1);

  *message = (MienProtobuf){ g_byte_array_new (),
                             g_array_new (FALSE, FALSE, sizeof (Borrowed)), 0 };
  return message;
}

void
mien_protobuf_free (MienProtobuf *message)
{
  if (message == NULL)
    return;
  g_byte_array_unref (message->bytes);
  g_array_unref (message->borrowed);
  g_free (message);
}

static void
add_bytes (MienProtobuf *message, const void *bytes, gsize length)
{
  g_byte_array_append (message->bytes, bytes, (guint) length);
  message->length += length;
}

/* Seven bits a byte, the lowest first; the eighth says that more follow. */
static void
add_varint (MienProtobuf *message, guint64 value)
{
  guint8 bytes[10];
  gsize n = 0;

  do
    {
      bytes[n++] = (guint8) ((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
      value >>= 7;
    }
  while (value != 0);
  add_bytes (message, bytes, n);
}

static void
add_tag (MienProtobuf *message, guint field, guint wire)
{
  add_varint (message, (guint64) field << 3 | wire);
}

void
mien_protobuf_add_integer (MienProtobuf *message, guint field, gint64 value)
{
  add_tag (message, field, WIRE_VARINT);
  add_varint (message, (guint64) value);
}

void
mien_protobuf_add_float (MienProtobuf *message, guint field, float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  bits = GUINT32_TO_LE (bits);
  add_tag (message, field, WIRE_FIXED32);
  add_bytes (message, &bits, sizeof bits);
}

void
mien_protobuf_add_text (MienProtobuf *message, guint field, const char *text)
{
  gsize length = strlen (text);

  add_tag (message, field, WIRE_LENGTH);
  add_varint (message, length);
  add_bytes (message, text, length);
}

void
mien_protobuf_add_data (MienProtobuf *message,
                        guint field,
                        const void *data,
                        gsize length)
{
  Borrowed borrowed = { .data = data, .length = length };

  add_tag (message, field, WIRE_LENGTH);
  add_varint (message, length);
  borrowed.place = message->bytes->len;
  g_array_append_val (message->borrowed, borrowed);
  message->length += length;
}

void
mien_protobuf_append (MienProtobuf *message, MienProtobuf *more)
{
  for (guint i = 0; i < more->borrowed->len; i++)
    {
      Borrowed borrowed = g_array_index (more->borrowed, Borrowed, i);

      borrowed.place += message->bytes->len;
      g_array_append_val (message->borrowed, borrowed);
    }
  g_byte_array_append (message->bytes, more->bytes->data, more->bytes->len);
  message->length += more->length;
  mien_protobuf_free (more);
}

void
mien_protobuf_add_message (MienProtobuf *message, guint field, MienProtobuf *inner)
{
  add_tag (message, field, WIRE_LENGTH);
  add_varint (message, inner->length);
  mien_protobuf_append (message, inner);
}

/* Failures stay with the file. */
static void
write_all (const MienProtobuf *message, FILE *file)
{
  gsize done = 0;

  for (guint i = 0; i < message->borrowed->len; i++)
    {
      const Borrowed *borrowed = &g_array_index (message->borrowed, Borrowed, i);

      fwrite (message->bytes->data + done, 1, borrowed->place - done, file);
      fwrite (borrowed->data, 1, borrowed->length, file);
      done = borrowed->place;
    }
  fwrite (message->bytes->data + done, 1, message->bytes->len - done, file);
}

static gboolean
set_failed (const char *path, int code, GError **error)
{
  g_set_error (error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_FAILED, "%s: %s; %s", path,
               g_strerror (code),
               code == ENOSPC || code == EDQUOT ? "make room and try again"
                                                : "choose another place");
  return FALSE;
}

/* The rename itself is on the disk only when its folder is. */
static int
sync_folder_of (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int descriptor = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int result = descriptor < 0 ? -1 : fsync (descriptor), code = errno;

  if (descriptor >= 0)
    close (descriptor);
  errno = code;
  return result;
}

gboolean
mien_protobuf_write (const MienProtobuf *message, const char *path, GError **error)
{
  g_autofree char *part = g_strconcat (path, ".part", NULL);
  FILE *file;
  gboolean failed;
  int code;

  if (message->length > G_MAXINT32)
    return set_failed (path, EFBIG, error); /* the format's limit, whoever reads it */
  file = g_fopen (part, "wbe");
  if (file == NULL)
    return set_failed (path, errno, error);
  errno = EIO; /* for a failure that gives no reason */
  write_all (message, file);
  failed = fflush (file) != 0 || ferror (file) || fsync (fileno (file)) != 0;
  code = errno;
  if (fclose (file) != 0 && !failed)
    {
      failed = TRUE;
      code = errno;
    }
  if (!failed && (g_rename (part, path) != 0 || sync_folder_of (path) != 0))
    {
      failed = TRUE;
      code = errno;
    }
  if (!failed)
    return TRUE;
  g_unlink (part);
  return set_failed (path, code, error);
}
