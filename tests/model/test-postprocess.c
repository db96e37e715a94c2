/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Applying a post-processing against its definition in double, and the searches of the
 * fit against closed forms, PyTorch's LBFGS and trying everything. */

#include "mien-postprocess-private.h"
#include "mien-random.h"
#include "mien-test.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum
{
  N = 400,
  WIDTH = MIEN_POSTPROCESS_ANSWER,
};

static int64_t numbers[N];
static float answers[N][WIDTH], processed[N][WIDTH];

/* A video with gaps, with numbers that come twice, and with frames without one. */
static void
draw (uint64_t key)
{
  int64_t number = 0;

  for (int i = 0; i < N; i++)
    {
      double sum = 0;

      number += mien_random_below (key, (uint64_t) i, 9) == 0
                    ? mien_random_below (key, 7777 + (uint64_t) i, 400)
                    : mien_random_below (key, 7777 + (uint64_t) i, 4);
      numbers[i] = i < 5 ? MIEN_NO_NUMBER : number;
      for (int c = 0; c < 8; c++)
        sum += answers[i][c] =
            (float) exp (6 * mien_random_real (key + 1, (uint64_t) (i * 32 + c)));
      for (int c = 0; c < 8; c++)
        answers[i][c] /= (float) sum;
      for (int c = 8; c < WIDTH; c++)
        answers[i][c] = (float) mien_random_real (key + 2, (uint64_t) (i * 32 + c));
      answers[i][8] = 2 * answers[i][8] - 1;
    }
}

static MienPostprocess
some_postprocess (void)
{
  MienPostprocess made;

  mien_postprocess_init (&made);
  made.sigma_valence_arousal = 40;
  made.sigma_expression = 700;
  made.sigma_action_units = 3;
  made.temperature_expression = 1.7;
  made.temperature_action_units = 0.6;
  return made;
}

/* sum_j exp (-(n_j - n_i)^2 / sigma) value (j) / sum_j exp (...), over all frames. */
static double
naive (double sigma, int i, double (*value) (int j, int k), int k)
{
  double sum = 0, total = 0;

  if (numbers[i] < 0 || sigma == 0)
    return value (i, k);
  for (int j = 0; j < N; j++)
    {
      double d = (double) (numbers[j] - numbers[i]), weight = exp (-d * d / sigma);

      if (numbers[j] < 0 || weight < 1e-6)
        continue;
      total += weight;
      sum += weight * value (j, k);
    }
  return sum / total;
}

static double
log_probability (int j, int c)
{
  return log (answers[j][c]);
}

static double
plain (int j, int k)
{
  return answers[j][k];
}

static double
unit_logit (int j, int k)
{
  return log (answers[j][k]) - log1p (-answers[j][k]);
}

static void
test_definition (void)
{
  MienPostprocess made = some_postprocess ();

  draw (1);
  CHECK (mien_postprocess_apply (&made, N, numbers, answers[0], 0, N, processed[0]) == 0);
  for (int i = 0; i < N; i++)
    {
      double p[8], sum = 0;

      for (int c = 0; c < 8; c++)
        sum += p[c] = exp (naive (700, i, log_probability, c) / 1.7);
      for (int c = 0; c < 8; c++)
        CHECK (fabs (processed[i][c] - p[c] / sum) < 1e-6);
      for (int k = 8; k < 11; k++)
        CHECK (fabs (processed[i][k] - naive (40, i, plain, k)) < 1e-6);
      for (int k = 11; k < WIDTH; k++)
        CHECK (fabs (processed[i][k] - 1 / (1 + exp (-naive (3, i, unit_logit, k) / 0.6)))
               < 1e-6);
    }
}

/* Neighbours in the list that are far away in the video have no say; two that are d apart
 * weigh as exp (-d^2 / sigma) says. */
static void
test_by_number (void)
{
  static const int64_t near[2] = { 10, 13 }, far[2] = { 10, 1000 };
  MienPostprocess made;
  float two[2][WIDTH];
  double w = exp (-9.0 / 20);

  draw (2);
  mien_postprocess_init (&made);
  made.sigma_valence_arousal = made.sigma_expression = made.sigma_action_units = 20;
  CHECK (mien_postprocess_apply (&made, 2, far, answers[0], 0, 2, two[0]) == 0);
  CHECK (memcmp (two, answers, sizeof two) == 0);
  CHECK (mien_postprocess_apply (&made, 2, near, answers[0], 0, 2, two[0]) == 0);
  CHECK (fabs (two[0][8] - (answers[0][8] + w * answers[1][8]) / (1 + w)) < 1e-6);
  CHECK (fabs (two[1][8] - (answers[1][8] + w * answers[0][8]) / (1 + w)) < 1e-6);
}

