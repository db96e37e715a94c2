/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * All frames with their labels and what two models say of them, in the order of ids:
 * each table is one walk in the order of its key, merged on the way, and nothing is kept.
 * Twice: what is usual must be known before anything is unusual.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-doubts-private.h"

#include <string.h>

/* A table that is ahead of the frames: its row waits until its frame comes. */
typedef struct
{
  MienStatement *row; /* NULL: none */
  gint64 frame;       /* G_MAXINT64: at its end */
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

  walk->frame = step == MIEN_STEP_ROW ? mien_column_int (walk->row, 0) : G_MAXINT64;
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
  while (walk->frame == frame->id)
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
query_predictions (MienDoubtSearch *search, const MienModel *model, GError **error)
{
  return mien_query (search->store, error,
                     MIEN_SCAN "SELECT frame, outputs FROM prediction WHERE model = ?1"
                               " ORDER BY frame",
                     MIEN_INT (model->id));
}

/* usual: sums into it. NULL: holds the frames against judge. */
static gboolean
look_at_frames (MienDoubtSearch *search,
                const MienModel *predecessor,
                MienUsual *usual,
                const MienUsual *judge,
                GError **error)
{
  g_auto (Walk) labels = { .frame = G_MININT64 }, predictions = { .frame = G_MININT64 },
                before = { .frame = G_MININT64 };
  g_autoptr (MienStatement) row =
      mien_query (search->store, error,
                  MIEN_SCAN "SELECT id, split FROM frame WHERE usable ORDER BY id");
  MienDoubtFrame frame = { .has_labels = TRUE };
  MienStep step;

  labels.row = row == NULL
                   ? NULL
                   : mien_query (search->store, error,
                                 MIEN_SCAN "SELECT frame, item, answer, source, value1,"
                                           " value2 FROM label ORDER BY frame, item");
  if (labels.row == NULL
      || (search->model != NULL
          && (predictions.row = query_predictions (search, search->model, error)) == NULL)
      || (predecessor != NULL
          && (before.row = query_predictions (search, predecessor, error)) == NULL))
    return FALSE;
  while ((step = mien_doubts_step (search, row, error)) == MIEN_STEP_ROW)
    {
      frame.id = mien_column_int (row, 0);
      frame.split = (MienSplit) CLAMP (mien_column_int (row, 1), 0, 2);
      if (!walk_labels (search, &labels, &frame, error)
          || !walk_predictions (search, &predictions, search->model, frame.id,
                                &frame.read, &frame.prediction, error)
          || !walk_predictions (search, &before, predecessor, frame.id,
                                &frame.read_before, &frame.before, error))
        return FALSE;
      if (usual == NULL)
        mien_doubts_judge (search, judge, &frame);
      else if (frame.has_labels)
        mien_usual_add (usual, search, &frame);
    }
  return step == MIEN_STEP_DONE;
}

gboolean
mien_doubts_find_by_frame (MienDoubtSearch *search, GError **error)
{
  g_autofree guint64 *broken = g_new0 (guint64, mien_consistency_n_rules (search->rules));
  g_autofree guint64 *judged = g_new0 (guint64, mien_consistency_n_rules (search->rules));
  MienUsual usual = { .broken = broken, .judged = judged };

  const guint need_usual = 1u << MIEN_DOUBT_MODEL | 1u << MIEN_DOUBT_RULES;

  return (!(search->kinds & need_usual)
          || look_at_frames (search, NULL, &usual, NULL, error))
         && look_at_frames (search, search->predecessor, NULL, &usual, error);
}
