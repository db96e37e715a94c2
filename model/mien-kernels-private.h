/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-kernels.h"

/*
 * Included by the files that are built once per processor: MIEN_ISA is a part of every name they give
 * out. Vectors are GCC's (also clang's), so that one source serves all; what the compiler makes of the inner
 * loops was read in its output.
 */

#if defined __AVX512F__
#define ISA_NAME "avx512"
#define LANES 16
#define ROWS 14
#define MIEN_ISA(name) name##_avx512
#elif defined __AVX2__
#define ISA_NAME "avx2"
#define LANES 8
#define ROWS 6
#define MIEN_ISA(name) name##_avx2
#else
#define ISA_NAME "portable"
#define LANES 4
#define ROWS 6
#define MIEN_ISA(name) name##_portable
#endif

typedef float Vector __attribute__ ((vector_size (LANES * sizeof (float)), aligned (4), may_alias));

/* The rows that a product takes next of m: as few goes as there are registers for, of equal size, for a go of one
 * or two rows waits for its own sums. */
static inline int
rows_of (int m)
{
  int goes = (m + ROWS - 1) / ROWS;

  return (m + goes - 1) / goes;
}

/* take (n) for any number of rows, as constants. */
#if ROWS == 14
#define EACH_NUMBER_OF_ROWS(take)                                                                              \
  take (1) take (2) take (3) take (4) take (5) take (6) take (7)                                              \
  take (8) take (9) take (10) take (11) take (12) take (13) take (14)
#else
#define EACH_NUMBER_OF_ROWS(take) take (1) take (2) take (3) take (4) take (5) take (6)
#endif

typedef int Mask __attribute__ ((vector_size (LANES * sizeof (int)), may_alias));

static inline Vector
load (const float *from)
{
  return *(const Vector *) from;
}

static inline void
store (float *to, Vector v)
{
  *(Vector *) to = v;
}

/* This way round, so that a NaN stays one and is noticed. */
static inline Vector
rectify (Vector v)
{
  return (Vector) ((Mask) v & ~(v < 0));
}

/* Sums run in double. */
typedef double Doubles __attribute__ ((vector_size (LANES * sizeof (double))));

#define widen(v) __builtin_convertvector (v, Doubles)

void MIEN_ISA (mien_multiply) (int m, int lines, int k, const float *a, size_t a_row, size_t a_line,
                               size_t a_column, const float *b, size_t b_row, float *c, size_t c_row, bool add);

void MIEN_ISA (mien_finish)   (const float *from, int channels, const float *bias,
                               const float *residual, bool relu, float *to);

extern const MienWinograd MIEN_ISA (mien_winograd_2);
extern const MienWinograd MIEN_ISA (mien_winograd_4);
extern const MienInt8     MIEN_ISA (mien_int8);

void MIEN_ISA (mien_moments)          (size_t n, int pitch, const float *x, double *sum, double *squares);
void MIEN_ISA (mien_normalise)        (size_t n, int channels, const float *x, const float *scale,
                                       const float *shift, const float *residual, bool relu, float *y);
void MIEN_ISA (mien_gradient_moments) (size_t n, int pitch, const float *x, const float *y, const float *d_y,
                                       double *sum, double *products);
void MIEN_ISA (mien_normalise_gradient) (size_t n, int channels, const float *x, const float *y,
                                         const float *d_scale, const float *x_scale, const float *shift,
                                         float *d_y, float *d_x);
void MIEN_ISA (mien_max_pool)          (int side, int channels, int row, const float *x, float *y);
void MIEN_ISA (mien_max_pool_gradient) (int side, int channels, const float *x, const float *y,
                                        const float *d_y, float *d_x);
