/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdint.h>

#include "mien-train-settings.h"

/* The learning rate of step 0 .. steps - 1 of a training. In the first W = warm_up steps (fewer than all)
 * it rises as rate x (step + 1) / W, torch's LinearLR from 1 / W on; then it stays, or falls along a
 * cosine (Loshchilov and Hutter, 2017, without restarts; torch's CosineAnnealingLR):
 * rate / 2 x (1 + cos (pi (step - W) / (steps - W))). */
double mien_schedule_rate (const MienTrainSettings *settings,
                           int64_t                  step,
                           int64_t                  steps);
