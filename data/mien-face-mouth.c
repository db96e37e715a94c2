/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The mouth. AU10 lifts the upper lip, AU12 draws the corners out and up, AU15 down; AU23
 * narrows the mouth and thins the lips, AU24 presses them to a line with the skin bulging
 * round it; AU25 opens them, AU26 drops the jaw and the lower lip with it. Four curves
 * between the corners make everything: contour and seam of each lip.
 */
#include "config.h"

#include <math.h>

#include "mien-face-private.h"

typedef struct
{
  double corner_x, corner_y;
  double upper_top, upper_seam; /* y at the middle of the mouth */
  double lower_seam, lower_bottom;
  double upper_bow; /* depth of the notch in the upper lip */
  double reach;     /* how far the lower curves keep their depth: roundness */
} Mouth;

static void
mouth_init (Mouth *mouth, const MienFacePen *pen)
{
  const MienFaceIdentity *identity = pen->identity;
  const double *unit = pen->unit;
  double thin = (1.0 - 0.50 * unit[AU23]) * (1.0 - 0.78 * unit[AU24]);
  double upper = 0.052 * identity->lip_fullness * thin * (1.0 - 0.22 * unit[AU12]);
  double lower = 0.072 * identity->lip_fullness * thin * (1.0 - 0.15 * unit[AU12]);
  double apart = unit[AU25] * (1.0 - 0.85 * unit[AU24]) * (1.0 - 0.35 * unit[AU23]);
  double gap = 0.070 * apart + 0.190 * unit[AU26] * (0.15 + 0.85 * apart);
  double y = 0.425 * (0.5 + 0.5 * identity->length);

  mouth->corner_x = 0.205 * identity->mouth_width + 0.095 * unit[AU12]
                    - 0.075 * unit[AU23] - 0.015 * unit[AU24] + 0.018 * unit[AU15]
                    - 0.030 * unit[AU26] * apart;
  mouth->corner_y =
      y - 0.095 * unit[AU12] + 0.085 * unit[AU15] + 0.050 * unit[AU26] * apart;
  mouth->upper_seam = y - 0.050 * unit[AU10] - 0.016 * apart - 0.010 * unit[AU12]
                      + 0.014 * unit[AU24] - 0.022 * unit[AU15];
  mouth->upper_top = mouth->upper_seam - upper - 0.012 * unit[AU10];
  mouth->upper_bow = 0.020 * identity->lip_fullness * thin * (1.0 - 0.6 * unit[AU12]);
  mouth->lower_seam = MAX (mouth->upper_seam, y - 0.014 * unit[AU15] + 0.014 * unit[AU24]
                                                  - 0.012 * unit[AU10])
                      + gap;
  if (gap < 0.01 && unit[AU10] < 0.25)
    mouth->lower_seam = mouth->upper_seam + 0.004;
  mouth->lower_bottom = mouth->lower_seam + lower;
  mouth->reach = 0.55 + 0.33 * unit[AU26] * apart + 0.08 * unit[AU24];
}

/* From the left to the right corner (direction 1) or back, passing (0, y) with a flat
 * middle. */
static void
seam (const MienFacePen *pen, const Mouth *mouth, double y, int direction)
{
  double x = mouth->corner_x * direction;
  double bulge = y + (y - mouth->corner_y) / 3.0;
  double reach = x * (y > mouth->upper_seam ? mouth->reach : 0.55);

  mien_face_curve_to (pen, -reach, bulge, reach, bulge, x, mouth->corner_y);
}

static void
upper_contour (const MienFacePen *pen, const Mouth *mouth)
{
  double x = mouth->corner_x;
  double top = mouth->upper_top, bow = mouth->upper_bow;

  mien_face_curve_to (pen, -x * 0.62, (mouth->corner_y + top * 2.0) / 3.0, -x * 0.34,
                      top - bow, -x * 0.20, top - bow);
  mien_face_curve_to (pen, -x * 0.10, top - bow, -x * 0.06, top + bow * 0.2, 0.0,
                      top + bow * 0.2);
  mien_face_curve_to (pen, x * 0.06, top + bow * 0.2, x * 0.10, top - bow, x * 0.20,
                      top - bow);
  mien_face_curve_to (pen, x * 0.34, top - bow, x * 0.62,
                      (mouth->corner_y + top * 2.0) / 3.0, x, mouth->corner_y);
}

