/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The definitions that give single entries, or a gradient, against those that give whole
 * outputs: what tests of large tensors rest on is itself tested.
 */

#include "mien-kernels.h"
#include "mien-ops-naive.h"
#include "shapes.h"

#include <string.h>

enum
{
  MAX = 512, /* numbers of a tensor */
};

/* Even and odd sides; with images, stride and channels that pad. */
static const MienConv CONVS[] = {
  { 3, 2, 7, 2, 3, 8, .of_images = true },
  { 3, 4, 3, 1, 1, 5 },
  { 2, 3, 3, 2, 1, 6 },
  { 4, 3, 3, 2, 1, 7 },
  { 3, 5, 1, 2, 0, 5 },
};

/* A convolution of two images, its tensors as the operators take them and as planes. */
typedef struct
{
  const MienConv *conv;
  int n, side, in_pitch, out_pitch;
  int x_size, w_size, y_size; /* numbers, without what pads */
  float *x, *w, *d_y;
  double x_planes[MAX], w_planes[MAX], d_y_planes[MAX];
} Case;

/* Where entry k of planes [.., channels, side, side] is. */
static void
locate (int k, int channels, int side, int at[4])
{
  at[0] = k / (channels * side * side);
  at[1] = k / (side * side) % channels;
  at[2] = k / side % side;
  at[3] = k % side;
}

static void
take_planes (const float *pixels,
             int size,
             int channels,
             int side,
             int pitch,
             double *planes)
{
  for (int k = 0; k < size; k++)
    {
      int at[4];

      locate (k, channels, side, at);
      planes[k] = pixels[((at[0] * side + at[2]) * side + at[3]) * pitch + at[1]];
    }
}

static void
case_init (Case *c, const MienConv *conv)
{
  int side = mien_conv_out_side (conv), out_pitch = mien_pitch (conv->out);
  int in_pitch = conv->of_images ? conv->in : mien_pitch (conv->in), n = 2;

  *c = (Case){ conv, n, side, in_pitch, out_pitch };
  c->x_size = n * conv->in * conv->side * conv->side;
  c->w_size = conv->out * conv->in * conv->kernel * conv->kernel;
  c->y_size = n * conv->out * side * side;
  CHECK (c->x_size <= MAX && c->w_size <= MAX && c->y_size <= MAX);
  c->x = new_random ((size_t) (n * conv->side * conv->side * in_pitch), 1);
  c->w = new_random ((size_t) c->w_size, 2);
  c->d_y = new_random ((size_t) (n * side * side * out_pitch), 3);
  take_planes (c->x, c->x_size, conv->in, conv->side, in_pitch, c->x_planes);
  take_planes (c->d_y, c->y_size, conv->out, side, out_pitch, c->d_y_planes);
  for (int k = 0; k < c->w_size; k++)
    c->w_planes[k] = c->w[k];
}

static void
case_clear (Case *c)
{
  free_guarded (c->x, (size_t) (c->n * c->conv->side * c->conv->side * c->in_pitch));
  free_guarded (c->w, (size_t) c->w_size);
  free_guarded (c->d_y, (size_t) (c->n * c->side * c->side * c->out_pitch));
}

static void
test_entries (void)
{
  for (size_t i = 0; i < sizeof CONVS / sizeof *CONVS; i++)
    {
      double y[MAX];
      Case c;

      case_init (&c, &CONVS[i]);
      mien_naive_conv (c.conv, c.n, c.x_planes, c.w_planes, y);
      for (int k = 0; k < c.y_size; k++)
        {
          int at[4];

          locate (k, c.conv->out, c.side, at);
          CHECK (fabs (mien_naive_conv_at (c.conv, c.x, c.w, at[0], at[1], at[2], at[3])
                       - y[k])
                 < 1e-12);
        }
      case_clear (&c);
    }
}

/* d_y . (x * w) */
static double
weighted (const Case *c, const double *x, const double *w)
{
  double y[MAX], sum = 0;

  mien_naive_conv (c->conv, c->n, x, w, y);
  for (int k = 0; k < c->y_size; k++)
    sum += y[k] * c->d_y_planes[k];
  return sum;
}

/* A convolution is linear in x and in w, so its derivative by an entry is what it makes
 * of that entry alone. */
static void
test_entries_of_gradients (void)
{
  for (size_t i = 0; i < sizeof CONVS / sizeof *CONVS; i++)
    {
      Case c;

      case_init (&c, &CONVS[i]);
      for (int k = 0; k < c.x_size; k++)
        {
          double one[MAX] = { 0 }, value;
          int at[4];

          one[k] = 1;
          locate (k, c.conv->in, c.conv->side, at);
          value = mien_naive_conv_input_gradient_at (c.conv, c.w, c.d_y, at[0], at[1],
                                                     at[2], at[3]);
          CHECK (fabs (value - weighted (&c, one, c.w_planes)) < 1e-12);
        }
      for (int k = 0; k < c.w_size; k++)
        {
          double one[MAX] = { 0 }, value;
          int at[4];

          one[k] = 1;
          locate (k, c.conv->in, c.conv->kernel, at);
          value = mien_naive_conv_weight_gradient_at (c.conv, c.n, c.x, c.d_y, at[0],
                                                      at[1], at[2], at[3]);
          CHECK (fabs (value - weighted (&c, c.x_planes, one)) < 1e-12);
        }
      case_clear (&c);
    }
}

/* Where no two pixels of a window are equal, the maximum moves with the winner. */
static void
test_max_pool_gradient (void)
{
  enum
  {
    SIDE = 6,
    AREA = SIDE * SIDE,
    PLANES = 2,
  };
  double x[PLANES * AREA], d_x[PLANES * AREA], d_y[PLANES * AREA / 4];
  double before[PLANES * AREA / 4], after[PLANES * AREA / 4];
  const double H = 1e-7;

  for (int k = 0; k < PLANES * AREA; k++)
    x[k] = mien_random_real (1, (uint64_t) k);
  for (int k = 0; k < PLANES * AREA / 4; k++)
    d_y[k] = mien_random_real (2, (uint64_t) k);
  mien_naive_max_pool (PLANES, SIDE, x, before);
  mien_naive_max_pool_gradient (PLANES, SIDE, x, d_y, d_x);
  for (int k = 0; k < PLANES * AREA; k++)
    {
      double there = x[k], sum = 0;

      x[k] += H;
      mien_naive_max_pool (PLANES, SIDE, x, after);
      x[k] = there;
      for (int m = 0; m < PLANES * AREA / 4; m++)
        sum += d_y[m] * (after[m] - before[m]) / H;
      CHECK (fabs (d_x[k] - sum) < 1e-6);
    }
  /* All alike: the first pixel of the plane wins its window. */
  for (int k = 0; k < PLANES * AREA; k++)
    x[k] = 1;
  mien_naive_max_pool_gradient (PLANES, SIDE, x, d_y, d_x);
  CHECK (d_x[0] == d_y[0] && d_x[1] == d_y[1] && d_x[2] == 0);
}

int
main (void)
{
  static const MienTest TESTS[] = {
    { "single entries of a convolution", test_entries },
    { "single entries of its gradients", test_entries_of_gradients },
    { "the gradient of max-pool", test_max_pool_gradient },
  };

  return mien_test_run (TESTS, sizeof TESTS / sizeof *TESTS);
}
