/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The network against PyTorch, to the last gradient and through ten steps of Adam. The
 * file that the argument names holds what make-fixtures.py computed there:
 * fixtures/narrow.safetensors of a narrow network; test-network-wide.py makes one of the
 * full width.
 */

#include "mien-adam.h"
#include "mien-losses.h"
#include "mien-network.h"
#include "variant.h"

#include <math.h>

enum
{
  ROWS = 8,
  MAX_FEATURES = 512,
};

static char error[MIEN_ERROR_SIZE];
static MienTensors *fixture;
static MienPool *pool;
static int side;
static float *images;
static MienTarget targets[ROWS];

static MienLossSettings settings;

static const MienTensor *
expected (const char *prefix, const char *name)
{
  char full[256];
  const MienTensor *tensor;

  snprintf (full, sizeof full, "%s%s", prefix, name);
  tensor = mien_tensors_find (fixture, full);
  if (tensor == NULL)
    printf ("# %s\n", full);
  CHECK (tensor != NULL);
  return tensor;
}

/* Root mean square of the difference, relative to that of the expected values. */
static double
distance (const MienTensor *tensor, const float *values)
{
  double difference = 0, size = 0;

  for (size_t i = 0; i < tensor->n_elements; i++)
    {
      double y = mien_tensor_get (tensor, i);

      CHECK (isfinite (values[i]));
      difference += (values[i] - y) * (values[i] - y);
      size += y * y;
    }
  return size > 0 ? sqrt (difference / size) : sqrt (difference);
}

/* Of a row's outputs none may be off by more. */
static void
check_outputs (const char *prefix, const float *values)
{
  const MienTensor *tensor = expected (prefix, "outputs");
  double worst = 0;

  CHECK (tensor->n_elements == ROWS * MIEN_OUTPUTS);
  for (size_t i = 0; i < tensor->n_elements; i++)
    worst = fmax (worst, fabs (values[i] - mien_tensor_get (tensor, i)));
  printf ("# %soutputs: relative distance %.2g, at most %.2g\n", prefix,
          distance (tensor, values), worst);
  CHECK (worst <= 1e-4);
}

static void
check_close (const char *prefix, const char *name, const float *values, double tolerance)
{
  double d = distance (expected (prefix, name), values);

  if (!(d <= tolerance))
    printf ("# %s%s: relative distance %g\n", prefix, name, d);
  CHECK (d <= tolerance);
}

static MienNetwork *
make_network (bool training)
{
  MienTensors *weights = mien_tensors_new ();
  MienNetwork *network;

  for (size_t i = 0; i < fixture->n_tensors; i++)
    {
      const MienTensor *tensor = &fixture->tensors[i];

      if (strncmp (tensor->name, "weights.", 8) == 0)
        CHECK (mien_tensors_add (weights, tensor->name + 8, tensor->dtype, tensor->rank,
                                 tensor->shape, tensor->data, error)
               == 0);
    }

  MienNetworkShape shape;
  CHECK (mien_network_shape_of (weights, &shape, error) == 0);
  CHECK (8 * shape.width <= MAX_FEATURES);
  network = mien_network_new (shape, ROWS, side, training, pool, error);
  CHECK (network != NULL);
  CHECK (mien_network_load (network, weights, true, error) == 0);
  mien_tensors_free (weights);
  return network;
}

static void
test_inference (void)
{
  for (int training = 0; training < 2; training++)
    {
      MienNetwork *network = make_network (training);
      float outputs[ROWS * MIEN_OUTPUTS], features[ROWS * MAX_FEATURES];

      mien_network_infer (network, images, ROWS, outputs, features);
      check_outputs ("eval.", outputs);
      check_close ("eval.", "outputs", outputs, 1e-5);
      check_close ("eval.", "features", features, 1e-5);

      /* A row does not depend on its company. */
      float alone[MIEN_OUTPUTS];
      mien_network_infer (network, images + 5 * 3 * side * side, 1, alone, NULL);
      for (int i = 0; i < MIEN_OUTPUTS; i++)
        CHECK (fabsf (alone[i] - outputs[5 * MIEN_OUTPUTS + i]) < 1e-5f);
      mien_network_free (network);
    }
}

static void
test_training_forward (void)
{
  MienNetwork *network = make_network (true);
  float outputs[ROWS * MIEN_OUTPUTS];
  size_t n;
  MienParameter *parameters = mien_network_parameters (network, &n);

  mien_network_forward (network, images, ROWS, 0, outputs);
  check_outputs ("train.", outputs);
  for (size_t i = 0; i < n; i++)
    if (parameters[i].gradient == NULL)
      check_close ("moved.", parameters[i].name, parameters[i].value, 1e-5);
  mien_network_free (network);
}

