/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Doubtful labels: each kind on projects made by hand, with the figures that follow from
 * the header, and what must hold of any project.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-doubts-private.h"

#include <math.h>
#include <string.h>

#include "mien-events-private.h"
#include "mien-test-project.h"

enum
{
  NEUTRAL = 0,
  SADNESS = 5,
  HAPPINESS = 4,
  POINT = MIEN_ITEM_VALENCE_AROUSAL,
  EXPRESSION = MIEN_ITEM_EXPRESSION,
  AU4 = MIEN_ITEM_FIRST_UNIT + 2,
  AU12 = MIEN_ITEM_FIRST_UNIT + 6,
  ALL_SPLITS = 7,
};

static GPtrArray *
list (MienStore *store, guint kinds)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *found =
      mien_doubts_list (store, kinds, ALL_SPLITS, MIEN_DOUBTS_MAX, NULL, &error);

  g_assert_no_error (error);
  return found;
}

/* The doubt of that kind about that frame; its frame is 0 if there is none. */
static MienDoubt
doubt_of (MienStore *store, MienDoubtKind kind, gint64 frame)
{
  g_autoptr (GPtrArray) found = list (store, 1u << kind);

  for (guint i = 0; i < found->len; i++)
    {
      const MienDoubtful *doubtful = found->pdata[i];

      g_assert_cmpuint (doubtful->doubts->len, ==, 1);
      if (doubtful->frame == frame)
        return g_array_index (doubtful->doubts, MienDoubt, 0);
    }
  return (MienDoubt){ .frame = 0 };
}

static void
assert_near (double found, double wanted)
{
  g_assert_cmpfloat_with_epsilon (found, wanted, 1e-6);
}

static void
assert_label (const MienLabel *label, MienLabel wanted)
{
  g_assert_true (mien_label_equal (label, &wanted));
}

static void
import (MienStore *store, gint64 frame, guint item, MienLabel label)
{
  g_autoptr (GError) error = NULL;
  MienLabels labels = { 0 };

  labels.item[item] = label;
  mien_events_import (store, frame, &labels, NULL, &error);
  g_assert_no_error (error);
}

static void
predict (MienStore *store, gint64 model, gint64 frame, const MienPrediction *prediction)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienModel) known = mien_models_get (store, model, &error);

  mien_proposals_store (store, known, frame, prediction, &error);
  g_assert_no_error (error);
}

/* A point in the origin, all units at a tenth. */
static MienPrediction
says (guint class, double p, guint second, double q)
{
  MienPrediction prediction = { .spread = 0.1f };

  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    prediction.expression[i] = (float) ((1.0 - p - q) / (MIEN_EXPRESSION_COUNT - 2));
  prediction.expression[class] = (float) p;
  prediction.expression[second] = (float) q;
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    prediction.action_units[i] = 0.1f;
  return prediction;
}

static gint64
use_model (MienStore *store)
{
  g_autoptr (GError) error = NULL;
  gint64 model = test_add_model (store, MIEN_ALL_TASKS);

  mien_models_use (store, model, &error);
  g_assert_no_error (error);
  return model;
}

static void
adjudicate (MienStore *store, gint64 frame, gint64 annotator, guint item, MienLabel label)
{
  g_autoptr (GError) error = NULL;
  MienNewEvent event = {
    .frame = frame,
    .annotator = annotator,
    .duration_us = -1,
    .kind = MIEN_EVENT_ADJUDICATED,
    .item = (int) item,
    .label = label,
    .confidence = (double) NAN,
  };

  mien_event_uuid (&event.batch);
  g_assert_true (mien_store_begin (store, &error));
  mien_event_append (store, &event, &error);
  g_assert_no_error (error);
  mien_labels_refresh (store, frame, &error);
  g_assert_no_error (error);
  g_assert_true (mien_store_commit (store, &error));
}

/* ---- people ---- */

