/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Labels that differ from those before and after them in their video. One walk in the
 * order of videos and numbers; of expressions and of points the last two are kept.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-doubts-private.h"

#include <math.h>

/* A label at its place in time. */
typedef struct
{
  gint64 frame, video, number; /* frame 0: none */
  MienLabel label;
} Place;

/* In valence or arousal, whichever is more. */
static double
apart (const MienLabel *a, const MienLabel *b)
{
  return MAX (fabs (a->value[0] - b->value[0]), fabs (a->value[1] - b->value[1]));
}

static void
look_at_expression (const MienLabel *before, const MienLabel *after, MienDoubt *doubt)
{
  if (before->value[0] != after->value[0] || doubt->label.value[0] == before->value[0])
    return;
  doubt->other = *before;
  doubt->neighbours.distance = (double) NAN;
  doubt->score = 2.0 / 3.0;
}

static void
look_at_point (const MienLabel *before, const MienLabel *after, MienDoubt *doubt)
{
  double nearer = MIN (apart (&doubt->label, before), apart (&doubt->label, after));
  double beyond = nearer - apart (before, after);

  if (beyond <= MIEN_POINTS_AGREE)
    return;
  doubt->other = *before;
  doubt->other.value[0] = (before->value[0] + after->value[0]) / 2.0;
  doubt->other.value[1] = (before->value[1] + after->value[1]) / 2.0;
  doubt->neighbours.distance = nearer;
  doubt->score = MIN (beyond / 2.0, 1.0);
}

/* three: the label and its neighbours, in time. */
static void
look_at_place (const Place three[3], MienItem item, double fps, MienDoubt *doubt)
{
  gint64 farther =
      MAX (three[1].number - three[0].number, three[2].number - three[1].number);
  double seconds = (double) farther / fps;

  *doubt = (MienDoubt){
    .frame = three[1].frame,
    .kind = MIEN_DOUBT_NEIGHBOURS,
    .item = item,
    .label = three[1].label,
    .neighbours.seconds = seconds,
  };
  if (three[0].frame == 0 || three[0].video != three[2].video || !(seconds <= 1.0)
      || three[0].number >= three[1].number || three[1].number >= three[2].number)
    return;
  if (item == MIEN_ITEM_EXPRESSION)
    look_at_expression (&three[0].label, &three[2].label, doubt);
  else
    look_at_point (&three[0].label, &three[2].label, doubt);
  doubt->score *= 1.0 - seconds / 2.0;
}

/* Places: of the last two labels of that item, and the new one. */
static void
add_label (MienDoubtSearch *search,
           Place places[3],
           MienItem item,
           const Place *place,
           double fps)
{
  MienDoubt doubt;

  places[0] = places[1];
  places[1] = places[2];
  places[2] = *place;
  look_at_place (places, item, fps, &doubt);
  mien_best_doubts_offer (&search->best[MIEN_DOUBT_NEIGHBOURS], &doubt);
}

gboolean
mien_doubts_find_neighbours (MienDoubtSearch *search, GError **error)
{
  g_autoptr (MienStatement) row = mien_query (
      search->store, error,
      MIEN_SCAN "SELECT f.id, f.video, f.number, v.fps, l.item, l.answer, l.source,"
                " l.value1, l.value2 FROM frame f INDEXED BY frame_video"
                " CROSS JOIN video v ON v.id = f.video"
                " CROSS JOIN label l ON l.frame = f.id AND l.item <= 1"
                " WHERE f.number IS NOT NULL AND f.touched & 3 AND f.usable"
                " ORDER BY f.video, f.number, f.key");
  Place places[2][3] = { 0 };
  MienStep step;

  while ((step = mien_doubts_step (search, row, error)) == MIEN_STEP_ROW)
    {
      Place place = {
        .frame = mien_column_int (row, 0),
        .video = mien_column_int (row, 1),
        .number = mien_column_int (row, 2),
      };
      MienLabels labels;
      MienItem item;

      if (!mien_labels_read (search->store, row, 4, place.frame, &labels, &item, error))
        return FALSE;
      place.label = labels.item[item];
      if (place.label.answer == MIEN_ANSWER_VALUE)
        add_label (search, places[item], item, &place, mien_column_real (row, 3));
    }
  return step == MIEN_STEP_DONE;
}
