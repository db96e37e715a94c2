/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Agreement against published worked examples, named where they are. Where a paper rounds
 * to fewer than four digits, the others come from numpy, by the definition: loops over
 * pairs of answers, and mean squares.
 */

#include "mien-agreement.h"
#include "mien-contrast.h"
#include "mien-test.h"

#include <math.h>
#include <string.h>

#define NONE -1

enum
{
  MAX_ANSWERS = 512,
};

/* values: [annotator][unit], NONE where there is no answer; a unit goes to the cluster of
 * its number by so many. */
static MienAgreement
measure (const double *values,
         size_t n_annotators,
         size_t n_units,
         unsigned n_classes,
         size_t by_cluster)
{
  MienAgreementAnswer answers[MAX_ANSWERS];
  MienAgreement agreement;
  size_t n = 0;

  for (size_t unit = 0; unit < n_units; unit++)
    for (size_t annotator = 0; annotator < n_annotators; annotator++)
      {
        double value = values[annotator * n_units + unit];

        CHECK (n < MAX_ANSWERS);
        if (value != NONE)
          answers[n++] =
              (MienAgreementAnswer){ (uint32_t) (unit / by_cluster), (uint32_t) unit,
                                     (uint32_t) (70 - annotator), value };
      }
  CHECK (mien_agreement_measure (answers, n, n_classes, &agreement) == 0);
  return agreement;
}

static bool
near (double value, double expected)
{
  return fabs (value - expected) < 0.5e-6;
}

/* Cohen (1960), "A coefficient of agreement for nominal scales", table of 200 subjects:
 * p_o = .70, p_c = .41, kappa = .492. */
static void
test_cohen (void)
{
  static const int TABLE[3][3] = { { 88, 10, 2 }, { 14, 40, 6 }, { 18, 10, 12 } };
  double values[2][200];
  MienAgreement agreement;
  size_t n = 0;

  for (int a = 0; a < 3; a++)
    for (int b = 0; b < 3; b++)
      for (int i = 0; i < TABLE[a][b]; i++, n++)
        {
          values[0][n] = a;
          values[1][n] = b;
        }
  agreement = measure (values[0], 2, n, 3, n);
  CHECK (near (agreement.figures[MIEN_AGREEMENT_KAPPA], (0.70 - 0.41) / (1 - 0.41)));
  CHECK (agreement.n_units == 200 && agreement.n_pairs == 200
         && agreement.n_annotators == 2 && agreement.n_clusters == 1);
  CHECK (isnan (agreement.figures[MIEN_AGREEMENT_CCC])
         && isnan (agreement.figures[MIEN_AGREEMENT_ICC]));
  CHECK (isnan (agreement.intervals[MIEN_AGREEMENT_KAPPA][0]));
}

/* Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability": A, two observers and
 * two values, .095; B, two observers, .692; C, four observers with gaps, .743 nominal and
 * .849 interval. Observer and unit without a partner (the last of C) do not count. */
static void
test_krippendorff (void)
{
  static const double A[2][10] = { { 0, 1, 0, 0, 0, 0, 0, 0, 1, 0 },
                                   { 1, 1, 1, 0, 0, 1, 0, 0, 0, 0 } };
  static const double B[2][12] = { { 0, 0, 1, 1, 3, 2, 2, 2, 4, 3, 3, 0 },
                                   { 1, 0, 1, 1, 1, 2, 2, 2, 4, 3, 3, 3 } };
  static const double C[4][12] = {
    { 1, 2, 3, 3, 2, 1, 4, 1, 2, NONE, NONE, NONE },
    { 1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NONE, 3 },
    { NONE, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NONE },
    { 1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NONE },
  };
  MienAgreement agreement = measure (A[0], 2, 10, 2, 10);

  CHECK (near (agreement.figures[MIEN_AGREEMENT_ALPHA], 0.095238));
  agreement = measure (B[0], 2, 12, 5, 12);
  CHECK (near (agreement.figures[MIEN_AGREEMENT_ALPHA], 0.691964));
  agreement = measure (C[0], 4, 12, 6, 12);
  CHECK (near (agreement.figures[MIEN_AGREEMENT_ALPHA], 0.743421));
  CHECK (near (agreement.figures[MIEN_AGREEMENT_KAPPA], 0.706721));
  CHECK (agreement.n_units == 11 && agreement.n_annotators == 4);
  agreement = measure (C[0], 4, 12, 0, 12);
  CHECK (near (agreement.figures[MIEN_AGREEMENT_ALPHA], 0.849107));
  CHECK (isnan (agreement.figures[MIEN_AGREEMENT_KAPPA]));
}

/* Shrout and Fleiss (1979), "Intraclass correlations", table 2, six targets and four
 * judges: ICC(2,1) = .29. */
