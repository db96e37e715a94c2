/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What surrounds a step: the table of settings, the ways to draw an epoch's order, and a
 * step in several parts against one that is put together here from the network's own
 * calls.
 */

#include "mien-augment.h"
#include "mien-answers.h"
#include "mien-batches.h"
#include "mien-random.h"
#include "mien-test.h"
#include "mien-train-private.h"

#include <math.h>
#include <string.h>

enum
{
  SIDE = 48,
  ROWS = 10,
  PIXELS = SIDE * SIDE * 3,
};

static MienPool *pool;
static char error[MIEN_ERROR_SIZE];

static void
test_settings (void)
{
  MienTrainSettings settings, again;
  char text[64], reason[256], line[1024], other[1024];
  int input_size;

  mien_train_settings_init (&settings);
  CHECK (mien_train_settings_preset (&again, "cpu", &input_size) == 0
         && input_size == 112);
  CHECK (memcmp (&settings, &again, sizeof again) == 0);
  CHECK (mien_train_settings_preset (&again, "magic", &input_size) == -1);
  CHECK (mien_train_settings_preset (&again, "paper", &input_size) == 0
         && input_size == 224 && again.batch == 256 && again.epochs == 50
         && again.learning_rate == 5e-4 && again.average == 0 && again.micro_batch == 32
         && again.class_weights == MIEN_CLASS_WEIGHTS_PAPER
         && again.sampling == MIEN_SAMPLING_SHUFFLED && again.rule == MIEN_RULE_ADA
         && again.method == MIEN_METHOD_SSMFAR && again.weight_decay == 0);
  /* What is written is read to the same value, for every setting of both presets. */
  for (size_t i = 0; i < mien_n_settings; i++)
    {
      CHECK (mien_setting_find (mien_settings[i].name) == &mien_settings[i]);
      mien_setting_text (&again, &mien_settings[i], text, sizeof text);
      CHECK (mien_setting_set (&settings, &mien_settings[i], text, reason, sizeof reason)
             == 0);
    }
  CHECK (memcmp (&settings, &again, sizeof again) == 0);
  CHECK (mien_setting_find ("magic") == NULL);
  /* Every setting but the patience, and the epochs of a constant rate, is in the line. */
  CHECK (mien_train_settings_describe (&again, line, sizeof line) == 0);
  for (size_t i = 0; i < mien_n_settings; i++)
    {
      const MienSetting *setting = &mien_settings[i];
      bool out = strcmp (setting->name, "patience") == 0
                 || strcmp (setting->name, "epochs") == 0;

      settings = again;
      if (setting->kind == MIEN_SETTING_REAL)
        *(double *) ((char *) &settings + setting->at) += 1e-6;
      else
        *(int *) ((char *) &settings + setting->at) ^= 1;
      if (strcmp (setting->name, "schedule") == 0)
        settings.schedule = MIEN_SCHEDULE_COSINE;
      CHECK (mien_train_settings_describe (&settings, other, sizeof other) == 0);
      CHECK ((strcmp (line, other) == 0) == out);
    }
  again.schedule = MIEN_SCHEDULE_COSINE;
  CHECK (mien_train_settings_describe (&again, line, sizeof line) == 0);
  CHECK (strstr (line, "epochs=50") != NULL);
  CHECK (mien_train_settings_describe (&again, line, 20) == -1);
}

static void
test_bad_settings (void)
{
  static const char *const BAD[][2] = {
    { "batch", "0" },         { "batch", "1025" },       { "batch", "8.0" },
    { "batch", "1e2" },       { "batch", "" },           { "batch", " 8" },
    { "batch", "8 " },        { "seed", "-1" },          { "learning-rate", "nan" },
    { "learning-rate", "0" }, { "learning-rate", "1x" }, { "average", "1" },
    { "clip", "inf" },        { "rule", "Ada" },         { "rule", "" },
    { "method", "magic" },    { "threshold", "1.1" },
  };
  MienTrainSettings settings, before;
  char reason[256];

  mien_train_settings_init (&settings);
  before = settings;
  for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
    {
      reason[0] = '\0';
      CHECK (mien_setting_set (&settings, mien_setting_find (BAD[i][0]), BAD[i][1],
                               reason, sizeof reason)
             == -1);
      CHECK (strncmp (reason, "takes ", 6) == 0 && strstr (reason, BAD[i][1]) != NULL);
    }
  CHECK (memcmp (&settings, &before, sizeof before) == 0);
}

