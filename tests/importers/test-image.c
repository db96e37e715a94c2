/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Every kind of JPEG and PNG gives the pixels that it holds. JPEG pictures are flat in
 * each block of 8 x 8, which quality 100 keeps exactly where no colour is converted; PNG
 * ones are noise, and what they should give is worked out here from the samples.
 */

#include "config.h"

#include "mien-image.h"
#include "mien-pictures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <png.h>

enum
{
  SIDE = 16, /* 2 x 3 blocks of it make a picture that shows how it was turned */
  COLUMNS = 2,
  ROWS = 3,
  WIDTH = SIDE * COLUMNS,
  HEIGHT = SIDE * ROWS,
};

static MienImage
decode (GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  MienImage image = { 0 };

  mien_image_decode (bytes, "picture", &image, &error);
  g_assert_no_error (error);
  g_assert_nonnull (image.rgb);
  return image;
}

/* WIDTH x HEIGHT, one colour a block, channels bytes each. */
static guint8 *
blocks (const guint8 *colors, int channels)
{
  guint8 *samples = g_malloc ((gsize) WIDTH * HEIGHT * (gsize) channels), *at = samples;

  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++, at += channels)
      memcpy (at, colors + (y / SIDE * COLUMNS + x / SIDE) * channels, (gsize) channels);
  return samples;
}

static void
assert_near (const guint8 *rgb, const guint8 *expected, int tolerance)
{
  for (int c = 0; c < 3; c++)
    if (ABS ((int) rgb[c] - (int) expected[c]) > tolerance)
      g_error ("%d %d %d is not %d %d %d", rgb[0], rgb[1], rgb[2], expected[0],
               expected[1], expected[2]);
}

/* Every pixel is its block's colour; where colours are subsampled, those beside another
 * block are not looked at. */
static void
assert_blocks (GBytes *bytes, const guint8 *colors, int tolerance)
{
  MienImage image = decode (bytes);

  g_assert_cmpint (image.width, ==, WIDTH);
  g_assert_cmpint (image.height, ==, HEIGHT);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      if (tolerance == 0
          || (x % SIDE > 1 && x % SIDE < 14 && y % SIDE > 1 && y % SIDE < 14))
        assert_near (image.rgb + (y * WIDTH + x) * 3,
                     colors + (y / SIDE * COLUMNS + x / SIDE) * 3, tolerance);
  mien_image_clear (&image);
}

static const guint8 COLORS[] = { 255, 0,   0,  0,  255, 0,  0,   0,   255,
                                 200, 100, 50, 17, 34,  51, 250, 240, 3 };

static void
test_jpeg_grey (void)
{
  static const guint8 GREYS[] = { 0, 255, 1, 128, 77, 200 };
  g_autofree guint8 *samples = blocks (GREYS, 1);
  guint8 expected[sizeof GREYS * 3];

  for (guint i = 0; i < sizeof expected; i++)
    expected[i] = GREYS[i / 3];
  for (int progressive = 0; progressive < 2; progressive++)
    {
      PictureJpeg kind = { .width = WIDTH,
                           .height = HEIGHT,
                           .stored = JCS_GRAYSCALE,
                           .progressive = progressive };
      g_autoptr (GBytes) bytes = picture_jpeg (&kind, samples);

      assert_blocks (bytes, expected, 0);
    }
}

static void
test_jpeg_color (void)
{
  g_autofree guint8 *samples = blocks (COLORS, 3);

  for (int variant = 0; variant < 8; variant++)
    {
      PictureJpeg kind = { .width = WIDTH,
                           .height = HEIGHT,
                           .stored = (variant & 1) != 0 ? JCS_YCbCr : JCS_RGB,
                           .progressive = (variant & 2) != 0,
                           .subsampled = (variant & 4) != 0 };
      g_autoptr (GBytes) bytes = picture_jpeg (&kind, samples);

      g_test_message ("variant %d", variant);
      assert_blocks (bytes, COLORS, variant == 0 || variant == 2 ? 0 : 3);
    }
}