static void
test_shrout_fleiss (void)
{
  static const double VALUES[4][6] = { { 9, 6, 8, 7, 10, 6 },
                                       { 2, 1, 4, 1, 5, 2 },
                                       { 5, 3, 6, 2, 6, 4 },
                                       { 8, 2, 8, 6, 9, 7 } };
  MienAgreement agreement = measure (VALUES[0], 4, 6, 0, 6);

  CHECK (near (agreement.figures[MIEN_AGREEMENT_ICC], 0.289764));
  CHECK (near (agreement.figures[MIEN_AGREEMENT_CCC], 0.253723));
  CHECK (near (agreement.figures[MIEN_AGREEMENT_ALPHA], 0.147308));
}

/* Eight wines and four judges, from the documentation of pingouin's intraclass_corr,
 * which says ICC(A,1) = 0.728. */
static void
test_wines (void)
{
  static const double VALUES[4][8] = { { 1, 1, 3, 6, 6, 7, 8, 9 },
                                       { 2, 3, 8, 4, 5, 5, 7, 9 },
                                       { 0, 3, 1, 3, 5, 6, 7, 9 },
                                       { 1, 2, 4, 3, 6, 2, 9, 8 } };
  MienAgreement agreement = measure (VALUES[0], 4, 8, 0, 1);

  CHECK (near (agreement.figures[MIEN_AGREEMENT_ICC], 0.727689));
  CHECK (near (agreement.figures[MIEN_AGREEMENT_CCC], 0.700441));
  CHECK (agreement.n_clusters == 8);
  CHECK (agreement.intervals[MIEN_AGREEMENT_ICC][0] < 0.727689
         && agreement.intervals[MIEN_AGREEMENT_ICC][1] > 0.727689);
}

/* Bland and Altman (1986), peak flow by two meters, r = .94 there. CCC is Lin's (1989)
 * formula on it; the two are close because the means are. */
static void
test_lin (void)
{
  static const double VALUES[2][17] = {
    { 494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423,
      427 },
    { 512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350,
      451 },
  };
  MienAgreement agreement = measure (VALUES[0], 2, 17, 0, 1);

  CHECK (near (agreement.figures[MIEN_AGREEMENT_CCC], 0.942742));
  CHECK (near (agreement.figures[MIEN_AGREEMENT_ICC], 0.945928));
}

/* Conger (1980), which for two is Cohen's: of three complete annotators, observed and
 * expected agreement are the means over their pairs, worked out here cell by cell. */
static void
test_conger (void)
{
  static const double VALUES[3][40] = {
    { 2, 3, 1, 3, 1, 2, 1, 2, 3, 3, 3, 3, 3, 2, 1, 3, 3, 2, 2, 1,
      2, 1, 3, 3, 2, 2, 1, 2, 1, 1, 2, 3, 3, 3, 3, 3, 1, 2, 1, 1 },
    { 2, 2, 2, 1, 1, 2, 1, 2, 3, 3, 2, 3, 1, 3, 1, 1, 3, 2, 1, 2,
      2, 1, 3, 2, 2, 2, 3, 2, 1, 1, 2, 2, 3, 3, 3, 3, 2, 2, 2, 3 },
    { 2, 2, 2, 1, 1, 2, 1, 2, 3, 3, 2, 3, 3, 3, 3, 2, 2, 2, 2, 3,
      2, 2, 3, 3, 2, 2, 3, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 2, 2, 2 },
  };
  MienAgreement agreement = measure (VALUES[0], 3, 40, 4, 40);
  double observed = 0, expected = 0;

  for (int i = 0; i < 3; i++)
    {
      const double *x = VALUES[i], *y = VALUES[(i + 1) % 3];
      double of_x[4] = { 0 }, of_y[4] = { 0 };

      for (int unit = 0; unit < 40; unit++)
        {
          observed += x[unit] == y[unit] ? 1 / 120.0 : 0;
          of_x[(int) x[unit]] += 1 / 40.0;
          of_y[(int) y[unit]] += 1 / 40.0;
        }
      for (int c = 0; c < 4; c++)
        expected += of_x[c] * of_y[c] / 3;
    }
  CHECK (near (agreement.figures[MIEN_AGREEMENT_KAPPA],
               (observed - expected) / (1 - expected)));
}

static void
test_undefined (void)
{
  static const double SAME[2][3] = { { 1, 1, 1 }, { 1, 1, 1 } };
  /* (0.1 * 3) / 3 is not 0.1. */
  static const double TENTHS[2][6] = { { 0.1, 0.1, 0.1, 0.1, 0.1, 0.1 },
                                       { 0.1, 0.1, 0.1, 0.1, 0.1, 0.1 } };
  static const double ONE[2][3] = { { 1, 0, NONE }, { 0, NONE, 1 } };
  static const double APART[2][3] = { { 1, NONE, 0 }, { NONE, 1, NONE } };
  MienAgreement all[] = {
    measure (SAME[0], 2, 3, 2, 3),  measure (TENTHS[0], 2, 6, 0, 3),
    measure (ONE[0], 2, 3, 2, 3),   measure (ONE[0], 2, 3, 0, 3),
    measure (APART[0], 2, 3, 2, 3),
  };

  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    for (int k = 0; k < MIEN_AGREEMENT_FIGURES; k++)
      CHECK (isnan (all[i].figures[k]) && isnan (all[i].intervals[k][0]));
  CHECK (all[2].n_units == 1 && all[2].n_pairs == 1 && all[2].n_annotators == 2);
  CHECK (all[4].n_units == 0 && all[4].n_annotators == 0 && all[4].n_clusters == 0);
}

