/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "mien-store.h"

G_BEGIN_DECLS

/*
 * Copies of a project that were worked on apart become one: frames by their key, events by their UUID,
 * labels derived anew. The result is the same in whichever order copies come, and merging one again adds
 * nothing. Models, predictions and proposals stay where they are; DESIGN.md has the rules.
 */

typedef enum
{
  MIEN_CONFLICT_DISAGREEMENT,              /* annotators differ and nobody has the majority: the frame is
                                              in the queue again */
  MIEN_CONFLICT_REPLACED,                  /* one annotator, two answers: the later one stands */
  MIEN_CONFLICT_IMPORT,                    /* two imported labels: the earlier one stands */
  MIEN_CONFLICT_IMAGE,                     /* two pictures under one key: each copy keeps its own */
} MienConflictKind;

const char *mien_conflict_kind_id   (MienConflictKind kind);     /* "disagreement" ... */

typedef struct
{
  char     *annotator;                     /* NULL: imported */
  gint64    time;                          /* microseconds, UTC */
  MienLabel label;
} MienConflictAnswer;

typedef struct
{
  MienConflictKind kind;
  char            *key;                    /* of the frame */
  int              item;                   /* MienItem, -1: the whole frame */
  GPtrArray       *answers;                /* MienConflictAnswer, the oldest first */
} MienConflict;

/* What has come over. */
typedef struct
{
  guint64    events, frames, images;
  GPtrArray *annotators;                   /* char: the names of those who are new */
  GPtrArray *conflicts;                    /* MienConflict, by key and item */
} MienMergeReport;

typedef struct _MienMerge MienMerge;

/* store is borrowed, and only this merge runs in it as a job. progress and cancellable may be NULL. */
MienMerge  *mien_merge_new          (MienStore        *store,
                                     void            (*progress) (guint64  done,
                                                                  guint64  total,
                                                                  gpointer data),
                                     gpointer          data,
                                     GCancellable     *cancellable);
void        mien_merge_free         (MienMerge        *merge);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienMerge, mien_merge_free)

/* Opens a copy, which stays as it is, and checks all of it: verify, and that it is a copy of this project.
 * INVALID: it is another project, or the same file. CORRUPT: it is damaged, or contradicts the project.
 * The project is not changed. */
gboolean    mien_merge_add          (MienMerge        *merge,
                                     const char       *path,
                                     GError          **error);
/* Takes over what the copies have, one after the other; once. It commits as it goes, whole decisions at a
 * time: cut short, the same merge goes on. The report is the merge's. */
const MienMergeReport *mien_merge_run (MienMerge      *merge,
                                     GError          **error);

G_END_DECLS
