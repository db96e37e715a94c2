/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The table of operators, and how each is called through one signature.
 */

#include "operators.h"

#include "mien-ops-naive.h"

#include <stdlib.h>
#include <string.h>

MienPool *operators_pool;

/* Scratch is allocated at each call, so that sanitizers see every overrun of it. */
static float **
new_parts (size_t n)
{
  int n_threads = mien_pool_threads (operators_pool);
  float **parts = calloc ((size_t) n_threads, sizeof *parts);

  for (int i = 0; i < n_threads; i++)
    parts[i] = malloc (n * sizeof (float));
  return parts;
}

static void
free_parts (float **parts)
{
  for (int i = 0; i < mien_pool_threads (operators_pool); i++)
    free (parts[i]);
  free (parts);
}

static size_t
conv_weights (const Operator *op)
{
  return (size_t) (op->conv.out * op->conv.in * op->conv.kernel * op->conv.kernel);
}

static size_t
conv_sizes (const Operator *op, size_t in[MAX_INPUTS])
{
  int out_side = mien_conv_out_side (&op->conv);

  in[0] = (size_t) (op->n * op->conv.in * op->conv.side * op->conv.side);
  in[1] = conv_weights (op);
  return (size_t) (op->n * op->conv.out * out_side * out_side);
}

static void
conv_forward (const Operator *op, float *const *in, float *out)
{
  float **scratch = new_parts (mien_conv_scratch (&op->conv));

  mien_conv_forward (operators_pool, &op->conv, op->n, in[0], in[1], out, scratch);
  free_parts (scratch);
}

static void
conv_backward (const Operator *op,
               float *const *in,
               const float *out,
               const float *d_out,
               float *const *d_in)
{
  float **scratch = new_parts (mien_conv_scratch (&op->conv));
  float **d_w_parts = new_parts (conv_weights (op));

  mien_conv_backward (operators_pool, &op->conv, op->n, in[0], in[1], d_out, d_in[0],
                      d_in[1], scratch, d_w_parts);
  free_parts (scratch);
  free_parts (d_w_parts);
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
  float *mean = malloc (size), *inverse = malloc (size);
  float *running = calloc (2, size);

  mien_norm_statistics (operators_pool, op->n, op->channels, op->area, in[0], mean,
                        inverse, running, running + op->channels);
  mien_norm_forward (operators_pool, op->n, op->channels, op->area, in[0], mean, inverse,
                     in[1], in[2], op->n_inputs == 4 ? in[3] : NULL, op->relu, out);
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
  size_t n = (size_t) (op->n * op->channels * op->area);
  float *mean = malloc (size), *inverse = malloc (size), *running = calloc (2, size);
  float *masked = malloc (n * sizeof (float));

  mien_norm_statistics (operators_pool, op->n, op->channels, op->area, in[0], mean,
                        inverse, running, running + op->channels);
  memcpy (masked, d_out, n * sizeof (float));
  if (op->relu)
    mien_relu_backward (operators_pool, n, out, masked);
  if (op->n_inputs == 4)
    memcpy (d_in[3], masked, n * sizeof (float));
  mien_norm_backward (operators_pool, op->n, op->channels, op->area, in[0], mean, inverse,
                      in[1], masked, d_in[0], d_in[1], d_in[2]);
  free (mean);
  free (inverse);
  free (running);
  free (masked);
}

static void
norm_naive (const Operator *op, double *const *in, double *out)
{
  mien_naive_norm (op->n, op->channels, op->area, in[0], in[1], in[2],
                   op->n_inputs == 4 ? in[3] : NULL, op->relu, out);
}

/* n planes of a side of `channels` pixels. */
static size_t
max_pool_sizes (const Operator *op, size_t in[MAX_INPUTS])
{
  in[0] = (size_t) (op->n * op->channels * op->channels);
  return in[0] / 4;
}

static void
max_pool_forward (const Operator *op, float *const *in, float *out)
{
  mien_max_pool_forward (operators_pool, op->n, op->channels, in[0], out, NULL);
}

static void
max_pool_backward (const Operator *op,
                   float *const *in,
                   const float *out,
                   const float *d_out,
                   float *const *d_in)
{
  size_t sizes[MAX_INPUTS], n = max_pool_sizes (op, sizes);
  float *again = malloc (n * sizeof (float));
  uint8_t *choice = malloc (n);

  mien_max_pool_forward (operators_pool, op->n, op->channels, in[0], again, choice);
  mien_max_pool_backward (operators_pool, op->n, op->channels, d_out, choice, d_in[0]);
  free (again);
  free (choice);
}

static void
max_pool_naive (const Operator *op, double *const *in, double *out)
{
  mien_naive_max_pool (op->n, op->channels, in[0], out);
}

static size_t
mean_pool_sizes (const Operator *op, size_t in[MAX_INPUTS])
{
  in[0] = (size_t) (op->n * op->area);
  return (size_t) op->n;
}

static void
mean_pool_forward (const Operator *op, float *const *in, float *out)
{
  mien_mean_pool_forward (op->n, op->area, in[0], out);
}

