/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The convolutions of the full-width network at the sizes and batches that it meets, as
 * the network itself chooses to compute them: forward and both gradients against single
 * entries by definition, in double. Every tensor lies between sentinels, and what is
 * written to holds NAN before. Half of the entries walk through all rows, columns,
 * channels and images, half are drawn; the corners are among them.
 */

#include "mien-network-private.h"
#include "mien-ops-naive.h"
#include "shapes.h"
#include "variant.h"

#include <math.h>
#include <string.h>

enum
{
  SAMPLE = 300,         /* entries of a tensor that are compared */
  MAX_TERMS = 10000000, /* of all sums of a weights' gradient that are compared */
  MIN_SAMPLE = 60,
  CORNERS = 16,
};

static const float BEFORE = 0.5f; /* what gradients are added to */

static MienPool *pool;

/* Entry k of a sample of a tensor [sizes]. */
static void
choose_entry (int k, const int sizes[4], int at[4])
{
  for (int d = 0; d < 4; d++)
    {
      uint64_t index = (uint64_t) (4 * k + d);

      if (k < CORNERS)
        at[d] = (k >> d & 1) != 0 ? sizes[d] - 1 : 0;
      else if (k % 2 == 0)
        at[d] = k / 2 % sizes[d];
      else
        at[d] = (int) mien_random_below (11, index, (uint32_t) sizes[d]);
    }
}

/* A convolution of n images, and numbers for it. */
typedef struct
{
  const MienConv *conv;
  int n, out_side;
  size_t x_size, y_size, w_size, pitch;
  float *x, *w, *y_residual, *x_residual, *d_y, *bias, *scale;
} Case;

static size_t
pixels_size (int n, int side, int pitch)
{
  return (size_t) n * (size_t) side * (size_t) side * (size_t) pitch;
}

static void
case_init (Case *c, const MienConv *conv, int n)
{
  int out_side = mien_conv_out_side (conv), out = conv->out;
  int in_pitch = conv->of_images ? conv->in : mien_pitch (conv->in);

  /* At full width there are no channels that pad, which the operators' tests are for. */
  CHECK (mien_pitch (out) == out && (conv->of_images || in_pitch == conv->in));
  *c = (Case){ .conv = conv, .n = n, .out_side = out_side, .pitch = (size_t) out };
  c->x_size = pixels_size (n, conv->side, in_pitch);
  c->y_size = pixels_size (n, out_side, out);
  c->w_size = pixels_size (out, conv->kernel, conv->in);
  c->x = new_random (c->x_size, 1);
  c->w = new_random (c->w_size, 2);
  c->y_residual = new_random (c->y_size, 3);
  c->x_residual = new_random (c->x_size, 4);
  c->d_y = new_random (c->y_size, 5);
  c->bias = new_random (c->pitch, 6);
  c->scale = new_random (c->pitch, 7);
}

static void
case_clear (Case *c)
{
  free_guarded (c->x, c->x_size);
  free_guarded (c->w, c->w_size);
  free_guarded (c->y_residual, c->y_size);
  free_guarded (c->x_residual, c->x_size);
  free_guarded (c->d_y, c->y_size);
  free_guarded (c->bias, c->pitch);
  free_guarded (c->scale, c->pitch);
}

static size_t
place (const int at[4], int side, int pitch)
{
  return pixels_size (1, side, pitch) * (size_t) at[0]
         + (size_t) ((at[2] * side + at[3]) * pitch + at[1]);
}

/* Alone, or with all that can be fused. */
static double
check_forward (const Case *c, bool fused)
{
  const MienConv *conv = c->conv;
  const int sizes[] = { c->n, conv->out, c->out_side, c->out_side };
  size_t packed_size = mien_conv_packed (conv);
  size_t scratch_size = mien_conv_scratch (conv, c->n, mien_pool_threads (pool));
  float *packed = new_guarded (packed_size, NAN), *y = new_guarded (c->y_size, NAN);
  float *scratch = new_guarded (scratch_size, NAN);
  Distance distance = { 0 };

  mien_conv_pack (pool, conv, c->w, fused ? c->scale : NULL, packed);
  mien_conv_forward (pool, conv, c->n, c->x, packed, fused ? c->bias : NULL,
                     fused ? c->y_residual : NULL, fused, y, scratch);
  for (size_t i = 0; i < c->y_size; i++)
    CHECK (isfinite (y[i]));
  for (int k = 0; k < SAMPLE; k++)
    {
      int at[4];
      double expected;

      choose_entry (k, sizes, at);
      expected = mien_naive_conv_at (conv, c->x, c->w, at[0], at[1], at[2], at[3]);
      if (fused)
        expected = fmax (0, c->scale[at[1]] * expected + c->bias[at[1]]
                                + c->y_residual[place (at, c->out_side, conv->out)]);
      compare (&distance, y[place (at, c->out_side, conv->out)], expected);
    }
  free_guarded (packed, packed_size);
  free_guarded (y, c->y_size);
  free_guarded (scratch, scratch_size);
  return relative (&distance);
}

static double
compare_d_x (const Case *c, const float *d_x, bool added)
{
  const MienConv *conv = c->conv;
  const int sizes[] = { c->n, conv->in, conv->side, conv->side };
  Distance distance = { 0 };

  for (size_t i = 0; i < c->x_size; i++)
    CHECK (isfinite (d_x[i]));
  for (int k = 0; k < SAMPLE; k++)
    {
      int at[4];
      double expected;

      choose_entry (k, sizes, at);
      expected = mien_naive_conv_input_gradient_at (conv, c->w, c->d_y, at[0], at[1],
                                                    at[2], at[3]);
      if (added)
        expected += c->x_residual[place (at, conv->side, conv->in)];
      compare (&distance, d_x[place (at, conv->side, conv->in)], expected);
    }
  return relative (&distance);
}

