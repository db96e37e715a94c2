/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The project as the window sees it: what is read, what is decided, and that both arrive
 * on the main thread; that a decision which the disk refuses waits, is told, and is
 * stored in the end; that another process's commit is noticed; that nobody is shown a
 * model's opinion of a validation frame.
 */
#include "config.h"

#include <math.h>
#include <string.h>
#include <sys/resource.h>

#include "mien-project-plan.h"
#include "mien-project-settings.h"
#include "mien-settings.h"
#include "mien-test-project.h"

typedef struct
{
  MienTestPlace place;
  MienProject *project;
} Fixture;

enum
{
  FRAMES = 48,
};

static void
set_up (Fixture *fixture, gconstpointer data)
{
  mien_test_place_init (&fixture->place, FRAMES);
  fixture->project = mien_test_place_open (&fixture->place);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  if (fixture->project != NULL)
    {
      mien_project_close (fixture->project);
      /* What was under way has been answered, and nothing holds the project any more. */
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_assert_finalize_object (fixture->project);
    }
  mien_test_place_clear (&fixture->place);
}

static GArray *
read_queue (MienProject *project, guint limit, GHashTable *skip)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GArray *queue;

  mien_project_queue_async (project, limit, skip, NULL, mien_test_keep_result, &result);
  mien_test_wait (result != NULL);
  queue = mien_project_queue_finish (project, result, &error);
  g_assert_no_error (error);
  return queue;
}

static MienFrameView *
load (MienProject *project, gint64 frame)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  MienFrameView *view;

  mien_project_load_frame_async (project, frame, 3, NULL, mien_test_keep_result, &result);
  mien_test_wait (result != NULL);
  view = mien_project_load_frame_finish (project, result, &error);
  g_assert_no_error (error);
  return view;
}

static MienProjectSummary
summarise (MienProject *project)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  MienProjectSummary summary;

  mien_project_summary_async (project, NULL, mien_test_keep_result, &result);
  mien_test_wait (result != NULL);
  mien_project_summary_finish (project, result, &summary, &error);
  g_assert_no_error (error);
  return summary;
}

static MienDecision
happy (gint64 frame)
{
  MienDecision decision = { .kind = MIEN_DECISION_ANSWER,
                            .frame = frame,
                            .duration_us = 1500000 };

  decision.answers.item[MIEN_ITEM_EXPRESSION] = (MienLabel){ .answer = MIEN_ANSWER_VALUE,
                                                             .source = MIEN_SOURCE_HUMAN,
                                                             .value = { 4 } };
  return decision;
}

static void
decide (MienProject *project, const MienDecision *decision)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  mien_project_decide_async (project, decision, mien_test_keep_result, &result);
  g_assert_cmpuint (mien_project_get_pending (project), ==, 1);
  mien_test_wait (result != NULL);
  mien_project_decide_finish (project, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mien_project_get_pending (project), ==, 0);
}

static void
count (gpointer counter)
{
  (*(guint *) counter)++;
}

static void
test_read (Fixture *fixture, gconstpointer data)
{
  MienProject *project = fixture->project;
  g_autoptr (GArray) queue = read_queue (project, 10, NULL);
  g_autoptr (GArray) rest = NULL;
  g_autoptr (GHashTable) skip = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autoptr (MienFrameView) view = NULL;
  gint64 first;

  g_assert_cmpstr (mien_project_get_name (project), ==, "Test faces");
  g_assert_cmpstr (mien_project_get_path (project), ==, fixture->place.path);
  g_assert_true (mien_project_get_synthetic (project));
  g_assert_null (mien_project_get_fault (project));

  g_assert_cmpuint (queue->len, ==, 10);
  first = g_array_index (queue, gint64, 0);
  g_hash_table_add (skip, &first);
  rest = read_queue (project, 1, skip);
  g_assert_cmpint (g_array_index (rest, gint64, 0), ==, g_array_index (queue, gint64, 1));

  view = load (project, first);
  g_assert_cmpint (view->frame->id, ==, first);
  g_assert_cmpint (gdk_texture_get_width (view->texture), ==, 112);
  g_assert_nonnull (view->reason);
  g_assert_cmpuint (view->asked, !=, 0);
  g_assert_false (view->has_prediction);
  g_assert_cmpuint (view->neighbours->len, >=, 1);
  for (guint i = 0; i < view->neighbours->len; i++)
    {
      const MienNeighbour *neighbour = g_ptr_array_index (view->neighbours, i);

      g_assert_nonnull (neighbour->texture);
      if (i > 0)
        g_assert_cmpint (
            neighbour->number, >,
            ((MienNeighbour *) g_ptr_array_index (view->neighbours, i - 1))->number);
    }
  g_assert_cmpuint (summarise (project).status.frames, ==, FRAMES);
}

