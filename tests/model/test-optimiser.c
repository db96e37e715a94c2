/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Adam's decay and clipping, rates by stage, frozen stages and the schedules against what
 * PyTorch made of the same numbers (make-optimiser.py), and the average of the weights.
 */

#include "mien-adam.h"
#include "mien-average.h"
#include "mien-diagnosis.h"
#include "mien-schedule.h"
#include "mien-test.h"

#include <math.h>
#include <string.h>

enum
{
  STEPS = 9,
  WARM_UP = 3,
};

static const MienAdamSettings CASES[] = {
  { 0, 0, 1, 0 },
  { 0.1, 0, 1, 0 },
  { 0, 0.5, 1, 0 },
  { 0.05, 2, 0.1, 3 },
};

static MienTensors *fixture;
static MienPool *pool;
static char error[MIEN_ERROR_SIZE];

static MienNetwork *
make_network (void)
{
  MienNetwork *network =
      mien_network_new ((MienNetworkShape){ 2, 3 }, 1, 48, true, pool, error);

  CHECK (network != NULL);
  return network;
}

/* make-optimiser.py's draw(). */
static float
draw (const char *name, size_t k, uint32_t t)
{
  uint32_t key = 0;

  for (; *name != '\0'; name++)
    key += (uint32_t) (unsigned char) *name;
  key = key * 7919 + t * 104729;
  return (float) (((uint32_t) k + key) * UINT32_C (2654435761) >> 16) / 65536 - 0.5f;
}

static void
fill (MienNetwork *network, uint32_t t)
{
  size_t n;
  MienParameter *parameters = mien_network_parameters (network, &n);

  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; parameters[i].gradient != NULL && k < parameters[i].n; k++)
      (t == 0 ? parameters[i].value : parameters[i].gradient)[k] =
          draw (parameters[i].name, k, t);
}

static MienParameter *
find (MienNetwork *network, const char *name)
{
  size_t n;
  MienParameter *parameters = mien_network_parameters (network, &n);

  for (size_t i = 0; i < n; i++)
    if (strcmp (parameters[i].name, name) == 0)
      return &parameters[i];
  return NULL;
}

/* Tensors of the fixture are called CASE.NAME; how many belong to the case. */
static int
check_weights (MienNetwork *network, size_t number)
{
  int checked = 0;

  for (size_t i = 0; i < fixture->n_tensors; i++)
    {
      const MienTensor *tensor = &fixture->tensors[i];
      const MienParameter *parameter = find (network, tensor->name + 2);

      if (tensor->name[0] != '0' + (int) number || parameter == NULL)
        continue;
      CHECK (parameter->n == tensor->n_elements);
      for (size_t k = 0; k < parameter->n; k++)
        {
          float wanted = mien_tensor_get (tensor, k);

          if (!(fabsf (parameter->value[k] - wanted) < 2e-6f))
            printf ("# case %zu, %s[%zu]: %.9g, torch %.9g\n", number, parameter->name, k,
                    parameter->value[k], wanted);
          CHECK (fabsf (parameter->value[k] - wanted) < 2e-6f);
        }
      checked++;
    }
  return checked;
}

static float
expected (size_t number, const char *name, size_t i)
{
  char full[64];
  const MienTensor *tensor;

  snprintf (full, sizeof full, "%zu.%s", number, name);
  tensor = mien_tensors_find (fixture, full);
  CHECK (tensor != NULL && tensor->n_elements == STEPS);
  return mien_tensor_get (tensor, i);
}

static void
test_adam (void)
{
  MienTrainSettings schedule = { .learning_rate = 0.01,
                                 .schedule = MIEN_SCHEDULE_COSINE,
                                 .warm_up = WARM_UP };

  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
    {
      MienNetwork *network = make_network ();
      MienAdam adam;

      CHECK (mien_adam_init (&adam, network) == 0);
      adam.settings = CASES[i];
      fill (network, 0);
      for (int t = 0; t < STEPS; t++)
        {
          double rate = mien_schedule_rate (&schedule, t, STEPS), norm;

          fill (network, (uint32_t) t + 1);
          norm = mien_adam_step (&adam, network, rate);
          CHECK (fabs (rate / (double) expected (i, "rates", (size_t) t) - 1) < 1e-5);
          CHECK (fabs (norm / (double) expected (i, "norms", (size_t) t) - 1) < 1e-5);
        }
      CHECK (check_weights (network, i) == 10);
      mien_adam_clear (&adam);
      mien_network_free (network);
    }
}

