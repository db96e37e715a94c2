/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The losses of METHOD.md section 5 as they are written there, each term by itself.
 */

#include "mien-ops-naive.h"

#include <math.h>

static double
probability (const double *logits, int class)
{
  double sum = 0;

  for (int c = 0; c < 8; c++)
    sum += exp (logits[c]);
  return exp (logits[class]) / sum;
}

static int
most_probable (const double *logits)
{
  int best = 0;

  for (int c = 1; c < 8; c++)
    if (logits[c] > logits[best])
      best = c;
  return best;
}

/* CE of the adjusted logits. */
static double
cross_entropy (const double *logits, int class, const MienLossSettings *settings)
{
  double adjusted[8];

  for (int c = 0; c < 8; c++)
    adjusted[c] = logits[c] + (double) settings->logit_adjustment[c];
  return -log (probability (adjusted, class));
}

/* Mean over the labelled rows of w_c CE. */
static double
labelled (const double *outputs,
          const MienTarget *targets,
          int n,
          const MienLossSettings *settings)
{
  double sum = 0;
  int count = 0;

  for (int i = 0; i < n; i++)
    if (targets[i].expression >= 0)
      {
        int truth = targets[i].expression;

        sum += settings->expression_weights[truth]
               * cross_entropy (outputs + i * MIEN_OUTPUTS, truth, settings);
        count++;
      }
  return count > 0 ? sum / count : 0;
}

/* 1 - CCC of valence (0) or arousal (1) over the rows that have it. */
static double
one_minus_ccc (const double *outputs, const MienTarget *targets, int n, int which)
{
  double count = 0, mean_x = 0, mean_y = 0, variance_x = 0, variance_y = 0,
         covariance = 0;

  for (int i = 0; i < n; i++)
    count += !isnan (targets[i].valence);
  for (int i = 0; i < n; i++)
    if (!isnan (targets[i].valence))
      {
        mean_x += outputs[i * MIEN_OUTPUTS + 8 + which] / count;
        mean_y += (which == 0 ? targets[i].valence : targets[i].arousal) / count;
      }
  for (int i = 0; i < n; i++)
    if (!isnan (targets[i].valence))
      {
        double x = outputs[i * MIEN_OUTPUTS + 8 + which] - mean_x;
        double y = (which == 0 ? targets[i].valence : targets[i].arousal) - mean_y;

        variance_x += x * x / count;
        variance_y += y * y / count;
        covariance += x * y / count;
      }
  if (count < 2)
    return 0;
  return 1 - 2 * covariance / (variance_x + variance_y + pow (mean_x - mean_y, 2) + 1e-8);
}

/* Mean over the labelled entries of BCE, positives weighted. */
static double
action_units (const double *outputs,
              const MienTarget *targets,
              int n,
              const MienLossSettings *settings)
{
  double sum = 0;
  int count = 0;

  for (int i = 0; i < n; i++)
    for (int k = 0; k < 12; k++)
      {
        double p = 1 / (1 + exp (-outputs[i * MIEN_OUTPUTS + 10 + k]));

        if (targets[i].action_units[k] == 1)
          sum -= settings->action_unit_weights[k] * log (p);
        else if (targets[i].action_units[k] == 0)
          sum -= log (1 - p);
        count += targets[i].action_units[k] >= 0;
      }
  return count > 0 ? sum / count : 0;
}

static double
other_tasks (const double *outputs,
             const MienTarget *targets,
             int n,
             const MienLossSettings *settings)
{
  return 0.5 * one_minus_ccc (outputs, targets, n, 0)
         + 0.5 * one_minus_ccc (outputs, targets, n, 1)
         + action_units (outputs, targets, n, settings);
}

double
mien_naive_loss_supervised (const double *outputs,
                            const MienTarget *targets,
                            int n,
                            const MienLossSettings *settings)
{
  return labelled (outputs, targets, n, settings)
         + other_tasks (outputs, targets, n, settings);
}

static double
divergence (const double *p_logits, const double *q_logits)
{
  double sum = 0;

  for (int c = 0; c < 8; c++)
    sum += probability (p_logits, c)
           * log2 (probability (p_logits, c) / probability (q_logits, c));
  return sum;
}

/* The weight of a row's pseudo-label: given, or 1 above its class's threshold. */
static double
confidence (const double *weak, int row, const MienLossSettings *settings, int *pseudo)
{
  if (settings->pseudo != NULL)
    {
      *pseudo = settings->pseudo[row].expression;
      return (double) settings->pseudo[row].weight;
    }
  *pseudo = most_probable (weak);
  return probability (weak, *pseudo) >= settings->thresholds[*pseudo] ? 1 : 0;
}

/* What pseudo-labels of the other tasks add, on the strong views. */
static double
other_pseudo_labels (const double *strong,
                     const MienTarget *targets,
                     int n,
                     const MienLossSettings *settings)
{
  double units = 0, points = 0;
  int n_units = 0, n_points = 0;

  for (int i = 0; i < n; i++, strong += MIEN_OUTPUTS)
    {
      const MienPseudo *pseudo = &settings->pseudo[i];

      if (isnan (targets[i].valence))
        {
          points += (double) pseudo->point_weight / 2
                    * (pow (strong[8] - (double) pseudo->valence, 2)
                       + pow (strong[9] - (double) pseudo->arousal, 2));
          n_points++;
        }
      for (int k = 0; k < 12; k++)
        {
          double p = 1 / (1 + exp (-strong[10 + k]));

          if (targets[i].action_units[k] >= 0)
            continue;
          units -=
              (double) pseudo->unit_weights[k]
              * (pseudo->action_units[k] == 1 ? settings->action_unit_weights[k] * log (p)
                                              : log (1 - p));
          n_units++;
        }
    }
  return (n_units > 0 ? units / n_units : 0) + (n_points > 0 ? points / n_points : 0);
}

double
mien_naive_loss_ssmfar (const double *outputs,
                        const MienTarget *targets,
                        int n,
                        const MienLossSettings *settings)
{
  double l_lab = labelled (outputs, targets, n, settings), l_us = 0, l_con = 0, others;
  double doubt = 0;
  int n_unlabelled = 0;

  for (int i = 0; i < n; i++)
    {
      const double *weak = outputs + i * MIEN_OUTPUTS;
      const double *strong = outputs + (n + i) * MIEN_OUTPUTS;
      double sure;
      int pseudo;

      if (targets[i].expression >= 0)
        continue;
      sure = confidence (weak, i, settings, &pseudo);
      n_unlabelled++;
      doubt += 1 - sure;
      l_us += sure * settings->expression_weights[pseudo]
              * cross_entropy (strong, pseudo, settings);
      l_con += (1 - sure) * (divergence (weak, strong) + divergence (strong, weak));
    }
  l_us /= n_unlabelled > 0 ? n_unlabelled : 1;
  l_con /= doubt > 0 ? doubt : 1;
  others = other_tasks (outputs, targets, n, settings);
  if (settings->pseudo != NULL && settings->all_tasks)
    others += other_pseudo_labels (outputs + n * MIEN_OUTPUTS, targets, n, settings);
  return (n_unlabelled > 0 ? 0.5 * (l_lab + l_us) + 0.5 * l_con : l_lab) + others;
}
