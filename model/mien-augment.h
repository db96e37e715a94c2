/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * The two views of METHOD.md section 5, on RGB images [side,side,3] of bytes, rows top down. The
 * operations are Pillow's (ImageOps, ImageEnhance, Image.transform with nearest neighbours), for
 * RandAugment was published on them. Each view is a function of the image and a key alone.
 */

typedef enum
{
  MIEN_AUGMENT_AUTO_CONTRAST, MIEN_AUGMENT_BRIGHTNESS, MIEN_AUGMENT_COLOR, MIEN_AUGMENT_CONTRAST,
  MIEN_AUGMENT_EQUALIZE, MIEN_AUGMENT_IDENTITY, MIEN_AUGMENT_POSTERIZE, MIEN_AUGMENT_ROTATE,
  MIEN_AUGMENT_SHARPNESS, MIEN_AUGMENT_SHEAR_X, MIEN_AUGMENT_SHEAR_Y, MIEN_AUGMENT_SOLARIZE,
  MIEN_AUGMENT_TRANSLATE_X, MIEN_AUGMENT_TRANSLATE_Y,
  MIEN_N_AUGMENTS,
} MienAugment;

/* What the magnitude may be: factors; bits; degrees, counter-clockwise; a threshold; shares of the
 * side. Posterize takes whole bits, 4 to 8. */
typedef struct
{
  double min, max;
} MienAugmentRange;

extern const MienAugmentRange mien_augment_ranges[MIEN_N_AUGMENTS];

/* In place; scratch is as large as the image. */
void mien_augment       (MienAugment    augment,
                         double         magnitude,
                         int            side,
                         uint8_t       *rgb,
                         uint8_t       *scratch);
/* Fills the part inside the image of a square around (x, y), in pixels, with 125, 123, 114: columns
 * from max (0, floor (x - size / 2)) up to, not including, min (side, ceil (x + size / 2)), rows alike. */
void mien_cutout        (double         x,
                         double         y,
                         double         size,
                         int            side,
                         uint8_t       *rgb);

/* With probability 1/2 a random crop of the image in a black border of 8/224 of the side, then with
 * probability 1/2 left and right exchanged. */
void mien_weak_view     (const uint8_t *rgb,
                         int            side,
                         uint64_t       key,
                         uint8_t       *view);
/* Three operations drawn with replacement, each with a magnitude uniform in its range; a cutout with
 * its centre uniform in the image and its size uniform in 0 to half the side; then the weak view.
 * scratch holds two images. */
void mien_strong_view   (const uint8_t *rgb,
                         int            side,
                         uint64_t       key,
                         uint8_t       *view,
                         uint8_t       *scratch);
