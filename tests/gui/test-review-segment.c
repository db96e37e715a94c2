/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Segments without a display: what the marks mean, what an answer would be stored on,
 * that suggestions never are, and which frames are asked again afterwards.
 */
#include "config.h"

#include "mien-review-segment.h"
#include "mien-review-session.h"

enum
{
  VIDEO = 5,
};

/* Frame n of the video has number n; Happiness is suggested and doubtful. */
static MienFrameView *
view_new (gint64 n, gboolean picture)
{
  g_autoptr (GBytes) pixel = g_bytes_new_static ("\1\2\3", 3);
  MienFrameView *view = g_new0 (MienFrameView, 1);

  view->frame = g_new0 (MienFrame, 1);
  view->frame->id = n;
  view->frame->key = g_strdup_printf ("demo01/%05d.jpg", (int) n);
  view->frame->video = VIDEO;
  view->frame->video_name = g_strdup ("demo01");
  view->frame->number = n;
  if (picture)
    view->texture = gdk_memory_texture_new (1, 1, GDK_MEMORY_R8G8B8, pixel, 3);
  view->asked = 1u << MIEN_TASK_EXPRESSION;
  view->doubtful = 1u << MIEN_ITEM_EXPRESSION;
  view->model = 1;
  view->has_prediction = TRUE;
  view->proposal.labels.item[MIEN_ITEM_EXPRESSION] =
      (MienLabel){ .answer = MIEN_ANSWER_VALUE, .value = { 4.0 } };
  view->reason = "uncertain";
  view->neighbours = g_ptr_array_new_with_free_func (g_free);
  for (gint64 i = n - 2; i <= n + 2; i++)
    {
      MienNeighbour *neighbour = g_new0 (MienNeighbour, 1);

      neighbour->frame = neighbour->number = i;
      g_ptr_array_add (view->neighbours, neighbour);
    }
  return view;
}

/* Frames from .. to; the second has no face, the third a person's expression. */
static void
take (MienReviewSegment *segment)
{
  GArray *frames = g_array_new (FALSE, FALSE, sizeof (MienSpanFrame));

  for (gint64 n = segment->in; n <= segment->out; n++)
    {
      MienSpanFrame one = {
        .frame = n,
        .number = n,
        .has_face = n != segment->in + 1,
        .human = n == segment->in + 2 ? 1u << MIEN_ITEM_EXPRESSION : 0,
      };

      g_array_append_val (frames, one);
    }
  mien_review_segment_take (segment, frames);
}

static void
test_marks (void)
{
  MienReviewSegment segment = { .in = -1, .out = -1 };
  MienFrame frame = { .video = VIDEO, .number = 7 };

  mien_review_segment_mark (&segment, VIDEO, 3, FALSE);
  g_assert_false (mien_review_segment_is_whole (&segment));
  g_assert_false (mien_review_segment_holds (&segment, &frame));
  mien_review_segment_mark (&segment, VIDEO, 7, TRUE);
  g_assert_true (mien_review_segment_is_whole (&segment));
  g_assert_true (mien_review_segment_holds (&segment, &frame));
  take (&segment);

  /* Moved: the frames are read anew. */
  mien_review_segment_mark (&segment, VIDEO, 6, TRUE);
  g_assert_null (segment.frames);
  g_assert_false (mien_review_segment_holds (&segment, &frame));
  /* Beyond the end there is none any more, before the beginning none yet. */
  mien_review_segment_mark (&segment, VIDEO, 9, FALSE);
  g_assert_cmpint (segment.in, ==, 9);
  g_assert_cmpint (segment.out, ==, -1);
  mien_review_segment_mark (&segment, VIDEO, 8, TRUE);
  g_assert_cmpint (segment.in, ==, -1);
  g_assert_cmpint (segment.out, ==, 8);
  /* Another video has nothing to do with it. */
  mien_review_segment_mark (&segment, VIDEO + 1, 2, FALSE);
  g_assert_cmpint (segment.in, ==, 2);
  g_assert_cmpint (segment.out, ==, -1);
  g_assert_false (mien_review_segment_holds (&segment, &frame));
  mien_review_segment_clear (&segment);
  g_assert_cmpint (segment.video, ==, 0);
}