/* A gradient that is no number moves nothing, and is found by name. */
static void
test_no_number (void)
{
  MienNetwork *network = make_network ();
  MienParameter *parameter = find (network, "layer2.1.conv1.weight");
  char text[128];
  MienAdam adam;

  CHECK (mien_adam_init (&adam, network) == 0);
  fill (network, 0);
  fill (network, 1);
  mien_diagnose (network, text, sizeof text);
  CHECK (strcmp (text, "the heads' answers are not finite") == 0);
  /* Backward it has spread to the stem. */
  parameter->gradient[3] = NAN;
  find (network, "conv1.weight")->gradient[0] = INFINITY;
  CHECK (!isfinite (mien_adam_step (&adam, network, 0.1)));
  CHECK (adam.step == 0 && adam.m[0] == 0);
  CHECK (parameter->value[3] == draw (parameter->name, 3, 0));
  mien_diagnose (network, text, sizeof text);
  CHECK (strcmp (text, "the gradient of layer2.1.conv1.weight is not finite") == 0);
  /* Forward it has spread to the heads. */
  find (network, "exp_fc.0.bias")->value[0] = NAN;
  find (network, "layer3.0.bn1.running_var")->value[1] = INFINITY;
  mien_diagnose (network, text, sizeof text);
  CHECK (strcmp (text, "layer3.0.bn1.running_var is not finite") == 0);
  mien_adam_clear (&adam);
  mien_network_free (network);
}

static void
test_schedule (void)
{
  MienTrainSettings settings = { .learning_rate = 2 };

  CHECK (mien_schedule_rate (&settings, 0, 5) == 2
         && mien_schedule_rate (&settings, 4, 5) == 2);
  settings.warm_up = 4;
  CHECK (mien_schedule_rate (&settings, 0, 9) == 0.5
         && mien_schedule_rate (&settings, 3, 9) == 2
         && mien_schedule_rate (&settings, 8, 9) == 2);
  settings.schedule = MIEN_SCHEDULE_COSINE;
  CHECK (mien_schedule_rate (&settings, 4, 9) == 2);
  CHECK (mien_schedule_rate (&settings, 8, 9) > 0
         && mien_schedule_rate (&settings, 8, 9) < 0.2);
  /* A warm-up longer than the training ends with its last step. */
  settings.warm_up = 100;
  CHECK (mien_schedule_rate (&settings, 3, 5) == 2
         && mien_schedule_rate (&settings, 4, 5) == 2);
  CHECK (mien_schedule_rate (&settings, 0, 1) == 2);
}

static void
test_average (void)
{
  MienNetwork *network = make_network ();
  float *value = find (network, "bn1.bias")->value;
  const double KEEP[3] = { 2 / 11.0, 3 / 12.0, 0.3 };
  MienAverage average, last;
  double wanted = 1;

  *value = 1;
  CHECK (mien_average_init (&average, network) == 0);
  CHECK (mien_average_init (&last, network) == 0);
  for (int t = 1; t <= 3; t++)
    {
      *value = (float) t * 1.1f;
      mien_average_add (&average, network, t, 0.3);
      mien_average_add (&last, network, t, 0);
      wanted = KEEP[t - 1] * wanted + (1 - KEEP[t - 1]) * t * 1.1;
    }
  mien_average_swap (&average, network);
  CHECK (fabs ((double) *value - wanted) < 1e-6);
  mien_average_swap (&average, network);
  CHECK (*value == 3 * 1.1f);
  *value = 0;
  mien_average_swap (&last, network);
  CHECK (*value == 3 * 1.1f);
  mien_average_clear (&average);
  mien_average_clear (&last);
  mien_network_free (network);
}

int
main (int argc, char **argv)
{
  static const MienTest TESTS[] = {
    { "AdamW, clipping and groups as PyTorch", test_adam },
    { "gradients that are no numbers", test_no_number },
    { "the learning rate over a training", test_schedule },
    { "the average of the weights", test_average },
  };

  CHECK (argc == 2);
  pool = mien_pool_new (2);
  CHECK (pool != NULL);
  CHECK (mien_safetensors_read (argv[1], &fixture, error) == 0);
  mien_test_run (TESTS, sizeof TESTS / sizeof *TESTS);
  mien_tensors_free (fixture);
  mien_pool_free (pool);
  return 0;
}
