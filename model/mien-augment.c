/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * RandAugment's operations on images of bytes, as Pillow computes them. Point operations
 * go by a table of 256 values a channel; blends truncate towards the enhanced image's
 * degenerate one as ImagingBlend does; geometry takes the nearest pixel and black
 * outside.
 */

#include "mien-augment.h"

#include <math.h>
#include <string.h>

const MienAugmentRange mien_augment_ranges[MIEN_N_AUGMENTS] = {
  [MIEN_AUGMENT_BRIGHTNESS] = { 0.05, 0.95 }, [MIEN_AUGMENT_COLOR] = { 0.05, 0.95 },
  [MIEN_AUGMENT_CONTRAST] = { 0.05, 0.95 },   [MIEN_AUGMENT_SHARPNESS] = { 0.05, 0.95 },
  [MIEN_AUGMENT_POSTERIZE] = { 4, 9 },        [MIEN_AUGMENT_ROTATE] = { -30, 30 },
  [MIEN_AUGMENT_SHEAR_X] = { -0.3, 0.3 },     [MIEN_AUGMENT_SHEAR_Y] = { -0.3, 0.3 },
  [MIEN_AUGMENT_SOLARIZE] = { 0, 256 },       [MIEN_AUGMENT_TRANSLATE_X] = { -0.3, 0.3 },
  [MIEN_AUGMENT_TRANSLATE_Y] = { -0.3, 0.3 },
};

static uint8_t
to_byte (double value)
{
  return value <= 0 ? 0 : value >= 255 ? 255 : (uint8_t) value;
}

static void
count_channel (const uint8_t *rgb, size_t n, int channel, size_t counts[256])
{
  memset (counts, 0, 256 * sizeof *counts);
  for (size_t i = 0; i < n; i++)
    counts[rgb[3 * i + (size_t) channel]]++;
}

static void
apply_table (uint8_t *rgb, size_t n, int channel, const uint8_t table[256])
{
  for (size_t i = 0; i < n; i++)
    rgb[3 * i + (size_t) channel] = table[rgb[3 * i + (size_t) channel]];
}

/* Each channel's smallest and largest value become 0 and 255. */
static void
auto_contrast (uint8_t *rgb, size_t n)
{
  size_t counts[256];
  uint8_t table[256];

  for (int channel = 0; channel < 3; channel++)
    {
      int low = 0, high = 255;

      count_channel (rgb, n, channel, counts);
      while (counts[low] == 0)
        low++;
      while (counts[high] == 0)
        high--;
      if (high <= low)
        continue;

      double scale = 255.0 / (high - low);
      for (int v = 0; v < 256; v++)
        table[v] = to_byte (v * scale - low * scale);
      apply_table (rgb, n, channel, table);
    }
}

/* Each channel's cumulative histogram becomes near a straight line. */
static void
equalize (uint8_t *rgb, size_t n)
{
  size_t counts[256];
  uint8_t table[256];

  for (int channel = 0; channel < 3; channel++)
    {
      int high = 255;

      count_channel (rgb, n, channel, counts);
      while (counts[high] == 0)
        high--;

      size_t step = (n - counts[high]) / 255, sum = step / 2;
      if (step == 0)
        continue;
      for (int v = 0; v < 256; v++)
        {
          table[v] = sum / step > 255 ? 255 : (uint8_t) (sum / step);
          sum += counts[v];
        }
      apply_table (rgb, n, channel, table);
    }
}

static void
posterize (uint8_t *rgb, size_t n, int bits)
{
  uint8_t mask = (uint8_t) (0xff << (8 - bits));

  for (size_t i = 0; i < 3 * n; i++)
    rgb[i] &= mask;
}

static void
solarize (uint8_t *rgb, size_t n, double threshold)
{
  for (size_t i = 0; i < 3 * n; i++)
    if (rgb[i] >= threshold)
      rgb[i] = 255 - rgb[i];
}

/* ITU-R 601 luma in 16 bits of fraction, rounded. */
static int
grey (const uint8_t *pixel)
{
  return (pixel[0] * 19595 + pixel[1] * 38470 + pixel[2] * 7471 + 0x8000) >> 16;
}

/* 0 gives the degenerate value, 1 the pixel's own. */
static uint8_t
blend (int degenerate, int own, double factor)
{
  return (uint8_t) ((float) degenerate + (float) factor * (float) (own - degenerate));
}

static void
brightness (uint8_t *rgb, size_t n, double factor)
{
  for (size_t i = 0; i < 3 * n; i++)
    rgb[i] = blend (0, rgb[i], factor);
}

