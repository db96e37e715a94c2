/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * ABAW's metrics: CCC with population moments over all labelled frames together, macro F1
 * of the eight expressions (a class absent from truth and prediction counts 0), F1 of the
 * positive class of the twelve action units.
 */

#include "mien-metrics.h"

#include <math.h>
#include <stdlib.h>

#include "mien-moments.h"

struct MienMetricsSums
{
  MienMoments valence, arousal;
  size_t n_frames;
  size_t confusion[8][8]; /* [truth][prediction] */
  size_t hits[12], false_alarms[12], misses[12], n_units;
};

/* 0 where both are the same constant. */
static double
ccc (const MienMoments *moments)
{
  double value = mien_moments_ccc (moments);

  return isnan (value) ? 0 : value;
}

static double
f1 (size_t hits, size_t false_alarms, size_t misses)
{
  size_t below = 2 * hits + false_alarms + misses;

  return below > 0 ? 2.0 * (double) hits / (double) below : 0;
}

MienMetricsSums *
mien_metrics_sums_new (void)
{
  return calloc (1, sizeof (MienMetricsSums));
}

void
mien_metrics_sums_free (MienMetricsSums *sums)
{
  free (sums);
}

void
mien_metrics_sums_clear (MienMetricsSums *sums)
{
  *sums = (MienMetricsSums){ 0 };
}

void
mien_metrics_add (MienMetricsSums *sums,
                  const float valence_arousal[2],
                  int expression,
                  const int8_t action_units[12],
                  const float predicted_valence_arousal[2],
                  int predicted_expression,
                  const int8_t predicted_action_units[12])
{
  bool labelled = false;

  if (!isnan (valence_arousal[0]) && !isnan (valence_arousal[1]))
    {
      mien_moments_add (&sums->valence, valence_arousal[0], predicted_valence_arousal[0]);
      mien_moments_add (&sums->arousal, valence_arousal[1], predicted_valence_arousal[1]);
      labelled = true;
    }
  if (expression >= 0)
    {
      sums->confusion[expression][predicted_expression]++;
      labelled = true;
    }
  for (int k = 0; k < 12; k++)
    {
      if (action_units[k] < 0)
        continue;
      labelled = true;
      sums->n_units++;
      if (action_units[k] && predicted_action_units[k])
        sums->hits[k]++;
      else if (action_units[k])
        sums->misses[k]++;
      else if (predicted_action_units[k])
        sums->false_alarms[k]++;
    }
  if (labelled)
    sums->n_frames++;
}

void
mien_metrics_merge (MienMetricsSums *sums, const MienMetricsSums *more)
{
  mien_moments_merge (&sums->valence, &more->valence, 1);
  mien_moments_merge (&sums->arousal, &more->arousal, 1);
  sums->n_frames += more->n_frames;
  sums->n_units += more->n_units;
  for (int c = 0; c < 8; c++)
    for (int k = 0; k < 8; k++)
      sums->confusion[c][k] += more->confusion[c][k];
  for (int k = 0; k < 12; k++)
    {
      sums->hits[k] += more->hits[k];
      sums->false_alarms[k] += more->false_alarms[k];
      sums->misses[k] += more->misses[k];
    }
}

static void
finish_expression (const MienMetricsSums *sums, MienMetrics *metrics)
{
  size_t n = 0, right = 0;

  for (int c = 0; c < 8; c++)
    {
      size_t in_class = 0, predicted = 0;

      for (int other = 0; other < 8; other++)
        {
          in_class += sums->confusion[c][other];
          predicted += sums->confusion[other][c];
        }
      n += in_class;
      metrics->expression_n_of[c] = in_class;
      right += sums->confusion[c][c];
      metrics->expression_f1_of[c] =
          f1 (sums->confusion[c][c], predicted - sums->confusion[c][c],
              in_class - sums->confusion[c][c]);
      metrics->expression_f1 += metrics->expression_f1_of[c] / 8;
    }
  metrics->has_expression = n > 0;
  metrics->expression_accuracy = n > 0 ? (double) right / (double) n : 0;
}

void
mien_metrics_finish (const MienMetricsSums *sums, MienMetrics *metrics)
{
  double total = 0;
  int n_tasks = 0;

  *metrics = (MienMetrics){ .n_frames = sums->n_frames, .p_mtl = NAN, .score = NAN };
  if (sums->valence.n > 0)
    {
      metrics->has_valence_arousal = true;
      metrics->ccc_valence = ccc (&sums->valence);
      metrics->ccc_arousal = ccc (&sums->arousal);
      metrics->valence_arousal_p = (metrics->ccc_valence + metrics->ccc_arousal) / 2;
      total += metrics->valence_arousal_p;
      n_tasks++;
    }
  finish_expression (sums, metrics);
  if (metrics->has_expression)
    {
      total += metrics->expression_f1;
      n_tasks++;
    }
  if (sums->n_units > 0)
    {
      metrics->has_action_units = true;
      for (int k = 0; k < 12; k++)
        {
          metrics->action_units_n_of[k] = sums->hits[k] + sums->misses[k];
          metrics->action_units_f1_of[k] =
              f1 (sums->hits[k], sums->false_alarms[k], sums->misses[k]);
          metrics->action_units_f1 += metrics->action_units_f1_of[k] / 12;
        }
      total += metrics->action_units_f1;
      n_tasks++;
    }
  if (n_tasks > 0)
    metrics->score = total / n_tasks;
  if (n_tasks == 3)
    metrics->p_mtl = total;
}
