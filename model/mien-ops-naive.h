/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-augment.h"
#include "mien-conv-int8.h"
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
/* One entry of a convolution's output and of its gradients, for tensors too large for all of them to be
 * computed this way: floats as they lie in mien-ops.h, [image, row, column, padded channel], summed in
 * double. */
double mien_naive_conv_at                 (const MienConv *conv,
                                           const float    *x,
                                           const float    *w,
                                           int             image,
                                           int             out,
                                           int             i,
                                           int             j);
double mien_naive_conv_input_gradient_at  (const MienConv *conv,
                                           const float    *w,
                                           const float    *d_y,
                                           int             image,
                                           int             in,
                                           int             row,
                                           int             column);
double mien_naive_conv_weight_gradient_at (const MienConv *conv,
                                           int             n,
                                           const float    *x,
                                           const float    *d_y,
                                           int             out,
                                           int             in,
                                           int             r,
                                           int             s);
/* One output of a convolution in eight bits, as mien-conv-int8.h lays it out. */
uint8_t mien_naive_conv_int8_at           (const MienConv    *conv,
                                           const void        *x,
                                           const int16_t     *w,
                                           const MienRescale *rescale,
                                           const uint8_t     *residual,
                                           int                image,
                                           int                out,
                                           int                i,
                                           int                j);
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
/* d_x of mien_naive_max_pool: to the first in rows, then columns, of the pixels that won. */
void   mien_naive_max_pool_gradient (int           planes,
                                     int           side,
                                     const double *x,
                                     const double *d_y,
                                     double       *d_x);
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
