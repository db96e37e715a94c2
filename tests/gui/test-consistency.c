/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The rules of consistency: that the file can be read, what strikes and what does not,
 * and that a face that is asked blind gives nothing of the model away.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-consistency-hint.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static MienFrameView *
new_view (void)
{
  MienFrameView *view = g_new0 (MienFrameView, 1);

  view->frame = g_new0 (MienFrame, 1);
  view->frame->id = 1;
  view->frame->key = g_strdup ("video/00001.jpg");
  view->frame->video_name = g_strdup ("video");
  view->asked = 7;
  view->reason = "uncertain";
  view->neighbours = g_ptr_array_new ();
  return view;
}

static void
set_unit (MienReviewAnswers *answers, guint number, gboolean present)
{
  guint unit;

  g_assert_true (mien_unit_from_number (number, &unit));
  answers->given.item[MIEN_ITEM_FIRST_UNIT + unit] =
      (MienLabel){ MIEN_ANSWER_VALUE, MIEN_SOURCE_HUMAN, { present ? 1.0 : 0.0, 0.0 } };
}

/* units: "12 -1": AU12 present, AU1 absent. point NaN: none. */
static const struct
{
  const char *expression; /* NULL: none */
  const char *units;
  double valence, arousal;
  const char *hint; /* NULL: none */
  int item;
} cases[] = {
  { "Happiness", "-12", NAN, NAN, "Happiness, but AU12 is absent. Look again?", 8 },
  { "Happiness", "12", NAN, NAN, NULL, 0 },
  { "Happiness", "12 6 25", 0.6, 0.3, NULL, 0 },
  { "Happiness", "12", -0.4, 0, "Happiness, but valence is -0.40. Look again?", 0 },
  { "Surprise", "-1 -2", NAN, NAN, "Surprise, but AU1 and AU2 are absent. Look again?",
    2 },
  { "Surprise", "1 -2", NAN, NAN, NULL, 0 },
  { "Surprise", "1 2", 0.1, -0.5, "Surprise, but arousal is -0.50. Look again?", 0 },
  { "Sadness", "-1 -4 -15", NAN, NAN,
    "Sadness, but AU1, AU4 and AU15 are absent. Look again?", 2 },
  { "Sadness", "", 0.5, 0, "Sadness, but valence is +0.50. Look again?", 0 },
  { "Sadness", "1 4", -0.5, -0.4, NULL, 0 },
  { "Fear", "-1 -2 -4", NAN, NAN, "Fear, but AU1, AU2 and AU4 are absent. Look again?",
    2 },
  { "Fear", "", 0.5, 0.5, "Fear, but valence is +0.50. Look again?", 0 },
  { "Fear", "1 2 4", -0.5, -0.5, "Fear, but arousal is -0.50. Look again?", 0 },
  { "Fear", "1 2 4 25", -0.5, 0.7, NULL, 0 },
  { "Anger", "-4 -7 -23 -24", NAN, NAN,
    "Anger, but AU4, AU7, AU23 and AU24 are absent. Look again?", 4 },
  { "Anger", "", 0.5, 0.5, "Anger, but valence is +0.50. Look again?", 0 },
  { "Anger", "", -0.5, -0.5, "Anger, but arousal is -0.50. Look again?", 0 },
  { "Anger", "4 7 23", -0.6, 0.6, NULL, 0 },
  { "Disgust", "-4 -10", NAN, NAN, "Disgust, but AU4 and AU10 are absent. Look again?",
    4 },
  { "Disgust", "", 0.3, 0, "Disgust, but valence is +0.30. Look again?", 0 },
  { "Disgust", "10", -0.5, 0.2, NULL, 0 },
  { "Neutral", "12", NAN, NAN, "Neutral, but AU12 is present. Look again?", 8 },
  { "Neutral", "4", NAN, NAN, "Neutral, but AU4 is present. Look again?", 4 },
  { "Neutral", "15", NAN, NAN, "Neutral, but AU15 is present. Look again?", 9 },
  { "Neutral", "", 0.8, 0, "Neutral, but valence is +0.80. Look again?", 0 },
  { "Neutral", "", -0.8, 0, "Neutral, but valence is -0.80. Look again?", 0 },
  { "Neutral", "-12 -4", 0.1, -0.1, NULL, 0 },
  { "Other", "4 12 15 -1", 0.9, -0.9, "AU12, but AU15 is present. Look again?", 9 },
  { NULL, "24 25", NAN, NAN, "AU24, but AU25 is present. Look again?", 12 },
  { NULL, "24 26", NAN, NAN, "AU24, but AU26 is present. Look again?", 13 },
  { NULL, "26 -25", NAN, NAN, "AU26, but AU25 is absent. Look again?", 12 },
  { NULL, "26 25", NAN, NAN, NULL, 0 },
  { NULL, "6 12", -0.6, 0, "AU6 and AU12, but valence is -0.60. Look again?", 0 },
  { NULL, "6 12", 0.6, 0, NULL, 0 },
};