static void
mean_pool_backward (const Operator *op,
                    float *const *in,
                    const float *out,
                    const float *d_out,
                    float *const *d_in)
{
  mien_mean_pool_backward (op->n, op->area, d_out, d_in[0]);
}

static void
mean_pool_naive (const Operator *op, double *const *in, double *out)
{
  mien_naive_mean_pool (op->n, op->area, in[0], out);
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
    mien_relu_backward (operators_pool, n, out, masked);
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
#define MAX_POOL(label, planes, side)                                                    \
  { .name = label, .forward = max_pool_forward, .backward = max_pool_backward,           \
    .naive = max_pool_naive, .sizes = max_pool_sizes, .n_inputs = 1, .n = planes,        \
    .channels = side }
#define MEAN_POOL(label, planes, plane)                                                  \
  { .name = label, .forward = mean_pool_forward, .backward = mean_pool_backward,         \
    .naive = mean_pool_naive, .sizes = mean_pool_sizes, .n_inputs = 1, .n = planes,      \
    .area = plane }
#define ROWS(label, function, rows, width)                                               \
  { .name = label, .forward = function##_forward, .backward = function##_backward,       \
    .naive = function##_naive, .sizes = rows_sizes, .n_inputs = 1, .n = rows,            \
    .channels = width }
#define LINEAR(label, rows, with_relu, ...)                                              \
  { .name = label, .forward = linear_forward, .backward = linear_backward,               \
    .naive = linear_naive, .sizes = linear_sizes, .n_inputs = 3,                         \
    .adds = { true, true, true }, .n = rows, .relu = with_relu,                          \
    .linear = { __VA_ARGS__ } }

/* in, out, kernel, stride, pad, side */
const Operator operators[] = {
  CONV ("convolution 7x7/2, even side", 3, 3, 4, 7, 2, 3, 16),
  CONV ("convolution 7x7/2, more columns than a group", 2, 3, 2, 7, 2, 3, 48),
  CONV ("convolution 3x3/1", 5, 3, 4, 3, 1, 1, 6),
  CONV ("convolution 3x3/1, several groups and a short one", 5, 2, 3, 3, 1, 1, 16),
  CONV ("convolution 3x3/1, odd side", 4, 2, 3, 3, 1, 1, 7),
  CONV ("convolution 3x3/1, side 2", 3, 4, 3, 3, 1, 1, 2),
  CONV ("convolution 3x3/1, side 1", 3, 4, 3, 3, 1, 1, 1),
  CONV ("convolution 3x3/2, even side", 3, 3, 4, 3, 2, 1, 8),
  CONV ("convolution 3x3/2, odd side", 3, 3, 4, 3, 2, 1, 7),
  CONV ("convolution 1x1/2, even side", 3, 4, 5, 1, 2, 0, 6),
  CONV ("convolution 1x1/2, odd side", 3, 4, 5, 1, 2, 0, 7),
  CONV ("convolution 3x3/1 of one image", 1, 2, 2, 3, 1, 1, 24),
  NORM ("normalisation", 3, 4, 3, 9, false),
  NORM ("normalisation and ReLU", 3, 4, 3, 9, true),
  NORM ("normalisation, residual and ReLU", 4, 3, 5, 16, true),
  NORM ("normalisation of more channels than threads", 3, 2, 9, 4, true),
  MAX_POOL ("max-pool", 5, 8),
  MAX_POOL ("max-pool of the smallest plane", 3, 2),
  MEAN_POOL ("mean-pool", 7, 9),
  ROWS ("dropout", dropout, 5, 16),
  ROWS ("unit length", unit, 4, 24),
  LINEAR ("linear", 6, false, 10, 4, 10, 4),
  LINEAR ("linear and ReLU, rows apart", 5, true, 7, 3, 9, 8),
  { .name = NULL },
};

const Operator large_operators[] = {
  CONV ("stem 7x7/2", 16, 3, 64, 7, 2, 3, 112),
  CONV ("stage 1 3x3/1", 16, 64, 64, 3, 1, 1, 28),
  CONV ("stage 2 3x3/2", 16, 64, 128, 3, 2, 1, 28),
  CONV ("stage 2 1x1/2", 16, 64, 128, 1, 2, 0, 28),
  CONV ("stage 2 3x3/1", 16, 128, 128, 3, 1, 1, 14),
  CONV ("stage 3 3x3/1", 16, 256, 256, 3, 1, 1, 7),
  CONV ("stage 4 3x3/1", 16, 512, 512, 3, 1, 1, 4),
  NORM ("stem normalisation", 3, 16, 64, 56 * 56, true),
  NORM ("stage 1 normalisation, residual", 4, 16, 64, 28 * 28, true),
  MAX_POOL ("max-pool", 16 * 64, 56),
  MEAN_POOL ("mean-pool", 16 * 512, 16),
  ROWS ("unit length", unit, 16, 512),
  LINEAR ("hidden layer", 16, true, 512, 16, 512, 224),
  { .name = NULL },
};
/* clang-format on */
