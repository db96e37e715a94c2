/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * One step: draws the batch, makes its views, asks the teacher if there is one, takes the
 * loss of the whole batch and a step of Adam. A batch of several parts goes forward part
 * by part before the loss, and all parts but the last once more before they go backward;
 * dropout is drawn anew to the same bits, and the running statistics move only the first
 * time.
 */

#include "mien-train-private.h"

#include "mien-answers.h"
#include "mien-augment.h"
#include "mien-batches.h"
#include "mien-diagnosis.h"
#include "mien-random.h"
#include "mien-schedule.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A mean over about so many steps that is so many times the first step's loss, or 1 if
 * that was less, is no bad luck of a batch. */
static const double STEPS = 20, DIVERGED = 10;

static void
make_views (void *data, int worker, size_t begin, size_t end)
{
  const MienViews *views = data;
  const MienTraining *training = views->training;
  int side = (int) training->side;
  size_t size = 3 * training->side * training->side;
  uint8_t *view = training->views + (size_t) worker * 4 * size;

  for (size_t i = begin; i < end; i++)
    {
      uint32_t row = views->rows[i];
      const uint8_t *pixels = training->pack->pixels + row * size;
      const MienPackRow *labels = &training->pack->rows[row];

      if (views->targets != NULL)
        {
          views->targets[i] = (MienTarget){ .valence = labels->valence,
                                            .arousal = labels->arousal,
                                            .expression = labels->expression };
          memcpy (views->targets[i].action_units, labels->action_units, 12);
        }
      if (views->weak == 0)
        {
          mien_normalise (pixels, side, false, views->images + i * size);
          continue;
        }
      mien_weak_view (pixels, side, mien_random_key (views->weak, row), view);
      mien_normalise (view, side, false, views->images + i * size);
      if (views->strong == 0)
        continue;
      mien_strong_view (pixels, side, mien_random_key (views->strong, row), view,
                        view + size);
      mien_normalise (view, side, false, views->images + (views->n + i) * size);
    }
}

void
mien_views_make (const MienViews *views)
{
  mien_pool_run (views->training->pool, views->n, make_views, (void *) views);
}

/* Whether unlabelled rows teach in this epoch: then a step has a strong view beside each
 * weak one. */
static bool
takes_unlabelled (const MienTraining *training)
{
  return training->settings.method == MIEN_METHOD_SSMFAR
         && training->epochs >= training->settings.labels_first;
}

/* The first n rows once, or about so. */
static void
draw_pass (MienTraining *training, uint64_t key, size_t n, uint32_t *order)
{
  const MienTrainSettings *settings = &training->settings;

  switch ((MienSampling) settings->sampling)
    {
    case MIEN_SAMPLING_EVEN:
      mien_batches_draw (key, training->rows, n, training->n_labelled,
                         settings->labelled_share, order, training->scratch);
      break;
    case MIEN_SAMPLING_SHUFFLED:
      mien_batches_draw_shuffled (key, training->rows, n, order);
      break;
    case MIEN_SAMPLING_BALANCED:
      mien_batches_draw_balanced (key, training->rows, training->classes, n,
                                  training->n_labelled, order, training->scratch);
      break;
    }
}

/* The steps of an epoch are those of all rows, whatever the method. A row that teaches
 * nothing has no part in them: the others come round again. */
static void
draw_order (MienTraining *training)
{
  uint64_t key = mien_epoch_key (training, MIEN_FOR_ORDER);
  size_t n = takes_unlabelled (training) ? training->n_rows : training->n_taught;

  for (size_t done = 0; done < training->n_rows; done += n)
    draw_pass (training, done > 0 ? mien_random_key (key, done) : key, n,
               training->order + done);
}

/* The first row of a part; that of part n_parts is the batch's end. */
static size_t
part_begin (const MienTraining *training, size_t part)
{
  return part * training->batch / training->n_parts;
}

/* Floats of an image. */
static size_t
image_size (const MienTraining *training)
{
  return 3 * training->side * training->side;
}

/* Where the weak views of a part begin; its strong ones follow. */
static float *
part_images (const MienTraining *training, size_t part)
{
  size_t views = takes_unlabelled (training) ? 2 : 1;

  return training->images + views * part_begin (training, part) * image_size (training);
}

