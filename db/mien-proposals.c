/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What models say, and what follows from it for a frame: which answers count as
 * pseudo-labels, which go to the queue, how urgent they are.
 *
 * Invariants: a proposal row is a pure function (mien_proposal_row) of the prediction,
 * the model's thresholds, and the frame's state and labels; whatever changes one of these
 * derives the rows anew in the same transaction. Nothing here writes an event or a label.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-proposals-private.h"

#include <math.h>
#include <string.h>

enum
{
  N_OUTPUTS = MIEN_EXPRESSION_COUNT + 3 + MIEN_UNIT_COUNT,
  OUTPUT_BYTES = N_OUTPUTS * 4,
};

static void
pack (const MienPrediction *prediction, guint8 *bytes)
{
  float values[N_OUTPUTS];

  memcpy (values, prediction->expression, sizeof prediction->expression);
  values[8] = prediction->valence;
  values[9] = prediction->arousal;
  values[10] = prediction->spread;
  memcpy (values + 11, prediction->action_units, sizeof prediction->action_units);
  for (guint i = 0; i < N_OUTPUTS; i++)
    {
      gboolean probability = i < 8 || i > 10;
      guint32 word;

      if (probability)
        values[i] = CLAMP (values[i], 0.0f, 1.0f);
      memcpy (&word, &values[i], sizeof word);
      word = GUINT32_TO_LE (word);
      memcpy (bytes + 4 * i, &word, sizeof word);
    }
}

static void
unpack (const guint8 *bytes, MienPrediction *prediction)
{
  float values[N_OUTPUTS];

  for (guint i = 0; i < N_OUTPUTS; i++)
    {
      guint32 word;

      memcpy (&word, bytes + 4 * i, sizeof word);
      word = GUINT32_FROM_LE (word);
      memcpy (&values[i], &word, sizeof word);
    }
  memcpy (prediction->expression, values, sizeof prediction->expression);
  prediction->valence = values[8];
  prediction->arousal = values[9];
  prediction->spread = values[10];
  memcpy (prediction->action_units, values + 11, sizeof prediction->action_units);
}

/* A smoothed probability may pass 1 by a rounding. NaN fails every comparison. */
static gboolean
is_probability (float p)
{
  return p >= -1e-5f && p <= 1.0f + 1e-5f;
}

static gboolean
prediction_is_valid (const MienPrediction *prediction)
{
  gboolean valid = isfinite (prediction->valence) && isfinite (prediction->arousal)
                   && isfinite (prediction->spread) && prediction->spread >= 0.0f;

  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    valid = valid && is_probability (prediction->expression[i]);
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    valid = valid && is_probability (prediction->action_units[i]);
  return valid;
}

void
mien_proposal_from_prediction (const MienPrediction *prediction,
                               const MienModel *model,
                               MienProposal *proposal)
{
  memset (proposal, 0, sizeof *proposal);
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    {
      MienTask task = mien_item_task ((MienItem) item);
      MienLabel *label = &proposal->labels.item[item];
      double p;

      if (!(model->tasks & 1u << task))
        continue;
      label->answer = MIEN_ANSWER_VALUE;
      if (task == MIEN_TASK_VALENCE_AROUSAL)
        {
          label->value[0] = CLAMP ((double) prediction->valence, -1.0, 1.0);
          label->value[1] = CLAMP ((double) prediction->arousal, -1.0, 1.0);
          proposal->confidence[item] = MAX (0.0, 1.0 - (double) prediction->spread);
        }
      else if (task == MIEN_TASK_EXPRESSION)
        {
          guint best = mien_model_expression (model, prediction->expression);

          label->value[0] = best;
          proposal->confidence[item] = prediction->expression[best];
        }
      else
        {
          guint unit = item - MIEN_ITEM_FIRST_UNIT;
          gboolean present;

          p = prediction->action_units[unit];
          present = mien_model_has_unit (model, unit, p);
          label->value[0] = present ? 1.0 : 0.0;
          proposal->confidence[item] = present ? p : 1.0 - p;
        }
      proposal->accepted[item] = proposal->confidence[item] >= mien_threshold_of (
                                     &model->thresholds, item, label->value[0]);
    }
}

