/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Eyes and brows. AU1 lifts the inner end of a brow, AU2 the outer two thirds, AU4 lowers
 * and draws them together. AU7 straightens and narrows the opening, AU6 pushes the lower
 * lid up from the cheek; raised brows take the upper lid along a little.
 */
#include "config.h"

#include <math.h>

#include "mien-face-private.h"

typedef struct
{
  double x, y;         /* centre */
  double half;         /* half the width */
  double tilt;         /* how much the outer corner is higher */
  double upper, lower; /* opening above and below the centre */
} Eye;

static void
eye_init (Eye *eye, const MienFacePen *pen, int side)
{
  const MienFaceIdentity *identity = pen->identity;
  const double *unit = pen->unit;
  double open = 1.0 - pen->state->blink;
  double wide = 0.030 * MIN (unit[AU1], unit[AU2]) + 0.006 * unit[AU1];

  eye->x = side * 0.242 * identity->eye_distance;
  eye->y = -0.085;
  eye->half = 0.138 * identity->eye_size;
  eye->tilt = 0.022 * identity->eye_tilt;
  eye->upper = (0.082 * identity->eye_size + wide - 0.020 * unit[AU7] - 0.012 * unit[AU4]
                - 0.010 * unit[AU12])
               * open;
  eye->lower = 0.054 * identity->eye_size - 0.036 * unit[AU7] - 0.030 * unit[AU6];
  /* A shut upper lid comes to rest on the lower one. */
  eye->upper = MAX (eye->upper, 0.012) - 0.040 * (1.0 - open);
  eye->lower = MAX (eye->lower, -0.005);
  if (eye->upper + eye->lower < 0.010)
    eye->upper = 0.010 - eye->lower;
}

/* x of the corner: end -1 inner, +1 outer. */
static double
eye_corner_x (const Eye *eye, int side, int end)
{
  return eye->x + side * end * eye->half;
}

static double
eye_corner_y (const Eye *eye, int end)
{
  return eye->y + 0.008 - end * eye->tilt;
}

static void
upper_lid (const MienFacePen *pen, const Eye *eye, int side, double lift)
{
  double reach = side * eye->half * 0.52;
  /* A cubic reaches three quarters of the way to its control points. */
  double y = eye->y - (eye->upper + lift) * 1.30;

  mien_face_curve_to (pen, eye->x - reach, y, eye->x + reach, y - eye->tilt,
                      eye_corner_x (eye, side, 1), eye_corner_y (eye, 1));
}

static void
lower_lid_back (const MienFacePen *pen, const Eye *eye, int side, double drop)
{
  double reach = side * eye->half * 0.50;
  double y = eye->y + (eye->lower + drop) * 1.30;

  mien_face_curve_to (pen, eye->x + reach, y, eye->x - reach, y,
                      eye_corner_x (eye, side, -1), eye_corner_y (eye, -1));
}

static void
draw_iris (const MienFacePen *pen, const Eye *eye)
{
  cairo_t *cr = pen->cr;
  MienFaceColour iris = pen->identity->iris;
  MienFaceColour rim = mien_face_mix (iris, (MienFaceColour){ 0, 0, 0 }, 0.6);
  double radius = 0.074 * pen->identity->eye_size;
  cairo_pattern_t *pattern;
  double px, py;

  mien_face_point (pen, eye->x + 0.05 * pen->state->gaze_x,
                   eye->y + 0.012 + 0.028 * pen->state->gaze_y, 0.0, &px, &py);
  pattern = cairo_pattern_create_radial (px, py + radius * 0.3, 0.0, px, py, radius);
  cairo_pattern_add_color_stop_rgb (pattern, 0.0, iris.red * 1.25, iris.green * 1.25,
                                    iris.blue * 1.25);
  cairo_pattern_add_color_stop_rgb (pattern, 0.75, iris.red, iris.green, iris.blue);
  cairo_pattern_add_color_stop_rgb (pattern, 1.0, rim.red, rim.green, rim.blue);
  cairo_arc (cr, px, py, radius, 0.0, 2.0 * G_PI);
  cairo_set_source (cr, pattern);
  cairo_fill (cr);
  cairo_pattern_destroy (pattern);

  cairo_arc (cr, px, py, radius * 0.47, 0.0, 2.0 * G_PI);
  cairo_set_source_rgb (cr, 0.05, 0.03, 0.04);
  cairo_fill (cr);
  cairo_arc (cr, px + radius * 0.34 * (cos (pen->state->light) > 0.0 ? 1.0 : -1.0),
             py - radius * 0.38, radius * 0.26, 0.0, 2.0 * G_PI);
  cairo_set_source_rgba (cr, 1.0, 1.0, 1.0, 0.95);
  cairo_fill (cr);
}

