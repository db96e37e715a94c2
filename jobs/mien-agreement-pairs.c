/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Answers gathered by two annotators. Of units, an annotator's answers about one unit are
 * those of an annotator of their own, so that no unit is compared with another one.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-agreement-pairs.h"

typedef struct
{
  guint32 annotators[2];
  GArray *answers[MIEN_PAIR_SCALES]; /* MienAgreementAnswer */
} Pair;

struct _MienPairs
{
  GHashTable *pairs; /* guint64 -> Pair */
};

static void
pair_free (gpointer data)
{
  Pair *pair = data;

  for (guint scale = 0; scale < MIEN_PAIR_SCALES; scale++)
    g_array_unref (pair->answers[scale]);
  g_free (pair);
}

MienPairs *
mien_pairs_new (void)
{
  MienPairs *self = g_new0 (MienPairs, 1);

  self->pairs = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, pair_free);
  return self;
}

void
mien_pairs_free (MienPairs *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->pairs);
  g_free (self);
}

static Pair *
ensure_pair (MienPairs *self, guint32 one, guint32 other)
{
  guint64 key = (guint64) one << 32 | other;
  Pair *pair = g_hash_table_lookup (self->pairs, &key);

  if (pair != NULL)
    return pair;
  pair = g_new0 (Pair, 1);
  pair->annotators[0] = one;
  pair->annotators[1] = other;
  for (guint scale = 0; scale < MIEN_PAIR_SCALES; scale++)
    pair->answers[scale] = g_array_new (FALSE, FALSE, sizeof (MienAgreementAnswer));
  g_hash_table_insert (self->pairs, g_memdup2 (&key, sizeof key), pair);
  return pair;
}

void
mien_pairs_add (MienPairs *self,
                guint32 video,
                guint32 frame,
                MienItem item,
                const guint32 annotators[2],
                const double *values[2])
{
  guint first = annotators[0] < annotators[1] ? 0 : 1;
  Pair *pair = ensure_pair (self, annotators[first], annotators[1 - first]);

  for (guint32 side = 0; side < 2; side++)
    {
      const double *value = values[side == 0 ? first : 1 - first];
      MienAgreementAnswer answer = { video, frame, side, value[0] };

      if (item >= MIEN_ITEM_FIRST_UNIT)
        {
          guint32 unit = (guint32) item - MIEN_ITEM_FIRST_UNIT;

          answer.unit = frame * MIEN_UNIT_COUNT + unit;
          answer.annotator = side * MIEN_UNIT_COUNT + unit;
          g_array_append_val (pair->answers[MIEN_PAIR_UNITS], answer);
        }
      else if (item == MIEN_ITEM_EXPRESSION)
        g_array_append_val (pair->answers[MIEN_PAIR_EXPRESSION], answer);
      else
        {
          g_array_append_val (pair->answers[MIEN_PAIR_VALENCE], answer);
          answer.value = value[1];
          g_array_append_val (pair->answers[MIEN_PAIR_AROUSAL], answer);
        }
    }
}

static gboolean
measure (const Pair *pair, MienPairFigures *figures)
{
  static const unsigned classes[] = {
    [MIEN_PAIR_EXPRESSION] = MIEN_EXPRESSION_COUNT, [MIEN_PAIR_UNITS] = 2
  };

  figures->annotators[0] = pair->annotators[0];
  figures->annotators[1] = pair->annotators[1];
  for (guint scale = 0; scale < MIEN_PAIR_SCALES; scale++)
    {
      const GArray *answers = pair->answers[scale];

      if (mien_agreement_measure ((const MienAgreementAnswer *) (void *) answers->data,
                                  answers->len, classes[scale], &figures->scales[scale])
          != 0)
        return FALSE;
    }
  return TRUE;
}

static int
by_annotators (gconstpointer a, gconstpointer b)
{
  const MienPairFigures *one = a, *other = b;
  guint place = one->annotators[0] == other->annotators[0] ? 1 : 0;

  return one->annotators[place] < other->annotators[place]
             ? -1
             : one->annotators[place] > other->annotators[place];
}

GArray *
mien_pairs_measure (MienPairs *self)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (MienPairFigures));
  GHashTableIter iter;
  Pair *pair;

  g_hash_table_iter_init (&iter, self->pairs);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &pair))
    {
      MienPairFigures figures;

      if (!measure (pair, &figures))
        return NULL;
      g_array_append_val (all, figures);
    }
  g_array_sort (all, by_annotators);
  return g_steal_pointer (&all);
}
