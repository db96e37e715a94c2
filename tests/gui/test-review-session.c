/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A sitting without a display: what Enter may store, what a key may act on, in which
 * order faces come, and that nothing that failed is lost.
 */
#include "config.h"

#include <math.h>

#include "mien-consistency-hint.h"
#include "mien-review-session.h"

enum
{
  ALL = 7, /* bits of the three tasks */
  SETTLED = 300 * 1000,
};

static guint
bit (MienItem item)
{
  return 1u << item;
}

/* A frame of the training split without a model. */
static MienFrameView *
plain_view (gint64 id)
{
  g_autoptr (GBytes) pixel = g_bytes_new_static ("\1\2\3", 3);
  MienFrameView *view = g_new0 (MienFrameView, 1);

  view->frame = g_new0 (MienFrame, 1);
  view->frame->id = id;
  view->frame->key = g_strdup_printf ("video/%05d.jpg", (int) id);
  view->frame->video_name = g_strdup ("video");
  view->frame->number = id;
  view->frame->has_image = TRUE;
  view->texture = gdk_memory_texture_new (1, 1, GDK_MEMORY_R8G8B8, pixel, 3);
  view->asked = ALL;
  view->reason = "unlabelled";
  view->neighbours = g_ptr_array_new_with_free_func (g_free);
  return view;
}

/* The model says Happiness 0.46, a point, AU12 present, AU7 present but doubtful, all
 * else absent; expression, AU7 and AU26 are doubtful, the point is not. */
static MienFrameView *
read_view (gint64 id)
{
  MienFrameView *view = plain_view (id);

  view->has_prediction = TRUE;
  view->model = 3;
  view->reason = "uncertain";
  view->asked = 1u << MIEN_TASK_EXPRESSION | 1u << MIEN_TASK_ACTION_UNITS;
  view->doubtful = bit (MIEN_ITEM_EXPRESSION) | bit (MIEN_ITEM_FIRST_UNIT + 4)
                   | bit (MIEN_ITEM_FIRST_UNIT + 11);
  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    {
      view->prediction.expression[i] = i == 4 ? 0.46f : 0.077f;
      view->thresholds.expression[i] = 0.8;
    }
  view->prediction.valence = 0.5f;
  view->prediction.spread = 0.1f;
  view->proposal.labels.item[MIEN_ITEM_VALENCE_AROUSAL] =
      (MienLabel){ .answer = MIEN_ANSWER_VALUE, .value = { 0.5, 0.0 } };
  view->proposal.labels.item[MIEN_ITEM_EXPRESSION] =
      (MienLabel){ .answer = MIEN_ANSWER_VALUE, .value = { 4.0 } };
  view->proposal.confidence[MIEN_ITEM_EXPRESSION] = 0.46;
  for (guint unit = 0; unit < MIEN_UNIT_COUNT; unit++)
    {
      guint item = MIEN_ITEM_FIRST_UNIT + unit;
      gboolean present = unit == 4 || unit == 6;

      view->prediction.action_units[unit] = present ? 0.9f : 0.05f;
      view->thresholds.action_units[unit] = 0.7;
      view->proposal.labels.item[item] =
          (MienLabel){ .answer = MIEN_ANSWER_VALUE, .value = { present ? 1.0 : 0.0 } };
      view->proposal.confidence[item] = 0.9;
    }
  return view;
}

static const MienLabel *
given (const MienReviewAnswers *answers, guint item)
{
  return &answers->given.item[item];
}

/* ---- answers ---- */