static void
check_gradients (const char *prefix, MienNetwork *network)
{
  size_t n, n_checked = 0;
  MienParameter *parameters = mien_network_parameters (network, &n);
  double worst = 0;

  for (size_t i = 0; i < n; i++)
    if (parameters[i].gradient != NULL)
      {
        worst = fmax (worst, distance (expected (prefix, parameters[i].name),
                                       parameters[i].gradient));
        check_close (prefix, parameters[i].name, parameters[i].gradient, 1e-3);
        n_checked++;
      }
  printf ("# %s: relative distance at most %.2g\n", prefix, worst);
  CHECK (n_checked == 20 * 3 + 14 * 2 + 6);
}

static void
check_loss (const char *name, const MienLoss *loss)
{
  const MienTensor *tensor = expected (name, ".loss");

  CHECK (fabs (loss->total - mien_tensor_get (tensor, 0)) < 1e-4);
  CHECK (fabs (loss->expression - mien_tensor_get (tensor, 1)) < 1e-4);
  CHECK (fabs (loss->valence_arousal - mien_tensor_get (tensor, 2)) < 1e-4);
  CHECK (fabs (loss->action_units - mien_tensor_get (tensor, 3)) < 1e-4);
}

static void
test_supervised (void)
{
  MienNetwork *network = make_network (true);
  float outputs[ROWS * MIEN_OUTPUTS], d_outputs[ROWS * MIEN_OUTPUTS];
  MienLoss loss;

  mien_network_forward (network, images, ROWS, 0, outputs);
  mien_loss_supervised (outputs, targets, ROWS, &settings, &loss, d_outputs);
  check_loss ("supervised", &loss);
  mien_network_backward (network, d_outputs);
  check_gradients ("supervised.gradient.", network);
  mien_network_free (network);
}

static void
test_ssmfar (void)
{
  MienNetwork *network = make_network (true);
  float outputs[ROWS * MIEN_OUTPUTS], d_outputs[ROWS * MIEN_OUTPUTS];
  MienLoss loss;
  const MienTensor *tensor = expected ("ssmfar", ".loss");

  mien_network_forward (network, images, ROWS, 0, outputs);
  mien_loss_ssmfar (outputs, targets, ROWS / 2, &settings, &loss, d_outputs);
  check_loss ("ssmfar", &loss);
  CHECK (loss.n_unlabelled == (int) mien_tensor_get (tensor, 4));
  CHECK (loss.n_confident == (int) mien_tensor_get (tensor, 5));
  CHECK (loss.n_confident > 0 && loss.n_confident < loss.n_unlabelled);
  mien_network_backward (network, d_outputs);
  check_gradients ("ssmfar.gradient.", network);
  mien_network_free (network);
}

static void
test_ten_steps (void)
{
  MienNetwork *network = make_network (true);
  float outputs[ROWS * MIEN_OUTPUTS], d_outputs[ROWS * MIEN_OUTPUTS];
  bool has_final_weights =
      mien_tensors_find (fixture, "ten.weights.conv1.weight") != NULL;
  double worst = 0;
  MienAdam adam;
  MienLoss loss;
  size_t n;
  MienParameter *parameters = mien_network_parameters (network, &n);

  CHECK (mien_adam_init (&adam, network) == 0);
  for (int step = 0; step < 10; step++)
    {
      mien_network_zero_gradients (network);
      mien_network_forward (network, images, ROWS, 0, outputs);
      mien_loss_supervised (outputs, targets, ROWS, &settings, &loss, d_outputs);
      mien_network_backward (network, d_outputs);
      mien_adam_step (&adam, network, 1e-3);

      double there = mien_tensor_get (expected ("ten", ".loss"), (size_t) step);
      worst = fmax (worst, fabs (loss.total - there) / there);
      if (!(fabs (loss.total - there) < 1e-3 * there))
        printf ("# step %d: %g, in PyTorch %g\n", step, loss.total, there);
      CHECK (fabs (loss.total - there) < 1e-3 * there);
    }
  printf ("# ten.loss: relative distance at most %.2g\n", worst);
  /* The full width's are not there; make-fixtures.py says why. */
  for (size_t i = 0; i < n && has_final_weights; i++)
    check_close ("ten.weights.", parameters[i].name, parameters[i].value, 1e-2);
  mien_adam_clear (&adam);
  mien_network_free (network);
}