static void
test_cases (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MienFrameView) view = new_view ();
      g_auto (GStrv) units = g_strsplit (cases[i].units, " ", -1);
      MienReviewAnswers answers;
      g_autofree char *hint = NULL;
      MienItem item = MIEN_ITEM_EXPRESSION;
      guint expression;

      mien_review_answers_reset (&answers, view);
      if (cases[i].expression != NULL)
        {
          g_assert_true (mien_expression_from_string (cases[i].expression, &expression));
          mien_review_answers_expression (&answers, expression);
        }
      for (guint k = 0; units[k] != NULL && units[k][0] != '\0'; k++)
        set_unit (&answers, (guint) ABS (atoi (units[k])), units[k][0] != '-');
      if (!isnan (cases[i].valence))
        mien_review_answers_point (&answers, cases[i].valence, cases[i].arousal);
      hint =
          mien_consistency_hint (mien_consistency_get_default (), &answers, view, &item);
      g_assert_cmpstr (hint, ==, cases[i].hint);
      if (hint != NULL)
        g_assert_cmpint ((int) item, ==, cases[i].item);
    }
  g_assert_cmpuint (mien_consistency_n_rules (mien_consistency_get_default ()), >=, 20);
}

/* The model is certain of Surprise without its brows; whoever answers AU1 and AU2 is told
 * to look at the expression, which is the model's. */
static MienFrameView *
read_view (double surprise)
{
  MienFrameView *view = new_view ();

  view->has_prediction = TRUE;
  view->model = 1;
  view->prediction.expression[6] = (float) surprise;
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    view->proposal.labels.item[item].answer = MIEN_ANSWER_VALUE;
  view->proposal.labels.item[MIEN_ITEM_EXPRESSION].value[0] = 6;
  return view;
}

static char *
hint_of (MienFrameView *view, const MienReviewAnswers *answers, MienItem *item)
{
  return mien_consistency_hint (mien_consistency_get_default (), answers, view, item);
}

static void
test_model (void)
{
  g_autoptr (MienFrameView) sure = read_view (0.42), unsure = read_view (0.3);
  g_autofree char *both = NULL, *mixed = NULL, *none = NULL;
  MienReviewAnswers answers;
  MienItem item = MIEN_ITEM_VALENCE_AROUSAL;

  mien_review_answers_reset (&answers, sure);
  both = hint_of (sure, &answers, &item);
  g_assert_cmpstr (both, ==, "Surprise 0.42, but AU1 and AU2 are absent. Look again?");
  g_assert_cmpint (item, ==, MIEN_ITEM_FIRST_UNIT);
  set_unit (&answers, 1, FALSE);
  set_unit (&answers, 2, FALSE);
  mixed = hint_of (sure, &answers, &item);
  g_assert_nonnull (mixed);
  g_assert_cmpint (item, ==, MIEN_ITEM_EXPRESSION);
  none = hint_of (unsure, &answers, &item);
  g_assert_null (none);
}

