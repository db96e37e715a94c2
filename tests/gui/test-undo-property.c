/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random actions of every kind by two annotators through a sitting and a project, as the
 * window does it, some before the last ones were stored. Whenever nothing is under way,
 * what is shown is what the file says, and what was decided is what the log says. Then
 * everything is taken back: the labels are those of the beginning; and given again: those
 * of the end.
 *
 * MIEN_UNDO_ACTIONS says how many actions (400), MIEN_UNDO_SEED with which numbers (1).
 */
#include "config.h"

#include "mien-events.h"
#include "mien-models.h"
#include "mien-proposals.h"
#include "mien-review-session.h"
#include "mien-test-project.h"

enum
{
  FRAMES = 60,
  QUEUE_LIMIT = 50,
  NEIGHBOURS = 6,
  STEP =
      400 * 1000, /* us between two actions: a face that changed by itself has settled */
};

static const char *const annotators[] = { "Aki", "Ben" };

typedef enum
{
  EXPRESSION,
  UNIT,
  UNIT_ABSENT,
  POINT,
  MOVE,
  TAKE_POINT,
  CANNOT_TELL,
  JUMP,
  CONFIRM,
  SKIP,
  NOT_A_FACE,
  FLAG,
  BACK,
  SHOW,
  UNDO,
  REDO,
  SWITCH,
  AGAIN,
  N_ACTIONS,
} Action;

/* Of a hundred: Enter, undo and redo come often enough to meet each other. */
static const guint weights[N_ACTIONS] = {
  [EXPRESSION] = 12, [UNIT] = 10,       [UNIT_ABSENT] = 3, [POINT] = 8,    [MOVE] = 4,
  [TAKE_POINT] = 3,  [CANNOT_TELL] = 4, [JUMP] = 2,        [CONFIRM] = 20, [SKIP] = 4,
  [NOT_A_FACE] = 3,  [FLAG] = 2,        [BACK] = 4,        [SHOW] = 4,     [UNDO] = 10,
  [REDO] = 6,        [SWITCH] = 2,      [AGAIN] = 1,
};

typedef struct
{
  MienTestPlace place;
  MienProject *project;
  MienStore *store; /* what the file says, by a connection of its own */
  MienReviewSession *session;
  GCancellable *cancellable;
  GRand *random;
  gint64 now;
  guint who, under_way;
  guint done[N_ACTIONS];
  guint decisions, undone, redone;
} Sitting;

typedef struct
{
  Sitting *sitting;
  GCancellable *cancellable;
  MienDecision decision;
  guint64 serial;
  gint64 frame;
  gboolean redo;
  guint who;
} Request;

static void pump (Sitting *sitting);

static Request *
request_new (Sitting *sitting)
{
  Request *request = g_new0 (Request, 1);

  request->sitting = sitting;
  request->cancellable = g_object_ref (sitting->cancellable);
  request->who = sitting->who;
  sitting->under_way++;
  return request;
}

static void
request_done (Request *request)
{
  request->sitting->under_way--;
  g_object_unref (request->cancellable);
  g_free (request);
}

/* ---- what the window does between a sitting and the project ---- */

static void
on_queue (GObject *source, GAsyncResult *result, gpointer data)
{
  Request *request = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) frames =
      mien_project_queue_finish (MIEN_PROJECT (source), result, &error);

  if (request->cancellable == request->sitting->cancellable)
    {
      g_assert_no_error (error);
      mien_review_session_add_queue (request->sitting->session, frames, QUEUE_LIMIT);
      pump (request->sitting);
    }
  request_done (request);
}

static void
on_frame (GObject *source, GAsyncResult *result, gpointer data)
{
  Request *request = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MienFrameView) view =
      mien_project_load_frame_finish (MIEN_PROJECT (source), result, &error);

  if (request->cancellable == request->sitting->cancellable)
    {
      g_assert_no_error (error);
      mien_review_session_loaded (request->sitting->session, request->frame,
                                  g_steal_pointer (&view), request->sitting->now);
      pump (request->sitting);
    }
  request_done (request);
}

