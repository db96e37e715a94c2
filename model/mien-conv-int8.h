/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-kernels.h"
#include "mien-ops.h"

/*
 * Convolutions in eight bits: y = sum scale + shift (+ residual residual_scale), rounded, 0 .. 255, where
 * the sums of x * w are exact. x is uint8_t [n, side, side, pitch of in]; that of a convolution of images is
 * int16_t [n, side, side, in], and one more number behind them may be read. y and residual are uint8_t [n, out_side, out_side, pitch of out], what rescales
 * them is [pitch of out]. conv.tile is 0 or 4.
 *
 * No weight is further from 0 than mien_conv_int8_max_weight, and neither the positive ones of an output nor
 * its negative ones sum to more than MIEN_INT8_MAX_WEIGHTS: then all tiles and sums are exact (WINOGRAD.md).
 */

enum
{
  MIEN_INT8_MAX_WEIGHTS = (1 << 25) / 255,
};

/* A byte's where some processor multiplies bytes: the same everywhere, as the answers are. */
int    mien_conv_int8_max_weight (const MienConv *conv);

/* The tile that is quickest for batches of n images. */
int    mien_conv_int8_choose  (const MienConv *conv, int n);
/* Bytes of packed weights, and of scratch for up to n images. */
size_t mien_conv_int8_packed  (const MienConv *conv);
size_t mien_conv_int8_scratch (const MienConv *conv, int n, int n_threads);
/* w [out, in, kernel, kernel] -> packed */
void   mien_conv_int8_pack    (MienPool       *pool,
                               const MienConv *conv,
                               const int16_t  *w,
                               void           *packed);
void   mien_conv_int8_forward (MienPool          *pool,
                               const MienConv    *conv,
                               int                n,
                               const void        *x,
                               const void        *packed,
                               const MienRescale *rescale,
                               const uint8_t     *residual,
                               uint8_t           *y,
                               void              *scratch);
