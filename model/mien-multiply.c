/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The matrix product that all convolutions end in, and what a direct one adds to its
 * sums: ROWS x 2 vectors of sums are kept in registers, each step of k loads two vectors
 * of b and spreads ROWS numbers of a. b is two vectors wide and its rows may lie side by
 * side (a packed panel), so that it streams through the first cache. What c held is added
 * at the end: sums that run on from block to block would lose a digit over the pixels of
 * a batch. Built once per processor.
 */

#include "mien-kernels-private.h"

enum
{
  AHEAD = 100, /* steps that b is fetched before it is needed */
};

static inline __attribute__ ((always_inline)) void
multiply_rows (const int rows,
               int lines,
               int k,
               const float *a,
               size_t a_row,
               size_t a_line,
               size_t a_column,
               const float *b,
               size_t b_row,
               float *c,
               size_t c_row,
               bool add)
{
  Vector sums[ROWS][2];

#pragma GCC unroll 16
  for (int i = 0; i < rows; i++)
    {
      sums[i][0] = (Vector){ 0 };
      sums[i][1] = (Vector){ 0 };
    }
  for (; lines > 0; lines--, a += a_line)
    for (const float *at = a, *end = b + (size_t) k * b_row; b < end; at += a_column)
      {
        Vector left = load (b), right = load (b + LANES);

        __builtin_prefetch (b + AHEAD * b_row);
        __builtin_prefetch (b + AHEAD * b_row + LANES);
        b += b_row;
#pragma GCC unroll 16
        for (int i = 0; i < rows; i++)
          {
            sums[i][0] += at[(size_t) i * a_row] * left;
            sums[i][1] += at[(size_t) i * a_row] * right;
          }
      }
#pragma GCC unroll 16
  for (int i = 0; i < rows; i++)
    {
      float *to = c + (size_t) i * c_row;

      if (add)
        {
          sums[i][0] += load (to);
          sums[i][1] += load (to + LANES);
        }
      store (to, sums[i][0]);
      store (to + LANES, sums[i][1]);
    }
}

/* Each number of rows has a function of its own: together in one, they would share its
 * registers badly. */
#define DEFINE(n)                                                                        \
  static __attribute__ ((noinline)) void multiply_##n (                                  \
      int lines, int k, const float *a, size_t a_row, size_t a_line, size_t a_column,    \
      const float *b, size_t b_row, float *c, size_t c_row, bool add)                    \
  {                                                                                      \
    multiply_rows (n, lines, k, a, a_row, a_line, a_column, b, b_row, c, c_row, add);    \
  }
#define NAME(n) multiply_##n,

EACH_NUMBER_OF_ROWS (DEFINE)

static void (*const multiply_by_rows[]) (int,
                                         int,
                                         const float *,
                                         size_t,
                                         size_t,
                                         size_t,
                                         const float *,
                                         size_t,
                                         float *,
                                         size_t,
                                         bool) = { NULL, EACH_NUMBER_OF_ROWS (NAME) };

void
MIEN_ISA (mien_multiply) (int m,
                          int lines,
                          int k,
                          const float *a,
                          size_t a_row,
                          size_t a_line,
                          size_t a_column,
                          const float *b,
                          size_t b_row,
                          float *c,
                          size_t c_row,
                          bool add)
{
  for (int rows; m > 0; m -= rows, a += (size_t) rows * a_row, c += (size_t) rows * c_row)
    {
      rows = rows_of (m);
      multiply_by_rows[rows](lines, k, a, a_row, a_line, a_column, b, b_row, c, c_row,
                             add);
    }
}

void
MIEN_ISA (mien_finish) (const float *from,
                        int channels,
                        const float *bias,
                        const float *residual,
                        bool relu,
                        float *to)
{
  for (int c = 0; c < channels; c += LANES)
    {
      Vector v = load (from + c);

      if (bias != NULL)
        v += load (bias + c);
      if (residual != NULL)
        v += load (residual + c);
      store (to + c, relu ? rectify (v) : v);
    }
}
