/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The network's structure: which parameters there are, under which names, and where
 * everything lies in memory. Memory is planned by walking the same function twice: once
 * to count, once to hand out. What is computed is in mien-network-run.c.
 */

#include "mien-network-private.h"
#include "mien-random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum
{
  STEM = 4,  /* images of an inference whose stem stays in the second cache */
  NEAR = 8,  /* images of an inference whose activations stay in the last cache */
  DEEP = 64, /* the same of the far blocks: theirs are small, but their weights are not */
};

static MienParameter *
add_parameter (MienNetwork *network,
               const char *prefix,
               const char *name,
               int rank,
               int64_t a,
               int64_t b,
               int64_t c)
{
  MienParameter *parameter = &network->parameters[network->n_parameters++];
  size_t length = strlen (prefix) + strlen (name) + 2;

  *parameter = (MienParameter){ .rank = rank, .shape = { a, b, c, c }, .n = (size_t) a };
  for (int i = 1; i < rank; i++)
    parameter->n *= (size_t) parameter->shape[i];
  parameter->name = malloc (length);
  if (parameter->name != NULL)
    snprintf (parameter->name, length, "%s.%s", prefix, name);
  return parameter;
}

static MienUnit *
add_unit (MienNetwork *network,
          const char *conv_name,
          const char *norm_name,
          MienConv conv,
          int at_once,
          bool relu)
{
  MienUnit *unit = &network->units[network->n_units++];

  unit->conv = conv;
  unit->conv.tile = mien_conv_choose (&conv, at_once);
  unit->at_once = at_once;
  unit->relu = relu;
  unit->weight =
      add_parameter (network, conv_name, "weight", 4, conv.out, conv.in, conv.kernel);
  unit->gamma = add_parameter (network, norm_name, "weight", 1, conv.out, 0, 0);
  unit->beta = add_parameter (network, norm_name, "bias", 1, conv.out, 0, 0);
  unit->mean = add_parameter (network, norm_name, "running_mean", 1, conv.out, 0, 0);
  unit->variance = add_parameter (network, norm_name, "running_var", 1, conv.out, 0, 0);
  return unit;
}

static void
add_block (MienNetwork *network, int stage, int index, int in, int out, int side)
{
  MienBlock *block = &network->blocks[2 * stage + index];
  int stride = stage > 0 && index == 0 ? 2 : 1;
  int n = 2 * stage < MIEN_N_NEAR_BLOCKS ? network->at_once : network->at_once_deep;
  char conv[64], norm[64];

  snprintf (conv, sizeof conv, "layer%d.%d.conv1", stage + 1, index);
  snprintf (norm, sizeof norm, "layer%d.%d.bn1", stage + 1, index);
  block->a =
      add_unit (network, conv, norm, (MienConv){ in, out, 3, stride, 1, side }, n, true);
  snprintf (conv, sizeof conv, "layer%d.%d.conv2", stage + 1, index);
  snprintf (norm, sizeof norm, "layer%d.%d.bn2", stage + 1, index);
  block->b =
      add_unit (network, conv, norm,
                (MienConv){ out, out, 3, 1, 1, mien_unit_side (block->a) }, n, true);
  if (stride == 1 && in == out)
    return;
  snprintf (conv, sizeof conv, "layer%d.%d.downsample.0", stage + 1, index);
  snprintf (norm, sizeof norm, "layer%d.%d.downsample.1", stage + 1, index);
  block->shortcut =
      add_unit (network, conv, norm, (MienConv){ in, out, 1, stride, 0, side }, n, false);
}

static void
add_heads (MienNetwork *network)
{
  int features = 8 * network->shape.width, head = network->shape.head;
  char name[32];

  for (int i = 0; i < MIEN_N_HIDDEN; i++)
    {
      if (i < 2)
        snprintf (name, sizeof name, i == 0 ? "exp_fc.0" : "va_fc.0");
      else
        snprintf (name, sizeof name, "au_fc.%d.0", i - 2);
      network->hidden_w[i] =
          add_parameter (network, name, "weight", 2, head, features, 0);
      network->hidden_b[i] = add_parameter (network, name, "bias", 1, head, 0, 0);
    }
  network->exp_w = add_parameter (network, "exp_classifier", "weight", 2, 8, head, 0);
  network->exp_b = add_parameter (network, "exp_classifier", "bias", 1, 8, 0, 0);
  network->va_w = add_parameter (network, "va_classifier", "weight", 2, 2, head, 0);
  network->va_b = add_parameter (network, "va_classifier", "bias", 1, 2, 0, 0);
  network->au_w = add_parameter (network, "au_classifier.fc", "weight", 2, 12, head, 0);
  network->au_b = add_parameter (network, "au_classifier.fc", "bias", 1, 12, 0, 0);
}

