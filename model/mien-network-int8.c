/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A network made of another one's weights and ranges: a real number r is stored as the
 * byte round (r / step) + zero. What a ReLU left has its zero at 0, so the limits of a
 * byte are the ReLU; a short cut's outputs have it at 128. Every channel has a step; the
 * weights that read the channel are multiplied by it, and then have one step for each
 * output.
 */

#include "mien-conv-int8.h"
#include "mien-network-int8.h"
#include "mien-network-private.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum
{
  MIDDLE = 128,      /* zero of what has a sign */
  AT_ONCE = 64,      /* images: a quarter of the bytes of float32's */
  IMAGE_SCALE = 512, /* images are multiples of 1 / 512, finer than a pixel's 0.0171 */
};

typedef struct
{
  MienConv conv;
  void *packed;
  float *scale, *shift, *residual_scale;
  float *step; /* of its outputs, [pitch] */
  int zero;
  uint8_t *y;
} Unit;

struct MienNetworkInt8
{
  MienNetwork *network;
  int at_once;
  Unit units[MIEN_N_UNITS];

  char *arena; /* everything below points into it */
  size_t arena_used;
  int16_t *pixels;
  uint8_t *pooled;
  void *scratch;
};

/* Bytes of the arena, on a cache line; NULL while only counting. */
static void *
take (MienNetworkInt8 *quantised, size_t n)
{
  void *at = quantised->arena != NULL ? quantised->arena + quantised->arena_used : NULL;

  quantised->arena_used += (n + 63) / 64 * 64;
  return at;
}

static Unit *
unit_of (MienNetworkInt8 *quantised, const MienUnit *unit)
{
  return &quantised->units[unit - quantised->network->units];
}

/* As plan_activations of mien-network.c. */
static void
plan (MienNetworkInt8 *quantised)
{
  MienNetwork *network = quantised->network;
  int n = quantised->at_once, n_threads = mien_pool_threads (network->pool);
  size_t batch = (size_t) n, side = (size_t) mien_bordered (network);
  size_t pooled = batch * mien_unit_size (&network->units[0]) / 4, scratch = 0;
  uint8_t *spare[4];

  quantised->arena_used = 0;
  for (int i = 0; i < network->n_units; i++)
    {
      Unit *unit = &quantised->units[i];
      size_t pitch = (size_t) mien_pitch (unit->conv.out), size;

      unit->packed = take (quantised, mien_conv_int8_packed (&unit->conv));
      unit->scale = take (quantised, pitch * sizeof (float));
      unit->shift = take (quantised, pitch * sizeof (float));
      unit->residual_scale = take (quantised, pitch * sizeof (float));
      unit->step = take (quantised, pitch * sizeof (float));
      size = mien_conv_int8_scratch (&unit->conv, n, n_threads);
      scratch = size > scratch ? size : scratch;
    }
  quantised->scratch = take (quantised, scratch);
  quantised->pixels = take (quantised, batch * 3 * side * side * sizeof (int16_t));
  for (int i = 0; i < 4; i++)
    spare[i] = take (quantised, pooled);
  take (quantised, pooled); /* the stem's reach over spare 1 .. 4 */
  quantised->pooled = spare[0];
  quantised->units[0].y = spare[1];
  for (int i = 0; i < MIEN_N_BLOCKS; i++)
    {
      MienBlock *block = &network->blocks[i];
      uint8_t *input = spare[0];

      unit_of (quantised, block->a)->y = spare[1];
      unit_of (quantised, block->b)->y = spare[0] = spare[2];
      if (block->shortcut != NULL)
        unit_of (quantised, block->shortcut)->y = spare[3];
      spare[2] = input;
    }
}

/* The steps of a unit's outputs. A channel of a small range has a smaller step, but not
 * in proportion, or the weights that read it would have to be coarse: range^(3/4) lost
 * least of both, of the powers 0, 1/4 .. 1. In square roots, which are alike everywhere.
 */
static void
choose_steps (const MienUnit *from, Unit *unit)
{
  const double steps = from->relu ? 255 : MIDDLE - 1, least = 1e-3;
  double largest = FLT_MIN;

  unit->zero = from->relu ? 0 : MIDDLE;
  for (int c = 0; c < from->conv.out; c++)
    largest = fmax (largest, from->range[c]);
  for (int c = 0; c < mien_pitch (from->conv.out); c++)
    {
      double part = c < from->conv.out ? fmax (from->range[c] / largest, least) : 1;

      unit->step[c] = (float) (largest / steps * sqrt (part) * sqrt (sqrt (part)));
    }
}

