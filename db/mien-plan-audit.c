/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Which accepted answers are audited: of every class that the model says, 2 % and at
 * least 30, as far as the sample has them; each accepted answer of a class with the same
 * chance, because the sample is in random order and each class takes its first ones
 * whatever else the frame shows. What is drawn stays drawn until a person has answered
 * it, or the model or the threshold is another one: then the count starts anew.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-plan-private.h"

#define SHARE 0.02

enum
{
  MIN_AUDITS = 30,
  /* Of a class, that wait for an answer: more would only be out of date. */
  MAX_WAITING = 60,
};

typedef struct
{
  guint drawn[MIEN_SAID_COUNT], waiting[MIEN_SAID_COUNT], wanted[MIEN_SAID_COUNT];
  GHashTable *items; /* frame as gint64 -> bits of the items that were ever drawn */
  GArray *ranked;    /* Ranked */
} Audits;

typedef struct
{
  MienCandidate candidate;
  guint rank; /* the least of its items' places in their classes */
} Ranked;

static double
threshold_of (const MienModel *model, guint bit)
{
  return mien_threshold_of (&model->thresholds, mien_said_item (bit), bit);
}

static guint
items_drawn (Audits *audits, gint64 frame)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (audits->items, &frame));
}

static void
add_item (Audits *audits, gint64 frame, MienItem item)
{
  guint items = items_drawn (audits, frame) | 1u << item;

  g_hash_table_insert (audits->items, g_memdup2 (&frame, sizeof frame),
                       GUINT_TO_POINTER (items));
}

static gboolean
read_drawn (MienPlanner *planner, Audits *audits, GError **error)
{
  g_autoptr (GArray) rows = mien_plan_audits (planner->store, planner->model->id, error);

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      const MienAudit *audit = &g_array_index (rows, MienAudit, i);
      guint bit = mien_said_bit (audit->item, audit->says), complete;
      Ranked ranked = { .rank = 0 };
      gboolean found;

      add_item (audits, audit->frame, audit->item);
      if (audit->threshold != threshold_of (planner->model, bit))
        continue;
      audits->drawn[bit]++;
      if (audit->answered)
        continue;
      audits->waiting[bit]++;
      if (!mien_planner_candidate (planner, audit->frame, TRUE, &ranked.candidate,
                                   &complete, &found, error))
        return FALSE;
      ranked.candidate.audited = 1u << audit->item;
      if (found)
        g_array_append_val (audits->ranked, ranked);
    }
  return rows != NULL;
}

static void
count_wanted (MienPlanner *planner, Audits *audits)
{
  double scale =
      planner->looked > 0 ? (double) planner->last_frame / planner->looked : 1.0;

  for (guint i = 0; i < planner->sample->len; i++)
    for (guint bit = 0; bit < MIEN_SAID_COUNT; bit++)
      audits->wanted[bit] +=
          g_array_index (planner->sample, MienSampled, i).accepted >> bit & 1;
  for (guint bit = 0; bit < MIEN_SAID_COUNT; bit++)
    audits->wanted[bit] = MAX (MIN_AUDITS, (guint) (SHARE * scale * audits->wanted[bit]));
}

/* Which of the frame's answers its classes still want. */
static guint32
wanted_of (Audits *audits, const MienSampled *sampled)
{
  guint known = items_drawn (audits, sampled->candidate.frame);
  guint32 wanted = 0;

  for (guint bit = 0; bit < MIEN_SAID_COUNT; bit++)
    if ((sampled->accepted >> bit & 1) && !(known >> mien_said_item (bit) & 1)
        && audits->drawn[bit] < audits->wanted[bit] && audits->waiting[bit] < MAX_WAITING)
      wanted |= (guint32) 1 << bit;
  return wanted;
}

static gboolean
draw_frame (MienPlanner *planner,
            Audits *audits,
            const MienSampled *sampled,
            GError **error)
{
  guint32 wanted = wanted_of (audits, sampled);
  Ranked ranked = { sampled->candidate, G_MAXUINT };
  MienLabels accepted;

  if (wanted == 0)
    return TRUE;
  /* Without those that have a label by now. */
  if (!mien_proposals_accepted (planner->store, sampled->candidate.frame, &accepted, NULL,
                                error))
    return FALSE;
  for (guint bit = 0; bit < MIEN_SAID_COUNT; bit++)
    {
      MienItem item = mien_said_item (bit);

      if (!(wanted >> bit & 1) || accepted.item[item].answer != MIEN_ANSWER_VALUE)
        continue;
      ranked.candidate.audited |= 1u << item;
      ranked.rank = MIN (ranked.rank, audits->drawn[bit]);
      audits->drawn[bit]++;
      audits->waiting[bit]++;
    }
  if (ranked.candidate.audited != 0)
    g_array_append_val (audits->ranked, ranked);
  return TRUE;
}

