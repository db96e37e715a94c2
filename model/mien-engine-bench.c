/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The command `bench`: how fast the engine is on this machine. Each figure is the median
 * of several runs, after two that are not counted. GFLOP/s are effective: what a direct
 * convolution would have had to compute (2 x multiplications), whatever ours did.
 */

#include "mien-engine.h"

#include "mien-adam.h"
#include "mien-kernels.h"
#include "mien-network-int8.h"
#include "mien-network-private.h"
#include "mien-random.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum
{
  RUNS = 15, /* at least, and for so long: */
  MOST_RUNS = 1000,
  UNCOUNTED = 2,
};

static const double LEAST_SECONDS = 0.3;

typedef struct
{
  const MienEngineOptions *options;
  MienPool *pool;
  MienNetwork *network;
  MienNetworkInt8 *int8;
  MienAdam adam;
  float *images, *outputs;

  const MienConv *conv; /* of one layer */
  float *x, *y, *w, *d_w, *packed, *scratch;
} Bench;

static double
now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return (double) time.tv_sec + (double) time.tv_nsec * 1e-9;
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Seconds of one call. */
static double
median_time (void (*run) (Bench *), Bench *bench)
{
  double times[MOST_RUNS], begun;
  int n = 0;

  for (int i = 0; i < UNCOUNTED; i++)
    run (bench);
  begun = now ();
  while (n < RUNS || (n < MOST_RUNS && now () - begun < LEAST_SECONDS))
    {
      double start = now ();

      run (bench);
      times[n++] = now () - start;
    }
  qsort (times, (size_t) n, sizeof *times, compare);
  return times[n / 2];
}

static float *
random_floats (size_t n, uint64_t key)
{
  float *floats = aligned_alloc (64, (n + 15) / 16 * 16 * sizeof *floats);

  for (size_t i = 0; floats != NULL && i < n; i++)
    floats[i] = (float) (2 * mien_random_real (key, i) - 1);
  return floats;
}

static double
conv_work (const MienConv *conv)
{
  double side = mien_conv_out_side (conv);

  return 2e-9 * side * side * conv->out * conv->in * conv->kernel * conv->kernel;
}

/* GFLOP of an image's forward pass, the heads included. */
static double
forward_work (const MienNetwork *network)
{
  double features = 8 * network->shape.width, head = network->shape.head;
  double work = 2e-9 * head * (features * MIEN_N_HIDDEN + MIEN_OUTPUTS);

  for (int i = 0; i < network->n_units; i++)
    work += conv_work (&network->units[i].conv);
  return work;
}

static void
print_machine (const Bench *bench, const char *what)
{
  const MienEngineOptions *o = bench->options;

  if (o->json)
    printf (
        "{\"bench\":\"%s\",\"kernels\":\"%s\",\"threads\":%d,\"batch\":%ld,\"size\":%ld",
        what, mien_kernels ()->name, mien_pool_threads (bench->pool), o->batch, o->size);
  else
    printf ("%s: kernels %s, threads %d, batch %ld, size %ld\n", what,
            mien_kernels ()->name, mien_pool_threads (bench->pool), o->batch, o->size);
}

static void
print_rate (const Bench *bench, const char *what, double seconds, double work)
{
  double rate = (double) bench->options->batch / seconds;

  print_machine (bench, what);
  if (bench->options->json)
    printf (",\"images_per_second\":%.2f,\"gflops\":%.2f}\n", rate, rate * work);
  else
    printf ("%.1f images/s, %.1f GFLOP/s\n", rate, rate * work);
}

static void
run_inference (Bench *bench)
{
  mien_network_infer (bench->network, bench->images, (int) bench->options->batch,
                      bench->outputs, NULL);
}

static void
run_int8_inference (Bench *bench)
{
  mien_network_int8_infer (bench->int8, bench->images, (int) bench->options->batch,
                           bench->outputs, NULL);
}

/* A step without the loss: its gradient is a fixed one. */
static void
run_step (Bench *bench)
{
  int n = (int) bench->options->batch;

  mien_network_forward (bench->network, bench->images, n, 1, bench->outputs);
  for (int i = 0; i < n * MIEN_OUTPUTS; i++)
    bench->outputs[i] = i % 2 == 0 ? 1e-3f : -1e-3f;
  mien_network_zero_gradients (bench->network);
  mien_network_backward (bench->network, bench->outputs);
  mien_adam_step (&bench->adam, bench->network, 1e-6);
}

static int
bench_inference (Bench *bench, char *error)
{
  void (*run) (Bench *) = run_inference;

  if (mien_engine_is_int8 (bench->options))
    {
      mien_network_observe (bench->network, bench->images, (int) bench->options->batch,
                            bench->outputs, NULL);
      bench->int8 = mien_network_int8_new (bench->network, error);
      if (bench->int8 == NULL)
        return -1;
      run = run_int8_inference;
    }
  print_rate (bench, "infer", median_time (run, bench), forward_work (bench->network));
  return 0;
}

static int
bench_training (Bench *bench, char *error)
{
  (void) error;
  print_rate (bench, "train", median_time (run_step, bench),
              3 * forward_work (bench->network));
  return 0;
}

