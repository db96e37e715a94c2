/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What frames the face and never moves with it: hair behind and before the head, beard,
 * glasses and head scarf. Nothing here depends on an action unit except where a beard or
 * moustache must follow the chin and the lip.
 */
#include "config.h"

#include <math.h>

#include "mien-face-private.h"

static MienFaceColour
shine (const MienFacePen *pen)
{
  return mien_face_mix (pen->identity->hair, (MienFaceColour){ 1.0, 0.93, 0.80 }, 0.28);
}

static MienFaceColour
dark_hair (const MienFacePen *pen)
{
  return mien_face_mix (pen->identity->hair, (MienFaceColour){ 0.03, 0.02, 0.03 }, 0.38);
}

static void
draw_behind_long (const MienFacePen *pen, double bottom)
{
  cairo_t *cr = pen->cr;
  double w = pen->width;

  cairo_move_to (cr, 0.0, -0.97);
  cairo_curve_to (cr, w * 0.95, -0.98, w * 1.34, -0.62, w * 1.30, -0.05);
  cairo_curve_to (cr, w * 1.28, 0.35, w * 1.42, bottom * 0.8, w * 1.20, bottom);
  cairo_line_to (cr, -w * 1.20, bottom);
  cairo_curve_to (cr, -w * 1.42, bottom * 0.8, -w * 1.28, 0.35, -w * 1.30, -0.05);
  cairo_curve_to (cr, -w * 1.34, -0.62, -w * 0.95, -0.98, 0.0, -0.97);
  cairo_close_path (cr);
  mien_face_source (pen, dark_hair (pen), 1.0);
  cairo_fill (cr);
}

static void
draw_curls (const MienFacePen *pen, gboolean behind)
{
  cairo_t *cr = pen->cr;
  MienDemoRandom random;
  int count = behind ? 30 : 21;

  mien_demo_random_init (&random, pen->identity->texture, 4, behind ? 0 : 1);
  for (int i = 0; i < count; i++)
    {
      double share = count > 1 ? i / (double) (count - 1) : 0.0;
      double angle =
          behind ? -G_PI * (1.16 - 1.32 * share) : -G_PI * (0.97 - 0.94 * share);
      double reach = mien_demo_random_range (&random, 0.95, 1.05);
      double radius = mien_demo_random_range (&random, 0.10, 0.15);
      double tone = mien_demo_random_range (&random, -0.10, 0.14);
      double x = cos (angle) * pen->width * (behind ? 1.10 : 0.93) * reach;
      double y = -0.10 + sin (angle) * (behind ? 0.82 : 0.655) * reach;
      MienFaceColour colour =
          tone > 0.0 ? mien_face_mix (pen->identity->hair, shine (pen), tone * 3.0)
                     : mien_face_mix (pen->identity->hair, dark_hair (pen), -tone * 6.0);

      cairo_arc (cr, x, y, radius, 0.0, 2.0 * G_PI);
      mien_face_source (
          pen, behind ? mien_face_mix (colour, dark_hair (pen), 0.5) : colour, 1.0);
      cairo_fill (cr);
    }
}

static void
draw_scarf_behind (const MienFacePen *pen)
{
  cairo_t *cr = pen->cr;
  double w = pen->width;
  MienFaceColour dark =
      mien_face_mix (pen->identity->scarf, (MienFaceColour){ 0.05, 0, 0.05 }, 0.35);

  cairo_move_to (cr, 0.0, -0.95);
  cairo_curve_to (cr, w * 0.95, -0.95, w * 1.28, -0.60, w * 1.26, 0.0);
  cairo_curve_to (cr, w * 1.25, 0.50, w * 1.05, 0.75, w * 1.45, 1.4);
  cairo_line_to (cr, -w * 1.45, 1.4);
  cairo_curve_to (cr, -w * 1.05, 0.75, -w * 1.25, 0.50, -w * 1.26, 0.0);
  cairo_curve_to (cr, -w * 1.28, -0.60, -w * 0.95, -0.95, 0.0, -0.95);
  cairo_close_path (cr);
  mien_face_source (pen, dark, 1.0);
  cairo_fill (cr);
}