static void
test_targets (void)
{
  MienReviewSegment segment = { .in = -1, .out = -1 };
  g_autoptr (GArray) targets = NULL;
  MienLabels given = { 0 };
  guint labelled;

  mien_review_segment_mark (&segment, VIDEO, 3, FALSE);
  mien_review_segment_mark (&segment, VIDEO, 8, TRUE);
  g_assert_cmpuint (mien_review_segment_count (&segment, 6, &given, &labelled), ==, 0);
  take (&segment);
  g_assert_cmpuint (mien_review_segment_count (&segment, 6, &given, &labelled), ==, 5);
  g_assert_cmpuint (labelled, ==, 1);
  /* Nobody's unit is in the way of a unit. */
  given.item[MIEN_ITEM_FIRST_UNIT].answer = MIEN_ANSWER_VALUE;
  mien_review_segment_count (&segment, 6, &given, &labelled);
  g_assert_cmpuint (labelled, ==, 0);
  given.item[MIEN_ITEM_EXPRESSION].answer = MIEN_ANSWER_VALUE;
  mien_review_segment_count (&segment, 6, &given, &labelled);
  g_assert_cmpuint (labelled, ==, 1);

  targets = mien_review_segment_targets (&segment, 6);
  g_assert_cmpuint (targets->len, ==, 5);
  g_assert_cmpint (g_array_index (targets, gint64, 0), ==, 6);
  for (guint i = 0; i < targets->len; i++)
    g_assert_cmpint (g_array_index (targets, gint64, i), !=, 4);
  mien_review_segment_clear (&segment);
}

/* Frames 1, 3, 9 are in line; 3 is on screen and drawn, a segment from 1 to 6 stands. */
static MienReviewSession *
sitting (MienReviewSegment *segment, gboolean picture)
{
  static const gint64 line[] = { 3, 1, 9 };
  MienReviewSession *session = mien_review_session_new ();
  g_autoptr (GArray) queue = g_array_new (FALSE, FALSE, sizeof (gint64));
  gint64 frame;

  g_array_append_vals (queue, line, G_N_ELEMENTS (line));
  mien_review_session_add_queue (session, queue, G_N_ELEMENTS (line) + 1);
  while ((frame = mien_review_session_wants_frame (session)) != 0)
    mien_review_session_loaded (session, frame, view_new (frame, picture), 0);
  mien_review_session_presented (session, 1000);
  *segment = (MienReviewSegment){ .in = -1, .out = -1 };
  mien_review_segment_mark (segment, VIDEO, 1, FALSE);
  mien_review_segment_mark (segment, VIDEO, 6, TRUE);
  return session;
}

