/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is asked next. The candidates of the mix come from four places: the queue in the
 * order of need, the index of disputed labels, one random sample, and the embeddings. The
 * seed of the sample follows from the project, the model and the length of the log, so
 * that a plan can be repeated.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-plan-private.h"

#include <string.h>

enum
{
  /* Enough for the plan, should all but one in four be too near to another. */
  BY_NEED = 4 * MIEN_PLAN_SIZE,
};

gboolean
mien_plan_mix (MienStore *store, MienMix *mix, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autofree char *text = mien_store_setting (store, MIEN_QUEUE_MIX, &failed);

  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  mien_mix_init (mix);
  if (text != NULL && !mien_mix_parse (text, mix, &failed))
    g_info ("%s: %s", store->path, failed->message);
  return TRUE;
}

gboolean
mien_plan_set_mix (MienStore *store, const MienMix *mix, GError **error)
{
  g_autofree char *text = mien_mix_to_text (mix);

  return mien_store_set_setting (store, MIEN_QUEUE_MIX, text, error);
}

gboolean
mien_plan_left (MienStore *store, guint *left, GError **error)
{
  gint64 count;

  if (!mien_query_int (store, error, 0, &count, MIEN_SCAN "SELECT count (*) FROM plan"))
    return FALSE;
  *left = (guint) count;
  return TRUE;
}

gboolean
mien_planner_candidate (MienPlanner *planner,
                        gint64 frame,
                        gboolean fresh,
                        MienCandidate *candidate,
                        guint *complete,
                        gboolean *found,
                        GError **error)
{
  g_autoptr (MienStatement) row = mien_query (
      planner->store, error,
      "SELECT f.video, f.number, v.fps, f.complete, f.split, f.skipped FROM frame f"
      " JOIN video v ON v.id = f.video WHERE f.id = ?1 AND f.usable",
      MIEN_INT (frame));
  MienStep step = row == NULL ? MIEN_STEP_ERROR : mien_statement_step (row, error);

  *found = step == MIEN_STEP_ROW
           && (!fresh
               || (mien_column_int (row, 4) == MIEN_SPLIT_TRAIN
                   && mien_column_int (row, 5) == 0));
  if (!*found)
    return step != MIEN_STEP_ERROR;
  *candidate = (MienCandidate){ frame, mien_column_int (row, 0), -1, 0 };
  if (!mien_column_is_null (row, 1))
    candidate->second =
        (gint64) ((double) mien_column_int (row, 1) / mien_column_real (row, 2));
  *complete = (guint) mien_column_int (row, 3);
  return TRUE;
}

static gboolean
add_frame (MienPlanner *planner, gint64 frame, MienReason reason, GError **error)
{
  MienCandidate candidate;
  guint complete;
  gboolean found;

  if (!mien_planner_candidate (planner, frame, FALSE, &candidate, &complete, &found,
                               error))
    return FALSE;
  if (found)
    g_array_append_val (planner->candidates[reason], candidate);
  return TRUE;
}

static gboolean
add_by_need (MienPlanner *planner, GError **error)
{
  g_autoptr (GArray) frames = mien_queue_by_need (planner->store, BY_NEED, NULL, error);

  for (guint i = 0; frames != NULL && i < frames->len; i++)
    if (!add_frame (planner, g_array_index (frames, gint64, i), MIEN_REASON_UNCERTAIN,
                    error))
      return FALSE;
  return frames != NULL;
}

/* The index of disputed labels from its beginning. */
static gboolean
add_disputed (MienPlanner *planner, GError **error)
{
  g_autoptr (MienStatement) row = mien_query (
      planner->store, error,
      MIEN_SCAN "SELECT DISTINCT l.frame FROM label l JOIN frame f ON f.id = l.frame"
                " WHERE l.answer = 3 AND f.split = 0 ORDER BY l.frame LIMIT ?1",
      MIEN_INT (MIEN_PLAN_SIZE));
  MienStep step = MIEN_STEP_ERROR;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    if (!add_frame (planner, mien_column_int (row, 0), MIEN_REASON_DISAGREEMENT, error))
      return FALSE;
  return step == MIEN_STEP_DONE;
}

static gboolean
prepare (MienPlanner *planner, GError **error)
{
  g_autoptr (GError) failed = NULL;
  MienUuid project;
  gint64 events;

  planner->model = mien_models_current (planner->store, &failed);
  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  if (!mien_store_uuid (planner->store, &project, error)
      || !mien_queue_asked_tasks (planner->store, &planner->asked, error)
      || !mien_query_int (planner->store, error, 0, &events, "SELECT max (id) FROM event")
      || !mien_query_int (planner->store, error, 0, &planner->last_frame,
                          "SELECT max (id) FROM frame"))
    return FALSE;
  memcpy (&planner->seed, project.bytes, sizeof planner->seed);
  planner->seed = GUINT64_FROM_LE (planner->seed) ^ (guint64) events << 20
                  ^ (planner->model != NULL ? (guint64) planner->model->id : 0);
  return TRUE;
}

static gboolean
keep (MienPlanner *planner, const GArray *turns, GError **error)
{
  if (!mien_run (planner->store, error, MIEN_SCAN "DELETE FROM plan"))
    return FALSE;
  for (guint i = 0; i < turns->len; i++)
    {
      const MienTurn *turn = &g_array_index (turns, MienTurn, i);

      if (!mien_run (planner->store, error,
                     "INSERT INTO plan (position, frame, reason) VALUES (?1, ?2, ?3)",
                     MIEN_INT (i + 1), MIEN_INT (turn->frame), MIEN_INT (turn->reason))
          || !mien_planner_draw (planner, turn, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
collect (MienPlanner *planner, MienMix *mix, GError **error)
{
  return prepare (planner, error) && mien_plan_mix (planner->store, mix, error)
         && add_by_need (planner, error) && add_disputed (planner, error)
         && mien_planner_sample (planner, error)
         && mien_planner_diverse (planner, mix->share[MIEN_REASON_DIVERSE], error)
         && mien_planner_audits (planner, error);
}

/* In one read transaction: the project stands still, and a statement need not lock. */
static gboolean
collect_at_once (MienPlanner *planner, MienMix *mix, GError **error)
{
  gboolean outermost = sqlite3_get_autocommit (planner->store->db) != 0, ok;

  if (outermost && !mien_run (planner->store, error, "BEGIN"))
    return FALSE;
  ok = collect (planner, mix, error);
  if (outermost)
    mien_run (planner->store, NULL, "COMMIT");
  return ok;
}

static gboolean
renew (MienPlanner *planner, GError **error)
{
  g_autoptr (GArray) turns = NULL;
  MienMix mix;

  if (!collect_at_once (planner, &mix, error))
    return FALSE;
  turns = mien_mix_lay (&mix, planner->candidates, MIEN_PLAN_SIZE);
  return mien_store_begin (planner->store, error)
         && mien_store_end (planner->store, keep (planner, turns, error), error);
}

gboolean
mien_plan_renew (MienStore *store, GError **error)
{
  MienPlanner planner = { .store = store,
                          .sample = g_array_new (FALSE, FALSE, sizeof (MienSampled)) };
  gboolean ok;

  for (guint i = 0; i < MIEN_REASON_COUNT; i++)
    planner.candidates[i] = g_array_new (FALSE, FALSE, sizeof (MienCandidate));
  ok = renew (&planner, error);
  for (guint i = 0; i < MIEN_REASON_COUNT; i++)
    g_array_unref (planner.candidates[i]);
  g_array_unref (planner.sample);
  g_clear_pointer (&planner.model, mien_model_free);
  return ok;
}
