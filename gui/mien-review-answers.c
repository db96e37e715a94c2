/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a person says of one face, and what Enter would make of it. Everything is a pure
 * function of the answers and the frame, so the rules that protect the labels (nothing
 * unasked is confirmed, nothing unseen either) are tested without a window.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-review-answers.h"

#include <math.h>

/* The order of the screen, which J follows: expression, point, units. */
static const MienItem screen_order[MIEN_ITEM_COUNT] = {
  MIEN_ITEM_EXPRESSION,      MIEN_ITEM_VALENCE_AROUSAL, MIEN_ITEM_FIRST_UNIT,
  MIEN_ITEM_FIRST_UNIT + 1,  MIEN_ITEM_FIRST_UNIT + 2,  MIEN_ITEM_FIRST_UNIT + 3,
  MIEN_ITEM_FIRST_UNIT + 4,  MIEN_ITEM_FIRST_UNIT + 5,  MIEN_ITEM_FIRST_UNIT + 6,
  MIEN_ITEM_FIRST_UNIT + 7,  MIEN_ITEM_FIRST_UNIT + 8,  MIEN_ITEM_FIRST_UNIT + 9,
  MIEN_ITEM_FIRST_UNIT + 10, MIEN_ITEM_FIRST_UNIT + 11,
};

gboolean
mien_review_is_blind (const MienFrameView *view)
{
  return view->frame->split != MIEN_SPLIT_TRAIN || view->blind;
}

gboolean
mien_review_suggestion (const MienFrameView *view, MienItem item, MienLabel *label)
{
  if (!view->has_prediction || mien_review_is_blind (view)
      || view->proposal.labels.item[item].answer != MIEN_ANSWER_VALUE)
    return FALSE;
  if (label != NULL)
    {
      *label = view->proposal.labels.item[item];
      label->source = MIEN_SOURCE_NONE;
    }
  return TRUE;
}

gboolean
mien_review_answers_effective (const MienReviewAnswers *answers,
                               const MienFrameView *view,
                               MienItem item,
                               MienLabel *label)
{
  if (answers->given.item[item].answer != MIEN_ANSWER_NONE)
    *label = answers->given.item[item];
  else if (view->labels.item[item].answer == MIEN_ANSWER_VALUE
           || view->labels.item[item].answer == MIEN_ANSWER_CANNOT_TELL)
    *label = view->labels.item[item];
  else
    return mien_review_suggestion (view, item, label);
  return TRUE;
}

static gboolean
is_doubtful (const MienFrameView *view, MienItem item)
{
  return (view->doubtful >> item & 1) != 0;
}

static gboolean
is_asked (const MienFrameView *view, MienItem item)
{
  return (view->asked >> mien_item_task (item) & 1) != 0;
}

void
mien_review_answers_reset (MienReviewAnswers *answers, const MienFrameView *view)
{
  *answers = (MienReviewAnswers){ .aim = MIEN_ITEM_EXPRESSION };
  for (guint i = MIEN_ITEM_COUNT; i-- > 0;)
    if (is_asked (view, screen_order[i]))
      answers->aim = screen_order[i];
  for (guint i = MIEN_ITEM_COUNT; i-- > 0;)
    if (is_doubtful (view, screen_order[i]))
      answers->aim = screen_order[i];
}

gboolean
mien_review_answers_is_empty (const MienReviewAnswers *answers)
{
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    if (answers->given.item[item].answer != MIEN_ANSWER_NONE)
      return FALSE;
  return TRUE;
}

/* Gives the answer, or takes it back if it was this one already. */
static void
give (MienReviewAnswers *answers, MienItem item, MienAnswer answer, double value)
{
  MienLabel *label = &answers->given.item[item];
  MienLabel given = { .answer = answer,
                      .source = MIEN_SOURCE_HUMAN,
                      .value = { value, 0.0 } };

  answers->aim = item;
  *label = mien_label_equal (label, &given) ? (MienLabel){ 0 } : given;
}

void
mien_review_answers_expression (MienReviewAnswers *answers, guint expression)
{
  g_assert (expression < MIEN_EXPRESSION_COUNT);
  give (answers, MIEN_ITEM_EXPRESSION, MIEN_ANSWER_VALUE, expression);
}

