/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-kernels.h"
#include "mien-safetensors.h"
#include "mien-test.h"

#include <string.h>

/*
 * Tests of the kernels run once for each processor that there are kernels for, by MIEN_CPU. To be called
 * first: ends the program, as skipped, where the processor cannot run what is asked for; fails where nobody
 * could.
 */
static inline void
mien_test_variant (void)
{
  const char *wanted = getenv ("MIEN_CPU");
  char error[MIEN_ERROR_SIZE];

  if (mien_kernels_check (error) != 0)
    {
      CHECK (strcmp (wanted, "avx2") == 0 || strcmp (wanted, "avx512") == 0
             || strcmp (wanted, "vnni") == 0);
      printf ("1..0 # SKIP %s\n", error);
      exit (0);
    }
  CHECK (wanted == NULL || strcmp (wanted, mien_kernels ()->name) == 0);
  printf ("# kernels: %s\n", mien_kernels ()->name);
}
