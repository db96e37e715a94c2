/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Convolutions: which way is quickest, and the passes that each direction consists of.
 */

#include "mien-conv-private.h"

#include <string.h>

enum
{
  ENOUGH_TILES = 12, /* to make up for reading four times the weights */
};

int
mien_conv_choose (const MienConv *conv, int n)
{
  int side = mien_conv_out_side (conv);

  if (conv->kernel != 3 || conv->stride != 1 || conv->of_images)
    return 0;
  for (int tile = side > 2 ? 4 : 2; tile >= 2; tile -= 2)
    {
      int tiles = (side + tile - 1) / tile * ((side + tile - 1) / tile);

      if (n * tiles >= ENOUGH_TILES)
        return tile;
    }
  return 0;
}

static size_t
larger (size_t a, size_t b)
{
  return a > b ? a : b;
}

size_t
mien_conv_packed (const MienConv *conv)
{
  MienPass pass = mien_pass_forward (conv);

  return mien_pass_weights_size (&pass);
}

size_t
mien_conv_packed_backward (const MienConv *conv)
{
  size_t size = mien_conv_packed (conv);

  for (int k = 0; k < conv->stride * conv->stride; k++)
    {
      MienPass pass = mien_pass_backward (conv, k / conv->stride, k % conv->stride);

      size = larger (size, mien_pass_weights_size (&pass));
    }
  return size;
}

size_t
mien_conv_scratch (const MienConv *conv, int n, int n_threads)
{
  MienPass pass = mien_pass_forward (conv);

  return mien_pass_run_scratch (&pass, n, n_threads);
}

size_t
mien_conv_scratch_backward (const MienConv *conv, int n, int n_threads)
{
  MienPass gradient = mien_pass_gradient (conv);
  size_t size = mien_pass_weights_gradient_scratch (&gradient, n);

  for (int k = 0; k < conv->stride * conv->stride; k++)
    {
      MienPass pass = mien_pass_backward (conv, k / conv->stride, k % conv->stride);

      size = larger (size, mien_pass_run_scratch (&pass, n, n_threads));
    }
  return size;
}

void
mien_conv_pack (MienPool *pool,
                const MienConv *conv,
                const float *w,
                const float *scale,
                float *packed)
{
  MienPass pass = mien_pass_forward (conv);

  mien_pass_pack (pool, &pass, w, scale, packed);
}

void
mien_conv_forward (MienPool *pool,
                   const MienConv *conv,
                   int n,
                   const float *x,
                   const float *packed,
                   const float *bias,
                   const float *residual,
                   bool relu,
                   float *y,
                   float *scratch)
{
  MienPass pass = mien_pass_forward (conv);

  mien_pass_run (pool, &pass, n, x, packed, bias, residual, relu, y, scratch);
}

void
mien_conv_backward (MienPool *pool,
                    const MienConv *conv,
                    int n,
                    const float *x,
                    const float *w,
                    const float *d_y,
                    const float *residual,
                    float *d_x,
                    float *d_w,
                    float *packed,
                    float *scratch)
{
  MienPass gradient = mien_pass_gradient (conv);

  mien_pass_weights_gradient (pool, &gradient, n, x, d_y, d_w, packed, scratch);
  if (d_x == NULL)
    return;
  for (int k = 0; k < conv->stride * conv->stride; k++)
    {
      MienPass pass = mien_pass_backward (conv, k / conv->stride, k % conv->stride);

      mien_pass_pack (pool, &pass, w, NULL, packed);
      mien_pass_run (pool, &pass, n, d_y, packed, NULL, residual, false, d_x, scratch);
    }
}
