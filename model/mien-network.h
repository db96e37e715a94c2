/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mien-pool.h"
#include "mien-safetensors.h"

/*
 * ResNet-18 with three heads (METHOD.md section 4): forward, backward, parameters by name.
 * NCHW, float32. One arena holds all parameters, one their gradients, one the activations of a
 * batch; nothing is allocated inside a step.
 */

enum
{
  MIEN_OUTPUTS = 8 + 2 + 12,       /* logits a row: expression, valence, arousal, action units */
};

/* Widths, so that tests can be narrow. The default is {64, 16}: stages of 64 x {1, 2, 4, 8}, heads 16. */
typedef struct
{
  int width;                       /* channels of stage 1 */
  int head;                        /* channels of each head's hidden layer */
} MienNetworkShape;

typedef struct
{
  char     *name;                  /* torchvision's */
  int       rank;
  int64_t   shape[4];
  size_t    n;
  float    *value;
  float    *gradient;              /* NULL for running statistics */
} MienParameter;

typedef struct MienNetwork MienNetwork;

/* max_batch images of side x side pixels (any multiple of 16 from 48 to 224). training = false
 * leaves out what only the backward pass needs. NULL if memory fails, with a line in error. */
MienNetwork   *mien_network_new          (MienNetworkShape   shape,
                                          int                max_batch,
                                          int                side,
                                          bool               training,
                                          MienPool          *pool,
                                          char              *error);
void           mien_network_free         (MienNetwork       *network);

MienParameter *mien_network_parameters   (MienNetwork       *network,
                                          size_t            *n);
/* torchvision's: He normal (fan out) for convolutions, ones and zeros for BN, and torch's uniform
 * +-1/sqrt(fan in) for linear layers; but +-sqrt(6) for the weights of the heads' hidden layers: He's
 * +-sqrt(6/fan in) is made for inputs of mean square 1, and the features have length 1, that is mean
 * square 1/fan in. Without it the first epochs hardly move (METHOD.md section 5). From the seed alone. */
void           mien_network_init         (MienNetwork       *network,
                                          uint64_t           seed);
/* Copies by name. The trunk must be whole; with need_heads the heads too, else those missing keep
 * their values. Shapes must fit. Extra tensors are ignored. */
int            mien_network_load         (MienNetwork       *network,
                                          const MienTensors *tensors,
                                          bool               need_heads,
                                          char              *error);
/* Adds every parameter and running statistic to the set; data is borrowed. */
int            mien_network_save         (MienNetwork       *network,
                                          MienTensors       *tensors,
                                          char              *error);
/* The shape that a set of tensors has, for mien_network_new. */
int            mien_network_shape_of     (const MienTensors *tensors,
                                          MienNetworkShape  *shape,
                                          char              *error);

/* Evaluation mode: running statistics, no dropout. images [n,3,side,side], already normalised;
 * outputs [n,MIEN_OUTPUTS] (logits; valence/arousal raw); features [n,8*width], may be NULL. */
void           mien_network_infer        (MienNetwork       *network,
                                          const float       *images,
                                          int                n,
                                          float             *outputs,
                                          float             *features);
/* As mien_network_infer, of a network for inference; what a channel of any layer is known to reach grows to
 * what it reaches here (mien-network-int8.h). */
void           mien_network_observe      (MienNetwork       *network,
                                          const float       *images,
                                          int                n,
                                          float             *outputs,
                                          float             *features);
/* Training mode: batch statistics (running ones updated with momentum 0.1, unbiased variance as
 * torch), dropout 0.5 drawn from dropout_seed (0: no dropout). Keeps what backward needs. */
void           mien_network_forward      (MienNetwork       *network,
                                          const float       *images,
                                          int                n,
                                          uint64_t           dropout_seed,
                                          float             *outputs);
/* d_outputs [n,MIEN_OUTPUTS] of the last forward. Adds to the gradients. */
void           mien_network_backward     (MienNetwork       *network,
                                          const float       *d_outputs);
void           mien_network_zero_gradients (MienNetwork     *network);