static void
add_layers (MienNetwork *network)
{
  int width = network->shape.width;
  int in = width, side;

  add_unit (network, "conv1", "bn1",
            (MienConv){ 3, width, 7, 2, 0, mien_bordered (network), .of_images = true },
            network->training || network->at_once < STEM ? network->at_once : STEM, true);
  side = network->side / 4;
  for (int stage = 0; stage < 4; stage++)
    for (int index = 0; index < 2; index++)
      {
        add_block (network, stage, index, in, width << stage, side);
        in = width << stage;
        side = mien_unit_side (network->blocks[2 * stage + index].b);
      }
  add_heads (network);
}

/* n floats of the arena, on a cache line; NULL while only counting. */
static float *
take (MienNetwork *network, size_t n)
{
  float *at = network->arena != NULL ? network->arena + network->arena_used : NULL;

  network->arena_used += (n + 15) / 16 * 16;
  return at;
}

static bool
is_statistic (const MienNetwork *network, const MienParameter *parameter)
{
  for (int i = 0; i < network->n_units; i++)
    if (parameter == network->units[i].mean || parameter == network->units[i].variance)
      return true;
  return false;
}

/* Blocks begin .. end - 1 of an inference need four activations of n images: a block's
 * input, its two convolutions, and the short cut; none of them is larger than the input
 * of the first. */
static void
plan_blocks (MienNetwork *network, int begin, int end, float *input, size_t size)
{
  float *spare[4] = { input };

  for (int i = 1; i < 4; i++)
    spare[i] = take (network, size);
  for (int i = begin; i < end; i++)
    {
      MienBlock *block = &network->blocks[i];

      input = spare[0];
      block->a->y = spare[1];
      block->b->y = spare[0] = spare[2];
      if (block->shortcut != NULL)
        block->shortcut->y = spare[3];
      spare[2] = input;
    }
}

/* In training every activation is kept. The stem's is the largest of an inference, and
 * done with before the blocks begin. */
static void
plan_activations (MienNetwork *network)
{
  size_t batch = (size_t) network->at_once, deep = (size_t) network->at_once_deep;
  size_t largest = 0;
  size_t pooled = batch * mien_unit_size (&network->units[0]) / 4;

  network->pixels = take (
      network, batch * 3 * (size_t) (mien_bordered (network) * mien_bordered (network)));
  network->pooled = take (network, pooled);
  if (network->training)
    {
      for (int i = 0; i < network->n_units; i++)
        {
          size_t size = mien_unit_size (&network->units[i]);

          network->units[i].z = take (network, batch * size);
          network->units[i].y = take (network, batch * size);
          largest = size > largest ? size : largest;
        }
      network->d_a = take (network, batch * largest);
      network->d_b = take (network, batch * largest);
      network->d_c = take (network, batch * largest);
      return;
    }
  plan_blocks (network, 0, MIEN_N_NEAR_BLOCKS, network->pooled, pooled);
  network->units[0].y = network->blocks[0].a->y;
  take (network, pooled); /* the stem's reach over spare 1 .. 4 */
  deep *= mien_unit_size (network->blocks[MIEN_N_NEAR_BLOCKS - 1].b);
  network->near = take (network, deep);
  plan_blocks (network, MIEN_N_NEAR_BLOCKS, MIEN_N_BLOCKS, network->near, deep);
}

static size_t
larger (size_t a, size_t b)
{
  return a > b ? a : b;
}

/* Room for packed weights: each convolution's own for inference, one for all in training,
 * where they change at every step. */
static void
plan_convolutions (MienNetwork *network)
{
  int n_threads = mien_pool_threads (network->pool);
  size_t packed = 0, scratch = 0;

  for (int i = 0; i < network->n_units; i++)
    {
      MienUnit *unit = &network->units[i];
      const MienConv *conv = &unit->conv;
      size_t pitch = (size_t) mien_pitch (conv->out);

      unit->batch_mean = take (network, pitch);
      unit->inverse = take (network, pitch);
      unit->bias = take (network, pitch);
      scratch = larger (scratch, mien_conv_scratch (conv, unit->at_once, n_threads));
      if (network->training)
        {
          packed = larger (packed, mien_conv_packed_backward (conv));
          scratch = larger (scratch,
                            mien_conv_scratch_backward (conv, unit->at_once, n_threads));
        }
      else
        {
          unit->packed = take (network, mien_conv_packed (conv));
          unit->range = take (network, pitch);
        }
    }
  network->packed = take (network, packed);
  network->scratch = take (network, scratch);
}

