/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Sums over a project against a slow look at each frame, on random projects: labels of
 * all kinds, undone and disputed ones, pseudo-labels, decisions by several people.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-insights.h"

#include <string.h>

#include "mien-test-project.h"

enum
{
  FRAMES = 120,
  STEPS = 400,
  N_PEOPLE = 3,
};

static MienLabel
random_label (guint item)
{
  if (g_test_rand_int_range (0, 8) == 0)
    return test_cannot_tell ();
  if (item == MIEN_ITEM_VALENCE_AROUSAL)
    return test_point (g_test_rand_double_range (-1, 1),
                       g_test_rand_double_range (-1, 1));
  if (item == MIEN_ITEM_EXPRESSION)
    return test_value (g_test_rand_int_range (0, MIEN_EXPRESSION_COUNT));
  return test_value (g_test_rand_int_range (0, 2));
}

static void
predict (MienStore *store, gint64 model_id, gint64 frame)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienModel) model = mien_models_get (store, model_id, &error);
  MienPrediction prediction;

  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    prediction.expression[i] = (float) g_test_rand_double () * 0.02f;
  prediction.expression[g_test_rand_int_range (0, MIEN_EXPRESSION_COUNT)] =
      (float) g_test_rand_double_range (0.5, 0.86);
  prediction.valence = (float) g_test_rand_double_range (-1, 1);
  prediction.arousal = (float) g_test_rand_double_range (-1, 1);
  prediction.spread = (float) g_test_rand_double_range (0, 0.4);
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    prediction.action_units[i] = (float) g_test_rand_double ();
  g_assert_true (mien_proposals_store (store, model, frame, &prediction, &error));
}

static void
fill (MienStore *store)
{
  g_autoptr (GError) error = NULL;
  gint64 model = test_add_model (store, 7), people[N_PEOPLE];

  for (guint i = 0; i < N_PEOPLE; i++)
    {
      g_autofree char *name = g_strdup_printf ("Person %u", i);

      people[i] = test_add_annotator (store, name);
    }
  for (guint i = 0; i < FRAMES; i++)
    {
      guint split = (guint) g_test_rand_int_range (0, 5);
      static const MienSplit splits[] = { MIEN_SPLIT_TRAIN, MIEN_SPLIT_TRAIN,
                                          MIEN_SPLIT_TRAIN, MIEN_SPLIT_VALIDATION,
                                          MIEN_SPLIT_TEST };
      g_autofree char *video = g_strdup_printf ("v%u", split);
      gint64 frame = test_add_frame (store, video, splits[split], i);
      MienLabels labels = { 0 };

      for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
        if (g_test_rand_int_range (0, 4) == 0)
          labels.item[item] = random_label (item);
      g_assert_true (mien_events_import (store, frame, &labels, NULL, &error));
    }
  g_assert_true (mien_models_use (store, model, &error));
  for (guint step = 0; step < STEPS; step++)
    {
      /* Some frames are seen by many, so that there are disputes. */
      gint64 frame = g_test_rand_int_range (1, step % 3 == 0 ? 4 : FRAMES + 1);
      gint64 person = people[g_test_rand_int_range (0, N_PEOPLE)];
      guint item = (guint) g_test_rand_int_range (0, MIEN_ITEM_COUNT);

      switch (g_test_rand_int_range (0, 12))
        {
        case 0:
          mien_events_undo (store, person, NULL, NULL);
          break;
        case 1:
          mien_events_redo (store, person, NULL, NULL);
          break;
        case 2:
          test_decide (store, frame, person, MIEN_DECISION_NOT_A_FACE);
          break;
        case 3:
          test_decide (store, frame, person, MIEN_DECISION_SKIP);
          break;
        case 4:
        case 5:
        case 6:
        case 7:
          predict (store, model, frame);
          break;
        default:
          test_answer (store, frame, person, item, random_label (item));
        }
    }
  /* One dispute for certain. */
  for (guint i = 0; i < N_PEOPLE; i++)
    test_answer (store, FRAMES, people[i], MIEN_ITEM_EXPRESSION, test_value (i));
}

