/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Fitting a post-processing, once on all frames and once without each fold, in one walk:
 * the smoothing of the frames by one sigma is the same for all of these sets, so it is
 * made once and scored for each.
 *
 * Invariants: a set sees the labels of its own frames alone; the answers of other frames
 * of a video are neighbours, labelled or not, as they are when the model proposes. One
 * smoothed copy of one task is in memory at a time.
 */

#include "mien-acceptance.h"
#include "mien-postprocess-private.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum
{
  N_CLASSES = 8,
  N_UNITS = 12,
  POINT = 8,
  FIRST_UNIT = 11,
  MAX_SETS = MIEN_POSTPROCESS_MAX_FOLDS + 1,
  N_ITEMS = N_CLASSES + N_UNITS, /* that answers are accepted by */
};

const double mien_sigmas[MIEN_N_SIGMAS] = { 0, 2, 8, 32, 128, 512, 2048 };

typedef enum
{
  VALENCE_AROUSAL,
  EXPRESSION,
  ACTION_UNITS,
} Task;

static const size_t WIDTHS[] = { 2, N_CLASSES, N_UNITS };

/* One answer to a labelled frame: which class or unit, how sure, and whether it is right.
 */
typedef struct
{
  float confidence;
  int8_t item;
  bool right;
} Answer;

/* Set s < n_folds is all frames but those of fold s; set n_folds is all of them. */
typedef struct
{
  const MienPostprocessFrame *frames;
  size_t n;
  int8_t *folds;    /* [n] */
  int n_folds;      /* 0: there is nothing to fit */
  int64_t *numbers; /* [n] */
  float *values;    /* [n, width] of the task at hand */
  float *smoothed;  /* [n, width] */
  float *picked;    /* [12 n]: what one set sees of it */
  int8_t *labels;   /* [12 n] */
  float *processed; /* [n, 23] */
  MienPostprocess fitted[MAX_SETS];
  MienPostprocess plain[MAX_SETS]; /* temperatures alone */
} Fit;

static bool
is_in_set (const Fit *fit, size_t i, int set)
{
  return fit->folds[i] >= 0 && fit->folds[i] != set;
}

/* Calls for each video are by its range of frames. */
static size_t
end_of_video (const Fit *fit, size_t first)
{
  size_t end = first + 1;

  while (end < fit->n && fit->frames[end].video == fit->frames[first].video)
    end++;
  return end;
}

static void
take_values (Fit *fit, Task task)
{
  size_t width = WIDTHS[task];
  float expression[N_CLASSES], units[N_UNITS];

  for (size_t i = 0; i < fit->n; i++)
    {
      const float *answer = fit->frames[i].answer;
      const float *from = task == EXPRESSION     ? expression
                          : task == ACTION_UNITS ? units
                                                 : answer + POINT;

      if (task != VALENCE_AROUSAL)
        mien_answer_logits (answer, expression, units);
      memcpy (fit->values + i * width, from, width * sizeof *from);
    }
}

static int
smooth_videos (Fit *fit, Task task, double sigma)
{
  size_t width = WIDTHS[task], end;

  for (size_t first = 0; first < fit->n; first = end)
    {
      end = end_of_video (fit, first);
      if (mien_smooth (sigma, end - first, fit->numbers + first,
                       fit->values + first * width, width, 0, end - first,
                       fit->smoothed + first * width)
          != 0)
        return -1;
    }
  return 0;
}

/* The labelled rows of a set: logits [n, 8] or, for units, one logit an entry. */
static size_t
pick (Fit *fit, Task task, int set)
{
  size_t n = 0;

  for (size_t i = 0; i < fit->n; i++)
    {
      const MienPostprocessFrame *frame = &fit->frames[i];

      if (!is_in_set (fit, i, set))
        continue;
      if (task == EXPRESSION && frame->expression >= 0)
        {
          memcpy (fit->picked + n * N_CLASSES, fit->smoothed + i * N_CLASSES,
                  N_CLASSES * sizeof *fit->picked);
          fit->labels[n++] = frame->expression;
        }
      for (int k = 0; task == ACTION_UNITS && k < N_UNITS; k++)
        if (frame->action_units[k] >= 0)
          {
            fit->picked[n] = fit->smoothed[i * N_UNITS + (size_t) k];
            fit->labels[n++] = frame->action_units[k];
          }
    }
  return n;
}

/* The mean of the two CCC over a set, NaN without labels. */
static int
score_points (const Fit *fit, int set, double *score)
{
  static const int8_t NO_UNITS[N_UNITS] = {
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1
  };
  MienMetricsSums *sums = mien_metrics_sums_new ();
  MienMetrics metrics;

  if (sums == NULL)
    return -1;
  for (size_t i = 0; i < fit->n; i++)
    if (is_in_set (fit, i, set))
      mien_metrics_add (sums, fit->frames[i].valence_arousal, -1, NO_UNITS,
                        fit->smoothed + i * 2, 0, NO_UNITS);
  mien_metrics_finish (sums, &metrics);
  mien_metrics_sums_free (sums);
  *score = metrics.has_valence_arousal ? metrics.valence_arousal_p : NAN;
  return 0;
}

