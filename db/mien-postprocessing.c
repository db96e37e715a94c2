/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A model's post-processing: 25 numbers that are stored with the model once, and what
 * they decide. Smoothing and temperatures are mienctl's to apply before a prediction is
 * stored; where the decisions lie is read from here for as long as the prediction is
 * kept.
 *
 * Invariant: the predictions of a model are all raw or all processed; `raw` of its row
 * says which, and changes only after the last of them is gone.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-proposals-private.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum
{
  N_NUMBERS = 5 + MIEN_EXPRESSION_COUNT + MIEN_UNIT_COUNT,
  N_BYTES = N_NUMBERS * 8,
};

G_STATIC_ASSERT (sizeof (MienPostprocessing) == N_BYTES);

#define MAX_SIGMA 1e6

static gboolean
is_between (double x, double low, double high)
{
  return x >= low && x <= high;
}

/* NaN is between nothing. */
static gboolean
is_valid (const MienPostprocessing *numbers)
{
  gboolean valid = is_between (numbers->sigma_valence_arousal, 0.0, MAX_SIGMA)
                   && is_between (numbers->sigma_expression, 0.0, MAX_SIGMA)
                   && is_between (numbers->sigma_action_units, 0.0, MAX_SIGMA)
                   && is_between (numbers->temperature_expression, 1e-3, 1e3)
                   && is_between (numbers->temperature_action_units, 1e-3, 1e3);

  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    valid = valid && is_between (numbers->expression_bias[i], -100.0, 100.0);
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    valid = valid && is_between (numbers->action_unit_thresholds[i], 0.0, 1.0);
  return valid;
}

/* Between the machine's order of bytes and the file's, either way. */
static void
swap (const void *from, void *to)
{
  guint64 words[N_NUMBERS];

  memcpy (words, from, N_BYTES);
  for (guint i = 0; i < N_NUMBERS; i++)
    words[i] = GUINT64_TO_LE (words[i]);
  memcpy (to, words, N_BYTES);
}

gboolean
mien_postprocessing_read (MienStore *store,
                          MienStatement *row,
                          int column,
                          MienModel *model,
                          GError **error)
{
  guint8 bytes[N_BYTES];

  if (mien_column_is_null (row, column))
    return TRUE;
  if (!mien_column_bytes (row, column, bytes, sizeof bytes, error))
    return FALSE;
  swap (bytes, &model->postprocessing);
  if (!is_valid (&model->postprocessing))
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_CORRUPT,
                   "%s: the project is damaged (the post-processing of model "
                   "%" G_GINT64_FORMAT
                   " is out of range); open a copy of it made earlier",
                   store->path, model->id);
      return FALSE;
    }
  model->has_postprocessing = TRUE;
  model->raw = mien_column_int (row, column + 1) != 0;
  return TRUE;
}

static gboolean
set_postprocessing (MienStore *store,
                    gint64 model,
                    const MienPostprocessing *numbers,
                    GError **error)
{
  g_autoptr (MienModel) known = mien_models_get (store, model, error);
  guint8 bytes[N_BYTES];

  if (known == NULL)
    return FALSE;
  if (known->has_postprocessing || known->has_proposals)
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_EXISTS,
                   "%s: model %" G_GINT64_FORMAT
                   " %s, which its post-processing cannot change any more; train another "
                   "model",
                   store->path, model,
                   known->has_postprocessing ? "has its post-processing"
                                             : "has read frames");
      return FALSE;
    }
  swap (numbers, bytes);
  return mien_run (store, error,
                   "INSERT INTO postprocess (model, parameters) VALUES (?1, ?2)",
                   MIEN_INT (model), MIEN_BLOB (bytes, sizeof bytes));
}

gboolean
mien_models_set_postprocessing (MienStore *store,
                                gint64 model,
                                const MienPostprocessing *postprocessing,
                                GError **error)
{
  if (!is_valid (postprocessing))
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID,
                   "%s: the post-processing of model %" G_GINT64_FORMAT
                   " is out of range; fit it anew",
                   store->path, model);
      return FALSE;
    }
  return mien_store_begin (store, error)
         && mien_store_end (
             store, set_postprocessing (store, model, postprocessing, error), error);
}

/* Cut short, the model has fewer predictions of the old kind, and the next call goes on.
 */
static gboolean
set_raw (MienStore *store, gint64 model, gboolean raw, GError **error)
{
  g_autoptr (MienModel) known = mien_models_get (store, model, error);

  if (known == NULL)
    return FALSE;
  if (!known->has_postprocessing || known->raw == raw)
    return TRUE;
  return mien_proposals_drop (store, model, error)
         && mien_run (store, error, "UPDATE postprocess SET raw = ?2 WHERE model = ?1",
                      MIEN_INT (model), MIEN_INT (raw ? 1 : 0));
}

gboolean
mien_proposals_set_raw (MienStore *store, gint64 model, gboolean raw, GError **error)
{
  return mien_store_begin (store, error)
         && mien_store_end (store, set_raw (store, model, raw, error), error);
}

static gboolean
is_processed (const MienModel *model)
{
  return model->has_postprocessing && !model->raw;
}

guint
mien_model_expression (const MienModel *model, const float *probabilities)
{
  double values[MIEN_EXPRESSION_COUNT];
  guint best = 0;

  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    values[i] = is_processed (model) ? log (MAX ((double) probabilities[i], FLT_MIN))
                                           + model->postprocessing.expression_bias[i]
                                     : (double) probabilities[i];
  for (guint i = 1; i < MIEN_EXPRESSION_COUNT; i++)
    if (values[i] > values[best])
      best = i;
  return best;
}

gboolean
mien_model_has_unit (const MienModel *model, guint unit, double probability)
{
  return is_processed (model)
             ? probability > model->postprocessing.action_unit_thresholds[unit]
             : probability >= 0.5;
}