/* With Adobe's marker 255 is no ink, without it 0 is. YCCK is CMYK in another coat. */
static void
test_jpeg_cmyk (void)
{
  static const guint8 INKS[] = {
    255, 255, 255, 255, 0,  255, 255, 255, 255, 255, 255, 0,
    100, 150, 200, 128, 10, 20,  30,  255, 0,   0,   0,   0
  };
  g_autofree guint8 *samples = blocks (INKS, 4);
  guint8 adobe[18], plain[18];

  for (int i = 0; i < 6; i++)
    for (int c = 0; c < 3; c++)
      {
        int ink = INKS[4 * i + c], black = INKS[4 * i + 3];

        adobe[3 * i + c] = (guint8) ((ink * black + 127) / 255);
        plain[3 * i + c] = (guint8) (((255 - ink) * (255 - black) + 127) / 255);
      }
  for (int variant = 0; variant < 3; variant++)
    {
      PictureJpeg kind = { .width = WIDTH,
                           .height = HEIGHT,
                           .stored = variant == 2 ? JCS_YCCK : JCS_CMYK,
                           .no_adobe = variant == 1 };
      g_autoptr (GBytes) bytes = picture_jpeg (&kind, samples);

      assert_blocks (bytes, variant == 1 ? plain : adobe, variant == 2 ? 3 : 0);
    }
}

/* Where block i of the stored picture comes to lie, in the turned one. */
static void
assert_turned (GBytes *bytes, int orientation)
{
  /* The stored blocks are 0 1 / 2 3 / 4 5. */
  static const int TURNED[9][6] = {
    [1] = { 0, 1, 2, 3, 4, 5 }, [2] = { 1, 0, 3, 2, 5, 4 }, [3] = { 5, 4, 3, 2, 1, 0 },
    [4] = { 4, 5, 2, 3, 0, 1 }, [5] = { 0, 2, 4, 1, 3, 5 }, [6] = { 4, 2, 0, 5, 3, 1 },
    [7] = { 5, 3, 1, 4, 2, 0 }, [8] = { 1, 3, 5, 0, 2, 4 },
  };
  MienImage image = decode (bytes);
  int columns = orientation < 5 ? COLUMNS : ROWS;

  g_assert_cmpint (image.width, ==, columns * SIDE);
  g_assert_cmpint (image.width * image.height, ==, WIDTH * HEIGHT);
  for (int y = 0; y < image.height; y++)
    for (int x = 0; x < image.width; x++)
      assert_near (image.rgb + (y * image.width + x) * 3,
                   COLORS + 3 * TURNED[orientation][y / SIDE * columns + x / SIDE], 0);
  mien_image_clear (&image);
}

static void
test_orientation (void)
{
  g_autofree guint8 *samples = blocks (COLORS, 3);
  guint8 tiff[26];

  for (int orientation = 1; orientation <= 8; orientation++)
    for (int big_endian = 0; big_endian < 2; big_endian++)
      {
        PictureJpeg jpeg = { .width = WIDTH,
                             .height = HEIGHT,
                             .stored = JCS_RGB,
                             .exif = tiff,
                             .exif_length = sizeof tiff };
        PicturePng png = { .width = WIDTH,
                           .height = HEIGHT,
                           .color_type = PNG_COLOR_TYPE_RGB,
                           .depth = 8,
                           .exif = tiff,
                           .exif_length = sizeof tiff,
                           .exif_at_end = big_endian };
        g_autoptr (GBytes) as_jpeg = NULL;
        g_autoptr (GBytes) as_png = NULL;

        picture_exif (orientation, big_endian, tiff);
        as_jpeg = picture_jpeg (&jpeg, samples);
        as_png = picture_png (&png, samples);
        assert_turned (as_jpeg, orientation);
        assert_turned (as_png, orientation);
      }
}

