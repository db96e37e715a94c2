/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Normalisation and pooling at the sizes and batches that the full-width network meets,
 * channel by channel against their definitions: some channels of each tensor, the first
 * and the last among them, but all of their pixels. Gradients of the normalisation are
 * held against differences of the definition, with the ReLU's mask as it was found.
 */

#include "mien-ops-naive.h"
#include "shapes.h"
#include "variant.h"

#include <string.h>

enum
{
  N_CHANNELS = 4, /* that are compared */
  N_DIFFERENCES = 6,
};

static const double LIMIT = 1e-6;
static const float BEFORE = 0.5f; /* what gradients of parameters are added to */

static MienPool *pool;

static int
compared_channel (int k, int channels)
{
  return k == N_CHANNELS - 1 ? channels - 1 : k * (channels / N_CHANNELS);
}

/* Channel c of [pixels, channels]. */
static double *
take_channel (const float *tensor, size_t pixels, int channels, int c)
{
  double *plane = malloc (pixels * sizeof *plane);

  CHECK (plane != NULL);
  for (size_t p = 0; p < pixels; p++)
    plane[p] = tensor[p * (size_t) channels + (size_t) c];
  return plane;
}

static void
compare_channel (Distance *distance,
                 const float *tensor,
                 const double *plane,
                 size_t pixels,
                 int channels,
                 int c)
{
  for (size_t p = 0; p < pixels; p++)
    compare (distance, tensor[p * (size_t) channels + (size_t) c], plane[p]);
}

/* A normalisation of n images. */
typedef struct
{
  int n, channels, area;
  bool fused; /* with residual and ReLU */
  size_t pixels, size, width;
  float *x, *residual, *gamma, *beta, *d_y;
  float *mean, *inverse, *running; /* running: mean, then variance */
  float *y, *d, *d_x, *d_gamma, *d_beta;
} Norm;

static void
norm_init (Norm *norm, int n, int channels, int side, bool fused)
{
  CHECK (mien_pitch (channels) == channels);
  *norm = (Norm){ .n = n, .channels = channels, .area = side * side, .fused = fused };
  norm->pixels = (size_t) n * (size_t) norm->area;
  norm->width = (size_t) channels;
  norm->size = norm->pixels * norm->width;
  norm->x = new_random (norm->size, 1);
  norm->residual = new_random (norm->size, 2);
  norm->gamma = new_random (norm->width, 3);
  norm->beta = new_random (norm->width, 4);
  norm->d_y = new_random (norm->size, 5);
  norm->mean = new_guarded (norm->width, NAN);
  norm->inverse = new_guarded (norm->width, NAN);
  norm->running = new_guarded (2 * norm->width, 3);
  norm->y = new_guarded (norm->size, NAN);
  norm->d = new_guarded (norm->size, 0);
  norm->d_x = new_guarded (norm->size, NAN);
  norm->d_gamma = new_guarded (norm->width, BEFORE);
  norm->d_beta = new_guarded (norm->width, BEFORE);
  memcpy (norm->d, norm->d_y, norm->size * sizeof *norm->d);
}

static void
norm_clear (Norm *norm)
{
  free_guarded (norm->x, norm->size);
  free_guarded (norm->residual, norm->size);
  free_guarded (norm->gamma, norm->width);
  free_guarded (norm->beta, norm->width);
  free_guarded (norm->d_y, norm->size);
  free_guarded (norm->mean, norm->width);
  free_guarded (norm->inverse, norm->width);
  free_guarded (norm->running, 2 * norm->width);
  free_guarded (norm->y, norm->size);
  free_guarded (norm->d, norm->size);
  free_guarded (norm->d_x, norm->size);
  free_guarded (norm->d_gamma, norm->width);
  free_guarded (norm->d_beta, norm->width);
}

static void
norm_run (Norm *norm)
{
  mien_norm_statistics (pool, norm->pixels, norm->channels, norm->x, norm->mean,
                        norm->inverse, norm->running, norm->running + norm->channels);
  mien_norm_forward (pool, norm->pixels, norm->channels, norm->x, norm->mean,
                     norm->inverse, norm->gamma, norm->beta,
                     norm->fused ? norm->residual : NULL, norm->fused, norm->y);
  mien_norm_backward (pool, norm->pixels, norm->channels, norm->x, norm->mean,
                      norm->inverse, norm->gamma, norm->fused ? norm->y : NULL, norm->d,
                      norm->d_x, norm->d_gamma, norm->d_beta);
}

