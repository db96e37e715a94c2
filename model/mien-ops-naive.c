/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Definitions, written out. Slow on purpose: each output is computed from the formula of
 * its own, so that a reader can hold this file against the papers and everything else
 * against this file.
 */

#include "mien-ops-naive.h"

#include "mien-kernels.h"
#include "mien-random.h"

#include <math.h>

void
mien_naive_conv (const MienConv *conv, int n, const double *x, const double *w, double *y)
{
  int side = conv->side, out_side = mien_conv_out_side (conv), kernel = conv->kernel;

  for (int image = 0; image < n; image++)
    for (int out = 0; out < conv->out; out++)
      for (int i = 0; i < out_side; i++)
        for (int j = 0; j < out_side; j++)
          {
            double sum = 0;

            for (int in = 0; in < conv->in; in++)
              for (int r = 0; r < kernel; r++)
                for (int s = 0; s < kernel; s++)
                  {
                    int row = i * conv->stride + r - conv->pad;
                    int column = j * conv->stride + s - conv->pad;

                    if (row >= 0 && row < side && column >= 0 && column < side)
                      sum += x[((image * conv->in + in) * side + row) * side + column]
                             * w[((out * conv->in + in) * kernel + r) * kernel + s];
                  }
            y[((image * conv->out + out) * out_side + i) * out_side + j] = sum;
          }
}

/* x and y at (image, row, column, channel); 0 beyond the border. */
static double
input_at (const MienConv *conv,
          const float *x,
          int image,
          int row,
          int column,
          int channel)
{
  int side = conv->side, pitch = conv->of_images ? conv->in : mien_pitch (conv->in);

  if (row < 0 || row >= side || column < 0 || column >= side)
    return 0;
  return x[(((size_t) image * (size_t) side + (size_t) row) * (size_t) side
            + (size_t) column)
               * (size_t) pitch
           + (size_t) channel];
}

static double
output_at (const MienConv *conv, const float *y, int image, int i, int j, int channel)
{
  size_t side = (size_t) mien_conv_out_side (conv);

  return y[(((size_t) image * side + (size_t) i) * side + (size_t) j)
               * (size_t) mien_pitch (conv->out)
           + (size_t) channel];
}

static double
weight_at (const MienConv *conv, const float *w, int out, int in, int r, int s)
{
  return w[((out * conv->in + in) * conv->kernel + r) * conv->kernel + s];
}

double
mien_naive_conv_at (const MienConv *conv,
                    const float *x,
                    const float *w,
                    int image,
                    int out,
                    int i,
                    int j)
{
  double sum = 0;

  for (int in = 0; in < conv->in; in++)
    for (int r = 0; r < conv->kernel; r++)
      for (int s = 0; s < conv->kernel; s++)
        sum += input_at (conv, x, image, i * conv->stride + r - conv->pad,
                         j * conv->stride + s - conv->pad, in)
               * weight_at (conv, w, out, in, r, s);
  return sum;
}

uint8_t
mien_naive_conv_int8_at (const MienConv *conv,
                         const void *x,
                         const int16_t *w,
                         const MienRescale *rescale,
                         const uint8_t *residual,
                         int image,
                         int out,
                         int i,
                         int j)
{
  int pitch = conv->of_images ? conv->in : mien_pitch (conv->in);
  size_t side = (size_t) mien_conv_out_side (conv);
  size_t place = (((size_t) image * side + (size_t) i) * side + (size_t) j)
                     * (size_t) mien_pitch (conv->out)
                 + (size_t) out;
  int64_t sum = 0;
  float y;

  for (int r = 0; r < conv->kernel; r++)
    for (int s = 0; s < conv->kernel; s++)
      {
        int row = i * conv->stride + r - conv->pad,
            column = j * conv->stride + s - conv->pad;
        size_t at = (size_t) (((image * conv->side + row) * conv->side + column) * pitch);

        if (row < 0 || row >= conv->side || column < 0 || column >= conv->side)
          continue;
        for (int in = 0; in < conv->in; in++)
          sum += (conv->of_images ? ((const int16_t *) x)[at + (size_t) in]
                                  : ((const uint8_t *) x)[at + (size_t) in])
                 * w[((out * conv->in + in) * conv->kernel + r) * conv->kernel + s];
      }
  y = (float) sum * rescale->scale[out] + rescale->shift[out];
  if (residual != NULL)
    y += residual[place] * rescale->residual_scale[out];
  return (uint8_t) rintf (fminf (fmaxf (y, 0), 255));
}

/* Of the outputs that read the pixel: those with i stride + r - pad = row. */
double
mien_naive_conv_input_gradient_at (const MienConv *conv,
                                   const float *w,
                                   const float *d_y,
                                   int image,
                                   int in,
                                   int row,
                                   int column)
{
  int side = mien_conv_out_side (conv), stride = conv->stride;
  double sum = 0;

  for (int i = 0; i < side; i++)
    for (int j = 0; j < side; j++)
      {
        int r = row + conv->pad - i * stride, s = column + conv->pad - j * stride;

        if (r >= 0 && r < conv->kernel && s >= 0 && s < conv->kernel)
          for (int out = 0; out < conv->out; out++)
            sum += output_at (conv, d_y, image, i, j, out)
                   * weight_at (conv, w, out, in, r, s);
      }
  return sum;
}

