/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-store.h"

G_BEGIN_DECLS

/*
 * Snapshots of the labels: a name for a place in the log. The labels that there were then follow from
 * the events up to it, so that taking one costs nothing, however many labels there are.
 */

typedef struct
{
  MienUuid       uuid;
  char          *name;                     /* "now": the log as it is, taken by nobody */
  char          *annotator;                /* who took it; NULL: not told */
  gint64         time;                     /* microseconds, UTC */
  gint64         event;                    /* the last one then, by id; 0: there was none */
  guint64        frames;
  guint64        imported[MIEN_TASK_COUNT];   /* frames with such a label, as in MienStatus */
  guint64        human[MIEN_TASK_COUNT];
} MienSnapshot;

void          mien_snapshot_free      (MienSnapshot     *snapshot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienSnapshot, mien_snapshot_free)

/* name: 1 to 100 characters of UTF-8 without control ones, and not "now". annotator: 0, not told.
 * EXISTS if the name is taken: a snapshot never changes and never goes. */
MienSnapshot *mien_snapshot_take      (MienStore        *store,
                                       const char       *name,
                                       gint64            annotator,
                                       GError          **error);
/* Oldest first. Elements: MienSnapshot. */
GPtrArray    *mien_snapshot_list      (MienStore        *store,
                                       GError          **error);
/* By name, or "now". */
MienSnapshot *mien_snapshot_find      (MienStore        *store,
                                       const char       *name,
                                       GError          **error);

G_END_DECLS
