/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "mien-engine-message.h"

G_BEGIN_DECLS

/*
 * mien-engine as a child on three pipes (model/PROTOCOL.md). It inherits nothing else but the
 * lock of a run: no descriptor of the project, no terminal signals. One thread at a time uses a MienEngine.
 *
 * Errors are MIEN_JOB_ERROR_ENGINE, where the engine named its reason or is not the right program;
 * MIEN_JOB_ERROR_CRASHED, where it died, fell silent or spoke gibberish; and G_IO_ERROR_CANCELLED,
 * after which mien_engine_stop() lets it leave in peace.
 */

typedef struct _MienEngine MienEngine;

typedef struct
{
  const char *const *arguments;            /* the command and its options, NULL-terminated */
  GBytes            *weights;              /* safetensors for --weights, or NULL; never on the disk */
  int                lock;                 /* a descriptor that it holds while it lives, 0: none */
  guint              silence_seconds;      /* how long it may say nothing while it is waited for */
  GCancellable      *cancellable;
} MienEngineOptions;

/* Starts the engine and hears its greeting. */
MienEngine *mien_engine_start       (const MienEngineOptions *options,
                                     GError                 **error);
/* Kills the engine if it still runs. */
void        mien_engine_free        (MienEngine              *engine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienEngine, mien_engine_free)

/* The next line; an `error` line is the error. */
gboolean    mien_engine_next        (MienEngine              *engine,
                                     MienEngineMessage       *message,
                                     GError                 **error);
/* Writes all of it, listening meanwhile, so that neither side waits for the other for ever. */
gboolean    mien_engine_send        (MienEngine              *engine,
                                     const void              *data,
                                     gsize                    size,
                                     GError                 **error);
/* Reads exactly size bytes. */
gboolean    mien_engine_receive     (MienEngine              *engine,
                                     void                    *data,
                                     gsize                    size,
                                     GError                 **error);
/* After `done`: waits for the end, which must be a good one. */
gboolean    mien_engine_finish      (MienEngine              *engine,
                                     GError                 **error);
/* In mid-work: closes its stdin, so that it writes a checkpoint and leaves; kills it if that takes
 * longer than the time. TRUE: it left by itself. */
gboolean    mien_engine_stop        (MienEngine              *engine,
                                     guint                    seconds);
/* Where the engine is: $MIEN_ENGINE, beside this build, or installed. */
char       *mien_engine_find        (GError                 **error);

G_END_DECLS
