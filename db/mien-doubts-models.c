/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * All frames with their labels and what two models say of them, in the order of ids:
 * each table is one walk in the order of its key, merged on the way, and nothing is kept.
 * What is usual is summed before, over blocks of frames that are spread evenly where
 * there are many. Then a few threads share the frames, each with a connection of its own.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-doubts-private.h"

#include <string.h>

enum
{
  BLOCK = 64,        /* frames */
  MAX_BLOCKS = 8192, /* half a million frames say what is usual */
  MANY = 100000,     /* frames: from here on threads are worth their while */
  PARTS = 4,
};

/* A table that is ahead of the frames: its row waits until its frame comes. */
typedef struct
{
  MienStatement *row; /* NULL: none, or at its end */
  gint64 frame;
} Walk;

static void
walk_clear (Walk *walk)
{
  g_clear_pointer (&walk->row, mien_statement_done);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Walk, walk_clear)

static gboolean
walk_step (MienDoubtSearch *search, Walk *walk, GError **error)
{
  MienStep step = mien_doubts_step (search, walk->row, error);

  if (step == MIEN_STEP_ROW)
    walk->frame = mien_column_int (walk->row, 0);
  else
    walk_clear (walk);
  return step != MIEN_STEP_ERROR;
}

static gboolean
walk_to (MienDoubtSearch *search, Walk *walk, gint64 frame, GError **error)
{
  while (walk->row != NULL && walk->frame < frame)
    if (!walk_step (search, walk, error))
      return FALSE;
  return TRUE;
}