/* How much a person's answer is needed, 0 to 1: by margin for the expression (an answer
 * that another class surpasses has none), by the distance from a coin's toss for a unit,
 * by spread for the point. */
static double
uncertainty (const MienModel *model, const MienPrediction *prediction, guint item)
{
  double second = 0.0, p;

  if (item == MIEN_ITEM_VALENCE_AROUSAL)
    return MIN (1.0, (double) prediction->spread);
  if (item == MIEN_ITEM_EXPRESSION)
    {
      guint answer = mien_model_expression (model, prediction->expression);

      for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
        if (i != answer)
          second = MAX (second, (double) prediction->expression[i]);
      return MIN (1.0, 1.0 - ((double) prediction->expression[answer] - second));
    }
  p = prediction->action_units[item - MIEN_ITEM_FIRST_UNIT];
  return 1.0 - fabs (2.0 * p - 1.0);
}

/* Confidence and threshold are those of the least certain item that a person could still
 * be asked: open ones before accepted ones before labelled ones. Priority is the mean
 * over what has no label. Where people disagree no model decides: such an item is open,
 * however sure the model is. */
void
mien_proposal_row (const MienPrediction *prediction,
                   const MienModel *model,
                   const MienFrameState *state,
                   MienTask task,
                   MienProposalRow *row)
{
  guint first = mien_task_first_item (task), n = mien_task_n_items (task);
  guint unlabelled = 0;
  int chosen = -1;
  double sum = 0.0;
  MienProposal proposal;

  memset (row, 0, sizeof *row);
  mien_proposal_from_prediction (prediction, model, &proposal);
  for (guint i = 0; i < n; i++)
    {
      guint item = first + i;
      gboolean labelled = (state->answered >> item & 1) != 0;
      gboolean disputed = (state->disputed >> item & 1) != 0;
      gboolean accepted =
          proposal.accepted[item] && state->split == MIEN_SPLIT_TRAIN && !disputed;
      int class = labelled ? 0 : accepted ? 1 : 2;

      if (accepted)
        row->accepted |= 1u << i;
      if (accepted && !labelled && state->usable)
        row->pseudo = TRUE;
      if (class == 2 && state->usable && state->split == MIEN_SPLIT_TRAIN)
        row->open = state->skipped ? 2 : 1;
      if (!labelled)
        {
          unlabelled++;
          sum += uncertainty (model, prediction, item);
        }
      if (class > chosen
          || (class == chosen && proposal.confidence[item] < row->confidence))
        {
          chosen = class;
          row->confidence = proposal.confidence[item];
          row->threshold = mien_threshold_of (&model->thresholds, item,
                                              proposal.labels.item[item].value[0]);
        }
    }
  row->priority = unlabelled > 0 ? sum / unlabelled : 0.0;
}

gboolean
mien_proposals_state (MienStore *store,
                      gint64 frame,
                      MienFrameState *state,
                      GError **error)
{
  g_autoptr (MienStatement) row =
      mien_query (store, error, "SELECT split, usable, skipped FROM frame WHERE id = ?1",
                  MIEN_INT (frame));
  MienStep step = row == NULL ? MIEN_STEP_ERROR : mien_statement_step (row, error);
  MienLabels labels;

  if (step == MIEN_STEP_DONE)
    g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_NOT_FOUND,
                 "%s: there is no frame %" G_GINT64_FORMAT "; look it up anew",
                 store->path, frame);
  if (step != MIEN_STEP_ROW || !mien_frames_labels (store, frame, &labels, error))
    return FALSE;
  state->split = (MienSplit) CLAMP (mien_column_int (row, 0), 0, 2);
  state->usable = mien_column_int (row, 1) != 0;
  state->skipped = mien_column_int (row, 2) != 0;
  state->answered = mien_labels_answered (&labels);
  state->disputed = mien_labels_disputed (&labels);
  return TRUE;
}