static void
pump (Sitting *sitting)
{
  gint64 frame;

  if (mien_review_session_wants_queue (sitting->session))
    {
      g_autoptr (GHashTable) skip = mien_review_session_ask_queue (sitting->session);

      mien_project_queue_async (sitting->project, QUEUE_LIMIT, skip, sitting->cancellable,
                                on_queue, request_new (sitting));
    }
  while ((frame = mien_review_session_wants_frame (sitting->session)) != 0)
    {
      Request *request = request_new (sitting);

      request->frame = frame;
      mien_project_load_frame_async (sitting->project, frame, NEIGHBOURS,
                                     sitting->cancellable, on_frame, request);
    }
}

static void
requeue (Sitting *sitting)
{
  g_cancellable_cancel (sitting->cancellable);
  g_clear_object (&sitting->cancellable);
  sitting->cancellable = g_cancellable_new ();
}

/* The log has the decision as it was made, under the name of who made it. */
static void
check_logged (Sitting *sitting, const MienDecision *decision, guint who)
{
  static const MienEventKind kinds[] = {
    [MIEN_DECISION_SKIP] = MIEN_EVENT_SKIPPED,
    [MIEN_DECISION_NOT_A_FACE] = MIEN_EVENT_NOT_A_FACE,
    [MIEN_DECISION_FLAG] = MIEN_EVENT_FLAGGED,
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) history =
      mien_events_history (sitting->store, decision->frame, &error);
  guint wanted = 0, found = 0;
  const MienEvent *last = NULL;

  g_assert_no_error (error);
  /* Others may have come since; the latest one of this person that fits is looked for. */
  for (guint i = history->len; i-- > 0 && found == 0;)
    {
      const MienEvent *event = g_ptr_array_index (history, i);

      if (g_strcmp0 (event->annotator, annotators[who]) != 0
          || event->duration_us != decision->duration_us)
        continue;
      last = event;
      found = 1;
    }
  g_assert_nonnull (last);
  if (decision->kind != MIEN_DECISION_ANSWER)
    {
      g_assert_cmpint (last->kind, ==, kinds[decision->kind]);
      return;
    }
  found = 0;
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    wanted += decision->answers.item[item].answer != MIEN_ANSWER_NONE;
  for (guint i = 0; i < history->len; i++)
    {
      const MienEvent *event = g_ptr_array_index (history, i);
      const MienLabel *answer;

      if (memcmp (&event->batch, &last->batch, sizeof event->batch) != 0)
        continue;
      g_assert_cmpint (event->item, >=, 0);
      answer = &decision->answers.item[event->item];
      g_assert_cmpint (event->label.answer, ==, answer->answer);
      for (guint k = 0; k < 2 && answer->answer == MIEN_ANSWER_VALUE; k++)
        g_assert_cmpfloat (event->label.value[k], ==, answer->value[k]);
      found++;
    }
  g_assert_cmpuint (found, ==, wanted);
}

static void
on_decided (GObject *source, GAsyncResult *result, gpointer data)
{
  Request *request = data;
  g_autoptr (GError) error = NULL;

  g_assert_true (mien_project_decide_finish (MIEN_PROJECT (source), result, &error));
  g_assert_no_error (error);
  check_logged (request->sitting, &request->decision, request->who);
  mien_review_session_decided (request->sitting->session, request->serial);
  request->sitting->decisions++;
  pump (request->sitting);
  request_done (request);
}

static void
on_undone (GObject *source, GAsyncResult *result, gpointer data)
{
  Request *request = data;
  Sitting *sitting = request->sitting;
  g_autoptr (GError) error = NULL;
  MienUndone undone;

  if (mien_project_undo_finish (MIEN_PROJECT (source), result, &undone, &error))
    {
      if (request->redo)
        mien_review_session_redone (sitting->session, undone.frame);
      else
        mien_review_session_undone (sitting->session, undone.frame);
      *(request->redo ? &sitting->redone : &sitting->undone) += 1;
      mien_undone_clear (&undone);
      pump (sitting);
    }
  else
    g_assert_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_NOT_FOUND);
  request_done (request);
}

