/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Resizing: what PyTorch gives, and what must be so for any picture. */

#include "config.h"

#include "mien-image.h"
#include "mien-pictures.h"

#include <string.h>

/* x * 37 + y * 91 + channel * 53, modulo 256. */
static MienImage
pattern (int width, int height)
{
  MienImage image = { width, height, g_malloc ((gsize) (width * height * 3)) };

  for (int i = 0; i < width * height * 3; i++)
    image.rgb[i] = (guint8) (i / 3 % width * 37 + i / 3 / width * 91 + i % 3 * 53);
  return image;
}

static void
test_as_torch (void)
{
  /* floor (interpolate (..., mode = "bilinear", align_corners = False, antialias = True)
   * + 0.5) of the pattern, 7 x 5, first channel. */
  static const guint8 THREE[] = { 71, 144, 143, 126, 99, 128, 101, 137, 113 };
  static const guint8 SIX[] = { 7,   49,  90,  132, 173, 215, 75,  117, 158,
                                200, 110, 91,  151, 146, 85,  127, 95,  103,
                                120, 115, 54,  96,  137, 179, 47,  88,  130,
                                136, 149, 191, 115, 157, 198, 96,  25,  67 };
  MienImage image = pattern (7, 5);
  guint8 rgb[6 * 6 * 3];

  mien_image_resize (&image, 3, rgb);
  for (guint i = 0; i < G_N_ELEMENTS (THREE); i++)
    g_assert_cmpint (rgb[3 * i], ==, THREE[i]);
  mien_image_resize (&image, 6, rgb);
  for (guint i = 0; i < G_N_ELEMENTS (SIX); i++)
    g_assert_cmpint (rgb[3 * i], ==, SIX[i]);
  mien_image_clear (&image);
}

static void
test_same_size (void)
{
  MienImage image = pattern (48, 48);
  guint8 rgb[48 * 48 * 3];

  mien_image_resize (&image, 48, rgb);
  g_assert_cmpmem (rgb, sizeof rgb, image.rgb, sizeof rgb);
  mien_image_clear (&image);
}

/* Twice the size halved: the mean of weights 1 3 3 1, here of pairs that are equal. Twice
 * as large: a quarter from the neighbour. */
static void
test_by_two (void)
{
  guint8 two[2 * 2 * 3] = { 0, 0, 0, 100, 100, 100, /* the second row is as the first */
                            0, 0, 0, 100, 100, 100 };
  static const guint8 ROW[] = { 0, 25, 75, 100 };
  MienImage image = { 2, 2, two };
  guint8 rgb[4 * 4 * 3], one[3];

  mien_image_resize (&image, 4, rgb);
  for (int i = 0; i < 4 * 4 * 3; i++)
    g_assert_cmpint (rgb[i], ==, ROW[i / 3 % 4]);
  mien_image_resize (&image, 1, one);
  g_assert_cmpint (one[0], ==, 50);
  g_assert_cmpint (one[2], ==, 50);
}

/* A flat picture stays flat, whatever the sizes; black and white stay so. */
static void
test_flat (void)
{
  static const int SIDES[] = { 1, 2, 48, 64, 112, 224 };
  static const guint8 LEVELS[] = { 0, 1, 127, 254, 255 };
  guint8 *rgb = g_malloc (224 * 224 * 3);
  guint64 state = 3;

  for (int round = 0; round < 60; round++)
    {
      int width = 1 + (int) (picture_random (&state) % 300);
      int height = 1 + (int) (picture_random (&state) % 300);
      int side = SIDES[round % (int) G_N_ELEMENTS (SIDES)];
      guint8 level = LEVELS[round % (int) G_N_ELEMENTS (LEVELS)];
      MienImage image = { width, height, g_malloc ((gsize) (width * height * 3)) };

      memset (image.rgb, level, (gsize) (width * height * 3));
      mien_image_resize (&image, side, rgb);
      for (int i = 0; i < side * side * 3; i++)
        g_assert_cmpint (rgb[i], ==, level);
      mien_image_clear (&image);
    }
  g_free (rgb);
}

/* Every pixel of the source counts: one bright one among dark ones is never lost. */
static void
test_nothing_is_skipped (void)
{
  MienImage image = { 64, 64, g_malloc0 (64 * 64 * 3) };
  guint8 rgb[8 * 8 * 3];

  for (int i = 0; i < 64 * 64; i++)
    {
      int brightest = 0;

      image.rgb[3 * i] = 255;
      mien_image_resize (&image, 8, rgb);
      for (int k = 0; k < 8 * 8; k++)
        brightest = MAX (brightest, rgb[3 * k]);
      g_assert_cmpint (brightest, >=, 1);
      image.rgb[3 * i] = 0;
    }
  mien_image_clear (&image);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image-resize/as-torch", test_as_torch);
  g_test_add_func ("/image-resize/same-size", test_same_size);
  g_test_add_func ("/image-resize/by-two", test_by_two);
  g_test_add_func ("/image-resize/flat", test_flat);
  g_test_add_func ("/image-resize/nothing-is-skipped", test_nothing_is_skipped);
  return g_test_run ();
}
