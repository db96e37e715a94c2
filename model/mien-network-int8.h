/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-network.h"

/*
 * The network with activations of eight bits, for inference. Their steps, one for each channel, come from
 * what mien_network_observe () has seen; the heads stay in float32. What the convolutions of the same weights
 * and ranges give is the same on every processor.
 */

typedef struct MienNetworkInt8 MienNetworkInt8;

/* Of a network for inference that has its weights and has observed images. It borrows the network, which
 * must outlive it, and follows no change of it. NULL if memory fails, with a line in error. */
MienNetworkInt8 *mien_network_int8_new   (MienNetwork     *network,
                                          char            *error);
void             mien_network_int8_free  (MienNetworkInt8 *quantised);
/* As mien_network_infer. */
void             mien_network_int8_infer (MienNetworkInt8 *quantised,
                                          const float     *images,
                                          int              n,
                                          float           *outputs,
                                          float           *features);