/* Whatever is answered, a blind face says the same as one that no model has read. */
static void
test_blind (void)
{
  for (guint i = 0; i < 2000; i++)
    {
      g_autoptr (MienFrameView) blind = read_view (0.9), plain = new_view ();
      g_autofree char *a = NULL, *b = NULL, *reason = NULL;
      MienReviewAnswers answers;
      MienLabels stored, bare;

      blind->blind = TRUE;
      mien_review_answers_reset (&answers, blind);
      for (guint k = 0; k < i % 5; k++)
        switch (g_test_rand_int_range (0, 4))
          {
          case 0:
            mien_review_answers_expression (&answers,
                                            (guint) g_test_rand_int_range (0, 8));
            break;
          case 1:
            mien_review_answers_unit (&answers, (guint) g_test_rand_int_range (0, 12));
            break;
          case 2:
            g_assert_false (mien_review_answers_take_point (&answers, blind));
            break;
          default:
            mien_review_answers_point (&answers, g_test_rand_double_range (-1, 1),
                                       g_test_rand_double_range (-1, 1));
            break;
          }
      a = hint_of (blind, &answers, NULL);
      b = hint_of (plain, &answers, NULL);
      g_assert_cmpstr (a, ==, b);
      g_assert_cmpuint (mien_review_answers_collect (&answers, blind, &stored), ==,
                        mien_review_answers_collect (&answers, plain, &bare));
      g_assert_cmpmem (&stored, sizeof stored, &bare, sizeof bare);
      for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
        {
          MienLabel label;

          g_assert_false (mien_review_suggestion (blind, (MienItem) item, NULL));
          g_assert_cmpint (
              mien_review_answers_effective (&answers, blind, (MienItem) item, &label),
              ==,
              mien_review_answers_effective (&answers, plain, (MienItem) item, &label));
        }
      reason = mien_review_describe_reason (blind);
      g_assert_null (strpbrk (reason, "0123456789"));
    }
}

static void
test_broken (void)
{
  static const char *const broken[] = {
    "",
    "[]",
    "{}",
    "{\"meant\":{},\"rules\":[]}",
    "{\"meant\":{\"expression\":0.4,\"present\":0.7,\"absent\":0.2},\"rules\":[]}",
    "{\"meant\":{\"expression\":0.4,\"present\":0.7,\"absent\":0.2},\"rules\":[1]}",
    "{\"meant\":{\"expression\":0.4,\"present\":0.7,\"absent\":0.2},\"rules\":[{\"if\":"
    "{\"expression\":\"Joy\"},\"but\":{\"absent\":[12]},\"source\":\"\"}]}",
    "{\"meant\":{\"expression\":0.4,\"present\":0.7,\"absent\":0.2},\"rules\":[{\"if\":"
    "{\"expression\":\"Fear\"},\"but\":{\"absent\":[13]},\"source\":\"\"}]}",
    "{\"meant\":{\"expression\":0.4,\"present\":0.7,\"absent\":0.2},\"rules\":[{\"if\":"
    "{\"valence_above\":0.2},\"but\":{\"absent\":[12]},\"source\":\"\"}]}",
    "{\"meant\":{\"expression\":0.4,\"present\":0.7,\"absent\":0.2},\"rules\":[{\"if\":"
    "{\"expression\":\"Fear\"},\"but\":{\"valence_above\":2},\"source\":\"\"}]}",
    "{\"meant\":{\"expression\":0.4,\"present\":0.7,\"absent\":0.2},\"rules\":[{\"if\":"
    "{\"expression\":\"Fear\"},\"but\":{\"absent\":[12]}}]}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (mien_consistency_new (broken[i], -1, &error));
      g_assert_nonnull (error);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/consistency/cases", test_cases);
  g_test_add_func ("/consistency/model", test_model);
  g_test_add_func ("/consistency/blind", test_blind);
  g_test_add_func ("/consistency/broken", test_broken);
  return g_test_run ();
}