static void
test_nothing_to_do (void)
{
  MienPostprocess neutral, smoothing;
  float one[WIDTH];

  draw (3);
  mien_postprocess_init (&neutral);
  CHECK (mien_postprocess_apply (&neutral, N, numbers, answers[0], 0, N, processed[0])
         == 0);
  CHECK (memcmp (processed, answers, sizeof answers) == 0);
  smoothing = neutral;
  smoothing.sigma_valence_arousal = smoothing.sigma_expression =
      smoothing.sigma_action_units = 500;
  CHECK (mien_postprocess_apply (&smoothing, 1, &numbers[9], answers[9], 0, 1, one) == 0);
  CHECK (memcmp (one, answers[9], sizeof one) == 0);
  /* Frames without a number, and one on which all agree. */
  CHECK (mien_postprocess_apply (&smoothing, N, numbers, answers[0], 0, N, processed[0])
         == 0);
  CHECK (memcmp (processed, answers, 5 * sizeof one) == 0);
  CHECK (memcmp (processed[5], answers[5], sizeof one) != 0);
}

/* A video that passes through a window: the same bits. */
static void
test_window (void)
{
  MienPostprocess made = some_postprocess ();
  int64_t radius = mien_postprocess_radius (&made);
  float row[WIDTH];

  draw (4);
  CHECK (radius == (int64_t) sqrt (700 * log (1e6)));
  CHECK (mien_postprocess_apply (&made, N, numbers, answers[0], 0, N, processed[0]) == 0);
  for (int i = 0; i < N; i++)
    {
      int low = i, high = i + 1;

      while (low > 0 && numbers[low - 1] >= numbers[i] - radius)
        low--;
      while (high < N && numbers[high] <= numbers[i] + radius)
        high++;
      CHECK (mien_postprocess_apply (&made, (size_t) (high - low), numbers + low,
                                     answers[low], (size_t) (i - low), 1, row)
             == 0);
      CHECK (memcmp (row, processed[i], sizeof row) == 0);
    }
}

/* What a network says for certain stays a number. */
static void
test_extremes (void)
{
  static const int64_t consecutive[3] = { 1, 2, 3 };
  MienPostprocess made = some_postprocess ();
  float sure[3][WIDTH] = { { 0 } }, out[3][WIDTH];

  for (int i = 0; i < 3; i++)
    sure[i][i] = sure[i][11] = 1;
  CHECK (mien_postprocess_apply (&made, 3, consecutive, sure[0], 0, 3, out[0]) == 0);
  for (int i = 0; i < 3; i++)
    {
      double sum = 0;

      for (int c = 0; c < 8; c++)
        sum += out[i][c];
      CHECK (fabs (sum - 1) < 1e-6);
      CHECK (out[i][11] > 0.999f && out[i][11] <= 1 && out[i][12] < 0.001f);
    }
}

static void
test_decisions (void)
{
  MienPostprocess made;
  float answer[WIDTH] = { 0.5f, 0.3f, 0.2f, [11] = 0.4f, 0.6f, 0.5f };
  int8_t units[12];
  int expression = -1;

  mien_postprocess_init (&made);
  mien_postprocess_decide (&made, answer, &expression, units);
  CHECK (expression == 0 && units[0] == 0 && units[1] == 1 && units[2] == 0);
  made.expression_bias[2] = log (2.6);
  made.action_unit_thresholds[0] = 0.3;
  made.action_unit_thresholds[1] = 0.7;
  mien_postprocess_decide (&made, answer, &expression, units);
  CHECK (expression == 2 && units[0] == 1 && units[1] == 0);
  made.expression_bias[2] = log (2.4);
  mien_postprocess_decide (&made, answer, &expression, units);
  CHECK (expression == 0);
}

static void
test_validity (void)
{
  MienPostprocess made;

  mien_postprocess_init (&made);
  CHECK (mien_postprocess_is_valid (&made) && mien_postprocess_radius (&made) == 0);
  for (size_t i = 0; i < sizeof made / sizeof (double); i++)
    {
      double *field = (double *) &made + i, before = *field;

      *field = NAN;
      CHECK (!mien_postprocess_is_valid (&made));
      *field = 1e300;
      CHECK (!mien_postprocess_is_valid (&made));
      *field = before;
    }
  made.temperature_expression = 0;
  CHECK (!mien_postprocess_is_valid (&made));
}

static void
test_temperature (void)
{
  static const float twos[4] = { 2, 2, 2, 2 };
  static const int8_t three_of_four[4] = { 1, 1, 0, 1 }, all[4] = { 1, 1, 1, 1 };
  float z[40][8], u[40];
  int8_t y[40], t[40];
  double nll;

  /* sigmoid (2 / T) = 3 / 4 */
  CHECK (fabs (mien_search_temperature (4, 1, twos, three_of_four, &nll) - 2 / log (3))
         < 1e-9);
  CHECK (fabs (nll + 0.75 * log (0.75) + 0.25 * log (0.25)) < 1e-9);
  /* Nothing is wrong: the bound. Nothing is known: as it is. */
  CHECK (fabs (mien_search_temperature (4, 1, twos, all, NULL) - 1.0 / 16) < 1e-6);
  CHECK (mien_search_temperature (0, 1, twos, all, NULL) == 1);
  CHECK (mien_search_temperature (4, 1, (float[4]){ 0 }, all, NULL) == 1);
  for (int i = 0; i < 40; i++)
    {
      int best = 0;

      for (int c = 0; c < 8; c++)
        {
          z[i][c] = (float) (3 * sin (7 * i + 3 * c));
          best = z[i][c] > z[i][best] ? c : best;
        }
      y[i] = (int8_t) (i % 3 ? (5 * i + i * i) % 8 : best);
      u[i] = z[i][0];
      t[i] = (sin (7 * i) > 0) == (i % 4 != 0);
    }
  /* torch.optim.LBFGS over 1 / T, strong Wolfe, in double. */
  CHECK (fabs (mien_search_temperature (40, 8, z[0], y, &nll) - 4.36202309207438) < 1e-7);
  CHECK (fabs (nll - 1.97684549955331) < 1e-9);
  CHECK (fabs (mien_search_temperature (40, 1, u, t, &nll) - 2.32446767565802) < 1e-7);
  CHECK (fabs (nll - 0.604390941315711) < 1e-9);
}

