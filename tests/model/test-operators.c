/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Every operator of the table: what it computes against its definition, its gradients
 * against central differences of the definition in double. Every tensor lies between
 * sentinels. Where a difference straddles a kink (ReLU, max-pool) its two halves
 * disagree; such an entry is left out, and few may be.
 */

#include "guarded.h"
#include "mien-kernels.h"
#include "mien-ops-naive.h"
#include "mien-random.h"
#include "operators.h"
#include "variant.h"

#include <math.h>

enum
{
  MAX_CHECKED = 60, /* gradients of an input that are looked at */
};

/* A case: one operator with inputs drawn at random, in both precisions. */
typedef struct
{
  const Operator *op;
  size_t in_sizes[MAX_INPUTS], out_size;
  float *in[MAX_INPUTS], *out;
  double *exact_in[MAX_INPUTS], *exact_out;
} Case;

static double *
new_doubles (size_t n)
{
  double *doubles = calloc (n, sizeof *doubles);

  CHECK (doubles != NULL);
  return doubles;
}

static void
case_init (Case *c, const Operator *op)
{
  *c = (Case){ .op = op };
  c->out_size = op->sizes (op, c->in_sizes);
  for (int i = 0; i < op->n_inputs; i++)
    {
      c->in[i] = new_guarded (c->in_sizes[i], 0);
      c->exact_in[i] = new_doubles (c->in_sizes[i]);
      for (size_t k = 0; k < c->in_sizes[i]; k++)
        {
          c->in[i][k] = (float) (2 * mien_random_real (7 + (uint64_t) i, k) - 1);
          c->exact_in[i][k] = c->in[i][k];
        }
    }
  c->out = new_guarded (c->out_size, 0);
  c->exact_out = new_doubles (c->out_size);
}

static void
case_clear (Case *c)
{
  for (int i = 0; i < c->op->n_inputs; i++)
    {
      /* Inputs are only read. */
      for (size_t k = 0; k < c->in_sizes[i]; k++)
        CHECK (c->in[i][k] == (float) c->exact_in[i][k]);
      free_guarded (c->in[i], c->in_sizes[i]);
      free (c->exact_in[i]);
    }
  free_guarded (c->out, c->out_size);
  free (c->exact_out);
}

static bool
is_close (double value, double expected, double tolerance)
{
  return fabs (value - expected) <= tolerance * (1 + fabs (expected));
}

/* Winograd's larger tile costs a digit: its transforms multiply by up to 8 and divide. */
static void
test_definition (const Operator *op)
{
  double tolerance = op->conv.tile == 4 ? 1e-4 : 1e-5;
  Case c;

  case_init (&c, op);
  op->forward (op, c.in, c.out);
  op->naive (op, c.exact_in, c.exact_out);
  for (size_t k = 0; k < c.out_size; k++)
    {
      if (!is_close (c.out[k], c.exact_out[k], tolerance))
        printf ("# %s: output %zu is %g, by definition %g\n", op->name, k, c.out[k],
                c.exact_out[k]);
      CHECK (is_close (c.out[k], c.exact_out[k], tolerance));
    }
  case_clear (&c);
}

/* d_out . op (in), by the definition. */
static double
weighted (Case *c, const float *d_out)
{
  double sum = 0;

  c->op->naive (c->op, c->exact_in, c->exact_out);
  for (size_t k = 0; k < c->out_size; k++)
    sum += d_out[k] * c->exact_out[k];
  return sum;
}

/* The derivative by entry k of input i; false where there is a kink within h. */
static bool
differentiate (Case *c, const float *d_out, int i, size_t k, double *derivative)
{
  const double H = 1e-5;
  double at = c->exact_in[i][k], middle = weighted (c, d_out), above, below;

  c->exact_in[i][k] = at + H;
  above = weighted (c, d_out);
  c->exact_in[i][k] = at - H;
  below = weighted (c, d_out);
  c->exact_in[i][k] = at;
  *derivative = (above - below) / (2 * H);
  /* A smooth function's halves differ by H f''; a kink's by the jump of f'. */
  return fabs (above - 2 * middle + below) / H < 1e-2 * (1 + fabs (*derivative));
}

static void
check_input (Case *c, const float *d_out, int i, const float *d_in, float before)
{
  size_t n = c->in_sizes[i], n_checked = 0, n_skipped = 0;
  size_t step = n > MAX_CHECKED ? n / MAX_CHECKED : 1;

  for (size_t k = 0; k < n; k += step)
    {
      double derivative;

      n_checked++;
      if (!differentiate (c, d_out, i, k, &derivative))
        {
          n_skipped++;
          continue;
        }
      derivative += before;
      if (!is_close (d_in[k], derivative, 2e-4))
        printf ("# %s: d input %d [%zu] is %g, by differences %g\n", c->op->name, i, k,
                d_in[k], derivative);
      CHECK (is_close (d_in[k], derivative, 2e-4));
    }
  CHECK (10 * n_skipped <= n_checked);
}

