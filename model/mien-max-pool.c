/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The 3x3 max-pool behind the stem, a vector of channels at a time. The gradient looks
 * for the winner again, which is cheaper than to remember it. Built once per processor.
 */

#include "mien-kernels-private.h"

/* Rows or columns begin <= k < end of the window at i lie inside. */
static inline int
first (int i)
{
  return i == 0 ? 1 : 0;
}

void
MIEN_ISA (mien_max_pool) (int side, int channels, int i, const float *x, float *y)
{
  int half = side / 2;
  size_t pitch = (size_t) channels, row = pitch * (size_t) side;

  x += (size_t) (2 * i) * row;
  y += (size_t) (i * half) * pitch;
  for (int j = 0; j < half; j++, x += 2 * pitch, y += pitch)
    for (int c = 0; c < channels; c += LANES)
      {
        Vector best = load (x + c);

        for (int r = first (i); r < 3; r++)
          for (int s = first (j); s < 3; s++)
            {
              Vector v =
                  load (x + c + (ptrdiff_t) row * (r - 1) + (ptrdiff_t) pitch * (s - 1));
              /* A NaN wins, as in PyTorch, so that it is noticed. */
              Mask wins = (v > best) | (v != v);

              best = (Vector) (((Mask) v & wins) | ((Mask) best & ~wins));
            }
        store (y + c, best);
      }
}

void
MIEN_ISA (mien_max_pool_gradient) (int side,
                                   int channels,
                                   const float *x,
                                   const float *y,
                                   const float *d_y,
                                   float *d_x)
{
  int half = side / 2;
  size_t pitch = (size_t) channels, row = pitch * (size_t) side;

  for (size_t k = 0; k < row * (size_t) side; k++)
    d_x[k] = 0;
  for (int i = 0; i < half; i++)
    for (int j = 0; j < half; j++, y += channels, d_y += channels)
      for (int c = 0; c < channels; c += LANES)
        {
          size_t middle = (size_t) (2 * i) * row + (size_t) (2 * j) * pitch + (size_t) c;
          Vector best = load (y + c), d = load (d_y + c);
          Mask open = best == best;

          for (int r = first (i); r < 3; r++)
            for (int s = first (j); s < 3; s++)
              {
                size_t at = middle + row * (size_t) r + pitch * (size_t) s - row - pitch;
                Mask won = (load (x + at) == best) & open;

                open &= ~won;
                store (d_x + at, load (d_x + at) + (Vector) ((Mask) d & won));
              }
        }
}