static void
test_only_what_was_given (void)
{
  MienReviewSegment segment;
  g_autoptr (MienReviewSession) session = sitting (&segment, TRUE);
  g_autoptr (GArray) targets = NULL, queue = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autofree char *refused = NULL, *outside = NULL, *text = NULL;
  MienDecision decision;
  guint64 serial;
  gint64 five = 5;

  /* Not before it is known what it is about. */
  mien_review_answers_unit (mien_review_session_act (session, 1001), 6);
  g_assert_cmpint (mien_review_session_decide_segment (session, &segment, 1001, &decision,
                                                       &targets, &serial, &text),
                   ==, MIEN_REVIEW_DROPPED);
  take (&segment);
  /* Nor where one does not look. */
  mien_review_segment_mark (&segment, VIDEO, 2, TRUE);
  take (&segment);
  g_assert_cmpint (mien_review_session_decide_segment (session, &segment, 1001, &decision,
                                                       &targets, &serial, &outside),
                   ==, MIEN_REVIEW_REFUSED);
  mien_review_segment_mark (&segment, VIDEO, 6, TRUE);
  take (&segment);
  g_assert_cmpint (mien_review_session_decide_segment (session, &segment, 1500, &decision,
                                                       &targets, &serial, &text),
                   ==, MIEN_REVIEW_DECIDED);
  g_assert_cmpstr (text, ==, "AU12 on 5 frames, demo01 1–6");
  g_assert_true (decision.propagated);
  g_assert_cmpint (decision.frame, ==, 3);
  g_assert_cmpint (decision.duration_us, ==, 500);
  g_assert_cmpint (decision.answers.item[MIEN_ITEM_FIRST_UNIT + 6].answer, ==,
                   MIEN_ANSWER_VALUE);
  /* Enter on one face would have confirmed it; on a segment it never does. */
  g_assert_cmpint (decision.answers.item[MIEN_ITEM_EXPRESSION].answer, ==,
                   MIEN_ANSWER_NONE);
  g_assert_cmpuint (targets->len, ==, 5);

  /* Frame 1 is not asked while that is on its way; the queue, read before, cannot bring
   * any of the segment back. */
  g_assert_cmpint (mien_review_session_frame (session), ==, 9);
  g_array_append_val (queue, five);
  mien_review_session_add_queue (session, queue, 50);
  g_assert_cmpint (mien_review_session_wants_frame (session), ==, 0);
  /* Once it is stored, what still asks something is asked. */
  mien_review_session_decided (session, serial);
  g_assert_cmpuint (mien_review_session_n_seen (session), ==, 0);
  g_assert_true (mien_review_session_wants_queue (session));
  mien_review_segment_clear (&segment);
}

static void
test_refusals (void)
{
  MienReviewSegment segment;
  g_autoptr (MienReviewSession) session = sitting (&segment, FALSE);
  g_autoptr (GArray) targets = NULL;
  g_autofree char *nothing = NULL, *no_picture = NULL;
  MienDecision decision;
  guint64 serial;

  take (&segment);
  g_assert_cmpint (mien_review_session_decide_segment (session, &segment, 1001, &decision,
                                                       &targets, &serial, &nothing),
                   ==, MIEN_REVIEW_REFUSED);
  mien_review_answers_expression (mien_review_session_act (session, 1001), 2);
  g_assert_cmpint (mien_review_session_decide_segment (session, &segment, 1001, &decision,
                                                       &targets, &serial, &no_picture),
                   ==, MIEN_REVIEW_REFUSED);
  g_assert_cmpstr (nothing, !=, no_picture);
  g_assert_null (targets);
  g_assert_cmpint (mien_review_session_frame (session), ==, 3);
  mien_review_segment_clear (&segment);
}

static void
test_failure_comes_back (void)
{
  MienReviewSegment segment;
  g_autoptr (MienReviewSession) session = sitting (&segment, TRUE);
  g_autoptr (GArray) targets = NULL;
  g_autofree char *text = NULL;
  MienDecision decision;
  guint64 serial;

  take (&segment);
  mien_review_answers_expression (mien_review_session_act (session, 1001), 2);
  g_assert_cmpint (mien_review_session_decide_segment (session, &segment, 1001, &decision,
                                                       &targets, &serial, &text),
                   ==, MIEN_REVIEW_DECIDED);
  mien_review_session_decision_failed (session, serial);
  g_assert_cmpint (mien_review_session_frame (session), ==, 3);
  while (mien_review_session_state (session) == MIEN_REVIEW_LOADING)
    {
      gint64 frame = mien_review_session_wants_frame (session);

      mien_review_session_loaded (session, frame, view_new (frame, TRUE), 2000);
    }
  g_assert_cmpfloat (
      mien_review_session_answers (session)->given.item[MIEN_ITEM_EXPRESSION].value[0],
      ==, 2.0);
  g_assert_cmpuint (mien_review_session_recent (session)->len, ==, 0);
  g_assert_cmpuint (mien_review_session_n_seen (session), ==, 0);
  mien_review_segment_clear (&segment);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/segment/marks", test_marks);
  g_test_add_func ("/segment/targets", test_targets);
  g_test_add_func ("/segment/given", test_only_what_was_given);
  g_test_add_func ("/segment/refusals", test_refusals);
  g_test_add_func ("/segment/failure", test_failure_comes_back);
  return g_test_run ();
}
