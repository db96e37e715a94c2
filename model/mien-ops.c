/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The small operators: ReLU's mask, sums, pooling, dropout, L2 normalisation, linear
 * layers. What works on the 512-vectors is too little to share among threads.
 */

#include "mien-ops.h"

#include "mien-random.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

typedef struct
{
  float *a;
  const float *b;
  int side;
  uint8_t *choice;
  const uint8_t *chosen;
} Job;

static void
relu_part (void *data, int worker, size_t begin, size_t end)
{
  const Job *job = data;

  (void) worker;
  for (size_t i = begin; i < end; i++)
    job->a[i] = job->b[i] > 0 ? job->a[i] : 0;
}

void
mien_relu_backward (MienPool *pool, size_t n, const float *y, float *d)
{
  Job job = { .a = d, .b = y };

  mien_pool_run (pool, n, relu_part, &job);
}

static void
add_part (void *data, int worker, size_t begin, size_t end)
{
  const Job *job = data;

  (void) worker;
  for (size_t i = begin; i < end; i++)
    job->a[i] += job->b[i];
}

void
mien_add (MienPool *pool, size_t n, float *a, const float *b)
{
  Job job = { .a = a, .b = b };

  mien_pool_run (pool, n, add_part, &job);
}

static void
max_pool_part (void *data, int worker, size_t begin, size_t end)
{
  const Job *job = data;
  int side = job->side, half = side / 2;

  (void) worker;
  for (size_t p = begin; p < end; p++)
    {
      const float *x = job->b + p * (size_t) side * (size_t) side;
      size_t at = p * (size_t) half * (size_t) half;

      for (int i = 0; i < half; i++)
        for (int j = 0; j < half; j++, at++)
          {
            float best = -INFINITY;
            uint8_t choice = 4;

            for (int k = 0; k < 9; k++)
              {
                int r = 2 * i + k / 3 - 1, s = 2 * j + k % 3 - 1;

                /* A NaN wins, as in PyTorch, so that it is noticed. */
                if (r >= 0 && s >= 0
                    && (x[r * side + s] > best || isnan (x[r * side + s])))
                  {
                    best = x[r * side + s];
                    choice = (uint8_t) k;
                  }
              }
            job->a[at] = x[(2 * i + choice / 3 - 1) * side + 2 * j + choice % 3 - 1];
            if (job->choice != NULL)
              job->choice[at] = choice;
          }
    }
}

void
mien_max_pool_forward (MienPool *pool,
                       int planes,
                       int side,
                       const float *x,
                       float *y,
                       uint8_t *choice)
{
  Job job = { .a = y, .b = x, .side = side, .choice = choice };

  mien_pool_run (pool, (size_t) planes, max_pool_part, &job);
}

static void
max_pool_back_part (void *data, int worker, size_t begin, size_t end)
{
  const Job *job = data;
  int side = job->side, half = side / 2;

  (void) worker;
  for (size_t p = begin; p < end; p++)
    {
      float *d_x = job->a + p * (size_t) side * (size_t) side;
      size_t at = p * (size_t) half * (size_t) half;

      memset (d_x, 0, (size_t) side * (size_t) side * sizeof *d_x);
      for (int i = 0; i < half; i++)
        for (int j = 0; j < half; j++, at++)
          d_x[(2 * i + job->chosen[at] / 3 - 1) * side + 2 * j + job->chosen[at] % 3
              - 1] += job->b[at];
    }
}

void
mien_max_pool_backward (MienPool *pool,
                        int planes,
                        int side,
                        const float *d_y,
                        const uint8_t *choice,
                        float *d_x)
{
  Job job = { .a = d_x, .b = d_y, .side = side, .chosen = choice };

  mien_pool_run (pool, (size_t) planes, max_pool_back_part, &job);
}

void
mien_mean_pool_forward (int planes, int area, const float *x, float *y)
{
  for (int p = 0; p < planes; p++, x += area)
    {
      double sum = 0;

      for (int i = 0; i < area; i++)
        sum += x[i];
      y[p] = (float) (sum / area);
    }
}

void
mien_mean_pool_backward (int planes, int area, const float *d_y, float *d_x)
{
  for (int p = 0; p < planes; p++)
    for (int i = 0; i < area; i++)
      *d_x++ = d_y[p] / (float) area;
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

void
mien_linear_forward (const MienLinear *linear,
                     int n,
                     const float *x,
                     const float *w,
                     const float *b,
                     bool relu,
                     float *y)
{
  for (int i = 0; i < n; i++)
    memcpy (y + i * linear->y_stride, b, (size_t) linear->out * sizeof *y);
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, n, linear->out, linear->in, 1, x,
               linear->x_stride, w, linear->in, 1, y, linear->y_stride);
  for (int i = 0; relu && i < n; i++)
    for (int k = 0; k < linear->out; k++)
      if (y[i * linear->y_stride + k] < 0)
        y[i * linear->y_stride + k] = 0;
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
      d_b[k] += d_y[i * linear->y_stride + k];
  cblas_sgemm (CblasRowMajor, CblasTrans, CblasNoTrans, linear->out, linear->in, n, 1,
               d_y, linear->y_stride, x, linear->x_stride, 1, d_w, linear->in);
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, n, linear->in, linear->out, 1,
               d_y, linear->y_stride, w, linear->in, 1, d_x, linear->x_stride);
}
