/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the copies do not agree on, of the frames that a merge has touched. The sides are
 * the project as it was and each copy as it is. Nothing is decided here: the labels
 * follow from the united log by the same rule as ever, and a dispute is in the queue
 * because its item has no label.
 *
 * A side's own answer is one that the other side has never seen. Two sides' own answers
 * that differ are a conflict even where the rule knows which one stands: the first of two
 * imports, the later of one annotator's two answers.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-merge-private.h"

#include <string.h>

typedef struct
{
  MienMerge *merge;
  gint64 frame;
  char *key;
  GArray *events;   /* MienLogged: all there are now */
  GPtrArray *sides; /* GArray of MienLogged; the project's own side comes first */
  MienDerived before, after;
} Look;

static void
look_clear (Look *look)
{
  g_free (look->key);
  g_clear_pointer (&look->events, g_array_unref);
  g_clear_pointer (&look->sides, g_ptr_array_unref);
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return x < y ? -1 : x > y;
}

static gboolean
was_added (MienMerge *merge, gint64 event)
{
  return g_array_binary_search (merge->added, &event, compare_ids, NULL);
}

static const MienLogged *
find_event (GArray *events, const MienUuid *uuid)
{
  for (guint i = 0; i < events->len; i++)
    {
      const MienLogged *event = &g_array_index (events, MienLogged, i);

      if (memcmp (&event->uuid, uuid, sizeof *uuid) == 0)
        return event;
    }
  return NULL;
}

/* The frame as the copy has it, its annotators told by the project's ids. */
static gboolean
add_side (Look *look, MienMergeSource *source, const MienUuid *uuid, GError **error)
{
  GArray *events;
  MienDerived derived;
  gint64 frame;

  if (!mien_query_int (source->store, error, 0, &frame,
                       "SELECT id FROM frame WHERE uuid = ?1", MIEN_UUID (uuid)))
    return FALSE;
  events = mien_labels_events (source->store, frame, error);
  if (events == NULL)
    return FALSE;
  for (guint i = 0; i < events->len; i++)
    {
      MienLogged *event = &g_array_index (events, MienLogged, i);

      event->annotator = mien_merge_annotator (source, event->annotator);
    }
  mien_labels_derive (events, &derived);
  g_ptr_array_add (look->sides, events);
  return TRUE;
}

static gboolean
look_at (Look *look, GError **error)
{
  MienMerge *merge = look->merge;
  GArray *before = g_array_new (FALSE, TRUE, sizeof (MienLogged));
  MienUuid uuid;

  look->sides = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  g_ptr_array_add (look->sides, before);
  look->events = mien_labels_events (merge->store, look->frame, error);
  if (look->events == NULL)
    return FALSE;
  for (guint i = 0; i < look->events->len; i++)
    if (!was_added (merge, g_array_index (look->events, MienLogged, i).id))
      g_array_append_val (before, g_array_index (look->events, MienLogged, i));
  mien_labels_derive (before, &look->before);
  mien_labels_derive (look->events, &look->after);
  mien_frame_uuid (look->key, &uuid);
  for (guint i = 0; i < merge->sources->len; i++)
    if (!add_side (look, merge->sources->pdata[i], &uuid, error))
      return FALSE;
  return TRUE;
}

static void
answer_free (gpointer data)
{
  MienConflictAnswer *answer = data;

  g_free (answer->annotator);
  g_free (answer);
}

static void
conflict_free (gpointer data)
{
  MienConflict *conflict = data;

  g_free (conflict->key);
  g_ptr_array_unref (conflict->answers);
  g_free (conflict);
}

static MienConflict *
conflict_new (MienConflictKind kind, const char *key, int item)
{
  MienConflict *conflict = g_new0 (MienConflict, 1);

  conflict->kind = kind;
  conflict->key = g_strdup (key);
  conflict->item = item;
  conflict->answers = g_ptr_array_new_with_free_func (answer_free);
  return conflict;
}

static gboolean
add_answer (Look *look, MienConflict *conflict, const MienLogged *event, GError **error)
{
  g_autoptr (MienStatement) row = mien_query (
      look->merge->store, error,
      "SELECT a.name, e.time FROM event e LEFT JOIN annotator a ON a.id = e.annotator"
      " WHERE e.id = ?1",
      MIEN_INT (event->id));
  MienConflictAnswer *answer;

  if (row == NULL || mien_statement_step (row, error) == MIEN_STEP_ERROR)
    return FALSE;
  answer = g_new0 (MienConflictAnswer, 1);
  answer->annotator = mien_column_text (row, 0);
  answer->time = mien_column_int (row, 1);
  answer->label.answer = event->answer;
  answer->label.source =
      event->kind == MIEN_EVENT_IMPORTED ? MIEN_SOURCE_IMPORTED : MIEN_SOURCE_HUMAN;
  memcpy (answer->label.value, event->value, sizeof answer->label.value);
  g_ptr_array_add (conflict->answers, answer);
  return TRUE;
}

/* events: MienLogged of look->events; in the order of the log. */
static gboolean
report (Look *look, MienConflictKind kind, int item, GHashTable *events, GError **error)
{
  MienConflict *conflict;

  if (g_hash_table_size (events) == 0)
    return TRUE;
  conflict = conflict_new (kind, look->key, item);
  g_ptr_array_add (look->merge->report.conflicts, conflict);
  for (guint i = 0; i < look->events->len; i++)
    {
      const MienLogged *event = &g_array_index (look->events, MienLogged, i);

      if (g_hash_table_contains (events, event)
          && !add_answer (look, conflict, event, error))
        return FALSE;
    }
  return TRUE;
}