static void
test_enter_confirms_what_was_asked (void)
{
  g_autoptr (MienFrameView) view = read_view (1);
  MienReviewAnswers answers;
  MienLabels labels;

  mien_review_answers_reset (&answers, view);
  g_assert_cmpuint (mien_review_answers_collect (&answers, view, &labels), ==, 3);
  g_assert_cmpfloat (labels.item[MIEN_ITEM_EXPRESSION].value[0], ==, 4.0);
  g_assert_cmpfloat (labels.item[MIEN_ITEM_FIRST_UNIT + 4].value[0], ==, 1.0);
  g_assert_cmpint (labels.item[MIEN_ITEM_FIRST_UNIT + 11].answer, ==, MIEN_ANSWER_VALUE);
  /* AU12 was not asked, nor the point: they stay the model's. */
  g_assert_cmpint (labels.item[MIEN_ITEM_FIRST_UNIT + 6].answer, ==, MIEN_ANSWER_NONE);
  g_assert_cmpint (labels.item[MIEN_ITEM_VALENCE_AROUSAL].answer, ==, MIEN_ANSWER_NONE);

  /* An answer takes the place of the suggestion; what was given besides is stored too. */
  mien_review_answers_expression (&answers, 6);
  mien_review_answers_unit (&answers, 0);
  g_assert_cmpuint (mien_review_answers_collect (&answers, view, &labels), ==, 4);
  g_assert_cmpfloat (labels.item[MIEN_ITEM_EXPRESSION].value[0], ==, 6.0);
  g_assert_cmpfloat (labels.item[MIEN_ITEM_FIRST_UNIT].value[0], ==, 1.0);
}

static void
test_blind_is_never_confirmed (void)
{
  g_autoptr (MienFrameView) view = read_view (1);
  MienReviewAnswers answers;
  MienLabels labels;

  view->frame->split = MIEN_SPLIT_VALIDATION;
  mien_review_answers_reset (&answers, view);
  g_assert_cmpuint (mien_review_answers_collect (&answers, view, &labels), ==, 0);
  g_assert_false (mien_review_answers_take_point (&answers, view));
  g_assert_false (mien_review_suggestion (view, MIEN_ITEM_EXPRESSION, NULL));
  g_assert_null (
      mien_consistency_hint (mien_consistency_get_default (), &answers, view, NULL));
}

/* Why a blind face was chosen is not told before the answer. */
static void
test_blind_reasons (void)
{
  static const char *const reasons[] = { "uncertain", "rare", "diverse", "random",
                                         "audit" };

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      g_autoptr (MienFrameView) view = read_view (1);
      g_autofree char *open = NULL, *blind = NULL;

      view->reason = reasons[i];
      open = mien_review_describe_reason (view);
      view->blind = TRUE;
      blind = mien_review_describe_reason (view);
      g_assert_cmpstr (blind, ==, "uncertain");
      g_assert_cmpstr (mien_review_shown_reason (view), ==, "uncertain");
      g_assert_cmpstr (open, !=, blind);
    }
}

static void
test_answers_cycle (void)
{
  g_autoptr (MienFrameView) view = plain_view (1);
  MienReviewAnswers answers;
  guint item = MIEN_ITEM_FIRST_UNIT + 2;

  mien_review_answers_reset (&answers, view);
  mien_review_answers_unit (&answers, 2);
  g_assert_cmpint (given (&answers, item)->answer, ==, MIEN_ANSWER_VALUE);
  g_assert_cmpfloat (given (&answers, item)->value[0], ==, 1.0);
  mien_review_answers_unit (&answers, 2);
  g_assert_cmpint (given (&answers, item)->answer, ==, MIEN_ANSWER_VALUE);
  g_assert_cmpfloat (given (&answers, item)->value[0], ==, 0.0);
  mien_review_answers_unit (&answers, 2);
  g_assert_cmpint (given (&answers, item)->answer, ==, MIEN_ANSWER_CANNOT_TELL);
  mien_review_answers_unit (&answers, 2);
  g_assert_cmpint (given (&answers, item)->answer, ==, MIEN_ANSWER_NONE);
  mien_review_answers_unit_absent (&answers, 2);
  g_assert_cmpfloat (given (&answers, item)->value[0], ==, 0.0);
  g_assert_cmpint (given (&answers, item)->answer, ==, MIEN_ANSWER_VALUE);

  mien_review_answers_expression (&answers, 0);
  g_assert_cmpint (given (&answers, MIEN_ITEM_EXPRESSION)->answer, ==, MIEN_ANSWER_VALUE);
  mien_review_answers_expression (&answers, 0);
  g_assert_cmpint (given (&answers, MIEN_ITEM_EXPRESSION)->answer, ==, MIEN_ANSWER_NONE);

  /* Space is about what was touched last. */
  mien_review_answers_cannot_tell (&answers);
  g_assert_cmpint (given (&answers, MIEN_ITEM_EXPRESSION)->answer, ==,
                   MIEN_ANSWER_CANNOT_TELL);
  mien_review_answers_cannot_tell (&answers);
  g_assert_cmpint (given (&answers, MIEN_ITEM_EXPRESSION)->answer, ==, MIEN_ANSWER_NONE);
}

