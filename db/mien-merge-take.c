/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Takes over what the project lacks of a copy. Each event goes in as it is; the labels of
 * its frame, the frame's bits and the proposals follow in the same transaction, as they
 * do when a person decides. A transaction ends only behind a whole decision, so that the
 * project is sound whenever it is cut short, and a decision of somebody at the window
 * never waits long.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-merge-private.h"

#include <string.h>

typedef struct
{
  MienMerge *merge;
  MienMergeSource *source;
  gint64 last_frame; /* later ones have come with this copy */

  MienUuid batch;
  GHashTable *frames; /* gint64: of the batch */
} Take;

/* What the batch was about follows it. */
static gboolean
end_batch (Take *take, GError **error)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, take->frames);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      gint64 frame = *(gint64 *) key;

      if (!mien_labels_refresh (take->merge->store, frame, error))
        return FALSE;
      if (frame <= take->last_frame)
        g_hash_table_add (take->merge->touched, g_memdup2 (&frame, sizeof frame));
    }
  g_hash_table_remove_all (take->frames);
  return mien_store_breathe (take->merge->store, error);
}

static gboolean
take_event (Take *take, const MienMergeEvent *event, GError **error)
{
  MienMerge *merge = take->merge;
  gint64 frame, id;

  if (!mien_query_int (merge->store, error, 0, &frame,
                       "SELECT id FROM frame WHERE uuid = ?1", MIEN_UUID (&event->frame)))
    return FALSE;
  if (frame == 0)
    return mien_merge_refuse (take->source, error, "an event is about no frame");
  if (!mien_store_raise_clock (merge->store, event->clock, error)
      || !mien_merge_event_insert (merge->store, event, frame,
                                   mien_merge_annotator (take->source, event->annotator),
                                   &id, error))
    return FALSE;
  g_hash_table_add (take->frames, g_memdup2 (&frame, sizeof frame));
  g_array_append_val (merge->added, id);
  merge->report.events++;
  return TRUE;
}

/* Another copy may have brought the same event by now. */
static gboolean
take_events (Take *take, GError **error)
{
  MienMergeSource *source = take->source;

  for (guint i = 0; i < source->events->len; i++)
    {
      g_auto (MienMergeEvent) event = { 0 }, known = { 0 };
      gboolean found;

      if (!mien_merge_event_get (source->store, g_array_index (source->events, gint64, i),
                                 &event, error)
          || !mien_merge_event_find (take->merge->store, &event.uuid, &known, &found,
                                     error))
        return FALSE;
      if (found && !mien_merge_event_same (&event, &known))
        return mien_merge_refuse (source, error,
                                  "an event says something else in another copy");
      if (memcmp (&event.batch, &take->batch, sizeof take->batch) != 0
          && !end_batch (take, error))
        return FALSE;
      take->batch = event.batch;
      if ((!found && !take_event (take, &event, error))
          || !mien_merge_count (take->merge, error))
        return FALSE;
    }
  return end_batch (take, error);
}

gboolean
mien_merge_take (MienMerge *merge, MienMergeSource *source, GError **error)
{
  g_autoptr (GHashTable) frames =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  Take take = { .merge = merge, .source = source, .frames = frames };

  return mien_query_int (merge->store, error, 0, &take.last_frame,
                         "SELECT max (id) FROM frame")
         && mien_merge_annotators (merge, source, TRUE, error)
         && mien_merge_frames (merge, source, error)
         && mien_merge_lists (merge, source, error) && take_events (&take, error)
         && mien_store_raise_clock (merge->store, source->clock, error);
}
