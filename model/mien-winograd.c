/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Winograd's transforms of F(2x2, 3x3) and F(4x4, 3x3), and their transposes for the
 * gradients; WINOGRAD.md derives them. Each is a small matrix that is applied to the rows
 * and then to the columns of a tile, a vector of channels at a time. Built once per
 * processor.
 */

#include "mien-kernels-private.h"

#define INLINE static inline __attribute__ ((always_inline))

enum
{
  MAX_SIDE = 6,
};

/* B' d: what a line of pixels becomes. */
INLINE void
input_line (const int tile, const Vector *d, Vector *t)
{
  if (tile == 2)
    {
      t[0] = d[0] - d[2];
      t[1] = d[1] + d[2];
      t[2] = d[2] - d[1];
      t[3] = d[1] - d[3];
      return;
    }

  Vector even = d[4] - 4 * d[2], odd = d[3] - 4 * d[1];
  Vector far = d[4] - d[2], wide = 2 * (d[3] - d[1]);

  t[0] = 4 * d[0] - 5 * d[2] + d[4];
  t[1] = even + odd;
  t[2] = even - odd;
  t[3] = far + wide;
  t[4] = far - wide;
  t[5] = 4 * d[1] - 5 * d[3] + d[5];
}

/* A' m: the outputs of a line of products. */
INLINE void
output_line (const int tile, const Vector *m, Vector *y)
{
  if (tile == 2)
    {
      y[0] = m[0] + m[1] + m[2];
      y[1] = m[1] - m[2] - m[3];
      return;
    }

  Vector near = m[1] + m[2], near_odd = m[1] - m[2];
  Vector far = m[3] + m[4], far_odd = m[3] - m[4];

  y[0] = m[0] + near + far;
  y[1] = near_odd + 2 * far_odd;
  y[2] = near + 4 * far;
  y[3] = near_odd + 8 * far_odd + m[5];
}

/* A y */
INLINE void
output_gradient_line (const int tile, const Vector *y, Vector *m)
{
  if (tile == 2)
    {
      m[0] = y[0];
      m[1] = y[0] + y[1];
      m[2] = y[0] - y[1];
      m[3] = -y[1];
      return;
    }

  Vector even = y[0] + y[2], odd = y[1] + y[3];
  Vector far = y[0] + 4 * y[2], far_odd = 2 * y[1] + 8 * y[3];

  m[0] = y[0];
  m[1] = even + odd;
  m[2] = even - odd;
  m[3] = far + far_odd;
  m[4] = far - far_odd;
  m[5] = y[3];
}

/* G w */
INLINE void
filter_line (const int tile, const Vector *w, Vector *u)
{
  if (tile == 2)
    {
      Vector ends = 0.5f * (w[0] + w[2]), middle = 0.5f * w[1];

      u[0] = w[0];
      u[1] = ends + middle;
      u[2] = ends - middle;
      u[3] = w[2];
      return;
    }

  Vector near = -1.f / 6 * (w[0] + w[2]), near_odd = -1.f / 6 * w[1];
  Vector far = 1.f / 24 * w[0] + 1.f / 6 * w[2], far_odd = 1.f / 12 * w[1];

  u[0] = 0.25f * w[0];
  u[1] = near + near_odd;
  u[2] = near - near_odd;
  u[3] = far + far_odd;
  u[4] = far - far_odd;
  u[5] = w[2];
}

/* G' u */
INLINE void
filter_gradient_line (const int tile, const Vector *u, Vector *w)
{
  if (tile == 2)
    {
      Vector both = 0.5f * (u[1] + u[2]);

      w[0] = u[0] + both;
      w[1] = 0.5f * (u[1] - u[2]);
      w[2] = both + u[3];
      return;
    }

  Vector near = -1.f / 6 * (u[1] + u[2]), far = u[3] + u[4];

  w[0] = 0.25f * u[0] + near + 1.f / 24 * far;
  w[1] = -1.f / 6 * (u[1] - u[2]) + 1.f / 12 * (u[3] - u[4]);
  w[2] = near + 1.f / 6 * far + u[5];
}

typedef void (*Line) (const int tile, const Vector *from, Vector *to);

