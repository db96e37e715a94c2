/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * The pipe between mienctl and mien-engine (PROTOCOL.md): lines of text, and bytes that a line has
 * announced. What comes in is hostile until parsed.
 */

enum
{
  MIEN_LINE_SIZE = 4096,           /* with the newline, or with a NUL in its place */
};

typedef enum
{
  MIEN_READ_ERROR = -1,
  MIEN_READ_END,                   /* the other side has closed, between two messages */
  MIEN_READ_DONE,
} MienRead;

typedef struct
{
  int     fd;
  size_t  begin, end;              /* what is buffered and not yet taken */
  uint8_t buffer[1 << 16];
} MienReader;

void     mien_reader_init  (MienReader *reader,
                            int         fd);
/* The next line, without its newline. A line that is too long, holds control characters or ends
 * with the file is an error, with one line in error (MIEN_ERROR_SIZE bytes). */
MienRead mien_reader_line  (MienReader *reader,
                            char        line[MIEN_LINE_SIZE],
                            char       *error);
/* Exactly n bytes; fewer are an error. */
MienRead mien_reader_bytes (MienReader *reader,
                            void       *bytes,
                            size_t      n,
                            char       *error);

/* "WORD N" with one blank and N in plain decimal, min <= N <= max: 0 and N in value, else -1. */
int      mien_parse_count  (const char *line,
                            const char *word,
                            long        min,
                            long        max,
                            long       *value);

/* One line, flushed. -1 when nobody reads any more. */
int      mien_say          (FILE       *out,
                            const char *format,
                            ...) __attribute__ ((format (printf, 2, 3)));
int      mien_say_bytes    (FILE       *out,
                            const void *bytes,
                            size_t      n);
