/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-network.h"

/* Adam (Kingma and Ba, 2015) as torch.optim.Adam computes it: betas 0.9, 0.999, eps 1e-8, no decay. */

typedef struct
{
  float   *m, *v;                  /* in the order of mien_network_parameters, gradients only */
  size_t   n;
  int64_t  step;
} MienAdam;

int  mien_adam_init  (MienAdam    *adam,
                      MienNetwork *network);       /* 0, or -1 without memory */
void mien_adam_clear (MienAdam    *adam);
void mien_adam_step  (MienAdam    *adam,
                      MienNetwork *network,
                      double       learning_rate);
