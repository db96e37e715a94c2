/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Projects by chance, and what an index of them must say, read the slow way: frame,
 * labels, history and prediction of each frame through the public interface.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-test-index.h"

#include <math.h>
#include <string.h>

static const char *const annotators[] = { "Ana", "Ben", "Çağla", "千代" };

static guint
below (TestIndex *test, guint n)
{
  return (guint) g_rand_int_range (test->random, 0, (gint32) n);
}

static double
unit (TestIndex *test)
{
  return g_rand_double (test->random);
}

static gint64
newest_frame (TestIndex *test)
{
  return test_count (test->project.store, "SELECT count (*) FROM frame");
}

static gint64
some_frame (TestIndex *test)
{
  return 1 + below (test, (guint) newest_frame (test));
}

static void
set_image (TestIndex *test, gint64 frame)
{
  g_autofree char *content = g_strdup_printf ("%u", below (test, 5));
  g_autoptr (GBytes) bytes = g_bytes_new (content, strlen (content));
  g_autoptr (GError) error = NULL;

  mien_frames_set_image (test->project.store, frame, bytes, 112, 112, &error);
  /* It may have another one. */
  if (!g_error_matches (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_EXISTS))
    g_assert_no_error (error);
}

void
test_index_add_frame (TestIndex *test)
{
  static const char *const forms[] = { "%s/%05d.jpg", "%s/%05d.JPG",   "%s/%d.png",
                                       "%s/%03d",     "%s/İst %d.png", "other/%s-%d.jpg",
                                       "%s/0%d.jpeg" };
  guint video = below (test, test->n_videos), form = below (test, G_N_ELEMENTS (forms));
  MienSplit split = (MienSplit) (video % 4 == 3 ? 1 + video / 4 % 2 : 0);
  /* Names whose order is not that of their ids. */
  g_autofree char *name = g_strdup_printf ("%s %u", video % 2 ? "Vidéo" : "a", 9 - video);
  g_autofree char *key = NULL;
  gint64 number = below (test, 4) == 0 ? 1 + below (test, 12) : ++test->number;
  gint64 video_id = 0, frame = 0;
  GError *error = NULL;
  gboolean added;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  key = g_strdup_printf (forms[form], name, (int) number);
#pragma GCC diagnostic pop
  mien_frames_ensure_video (test->project.store, name, split, &video_id, &error);
  g_assert_no_error (error);
  mien_frames_ensure (test->project.store, video_id, key, form == 4 ? -1 : number, &frame,
                      &added, &error);
  g_assert_no_error (error);
  if (below (test, 10) != 0)
    set_image (test, frame);
}

static MienLabel
some_label (TestIndex *test, guint item)
{
  if (below (test, 8) == 0)
    return test_cannot_tell ();
  if (item == MIEN_ITEM_VALENCE_AROUSAL)
    return test_point (below (test, 21) / 10.0 - 1.0, below (test, 201) / 100.0 - 1.0);
  return test_value (below (test, item == MIEN_ITEM_EXPRESSION ? 8 : 2));
}

static void
answer (TestIndex *test, gint64 frame, gint64 annotator)
{
  MienDecision decision = { .kind = MIEN_DECISION_ANSWER,
                            .frame = frame,
                            .annotator = annotator,
                            .duration_us = -1 };
  g_autoptr (GError) error = NULL;
  guint n = below (test, 3) == 0 ? MIEN_ITEM_COUNT : 1 + below (test, 2);

  for (guint i = 0; i < n; i++)
    {
      guint item = n == MIEN_ITEM_COUNT ? i : below (test, 4);

      decision.answers.item[item] = some_label (test, item);
    }
  mien_events_decide (test->project.store, &decision, NULL, &error);
  g_assert_no_error (error);
}

static void
import (TestIndex *test, gint64 frame)
{
  g_autoptr (GError) error = NULL;
  MienLabels labels = { 0 };

  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    if (below (test, 3) == 0)
      {
        labels.item[item] = some_label (test, item);
        labels.item[item].answer = MIEN_ANSWER_VALUE;
      }
  mien_events_import (test->project.store, frame, &labels, NULL, &error);
  g_assert_no_error (error);
}

/* As jobs do: what was read of the video is read again, as smoothing does, and then some
 * of the rest, if there is any. */
