/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * How fast the operators are, at the network's own sizes: the best of several runs, in
 * milliseconds for 16 images, forward and backward; and for convolutions the rate.
 *
 *   bench-operators [THREADS]
 */

#include "mien-test.h"
#include "operators.h"

#include <string.h>
#include <time.h>

enum
{
  RUNS = 7,
};

static double
now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return (double) time.tv_sec + (double) time.tv_nsec * 1e-9;
}

static float *
new_floats (size_t n)
{
  float *floats = malloc (n * sizeof *floats);

  CHECK (floats != NULL);
  for (size_t i = 0; i < n; i++)
    floats[i] = (float) (i % 17) / 16 - 0.5f;
  return floats;
}

static void
measure (const Operator *op)
{
  size_t sizes[MAX_INPUTS], out_size = op->sizes (op, sizes);
  float *in[MAX_INPUTS], *d_in[MAX_INPUTS];
  float *out = new_floats (out_size), *d_out = new_floats (out_size);
  double forward = 1e9, backward = 1e9, work = 0;

  for (int i = 0; i < op->n_inputs; i++)
    {
      in[i] = new_floats (sizes[i]);
      d_in[i] = new_floats (sizes[i]);
    }
  for (int run = 0; run < RUNS; run++)
    {
      double start = now (), middle;

      op->forward (op, in, out);
      middle = now ();
      op->backward (op, in, out, d_out, d_in);
      forward = middle - start < forward ? middle - start : forward;
      backward = now () - middle < backward ? now () - middle : backward;
    }
  if (op->conv.kernel > 0)
    work = 2e-9 * (double) out_size * op->conv.in * op->conv.kernel * op->conv.kernel;
  printf ("%-34s %9.3f ms %9.3f ms", op->name, 1e3 * forward, 1e3 * backward);
  if (work > 0)
    printf ("  %6.1f %6.1f GF/s", work / forward, 2 * work / backward);
  printf ("\n");
  for (int i = 0; i < op->n_inputs; i++)
    {
      free (in[i]);
      free (d_in[i]);
    }
  free (out);
  free (d_out);
}

int
main (int argc, char **argv)
{
  int n_threads = argc > 1 ? atoi (argv[1]) : 1;

  operators_pool = mien_pool_new (n_threads);
  CHECK (operators_pool != NULL);
  printf ("%-34s %12s %12s\n", "16 images of 112 pixels", "forward", "backward");
  for (const Operator *op = large_operators; op->name != NULL; op++)
    measure (op);
  mien_pool_free (operators_pool);
  return 0;
}