static void
test_people (void)
{
  TestProject project;
  gint64 who[3], frame[8];
  MienDoubt doubt;
  MienStore *store;

  test_project_open (&project);
  store = project.store;
  for (guint i = 0; i < 8; i++)
    frame[i] = test_add_frame (store, "video", MIEN_SPLIT_TRAIN, i);
  who[0] = test_add_annotator (store, "ann");
  who[1] = test_add_annotator (store, "bob");
  who[2] = test_add_annotator (store, "carl");

  /* 0: two against one. 1: one each, of which one is taken back below. 2: all alike. */
  for (guint i = 0; i < 3; i++)
    {
      test_answer (store, frame[0], who[i], EXPRESSION, test_value (i == 0 ? 0 : 4));
      test_answer (store, frame[2], who[i], AU12, test_value (1));
    }
  doubt = doubt_of (store, MIEN_DOUBT_PEOPLE, frame[0]);
  g_assert_cmpint (doubt.item, ==, EXPRESSION);
  g_assert_cmpuint (doubt.people.answers, ==, 3);
  g_assert_cmpuint (doubt.people.label, ==, 2);
  g_assert_cmpuint (doubt.people.other, ==, 1);
  assert_label (&doubt.label, test_value (HAPPINESS));
  assert_label (&doubt.other, test_value (NEUTRAL));
  assert_near (doubt.score, 1.0 / 3.0);
  g_assert_cmpint (doubt_of (store, MIEN_DOUBT_PEOPLE, frame[2]).frame, ==, 0);

  test_answer (store, frame[1], who[0], AU12, test_value (1));
  test_answer (store, frame[1], who[1], AU12, test_cannot_tell ());
  assert_near (doubt_of (store, MIEN_DOUBT_PEOPLE, frame[1]).score, 0.5);
  g_assert_true (mien_events_undo (store, who[1], NULL, NULL));
  g_assert_cmpint (doubt_of (store, MIEN_DOUBT_PEOPLE, frame[1]).frame, ==, 0);
  g_assert_true (mien_events_redo (store, who[1], NULL, NULL));
  assert_near (doubt_of (store, MIEN_DOUBT_PEOPLE, frame[1]).score, 0.5);

  /* Points: 0.3 apart is one opinion. */
  test_answer (store, frame[3], who[0], POINT, test_point (0.25, 0.5));
  test_answer (store, frame[3], who[1], POINT, test_point (0.5, 0.25));
  test_answer (store, frame[4], who[0], POINT, test_point (-0.5, 0.5));
  test_answer (store, frame[4], who[1], POINT, test_point (-0.25, -0.5));
  test_answer (store, frame[4], who[2], POINT, test_point (-0.25, 0.0));
  g_assert_cmpint (doubt_of (store, MIEN_DOUBT_PEOPLE, frame[3]).frame, ==, 0);
  doubt = doubt_of (store, MIEN_DOUBT_PEOPLE, frame[4]);
  assert_near (doubt.score, 0.5);
  assert_label (&doubt.label, test_point (-0.5, 0.5));
  assert_label (&doubt.other, test_point (-0.25, -0.5));

  /* One who corrects an import or oneself does not differ with anybody. */
  import (store, frame[5], EXPRESSION, test_value (NEUTRAL));
  test_answer (store, frame[5], who[0], EXPRESSION, test_value (SADNESS));
  test_answer (store, frame[5], who[0], EXPRESSION, test_value (HAPPINESS));
  g_assert_cmpint (doubt_of (store, MIEN_DOUBT_PEOPLE, frame[5]).frame, ==, 0);

  /* What was adjudicated is settled, and what is no face has no label to doubt. */
  for (guint i = 6; i < 8; i++)
    {
      test_answer (store, frame[i], who[0], EXPRESSION, test_value (NEUTRAL));
      test_answer (store, frame[i], who[1], EXPRESSION, test_value (SADNESS));
      assert_near (doubt_of (store, MIEN_DOUBT_PEOPLE, frame[i]).score, 0.5);
    }
  adjudicate (store, frame[6], who[2], EXPRESSION, test_value (SADNESS));
  test_decide (store, frame[7], who[2], MIEN_DECISION_NOT_A_FACE);
  g_assert_cmpint (doubt_of (store, MIEN_DOUBT_PEOPLE, frame[6]).frame, ==, 0);
  g_assert_cmpint (doubt_of (store, MIEN_DOUBT_PEOPLE, frame[7]).frame, ==, 0);
  test_project_close (&project);
}

/* ---- the model in use ---- */