/* v [n] -> the step with which none passes `most`, nor their sums what they may. */
static double
choose_weight_step (const double *v, size_t n, int most)
{
  double largest = 0, sums[2] = { 0 }, room = MIEN_INT8_MAX_WEIGHTS - (double) n / 2;

  for (size_t k = 0; k < n; k++)
    {
      largest = fmax (largest, fabs (v[k]));
      sums[v[k] > 0] += fabs (v[k]);
    }
  return fmax (fmax (largest / most, fmax (sums[0], sums[1]) / room), FLT_MIN);
}

/* The weights of an output, with the normalisation and the steps of what they read folded
 * in, as whole numbers -> their step. steps NULL: images. */
static double
quantise_weights (const MienUnit *from,
                  int most,
                  size_t out,
                  const float *steps,
                  double *v,
                  int16_t *w)
{
  size_t taps = (size_t) (from->conv.kernel * from->conv.kernel);
  size_t n = (size_t) from->conv.in * taps;
  double step;

  for (size_t k = 0; k < n; k++)
    v[k] = (double) from->weight->value[out * n + k] * from->inverse[out]
           * (steps != NULL ? steps[k / taps] : 1.0 / IMAGE_SCALE);
  step = choose_weight_step (v, n, most);
  for (size_t k = 0; k < n; k++)
    w[out * n + k] = (int16_t) lrint (v[k] / step);
  return step;
}

typedef struct
{
  int16_t *w; /* of a unit */
  double *v;  /* of one of its outputs */
} Room;

/* x: what the unit reads, NULL: images. residual may be NULL. */
static void
quantise_unit (MienNetworkInt8 *quantised,
               const MienUnit *from,
               const Unit *x,
               const Unit *residual,
               const Room *room)
{
  Unit *unit = unit_of (quantised, from);
  int most = mien_conv_int8_max_weight (&unit->conv);

  choose_steps (from, unit);
  for (int c = 0; c < mien_pitch (unit->conv.out); c++)
    {
      double step = unit->step[c], shift = unit->zero;

      unit->scale[c] = unit->shift[c] = unit->residual_scale[c] = 0;
      if (c >= unit->conv.out)
        continue;
      unit->scale[c] =
          (float) (quantise_weights (from, most, (size_t) c, x != NULL ? x->step : NULL,
                                     room->v, room->w)
                   / step);
      shift += from->bias[c] / step;
      if (residual != NULL)
        {
          unit->residual_scale[c] = (float) (residual->step[c] / step);
          shift -= residual->zero * residual->step[c] / step;
        }
      unit->shift[c] = (float) shift;
    }
  mien_conv_int8_pack (quantised->network->pool, &unit->conv, room->w, unit->packed);
}

static void
quantise (MienNetworkInt8 *quantised, const Room *room)
{
  MienNetwork *network = quantised->network;
  const Unit *x = unit_of (quantised, &network->units[0]);

  quantise_unit (quantised, &network->units[0], NULL, NULL, room);
  for (int i = 0; i < MIEN_N_BLOCKS; i++)
    {
      const MienBlock *block = &network->blocks[i];
      const Unit *residual = x;

      quantise_unit (quantised, block->a, x, NULL, room);
      if (block->shortcut != NULL)
        {
          quantise_unit (quantised, block->shortcut, x, NULL, room);
          residual = unit_of (quantised, block->shortcut);
        }
      quantise_unit (quantised, block->b, unit_of (quantised, block->a), residual, room);
      x = unit_of (quantised, block->b);
    }
}

MienNetworkInt8 *
mien_network_int8_new (MienNetwork *network, char *error)
{
  MienNetworkInt8 *quantised = calloc (1, sizeof *quantised);
  size_t weights = 0, row = 0;
  Room room = { NULL };

  if (quantised != NULL)
    {
      quantised->network = network;
      quantised->at_once = network->max_batch < AT_ONCE ? network->max_batch : AT_ONCE;
      for (int i = 0; i < network->n_units; i++)
        {
          Unit *unit = &quantised->units[i];
          size_t n = network->units[i].weight->n;
          size_t outputs = (size_t) network->units[i].conv.out;

          unit->conv = network->units[i].conv;
          unit->conv.tile = mien_conv_int8_choose (&unit->conv, quantised->at_once);
          weights = n > weights ? n : weights;
          row = n / outputs > row ? n / outputs : row;
        }
      plan (quantised);
      quantised->arena = aligned_alloc (64, quantised->arena_used);
      room = (Room){ malloc (weights * sizeof *room.w), malloc (row * sizeof *room.v) };
    }
  if (room.w == NULL || room.v == NULL || quantised->arena == NULL)
    {
      mien_network_int8_free (quantised);
      free (room.w);
      free (room.v);
      snprintf (error, MIEN_ERROR_SIZE, "out of memory for eight-bit weights");
      return NULL;
    }
  plan (quantised);
  quantise (quantised, &room);
  free (room.w);
  free (room.v);
  return quantised;
}

