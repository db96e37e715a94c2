/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What depends on the processor. The kernels are written once, on vectors of the compiler's
 * (mien-kernels-private.h), and built for any processor, for AVX2 with FMA and for AVX-512; those
 * of mien-int8.c also for AVX-512 with VNNI. mien_kernels () gives the best that run here, or those that
 * MIEN_CPU=portable|avx2|avx512|vnni asks for.
 *
 * Activations are [n, side, side, pitch]: the channels of a pixel lie side by side, padded with zeros to a
 * multiple of 16 (mien_pitch). WINOGRAD.md says what the transforms compute and why the layout is this one.
 */

enum
{
  MIEN_PITCH = 16,                 /* channels are padded to a multiple of it */
  MIEN_MAX_POINTS = 36,            /* of a Winograd tile: 6 x 6 */
  MIEN_MAX_TAPS = 49,              /* of a convolution: 7 x 7 */
  MIEN_MAX_CHANNELS = 8192,
  MIEN_INT8_POINTS = 36,           /* eight bits know one tile: F(4x4, 3x3) */
};

/* The transforms of F(tile x tile, 3x3), tile + 2 points a side. A tensor [points] lies `spread` floats
 * apart from point to point. Pointers are to one pixel's channels; channels is a multiple of 16. */
typedef struct
{
  /* from [points] -> to [points][channels] */
  void (*input)           (const float *const *from,
                           int                 channels,
                           float              *to,
                           size_t              spread);
  /* from [points][channels] + bias (+ residual) -> to [tile * tile], then ReLU. A NULL among `to` is a
   * pixel beyond the border. bias and residual may be NULL. */
  void (*output)          (const float        *from,
                           size_t              spread,
                           int                 channels,
                           const float        *bias,
                           const float *const *residual,
                           bool                relu,
                           float *const       *to);
  /* from [tile * tile] -> to [points][channels]: the transpose of output. */
  void (*output_gradient) (const float *const *from,
                           int                 channels,
                           float              *to,
                           size_t              spread);
  /* One vector's worth of filters: w [9][lanes] -> to [points][lanes]. */
  void (*filter)          (const float        *w,
                           float              *to,
                           size_t              spread);
  /* from [points][lanes] -> d_w [9][lanes]: the transpose of filter. */
  void (*filter_gradient) (const float        *from,
                           size_t              spread,
                           float              *d_w);
} MienWinograd;

/* What becomes of an eight-bit layer's sum: sum scale + shift (+ residual residual_scale), each product and
 * sum rounded to float, then to the nearest of 0 .. 255 (halves to the even one). Numbers of channels. */
typedef struct
{
  const float *scale, *shift, *residual_scale;
} MienRescale;

/* c [m, panel] = a b, or += if add. a [m, lines, groups], rows a_row and lines a_line bytes apart; b [lines,
 * groups, panel]. A group is four bytes: neighbours in k. */
typedef void MienMultiplyGroups (int m, int lines, int groups, const void *a, size_t a_row, size_t a_line,
                                 const void *b, uint32_t *c, size_t c_row, bool add);

/* Inference in eight bits: activations 0 .. 255, laid out as above. They are spread to 16 bits, and multiplied
 * with weights of as many, so that F(4x4, 3x3) fits in; where there are instructions for bytes (VNNI), a direct
 * convolution leaves them as they are. Sums are exact modulo 2^32 (WINOGRAD.md). */
