/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Frames of which annotators say different things. Which answer of an annotator counts,
 * and what settles a dispute, is mien-labels.c's rule. Only frames that two people have
 * answered are looked at.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-doubts-private.h"

#include <math.h>

/* Answers of one kind, in the order in which they came. */
typedef struct
{
  const MienLogged *first;
  guint n;
} Group;

static MienLabel
label_of (const MienLogged *event)
{
  return (MienLabel){ .answer = event->answer,
                      .source = MIEN_SOURCE_HUMAN,
                      .value = { event->value[0], event->value[1] } };
}

static gboolean
is_same (MienItem item, const MienLogged *a, const MienLogged *b)
{
  MienLabel x = label_of (a), y = label_of (b);

  return item == MIEN_ITEM_VALENCE_AROUSAL ? a->answer == b->answer
                                           : mien_label_equal (&x, &y);
}

static gboolean
is_settled (GArray *events, MienItem item)
{
  for (guint i = 0; i < events->len; i++)
    {
      const MienLogged *event = &g_array_index (events, MienLogged, i);

      if (event->item == (int) item && !event->undone
          && event->kind == MIEN_EVENT_ADJUDICATED)
        return TRUE;
    }
  return FALSE;
}

/* The two most common answers; of equals those that came first. */
static void
look_at_answers (GPtrArray *votes, MienItem item, MienDoubt *doubt)
{
  g_autofree Group *groups = g_new0 (Group, votes->len);
  Group first = { NULL, 0 }, second = { NULL, 0 };
  guint n = 0, k;

  for (guint i = 0; i < votes->len; i++)
    {
      for (k = 0; k < n && !is_same (item, groups[k].first, votes->pdata[i]); k++)
        ;
      if (k == n)
        groups[n++].first = votes->pdata[i];
      groups[k].n++;
    }
  if (n < 2)
    return;
  for (k = 0; k < n; k++)
    if (groups[k].n > first.n)
      {
        second = first;
        first = groups[k];
      }
    else if (groups[k].n > second.n)
      second = groups[k];
  doubt->label = label_of (first.first);
  doubt->other = label_of (second.first);
  doubt->people.label = first.n;
  doubt->people.other = second.n;
  doubt->score = 1.0 - (double) first.n / votes->len;
}

/* The two points that lie farthest apart. */
static void
look_at_points (GPtrArray *votes, MienDoubt *doubt)
{
  double farthest = MIEN_POINTS_AGREE;

  for (guint i = 0; i < votes->len; i++)
    for (guint k = i + 1; k < votes->len; k++)
      {
        const MienLogged *a = votes->pdata[i], *b = votes->pdata[k];
        double apart =
            MAX (fabs (a->value[0] - b->value[0]), fabs (a->value[1] - b->value[1]));

        if (a->answer != MIEN_ANSWER_VALUE || b->answer != MIEN_ANSWER_VALUE
            || apart <= farthest)
          continue;
        farthest = apart;
        doubt->label = label_of (a);
        doubt->other = label_of (b);
        doubt->people.label = doubt->people.other = 1;
        doubt->score = MIN (apart / 2.0, 1.0);
      }
}

static gboolean
look_at_frame (MienDoubtSearch *search, gint64 frame, GError **error)
{
  g_autoptr (GArray) events = mien_labels_events (search->store, frame, error);
  g_autoptr (GPtrArray) votes = g_ptr_array_new ();
  MienDoubt strongest = { .score = 0.0 };

  if (events == NULL)
    return FALSE;
  mien_labels_mark_undone (events);
  for (guint i = 0; i < MIEN_ITEM_COUNT; i++)
    {
      MienDoubt doubt = {
        .frame = frame,
        .kind = MIEN_DOUBT_PEOPLE,
        .item = (MienItem) i,
      };

      mien_labels_votes (events, doubt.item, votes);
      if (votes->len < 2 || is_settled (events, doubt.item))
        continue;
      doubt.people.answers = votes->len;
      look_at_answers (votes, doubt.item, &doubt);
      if (doubt.score == 0.0 && doubt.item == MIEN_ITEM_VALENCE_AROUSAL)
        look_at_points (votes, &doubt);
      if (doubt.score > strongest.score)
        strongest = doubt;
    }
  mien_best_doubts_offer (&search->best[MIEN_DOUBT_PEOPLE], &strongest);
  return TRUE;
}

/* SQLite sorts two numbers an answer, and spills to a temporary file. */
gboolean
mien_doubts_find_people (MienDoubtSearch *search, GError **error)
{
  g_autoptr (MienStatement) row =
      mien_query (search->store, error,
                  MIEN_SCAN "SELECT a.frame FROM (SELECT frame FROM event"
                            " WHERE annotator > 0 AND kind IN (2, 3, 4) GROUP BY frame"
                            " HAVING min (annotator) < max (annotator)) a"
                            " CROSS JOIN frame f ON f.id = a.frame AND f.usable");
  MienStep step;

  while ((step = mien_doubts_step (search, row, error)) == MIEN_STEP_ROW)
    if (!look_at_frame (search, mien_column_int (row, 0), error))
      return FALSE;
  return step == MIEN_STEP_DONE;
}