static void
test_point_moves_in_steps (void)
{
  g_autoptr (MienFrameView) view = read_view (1);
  MienReviewAnswers answers;
  const MienLabel *point = given (&answers, MIEN_ITEM_VALENCE_AROUSAL);

  mien_review_answers_reset (&answers, view);
  mien_review_answers_move (&answers, view, 0.05, -0.05);
  g_assert_cmpfloat (point->value[0], ==, 0.55);
  g_assert_cmpfloat (point->value[1], ==, -0.05);
  for (guint i = 0; i < 5; i++)
    mien_review_answers_move (&answers, view, 0.0, 0.01);
  g_assert_cmpfloat (point->value[1], ==, 0.0);
  g_assert_false (signbit (point->value[1]));
  for (guint i = 0; i < 40; i++)
    mien_review_answers_move (&answers, view, 0.05, -0.05);
  g_assert_cmpfloat (point->value[0], ==, 1.0);
  g_assert_cmpfloat (point->value[1], ==, -1.0);
  g_assert_true (mien_label_is_valid (MIEN_ITEM_VALENCE_AROUSAL, point));
  g_assert_true (mien_review_answers_take_point (&answers, view));
  g_assert_cmpfloat (point->value[0], ==, 0.5);
}

static void
test_jump_follows_the_screen (void)
{
  g_autoptr (MienFrameView) view = read_view (1);
  MienReviewAnswers answers;

  mien_review_answers_reset (&answers, view);
  g_assert_cmpint (answers.aim, ==, MIEN_ITEM_EXPRESSION);
  g_assert_true (mien_review_answers_jump (&answers, view));
  g_assert_cmpint (answers.aim, ==, MIEN_ITEM_FIRST_UNIT + 4);
  mien_review_answers_cannot_tell (&answers);
  g_assert_true (mien_review_answers_jump (&answers, view));
  g_assert_cmpint (answers.aim, ==, MIEN_ITEM_FIRST_UNIT + 11);
  g_assert_true (mien_review_answers_jump (&answers, view));
  g_assert_cmpint (answers.aim, ==, MIEN_ITEM_EXPRESSION);
  mien_review_answers_expression (&answers, 1);
  mien_review_answers_unit (&answers, 11);
  g_assert_false (mien_review_answers_jump (&answers, view));
}

static void
test_words (void)
{
  g_autoptr (MienFrameView) view = read_view (1);
  g_autofree char *reason = mien_review_describe_reason (view);
  g_autofree char *none = NULL, *hint = NULL, *valence = NULL, *stored = NULL,
                  *always = NULL;
  MienReviewAnswers answers;
  MienLabels labels;

  g_assert_cmpstr (reason, ==, "uncertain: 0.46 under 0.80");
  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    view->thresholds.expression[i] = 1.01; /* accepts nothing */
  always = mien_review_describe_reason (view);
  g_assert_cmpstr (always, ==, "uncertain: 0.46, always asked");
  mien_review_answers_reset (&answers, view);
  mien_review_answers_collect (&answers, view, &labels);
  stored = mien_review_describe (&labels);
  g_assert_cmpstr (stored, ==, "Happiness, AU7, no AU26");

  none = mien_consistency_hint (mien_consistency_get_default (), &answers, view, NULL);
  g_assert_null (none);
  mien_review_answers_expression (&answers, 6);
  hint = mien_consistency_hint (mien_consistency_get_default (), &answers, view, NULL);
  g_assert_cmpstr (hint, ==, "Surprise, but AU1 and AU2 are absent. Look again?");
  mien_review_answers_expression (&answers, 4);
  mien_review_answers_point (&answers, -0.4, 0.0);
  valence = mien_consistency_hint (mien_consistency_get_default (), &answers, view, NULL);
  g_assert_cmpstr (valence, ==, "Happiness, but valence is -0.40. Look again?");
}

/* ---- the sitting ---- */