/* A row that comes round again within an epoch is seen otherwise. */
static uint64_t
view_key (const MienTraining *training, uint64_t purpose, int step)
{
  return mien_random_key (mien_epoch_key (training, purpose), (uint64_t) step);
}

static void
make_batch (MienTraining *training, const uint32_t *rows, int step)
{
  for (size_t part = 0; part < training->n_parts; part++)
    {
      size_t begin = part_begin (training, part);
      MienViews views = {
        .training = training,
        .rows = rows + begin,
        .n = part_begin (training, part + 1) - begin,
        .weak = view_key (training, MIEN_FOR_WEAK, step),
        .strong =
            takes_unlabelled (training) ? view_key (training, MIEN_FOR_STRONG, step) : 0,
        .images = part_images (training, part),
        .targets = training->targets + begin,
      };

      mien_views_make (&views);
      if (training->seconds == NULL || !takes_unlabelled (training))
        continue;
      views.weak = view_key (training, MIEN_FOR_SECOND, step);
      views.strong = 0;
      views.images = training->seconds + begin * image_size (training);
      mien_views_make (&views);
    }
}

/* The answers in evaluation mode that pseudo-labels are made of, before the forward
 * passes, whose activations must stay. */
static void
ask_teacher (MienTraining *training)
{
  bool average = training->settings.teacher == MIEN_TEACHER_AVERAGE;

  if (training->teacher == NULL || !takes_unlabelled (training))
    return;
  if (average)
    mien_average_swap (&training->average, training->network);
  for (size_t part = 0; part < training->n_parts; part++)
    {
      size_t begin = part_begin (training, part);
      int n = (int) (part_begin (training, part + 1) - begin);

      mien_network_infer (training->network, part_images (training, part), n,
                          training->teacher + begin * MIEN_OUTPUTS, NULL);
      if (training->second != NULL)
        mien_network_infer (training->network,
                            training->seconds + begin * image_size (training), n,
                            training->second + begin * MIEN_OUTPUTS, NULL);
    }
  if (average)
    mien_average_swap (&training->average, training->network);
}

/* Between the rows of a part, weak then strong, and those of the step. */
static void
copy_rows (const MienTraining *training, size_t part, float *step, bool to_step)
{
  size_t begin = part_begin (training, part);
  size_t n = part_begin (training, part + 1) - begin;
  size_t views = takes_unlabelled (training) ? 2 : 1;

  for (size_t view = 0; view < views; view++)
    {
      float *in_part = training->part_outputs + view * n * MIEN_OUTPUTS;
      float *in_step = step + (view * training->batch + begin) * MIEN_OUTPUTS;
      size_t size = n * MIEN_OUTPUTS * sizeof (float);

      memcpy (to_step ? in_step : in_part, to_step ? in_part : in_step, size);
    }
}

static void
forward_part (MienTraining *training, size_t part, int step)
{
  uint64_t key =
      mien_random_key (mien_epoch_key (training, MIEN_FOR_DROPOUT), (uint64_t) step);
  size_t n = part_begin (training, part + 1) - part_begin (training, part);

  if (part > 0)
    key = mien_random_key (key, part);
  mien_network_forward (training->network, part_images (training, part),
                        (int) (takes_unlabelled (training) ? 2 * n : n), key | 1,
                        training->part_outputs);
}

/* Running statistics to where they are kept, or back. */
static void
keep_statistics (MienTraining *training, bool back)
{
  size_t n;
  const MienParameter *parameters = mien_network_parameters (training->network, &n);
  float *at = training->statistics;

  for (size_t i = 0; i < n; i++)
    {
      size_t size = parameters[i].n * sizeof (float);

      if (parameters[i].gradient != NULL)
        continue;
      memcpy (back ? parameters[i].value : at, back ? at : parameters[i].value, size);
      at += parameters[i].n;
    }
}

