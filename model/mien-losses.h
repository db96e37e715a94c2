/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

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

typedef struct
{
  float expression_weights[8];         /* w_c of the cross entropy */
  float action_unit_weights[12];       /* positive weights of the BCE */
  float thresholds[8];                 /* T_c; used by mien_loss_ssmfar alone */
} MienLossSettings;

typedef struct
{
  double total, expression, valence_arousal, action_units;
  int    n_unlabelled, n_confident;    /* of expressions; ssmfar alone */
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
 * 0.5 (L_lab + L_us) + 0.5 L_con: L_us the mean over all unlabelled rows of w[pseudo] CE (strong,
 * pseudo) where confident, L_con the mean over the unlabelled rows that are not confident of
 * KL (weak||strong) + KL (strong||weak) in log2, its gradient through both. Without unlabelled
 * rows it is L_lab alone. */
void mien_loss_ssmfar     (const float            *outputs,
                           const MienTarget       *targets,
                           int                     n,
                           const MienLossSettings *settings,
                           MienLoss               *loss,
                           float                  *d_outputs);
