/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The table of operators, and how each is called through one signature.
 */

#include "operators.h"

#include "mien-kernels.h"
#include "mien-ops-naive.h"
#include "mien-test.h"

#include <stdlib.h>
#include <string.h>

MienPool *operators_pool;

/* The operators take pixels with padded channels, the definitions planes. Everything is
 * allocated at each call, so that sanitizers see every overrun of it. */
static float *
new_pixels (int n, int channels, int area, const float *planes)
{
  int pitch = mien_pitch (channels);
  float *pixels = calloc ((size_t) (n * area * pitch), sizeof *pixels);

  for (int i = 0; i < n && planes != NULL; i++)
    for (int c = 0; c < channels; c++)
      for (int p = 0; p < area; p++)
        pixels[(i * area + p) * pitch + c] = planes[(i * channels + c) * area + p];
  return pixels;
}

/* Channels that are padding have to be zero. */
static void
take_planes (int n, int channels, int area, float *pixels, float *planes)
{
  int pitch = mien_pitch (channels);

  for (int i = 0; i < n; i++)
    for (int p = 0; p < area; p++)
      for (int c = 0; c < pitch; c++)
        if (c < channels)
          planes[(i * channels + c) * area + p] = pixels[(i * area + p) * pitch + c];
        else
          CHECK (pixels[(i * area + p) * pitch + c] == 0);
  free (pixels);
}

static float *
new_input (const MienConv *conv, int n, const float *planes)
{
  int area = conv->side * conv->side;
  float *images;

  if (!conv->of_images)
    return new_pixels (n, conv->in, area, planes);
  images = malloc ((size_t) (n * conv->in * area) * sizeof *images);
  mien_interleave (operators_pool, n, conv->side, 0, planes, images);
  return images;
}

static size_t
conv_sizes (const Operator *op, size_t in[MAX_INPUTS])
{
  int out_side = mien_conv_out_side (&op->conv);

  in[0] = (size_t) (op->n * op->conv.in * op->conv.side * op->conv.side);
  in[1] = (size_t) (op->conv.out * op->conv.in * op->conv.kernel * op->conv.kernel);
  return (size_t) (op->n * op->conv.out * out_side * out_side);
}

static void
conv_forward (const Operator *op, float *const *in, float *out)
{
  const MienConv *conv = &op->conv;
  int side = mien_conv_out_side (conv), n_threads = mien_pool_threads (operators_pool);
  float *x = new_input (conv, op->n, in[0]);
  float *y = new_pixels (op->n, conv->out, side * side, NULL);
  float *packed = malloc (mien_conv_packed (conv) * sizeof *packed);
  float *scratch = malloc (mien_conv_scratch (conv, op->n, n_threads) * sizeof *scratch);

  mien_conv_pack (operators_pool, conv, in[1], NULL, packed);
  mien_conv_forward (operators_pool, conv, op->n, x, packed, NULL, NULL, false, y,
                     scratch);
  take_planes (op->n, conv->out, side * side, y, out);
  free (x);
  free (packed);
  free (scratch);
}

static void
conv_backward (const Operator *op,
               float *const *in,
               const float *out,
               const float *d_out,
               float *const *d_in)
{
  const MienConv *conv = &op->conv;
  int side = mien_conv_out_side (conv), area = conv->side * conv->side;
  size_t scratch_size =
      mien_conv_scratch_backward (conv, op->n, mien_pool_threads (operators_pool));
  float *x = new_input (conv, op->n, in[0]);
  float *d_x = new_pixels (op->n, conv->in, area, NULL);
  float *d_y = new_pixels (op->n, conv->out, side * side, d_out);
  float *packed = malloc (mien_conv_packed_backward (conv) * sizeof *packed);
  float *scratch = malloc (scratch_size * sizeof *scratch);

  mien_conv_backward (operators_pool, conv, op->n, x, in[1], d_y, NULL,
                      conv->of_images ? NULL : d_x, d_in[1], packed, scratch);
  take_planes (op->n, conv->in, area, d_x, d_in[0]);
  free (x);
  free (d_y);
  free (packed);
  free (scratch);
}

static void
conv_naive (const Operator *op, double *const *in, double *out)
{
  mien_naive_conv (&op->conv, op->n, in[0], in[1], out);
}

/* Inputs: x, gamma, beta, and the residual if there are four. */
static size_t
norm_sizes (const Operator *op, size_t in[MAX_INPUTS])
{
  in[1] = in[2] = (size_t) op->channels;
  return in[0] = in[3] = (size_t) (op->n * op->channels * op->area);
}

