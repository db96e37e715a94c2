/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The sample of frames that models are compared on. A frame is in it if a hash of its id
 * is below a bound, which sinks as the project grows: so whoever is in a sample of more
 * frames was in that of fewer, if it was there.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-fixed-sample.h"

#include "mien-hash-private.h"
#include "mien-proposals-private.h"

/* Of no meaning, but never to change. */
#define SEED 0x6d69656e

static gboolean
is_sampled (gint64 frame, gint64 last)
{
  return last <= MIEN_FIXED_SAMPLE
         || mien_split_mix (SEED, (guint64) frame)
                < G_MAXUINT64 / (guint64) last * MIEN_FIXED_SAMPLE;
}

static gboolean
add_frame (MienStore *store,
           const gint64 models[2],
           gint64 frame,
           GArray *sample,
           GError **error)
{
  MienSaidTwice said = { .frame = frame };
  g_autoptr (MienStatement) row =
      mien_query (store, error,
                  "SELECT f.video, a.outputs, b.outputs FROM frame f"
                  " JOIN prediction a ON a.model = ?1 AND a.frame = f.id"
                  " JOIN prediction b ON b.model = ?2 AND b.frame = f.id WHERE f.id = ?3",
                  MIEN_INT (models[0]), MIEN_INT (models[1]), MIEN_INT (frame));
  MienStep step = row == NULL ? MIEN_STEP_ERROR : mien_statement_step (row, error);

  if (step != MIEN_STEP_ROW)
    return step == MIEN_STEP_DONE;
  said.video = mien_column_int (row, 0);
  for (int i = 0; i < 2; i++)
    if (!mien_prediction_read (store, row, 1 + i, models[i], frame, &said.said[i], error))
      return FALSE;
  g_array_append_val (sample, said);
  return TRUE;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const MienSaidTwice *one = a, *other = b;

  if (one->video != other->video)
    return one->video < other->video ? -1 : 1;
  return one->frame < other->frame ? -1 : one->frame > other->frame;
}

GArray *
mien_fixed_sample (MienStore *store, gint64 first, gint64 second, GError **error)
{
  const gint64 models[2] = { first, second };
  g_autoptr (GArray) sample = g_array_new (FALSE, FALSE, sizeof (MienSaidTwice));
  gint64 last;

  if (!mien_query_int (store, error, 0, &last, "SELECT max (id) FROM frame"))
    return NULL;
  for (gint64 frame = 1; frame <= last; frame++)
    if (is_sampled (frame, last) && !add_frame (store, models, frame, sample, error))
      return NULL;
  g_array_sort (sample, compare);
  return g_steal_pointer (&sample);
}
