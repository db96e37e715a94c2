/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Sums over a whole project. The balance goes once over frames, labels and predictions,
 * each in the order of its key, and keeps sixteen bytes a frame in between; no join, no
 * sort, no group. It takes no transaction: what is committed meanwhile is counted or not,
 * and "changed" asks again.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-insights.h"

#include <math.h>
#include <string.h>

#include "mien-proposals-private.h"

enum
{
  LOOK_EVERY = 8192, /* rows between looks at the cancellable */
};

gboolean
mien_insights_census (MienStore *store, MienCensus census[3], GError **error)
{
  g_autoptr (MienStatement) row =
      mien_query (store, error,
                  MIEN_SCAN "SELECT split, frames, missing, imported_0, imported_1,"
                            " imported_2, human_0, human_1, human_2 FROM census");
  MienCensus result[3] = { { 0 } };
  MienStep step = MIEN_STEP_ERROR;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      MienCensus *one = &result[CLAMP (mien_column_int (row, 0), 0, 2)];

      one->frames = (guint64) mien_column_int (row, 1);
      one->missing = (guint64) mien_column_int (row, 2);
      for (int task = 0; task < MIEN_TASK_COUNT; task++)
        {
          one->imported[task] = (guint64) mien_column_int (row, 3 + task);
          one->human[task] = (guint64) mien_column_int (row, 6 + task);
        }
    }
  if (step != MIEN_STEP_DONE)
    return FALSE;
  memcpy (census, result, sizeof result);
  return TRUE;
}

/* ---- the balance ---- */

typedef struct
{
  gint64 id;
  guint8 split : 2;
  guint8 usable : 1;
  guint8 human : 3;    /* bits MienTask */
  guint8 imported : 3; /* those a person has none of */
  guint8 pseudo : 3;
  guint16 settled; /* bits MienItem: a label, or disputed */
} Frame;

typedef struct
{
  MienStore *store;
  GCancellable *cancellable;
  MienBalance *balance;
  GArray *frames; /* Frame, in the order of ids */
  guint at;       /* that the last row was of */
  guint64 rows;
} Count;

/* DONE also where it was cancelled: with error set. */
static MienStep
next_row (Count *count, MienStatement *row, GError **error)
{
  if (row == NULL)
    return MIEN_STEP_ERROR;
  if (++count->rows % LOOK_EVERY == 0
      && g_cancellable_set_error_if_cancelled (count->cancellable, error))
    return MIEN_STEP_ERROR;
  return mien_statement_step (row, error);
}

/* Ids come in ascending order. NULL: the frame came in after they were read. */
static Frame *
find_frame (Count *count, gint64 id)
{
  while (count->at < count->frames->len
         && g_array_index (count->frames, Frame, count->at).id < id)
    count->at++;
  return count->at < count->frames->len
                 && g_array_index (count->frames, Frame, count->at).id == id
             ? &g_array_index (count->frames, Frame, count->at)
             : NULL;
}

static gboolean
read_frames (Count *count, GError **error)
{
  g_autoptr (MienStatement) row = mien_query (
      count->store, error, MIEN_SCAN "SELECT id, split, usable FROM frame ORDER BY id");
  MienStep step;

  while ((step = next_row (count, row, error)) == MIEN_STEP_ROW)
    {
      Frame frame = {
        .id = mien_column_int (row, 0),
        .split = (guint8) CLAMP (mien_column_int (row, 1), 0, 2) & 3,
        .usable = mien_column_int (row, 2) != 0,
      };

      g_array_append_val (count->frames, frame);
    }
  return step == MIEN_STEP_DONE;
}

static guint
bin_of (double value)
{
  return (guint) CLAMP ((value + 1) / 2 * MIEN_BALANCE_BINS, 0.0,
                        MIEN_BALANCE_BINS - 1.0);
}

static void
add_value (MienBalance *balance,
           guint split,
           MienBalanceSource source,
           guint item,
           const double *value)
{
  if (item == MIEN_ITEM_VALENCE_AROUSAL)
    balance->point[split][source][bin_of (value[1])][bin_of (value[0])]++;
  else if (item == MIEN_ITEM_EXPRESSION)
    balance->expression[split][source]
                       [(guint) CLAMP (value[0], 0.0, MIEN_EXPRESSION_COUNT - 1.0)]++;
  else
    balance->units[split][source][item - MIEN_ITEM_FIRST_UNIT][value[0] > 0.5]++;
}

