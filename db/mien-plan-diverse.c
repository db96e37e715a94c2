/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is unlike everything that has its labels: farthest-first over the embeddings of
 * the sample, beginning with labelled frames as centres. These are few, and found by the
 * same farthest-first among the labelled ones, so that they stand for all of them. What
 * is far from all centres may be a picture that is no face, which a person should see
 * too.
 *
 * The cost is bounded by MIEN_EMBEDDING_SAMPLE frames of MIEN_EMBEDDING floats, that is
 * 102 MB while the plan is laid, and by MAX_CENTRES: tests/bench/diverse.c measures it.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-embeddings.h"
#include "mien-plan-private.h"

#include <string.h>

enum
{
  MAX_CENTRES = 300,
};

/* The points of what has all of its labels, and of what a person is asked about. */
typedef struct
{
  float *labelled;
  guint n_labelled;
  float *space; /* [MAX_CENTRES] for centres, then those of the open frames */
  GArray *open; /* gint64, frames */
} Points;

static void
points_clear (Points *points)
{
  g_clear_pointer (&points->labelled, g_free);
  g_clear_pointer (&points->space, g_free);
  g_clear_pointer (&points->open, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Points, points_clear)

static float *
point_at (float *points, guint i)
{
  return points + (gsize) i * MIEN_EMBEDDING;
}

static gboolean
read_point (MienPlanner *planner, MienStatement *row, Points *points, GError **error)
{
  gint64 frame = mien_column_int (row, 0);
  float *point;

  if (mien_column_int (row, 1) != 0)
    point = point_at (points->labelled, points->n_labelled++);
  else if (mien_column_int (row, 2) != 0)
    {
      point = point_at (points->space, MAX_CENTRES + points->open->len);
      g_array_append_val (points->open, frame);
    }
  else
    return TRUE;
  return mien_embedding_read (planner->store, row, 3, frame, point, error);
}

static gboolean
read_points (MienPlanner *planner, Points *points, GError **error)
{
  g_autoptr (MienStatement) row = NULL;
  MienStep step = MIEN_STEP_ERROR;
  gint64 n;

  if (!mien_query_int (planner->store, error, 0, &n,
                       "SELECT count (*) FROM embedding WHERE model = ?1",
                       MIEN_INT (planner->model->id)))
    return FALSE;
  n = CLAMP (n, 0, MIEN_EMBEDDING_SAMPLE);
  points->open = g_array_new (FALSE, FALSE, sizeof (gint64));
  points->labelled = g_new (float, (gsize) n *MIEN_EMBEDDING);
  points->space = g_new (float, (gsize) (MAX_CENTRES + n) * MIEN_EMBEDDING);
  row = mien_query (planner->store, error,
                    "SELECT e.frame, f.complete & ?2 = ?2, f.skipped = 0 AND"
                    " (?2 & ~f.complete & ~?3 OR EXISTS (SELECT 1 FROM proposal p"
                    "  WHERE p.frame = e.frame AND p.model = ?1 AND p.open > 0"
                    "  AND (?2 & ~f.complete) >> p.task & 1)), e.features"
                    " FROM embedding e CROSS JOIN frame f ON f.id = e.frame"
                    " WHERE e.model = ?1 AND f.usable AND f.split = 0 LIMIT ?4",
                    MIEN_INT (planner->model->id), MIEN_INT (planner->asked),
                    MIEN_INT (planner->model->tasks), MIEN_INT (n));
  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    if (!read_point (planner, row, points, error))
      return FALSE;
  return step == MIEN_STEP_DONE;
}

/* Those that stand for what is labelled, right before the open ones. */
static guint
choose_centres (Points *points)
{
  g_autoptr (GArray) centres =
      mien_farthest_first (points->labelled, points->n_labelled, 0, MAX_CENTRES);

  for (guint i = 0; i < centres->len; i++)
    memcpy (point_at (points->space, MAX_CENTRES - centres->len + i),
            point_at (points->labelled, g_array_index (centres, guint, i)),
            MIEN_EMBEDDING * sizeof (float));
  return centres->len;
}

static gboolean
add_candidates (MienPlanner *planner,
                const GArray *open,
                const GArray *picks,
                guint n_centres,
                GError **error)
{
  for (guint i = 0; i < picks->len; i++)
    {
      gint64 frame =
          g_array_index (open, gint64, g_array_index (picks, guint, i) - n_centres);
      MienCandidate candidate;
      guint complete;
      gboolean found;

      if (!mien_planner_candidate (planner, frame, TRUE, &candidate, &complete, &found,
                                   error))
        return FALSE;
      if (found)
        g_array_append_val (planner->candidates[MIEN_REASON_DIVERSE], candidate);
    }
  return TRUE;
}

gboolean
mien_planner_diverse (MienPlanner *planner, guint share, GError **error)
{
  g_auto (Points) points = { 0 };
  g_autoptr (GArray) picks = NULL;
  guint n_centres;

  if (share == 0 || planner->model == NULL)
    return TRUE;
  if (!read_points (planner, &points, error))
    return FALSE;
  n_centres = choose_centres (&points);
  picks = mien_farthest_first (point_at (points.space, MAX_CENTRES - n_centres),
                               n_centres + points.open->len, n_centres,
                               MIEN_PLAN_SIZE * share / 100);
  return add_candidates (planner, points.open, picks, n_centres, error);
}