static void
add_queue (MienReviewSession *session, const gint64 *frames, guint n)
{
  g_autoptr (GArray) queue = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GHashTable) skip = NULL;

  g_assert_true (mien_review_session_wants_queue (session));
  skip = mien_review_session_ask_queue (session);
  g_array_append_vals (queue, frames, n);
  for (guint i = 0; i < n; i++)
    g_assert_false (g_hash_table_contains (skip, &frames[i]));
  mien_review_session_add_queue (session, queue, 50);
}

static void
load_all (MienReviewSession *session, gint64 now)
{
  gint64 frame;

  while ((frame = mien_review_session_wants_frame (session)) != 0)
    mien_review_session_loaded (session, frame, read_view (frame), now);
}

/* Faces 1 to n, the first of them drawn at time 1000. */
static MienReviewSession *
sitting (guint n)
{
  const gint64 frames[] = { 1, 2, 3, 4, 5, 6 };
  MienReviewSession *session = mien_review_session_new ();

  add_queue (session, frames, n);
  g_assert_cmpint (mien_review_session_state (session), ==, MIEN_REVIEW_LOADING);
  load_all (session, 0);
  mien_review_session_presented (session, 1000);
  g_assert_cmpint (mien_review_session_frame (session), ==, 1);
  return session;
}

static MienReviewOutcome
decide (MienReviewSession *session,
        MienDecisionKind kind,
        gint64 now,
        MienDecision *decision,
        guint64 *serial)
{
  g_autofree char *text = NULL;

  return mien_review_session_decide (session, kind, now, decision, serial, &text);
}

static void
test_decision_belongs_to_the_face_shown (void)
{
  g_autoptr (MienReviewSession) session = sitting (3);
  MienDecision decision;
  guint64 serial;

  mien_review_answers_expression (mien_review_session_act (session, 2000), 2);
  g_assert_cmpint (decide (session, MIEN_DECISION_ANSWER, 501000, &decision, &serial), ==,
                   MIEN_REVIEW_DECIDED);
  g_assert_cmpint (decision.frame, ==, 1);
  g_assert_cmpint (decision.model, ==, 3);
  g_assert_true (decision.proposal_visible);
  g_assert_cmpint (decision.duration_us, ==, 500000);
  g_assert_cmpfloat (decision.answers.item[MIEN_ITEM_EXPRESSION].value[0], ==, 2.0);

  /* The next face is there, but was not drawn: neither an answer nor Enter acts on it. */
  g_assert_cmpint (mien_review_session_frame (session), ==, 2);
  g_assert_cmpint (mien_review_session_state (session), ==, MIEN_REVIEW_SHOWING);
  g_assert_null (mien_review_session_act (session, 502000));
  g_assert_cmpint (decide (session, MIEN_DECISION_ANSWER, 502000, &decision, &serial), ==,
                   MIEN_REVIEW_DROPPED);
  mien_review_session_presented (session, 510000);
  g_assert_nonnull (mien_review_session_act (session, 511000));
  g_assert_cmpint (decide (session, MIEN_DECISION_SKIP, 520000, &decision, &serial), ==,
                   MIEN_REVIEW_DECIDED);
  g_assert_cmpint (decision.frame, ==, 2);
  g_assert_cmpint (decision.duration_us, ==, 10000);
}

static void
test_keys_while_loading_are_dropped (void)
{
  g_autoptr (MienReviewSession) session = mien_review_session_new ();
  const gint64 frames[] = { 7 };
  MienDecision decision;
  guint64 serial;

  g_assert_cmpint (decide (session, MIEN_DECISION_ANSWER, 1, &decision, &serial), ==,
                   MIEN_REVIEW_DROPPED);
  add_queue (session, frames, 1);
  g_assert_cmpint (mien_review_session_wants_frame (session), ==, 7);
  g_assert_cmpint (mien_review_session_wants_frame (session), ==, 0);
  g_assert_null (mien_review_session_act (session, 1));
  mien_review_session_loaded (session, 7, read_view (7), 1);
  g_assert_null (mien_review_session_act (session, 2));
  mien_review_session_presented (session, 3);
  g_assert_nonnull (mien_review_session_act (session, 4));
}

