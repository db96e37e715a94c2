/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Resizing by a triangle filter. Coordinates are those of sample centres; the filter is
 * one source pixel wide to each side when the picture grows (plain bilinear) and as wide
 * as the scale when it shrinks, so that every source pixel counts. At the edges the
 * weights of the pixels that exist are scaled to sum to one. That is PIL's BILINEAR and
 * torch's interpolate (mode = "bilinear", align_corners = False, antialias = True).
 *
 * Rows first: each row of the result is a weighted sum of source rows, in float, and only
 * that one row is kept; then its columns. The one rounding is at the end.
 */

#define G_LOG_DOMAIN "mien-importers"

#include "config.h"

#include "mien-image.h"

#include <math.h>
#include <string.h>

/* The source pixels of one result pixel: weights[0 .. n - 1] for first, first + 1, ... */
typedef struct
{
  int first, n;
  const float *weights;
} Reach;

typedef struct
{
  Reach *reaches; /* side of them */
  float *weights;
} Filter;

static void
filter_init (Filter *filter, int size, int side)
{
  double scale = (double) size / side, support = MAX (scale, 1.0);
  gsize most = (gsize) ceil (support) * 2 + 1;
  float *weights;

  filter->reaches = g_new (Reach, side);
  filter->weights = weights = g_new (float, most *(gsize) side);
  for (int i = 0; i < side; i++, weights += most)
    {
      double centre = (i + 0.5) * scale, sum = 0;
      int first = (int) MAX (centre - support + 0.5, 0);
      int end = (int) MIN (centre + support + 0.5, size);

      for (int k = first; k < end; k++)
        {
          double weight = MAX (1 - fabs (k + 0.5 - centre) / support, 0);

          weights[k - first] = (float) weight;
          sum += weight;
        }
      for (int k = first; k < end; k++)
        weights[k - first] = (float) (weights[k - first] / sum);
      filter->reaches[i] = (Reach){ first, end - first, weights };
    }
}

static void
filter_clear (Filter *filter)
{
  g_free (filter->reaches);
  g_free (filter->weights);
}

/* row [width * 3] = the weighted sum of the source rows in reach. */
static void
sum_rows (const MienImage *image, const Reach *reach, float *row)
{
  gsize stride = (gsize) image->width * 3;

  memset (row, 0, stride * sizeof *row);
  for (int k = 0; k < reach->n; k++)
    {
      const guint8 *source = image->rgb + (gsize) (reach->first + k) * stride;
      float weight = reach->weights[k];

      for (gsize i = 0; i < stride; i++)
        row[i] += weight * source[i];
    }
}

static void
sum_columns (const float *row, const Reach *reaches, int side, guint8 *rgb)
{
  for (int x = 0; x < side; x++, rgb += 3)
    {
      const Reach *reach = &reaches[x];
      const float *source = row + (gsize) reach->first * 3;
      float sum[3] = { 0.5f, 0.5f, 0.5f };

      for (int k = 0; k < reach->n; k++)
        for (int c = 0; c < 3; c++)
          sum[c] += reach->weights[k] * source[3 * k + c];
      for (int c = 0; c < 3; c++)
        rgb[c] = (guint8) CLAMP (sum[c], 0, 255);
    }
}

void
mien_image_resize (const MienImage *image, int side, guint8 *rgb)
{
  Filter across, down;
  float *row;

  g_assert (side > 0 && image->width > 0 && image->height > 0);
  if (image->width == side && image->height == side)
    {
      memcpy (rgb, image->rgb, (gsize) side * (gsize) side * 3);
      return;
    }

  row = g_new (float, (gsize) image->width * 3);
  filter_init (&across, image->width, side);
  filter_init (&down, image->height, side);
  for (int y = 0; y < side; y++)
    {
      sum_rows (image, &down.reaches[y], row);
      sum_columns (row, across.reaches, side, rgb + (gsize) y * (gsize) side * 3);
    }
  filter_clear (&across);
  filter_clear (&down);
  g_free (row);
}
