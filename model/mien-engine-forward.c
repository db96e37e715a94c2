/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The command `forward`: a tensor of images through the network, for comparisons with
 * other programs; and the loading of weights that it shares with `infer`.
 */

#include "mien-engine.h"

#include "mien-protocol.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int
check_finite (MienNetwork *network, const char *path, char *error)
{
  size_t n;
  const MienParameter *parameters = mien_network_parameters (network, &n);

  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < parameters[i].n; k++)
      if (!isfinite (parameters[i].value[k]))
        return snprintf (error, MIEN_ERROR_SIZE,
                         "%.200s: tensor %s holds a value that is no number", path,
                         parameters[i].name),
               -1;
  return 0;
}

/* Puts the file's name before what went wrong with it. */
static int
fail_with (const char *path, char *error)
{
  char text[MIEN_ERROR_SIZE];

  memcpy (text, error, sizeof text);
  snprintf (error, MIEN_ERROR_SIZE, "%.200s: %.300s", path, text);
  return -1;
}

MienNetwork *
mien_engine_load_network (const char *path,
                          int batch,
                          int side,
                          int threads,
                          MienNetworkShape *shape,
                          bool *heads,
                          MienPool **pool,
                          char *error)
{
  MienTensors *weights;
  bool has_heads;
  MienNetwork *network = NULL;

  if (mien_safetensors_read (path, &weights, error) != 0)
    return NULL;
  has_heads = heads == NULL || mien_tensors_find (weights, "exp_fc.0.weight") != NULL;
  *pool = mien_pool_new (threads > 0 ? threads : mien_engine_cpus ());
  if (*pool == NULL)
    snprintf (error, MIEN_ERROR_SIZE, "cannot start %d threads; use fewer", threads);
  else if (mien_network_shape_of (weights, shape, error) != 0)
    fail_with (path, error);
  else
    network = mien_network_new (*shape, batch, side, false, *pool, error);
  if (network != NULL
      && (mien_network_load (network, weights, has_heads, error) != 0
              ? fail_with (path, error) != 0
              : check_finite (network, path, error) != 0))
    {
      mien_network_free (network);
      network = NULL;
    }
  mien_tensors_free (weights);
  if (network == NULL)
    {
      mien_pool_free (*pool);
      *pool = NULL;
    }
  else if (heads != NULL)
    *heads = has_heads;
  return network;
}

/* The network's outputs, taken apart. */
typedef struct
{
  size_t n, width;
  float *outputs, *features;                          /* [n, MIEN_OUTPUTS], [n, width] */
  float *expression, *valence_arousal, *action_units; /* [n, 8], [n, 2], [n, 12] */
} Results;

static int
results_init (Results *results, size_t n, size_t width, char *error)
{
  *results = (Results){
    .n = n,
    .width = width,
    .outputs = calloc (n + 1, MIEN_OUTPUTS * sizeof (float)),
    .features = calloc (n + 1, width * sizeof (float)),
    .expression = calloc (n + 1, 8 * sizeof (float)),
    .valence_arousal = calloc (n + 1, 2 * sizeof (float)),
    .action_units = calloc (n + 1, 12 * sizeof (float)),
  };
  if (results->outputs == NULL || results->features == NULL || results->expression == NULL
      || results->valence_arousal == NULL || results->action_units == NULL)
    return snprintf (error, MIEN_ERROR_SIZE, "out of memory for %zu rows", n), -1;
  return 0;
}

static void
results_clear (Results *results)
{
  free (results->outputs);
  free (results->features);
  free (results->expression);
  free (results->valence_arousal);
  free (results->action_units);
}