/* Ten labels of Happiness at 0.6 and ten of Neutral at 0.8 make the thresholds. */
static void
test_model (void)
{
  TestProject project;
  MienPrediction said;
  gint64 model, frame = 0, doubted, agreed, unsure, surer;
  MienDoubt doubt;
  MienStore *store;

  test_project_open (&project);
  store = project.store;
  model = use_model (store);
  for (guint i = 0; i < 20; i++)
    {
      frame = test_add_frame (store, "usual", MIEN_SPLIT_TRAIN, i);
      import (store, frame, EXPRESSION, test_value (i < 10 ? HAPPINESS : NEUTRAL));
      said = i < 10 ? says (HAPPINESS, 0.6, NEUTRAL, 0.3)
                    : says (NEUTRAL, 0.8, HAPPINESS, 0.1);
      predict (store, model, frame, &said);
    }
  doubted = test_add_frame (store, "usual", MIEN_SPLIT_TRAIN, 20);
  import (store, doubted, EXPRESSION, test_value (HAPPINESS));
  said = says (NEUTRAL, 0.9, HAPPINESS, 0.05);
  predict (store, model, doubted, &said);
  agreed = test_add_frame (store, "usual", MIEN_SPLIT_TRAIN, 21);
  import (store, agreed, EXPRESSION, test_value (NEUTRAL));
  predict (store, model, agreed, &said);
  /* More probable than the label, and under what the class usually has. */
  unsure = test_add_frame (store, "usual", MIEN_SPLIT_TRAIN, 22);
  import (store, unsure, EXPRESSION, test_value (SADNESS));
  said = says (NEUTRAL, 0.7, SADNESS, 0.2);
  predict (store, model, unsure, &said);

  /* Over what Sadness usually has, and the label is more probable still. */
  surer = test_add_frame (store, "usual", MIEN_SPLIT_TRAIN, 23);
  import (store, surer, EXPRESSION, test_value (NEUTRAL));
  said = says (NEUTRAL, 0.6, SADNESS, 0.3);
  predict (store, model, surer, &said);

  doubt = doubt_of (store, MIEN_DOUBT_MODEL, doubted);
  g_assert_cmpint (doubt.item, ==, EXPRESSION);
  assert_label (&doubt.label, test_value (HAPPINESS));
  assert_label (&doubt.other, test_value (NEUTRAL));
  assert_near (doubt.score, 0.95);
  assert_near (doubt.model.label, 0.05);
  assert_near (doubt.model.other, 0.9);
  assert_near (doubt.model.threshold, (10 * 0.8 + 0.9 + 0.6) / 12);
  /* The model was there before the labels. */
  g_assert_false (doubt.model.seen);
  g_assert_cmpint (doubt_of (store, MIEN_DOUBT_MODEL, agreed).frame, ==, 0);
  g_assert_cmpint (doubt_of (store, MIEN_DOUBT_MODEL, unsure).frame, ==, 0);
  g_assert_cmpint (doubt_of (store, MIEN_DOUBT_MODEL, surer).frame, ==, 0);
  g_assert_cmpint (doubt_of (store, MIEN_DOUBT_MODEL, frame).frame, ==, 0);

  /* Now the model is newer: it may have learnt from the labels. */
  test_run (store, "UPDATE model SET created = created + 1000000000");
  test_project_reopen (&project, MIEN_STORE_READ_WRITE);
  store = project.store;
  g_assert_true (doubt_of (store, MIEN_DOUBT_MODEL, doubted).model.seen);

  /* A person who agrees with the model ends the doubt; taken back, it is there again. */
  test_answer (store, doubted, test_add_annotator (store, "ann"), EXPRESSION,
               test_value (NEUTRAL));
  g_assert_cmpint (doubt_of (store, MIEN_DOUBT_MODEL, doubted).frame, ==, 0);
  g_assert_true (mien_events_undo (store, 1, NULL, NULL));
  assert_near (doubt_of (store, MIEN_DOUBT_MODEL, doubted).score, 0.95);
  test_project_close (&project);
}

/* Ten labels of each split have thresholds of their own, and only splits that are asked
 * about are judged. */
static void
test_model_splits (void)
{
  TestProject project;
  MienPrediction said;
  gint64 model, frames[2] = { 0, 0 };
  MienStore *store;
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GError) error = NULL;

  test_project_open (&project);
  store = project.store;
  model = use_model (store);
  /* Sure of Neutral where it has learnt, less so where not. */
  for (guint split = 0; split < 2; split++)
    for (guint i = 0; i < 11; i++)
      {
        gint64 frame = test_add_frame (store, split == 0 ? "train" : "validation",
                                       (MienSplit) split, i);

        import (store, frame, EXPRESSION, test_value (i == 10 ? HAPPINESS : NEUTRAL));
        said = i == 10      ? says (NEUTRAL, 0.7, HAPPINESS, 0.2)
               : split == 0 ? says (NEUTRAL, 0.95, HAPPINESS, 0.02)
                            : says (NEUTRAL, 0.6, HAPPINESS, 0.2);
        predict (store, model, frame, &said);
        frames[split] = frame;
      }
  g_assert_cmpint (doubt_of (store, MIEN_DOUBT_MODEL, frames[0]).frame, ==, 0);
  assert_near (doubt_of (store, MIEN_DOUBT_MODEL, frames[1]).score, 0.8);
  assert_near (doubt_of (store, MIEN_DOUBT_MODEL, frames[1]).model.threshold, 0.6);
  g_assert_false (doubt_of (store, MIEN_DOUBT_MODEL, frames[1]).model.seen);
  found = mien_doubts_list (store, MIEN_DOUBT_ALL_KINDS, 1u << MIEN_SPLIT_TRAIN, 10, NULL,
                            &error);
  g_assert_no_error (error);
  for (guint i = 0; i < found->len; i++)
    {
      const MienDoubtful *doubtful = found->pdata[i];

      for (guint k = 0; k < doubtful->doubts->len; k++)
        g_assert_cmpint (g_array_index (doubtful->doubts, MienDoubt, k).kind, !=,
                         MIEN_DOUBT_MODEL);
    }
  test_project_close (&project);
}

