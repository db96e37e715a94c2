/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * RandAugment's operations by their definitions in Pillow's manual and sources: each
 * pixel of the result from the whole image.
 */

#include "mien-ops-naive.h"

#include <math.h>

typedef struct
{
  int side;
  const uint8_t *rgb;
} Image;

static int
pixel (const Image *image, int x, int y, int c)
{
  return image->rgb[3 * (y * image->side + x) + c];
}

static int
luma (const Image *image, int x, int y)
{
  return (int) floor (0.5
                      + (19595.0 * pixel (image, x, y, 0)
                         + 38470.0 * pixel (image, x, y, 1)
                         + 7471.0 * pixel (image, x, y, 2))
                            / 65536);
}

/* How many values of a channel lie in low .. high. */
static int
count (const Image *image, int c, int low, int high)
{
  int n = 0;

  for (int y = 0; y < image->side; y++)
    for (int x = 0; x < image->side; x++)
      n += pixel (image, x, y, c) >= low && pixel (image, x, y, c) <= high;
  return n;
}

static void
extremes (const Image *image, int c, int *low, int *high)
{
  for (*low = 0; count (image, c, 0, *low) == 0; ++*low)
    ;
  for (*high = 255; count (image, c, *high, 255) == 0; --*high)
    ;
}

static int
auto_contrast (const Image *image, int value, int c)
{
  int low, high;

  extremes (image, c, &low, &high);
  if (low == high)
    return value;
  double scale = 255.0 / (high - low);
  double result = value * scale + -low * scale;
  return result < 0 ? 0 : result > 255 ? 255 : (int) result;
}

/* lut[v] = (step / 2 + pixels below v) / step, step = pixels below the largest value /
 * 255 */
static int
equalize (const Image *image, int value, int c)
{
  int low, high, step, result;

  extremes (image, c, &low, &high);
  step = (image->side * image->side - count (image, c, high, high)) / 255;
  if (step == 0)
    return value;
  result = (step / 2 + count (image, c, 0, value - 1)) / step;
  return result > 255 ? 255 : result;
}

static int
blend (int degenerate, int own, double factor)
{
  return (int) ((float) degenerate + (float) factor * (float) (own - degenerate));
}

static int
mean_luma (const Image *image)
{
  double sum = 0;

  for (int y = 0; y < image->side; y++)
    for (int x = 0; x < image->side; x++)
      sum += luma (image, x, y);
  return (int) (sum / (image->side * image->side) + 0.5);
}

static int
smooth (const Image *image, int x, int y, int c)
{
  static const int KERNEL[3][3] = { { 1, 1, 1 }, { 1, 5, 1 }, { 1, 1, 1 } };
  double sum = 0;

  if (x == 0 || y == 0 || x == image->side - 1 || y == image->side - 1)
    return pixel (image, x, y, c);
  for (int i = -1; i <= 1; i++)
    for (int j = -1; j <= 1; j++)
      sum += KERNEL[i + 1][j + 1] * pixel (image, x + j, y + i, c);
  return (int) (sum / 13 + 0.5);
}

/* The nearest pixel to (from_x, from_y), where the middle of pixel (x, y) is at x + 1/2.
 */
static int
nearest (const Image *image, double from_x, double from_y, int c)
{
  int x = (int) floor (from_x), y = (int) floor (from_y);

  if (x < 0 || x >= image->side || y < 0 || y >= image->side)
    return 0;
  return pixel (image, x, y, c);
}

/* Counter-clockwise as seen, y downwards: where the pixel came from is clockwise. */
static int
rotate (const Image *image, double degrees, int x, int y, int c)
{
  double angle = degrees * M_PI / 180, centre = image->side / 2.0;
  double dx = x + 0.5 - centre, dy = y + 0.5 - centre;

  return nearest (image, centre + dx * cos (angle) - dy * sin (angle),
                  centre + dx * sin (angle) + dy * cos (angle), c);
}

static int
value_of (const Image *image, MienAugment augment, double magnitude, int x, int y, int c)
{
  int own = pixel (image, x, y, c), mask = 0;

  switch (augment)
    {
    case MIEN_AUGMENT_AUTO_CONTRAST:
      return auto_contrast (image, own, c);
    case MIEN_AUGMENT_BRIGHTNESS:
      return blend (0, own, magnitude);
    case MIEN_AUGMENT_COLOR:
      return blend (luma (image, x, y), own, magnitude);
    case MIEN_AUGMENT_CONTRAST:
      return blend (mean_luma (image), own, magnitude);
    case MIEN_AUGMENT_EQUALIZE:
      return equalize (image, own, c);
    case MIEN_AUGMENT_POSTERIZE:
      for (int bit = 0; bit < (int) magnitude; bit++)
        mask |= 128 >> bit;
      return own & mask;
    case MIEN_AUGMENT_ROTATE:
      return rotate (image, magnitude, x, y, c);
    case MIEN_AUGMENT_SHARPNESS:
      return blend (smooth (image, x, y, c), own, magnitude);
    case MIEN_AUGMENT_SHEAR_X:
      return nearest (image, x + 0.5 + magnitude * (y + 0.5), y, c);
    case MIEN_AUGMENT_SHEAR_Y:
      return nearest (image, x, y + 0.5 + magnitude * (x + 0.5), c);
    case MIEN_AUGMENT_SOLARIZE:
      return own < magnitude ? own : 255 - own;
    case MIEN_AUGMENT_TRANSLATE_X:
      return nearest (image, x + 0.5 + magnitude * image->side, y, c);
    case MIEN_AUGMENT_TRANSLATE_Y:
      return nearest (image, x, y + 0.5 + magnitude * image->side, c);
    case MIEN_AUGMENT_IDENTITY:
    case MIEN_N_AUGMENTS:
      break;
    }
  return own;
}

void
mien_naive_augment (MienAugment augment,
                    double magnitude,
                    int side,
                    const uint8_t *rgb,
                    uint8_t *result)
{
  Image image = { side, rgb };

  for (int y = 0; y < side; y++)
    for (int x = 0; x < side; x++)
      for (int c = 0; c < 3; c++)
        *result++ = (uint8_t) value_of (&image, augment, magnitude, x, y, c);
}
