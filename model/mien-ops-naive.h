/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-augment.h"
#include "mien-losses.h"
#include "mien-ops.h"

/*
 * The operators of mien-ops.h, the losses and the augmentations as their definitions say: in double,
 * one output after the other, nothing shared and nothing clever. For tests: what is fast is compared
 * with these, and gradients with finite differences of these. Layouts as in mien-ops.h.
 */

void   mien_naive_conv      (const MienConv   *conv,
                             int               n,
                             const double     *x,
                             const double     *w,
                             double           *y);
/* Batch statistics, normalisation, residual (may be NULL), ReLU. */
void   mien_naive_norm      (int               n,
                             int               channels,
                             int               area,
                             const double     *x,
                             const double     *gamma,
                             const double     *beta,
                             const double     *residual,
                             bool              relu,
                             double           *y);
/* Mean and variance (divided by the count) of a channel. */
void   mien_naive_moments   (int               n,
                             int               channels,
                             int               area,
                             int               channel,
                             const double     *x,
                             double           *mean,
                             double           *variance);
void   mien_naive_max_pool  (int               planes,
                             int               side,
                             const double     *x,
                             double           *y);
void   mien_naive_mean_pool (int               planes,
                             int               area,
                             const double     *x,
                             double           *y);
void   mien_naive_dropout   (size_t            n,
                             uint64_t          seed,
                             const double     *x,
                             double           *y);
void   mien_naive_unit      (int               n,
                             int               width,
                             const double     *x,
                             double           *y);
void   mien_naive_linear    (const MienLinear *linear,
                             int               n,
                             const double     *x,
                             const double     *w,
                             const double     *b,
                             bool              relu,
                             double           *y);

/* Totals of the losses, with a pseudo-label fixed by the weak view as it is. */
double mien_naive_loss_supervised (const double           *outputs,
                                   const MienTarget       *targets,
                                   int                     n,
                                   const MienLossSettings *settings);
double mien_naive_loss_ssmfar     (const double           *outputs,
                                   const MienTarget       *targets,
                                   int                     n,
                                   const MienLossSettings *settings);

/* Like mien_augment, from one image to another. */
void   mien_naive_augment         (MienAugment             augment,
                                   double                  magnitude,
                                   int                     side,
                                   const uint8_t          *rgb,
                                   uint8_t                *result);
