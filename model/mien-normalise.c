/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The loops of batch normalisation over pixels: sums per channel in double, and the maps
 * from pixel to pixel with ReLU and residual in the same pass, for they are as fast as
 * memory is. Built once per processor.
 */

#include "mien-kernels-private.h"

enum
{
  GROUP = MIEN_PITCH / LANES, /* vectors of sixteen channels */
};

void
MIEN_ISA (
    mien_moments) (size_t n, int pitch, const float *x, double *sum, double *squares)
{
  Doubles sums[GROUP] = { 0 }, square_sums[GROUP] = { 0 };

  for (size_t i = 0; i < n; i++, x += pitch)
#pragma GCC unroll 4
    for (int g = 0; g < GROUP; g++)
      {
        Doubles v = widen (load (x + g * LANES));

        sums[g] += v;
        square_sums[g] += v * v;
      }
  for (int c = 0; c < MIEN_PITCH; c++)
    {
      sum[c] = sums[c / LANES][c % LANES];
      squares[c] = square_sums[c / LANES][c % LANES];
    }
}

void
MIEN_ISA (mien_normalise) (size_t n,
                           int channels,
                           const float *x,
                           const float *scale,
                           const float *shift,
                           const float *residual,
                           bool relu,
                           float *y)
{
  for (size_t i = 0; i < n; i++, x += channels, y += channels)
    {
      for (int c = 0; c < channels; c += LANES)
        {
          Vector v = load (x + c) * load (scale + c) + load (shift + c);

          if (residual != NULL)
            v += load (residual + c);
          store (y + c, relu ? rectify (v) : v);
        }
      if (residual != NULL)
        residual += channels;
    }
}

static inline Vector
masked (const float *d, const float *y)
{
  return y != NULL ? (Vector) ((Mask) load (d) & (load (y) > 0)) : load (d);
}

void
MIEN_ISA (mien_gradient_moments) (size_t n,
                                  int pitch,
                                  const float *x,
                                  const float *y,
                                  const float *d_y,
                                  double *sum,
                                  double *products)
{
  Doubles sums[GROUP] = { 0 }, product_sums[GROUP] = { 0 };

  for (size_t i = 0, at = 0; i < n; i++, at += (size_t) pitch)
#pragma GCC unroll 4
    for (int g = 0; g < GROUP; g++)
      {
        size_t here = at + (size_t) (g * LANES);
        Doubles d = widen (masked (d_y + here, y != NULL ? y + here : NULL));

        sums[g] += d;
        product_sums[g] += d * widen (load (x + here));
      }
  for (int c = 0; c < MIEN_PITCH; c++)
    {
      sum[c] = sums[c / LANES][c % LANES];
      products[c] = product_sums[c / LANES][c % LANES];
    }
}

void
MIEN_ISA (mien_normalise_gradient) (size_t n,
                                    int channels,
                                    const float *x,
                                    const float *y,
                                    const float *d_scale,
                                    const float *x_scale,
                                    const float *shift,
                                    float *d_y,
                                    float *d_x)
{
  for (size_t i = 0, at = 0; i < n; i++)
    for (int c = 0; c < channels; c += LANES, at += LANES)
      {
        Vector d = masked (d_y + at, y != NULL ? y + at : NULL);

        store (d_y + at, d);
        store (d_x + at, d * load (d_scale + c) + load (x + at) * load (x_scale + c)
                             + load (shift + c));
      }
}
