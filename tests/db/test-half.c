/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Half floats: every one of the 65,536 against its definition, there and back; and every
 * border between two of them, from both sides.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-half.h"

#include <glib.h>
#include <math.h>

/* As IEEE 754 defines it. */
static double
value_of (guint half)
{
  double sign = half & 0x8000u ? -1.0 : 1.0;
  int exponent = (int) (half >> 10 & 31u);
  double fraction = half & 0x3ffu;

  if (exponent == 31)
    return fraction != 0 ? (double) NAN : sign * INFINITY;
  if (exponent == 0)
    return sign * ldexp (fraction, -24);
  return sign * ldexp (1024 + fraction, exponent - 25);
}

static void
test_all (void)
{
  guint n_nan = 0;

  for (guint half = 0; half < 65536; half++)
    {
      double wanted = value_of (half);
      float value = mien_half_to_float ((guint16) half);
      guint16 back = mien_half_from_float (value);

      if (isnan (wanted))
        {
          g_assert_true (isnan (value) && isnan (value_of (back)));
          g_assert_cmpuint (back & 0x8000u, ==, half & 0x8000u);
          n_nan++;
          continue;
        }
      g_assert_cmpfloat ((double) value, ==, wanted);
      g_assert_true (!signbit (value) == !signbit (wanted));
      g_assert_cmpuint (back, ==, half);
    }
  g_assert_cmpuint (n_nan, ==, 2 * 1023);
}

/* Half way between two neighbours lies the even one's, and an ulp to either side each
 * one's own. Floats hold all of these exactly. */
static void
test_borders (void)
{
  for (guint half = 0; half < 0x7c00u; half++)
    {
      double above = half + 1 == 0x7c00u ? 65536.0 : value_of (half + 1);
      float middle = (float) ((value_of (half) + above) / 2);
      guint even = half + (half & 1);

      for (guint sign = 0; sign <= 0x8000u; sign += 0x8000u)
        {
          float s = sign != 0 ? -1.0f : 1.0f;

          g_assert_cmpuint (mien_half_from_float (s * middle), ==, sign | even);
          g_assert_cmpuint (mien_half_from_float (s * nextafterf (middle, 0.0f)), ==,
                            sign | half);
          g_assert_cmpuint (mien_half_from_float (s * nextafterf (middle, INFINITY)), ==,
                            sign | (half + 1));
        }
    }
}

static void
test_extremes (void)
{
  static const struct
  {
    float value;
    guint half;
  } cases[] = {
    { 65519.996f, 0x7bff }, { 65520.0f, 0x7c00 },     { 3.4e38f, 0x7c00 },
    { INFINITY, 0x7c00 },   { -INFINITY, 0xfc00 },    { -1e9f, 0xfc00 },
    { 1e-45f, 0x0000 },     { -1e-30f, 0x8000 },      { 0x1p-25f, 0x0000 },
    { 0x1.8p-25f, 0x0001 }, { 0x1p-24f, 0x0001 },     { 0.99999f, 0x3c00 },
    { 1.0f, 0x3c00 },       { -0.33325195f, 0xb555 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpuint (mien_half_from_float (cases[i].value), ==, cases[i].half);
  g_assert_true (isnan (mien_half_to_float (mien_half_from_float (NAN))));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/half/all", test_all);
  g_test_add_func ("/half/borders", test_borders);
  g_test_add_func ("/half/extremes", test_extremes);
  return g_test_run ();
}
