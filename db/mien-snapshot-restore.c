/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Going back to a snapshot: a batch of undoings and redoings, so that nothing leaves the
 * log. Which batches of a frame stand now and which stood then follow from its own
 * events; each that differs gets an undoing or redoing. As a batch stands on all its
 * frames or on none, the frames need not know of each other.
 *
 * Each frame's part ends in a redoing of the restoring itself. It changes nothing, and is
 * what tells a restoring from the undoing of one decision: mien-undo.c takes it for the
 * annotator's latest decision. Undoing that aims at it and sets the batches that it moved
 * as they would be without it, so that what others have undone or redone since stays;
 * redoing turns back what the undoing has moved. What aims at a restoring is a tick later
 * than what aims at other batches beside it.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-snapshot-private.h"

#include <math.h>
#include <string.h>

#include "mien-events-private.h"

typedef struct
{
  MienStore *store;
  const MienSnapshot *snapshot;
  MienNewEvent event;
  gint64 parts_clock, clock;
  GHashTable *counted; /* MienUuid of the batches of people */
  MienRestored restored;
} Restore;

static guint
uuid_hash (gconstpointer data)
{
  guint hash;

  /* The end of a UUID is random. */
  memcpy (&hash, ((const MienUuid *) data)->bytes + MIEN_UUID_SIZE - sizeof hash,
          sizeof hash);
  return hash;
}

static gboolean
uuid_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, MIEN_UUID_SIZE) == 0;
}

static gboolean
append (Restore *restore,
        gboolean stands,
        const MienUuid *target,
        gint64 clock,
        GError **error)
{
  restore->event.kind = stands ? MIEN_EVENT_REDONE : MIEN_EVENT_UNDONE;
  restore->event.clock = clock;
  restore->event.target = target;
  return mien_event_append (restore->store, &restore->event, error);
}

/* Once a batch: an import is of one frame. */
static void
count_batch (Restore *restore, const MienLogged *event, gboolean taken_back)
{
  if (event->kind != MIEN_EVENT_IMPORTED
      && !g_hash_table_add (restore->counted,
                            g_memdup2 (&event->batch, sizeof event->batch)))
    return;
  if (taken_back)
    restore->restored.taken_back++;
  else
    restore->restored.given_again++;
}

/* Whether an event before that one is of the same batch. */
static gboolean
is_known (GArray *events, guint place)
{
  for (guint i = 0; i < place; i++)
    if (uuid_equal (&g_array_index (events, MienLogged, i).batch,
                    &g_array_index (events, MienLogged, place).batch))
      return TRUE;
  return FALSE;
}

/* events: all of the frame. */
static gboolean
settle (Restore *restore, GArray *events, gboolean *differs, GError **error)
{
  g_autoptr (GArray) until = mien_labels_until (events, restore->snapshot->event);
  guint n = 0;

  mien_labels_mark_undone (events);
  mien_labels_mark_undone (until);
  for (guint i = 0; i < events->len; i++)
    {
      const MienLogged *now = &g_array_index (events, MienLogged, i);
      gboolean stood = FALSE;

      if (n < until->len && g_array_index (until, MienLogged, n).id == now->id)
        stood = !g_array_index (until, MienLogged, n++).undone;
      if (stood == !now->undone || mien_logged_is_aim (now) || is_known (events, i))
        continue;
      if (!append (restore, stood, &now->batch, restore->parts_clock, error))
        return FALSE;
      count_batch (restore, now, !stood);
      *differs = TRUE;
    }
  return TRUE;
}

static gboolean
restore_frame (Restore *restore, gint64 frame, GError **error)
{
  g_autoptr (GArray) events = mien_labels_events (restore->store, frame, error);
  gboolean differs = FALSE;

  restore->event.frame = frame;
  if (events == NULL || !settle (restore, events, &differs, error))
    return FALSE;
  if (!differs)
    return TRUE;
  restore->restored.frames++;
  return append (restore, TRUE, &restore->event.batch, restore->clock, error)
         && mien_labels_refresh (restore->store, frame, error);
}

