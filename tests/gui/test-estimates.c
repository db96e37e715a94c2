/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What mienctl estimates, from its JSON to charts and words, without a display: audits
 * and agreement.
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "mien-agreement-charts.h"
#include "mien-audit-charts.h"

static const char thresholds[] =
    "{\"model\":1,\"target\":0.95,\"classes\":["
    "{\"expression\":{\"number\":4,\"name\":\"Happiness\"},\"threshold\":0.6,\"drawn\":"
    "30,"
    "\"answered\":30,\"counted\":30,\"agreed\":29,\"precision\":0.9667,\"lower\":0.76,"
    "\"upper\":0.9995,\"verdict\":\"open\"},"
    "{\"expression\":{\"number\":3,\"name\":\"Fear\"},\"threshold\":0.8,\"drawn\":28,"
    "\"answered\":5,\"counted\":0,\"agreed\":0,\"precision\":null,\"lower\":0,\"upper\":"
    "1,"
    "\"verdict\":\"too few\"},"
    "{\"expression\":{\"number\":0,\"name\":\"Neutral\"},\"threshold\":0.6,\"drawn\":0,"
    "\"answered\":0,\"counted\":0,\"agreed\":0,\"precision\":null,\"lower\":0,\"upper\":"
    "1,"
    "\"verdict\":\"too few\"},"
    "{\"unit\":12,\"present\":true,\"threshold\":0.6,\"drawn\":80,\"answered\":76,"
    "\"counted\":75,\"agreed\":41,\"precision\":0.5467,\"lower\":0.38,\"upper\":0.71,"
    "\"verdict\":\"missed\"},"
    "{\"unit\":3,\"present\":true,\"threshold\":0.6,\"drawn\":30,\"verdict\":\"open\"}],"
    "\"changes\":[{\"time\":\"2026-11-28T11:11:16.442294Z\",\"expression\":{\"number\":3,"
    "\"name\":\"Fear\"},\"before\":0.6,\"after\":0.8,\"answers\":30,\"agreed\":12}]}";

static void
test_audits (void)
{
  g_autoptr (MienAuditsShown) audits = mien_audits_parse (thresholds);
  g_autoptr (MienChart) expressions = NULL, units = NULL;
  g_autofree char *all = NULL;
  const MienAuditShown *fear;
  const MienThresholdChange *change;
  double low, high;

  /* Neither the class of which nothing is drawn, nor the unit that there is not. */
  g_assert_cmpuint (audits->classes->len, ==, 3);
  fear = &g_array_index (audits->classes, MienAuditShown, 1);
  g_assert_cmpint (fear->verdict, ==, MIEN_VERDICT_TOO_FEW);
  g_assert_true (isnan (fear->precision) && isnan (fear->lower));
  change = &g_array_index (audits->changes, MienThresholdChange, 0);
  g_assert_cmpuint (audits->changes->len, ==, 1);
  g_assert_cmpint (change->time, ==, G_GINT64_CONSTANT (1795864276000000));
  g_assert_true (change->item == MIEN_ITEM_EXPRESSION && change->says == 3);
  g_assert_true (change->agreed == 12 && change->answers == 30);

  expressions = mien_audit_chart_expressions (audits);
  units = mien_audit_chart_units (audits);
  /* Where the interval is not told, none is drawn. */
  g_assert_cmpuint (mien_chart_spec (expressions)->n_points, ==, 1);
  g_assert_cmpfloat (mien_chart_spec (expressions)->mark, ==, 0.95);
  all = mien_chart_describe (expressions);
  g_assert_cmpstr (all, ==, "Happiness: 96.7 % (76.0 % to 100.0 %), open.");
  g_free (all);
  all = mien_chart_describe (units);
  g_assert_cmpstr (all, ==, "AU12 present: 54.7 % (38.0 % to 71.0 %), missed.");
  mien_chart_value_range (units, &low, &high);
  g_assert_true (low <= 0.38 && high == 1);
}

/* Both ends of an interval and the line are inside, whatever the axis was asked to be. */
static void
test_mark_is_inside (void)
{
  const double value = 0.3, low_end = 0.2, high_end = 0.4;
  const MienChartSeries series = { .values = &value, .low = &low_end, .high = &high_end };
  const char *const name = "One";
  g_autoptr (MienChart) chart = NULL;
  MienChartSpec spec;
  double low, high;

  mien_chart_spec_init (&spec, MIEN_CHART_INTERVALS, "Intervals");
  spec.n_points = 1;
  spec.categories = &name;
  spec.mark = 0.9;
  chart = mien_chart_new (&spec, &series, 1);
  mien_chart_value_range (chart, &low, &high);
  g_assert_cmpfloat (low, ==, 0.2);
  g_assert_cmpfloat (high, ==, 0.9);
}

