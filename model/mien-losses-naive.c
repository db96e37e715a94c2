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

        sum -= settings->expression_weights[truth]
               * log (probability (outputs + i * MIEN_OUTPUTS, truth));
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

double
mien_naive_loss_ssmfar (const double *outputs,
                        const MienTarget *targets,
                        int n,
                        const MienLossSettings *settings)
{
  double l_lab = labelled (outputs, targets, n, settings), l_us = 0, l_con = 0;
  int n_unlabelled = 0, n_doubtful = 0;

  for (int i = 0; i < n; i++)
    {
      const double *weak = outputs + i * MIEN_OUTPUTS;
      const double *strong = outputs + (n + i) * MIEN_OUTPUTS;
      int pseudo = most_probable (weak);

      if (targets[i].expression >= 0)
        continue;
      n_unlabelled++;
      if (probability (weak, pseudo) >= settings->thresholds[pseudo])
        l_us -= settings->expression_weights[pseudo] * log (probability (strong, pseudo));
      else
        {
          l_con += divergence (weak, strong) + divergence (strong, weak);
          n_doubtful++;
        }
    }
  l_us /= n_unlabelled > 0 ? n_unlabelled : 1;
  l_con /= n_doubtful > 0 ? n_doubtful : 1;
  return (n_unlabelled > 0 ? 0.5 * (l_lab + l_us) + 0.5 * l_con : l_lab)
         + other_tasks (outputs, targets, n, settings);
}