static gboolean
read_labels (Count *count, GError **error)
{
  g_autoptr (MienStatement) row =
      mien_query (count->store, error,
                  MIEN_SCAN "SELECT frame, item, answer, source, value1, value2"
                            " FROM label ORDER BY frame, item");
  MienBalance *balance = count->balance;
  MienStep step;

  count->at = 0;
  while ((step = next_row (count, row, error)) == MIEN_STEP_ROW)
    {
      Frame *frame = find_frame (count, mien_column_int (row, 0));
      guint item = (guint) CLAMP (mien_column_int (row, 1), 0, MIEN_ITEM_COUNT - 1);
      gint64 answer = mien_column_int (row, 2);
      gboolean human = mien_column_int (row, 3) == MIEN_SOURCE_HUMAN;
      double value[2];

      if (frame == NULL)
        continue;
      frame->settled |= (guint16) (1u << item);
      if (answer != MIEN_ANSWER_VALUE)
        {
          balance->cannot_tell += answer == MIEN_ANSWER_CANNOT_TELL;
          balance->unresolved += answer == MIEN_ANSWER_UNRESOLVED;
          continue;
        }
      if (human)
        frame->human |= 1u << mien_item_task ((MienItem) item);
      else
        frame->imported |= 1u << mien_item_task ((MienItem) item);
      value[0] = mien_column_real (row, 4);
      value[1] = mien_column_real (row, 5);
      add_value (balance, frame->split,
                 human ? MIEN_BALANCE_HUMAN : MIEN_BALANCE_IMPORTED, item, value);
    }
  return step == MIEN_STEP_DONE;
}

static void
take_proposal (Count *count, Frame *frame, const MienProposal *proposal)
{
  MienBalance *balance = count->balance;
  const MienLabel *expression = &proposal->labels.item[MIEN_ITEM_EXPRESSION];

  balance->read++;
  if (expression->answer == MIEN_ANSWER_VALUE)
    {
      balance->proposed[(guint) expression->value[0]]++;
      balance->passing[(guint) expression->value[0]] +=
          proposal->accepted[MIEN_ITEM_EXPRESSION] ? 1 : 0;
    }
  balance->point_passing += proposal->accepted[MIEN_ITEM_VALENCE_AROUSAL] ? 1 : 0;
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    {
      if (!proposal->accepted[item])
        continue;
      if (item >= MIEN_ITEM_FIRST_UNIT)
        balance->unit_passing[item - MIEN_ITEM_FIRST_UNIT]++;
      if (frame->settled >> item & 1)
        continue;
      frame->pseudo |= 1u << mien_item_task ((MienItem) item);
      add_value (balance, frame->split, MIEN_BALANCE_PSEUDO, item,
                 proposal->labels.item[item].value);
    }
}

static gboolean
read_predictions (Count *count, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autoptr (MienModel) model = mien_models_current (count->store, &failed);
  g_autoptr (MienStatement) row = NULL;
  MienStep step;

  if (model == NULL)
    {
      if (failed == NULL)
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  count->balance->model = model->id;
  count->at = 0;
  row = mien_query (count->store, error,
                    MIEN_SCAN "SELECT frame, outputs FROM prediction WHERE model = ?1"
                              " ORDER BY frame",
                    MIEN_INT (model->id));
  while ((step = next_row (count, row, error)) == MIEN_STEP_ROW)
    {
      gint64 id = mien_column_int (row, 0);
      Frame *frame = find_frame (count, id);
      MienPrediction prediction;
      MienProposal proposal;

      if (frame == NULL || !frame->usable || frame->split != MIEN_SPLIT_TRAIN)
        continue;
      if (!mien_prediction_read (count->store, row, 1, model->id, id, &prediction, error))
        return FALSE;
      mien_proposal_from_prediction (&prediction, model, &proposal);
      take_proposal (count, frame, &proposal);
    }
  return step == MIEN_STEP_DONE;
}

static void
sum_coverage (Count *count)
{
  for (guint i = 0; i < count->frames->len; i++)
    {
      const Frame *frame = &g_array_index (count->frames, Frame, i);

      if (!frame->usable)
        continue;
      for (guint task = 0; task < MIEN_TASK_COUNT; task++)
        if (frame->human >> task & 1)
          count->balance->covered[frame->split][task][MIEN_BALANCE_HUMAN]++;
        else if (frame->imported >> task & 1)
          count->balance->covered[frame->split][task][MIEN_BALANCE_IMPORTED]++;
        else if (frame->pseudo >> task & 1)
          count->balance->covered[frame->split][task][MIEN_BALANCE_PSEUDO]++;
        else
          count->balance->bare[frame->split][task]++;
    }
}

gboolean
mien_insights_balance (MienStore *store,
                       GCancellable *cancellable,
                       MienBalance *balance,
                       GError **error)
{
  g_autofree MienBalance *result = g_new0 (MienBalance, 1);
  g_autoptr (GArray) frames = g_array_new (FALSE, FALSE, sizeof (Frame));
  Count count = { store, cancellable, result, frames, 0, 0 };

  if (g_cancellable_set_error_if_cancelled (cancellable, error)
      || !read_frames (&count, error) || !read_labels (&count, error)
      || !read_predictions (&count, error))
    return FALSE;
  sum_coverage (&count);
  *balance = *result;
  return TRUE;
}