#define PEOPLE                                                                           \
  "\"people\":[{\"task\":\"valence_arousal\",\"name\":\"valence\",\"annotators\":2,"     \
  "\"videos\":5,\"frames\":20,\"kappa\":null,\"kappa_interval\":[null,null],"            \
  "\"alpha\":0.5,\"alpha_interval\":[0.25,0.75],\"ccc\":0.875,"                          \
  "\"ccc_interval\":[0.75,1],\"icc\":0.5,\"icc_interval\":[null,null]},"                 \
  "{\"task\":\"expression\",\"name\":\"expression\",\"annotators\":3,\"videos\":5,"      \
  "\"frames\":31,\"kappa\":-0.125,\"kappa_interval\":[-0.25,0],\"alpha\":0.25,"          \
  "\"alpha_interval\":[0,0.5],\"ccc\":null,\"ccc_interval\":[null,null],\"icc\":null,"   \
  "\"icc_interval\":[null,null]},"                                                       \
  "{\"task\":\"smell\",\"name\":\"smell\",\"kappa\":1}]"
#define ACCEPTANCE                                                                       \
  "\"acceptance\":[{\"task\":\"expression\",\"name\":\"expression\","                    \
  "\"measure\":\"share\",\"videos\":5,\"shown\":{\"answers\":40,\"agreement\":0.875},"   \
  "\"hidden\":{\"answers\":20,\"agreement\":0.75},\"inflation\":0.125,"                  \
  "\"inflation_interval\":[0.05,0.2]},"                                                  \
  "{\"task\":\"action_units\",\"name\":\"AU12\",\"measure\":\"share\",\"videos\":1,"     \
  "\"shown\":{\"answers\":0,\"agreement\":null},"                                        \
  "\"hidden\":{\"answers\":9,\"agreement\":1},\"inflation\":null,"                       \
  "\"inflation_interval\":[null,null]}]"
#define PAIR(one, two, figures)                                                          \
  "{\"annotators\":[\"" one "\",\"" two "\"],\"scales\":[" figures "]}"
#define KAPPA(kappa, interval)                                                           \
  "{\"task\":\"expression\",\"name\":\"expression\",\"videos\":5,\"answers\":9,"         \
  "\"kappa\":" kappa ",\"kappa_interval\":" interval ",\"alpha\":0,"                     \
  "\"alpha_interval\":[null,null]}"
#define ANN                                                                              \
  "{\"annotator\":\"Ann\",\"decisions\":70,\"median_seconds\":2.5,\"drift\":["           \
  "{\"task\":\"expression\",\"name\":\"expression\",\"measure\":\"share\",\"videos\":5," \
  "\"late\":{\"answers\":10,\"agreement\":0.5},"                                         \
  "\"early\":{\"answers\":10,\"agreement\":0.75},\"drift\":-0.25,"                       \
  "\"drift_interval\":[-0.5,0],\"with\":\"model\"}]}"
#define BEN                                                                              \
  "{\"annotator\":\"Ben\",\"decisions\":90,\"median_seconds\":null,\"drift\":[]}"

static void
check_words (MienChart *chart, const char *expected)
{
  g_autofree char *words = mien_chart_describe (chart);

  g_assert_cmpstr (words, ==, expected);
  mien_chart_unref (chart);
}

static void
test_agreement (void)
{
  g_autoptr (MienAgreementShown) agreement = mien_agreement_parse (
      "{" PEOPLE "," ACCEPTANCE ",\"annotators\":[" ANN "," BEN "]}");
  const MienAnnotatorShown *ann, *ben;

  g_assert_null (mien_agreement_lack (agreement));
  check_words (mien_agreement_chart_people (agreement, MIEN_TASK_VALENCE_AROUSAL),
               "CCC, valence: 0.875 (0.750 to 1.000), 20 frames. "
               "ICC(A,1), valence: 0.500, 20 frames. "
               "alpha, valence: 0.500 (0.250 to 0.750), 20 frames.");
  check_words (mien_agreement_chart_people (agreement, MIEN_TASK_EXPRESSION),
               "kappa, expression: -0.125 (-0.250 to 0.000), 31 frames. "
               "alpha, expression: 0.250 (0.000 to 0.500), 31 frames.");
  check_words (mien_agreement_chart_people (agreement, MIEN_TASK_ACTION_UNITS),
               "Nothing to show yet.");
  /* The unit that was never seen with its proposal has no difference. */
  check_words (mien_agreement_chart_inflation (agreement),
               "expression: +0.125 (+0.050 to +0.200), 0.88 shown, 0.75 hidden.");
  check_words (mien_agreement_chart_drift (agreement),
               "expression, Ann: −0.250 (−0.500 to 0.000), 0.50 late, 0.75 early.");
  ann = g_ptr_array_index (agreement->annotators, 0);
  ben = g_ptr_array_index (agreement->annotators, 1);
  g_assert_true (ann->decisions == 70 && ann->seconds == 2.5);
  g_assert_true (ben->decisions == 90 && isnan (ben->seconds) && ben->drift->len == 0);
  g_assert_true (((MienContrastShown *) ann->drift->pdata[0])->with_model);
}