/* EXIF that makes no sense turns nothing and breaks nothing. */
static void
test_orientation_nonsense (void)
{
  g_autofree guint8 *samples = blocks (COLORS, 3);
  guint64 state = 5;

  for (int round = 0; round < 400; round++)
    {
      guint8 tiff[26];
      PictureJpeg kind = { .width = WIDTH,
                           .height = HEIGHT,
                           .stored = JCS_RGB,
                           .exif = tiff,
                           .exif_length = sizeof tiff };
      g_autoptr (GBytes) bytes = NULL;

      picture_exif (6, round % 2, tiff);
      if (round < 100)
        kind.exif_length = (gsize) (round % 22); /* cut before the value */
      else if (round < 200)
        tiff[round % 2 != 0 ? 19 : 18] = (guint8) (round % 3 == 0 ? 0 : 9 + round);
      else if (round < 300)
        picture_noise (&state, tiff + 2, 6); /* 42 and where the directory lies */
      else
        tiff[round % 8] ^= (guint8) (1 + picture_random (&state) % 255);
      bytes = picture_jpeg (&kind, samples);
      assert_turned (bytes, 1);
    }
}

/* Sample i of a packed row, of 1 to 16 bits. */
static guint
sample (const guint8 *row, int i, int depth)
{
  if (depth == 16)
    return (guint) (row[2 * i] << 8 | row[2 * i + 1]);
  return (guint) (row[i * depth / 8] >> (8 - depth - i * depth % 8))
         & ((1u << depth) - 1);
}

/* Divided, to the nearest. */
static guint
nearest (guint a, guint b)
{
  return (a + b / 2) / b;
}

/* A channel over black, to 8 bits. */
static guint8
to_8 (guint value, guint alpha, int depth)
{
  guint most = (1u << depth) - 1;

  value = (guint) (((guint64) value * alpha + most / 2) / most);
  return (guint8) (depth == 16 ? nearest (value, 257) : value * (255 / most));
}

static void
expected_pixel (const PicturePng *kind, const guint8 *row, int x, guint8 *rgb)
{
  int channels = kind->color_type == PNG_COLOR_TYPE_RGB          ? 3
                 : kind->color_type == PNG_COLOR_TYPE_RGB_ALPHA  ? 4
                 : kind->color_type == PNG_COLOR_TYPE_GRAY_ALPHA ? 2
                                                                 : 1;
  guint most = (1u << kind->depth) - 1, alpha = most, values[4];
  gboolean is_key = kind->transparent != NULL;

  for (int c = 0; c < channels; c++)
    values[c] = sample (row, x * channels + c, kind->depth);
  if (kind->palette != NULL)
    {
      alpha = values[0] < kind->n_transparent ? kind->transparent[values[0]] : 255;
      for (int c = 0; c < 3; c++)
        rgb[c] = (guint8) nearest (kind->palette[3 * values[0] + (guint) c] * alpha, 255);
      return;
    }
  if (channels == 2 || channels == 4)
    alpha = values[channels - 1];
  for (int c = 0; is_key && c < channels; c++)
    is_key = values[c] == sample (kind->transparent, c, 16);
  for (int c = 0; c < 3; c++)
    rgb[c] = is_key ? 0 : to_8 (values[channels < 3 ? 0 : c], alpha, kind->depth);
}

static void
check_png (const PicturePng *kind, const guint8 *rows)
{
  g_autoptr (GBytes) bytes = picture_png (kind, rows);
  MienImage image = decode (bytes);

  g_assert_cmpint (image.width, ==, kind->width);
  g_assert_cmpint (image.height, ==, kind->height);
  for (int y = 0; y < image.height; y++)
    for (int x = 0; x < image.width; x++)
      {
        guint8 expected[3];

        expected_pixel (kind, rows + (gsize) y * picture_png_stride (kind), x, expected);
        assert_near (image.rgb + (y * image.width + x) * 3, expected, 0);
      }
  mien_image_clear (&image);
}