void
mien_face_draw_hair_behind (const MienFacePen *pen)
{
  cairo_t *cr = pen->cr;

  switch (pen->identity->hair_style)
    {
    case MIEN_FACE_HAIR_LONG:
      draw_behind_long (pen, 1.15);
      break;
    case MIEN_FACE_HAIR_FRINGE:
      draw_behind_long (pen, 0.66);
      break;
    case MIEN_FACE_HAIR_CURLY:
      draw_curls (pen, TRUE);
      break;
    case MIEN_FACE_HAIR_BUN:
      cairo_arc (cr, 0.0, -0.93, 0.20, 0.0, 2.0 * G_PI);
      mien_face_source (pen, dark_hair (pen), 1.0);
      cairo_fill (cr);
      break;
    case MIEN_FACE_HAIR_SCARF:
      draw_scarf_behind (pen);
      break;
    case MIEN_FACE_HAIR_SHORT:
    case MIEN_FACE_HAIR_PARTED:
    case MIEN_FACE_HAIR_RECEDING:
    case MIEN_FACE_HAIR_COUNT:
    default:
      break;
    }
}

/* Outside of the hair from ear to ear over the top, as the beginning of a path. */
static void
cap_outside (const MienFacePen *pen, double height, double low)
{
  double w = pen->width;

  cairo_new_path (pen->cr);
  cairo_move_to (pen->cr, -w * 1.02, low);
  cairo_curve_to (pen->cr, -w * 1.22, -0.45, -w * 0.98, height, 0.0, height);
  cairo_curve_to (pen->cr, w * 0.98, height, w * 1.22, -0.45, w * 1.02, low);
}

static void
cap_path (const MienFacePen *pen)
{
  cairo_t *cr = pen->cr;
  double w = pen->width;
  /* The hairline turns with the head, half as far as the features. */
  double turn = 0.16 * pen->sin_yaw;
  double nod = -0.14 * pen->sin_pitch;

  switch (pen->identity->hair_style)
    {
    case MIEN_FACE_HAIR_PARTED:
      cap_outside (pen, -1.00, -0.06);
      cairo_curve_to (cr, w * 0.95, -0.22, w * 0.88, -0.36 + nod, w * 0.74 + turn,
                      -0.46 + nod);
      cairo_curve_to (cr, w * 0.30 + turn, -0.50 + nod, -w * 0.28 + turn, -0.56 + nod,
                      -w * 0.48 + turn, -0.72 + nod);
      cairo_curve_to (cr, -w * 0.60 + turn, -0.60 + nod, -w * 0.84, -0.50, -w * 0.90,
                      -0.24);
      break;
    case MIEN_FACE_HAIR_FRINGE:
      cap_outside (pen, -0.97, 0.30);
      cairo_curve_to (cr, w * 0.92, 0.10, w * 0.90, -0.20, w * 0.84, -0.40 + nod);
      for (int i = 0; i < 5; i++)
        {
          double left = w * (0.84 - 0.336 * (i + 1)), right = w * (0.84 - 0.336 * i);

          cairo_curve_to (cr, right - w * 0.06 + turn, -0.455 + nod,
                          left + w * 0.12 + turn, -0.475 + nod,
                          left + (i < 4 ? turn : 0.0), -0.445 + nod);
        }
      cairo_curve_to (cr, -w * 0.90, -0.20, -w * 0.92, 0.10, -w * 1.02, 0.30);
      break;
    case MIEN_FACE_HAIR_LONG:
      cap_outside (pen, -0.98, 0.62);
      cairo_curve_to (cr, w * 0.90, 0.30, w * 1.00, -0.20, w * 0.74, -0.40 + nod);
      cairo_curve_to (cr, w * 0.52 + turn, -0.54 + nod, w * 0.20 + turn, -0.62 + nod,
                      turn, -0.74 + nod);
      cairo_curve_to (cr, -w * 0.20 + turn, -0.62 + nod, -w * 0.52 + turn, -0.54 + nod,
                      -w * 0.74, -0.40 + nod);
      cairo_curve_to (cr, -w * 1.00, -0.20, -w * 0.90, 0.30, -w * 1.02, 0.62);
      break;
    case MIEN_FACE_HAIR_BUN:
      cap_outside (pen, -0.92, -0.10);
      cairo_curve_to (cr, w * 0.98, -0.30, w * 0.80 + turn, -0.60 + nod, turn,
                      -0.62 + nod);
      cairo_curve_to (cr, -w * 0.80 + turn, -0.60 + nod, -w * 0.98, -0.30, -w * 1.02,
                      -0.10);
      break;
    case MIEN_FACE_HAIR_SHORT:
    case MIEN_FACE_HAIR_CURLY:
    case MIEN_FACE_HAIR_RECEDING:
    case MIEN_FACE_HAIR_SCARF:
    case MIEN_FACE_HAIR_COUNT:
    default:
      cap_outside (pen, -0.96, -0.02);
      cairo_curve_to (cr, w * 0.93, -0.16, w * 0.93, -0.28, w * 0.86, -0.40 + nod);
      cairo_curve_to (cr, w * 0.66 + turn, -0.50 + nod, w * 0.34 + turn, -0.585 + nod,
                      turn, -0.555 + nod);
      cairo_curve_to (cr, -w * 0.34 + turn, -0.585 + nod, -w * 0.66 + turn, -0.50 + nod,
                      -w * 0.86, -0.40 + nod);
      cairo_curve_to (cr, -w * 0.93, -0.28, -w * 0.93, -0.16, -w * 1.02, -0.02);
      break;
    }
  cairo_close_path (cr);
}