static void
run_layer_forward (Bench *bench)
{
  mien_conv_forward (bench->pool, bench->conv, (int) bench->options->batch, bench->x,
                     bench->packed, NULL, NULL, false, bench->y, bench->scratch);
}

static void
run_layer_backward (Bench *bench)
{
  mien_conv_backward (bench->pool, bench->conv, (int) bench->options->batch, bench->x,
                      bench->w, bench->y, NULL, bench->conv->of_images ? NULL : bench->x,
                      bench->d_w, bench->packed, bench->scratch);
}

static int
allocate_layer (Bench *bench)
{
  const MienConv *conv = bench->conv;
  int n = (int) bench->options->batch, n_threads = mien_pool_threads (bench->pool);
  size_t images = (size_t) n, out_side = (size_t) mien_conv_out_side (conv);
  size_t area = (size_t) conv->side * (size_t) conv->side;
  size_t weights = (size_t) (conv->out * conv->in * conv->kernel * conv->kernel);

  bench->x = random_floats (images * area * (size_t) mien_pitch (conv->in), 1);
  bench->y =
      random_floats (images * out_side * out_side * (size_t) mien_pitch (conv->out), 2);
  bench->w = random_floats (weights, 3);
  bench->d_w = random_floats (weights, 4);
  bench->packed = random_floats (mien_conv_packed_backward (conv), 5);
  bench->scratch = random_floats (mien_conv_scratch (conv, n, n_threads)
                                      + mien_conv_scratch_backward (conv, n, n_threads),
                                  6);
  return bench->x != NULL && bench->y != NULL && bench->w != NULL && bench->d_w != NULL
                 && bench->packed != NULL && bench->scratch != NULL
             ? 0
             : -1;
}

static void
free_layer (Bench *bench)
{
  free (bench->x);
  free (bench->y);
  free (bench->w);
  free (bench->d_w);
  free (bench->packed);
  free (bench->scratch);
}

/* One line a convolution, or an array of objects. */
static int
bench_units (Bench *bench, char *error)
{
  const MienNetwork *network = bench->network;
  bool json = bench->options->json;

  print_machine (bench, "layers");
  printf ("%s", json ? ",\"layers\":["
                     : "layer                       forward        backward, GFLOP/s\n");
  for (int i = 0; i < network->n_units; i++)
    {
      const MienUnit *unit = &network->units[i];
      double work = conv_work (&unit->conv) * (double) bench->options->batch;
      double forward, backward;

      bench->conv = &unit->conv;
      if (allocate_layer (bench) != 0)
        {
          free_layer (bench);
          return snprintf (error, MIEN_ERROR_SIZE, "out of memory"), -1;
        }
      mien_conv_pack (bench->pool, bench->conv, bench->w, NULL, bench->packed);
      forward = work / median_time (run_layer_forward, bench);
      backward =
          (unit->conv.of_images ? 1 : 2) * work / median_time (run_layer_backward, bench);
      free_layer (bench);
      if (json)
        printf ("%s{\"layer\":\"%s\",\"tile\":%d,\"forward\":%.1f,\"backward\":%.1f}",
                i > 0 ? "," : "", unit->weight->name, unit->conv.tile, forward, backward);
      else
        printf ("%-28s F(%d) %8.1f        %8.1f\n", unit->weight->name, unit->conv.tile,
                forward, backward);
    }
  printf ("%s", json ? "]}\n" : "");
  return 0;
}

static int
bench (const MienEngineOptions *options,
       int (*run) (Bench *, char *),
       bool training,
       char *error)
{
  size_t batch = (size_t) options->batch, side = (size_t) options->size;
  Bench bench = { .options = options,
                  .pool = mien_pool_new (options->threads > 0 ? (int) options->threads
                                                              : mien_engine_cpus ()) };
  int status = -1;

  snprintf (error, MIEN_ERROR_SIZE, "out of memory");
  if (bench.pool != NULL)
    bench.network = mien_network_new ((MienNetworkShape){ 64, 16 }, (int) options->batch,
                                      (int) options->size, training, bench.pool, error);
  bench.images = random_floats (batch * 3 * side * side, 1);
  bench.outputs = random_floats (batch * MIEN_OUTPUTS, 2);
  if (bench.network != NULL && bench.images != NULL && bench.outputs != NULL
      && (!training || mien_adam_init (&bench.adam, bench.network) == 0))
    {
      mien_network_init (bench.network, 1);
      status = run (&bench, error);
    }
  mien_adam_clear (&bench.adam);
  free (bench.images);
  free (bench.outputs);
  mien_network_int8_free (bench.int8);
  mien_network_free (bench.network);
  mien_pool_free (bench.pool);
  return status;
}

int
mien_engine_bench_infer (const MienEngineOptions *options, char *error)
{
  return bench (options, bench_inference, false, error);
}

int
mien_engine_bench_train (const MienEngineOptions *options, char *error)
{
  return bench (options, bench_training, true, error);
}

int
mien_engine_bench_layers (const MienEngineOptions *options, char *error)
{
  return bench (options, bench_units, false, error);
}