/* Nobody has the majority, and the merge has brought an answer or is what made it so. */
static gboolean
find_dispute (Look *look, MienItem item, GHashTable *found)
{
  g_autoptr (GPtrArray) votes = g_ptr_array_new ();
  gboolean is_new = look->before.labels.item[item].answer != MIEN_ANSWER_UNRESOLVED;

  if (look->after.labels.item[item].answer != MIEN_ANSWER_UNRESOLVED)
    return FALSE;
  mien_labels_votes (look->events, item, votes);
  for (guint i = 0; i < votes->len; i++)
    is_new =
        is_new || was_added (look->merge, ((const MienLogged *) votes->pdata[i])->id);
  for (guint i = 0; is_new && i < votes->len; i++)
    g_hash_table_add (found, votes->pdata[i]);
  return is_new;
}

/* What a side says of the item: the first import, or each annotator's standing answer. */
static void
side_answers (GArray *events, MienItem item, gboolean imported, GPtrArray *answers)
{
  if (!imported)
    {
      mien_labels_votes (events, item, answers);
      return;
    }
  g_ptr_array_set_size (answers, 0);
  for (guint i = 0; i < events->len && answers->len == 0; i++)
    {
      MienLogged *event = &g_array_index (events, MienLogged, i);

      if (event->kind == MIEN_EVENT_IMPORTED && event->item == (int) item)
        g_ptr_array_add (answers, event);
    }
}

static gboolean
is_conflict (const MienLogged *a, GArray *side_a, const MienLogged *b, GArray *side_b)
{
  MienLabel x = { .answer = a->answer, .value = { a->value[0], a->value[1] } };
  MienLabel y = { .answer = b->answer, .value = { b->value[0], b->value[1] } };

  return a->annotator == b->annotator && !mien_label_equal (&x, &y)
         && find_event (side_b, &a->uuid) == NULL
         && find_event (side_a, &b->uuid) == NULL;
}

/* Own answers of two sides that differ, of one annotator or of the imports. */
static void
find_pairs (Look *look, MienItem item, gboolean imported, GHashTable *found)
{
  g_autoptr (GPtrArray) as = g_ptr_array_new (), bs = g_ptr_array_new ();

  for (guint i = 0; i < look->sides->len; i++)
    for (guint k = i + 1; k < look->sides->len; k++)
      {
        GArray *a = look->sides->pdata[i], *b = look->sides->pdata[k];

        side_answers (a, item, imported, as);
        side_answers (b, item, imported, bs);
        for (guint m = 0; m < as->len * bs->len; m++)
          {
            const MienLogged *x = as->pdata[m / bs->len], *y = bs->pdata[m % bs->len];

            if (!is_conflict (x, a, y, b))
              continue;
            g_hash_table_add (found, (gpointer) find_event (look->events, &x->uuid));
            g_hash_table_add (found, (gpointer) find_event (look->events, &y->uuid));
          }
      }
}

static gboolean
look_at_items (Look *look, GError **error)
{
  g_autoptr (GHashTable) found = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < MIEN_ITEM_COUNT; i++)
    {
      MienItem item = (MienItem) i;

      g_hash_table_remove_all (found);
      find_pairs (look, item, TRUE, found);
      if (!report (look, MIEN_CONFLICT_IMPORT, (int) i, found, error))
        return FALSE;
      g_hash_table_remove_all (found);
      if (find_dispute (look, item, found))
        {
          if (!report (look, MIEN_CONFLICT_DISAGREEMENT, (int) i, found, error))
            return FALSE;
          continue;
        }
      find_pairs (look, item, FALSE, found);
      if (!report (look, MIEN_CONFLICT_REPLACED, (int) i, found, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
look_at_frame (MienMerge *merge, gint64 frame, GError **error)
{
  g_autoptr (MienFrame) named = mien_frames_get (merge->store, frame, error);
  Look look = { .merge = merge, .frame = frame };
  gboolean ok;

  if (named == NULL)
    return FALSE;
  look.key = g_strdup (named->key);
  ok = look_at (&look, error) && look_at_items (&look, error);
  look_clear (&look);
  return ok;
}

static int
compare_conflicts (gconstpointer a, gconstpointer b)
{
  const MienConflict *x = *(MienConflict *const *) a, *y = *(MienConflict *const *) b;
  int order = strcmp (x->key, y->key);

  if (order == 0)
    order = x->item != y->item ? x->item - y->item : (int) x->kind - (int) y->kind;
  return order;
}

gboolean
mien_merge_conflicts (MienMerge *merge, GError **error)
{
  GPtrArray *conflicts = merge->report.conflicts;
  GHashTableIter iter;
  gpointer key;

  g_ptr_array_set_free_func (conflicts, conflict_free);
  g_hash_table_iter_init (&iter, merge->images);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_ptr_array_add (conflicts, conflict_new (MIEN_CONFLICT_IMAGE, key, -1));
  g_hash_table_iter_init (&iter, merge->touched);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (!look_at_frame (merge, *(gint64 *) key, error))
      return FALSE;
  g_ptr_array_sort (conflicts, compare_conflicts);
  return TRUE;
}