static void
norm_forward (const Operator *op, float *const *in, float *out)
{
  size_t size = (size_t) op->channels * sizeof (float);
  size_t pixels = (size_t) (op->n * op->area);
  float *mean = malloc (size), *inverse = malloc (size);
  float *running = calloc (2, size);
  float *x = new_pixels (op->n, op->channels, op->area, in[0]);
  float *residual =
      new_pixels (op->n, op->channels, op->area, op->n_inputs == 4 ? in[3] : NULL);

  mien_norm_statistics (operators_pool, pixels, op->channels, x, mean, inverse, running,
                        running + op->channels);
  mien_norm_forward (operators_pool, pixels, op->channels, x, mean, inverse, in[1], in[2],
                     op->n_inputs == 4 ? residual : NULL, op->relu, x);
  take_planes (op->n, op->channels, op->area, x, out);
  free (residual);
  free (mean);
  free (inverse);
  free (running);
}

static void
norm_backward (const Operator *op,
               float *const *in,
               const float *out,
               const float *d_out,
               float *const *d_in)
{
  size_t size = (size_t) op->channels * sizeof (float);
  size_t pixels = (size_t) (op->n * op->area);
  float *mean = malloc (size), *inverse = malloc (size), *running = calloc (2, size);
  float *x = new_pixels (op->n, op->channels, op->area, in[0]);
  float *y = new_pixels (op->n, op->channels, op->area, out);
  float *d_y = new_pixels (op->n, op->channels, op->area, d_out);
  float *d_x = new_pixels (op->n, op->channels, op->area, NULL);

  mien_norm_statistics (operators_pool, pixels, op->channels, x, mean, inverse, running,
                        running + op->channels);
  mien_norm_backward (operators_pool, pixels, op->channels, x, mean, inverse, in[1],
                      op->relu ? y : NULL, d_y, d_x, d_in[1], d_in[2]);
  take_planes (op->n, op->channels, op->area, d_x, d_in[0]);
  if (op->n_inputs == 4)
    take_planes (op->n, op->channels, op->area, d_y, d_in[3]);
  else
    free (d_y);
  free (x);
  free (y);
  free (mean);
  free (inverse);
  free (running);
}

static void
norm_naive (const Operator *op, double *const *in, double *out)
{
  mien_naive_norm (op->n, op->channels, op->area, in[0], in[1], in[2],
                   op->n_inputs == 4 ? in[3] : NULL, op->relu, out);
}

static size_t
max_pool_sizes (const Operator *op, size_t in[MAX_INPUTS])
{
  in[0] = (size_t) (op->n * op->channels * op->area * op->area);
  return in[0] / 4;
}

static void
max_pool_forward (const Operator *op, float *const *in, float *out)
{
  int side = op->area;
  float *x = new_pixels (op->n, op->channels, side * side, in[0]);
  float *y = new_pixels (op->n, op->channels, side * side / 4, NULL);

  mien_max_pool_forward (operators_pool, op->n, op->channels, side, x, y);
  take_planes (op->n, op->channels, side * side / 4, y, out);
  free (x);
}

static void
max_pool_backward (const Operator *op,
                   float *const *in,
                   const float *out,
                   const float *d_out,
                   float *const *d_in)
{
  int side = op->area;
  float *x = new_pixels (op->n, op->channels, side * side, in[0]);
  float *y = new_pixels (op->n, op->channels, side * side / 4, out);
  float *d_x = new_pixels (op->n, op->channels, side * side, NULL);
  float *d_y = new_pixels (op->n, op->channels, side * side / 4, d_out);

  mien_max_pool_backward (operators_pool, op->n, op->channels, side, x, y, d_y, d_x);
  take_planes (op->n, op->channels, side * side, d_x, d_in[0]);
  free (x);
  free (y);
  free (d_y);
}

static void
max_pool_naive (const Operator *op, double *const *in, double *out)
{
  mien_naive_max_pool (op->n * op->channels, op->area, in[0], out);
}

static size_t
mean_pool_sizes (const Operator *op, size_t in[MAX_INPUTS])
{
  in[0] = (size_t) (op->n * op->channels * op->area);
  return (size_t) (op->n * op->channels);
}

static void
mean_pool_forward (const Operator *op, float *const *in, float *out)
{
  float *x = new_pixels (op->n, op->channels, op->area, in[0]);

  mien_mean_pool_forward (op->n, op->channels, op->area, x, out);
  free (x);
}