static gboolean
restore_frames (Restore *restore, const MienSnapshotWatch *watch, GError **error)
{
  g_autoptr (MienSnapshot) now = mien_snapshot_find (restore->store, "now", error);
  g_autoptr (GArray) frames = NULL;

  if (now == NULL || !mien_store_tick (restore->store, &restore->parts_clock, error)
      || !mien_store_tick (restore->store, &restore->clock, error))
    return FALSE;
  frames = mien_snapshot_frames (restore->store, restore->snapshot, now, error);
  if (frames == NULL)
    return FALSE;
  for (guint i = 0; i < frames->len; i++)
    if (!mien_snapshot_go_on (watch, i + 1, frames->len, error)
        || !restore_frame (restore, g_array_index (frames, gint64, i), error))
      return FALSE;
  return TRUE;
}

gboolean
mien_snapshot_restore (MienStore *store,
                       const MienSnapshot *snapshot,
                       gint64 annotator,
                       const MienSnapshotWatch *watch,
                       MienRestored *restored,
                       GError **error)
{
  g_autoptr (GHashTable) counted =
      g_hash_table_new_full (uuid_hash, uuid_equal, g_free, NULL);
  Restore restore = {
    .store = store,
    .snapshot = snapshot,
    .event = { .annotator = annotator,
               .duration_us = -1,
               .item = -1,
               .confidence = (double) NAN },
    .counted = counted,
  };
  gboolean lifted;

  mien_event_uuid (&restore.event.batch);
  if (!mien_events_begin (store, &lifted, error)
      || !mien_events_end (store, lifted, restore_frames (&restore, watch, error), error))
    return FALSE;
  if (restored != NULL)
    *restored = restore.restored;
  return TRUE;
}

/* ---- undone and redone ---- */

/* The restoring itself, or what undid and redid it. */
static gboolean
is_about (GArray *events, const MienUuid *batch, const MienUuid *restoring)
{
  for (guint i = 0; i < events->len; i++)
    {
      const MienLogged *event = &g_array_index (events, MienLogged, i);

      if (uuid_equal (&event->batch, batch) && uuid_equal (&event->target, restoring))
        return TRUE;
    }
  return FALSE;
}

static gboolean
stands (GArray *events, const MienUuid *batch)
{
  for (guint i = 0; i < events->len; i++)
    if (uuid_equal (&g_array_index (events, MienLogged, i).batch, batch))
      return !g_array_index (events, MienLogged, i).undone;
  return FALSE;
}

static gboolean
stands_without (GArray *events, const MienUuid *batch, const MienUuid *restoring)
{
  for (guint i = events->len; i-- > 0;)
    {
      const MienLogged *event = &g_array_index (events, MienLogged, i);

      if (mien_logged_is_aim (event) && uuid_equal (&event->target, batch)
          && !is_about (events, &event->batch, restoring))
        return event->kind == MIEN_EVENT_REDONE;
    }
  return TRUE;
}

/* The batch that undid it last. NULL: none has. */
static const MienUuid *
last_undoing (GArray *events, const MienUuid *restoring)
{
  for (guint i = events->len; i-- > 0;)
    {
      const MienLogged *event = &g_array_index (events, MienLogged, i);

      if (event->kind == MIEN_EVENT_UNDONE && uuid_equal (&event->target, restoring))
        return &event->batch;
    }
  return NULL;
}

gboolean
mien_restoring_turn (MienStore *store,
                     const MienUuid *restoring,
                     const MienNewEvent *event,
                     gint64 clock,
                     GError **error)
{
  g_autoptr (GArray) events = mien_labels_events (store, event->frame, error);
  gboolean undo = event->kind == MIEN_EVENT_UNDONE;
  MienNewEvent part = *event;
  const MienUuid *turned;

  if (events == NULL)
    return FALSE;
  mien_labels_mark_undone (events);
  turned = undo ? restoring : last_undoing (events, restoring);
  part.clock = clock;
  for (guint i = 0; turned != NULL && i < events->len; i++)
    {
      const MienLogged *aim = &g_array_index (events, MienLogged, i);
      gboolean wanted;

      if (!mien_logged_is_aim (aim) || !uuid_equal (&aim->batch, turned)
          || uuid_equal (&aim->target, restoring))
        continue;
      wanted = undo ? stands_without (events, &aim->target, restoring)
                    : aim->kind == MIEN_EVENT_UNDONE;
      part.kind = wanted ? MIEN_EVENT_REDONE : MIEN_EVENT_UNDONE;
      part.target = &aim->target;
      if (wanted != stands (events, &aim->target)
          && !mien_event_append (store, &part, error))
        return FALSE;
    }
  return TRUE;
}