/* Twenty rows, fourteen labelled: ten of class 0, three of 2, one of 6. */
static void
test_sampling (void)
{
  const int8_t CLASSES[14] = { 0, 0, 0, 0, 2, 0, 0, 6, 2, 0, 0, 0, 2, 0 };
  uint32_t rows[20], order[20], other[20], scratch[20], counts[8] = { 0 };
  bool seen[20] = { false };
  int labelled = 0;

  for (uint32_t i = 0; i < 20; i++)
    rows[i] = 100 + i;
  mien_batches_draw_balanced (7, rows, CLASSES, 20, 14, order, scratch);
  mien_batches_draw_balanced (7, rows, CLASSES, 20, 14, other, scratch);
  CHECK (memcmp (order, other, sizeof order) == 0);
  mien_batches_draw_balanced (8, rows, CLASSES, 20, 14, other, scratch);
  CHECK (memcmp (order, other, sizeof order) != 0);
  for (size_t i = 0; i < 20; i++)
    {
      uint32_t row = order[i] - 100;

      if (row >= 14)
        CHECK (!seen[row]);
      else
        counts[CLASSES[row]]++;
      labelled += row < 14;
      seen[row] = true;
      /* Every stretch has its share of labels. */
      CHECK (abs (labelled - (int) ((i + 1) * 14 / 20)) <= 1);
    }
  CHECK (labelled == 14);
  CHECK (counts[0] >= 4 && counts[0] <= 5 && counts[2] >= 4 && counts[2] <= 5
         && counts[6] >= 4 && counts[6] <= 5);
  /* The three rows of class 2 all come before one comes twice. */
  CHECK (seen[4] && seen[8] && seen[12]);
  mien_batches_draw_balanced (7, rows, CLASSES, 6, 0, order, scratch);

  memset (seen, 0, sizeof seen);
  mien_batches_draw_shuffled (7, rows, 20, order);
  CHECK (memcmp (order, rows, sizeof rows) != 0);
  for (size_t i = 0; i < 20; i++)
    {
      CHECK (!seen[order[i] - 100]);
      seen[order[i] - 100] = true;
    }
}

static MienPack pack;
static MienPackRow pack_rows[ROWS];
static uint8_t pixels[ROWS * PIXELS];

static void
draw_pack (void)
{
  for (size_t i = 0; i < ROWS * PIXELS; i++)
    pixels[i] = (uint8_t) mien_random_below (3, i, 256);
  for (int i = 0; i < ROWS; i++)
    {
      pack_rows[i] = (MienPackRow){ .valence = NAN, .arousal = NAN, .expression = -1 };
      if (i % 3 != 1)
        pack_rows[i].expression = (int8_t) (i % 4);
      if (i % 2 == 0)
        pack_rows[i].valence = pack_rows[i].arousal = (float) i / ROWS;
      for (int k = 0; k < 12; k++)
        pack_rows[i].action_units[k] = (int8_t) ((i + k) % 3 - 1);
    }
  pack = (MienPack){ .side = SIDE, .n_rows = ROWS, .rows = pack_rows, .pixels = pixels };
}

/* What a step in parts should come to, from the network's own calls; the same loss. */
typedef struct
{
  MienNetwork *network;
  const MienTraining *training;
  float images[2 * ROWS * PIXELS], outputs[2 * ROWS * MIEN_OUTPUTS];
  float d_outputs[2 * ROWS * MIEN_OUTPUTS], part[2 * ROWS * MIEN_OUTPUTS];
} Replay;

static int
begin_of (int part)
{
  return part * ROWS / 3;
}