static void
decide (Sitting *sitting, MienDecisionKind kind)
{
  g_autofree char *text = NULL;
  MienDecision decision;
  Request *request;
  guint64 serial;

  if (mien_review_session_decide (sitting->session, kind, sitting->now, &decision,
                                  &serial, &text)
      == MIEN_REVIEW_DECIDED)
    {
      /* No two decisions took the same time: the log is searched by it. */
      decision.duration_us = sitting->now;
      request = request_new (sitting);
      request->decision = decision;
      request->serial = serial;
      mien_project_decide_async (sitting->project, &decision, on_decided, request);
    }
  pump (sitting);
}

static void
undo (Sitting *sitting, gboolean redo)
{
  Request *request = request_new (sitting);

  request->redo = redo;
  mien_project_undo_async (sitting->project, redo, on_undone, request);
}

/* ---- what holds whenever nothing is under way ---- */

static MienLabels
stored (Sitting *sitting, gint64 frame)
{
  g_autoptr (GError) error = NULL;
  MienLabels labels;

  g_assert_true (mien_frames_labels (sitting->store, frame, &labels, &error));
  g_assert_no_error (error);
  return labels;
}

static void
assert_labels (const MienLabels *found, const MienLabels *wanted, const char *where)
{
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    if (!mien_label_equal (&found->item[item], &wanted->item[item])
        || found->item[item].source != wanted->item[item].source)
      g_error ("%s, item %u: answer %d source %d (%g, %g), the file has answer %d source "
               "%d (%g, %g)",
               where, item, found->item[item].answer, found->item[item].source,
               found->item[item].value[0], found->item[item].value[1],
               wanted->item[item].answer, wanted->item[item].source,
               wanted->item[item].value[0], wanted->item[item].value[1]);
}

static void
settle (Sitting *sitting)
{
  mien_test_wait (sitting->under_way == 0);
  mien_review_session_presented (sitting->session, sitting->now);
}

static void
check_shown (Sitting *sitting)
{
  const MienFrameView *view = mien_review_session_view (sitting->session);
  g_autoptr (GError) error = NULL;
  g_autoptr (MienFrame) frame = NULL;
  MienLabels labels;

  g_assert_cmpint (mien_review_session_state (sitting->session), !=, MIEN_REVIEW_FAILED);
  if (view == NULL)
    return;
  labels = stored (sitting, view->frame->id);
  assert_labels (&view->labels, &labels, "the face on screen");
  frame = mien_frames_get (sitting->store, view->frame->id, &error);
  g_assert_no_error (error);
  g_assert_cmpint (view->frame->not_a_face, ==, frame->not_a_face);
  for (guint i = 0; i < view->neighbours->len; i++)
    {
      const MienNeighbour *neighbour = g_ptr_array_index (view->neighbours, i);

      labels = stored (sitting, neighbour->frame);
      assert_labels (&neighbour->labels, &labels, "the strip");
    }
}

/* ---- actions ---- */

static Action
draw (Sitting *sitting)
{
  guint sum = 0, at;

  for (guint i = 0; i < N_ACTIONS; i++)
    sum += weights[i];
  at = (guint) g_rand_int_range (sitting->random, 0, (gint32) sum);
  for (guint i = 0; i < N_ACTIONS; i++)
    {
      if (at < weights[i])
        return (Action) i;
      at -= weights[i];
    }
  g_assert_not_reached ();
}

static double
coordinate (Sitting *sitting)
{
  return g_rand_double_range (sitting->random, -1.2, 1.2);
}

