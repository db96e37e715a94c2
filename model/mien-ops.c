/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The small operators: pooling, dropout, L2 normalisation, linear layers. What works on
 * the 512-vectors is too little to share among threads.
 */

#include "mien-ops.h"

#include "mien-kernels.h"
#include "mien-random.h"

#include <math.h>
#include <string.h>

typedef struct
{
  const MienKernels *kernels;
  int channels, side, border;
  const float *x, *y, *d_y;
  float *to;
} Job;

/* Items: rows of all images. */
static void
max_pool_part (void *data, int worker, size_t begin, size_t end)
{
  const Job *job = data;
  size_t size = (size_t) job->side * (size_t) job->side * (size_t) job->channels;
  size_t rows = (size_t) job->side / 2;

  (void) worker;
  for (size_t i = begin; i < end; i++)
    job->kernels->max_pool (job->side, job->channels, (int) (i % rows),
                            job->x + i / rows * size, job->to + i / rows * size / 4);
}

void
mien_max_pool_forward (MienPool *pool,
                       int n,
                       int channels,
                       int side,
                       const float *x,
                       float *y)
{
  Job job = { .kernels = mien_kernels (),
              .channels = mien_pitch (channels),
              .side = side,
              .x = x,
              .to = y };

  mien_pool_run (pool, (size_t) (n * side / 2), max_pool_part, &job);
}

static void
max_pool_back_part (void *data, int worker, size_t begin, size_t end)
{
  const Job *job = data;
  size_t size = (size_t) job->side * (size_t) job->side * (size_t) job->channels;

  (void) worker;
  for (size_t i = begin; i < end; i++)
    job->kernels->max_pool_gradient (job->side, job->channels, job->x + i * size,
                                     job->y + i * size / 4, job->d_y + i * size / 4,
                                     job->to + i * size);
}

void
mien_max_pool_backward (MienPool *pool,
                        int n,
                        int channels,
                        int side,
                        const float *x,
                        const float *y,
                        const float *d_y,
                        float *d_x)
{
  Job job = { .kernels = mien_kernels (),
              .channels = mien_pitch (channels),
              .side = side,
              .x = x,
              .y = y,
              .d_y = d_y,
              .to = d_x };

  mien_pool_run (pool, (size_t) n, max_pool_back_part, &job);
}

void
mien_mean_pool_forward (int n, int channels, int area, const float *x, float *y)
{
  int pitch = mien_pitch (channels);

  for (int i = 0; i < n; i++, x += (size_t) area * (size_t) pitch, y += channels)
    {
      for (int c = 0; c < channels; c++)
        y[c] = 0;
      for (int p = 0; p < area; p++)
        for (int c = 0; c < channels; c++)
          y[c] += x[p * pitch + c];
      for (int c = 0; c < channels; c++)
        y[c] /= (float) area;
    }
}

void
mien_mean_pool_backward (int n, int channels, int area, const float *d_y, float *d_x)
{
  int pitch = mien_pitch (channels);

  for (int i = 0; i < n; i++, d_y += channels)
    for (int p = 0; p < area; p++, d_x += pitch)
      for (int c = 0; c < pitch; c++)
        d_x[c] = c < channels ? d_y[c] / (float) area : 0;
}

/* Items: rows of all images, with the border's. */
static void
interleave_part (void *data, int worker, size_t begin, size_t end)
{
  const Job *job = data;
  size_t side = (size_t) job->side, area = side * side, border = (size_t) job->border;
  size_t rows = side + 2 * border;

  (void) worker;
  for (size_t row = begin; row < end; row++)
    {
      size_t i = row % rows - border;
      const float *image = job->x + row / rows * 3 * area;
      float *to = job->to + row * 3 * rows;

      memset (to, 0, 3 * rows * sizeof *to);
      for (size_t p = 0; i < side && p < side; p++)
        for (size_t c = 0; c < 3; c++)
          to[3 * (border + p) + c] = image[c * area + i * side + p];
    }
}

void
mien_interleave (MienPool *pool,
                 int n,
                 int side,
                 int border,
                 const float *images,
                 float *pixels)
{
  Job job = { .side = side, .border = border, .x = images, .to = pixels };

  mien_pool_run (pool, (size_t) (n * (side + 2 * border)), interleave_part, &job);
}

void
mien_relu_backward (size_t n, const float *y, float *d)
{
  for (size_t i = 0; i < n; i++)
    d[i] = y[i] > 0 ? d[i] : 0;
}

void
mien_dropout (size_t n, uint64_t seed, const float *x, float *y)
{
  for (size_t i = 0; i < n; i++)
    y[i] = (mien_random_bits (seed, i) >> 63) != 0 ? 2 * x[i] : 0;
}

void
mien_unit_forward (int n, int width, const float *x, float *y, float *norm)
{
  for (int i = 0; i < n; i++, x += width, y += width)
    {
      double squares = 0;

      for (int k = 0; k < width; k++)
        squares += (double) x[k] * x[k];
      norm[i] = (float) fmax (sqrt (squares), 1e-12);
      for (int k = 0; k < width; k++)
        y[k] = x[k] / norm[i];
    }
}

/* d_x = (d_y - y (y . d_y)) / |x| */
void
mien_unit_backward (int n,
                    int width,
                    const float *y,
                    const float *norm,
                    const float *d_y,
                    float *d_x)
{
  for (int i = 0; i < n; i++, y += width, d_y += width, d_x += width)
    {
      double dot = 0;

      for (int k = 0; k < width; k++)
        dot += (double) y[k] * d_y[k];
      for (int k = 0; k < width; k++)
        d_x[k] = (d_y[k] - y[k] * (float) dot) / norm[i];
    }
}

/* Sixteen sums side by side, so that the compiler can use vectors. */
static float
dot (int n, const float *a, const float *b)
{
  float sums[16] = { 0 }, sum = 0;
  int k = 0;

  for (; k + 16 <= n; k += 16)
    for (int j = 0; j < 16; j++)
      sums[j] += a[k + j] * b[k + j];
  for (; k < n; k++)
    sum += a[k] * b[k];
  for (int j = 0; j < 16; j++)
    sum += sums[j];
  return sum;
}

static void
add_times (int n, float factor, const float *restrict x, float *restrict y)
{
  for (int k = 0; k < n; k++)
    y[k] += factor * x[k];
}

void
mien_linear_forward (const MienLinear *linear,
                     int n,
                     const float *x,
                     const float *w,
                     const float *b,
                     bool relu,
                     float *y)
{
  for (int i = 0; i < n; i++, x += linear->x_stride, y += linear->y_stride)
    for (int k = 0; k < linear->out; k++)
      {
        float sum = b[k] + dot (linear->in, x, w + (size_t) k * (size_t) linear->in);

        y[k] = relu && sum < 0 ? 0 : sum;
      }
}

void
mien_linear_backward (const MienLinear *linear,
                      int n,
                      const float *x,
                      const float *w,
                      const float *d_y,
                      float *d_x,
                      float *d_w,
                      float *d_b)
{
  for (int i = 0; i < n; i++)
    for (int k = 0; k < linear->out; k++)
      {
        float d = d_y[i * linear->y_stride + k];
        size_t row = (size_t) k * (size_t) linear->in;

        d_b[k] += d;
        add_times (linear->in, d, x + i * linear->x_stride, d_w + row);
        add_times (linear->in, d, w + row, d_x + i * linear->x_stride);
      }
}