static double *
sigma_of (MienPostprocess *postprocess, Task task)
{
  return task == VALENCE_AROUSAL ? &postprocess->sigma_valence_arousal
         : task == EXPRESSION    ? &postprocess->sigma_expression
                                 : &postprocess->sigma_action_units;
}

static double *
temperature_of (MienPostprocess *postprocess, Task task)
{
  return task == EXPRESSION ? &postprocess->temperature_expression
                            : &postprocess->temperature_action_units;
}

/* Each set keeps the sigma that it likes best, the smaller of equals. A NaN is never
 * better. */
static int
choose_sigmas (Fit *fit, Task task)
{
  double best[MAX_SETS];

  for (int g = 0; g < MIEN_N_SIGMAS; g++)
    {
      if (smooth_videos (fit, task, mien_sigmas[g]) != 0)
        return -1;
      for (int set = 0; set <= fit->n_folds; set++)
        {
          double score, temperature = 1;

          if (task == VALENCE_AROUSAL)
            {
              if (score_points (fit, set, &score) != 0)
                return -1;
            }
          else
            {
              size_t n = pick (fit, task, set);

              temperature =
                  mien_search_temperature (n, task == EXPRESSION ? N_CLASSES : 1,
                                           fit->picked, fit->labels, &score);
              score = -score;
            }
          if (g > 0 && !(score > best[set] + 1e-9))
            continue;
          best[set] = score;
          *sigma_of (&fit->fitted[set], task) = mien_sigmas[g];
          if (task == VALENCE_AROUSAL)
            continue;
          *temperature_of (&fit->fitted[set], task) = temperature;
          if (g == 0)
            *temperature_of (&fit->plain[set], task) = temperature;
        }
    }
  return 0;
}

static int
fit_thresholds (Fit *fit, int set)
{
  MienPostprocess *fitted = &fit->fitted[set];

  for (int k = 0; k < N_UNITS; k++)
    {
      size_t n = 0, positives = 0;

      for (size_t i = 0; i < fit->n; i++)
        {
          int8_t label = fit->frames[i].action_units[k];
          double logit = fit->smoothed[i * N_UNITS + (size_t) k];

          if (!is_in_set (fit, i, set) || label < 0)
            continue;
          fit->picked[n] =
              (float) (1 / (1 + exp (-logit / fitted->temperature_action_units)));
          fit->labels[n++] = label;
          positives += label > 0;
        }
      if (positives >= MIEN_FEWEST_OF_A_KIND && n - positives >= MIEN_FEWEST_OF_A_KIND
          && mien_search_threshold (n, fit->picked, fit->labels,
                                    &fitted->action_unit_thresholds[k])
                 != 0)
        return -1;
    }
  return 0;
}

static void
fit_bias (Fit *fit, int set)
{
  MienPostprocess *fitted = &fit->fitted[set];
  size_t n = pick (fit, EXPRESSION, set);

  for (size_t i = 0; i < n * N_CLASSES; i++)
    fit->picked[i] = (float) (fit->picked[i] / fitted->temperature_expression);
  mien_search_bias (n, fit->picked, fit->labels, fitted->expression_bias);
}

static int
fit_task (Fit *fit, Task task)
{
  take_values (fit, task);
  if (choose_sigmas (fit, task) != 0)
    return -1;
  for (int set = 0; set <= fit->n_folds && task != VALENCE_AROUSAL; set++)
    {
      if (smooth_videos (fit, task, *sigma_of (&fit->fitted[set], task)) != 0)
        return -1;
      if (task == EXPRESSION)
        fit_bias (fit, set);
      else if (fit_thresholds (fit, set) != 0)
        return -1;
    }
  return 0;
}

typedef struct
{
  double sum;
  size_t n;
} Mean;

static double
mean (const Mean *mean)
{
  return mean->n > 0 ? mean->sum / (double) mean->n : NAN;
}

typedef struct
{
  MienMetricsSums *sums;
  Mean expression, units;
  Answer *answers; /* [13 frames with labels], or NULL: not wanted */
  size_t n_answers;
} Measurement;

static void
add_answer (Measurement *measurement, int item, float confidence, bool right)
{
  if (measurement->answers != NULL)
    measurement->answers[measurement->n_answers++] =
        (Answer){ confidence, (int8_t) item, right };
}