static void
draw_lids (const MienFacePen *pen, const Eye *eye, int side)
{
  cairo_t *cr = pen->cr;
  MienFaceColour lash =
      mien_face_mix (pen->deep, (MienFaceColour){ 0.06, 0.03, 0.03 }, 0.75);
  double crease =
      0.034 + 0.012 * pen->unit[AU2] - 0.022 * pen->unit[AU7] - 0.010 * pen->unit[AU4];

  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  mien_face_move_to (pen, eye_corner_x (eye, side, -1), eye_corner_y (eye, -1));
  upper_lid (pen, eye, side, 0.0);
  mien_face_line_to (pen, eye_corner_x (eye, side, 1) + side * 0.018,
                     eye_corner_y (eye, 1) - 0.012);
  cairo_set_line_width (cr, 0.030);
  mien_face_source (pen, lash, 0.95);
  cairo_stroke (cr);

  mien_face_move_to (pen, eye_corner_x (eye, side, -1), eye_corner_y (eye, -1) - 0.012);
  upper_lid (pen, eye, side, crease);
  cairo_set_line_width (cr, 0.014);
  mien_face_source (pen, pen->deep, 0.55);
  cairo_stroke (cr);

  mien_face_move_to (pen, eye_corner_x (eye, side, 1), eye_corner_y (eye, 1));
  lower_lid_back (pen, eye, side, 0.0);
  cairo_set_line_width (cr, 0.014);
  mien_face_source (pen, lash, 0.55);
  cairo_stroke (cr);

  /* The roll under a tightened lid. */
  mien_face_move_to (pen, eye_corner_x (eye, side, 1), eye_corner_y (eye, 1) + 0.010);
  lower_lid_back (pen, eye, side, 0.036);
  cairo_set_line_width (cr, 0.014);
  mien_face_source (pen, pen->deep,
                    0.08 + 0.50 * MAX (pen->unit[AU7], 0.6 * pen->unit[AU6]));
  cairo_stroke (cr);
}

void
mien_face_draw_eyes (const MienFacePen *pen)
{
  cairo_t *cr = pen->cr;

  for (int side = -1; side <= 1; side += 2)
    {
      Eye eye;
      double px, py;

      eye_init (&eye, pen, side);

      /* The lid itself, a little darker than the face. */
      mien_face_move_to (pen, eye_corner_x (&eye, side, -1), eye_corner_y (&eye, -1));
      upper_lid (pen, &eye, side, 0.030);
      lower_lid_back (pen, &eye, side, 0.0);
      mien_face_source (pen, mien_face_mix (pen->identity->skin, pen->shade, 0.55), 1.0);
      cairo_fill (cr);

      cairo_save (cr);
      mien_face_move_to (pen, eye_corner_x (&eye, side, -1), eye_corner_y (&eye, -1));
      upper_lid (pen, &eye, side, 0.0);
      lower_lid_back (pen, &eye, side, 0.0);
      cairo_close_path (cr);
      cairo_clip_preserve (cr);
      cairo_set_source_rgb (cr, 0.955, 0.945, 0.93);
      cairo_fill (cr);
      draw_iris (pen, &eye);
      /* The shadow of the upper lid on the ball. */
      mien_face_point (pen, eye.x, eye.y - eye.upper, 0.0, &px, &py);
      cairo_rectangle (cr, px - 0.25, py - 0.1, 0.5, 0.125);
      cairo_set_source_rgba (cr, 0.15, 0.08, 0.10, 0.28);
      cairo_fill (cr);
      mien_face_point (pen, eye_corner_x (&eye, side, -1), eye.y + 0.01, 0.0, &px, &py);
      cairo_arc (cr, px, py, 0.020, 0.0, 2.0 * G_PI);
      cairo_set_source_rgba (cr, 0.80, 0.45, 0.42, 0.8);
      cairo_fill (cr);
      cairo_restore (cr);

      draw_lids (pen, &eye, side);
    }
}

void
mien_face_draw_brows (const MienFacePen *pen)
{
  const MienFaceIdentity *identity = pen->identity;
  const double *unit = pen->unit;
  MienFaceColour dark = mien_face_mix (
      identity->hair, (MienFaceColour){ 0.10, 0.06, 0.05 }, 0.45 - 0.25 * identity->age);
  double thick = 0.026 * identity->brow_thickness;
  double base = -0.285 - 0.02 * identity->brow_height;
  double inner_x = 0.098 - 0.036 * unit[AU4];
  double inner_y =
      base + 0.015 - 0.125 * unit[AU1] + 0.072 * unit[AU4] - 0.02 * unit[AU2];
  double peak_x = 0.265;
  double peak_y =
      base - 0.035 - 0.030 * unit[AU1] - 0.105 * unit[AU2] + 0.058 * unit[AU4];
  double outer_x = 0.405;
  double outer_y =
      base + 0.035 - 0.075 * unit[AU2] + 0.012 * unit[AU4] + 0.012 * unit[AU1];

  for (int side = -1; side <= 1; side += 2)
    {
      /* The tangent at the peak runs from end to end, so that the brow bends and never
       * breaks. */
      double slope = (outer_y - inner_y) / (outer_x - inner_x);
      double in = 0.085, out = 0.070;

      cairo_new_path (pen->cr);
      mien_face_move_to (pen, side * inner_x, inner_y + thick);
      mien_face_curve_to (pen, side * (inner_x - 0.015), inner_y, side * inner_x,
                          inner_y - thick * 1.1, side * (inner_x + 0.02),
                          inner_y - thick * 1.1);
      mien_face_curve_to (pen, side * (inner_x + 0.06),
                          inner_y - thick * 1.2 + (peak_y - inner_y) * 0.3,
                          side * (peak_x - in), peak_y - thick - slope * in,
                          side * peak_x, peak_y - thick);
      mien_face_curve_to (pen, side * (peak_x + out), peak_y - thick + slope * out,
                          side * outer_x, outer_y - 0.03, side * outer_x, outer_y);
      mien_face_curve_to (pen, side * (outer_x - 0.03), outer_y - 0.015,
                          side * (peak_x + out), peak_y + thick * 0.9 + slope * out,
                          side * peak_x, peak_y + thick * 0.8);
      mien_face_curve_to (pen, side * (peak_x - in), peak_y + thick * 0.9 - slope * in,
                          side * (inner_x + 0.05),
                          inner_y + thick + (peak_y - inner_y) * 0.3, side * inner_x,
                          inner_y + thick);
      cairo_close_path (pen->cr);
      mien_face_source (pen, dark, 0.92);
      cairo_fill (pen->cr);
    }
}
