/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * One random sample of the training frames, which gives those that are asked at random,
 * those of rare classes, and those that are audited. It bounds the cost: a plan looks at
 * no more frames in a project of millions than in one of thousands.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-hash-private.h"
#include "mien-plan-private.h"

enum
{
  SAMPLE = 20000,
};

guint
mien_said_bit (MienItem item, int value)
{
  if (item == MIEN_ITEM_EXPRESSION)
    return (guint) value;
  return (value != 0 ? MIEN_SAID_PRESENT : MIEN_SAID_ABSENT) + item
         - MIEN_ITEM_FIRST_UNIT;
}

MienItem
mien_said_item (guint bit)
{
  if (bit < MIEN_EXPRESSION_COUNT)
    return MIEN_ITEM_EXPRESSION;
  return (MienItem) (MIEN_ITEM_FIRST_UNIT
                     + (bit - MIEN_EXPRESSION_COUNT) % MIEN_UNIT_COUNT);
}

static void
read_said (const MienPrediction *prediction, const MienModel *model, MienSampled *sampled)
{
  MienProposal proposal;

  mien_proposal_from_prediction (prediction, model, &proposal);
  for (guint item = MIEN_ITEM_EXPRESSION; item < MIEN_ITEM_COUNT; item++)
    {
      const MienLabel *label = &proposal.labels.item[item];
      guint32 bit;

      if (label->answer != MIEN_ANSWER_VALUE)
        continue;
      bit = (guint32) 1 << mien_said_bit ((MienItem) item, (int) label->value[0]);
      sampled->said |= bit;
      if (proposal.accepted[item])
        sampled->accepted |= bit;
    }
}

static gboolean
sample_frame (MienPlanner *planner, gint64 frame, GError **error)
{
  MienSampled sampled = { 0 };
  g_autoptr (GError) failed = NULL;
  MienPrediction prediction;
  guint complete;
  gboolean found;

  if (!mien_planner_candidate (planner, frame, TRUE, &sampled.candidate, &complete,
                               &found, error))
    return FALSE;
  if (!found)
    return TRUE;
  sampled.complete = (planner->asked & ~complete) == 0;
  if (planner->model != NULL
      && mien_proposals_prediction (planner->store, planner->model->id, frame,
                                    &prediction, &failed))
    read_said (&prediction, planner->model, &sampled);
  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  g_array_append_val (planner->sample, sampled);
  return TRUE;
}

/* Every id with the same chance, and once. Of a project with few frames nearly all are
 * drawn, and those that are not are a matter of chance as well. */
static gboolean
draw (MienPlanner *planner, GError **error)
{
  guint64 n = (guint64) planner->last_frame;
  g_autoptr (GHashTable) drawn =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  for (guint64 i = 0; i < MIN (SAMPLE, 8 * n) && planner->looked < n; i++)
    {
      gint64 frame = 1 + (gint64) (mien_split_mix (planner->seed, i) % n);

      if (!g_hash_table_add (drawn, g_memdup2 (&frame, sizeof frame)))
        continue;
      planner->looked++;
      if (!sample_frame (planner, frame, error))
        return FALSE;
    }
  return TRUE;
}

/* As a candidate, if anything is asked of the frame. */
static gboolean
add_open (MienPlanner *planner, guint index, MienReason reason, GError **error)
{
  const MienSampled *sampled = &g_array_index (planner->sample, MienSampled, index);
  guint tasks, doubtful;
  const char *why;

  if (sampled->complete)
    return TRUE;
  if (!mien_queue_asked (planner->store, sampled->candidate.frame, &tasks, &doubtful,
                         &why, error))
    return FALSE;
  if (tasks != 0)
    g_array_append_val (planner->candidates[reason], sampled->candidate);
  return TRUE;
}

static gboolean
add_random (MienPlanner *planner, GError **error)
{
  GArray *candidates = planner->candidates[MIEN_REASON_RANDOM];

  for (guint i = 0; i < planner->sample->len && candidates->len < MIEN_PLAN_SIZE; i++)
    if (!add_open (planner, i, MIEN_REASON_RANDOM, error))
      return FALSE;
  return TRUE;
}

typedef struct
{
  guint64 key;
  guint index; /* in the sample */
} Ranked;

static int
compare_ranked (gconstpointer a, gconstpointer b)
{
  const Ranked *one = a, *other = b;

  if (one->key != other->key)
    return one->key < other->key ? -1 : 1;
  return one->index < other->index ? -1 : 1;
}

/* The n-th frame of a class of m comes at n * m: each class as often as it is rare. A
 * frame counts for the rarest of what it shows. */
static GArray *
rank_by_rarity (MienPlanner *planner)
{
  GArray *ranked = g_array_new (FALSE, FALSE, sizeof (Ranked));
  guint count[MIEN_SAID_ABSENT] = { 0 }, seen[MIEN_SAID_ABSENT] = { 0 };

  for (guint i = 0; i < planner->sample->len; i++)
    for (guint bit = 0; bit < MIEN_SAID_ABSENT; bit++)
      count[bit] += g_array_index (planner->sample, MienSampled, i).said >> bit & 1;
  for (guint i = 0; i < planner->sample->len; i++)
    {
      const MienSampled *sampled = &g_array_index (planner->sample, MienSampled, i);
      guint rarest = MIEN_SAID_ABSENT;

      for (guint bit = 0; bit < MIEN_SAID_ABSENT; bit++)
        if ((sampled->said >> bit & 1)
            && (rarest == MIEN_SAID_ABSENT || count[bit] < count[rarest]))
          rarest = bit;
      if (rarest != MIEN_SAID_ABSENT && !sampled->complete)
        {
          Ranked rank = { (guint64) ++seen[rarest] * count[rarest], i };

          g_array_append_val (ranked, rank);
        }
    }
  g_array_sort (ranked, compare_ranked);
  return ranked;
}

static gboolean
add_rare (MienPlanner *planner, GError **error)
{
  GArray *candidates = planner->candidates[MIEN_REASON_RARE];
  g_autoptr (GArray) ranked = rank_by_rarity (planner);

  for (guint i = 0; i < ranked->len && candidates->len < MIEN_PLAN_SIZE; i++)
    if (!add_open (planner, g_array_index (ranked, Ranked, i).index, MIEN_REASON_RARE,
                   error))
      return FALSE;
  return TRUE;
}

gboolean
mien_planner_sample (MienPlanner *planner, GError **error)
{
  return draw (planner, error) && add_random (planner, error)
         && add_rare (planner, error);
}