static void
run_part (Replay *replay, int part, bool backward)
{
  const MienTraining *training = replay->training;
  uint64_t key = mien_random_key (mien_epoch_key (training, MIEN_FOR_DROPOUT), 0);
  uint64_t weak = mien_random_key (mien_epoch_key (training, MIEN_FOR_WEAK), 0);
  uint64_t strong = mien_random_key (mien_epoch_key (training, MIEN_FOR_STRONG), 0);
  int begin = begin_of (part), n = begin_of (part + 1) - begin;
  uint8_t view[PIXELS], scratch[2 * PIXELS];

  for (int i = 0; i < n; i++)
    {
      uint32_t row = training->order[begin + i];

      mien_weak_view (pixels + row * PIXELS, SIDE, mien_random_key (weak, row), view);
      mien_normalise (view, SIDE, false, replay->images + i * PIXELS);
      mien_strong_view (pixels + row * PIXELS, SIDE, mien_random_key (strong, row), view,
                        scratch);
      mien_normalise (view, SIDE, false, replay->images + (n + i) * PIXELS);
    }
  mien_network_forward (replay->network, replay->images, 2 * n,
                        (part > 0 ? mien_random_key (key, (uint64_t) part) : key) | 1,
                        replay->part);
  for (int view_of = 0; view_of < 2; view_of++)
    {
      float *mine = replay->part + view_of * n * MIEN_OUTPUTS;
      size_t at = (size_t) (view_of * ROWS + begin) * MIEN_OUTPUTS;
      size_t size = (size_t) n * MIEN_OUTPUTS * sizeof (float);

      if (backward)
        memcpy (mine, replay->d_outputs + at, size);
      else
        memcpy (replay->outputs + at, mine, size);
    }
  if (backward)
    mien_network_backward (replay->network, replay->part);
}

static float
worst_difference (MienNetwork *a, MienNetwork *b, bool statistics)
{
  size_t n;
  MienParameter *ours = mien_network_parameters (a, &n);
  MienParameter *theirs = mien_network_parameters (b, &n);
  float worst = 0;

  for (size_t i = 0; i < n; i++)
    {
      const float *x = statistics ? ours[i].value : ours[i].gradient;
      const float *y = statistics ? theirs[i].value : theirs[i].gradient;
      float largest = 1e-3f;

      if ((ours[i].gradient == NULL) != statistics)
        continue;
      for (size_t k = 0; k < ours[i].n; k++)
        largest = fmaxf (largest, fabsf (y[k]));
      for (size_t k = 0; k < ours[i].n; k++)
        worst = fmaxf (worst, fabsf (x[k] - y[k]) / largest);
    }
  return worst;
}

static void
test_parts (void)
{
  static Replay replay;
  MienNetworkShape shape = { 2, 3 };
  MienTrainSettings settings;
  MienTraining *training;
  MienNetwork *network;
  MienLoss loss, wanted;
  double rate, norm;
  int n;

  draw_pack ();
  mien_train_settings_init (&settings);
  settings.batch = ROWS;
  settings.micro_batch = 4;
  settings.labels_first = 0;
  settings.teacher = MIEN_TEACHER_OWN;
  settings.rule = MIEN_RULE_ADA;
  CHECK (mien_training_rows (&settings) == 8);
  network = mien_network_new (shape, 8, SIDE, true, pool, error);
  replay.network = mien_network_new (shape, 8, SIDE, true, pool, error);
  CHECK (network != NULL && replay.network != NULL);
  mien_network_init (network, 5);
  mien_network_init (replay.network, 5);
  training = mien_training_new (&pack, &settings, network, pool, error);
  CHECK (training != NULL && mien_training_steps (training) == 1);
  CHECK (mien_training_step (training, 0, &loss, &rate, &norm, &n, error) == 0);
  CHECK (n == ROWS && rate == settings.learning_rate && norm > 0);

  replay.training = training;
  for (int part = 0; part < 3; part++)
    run_part (&replay, part, false);
  CHECK (worst_difference (network, replay.network, true) == 0);
  CHECK (memcmp (replay.outputs, training->outputs, sizeof replay.outputs) == 0);
  /* The loss is that of the whole batch at once. */
  mien_loss_ssmfar (replay.outputs, training->targets, ROWS, &training->loss_settings,
                    &wanted, replay.d_outputs);
  CHECK (loss.total == wanted.total && loss.n_unlabelled == 3);
  mien_network_zero_gradients (replay.network);
  for (int part = 0; part < 3; part++)
    run_part (&replay, part, true);
  CHECK (worst_difference (network, replay.network, false) < 1e-5f);

  mien_training_free (training);
  mien_network_free (network);
  mien_network_free (replay.network);
}

int
main (void)
{
  static const MienTest TESTS[] = {
    { "the table of settings", test_settings },
    { "settings that are none", test_bad_settings },
    { "ways to draw an order", test_sampling },
    { "a step in parts", test_parts },
  };

  pool = mien_pool_new (2);
  CHECK (pool != NULL);
  mien_test_run (TESTS, sizeof TESTS / sizeof *TESTS);
  mien_pool_free (pool);
  return 0;
}
