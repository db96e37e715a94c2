/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "mien-network.h"

/*
 * The losses of METHOD.md section 5 and their gradients, on rows of MIEN_OUTPUTS logits. All sums
 * in double, means over the rows (for action units: the entries) that carry the label.
 */

/* valence NaN, expression -1, action unit -1: no label. */
typedef struct
{
  float  valence, arousal;
  int8_t expression;
  int8_t action_units[12];
} MienTarget;

/* What stands in for the labels that a row lacks; weights are 0 to 1, 0: it is no pseudo-label. */
typedef struct
{
  float  weight, point_weight, unit_weights[12];
  float  valence, arousal;
  int8_t expression;
  int8_t action_units[12];
} MienPseudo;

typedef struct
{
  float expression_weights[8];         /* w_c of the cross entropy */
  float action_unit_weights[12];       /* positive weights of the BCE */
  float thresholds[8];                 /* T_c; used by mien_loss_ssmfar alone */
  /* Added to the logits in every cross entropy, of labels and of pseudo-labels: tau log (n_c / N)
   * (Menon et al., "Long-tail learning via logit adjustment", 2021); zeros: none. */
  float logit_adjustment[8];
  /* ssmfar: [n], who is confident of what; NULL: of expressions those whose weak view reaches T_c. */
  const MienPseudo *pseudo;
  bool  all_tasks;                     /* ssmfar with pseudo: of valence, arousal and action units too */
} MienLossSettings;

typedef struct
{
  double total, expression, valence_arousal, action_units;
  int    n_unlabelled;                 /* rows without an expression */
  double n_confident;                  /* the sum of their weights; ssmfar alone, as all below */
  int    n_unlabelled_points, n_unlabelled_units;      /* rows, entries; with all_tasks alone */
  double n_confident_points, n_confident_units;
} MienLoss;

/* outputs [n,MIEN_OUTPUTS] -> loss; d_outputs [n,MIEN_OUTPUTS] is overwritten, may be NULL. */
void mien_loss_supervised (const float            *outputs,
                           const MienTarget       *targets,
                           int                     n,
                           const MienLossSettings *settings,
                           MienLoss               *loss,
                           float                  *d_outputs);
/* One forward over 2n rows: rows 0 .. n-1 the weak views, n .. 2n-1 the strong views of the same
 * frames, targets for n. Labelled losses are taken on the weak views; the expression term is
 * 0.5 (L_lab + L_us) + 0.5 L_con: L_us the mean over all unlabelled rows of u w[pseudo] CE (strong,
 * pseudo), L_con the mean, weighted by 1 - u, of KL (weak||strong) + KL (strong||weak) in log2, its
 * gradient through both. u is the row's weight as a pseudo-label; by thresholds it is 1 (confident) or 0.
 * Without unlabelled rows the term is L_lab alone.
 *
 * With all_tasks, the action units' term has the mean over all unlabelled entries of u BCE (strong,
 * pseudo), positives weighted, added to it, and valence and arousal's the mean over all unlabelled rows of
 * u / 2 ||strong - pseudo||^2; the published method has neither. */
void mien_loss_ssmfar     (const float            *outputs,
                           const MienTarget       *targets,
                           int                     n,
                           const MienLossSettings *settings,
                           MienLoss               *loss,
                           float                  *d_outputs);
