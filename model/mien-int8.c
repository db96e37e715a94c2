/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The kernels of inference in eight bits. Numbers are multiplied and added by groups of
 * neighbours in k that fill a lane: two of sixteen bits (the instructions pmaddwd and
 * vpdpwssd), wide enough for the transformed tiles and filters of F(4x4, 3x3), or four
 * bytes (vpdpbusd), where the processor has VNNI. Sums are exact, and unsigned, for they
 * may pass 2^31 on the way; WINOGRAD.md shows that the outputs come out exact all the
 * same. Built once per processor.
 */

#include "mien-int8-private.h"

enum
{
  AHEAD = 64,    /* steps that b is fetched before it is needed */
  CHANNELS = 16, /* of a transform at a time */
  TILE = 4,
  SIDE = 6,
};

typedef uint32_t Word __attribute__ ((aligned (2), may_alias));

/* A pixel's sixteen channels, whatever the processor's width. */
typedef int16_t Sixteen
    __attribute__ ((vector_size (CHANNELS * sizeof (int16_t)), aligned (2), may_alias));
typedef uint8_t Pixel __attribute__ ((vector_size (CHANNELS), aligned (1), may_alias));

static inline __attribute__ ((always_inline)) void
multiply_rows (const bool bytes,
               const int rows,
               int lines,
               int groups,
               const char *a,
               size_t a_row,
               size_t a_line,
               const Words *b,
               uint32_t *c,
               size_t c_row,
               bool add)
{
  Words sums[ROWS][2];

#pragma GCC unroll 16
  for (int i = 0; i < rows; i++)
    {
      sums[i][0] = (Words){ 0 };
      sums[i][1] = (Words){ 0 };
    }
  for (; lines > 0; lines--, a += a_line)
    {
      const char *at = a;

      for (const Words *end = b + 2 * groups; b < end; at += sizeof (Word), b += 2)
        {
          Words left = b[0], right = b[1];

          __builtin_prefetch (b + 2 * AHEAD);
          __builtin_prefetch (b + 2 * AHEAD + 1);
#pragma GCC unroll 16
          for (int i = 0; i < rows; i++)
            {
              Words group = (Words){ 0 } + *(const Word *) (at + (size_t) i * a_row);

              sums[i][0] = multiply_groups (bytes, group, left, sums[i][0]);
              sums[i][1] = multiply_groups (bytes, group, right, sums[i][1]);
            }
        }
    }
#pragma GCC unroll 16
  for (int i = 0; i < rows; i++)
    {
      Words *to = (Words *) (c + (size_t) i * c_row);

      if (add)
        {
          sums[i][0] += to[0];
          sums[i][1] += to[1];
        }
      to[0] = sums[i][0];
      to[1] = sums[i][1];
    }
}

/* As in mien-multiply.c. */
typedef void MultiplyRows (int,
                           int,
                           const void *,
                           size_t,
                           size_t,
                           const void *,
                           uint32_t *,
                           size_t,
                           bool);

#define DEFINE_OF(name, bytes, n)                                                        \
  static __attribute__ ((noinline)) void name##_##n (                                    \
      int lines, int groups, const void *a, size_t a_row, size_t a_line, const void *b,  \
      uint32_t *c, size_t c_row, bool add)                                               \
  {                                                                                      \
    multiply_rows (bytes, n, lines, groups, a, a_row, a_line, b, c, c_row, add);         \
  }
#define DEFINE_WORDS(n) DEFINE_OF (multiply_words, false, n)
#define NAME_WORDS(n) multiply_words_##n,

EACH_NUMBER_OF_ROWS (DEFINE_WORDS)

static MultiplyRows *const words_by_rows[] = { NULL, EACH_NUMBER_OF_ROWS (NAME_WORDS) };

static inline void
multiply_all (MultiplyRows *const *by_rows,
              int m,
              int lines,
              int groups,
              const void *a,
              size_t a_row,
              size_t a_line,
              const void *b,
              uint32_t *c,
              size_t c_row,
              bool add)
{
  const char *at = a;

  for (int rows; m > 0;
       m -= rows, at += (size_t) rows * a_row, c += (size_t) rows * c_row)
    {
      rows = rows_of (m);
      by_rows[rows](lines, groups, at, a_row, a_line, b, c, c_row, add);
    }
}

static void
multiply (int m,
          int lines,
          int groups,
          const void *a,
          size_t a_row,
          size_t a_line,
          const void *b,
          uint32_t *c,
          size_t c_row,
          bool add)
{
  multiply_all (words_by_rows, m, lines, groups, a, a_row, a_line, b, c, c_row, add);
}

#ifdef __AVX512VNNI__
#define DEFINE_BYTES(n) DEFINE_OF (multiply_bytes, true, n)
#define NAME_BYTES(n) multiply_bytes_##n,

EACH_NUMBER_OF_ROWS (DEFINE_BYTES)

static MultiplyRows *const bytes_by_rows[] = { NULL, EACH_NUMBER_OF_ROWS (NAME_BYTES) };

static void
multiply_bytes (int m,
                int lines,
                int groups,
                const void *a,
                size_t a_row,
                size_t a_line,
                const void *b,
                uint32_t *c,
                size_t c_row,
                bool add)
{
  multiply_all (bytes_by_rows, m, lines, groups, a, a_row, a_line, b, c, c_row, add);
}
#else
#define multiply_bytes NULL
#endif

/* LANES channels of a pixel, from the c-th on. */
static inline void
rescale_sums (Integers sums,
              int c,
              const MienRescale *rescale,
              const uint8_t *residual,
              uint8_t *to)
{
  Vector v = __builtin_convertvector(sums, Vector);

  v = v * load (rescale->scale + c) + load (rescale->shift + c);
  if (residual != NULL)
    v += load_bytes (residual + c) * load (rescale->residual_scale + c);
  store_bytes (to + c, v);
}