static void
test_model_units_and_points (void)
{
  TestProject project;
  MienPrediction said;
  gint64 model, unit, unsure, point, near;
  MienDoubt doubt;
  MienStore *store;

  test_project_open (&project);
  store = project.store;
  model = use_model (store);
  /* The unit is present at 0.7, the points lie 0.3 off. */
  for (guint i = 0; i < 10; i++)
    {
      gint64 frame = test_add_frame (store, "usual", MIEN_SPLIT_TRAIN, i);

      import (store, frame, AU12, test_value (1));
      import (store, frame, POINT, test_point (0.3, 0.0));
      said = says (NEUTRAL, 0.5, HAPPINESS, 0.1);
      said.action_units[AU12 - MIEN_ITEM_FIRST_UNIT] = 0.7f;
      predict (store, model, frame, &said);
    }
  unit = test_add_frame (store, "usual", MIEN_SPLIT_TRAIN, 10);
  import (store, unit, AU12, test_value (0));
  said.action_units[AU12 - MIEN_ITEM_FIRST_UNIT] = 0.8f;
  predict (store, model, unit, &said);
  doubt = doubt_of (store, MIEN_DOUBT_MODEL, unit);
  g_assert_cmpint (doubt.item, ==, AU12);
  assert_label (&doubt.label, test_value (0));
  assert_label (&doubt.other, test_value (1));
  assert_near (doubt.score, 0.8);
  assert_near (doubt.model.threshold, 0.7);

  unsure = test_add_frame (store, "usual", MIEN_SPLIT_TRAIN, 13);
  import (store, unsure, AU12, test_value (0));
  said.action_units[AU12 - MIEN_ITEM_FIRST_UNIT] = 0.65f;
  predict (store, model, unsure, &said);
  g_assert_cmpint (doubt_of (store, MIEN_DOUBT_MODEL, unsure).frame, ==, 0);

  point = test_add_frame (store, "usual", MIEN_SPLIT_TRAIN, 11);
  import (store, point, POINT, test_point (0.6, -0.8));
  predict (store, model, point, &said);
  near = test_add_frame (store, "usual", MIEN_SPLIT_TRAIN, 12);
  import (store, near, POINT, test_point (0.0, 0.3));
  predict (store, model, near, &said);
  doubt = doubt_of (store, MIEN_DOUBT_MODEL, point);
  g_assert_cmpint (doubt.item, ==, POINT);
  assert_near (doubt.model.other, 1.0);
  assert_near (doubt.model.threshold, sqrt ((11 * 0.09 + 1.0) / 12));
  assert_near (doubt.score, (1.0 - doubt.model.threshold) / 2);
  g_assert_cmpint (doubt_of (store, MIEN_DOUBT_MODEL, near).frame, ==, 0);
  test_project_close (&project);
}

/* ---- the model before it ---- */

static void
test_predecessor (void)
{
  TestProject project;
  MienPrediction happy = says (HAPPINESS, 0.9, NEUTRAL, 0.05);
  MienPrediction neutral = says (NEUTRAL, 0.85, HAPPINESS, 0.1);
  MienPrediction unsure = says (NEUTRAL, 0.7, HAPPINESS, 0.1);
  gint64 before, now, flips, labelled, same, unsure_now, unsure_before;
  g_autoptr (GPtrArray) none = NULL;
  MienDoubt doubt;
  MienStore *store;

  test_project_open (&project);
  store = project.store;
  flips = test_add_frame (store, "video", MIEN_SPLIT_TRAIN, 1);
  labelled = test_add_frame (store, "video", MIEN_SPLIT_TRAIN, 2);
  same = test_add_frame (store, "video", MIEN_SPLIT_TRAIN, 3);
  unsure_now = test_add_frame (store, "video", MIEN_SPLIT_TRAIN, 4);
  unsure_before = test_add_frame (store, "video", MIEN_SPLIT_TRAIN, 5);
  before = use_model (store);
  predict (store, before, flips, &happy);
  predict (store, before, labelled, &happy);
  predict (store, before, same, &happy);
  predict (store, before, unsure_now, &happy);
  predict (store, before, unsure_before, &unsure);
  none = list (store, MIEN_DOUBT_ALL_KINDS);
  g_assert_cmpuint (none->len, ==, 0);
  now = use_model (store);
  predict (store, now, flips, &neutral);
  predict (store, now, labelled, &neutral);
  predict (store, now, same, &happy);
  predict (store, now, unsure_now, &unsure);
  predict (store, now, unsure_before, &happy);
  import (store, labelled, EXPRESSION, test_value (HAPPINESS));

  doubt = doubt_of (store, MIEN_DOUBT_PREDECESSOR, flips);
  g_assert_cmpint (doubt.item, ==, EXPRESSION);
  g_assert_cmpint (doubt.label.answer, ==, MIEN_ANSWER_NONE);
  assert_label (&doubt.other, test_value (NEUTRAL));
  assert_label (&doubt.predecessor.before, test_value (HAPPINESS));
  assert_near (doubt.predecessor.sure, 0.85);
  assert_near (doubt.predecessor.before_sure, 0.9);
  assert_near (doubt.score, 0.425);
  g_assert_cmpint (doubt_of (store, MIEN_DOUBT_PREDECESSOR, labelled).frame, ==, 0);
  g_assert_cmpint (doubt_of (store, MIEN_DOUBT_PREDECESSOR, same).frame, ==, 0);
  g_assert_cmpint (doubt_of (store, MIEN_DOUBT_PREDECESSOR, unsure_now).frame, ==, 0);
  g_assert_cmpint (doubt_of (store, MIEN_DOUBT_PREDECESSOR, unsure_before).frame, ==, 0);
  test_project_close (&project);
}

