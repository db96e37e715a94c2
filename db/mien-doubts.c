/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Doubts of all kinds into one list of frames. Each kind keeps its strongest ones; what a
 * frame is doubted for then comes together here. No transaction goes round it: what is
 * committed meanwhile is looked at or not.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-doubts-private.h"

enum
{
  CHECK_EVERY = 4096, /* rows between looks at the cancellable */
};

static const char *const kind_ids[MIEN_DOUBT_KINDS] = {
  [MIEN_DOUBT_PEOPLE] = "people",           [MIEN_DOUBT_MODEL] = "model",
  [MIEN_DOUBT_PREDECESSOR] = "predecessor", [MIEN_DOUBT_RULES] = "rules",
  [MIEN_DOUBT_NEIGHBOURS] = "neighbours",
};

const char *
mien_doubt_kind_id (MienDoubtKind kind)
{
  return kind_ids[kind];
}

gboolean
mien_doubt_kind_from_id (const char *id, MienDoubtKind *kind)
{
  for (guint i = 0; i < MIEN_DOUBT_KINDS; i++)
    if (g_str_equal (id, kind_ids[i]))
      {
        *kind = (MienDoubtKind) i;
        return TRUE;
      }
  return FALSE;
}

void
mien_doubtful_free (MienDoubtful *doubtful)
{
  if (doubtful == NULL)
    return;
  g_free (doubtful->key);
  g_array_unref (doubtful->doubts);
  g_free (doubtful);
}

static void
free_doubtful (gpointer data)
{
  mien_doubtful_free (data);
}

MienStep
mien_doubts_step (MienDoubtSearch *search, MienStatement *row, GError **error)
{
  if (row == NULL
      || (++search->rows % CHECK_EVERY == 0
          && g_cancellable_set_error_if_cancelled (search->cancellable, error)))
    return MIEN_STEP_ERROR;
  return mien_statement_step (row, error);
}

static gboolean
wants (const MienDoubtSearch *search, MienDoubtKind kind)
{
  return (search->kinds >> kind & 1) != 0;
}

/* ---- what there is ---- */

static gboolean
find_models (MienDoubtSearch *search, GError **error)
{
  g_autoptr (GError) failed = NULL;
  gint64 previous;

  if (!wants (search, MIEN_DOUBT_MODEL) && !wants (search, MIEN_DOUBT_PREDECESSOR))
    return TRUE;
  search->model = mien_models_current (search->store, &failed);
  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  if (search->model == NULL || !wants (search, MIEN_DOUBT_PREDECESSOR))
    return TRUE;
  previous = mien_models_previous (search->store);
  if (previous == 0)
    return TRUE;
  search->predecessor = mien_models_get (search->store, previous, error);
  return search->predecessor != NULL;
}

static gboolean
find (MienDoubtSearch *search, GError **error)
{
  if (!find_models (search, error))
    return FALSE;
  if ((search->model != NULL || wants (search, MIEN_DOUBT_RULES))
      && !mien_doubts_find_by_frame (search, error))
    return FALSE;
  return (!wants (search, MIEN_DOUBT_PEOPLE) || mien_doubts_find_people (search, error))
         && (!wants (search, MIEN_DOUBT_NEIGHBOURS)
             || mien_doubts_find_neighbours (search, error));
}

/* ---- one list ---- */

static int
compare_doubts (gconstpointer a, gconstpointer b)
{
  const MienDoubt *x = a, *y = b;

  return x->score != y->score ? mien_doubt_compare (x, y) : (int) x->kind - (int) y->kind;
}

static int
compare_doubtful (gconstpointer a, gconstpointer b)
{
  const MienDoubtful *x = *(MienDoubtful *const *) a, *y = *(MienDoubtful *const *) b;

  if (x->score != y->score)
    return x->score > y->score ? -1 : 1;
  return x->frame < y->frame ? -1 : x->frame > y->frame;
}