/* d_w: after two passes. */
static double
compare_d_w (const Case *c, const float *d_w)
{
  const MienConv *conv = c->conv;
  const int sizes[] = { conv->out, conv->in, conv->kernel, conv->kernel };
  int terms = c->n * c->out_side * c->out_side, sample = MAX_TERMS / terms;
  Distance distance = { 0 };

  sample = sample > SAMPLE ? SAMPLE : sample < MIN_SAMPLE ? MIN_SAMPLE : sample;
  for (size_t i = 0; i < c->w_size; i++)
    CHECK (isfinite (d_w[i]));
  for (int k = 0; k < sample; k++)
    {
      int at[4];
      double once;

      choose_entry (k, sizes, at);
      once = mien_naive_conv_weight_gradient_at (conv, c->n, c->x, c->d_y, at[0], at[1],
                                                 at[2], at[3]);
      compare (
          &distance,
          d_w[((at[0] * conv->in + at[1]) * conv->kernel + at[2]) * conv->kernel + at[3]],
          BEFORE + 2 * once);
    }
  return relative (&distance);
}

/* Twice: alone, then with a residual that lies where the gradient goes. */
static void
check_gradients (const Case *c, double *d_x_distance, double *d_w_distance)
{
  const MienConv *conv = c->conv;
  size_t packed_size = mien_conv_packed_backward (conv);
  size_t scratch_size = mien_conv_scratch_backward (conv, c->n, mien_pool_threads (pool));
  float *d_w = new_guarded (c->w_size, BEFORE);

  *d_x_distance = 0;
  for (int added = 0; added < 2; added++)
    {
      float *packed = new_guarded (packed_size, NAN);
      float *scratch = new_guarded (scratch_size, NAN);
      float *d_x = conv->of_images ? NULL : new_guarded (c->x_size, NAN);

      if (added && d_x != NULL)
        memcpy (d_x, c->x_residual, c->x_size * sizeof *d_x);
      mien_conv_backward (pool, conv, c->n, c->x, c->w, c->d_y, added ? d_x : NULL, d_x,
                          d_w, packed, scratch);
      if (d_x != NULL)
        *d_x_distance = fmax (*d_x_distance, compare_d_x (c, d_x, added));
      free_guarded (packed, packed_size);
      free_guarded (scratch, scratch_size);
      free_guarded (d_x, c->x_size);
    }
  *d_w_distance = compare_d_w (c, d_w);
  free_guarded (d_w, c->w_size);
}

static bool
check_conv (const MienConv *conv, int n)
{
  double limit = conv->tile == 4 ? 1e-5 : 1e-6, plain, fused, d_x, d_w;
  Case c;

  case_init (&c, conv, n);
  plain = check_forward (&c, false);
  fused = check_forward (&c, true);
  check_gradients (&c, &d_x, &d_w);
  case_clear (&c);
  printf ("# batch %d, tile %d, side %d: off by %.1e, fused %.1e, d_x %.1e, d_w %.1e\n",
          n, conv->tile, conv->side, plain, fused, d_x, d_w);
  return plain <= limit && fused <= limit && d_x <= limit && d_w <= limit;
}

static bool
same_conv (const MienConv *a, const MienConv *b)
{
  return a->in == b->in && a->out == b->out && a->kernel == b->kernel
         && a->stride == b->stride && a->side == b->side;
}

/* Unit i of the network, chosen for each batch; false if something is too far off. */
static bool
check_unit (int i, int side)
{
  bool good = true;

  for (size_t b = 0; b < N_BATCHES; b++)
    {
      char error[MIEN_ERROR_SIZE];
      MienNetwork *network = mien_network_new ((MienNetworkShape){ 64, 16 }, BATCHES[b],
                                               side, false, pool, error);
      const MienConv *conv;

      CHECK (network != NULL);
      conv = &network->units[i].conv;
      /* Training takes a batch at once, inference sixteen images: the same choice. */
      CHECK (conv->tile == mien_conv_choose (conv, BATCHES[b]));
      good = check_conv (conv, BATCHES[b]) && good;
      mien_network_free (network);
    }
  return good;
}

/* Convolutions of one shape are the same computation: the first stands for all. Returns
 * how many have failed. */
static int
check_size (int side, int *number)
{
  char error[MIEN_ERROR_SIZE];
  MienNetwork *network =
      mien_network_new ((MienNetworkShape){ 64, 16 }, 1, side, false, pool, error);
  int n_failed = 0;

  CHECK (network != NULL && network->n_units == MIEN_N_UNITS);
  for (int i = 0; i < MIEN_N_UNITS; i++)
    {
      const MienUnit *unit = &network->units[i];
      int n_alike = 0, first = 0;
      bool good;

      while (!same_conv (&network->units[first].conv, &unit->conv))
        first++;
      for (int k = i + 1; k < MIEN_N_UNITS; k++)
        n_alike += same_conv (&network->units[k].conv, &unit->conv);
      if (first < i)
        continue;
      good = check_unit (i, side);
      n_failed += !good;
      printf ("%s %d - %s and %d like it, images of %d\n", good ? "ok" : "not ok",
              ++*number, unit->weight->name, n_alike, side);
      fflush (stdout);
    }
  mien_network_free (network);
  return n_failed;
}

int
main (void)
{
  int number = 0, n_failed = 0;

  mien_test_variant ();
  pool = mien_pool_new (3);
  CHECK (pool != NULL);
  for (size_t s = 0; s < N_SIZES; s++)
    n_failed += check_size (SIZES[s], &number);
  printf ("1..%d\n", number);
  mien_pool_free (pool);
  return n_failed > 0;
}
