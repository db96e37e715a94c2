/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-proposals.h"

G_BEGIN_DECLS

/*
 * One sample of the project's frames that stays the same from model to model, so that what two of them say can be
 * compared time and again. Labelled or not, a frame is in it by its id alone; with more frames in the project than
 * MIEN_FIXED_SAMPLE about so many are, and frames that are imported later take the places of a few at most.
 */

enum
{
  MIEN_FIXED_SAMPLE = 20000,
};

typedef struct
{
  gint64         video, frame;
  MienPrediction said[2];
} MienSaidTwice;

/* What two models say of the sample, of the frames that both have read. Elements: MienSaidTwice, by video and
 * frame. Costs two look-ups a frame of the sample, however large the project. */
GArray     *mien_fixed_sample       (MienStore       *store,
                                     gint64           first,
                                     gint64           second,
                                     GError         **error);

G_END_DECLS