static void
answer (Sitting *sitting, Action action)
{
  const MienFrameView *view = mien_review_session_view (sitting->session);
  MienReviewAnswers *answers = mien_review_session_act (sitting->session, sitting->now);
  guint unit = (guint) g_rand_int_range (sitting->random, 0, MIEN_UNIT_COUNT);

  if (answers == NULL)
    return;
  switch (action)
    {
    case EXPRESSION:
      mien_review_answers_expression (answers, unit % MIEN_EXPRESSION_COUNT);
      break;
    case UNIT:
      mien_review_answers_unit (answers, unit);
      break;
    case UNIT_ABSENT:
      mien_review_answers_unit_absent (answers, unit);
      break;
    case POINT:
      mien_review_answers_point (answers, coordinate (sitting), coordinate (sitting));
      break;
    case MOVE:
      mien_review_answers_move (answers, view, 0.05, unit % 2 == 0 ? 0.01 : -0.05);
      break;
    case TAKE_POINT:
      mien_review_answers_take_point (answers, view);
      break;
    case CANNOT_TELL:
      mien_review_answers_cannot_tell (answers);
      break;
    default:
      mien_review_answers_jump (answers, view);
      break;
    }
}

static void
act (Sitting *sitting, Action action)
{
  switch (action)
    {
    case CONFIRM:
      decide (sitting, MIEN_DECISION_ANSWER);
      break;
    case SKIP:
      decide (sitting, MIEN_DECISION_SKIP);
      break;
    case NOT_A_FACE:
      decide (sitting, MIEN_DECISION_NOT_A_FACE);
      break;
    case FLAG:
      decide (sitting, MIEN_DECISION_FLAG);
      break;
    case BACK:
      mien_review_session_back (sitting->session);
      pump (sitting);
      break;
    case SHOW:
      mien_review_session_show (sitting->session,
                                g_rand_int_range (sitting->random, 1, FRAMES + 1));
      pump (sitting);
      break;
    case UNDO:
    case REDO:
      undo (sitting, action == REDO);
      break;
    case SWITCH:
      sitting->who = 1 - sitting->who;
      mien_project_set_annotator (sitting->project, annotators[sitting->who]);
      break;
    case AGAIN:
      requeue (sitting);
      mien_review_session_again (sitting->session);
      pump (sitting);
      break;
    default:
      answer (sitting, action);
      break;
    }
}

static void
play (Sitting *sitting, guint actions)
{
  for (guint i = 0; i < actions; i++)
    {
      Action action = draw (sitting);

      sitting->now += STEP;
      mien_review_session_presented (sitting->session, sitting->now);
      sitting->now += STEP;
      sitting->done[action]++;
      act (sitting, action);
      /* One in four comes before the last one is stored. */
      if (g_rand_int_range (sitting->random, 0, 4) == 0)
        continue;
      settle (sitting);
      check_shown (sitting);
      /* Nothing left to ask: whoever sits there asks again. */
      if (mien_review_session_state (sitting->session) == MIEN_REVIEW_DONE)
        act (sitting, AGAIN);
    }
  settle (sitting);
  check_shown (sitting);
}

/* ---- the whole ---- */

static GArray *
all_labels (Sitting *sitting)
{
  GArray *all = g_array_sized_new (FALSE, FALSE, sizeof (MienLabels), FRAMES);

  for (gint64 frame = 1; frame <= FRAMES; frame++)
    {
      MienLabels labels = stored (sitting, frame);

      g_array_append_val (all, labels);
    }
  return all;
}

static void
assert_all (const GArray *found, const GArray *wanted, const char *when)
{
  for (guint i = 0; i < FRAMES; i++)
    assert_labels (&g_array_index (found, MienLabels, i),
                   &g_array_index (wanted, MienLabels, i), when);
}

/* Everything that both have, to its end; how often. */
static guint
all_the_way (Sitting *sitting, gboolean redo)
{
  guint *count = redo ? &sitting->redone : &sitting->undone, begun = *count, last;

  for (guint who = 0; who < G_N_ELEMENTS (annotators); who++)
    {
      sitting->who = who;
      mien_project_set_annotator (sitting->project, annotators[who]);
      do
        {
          last = *count;
          undo (sitting, redo);
          settle (sitting);
          check_shown (sitting);
        }
      while (*count > last);
    }
  return *count - begun;
}

