/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-network.h"

/* Where numbers that are none came from, after a forward in training mode and perhaps a backward: the
 * first weight or running statistic in the network's order that is not finite (a statistic is the first
 * thing that a layer's overflow reaches), else the gradient that the backward pass met first, else
 * "the heads' answers". One phrase, as "bn1.running_var is not finite". */
void mien_diagnose (MienNetwork *network,
                    char        *text,
                    size_t       size);
