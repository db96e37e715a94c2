/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "mien-types.h"

G_BEGIN_DECLS

/*
 * Where a training lives until it is done: $XDG_CACHE_HOME/mien/PROJECT/KEY, with the pack, the checkpoint
 * and the curves so far. The key follows from labels and settings, so the same command finds its folder
 * again. One run of a project (and of its copies) at a time.
 */

typedef struct _MienRunFolder MienRunFolder;

/* Makes or finds it. What other runs of the project have left gives its packs back, and goes after two
 * weeks. */
MienRunFolder *mien_run_folder_open   (const MienUuid *project,
                                       const char     *key,       /* hexadecimal */
                                       GCancellable   *cancellable,
                                       GError        **error);
/* Leaves the folder where there is a checkpoint in it, or it is to be kept; else removes it. */
void           mien_run_folder_close  (MienRunFolder  *folder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienRunFolder, mien_run_folder_close)
/* What is in it saves time when the same command comes again, even without a checkpoint. */
void           mien_run_folder_keep   (MienRunFolder  *folder);
/* The training is done: nothing is kept. */
void           mien_run_folder_remove (MienRunFolder  *folder);

/* A descriptor to be inherited: the lock is held until its last holder is gone. */
int            mien_run_folder_lock   (MienRunFolder  *folder);
const char    *mien_run_folder_path   (MienRunFolder  *folder);
/* Of a file in it; owned by the folder. */
const char    *mien_run_folder_file   (MienRunFolder  *folder,
                                       const char     *name);
gboolean       mien_run_folder_has    (MienRunFolder  *folder,
                                       const char     *name);

#define MIEN_RUN_PACK "training.pack"
#define MIEN_RUN_PIXELS "training.pack.sha256"     /* of the pack's pixels */
#define MIEN_RUN_CURVES "curves"                   /* lines of the engine's protocol */
#define MIEN_RUN_CHECKPOINT "checkpoint.safetensors"
#define MIEN_RUN_MODEL "model.safetensors"
/* The control's own folder, with a checkpoint and a model of these names, and its curves. */
#define MIEN_RUN_CONTROL "control"
#define MIEN_RUN_CONTROL_CURVES "control.curves"
#define MIEN_RUN_CONTROL_MODEL MIEN_RUN_CONTROL G_DIR_SEPARATOR_S MIEN_RUN_MODEL

G_END_DECLS
