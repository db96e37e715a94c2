/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A strip is read while decisions on its frames are on their way to the disk. What one
 * person alone answers is the label, so it can be marked; where somebody had answered
 * before, the label is a consensus that only the project knows.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-review-marks.h"

typedef struct
{
  guint64 serial;
  gint64 frame;
  MienLabels labels;
  gboolean exact;
  guint64 stored_at; /* 0: on its way */
} Mark;

struct _MienReviewMarks
{
  GArray *marks; /* Mark, oldest first */
};

MienReviewMarks *
mien_review_marks_new (void)
{
  MienReviewMarks *marks = g_new0 (MienReviewMarks, 1);

  marks->marks = g_array_new (FALSE, FALSE, sizeof (Mark));
  return marks;
}

void
mien_review_marks_free (MienReviewMarks *marks)
{
  g_array_unref (marks->marks);
  g_free (marks);
}

void
mien_review_marks_add (MienReviewMarks *marks,
                       guint64 serial,
                       gint64 frame,
                       const MienLabels *known,
                       const MienLabels *labels)
{
  Mark mark = { serial, frame, *labels, known != NULL, 0 };

  for (guint item = 0; known != NULL && item < MIEN_ITEM_COUNT; item++)
    if (labels->item[item].answer != MIEN_ANSWER_NONE
        && known->item[item].source == MIEN_SOURCE_HUMAN)
      mark.exact = FALSE;
  g_array_append_val (marks->marks, mark);
}

static void
apply (const Mark *mark, MienNeighbour *neighbour)
{
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    if (mark->labels.item[item].answer != MIEN_ANSWER_NONE)
      neighbour->labels.item[item] = mark->labels.item[item];
}

void
mien_review_marks_apply (MienReviewMarks *marks, MienFrameView *view, guint64 asked_at)
{
  for (guint i = 0; i < marks->marks->len; i++)
    {
      const Mark *mark = &g_array_index (marks->marks, Mark, i);

      if (mark->stored_at != 0 && mark->stored_at <= asked_at)
        continue;
      for (guint k = 0; k < view->neighbours->len; k++)
        {
          MienNeighbour *neighbour = g_ptr_array_index (view->neighbours, k);

          if (neighbour->frame == mark->frame)
            apply (mark, neighbour);
        }
    }
}

gboolean
mien_review_marks_stored (MienReviewMarks *marks, guint64 serial, guint64 moment)
{
  gboolean exact = TRUE;

  for (guint i = 0; i < marks->marks->len; i++)
    {
      Mark *mark = &g_array_index (marks->marks, Mark, i);

      if (mark->serial != serial)
        continue;
      mark->stored_at = moment;
      exact = exact && mark->exact;
    }
  return exact;
}

gboolean
mien_review_marks_remove (MienReviewMarks *marks, guint64 serial)
{
  guint n = marks->marks->len;

  for (guint i = n; i-- > 0;)
    if (g_array_index (marks->marks, Mark, i).serial == serial)
      g_array_remove_index (marks->marks, i);
  return marks->marks->len < n;
}

void
mien_review_marks_forget (MienReviewMarks *marks, guint64 moment)
{
  for (guint i = marks->marks->len; i-- > 0;)
    {
      const Mark *mark = &g_array_index (marks->marks, Mark, i);

      if (mark->stored_at != 0 && mark->stored_at < moment)
        g_array_remove_index (marks->marks, i);
    }
}
