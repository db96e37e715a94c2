/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is asked of a frame now, and why.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-plan.h"
#include "mien-proposals-private.h"
#include "mien-queue-private.h"

guint
mien_queue_items_of (MienTask task)
{
  return ((1u << mien_task_n_items (task)) - 1) << mien_task_first_item (task);
}

/* The tasks of the model that its proposals leave open, and those that it has a row for
 * at all. */
static gboolean
open_tasks (MienStore *store,
            gint64 frame,
            gint64 model,
            guint *open,
            guint *known,
            GError **error)
{
  g_autoptr (MienStatement) row = mien_query (
      store, error, "SELECT task, open FROM proposal WHERE frame = ?1 AND model = ?2",
      MIEN_INT (frame), MIEN_INT (model));
  MienStep step = MIEN_STEP_ERROR;

  *open = *known = 0;
  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      guint bit = 1u << (mien_column_int (row, 0) & 3);

      *known |= bit;
      if (mien_column_int (row, 1) > 0)
        *open |= bit;
    }
  return step == MIEN_STEP_DONE;
}

static guint
complete_tasks (guint answered)
{
  guint complete = 0;

  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    if ((answered & mien_queue_items_of ((MienTask) task))
        == mien_queue_items_of ((MienTask) task))
      complete |= 1u << task;
  return complete;
}

static gboolean
doubtful_items (MienStore *store,
                gint64 frame,
                const MienFrameState *state,
                guint tasks,
                guint *items,
                GError **error)
{
  g_autoptr (MienModel) model = NULL;
  g_autoptr (GError) failed = NULL;
  MienPrediction prediction;
  MienProposal proposal;

  *items = 0;
  if (tasks == 0)
    return TRUE;
  model = mien_models_current (store, &failed);
  if (model != NULL
      && mien_proposals_prediction (store, model->id, frame, &prediction, &failed))
    {
      mien_proposal_from_prediction (&prediction, model, &proposal);
      for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
        if ((tasks >> mien_item_task ((MienItem) item) & 1) && !proposal.accepted[item]
            && !(state->answered >> item & 1))
          *items |= 1u << item;
    }
  if (failed == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

/* Why it was planned, MIEN_REASON_COUNT: it was not. */
static gboolean
planned_reason (MienStore *store, gint64 frame, guint *reason, GError **error)
{
  gint64 stored;

  if (!mien_query_int (store, error, MIEN_REASON_COUNT, &stored,
                       "SELECT reason FROM plan WHERE frame = ?1", MIEN_INT (frame)))
    return FALSE;
  *reason = (guint) CLAMP (stored, 0, MIEN_REASON_COUNT);
  return TRUE;
}

/* Bits MienItem: drawn of the model's answers, and without a label still. */
static gboolean
audited_items (MienStore *store,
               gint64 frame,
               gint64 model,
               const MienFrameState *state,
               guint *items,
               GError **error)
{
  g_autoptr (MienStatement) row =
      mien_query (store, error, "SELECT item FROM audit WHERE model = ?1 AND frame = ?2",
                  MIEN_INT (model), MIEN_INT (frame));
  MienStep step = MIEN_STEP_ERROR;

  *items = 0;
  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    *items |= 1u << (mien_column_int (row, 0) & 15);
  *items &= ~state->answered;
  return step == MIEN_STEP_DONE;
}

static guint
tasks_of (guint items)
{
  guint tasks = 0;

  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    if ((items & mien_queue_items_of ((MienTask) task)) != 0)
      tasks |= 1u << task;
  return tasks;
}

typedef struct
{
  MienStore *store;
  gint64 frame, model;
  const MienFrameState *state;
  guint missing; /* asked, and without all of its labels */
} Asking;

/* Of a training frame that has a face. */
static gboolean
ask_training (Asking *asking,
              guint *tasks,
              guint *items,
              const char **why,
              GError **error)
{
  guint open, known, planned, audited, disputed = 0;

  if (!open_tasks (asking->store, asking->frame, asking->model, &open, &known, error)
      || !planned_reason (asking->store, asking->frame, &planned, error)
      || !audited_items (asking->store, asking->frame, asking->model, asking->state,
                         &audited, error))
    return FALSE;
  *tasks = asking->missing & (open | ~known);
  open &= *tasks;
  if (!doubtful_items (asking->store, asking->frame, asking->state, open, items, error))
    return FALSE;
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    if (*tasks >> task & 1)
      disputed |= asking->state->disputed & mien_queue_items_of ((MienTask) task);
  *tasks |= tasks_of (audited);
  *items |= disputed | audited;
  if (audited != 0)
    *why = mien_reason_id (MIEN_REASON_AUDIT);
  else if (disputed != 0)
    *why = mien_reason_id (MIEN_REASON_DISAGREEMENT);
  else if (planned == MIEN_REASON_RARE || planned == MIEN_REASON_DIVERSE
           || planned == MIEN_REASON_RANDOM)
    *why = mien_reason_id ((MienReason) planned);
  else
    *why = open != 0 ? "uncertain" : "unlabelled";
  return TRUE;
}

gboolean
mien_queue_asked (MienStore *store,
                  gint64 frame,
                  guint *tasks,
                  guint *doubtful,
                  const char **reason,
                  GError **error)
{
  guint asked, model_tasks, items = 0;
  const char *why = NULL;
  MienFrameState state;
  Asking asking = { .store = store, .frame = frame, .state = &state };

  if (!mien_queue_asked_tasks (store, &asked, error)
      || !mien_proposals_state (store, frame, &state, error)
      || !mien_models_current_id (store, &asking.model, &model_tasks, error))
    return FALSE;
  asking.missing = asked & ~complete_tasks (state.answered);
  if (!state.usable || state.split == MIEN_SPLIT_TEST)
    asking.missing = 0;
  else if (state.split == MIEN_SPLIT_VALIDATION)
    why = "validation";
  else if (!ask_training (&asking, &asking.missing, &items, &why, error))
    return FALSE;
  *tasks = asking.missing;
  *doubtful = items;
  *reason = asking.missing != 0 ? why : NULL;
  return TRUE;
}

gboolean
mien_queue_is_blind (const char *reason)
{
  return g_strcmp0 (reason, "validation") == 0
         || g_strcmp0 (reason, mien_reason_id (MIEN_REASON_AUDIT)) == 0;
}
