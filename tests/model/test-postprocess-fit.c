/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Fitting a post-processing: what helps is found and kept, what does not is shown for
 * what it is, and nobody is measured by what his own frames have taught. */

#include "mien-postprocess-private.h"
#include "mien-random.h"
#include "mien-test.h"

#include <math.h>
#include <string.h>

enum
{
  MAX_FRAMES = 5000,
};

static MienPostprocessFrame frames[MAX_FRAMES];

static double
normal (uint64_t key, uint64_t index)
{
  return sqrt (-2 * log (1 - mien_random_real (key, 2 * index)))
         * cos (6.283185307179586 * mien_random_real (key, 2 * index + 1));
}

static void
set_answer (MienPostprocessFrame *frame, const double *logits)
{
  double sum = 0;

  for (int c = 0; c < 8; c++)
    sum += exp (logits[c]);
  for (int c = 0; c < 8; c++)
    frame->answer[c] = (float) (exp (logits[c]) / sum);
  for (int k = 0; k < 12; k++)
    frame->answer[11 + k] = (float) (1 / (1 + exp (-logits[8 + k])));
  frame->answer[8] = (float) tanh (logits[20]);
  frame->answer[9] = (float) tanh (logits[21]);
  frame->answer[10] = 0.1f;
}

/* Videos of 50 frames; logits that have nothing to do with the labels. */
static void
draw_random (uint64_t seed, int n_videos)
{
  for (int i = 0; i < n_videos * 50; i++)
    {
      MienPostprocessFrame *frame = &frames[i];
      uint64_t at = (uint64_t) i * 64;
      double logits[22];

      frame->video = frame->group = (uint32_t) (i / 50);
      frame->number = 30 * (i % 50);
      for (uint64_t k = 0; k < 22; k++)
        logits[k] = 1.5 * normal (seed, at + k);
      set_answer (frame, logits);
      frame->expression = (int8_t) mien_random_below (seed + 1, at, 8);
      for (uint64_t k = 0; k < 12; k++)
        frame->action_units[k] = mien_random_below (seed + 2, at + k, 2) != 0;
      frame->valence_arousal[0] = (float) tanh (normal (seed + 3, at));
      frame->valence_arousal[1] = (float) tanh (normal (seed + 4, at));
    }
}

/* Labels that change slowly, and a network that sees them through noise, too sure of
 * itself by half, and shy of class 3 and unit 2. by_number: numbers run on; else frames
 * have none. */
static void
draw_slow (uint64_t seed, int n_videos, bool by_number)
{
  for (int i = 0; i < n_videos * 50; i++)
    {
      MienPostprocessFrame *frame = &frames[i];
      uint64_t video = (uint64_t) (i / 50), at = (uint64_t) i * 64;
      double phase = 6.28 * mien_random_real (seed + 9, video), logits[22];
      double valence = sin (phase + (i % 50) / 12.0),
             arousal = cos (phase + (i % 50) / 9.0);
      int class = (int) (2 * (1 + 0.999 * valence));

      frame->video = frame->group = (uint32_t) video;
      frame->number = by_number ? 2 * (i % 50) + 1 : MIEN_NO_NUMBER;
      for (uint64_t k = 0; k < 22; k++)
        logits[k] = 3 * normal (seed, at + k);
      logits[class] += 4;
      logits[3] -= 3;
      frame->expression = (int8_t) class;
      for (int k = 0; k < 12; k++)
        {
          frame->action_units[k] = sin (phase * k + (i % 50) / 10.0) > 0.3;
          logits[8 + k] += frame->action_units[k] ? 3 : -3;
        }
      logits[10] -= 5;
      frame->valence_arousal[0] = (float) valence;
      frame->valence_arousal[1] = (float) arousal;
      logits[20] = valence + 0.2 * logits[20];
      logits[21] = arousal + 0.2 * logits[21];
      set_answer (frame, logits);
    }
}

/* Of the expressions and units that reach their thresholds. */
typedef struct
{
  int n, right;
} Accepted;

static void
count (Accepted *accepted, float confidence, double threshold, bool right)
{
  if (confidence < threshold)
    return;
  accepted->n++;
  accepted->right += right;
}

