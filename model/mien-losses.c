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

/* scale x CE (softmax (logits + adjustment), truth): the value, and the gradient added to
 * d. */
static double
cross_entropy (const float *logits,
               const float adjustment[8],
               int truth,
               double scale,
               float *d)
{
  float adjusted[8];
  double log_p[8];

  for (int c = 0; c < 8; c++)
    adjusted[c] = logits[c] + adjustment[c];
  log_softmax (adjusted, log_p);
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

/* scale x BCE with logits of one unit, without overflow: the value, and the gradient
 * added to d, which may be NULL. */
static double
cross_entropy_of_unit (double z, int truth, double scale, float *d)
{
  double sign = truth == 1 ? -1 : 1;

  if (d != NULL)
    *d += (float) (scale * sign / (1 + exp (-sign * z)));
  return scale * (fmax (sign * z, 0) + log1p (exp (-fabs (z))));
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
        int at = i * MIEN_OUTPUTS + UNITS + k, truth = targets[i].action_units[k];

        if (truth >= 0)
          sum += cross_entropy_of_unit (outputs[at], truth,
                                        (truth == 1 ? weights[k] : 1.0) / count,
                                        d_outputs != NULL ? d_outputs + at : NULL);
      }
  return sum;
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
      sum += cross_entropy (
          outputs + i * MIEN_OUTPUTS, settings->logit_adjustment, targets[i].expression,
          share * settings->expression_weights[targets[i].expression] / count,
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

/* The weight of the pseudo-label of a row, by who was asked, or by its weak view's class
 * and threshold. */
static double
pseudo_of (const float *logits, int row, const MienLossSettings *settings, int *pseudo)
{
  double log_p[8];

  if (settings->pseudo != NULL)
    {
      *pseudo = settings->pseudo[row].expression;
      return settings->pseudo[row].weight;
    }
  log_softmax (logits, log_p);
  *pseudo = 0;
  for (int c = 1; c < 8; c++)
    if (log_p[c] > log_p[*pseudo])
      *pseudo = c;
  return exp (log_p[*pseudo]) >= settings->thresholds[*pseudo];
}

/* L_us over the unlabelled entries of action units. */
static void
add_units (const float *strong,
           const MienTarget *targets,
           int n,
           const MienLossSettings *settings,
           MienLoss *loss,
           float *d_strong)
{
  for (int i = 0; i < n; i++)
    for (int k = 0; k < 12; k++)
      loss->n_unlabelled_units += targets[i].action_units[k] < 0;
  for (int i = 0; i < n; i++)
    for (int k = 0; k < 12; k++)
      {
        const MienPseudo *pseudo = &settings->pseudo[i];
        int at = i * MIEN_OUTPUTS + UNITS + k, truth = pseudo->action_units[k];
        double scale = pseudo->unit_weights[k]
                       * (truth == 1 ? settings->action_unit_weights[k] : 1.0)
                       / loss->n_unlabelled_units;

        if (targets[i].action_units[k] >= 0)
          continue;
        loss->n_confident_units += pseudo->unit_weights[k];
        loss->action_units += cross_entropy_of_unit (
            strong[at], truth, scale, d_strong != NULL ? d_strong + at : NULL);
      }
}

/* L_us over the rows without valence and arousal. */
static void
add_points (const float *strong,
            const MienTarget *targets,
            int n,
            const MienLossSettings *settings,
            MienLoss *loss,
            float *d_strong)
{
  for (int i = 0; i < n; i++)
    loss->n_unlabelled_points += isnan (targets[i].valence);
  for (int i = 0; i < n; i++)
    {
      const MienPseudo *pseudo = &settings->pseudo[i];
      int at = i * MIEN_OUTPUTS + VALENCE;
      double scale = (double) pseudo->point_weight / loss->n_unlabelled_points;
      double x = (double) strong[at] - pseudo->valence;
      double y = (double) strong[at + 1] - pseudo->arousal;

      if (!isnan (targets[i].valence))
        continue;
      loss->n_confident_points += pseudo->point_weight;
      loss->valence_arousal += scale / 2 * (x * x + y * y);
      if (d_strong == NULL)
        continue;
      d_strong[at] += (float) (scale * x);
      d_strong[at + 1] += (float) (scale * y);
    }
}

/* 0.5 L_us + 0.5 L_con of expressions. */
static void
add_expressions (const float *outputs,
                 const MienTarget *targets,
                 int n,
                 const MienLossSettings *settings,
                 MienLoss *loss,
                 float *d_outputs)
{
  double doubt;
  int pseudo;

  for (int i = 0; i < n; i++)
    if (targets[i].expression < 0)
      loss->n_confident += pseudo_of (outputs + i * MIEN_OUTPUTS, i, settings, &pseudo);
  doubt = loss->n_unlabelled - loss->n_confident;
  for (int i = 0; i < n; i++)
    {
      const float *weak = outputs + i * MIEN_OUTPUTS,
                  *strong = outputs + (n + i) * MIEN_OUTPUTS;
      float *d_weak = d_outputs != NULL ? d_outputs + i * MIEN_OUTPUTS : NULL;
      float *d_strong = d_outputs != NULL ? d_outputs + (n + i) * MIEN_OUTPUTS : NULL;
      double sure;

      if (targets[i].expression >= 0)
        continue;
      sure = pseudo_of (weak, i, settings, &pseudo);
      if (sure > 0)
        loss->expression += cross_entropy (
            strong, settings->logit_adjustment, pseudo,
            sure * 0.5 * settings->expression_weights[pseudo] / loss->n_unlabelled,
            d_strong);
      if (sure < 1)
        loss->expression += symmetric_kl (
            weak, strong, (1 - sure) * 0.5 / (M_LN2 * doubt), d_weak, d_strong);
    }
}

void
mien_loss_ssmfar (const float *outputs,
                  const MienTarget *targets,
                  int n,
                  const MienLossSettings *settings,
                  MienLoss *loss,
                  float *d_outputs)
{
  const float *strong = outputs + n * MIEN_OUTPUTS;
  float *d_strong = d_outputs != NULL ? d_outputs + n * MIEN_OUTPUTS : NULL;
  int n_unlabelled = n - count_labelled (targets, n);

  begin (outputs, targets, n, 2 * n, settings, loss, d_outputs);
  loss->n_unlabelled = n_unlabelled;
  loss->expression = loss_labelled (outputs, targets, n, n_unlabelled > 0 ? 0.5 : 1,
                                    settings, d_outputs);
  add_expressions (outputs, targets, n, settings, loss, d_outputs);
  if (settings->pseudo != NULL && settings->all_tasks)
    {
      add_units (strong, targets, n, settings, loss, d_strong);
      add_points (strong, targets, n, settings, loss, d_strong);
    }
  loss->total = loss->expression + loss->valence_arousal + loss->action_units;
}