static void
take_loss (MienTraining *training, const uint32_t *rows, MienLoss *loss)
{
  MienLossSettings *settings = &training->loss_settings;
  int batch = (int) training->batch;

  if (!takes_unlabelled (training))
    {
      mien_loss_supervised (training->outputs, training->targets, batch, settings, loss,
                            training->d_outputs);
      return;
    }
  mien_rules_select (
      &training->rules, &training->thresholds, rows, training->targets, batch,
      training->settings.teacher == MIEN_TEACHER_AVERAGE ? training->teacher
                                                         : training->outputs,
      training->teacher, training->second, training->pseudo);
  settings->pseudo = training->pseudo;
  settings->all_tasks = training->second != NULL;
  mien_loss_ssmfar (training->outputs, training->targets, batch, settings, loss,
                    training->d_outputs);
}

static void
backward (MienTraining *training, int step)
{
  size_t last = training->n_parts - 1;

  mien_network_zero_gradients (training->network);
  copy_rows (training, last, training->d_outputs, false);
  mien_network_backward (training->network, training->part_outputs);
  if (last == 0)
    return;
  keep_statistics (training, false);
  for (size_t part = 0; part < last; part++)
    {
      forward_part (training, part, step);
      copy_rows (training, part, training->d_outputs, false);
      mien_network_backward (training->network, training->part_outputs);
    }
  keep_statistics (training, true);
}

/* "step 3 of epoch 2: WHAT; WHAT IS KEPT; try ..." */
static int
stop (const MienTraining *training, int step, const char *what, char *error)
{
  char kept[64];

  snprintf (kept, sizeof kept,
            training->epochs > 0 ? "the checkpoint of epoch %d is kept"
                                 : "no epoch was over yet",
            training->epochs);
  snprintf (error, MIEN_ERROR_SIZE,
            "step %d of epoch %d: %s; %s; try a lower learning rate, clipping or other "
            "weights",
            step + 1, training->epochs + 1, what, kept);
  return -1;
}

static int
stop_at_number (MienTraining *training, int step, const char *what, char *error)
{
  char where[160], text[256];

  mien_diagnose (training->network, where, sizeof where);
  snprintf (text, sizeof text, "%s is no number any more: %s", what, where);
  return stop (training, step, text, error);
}

/* 0, or -1 when the loss of the last steps has grown out of all proportion. */
static int
watch_loss (MienTraining *training, int step, double loss, char *error)
{
  char text[128];

  if (training->adam.step == 1)
    training->loss_first = training->loss_now = loss;
  training->loss_now += (loss - training->loss_now) / STEPS;
  if (training->loss_now <= DIVERGED * fmax (1, training->loss_first))
    return 0;
  snprintf (text, sizeof text,
            "the loss diverges, from %.3g in the first step to %.3g in the last ones",
            training->loss_first, training->loss_now);
  return stop (training, step, text, error);
}

int
mien_training_step (MienTraining *training,
                    int step,
                    MienLoss *loss,
                    double *rate,
                    double *norm,
                    int *n,
                    char *error)
{
  const MienTrainSettings *settings = &training->settings;
  const uint32_t *rows = training->order + (size_t) step * training->batch;
  size_t n_outputs =
      training->batch * MIEN_OUTPUTS * (takes_unlabelled (training) ? 2 : 1);

  if (step == 0)
    draw_order (training);
  make_batch (training, rows, step);
  ask_teacher (training);
  for (size_t part = 0; part < training->n_parts; part++)
    {
      forward_part (training, part, step);
      copy_rows (training, part, training->outputs, true);
    }
  if (!mien_all_finite (training->outputs, n_outputs))
    return stop_at_number (training, step, "the loss", error);
  take_loss (training, rows, loss);
  if (!isfinite (loss->total))
    return stop_at_number (training, step, "the loss", error);
  backward (training, step);
  *rate =
      mien_schedule_rate (settings, training->adam.step,
                          (int64_t) settings->epochs * mien_training_steps (training));
  *norm = mien_adam_step (&training->adam, training->network, *rate);
  if (!isfinite (*norm))
    return stop_at_number (training, step, "a gradient", error);
  mien_average_add (&training->average, training->network, training->adam.step,
                    settings->average);
  *n = (int) training->batch;
  return watch_loss (training, step, loss->total, error);
}