static void
count_accepted (const MienPostprocessReport *report,
                const MienPostprocessFrame *frame,
                const float *processed,
                int expression,
                const int8_t *units,
                Accepted accepted[2])
{
  count (&accepted[0], processed[expression], report->accept_expressions[expression],
         expression == frame->expression);
  for (int k = 0; k < 12; k++)
    count (&accepted[1], units[k] ? processed[11 + k] : 1 - processed[11 + k],
           report->accept_action_units[k], units[k] == frame->action_units[k]);
}

/* report, accepted: may be NULL. */
static MienPostprocessFigures
measure_accepted (const MienPostprocess *postprocess,
                  int n,
                  const MienPostprocessReport *report,
                  Accepted accepted[2])
{
  MienPostprocessFigures figures;
  MienMetricsSums *sums = mien_metrics_sums_new ();
  int end;

  for (int first = 0; first < n; first = end)
    {
      static int64_t numbers[50];
      static float answers[50][23], processed[50][23];

      for (end = first; end < n && frames[end].video == frames[first].video; end++)
        {
          numbers[end - first] = frames[end].number;
          memcpy (answers[end - first], frames[end].answer, sizeof answers[0]);
        }
      CHECK (mien_postprocess_apply (postprocess, (size_t) (end - first), numbers,
                                     answers[0], 0, (size_t) (end - first), processed[0])
             == 0);
      for (int i = first; i < end; i++)
        {
          int8_t units[12];
          int expression = 0;

          mien_postprocess_decide (postprocess, processed[i - first], &expression, units);
          mien_metrics_add (sums, frames[i].valence_arousal, frames[i].expression,
                            frames[i].action_units, processed[i - first] + 8, expression,
                            units);
          if (report != NULL)
            count_accepted (report, &frames[i], processed[i - first], expression, units,
                            accepted);
        }
    }
  mien_metrics_finish (sums, &figures.metrics);
  mien_metrics_sums_free (sums);
  return figures;
}

static MienPostprocessFigures
measure (const MienPostprocess *postprocess, int n)
{
  return measure_accepted (postprocess, n, NULL, NULL);
}

static void
test_folds (void)
{
  static int8_t folds[MAX_FRAMES];
  size_t n_groups, n_labelled, load[5] = { 0 };
  int of_group[40];

  draw_random (5, 40);
  /* Groups of uneven size, left and right of one video in one. */
  for (int i = 0; i < 2000; i++)
    {
      frames[i].group = frames[i].video / 2 * 2;
      if (frames[i].video % 3 == 0 && i % 50 > 10)
        {
          frames[i].expression = -1;
          memset (frames[i].action_units, -1, 12);
          frames[i].valence_arousal[0] = frames[i].valence_arousal[1] = NAN;
        }
    }
  memset (of_group, -1, sizeof of_group);
  CHECK (mien_postprocess_folds (frames, 2000, folds, &n_groups, &n_labelled) == 5);
  CHECK (n_groups == 20 && n_labelled == 2000 - 14 * 39);
  for (int i = 0; i < 2000; i++)
    {
      int *fold = &of_group[frames[i].group];

      CHECK ((folds[i] < 0) == (frames[i].expression < 0));
      if (folds[i] < 0)
        continue;
      CHECK (*fold < 0 || *fold == folds[i]);
      *fold = folds[i];
      load[folds[i]]++;
    }
  for (int k = 0; k < 5; k++)
    CHECK (load[k] > n_labelled / 5 - 60 && load[k] < n_labelled / 5 + 60);
  CHECK (mien_postprocess_folds (frames, 150, folds, &n_groups, &n_labelled) == 2);
  CHECK (mien_postprocess_folds (frames, 100, folds, &n_groups, &n_labelled) == 0);
  CHECK (mien_postprocess_folds (frames, 0, folds, &n_groups, &n_labelled) == 0);
  CHECK (n_groups == 0 && n_labelled == 0);
}

/* Where there is nothing to learn, in-sample figures are better than what new frames
 * show, and out-of-fold figures are not. */