/* Ten videos in which both say the same, or both are mistaken in the same way: an
 * interval by video has no width. Ten in which they agree or do not: one by video has. */
static void
test_clusters (void)
{
  double alike[2][80], mixed[2][80];
  MienAgreement a, b, c;

  for (int i = 0; i < 80; i++)
    {
      alike[0][i] = mixed[0][i] = i / 2 % 2;
      alike[1][i] = i % 8 == 0 ? 1 - alike[0][i] : alike[0][i];
      mixed[1][i] = i / 8 % 8 == 0 ? 1 - mixed[0][i] : mixed[0][i];
    }
  a = measure (alike[0], 2, 80, 2, 8);
  b = measure (mixed[0], 2, 80, 2, 8);
  c = measure (mixed[0], 2, 80, 2, 1);
  CHECK (near (a.figures[MIEN_AGREEMENT_KAPPA], 0.75));
  CHECK (near (a.intervals[MIEN_AGREEMENT_KAPPA][0], 0.75));
  CHECK (near (a.intervals[MIEN_AGREEMENT_KAPPA][1], 0.75));
  CHECK (near (b.figures[MIEN_AGREEMENT_KAPPA], 0.6));
  /* Of ten videos, two of which are wrong: 0 to 5 are drawn in the middle 95 %. */
  CHECK (near (b.intervals[MIEN_AGREEMENT_KAPPA][0], 0));
  CHECK (near (b.intervals[MIEN_AGREEMENT_KAPPA][1], 1));
  CHECK (c.figures[MIEN_AGREEMENT_KAPPA] == b.figures[MIEN_AGREEMENT_KAPPA]);
  CHECK (c.intervals[MIEN_AGREEMENT_KAPPA][0] > 0.3
         && c.intervals[MIEN_AGREEMENT_KAPPA][1] < 0.9);
}

/* Six videos: with the proposal in sight 3 of 4 take it, without 1 of 2. */
static void
test_contrast (void)
{
  MienContrastCluster clusters[6];
  MienContrast contrast;

  memset (clusters, 0, sizeof clusters);
  for (int i = 0; i < 6; i++)
    {
      for (int k = 0; k < 4; k++)
        mien_contrast_add (&clusters[i].side[0], k == i % 4 ? 1 : 0, 0);
      mien_contrast_add (&clusters[i].side[1], 3, 3);
      mien_contrast_add (&clusters[i].side[1], 3, 4);
    }
  CHECK (mien_contrast_measure (clusters, 6, false, &contrast) == 0);
  CHECK (contrast.n_clusters == 6 && contrast.n[0] == 24 && contrast.n[1] == 12);
  CHECK (contrast.agreement[0] == 0.75 && contrast.agreement[1] == 0.5);
  CHECK (contrast.difference == 0.25);
  CHECK (contrast.interval[0] == 0.25 && contrast.interval[1] == 0.25);

  memset (clusters, 0, sizeof clusters);
  for (int i = 0; i < 6; i++)
    {
      mien_contrast_add (&clusters[i].side[0], i, i);
      if (i < 3)
        mien_contrast_add (&clusters[i].side[1], i, i + 1);
    }
  CHECK (mien_contrast_measure (clusters, 6, true, &contrast) == 0);
  /* Of 0 1 2 and 1 2 3: covariance 2/3, variances 2/3, means 1 apart. */
  CHECK (contrast.agreement[0] == 1 && near (contrast.agreement[1], 4 / 7.0));
  CHECK (near (contrast.difference, 3 / 7.0));
  CHECK (mien_contrast_measure (clusters + 3, 3, true, &contrast) == 0);
  CHECK (contrast.agreement[0] == 1 && isnan (contrast.agreement[1])
         && isnan (contrast.difference) && isnan (contrast.interval[0]));
}

int
main (void)
{
  static const MienTest TESTS[] = {
    { "Cohen's table", test_cohen },
    { "Krippendorff's examples", test_krippendorff },
    { "Shrout and Fleiss's judges", test_shrout_fleiss },
    { "judges of wines", test_wines },
    { "Bland and Altman's meters", test_lin },
    { "kappa of three", test_conger },
    { "what is not defined", test_undefined },
    { "videos are drawn anew", test_clusters },
    { "contrasts", test_contrast },
  };

  return mien_test_run (TESTS, sizeof TESTS / sizeof *TESTS);
}