static void
draw_cap (const MienFacePen *pen)
{
  cairo_t *cr = pen->cr;
  MienFaceColour light = shine (pen), dark = dark_hair (pen), hair = pen->identity->hair;
  cairo_pattern_t *pattern = cairo_pattern_create_linear (0.0, -1.0, 0.0, 0.1);
  MienDemoRandom random;

  cairo_save (cr);
  cap_path (pen);
  cairo_clip_preserve (cr);
  cairo_pattern_add_color_stop_rgb (pattern, 0.0, hair.red, hair.green, hair.blue);
  cairo_pattern_add_color_stop_rgb (pattern, 0.22, light.red, light.green, light.blue);
  cairo_pattern_add_color_stop_rgb (pattern, 0.42, hair.red, hair.green, hair.blue);
  cairo_pattern_add_color_stop_rgb (pattern, 1.0, dark.red, dark.green, dark.blue);
  cairo_set_source (cr, pattern);
  cairo_fill (cr);
  cairo_pattern_destroy (pattern);

  /* Strands fan out from the crown. */
  mien_demo_random_init (&random, pen->identity->texture, 5, 0);
  cairo_set_line_width (cr, 0.012);
  for (int i = 0; i < 26; i++)
    {
      double angle = mien_demo_random_range (&random, -0.1, 1.1) * G_PI;
      double bend = mien_demo_random_range (&random, -0.1, 0.1);
      gboolean bright = mien_demo_random_chance (&random, 0.45);
      double x = cos (angle) * pen->width * 1.25, y = -0.62 + sin (angle) * 0.9;

      cairo_move_to (cr, 0.0, -0.95);
      cairo_curve_to (cr, x * 0.5 + bend, -0.95, x, y - 0.5, x, y);
      mien_face_source (pen, bright ? light : dark, 0.30);
      cairo_stroke (cr);
    }
  cairo_restore (cr);
}

static void
draw_receding (const MienFacePen *pen)
{
  cairo_t *cr = pen->cr;
  double w = pen->width;

  for (int side = -1; side <= 1; side += 2)
    {
      cairo_new_path (cr);
      cairo_move_to (cr, side * w * 1.00, 0.02);
      cairo_curve_to (cr, side * w * 1.15, -0.28, side * w * 1.06, -0.56, side * w * 0.86,
                      -0.62);
      cairo_curve_to (cr, side * w * 0.93, -0.45, side * w * 0.84, -0.26, side * w * 0.93,
                      -0.10);
      cairo_close_path (cr);
      mien_face_source (pen, pen->identity->hair, 0.92);
      cairo_fill (cr);
    }
  mien_face_spot (pen, -0.10, -0.66, 0.20, 0.07, (MienFaceColour){ 1, 1, 1 }, 0.35);
}

