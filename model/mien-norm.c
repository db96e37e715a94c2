/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Batch normalisation (Ioffe and Szegedy, 2015) with the ReLU and the residual that
 * follow it. For the sums, workers take whole groups of sixteen channels, a cache line of
 * each pixel, so that every sum is made by one worker in one order; the maps from pixel
 * to pixel are split by pixels.
 */

#include "mien-kernels.h"
#include "mien-ops.h"

#include <math.h>

typedef struct
{
  const MienKernels *kernels;
  size_t pixels;
  int channels, pitch;
  const float *x, *y, *residual, *gamma;
  float *d_y, *d_x, *to;
  float *mean, *inverse, *running_mean, *running_variance, *d_gamma, *d_beta;
  float *scale, *x_scale, *shift; /* [pitch] */
  bool relu;
} Job;

static size_t
groups (const Job *job)
{
  return (size_t) (job->pitch / MIEN_PITCH);
}

static void
statistics (void *data, int worker, size_t begin, size_t end)
{
  const Job *job = data;
  double count = (double) job->pixels;

  (void) worker;
  for (size_t g = begin; g < end; g++)
    {
      double sum[MIEN_PITCH], squares[MIEN_PITCH];
      int first = (int) g * MIEN_PITCH;

      job->kernels->moments (job->pixels, job->pitch, job->x + first, sum, squares);
      for (int c = first; c < job->channels && c < first + MIEN_PITCH; c++)
        {
          double mean = sum[c - first] / count;
          double variance = squares[c - first] / count - mean * mean;
          double unbiased;

          if (variance < 0)
            variance = 0;
          unbiased = count > 1 ? variance * count / (count - 1) : variance;
          job->mean[c] = (float) mean;
          job->inverse[c] = (float) (1 / sqrt (variance + 1e-5));
          job->running_mean[c] += (float) (0.1 * (mean - job->running_mean[c]));
          job->running_variance[c] +=
              (float) (0.1 * (unbiased - job->running_variance[c]));
        }
    }
}

void
mien_norm_statistics (MienPool *pool,
                      size_t pixels,
                      int channels,
                      const float *x,
                      float *mean,
                      float *inverse,
                      float *running_mean,
                      float *running_variance)
{
  Job job = { .kernels = mien_kernels (),
              .pixels = pixels,
              .channels = channels,
              .pitch = mien_pitch (channels),
              .x = x,
              .mean = mean,
              .inverse = inverse,
              .running_mean = running_mean,
              .running_variance = running_variance };

  mien_pool_run (pool, groups (&job), statistics, &job);
}

static void
forward (void *data, int worker, size_t begin, size_t end)
{
  const Job *job = data;
  size_t at = begin * (size_t) job->pitch;

  (void) worker;
  job->kernels->normalise (end - begin, job->pitch, job->x + at, job->scale, job->shift,
                           job->residual != NULL ? job->residual + at : NULL, job->relu,
                           job->to + at);
}

void
mien_norm_forward (MienPool *pool,
                   size_t pixels,
                   int channels,
                   const float *x,
                   const float *mean,
                   const float *inverse,
                   const float *gamma,
                   const float *beta,
                   const float *residual,
                   bool relu,
                   float *y)
{
  float scale[MIEN_MAX_CHANNELS], shift[MIEN_MAX_CHANNELS];
  Job job = { .kernels = mien_kernels (),
              .pitch = mien_pitch (channels),
              .x = x,
              .residual = residual,
              .relu = relu,
              .to = y,
              .scale = scale,
              .shift = shift };

  for (int c = 0; c < job.pitch; c++)
    {
      scale[c] = c < channels ? gamma[c] * inverse[c] : 0;
      shift[c] = c < channels ? beta[c] - mean[c] * scale[c] : 0;
    }
  mien_pool_run (pool, pixels, forward, &job);
}

/* With x' = (x - mean) inverse: d_gamma = sum of d x', d_beta = sum of d, and
 * d_x = gamma inverse (d - d_beta / n - x' d_gamma / n), gathered by what multiplies d
 * and x. */
static void
gradient_sums (void *data, int worker, size_t begin, size_t end)
{
  const Job *job = data;
  double count = (double) job->pixels;

  (void) worker;
  for (size_t g = begin; g < end; g++)
    {
      double sum[MIEN_PITCH], products[MIEN_PITCH];
      int first = (int) g * MIEN_PITCH;

      job->kernels->gradient_moments (job->pixels, job->pitch, job->x + first,
                                      job->y != NULL ? job->y + first : NULL,
                                      job->d_y + first, sum, products);
      for (int c = first; c < first + MIEN_PITCH; c++)
        {
          double mean, inverse, d_gamma, scale, x_scale;

          job->scale[c] = job->x_scale[c] = job->shift[c] = 0;
          if (c >= job->channels)
            continue;
          mean = job->mean[c];
          inverse = job->inverse[c];
          d_gamma = (products[c - first] - mean * sum[c - first]) * inverse;
          scale = job->gamma[c] * inverse;
          x_scale = -scale * d_gamma / count * inverse;
          job->d_gamma[c] += (float) d_gamma;
          job->d_beta[c] += (float) sum[c - first];
          job->scale[c] = (float) scale;
          job->x_scale[c] = (float) x_scale;
          job->shift[c] = (float) (-scale * sum[c - first] / count - x_scale * mean);
        }
    }
}

static void
backward (void *data, int worker, size_t begin, size_t end)
{
  const Job *job = data;
  size_t at = begin * (size_t) job->pitch;

  (void) worker;
  job->kernels->normalise_gradient (
      end - begin, job->pitch, job->x + at, job->y != NULL ? job->y + at : NULL,
      job->scale, job->x_scale, job->shift, job->d_y + at, job->d_x + at);
}

void
mien_norm_backward (MienPool *pool,
                    size_t pixels,
                    int channels,
                    const float *x,
                    const float *mean,
                    const float *inverse,
                    const float *gamma,
                    const float *y,
                    float *d_y,
                    float *d_x,
                    float *d_gamma,
                    float *d_beta)
{
  float scale[MIEN_MAX_CHANNELS], x_scale[MIEN_MAX_CHANNELS], shift[MIEN_MAX_CHANNELS];
  Job job = { .kernels = mien_kernels (),
              .pixels = pixels,
              .channels = channels,
              .pitch = mien_pitch (channels),
              .x = x,
              .y = y,
              .d_y = d_y,
              .d_x = d_x,
              .mean = (float *) mean,
              .inverse = (float *) inverse,
              .gamma = gamma,
              .d_gamma = d_gamma,
              .d_beta = d_beta,
              .scale = scale,
              .x_scale = x_scale,
              .shift = shift };

  mien_pool_run (pool, groups (&job), gradient_sums, &job);
  mien_pool_run (pool, pixels, backward, &job);
}
