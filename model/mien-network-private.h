/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-kernels.h"
#include "mien-network.h"
#include "mien-ops.h"

enum
{
  MIEN_N_UNITS = 20,               /* stem, 8 x 2, 3 short cuts */
  MIEN_N_BLOCKS = 8,
  MIEN_BORDER = 3, /* of zeros around an image, so that the stem's taps are all inside */
  MIEN_N_NEAR_BLOCKS = 4, /* those whose weights are small */
  MIEN_N_HIDDEN = 14,              /* expression, valence/arousal, twelve action units */
};

/* A convolution and the normalisation behind it. */
typedef struct
{
  MienConv       conv;
  bool           relu;
  MienParameter *weight, *gamma, *beta, *mean, *variance;
  float         *z, *y;            /* before and behind the normalisation; inference has y alone */
  float         *batch_mean, *inverse;
  float         *packed, *bias;    /* of inference: with the normalisation folded in */
  int            at_once;          /* images of a batch, at most */
  float         *range;            /* of inference: largest |y| of a channel that was observed */
} MienUnit;

typedef struct
{
  MienUnit *a, *b, *shortcut;      /* shortcut is NULL where shapes agree */
} MienBlock;

struct MienNetwork
{
  MienNetworkShape shape;
  int              max_batch, side, n;       /* n: rows of the last forward */
  int              at_once, at_once_deep;    /* images that go together through the near blocks, the others */
  bool             training;
  bool             is_packed;
  MienPool        *pool;
  uint64_t         dropout_seed;

  MienParameter   *parameters;
  size_t           n_parameters;
  MienUnit         units[MIEN_N_UNITS];
  int              n_units;
  MienBlock        blocks[MIEN_N_BLOCKS];
  MienParameter   *hidden_w[MIEN_N_HIDDEN], *hidden_b[MIEN_N_HIDDEN];
  MienParameter   *exp_w, *exp_b, *va_w, *va_b, *au_w, *au_b;

  float           *arena;                    /* everything below points into it */
  size_t           arena_used;
  float           *pixels;                   /* images with a border, channels side by side */
  float           *pooled;                   /* behind the stem's max-pool */
  float           *near;                     /* of inference: behind the near blocks */
  float           *means, *dropped, *features, *norm, *hidden;
  float           *d_hidden, *d_features, *d_means;
  float           *d_a, *d_b, *d_c;          /* the largest activation each */
  float           *packed, *scratch;         /* of one convolution at a time */
};

/* network->means -> network->features, outputs, and a copy of the features unless that is NULL. */
void mien_network_run_heads (MienNetwork *network, int n, float *outputs, float *features);

/* Pixels of an image's side with its border. */
static inline int
mien_bordered (const MienNetwork *network)
{
  return network->side + 2 * MIEN_BORDER;
}

static inline int
mien_unit_side (const MienUnit *unit)
{
  return mien_conv_out_side (&unit->conv);
}

static inline int
mien_unit_area (const MienUnit *unit)
{
  return mien_unit_side (unit) * mien_unit_side (unit);
}

/* Floats of one image's output. */
static inline size_t
mien_unit_size (const MienUnit *unit)
{
  return (size_t) mien_pitch (unit->conv.out) * (size_t) mien_unit_area (unit);
}