static void
draw_scarf_before (const MienFacePen *pen)
{
  cairo_t *cr = pen->cr;
  double w = pen->width;
  MienFaceColour scarf = pen->identity->scarf;
  MienFaceColour fold = mien_face_mix (scarf, (MienFaceColour){ 0.05, 0, 0.05 }, 0.35);
  double chin = pen->chin;

  /* A ring: outside as behind, inside the oval of the face down to the chin. */
  cairo_new_path (cr);
  cairo_move_to (cr, 0.0, -0.95);
  cairo_curve_to (cr, w * 0.95, -0.95, w * 1.28, -0.60, w * 1.24, 0.0);
  cairo_curve_to (cr, w * 1.22, 0.50, w * 0.95, 0.95, w * 0.55, 1.30);
  cairo_line_to (cr, -w * 0.55, 1.30);
  cairo_curve_to (cr, -w * 0.95, 0.95, -w * 1.22, 0.50, -w * 1.24, 0.0);
  cairo_curve_to (cr, -w * 1.28, -0.60, -w * 0.95, -0.95, 0.0, -0.95);
  cairo_close_path (cr);
  cairo_new_sub_path (cr);
  cairo_move_to (cr, 0.0, -0.60);
  cairo_curve_to (cr, -w * 0.72, -0.60, -w * 0.94, -0.34, -w * 0.94, -0.02);
  cairo_curve_to (cr, -w * 0.94, 0.40, -w * 0.60, chin - 0.035, 0.0, chin - 0.025);
  cairo_curve_to (cr, w * 0.60, chin - 0.035, w * 0.94, 0.40, w * 0.94, -0.02);
  cairo_curve_to (cr, w * 0.94, -0.34, w * 0.72, -0.60, 0.0, -0.60);
  cairo_close_path (cr);
  mien_face_source (pen, scarf, 1.0);
  cairo_set_fill_rule (cr, CAIRO_FILL_RULE_EVEN_ODD);
  cairo_fill (cr);
  cairo_set_fill_rule (cr, CAIRO_FILL_RULE_WINDING);

  cairo_set_line_width (cr, 0.020);
  for (int i = 0; i < 3; i++)
    {
      double y = chin + 0.03 + 0.09 * i;

      cairo_move_to (cr, -w * (0.78 - 0.1 * i), y - 0.16);
      cairo_curve_to (cr, -w * 0.4, y + 0.08, w * 0.3, y + 0.10, w * 0.85, y - 0.22);
      mien_face_source (pen, fold, 0.55);
      cairo_stroke (cr);
    }
  cairo_move_to (cr, -w * 1.06, -0.20);
  cairo_curve_to (cr, -w * 0.90, -0.72, w * 0.40, -0.98, w * 1.02, -0.30);
  mien_face_source (pen, fold, 0.40);
  cairo_stroke (cr);
}

void
mien_face_draw_hair_before (const MienFacePen *pen)
{
  switch (pen->identity->hair_style)
    {
    case MIEN_FACE_HAIR_RECEDING:
      draw_receding (pen);
      break;
    case MIEN_FACE_HAIR_SCARF:
      draw_scarf_before (pen);
      break;
    case MIEN_FACE_HAIR_CURLY:
      draw_curls (pen, FALSE);
      break;
    case MIEN_FACE_HAIR_SHORT:
    case MIEN_FACE_HAIR_PARTED:
    case MIEN_FACE_HAIR_FRINGE:
    case MIEN_FACE_HAIR_LONG:
    case MIEN_FACE_HAIR_BUN:
    case MIEN_FACE_HAIR_COUNT:
    default:
      draw_cap (pen);
      break;
    }
}

static void
draw_moustache (const MienFacePen *pen)
{
  cairo_t *cr = pen->cr;
  const double *unit = pen->unit;
  double y = 0.345 - 0.045 * unit[AU10] - 0.008 * unit[AU12];
  double reach = 0.20 + 0.06 * unit[AU12] - 0.05 * unit[AU23];
  double tip = 0.415 - 0.075 * unit[AU12] + 0.065 * unit[AU15];

  cairo_new_path (cr);
  mien_face_move_to (pen, 0.0, y - 0.035);
  mien_face_curve_to (pen, 0.09, y - 0.055, reach * 0.8, y - 0.01, reach, tip);
  mien_face_curve_to (pen, reach * 0.7, tip - 0.01, 0.08, y + 0.035, 0.0, y + 0.02);
  mien_face_curve_to (pen, -0.08, y + 0.035, -reach * 0.7, tip - 0.01, -reach, tip);
  mien_face_curve_to (pen, -reach * 0.8, y - 0.01, -0.09, y - 0.055, 0.0, y - 0.035);
  cairo_close_path (cr);
  mien_face_source (pen, dark_hair (pen), 0.85);
  cairo_fill (cr);
}