/* ---- rules ---- */

/* Of four smiles one has no AU12; of two frowns at rest both are told, and doubted less,
 * because every other one of them is so. */
static void
test_rules (void)
{
  TestProject project;
  gint64 frame = 0, neutral;
  MienDoubt doubt;
  MienStore *store;

  test_project_open (&project);
  store = project.store;
  for (guint i = 0; i < 4; i++)
    {
      frame = test_add_frame (store, "video", MIEN_SPLIT_TRAIN, i);
      import (store, frame, EXPRESSION, test_value (HAPPINESS));
      import (store, frame, AU12, test_value (i < 3 ? 1 : 0));
    }
  /* Nothing is said of AU12: neither kept nor broken. */
  import (store, test_add_frame (store, "video", MIEN_SPLIT_TRAIN, 10), EXPRESSION,
          test_value (HAPPINESS));
  neutral = test_add_frame (store, "other", MIEN_SPLIT_VALIDATION, 1);
  import (store, neutral, EXPRESSION, test_value (NEUTRAL));
  import (store, neutral, AU4, test_value (1));

  doubt = doubt_of (store, MIEN_DOUBT_RULES, frame);
  g_assert_cmpint (doubt.item, ==, AU12);
  assert_label (&doubt.label, test_value (0));
  assert_label (&doubt.other, test_value (HAPPINESS));
  g_assert_cmpuint (doubt.rules.broken, ==, 1);
  g_assert_cmpuint (doubt.rules.judged, ==, 4);
  g_assert_cmpint (doubt.rules.rule->given.kind, ==, MIEN_SIDE_EXPRESSION);
  g_assert_cmpint (doubt.rules.rule->but.kind, ==, MIEN_SIDE_ABSENT);
  assert_near (doubt.score, (1.0 - 1.0 / 5.0) / 2.0);
  assert_near (doubt_of (store, MIEN_DOUBT_RULES, neutral).score, (1.0 - 1.0 / 2.0) / 2);
  g_assert_cmpint (doubt_of (store, MIEN_DOUBT_RULES, frame - 1).frame, ==, 0);

  /* A model that says so is no label. */
  frame = test_add_frame (store, "video", MIEN_SPLIT_TRAIN, 20);
  import (store, frame, EXPRESSION, test_value (HAPPINESS));
  test_predict (store, use_model (store), frame, 0.01);
  g_assert_cmpint (doubt_of (store, MIEN_DOUBT_RULES, frame).frame, ==, 0);
  test_project_close (&project);
}

/* A smile without AU12, under that id. */
static gint64
add_smile (MienStore *store, gint64 id)
{
  g_autofree char *sql = g_strdup_printf ("UPDATE sqlite_sequence SET seq = %d"
                                          " WHERE name = 'frame'",
                                          (int) id - 1);
  gint64 frame;

  test_run (store, sql);
  frame = test_add_frame (store, "many", MIEN_SPLIT_TRAIN, id);
  g_assert_cmpint (frame, ==, id);
  import (store, frame, EXPRESSION, test_value (HAPPINESS));
  import (store, frame, AU12, test_value (0));
  return frame;
}

/* Where there are many frames, several threads look at them; where there are very many,
 * one block of 64 in a few says what is usual. */
static void
test_many (void)
{
  static const gint64 ids[] = { 3, 30001, 60001, 90001, 120001, 2000001 };
  TestProject project;
  gint64 kept;
  MienStore *store;

  test_project_open (&project);
  store = project.store;
  kept = test_add_frame (store, "many", MIEN_SPLIT_TRAIN, 1);
  import (store, kept, EXPRESSION, test_value (HAPPINESS));
  import (store, kept, AU12, test_value (1));
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      /* Every fourth block at the end: of 3 and 30001, not of 60001 = 937 * 64 + 33. */
      guint broken = ids[i] > 1000000 ? 2 : i + 1;
      g_autoptr (GPtrArray) found = NULL;

      add_smile (store, ids[i]);
      found = list (store, 1u << MIEN_DOUBT_RULES);
      g_assert_cmpuint (found->len, ==, i + 1);
      for (guint k = 0; k <= i; k++)
        {
          const MienDoubtful *doubtful = found->pdata[k];
          const MienDoubt *doubt = &g_array_index (doubtful->doubts, MienDoubt, 0);

          g_assert_cmpint (doubtful->frame, ==, ids[k]);
          g_assert_cmpuint (doubt->rules.broken, ==, broken);
          g_assert_cmpuint (doubt->rules.judged, ==, broken + 1);
        }
    }

  /* A damaged label ends it, whoever finds it. */
  for (gint i = G_N_ELEMENTS (ids) - 1; i >= 0; i -= 5)
    {
      g_autofree char *sql = g_strdup_printf ("UPDATE label SET value1 = 8.5 WHERE frame"
                                              " = %d AND item = 1",
                                              (int) ids[i]);
      g_autoptr (GError) error = NULL;

      test_run (store, sql);
      g_assert_null (
          mien_doubts_list (store, 1u << MIEN_DOUBT_RULES, ALL_SPLITS, 10, NULL, &error));
      test_assert_error (error, MIEN_STORE_ERROR_CORRUPT, "Test.mien");
    }
  test_project_close (&project);
}

