/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the network computes: inference with running statistics, and the training step's
 * forward and backward. Shapes in comments are [rows, side, side, channels].
 */

#include "mien-network-private.h"

#include <math.h>
#include <string.h>

/* Running statistics folded into the weights: y = (x * w - mean) scale + beta. */
static void
fold_unit (MienNetwork *network, MienUnit *unit, float *packed)
{
  float *scale = unit->inverse;

  for (int c = unit->conv.out; c < mien_pitch (unit->conv.out); c++)
    unit->bias[c] = 0;
  for (int c = 0; c < unit->conv.out; c++)
    {
      double inverse = 1 / sqrt ((double) unit->variance->value[c] + 1e-5);

      scale[c] = (float) (unit->gamma->value[c] * inverse);
      unit->bias[c] = (float) (unit->beta->value[c]
                               - unit->mean->value[c] * unit->gamma->value[c] * inverse);
    }
  mien_conv_pack (network->pool, &unit->conv, unit->weight->value, scale, packed);
}

/* Evaluation mode; residual may be NULL. In training the weights are others at each call.
 */
static void
infer_unit (MienNetwork *network,
            MienUnit *unit,
            int n,
            const float *x,
            const float *residual)
{
  float *packed = network->training ? network->packed : unit->packed;

  if (network->training)
    fold_unit (network, unit, packed);
  mien_conv_forward (network->pool, &unit->conv, n, x, packed, unit->bias, residual,
                     unit->relu, unit->y, network->scratch);
}

static void
observe_unit (MienNetwork *network,
              MienUnit *unit,
              int n,
              const float *x,
              const float *residual)
{
  int pixels = n * mien_unit_area (unit), pitch = mien_pitch (unit->conv.out);
  const float *y = unit->y;

  infer_unit (network, unit, n, x, residual);
  for (int i = 0; i < pixels; i++, y += pitch)
    for (int c = 0; c < pitch; c++)
      unit->range[c] = fmaxf (unit->range[c], fabsf (y[c]));
}

static void
forward_unit (MienNetwork *network,
              MienUnit *unit,
              int n,
              const float *x,
              const float *residual)
{
  size_t pixels = (size_t) n * (size_t) mien_unit_area (unit);

  mien_conv_pack (network->pool, &unit->conv, unit->weight->value, NULL, network->packed);
  mien_conv_forward (network->pool, &unit->conv, n, x, network->packed, NULL, NULL, false,
                     unit->z, network->scratch);
  mien_norm_statistics (network->pool, pixels, unit->conv.out, unit->z, unit->batch_mean,
                        unit->inverse, unit->mean->value, unit->variance->value);
  mien_norm_forward (network->pool, pixels, unit->conv.out, unit->z, unit->batch_mean,
                     unit->inverse, unit->gamma->value, unit->beta->value, residual,
                     unit->relu, unit->y);
}

/* d_y becomes the residual's gradient, d_z the convolution's; they may be the same. */
static void
backward_norm (MienNetwork *network, MienUnit *unit, float *d_y, float *d_z)
{
  mien_norm_backward (network->pool, (size_t) network->n * (size_t) mien_unit_area (unit),
                      unit->conv.out, unit->z, unit->batch_mean, unit->inverse,
                      unit->gamma->value, unit->relu ? unit->y : NULL, d_y, d_z,
                      unit->gamma->gradient, unit->beta->gradient);
}

static void
backward_conv (MienNetwork *network,
               MienUnit *unit,
               const float *x,
               const float *d_z,
               const float *residual,
               float *d_x)
{
  mien_conv_backward (network->pool, &unit->conv, network->n, x, unit->weight->value, d_z,
                      residual, d_x, unit->weight->gradient, network->packed,
                      network->scratch);
}

typedef void (*UnitFunc) (MienNetwork *, MienUnit *, int, const float *, const float *);

static int
smaller (int a, int b)
{
  return a < b ? a : b;
}

static const float *
run_blocks (MienNetwork *network, UnitFunc run, int begin, int end, int n, const float *x)
{
  for (int i = begin; i < end; i++)
    {
      MienBlock *block = &network->blocks[i];
      const float *residual = x;

      run (network, block->a, n, x, NULL);
      if (block->shortcut != NULL)
        {
          run (network, block->shortcut, n, x, NULL);
          residual = block->shortcut->y;
        }
      run (network, block->b, n, block->a->y, residual);
      x = block->b->y;
    }
  return x;
}