static void
test_random_labels (void)
{
  double flattered = 0, honest = 0, fresh = 0, units_flattered = 0, units_honest = 0,
         units_fresh = 0;
  static const int ROUNDS = 16;

  for (uint64_t round = 0; round < (uint64_t) ROUNDS; round++)
    {
      MienPostprocess fitted, all;
      MienPostprocessReport report;
      static MienPostprocessFrame again[300];

      draw_random (100 + round * 10, 6);
      CHECK (mien_postprocess_fit (frames, 300, 0.95, &fitted, &report) == 0);
      CHECK (report.n_folds == 5 && report.n_groups == 6 && report.n_frames == 300);
      for (int c = 0; c < 8; c++)
        CHECK (report.accept_expressions[c] >= 0.95);
      flattered += report.in_sample.metrics.expression_f1 / ROUNDS;
      honest += report.out_of_fold.metrics.expression_f1 / ROUNDS;
      units_flattered += report.in_sample.metrics.action_units_f1 / ROUNDS;
      units_honest += report.out_of_fold.metrics.action_units_f1 / ROUNDS;
      /* What is worse elsewhere is not used. */
      if (!report.kept_expression)
        for (int c = 0; c < 8; c++)
          CHECK (fitted.expression_bias[c] == 0 && fitted.sigma_expression == 0);
      CHECK (report.kept_expression
             == (report.out_of_fold.metrics.expression_f1
                 >= report.raw.metrics.expression_f1));

      /* The same fit by hand, on new frames. */
      memcpy (again, frames, sizeof again);
      all = fitted;
      {
        static float logits[300][8], units[12], p[300];
        static int8_t labels[300];

        for (int i = 0; i < 300; i++)
          {
            mien_answer_logits (again[i].answer, logits[i], units);
            labels[i] = again[i].expression;
          }
        all.temperature_expression = 1;
        mien_search_bias (300, logits[0], labels, all.expression_bias);
        for (int k = 0; k < 12; k++)
          {
            for (int i = 0; i < 300; i++)
              {
                p[i] = again[i].answer[11 + k];
                labels[i] = again[i].action_units[k];
              }
            CHECK (mien_search_threshold (300, p, labels, &all.action_unit_thresholds[k])
                   == 0);
          }
        all.temperature_action_units = 1;
        all.sigma_expression = all.sigma_action_units = 0;
      }
      draw_random (1000 + round * 10, 100);
      fresh += measure (&all, 5000).metrics.expression_f1 / ROUNDS;
      units_fresh += measure (&all, 5000).metrics.action_units_f1 / ROUNDS;
    }
  printf ("# expression F1: in-sample %.4f, out of fold %.4f, new frames %.4f\n",
          flattered, honest, fresh);
  printf ("# action units F1: in-sample %.4f, out of fold %.4f, new frames %.4f\n",
          units_flattered, units_honest, units_fresh);
  CHECK (flattered > fresh + 0.02 && fabs (honest - fresh) < 0.01);
  CHECK (units_flattered > units_fresh + 0.003
         && fabs (units_honest - units_fresh) < 0.01);
}

