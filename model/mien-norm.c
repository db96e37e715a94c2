/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Batch normalisation (Ioffe and Szegedy, 2015) with the ReLU and the residual that
 * follow it. Workers take whole channels, so that every sum is made by one worker in one
 * order; sums are in double.
 */

#include "mien-ops.h"

#include <math.h>

typedef struct
{
  int n, channels, area;
  const float *x, *gamma, *beta, *residual, *d_y, *mean, *inverse;
  float *y, *new_mean, *new_inverse, *running_mean, *running_variance, *d_gamma, *d_beta;
  bool relu;
} Job;

static inline size_t
plane (const Job *job, int i, size_t c)
{
  return ((size_t) i * (size_t) job->channels + c) * (size_t) job->area;
}

static void
statistics (void *data, int worker, size_t begin, size_t end)
{
  Job *job = data;
  double count = (double) job->n * job->area;

  (void) worker;
  for (size_t c = begin; c < end; c++)
    {
      double sum = 0, squares = 0;

      for (int i = 0; i < job->n; i++)
        {
          const float *x = job->x + plane (job, i, c);
          for (int p = 0; p < job->area; p++)
            sum += x[p];
        }

      double mean = sum / count;
      for (int i = 0; i < job->n; i++)
        {
          const float *x = job->x + plane (job, i, c);
          for (int p = 0; p < job->area; p++)
            squares += (x[p] - mean) * (x[p] - mean);
        }

      double variance = squares / count;
      double unbiased = count > 1 ? squares / (count - 1) : variance;
      job->new_mean[c] = (float) mean;
      job->new_inverse[c] = (float) (1 / sqrt (variance + 1e-5));
      job->running_mean[c] += (float) (0.1 * (mean - job->running_mean[c]));
      job->running_variance[c] += (float) (0.1 * (unbiased - job->running_variance[c]));
    }
}

void
mien_norm_statistics (MienPool *pool,
                      int n,
                      int channels,
                      int area,
                      const float *x,
                      float *mean,
                      float *inverse,
                      float *running_mean,
                      float *running_variance)
{
  Job job = { .n = n,
              .channels = channels,
              .area = area,
              .x = x,
              .new_mean = mean,
              .new_inverse = inverse,
              .running_mean = running_mean,
              .running_variance = running_variance };

  mien_pool_run (pool, (size_t) channels, statistics, &job);
}

static void
forward (void *data, int worker, size_t begin, size_t end)
{
  const Job *job = data;

  (void) worker;
  for (size_t c = begin; c < end; c++)
    {
      float scale = job->gamma[c] * job->inverse[c];
      float shift = job->beta[c] - job->mean[c] * scale;

      for (int i = 0; i < job->n; i++)
        {
          size_t at = plane (job, i, c);
          const float *x = job->x + at;
          const float *residual = job->residual != NULL ? job->residual + at : NULL;
          float *y = job->y + at;
          float floor = job->relu ? 0 : -INFINITY;

          for (int p = 0; p < job->area; p++)
            {
              float value = x[p] * scale + shift + (residual != NULL ? residual[p] : 0);

              /* This way round, so that a NaN stays one and is noticed. */
              y[p] = value < floor ? floor : value;
            }
        }
    }
}

void
mien_norm_forward (MienPool *pool,
                   int n,
                   int channels,
                   int area,
                   const float *x,
                   const float *mean,
                   const float *inverse,
                   const float *gamma,
                   const float *beta,
                   const float *residual,
                   bool relu,
                   float *y)
{
  Job job = { .n = n,
              .channels = channels,
              .area = area,
              .x = x,
              .mean = mean,
              .inverse = inverse,
              .gamma = gamma,
              .beta = beta,
              .residual = residual,
              .relu = relu,
              .y = y };

  mien_pool_run (pool, (size_t) channels, forward, &job);
}

/* d_x = gamma inverse (d_y - mean (d_y) - xhat mean (d_y xhat)) */
static void
backward (void *data, int worker, size_t begin, size_t end)
{
  const Job *job = data;
  double count = (double) job->n * job->area;

  (void) worker;
  for (size_t c = begin; c < end; c++)
    {
      double sum = 0, sum_hat = 0;
      float mean = job->mean[c], inverse = job->inverse[c];

      for (int i = 0; i < job->n; i++)
        {
          const float *x = job->x + plane (job, i, c),
                      *d_y = job->d_y + plane (job, i, c);
          for (int p = 0; p < job->area; p++)
            {
              sum += d_y[p];
              sum_hat += (double) d_y[p] * ((x[p] - mean) * inverse);
            }
        }
      job->d_gamma[c] += (float) sum_hat;
      job->d_beta[c] += (float) sum;

      float scale = job->gamma[c] * inverse;
      float middle = (float) (sum / count), slope = (float) (sum_hat / count);
      for (int i = 0; i < job->n; i++)
        {
          const float *x = job->x + plane (job, i, c),
                      *d_y = job->d_y + plane (job, i, c);
          float *d_x = job->y + plane (job, i, c);
          for (int p = 0; p < job->area; p++)
            d_x[p] = scale * (d_y[p] - middle - (x[p] - mean) * inverse * slope);
        }
    }
}

void
mien_norm_backward (MienPool *pool,
                    int n,
                    int channels,
                    int area,
                    const float *x,
                    const float *mean,
                    const float *inverse,
                    const float *gamma,
                    const float *d_y,
                    float *d_x,
                    float *d_gamma,
                    float *d_beta)
{
  Job job = { .n = n,
              .channels = channels,
              .area = area,
              .x = x,
              .mean = mean,
              .inverse = inverse,
              .gamma = gamma,
              .d_y = d_y,
              .y = d_x,
              .d_gamma = d_gamma,
              .d_beta = d_beta };

  mien_pool_run (pool, (size_t) channels, backward, &job);
}
