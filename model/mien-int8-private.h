/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-kernels-private.h"

#ifdef __SSE2__
#include <immintrin.h>
#else
#include <math.h>
#endif

/*
 * What mien-int8.c asks of a processor and the compiler's vectors have no word for.
 */

#ifdef __AVX512VNNI__
#define MIEN_INT8_ISA(name) name##_vnni
#else
#define MIEN_INT8_ISA MIEN_ISA
#endif

typedef uint32_t Words __attribute__ ((vector_size (LANES * sizeof (uint32_t)), aligned (4), may_alias));
typedef int32_t Integers __attribute__ ((vector_size (LANES * sizeof (int32_t))));

/* sums + in each lane the products of a group: two halves, or four bytes (a's without a sign, b's with one).
 * The instructions of VNNI are written out, for gcc 12 moves the sums of its own about. */
static inline __attribute__ ((always_inline)) Words
multiply_groups (const bool bytes, Words a, Words b, Words sums)
{
#if defined __AVX512VNNI__
  if (bytes)
    __asm__ ("vpdpbusd %2, %1, %0" : "+v" (sums) : "v" (a), "v" (b));
  else
    __asm__ ("vpdpwssd %2, %1, %0" : "+v" (sums) : "v" (a), "v" (b));
  return sums;
#elif defined __AVX512BW__
  return sums + (Words) _mm512_madd_epi16 ((__m512i) a, (__m512i) b);
#elif defined __AVX2__
  return sums + (Words) _mm256_madd_epi16 ((__m256i) a, (__m256i) b);
#elif defined __SSE2__
  return sums + (Words) _mm_madd_epi16 ((__m128i) a, (__m128i) b);
#else
  Integers x = (Integers) a, y = (Integers) b;

  return sums + (Words) ((x << 16 >> 16) * (y << 16 >> 16)) + (Words) ((x >> 16) * (y >> 16));
#endif
}

/* LANES bytes. */
static inline Vector
load_bytes (const uint8_t *from)
{
#if defined __AVX512BW__
  return (Vector) _mm512_cvtepi32_ps (_mm512_cvtepu8_epi32 (_mm_loadu_si128 ((const __m128i *) from)));
#elif defined __AVX2__
  return (Vector) _mm256_cvtepi32_ps (_mm256_cvtepu8_epi32 (_mm_loadl_epi64 ((const __m128i *) from)));
#elif defined __SSE2__
  __m128i zero = _mm_setzero_si128 ();
  __m128i halves = _mm_unpacklo_epi8 (_mm_loadu_si32 (from), zero);

  return (Vector) _mm_cvtepi32_ps (_mm_unpacklo_epi16 (halves, zero));
#else
  Vector v;

  for (int k = 0; k < LANES; k++)
    v[k] = from[k];
  return v;
#endif
}

/* Rounded to the nearest of 0 .. 255, halves to the even one; a NaN is 255. */
static inline void
store_bytes (uint8_t *to, Vector v)
{
#if defined __AVX512BW__
  __m512i words = _mm512_cvtps_epi32 (_mm512_min_ps ((__m512) v, _mm512_set1_ps (255)));

  _mm_storeu_si128 ((__m128i *) to, _mm512_cvtusepi32_epi8 (_mm512_max_epi32 (words, _mm512_setzero_si512 ())));
#elif defined __AVX2__
  __m256i words = _mm256_cvtps_epi32 (_mm256_min_ps ((__m256) v, _mm256_set1_ps (255)));
  __m128i halves = _mm_packs_epi32 (_mm256_castsi256_si128 (words), _mm256_extracti128_si256 (words, 1));

  _mm_storel_epi64 ((__m128i *) to, _mm_packus_epi16 (halves, halves));
#elif defined __SSE2__
  __m128i words = _mm_cvtps_epi32 (_mm_min_ps ((__m128) v, _mm_set1_ps (255)));
  __m128i halves = _mm_packs_epi32 (words, words);

  _mm_storeu_si32 (to, _mm_packus_epi16 (halves, halves));
#else
  for (int k = 0; k < LANES; k++)
    to[k] = v[k] < 0 ? 0 : v[k] < 255 ? (uint8_t) rintf (v[k]) : 255;
#endif
}
