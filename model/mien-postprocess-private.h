/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-postprocess.h"

/*
 * The steps of the fit, each a function of its own so that a test can hold it against figures from
 * elsewhere.
 */

/* The grid of sigmas, ascending, none first. */
enum
{
  MIEN_N_SIGMAS = 7,
  MIEN_FEWEST_OF_A_KIND = 10,      /* of a class, or of a unit's present and absent: no fit on fewer */
};
extern const double mien_sigmas[MIEN_N_SIGMAS];

int64_t mien_sigma_radius      (double         sigma);

/* Logits of an answer: of the expressions up to a constant of the row, of the units. */
void   mien_answer_logits      (const float   *answer,       /* [23] */
                                float          expression[8],
                                float          units[12]);
/* values [n, width] of one video -> smoothed [count, width] of first ... first + count. A row without
 * neighbours is copied. -1: no memory. */
int    mien_smooth             (double         sigma,
                                size_t         n,
                                const int64_t *numbers,
                                const float   *values,
                                size_t         width,
                                size_t         first,
                                size_t         count,
                                float         *smoothed);

/* The temperature of the largest likelihood, in 1/16 .. 16. width 1: labels 0 and 1 of a sigmoid; else
 * labels 0 .. width - 1 of a softmax. nll (may be NULL): the mean there. n = 0 gives 1. */
double mien_search_temperature (size_t         n,
                                size_t         width,
                                const float   *logits,       /* [n, width] */
                                const int8_t  *labels,
                                double        *nll);
/* The threshold of the largest F1 of "p > threshold"; of equal ones the nearest to 0.5. -1: no memory. */
int    mien_search_threshold   (size_t         n,
                                const float   *p,
                                const int8_t  *labels,
                                double        *threshold);
/* Additive biases for a better macro F1, found one class at a time on a grid. */
void   mien_search_bias        (size_t         n,
                                const float   *logits,       /* [n, 8], divided by the temperature */
                                const int8_t  *labels,
                                double         bias[8]);
/* The fold of each frame, by its group: groups in the order of their labelled frames go to the fold that
 * has the fewest so far. Returns the number of folds, 0 for fewer than two groups; -1: no memory. */
int    mien_postprocess_folds  (const MienPostprocessFrame *frames,
                                size_t                      n,
                                int8_t                     *folds,     /* [n], -1: no labels */
                                size_t                     *n_groups,
                                size_t                     *n_labelled);