static void
predict (TestIndex *test, gint64 frame)
{
  MienStore *store = test->project.store;
  g_autoptr (GError) error = NULL;
  g_autoptr (MienModel) model =
      mien_models_get (store, test->models[below (test, 2)], &error);
  g_autoptr (MienFrame) known = mien_frames_get (store, frame, &error);
  g_autoptr (GArray) frames =
      mien_proposals_video (store, model->id, known->video, &error);
  gboolean all_read = TRUE, first = TRUE;

  for (guint i = 0; i < frames->len; i++)
    all_read = all_read && g_array_index (frames, MienVideoFrame, i).read;
  if (all_read)
    return;
  for (int pass = 1; pass >= 0; pass--)
    for (guint i = 0; i < frames->len; i++)
      {
        const MienVideoFrame *other = &g_array_index (frames, MienVideoFrame, i);
        MienPrediction prediction = test_prediction (0.05 + 0.9 * unit (test));
        guint class = below (test, MIEN_EXPRESSION_COUNT);
        float swap = prediction.expression[4];

        if (other->read != pass || (pass == 0 && !first && below (test, 2) == 0))
          continue;
        first = first && pass == 1;
        prediction.expression[4] = prediction.expression[class];
        prediction.expression[class] = swap;
        prediction.valence = (float) (unit (test) * 2.4 - 1.2);
        for (guint k = 0; k < MIEN_UNIT_COUNT; k++)
          prediction.action_units[k] = (float) unit (test);
        mien_proposals_store (store, model, other->id, &prediction, &error);
        g_assert_no_error (error);
      }
}

static void
change_model (TestIndex *test)
{
  MienStore *store = test->project.store;
  gint64 model = test->models[below (test, 2)];
  g_autoptr (GError) error = NULL;
  MienThresholds thresholds;

  switch (below (test, 4))
    {
    case 0:
    case 1:
      mien_models_use (store, model, &error);
      break;
    case 2:
      test_set_thresholds (&thresholds, 0.3 + 0.6 * unit (test));
      mien_models_set_thresholds (store, model, &thresholds, &error);
      break;
    default:
      mien_proposals_set_raw (store, test->models[1], below (test, 2) == 0, &error);
      break;
    }
  g_assert_no_error (error);
}

static void
add_annotator (TestIndex *test)
{
  if (test->n_annotators < G_N_ELEMENTS (annotators))
    test_add_annotator (test->project.store, annotators[test->n_annotators++]);
}

gboolean
test_index_act (TestIndex *test)
{
  MienStore *store = test->project.store;
  gint64 frame = some_frame (test), annotator = 1 + below (test, test->n_annotators);
  guint what = below (test, 40);

  if (what < 14)
    answer (test, frame, annotator);
  else if (what < 17)
    test_decide (store, frame, annotator, MIEN_DECISION_SKIP);
  else if (what < 19)
    test_decide (store, frame, annotator, MIEN_DECISION_NOT_A_FACE);
  else if (what < 22)
    test_decide (store, frame, annotator, MIEN_DECISION_FLAG);
  else if (what < 26)
    mien_events_undo (store, annotator, NULL, NULL); /* there may be none */
  else if (what < 28)
    mien_events_redo (store, annotator, NULL, NULL);
  else if (what < 31)
    import (test, frame);
  else if (what < 35)
    predict (test, frame);
  else if (what < 36)
    change_model (test);
  else if (what < 38)
    {
      test_index_add_frame (test);
      if (below (test, 2) == 0)
        test_decide (store, newest_frame (test), annotator, MIEN_DECISION_FLAG);
    }
  else if (what < 39)
    set_image (test, frame);
  else if (below (test, 2) == 0)
    add_annotator (test);
  else
    test->n_videos = MIN (test->n_videos + 1, 9);
  return what >= 31 && what < 35;
}