/* ---- neighbours ---- */

/* Labels of a video by number, at 30 frames a second. */
static void
label_video (MienStore *store,
             const char *video,
             guint item,
             guint n,
             const int *numbers,
             const double *values)
{
  for (guint i = 0; i < n; i++)
    import (store, test_add_frame (store, video, MIEN_SPLIT_TRAIN, numbers[i]), item,
            item == POINT ? test_point (values[i], 0.0) : test_value (values[i]));
}

static gint64
frame_of (MienStore *store, const char *video, int number)
{
  g_autofree char *key = g_strdup_printf ("%s/%05d.jpg", video, number);
  g_autoptr (MienFrame) frame = mien_frames_find (store, key, NULL);

  g_assert_nonnull (frame);
  return frame->id;
}

static void
test_neighbours (void)
{
  TestProject project;
  MienDoubt doubt;
  MienStore *store;
  g_autoptr (GPtrArray) found = NULL;

  test_project_open (&project);
  store = project.store;
  /* Not in the order of time. */
  label_video (store, "blip", EXPRESSION, 5, (int[]){ 9, 6, 3, 15, 12 },
               (double[]){ 0, 4, 0, 0, 0 });
  label_video (store, "change", EXPRESSION, 4, (int[]){ 1, 2, 3, 4 },
               (double[]){ 0, 0, 4, 4 });
  label_video (store, "between", EXPRESSION, 3, (int[]){ 1, 2, 3 },
               (double[]){ 0, 4, 5 });
  label_video (store, "second", EXPRESSION, 3, (int[]){ 0, 30, 31 },
               (double[]){ 0, 4, 0 });
  label_video (store, "late", EXPRESSION, 3, (int[]){ 0, 31, 32 }, (double[]){ 0, 4, 0 });
  label_video (store, "end", EXPRESSION, 2, (int[]){ 1, 2 }, (double[]){ 5, 4 });
  label_video (store, "ended", EXPRESSION, 1, (int[]){ 3 }, (double[]){ 5 });
  label_video (store, "jump", POINT, 3, (int[]){ 1, 4, 7 }, (double[]){ 0.1, -0.8, 0.2 });
  label_video (store, "drift", POINT, 3, (int[]){ 1, 2, 3 }, (double[]){ -0.3, 0, 0.4 });
  label_video (store, "small", POINT, 3, (int[]){ 1, 2, 3 }, (double[]){ 0, 0.3, 0 });

  found = list (store, 1u << MIEN_DOUBT_NEIGHBOURS);
  g_assert_cmpuint (found->len, ==, 3);
  doubt = doubt_of (store, MIEN_DOUBT_NEIGHBOURS, frame_of (store, "blip", 6));
  assert_label (&doubt.label, test_value (HAPPINESS));
  assert_label (&doubt.other, test_value (NEUTRAL));
  assert_near (doubt.neighbours.seconds, 0.1);
  assert_near (doubt.score, 2.0 / 3.0 * 0.95);
  doubt = doubt_of (store, MIEN_DOUBT_NEIGHBOURS, frame_of (store, "second", 30));
  assert_near (doubt.score, 1.0 / 3.0);
  doubt = doubt_of (store, MIEN_DOUBT_NEIGHBOURS, frame_of (store, "jump", 4));
  g_assert_cmpint (doubt.item, ==, POINT);
  assert_label (&doubt.other, test_point (0.15000000000000002, 0.0));
  assert_near (doubt.neighbours.distance, 0.9);
  assert_near (doubt.score, (0.9 - 0.1) / 2 * 0.95);

  /* A label in between that cannot be told is no neighbour. */
  test_answer (store, frame_of (store, "change", 2), test_add_annotator (store, "ann"),
               EXPRESSION, test_value (SADNESS));
  g_assert_cmpint (
      doubt_of (store, MIEN_DOUBT_NEIGHBOURS, frame_of (store, "change", 2)).frame, ==,
      0);
  test_answer (store, frame_of (store, "change", 3), 1, EXPRESSION, test_cannot_tell ());
  test_answer (store, frame_of (store, "change", 1), 1, EXPRESSION,
               test_value (HAPPINESS));
  g_assert_cmpint (
      doubt_of (store, MIEN_DOUBT_NEIGHBOURS, frame_of (store, "change", 2)).frame, >, 0);
  test_project_close (&project);
}

/* ---- all together ---- */

