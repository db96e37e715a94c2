/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The losses of SS-MFAR (Gera et al., 2022; METHOD.md section 5) and their gradients with
 * respect to the logits. Everything in double; the gradients are stored as float. A row's
 * logits: expressions 0 .. 7, valence 8, arousal 9, action units 10 .. 21.
 */

#include "mien-losses.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum
{
  VALENCE = 8,
  UNITS = 10,
};

static void
log_softmax (const float *logits, double log_p[8])
{
  double largest = logits[0], sum = 0;

  for (int c = 1; c < 8; c++)
    largest = logits[c] > largest ? logits[c] : largest;
  for (int c = 0; c < 8; c++)
    sum += exp (logits[c] - largest);
  for (int c = 0; c < 8; c++)
    log_p[c] = logits[c] - largest - log (sum);
}

/* scale x weight x CE (softmax (logits), truth): the value, and the gradient added to d.
 */
static double
cross_entropy (const float *logits, int truth, double scale, float *d)
{
  double log_p[8];

  log_softmax (logits, log_p);
  for (int c = 0; d != NULL && c < 8; c++)
    d[c] += (float) (scale * (exp (log_p[c]) - (c == truth)));
  return -scale * log_p[truth];
}

/* scale x (KL (p||q) + KL (q||p)), gradient through both: with r = log p - log q,
 * d/da = p (r - KL (p||q)) + p - q, and the same with the sides changed for q. */
static double
symmetric_kl (const float *weak,
              const float *strong,
              double scale,
              float *d_weak,
              float *d_strong)
{
  double log_p[8], log_q[8], p_q = 0, q_p = 0;

  log_softmax (weak, log_p);
  log_softmax (strong, log_q);
  for (int c = 0; c < 8; c++)
    {
      p_q += exp (log_p[c]) * (log_p[c] - log_q[c]);
      q_p += exp (log_q[c]) * (log_q[c] - log_p[c]);
    }
  for (int c = 0; d_weak != NULL && c < 8; c++)
    {
      double p = exp (log_p[c]), q = exp (log_q[c]), r = log_p[c] - log_q[c];

      d_weak[c] += (float) (scale * (p * (r - p_q) + p - q));
      d_strong[c] += (float) (scale * (q * (-r - q_p) + q - p));
    }
  return scale * (p_q + q_p);
}

/* Mean over the labelled entries of BCE with logits, positives weighted. */
static double
loss_action_units (const float *outputs,
                   const MienTarget *targets,
                   int n,
                   const float weights[12],
                   float *d_outputs)
{
  double sum = 0;
  int count = 0;

  for (int i = 0; i < n; i++)
    for (int k = 0; k < 12; k++)
      count += targets[i].action_units[k] >= 0;
  for (int i = 0; i < n; i++)
    for (int k = 0; k < 12; k++)
      {
        double z = outputs[i * MIEN_OUTPUTS + UNITS + k];
        double weight = targets[i].action_units[k] == 1 ? weights[k] : 1;
        double sign = targets[i].action_units[k] == 1 ? -1 : 1;

        if (targets[i].action_units[k] < 0)
          continue;
        /* -log sigmoid (-sign z), without overflow */
        sum += weight * (fmax (sign * z, 0) + log1p (exp (-fabs (z))));
        if (d_outputs != NULL)
          d_outputs[i * MIEN_OUTPUTS + UNITS + k] +=
              (float) (weight * sign / (1 + exp (-sign * z)) / count);
      }
  return count > 0 ? sum / count : 0;
}

static double
target_of (const MienTarget *target, int which)
{
  return which == 0 ? target->valence : target->arousal;
}

/* 0.5 (1 - CCC) of valence or arousal over the rows that have it: population moments,
 * 1e-8 added below. One row has no variance: the term is 0 then. */
static double
loss_ccc (const float *outputs,
          const MienTarget *targets,
          int n,
          int which,
          float *d_outputs)
{
  double count = 0, mean_x = 0, mean_y = 0, xx = 0, yy = 0, xy = 0;

  for (int i = 0; i < n; i++)
    if (!isnan (targets[i].valence))
      {
        count += 1;
        mean_x += outputs[i * MIEN_OUTPUTS + VALENCE + which];
        mean_y += target_of (&targets[i], which);
      }
  if (count < 2)
    return 0;
  mean_x /= count;
  mean_y /= count;
  for (int i = 0; i < n; i++)
    if (!isnan (targets[i].valence))
      {
        double x = outputs[i * MIEN_OUTPUTS + VALENCE + which] - mean_x;
        double y = target_of (&targets[i], which) - mean_y;

        xx += x * x / count;
        yy += y * y / count;
        xy += x * y / count;
      }

  double shift = mean_x - mean_y, below = xx + yy + shift * shift + 1e-8;
  for (int i = 0; d_outputs != NULL && i < n; i++)
    if (!isnan (targets[i].valence))
      {
        double x = outputs[i * MIEN_OUTPUTS + VALENCE + which] - mean_x;
        double y = target_of (&targets[i], which) - mean_y;
        double d_ccc = (2 * y * below - 4 * xy * (x + shift)) / (count * below * below);

        d_outputs[i * MIEN_OUTPUTS + VALENCE + which] += (float) (-0.5 * d_ccc);
      }
  return 0.5 * (1 - 2 * xy / below);
}