static void
draw_inside (const MienFacePen *pen, const Mouth *mouth)
{
  cairo_t *cr = pen->cr;
  double gap = mouth->lower_seam - mouth->upper_seam;
  double left_x, left_y, right_x, right_y, tongue_x, tongue_y;

  mien_face_point (pen, -mouth->corner_x, mouth->upper_seam, 0.0, &left_x, &left_y);
  mien_face_point (pen, mouth->corner_x, mouth->upper_seam, 0.0, &right_x, &right_y);
  mien_face_point (pen, 0.0, mouth->lower_seam + 0.01, 0.0, &tongue_x, &tongue_y);

  cairo_save (cr);
  cairo_new_path (cr);
  mien_face_move_to (pen, -mouth->corner_x, mouth->corner_y);
  seam (pen, mouth, mouth->upper_seam, 1);
  seam (pen, mouth, mouth->lower_seam, -1);
  cairo_close_path (cr);
  cairo_clip_preserve (cr);
  cairo_set_source_rgb (cr, 0.26, 0.07, 0.08);
  cairo_fill (cr);

  cairo_save (cr);
  cairo_translate (cr, tongue_x, tongue_y);
  cairo_scale (cr, mouth->corner_x * 0.55, MAX (gap * 0.40, 0.001));
  cairo_arc (cr, 0.0, 0.0, 1.0, 0.0, 2.0 * G_PI);
  cairo_restore (cr);
  cairo_set_source_rgb (cr, 0.72, 0.30, 0.30);
  cairo_fill (cr);

  /* The upper teeth stay with the skull; they show as far as the gap goes. */
  mien_face_move_to (pen, -mouth->corner_x, mouth->corner_y);
  seam (pen, mouth, mouth->upper_seam, 1);
  seam (pen, mouth, mouth->upper_seam + MIN (gap * 0.62, 0.062), -1);
  cairo_close_path (cr);
  cairo_set_source_rgb (cr, 0.95, 0.93, 0.89);
  cairo_fill (cr);
  cairo_restore (cr);
}

static void
draw_lip (const MienFacePen *pen, const Mouth *mouth, gboolean upper)
{
  cairo_t *cr = pen->cr;
  MienFaceColour lips = pen->identity->lips;
  MienFaceColour dark = mien_face_mix (lips, pen->deep, 0.40);

  cairo_new_path (cr);
  mien_face_move_to (pen, -mouth->corner_x, mouth->corner_y);
  if (upper)
    {
      upper_contour (pen, mouth);
      seam (pen, mouth, mouth->upper_seam, -1);
    }
  else
    {
      seam (pen, mouth, mouth->lower_seam, 1);
      seam (pen, mouth, mouth->lower_bottom, -1);
    }
  cairo_close_path (cr);
  mien_face_source (pen, upper ? mien_face_mix (lips, dark, 0.45) : lips, 1.0);
  cairo_fill (cr);

  if (!upper)
    mien_face_spot (pen, -0.03, (mouth->lower_seam + mouth->lower_bottom) / 2.0, 0.10,
                    (mouth->lower_bottom - mouth->lower_seam) * 0.42, pen->glow, 0.55);
}

/* What the ring muscle does to the skin: AU23 puckers it in short lines, AU24 bulges it.
 */
static void
draw_surround (const MienFacePen *pen, const Mouth *mouth)
{
  const double *unit = pen->unit;

  mien_face_spot (pen, 0.0, mouth->lower_bottom + 0.035, 0.16, 0.045, pen->deep, 0.42);
  mien_face_spot (pen, 0.0, mouth->upper_top - 0.055, 0.035, 0.05, pen->shade, 0.40);
  mien_face_spot (pen, 0.0, mouth->upper_top - 0.042, 0.20, 0.05, pen->glow,
                  0.55 * unit[AU24]);
  mien_face_spot (pen, 0.0, mouth->lower_bottom + 0.040, 0.19, 0.05, pen->glow,
                  0.65 * unit[AU24]);
  for (int i = -2; i <= 2; i++)
    {
      double x = i * mouth->corner_x * 0.36;

      mien_face_crease (pen,
                        (const double[]){ x, mouth->upper_top - 0.014, x * 1.06,
                                          mouth->upper_top - 0.035, x * 1.14,
                                          mouth->upper_top - 0.062 },
                        0.012, pen->deep, 0.44 * unit[AU23]);
      mien_face_crease (pen,
                        (const double[]){ x, mouth->lower_bottom + 0.014, x * 1.06,
                                          mouth->lower_bottom + 0.030, x * 1.14,
                                          mouth->lower_bottom + 0.052 },
                        0.012, pen->deep, 0.38 * unit[AU23]);
    }
}

void
mien_face_draw_mouth (const MienFacePen *pen)
{
  cairo_t *cr = pen->cr;
  const double *unit = pen->unit;
  MienFaceColour line =
      mien_face_mix (pen->deep, (MienFaceColour){ 0.25, 0.03, 0.05 }, 0.6);
  Mouth mouth;

  mouth_init (&mouth, pen);
  draw_surround (pen, &mouth);
  if (mouth.lower_seam - mouth.upper_seam > 0.008)
    draw_inside (pen, &mouth);
  draw_lip (pen, &mouth, FALSE);
  draw_lip (pen, &mouth, TRUE);

  cairo_new_path (cr);
  mien_face_move_to (pen, -mouth.corner_x, mouth.corner_y);
  seam (pen, &mouth, mouth.upper_seam, 1);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_width (cr, 0.016 + 0.014 * unit[AU24]);
  mien_face_source (pen, line, 0.80);
  cairo_stroke (cr);

  for (int side = -1; side <= 1; side += 2)
    {
      mien_face_spot (pen, side * (mouth.corner_x + 0.005), mouth.corner_y, 0.045, 0.045,
                      pen->deep, 0.55 + 0.25 * unit[AU12]);
      mien_face_crease (
          pen,
          (const double[]){ side * (mouth.corner_x + 0.014), mouth.corner_y - 0.035,
                            side * (mouth.corner_x + 0.045), mouth.corner_y - 0.005,
                            side * (mouth.corner_x + 0.020), mouth.corner_y + 0.04 },
          0.016, pen->deep, 0.55 * unit[AU12]);
    }
}