static void
test_what_helps (void)
{
  MienPostprocess fitted, again;
  MienPostprocessReport report, second;
  MienPostprocessFigures now;
  Accepted accepted[2] = { { 0 } };

  draw_slow (7, 60, true);
  CHECK (mien_postprocess_fit (frames, 3000, 0.95, &fitted, &report) == 0);
  CHECK (mien_postprocess_is_valid (&fitted));
  CHECK (report.kept_valence_arousal && report.kept_expression
         && report.kept_action_units);
  CHECK (fitted.sigma_valence_arousal > 0 && fitted.sigma_expression > 0
         && fitted.sigma_action_units > 0);
  CHECK (fitted.expression_bias[3] > 0.5 && fitted.action_unit_thresholds[2] < 0.3);
  printf ("# P: raw %.4f, in-sample %.4f, out of fold %.4f\n", report.raw.metrics.p_mtl,
          report.in_sample.metrics.p_mtl, report.out_of_fold.metrics.p_mtl);
  CHECK (report.out_of_fold.metrics.p_mtl > report.raw.metrics.p_mtl + 0.1);
  CHECK (report.out_of_fold.expression_nll < report.raw.expression_nll
         && report.out_of_fold.action_units_nll < report.raw.action_units_nll);
  CHECK (report.in_sample.metrics.p_mtl > report.out_of_fold.metrics.p_mtl - 0.005);
  /* The report's in-sample figure is that of the result, which does the same tomorrow. */
  now = measure (&fitted, 3000);
  CHECK (memcmp (&now.metrics, &report.in_sample.metrics, sizeof now.metrics) == 0);
  CHECK (mien_postprocess_fit (frames, 3000, 0.95, &again, &second) == 0);
  CHECK (memcmp (&fitted, &again, sizeof fitted) == 0);
  /* And on other videos. */
  draw_slow (77, 60, true);
  measure_accepted (&fitted, 3000, &report, accepted);
  printf ("# accepted of new frames: %d expressions, %.3f right; %d units, %.3f right\n",
          accepted[0].n, (double) accepted[0].right / accepted[0].n, accepted[1].n,
          (double) accepted[1].right / accepted[1].n);
  CHECK (accepted[0].n > 300 && accepted[0].right > 0.93 * accepted[0].n
         && accepted[1].n > 3000 && accepted[1].right > 0.93 * accepted[1].n);
  CHECK (
      measure (&fitted, 3000).metrics.p_mtl
      > measure (&(MienPostprocess){ .temperature_expression = 1,
                                     .temperature_action_units = 1,
                                     .action_unit_thresholds = { 0.5, 0.5, 0.5, 0.5, 0.5,
                                                                 0.5, 0.5, 0.5, 0.5, 0.5,
                                                                 0.5, 0.5 } },
                 3000)
                .metrics.p_mtl
            + 0.1);
}

static void
test_without_numbers (void)
{
  MienPostprocess fitted;
  MienPostprocessReport report;

  draw_slow (8, 40, false);
  CHECK (mien_postprocess_fit (frames, 2000, 0.95, &fitted, &report) == 0);
  CHECK (mien_postprocess_radius (&fitted) == 0);
  CHECK (report.kept_expression && fitted.temperature_expression > 1);
}

/* Neighbours without labels are used, and labels of other tasks are not missed. */
static void
test_sparse (void)
{
  MienPostprocess dense, sparse;
  MienPostprocessReport report;

  draw_slow (9, 60, true);
  for (int i = 0; i < 3000; i++)
    {
      frames[i].valence_arousal[0] = frames[i].valence_arousal[1] = NAN;
      memset (frames[i].action_units, -1, 12);
      if (i % 5 != 0)
        frames[i].expression = -1;
    }
  CHECK (mien_postprocess_fit (frames, 3000, 0.95, &sparse, &report) == 0);
  CHECK (report.n_frames == 600 && report.kept_expression && !report.kept_action_units
         && !report.kept_valence_arousal);
  CHECK (sparse.sigma_expression > 0 && sparse.sigma_action_units == 0
         && sparse.temperature_action_units == 1
         && sparse.action_unit_thresholds[2] == 0.5);
  CHECK (isnan (report.raw.action_units_nll) && isnan (report.raw.metrics.p_mtl));
  /* One group alone fits nothing, and no frames at all neither. */
  for (int i = 0; i < 3000; i++)
    frames[i].group = 1;
  CHECK (mien_postprocess_fit (frames, 3000, 0.95, &dense, &report) == 0);
  CHECK (report.n_folds == 0 && report.n_groups == 1 && !report.kept_expression);
  CHECK (dense.temperature_expression == 1 && mien_postprocess_radius (&dense) == 0);
  CHECK (report.raw.metrics.has_expression && report.raw.metrics.n_frames == 600);
  CHECK (mien_postprocess_fit (frames, 0, 0.95, &dense, &report) == 0
         && report.n_frames == 0);
}

int
main (void)
{
  static const MienTest TESTS[] = {
    { "folds", test_folds },           { "random labels", test_random_labels },
    { "what helps", test_what_helps }, { "without numbers", test_without_numbers },
    { "sparse labels", test_sparse },
  };

  return mien_test_run (TESTS, sizeof TESTS / sizeof *TESTS);
}