static gboolean
store_rows (MienStore *store,
            const MienModel *model,
            gint64 frame,
            const MienPrediction *prediction,
            const MienFrameState *state,
            GError **error)
{
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    {
      MienProposalRow row;

      if (!(model->tasks & 1u << task))
        continue;
      mien_proposal_row (prediction, model, state, (MienTask) task, &row);
      if (!mien_run (
              store, error,
              "INSERT INTO proposal (frame, task, model, accepted, open, pseudo,"
              " priority, confidence, threshold)"
              " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO UPDATE SET"
              " accepted = ?4, open = ?5, pseudo = ?6, priority = ?7, confidence = ?8,"
              " threshold = ?9",
              MIEN_INT (frame), MIEN_INT (task), MIEN_INT (model->id),
              MIEN_INT (row.accepted), MIEN_INT (row.open), MIEN_INT (row.pseudo ? 1 : 0),
              MIEN_REAL (row.priority), MIEN_REAL (row.confidence),
              MIEN_REAL (row.threshold)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
store_prediction (MienStore *store,
                  const MienModel *model,
                  gint64 frame,
                  const MienPrediction *prediction,
                  GError **error)
{
  guint8 outputs[OUTPUT_BYTES];
  MienPrediction stored;
  MienFrameState state;

  /* The rows follow from what is stored, to the bit: verify derives them from it again.
   */
  pack (prediction, outputs);
  unpack (outputs, &stored);
  return mien_proposals_state (store, frame, &state, error)
         && mien_run (store, error,
                      "INSERT INTO prediction (model, frame, outputs) VALUES (?1, ?2, ?3)"
                      " ON CONFLICT DO UPDATE SET outputs = ?3",
                      MIEN_INT (model->id), MIEN_INT (frame),
                      MIEN_BLOB (outputs, sizeof outputs))
         && mien_run (store, error, "UPDATE frame SET reader = ?2 WHERE id = ?1",
                      MIEN_INT (frame), MIEN_INT (model->id))
         && store_rows (store, model, frame, &stored, &state, error);
}

gboolean
mien_proposals_store (MienStore *store,
                      const MienModel *model,
                      gint64 frame,
                      const MienPrediction *prediction,
                      GError **error)
{
  if (!prediction_is_valid (prediction))
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID,
                   "%s: model %" G_GINT64_FORMAT
                   " gives no proper probabilities for frame %" G_GINT64_FORMAT
                   "; train it again with a lower learning rate",
                   store->path, model->id, frame);
      return FALSE;
    }
  return mien_store_begin (store, error)
         && mien_store_end (
             store, store_prediction (store, model, frame, prediction, error), error);
}

gboolean
mien_prediction_read (MienStore *store,
                      MienStatement *row,
                      int column,
                      gint64 model,
                      gint64 frame,
                      MienPrediction *prediction,
                      GError **error)
{
  guint8 outputs[OUTPUT_BYTES];
  MienPrediction result;

  if (!mien_column_bytes (row, column, outputs, sizeof outputs, error))
    return FALSE;
  unpack (outputs, &result);
  if (!prediction_is_valid (&result))
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_CORRUPT,
                   "%s: the project is damaged (what model %" G_GINT64_FORMAT
                   " said of frame %" G_GINT64_FORMAT "); open a copy of it made earlier",
                   store->path, model, frame);
      return FALSE;
    }
  *prediction = result;
  return TRUE;
}

gboolean
mien_proposals_prediction (MienStore *store,
                           gint64 model,
                           gint64 frame,
                           MienPrediction *prediction,
                           GError **error)
{
  g_autoptr (MienStatement) row = mien_query (
      store, error, "SELECT outputs FROM prediction WHERE model = ?1 AND frame = ?2",
      MIEN_INT (model), MIEN_INT (frame));
  MienStep step = row == NULL ? MIEN_STEP_ERROR : mien_statement_step (row, error);

  return step == MIEN_STEP_ROW
         && mien_prediction_read (store, row, 0, model, frame, prediction, error);
}

