/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mien-pool.h"

/*
 * The operators of the network, each a forward and a backward function on plain pointers and sizes.
 * Activations are [n, side, side, pitch], channels padded with zeros (mien_pitch in mien-kernels.h); an
 * image's three channels are not. A gradient is named d_ and the name of what it belongs to;
 * gradients of parameters are added to, all other outputs overwritten. mien-ops-naive.h has the same
 * functions as the definitions say, channel by channel, for the tests.
 */

/* x [n, side, side, in] -> y [n, out_side, out_side, out]; w [out, in, kernel, kernel] as in PyTorch. */
typedef struct
{
  int  in, out, kernel, stride, pad, side;
  int  tile;                       /* 0: direct; 2, 4: Winograd's F(2x2, 3x3), F(4x4, 3x3) */
  bool of_images;                  /* x is not padded, and has no gradient */
} MienConv;

static inline int
mien_conv_out_side (const MienConv *conv)
{
  return (conv->side + 2 * conv->pad - conv->kernel) / conv->stride + 1;
}

/* The tile that is quickest for batches of n images. */
int    mien_conv_choose   (const MienConv *conv, int n);

/* Floats of packed weights, and of scratch for n images, each for forward alone or for both. */
size_t mien_conv_packed            (const MienConv *conv);
size_t mien_conv_packed_backward   (const MienConv *conv);
size_t mien_conv_scratch           (const MienConv *conv, int n, int n_threads);
size_t mien_conv_scratch_backward  (const MienConv *conv, int n, int n_threads);

/* Packs the weights, each output's times its scale [out] (NULL: 1). */
void   mien_conv_pack     (MienPool       *pool,
                           const MienConv *conv,
                           const float    *w,
                           const float    *scale,
                           float          *packed);
/* y = x * w + bias (+ residual), then ReLU. bias [pitch of out] and residual [like y] may be NULL. */
void   mien_conv_forward  (MienPool       *pool,
                           const MienConv *conv,
                           int             n,
                           const float    *x,
                           const float    *packed,
                           const float    *bias,
                           const float    *residual,
                           bool            relu,
                           float          *y,
                           float          *scratch);
/* d_x (+ residual, may be NULL or d_x); d_x is NULL for images. packed is overwritten. */
void   mien_conv_backward (MienPool       *pool,
                           const MienConv *conv,
                           int             n,
                           const float    *x,
                           const float    *w,
                           const float    *d_y,
                           const float    *residual,
                           float          *d_x,
                           float          *d_w,
                           float          *packed,
                           float          *scratch);

/* Per channel: mean and 1 / sqrt (variance + 1e-5) of x [pixels, pitch], in double; the running mean and
 * (unbiased) variance move towards them by momentum 0.1. Arrays of a channel's numbers are [channels]. */
void   mien_norm_statistics (MienPool     *pool,
                             size_t        pixels,
                             int           channels,
                             const float  *x,
                             float        *mean,
                             float        *inverse,
                             float        *running_mean,
                             float        *running_variance);
/* y = gamma (x - mean) inverse + beta (+ residual), then ReLU if relu. y may be x. residual may be NULL. */
void   mien_norm_forward    (MienPool     *pool,
                             size_t        pixels,
                             int           channels,
                             const float  *x,
                             const float  *mean,
                             const float  *inverse,
                             const float  *gamma,
                             const float  *beta,
                             const float  *residual,
                             bool          relu,
                             float        *y);
/* y: what forward gave, if there was a ReLU; else NULL. d_y becomes the residual's gradient: 0 where the
 * ReLU was. d_x may be d_y. */
void   mien_norm_backward   (MienPool     *pool,
                             size_t        pixels,
                             int           channels,
                             const float  *x,
                             const float  *mean,
                             const float  *inverse,
                             const float  *gamma,
                             const float  *y,
                             float        *d_y,
                             float        *d_x,
                             float        *d_gamma,
                             float        *d_beta);

/* 3x3, stride 2, padding 1: x [n, side, side, channels] -> y [n, side / 2, side / 2, channels]; side is
 * even. The gradient goes to the first of equal winners, by rows, then columns. */
void   mien_max_pool_forward  (MienPool      *pool,
                               int            n,
                               int            channels,
                               int            side,
                               const float   *x,
                               float         *y);
void   mien_max_pool_backward (MienPool      *pool,
                               int            n,
                               int            channels,
                               int            side,
                               const float   *x,
                               const float   *y,
                               const float   *d_y,
                               float         *d_x);

/* x [n, area, pitch] -> y [n, channels], not padded */
void   mien_mean_pool_forward  (int           n,
                                int           channels,
                                int           area,
                                const float  *x,
                                float        *y);
void   mien_mean_pool_backward (int           n,
                                int           channels,
                                int           area,
                                const float  *d_y,
                                float        *d_x);

/* images [n, 3, side, side] -> [n, rows, rows, 3], rows = side + 2 border, where the border is of zeros */
void   mien_interleave         (MienPool     *pool,
                                int           n,
                                int           side,
                                int           border,
                                const float  *images,
                                float        *pixels);

/* d = 0 where y is not above 0, in place. */
void   mien_relu_backward      (size_t        n,
                                const float  *y,
                                float        *d);

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