static void
check_statistics (const Norm *norm, int c, const double *x)
{
  double mean, variance, count = (double) norm->pixels;

  mien_naive_moments (norm->n, 1, norm->area, 0, x, &mean, &variance);
  CHECK (fabs (norm->mean[c] - mean) < 1e-7);
  CHECK (fabs (norm->inverse[c] * sqrt (variance + 1e-5) - 1) < 2e-7);
  CHECK (fabs (norm->running[c] - (0.9 * 3 + 0.1 * mean)) < 1e-6);
  CHECK (fabs (norm->running[norm->channels + c]
               - (0.9 * 3 + 0.1 * variance * count / (count - 1)))
         < 1e-6);
}

/* d . norm (x) of one channel. */
static double
weighted (const Norm *norm, const double *x, double gamma, const double *d, double *y)
{
  double beta = 0, sum = 0;

  mien_naive_norm (norm->n, 1, norm->area, x, &gamma, &beta, NULL, false, y);
  for (size_t p = 0; p < norm->pixels; p++)
    sum += d[p] * y[p];
  return sum;
}

/* The gradients of channel c at some pixels and of its parameters; d: behind the mask. */
static void
compare_gradients (const Norm *norm,
                   int c,
                   double *x,
                   const double *d,
                   Distance *of_x,
                   Distance *of_rest)
{
  const double H = 1e-4;
  double *y = malloc (norm->pixels * sizeof *y), sum = 0, gamma = norm->gamma[c];

  CHECK (y != NULL);
  for (int k = 0; k < N_DIFFERENCES; k++)
    {
      size_t p = k * (norm->pixels - 1) / (N_DIFFERENCES - 1);
      double there = x[p], above, below;

      x[p] = there + H;
      above = weighted (norm, x, gamma, d, y);
      x[p] = there - H;
      below = weighted (norm, x, gamma, d, y);
      x[p] = there;
      compare (of_x, norm->d_x[p * norm->width + (size_t) c], (above - below) / (2 * H));
    }
  /* The function is linear in both parameters. */
  compare (of_rest, norm->d_gamma[c], BEFORE + weighted (norm, x, 1, d, y));
  for (size_t p = 0; p < norm->pixels; p++)
    sum += d[p];
  compare (of_rest, norm->d_beta[c], BEFORE + sum);
  free (y);
}

static bool
check_norm (int n, int channels, int side, bool fused)
{
  Distance of_y = { 0 }, of_x = { 0 }, of_rest = { 0 };
  Norm norm;

  norm_init (&norm, n, channels, side, fused);
  norm_run (&norm);
  for (size_t i = 0; i < norm.size; i++)
    CHECK (isfinite (norm.y[i]) && isfinite (norm.d_x[i])
           && norm.d[i] == (fused && norm.y[i] <= 0 ? 0 : norm.d_y[i]));
  for (int k = 0; k < N_CHANNELS; k++)
    {
      int c = compared_channel (k, channels);
      double *x = take_channel (norm.x, norm.pixels, channels, c);
      double *residual = take_channel (norm.residual, norm.pixels, channels, c);
      double *d = take_channel (norm.d, norm.pixels, channels, c);
      double *y = take_channel (norm.y, norm.pixels, channels, c);
      double gamma = norm.gamma[c], beta = norm.beta[c];

      check_statistics (&norm, c, x);
      mien_naive_norm (n, 1, norm.area, x, &gamma, &beta, fused ? residual : NULL, fused,
                       y);
      compare_channel (&of_y, norm.y, y, norm.pixels, channels, c);
      compare_gradients (&norm, c, x, d, &of_x, &of_rest);
      free (x);
      free (residual);
      free (d);
      free (y);
    }
  norm_clear (&norm);
  printf (
      "# batch %d, %d channels of side %d%s: off by %.1e, d_x %.1e, parameters %.1e\n", n,
      channels, side, fused ? ", fused" : "", relative (&of_y), relative (&of_x),
      relative (&of_rest));
  return relative (&of_y) <= LIMIT && relative (&of_x) <= LIMIT
         && relative (&of_rest) <= LIMIT;
}

