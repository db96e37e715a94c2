/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Lines and bytes of the pipe. The reader keeps its own buffer, so that a line may be
 * followed by binary data in the same read; it never holds more than one buffer, and
 * never trusts a length that it has not compared with a bound.
 */

#include "mien-protocol.h"

#include "mien-safetensors.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

void
mien_reader_init (MienReader *reader, int fd)
{
  reader->fd = fd;
  reader->begin = reader->end = 0;
}

/* Reads once into the empty buffer. */
static MienRead
fill (MienReader *reader, char *error)
{
  ssize_t n;

  do
    n = read (reader->fd, reader->buffer, sizeof reader->buffer);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    return snprintf (error, MIEN_ERROR_SIZE, "reading commands: %s", strerror (errno)),
           MIEN_READ_ERROR;
  reader->begin = 0;
  reader->end = (size_t) n;
  return n > 0 ? MIEN_READ_DONE : MIEN_READ_END;
}

MienRead
mien_reader_line (MienReader *reader, char line[MIEN_LINE_SIZE], char *error)
{
  size_t length = 0;

  for (;;)
    {
      if (reader->begin == reader->end)
        {
          MienRead status = fill (reader, error);

          if (status == MIEN_READ_END && length > 0)
            return snprintf (error, MIEN_ERROR_SIZE, "a command ends without a newline"),
                   MIEN_READ_ERROR;
          if (status != MIEN_READ_DONE)
            return status;
        }

      uint8_t byte = reader->buffer[reader->begin++];
      if (byte == '\n')
        break;
      if (byte < ' ' || byte == 0x7f)
        return snprintf (error, MIEN_ERROR_SIZE, "a command holds control characters"),
               MIEN_READ_ERROR;
      if (length == MIEN_LINE_SIZE - 1)
        return snprintf (error, MIEN_ERROR_SIZE, "a command is longer than %d bytes",
                         MIEN_LINE_SIZE - 1),
               MIEN_READ_ERROR;
      line[length++] = (char) byte;
    }
  line[length] = '\0';
  return MIEN_READ_DONE;
}

MienRead
mien_reader_bytes (MienReader *reader, void *bytes, size_t n, char *error)
{
  uint8_t *at = bytes;

  while (n > 0)
    {
      size_t part;

      if (reader->begin == reader->end)
        {
          MienRead status = fill (reader, error);

          if (status == MIEN_READ_END)
            return snprintf (error, MIEN_ERROR_SIZE, "the pixels were cut short"),
                   MIEN_READ_ERROR;
          if (status != MIEN_READ_DONE)
            return status;
        }
      part = reader->end - reader->begin < n ? reader->end - reader->begin : n;
      memcpy (at, reader->buffer + reader->begin, part);
      reader->begin += part;
      at += part;
      n -= part;
    }
  return MIEN_READ_DONE;
}

int
mien_parse_count (const char *line, const char *word, long min, long max, long *value)
{
  size_t length = strlen (word);
  long number = 0;

  if (strncmp (line, word, length) != 0 || line[length] != ' '
      || line[length + 1] == '\0')
    return -1;
  for (const char *at = line + length + 1; *at != '\0'; at++)
    {
      if (*at < '0' || *at > '9' || number > max / 10)
        return -1;
      number = 10 * number + (*at - '0');
    }
  if (number < min || number > max)
    return -1;
  *value = number;
  return 0;
}

int
mien_say (FILE *out, const char *format, ...)
{
  char line[MIEN_LINE_SIZE];
  va_list arguments;
  int length;

  va_start (arguments, format);
  length = vsnprintf (line, sizeof line - 1, format, arguments);
  va_end (arguments);
  if (length < 0)
    return -1;
  if (length > (int) sizeof line - 2)
    length = (int) sizeof line - 2;
  /* What is quoted from a file must not end the line. */
  for (int i = 0; i < length; i++)
    if ((unsigned char) line[i] < ' ' || line[i] == 0x7f)
      line[i] = '?';
  line[length] = '\n';
  return mien_say_bytes (out, line, (size_t) length + 1);
}

int
mien_say_bytes (FILE *out, const void *bytes, size_t n)
{
  return fwrite (bytes, 1, n, out) == n && fflush (out) == 0 ? 0 : -1;
}