static void
finish (int n,
        int channels,
        const uint32_t *from,
        const MienRescale *rescale,
        const uint8_t *residual,
        uint8_t *to,
        size_t pitch)
{
  for (int c = 0; c < channels; c += LANES)
    for (size_t i = 0; i < (size_t) n; i++)
      rescale_sums ((Integers) * (const Words *) (from + i * 2 * LANES + c), c, rescale,
                    residual != NULL ? residual + i * pitch : NULL, to + i * pitch);
}

/* B' d, as in mien-winograd.c: of 0 .. 255 twice it stays within 68 times that. */
static inline void
input_line (const Sixteen *d, Sixteen *t)
{
  Sixteen even = d[4] - 4 * d[2], odd = d[3] - 4 * d[1];
  Sixteen far = d[4] - d[2], wide = 2 * (d[3] - d[1]);

  t[0] = 4 * d[0] - 5 * d[2] + d[4];
  t[1] = even + odd;
  t[2] = even - odd;
  t[3] = far + wide;
  t[4] = far - wide;
  t[5] = 4 * d[1] - 5 * d[3] + d[5];
}

static void
input (const uint8_t *const *from, int channels, int16_t *to, size_t spread)
{
  for (int c = 0; c < channels; c += CHANNELS)
    {
      Sixteen half[SIDE][SIDE]; /* transposed */

#pragma GCC unroll 6
      for (int i = 0; i < SIDE; i++)
        {
          Sixteen d[SIDE], t[SIDE];

#pragma GCC unroll 6
          for (int j = 0; j < SIDE; j++)
            d[j] = __builtin_convertvector(*(const Pixel *) (from[i * SIDE + j] + c),
                                           Sixteen);
          input_line (d, t);
#pragma GCC unroll 6
          for (int j = 0; j < SIDE; j++)
            half[j][i] = t[j];
        }
#pragma GCC unroll 6
      for (int j = 0; j < SIDE; j++)
        {
          Sixteen t[SIDE];

          input_line (half[j], t);
#pragma GCC unroll 6
          for (int i = 0; i < SIDE; i++)
            *(Sixteen *) (to + (size_t) (i * SIDE + j) * spread + c) = t[i];
        }
    }
}

/* The outputs of a line of products of whole filters (mien-conv-int8.c), times 24, 12, 6
 * and 6. */
static inline void
output_line (const Words *m, Words *y)
{
  Words near = m[1] + m[2], near_odd = m[1] - m[2];
  Words far = m[3] + m[4], far_odd = m[3] - m[4];

  y[0] = m[0] - 4 * near + far;
  y[1] = far_odd - 2 * near_odd;
  y[2] = far - near;
  y[3] = 2 * far_odd - near_odd + m[5];
}

/* Each output is now 9 x 2^(3 or 2 or 1, twice) what it ought to be, modulo 2^32, and of
 * 26 bits: the nine goes by a multiplication, the rest by a shift. */
static void
output (const uint32_t *from,
        size_t spread,
        int channels,
        const MienRescale *rescale,
        const uint8_t *const *residual,
        uint8_t *const *to)
{
  static const int BITS[TILE] = { 3, 2, 1, 1 };
  const uint32_t ninth = 0x38e38e39; /* 9 ninth = 1 modulo 2^32 */

  for (int c = 0; c < channels; c += LANES)
    {
      Words half[TILE][SIDE]; /* transposed */

#pragma GCC unroll 6
      for (int i = 0; i < SIDE; i++)
        {
          Words m[SIDE], t[TILE];

#pragma GCC unroll 6
          for (int j = 0; j < SIDE; j++)
            m[j] = *(const Words *) (from + (size_t) (i * SIDE + j) * spread + c);
          output_line (m, t);
#pragma GCC unroll 4
          for (int j = 0; j < TILE; j++)
            half[j][i] = t[j];
        }
#pragma GCC unroll 4
      for (int j = 0; j < TILE; j++)
        {
          Words t[TILE];

          output_line (half[j], t);
#pragma GCC unroll 4
          for (int i = 0; i < TILE; i++)
            {
              int k = i * TILE + j;
              Integers sums = (Integers) (t[i] * ninth) >> (BITS[i] + BITS[j]);

              if (to[k] != NULL)
                rescale_sums (sums, c, rescale, residual != NULL ? residual[k] : NULL,
                              to[k]);
            }
        }
    }
}

static void
max_pool (int side, int channels, int i, const uint8_t *x, uint8_t *y)
{
  int half = side / 2;
  size_t pitch = (size_t) channels, row = pitch * (size_t) side;

  x += (size_t) (2 * i) * row;
  y += (size_t) (i * half) * pitch;
  for (int j = 0; j < half; j++, x += 2 * pitch, y += pitch)
    for (int c = 0; c < channels; c += CHANNELS)
      {
        Pixel best = *(const Pixel *) (x + c);

        for (int r = i == 0 ? 1 : 0; r < 3; r++)
          for (int s = j == 0 ? 1 : 0; s < 3; s++)
            {
              Pixel v = *(const Pixel *) (x + c + (ptrdiff_t) row * (r - 1)
                                          + (ptrdiff_t) pitch * (s - 1));

              best = (v & (Pixel) (v > best)) | (best & (Pixel) (v <= best));
            }
        *(Pixel *) (y + c) = best;
      }
}

const MienInt8 MIEN_INT8_ISA (mien_int8) = { multiply, multiply_bytes, finish,
                                             input,    output,         max_pool };
