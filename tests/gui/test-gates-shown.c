/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the window makes of a comparison that mienctl has stored, without a display. */

#include "config.h"

#include "mien-gates-shown.h"

/* All figures alike, but the score, Fear and AU15. */
static char *
metrics_with (gint64 against, const char *score, guint n_figures)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text,
                          "{\"score\":0.5,\"gates\":{\"against\":%d,\"gate\":\"-\","
                          "\"frames\":90,\"videos\":12,\"videos_better\":7,"
                          "\"videos_worse\":4,\"figures\":[",
                          (int) against);
  for (guint i = 0; i < n_figures; i++)
    {
      gboolean is_worse = i == 6 + 3 || i == 14 + 7;

      g_string_append_printf (text,
                              "%s{\"candidate\":0.5,\"in_use\":0.25,\"difference\":0.25,"
                              "\"interval\":[-0.125,0.5],\"verdict\":\"%s\"}",
                              i > 0 ? "," : "",
                              i == 0     ? score
                              : is_worse ? "worse"
                                         : "no worse");
    }
  g_string_append (text, "]}}");
  return g_string_free (text, FALSE);
}

static void
test_parse (void)
{
  g_autofree char *metrics = metrics_with (3, "better", MIEN_GATES_FIGURES);
  MienModel candidate = { .id = 5, .metrics = metrics }, in_use = { .id = 3 };
  MienModel other = { .id = 4 };
  g_autofree char *less = metrics_with (3, "better", MIEN_GATES_FIGURES - 1);
  MienGatesShown gates;

  g_assert_true (mien_gates_parse (&candidate, &in_use, &gates));
  g_assert_cmpint (gates.against, ==, 3);
  g_assert_cmpuint (gates.videos, ==, 12);
  g_assert_cmpfloat (gates.figures[25].difference, ==, 0.25);
  g_assert_cmpfloat (gates.figures[25].low, ==, -0.125);
  g_assert_cmpfloat (gates.figures[25].high, ==, 0.5);
  g_assert_cmpint (gates.figures[0].verdict, ==, MIEN_SHOWN_BETTER);
  g_assert_cmpint (gates.figures[1].verdict, ==, MIEN_SHOWN_NO_WORSE);
  g_assert_cmpint (gates.figures[9].verdict, ==, MIEN_SHOWN_WORSE);
  /* What was found against another model says nothing of this one. */
  g_assert_false (mien_gates_parse (&candidate, &other, &gates));
  g_assert_false (mien_gates_parse (&candidate, NULL, &gates));
  g_assert_false (mien_gates_parse (&in_use, &in_use, &gates));
  candidate.metrics = less;
  g_assert_false (mien_gates_parse (&candidate, &in_use, &gates));
}

static void
test_broken (void)
{
  const char *const broken[] = {
    NULL,
    "[]",
    "{\"gates\":3}",
    "{\"gates\":{\"against\":3,\"figures\":[]}}",
    "{\"gates\":{\"against\":[3],\"figures\":{}}}",
  };
  GString *text =
      g_string_new ("{\"gates\":{\"against\":3,\"videos\":\"x\",\"figures\":[");
  MienModel candidate = { .id = 5 }, in_use = { .id = 3 };
  MienGatesShown gates;

  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      candidate.metrics = (char *) broken[i];
      g_assert_false (mien_gates_parse (&candidate, &in_use, &gates));
    }
  /* Verdicts without intervals, and what is no figure. */
  for (guint i = 0; i < MIEN_GATES_FIGURES; i++)
    g_string_append (
        text, i == 0   ? "{\"difference\":-1,\"interval\":null,\"verdict\":\"worse\"}"
              : i == 1 ? ",{\"difference\":-1,\"interval\":[1,-1],\"verdict\":\"worse\"}"
              : i % 2 == 0 ? ",[]"
                           : ",{\"verdict\":[\"worse\"],\"interval\":[{},[]]}");
  g_string_append (text, "]}}");
  candidate.metrics = text->str;
  g_assert_true (mien_gates_parse (&candidate, &in_use, &gates));
  for (guint i = 0; i < MIEN_GATES_FIGURES; i++)
    g_assert_cmpint (gates.figures[i].verdict, ==, MIEN_SHOWN_UNKNOWN);
  g_assert_false (mien_gates_have_failed (&gates));
  g_string_free (text, TRUE);
}

static void
check_text (const char *score, const char *sentence, const char *button)
{
  g_autofree char *metrics = metrics_with (3, score, MIEN_GATES_FIGURES);
  g_autofree char *wanted = NULL, *text = NULL;
  MienModel candidate = { .id = 5, .metrics = metrics }, in_use = { .id = 3 };
  MienGatesShown gates;

  g_assert_true (mien_gates_parse (&candidate, &in_use, &gates));
  text = mien_gates_to_text (&gates);
  wanted = g_strconcat (sentence,
                        " Clearly worse: Fear, AU15 Lip corner depressor. Of 12 "
                        "validation videos it is better on 7 and worse on 4.",
                        NULL);
  g_assert_cmpstr (text, ==, wanted);
  g_assert_cmpstr (mien_gates_use_label (&candidate, &in_use), ==, button);
}

static void
test_text (void)
{
  check_text ("better", "Its score is better than that of v3.", "_Make Current");
  check_text ("no worse", "Its score is no worse than that of v3.", "_Make Current");
  check_text ("unclear",
              "The validation videos do not tell whether its score is as good as that of "
              "v3.",
              "_Make Current");
  check_text ("worse", "Its score is worse than that of v3.", "_Use Anyway");
  check_text ("odd",
              "Too few validation videos carry labels to tell whether it is as good as "
              "v3.",
              "_Make Current");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gates/parse", test_parse);
  g_test_add_func ("/gates/broken", test_broken);
  g_test_add_func ("/gates/text", test_text);
  return g_test_run ();
}