static gboolean
refresh_model (MienStore *store,
               gint64 model_id,
               gint64 frame,
               const MienFrameState *state,
               GError **error)
{
  g_autoptr (MienModel) model = mien_models_get (store, model_id, error);
  g_autoptr (GError) failed = NULL;
  MienPrediction prediction;

  if (model == NULL)
    return FALSE;
  if (mien_proposals_prediction (store, model_id, frame, &prediction, &failed))
    return store_rows (store, model, frame, &prediction, state, error);
  if (failed == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

/* After a change of the frame's labels or state: of every model that has read it. */
gboolean
mien_proposals_refresh (MienStore *store, gint64 frame, GError **error)
{
  g_autoptr (GArray) models = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (MienStatement) row = mien_query (
      store, error, "SELECT model FROM proposal WHERE frame = ?1", MIEN_INT (frame));
  MienStep step = MIEN_STEP_ERROR;
  MienFrameState state;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      gint64 model = mien_column_int (row, 0);
      guint i;

      for (i = 0; i < models->len; i++)
        if (g_array_index (models, gint64, i) == model)
          break;
      if (i == models->len)
        g_array_append_val (models, model);
    }
  if (step != MIEN_STEP_DONE)
    return FALSE;
  if (models->len == 0)
    return TRUE;
  if (!mien_proposals_state (store, frame, &state, error))
    return FALSE;
  for (guint i = 0; i < models->len; i++)
    if (!refresh_model (store, g_array_index (models, gint64, i), frame, &state, error))
      return FALSE;
  return TRUE;
}

/* The next 200 frames behind last that the model has read; 0: none. */
static gboolean
next_burst (MienStore *store, gint64 model, gint64 last, gint64 *next, GError **error)
{
  return mien_query_int (store, error, 0, next,
                         "SELECT max (frame) FROM (SELECT frame FROM prediction"
                         " WHERE model = ?1 AND frame > ?2 ORDER BY frame LIMIT 200)",
                         MIEN_INT (model), MIEN_INT (last));
}

static gboolean
settle_burst (MienStore *store,
              const MienModel *model,
              gint64 last,
              gint64 next,
              GError **error)
{
  g_autoptr (MienStatement) row =
      mien_query (store, error,
                  "SELECT frame FROM prediction WHERE model = ?1 AND frame > ?2"
                  " AND frame <= ?3",
                  MIEN_INT (model->id), MIEN_INT (last), MIEN_INT (next));
  MienStep step = MIEN_STEP_ERROR;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      gint64 frame = mien_column_int (row, 0);
      MienFrameState state;
      MienPrediction prediction;

      if (!mien_proposals_prediction (store, model->id, frame, &prediction, error)
          || !mien_proposals_state (store, frame, &state, error)
          || !store_rows (store, model, frame, &prediction, &state, error))
        return FALSE;
    }
  return step == MIEN_STEP_DONE;
}

/* Should it be cut short, the model stays marked and the next job goes on. */
gboolean
mien_proposals_settle (MienStore *store, gint64 model_id, GError **error)
{
  g_autoptr (MienModel) model = NULL;
  gint64 unsettled, last = 0, next;

  if (!mien_query_int (store, error, 0, &unsettled,
                       "SELECT unsettled FROM model WHERE id = ?1", MIEN_INT (model_id)))
    return FALSE;
  if (unsettled == 0)
    return TRUE;
  model = mien_models_get (store, model_id, error);
  if (model == NULL)
    return FALSE;
  for (; next_burst (store, model_id, last, &next, error); last = next)
    if (next == 0)
      return mien_run (store, error, "UPDATE model SET unsettled = 0 WHERE id = ?1",
                       MIEN_INT (model_id));
    else if (!settle_burst (store, model, last, next, error)
             || !mien_store_breathe (store, error))
      return FALSE;
  return FALSE;
}

/* What the queue skips by index. Should it be cut short, the queue is as right as before,
 * only slower. */