static void
mean_pool_backward (const Operator *op,
                    float *const *in,
                    const float *out,
                    const float *d_out,
                    float *const *d_in)
{
  float *d_x = new_pixels (op->n, op->channels, op->area, NULL);

  mien_mean_pool_backward (op->n, op->channels, op->area, d_out, d_x);
  take_planes (op->n, op->channels, op->area, d_x, d_in[0]);
}

static void
mean_pool_naive (const Operator *op, double *const *in, double *out)
{
  mien_naive_mean_pool (op->n * op->channels, op->area, in[0], out);
}

static size_t
rows_sizes (const Operator *op, size_t in[MAX_INPUTS])
{
  return in[0] = (size_t) (op->n * op->channels);
}

enum
{
  DROPOUT_SEED = 20220709,
};

static void
dropout_forward (const Operator *op, float *const *in, float *out)
{
  mien_dropout ((size_t) (op->n * op->channels), DROPOUT_SEED, in[0], out);
}

static void
dropout_backward (const Operator *op,
                  float *const *in,
                  const float *out,
                  const float *d_out,
                  float *const *d_in)
{
  mien_dropout ((size_t) (op->n * op->channels), DROPOUT_SEED, d_out, d_in[0]);
}

static void
dropout_naive (const Operator *op, double *const *in, double *out)
{
  mien_naive_dropout ((size_t) (op->n * op->channels), DROPOUT_SEED, in[0], out);
}

static void
unit_forward (const Operator *op, float *const *in, float *out)
{
  float *norm = malloc ((size_t) op->n * sizeof *norm);

  mien_unit_forward (op->n, op->channels, in[0], out, norm);
  free (norm);
}

static void
unit_backward (const Operator *op,
               float *const *in,
               const float *out,
               const float *d_out,
               float *const *d_in)
{
  float *norm = malloc ((size_t) op->n * sizeof *norm);
  float *again = malloc ((size_t) (op->n * op->channels) * sizeof *again);

  mien_unit_forward (op->n, op->channels, in[0], again, norm);
  mien_unit_backward (op->n, op->channels, out, norm, d_out, d_in[0]);
  free (norm);
  free (again);
}

static void
unit_naive (const Operator *op, double *const *in, double *out)
{
  mien_naive_unit (op->n, op->channels, in[0], out);
}

/* Rows as far apart as the strides say; what lies between is no output and stays 0. */
static size_t
linear_sizes (const Operator *op, size_t in[MAX_INPUTS])
{
  in[0] = (size_t) (op->n * op->linear.x_stride);
  in[1] = (size_t) (op->linear.in * op->linear.out);
  in[2] = (size_t) op->linear.out;
  return (size_t) (op->n * op->linear.y_stride);
}

static void
linear_forward (const Operator *op, float *const *in, float *out)
{
  mien_linear_forward (&op->linear, op->n, in[0], in[1], in[2], op->relu, out);
}

static void
linear_backward (const Operator *op,
                 float *const *in,
                 const float *out,
                 const float *d_out,
                 float *const *d_in)
{
  size_t n = (size_t) (op->n * op->linear.y_stride);
  float *masked = malloc (n * sizeof (float));

  memcpy (masked, d_out, n * sizeof (float));
  if (op->relu)
    mien_relu_backward (n, out, masked);
  mien_linear_backward (&op->linear, op->n, in[0], in[1], masked, d_in[0], d_in[1],
                        d_in[2]);
  free (masked);
}

static void
linear_naive (const Operator *op, double *const *in, double *out)
{
  mien_naive_linear (&op->linear, op->n, in[0], in[1], in[2], op->relu, out);
}

/* clang-format off */
#define CONV(label, rows, ...)                                                           \
  { .name = label, .forward = conv_forward, .backward = conv_backward,                   \
    .naive = conv_naive, .sizes = conv_sizes, .n_inputs = 2, .adds = { false, true },    \
    .n = rows, .conv = { __VA_ARGS__ } }
#define NORM(label, inputs, rows, width, plane, with_relu)                               \
  { .name = label, .forward = norm_forward, .backward = norm_backward,                   \
    .naive = norm_naive, .sizes = norm_sizes, .n_inputs = inputs,                        \
    .adds = { false, true, true }, .n = rows, .channels = width, .area = plane,          \
    .relu = with_relu }
