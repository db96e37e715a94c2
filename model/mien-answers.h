/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "mien-network.h"

/*
 * From pixels to the network's input, and from its logits to what is told about a frame.
 */

enum
{
  MIEN_ANSWER = 8 + 2 + 1 + 12,    /* expression, valence, arousal, spread, action units */
  MIEN_EMBEDDING = 512,            /* features that are told of a frame, whatever the network's width */
};

/* rgb [side,side,3], rows top down -> image [3,side,side] with ImageNet's mean .485 .456 .406 and
 * standard deviation .229 .224 .225 (METHOD.md section 4); mirrored: left and right change places. */
void mien_normalise   (const uint8_t *rgb,
                       int            side,
                       bool           mirrored,
                       float         *image);

/* The largest of the eight; which (may be NULL) tells the first class that has it. */
double mien_expression_probabilities (const float *outputs,
                                      double       p[8],
                                      int         *which);
double mien_sigmoid   (double         x);

/* One row of logits, and that of the mirrored frame or NULL, to an answer as PROTOCOL.md lays it
 * out: by the means of the two rows' logits and points. -1 when a logit is no number. */
int  mien_answer      (const float   *outputs,
                       const float   *mirrored,
                       float          answer[MIEN_ANSWER]);

/* features [n] of a network, in an embedding of length 1: those of a narrower network as they are and 0
 * behind them, of a wider one i, i + 512, ... added up. -1 when a feature is no number. */
int  mien_embed       (const float   *features,
                       size_t         n,
                       float          embedding[MIEN_EMBEDDING]);