static guint
naive_bin (double value)
{
  guint bin = 0;

  while (bin + 1 < MIEN_BALANCE_BINS && value >= -1 + 2 * (bin + 1.0) / MIEN_BALANCE_BINS)
    bin++;
  return bin;
}

static void
naive_value (MienBalance *balance, guint split, guint source, guint item, MienLabel label)
{
  if (item == MIEN_ITEM_VALENCE_AROUSAL)
    balance
        ->point[split][source][naive_bin (label.value[1])][naive_bin (label.value[0])]++;
  else if (item == MIEN_ITEM_EXPRESSION)
    balance->expression[split][source][(guint) label.value[0]]++;
  else
    balance->units[split][source][item - MIEN_ITEM_FIRST_UNIT][(guint) label.value[0]]++;
}

/* What the model says of one frame. */
static void
naive_proposal (MienStore *store, MienBalance *balance, const MienFrame *frame)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienModel) model = mien_models_current (store, &error);
  MienPrediction prediction;
  MienProposal proposal;

  balance->model = model->id;
  if (frame->split != MIEN_SPLIT_TRAIN || frame->not_a_face || !frame->has_image
      || !mien_proposals_prediction (store, model->id, frame->id, &prediction, &error))
    return;
  mien_proposal_from_prediction (&prediction, model, &proposal);
  balance->read++;
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    {
      guint class = (guint) MAX (proposal.labels.item[item].value[0], 0.0);

      if (item == MIEN_ITEM_EXPRESSION)
        balance->proposed[class]++;
      if (!proposal.accepted[item])
        continue;
      if (item == MIEN_ITEM_VALENCE_AROUSAL)
        balance->point_passing++;
      else if (item == MIEN_ITEM_EXPRESSION)
        balance->passing[class]++;
      else
        balance->unit_passing[item - MIEN_ITEM_FIRST_UNIT]++;
    }
}

static void
naive_frame (MienStore *store, MienBalance *balance, gint64 id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienFrame) frame = mien_frames_get (store, id, &error);
  MienLabels labels, accepted;
  double confidence[MIEN_ITEM_COUNT];
  gboolean any[MIEN_TASK_COUNT][MIEN_BALANCE_SOURCES] = { { FALSE } };

  g_assert_true (mien_frames_labels (store, id, &labels, &error));
  mien_proposals_accepted (store, id, &accepted, confidence, &error);
  g_assert_no_error (error);
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    {
      const MienLabel *label = &labels.item[item];
      guint task = mien_item_task ((MienItem) item);
      guint source =
          label->source == MIEN_SOURCE_HUMAN ? MIEN_BALANCE_HUMAN : MIEN_BALANCE_IMPORTED;

      balance->cannot_tell += label->answer == MIEN_ANSWER_CANNOT_TELL;
      balance->unresolved += label->answer == MIEN_ANSWER_UNRESOLVED;
      if (label->answer == MIEN_ANSWER_VALUE)
        {
          naive_value (balance, frame->split, source, item, *label);
          any[task][source] = TRUE;
        }
      if (accepted.item[item].answer == MIEN_ANSWER_VALUE)
        {
          naive_value (balance, frame->split, MIEN_BALANCE_PSEUDO, item,
                       accepted.item[item]);
          any[task][MIEN_BALANCE_PSEUDO] = TRUE;
        }
    }
  for (guint task = 0; task < MIEN_TASK_COUNT && !frame->not_a_face && frame->has_image;
       task++)
    {
      static const MienBalanceSource best[] = { MIEN_BALANCE_HUMAN, MIEN_BALANCE_IMPORTED,
                                                MIEN_BALANCE_PSEUDO };
      guint i = 0;

      while (i < G_N_ELEMENTS (best) && !any[task][best[i]])
        i++;
      if (i < G_N_ELEMENTS (best))
        balance->covered[frame->split][task][best[i]]++;
      else
        balance->bare[frame->split][task]++;
    }
  naive_proposal (store, balance, frame);
}