static gboolean
walk_labels (MienDoubtSearch *search, Walk *walk, MienDoubtFrame *frame, GError **error)
{
  MienItem item;

  if (frame->has_labels)
    memset (&frame->labels, 0, sizeof frame->labels);
  frame->has_labels = FALSE;
  if (!walk_to (search, walk, frame->id, error))
    return FALSE;
  while (walk->row != NULL && walk->frame == frame->id)
    {
      frame->has_labels = TRUE;
      if (!mien_labels_read (search->store, walk->row, 1, frame->id, &frame->labels,
                             &item, error)
          || !walk_step (search, walk, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
walk_predictions (MienDoubtSearch *search,
                  Walk *walk,
                  const MienModel *model,
                  gint64 frame,
                  gboolean *read,
                  MienPrediction *prediction,
                  GError **error)
{
  *read = FALSE;
  if (!walk_to (search, walk, frame, error))
    return FALSE;
  if (walk->row == NULL || walk->frame != frame)
    return TRUE;
  *read = TRUE;
  return mien_prediction_read (search->store, walk->row, 1, model->id, frame, prediction,
                               error);
}

static MienStatement *
query_predictions (MienDoubtSearch *search,
                   const MienModel *model,
                   gint64 from,
                   gint64 to,
                   GError **error)
{
  return mien_query (search->store, error,
                     MIEN_SCAN "SELECT frame, outputs FROM prediction WHERE model = ?1"
                               " AND frame BETWEEN ?2 AND ?3 ORDER BY frame",
                     MIEN_INT (model->id), MIEN_INT (from), MIEN_INT (to));
}

static MienStatement *
query_labels (MienDoubtSearch *search, gint64 from, gint64 to, GError **error)
{
  return mien_query (search->store, error,
                     MIEN_SCAN "SELECT frame, item, answer, source, value1, value2"
                               " FROM label WHERE frame BETWEEN ?1 AND ?2"
                               " ORDER BY frame, item",
                     MIEN_INT (from), MIEN_INT (to));
}

/* The frames from .. to. sum: into usual; else they are held against it. */
static gboolean
look_at_frames (MienDoubtSearch *search,
                gint64 from,
                gint64 to,
                gboolean sum,
                MienUsual *usual,
                GError **error)
{
  const MienModel *model = search->model, *predecessor = sum ? NULL : search->predecessor;
  g_auto (Walk) labels = { NULL }, predictions = { NULL }, before = { NULL };
  g_autoptr (MienStatement) row =
      mien_query (search->store, error,
                  MIEN_SCAN "SELECT id, split FROM frame"
                            " WHERE id BETWEEN ?1 AND ?2 AND usable ORDER BY id",
                  MIEN_INT (from), MIEN_INT (to));
  MienDoubtFrame frame = { .has_labels = TRUE };
  MienStep step;

  labels.frame = predictions.frame = before.frame = G_MININT64;
  if (row == NULL || (labels.row = query_labels (search, from, to, error)) == NULL
      || (model != NULL
          && !(predictions.row = query_predictions (search, model, from, to, error)))
      || (predecessor != NULL
          && !(before.row = query_predictions (search, predecessor, from, to, error))))
    return FALSE;
  while ((step = mien_doubts_step (search, row, error)) == MIEN_STEP_ROW)
    {
      frame.id = mien_column_int (row, 0);
      frame.split = (MienSplit) CLAMP (mien_column_int (row, 1), 0, 2);
      if (!walk_labels (search, &labels, &frame, error)
          || !walk_predictions (search, &predictions, model, frame.id, &frame.read,
                                &frame.prediction, error)
          || !walk_predictions (search, &before, predecessor, frame.id,
                                &frame.read_before, &frame.before, error))
        return FALSE;
      if (!sum)
        mien_doubts_judge (search, usual, &frame);
      else if (frame.has_labels)
        mien_usual_add (usual, search, &frame);
    }
  return step == MIEN_STEP_DONE;
}

/* Every block of frames, or every second one, or third ... */
static gboolean
find_usual (MienDoubtSearch *search, gint64 last, MienUsual *usual, GError **error)
{
  gint64 blocks = last / BLOCK + 1, every = (blocks - 1) / MAX_BLOCKS + 1;

  for (gint64 block = 0; block < blocks; block += every)
    if (!look_at_frames (search, block * BLOCK, block * BLOCK + (BLOCK - 1), TRUE, usual,
                         error))
      return FALSE;
  return TRUE;
}

/* ---- parts ---- */

typedef struct
{
  MienDoubtSearch search; /* with a store and heaps of its own */
  const char *path;
  MienUsual *usual; /* read by all */
  gint64 from, to;
  GThread *thread;
  gboolean ok;
  GError *error;
} Part;

static gpointer
look_at_part (gpointer data)
{
  Part *part = data;
  g_autoptr (MienStore) store =
      mien_store_open (part->path, MIEN_STORE_READ_ONLY, &part->error);

  part->search.store = store;
  part->ok = store != NULL
             && look_at_frames (&part->search, part->from, part->to, FALSE, part->usual,
                                &part->error);
  return NULL;
}

static void
part_begin (Part *part,
            const MienDoubtSearch *search,
            MienUsual *usual,
            gint64 from,
            gint64 to)
{
  *part = (Part){ .search = *search,
                  .path = mien_store_path (search->store),
                  .usual = usual,
                  .from = from,
                  .to = to };
  for (guint kind = 0; kind < MIEN_DOUBT_KINDS; kind++)
    part->search.best[kind].heap = g_array_new (FALSE, FALSE, sizeof (MienDoubt));
  part->thread = g_thread_new ("mien-doubts", look_at_part, part);
}

/* Of errors, the first part's stays. */
static gboolean
part_finish (Part *part, MienDoubtSearch *search, gboolean ok, GError **error)
{
  g_thread_join (part->thread);
  for (guint kind = 0; kind < MIEN_DOUBT_KINDS; kind++)
    {
      GArray *heap = part->search.best[kind].heap;

      for (guint i = 0; ok && part->ok && i < heap->len; i++)
        mien_best_doubts_offer (&search->best[kind], &g_array_index (heap, MienDoubt, i));
      g_array_unref (heap);
    }
  if (ok && !part->ok)
    g_propagate_error (error, g_steal_pointer (&part->error));
  g_clear_error (&part->error);
  return ok && part->ok;
}

static gboolean
look_at_parts (MienDoubtSearch *search, gint64 last, MienUsual *usual, GError **error)
{
  Part parts[PARTS];
  gint64 size = last / PARTS + 1;
  gboolean ok = TRUE;

  for (gint64 i = 0; i < PARTS; i++)
    part_begin (&parts[i], search, usual, i * size,
                i == PARTS - 1 ? G_MAXINT64 : (i + 1) * size - 1);
  for (guint i = 0; i < PARTS; i++)
    ok = part_finish (&parts[i], search, ok, error);
  return ok;
}

gboolean
mien_doubts_find_by_frame (MienDoubtSearch *search, GError **error)
{
  const guint need_usual = 1u << MIEN_DOUBT_MODEL | 1u << MIEN_DOUBT_RULES;
  g_autofree guint64 *broken = g_new0 (guint64, mien_consistency_n_rules (search->rules));
  g_autofree guint64 *judged = g_new0 (guint64, mien_consistency_n_rules (search->rules));
  MienUsual usual = { .broken = broken, .judged = judged };
  gint64 last;

  if (!mien_query_int (search->store, error, 0, &last, "SELECT max (id) FROM frame")
      || ((search->kinds & need_usual) && !find_usual (search, last, &usual, error)))
    return FALSE;
  return last < MANY ? look_at_frames (search, 0, G_MAXINT64, FALSE, &usual, error)
                     : look_at_parts (search, last, &usual, error);
}