static void
test_unknown_frame (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  MienDecision decision = happy (987654);

  mien_project_load_frame_async (fixture->project, 987654, 3, NULL, mien_test_keep_result,
                                 &result);
  mien_test_wait (result != NULL);
  g_assert_null (mien_project_load_frame_finish (fixture->project, result, &error));
  g_assert_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_clear_object (&result);

  /* Never storable: given back at once, and the next one is taken. */
  mien_project_decide_async (fixture->project, &decision, mien_test_keep_result, &result);
  mien_test_wait (result != NULL);
  g_assert_false (mien_project_decide_finish (fixture->project, result, &error));
  g_assert_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_NOT_FOUND);
  g_assert_null (mien_project_get_fault (fixture->project));
  g_assert_cmpuint (mien_project_get_pending (fixture->project), ==, 0);
}

static void
test_cancelled (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  mien_project_load_frame_async (fixture->project, 1, 3, cancellable,
                                 mien_test_keep_result, &result);
  g_cancellable_cancel (cancellable);
  mien_test_wait (result != NULL);
  g_assert_null (mien_project_load_frame_finish (fixture->project, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_decide (Fixture *fixture, gconstpointer data)
{
  MienProject *project = fixture->project;
  g_autoptr (GArray) queue = read_queue (project, 2, NULL);
  gint64 frame = g_array_index (queue, gint64, 0);
  MienDecision decision = happy (frame);
  g_autoptr (MienFrameView) view = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  MienProjectSummary summary;
  MienUndone undone = { 0 };
  guint changes = 0;

  g_signal_connect_swapped (project, "changed", G_CALLBACK (count), &changes);
  mien_project_set_annotator (project, "Ann Otator");
  g_assert_cmpstr (mien_project_get_annotator (project), ==, "Ann Otator");
  decide (project, &decision);
  view = load (project, frame);
  g_assert_cmpint (view->labels.item[MIEN_ITEM_EXPRESSION].answer, ==, MIEN_ANSWER_VALUE);
  g_assert_cmpfloat (view->labels.item[MIEN_ITEM_EXPRESSION].value[0], ==, 4);
  mien_test_wait (changes == 1);

  summary = summarise (project);
  g_assert_cmpuint (summary.decisions_today, ==, 1);
  g_assert_cmpint (summary.median_duration_us, ==, 1500000);

  mien_project_undo_async (project, FALSE, mien_test_keep_result, &result);
  mien_test_wait (result != NULL);
  g_assert_true (mien_project_undo_finish (project, result, &undone, &error));
  g_assert_no_error (error);
  g_assert_cmpint (undone.frame, ==, frame);
  mien_undone_clear (&undone);
  g_assert_cmpuint (summarise (project).decisions_today, ==, 0);

  g_clear_object (&result);
  mien_project_undo_async (project, FALSE, mien_test_keep_result, &result);
  mien_test_wait (result != NULL);
  g_assert_false (mien_project_undo_finish (project, result, &undone, &error));
  g_assert_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_NOT_FOUND);
}

static void
test_decide_then_close (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GArray) queue = read_queue (fixture->project, 8, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MienStore) store = NULL;
  gint64 annotator = 0;
  guint64 decisions;
  gint64 median;

  mien_project_set_annotator (fixture->project, "Ann Otator");
  for (guint i = 0; i < queue->len; i++)
    {
      MienDecision decision = happy (g_array_index (queue, gint64, i));

      mien_project_decide_async (fixture->project, &decision, NULL, NULL);
    }
  mien_project_close (fixture->project);

  store = mien_store_open (fixture->place.path, MIEN_STORE_READ_WRITE, &error);
  g_assert_no_error (error);
  g_assert_true (mien_events_ensure_annotator (store, "Ann Otator", &annotator, &error));
  g_assert_true (mien_events_tally (store, annotator, 0, &decisions, &median, &error));
  g_assert_cmpuint (decisions, ==, 8);
}

static void
test_other_process (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienStore) store = NULL;
  guint changes = 0;
  gint64 annotator;

  g_signal_connect_swapped (fixture->project, "changed", G_CALLBACK (count), &changes);
  store = mien_store_open (fixture->place.path, MIEN_STORE_READ_WRITE, &error);
  g_assert_no_error (error);
  g_assert_true (
      mien_events_ensure_annotator (store, "somebody else", &annotator, &error));
  mien_test_wait (changes == 1);
}

/* Another process holds the project for good, as far as the writer can tell: the decision
 * waits, the fault says so, nothing else is taken; when it lets go the decision is
 * stored. */
