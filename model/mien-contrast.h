/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "mien-moments.h"

/*
 * Whether two sets of answers agree alike with what they are compared to: those given with the model's
 * proposal in sight and without, or late and early ones.
 */

/* One set in one cluster. Starts at zero. */
typedef struct
{
  double      n, same;
  MienMoments moments;             /* of numbers */
} MienContrastSums;

/* Of one video. */
typedef struct
{
  MienContrastSums side[2];
} MienContrastCluster;

typedef struct
{
  size_t n_clusters;
  size_t n[2];                     /* answers */
  double agreement[2];             /* the share that is the same; of numbers CCC. NaN: none, or all alike */
  double difference;               /* the first less the second, NaN unless there are both */
  double interval[2];              /* 95 % of it, see mien-resample.h; clusters are drawn anew */
} MienContrast;

void mien_contrast_add     (MienContrastSums          *sums,
                            double                     answer,
                            double                     other);
/* numbers: CCC, else the share. 0, or -1 when there is no memory. */
int  mien_contrast_measure (const MienContrastCluster *clusters,
                            size_t                     n_clusters,
                            bool                       numbers,
                            MienContrast              *contrast);
