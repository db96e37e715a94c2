/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The table of one processor's kernels. Built once per processor.
 */

#include "mien-kernels-private.h"

extern const MienKernels MIEN_ISA (mien_kernels);

const MienKernels MIEN_ISA (mien_kernels) = {
  .name = ISA_NAME,
  .lanes = LANES,
  .panel = 2 * LANES,
  .rows = ROWS,
  .multiply = MIEN_ISA (mien_multiply),
  .finish = MIEN_ISA (mien_finish),
  .moments = MIEN_ISA (mien_moments),
  .normalise = MIEN_ISA (mien_normalise),
  .gradient_moments = MIEN_ISA (mien_gradient_moments),
  .normalise_gradient = MIEN_ISA (mien_normalise_gradient),
  .max_pool = MIEN_ISA (mien_max_pool),
  .max_pool_gradient = MIEN_ISA (mien_max_pool_gradient),
  .winograd = { &MIEN_ISA (mien_winograd_2), &MIEN_ISA (mien_winograd_4) },
  .int8 = &MIEN_ISA (mien_int8),
};