static void
test_fault (Fixture *fixture, gconstpointer data)
{
  MienProject *project = fixture->project;
  g_autoptr (GArray) queue = read_queue (project, 2, NULL);
  MienDecision first = happy (g_array_index (queue, gint64, 0));
  MienDecision second = happy (g_array_index (queue, gint64, 1));
  g_autoptr (GAsyncResult) result = NULL, refused = NULL;
  g_autoptr (GError) error = NULL;
  struct rlimit before, none;
  g_autoptr (MienFrameView) view = NULL;

  /* No file may grow: to SQLite that is a full disk. */
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  none = before;
  none.rlim_cur = 4096;
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &none), ==, 0);
  mien_project_decide_async (project, &first, mien_test_keep_result, &result);
  mien_test_wait (mien_project_get_fault (project) != NULL);
  g_assert_null (result);
  g_assert_cmpuint (mien_project_get_pending (project), ==, 1);

  mien_project_decide_async (project, &second, mien_test_keep_result, &refused);
  mien_test_wait (refused != NULL);
  g_assert_false (mien_project_decide_finish (project, refused, &error));
  g_assert_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_FULL);
  g_assert_cmpstr (error->message, ==, mien_project_get_fault (project));
  g_clear_error (&error);

  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  mien_test_wait (result != NULL);
  g_assert_true (mien_project_decide_finish (project, result, &error));
  g_assert_no_error (error);
  g_assert_null (mien_project_get_fault (project));
  g_assert_cmpuint (mien_project_get_pending (project), ==, 0);
  view = load (project, first.frame);
  g_assert_cmpint (view->labels.item[MIEN_ITEM_EXPRESSION].source, ==, MIEN_SOURCE_HUMAN);
}

/* What the model says of each frame, and where it is held back. */
static void
look_at_all (MienProject *project,
             gint64 model,
             guint *shown,
             guint *hidden,
             guint *blind)
{
  *shown = *hidden = *blind = 0;
  for (gint64 frame = 1; frame <= FRAMES; frame++)
    {
      g_autoptr (MienFrameView) view = load (project, frame);

      g_assert_cmpint (view->model, ==, model);
      g_assert_cmpint (view->has_prediction, ==, view->frame->split == MIEN_SPLIT_TRAIN);
      *shown += view->has_prediction;
      *hidden += !view->has_prediction;
      *blind += view->blind;
      if (view->has_prediction)
        {
          g_assert_cmpfloat (view->prediction.expression[4], ==, 0.9f);
          g_assert_cmpfloat (view->proposal.labels.item[MIEN_ITEM_EXPRESSION].value[0],
                             ==, 4);
        }
      if (view->blind)
        g_assert_cmpuint (
            view->doubtful
                & (1u << MIEN_ITEM_EXPRESSION | 1u << MIEN_ITEM_VALENCE_AROUSAL),
            ==, 0);
      if (g_strcmp0 (view->reason, "audit") == 0)
        g_assert_true (view->blind);
      for (guint i = 0; i < view->neighbours->len; i++)
        {
          const MienNeighbour *neighbour = g_ptr_array_index (view->neighbours, i);

          g_assert_cmpint (neighbour->has_proposal, ==,
                           view->has_prediction && !view->blind);
        }
    }
}

static gint64
first_audited (MienStore *store)
{
  g_autoptr (GPtrArray) items = mien_queue_list (store, G_MAXUINT, NULL);

  for (guint i = 0; i < items->len; i++)
    if (g_str_equal (((MienQueueItem *) items->pdata[i])->reason, "audit"))
      return ((MienQueueItem *) items->pdata[i])->frame;
  g_assert_not_reached ();
}

static void
set_share (MienProject *project, double share)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  mien_project_set_blind_share_async (project, share, mien_test_keep_result, &result);
  mien_test_wait (result != NULL);
  g_assert_true (mien_project_settings_finish (project, result, &error));
  g_assert_no_error (error);
}

/* The project's share holds for who wants fewer, and does not take from who wants more.
 */
static void
check_project_share (MienProject *project,
                     gint64 model,
                     GSettings *preferences,
                     guint half,
                     guint all)
{
  guint shown, hidden, few, blind;

  look_at_all (project, model, &shown, &hidden, &few);
  g_assert_cmpuint (few, <, half);
  set_share (project, 0.5);
  look_at_all (project, model, &shown, &hidden, &blind);
  g_assert_cmpuint (blind, ==, half);
  g_settings_set_double (preferences, "blind-share", 1.0);
  look_at_all (project, model, &shown, &hidden, &blind);
  g_assert_cmpuint (blind, ==, all);
  g_settings_reset (preferences, "blind-share");
  set_share (project, 0.05);
  look_at_all (project, model, &shown, &hidden, &blind);
  g_assert_cmpuint (blind, ==, few);
}