static void
test_nothing_to_confirm (void)
{
  g_autoptr (MienReviewSession) session = mien_review_session_new ();
  const gint64 frames[] = { 1, 2 };
  MienFrameView *answered = plain_view (2);
  MienDecision decision;
  guint64 serial;

  answered->asked = 0;
  add_queue (session, frames, 2);
  g_assert_cmpint (mien_review_session_wants_frame (session), ==, 1);
  mien_review_session_loaded (session, 1, plain_view (1), 0);
  g_assert_cmpint (mien_review_session_wants_frame (session), ==, 2);
  mien_review_session_loaded (session, 2, answered, 0);
  mien_review_session_presented (session, 1);
  g_assert_cmpint (decide (session, MIEN_DECISION_ANSWER, 2, &decision, &serial), ==,
                   MIEN_REVIEW_REFUSED);
  g_assert_cmpint (mien_review_session_frame (session), ==, 1);
  g_assert_cmpint (decide (session, MIEN_DECISION_SKIP, 2, &decision, &serial), ==,
                   MIEN_REVIEW_DECIDED);
  /* Of the second one nothing is asked: Enter just goes on. */
  mien_review_session_presented (session, 3);
  g_assert_cmpint (decide (session, MIEN_DECISION_ANSWER, 4, &decision, &serial), ==,
                   MIEN_REVIEW_MOVED);
  g_assert_cmpint (mien_review_session_state (session), ==, MIEN_REVIEW_DONE);
}

static void
test_a_missing_picture_is_not_judged (void)
{
  g_autoptr (MienReviewSession) session = mien_review_session_new ();
  const gint64 frames[] = { 1 };
  MienFrameView *view = read_view (1);
  MienDecision decision;
  guint64 serial;

  g_clear_object (&view->texture);
  add_queue (session, frames, 1);
  mien_review_session_loaded (session, mien_review_session_wants_frame (session), view,
                              0);
  mien_review_session_presented (session, 1);
  g_assert_cmpint (decide (session, MIEN_DECISION_ANSWER, 2, &decision, &serial), ==,
                   MIEN_REVIEW_REFUSED);
  g_assert_cmpint (decide (session, MIEN_DECISION_SKIP, 2, &decision, &serial), ==,
                   MIEN_REVIEW_DECIDED);
}

static void
test_failures_come_back_in_order (void)
{
  g_autoptr (MienReviewSession) session = sitting (5);
  MienDecision decision;
  guint64 serial[3];

  for (guint i = 0; i < 3; i++)
    {
      mien_review_session_presented (session, 1000 * i + 1);
      mien_review_answers_unit (mien_review_session_act (session, 1000 * i + 2), i);
      g_assert_cmpint (
          decide (session, MIEN_DECISION_ANSWER, 1000 * i + 3, &decision, &serial[i]), ==,
          MIEN_REVIEW_DECIDED);
    }
  g_assert_cmpint (mien_review_session_frame (session), ==, 4);
  for (guint i = 0; i < 3; i++)
    mien_review_session_decision_failed (session, serial[i]);
  load_all (session, 5000);

  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpint (mien_review_session_frame (session), ==, i + 1);
      /* With the answer that it had. */
      g_assert_cmpint (
          given (mien_review_session_answers (session), MIEN_ITEM_FIRST_UNIT + i)->answer,
          ==, MIEN_ANSWER_VALUE);
      mien_review_session_presented (session, 9000);
      decide (session, MIEN_DECISION_ANSWER, 9001, &decision, &serial[i]);
      mien_review_session_decided (session, serial[i]);
      load_all (session, 9002);
    }
  g_assert_cmpint (mien_review_session_frame (session), ==, 4);
}

static void
test_back_keeps_what_was_given (void)
{
  g_autoptr (MienReviewSession) session = sitting (3);
  MienDecision decision;
  guint64 serial;

  g_assert_false (mien_review_session_back (session));
  decide (session, MIEN_DECISION_SKIP, 2000, &decision, &serial);
  mien_review_session_presented (session, 2001);
  mien_review_answers_expression (mien_review_session_act (session, 2002), 5);
  g_assert_true (mien_review_session_back (session));
  g_assert_cmpint (mien_review_session_frame (session), ==, 1);
  load_all (session, 2003);
  mien_review_session_presented (session, 2004);
  decide (session, MIEN_DECISION_SKIP, 2005, &decision, &serial);
  g_assert_cmpint (decision.frame, ==, 1);
  g_assert_cmpint (mien_review_session_frame (session), ==, 2);
  load_all (session, 2006);
  g_assert_cmpfloat (
      given (mien_review_session_answers (session), MIEN_ITEM_EXPRESSION)->value[0], ==,
      5.0);
}

