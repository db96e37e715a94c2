/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * One line that mien-engine says (model/PROTOCOL.md), read strictly: the words of its kind, each once,
 * numbers in range, and nothing else. The engine may have been shot through by a stray write, so
 * a line is hostile.
 */

enum
{
  MIEN_ENGINE_MAX_LINE = 4095,             /* without the end of the line */
  MIEN_ENGINE_MAX_NAME = 63,
  MIEN_ENGINE_MAX_EPOCH = 1000000,
};

typedef enum
{
  MIEN_ENGINE_HELLO,
  MIEN_ENGINE_START,                       /* images, validation, steps, parameters, epoch: done already */
  MIEN_ENGINE_PROGRESS,                    /* step, steps, epoch, value: the loss, rate */
  MIEN_ENGINE_METRIC,                      /* epoch, name, value */
  MIEN_ENGINE_THRESHOLD,                   /* epoch, index of a class or unit, value */
  MIEN_ENGINE_CHECKPOINT,                  /* epoch */
  MIEN_ENGINE_DONE,                        /* epoch, 0 where nothing was trained */
  MIEN_ENGINE_ERROR,                       /* text */
  MIEN_ENGINE_ANSWERS,                     /* count */
} MienEngineMessageKind;

typedef struct
{
  MienEngineMessageKind kind;
  int      epoch;
  guint64  step, steps, images, validation, parameters, count;
  gboolean is_unit;                        /* of a threshold: of an action unit, not of a class */
  guint    index;
  double   value, rate;                    /* finite, but for the loss of progress */
  char     name[MIEN_ENGINE_MAX_NAME + 1];
  char     text[MIEN_ENGINE_MAX_LINE + 1]; /* valid UTF-8 without control characters */
} MienEngineMessage;

/* FALSE: the line is none of the protocol, and message is untouched. length is without the end
 * of the line; line need not be terminated. */
gboolean mien_engine_message_parse (const char        *line,
                                    gsize              length,
                                    MienEngineMessage *message);

G_END_DECLS