static int
results_write (const Results *results, bool heads, const char *path, char *error)
{
  MienTensors *tensors = mien_tensors_new ();
  int64_t n = (int64_t) results->n;
  const struct
  {
    const char *name;
    int64_t width;
    const float *data;
  } PARTS[] = {
    { "features", (int64_t) results->width, results->features },
    { "expression", 8, results->expression },
    { "valence_arousal", 2, results->valence_arousal },
    { "action_units", 12, results->action_units },
  };
  int status = tensors != NULL ? 0 : -1;

  if (tensors == NULL)
    snprintf (error, MIEN_ERROR_SIZE, "out of memory");
  for (size_t i = 0; i < results->n; i++)
    {
      const float *row = results->outputs + i * MIEN_OUTPUTS;

      memcpy (results->expression + i * 8, row, 8 * sizeof *row);
      memcpy (results->valence_arousal + i * 2, row + 8, 2 * sizeof *row);
      memcpy (results->action_units + i * 12, row + 10, 12 * sizeof *row);
    }
  for (size_t i = 0; status == 0 && i < (heads ? 4 : 1); i++)
    status = mien_tensors_add (tensors, PARTS[i].name, MIEN_DTYPE_F32, 2,
                               (int64_t[]){ n, PARTS[i].width }, PARTS[i].data, error);
  if (status == 0)
    status = mien_safetensors_write (tensors, path, error);
  mien_tensors_free (tensors);
  return status;
}

/* The tensor `input` if it is what the network takes: [N,3,H,H] of float32. */
static const MienTensor *
find_input (const MienTensors *tensors, const char *path, char *error)
{
  const MienTensor *input = mien_tensors_find (tensors, "input");

  if (input != NULL && input->rank == 4 && input->shape[1] == 3
      && input->dtype == MIEN_DTYPE_F32 && input->shape[2] == input->shape[3]
      && input->shape[2] >= 48 && input->shape[2] <= 224 && input->shape[2] % 16 == 0)
    return input;
  snprintf (error, MIEN_ERROR_SIZE,
            "%.300s: needs a float32 tensor input [N,3,H,H], H a multiple of 16 from 48 "
            "to 224",
            path);
  return NULL;
}

static int
run (MienNetwork *network,
     const MienTensor *input,
     long batch,
     Results *results,
     char *error)
{
  size_t size = 3 * (size_t) input->shape[2] * (size_t) input->shape[2];
  float *images = malloc ((size_t) batch * size * sizeof *images);

  if (images == NULL)
    return snprintf (error, MIEN_ERROR_SIZE, "out of memory"), -1;
  for (size_t i = 0; i < results->n; i += (size_t) batch)
    {
      size_t n = results->n - i < (size_t) batch ? results->n - i : (size_t) batch;

      memcpy (images, (const char *) input->data + i * size * sizeof *images,
              n * size * sizeof *images);
      mien_network_infer (network, images, (int) n, results->outputs + i * MIEN_OUTPUTS,
                          results->features + i * results->width);
    }
  free (images);
  return 0;
}

int
mien_engine_forward (const MienEngineOptions *options, char *error)
{
  MienTensors *tensors;
  MienNetworkShape shape;
  MienPool *pool = NULL;
  MienNetwork *network = NULL;
  bool heads = true;
  int status = -1;

  if (mien_safetensors_read (options->input, &tensors, error) != 0)
    return -1;

  const MienTensor *input = find_input (tensors, options->input, error);
  if (input != NULL)
    network = mien_engine_load_network (options->weights, (int) options->batch,
                                        (int) input->shape[2], (int) options->threads,
                                        &shape, &heads, &pool, error);
  if (network != NULL)
    {
      Results results;

      status = results_init (&results, (size_t) input->shape[0], 8 * (size_t) shape.width,
                             error);
      if (status == 0)
        status = run (network, input, options->batch, &results, error);
      if (status == 0)
        status = results_write (&results, heads, options->output, error);
      results_clear (&results);
    }
  mien_network_free (network);
  mien_pool_free (pool);
  mien_tensors_free (tensors);
  if (status == 0)
    mien_say (stdout, "done");
  return status;
}