/* A model that has read everything: its opinion is shown of training frames only. */
static void
test_opinions (Fixture *fixture, gconstpointer data)
{
  MienProject *project = fixture->project;
  g_autoptr (GError) error = NULL;
  g_autoptr (MienStore) store = NULL;
  g_autoptr (MienModel) model = NULL;
  MienModel settings = { .origin = MIEN_ORIGIN_TRAINED,
                         .method = (char *) "supervised",
                         .settings = (char *) "{}",
                         .tasks = 7,
                         .input_size = 48,
                         .has_heads = TRUE };
  MienPrediction prediction = { .expression = { 0.1f, 0, 0, 0, 0.9f }, .spread = 0.5f };
  g_autoptr (GBytes) weights = g_bytes_new_static ("weights", 7);
  g_autoptr (GSettings) preferences = mien_settings_new ();
  guint shown, hidden, blind, all, again;
  gint64 id;

  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    settings.thresholds.expression[i] = 0.95;
  settings.thresholds.valence_arousal = 0.8;
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    settings.thresholds.action_units[i] = 0.9;
  store = mien_store_open (fixture->place.path, MIEN_STORE_READ_WRITE, &error);
  g_assert_no_error (error);
  g_assert_true (mien_models_add (store, &settings, &id, &error));
  g_assert_true (mien_models_set_weights (store, id, weights, &error));
  g_assert_no_error (error);
  model = mien_models_get (store, id, &error);
  g_assert_no_error (error);
  g_assert_true (mien_store_begin (store, &error));
  for (gint64 frame = 1; frame <= FRAMES; frame++)
    g_assert_true (mien_proposals_store (store, model, frame, &prediction, &error));
  g_assert_true (mien_store_commit (store, &error));

  {
    g_autoptr (GAsyncResult) result = NULL;

    mien_project_use_model_async (project, id, mien_test_keep_result, &result);
    mien_test_wait (result != NULL);
    g_assert_true (mien_project_use_model_finish (project, result, &error));
  }
  look_at_all (project, id, &shown, &hidden, &blind);
  g_assert_cmpuint (shown, >, 0);
  g_assert_cmpuint (hidden, >, 0);

  /* Everything that is asked, half of it, and the same half again. */
  g_settings_set_boolean (preferences, "blind-first", TRUE);
  look_at_all (project, id, &shown, &hidden, &all);
  g_assert_cmpuint (all, >, shown / 2);
  g_settings_set_boolean (preferences, "blind-first", FALSE);
  g_settings_set_double (preferences, "blind-share", 0.5);
  look_at_all (project, id, &shown, &hidden, &blind);
  g_assert_cmpuint (blind, >, 0);
  g_assert_cmpuint (blind, <, all);
  look_at_all (project, id, &shown, &hidden, &again);
  g_assert_cmpuint (blind, ==, again);
  g_settings_reset (preferences, "blind-share");
  check_project_share (project, id, preferences, blind, all);

  /* The model is sure of all units; once some are drawn to be audited, their faces are
   * blind for everybody. */
  look_at_all (project, id, &shown, &hidden, &blind);
  {
    g_autoptr (GAsyncResult) result = NULL;
    g_autoptr (MienFrameView) view = NULL;
    gint64 frame;

    mien_project_renew_plan_async (project, mien_test_keep_result, &result);
    mien_test_wait (result != NULL);
    g_assert_true (mien_project_renew_plan_finish (project, result, &error));
    look_at_all (project, id, &shown, &hidden, &again);
    g_assert_cmpuint (again, >, blind);
    frame = first_audited (store);
    view = load (project, frame);
    g_assert_cmpstr (view->reason, ==, "audit");
    g_assert_true (view->blind);
    g_assert_cmpuint (view->doubtful, !=, 0);
    g_assert_cmpuint (view->asked & 1u << MIEN_TASK_ACTION_UNITS, !=, 0);
  }
}

static void
test_refuses_others_files (void)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  mien_project_open_async ("/proc/self/exe", NULL, mien_test_keep_result, &result);
  mien_test_wait (result != NULL);
  g_assert_null (mien_project_open_finish (result, &error));
  g_assert_nonnull (error);
  g_assert_null (strchr (error->message, '\n'));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/project/read", test_read);
  ADD ("/project/unknown-frame", test_unknown_frame);
  ADD ("/project/cancelled", test_cancelled);
  ADD ("/project/decide", test_decide);
  ADD ("/project/decide-then-close", test_decide_then_close);
  ADD ("/project/other-process", test_other_process);
  ADD ("/project/fault", test_fault);
  ADD ("/project/opinions", test_opinions);
#undef ADD
  g_test_add_func ("/project/refuses-others-files", test_refuses_others_files);
  return g_test_run ();
}