static void
test_balance (void)
{
  for (guint round = 0; round < 4; round++)
    {
      g_autofree MienBalance *balance = g_new0 (MienBalance, 1);
      g_autofree MienBalance *naive = g_new0 (MienBalance, 1);
      g_autoptr (GError) error = NULL;
      TestProject project;

      test_project_open (&project);
      fill (project.store);
      g_assert_true (mien_insights_balance (project.store, NULL, balance, &error));
      for (gint64 id = 1; id <= FRAMES; id++)
        naive_frame (project.store, naive, id);
      g_assert_cmpmem (balance, sizeof *balance, naive, sizeof *naive);
      /* The project holds something of each kind, or the comparison says little. */
      g_assert_cmpuint (balance->read, >, 0);
      g_assert_cmpuint (balance->cannot_tell, >, 0);
      g_assert_cmpuint (balance->unresolved, >, 0);
      g_assert_cmpuint (balance->point_passing, >, 0);
      g_assert_cmpuint (balance->covered[0][MIEN_TASK_ACTION_UNITS][MIEN_BALANCE_HUMAN],
                        >, 0);
      test_project_close (&project);
    }
}

static void
test_census (void)
{
  TestProject project;
  MienCensus census[3];
  MienStatus status;
  g_autoptr (GError) error = NULL;

  test_project_open (&project);
  fill (project.store);
  g_assert_true (mien_insights_census (project.store, census, &error));
  g_assert_true (mien_store_status (project.store, &status, &error));
  for (guint split = 0; split < 3; split++)
    {
      g_autofree char *sql = g_strdup_printf (
          "SELECT count (DISTINCT frame) FROM label JOIN frame f ON f.id = frame"
          " WHERE f.split = %u AND item >= 2 AND source = 2 AND answer < 3",
          split);

      g_assert_cmpuint (census[split].frames, ==, status.split[split]);
      g_assert_cmpint ((gint64) census[split].human[MIEN_TASK_ACTION_UNITS], ==,
                       test_count (project.store, sql));
    }
  test_project_close (&project);
}

static void
test_decisions (void)
{
  TestProject project;
  g_autoptr (GError) error = NULL;
  g_autoptr (MienDecisions) all = NULL, none = NULL;

  test_project_open (&project);
  fill (project.store);
  all = mien_insights_decisions (project.store, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (all->names), ==, N_PEOPLE);
  for (guint i = 0; i < N_PEOPLE; i++)
    {
      guint64 decisions;
      gint64 median, annotator = 0;
      guint n = 0;

      g_assert_true (mien_events_ensure_annotator (project.store, all->names[i],
                                                   &annotator, &error));
      g_assert_true (
          mien_events_tally (project.store, annotator, 0, &decisions, &median, &error));
      for (guint made = 0; made < all->made->len; made++)
        n += g_array_index (all->made, MienMade, made).annotator == i;
      g_assert_cmpuint (n, ==, decisions);
    }
  none = mien_insights_decisions (project.store, g_get_real_time () + G_TIME_SPAN_HOUR,
                                  &error);
  g_assert_no_error (error);
  g_assert_cmpuint (none->made->len, ==, 0);
  g_assert_null (none->names[0]);
  test_project_close (&project);
}

static void
test_cancelled (void)
{
  TestProject project;
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree MienBalance *balance = g_new0 (MienBalance, 1);

  test_project_open (&project);
  g_cancellable_cancel (cancellable);
  balance->read = 7;
  g_assert_false (mien_insights_balance (project.store, cancellable, balance, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (balance->read, ==, 7);
  test_project_close (&project);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/insights/balance", test_balance);
  g_test_add_func ("/insights/census", test_census);
  g_test_add_func ("/insights/decisions", test_decisions);
  g_test_add_func ("/insights/cancelled", test_cancelled);
  return g_test_run ();
}