static void
color (uint8_t *rgb, size_t n, double factor)
{
  for (size_t i = 0; i < n; i++)
    {
      int luma = grey (rgb + 3 * i);

      for (size_t c = 0; c < 3; c++)
        rgb[3 * i + c] = blend (luma, rgb[3 * i + c], factor);
    }
}

static void
contrast (uint8_t *rgb, size_t n, double factor)
{
  size_t sum = 0;

  for (size_t i = 0; i < n; i++)
    sum += (size_t) grey (rgb + 3 * i);

  int mean = (int) ((double) sum / (double) n + 0.5);
  for (size_t i = 0; i < 3 * n; i++)
    rgb[i] = blend (mean, rgb[i], factor);
}

/* Degenerate: smoothed by (1 1 1; 1 5 1; 1 1 1) / 13, the outermost pixels as they are.
 */
static void
sharpness (uint8_t *rgb, int side, double factor, uint8_t *scratch)
{
  int row = 3 * side;

  memcpy (scratch, rgb, (size_t) row * (size_t) side);
  for (int y = 1; y < side - 1; y++)
    for (int x = 3; x < row - 3; x++)
      {
        const uint8_t *at = scratch + y * row + x;
        int sum = 4 * at[0];

        for (int k = -1; k <= 1; k++)
          sum += at[k * row - 3] + at[k * row] + at[k * row + 3];
        rgb[y * row + x] = blend (to_byte (sum / 13.0 + 0.5), at[0], factor);
      }
}

/* Pixel (x, y) comes from the one that holds a (x + 1/2) + b (y + 1/2) + c, and d, e, f.
 */
static void
transform (uint8_t *rgb, int side, const double m[6], uint8_t *scratch)
{
  memcpy (scratch, rgb, 3 * (size_t) side * (size_t) side);
  for (int y = 0; y < side; y++)
    for (int x = 0; x < side; x++, rgb += 3)
      {
        double from_x = floor (m[0] * (x + 0.5) + m[1] * (y + 0.5) + m[2]);
        double from_y = floor (m[3] * (x + 0.5) + m[4] * (y + 0.5) + m[5]);

        if (from_x >= 0 && from_x < side && from_y >= 0 && from_y < side)
          memcpy (rgb, scratch + 3 * ((int) from_y * side + (int) from_x), 3);
        else
          memset (rgb, 0, 3);
      }
}

static void
rotate (uint8_t *rgb, int side, double degrees, uint8_t *scratch)
{
  double angle = -degrees * M_PI / 180, centre = side / 2.0;
  double c = cos (angle), s = sin (angle);
  double m[6] = { c,  s, centre - c * centre - s * centre,
                  -s, c, centre + s * centre - c * centre };

  transform (rgb, side, m, scratch);
}

void
mien_augment (MienAugment augment,
              double magnitude,
              int side,
              uint8_t *rgb,
              uint8_t *scratch)
{
  size_t n = (size_t) side * (size_t) side;
  double m[6] = { 1, 0, 0, 0, 1, 0 };

  switch (augment)
    {
    case MIEN_AUGMENT_AUTO_CONTRAST:
      auto_contrast (rgb, n);
      break;
    case MIEN_AUGMENT_BRIGHTNESS:
      brightness (rgb, n, magnitude);
      break;
    case MIEN_AUGMENT_COLOR:
      color (rgb, n, magnitude);
      break;
    case MIEN_AUGMENT_CONTRAST:
      contrast (rgb, n, magnitude);
      break;
    case MIEN_AUGMENT_EQUALIZE:
      equalize (rgb, n);
      break;
    case MIEN_AUGMENT_POSTERIZE:
      posterize (rgb, n, (int) magnitude);
      break;
    case MIEN_AUGMENT_ROTATE:
      rotate (rgb, side, magnitude, scratch);
      break;
    case MIEN_AUGMENT_SHARPNESS:
      sharpness (rgb, side, magnitude, scratch);
      break;
    case MIEN_AUGMENT_SHEAR_X:
      m[1] = magnitude;
      transform (rgb, side, m, scratch);
      break;
    case MIEN_AUGMENT_SHEAR_Y:
      m[3] = magnitude;
      transform (rgb, side, m, scratch);
      break;
    case MIEN_AUGMENT_SOLARIZE:
      solarize (rgb, n, magnitude);
      break;
    case MIEN_AUGMENT_TRANSLATE_X:
      m[2] = magnitude * side;
      transform (rgb, side, m, scratch);
      break;
    case MIEN_AUGMENT_TRANSLATE_Y:
      m[5] = magnitude * side;
      transform (rgb, side, m, scratch);
      break;
    case MIEN_AUGMENT_IDENTITY:
    case MIEN_N_AUGMENTS:
      break;
    }
}