/* images [n, 3, side, side] -> what the near blocks make of them */
static const float *
run_near (MienNetwork *network, UnitFunc run, const float *images, int n)
{
  MienUnit *stem = &network->units[0];
  size_t image = 3 * (size_t) network->side * (size_t) network->side;

  for (int done = 0; done < n; done += stem->at_once)
    {
      int some = smaller (n - done, stem->at_once);

      mien_interleave (network->pool, some, network->side, MIEN_BORDER,
                       images + (size_t) done * image, network->pixels);
      run (network, stem, some, network->pixels, NULL);
      mien_max_pool_forward (network->pool, some, stem->conv.out, mien_unit_side (stem),
                             stem->y,
                             network->pooled + (size_t) done * mien_unit_size (stem) / 4);
    }
  return run_blocks (network, run, 0, MIEN_N_NEAR_BLOCKS, n, network->pooled);
}

/* x: of the near blocks -> means [n, 8 width] */
static void
run_deep (MienNetwork *network, UnitFunc run, const float *x, int n, float *means)
{
  MienUnit *last = network->blocks[MIEN_N_BLOCKS - 1].b;

  x = run_blocks (network, run, MIEN_N_NEAR_BLOCKS, MIEN_N_BLOCKS, n, x);
  mien_mean_pool_forward (n, last->conv.out, mien_unit_area (last), x, means);
}

/* The linear layers: 0 .. 13 the hidden ones, then the classifiers. */
static MienLinear
hidden_layer (const MienNetwork *network)
{
  int features = 8 * network->shape.width, head = network->shape.head;

  return (MienLinear){ features, head, features, MIEN_N_HIDDEN * head };
}

static MienLinear
classifier (const MienNetwork *network, int out)
{
  return (MienLinear){ network->shape.head, out, MIEN_N_HIDDEN * network->shape.head,
                       MIEN_OUTPUTS };
}

typedef struct
{
  MienNetwork *network;
  float *outputs;
} HeadsJob;

/* features [n, 8 width] -> outputs [n, MIEN_OUTPUTS]; items: rows */
static void
run_heads (void *data, int worker, size_t begin, size_t end)
{
  const HeadsJob *job = data;
  MienNetwork *network = job->network;
  MienLinear layer = hidden_layer (network), eight = classifier (network, 8);
  MienLinear two = classifier (network, 2), one = classifier (network, 1);
  int head = network->shape.head, n = (int) (end - begin);
  const float *features = network->features + begin * (size_t) layer.in;
  float *hidden = network->hidden + begin * (size_t) layer.y_stride;
  float *outputs = job->outputs + begin * MIEN_OUTPUTS;

  (void) worker;
  for (int i = 0; i < MIEN_N_HIDDEN; i++)
    mien_linear_forward (&layer, n, features, network->hidden_w[i]->value,
                         network->hidden_b[i]->value, true, hidden + i * head);
  mien_linear_forward (&eight, n, hidden, network->exp_w->value, network->exp_b->value,
                       false, outputs);
  mien_linear_forward (&two, n, hidden + head, network->va_w->value, network->va_b->value,
                       false, outputs + 8);
  for (int k = 0; k < 12; k++)
    mien_linear_forward (&one, n, hidden + (2 + k) * head,
                         network->au_w->value + k * head, network->au_b->value + k, false,
                         outputs + 10 + k);
}

/* x [n, 8 width] -> network->features, outputs */
static void
finish_rows (MienNetwork *network, int n, const float *x, float *outputs)
{
  HeadsJob job = { network, outputs };

  mien_unit_forward (n, 8 * network->shape.width, x, network->features, network->norm);
  mien_pool_run (network->pool, (size_t) n, run_heads, &job);
}

void
mien_network_run_heads (MienNetwork *network, int n, float *outputs, float *features)
{
  size_t size = (size_t) n * 8 * (size_t) network->shape.width;

  finish_rows (network, n, network->means, outputs);
  if (features != NULL)
    memcpy (features, network->features, size * sizeof *features);
}

/* No more images than go together through the deep blocks; in training all go together.
 */
static void
infer_some (MienNetwork *network, UnitFunc run, const float *images, int n, float *means)
{
  MienUnit *last = network->blocks[MIEN_N_NEAR_BLOCKS - 1].b;
  size_t image = 3 * (size_t) network->side * (size_t) network->side;

  for (int done = 0; done < n; done += network->at_once)
    {
      if (!network->training)
        last->y = network->near + (size_t) done * mien_unit_size (last);
      run_near (network, run, images + (size_t) done * image,
                smaller (n - done, network->at_once));
    }
  run_deep (network, run, network->training ? last->y : network->near, n, means);
}

static void
infer (MienNetwork *network,
       UnitFunc run,
       const float *images,
       int n,
       float *outputs,
       float *features)
{
  size_t width = 8 * (size_t) network->shape.width;
  size_t image = 3 * (size_t) network->side * (size_t) network->side;

  for (int i = 0; i < network->n_units && !network->training && !network->is_packed; i++)
    fold_unit (network, &network->units[i], network->units[i].packed);
  network->is_packed = !network->training;
  for (int done = 0; done < n; done += network->at_once_deep)
    infer_some (network, run, images + (size_t) done * image,
                smaller (n - done, network->at_once_deep),
                network->means + (size_t) done * width);
  mien_network_run_heads (network, n, outputs, features);
}