/* [n][n] -> [m][m] by a line's transform along both sides. */
INLINE void
both_sides (const int tile,
            Line line,
            const int n,
            const int m,
            Vector from[MAX_SIDE][MAX_SIDE],
            Vector to[MAX_SIDE][MAX_SIDE])
{
  Vector half[MAX_SIDE][MAX_SIDE]; /* transposed */

#pragma GCC unroll 6
  for (int i = 0; i < n; i++)
    {
      Vector t[MAX_SIDE];

      line (tile, from[i], t);
#pragma GCC unroll 6
      for (int j = 0; j < m; j++)
        half[j][i] = t[j];
    }
#pragma GCC unroll 6
  for (int j = 0; j < m; j++)
    {
      Vector t[MAX_SIDE];

      line (tile, half[j], t);
#pragma GCC unroll 6
      for (int i = 0; i < m; i++)
        to[i][j] = t[i];
    }
}

INLINE void
spread_pixels (const int tile,
               Line line,
               const int n,
               const float *const *from,
               int channels,
               float *to,
               size_t spread)
{
  const int m = tile + 2;

  for (int c = 0; c < channels; c += LANES)
    {
      Vector d[MAX_SIDE][MAX_SIDE], t[MAX_SIDE][MAX_SIDE];

#pragma GCC unroll 36
      for (int i = 0; i < n * n; i++)
        d[i / n][i % n] = load (from[i] + c);
      both_sides (tile, line, n, m, d, t);
#pragma GCC unroll 36
      for (int i = 0; i < m * m; i++)
        store (to + (size_t) i * spread + c, t[i / m][i % m]);
    }
}

INLINE void
output (const int tile,
        const float *from,
        size_t spread,
        int channels,
        const float *bias,
        const float *const *residual,
        bool relu,
        float *const *to)
{
  const int n = tile + 2;

  for (int c = 0; c < channels; c += LANES)
    {
      Vector m[MAX_SIDE][MAX_SIDE], y[MAX_SIDE][MAX_SIDE];
      Vector shift = bias != NULL ? load (bias + c) : (Vector){ 0 };

#pragma GCC unroll 36
      for (int i = 0; i < n * n; i++)
        m[i / n][i % n] = load (from + (size_t) i * spread + c);
      both_sides (tile, output_line, n, tile, m, y);
#pragma GCC unroll 16
      for (int i = 0; i < tile * tile; i++)
        if (to[i] != NULL)
          {
            Vector v = y[i / tile][i % tile] + shift;

            if (residual != NULL)
              v += load (residual[i] + c);
            store (to[i] + c, relu ? rectify (v) : v);
          }
    }
}

/* One vector a point, both ways. */
INLINE void
one_vector (const int tile,
            Line line,
            const int n,
            const int m,
            const float *from,
            size_t from_spread,
            float *to,
            size_t to_spread)
{
  Vector d[MAX_SIDE][MAX_SIDE], t[MAX_SIDE][MAX_SIDE];

#pragma GCC unroll 36
  for (int i = 0; i < n * n; i++)
    d[i / n][i % n] = load (from + (size_t) i * from_spread);
  both_sides (tile, line, n, m, d, t);
#pragma GCC unroll 36
  for (int i = 0; i < m * m; i++)
    store (to + (size_t) i * to_spread, t[i / m][i % m]);
}

#define TRANSFORMS(tile)                                                                 \
  static void input_##tile (const float *const *from, int channels, float *to,           \
                            size_t spread)                                               \
  {                                                                                      \
    spread_pixels (tile, input_line, tile + 2, from, channels, to, spread);              \
  }                                                                                      \
  static void output_##tile (const float *from, size_t spread, int channels,             \
                             const float *bias, const float *const *residual, bool relu, \
                             float *const *to)                                           \
  {                                                                                      \
    output (tile, from, spread, channels, bias, residual, relu, to);                     \
  }                                                                                      \
  static void output_gradient_##tile (const float *const *from, int channels, float *to, \
                                      size_t spread)                                     \
  {                                                                                      \
    spread_pixels (tile, output_gradient_line, tile, from, channels, to, spread);        \
  }                                                                                      \
  static void filter_##tile (const float *w, float *to, size_t spread)                   \
  {                                                                                      \
    one_vector (tile, filter_line, 3, tile + 2, w, LANES, to, spread);                   \
  }                                                                                      \
  static void filter_gradient_##tile (const float *from, size_t spread, float *d_w)      \
  {                                                                                      \
    one_vector (tile, filter_gradient_line, tile + 2, 3, from, spread, d_w, LANES);      \
  }                                                                                      \
  const MienWinograd MIEN_ISA (                                                          \
      mien_winograd_##tile) = { input_##tile, output_##tile, output_gradient_##tile,     \
                                filter_##tile, filter_gradient_##tile };

TRANSFORMS (2)
TRANSFORMS (4)