/* One image's channel at a time, which the definition takes as a plane. */
static void
check_max_pool (int n, int channels, int side)
{
  size_t area = (size_t) (side * side), width = (size_t) channels;
  size_t size = (size_t) n * area * width;
  float *x = new_random (size, 1), *d_y = new_random (size / 4, 2);
  float *y = new_guarded (size / 4, NAN), *d_x = new_guarded (size, NAN);
  double *pooled = malloc (area / 4 * sizeof *pooled);
  double *gradient = malloc (area * sizeof *gradient);

  CHECK (pooled != NULL && gradient != NULL);
  mien_max_pool_forward (pool, n, channels, side, x, y);
  mien_max_pool_backward (pool, n, channels, side, x, y, d_y, d_x);
  for (int i = 0; i < n; i++)
    for (int k = 0; k < N_CHANNELS; k++)
      {
        int c = compared_channel (k, channels);
        size_t first = (size_t) i * area * width;
        double *plane = take_channel (x + first, area, channels, c);
        double *d_plane = take_channel (d_y + first / 4, area / 4, channels, c);

        mien_naive_max_pool (1, side, plane, pooled);
        mien_naive_max_pool_gradient (1, side, plane, d_plane, gradient);
        for (size_t p = 0; p < area / 4; p++)
          CHECK (y[first / 4 + p * width + (size_t) c] == pooled[p]);
        for (size_t p = 0; p < area; p++)
          CHECK (fabs (d_x[first + p * width + (size_t) c] - gradient[p]) < 1e-6);
        free (plane);
        free (d_plane);
      }
  free_guarded (x, size);
  free_guarded (d_y, size / 4);
  free_guarded (y, size / 4);
  free_guarded (d_x, size);
  free (pooled);
  free (gradient);
}

static void
check_mean_pool (int n, int channels, int side)
{
  int area = side * side;
  size_t rows = (size_t) (n * channels), size = rows * (size_t) area;
  float *x = new_random (size, 1), *d_y = new_random (rows, 2);
  float *y = new_guarded (rows, NAN), *d_x = new_guarded (size, NAN);
  Distance of_y = { 0 }, of_x = { 0 };

  mien_mean_pool_forward (n, channels, area, x, y);
  mien_mean_pool_backward (n, channels, area, d_y, d_x);
  for (int i = 0; i < n; i++)
    for (int c = 0; c < channels; c++)
      {
        size_t first = (size_t) (i * channels * area);
        double *plane = take_channel (x + first, (size_t) area, channels, c), mean;

        mien_naive_mean_pool (1, area, plane, &mean);
        compare (&of_y, y[i * channels + c], mean);
        for (int p = 0; p < area; p++)
          compare (&of_x, d_x[first + (size_t) (p * channels + c)],
                   (double) d_y[i * channels + c] / area);
        free (plane);
      }
  CHECK (relative (&of_y) <= LIMIT && relative (&of_x) <= LIMIT);
  free_guarded (x, size);
  free_guarded (d_y, rows);
  free_guarded (y, rows);
  free_guarded (d_x, size);
}

/* The maps of the network for images of one size: the stem's, then four stages'. */
static bool
check_size (int size, int n)
{
  int channels = 64, side = size / 4;
  bool good = check_norm (n, 64, size / 2, true);

  check_max_pool (n, 64, size / 2);
  for (int stage = 0; stage < 4; stage++)
    {
      if (stage > 0)
        {
          channels *= 2;
          side = (side + 1) / 2;
        }
      for (int fused = 0; fused < 2; fused++)
        good = check_norm (n, channels, side, fused) && good;
    }
  check_mean_pool (n, channels, side);
  return good;
}

int
main (void)
{
  int number = 0, n_failed = 0;

  mien_test_variant ();
  pool = mien_pool_new (3);
  CHECK (pool != NULL);
  for (size_t s = 0; s < N_SIZES; s++)
    for (size_t b = 0; b < N_BATCHES; b++)
      {
        bool good = check_size (SIZES[s], BATCHES[b]);

        n_failed += !good;
        printf ("%s %d - normalisation and pooling, %d images of %d\n",
                good ? "ok" : "not ok", ++number, BATCHES[b], SIZES[s]);
        fflush (stdout);
      }
  printf ("1..%d\n", number);
  mien_pool_free (pool);
  return n_failed > 0;
}
