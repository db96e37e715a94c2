/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * What a model is worth to an annotator: how much of its answers it could give unasked and still be
 * right as often as is wanted (METHOD.md section 5).
 */

typedef struct
{
  double confidence;               /* the largest probability */
  bool   right;
} MienCoverageAnswer;

/* The most confident ones first. */
void   mien_coverage_rank (MienCoverageAnswer *answers,
                           size_t              n);
/* The largest share of the answers, the most confident ones first, of which at least the share precision
 * is right; answers of equal confidence go together. Sorts them. NaN without any. */
double mien_coverage (MienCoverageAnswer *answers,
                      size_t              n,
                      double              precision);
