/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Rows of text files, read in a window of bounded size. Lists are hostile: a line without
 * end, NUL bytes, a quote that never closes or bytes that are no UTF-8 cost that one row,
 * and its number is told. Ends of line are LF or CR LF; a UTF-8 byte order mark at the
 * start is passed over. Only regular files are read: nothing that could block or never
 * end.
 */

#define G_LOG_DOMAIN "mien-importers"
#include "config.h"

#include "mien-import-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct _MienLines
{
  int descriptor;
  char *path;
  gboolean quoted;
  gboolean at_end;
  guint64 number; /* of the line at `start` */
  gsize start, end;
  char buffer[2 * MIEN_MAX_LINE + 1];
};

static gboolean
set_unusable (const char *path, const struct stat *status, int code, GError **error)
{
  if (code != 0)
    g_set_error (error, MIEN_IMPORT_ERROR,
                 code == ENOENT || code == ENOTDIR ? MIEN_IMPORT_ERROR_NOT_FOUND
                                                   : MIEN_IMPORT_ERROR_FAILED,
                 "%s: %s; check the path", path, g_strerror (code));
  else if (S_ISDIR (status->st_mode))
    g_set_error (error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_BAD_LIST,
                 "%s: is a folder; give the list in it", path);
  else if (!S_ISREG (status->st_mode))
    g_set_error (error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_BAD_LIST,
                 "%s: is not a regular file; save the list to one", path);
  else if (status->st_size == 0)
    g_set_error (error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_BAD_LIST,
                 "%s: is empty; give the list itself", path);
  else
    return FALSE;
  return TRUE;
}

/* Fills the window behind what is pending; sets at_end when the file gives no more. */
static gboolean
refill (MienLines *lines, GError **error)
{
  memmove (lines->buffer, lines->buffer + lines->start, lines->end - lines->start);
  lines->end -= lines->start;
  lines->start = 0;
  while (!lines->at_end && lines->end < sizeof lines->buffer - 1)
    {
      ssize_t n = read (lines->descriptor, lines->buffer + lines->end,
                        sizeof lines->buffer - 1 - lines->end);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          g_set_error (error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_FAILED,
                       "%s:%" G_GUINT64_FORMAT ": %s; check the disk", lines->path,
                       lines->number, g_strerror (errno));
          return FALSE;
        }
      lines->at_end = n == 0;
      lines->end += (gsize) n;
    }
  return TRUE;
}

MienLines *
mien_lines_open (const char *path, gboolean quoted, GError **error)
{
  static const char mark[] = "\xef\xbb\xbf";
  int descriptor = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  g_autoptr (MienLines) lines = NULL;
  struct stat status = { 0 };
  int code = 0;

  if (descriptor < 0 || fstat (descriptor, &status) < 0)
    code = errno;
  if (set_unusable (path, &status, code, error))
    {
      if (descriptor >= 0)
        close (descriptor);
      return NULL;
    }
  lines = g_new (MienLines, 1);
  lines->descriptor = descriptor;
  lines->path = g_strdup (path);
  lines->quoted = quoted;
  lines->at_end = FALSE;
  lines->number = 1;
  lines->start = lines->end = 0;
  if (!refill (lines, error))
    return NULL;
  if (lines->end >= strlen (mark) && memcmp (lines->buffer, mark, strlen (mark)) == 0)
    lines->start = strlen (mark);
  return g_steal_pointer (&lines);
}

void
mien_lines_free (MienLines *lines)
{
  if (lines == NULL)
    return;
  close (lines->descriptor);
  g_free (lines->path);
  g_free (lines);
}

const char *
mien_lines_path (MienLines *lines)
{
  return lines->path;
}

guint64
mien_lines_count (MienLines *lines)
{
  g_autofree char *chunk = g_malloc (MIEN_MAX_LINE);
  guint64 count = 0;
  off_t offset = 0;
  char last = '\n';
  ssize_t n;

  while ((n = pread (lines->descriptor, chunk, MIEN_MAX_LINE, offset)) > 0)
    {
      const char *end = chunk + n;

      for (const char *s = chunk; (s = memchr (s, '\n', (gsize) (end - s))) != NULL; s++)
        count++;
      last = end[-1];
      offset += n;
    }
  return count + (last != '\n' ? 1 : 0);
}

/* Where the row that begins at start ends: at an LF that is in no quoted field, or where
 * the window ends. closed: that was no end within a quoted field. */