static double
f1_at (int n, const float *p, const int8_t *labels, double threshold)
{
  int hits = 0, wrong = 0;

  for (int i = 0; i < n; i++)
    {
      hits += p[i] > threshold && labels[i];
      wrong += (p[i] > threshold) != (labels[i] != 0);
    }
  return 2.0 * hits / (2.0 * hits + wrong);
}

static void
test_threshold (void)
{
  float p[200];
  int8_t labels[200];
  double found;

  CHECK (mien_search_threshold (4, (float[]){ 0.1f, 0.2f, 0.3f, 0.9f },
                                (int8_t[]){ 0, 1, 1, 1 }, &found)
         == 0);
  CHECK (fabs (found - 0.15) < 1e-7);
  for (uint64_t seed = 0; seed < 50; seed++)
    {
      double best = 0;

      for (uint64_t i = 0; i < 200; i++)
        {
          double x = mien_random_real (seed, i);

          /* Many probabilities come twice. */
          p[i] = (float) (floor (x * 64) / 64);
          labels[i] = mien_random_real (seed + 1000, i) < x * x / 2;
        }
      CHECK (mien_search_threshold (200, p, labels, &found) == 0);
      for (int k = 0; k <= 128; k++)
        best = fmax (best, f1_at (200, p, labels, (k + 0.5) / 128));
      CHECK (fabs (f1_at (200, p, labels, found) - best) < 1e-12);
    }
}

static double
macro_f1 (int n, const float *logits, const int8_t *labels, const double *bias)
{
  int hits[8] = { 0 }, all[8] = { 0 };
  double sum = 0;

  for (int i = 0; i < n; i++)
    {
      int best = 0;

      for (int c = 1; c < 8; c++)
        if (logits[i * 8 + c] + bias[c] > logits[i * 8 + best] + bias[best])
          best = c;
      hits[best] += best == labels[i];
      all[best]++;
      all[labels[i]]++;
    }
  for (int c = 0; c < 8; c++)
    sum += all[c] > 0 ? 2.0 * hits[c] / all[c] : 0;
  return sum / 8;
}

/* Better than none, and no single class has a better place on the grid. */
static void
test_bias (void)
{
  static float logits[600][8];
  static int8_t labels[600];
  static const double NONE[8];
  double bias[8];

  for (uint64_t seed = 0; seed < 10; seed++)
    {
      double reached;

      for (uint64_t i = 0; i < 600; i++)
        {
          /* Class c is seen as 2^-c of the frames, and the network says so. */
          double x = mien_random_real (seed, i);
          int class = (int) fmin (7, floor (-log2 (x + 1e-9)));

          labels[i] = (int8_t) class;
          for (int c = 0; c < 8; c++)
            logits[i][c] =
                (float) (floor (32 * mien_random_real (seed + 99, i * 8 + (uint64_t) c))
                             / 16
                         - 0.7 * c + (c == class));
        }
      mien_search_bias (600, logits[0], labels, bias);
      reached = macro_f1 (600, logits[0], labels, bias);
      CHECK (reached > macro_f1 (600, logits[0], labels, NONE) + 0.01);
      for (int c = 0; c < 4; c++)
        for (double b = -4; b <= 4; b += 0.125)
          {
            double moved[8];

            memcpy (moved, bias, sizeof moved);
            moved[c] = b;
            CHECK (macro_f1 (600, logits[0], labels, moved) <= reached + 1e-12);
          }
    }
  /* Nine of a kind are too few to move anything for. */
  for (int i = 0; i < 600; i++)
    labels[i] = i < 9;
  mien_search_bias (600, logits[0], labels, bias);
  CHECK (bias[1] == 0);
}

int
main (void)
{
  static const MienTest TESTS[] = {
    { "definition", test_definition },       { "by number", test_by_number },
    { "nothing to do", test_nothing_to_do }, { "window", test_window },
    { "extremes", test_extremes },           { "decisions", test_decisions },
    { "validity", test_validity },           { "temperature", test_temperature },
    { "threshold", test_threshold },         { "bias", test_bias },
  };

  return mien_test_run (TESTS, sizeof TESTS / sizeof *TESTS);
}