/* A frame that is doubted twice comes before those that are doubted once as much. */
static void
test_together (void)
{
  TestProject project;
  gint64 ann, bob, twice;
  const MienDoubtful *first;
  MienStore *store;
  g_autoptr (GPtrArray) found = NULL, one = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  test_project_open (&project);
  store = project.store;
  label_video (store, "blip", EXPRESSION, 3, (int[]){ 1, 2, 3 }, (double[]){ 0, 4, 0 });
  twice = frame_of (store, "blip", 2);
  ann = test_add_annotator (store, "ann");
  bob = test_add_annotator (store, "bob");
  test_answer (store, twice, ann, AU12, test_value (1));
  test_answer (store, twice, bob, AU12, test_value (0));
  test_answer (store, twice + 1, ann, AU12, test_value (1));
  test_answer (store, twice + 1, bob, AU12, test_value (0));
  found = list (store, MIEN_DOUBT_ALL_KINDS);
  g_assert_cmpuint (found->len, ==, 2);
  first = found->pdata[0];
  g_assert_cmpint (first->frame, ==, twice);
  g_assert_cmpstr (first->key, ==, "blip/00002.jpg");
  g_assert_cmpuint (first->doubts->len, ==, 2);
  g_assert_cmpint (g_array_index (first->doubts, MienDoubt, 0).kind, ==,
                   MIEN_DOUBT_NEIGHBOURS);
  assert_near (first->score, 1.0 - 0.5 * (1.0 - 2.0 / 3.0 * (1.0 - 1.0 / 60.0)));
  one = mien_doubts_list (store, MIEN_DOUBT_ALL_KINDS, ALL_SPLITS, 1, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (one->len, ==, 1);
  g_assert_cmpint (((const MienDoubtful *) one->pdata[0])->frame, ==, twice);
  g_cancellable_cancel (cancellable);
  g_assert_null (
      mien_doubts_list (store, MIEN_DOUBT_ALL_KINDS, ALL_SPLITS, 1, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  test_project_close (&project);
}

/* ---- any project ---- */

enum
{
  FRAMES = 60,
  STEPS = 250,
  ROUNDS = 3,
};

static MienLabel
random_label (guint item)
{
  if (g_test_rand_int_range (0, 8) == 0)
    return test_cannot_tell ();
  if (item == POINT)
    return test_point (g_test_rand_int_range (-4, 5) / 4.0,
                       g_test_rand_int_range (-4, 5) / 4.0);
  return test_value (item == EXPRESSION ? g_test_rand_int_range (0, 8)
                                        : g_test_rand_int_range (0, 2));
}

static MienPrediction
random_prediction (void)
{
  guint class = (guint) g_test_rand_int_range (0, 8);
  MienPrediction said =
      says (class, g_test_rand_double_range (0.5, 0.95), (class + 1) % 8, 0.04);

  said.valence = (float) g_test_rand_double_range (-1, 1);
  said.arousal = (float) g_test_rand_double_range (-1, 1);
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    said.action_units[i] = (float) g_test_rand_double_range (0, 1);
  return said;
}

/* Frames 1 .. FRAMES of three videos; annotators 1, 2, 3; two models. */
static void
fill (MienStore *store)
{
  static const char *const videos[] = { "a", "b", "c" };
  gint64 models[2];

  for (guint i = 0; i < FRAMES; i++)
    test_add_frame (store, videos[i % 3], (MienSplit) (i % 3 == 2 ? 1 : 0), i);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *name = g_strdup_printf ("Person %u", i + 1);

      test_add_annotator (store, name);
    }
  models[0] = use_model (store);
  models[1] = use_model (store);
  for (gint64 frame = 1; frame <= FRAMES; frame++)
    for (guint m = 0; m < 2; m++)
      {
        MienPrediction said = random_prediction ();

        if (g_test_rand_int_range (0, 5) > 0)
          predict (store, models[m], frame, &said);
      }
  for (guint step = 0; step < STEPS; step++)
    {
      gint64 frame = g_test_rand_int_range (1, FRAMES + 1);
      gint64 person = g_test_rand_int_range (1, 4);
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
        case 4:
          import (store, frame, item, random_label (item));
          break;
        default:
          test_answer (store, frame, person, item, random_label (item));
        }
    }
}

/* Every doubt but one about the models is about a label that there is, and names it. */
static void
check_doubt (MienStore *store, const MienDoubt *doubt)
{
  MienLabel label = test_label (store, doubt->frame, doubt->item);

  g_assert_cmpfloat (doubt->score, >, 0.0);
  g_assert_cmpfloat (doubt->score, <=, 1.0);
  if (doubt->kind == MIEN_DOUBT_PREDECESSOR)
    {
      g_assert_cmpint (label.answer, ==, MIEN_ANSWER_NONE);
      g_assert_cmpint (doubt->label.answer, ==, MIEN_ANSWER_NONE);
      return;
    }
  g_assert_cmpint (label.answer, !=, MIEN_ANSWER_NONE);
  g_assert_false (mien_label_equal (&doubt->label, &doubt->other)
                  && doubt->kind != MIEN_DOUBT_RULES);
  if (doubt->kind != MIEN_DOUBT_PEOPLE)
    {
      g_assert_cmpint (label.answer, ==, MIEN_ANSWER_VALUE);
      assert_label (&doubt->label, label);
    }
}

static void
test_any (void)
{
  guint kinds = 0;

  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autoptr (GPtrArray) found = NULL, again = NULL, rest = NULL;
      TestProject project;
      double last = 1.0;

      test_project_open (&project);
      fill (project.store);
      found = list (project.store, MIEN_DOUBT_ALL_KINDS);
      test_project_reopen (&project, MIEN_STORE_READ_ONLY);
      again = list (project.store, MIEN_DOUBT_ALL_KINDS);
      g_assert_cmpuint (found->len, ==, again->len);
      for (guint i = 0; i < found->len; i++)
        {
          const MienDoubtful *doubtful = found->pdata[i], *same = again->pdata[i];
          g_autoptr (MienFrame) frame =
              mien_frames_get (project.store, doubtful->frame, NULL);

          g_assert_false (frame->not_a_face);
          g_assert_cmpint (doubtful->frame, ==, same->frame);
          g_assert_true (doubtful->score == same->score && doubtful->score <= last);
          last = doubtful->score;
          for (guint k = 0; k < doubtful->doubts->len; k++)
            {
              const MienDoubt *doubt = &g_array_index (doubtful->doubts, MienDoubt, k);

              kinds |= 1u << doubt->kind;
              check_doubt (project.store, doubt);
            }
        }

      /* All taken back: nobody has said anything, and imports do not differ. */
      test_project_reopen (&project, MIEN_STORE_READ_WRITE);
      for (gint64 person = 1; person <= 3; person++)
        while (mien_events_undo (project.store, person, NULL, NULL))
          ;
      rest = list (project.store, 1u << MIEN_DOUBT_PEOPLE);
      g_assert_cmpuint (rest->len, ==, 0);
      test_project_close (&project);
    }
  g_assert_cmpuint (kinds, ==, MIEN_DOUBT_ALL_KINDS);
}