static void
test_going_back_before_it_is_stored_reads_again (void)
{
  g_autoptr (MienReviewSession) session = sitting (2);
  MienDecision decision;
  guint64 serial;

  decide (session, MIEN_DECISION_ANSWER, 2000, &decision, &serial);
  mien_review_session_back (session);
  g_assert_cmpint (mien_review_session_wants_frame (session), ==, 1);
  mien_review_session_decided (session, serial);
  mien_review_session_loaded (session, 1, read_view (1), 2001);
  /* That reading was from before: once more. */
  g_assert_cmpint (mien_review_session_wants_frame (session), ==, 1);
}

static void
test_seen_faces_do_not_return (void)
{
  g_autoptr (MienReviewSession) session = sitting (2);
  g_autoptr (GArray) queue = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GHashTable) skip = NULL;
  const gint64 frames[] = { 1, 2, 3 };
  MienDecision decision;
  guint64 serial;

  decide (session, MIEN_DECISION_SKIP, 2000, &decision, &serial);
  mien_review_session_requeue (session);
  skip = mien_review_session_ask_queue (session);
  g_assert_true (g_hash_table_contains (skip, &frames[0]));
  g_assert_true (g_hash_table_contains (skip, &frames[1]));
  /* The project answers from before it knew: the face does not come twice all the same.
   */
  g_array_append_vals (queue, frames, 3);
  mien_review_session_add_queue (session, queue, 50);
  load_all (session, 2001);
  mien_review_session_presented (session, 2001 + SETTLED);
  decide (session, MIEN_DECISION_SKIP, 2002 + SETTLED, &decision, &serial);
  g_assert_cmpint (decision.frame, ==, 2);
  g_assert_cmpint (mien_review_session_frame (session), ==, 3);
  load_all (session, 3000);
  mien_review_session_presented (session, 3000);
  decide (session, MIEN_DECISION_SKIP, 3001, &decision, &serial);
  g_assert_cmpint (mien_review_session_state (session), ==, MIEN_REVIEW_DONE);

  /* Until they are asked for again. */
  g_assert_cmpuint (mien_review_session_n_seen (session), ==, 3);
  mien_review_session_decided (session, 1);
  mien_review_session_decided (session, 2);
  mien_review_session_again (session);
  g_assert_true (mien_review_session_wants_queue (session));
  mien_review_session_add_queue (session, queue, 50);
  g_assert_cmpint (mien_review_session_frame (session), ==, 1);
}

static void
test_a_new_suggestion_waits_a_moment (void)
{
  g_autoptr (MienReviewSession) session = mien_review_session_new ();
  const gint64 frames[] = { 1 };

  add_queue (session, frames, 1);
  mien_review_session_wants_frame (session);
  mien_review_session_loaded (session, 1, plain_view (1), 0);
  mien_review_session_presented (session, 1);
  mien_review_session_requeue (session);
  g_assert_cmpint (mien_review_session_wants_frame (session), ==, 1);
  g_assert_nonnull (mien_review_session_act (session, 10));
  mien_review_session_loaded (session, 1, read_view (1), 100);
  g_assert_null (mien_review_session_act (session, 101));
  mien_review_session_presented (session, 120);
  g_assert_null (mien_review_session_act (session, 121));
  g_assert_nonnull (mien_review_session_act (session, 121 + SETTLED));

  /* What a person has begun to answer is not taken away from under them. */
  mien_review_answers_expression (mien_review_session_answers (session), 1);
  mien_review_session_requeue (session);
  g_assert_cmpint (mien_review_session_wants_frame (session), ==, 0);
}