void
mien_face_draw_beard (const MienFacePen *pen)
{
  cairo_t *cr = pen->cr;
  double w = pen->width;
  gboolean full = pen->identity->beard == MIEN_FACE_BEARD_FULL;
  cairo_pattern_t *pattern;

  if (pen->identity->beard == MIEN_FACE_BEARD_NONE)
    return;
  if (pen->identity->beard == MIEN_FACE_BEARD_MOUSTACHE)
    {
      draw_moustache (pen);
      return;
    }

  /* The lower face, less the cheeks, which end in a curve that reaches for the lips. */
  cairo_save (cr);
  mien_face_head_path (pen);
  cairo_clip (cr);
  cairo_move_to (cr, -w * 1.05, -0.05);
  cairo_curve_to (cr, -w * 0.88, 0.26, -w * 0.72, 0.36, -0.24, 0.335);
  cairo_curve_to (cr, -0.10, 0.29, 0.10, 0.29, 0.24, 0.335);
  cairo_curve_to (cr, w * 0.72, 0.36, w * 0.88, 0.26, w * 1.05, -0.05);
  cairo_line_to (cr, w * 1.05, 1.2);
  cairo_line_to (cr, -w * 1.05, 1.2);
  cairo_close_path (cr);
  if (full)
    {
      mien_face_source (pen, pen->identity->hair, 0.90);
    }
  else
    {
      MienFaceColour dark = dark_hair (pen);

      /* Stubble has no edge. */
      pattern = cairo_pattern_create_linear (0.0, 0.16, 0.0, 0.62);
      cairo_pattern_add_color_stop_rgba (pattern, 0.0, dark.red, dark.green, dark.blue,
                                         0.0);
      cairo_pattern_add_color_stop_rgba (pattern, 1.0, dark.red, dark.green, dark.blue,
                                         0.30);
      cairo_set_source (cr, pattern);
      cairo_pattern_destroy (pattern);
    }
  cairo_fill (cr);
  if (full)
    {
      mien_face_spot (pen, 0.0, pen->chin - 0.12, 0.30, 0.20, shine (pen), 0.30);
      /* Bare skin below the lower lip. */
      mien_face_spot (pen, 0.0, 0.545 + 0.12 * pen->unit[AU26], 0.07, 0.04,
                      pen->identity->skin, 0.5);
    }
  cairo_restore (cr);
}

void
mien_face_draw_glasses (const MienFacePen *pen)
{
  cairo_t *cr = pen->cr;
  double width = 0.185 * pen->identity->eye_distance, height = 0.155;
  MienFaceColour frame = { 0.13, 0.11, 0.13 };

  if (pen->identity->glasses == MIEN_FACE_GLASSES_NONE)
    return;

  cairo_set_line_width (cr, 0.024);
  for (int side = -1; side <= 1; side += 2)
    {
      double px, py;

      mien_face_point (pen, side * 0.242 * pen->identity->eye_distance, -0.075, 0.05, &px,
                       &py);
      cairo_save (cr);
      cairo_translate (cr, px, py);
      cairo_new_path (cr);
      if (pen->identity->glasses == MIEN_FACE_GLASSES_ROUND)
        {
          cairo_scale (cr, width, height * 1.05);
          cairo_arc (cr, 0.0, 0.0, 1.0, 0.0, 2.0 * G_PI);
        }
      else
        {
          double r = 0.05;

          cairo_arc (cr, width - r, -height * 0.85 + r, r, -G_PI / 2.0, 0.0);
          cairo_arc (cr, width - r, height * 0.85 - r, r, 0.0, G_PI / 2.0);
          cairo_arc (cr, -width + r, height * 0.85 - r, r, G_PI / 2.0, G_PI);
          cairo_arc (cr, -width + r, -height * 0.85 + r, r, G_PI, 1.5 * G_PI);
          cairo_close_path (cr);
        }
      cairo_restore (cr);
      cairo_set_source_rgba (cr, 0.85, 0.93, 1.0, 0.10);
      cairo_fill_preserve (cr);
      mien_face_source (pen, frame, 0.88);
      cairo_stroke (cr);

      mien_face_move_to (pen, side * 0.43 * pen->identity->eye_distance, -0.10);
      cairo_line_to (cr, side * (pen->width + 0.01), -0.08);
      mien_face_source (pen, frame, 0.75);
      cairo_stroke (cr);
    }
  mien_face_crease (pen, (const double[]){ -0.065, -0.095, 0.0, -0.125, 0.065, -0.095 },
                    0.022, frame, 0.88);
}