static void
add_frame (const MienPostprocess *postprocess,
           const MienPostprocessFrame *frame,
           const float *processed,
           Measurement *measurement)
{
  Mean *expression = &measurement->expression, *units = &measurement->units;
  MienMetricsSums *sums = measurement->sums;
  int8_t present[N_UNITS];
  int class = 0;

  mien_postprocess_decide (postprocess, processed, &class, present);
  mien_metrics_add (sums, frame->valence_arousal, frame->expression, frame->action_units,
                    processed + POINT, class, present);
  if (frame->expression >= 0)
    {
      expression->sum -= log (fmax (processed[frame->expression], FLT_MIN));
      expression->n++;
      add_answer (measurement, class, processed[class], class == frame->expression);
    }
  for (int k = 0; k < N_UNITS; k++)
    if (frame->action_units[k] >= 0)
      {
        double p = processed[FIRST_UNIT + k];

        units->sum -= log (fmax (frame->action_units[k] ? p : 1 - p, 0x1p-24));
        units->n++;
        add_answer (measurement, N_CLASSES + k, (float) (present[k] ? p : 1 - p),
                    present[k] == frame->action_units[k]);
      }
}

/* candidates: by set. set: of which the frames are asked; -1: of each fold the set that
 * has not seen it. */
static int
ask (Fit *fit, const MienPostprocess *candidates, int set, Measurement *measurement)
{
  size_t end;

  for (size_t first = 0; first < fit->n; first = end)
    {
      const MienPostprocess *used;
      int fold = -1;

      end = end_of_video (fit, first);
      for (size_t i = first; i < end && fold < 0; i++)
        fold = fit->folds[i];
      if (fold < 0)
        continue;
      used = &candidates[set >= 0 ? set : fold];
      for (size_t i = first; i < end; i++)
        memcpy (fit->values + (i - first) * MIEN_POSTPROCESS_ANSWER,
                fit->frames[i].answer, sizeof fit->frames[i].answer);
      if (mien_postprocess_apply (used, end - first, fit->numbers + first, fit->values, 0,
                                  end - first, fit->processed)
          != 0)
        return -1;
      for (size_t i = first; i < end; i++)
        if (fit->folds[i] >= 0)
          add_frame (used, &fit->frames[i],
                     fit->processed + (i - first) * MIEN_POSTPROCESS_ANSWER, measurement);
    }
  return 0;
}

static int
measure (Fit *fit,
         const MienPostprocess *candidates,
         int set,
         MienPostprocessFigures *figures)
{
  Measurement measurement = { .sums = mien_metrics_sums_new () };
  int status = -1;

  if (measurement.sums != NULL)
    status = ask (fit, candidates, set, &measurement);
  if (status == 0)
    {
      mien_metrics_finish (measurement.sums, &figures->metrics);
      figures->expression_nll = mean (&measurement.expression);
      figures->action_units_nll = mean (&measurement.units);
    }
  mien_metrics_sums_free (measurement.sums);
  return status;
}

/* By what is kept of each set, of the answers to frames that it has not seen. */
static int
find_acceptance (Fit *fit,
                 const MienPostprocess *kept,
                 double precision,
                 MienPostprocessReport *report)
{
  Measurement measurement = { .sums = mien_metrics_sums_new () };
  MienCoverageAnswer *of_item =
      malloc ((report->n_frames + 1) * sizeof (MienCoverageAnswer));
  int status = -1;

  measurement.answers = malloc ((report->n_frames + 1) * (1 + N_UNITS) * sizeof (Answer));
  if (measurement.sums != NULL && measurement.answers != NULL && of_item != NULL)
    status = ask (fit, kept, -1, &measurement);
  for (int item = 0; status == 0 && item < N_ITEMS; item++)
    {
      size_t n = 0;

      for (size_t i = 0; i < measurement.n_answers; i++)
        if (measurement.answers[i].item == item)
          of_item[n++] =
              (MienCoverageAnswer){ .confidence = measurement.answers[i].confidence,
                                    .right = measurement.answers[i].right };
      *(item < N_CLASSES ? &report->accept_expressions[item]
                         : &report->accept_action_units[item - N_CLASSES]) =
          mien_acceptance_threshold (of_item, n, precision);
    }
  mien_metrics_sums_free (measurement.sums);
  free (measurement.answers);
  free (of_item);
  return status;
}