void
mien_network_infer (MienNetwork *network,
                    const float *images,
                    int n,
                    float *outputs,
                    float *features)
{
  infer (network, infer_unit, images, n, outputs, features);
}

void
mien_network_observe (MienNetwork *network,
                      const float *images,
                      int n,
                      float *outputs,
                      float *features)
{
  infer (network, observe_unit, images, n, outputs, features);
}

void
mien_network_forward (MienNetwork *network,
                      const float *images,
                      int n,
                      uint64_t dropout_seed,
                      float *outputs)
{
  size_t width = 8 * (size_t) network->shape.width;
  const float *x = network->means;

  network->n = n;
  network->dropout_seed = dropout_seed;
  run_deep (network, forward_unit, run_near (network, forward_unit, images, n), n,
            network->means);
  if (dropout_seed != 0)
    {
      mien_dropout ((size_t) n * width, dropout_seed, network->means, network->dropped);
      x = network->dropped;
    }
  finish_rows (network, n, x, outputs);
}

/* d_outputs -> gradients of the heads and d_features */
static void
backward_heads (MienNetwork *network, const float *d_outputs)
{
  MienLinear layer = hidden_layer (network), eight = classifier (network, 8);
  MienLinear two = classifier (network, 2), one = classifier (network, 1);
  int n = network->n, head = network->shape.head;
  size_t n_hidden = (size_t) n * (size_t) head * MIEN_N_HIDDEN;
  float *hidden = network->hidden, *d_hidden = network->d_hidden;

  memset (d_hidden, 0, n_hidden * sizeof *d_hidden);
  mien_linear_backward (&eight, n, hidden, network->exp_w->value, d_outputs, d_hidden,
                        network->exp_w->gradient, network->exp_b->gradient);
  mien_linear_backward (&two, n, hidden + head, network->va_w->value, d_outputs + 8,
                        d_hidden + head, network->va_w->gradient,
                        network->va_b->gradient);
  for (int k = 0; k < 12; k++)
    mien_linear_backward (&one, n, hidden + (2 + k) * head,
                          network->au_w->value + k * head, d_outputs + 10 + k,
                          d_hidden + (2 + k) * head, network->au_w->gradient + k * head,
                          network->au_b->gradient + k);
  mien_relu_backward (n_hidden, hidden, d_hidden);
  memset (network->d_features, 0, (size_t) n * (size_t) layer.in * sizeof (float));
  for (int i = 0; i < MIEN_N_HIDDEN; i++)
    mien_linear_backward (&layer, n, network->features, network->hidden_w[i]->value,
                          d_hidden + i * head, network->d_features,
                          network->hidden_w[i]->gradient, network->hidden_b[i]->gradient);
}

/* d_a: the gradient of the block's output, replaced by that of its input. */
static void
backward_block (MienNetwork *network, const MienBlock *block, const float *x)
{
  float *d_a = network->d_a, *d_b = network->d_b, *d_c = network->d_c;

  backward_norm (network, block->b, d_a, d_b);
  backward_conv (network, block->b, block->a->y, d_b, NULL, d_c);
  backward_norm (network, block->a, d_c, d_c);
  if (block->shortcut != NULL)
    {
      backward_norm (network, block->shortcut, d_a, d_a);
      backward_conv (network, block->shortcut, x, d_a, NULL, d_b);
      backward_conv (network, block->a, x, d_c, d_b, d_b);
    }
  else
    backward_conv (network, block->a, x, d_c, d_a, d_b);
  network->d_a = d_b;
  network->d_b = d_a;
}

void
mien_network_backward (MienNetwork *network, const float *d_outputs)
{
  int n = network->n, width = 8 * network->shape.width;
  MienUnit *stem = &network->units[0], *last = network->blocks[MIEN_N_BLOCKS - 1].b;

  backward_heads (network, d_outputs);
  mien_unit_backward (n, width, network->features, network->norm, network->d_features,
                      network->d_means);
  if (network->dropout_seed != 0)
    mien_dropout ((size_t) n * (size_t) width, network->dropout_seed, network->d_means,
                  network->d_means);
  mien_mean_pool_backward (n, width, mien_unit_area (last), network->d_means,
                           network->d_a);
  for (int i = MIEN_N_BLOCKS - 1; i >= 0; i--)
    backward_block (network, &network->blocks[i],
                    i > 0 ? network->blocks[i - 1].b->y : network->pooled);
  mien_max_pool_backward (network->pool, n, stem->conv.out, mien_unit_side (stem),
                          stem->y, network->pooled, network->d_a, network->d_b);
  backward_norm (network, stem, network->d_b, network->d_b);
  backward_conv (network, stem, network->pixels, network->d_b, NULL, NULL);
}
