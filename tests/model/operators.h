/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "mien-ops.h"

/*
 * One table of the network's operators, which test-operators.c walks against the naive definitions and
 * against finite differences.
 */

enum
{
  MAX_INPUTS = 4,
};

typedef struct Operator Operator;

struct Operator
{
  const char *name;
  /* forward: the fast one. backward: d_in [i] for every input; out is what forward gave.
   * naive: the definition. */
  void (*forward)  (const Operator *, float *const *in, float *out);
  void (*backward) (const Operator *, float *const *in, const float *out, const float *d_out,
                    float *const *d_in);
  void (*naive)    (const Operator *, double *const *in, double *out);
  size_t (*sizes)  (const Operator *, size_t in[MAX_INPUTS]);    /* returns that of the output */
  int    n_inputs;
  bool   adds[MAX_INPUTS];       /* d_in [i] is added to, as gradients of parameters are */

  MienConv   conv;
  MienLinear linear;
  int        n, channels, area;  /* of those that are neither */
  bool       relu;
};

extern const Operator operators[];          /* ends with a NULL name */

extern MienPool *operators_pool;            /* to be set before any is called */
