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

/* Who looks on while many frames are gone through. NULL: nobody. */
typedef struct
{
  GCancellable  *cancellable;              /* NULL: cannot be stopped */
  void         (*progress) (guint64 done, guint64 total, gpointer data);   /* in frames; may be NULL */
  gpointer       data;
} MienSnapshotWatch;

/* What a label says, for counting: a class, 0 or 1 of an action unit, 0 of valence and arousal, or */
enum
{
  MIEN_DIFF_CANNOT_TELL = MIEN_EXPRESSION_COUNT,
  MIEN_DIFF_UNRESOLVED,
  MIEN_DIFF_ANSWERS,
};

typedef struct
{
  guint64        added, removed, changed;  /* changed: another answer, value or source */
} MienDiffCounts;

/* Of the labels that differ, so many were such before, and so many are after. */
typedef struct
{
  guint64        before, after;
} MienDiffSides;

typedef struct
{
  char          *name;
  MienDiffSides  sides;
} MienDiffAnnotator;

typedef struct
{
  GArray        *frames;                   /* gint64, ascending: where anything of what follows differs */
  MienDiffCounts items[MIEN_ITEM_COUNT];
  MienDiffSides  answers[MIEN_ITEM_COUNT][MIEN_DIFF_ANSWERS];
  MienDiffSides  sources[MIEN_SOURCE_HUMAN + 1];
  GArray        *annotators;               /* MienDiffAnnotator: whose answer is the last that the label
                                              rests on; those without a label here are left out */
  MienDiffCounts not_a_face;               /* frames: said since (added), or not any more (removed) */
} MienDiff;

void          mien_diff_free          (MienDiff         *diff);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienDiff, mien_diff_free)

/* From the labels of one snapshot to those of the other, whichever is older. Only frames with events in
 * between are looked at. G_IO_ERROR_CANCELLED if it was stopped. */
MienDiff     *mien_snapshot_diff      (MienStore        *store,
                                       const MienSnapshot *from,
                                       const MienSnapshot *to,
                                       const MienSnapshotWatch *watch,
                                       GError          **error);
/* The labels of a frame as they were then. not_a_face may be NULL. */
gboolean      mien_snapshot_labels    (MienStore        *store,
                                       const MienSnapshot *snapshot,
                                       gint64            frame,
                                       MienLabels       *labels,
                                       gboolean         *not_a_face,
                                       GError          **error);

typedef struct
{
  guint          frames;                   /* that are otherwise now */
  guint64        taken_back, given_again;  /* decisions; what was once imported of a frame counts as one */
} MienRestored;

/* Takes back whatever was decided and imported since, by whomever, and gives again what was taken back
 * since: labels, skips, flags and notes are as they were. One decision of the annotator's in the log,
 * which mien_events_undo takes back; where all is as it was already, none. All or nothing, in one
 * transaction. restored and watch may be NULL. G_IO_ERROR_CANCELLED if it was stopped. */
gboolean      mien_snapshot_restore   (MienStore        *store,
                                       const MienSnapshot *snapshot,
                                       gint64            annotator,
                                       const MienSnapshotWatch *watch,
                                       MienRestored     *restored,
                                       GError          **error);

G_END_DECLS