static void
plan (MienNetwork *network)
{
  size_t batch = (size_t) network->max_batch,
         features = 8 * (size_t) network->shape.width;
  size_t hidden = (size_t) network->shape.head * MIEN_N_HIDDEN;

  network->arena_used = 0;
  for (size_t i = 0; i < network->n_parameters; i++)
    network->parameters[i].value = take (network, network->parameters[i].n);
  for (size_t i = 0; network->training && i < network->n_parameters; i++)
    if (!is_statistic (network, &network->parameters[i]))
      network->parameters[i].gradient = take (network, network->parameters[i].n);
  plan_convolutions (network);
  plan_activations (network);
  network->means = take (network, batch * features);
  network->dropped = take (network, batch * features);
  network->features = take (network, batch * features);
  network->norm = take (network, batch);
  network->hidden = take (network, batch * hidden);
  if (network->training)
    {
      network->d_hidden = take (network, batch * hidden);
      network->d_features = take (network, batch * features);
      network->d_means = take (network, batch * features);
    }
}

MienNetwork *
mien_network_new (MienNetworkShape shape,
                  int max_batch,
                  int side,
                  bool training,
                  MienPool *pool,
                  char *error)
{
  MienNetwork *network = calloc (1, sizeof *network);
  bool named = true;

  if (network != NULL)
    {
      *network =
          (MienNetwork){ .shape = shape,
                         .max_batch = max_batch,
                         .at_once = training || max_batch < NEAR ? max_batch : NEAR,
                         .at_once_deep = training || max_batch < DEEP ? max_batch : DEEP,
                         .side = side,
                         .training = training,
                         .pool = pool };
      network->parameters =
          calloc (MIEN_N_UNITS * 5 + MIEN_N_HIDDEN * 2 + 6, sizeof (MienParameter));
    }
  if (network != NULL && network->parameters != NULL)
    {
      add_layers (network);
      plan (network);
      network->arena = aligned_alloc (64, network->arena_used * sizeof (float));
      for (size_t i = 0; i < network->n_parameters; i++)
        named = named && network->parameters[i].name != NULL;
    }
  if (network == NULL || network->arena == NULL || !named)
    {
      mien_network_free (network);
      snprintf (error, MIEN_ERROR_SIZE,
                "out of memory for %d images of %d pixels; use a smaller batch",
                max_batch, side);
      return NULL;
    }
  plan (network);
  for (size_t i = 0; i < network->n_parameters; i++)
    memset (network->parameters[i].value, 0, network->parameters[i].n * sizeof (float));
  if (training)
    mien_network_zero_gradients (network);
  for (int i = 0; i < network->n_units && !training; i++)
    for (int c = 0; c < mien_pitch (network->units[i].conv.out); c++)
      network->units[i].range[c] = 0;
  return network;
}

void
mien_network_free (MienNetwork *network)
{
  if (network == NULL)
    return;
  for (size_t i = 0; i < network->n_parameters; i++)
    free (network->parameters[i].name);
  free (network->parameters);
  free (network->arena);
  free (network);
}

MienParameter *
mien_network_parameters (MienNetwork *network, size_t *n)
{
  *n = network->n_parameters;
  return network->parameters;
}

void
mien_network_zero_gradients (MienNetwork *network)
{
  for (size_t i = 0; i < network->n_parameters; i++)
    if (network->parameters[i].gradient != NULL)
      memset (network->parameters[i].gradient, 0,
              network->parameters[i].n * sizeof (float));
}

static void
fill_uniform (MienParameter *parameter, uint64_t key, double bound)
{
  for (size_t i = 0; i < parameter->n; i++)
    parameter->value[i] = (float) (bound * (2 * mien_random_real (key, i) - 1));
}