typedef struct
{
  MienMultiplyGroups *multiply;       /* of two numbers of 16 bits */
  MienMultiplyGroups *multiply_bytes; /* of four, b's with a sign and a's without one; may be NULL */
  /* The sums [n, panel] of n pixels -> their channels, pixels pitch apart. residual may be NULL. */
  void (*finish)   (int                n,
                    int                channels,
                    const uint32_t    *from,
                    const MienRescale *rescale,
                    const uint8_t     *residual,
                    uint8_t           *to,
                    size_t             pitch);
  /* From [36] pixels -> to [36][channels]; and from [36][channels] -> [16] pixels, where a NULL is beyond
   * the border and residual may be NULL. */
  void (*input)    (const uint8_t *const *from,
                    int                   channels,
                    int16_t              *to,
                    size_t                spread);
  void (*output)   (const uint32_t       *from,
                    size_t                spread,
                    int                   channels,
                    const MienRescale    *rescale,
                    const uint8_t *const *residual,
                    uint8_t *const       *to);
  /* As max_pool below. */
  void (*max_pool) (int            side,
                    int            channels,
                    int            row,
                    const uint8_t *x,
                    uint8_t       *y);
} MienInt8;

typedef struct
{
  const char  *name;
  int          lanes;              /* floats of a vector */
  int          panel;              /* columns of a packed matrix that lie together: two vectors */
  int          rows;               /* of one block of the product; heights are best multiples of it */

  /* c [m, panel] = a b, or += if add. a [m, lines, k] with any strides, b [lines, k, panel] with rows b_row
   * apart. */
  void       (*multiply) (int          m,
                          int          lines,
                          int          k,
                          const float *a,
                          size_t       a_row,
                          size_t       a_line,
                          size_t       a_column,
                          const float *b,
                          size_t       b_row,
                          float       *c,
                          size_t       c_row,
                          bool         add);
  /* A pixel's sums + bias (+ residual) -> to, then ReLU; bias and residual may be NULL. */
  void       (*finish)   (const float *from,
                          int          channels,
                          const float *bias,
                          const float *residual,
                          bool         relu,
                          float       *to);

  /* Batch normalisation of n pixels. Of sixteen channels (x to their first, pixels pitch apart): their sum
   * and sum of squares. */
  void       (*moments)   (size_t       n,
                           int          pitch,
                           const float *x,
                           double      *sum,
                           double      *squares);
  /* y = x scale + shift (+ residual), then ReLU. residual may be NULL, y may be x. */
  void       (*normalise) (size_t       n,
                           int          channels,
                           const float *x,
                           const float *scale,
                           const float *shift,
                           const float *residual,
                           bool         relu,
                           float       *y);
  /* Of sixteen channels: the sums of d and of d x, where d is d_y, but 0 where y is not above 0 (y NULL:
   * there was no ReLU). */
  void       (*gradient_moments)   (size_t       n,
                                    int          pitch,
                                    const float *x,
                                    const float *y,
                                    const float *d_y,
                                    double      *sum,
                                    double      *products);
  /* d_y = d, as above; d_x = d d_scale + x x_scale + shift. d_x may be d_y, and d is then not kept. */
  void       (*normalise_gradient) (size_t       n,
                                    int          channels,
                                    const float *x,
                                    const float *y,
                                    const float *d_scale,
                                    const float *x_scale,
                                    const float *shift,
                                    float       *d_y,
                                    float       *d_x);

  /* 3x3, stride 2, padding 1, of one image: a row of y; side is even. */
  void       (*max_pool)          (int          side,
                                   int          channels,
                                   int          row,
                                   const float *x,
                                   float       *y);
  /* Of the whole image: to the first in rows, then columns, of the pixels that won. */
  void       (*max_pool_gradient) (int          side,
                                   int          channels,
                                   const float *x,
                                   const float *y,
                                   const float *d_y,
                                   float       *d_x);
  const MienWinograd *winograd[2]; /* F(2x2, 3x3) and F(4x4, 3x3) */
  const MienInt8     *int8;
} MienKernels;

const MienKernels *mien_kernels       (void);
/* -1 with one line in error (MIEN_ERROR_SIZE bytes) if MIEN_CPU asks for what does not run here. */
int                mien_kernels_check (char *error);

static inline int
mien_pitch (int channels)
{
  return (channels + MIEN_PITCH - 1) / MIEN_PITCH * MIEN_PITCH;
}
