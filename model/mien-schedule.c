/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * How the learning rate goes over a training: a function of the step, so that a training
 * that is taken up again has nothing to remember.
 */

#include "mien-schedule.h"

#include <math.h>

double
mien_schedule_rate (const MienTrainSettings *settings, int64_t step, int64_t steps)
{
  int64_t rising = settings->warm_up < steps ? settings->warm_up : steps - 1;

  if (step < rising)
    return settings->learning_rate * (double) (step + 1) / (double) rising;
  if (settings->schedule == MIEN_SCHEDULE_CONSTANT)
    return settings->learning_rate;
  return settings->learning_rate / 2
         * (1 + cos (M_PI * (double) (step - rising) / (double) (steps - rising)));
}