/* Whatever the order, the strongest are kept. */
static void
test_best (void)
{
  const guint n = 3 * MIEN_DOUBTS_MAX;
  MienBestDoubts best = { g_array_new (FALSE, FALSE, sizeof (MienDoubt)) };
  g_autofree guint *order = g_new (guint, n);
  g_autofree guint8 *kept = g_new0 (guint8, n);

  for (guint i = 0; i < n; i++)
    order[i] = i;
  for (guint i = n - 1; i > 0; i--)
    {
      guint k = (guint) g_test_rand_int_range (0, (gint32) i + 1), swapped = order[i];

      order[i] = order[k];
      order[k] = swapped;
    }
  /* Two of each score: the earlier frame of the last pair stays. Frame 0 has none. */
  for (guint i = 0; i < n; i++)
    {
      MienDoubt doubt = { .frame = order[i], .score = (order[i] / 2) / (double) n };

      mien_best_doubts_offer (&best, &doubt);
    }
  g_assert_cmpuint (best.heap->len, ==, MIEN_DOUBTS_MAX);
  for (guint i = 0; i < best.heap->len; i++)
    kept[g_array_index (best.heap, MienDoubt, i).frame] = 1;
  for (guint i = 0; i < n; i++)
    g_assert_cmpuint (kept[i], ==, i >= n - MIEN_DOUBTS_MAX);
  g_array_set_size (best.heap, 0);
  mien_best_doubts_offer (&best, &(MienDoubt){ .score = 0.0 });
  g_assert_cmpuint (best.heap->len, ==, 0);
  g_array_unref (best.heap);
}

static void
test_kinds (void)
{
  MienDoubtKind kind = MIEN_DOUBT_RULES;

  for (guint i = 0; i < MIEN_DOUBT_KINDS; i++)
    {
      g_assert_true (
          mien_doubt_kind_from_id (mien_doubt_kind_id ((MienDoubtKind) i), &kind));
      g_assert_cmpint (kind, ==, i);
    }
  g_assert_false (mien_doubt_kind_from_id ("", &kind));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/doubts/people", test_people);
  g_test_add_func ("/doubts/model", test_model);
  g_test_add_func ("/doubts/model/splits", test_model_splits);
  g_test_add_func ("/doubts/model/units-and-points", test_model_units_and_points);
  g_test_add_func ("/doubts/predecessor", test_predecessor);
  g_test_add_func ("/doubts/rules", test_rules);
  g_test_add_func ("/doubts/many", test_many);
  g_test_add_func ("/doubts/neighbours", test_neighbours);
  g_test_add_func ("/doubts/together", test_together);
  g_test_add_func ("/doubts/any", test_any);
  g_test_add_func ("/doubts/best", test_best);
  g_test_add_func ("/doubts/kinds", test_kinds);
  return g_test_run ();
}