static void
test_gradients (const Operator *op)
{
  Case c;
  float *d_in[MAX_INPUTS], *d_out, before[MAX_INPUTS];

  case_init (&c, op);
  op->forward (op, c.in, c.out);
  d_out = new_guarded (c.out_size, 0);
  for (size_t k = 0; k < c.out_size; k++)
    d_out[k] = (float) (2 * mien_random_real (99, k) - 1);
  for (int i = 0; i < op->n_inputs; i++)
    {
      before[i] = op->adds[i] ? 0.5f : 0;
      /* What is overwritten may hold anything before. */
      d_in[i] = new_guarded (c.in_sizes[i], op->adds[i] ? before[i] : NAN);
    }
  op->backward (op, c.in, c.out, d_out, d_in);
  for (int i = 0; i < op->n_inputs; i++)
    {
      if (i > 0 || !op->conv.of_images)
        check_input (&c, d_out, i, d_in[i], before[i]);
      free_guarded (d_in[i], c.in_sizes[i]);
    }
  free_guarded (d_out, c.out_size);
  case_clear (&c);
}

/* The running mean and variance move by 0.1 towards the batch's, the variance unbiased.
 */
static void
test_running_statistics (void)
{
  enum
  {
    PIXELS = 18,
    CHANNELS = 4,
  };
  float x[PIXELS * MIEN_PITCH] = { 0 }, mean[CHANNELS], inverse[CHANNELS];
  float running_mean[CHANNELS] = { 1, 2, 3, 4 },
        running_variance[CHANNELS] = { 4, 3, 2, 1 };
  double exact[CHANNELS * PIXELS];

  for (int c = 0; c < CHANNELS; c++)
    for (int p = 0; p < PIXELS; p++)
      exact[c * PIXELS + p] = x[p * MIEN_PITCH + c] =
          (float) mien_random_real (3, (uint64_t) (c * PIXELS + p)) * 4;
  mien_norm_statistics (operators_pool, PIXELS, CHANNELS, x, mean, inverse, running_mean,
                        running_variance);
  for (int c = 0; c < CHANNELS; c++)
    {
      double m, v;

      mien_naive_moments (1, CHANNELS, PIXELS, c, exact, &m, &v);
      CHECK (is_close (mean[c], m, 1e-6));
      CHECK (is_close (inverse[c], 1 / sqrt (v + 1e-5), 1e-6));
      CHECK (is_close (running_mean[c], 0.9 * (c + 1) + 0.1 * m, 1e-6));
      CHECK (is_close (running_variance[c],
                       0.9 * (4 - c) + 0.1 * v * PIXELS / (PIXELS - 1), 1e-6));
    }
}

/* A winner of several windows gets the gradient of each; ties go to the first in rows,
 * then columns; a NaN is passed on, not lost. */
static void
test_max_pool_choice (void)
{
  float x[16 * MIEN_PITCH], y[4 * MIEN_PITCH], d_y[4 * MIEN_PITCH], d_x[16 * MIEN_PITCH];

  for (int i = 0; i < 16 * MIEN_PITCH; i++)
    x[i] = 1;
  for (int i = 0; i < 4 * MIEN_PITCH; i++)
    d_y[i] = (float) (1 + i / MIEN_PITCH);
  mien_max_pool_forward (operators_pool, 1, MIEN_PITCH, 4, x, y);
  mien_max_pool_backward (operators_pool, 1, MIEN_PITCH, 4, x, y, d_y, d_x);
  for (int p = 0; p < 16; p++)
    {
      static const float expected[16] = {
        1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
      };

      for (int c = 0; c < MIEN_PITCH; c++)
        CHECK (d_x[p * MIEN_PITCH + c] == expected[p]);
    }
  x[0] = NAN;
  mien_max_pool_forward (operators_pool, 1, MIEN_PITCH, 4, x, y);
  CHECK (isnan (y[0]) && y[1] == 1);
}

/* About half is kept, and another seed keeps others. */
static void
test_dropout_share (void)
{
  enum
  {
    N = 4000,
  };
  float x[N], y[N], z[N];
  int kept = 0, same = 0;

  for (int i = 0; i < N; i++)
    x[i] = 1;
  mien_dropout (N, 5, x, y);
  mien_dropout (N, 6, x, z);
  for (int i = 0; i < N; i++)
    {
      CHECK (y[i] == 0 || y[i] == 2);
      kept += y[i] == 2;
      same += y[i] == z[i];
    }
  CHECK (kept > N * 0.46 && kept < N * 0.54);
  CHECK (same > N * 0.46 && same < N * 0.54);
}

int
main (void)
{
  int number = 0, n = 0;

  mien_test_variant ();
  operators_pool = mien_pool_new (3);
  CHECK (operators_pool != NULL);
  while (operators[n].name != NULL)
    n++;
  printf ("1..%d\n", 2 * n + 3);
  for (int i = 0; i < n; i++)
    {
      test_definition (&operators[i]);
      printf ("ok %d - %s, by definition\n", ++number, operators[i].name);
      test_gradients (&operators[i]);
      printf ("ok %d - %s, gradients\n", ++number, operators[i].name);
      fflush (stdout);
    }
  test_running_statistics ();
  printf ("ok %d - running statistics\n", ++number);
  test_max_pool_choice ();
  printf ("ok %d - which pixel max-pool takes\n", ++number);
  test_dropout_share ();
  printf ("ok %d - what dropout keeps\n", ++number);
  mien_pool_free (operators_pool);
  return 0;
}
