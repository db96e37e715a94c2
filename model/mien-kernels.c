/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Which kernels run here: the processor is asked once, MIEN_CPU may ask for others.
 */

#include "mien-kernels.h"

#include "mien-safetensors.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const MienKernels mien_kernels_portable;
#ifdef MIEN_X86
extern const MienKernels mien_kernels_avx2;
extern const MienKernels mien_kernels_avx512;
extern const MienInt8 mien_int8_vnni;

static MienKernels kernels_vnni; /* those of AVX-512, but for bytes */
#endif

static const MienKernels *chosen;
static bool is_wanted; /* what was chosen is what MIEN_CPU says, or it says nothing */

static void
offer (const MienKernels *kernels, const char *wanted)
{
  if (wanted != NULL && strcmp (wanted, kernels->name) == 0)
    is_wanted = true;
  else if (wanted != NULL)
    return;
  chosen = kernels;
}

static void
choose (void)
{
  const char *wanted = getenv ("MIEN_CPU");

  is_wanted = wanted == NULL;
  chosen = &mien_kernels_portable;
  offer (&mien_kernels_portable, wanted);
#ifdef MIEN_X86
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma"))
    offer (&mien_kernels_avx2, wanted);
  if (__builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512vl")
      && __builtin_cpu_supports ("avx512dq") && __builtin_cpu_supports ("avx512bw"))
    {
      offer (&mien_kernels_avx512, wanted);
      kernels_vnni = mien_kernels_avx512;
      kernels_vnni.name = "vnni";
      kernels_vnni.int8 = &mien_int8_vnni;
      if (__builtin_cpu_supports ("avx512vnni"))
        offer (&kernels_vnni, wanted);
    }
#endif
}

const MienKernels *
mien_kernels (void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;

  pthread_once (&once, choose);
  return chosen;
}

int
mien_kernels_check (char *error)
{
  mien_kernels ();
  if (is_wanted)
    return 0;
  return snprintf (error, MIEN_ERROR_SIZE,
                   "MIEN_CPU is %.40s, which does not run here; leave it out, or take "
                   "portable, avx2, avx512 or vnni as the processor allows",
                   getenv ("MIEN_CPU")),
         -1;
}