void
mien_network_init (MienNetwork *network, uint64_t seed)
{
  network->is_packed = false;
  for (size_t i = 0; i < network->n_parameters; i++)
    {
      MienParameter *parameter = &network->parameters[i];
      uint64_t key = mien_random_key (seed, i);

      if (parameter->rank == 4)
        {
          double fan_out =
              (double) (parameter->shape[0] * parameter->shape[2] * parameter->shape[3]);

          for (size_t k = 0; k < parameter->n; k++)
            parameter->value[k] =
                (float) (sqrt (2 / fan_out)
                         * sqrt (-2 * log (1 - mien_random_real (key, 2 * k)))
                         * cos (2 * M_PI * mien_random_real (key, 2 * k + 1)));
        }
      else if (parameter->rank == 2)
        {
          /* A linear layer's bias follows its weight. */
          double bound = 1 / sqrt ((double) parameter->shape[1]);
          bool hidden = parameter < network->exp_w;

          fill_uniform (parameter, key, hidden ? sqrt (6) : bound);
          fill_uniform (parameter + 1, mien_random_key (seed, i + 1), bound);
          i++;
        }
    }
  for (int i = 0; i < network->n_units; i++)
    for (size_t k = 0; k < network->units[i].gamma->n; k++)
      {
        network->units[i].gamma->value[k] = network->units[i].variance->value[k] = 1;
        network->units[i].beta->value[k] = network->units[i].mean->value[k] = 0;
      }
}

static bool
same_shape (const MienParameter *parameter, const MienTensor *tensor)
{
  bool same = parameter->rank == tensor->rank;

  for (int i = 0; same && i < parameter->rank; i++)
    same = parameter->shape[i] == tensor->shape[i];
  return same;
}

int
mien_network_load (MienNetwork *network,
                   const MienTensors *tensors,
                   bool need_heads,
                   char *error)
{
  for (size_t i = 0; i < network->n_parameters; i++)
    {
      const MienParameter *parameter = &network->parameters[i];
      const MienTensor *tensor = mien_tensors_find (tensors, parameter->name);
      bool in_trunk = parameter < network->hidden_w[0];

      if (tensor == NULL && (in_trunk || need_heads))
        return snprintf (error, MIEN_ERROR_SIZE, "tensor %s is missing", parameter->name),
               -1;
      if (tensor != NULL && !same_shape (parameter, tensor))
        return snprintf (error, MIEN_ERROR_SIZE, "tensor %s has another shape",
                         parameter->name),
               -1;
    }
  network->is_packed = false;
  for (size_t i = 0; i < network->n_parameters; i++)
    {
      MienParameter *parameter = &network->parameters[i];
      const MienTensor *tensor = mien_tensors_find (tensors, parameter->name);

      for (size_t k = 0; tensor != NULL && k < parameter->n; k++)
        parameter->value[k] = mien_tensor_get (tensor, k);
    }
  return 0;
}

int
mien_network_save (MienNetwork *network, MienTensors *tensors, char *error)
{
  for (size_t i = 0; i < network->n_parameters; i++)
    {
      const MienParameter *parameter = &network->parameters[i];

      if (mien_tensors_add (tensors, parameter->name, MIEN_DTYPE_F32, parameter->rank,
                            parameter->shape, parameter->value, error)
          != 0)
        return -1;
    }
  return 0;
}

int
mien_network_shape_of (const MienTensors *tensors, MienNetworkShape *shape, char *error)
{
  const MienTensor *stem = mien_tensors_find (tensors, "conv1.weight");
  const MienTensor *last = mien_tensors_find (tensors, "layer4.1.conv2.weight");
  const MienTensor *head = mien_tensors_find (tensors, "exp_fc.0.weight");

  if (stem == NULL || stem->rank != 4 || stem->shape[0] < 1 || stem->shape[0] > 1024)
    return snprintf (error, MIEN_ERROR_SIZE,
                     "no ResNet-18: tensor conv1.weight is missing or misshapen"),
           -1;
  /* A width that the file does not fill would cost memory before it is found out. */
  if (last == NULL || last->rank != 4 || last->shape[0] != 8 * stem->shape[0])
    return snprintf (
               error, MIEN_ERROR_SIZE,
               "no ResNet-18: tensor layer4.1.conv2.weight is missing or misshapen"),
           -1;
  if (head != NULL && (head->rank != 2 || head->shape[0] < 1 || head->shape[0] > 1024))
    return snprintf (error, MIEN_ERROR_SIZE, "tensor exp_fc.0.weight is misshapen"), -1;
  *shape = (MienNetworkShape){ (int) stem->shape[0],
                               head != NULL ? (int) head->shape[0] : 16 };
  return 0;
}