static int
compare_ranked (gconstpointer a, gconstpointer b)
{
  const Ranked *one = a, *other = b;

  if (one->rank != other->rank)
    return one->rank < other->rank ? -1 : 1;
  return one->candidate.frame < other->candidate.frame
             ? -1
             : one->candidate.frame > other->candidate.frame;
}

static gboolean
collect (MienPlanner *planner, Audits *audits, GError **error)
{
  GArray *candidates = planner->candidates[MIEN_REASON_AUDIT];

  if (!read_drawn (planner, audits, error))
    return FALSE;
  count_wanted (planner, audits);
  for (guint i = 0; i < planner->sample->len; i++)
    if (!draw_frame (planner, audits, &g_array_index (planner->sample, MienSampled, i),
                     error))
      return FALSE;
  /* The classes side by side: what was drawn first of each. */
  g_array_sort (audits->ranked, compare_ranked);
  for (guint i = 0; i < audits->ranked->len; i++)
    g_array_append_val (candidates, g_array_index (audits->ranked, Ranked, i).candidate);
  return TRUE;
}

gboolean
mien_planner_audits (MienPlanner *planner, GError **error)
{
  g_autoptr (GHashTable) items =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autoptr (GArray) ranked = g_array_new (FALSE, FALSE, sizeof (Ranked));
  Audits audits = { .items = items, .ranked = ranked };

  return planner->model == NULL || collect (planner, &audits, error);
}

gboolean
mien_planner_draw (MienPlanner *planner, const MienTurn *turn, GError **error)
{
  MienLabels accepted;

  if (turn->audited == 0)
    return TRUE;
  if (!mien_proposals_accepted (planner->store, turn->frame, &accepted, NULL, error))
    return FALSE;
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    {
      const MienLabel *label = &accepted.item[item];
      int says = (int) label->value[0];

      if ((turn->audited >> item & 1) && label->answer == MIEN_ANSWER_VALUE
          && !mien_run (planner->store, error,
                        "INSERT INTO audit (model, frame, item, says, threshold)"
                        " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
                        MIEN_INT (planner->model->id), MIEN_INT (turn->frame),
                        MIEN_INT (item), MIEN_INT (says),
                        MIEN_REAL (threshold_of (planner->model,
                                                 mien_said_bit ((MienItem) item, says)))))
        return FALSE;
    }
  return TRUE;
}

/* agreed rests on the label, so on the consensus, if the last answer to it was blind. */
GArray *
mien_plan_audits (MienStore *store, gint64 model, GError **error)
{
  g_autoptr (GArray) audits = g_array_new (FALSE, FALSE, sizeof (MienAudit));
  g_autoptr (MienStatement) row = mien_query (
      store, error,
      "SELECT a.frame, f.video, a.item, a.says, a.threshold, l.answer, l.value1,"
      "  e.proposal_visible, l.event"
      " FROM audit a JOIN frame f ON f.id = a.frame"
      " LEFT JOIN label l ON l.frame = a.frame AND l.item = a.item AND l.source = 2"
      " LEFT JOIN event e ON e.id = l.event"
      " WHERE a.model = ?1 ORDER BY a.frame, a.item",
      MIEN_INT (model));
  MienStep step = MIEN_STEP_ERROR;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      MienAudit audit = {
        .frame = mien_column_int (row, 0),
        .video = mien_column_int (row, 1),
        .item = (MienItem) mien_column_int (row, 2),
        .says = (int) mien_column_int (row, 3),
        .threshold = mien_column_real (row, 4),
        .answered = !mien_column_is_null (row, 5),
        .event = mien_column_int (row, 8),
      };

      audit.counts = audit.answered && mien_column_int (row, 5) == MIEN_ANSWER_VALUE
                     && mien_column_int (row, 7) == 0;
      audit.agreed = audit.counts && (int) mien_column_real (row, 6) == audit.says;
      g_array_append_val (audits, audit);
    }
  return step == MIEN_STEP_DONE ? g_steal_pointer (&audits) : NULL;
}
