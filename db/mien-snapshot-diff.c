/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What differs between the labels of two snapshots. A frame without events in between has
 * the same labels in both and is not looked at; of the others, the labels of either side
 * are derived from their events up to it, by the same mien_labels_derive as ever. So the
 * cost is that of what changed, and no label table of the past is kept.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-snapshot-private.h"

typedef struct
{
  MienDiff *diff;
  GHashTable *annotators; /* id -> MienDiffSides */
} Count;

static void
annotator_clear (gpointer data)
{
  g_free (((MienDiffAnnotator *) data)->name);
}

static MienDiff *
diff_new (void)
{
  MienDiff *diff = g_new0 (MienDiff, 1);

  diff->frames = g_array_new (FALSE, FALSE, sizeof (gint64));
  diff->annotators = g_array_new (FALSE, FALSE, sizeof (MienDiffAnnotator));
  g_array_set_clear_func (diff->annotators, annotator_clear);
  return diff;
}

void
mien_diff_free (MienDiff *diff)
{
  if (diff == NULL)
    return;
  g_array_unref (diff->frames);
  g_array_unref (diff->annotators);
  g_free (diff);
}

/* Which of the MIEN_DIFF_ANSWERS. */
static guint
answer_of (MienItem item, const MienLabel *label)
{
  if (label->answer == MIEN_ANSWER_CANNOT_TELL)
    return MIEN_DIFF_CANNOT_TELL;
  if (label->answer == MIEN_ANSWER_UNRESOLVED)
    return MIEN_DIFF_UNRESOLVED;
  if (item == MIEN_ITEM_VALENCE_AROUSAL)
    return 0;
  return (guint) CLAMP (label->value[0], 0, MIEN_EXPRESSION_COUNT - 1);
}

/* Of whom the event is. 0: imported. */
static gint64
annotator_of (GArray *events, gint64 id)
{
  for (guint i = 0; i < events->len; i++)
    if (g_array_index (events, MienLogged, i).id == id)
      return g_array_index (events, MienLogged, i).annotator;
  return 0;
}

static MienDiffSides *
ensure_annotator (Count *count, gint64 id)
{
  MienDiffSides *sides = g_hash_table_lookup (count->annotators, &id);

  if (sides == NULL)
    {
      sides = g_new0 (MienDiffSides, 1);
      g_hash_table_insert (count->annotators, g_memdup2 (&id, sizeof id), sides);
    }
  return sides;
}

/* One side of a label that differs. */
static void
count_side (Count *count,
            MienItem item,
            GArray *events,
            const MienDerived *derived,
            gboolean after)
{
  const MienLabel *label = &derived->labels.item[item];
  MienDiffSides *sides[3] = {
    &count->diff->answers[item][answer_of (item, label)],
    &count->diff->sources[label->source],
  };
  gint64 annotator;

  if (label->answer == MIEN_ANSWER_NONE)
    return;
  annotator = annotator_of (events, derived->event[item]);
  if (annotator != 0)
    sides[2] = ensure_annotator (count, annotator);
  for (guint i = 0; i < G_N_ELEMENTS (sides) && sides[i] != NULL; i++)
    {
      sides[i]->before += after ? 0 : 1;
      sides[i]->after += after ? 1 : 0;
    }
}

static void
count_change (MienDiffCounts *counts, gboolean was, gboolean is)
{
  counts->added += !was && is;
  counts->removed += was && !is;
  counts->changed += was && is;
}

static gboolean
compare (Count *count,
         GArray *events,
         const MienDerived *before,
         const MienDerived *after)
{
  gboolean differs = before->not_a_face != after->not_a_face;

  if (differs)
    count_change (&count->diff->not_a_face, before->not_a_face, after->not_a_face);
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    {
      const MienLabel *a = &before->labels.item[item], *b = &after->labels.item[item];

      if (mien_label_equal (a, b) && a->source == b->source)
        continue;
      differs = TRUE;
      count_change (&count->diff->items[item], a->answer != MIEN_ANSWER_NONE,
                    b->answer != MIEN_ANSWER_NONE);
      count_side (count, (MienItem) item, events, before, FALSE);
      count_side (count, (MienItem) item, events, after, TRUE);
    }
  return differs;
}

static void
derive_until (GArray *events, const MienSnapshot *snapshot, MienDerived *derived)
{
  g_autoptr (GArray) until = mien_labels_until (events, snapshot->event);

  mien_labels_derive (until, derived);
}

static gboolean
compare_frames (MienStore *store,
                Count *count,
                const MienSnapshot *from,
                const MienSnapshot *to,
                const MienSnapshotWatch *watch,
                GError **error)
{
  g_autoptr (GArray) frames = mien_snapshot_frames (store, from, to, error);

  if (frames == NULL)
    return FALSE;
  for (guint i = 0; i < frames->len; i++)
    {
      gint64 frame = g_array_index (frames, gint64, i);
      g_autoptr (GArray) events = NULL;
      MienDerived before, after;

      if (!mien_snapshot_go_on (watch, i + 1, frames->len, error)
          || (events = mien_labels_events (store, frame, error)) == NULL)
        return FALSE;
      derive_until (events, from, &before);
      derive_until (events, to, &after);
      if (compare (count, events, &before, &after))
        g_array_append_val (count->diff->frames, frame);
    }
  return TRUE;
}

/* In the order in which they came to the project. */
static gboolean
name_annotators (MienStore *store, Count *count, GError **error)
{
  g_autoptr (MienStatement) row =
      mien_query (store, error, MIEN_SCAN "SELECT id, name FROM annotator ORDER BY id");
  MienStep step = MIEN_STEP_ERROR;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      gint64 id = mien_column_int (row, 0);
      const MienDiffSides *sides = g_hash_table_lookup (count->annotators, &id);
      MienDiffAnnotator annotator;

      if (sides == NULL)
        continue;
      annotator = (MienDiffAnnotator){ mien_column_text (row, 1), *sides };
      g_array_append_val (count->diff->annotators, annotator);
    }
  return step == MIEN_STEP_DONE;
}

MienDiff *
mien_snapshot_diff (MienStore *store,
                    const MienSnapshot *from,
                    const MienSnapshot *to,
                    const MienSnapshotWatch *watch,
                    GError **error)
{
  g_autoptr (MienDiff) diff = diff_new ();
  g_autoptr (GHashTable) annotators =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  Count count = { diff, annotators };

  if (!compare_frames (store, &count, from, to, watch, error)
      || !name_annotators (store, &count, error))
    return NULL;
  return g_steal_pointer (&diff);
}

gboolean
mien_snapshot_labels (MienStore *store,
                      const MienSnapshot *snapshot,
                      gint64 frame,
                      MienLabels *labels,
                      gboolean *not_a_face,
                      GError **error)
{
  g_autoptr (GArray) events = mien_labels_events (store, frame, error);
  MienDerived derived;

  if (events == NULL)
    return FALSE;
  derive_until (events, snapshot, &derived);
  *labels = derived.labels;
  if (not_a_face != NULL)
    *not_a_face = derived.not_a_face;
  return TRUE;
}
