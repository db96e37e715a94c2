/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The weak and the strong view: what is drawn, and in which order it is applied. Every
 * draw has its own index under the view's key.
 */

#include "mien-augment.h"

#include "mien-random.h"

#include <math.h>
#include <string.h>

enum
{
  N_OPERATIONS = 3,
  /* Indices of draws. */
  CROP = 0,
  CROP_X,
  CROP_Y,
  FLIP,
  OPERATIONS, /* two for each */
  CUTOUT = OPERATIONS + 2 * N_OPERATIONS,
};

void
mien_cutout (double x, double y, double size, int side, uint8_t *rgb)
{
  static const uint8_t FILL[3] = { 125, 123, 114 };
  int left = (int) fmax (0, floor (x - size / 2)),
      top = (int) fmax (0, floor (y - size / 2));
  int right = (int) fmin (side, ceil (x + size / 2));
  int bottom = (int) fmin (side, ceil (y + size / 2));

  for (int i = top; i < bottom; i++)
    for (int j = left; j < right; j++)
      memcpy (rgb + 3 * (i * side + j), FILL, 3);
}

void
mien_weak_view (const uint8_t *rgb, int side, uint64_t key, uint8_t *view)
{
  int pad = (8 * side + 112) / 224, dx = 0, dy = 0;
  int flip = mien_random_real (key, FLIP) < 0.5;

  if (mien_random_real (key, CROP) < 0.5)
    {
      dx = (int) mien_random_below (key, CROP_X, (uint32_t) (2 * pad + 1)) - pad;
      dy = (int) mien_random_below (key, CROP_Y, (uint32_t) (2 * pad + 1)) - pad;
    }
  for (int y = 0; y < side; y++)
    for (int x = 0; x < side; x++, view += 3)
      {
        int from_x = (flip ? side - 1 - x : x) + dx, from_y = y + dy;

        if (from_x >= 0 && from_x < side && from_y >= 0 && from_y < side)
          memcpy (view, rgb + 3 * (from_y * side + from_x), 3);
        else
          memset (view, 0, 3);
      }
}

void
mien_strong_view (const uint8_t *rgb,
                  int side,
                  uint64_t key,
                  uint8_t *view,
                  uint8_t *scratch)
{
  size_t size = 3 * (size_t) side * (size_t) side;
  uint8_t *image = scratch + size;

  memcpy (image, rgb, size);
  for (uint64_t i = 0; i < N_OPERATIONS; i++)
    {
      MienAugment augment =
          (MienAugment) mien_random_below (key, OPERATIONS + 2 * i, MIEN_N_AUGMENTS);
      MienAugmentRange range = mien_augment_ranges[augment];
      double share = mien_random_real (key, OPERATIONS + 2 * i + 1);

      mien_augment (augment, range.min + share * (range.max - range.min), side, image,
                    scratch);
    }
  mien_cutout (mien_random_real (key, CUTOUT) * side,
               mien_random_real (key, CUTOUT + 1) * side,
               mien_random_real (key, CUTOUT + 2) * 0.5 * side, side, image);
  mien_weak_view (image, side, key, view);
}