static void
check_lack (const char *annotators, const char *expected)
{
  g_autofree char *json = g_strdup_printf (
      "{\"people\":[],\"acceptance\":[],\"annotators\":[%s]}", annotators);
  g_autoptr (MienAgreementShown) agreement = mien_agreement_parse (json);
  g_autofree char *lack = mien_agreement_lack (agreement);

  g_assert_true (g_str_has_prefix (lack, expected));
}

static void
test_lack (void)
{
  check_lack ("", "Nobody has answered yet.");
  check_lack (ANN, "Only Ann has answered so far.");
  check_lack (ANN "," BEN, "No face was answered by two people yet");
}

/* Of three people, who agrees least is first, and what is not defined is nowhere. */
static void
test_pairs (void)
{
  g_autoptr (MienAgreementShown) three = mien_agreement_parse (
      "{\"annotators\":[],\"pairs\":[" PAIR ("Ann", "Ben", KAPPA ("0.5", "[0.25,0.75]")) "," PAIR (
          "Ann", "Eve",
          KAPPA (
              "null",
              "[null,null]")) "," PAIR ("Ben", "Eve",
                                        KAPPA (
                                            "0.25",
                                            "[null,null]") ",{\"task\":\"valence_"
                                                           "arousal\","
                                                           "\"name\":\"valence\",\"ccc\":"
                                                           "0.75}") ",{\"annotators\":["
                                                                    "\"Eve\"]}]}");
  g_autoptr (MienAgreementShown) two = mien_agreement_parse (
      "{\"annotators\":[],\"pairs\":[" PAIR ("Ann", "Ben", KAPPA ("0.5", "[0,1]")) "]}");

  g_assert_cmpuint (three->pairs->len, ==, 3);
  check_words (mien_agreement_chart_pairs (three),
               "expression, Ben and Eve: 0.250, 9 answers. "
               "expression, Ann and Ben: 0.500 (0.250 to 0.750), 9 answers. "
               "valence, Ben and Eve: 0.750, 0 answers.");
  check_words (mien_agreement_chart_pairs (two), "Nothing to show yet.");
}

/* What another version prints is no crash, and nothing is made up. */
static void
test_nonsense (void)
{
  static const char *const texts[] = {
    "", "[]", "3", "{}", "{\"target\":\"0.9\"}", "{\"target\":7}", "{\"annotators\""
  };
  g_autoptr (MienAuditsShown) audits = mien_audits_parse (
      "{\"target\":0.9,\"classes\":[3,{},{\"expression\":{\"number\":8}},"
      "{\"expression\":4,\"drawn\":3},{\"unit\":-1,\"threshold\":1,\"drawn\":3},"
      "{\"unit\":12,\"threshold\":\"x\",\"drawn\":3},"
      "{\"unit\":12,\"present\":{},\"threshold\":0.5,\"drawn\":-3}],"
      "\"changes\":{\"time\":1}}");
  g_autoptr (MienAgreementShown) agreement = mien_agreement_parse (
      "{\"people\":[[],{\"task\":1}],\"acceptance\":7,\"annotators\":"
      "[{\"annotator\":null},{\"annotator\":\"Ann\",\"drift\":{},\"decisions\":1e300}]}");

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_assert_null (mien_audits_parse (texts[i]));
      g_assert_null (mien_agreement_parse (texts[i]));
    }
  g_assert_cmpuint (audits->classes->len, ==, 0);
  g_assert_cmpuint (audits->changes->len, ==, 0);
  g_assert_cmpuint (agreement->people->len, ==, 0);
  g_assert_cmpuint (agreement->annotators->len, ==, 1);
}

/* Of many people, those with most decisions are in the chart, and all of them are read.
 */
static void
test_busiest (void)
{
  g_autoptr (GString) json = g_string_new ("{\"annotators\":[");
  g_autoptr (MienAgreementShown) agreement = NULL;
  g_autoptr (MienChart) chart = NULL;

  for (guint i = 0; i < 4000; i++)
    g_string_append_printf (
        json,
        "%s{\"annotator\":\"P%02u\",\"decisions\":%u,\"drift\":[{\"task\":\"expression\","
        "\"name\":\"expression\",\"drift\":0.1}]}",
        i > 0 ? "," : "", i, i);
  g_string_append (json, "]}");
  agreement = mien_agreement_parse (json->str);
  g_assert_cmpuint (agreement->annotators->len, ==, 4000);
  chart = mien_agreement_chart_drift (agreement);
  g_assert_cmpuint (mien_chart_spec (chart)->n_points, ==, MIEN_AGREEMENT_MOST_PEOPLE);
  g_assert_cmpstr (mien_chart_spec (chart)->categories[0], ==, "expression, P3999");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/estimates/audits", test_audits);
  g_test_add_func ("/estimates/mark-is-inside", test_mark_is_inside);
  g_test_add_func ("/estimates/agreement", test_agreement);
  g_test_add_func ("/estimates/lack", test_lack);
  g_test_add_func ("/estimates/pairs", test_pairs);
  g_test_add_func ("/estimates/nonsense", test_nonsense);
  g_test_add_func ("/estimates/busiest", test_busiest);
  return g_test_run ();
}
