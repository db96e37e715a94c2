/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>

#include "mien-coverage.h"

/*
 * From which confidence on answers are taken unasked, before any of them was audited. It is not the threshold
 * of a training step (mien-thresholds.h), which knows nothing of calibration (METHOD.md section 5).
 */

#define MIEN_ACCEPTANCE_NEVER 1.01      /* above any confidence */

enum
{
  /* The few answers of a rare class say little by themselves: the confidence counts as so many more. */
  MIEN_ACCEPTANCE_PRIOR = 20,
};

/*
 * The smallest confidence such that, of the k answers that have at least as much, the expected share of right
 * ones reaches the precision:
 *
 *   (right of k + MIEN_ACCEPTANCE_PRIOR x mean confidence of k) / (k + MIEN_ACCEPTANCE_PRIOR)
 *
 * the posterior mean of a beta distribution whose prior is what calibrated answers say of themselves. At least
 * 1/2; MIEN_ACCEPTANCE_NEVER where no k reaches it, and the precision itself without any answer. answers: of one class, calibrated
 * and decided by numbers that were fitted on others. Sorts them.
 */
double mien_acceptance_threshold (MienCoverageAnswer *answers,
                                  size_t              n,
                                  double              precision);