#define MAX_POOL(label, rows, width, plane_side)                                         \
  { .name = label, .forward = max_pool_forward, .backward = max_pool_backward,           \
    .naive = max_pool_naive, .sizes = max_pool_sizes, .n_inputs = 1, .n = rows,          \
    .channels = width, .area = plane_side }
#define MEAN_POOL(label, rows, width, plane)                                             \
  { .name = label, .forward = mean_pool_forward, .backward = mean_pool_backward,         \
    .naive = mean_pool_naive, .sizes = mean_pool_sizes, .n_inputs = 1, .n = rows,        \
    .channels = width, .area = plane }
#define ROWS(label, function, rows, width)                                               \
  { .name = label, .forward = function##_forward, .backward = function##_backward,       \
    .naive = function##_naive, .sizes = rows_sizes, .n_inputs = 1, .n = rows,            \
    .channels = width }
#define LINEAR(label, rows, with_relu, ...)                                              \
  { .name = label, .forward = linear_forward, .backward = linear_backward,               \
    .naive = linear_naive, .sizes = linear_sizes, .n_inputs = 3,                         \
    .adds = { true, true, true }, .n = rows, .relu = with_relu,                          \
    .linear = { __VA_ARGS__ } }

/* in, out, kernel, stride, pad, side, tile, of images */
const Operator operators[] = {
  CONV ("convolution of images 7x7/2, even side", 3, 3, 4, 7, 2, 3, 16, 0, true),
  CONV ("convolution of images 7x7/2, wider", 2, 3, 40, 7, 2, 3, 48, 0, true),
  CONV ("convolution 3x3/1, direct", 5, 4, 4, 3, 1, 1, 6, 0),
  CONV ("convolution 3x3/1, direct, wide", 2, 20, 40, 3, 1, 1, 9, 0),
  CONV ("convolution 3x3/1, direct, several depths", 1, 40, 5, 3, 1, 1, 4, 0),
  CONV ("convolution 3x3/1, direct, side 1", 3, 4, 5, 3, 1, 1, 1, 0),
  CONV ("convolution 3x3/1, F(2x2)", 5, 4, 4, 3, 1, 1, 6, 2),
  CONV ("convolution 3x3/1, F(2x2), odd side", 2, 20, 40, 3, 1, 1, 7, 2),
  CONV ("convolution 3x3/1, F(2x2), side 2", 13, 4, 5, 3, 1, 1, 2, 2),
  CONV ("convolution 3x3/1, F(2x2), side 1", 3, 4, 5, 3, 1, 1, 1, 2),
  CONV ("convolution 3x3/1, F(4x4)", 3, 4, 5, 3, 1, 1, 8, 4),
  CONV ("convolution 3x3/1, F(4x4), odd side", 2, 20, 40, 3, 1, 1, 7, 4),
  CONV ("convolution 3x3/1, F(4x4), less than a tile", 40, 4, 5, 3, 1, 1, 3, 4),
  CONV ("convolution 3x3/1, F(4x4), several blocks", 2, 20, 17, 3, 1, 1, 24, 4),
  CONV ("convolution 3x3/2, even side", 3, 4, 5, 3, 2, 1, 8, 0),
  CONV ("convolution 3x3/2, odd side", 3, 20, 40, 3, 2, 1, 7, 0),
  CONV ("convolution 1x1/2, even side", 3, 4, 5, 1, 2, 0, 6, 0),
  CONV ("convolution 1x1/2, odd side", 3, 20, 40, 1, 2, 0, 7, 0),
  CONV ("convolution 5x5/3", 2, 4, 5, 5, 3, 2, 10, 0),
  NORM ("normalisation", 3, 4, 4, 9, false),
  NORM ("normalisation and ReLU", 3, 4, 20, 9, true),
  NORM ("normalisation, residual and ReLU", 4, 3, 5, 16, true),
  NORM ("normalisation of more channels than threads", 3, 2, 70, 4, true),
  MAX_POOL ("max-pool", 2, 5, 8),
  MAX_POOL ("max-pool of the smallest plane", 1, 17, 2),
  MEAN_POOL ("mean-pool", 2, 20, 9),
  ROWS ("dropout", dropout, 5, 16),
  ROWS ("unit length", unit, 4, 24),
  LINEAR ("linear", 6, false, 10, 4, 10, 4),
  LINEAR ("linear and ReLU, rows apart", 5, true, 7, 3, 9, 8),
  { .name = NULL },
};
/* clang-format on */
