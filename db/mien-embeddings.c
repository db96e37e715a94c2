/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The embeddings of a sample of the frames. The sample is drawn with permanent random
 * numbers (Ohlsson, Coordination of samples using permanent random numbers, 1995): what
 * comes and goes changes it by as much and no more.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-embeddings.h"

#include <math.h>

#include "mien-half.h"
#include "mien-hash-private.h"
#include "mien-plan-private.h"

enum
{
  EMBEDDING_BYTES = 2 * MIEN_EMBEDDING,
  NUMBERS = 65536,
};

/* Permanent. Any other number would do as well. */
#define SEED 0x656d62656464u

/* Halves of a length of 1 are off by less than that. */
#define LENGTH_TOLERANCE 0.01

/* 0 to NUMBERS - 1, of a frame of whatever split. */
static guint
number_of (gint64 frame)
{
  return (guint) (mien_split_mix (SEED, (guint64) frame) >> 48);
}

gboolean
mien_embeddings_sampled (gint64 frame, guint limit)
{
  return number_of (frame) < limit;
}

static MienStatement *
query_frames (MienStore *store, GError **error)
{
  return mien_query (store, error,
                     MIEN_SCAN "SELECT id FROM frame WHERE split = 0 AND usable");
}

gboolean
mien_embeddings_limit (MienStore *store, guint *limit, GError **error)
{
  g_autofree guint *counts = g_new0 (guint, NUMBERS);
  g_autoptr (MienStatement) row = query_frames (store, error);
  MienStep step = MIEN_STEP_ERROR;
  guint64 sum = 0;
  guint number = 0;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    counts[number_of (mien_column_int (row, 0))]++;
  if (step != MIEN_STEP_DONE)
    return FALSE;
  while (number < NUMBERS && (sum += counts[number]) <= MIEN_EMBEDDING_SAMPLE)
    number++;
  *limit = number;
  return TRUE;
}

/* A NaN fails every comparison. */
static gboolean
is_valid (const float *features)
{
  double sum = 0.0;

  for (guint i = 0; i < MIEN_EMBEDDING; i++)
    sum += (double) features[i] * (double) features[i];
  return sum == 0.0 || fabs (sqrt (sum) - 1.0) < LENGTH_TOLERANCE;
}

gboolean
mien_embeddings_store (MienStore *store,
                       gint64 model,
                       gint64 frame,
                       const float *features,
                       GError **error)
{
  guint8 bytes[EMBEDDING_BYTES];

  if (!is_valid (features))
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID,
                   "%s: model %" G_GINT64_FORMAT
                   " gives no proper features for frame %" G_GINT64_FORMAT
                   "; train it again with a lower learning rate",
                   store->path, model, frame);
      return FALSE;
    }
  mien_halves_write (features, MIEN_EMBEDDING, bytes);
  return mien_run (store, error,
                   "INSERT INTO embedding (frame, model, features)"
                   " SELECT id, ?2, ?3 FROM frame WHERE id = ?1 AND split = 0"
                   " ON CONFLICT DO UPDATE SET model = ?2, features = ?3",
                   MIEN_INT (frame), MIEN_INT (model), MIEN_BLOB (bytes, sizeof bytes));
}

static gboolean
lacks (MienStore *store, gint64 model, gint64 frame, gboolean *result, GError **error)
{
  gint64 found;

  if (!mien_query_int (store, error, 0, &found,
                       "SELECT 1 FROM prediction p WHERE p.model = ?1 AND p.frame = ?2"
                       " AND NOT EXISTS (SELECT 1 FROM embedding e WHERE e.frame = ?2"
                       "  AND e.model = ?1)",
                       MIEN_INT (model), MIEN_INT (frame)))
    return FALSE;
  *result = found != 0;
  return TRUE;
}

GArray *
mien_embeddings_lacking (MienStore *store, gint64 model, guint limit, GError **error)
{
  g_autoptr (GArray) frames = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (MienStatement) row = query_frames (store, error);
  MienStep step = MIEN_STEP_ERROR;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      gint64 frame = mien_column_int (row, 0);
      gboolean lacking = FALSE;

      if (mien_embeddings_sampled (frame, limit)
          && !lacks (store, model, frame, &lacking, error))
        return NULL;
      if (lacking)
        g_array_append_val (frames, frame);
    }
  return step == MIEN_STEP_DONE ? g_steal_pointer (&frames) : NULL;
}

static GArray *
find_superfluous (MienStore *store, gint64 model, guint limit, GError **error)
{
  g_autoptr (GArray) frames = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (MienStatement) row =
      mien_query (store, error,
                  MIEN_SCAN "SELECT e.frame, e.model = ?1 AND f.usable FROM embedding e"
                            " JOIN frame f ON f.id = e.frame",
                  MIEN_INT (model));
  MienStep step = MIEN_STEP_ERROR;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      gint64 frame = mien_column_int (row, 0);

      if (mien_column_int (row, 1) == 0 || !mien_embeddings_sampled (frame, limit))
        g_array_append_val (frames, frame);
    }
  return step == MIEN_STEP_DONE ? g_steal_pointer (&frames) : NULL;
}

static gboolean
drop (MienStore *store, const GArray *frames, GError **error)
{
  for (guint i = 0; i < frames->len; i++)
    if (!mien_run (store, error, "DELETE FROM embedding WHERE frame = ?1",
                   MIEN_INT (g_array_index (frames, gint64, i)))
        || !mien_store_breathe (store, error))
      return FALSE;
  return TRUE;
}

gboolean
mien_embeddings_prune (MienStore *store, gint64 model, guint limit, GError **error)
{
  g_autoptr (GArray) frames = find_superfluous (store, model, limit, error);

  return frames != NULL && mien_store_begin (store, error)
         && mien_store_end (store, drop (store, frames, error), error);
}

gboolean
mien_embedding_read (MienStore *store,
                     MienStatement *row,
                     int column,
                     gint64 frame,
                     float *features,
                     GError **error)
{
  guint8 bytes[EMBEDDING_BYTES];

  if (!mien_column_bytes (row, column, bytes, sizeof bytes, error))
    return FALSE;
  mien_halves_read (bytes, MIEN_EMBEDDING, features);
  if (is_valid (features))
    return TRUE;
  g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_CORRUPT,
               "%s: the project is damaged (the embedding of frame %" G_GINT64_FORMAT
               "); open a copy of it made earlier",
               store->path, frame);
  return FALSE;
}