/* What did not help where it was not fitted is left out, of every set. */
static void
keep_what_helps (const Fit *fit,
                 const MienPostprocessFigures *plain,
                 MienPostprocess kept[MAX_SETS],
                 MienPostprocessReport *report)
{
  const MienPostprocessFigures *raw = &report->raw, *out = &report->out_of_fold;

  report->kept_valence_arousal =
      raw->metrics.has_valence_arousal
      && out->metrics.valence_arousal_p >= raw->metrics.valence_arousal_p;
  report->kept_expression = raw->metrics.has_expression
                            && out->metrics.expression_f1 >= raw->metrics.expression_f1;
  report->kept_action_units =
      raw->metrics.has_action_units
      && out->metrics.action_units_f1 >= raw->metrics.action_units_f1;
  for (int set = 0; set <= fit->n_folds; set++)
    {
      const MienPostprocess *all = &fit->fitted[set], *some = &fit->plain[set];
      MienPostprocess *postprocess = &kept[set];

      if (report->kept_valence_arousal)
        postprocess->sigma_valence_arousal = all->sigma_valence_arousal;
      if (report->kept_expression)
        {
          postprocess->sigma_expression = all->sigma_expression;
          postprocess->temperature_expression = all->temperature_expression;
          memcpy (postprocess->expression_bias, all->expression_bias,
                  sizeof all->expression_bias);
        }
      else if (plain->expression_nll < raw->expression_nll)
        postprocess->temperature_expression = some->temperature_expression;
      if (report->kept_action_units)
        {
          postprocess->sigma_action_units = all->sigma_action_units;
          postprocess->temperature_action_units = all->temperature_action_units;
          memcpy (postprocess->action_unit_thresholds, all->action_unit_thresholds,
                  sizeof all->action_unit_thresholds);
        }
      else if (plain->action_units_nll < raw->action_units_nll)
        postprocess->temperature_action_units = some->temperature_action_units;
    }
}

static int
run (Fit *fit,
     double precision,
     MienPostprocess *postprocess,
     MienPostprocessReport *report)
{
  MienPostprocessFigures plain;
  MienPostprocess neutral, kept[MAX_SETS];

  mien_postprocess_init (&neutral);
  *postprocess = neutral;
  for (int set = 0; set < MAX_SETS; set++)
    fit->fitted[set] = fit->plain[set] = kept[set] = neutral;
  if (measure (fit, &neutral, 0, &report->raw) != 0)
    return -1;
  report->in_sample = report->out_of_fold = report->raw;
  if (fit->n_folds == 0)
    return 0;
  for (Task task = VALENCE_AROUSAL; task <= ACTION_UNITS; task++)
    if (fit_task (fit, task) != 0)
      return -1;
  if (measure (fit, fit->fitted, fit->n_folds, &report->in_sample) != 0
      || measure (fit, fit->fitted, -1, &report->out_of_fold) != 0
      || measure (fit, fit->plain, -1, &plain) != 0)
    return -1;
  keep_what_helps (fit, &plain, kept, report);
  *postprocess = kept[fit->n_folds];
  return find_acceptance (fit, kept, precision, report);
}

int64_t
mien_postprocess_fit_radius (void)
{
  return mien_sigma_radius (mien_sigmas[MIEN_N_SIGMAS - 1]);
}

int
mien_postprocess_fit (const MienPostprocessFrame *frames,
                      size_t n,
                      double precision,
                      MienPostprocess *postprocess,
                      MienPostprocessReport *report)
{
  Fit *fit = calloc (1, sizeof *fit);
  MienPostprocess fitted;
  MienPostprocessReport figures = { 0 };
  int status = -1, n_folds = -1;

  if (fit == NULL)
    return -1;
  fit->frames = frames;
  fit->n = n;
  fit->folds = malloc (n + 1);
  fit->numbers = malloc ((n + 1) * sizeof *fit->numbers);
  fit->values = malloc ((n + 1) * MIEN_POSTPROCESS_ANSWER * sizeof *fit->values);
  fit->smoothed = malloc ((n + 1) * N_UNITS * sizeof *fit->smoothed);
  fit->picked = malloc ((n + 1) * N_UNITS * sizeof *fit->picked);
  fit->labels = malloc ((n + 1) * N_UNITS);
  fit->processed = malloc ((n + 1) * MIEN_POSTPROCESS_ANSWER * sizeof *fit->processed);
  if (fit->folds != NULL && fit->numbers != NULL && fit->values != NULL
      && fit->smoothed != NULL && fit->picked != NULL && fit->labels != NULL
      && fit->processed != NULL)
    n_folds = mien_postprocess_folds (frames, n, fit->folds, &figures.n_groups,
                                      &figures.n_frames);
  if (n_folds >= 0)
    {
      for (size_t i = 0; i < n; i++)
        fit->numbers[i] = frames[i].number;
      fit->n_folds = n_folds;
      figures.n_folds = (size_t) n_folds;
      status = run (fit, precision, &fitted, &figures);
    }
  if (status == 0)
    {
      *postprocess = fitted;
      *report = figures;
    }
  free (fit->folds);
  free (fit->numbers);
  free (fit->values);
  free (fit->smoothed);
  free (fit->picked);
  free (fit->labels);
  free (fit->processed);
  free (fit);
  return status;
}
