/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mien-pool.h"

/*
 * The operators of the network, each a forward and a backward function on plain pointers and sizes.
 * NCHW, float32, contiguous. A gradient is named d_ and the name of what it belongs to; gradients of
 * parameters are added to, all other outputs overwritten. mien-ops-naive.h has the same functions
 * as the definitions say, for the tests.
 */

/* x [n, in, side, side] -> y [n, out, out_side, out_side]; w [out, in, kernel, kernel]; no bias. */
typedef struct
{
  int in, out, kernel, stride, pad, side;
} MienConv;

static inline int
mien_conv_out_side (const MienConv *conv)
{
  return (conv->side + 2 * conv->pad - conv->kernel) / conv->stride + 1;
}

/* Floats of scratch that one worker needs. */
size_t mien_conv_scratch  (const MienConv *conv);

void   mien_conv_forward  (MienPool       *pool,
                           const MienConv *conv,
                           int             n,
                           const float    *x,
                           const float    *w,
                           float          *y,
                           float *const   *scratch);    /* one a worker */
/* d_w_parts: one [out, in, kernel, kernel] a worker, overwritten. d_x may be NULL. */
void   mien_conv_backward (MienPool       *pool,
                           const MienConv *conv,
                           int             n,
                           const float    *x,
                           const float    *w,
                           const float    *d_y,
                           float          *d_x,
                           float          *d_w,
                           float *const   *scratch,
                           float *const   *d_w_parts);

/* Per channel: mean and 1 / sqrt (variance + 1e-5) of x [n, channels, area] over n and area, in double; the
 * running mean and (unbiased) variance move towards them by momentum 0.1. */
void   mien_norm_statistics (MienPool     *pool,
                             int           n,
                             int           channels,
                             int           area,
                             const float  *x,
                             float        *mean,
                             float        *inverse,
                             float        *running_mean,
                             float        *running_variance);
/* y = gamma (x - mean) inverse + beta (+ residual), then ReLU if relu. y may be x. residual may be NULL. */
void   mien_norm_forward    (MienPool     *pool,
                             int           n,
                             int           channels,
                             int           area,
                             const float  *x,
                             const float  *mean,
                             const float  *inverse,
                             const float  *gamma,
                             const float  *beta,
                             const float  *residual,
                             bool          relu,
                             float        *y);
/* d_y is the gradient behind the ReLU's mask (mien_relu_backward). d_x may be d_y. */
void   mien_norm_backward   (MienPool     *pool,
                             int           n,
                             int           channels,
                             int           area,
                             const float  *x,
                             const float  *mean,
                             const float  *inverse,
                             const float  *gamma,
                             const float  *d_y,
                             float        *d_x,
                             float        *d_gamma,
                             float        *d_beta);
/* d = 0 where y = 0, in place. */
void   mien_relu_backward   (MienPool     *pool,
                             size_t        n,
                             const float  *y,
                             float        *d);
/* a += b */
void   mien_add             (MienPool     *pool,
                             size_t        n,
                             float        *a,
                             const float  *b);

/* 3x3, stride 2, padding 1: x [planes, side, side] -> y [planes, side / 2, side / 2]; side is even.
 * choice: which of the nine won, first in rows, then columns; may be NULL. */
void   mien_max_pool_forward  (MienPool      *pool,
                               int            planes,
                               int            side,
                               const float   *x,
                               float         *y,
                               uint8_t       *choice);
void   mien_max_pool_backward (MienPool      *pool,
                               int            planes,
                               int            side,
                               const float   *d_y,
                               const uint8_t *choice,
                               float         *d_x);

/* x [planes, area] -> y [planes] */
void   mien_mean_pool_forward  (int           planes,
                                int           area,
                                const float  *x,
                                float        *y);
void   mien_mean_pool_backward (int           planes,
                                int           area,
                                const float  *d_y,
                                float        *d_x);

/* y = x mask, mask 0 or 2 with probability 1/2 each, from (seed, index) alone. Backward is the same. */
void   mien_dropout            (size_t        n,
                                uint64_t      seed,
                                const float  *x,
                                float        *y);

/* y = x / max (|x|, 1e-12) by row; norm [n] is kept for backward. */
void   mien_unit_forward       (int           n,
                                int           width,
                                const float  *x,
                                float        *y,
                                float        *norm);
void   mien_unit_backward      (int           n,
                                int           width,
                                const float  *y,
                                const float  *norm,
                                const float  *d_y,
                                float        *d_x);

/* x [n, in] (rows x_stride apart), w [out, in], b [out] -> y [n, out] (rows y_stride apart). */
typedef struct
{
  int in, out, x_stride, y_stride;
} MienLinear;

void   mien_linear_forward     (const MienLinear *linear,
                                int               n,
                                const float      *x,
                                const float      *w,
                                const float      *b,
                                bool              relu,
                                float            *y);
/* d_y is behind the mask. d_x [n, in] is added to. */
void   mien_linear_backward    (const MienLinear *linear,
                                int               n,
                                const float      *x,
                                const float      *w,
                                const float      *d_y,
                                float            *d_x,
                                float            *d_w,
                                float            *d_b);