gboolean
mien_proposals_take_over (MienStore *store, gint64 model, GError **error)
{
  gint64 last = 0, next;

  for (; next_burst (store, model, last, &next, error); last = next)
    if (next == 0)
      return TRUE;
    else if (!mien_run (store, error,
                        "UPDATE frame SET reader = ?1 WHERE reader <> ?1 AND id IN"
                        " (SELECT frame FROM prediction WHERE model = ?1 AND frame > ?2"
                        "  AND frame <= ?3)",
                        MIEN_INT (model), MIEN_INT (last), MIEN_INT (next))
             || !mien_store_breathe (store, error))
      return FALSE;
  return FALSE;
}

gboolean
mien_proposals_accepted (MienStore *store,
                         gint64 frame,
                         MienLabels *accepted,
                         double *confidence,
                         GError **error)
{
  g_autoptr (MienModel) model = NULL;
  g_autoptr (GError) failed = NULL;
  MienLabels result = { 0 };
  double sure[MIEN_ITEM_COUNT];
  MienPrediction prediction;
  MienProposal proposal;
  MienFrameState state;

  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    sure[item] = (double) NAN;
  model = mien_models_current (store, &failed);
  if (model != NULL
      && mien_proposals_prediction (store, model->id, frame, &prediction, &failed)
      && mien_proposals_state (store, frame, &state, &failed) && state.usable
      && state.split == MIEN_SPLIT_TRAIN)
    {
      mien_proposal_from_prediction (&prediction, model, &proposal);
      for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
        if (proposal.accepted[item] && !((state.answered | state.disputed) >> item & 1))
          {
            result.item[item] = proposal.labels.item[item];
            sure[item] = proposal.confidence[item];
          }
    }
  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  *accepted = result;
  if (confidence != NULL)
    memcpy (confidence, sure, sizeof sure);
  return TRUE;
}

/* A few frames at a time, so that decisions get in between. What goes from prediction
 * goes from proposal with it, and the frames that rested on it are unread again. */
gboolean
mien_proposals_drop (MienStore *store, gint64 model, GError **error)
{
  gint64 last = 0, next;

  for (; next_burst (store, model, last, &next, error); last = next)
    if (next == 0)
      return TRUE;
    else if (!mien_run (store, error,
                        "UPDATE frame SET reader = 0 WHERE reader = ?1 AND id IN"
                        " (SELECT frame FROM prediction WHERE model = ?1 AND frame > ?2"
                        "  AND frame <= ?3)",
                        MIEN_INT (model), MIEN_INT (last), MIEN_INT (next))
             || !mien_run (store, error,
                           "DELETE FROM prediction WHERE model = ?1 AND frame > ?2"
                           " AND frame <= ?3",
                           MIEN_INT (model), MIEN_INT (last), MIEN_INT (next))
             || !mien_store_breathe (store, error))
      return FALSE;
  return FALSE;
}

static gboolean
prune (MienStore *store, GError **error)
{
  gint64 previous = mien_models_previous (store), current, model = 0;
  guint tasks;

  if (!mien_models_current_id (store, &current, &tasks, error))
    return FALSE;
  for (;;)
    {
      if (!mien_query_int (
              store, error, 0, &model,
              "SELECT id FROM model WHERE id > ?1 AND id NOT IN (?2, ?3)"
              " AND EXISTS (SELECT 1 FROM prediction p WHERE p.model = model.id)"
              " ORDER BY id LIMIT 1",
              MIEN_INT (model), MIEN_INT (current), MIEN_INT (previous)))
        return FALSE;
      if (model == 0)
        return mien_proposals_settle (store, current, error)
               && mien_proposals_settle (store, previous, error)
               && mien_proposals_take_over (store, current, error);
      if (!mien_proposals_drop (store, model, error))
        return FALSE;
    }
}

gboolean
mien_proposals_prune (MienStore *store, GError **error)
{
  return mien_store_begin (store, error)
         && mien_store_end (store, prune (store, error), error);
}