void
mien_network_int8_free (MienNetworkInt8 *quantised)
{
  if (quantised == NULL)
    return;
  free (quantised->arena);
  free (quantised);
}

typedef struct
{
  MienNetworkInt8 *quantised;
  const float *images;
  float *means;
  const uint8_t *x;
} Job;

/* Items: rows of all images, with the border's. */
static void
read_rows (void *data, int worker, size_t begin, size_t end)
{
  const Job *job = data;
  const MienNetwork *network = job->quantised->network;
  size_t side = (size_t) network->side, area = side * side;
  size_t rows = (size_t) mien_bordered (network);

  (void) worker;
  for (size_t row = begin; row < end; row++)
    {
      size_t i = row % rows - MIEN_BORDER;
      const float *image = job->images + row / rows * 3 * area;
      int16_t *to = job->quantised->pixels + row * 3 * rows;

      memset (to, 0, 3 * rows * sizeof *to);
      for (size_t p = 0; i < side && p < side; p++)
        for (size_t c = 0; c < 3; c++)
          to[3 * (MIEN_BORDER + p) + c] =
              (int16_t) lrintf (image[c * area + i * side + p] * IMAGE_SCALE);
    }
}

/* Items: rows of all images. */
static void
pool_rows (void *data, int worker, size_t begin, size_t end)
{
  const Job *job = data;
  const MienUnit *stem = &job->quantised->network->units[0];
  size_t size = mien_unit_size (stem), rows = (size_t) mien_unit_side (stem) / 2;

  (void) worker;
  for (size_t i = begin; i < end; i++)
    mien_kernels ()->int8->max_pool (mien_unit_side (stem), mien_pitch (stem->conv.out),
                                     (int) (i % rows),
                                     job->quantised->units[0].y + i / rows * size,
                                     job->quantised->pooled + i / rows * size / 4);
}

/* Bytes of the last block -> means [n, channels] */
static void
average (MienNetworkInt8 *quantised, const MienUnit *last, int n, float *means)
{
  const Unit *unit = unit_of (quantised, last);
  const uint8_t *x = unit->y;
  int area = mien_unit_area (last), channels = last->conv.out;

  for (int i = 0; i < n; i++, means += channels)
    {
      for (int c = 0; c < channels; c++)
        means[c] = 0;
      for (int p = 0; p < area; p++, x += mien_pitch (channels))
        for (int c = 0; c < channels; c++)
          means[c] += x[c];
      for (int c = 0; c < channels; c++)
        means[c] *= unit->step[c] / (float) area;
    }
}

static const uint8_t *
run_unit (MienNetworkInt8 *quantised,
          const MienUnit *from,
          int n,
          const void *x,
          const uint8_t *residual)
{
  Unit *unit = unit_of (quantised, from);
  MienRescale rescale = { unit->scale, unit->shift, unit->residual_scale };

  mien_conv_int8_forward (quantised->network->pool, &unit->conv, n, x, unit->packed,
                          &rescale, residual, unit->y, quantised->scratch);
  return unit->y;
}

static void
run_trunk (MienNetworkInt8 *quantised, const float *images, int n, float *means)
{
  MienNetwork *network = quantised->network;
  Job job = { .quantised = quantised, .images = images };
  const uint8_t *x = quantised->pooled;

  mien_pool_run (network->pool, (size_t) (n * mien_bordered (network)), read_rows, &job);
  run_unit (quantised, &network->units[0], n, quantised->pixels, NULL);
  mien_pool_run (network->pool, (size_t) (n * mien_unit_side (&network->units[0]) / 2),
                 pool_rows, &job);
  for (int i = 0; i < MIEN_N_BLOCKS; i++)
    {
      const MienBlock *block = &network->blocks[i];
      const uint8_t *residual = x, *inner = run_unit (quantised, block->a, n, x, NULL);

      if (block->shortcut != NULL)
        residual = run_unit (quantised, block->shortcut, n, x, NULL);
      x = run_unit (quantised, block->b, n, inner, residual);
    }
  average (quantised, network->blocks[MIEN_N_BLOCKS - 1].b, n, means);
}

void
mien_network_int8_infer (MienNetworkInt8 *quantised,
                         const float *images,
                         int n,
                         float *outputs,
                         float *features)
{
  MienNetwork *network = quantised->network;
  size_t image = 3 * (size_t) network->side * (size_t) network->side;
  size_t width = 8 * (size_t) network->shape.width;

  for (int done = 0; done < n; done += quantised->at_once)
    run_trunk (quantised, images + (size_t) done * image,
               n - done < quantised->at_once ? n - done : quantised->at_once,
               network->means + (size_t) done * width);
  mien_network_run_heads (network, n, outputs, features);
}
