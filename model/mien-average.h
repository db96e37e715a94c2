/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-network.h"

/*
 * A running average of the weights and running statistics, which is what a training delivers: after
 * step t, a += (1 - d) (w - a) with d = min (limit, (1 + t) / (10 + t)), limit 0.999 unless another is
 * asked for, so that it spans about the last ninth of the steps so far and, in long trainings, the last
 * thousand (Polyak and Juditsky, 1992; the teacher of Tarvainen and Valpola, 2017). With a limit of 0 it
 * is the last step's own weights, bit for bit. At a constant learning rate the last step's own weights are a
 * matter of luck: on small sets their accuracy moves by ten points from epoch to epoch.
 *
 * The same average is the teacher where one is asked for: its span is the one that teachers have (0.99
 * to 0.999), so that a second one would cost as much memory as the network and say the same; and the
 * model that is delivered is then the one that gave the pseudo-labels, so that their precision is its own.
 */

typedef struct
{
  float  *values;                  /* in the order of mien_network_parameters */
  size_t  n;
} MienAverage;

int  mien_average_init  (MienAverage *average,
                         MienNetwork *network);    /* starts at the network; -1 without memory */
void mien_average_clear (MienAverage *average);
/* step: how many have been taken, 1, 2, ... */
void mien_average_add   (MienAverage *average,
                         MienNetwork *network,
                         int64_t      step,
                         double       limit);
/* Exchanges the average with what is in the network. */
void mien_average_swap  (MienAverage *average,
                         MienNetwork *network);
