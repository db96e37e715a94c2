/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the network computes: inference with running statistics, and the training step's
 * forward and backward. Shapes in comments are [rows, channels, side, side].
 */

#include "mien-network-private.h"

#include <math.h>
#include <string.h>

/* Evaluation mode; residual may be NULL. */
static void
infer_unit (MienNetwork *network,
            MienUnit *unit,
            int n,
            const float *x,
            const float *residual)
{
  for (int c = 0; c < unit->conv.out; c++)
    unit->inverse[c] = (float) (1 / sqrt ((double) unit->variance->value[c] + 1e-5));
  mien_conv_forward (network->pool, &unit->conv, n, x, unit->weight->value, unit->y,
                     network->scratch);
  mien_norm_forward (network->pool, n, unit->conv.out, mien_unit_area (unit), unit->y,
                     unit->mean->value, unit->inverse, unit->gamma->value,
                     unit->beta->value, residual, unit->relu, unit->y);
}

static void
forward_unit (MienNetwork *network,
              MienUnit *unit,
              int n,
              const float *x,
              const float *residual)
{
  int area = mien_unit_area (unit);

  mien_conv_forward (network->pool, &unit->conv, n, x, unit->weight->value, unit->z,
                     network->scratch);
  mien_norm_statistics (network->pool, n, unit->conv.out, area, unit->z, unit->batch_mean,
                        unit->inverse, unit->mean->value, unit->variance->value);
  mien_norm_forward (network->pool, n, unit->conv.out, area, unit->z, unit->batch_mean,
                     unit->inverse, unit->gamma->value, unit->beta->value, residual,
                     unit->relu, unit->y);
}

/* d_y, behind the ReLU's mask, is overwritten by d_z; d_x [like x] may be NULL. */
static void
backward_unit (MienNetwork *network,
               MienUnit *unit,
               const float *x,
               float *d_y,
               float *d_x)
{
  mien_norm_backward (network->pool, network->n, unit->conv.out, mien_unit_area (unit),
                      unit->z, unit->batch_mean, unit->inverse, unit->gamma->value, d_y,
                      d_y, unit->gamma->gradient, unit->beta->gradient);
  mien_conv_backward (network->pool, &unit->conv, network->n, x, unit->weight->value, d_y,
                      d_x, unit->weight->gradient, network->scratch, network->d_w_parts);
}

typedef void (*UnitFunc) (MienNetwork *, MienUnit *, int, const float *, const float *);

/* images [n,3,side,side] -> means [n, 8 width] */
static void
run_trunk (MienNetwork *network, UnitFunc run, const float *images, int n)
{
  MienUnit *stem = &network->units[0];
  const float *x = network->pooled;
  MienUnit *last = network->blocks[MIEN_N_BLOCKS - 1].b;

  run (network, stem, n, images, NULL);
  mien_max_pool_forward (network->pool, n * stem->conv.out, mien_unit_side (stem),
                         stem->y, network->pooled,
                         run == forward_unit ? network->choice : NULL);
  for (int i = 0; i < MIEN_N_BLOCKS; i++)
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
  mien_mean_pool_forward (n * last->conv.out, mien_unit_area (last), x, network->means);
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

/* features [n, 8 width] -> outputs [n, MIEN_OUTPUTS] */
static void
run_heads (MienNetwork *network, int n, float *outputs)
{
  MienLinear layer = hidden_layer (network), eight = classifier (network, 8);
  MienLinear two = classifier (network, 2), one = classifier (network, 1);
  int head = network->shape.head;
  float *hidden = network->hidden;

  for (int i = 0; i < MIEN_N_HIDDEN; i++)
    mien_linear_forward (&layer, n, network->features, network->hidden_w[i]->value,
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

void
mien_network_infer (MienNetwork *network,
                    const float *images,
                    int n,
                    float *outputs,
                    float *features)
{
  int width = 8 * network->shape.width;

  run_trunk (network, infer_unit, images, n);
  mien_unit_forward (n, width, network->means, network->features, network->norm);
  run_heads (network, n, outputs);
  if (features != NULL)
    memcpy (features, network->features, (size_t) n * (size_t) width * sizeof *features);
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
  network->images = images;
  network->dropout_seed = dropout_seed;
  run_trunk (network, forward_unit, images, n);
  if (dropout_seed != 0)
    {
      mien_dropout ((size_t) n * width, dropout_seed, network->means, network->dropped);
      x = network->dropped;
    }
  mien_unit_forward (n, (int) width, x, network->features, network->norm);
  run_heads (network, n, outputs);
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
  mien_relu_backward (network->pool, n_hidden, hidden, d_hidden);
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
  size_t n = (size_t) network->n, out = n * mien_unit_size (block->b);
  size_t in = n * (size_t) block->a->conv.in * (size_t) block->a->conv.side
              * (size_t) block->a->conv.side;
  float *d_y = network->d_a, *d_b = network->d_b, *d_c = network->d_c;

  mien_relu_backward (network->pool, out, block->b->y, d_y);
  memcpy (d_b, d_y, out * sizeof *d_y);
  backward_unit (network, block->b, block->a->y, d_b, d_c);
  mien_relu_backward (network->pool, n * mien_unit_size (block->a), block->a->y, d_c);
  backward_unit (network, block->a, x, d_c, d_b); /* d_b: by way of the convolutions */
  if (block->shortcut != NULL)
    {
      backward_unit (network, block->shortcut, x, d_y, d_c);
      mien_add (network->pool, in, d_b, d_c);
    }
  else
    mien_add (network->pool, in, d_b, d_y);
  network->d_a = d_b;
  network->d_b = d_y;
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
  mien_mean_pool_backward (n * width, mien_unit_area (last), network->d_means,
                           network->d_a);
  for (int i = MIEN_N_BLOCKS - 1; i >= 0; i--)
    backward_block (network, &network->blocks[i],
                    i > 0 ? network->blocks[i - 1].b->y : network->pooled);
  mien_max_pool_backward (network->pool, n * stem->conv.out, mien_unit_side (stem),
                          network->d_a, network->choice, network->d_b);
  mien_relu_backward (network->pool, (size_t) n * mien_unit_size (stem), stem->y,
                      network->d_b);
  backward_unit (network, stem, network->images, network->d_b, NULL);
}