static void
test_png (void)
{
  static const struct
  {
    int color_type;
    int depths[6];
  } KINDS[] = {
    { PNG_COLOR_TYPE_GRAY, { 1, 2, 4, 8, 16 } }, { PNG_COLOR_TYPE_GRAY_ALPHA, { 8, 16 } },
    { PNG_COLOR_TYPE_RGB, { 8, 16 } },           { PNG_COLOR_TYPE_RGB_ALPHA, { 8, 16 } },
    { PNG_COLOR_TYPE_PALETTE, { 1, 2, 4, 8 } },
  };
  guint64 state = 7;
  guint8 palette[768], alphas[256], rows[37 * 29 * 8];

  picture_noise (&state, palette, sizeof palette);
  picture_noise (&state, alphas, sizeof alphas);
  for (guint i = 0; i < G_N_ELEMENTS (KINDS); i++)
    for (const int *depth = KINDS[i].depths; *depth != 0; depth++)
      for (int variant = 0; variant < 4; variant++)
        {
          PicturePng kind = { .width = 37,
                              .height = 29,
                              .color_type = KINDS[i].color_type,
                              .depth = *depth,
                              .interlaced = (variant & 1) != 0 };
          guint8 key[6] = { 0 };

          g_test_message ("colour type %d, %d bits, variant %d", kind.color_type, *depth,
                          variant);
          picture_noise (&state, rows, sizeof rows);
          if (kind.color_type == PNG_COLOR_TYPE_PALETTE)
            kind.palette = palette;
          if ((variant & 2) != 0 && kind.palette != NULL)
            {
              kind.transparent = alphas;
              kind.n_transparent = MAX (1, (1u << *depth) - 1);
            }
          else if ((variant & 2) != 0 && (kind.color_type & PNG_COLOR_MASK_ALPHA) == 0)
            {
              kind.n_transparent = kind.color_type == PNG_COLOR_TYPE_GRAY ? 2 : 6;
              for (gsize c = 0; c < kind.n_transparent / 2; c++)
                {
                  guint value = sample (rows, (int) c, *depth);

                  key[2 * c] = (guint8) (value >> 8);
                  key[2 * c + 1] = (guint8) value;
                }
              kind.transparent = key;
            }
          check_png (&kind, rows);
        }
}

/* One pixel, one row, one column. */
static void
test_small (void)
{
  static const int SIZES[][2] = { { 1, 1 }, { 1, 9 }, { 9, 1 }, { 2, 3 } };
  guint8 rows[9 * 9 * 3];

  memset (rows, 200, sizeof rows);
  for (guint i = 0; i < G_N_ELEMENTS (SIZES); i++)
    {
      PictureJpeg jpeg = { .width = SIZES[i][0],
                           .height = SIZES[i][1],
                           .stored = JCS_RGB };
      g_autoptr (GBytes) bytes = picture_jpeg (&jpeg, rows);
      MienImage image = decode (bytes);

      g_assert_cmpint (image.width, ==, SIZES[i][0]);
      g_assert_cmpint (image.height, ==, SIZES[i][1]);
      g_assert_cmpint (image.rgb[0], ==, 200);
      mien_image_clear (&image);
      for (int interlaced = 0; interlaced < 2; interlaced++)
        {
          PicturePng png = { .width = SIZES[i][0],
                             .height = SIZES[i][1],
                             .color_type = PNG_COLOR_TYPE_RGB,
                             .depth = 8,
                             .interlaced = interlaced };

          check_png (&png, rows);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image/jpeg/grey", test_jpeg_grey);
  g_test_add_func ("/image/jpeg/color", test_jpeg_color);
  g_test_add_func ("/image/jpeg/cmyk", test_jpeg_cmyk);
  g_test_add_func ("/image/orientation", test_orientation);
  g_test_add_func ("/image/orientation/nonsense", test_orientation_nonsense);
  g_test_add_func ("/image/png", test_png);
  g_test_add_func ("/image/small", test_small);
  return g_test_run ();
}
