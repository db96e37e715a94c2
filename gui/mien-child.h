/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "mien-job-line.h"
#include "mien-models.h"

G_BEGIN_DECLS

/*
 * One run of mienctl, niced, with what it says of itself. It is ended by SIGTERM: mienctl then leaves
 * a checkpoint and loses nothing. It ends by itself should this process die.
 *
 * Signals: "changed" (progress or state), "ended" (once; the last one). All on the main thread.
 */

typedef enum
{
  MIEN_CHILD_IMPORT,
  MIEN_CHILD_EXPORT,
  MIEN_CHILD_TRAIN,
  MIEN_CHILD_PROPOSE,
  MIEN_CHILD_DEMO,
  MIEN_CHILD_COMPARE,
} MienChildKind;

typedef enum
{
  MIEN_CHILD_WAITING,
  MIEN_CHILD_RUNNING,
  MIEN_CHILD_STOPPING,
  MIEN_CHILD_DONE,
  MIEN_CHILD_FAILED,
  MIEN_CHILD_STOPPED,
} MienChildState;

#define MIEN_TYPE_CHILD (mien_child_get_type ())
G_DECLARE_FINAL_TYPE (MienChild, mien_child, MIEN, CHILD, GObject)

/* arguments: what follows "mienctl", without --json and --progress. */
MienChild         *mien_child_new          (MienChildKind       kind,
                                            const char *const  *arguments);
/* The program: $MIENCTL, else the one of the same build, else the installed one. */
char              *mien_child_program      (void);
/* What starts it as children are started: niced, ended with this process, with pipes for what it says. From any
 * thread that lives until it ends. */
GSubprocessLauncher *mien_child_launcher   (void);
/* How many processors a training or a proposing may use; 0: all. Before it starts. */
void               mien_child_set_threads  (MienChild          *self,
                                            guint               threads);
void               mien_child_start        (MienChild          *self);
void               mien_child_stop         (MienChild          *self);

MienChildKind      mien_child_get_kind     (MienChild          *self);
MienChildState     mien_child_get_state    (MienChild          *self);
gboolean           mien_child_is_over      (MienChild          *self);
const char *const *mien_child_get_arguments (MienChild         *self);
/* The last progress; 0 to 1, -1 while it cannot be told; the last validation score, NaN: none yet. */
const MienJobLine *mien_child_get_progress (MienChild          *self);
double             mien_child_get_fraction (MienChild          *self);
double             mien_child_get_score    (MienChild          *self);
/* What a training has said of its epochs so far: MienCurvePoint, in the order in which it came, named as
 * in the project. Grows; borrowed. */
const GArray      *mien_child_get_curves   (MienChild          *self);
/* Warnings so far, the first two hundred; how many there were in all. */
GPtrArray         *mien_child_get_warnings (MienChild          *self,
                                            guint              *count);
/* The last note; NULL: none. */
const char        *mien_child_get_note     (MienChild          *self);
/* The JSON it printed, once done; the one line it failed with. */
const char        *mien_child_get_result   (MienChild          *self);
const char        *mien_child_get_error    (MienChild          *self);

G_END_DECLS