double
mien_naive_conv_weight_gradient_at (const MienConv *conv,
                                    int n,
                                    const float *x,
                                    const float *d_y,
                                    int out,
                                    int in,
                                    int r,
                                    int s)
{
  int side = mien_conv_out_side (conv);
  double sum = 0;

  for (int image = 0; image < n; image++)
    for (int i = 0; i < side; i++)
      for (int j = 0; j < side; j++)
        sum += output_at (conv, d_y, image, i, j, out)
               * input_at (conv, x, image, i * conv->stride + r - conv->pad,
                           j * conv->stride + s - conv->pad, in);
  return sum;
}

void
mien_naive_moments (int n,
                    int channels,
                    int area,
                    int channel,
                    const double *x,
                    double *mean,
                    double *variance)
{
  double sum = 0, squares = 0;

  for (int i = 0; i < n; i++)
    for (int p = 0; p < area; p++)
      sum += x[(i * channels + channel) * area + p];
  *mean = sum / (n * area);
  for (int i = 0; i < n; i++)
    for (int p = 0; p < area; p++)
      squares += pow (x[(i * channels + channel) * area + p] - *mean, 2);
  *variance = squares / (n * area);
}

void
mien_naive_norm (int n,
                 int channels,
                 int area,
                 const double *x,
                 const double *gamma,
                 const double *beta,
                 const double *residual,
                 bool relu,
                 double *y)
{
  for (int c = 0; c < channels; c++)
    {
      double mean, variance;

      mien_naive_moments (n, channels, area, c, x, &mean, &variance);
      for (int i = 0; i < n; i++)
        for (int p = 0; p < area; p++)
          {
            int at = (i * channels + c) * area + p;
            double value = gamma[c] * (x[at] - mean) / sqrt (variance + 1e-5) + beta[c];

            if (residual != NULL)
              value += residual[at];
            y[at] = relu && value < 0 ? 0 : value;
          }
    }
}

void
mien_naive_max_pool (int planes, int side, const double *x, double *y)
{
  for (int plane = 0; plane < planes; plane++)
    for (int i = 0; i < side / 2; i++)
      for (int j = 0; j < side / 2; j++)
        {
          double best = -INFINITY;

          for (int row = 2 * i - 1; row <= 2 * i + 1; row++)
            for (int column = 2 * j - 1; column <= 2 * j + 1; column++)
              if (row >= 0 && row < side && column >= 0 && column < side)
                best = fmax (best, x[(plane * side + row) * side + column]);
          y[(plane * (side / 2) + i) * (side / 2) + j] = best;
        }
}

void
mien_naive_max_pool_gradient (int planes,
                              int side,
                              const double *x,
                              const double *d_y,
                              double *d_x)
{
  for (int i = 0; i < planes * side * side; i++)
    d_x[i] = 0;
  for (int plane = 0; plane < planes; plane++)
    for (int i = 0; i < side / 2; i++)
      for (int j = 0; j < side / 2; j++)
        {
          int best = -1;

          for (int row = 2 * i - 1; row <= 2 * i + 1; row++)
            for (int column = 2 * j - 1; column <= 2 * j + 1; column++)
              if (row >= 0 && row < side && column >= 0 && column < side)
                {
                  int at = (plane * side + row) * side + column;

                  if (best < 0 || x[at] > x[best])
                    best = at;
                }
          d_x[best] += d_y[(plane * (side / 2) + i) * (side / 2) + j];
        }
}

void
mien_naive_mean_pool (int planes, int area, const double *x, double *y)
{
  for (int plane = 0; plane < planes; plane++)
    {
      y[plane] = 0;
      for (int p = 0; p < area; p++)
        y[plane] += x[plane * area + p] / area;
    }
}

void
mien_naive_dropout (size_t n, uint64_t seed, const double *x, double *y)
{
  for (size_t i = 0; i < n; i++)
    y[i] = x[i] * (mien_random_real (seed, i) >= 0.5 ? 2 : 0);
}

void
mien_naive_unit (int n, int width, const double *x, double *y)
{
  for (int i = 0; i < n; i++)
    {
      double squares = 0;

      for (int k = 0; k < width; k++)
        squares += x[i * width + k] * x[i * width + k];
      for (int k = 0; k < width; k++)
        y[i * width + k] = x[i * width + k] / fmax (sqrt (squares), 1e-12);
    }
}

void
mien_naive_linear (const MienLinear *linear,
                   int n,
                   const double *x,
                   const double *w,
                   const double *b,
                   bool relu,
                   double *y)
{
  for (int i = 0; i < n; i++)
    for (int out = 0; out < linear->out; out++)
      {
        double sum = b[out];

        for (int in = 0; in < linear->in; in++)
          sum += x[i * linear->x_stride + in] * w[out * linear->in + in];
        y[i * linear->y_stride + out] = relu && sum < 0 ? 0 : sum;
      }
}