void
mien_review_answers_unit (MienReviewAnswers *answers, guint unit)
{
  MienItem item = (MienItem) (MIEN_ITEM_FIRST_UNIT + unit);
  const MienLabel *label = &answers->given.item[item];

  g_assert (unit < MIEN_UNIT_COUNT);
  if (label->answer == MIEN_ANSWER_NONE)
    give (answers, item, MIEN_ANSWER_VALUE, 1.0);
  else if (label->answer == MIEN_ANSWER_VALUE && label->value[0] == 1.0)
    give (answers, item, MIEN_ANSWER_VALUE, 0.0);
  else
    /* From absent to "cannot tell", and from there to nothing. */
    give (answers, item, MIEN_ANSWER_CANNOT_TELL, 0.0);
}

void
mien_review_answers_unit_absent (MienReviewAnswers *answers, guint unit)
{
  g_assert (unit < MIEN_UNIT_COUNT);
  give (answers, (MienItem) (MIEN_ITEM_FIRST_UNIT + unit), MIEN_ANSWER_VALUE, 0.0);
}

/* A whole number of hundredths, never -0. */
static double
hundredths (double x)
{
  return round (CLAMP (x, -1.0, 1.0) * 100.0) / 100.0 + 0.0;
}

void
mien_review_answers_point (MienReviewAnswers *answers, double valence, double arousal)
{
  answers->aim = MIEN_ITEM_VALENCE_AROUSAL;
  answers->given.item[MIEN_ITEM_VALENCE_AROUSAL] = (MienLabel){
    .answer = MIEN_ANSWER_VALUE,
    .source = MIEN_SOURCE_HUMAN,
    .value = { hundredths (valence), hundredths (arousal) },
  };
}

void
mien_review_answers_move (MienReviewAnswers *answers,
                          const MienFrameView *view,
                          double valence,
                          double arousal)
{
  MienLabel from = { 0 };

  if (!mien_review_answers_effective (answers, view, MIEN_ITEM_VALENCE_AROUSAL, &from)
      || from.answer != MIEN_ANSWER_VALUE)
    from = (MienLabel){ 0 };
  mien_review_answers_point (answers, from.value[0] + valence, from.value[1] + arousal);
}

gboolean
mien_review_answers_take_point (MienReviewAnswers *answers, const MienFrameView *view)
{
  MienLabel label;

  if (!mien_review_suggestion (view, MIEN_ITEM_VALENCE_AROUSAL, &label))
    return FALSE;
  label.source = MIEN_SOURCE_HUMAN;
  answers->aim = MIEN_ITEM_VALENCE_AROUSAL;
  answers->given.item[MIEN_ITEM_VALENCE_AROUSAL] = label;
  return TRUE;
}

void
mien_review_answers_cannot_tell (MienReviewAnswers *answers)
{
  give (answers, answers->aim, MIEN_ANSWER_CANNOT_TELL, 0.0);
}

gboolean
mien_review_answers_jump (MienReviewAnswers *answers, const MienFrameView *view)
{
  guint from = 0;

  while (screen_order[from] != answers->aim)
    from++;
  for (guint i = 1; i <= MIEN_ITEM_COUNT; i++)
    {
      MienItem item = screen_order[(from + i) % MIEN_ITEM_COUNT];

      if (!is_doubtful (view, item)
          || answers->given.item[item].answer != MIEN_ANSWER_NONE)
        continue;
      answers->aim = item;
      return TRUE;
    }
  return FALSE;
}

guint
mien_review_answers_collect (const MienReviewAnswers *answers,
                             const MienFrameView *view,
                             MienLabels *labels)
{
  guint n = 0;

  *labels = answers->given;
  for (guint i = 0; i < MIEN_ITEM_COUNT; i++)
    {
      MienItem item = (MienItem) i;
      MienLabel *label = &labels->item[item];

      if (label->answer == MIEN_ANSWER_NONE && is_asked (view, item)
          && is_doubtful (view, item) && mien_review_suggestion (view, item, label))
        label->source = MIEN_SOURCE_HUMAN;
      n += label->answer != MIEN_ANSWER_NONE;
    }
  return n;
}