void
test_index_open (TestIndex *test, guint32 seed)
{
  MienPostprocessing numbers = {
    .temperature_expression = 1.5,
    .temperature_action_units = 1.0,
    .expression_bias = { 1.5, -1.0, 0, 0.5, -2.0, 0, 0, 1.0 },
    .action_unit_thresholds = { 0.1, 0.9, 0.5, 0.3, 0.7, 0.2, 0.8, 0.4, 0.6, 0, 1, 0.5 },
  };
  g_autoptr (GError) error = NULL;

  memset (test, 0, sizeof *test);
  test_project_open (&test->project);
  test->random = g_rand_new_with_seed (seed);
  test->n_videos = 4;
  add_annotator (test);
  add_annotator (test);
  test->models[0] = test_add_model (test->project.store, 1u << MIEN_TASK_EXPRESSION);
  test->models[1] = test_add_model (test->project.store, MIEN_ALL_TASKS);
  mien_models_set_postprocessing (test->project.store, test->models[1], &numbers, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 60; i++)
    test_index_add_frame (test);
}

void
test_index_close (TestIndex *test)
{
  test_project_close (&test->project);
  g_rand_free (test->random);
}

static guint
place_of (GStrv names, const char *name)
{
  guint place = 0;

  while (!g_str_equal (names[place], name))
    place++;
  return place;
}

static void
naive_labels (const MienLabels *labels, MienIndexRow *row)
{
  const MienLabel *va = &labels->item[MIEN_ITEM_VALENCE_AROUSAL];
  const MienLabel *expression = &labels->item[MIEN_ITEM_EXPRESSION];
  guint answered = mien_labels_answered (labels);

  row->disputed = mien_labels_disputed (labels) != 0;
  row->expression = -1;
  row->valence = row->arousal = NAN;
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    {
      guint unit_bit =
          item < MIEN_ITEM_FIRST_UNIT ? 0 : 1u << (item - MIEN_ITEM_FIRST_UNIT);
      const MienLabel *label = &labels->item[item];

      if (answered >> item & 1)
        row->labelled |= 1u << mien_item_task ((MienItem) item);
      row->source = MAX (row->source, label->source);
      if (label->answer == MIEN_ANSWER_VALUE)
        row->units_known |= unit_bit;
      else if (label->answer != MIEN_ANSWER_NONE)
        row->units_unclear |= unit_bit;
      if (label->answer == MIEN_ANSWER_VALUE && label->value[0] == 1.0)
        row->units_present |= unit_bit;
    }
  if (expression->answer == MIEN_ANSWER_VALUE)
    row->expression = (int) expression->value[0];
  else if (expression->answer != MIEN_ANSWER_NONE)
    row->expression = -2;
  if (va->answer == MIEN_ANSWER_VALUE)
    {
      row->valence = (float) va->value[0];
      row->arousal = (float) va->value[1];
    }
}

static void
naive_proposal (MienStore *store, const MienModel *model, MienIndexRow *row)
{
  g_autoptr (GError) error = NULL;
  MienPrediction prediction;
  MienProposal proposal = { 0 };
  MienLabels accepted;
  const MienLabel *items = proposal.labels.item;

  row->read =
      model != NULL
      && mien_proposals_prediction (store, model->id, row->frame, &prediction, &error);
  g_assert_no_error (error);
  row->proposed = -1;
  row->confidence = row->proposed_valence = row->proposed_arousal = NAN;
  if (!row->read || row->split != MIEN_SPLIT_TRAIN)
    return;
  mien_proposal_from_prediction (&prediction, model, &proposal);
  row->proposes = model->tasks;
  if (items[MIEN_ITEM_EXPRESSION].answer == MIEN_ANSWER_VALUE)
    {
      row->proposed = (int) items[MIEN_ITEM_EXPRESSION].value[0];
      row->confidence = (float) proposal.confidence[MIEN_ITEM_EXPRESSION];
    }
  if (items[MIEN_ITEM_VALENCE_AROUSAL].answer == MIEN_ANSWER_VALUE)
    {
      row->proposed_valence = (float) items[MIEN_ITEM_VALENCE_AROUSAL].value[0];
      row->proposed_arousal = (float) items[MIEN_ITEM_VALENCE_AROUSAL].value[1];
    }
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    if (items[MIEN_ITEM_FIRST_UNIT + i].value[0] == 1.0)
      row->proposed_units |= 1u << i;
  mien_proposals_accepted (store, row->frame, &accepted, NULL, &error);
  g_assert_no_error (error);
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    if (accepted.item[item].answer == MIEN_ANSWER_VALUE)
      row->accepted |= 1u << mien_item_task ((MienItem) item);
}