/* The same number of threads gives the same bits; dropout depends on its seed alone. */
static void
test_repeatable (void)
{
  float first[ROWS * MIEN_OUTPUTS], again[ROWS * MIEN_OUTPUTS];

  for (int round = 0; round < 2; round++)
    {
      MienNetwork *network =
          mien_network_new ((MienNetworkShape){ 4, 3 }, ROWS, side, true, pool, error);

      CHECK (network != NULL);
      mien_network_init (network, 5);
      mien_network_forward (network, images, ROWS, 77, round == 0 ? first : again);
      if (round == 1)
        {
          CHECK (memcmp (first, again, sizeof first) == 0);
          mien_network_forward (network, images, ROWS, 78, again);
          CHECK (memcmp (first, again, sizeof first) != 0);
        }
      mien_network_free (network);
    }
}

/* Weights that do not fit are refused by name, and change nothing. */
static void
test_misfits (void)
{
  MienNetwork *network = make_network (false);
  MienTensors *tensors = mien_tensors_new ();
  float outputs[ROWS * MIEN_OUTPUTS];

  CHECK (mien_network_load (network, tensors, false, error) == -1);
  CHECK (strstr (error, "conv1.weight") != NULL);
  CHECK (mien_tensors_add_copy (tensors, "conv1.weight", 1, &(int64_t){ 1 },
                                &(float){ 9 }, error)
         == 0);
  CHECK (mien_network_load (network, tensors, false, error) == -1);
  CHECK (strstr (error, "conv1.weight") != NULL && strstr (error, "shape") != NULL);
  mien_network_infer (network, images, ROWS, outputs, NULL);
  check_close ("eval.", "outputs", outputs, 1e-5);
  mien_tensors_free (tensors);
  mien_network_free (network);
}

static void
read_fixture (const char *path)
{
  const MienTensor *target, *pixels;

  if (mien_safetensors_read (path, &fixture, error) != 0)
    printf ("# %s\n", error);
  CHECK (fixture != NULL);
  target = expected ("", "target");
  pixels = expected ("", "pixels");
  CHECK (pixels->rank == 4 && pixels->shape[0] == ROWS && pixels->shape[1] == 3);
  CHECK (pixels->shape[2] <= 224 && pixels->shape[3] == pixels->shape[2]);
  side = (int) pixels->shape[2];
  images = malloc (pixels->n_elements * sizeof *images);
  CHECK (images != NULL && target->n_elements == ROWS * 15);
  for (size_t i = 0; i < pixels->n_elements; i++)
    images[i] = mien_tensor_get (pixels, i) / 64 - 2;
  for (size_t i = 0; i < ROWS; i++)
    {
      float valence = mien_tensor_get (target, 15 * i),
            arousal = mien_tensor_get (target, 15 * i + 1);

      targets[i].valence = valence == -5 ? NAN : valence;
      targets[i].arousal = valence == -5 ? NAN : arousal;
      targets[i].expression = (int8_t) mien_tensor_get (target, 15 * i + 2);
      for (size_t k = 0; k < 12; k++)
        targets[i].action_units[k] = (int8_t) mien_tensor_get (target, 15 * i + 3 + k);
    }
  for (size_t c = 0; c < 8; c++)
    {
      settings.expression_weights[c] =
          mien_tensor_get (expected ("", "class_weights"), c);
      settings.thresholds[c] = mien_tensor_get (expected ("", "threshold"), 0);
    }
  for (size_t k = 0; k < 12; k++)
    settings.action_unit_weights[k] = mien_tensor_get (expected ("", "unit_weights"), k);
}

int
main (int argc, char **argv)
{
  static const MienTest TESTS[] = {
    { "inference", test_inference },
    { "forward with batch statistics", test_training_forward },
    { "supervised loss and every gradient", test_supervised },
    { "SS-MFAR loss and every gradient", test_ssmfar },
    { "ten steps of Adam", test_ten_steps },
    { "repeatable", test_repeatable },
    { "weights that do not fit", test_misfits },
  };

  CHECK (argc == 2);
  mien_test_variant ();
  pool = mien_pool_new (2);
  CHECK (pool != NULL);
  read_fixture (argv[1]);
  mien_test_run (TESTS, sizeof TESTS / sizeof *TESTS);
  mien_tensors_free (fixture);
  free (images);
  mien_pool_free (pool);
  return 0;
}
