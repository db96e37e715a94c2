/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Half floats in integer arithmetic, so that they are the same on every processor. The
 * fractions of both kinds differ by 13 bits, the exponents by 112.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-half.h"

#include <string.h>

static guint32
bits_of (float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  return bits;
}

static float
float_of (guint32 bits)
{
  float value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

/* value >> shift, to the nearest, of two equally near ones to the even one. */
static guint32
shift_to_nearest (guint32 value, guint shift)
{
  guint32 half = (guint32) 1 << (shift - 1);
  guint32 odd = value >> shift & 1;

  return (value + half - 1 + odd) >> shift;
}

guint16
mien_half_from_float (float value)
{
  guint32 bits = bits_of (value), sign = bits >> 16 & 0x8000u;
  guint32 magnitude = bits & 0x7fffffffu, exponent = magnitude >> 23;

  if (magnitude > 0x7f800000u)
    return (guint16) (sign | 0x7e00u);
  if (exponent >= 143) /* 2^16 and more */
    return (guint16) (sign | 0x7c00u);
  if (exponent >= 113) /* a carry into the exponent is as it should be */
    return (guint16) (sign | shift_to_nearest (magnitude - ((guint32) 112 << 23), 13));
  if (exponent >= 102) /* subnormal, in units of 2^-24 */
    return (guint16) (sign
                      | shift_to_nearest ((magnitude & 0x7fffffu) | 0x800000u,
                                          126 - exponent));
  return (guint16) sign;
}

/* Without a branch: what comes in is as good as random. */
static inline float
widen (guint16 half)
{
  guint32 sign = (guint32) (half & 0x8000u) << 16, magnitude = half & 0x7fffu;
  guint32 normal = (magnitude << 13) + ((guint32) 112 << 23);
  guint32 subnormal = bits_of ((float) (gint32) magnitude * 0x1p-24f);
  guint32 special = magnitude << 13 | 0x7f800000u | (guint32) (magnitude > 0x7c00u) << 22;
  guint32 finite = magnitude < 0x400u ? subnormal : normal;

  return float_of (sign | (magnitude < 0x7c00u ? finite : special));
}

float
mien_half_to_float (guint16 half)
{
  return widen (half);
}

void
mien_halves_write (const float *values, guint n, guint8 *bytes)
{
  for (guint i = 0; i < n; i++)
    {
      guint16 half = mien_half_from_float (values[i]);

      bytes[2 * i] = (guint8) (half & 0xffu);
      bytes[2 * i + 1] = (guint8) (half >> 8);
    }
}

void
mien_halves_read (const guint8 *bytes, guint n, float *values)
{
  for (guint i = 0; i < n; i++)
    values[i] = widen ((guint16) (bytes[2 * i] | bytes[2 * i + 1] << 8));
}