/* The stronger one stays of two of a kind: a frame has a point and an expression. */
static void
add_doubt (GHashTable *by_frame, const MienDoubt *doubt)
{
  MienDoubtful *doubtful = g_hash_table_lookup (by_frame, &doubt->frame);

  if (doubtful == NULL)
    {
      doubtful = g_new0 (MienDoubtful, 1);
      doubtful->frame = doubt->frame;
      doubtful->doubts = g_array_new (FALSE, FALSE, sizeof (MienDoubt));
      g_hash_table_insert (by_frame, &doubtful->frame, doubtful);
    }
  for (guint i = 0; i < doubtful->doubts->len; i++)
    {
      MienDoubt *known = &g_array_index (doubtful->doubts, MienDoubt, i);

      if (known->kind != doubt->kind)
        continue;
      if (compare_doubts (doubt, known) < 0)
        *known = *doubt;
      return;
    }
  g_array_append_vals (doubtful->doubts, doubt, 1);
}

static GPtrArray *
unite (const MienDoubtSearch *search)
{
  g_autoptr (GHashTable) by_frame =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, NULL);
  GPtrArray *list = g_ptr_array_new_with_free_func (free_doubtful);
  GHashTableIter iter;
  gpointer value;

  for (guint kind = 0; kind < MIEN_DOUBT_KINDS; kind++)
    for (guint i = 0; i < search->best[kind].heap->len; i++)
      add_doubt (by_frame, &g_array_index (search->best[kind].heap, MienDoubt, i));
  g_hash_table_iter_init (&iter, by_frame);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      MienDoubtful *doubtful = value;
      double right = 1.0;

      g_array_sort (doubtful->doubts, compare_doubts);
      for (guint i = 0; i < doubtful->doubts->len; i++)
        right *= 1.0 - g_array_index (doubtful->doubts, MienDoubt, i).score;
      doubtful->score = 1.0 - right;
      g_ptr_array_add (list, doubtful);
    }
  g_ptr_array_sort (list, compare_doubtful);
  return list;
}

/* A label may have been learnt from that was there before the model. */
static gboolean
find_seen (MienDoubtSearch *search, MienSplit split, MienDoubt *doubt, GError **error)
{
  gint64 time;

  if (doubt->kind != MIEN_DOUBT_MODEL || split != MIEN_SPLIT_TRAIN
      || search->model->origin != MIEN_ORIGIN_TRAINED)
    return TRUE;
  if (!mien_query_int (search->store, error, 0, &time,
                       "SELECT e.time FROM label l JOIN event e ON e.id = l.event"
                       " WHERE l.frame = ?1 AND l.item = ?2",
                       MIEN_INT (doubt->frame), MIEN_INT (doubt->item)))
    return FALSE;
  doubt->model.seen = time < search->model->created;
  return TRUE;
}

static gboolean
name_frames (MienDoubtSearch *search, GPtrArray *list, GError **error)
{
  for (guint i = 0; i < list->len; i++)
    {
      MienDoubtful *doubtful = list->pdata[i];
      g_autoptr (MienFrame) frame = NULL;

      if (g_cancellable_set_error_if_cancelled (search->cancellable, error))
        return FALSE;
      frame = mien_frames_get (search->store, doubtful->frame, error);
      if (frame == NULL)
        return FALSE;
      doubtful->key = g_steal_pointer (&frame->key);
      doubtful->split = frame->split;
      for (guint k = 0; k < doubtful->doubts->len; k++)
        if (!find_seen (search, frame->split,
                        &g_array_index (doubtful->doubts, MienDoubt, k), error))
          return FALSE;
    }
  return TRUE;
}

GPtrArray *
mien_doubts_list (MienStore *store,
                  guint kinds,
                  guint judged,
                  guint limit,
                  GCancellable *cancellable,
                  GError **error)
{
  MienDoubtSearch search = {
    .store = store,
    .cancellable = cancellable,
    .kinds = kinds,
    .judged = judged,
    .rules = mien_consistency_get_default (),
  };
  g_autoptr (GPtrArray) list = NULL;
  gboolean ok;

  for (guint i = 0; i < MIEN_DOUBT_KINDS; i++)
    search.best[i].heap = g_array_new (FALSE, FALSE, sizeof (MienDoubt));
  ok = find (&search, error);
  if (ok)
    {
      list = unite (&search);
      if (list->len > limit)
        g_ptr_array_set_size (list, (gint) limit);
      ok = name_frames (&search, list, error);
    }
  for (guint i = 0; i < MIEN_DOUBT_KINDS; i++)
    g_array_unref (search.best[i].heap);
  g_clear_pointer (&search.model, mien_model_free);
  g_clear_pointer (&search.predecessor, mien_model_free);
  return ok ? g_steal_pointer (&list) : NULL;
}