/* The two tasks that both methods treat alike. */
static void
begin (const float *outputs,
       const MienTarget *targets,
       int n,
       int rows,
       const MienLossSettings *settings,
       MienLoss *loss,
       float *d_outputs)
{
  if (d_outputs != NULL)
    memset (d_outputs, 0, (size_t) rows * MIEN_OUTPUTS * sizeof *d_outputs);
  *loss = (MienLoss){ 0 };
  loss->valence_arousal = loss_ccc (outputs, targets, n, 0, d_outputs)
                          + loss_ccc (outputs, targets, n, 1, d_outputs);
  loss->action_units =
      loss_action_units (outputs, targets, n, settings->action_unit_weights, d_outputs);
}

static int
count_labelled (const MienTarget *targets, int n)
{
  int count = 0;

  for (int i = 0; i < n; i++)
    count += targets[i].expression >= 0;
  return count;
}

/* share x L_lab: the class-weighted cross entropy, plain mean over the labelled rows. */
static double
loss_labelled (const float *outputs,
               const MienTarget *targets,
               int n,
               double share,
               const MienLossSettings *settings,
               float *d_outputs)
{
  double sum = 0;
  int count = count_labelled (targets, n);

  for (int i = 0; i < n; i++)
    if (targets[i].expression >= 0)
      sum += cross_entropy (outputs + i * MIEN_OUTPUTS, targets[i].expression,
                            share * settings->expression_weights[targets[i].expression]
                                / count,
                            d_outputs != NULL ? d_outputs + i * MIEN_OUTPUTS : NULL);
  return sum;
}

void
mien_loss_supervised (const float *outputs,
                      const MienTarget *targets,
                      int n,
                      const MienLossSettings *settings,
                      MienLoss *loss,
                      float *d_outputs)
{
  begin (outputs, targets, n, n, settings, loss, d_outputs);
  loss->expression = loss_labelled (outputs, targets, n, 1, settings, d_outputs);
  loss->n_unlabelled = n - count_labelled (targets, n);
  loss->total = loss->expression + loss->valence_arousal + loss->action_units;
}

/* The pseudo-label of a weak view, and whether it reaches its class's threshold. */
static bool
is_confident (const float *logits, const MienLossSettings *settings, int *pseudo)
{
  double log_p[8];

  log_softmax (logits, log_p);
  *pseudo = 0;
  for (int c = 1; c < 8; c++)
    if (log_p[c] > log_p[*pseudo])
      *pseudo = c;
  return exp (log_p[*pseudo]) >= settings->thresholds[*pseudo];
}

void
mien_loss_ssmfar (const float *outputs,
                  const MienTarget *targets,
                  int n,
                  const MienLossSettings *settings,
                  MienLoss *loss,
                  float *d_outputs)
{
  int n_unlabelled = n - count_labelled (targets, n), n_doubtful = 0, pseudo;

  begin (outputs, targets, n, 2 * n, settings, loss, d_outputs);
  loss->n_unlabelled = n_unlabelled;
  for (int i = 0; i < n; i++)
    if (targets[i].expression < 0)
      n_doubtful += !is_confident (outputs + i * MIEN_OUTPUTS, settings, &pseudo);
  loss->n_confident = n_unlabelled - n_doubtful;
  loss->expression = loss_labelled (outputs, targets, n, n_unlabelled > 0 ? 0.5 : 1,
                                    settings, d_outputs);
  for (int i = 0; i < n; i++)
    {
      const float *weak = outputs + i * MIEN_OUTPUTS,
                  *strong = outputs + (n + i) * MIEN_OUTPUTS;
      float *d_weak = d_outputs != NULL ? d_outputs + i * MIEN_OUTPUTS : NULL;
      float *d_strong = d_outputs != NULL ? d_outputs + (n + i) * MIEN_OUTPUTS : NULL;

      if (targets[i].expression >= 0)
        continue;
      if (is_confident (weak, settings, &pseudo))
        loss->expression += cross_entropy (
            strong, pseudo, 0.5 * settings->expression_weights[pseudo] / n_unlabelled,
            d_strong);
      else
        loss->expression +=
            symmetric_kl (weak, strong, 0.5 / (M_LN2 * n_doubtful), d_weak, d_strong);
    }
  loss->total = loss->expression + loss->valence_arousal + loss->action_units;
}