static void
test_undo_elsewhere_stays_here (void)
{
  g_autoptr (MienReviewSession) session = sitting (3);
  MienDecision decision;
  guint64 serial;

  decide (session, MIEN_DECISION_ANSWER, 2000, &decision, &serial);
  mien_review_session_decided (session, serial);
  g_assert_cmpuint (mien_review_session_recent (session)->len, ==, 1);
  mien_review_session_undone (session, 1);
  g_assert_cmpuint (mien_review_session_recent (session)->len, ==, 0);
  g_assert_cmpint (mien_review_session_frame (session), ==, 2);
  /* Its strip may show the frame, with the answer that was taken back. */
  g_assert_cmpint (mien_review_session_wants_frame (session), ==, 2);
  mien_review_session_presented (session, 2001);
  decide (session, MIEN_DECISION_SKIP, 2002, &decision, &serial);
  /* And is asked next. */
  g_assert_cmpint (mien_review_session_frame (session), ==, 1);
}

/* While a clip plays nothing acts; the time that it took is part of the decision. */
static void
test_withdrawn_while_playing (void)
{
  g_autoptr (MienReviewSession) session = sitting (2);
  MienDecision decision;
  guint64 serial;
  gint64 begun = 1000;

  mien_review_session_withdraw (session);
  g_assert_null (mien_review_session_act (session, 5000));
  g_assert_cmpint (decide (session, MIEN_DECISION_SKIP, 5000, &decision, &serial), ==,
                   MIEN_REVIEW_DROPPED);
  mien_review_session_presented (session, 6000);
  g_assert_nonnull (mien_review_session_act (session, 6001));
  decide (session, MIEN_DECISION_SKIP, 7000, &decision, &serial);
  g_assert_cmpint (decision.frame, ==, 1);
  g_assert_cmpint (decision.duration_us, ==, 7000 - begun);
}

static void
test_a_frame_that_cannot_be_read (void)
{
  g_autoptr (MienReviewSession) session = mien_review_session_new ();
  const gint64 frames[] = { 1, 2, 3 };
  MienDecision decision;
  guint64 serial;

  add_queue (session, frames, 3);
  mien_review_session_wants_frame (session);
  mien_review_session_load_failed (session, 1, "frame 1 is damaged");
  g_assert_cmpint (mien_review_session_state (session), ==, MIEN_REVIEW_FAILED);
  g_assert_cmpstr (mien_review_session_message (session), ==, "frame 1 is damaged");
  g_assert_cmpint (mien_review_session_wants_frame (session), ==, 2);
  mien_review_session_load_failed (session, 2, "frame 2 too");
  g_assert_cmpint (decide (session, MIEN_DECISION_SKIP, 1, &decision, &serial), ==,
                   MIEN_REVIEW_MOVED);
  g_assert_cmpint (mien_review_session_frame (session), ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/answers/enter", test_enter_confirms_what_was_asked);
  g_test_add_func ("/answers/blind", test_blind_is_never_confirmed);
  g_test_add_func ("/answers/blind-reasons", test_blind_reasons);
  g_test_add_func ("/answers/cycle", test_answers_cycle);
  g_test_add_func ("/answers/point", test_point_moves_in_steps);
  g_test_add_func ("/answers/jump", test_jump_follows_the_screen);
  g_test_add_func ("/answers/words", test_words);
  g_test_add_func ("/session/face", test_decision_belongs_to_the_face_shown);
  g_test_add_func ("/session/loading", test_keys_while_loading_are_dropped);
  g_test_add_func ("/session/nothing", test_nothing_to_confirm);
  g_test_add_func ("/session/no-picture", test_a_missing_picture_is_not_judged);
  g_test_add_func ("/session/failures", test_failures_come_back_in_order);
  g_test_add_func ("/session/back", test_back_keeps_what_was_given);
  g_test_add_func ("/session/back-early",
                   test_going_back_before_it_is_stored_reads_again);
  g_test_add_func ("/session/seen", test_seen_faces_do_not_return);
  g_test_add_func ("/session/settle", test_a_new_suggestion_waits_a_moment);
  g_test_add_func ("/session/undo", test_undo_elsewhere_stays_here);
  g_test_add_func ("/session/withdrawn", test_withdrawn_while_playing);
  g_test_add_func ("/session/unreadable", test_a_frame_that_cannot_be_read);
  return g_test_run ();
}