static void
naive_decision (MienStore *store, GStrv names, MienIndexRow *row)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) history = mien_events_history (store, row->frame, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < history->len; i++)
    {
      const MienEvent *event = history->pdata[i];

      if (event->annotator == NULL || event->undone || event->kind >= MIEN_EVENT_NOTED)
        continue;
      row->annotator = place_of (names, event->annotator) + 1;
      row->decided = event->time / G_USEC_PER_SEC;
      row->flagged = row->flagged || event->kind == MIEN_EVENT_FLAGGED;
    }
}

GArray *
test_index_naive (TestIndex *test, MienIndex *index)
{
  MienStore *store = test->project.store;
  g_auto (GStrv) videos = mien_index_videos (index);
  g_auto (GStrv) names = mien_index_annotators (index);
  GArray *rows = g_array_new (FALSE, TRUE, sizeof (MienIndexRow));
  gint64 n = test_count (store, "SELECT count (*) FROM frame");
  g_autoptr (GError) error = NULL;
  g_autoptr (MienModel) model = mien_models_current (store, &error);

  for (gint64 id = 1; id <= n; id++)
    {
      g_autoptr (MienFrame) frame = mien_frames_get (store, id, &error);
      g_autofree char *complete =
          g_strdup_printf ("SELECT complete FROM frame WHERE id = %d", (int) id);
      MienIndexRow row = {
        .frame = id,
        .number = frame->number,
        .video = place_of (videos, frame->video_name),
        .split = frame->split,
        .has_image = frame->has_image,
        .not_a_face = frame->not_a_face,
        .skipped = frame->skipped,
        .complete = (guint) test_count (store, complete),
      };
      MienLabels labels;

      mien_frames_labels (store, id, &labels, &error);
      g_assert_no_error (error);
      naive_labels (&labels, &row);
      naive_proposal (store, model, &row);
      naive_decision (store, names, &row);
      g_array_append_val (rows, row);
    }
  return rows;
}

static gboolean
append_key (const MienFrame *frame,
            const MienLabels *labels,
            gpointer data,
            GError **error)
{
  g_ptr_array_add (data, g_strdup (frame->key));
  return TRUE;
}

GStrv
test_index_naive_keys (TestIndex *test)
{
  GPtrArray *keys = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  mien_frames_foreach (test->project.store, -1, append_key, keys, &error);
  g_assert_no_error (error);
  g_ptr_array_add (keys, NULL);
  return (GStrv) g_ptr_array_free (keys, FALSE);
}

GStrv
test_index_keys (TestIndex *test, MienIndex *index, GArray *rows)
{
  GStrv keys = g_new0 (char *, rows->len + 1);

  for (guint i = 0; i < rows->len; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MienFrame) frame = NULL;
      MienIndexRow row;

      mien_index_row (index, g_array_index (rows, guint32, i), &row);
      frame = mien_frames_get (test->project.store, row.frame, &error);
      g_assert_no_error (error);
      keys[i] = g_strdup (frame->key);
    }
  return keys;
}

/* Within a step of the index, or both none. */
static gboolean
same_point (float a, float b)
{
  return (isnan (a) && isnan (b)) || fabsf (a - b) <= 1.0f / 60000;
}

gboolean
test_index_same_row (const MienIndexRow *a, const MienIndexRow *b)
{
  return a->frame == b->frame && a->number == b->number && a->video == b->video
         && a->split == b->split && a->has_image == b->has_image
         && a->not_a_face == b->not_a_face && a->skipped == b->skipped
         && a->flagged == b->flagged && a->disputed == b->disputed
         && a->labelled == b->labelled && a->complete == b->complete
         && a->source == b->source && a->expression == b->expression
         && same_point (a->valence, b->valence) && same_point (a->arousal, b->arousal)
         && a->units_known == b->units_known && a->units_present == b->units_present
         && a->units_unclear == b->units_unclear && a->read == b->read
         && a->proposes == b->proposes && a->proposed == b->proposed
         && (a->confidence == b->confidence
             || (isnan (a->confidence) && isnan (b->confidence)))
         && same_point (a->proposed_valence, b->proposed_valence)
         && same_point (a->proposed_arousal, b->proposed_arousal)
         && a->proposed_units == b->proposed_units && a->accepted == b->accepted
         && a->annotator == b->annotator && a->decided == b->decided;
}