static gint64
add_model (MienStore *store, GRand *random)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienModel) model = NULL;
  g_autoptr (GBytes) weight = g_bytes_new_static ("weights", 7);
  MienModel settings = { .origin = MIEN_ORIGIN_TRAINED,
                         .method = (char *) "supervised",
                         .settings = (char *) "{}",
                         .tasks = 7,
                         .input_size = 48,
                         .has_heads = TRUE };
  gint64 id;

  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    settings.thresholds.expression[i] = 0.9;
  settings.thresholds.valence_arousal = 0.8;
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    settings.thresholds.action_units[i] = 0.9;
  mien_models_add (store, &settings, &id, &error);
  g_assert_no_error (error);
  mien_models_set_weights (store, id, weight, &error);
  g_assert_no_error (error);
  model = mien_models_get (store, id, &error);
  g_assert_no_error (error);
  mien_store_begin (store, &error);
  /* Two in three have been read by it. */
  for (gint64 frame = 1; frame <= FRAMES; frame++)
    {
      MienPrediction prediction = { .valence = 0.3f, .arousal = -0.2f, .spread = 0.4f };

      prediction.expression[g_rand_int_range (random, 0, MIEN_EXPRESSION_COUNT)] = 0.7f;
      for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
        prediction.action_units[i] = (float) g_rand_double (random);
      if (frame % 3 != 0)
        mien_proposals_store (store, model, frame, &prediction, &error);
      g_assert_no_error (error);
    }
  mien_store_commit (store, &error);
  g_assert_no_error (error);
  mien_models_use (store, id, &error);
  g_assert_no_error (error);
  return id;
}

static guint
number (const char *name, guint otherwise)
{
  const char *text = g_getenv (name);

  return text != NULL ? (guint) g_ascii_strtoull (text, NULL, 10) : otherwise;
}

static void
set_up (Sitting *sitting)
{
  g_autoptr (GError) error = NULL;

  sitting->random = g_rand_new_with_seed (number ("MIEN_UNDO_SEED", 1));
  mien_test_place_init (&sitting->place, FRAMES);
  sitting->store = mien_store_open (sitting->place.path, MIEN_STORE_READ_WRITE, &error);
  g_assert_no_error (error);
  add_model (sitting->store, sitting->random);
  sitting->project = mien_test_place_open (&sitting->place);
  mien_project_set_annotator (sitting->project, annotators[0]);
  sitting->session = mien_review_session_new ();
  sitting->cancellable = g_cancellable_new ();
  pump (sitting);
  settle (sitting);
}

static void
tear_down (Sitting *sitting)
{
  mien_review_session_free (sitting->session);
  mien_store_close (sitting->store);
  mien_project_close (sitting->project);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (sitting->project);
  g_object_unref (sitting->cancellable);
  g_rand_free (sitting->random);
  mien_test_place_clear (&sitting->place);
}

static void
test_undo (void)
{
  Sitting sitting = { .now = 1 };
  g_autoptr (GArray) start = NULL, end = NULL, back = NULL, again = NULL;
  guint actions = number ("MIEN_UNDO_ACTIONS", 400), n_undone, n_redone;

  set_up (&sitting);
  start = all_labels (&sitting);
  play (&sitting, actions);
  for (guint i = 0; i < N_ACTIONS && actions >= 400; i++)
    g_assert_cmpuint (sitting.done[i], >, 0);
  g_test_message ("%u actions: %u decisions, %u taken back, %u given again", actions,
                  sitting.decisions, sitting.undone, sitting.redone);

  /* What was taken back last and can still be given again belongs to the end. */
  all_the_way (&sitting, TRUE);
  end = all_labels (&sitting);
  n_undone = all_the_way (&sitting, FALSE);
  back = all_labels (&sitting);
  assert_all (back, start, "everything taken back");
  n_redone = all_the_way (&sitting, TRUE);
  again = all_labels (&sitting);
  assert_all (again, end, "everything given again");
  g_test_message ("then %u taken back and %u given again", n_undone, n_redone);
  g_assert_cmpuint (n_undone, ==, n_redone);
  g_assert_cmpuint (n_undone, >, actions / 20);
  tear_down (&sitting);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/undo/property", test_undo);
  return g_test_run ();
}
