/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-network.h"

/*
 * Adam (Kingma and Ba, 2015) as torch.optim.Adam computes it: betas 0.9, 0.999, eps 1e-8; with
 * torch.optim.AdamW's decoupled decay (Loshchilov and Hutter, 2019) and torch's clip_grad_norm_ in
 * front of it.
 */

typedef struct
{
  double weight_decay;             /* w -= rate x decay x w before the step; not of biases and BN */
  double clip;                     /* gradients are scaled to this norm if theirs is larger; 0: never */
  double trunk_rate;               /* the trunk's share of the learning rate */
  int    freeze;                   /* 0: nothing, 1: the stem, 2 .. 5: and stages 1 .. 4 do not move */
} MienAdamSettings;

typedef struct
{
  float            *m, *v;         /* in the order of mien_network_parameters, gradients only */
  size_t            n;
  int64_t           step;
  MienAdamSettings  settings;
} MienAdam;

/* Settings: no decay, no clipping, everything moves alike. 0, or -1 without memory. */
int    mien_adam_init  (MienAdam            *adam,
                        MienNetwork         *network);
void   mien_adam_clear (MienAdam            *adam);
/* The norm of the gradients of all that moves together, before clipping, summed in double. If it is not
 * finite no step was taken and nothing has moved. */
double mien_adam_step  (MienAdam            *adam,
                        MienNetwork         *network,
                        double               learning_rate);
/* Where a parameter stands: 0 the stem, 1 .. 4 the stages, 5 the heads. */
int    mien_parameter_stage (const MienParameter *parameter);