static gsize
find_end (const MienLines *lines, gboolean *closed)
{
  const char *buffer = lines->buffer;
  gboolean in_quotes = FALSE, field_starts = TRUE;

  *closed = TRUE;
  if (!lines->quoted)
    {
      const char *lf = memchr (buffer + lines->start, '\n', lines->end - lines->start);

      return lf != NULL ? (gsize) (lf - buffer) : lines->end;
    }
  for (gsize i = lines->start; i < lines->end; i++)
    {
      if (in_quotes && buffer[i] == '"' && i + 1 < lines->end && buffer[i + 1] == '"')
        i++;
      else if (in_quotes)
        in_quotes = buffer[i] != '"';
      else if (buffer[i] == '\n')
        return i;
      else
        {
          in_quotes = field_starts && buffer[i] == '"';
          field_starts =
              buffer[i] == ',' || (field_starts && g_ascii_isspace (buffer[i]));
        }
    }
  *closed = !in_quotes;
  return lines->end;
}

static guint64
count_lf (const char *text, gsize length)
{
  guint64 n = 0;

  for (gsize i = 0; i < length; i++)
    n += text[i] == '\n';
  return n;
}

/* Passes over the physical line at start, however long it is. */
static gboolean
skip_line (MienLines *lines, GError **error)
{
  for (;;)
    {
      char *lf = memchr (lines->buffer + lines->start, '\n', lines->end - lines->start);

      if (lf != NULL)
        {
          lines->start = (gsize) (lf - lines->buffer) + 1;
          lines->number++;
          return TRUE;
        }
      lines->start = lines->end;
      if (lines->at_end)
        return TRUE;
      if (!refill (lines, error))
        return FALSE;
    }
}

static const char *
find_problem (const char *text, gsize length)
{
  if (memchr (text, '\0', length) != NULL)
    return "holds a NUL byte";
  if (!g_utf8_validate (text, (gssize) length, NULL))
    return "is not UTF-8";
  return NULL;
}

/* One row, also an empty one. */
static gboolean
next_row (MienLines *lines, MienLine *line, GError **error)
{
  gboolean closed;
  gsize end, length;
  char *text;

  end = find_end (lines, &closed);
  if (end == lines->end && !lines->at_end)
    {
      if (!refill (lines, error))
        return FALSE;
      end = find_end (lines, &closed);
    }
  if (lines->start == lines->end)
    return FALSE;

  line->number = lines->number;
  line->problem = NULL;
  if (end - lines->start > MIEN_MAX_LINE)
    line->problem = closed ? "is longer than 64 KiB" : "opens a quote that is not closed";
  else if (!closed)
    line->problem = "opens a quote that is not closed";
  if (line->problem != NULL)
    return skip_line (lines, error);

  text = lines->buffer + lines->start;
  length = end - lines->start;
  lines->number += count_lf (text, length) + 1;
  lines->start = end < lines->end ? end + 1 : end;
  if (length > 0 && text[length - 1] == '\r')
    length--;
  text[length] = '\0';
  line->problem = find_problem (text, length);
  line->text = text;
  return TRUE;
}

gboolean
mien_lines_next (MienLines *lines, MienLine *line, GError **error)
{
  static char nothing[1];
  MienLine found = { 0 };
  GError *failed = NULL;

  while (next_row (lines, &found, &failed))
    if (found.problem != NULL)
      {
        found.text = nothing;
        *line = found;
        return TRUE;
      }
    else if (found.text[strspn (found.text, " \t\r")] != '\0')
      {
        *line = found;
        return TRUE;
      }
  if (failed != NULL)
    g_propagate_error (error, failed);
  return FALSE;
}

gboolean
mien_lines_first (MienLines *lines, MienLine *line, GError **error)
{
  GError *failed = NULL;
  MienLine found;

  if (mien_lines_next (lines, &found, &failed) && found.problem == NULL)
    {
      *line = found;
      return TRUE;
    }
  if (failed != NULL)
    g_propagate_error (error, failed);
  else
    g_set_error (error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_BAD_LIST,
                 "%s: is not a list in UTF-8 text; give one, or save it as such",
                 lines->path);
  return FALSE;
}

/* One field of a row: cut off in place, with the blanks around it; those within quotes
 * belong to it. Returns the start of the next one, or NULL. */
static char *
cut_field (char *text, gboolean quoted, char **field)
{
  char *start = text + strspn (text, " \t");
  char *out = start, *s = start, *kept;
  gsize length;

  if (quoted && *s == '"')
    {
      for (s++; *s != '\0' && (*s != '"' || s[1] == '"'); *out++ = *s++)
        if (*s == '"')
          s++;
      s += *s == '"' ? 1 : 0;
    }
  kept = out;
  length = strcspn (s, ",");
  text = s[length] == ',' ? s + length + 1 : NULL;
  memmove (out, s, length);
  out += length;
  while (out > kept && (out[-1] == ' ' || out[-1] == '\t'))
    out--;
  *out = '\0';
  *field = start;
  return text;
}

guint
mien_line_split (char *text, gboolean quoted, char **fields)
{
  guint n = 0;

  while (text != NULL && n < MIEN_MAX_FIELDS)
    text = cut_field (text, quoted, &fields[n++]);
  return text != NULL ? MIEN_MAX_FIELDS + 1 : n;
}
