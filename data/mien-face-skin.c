/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The head itself: neck and clothes, ears, skull and jaw, the nose, and the lines and
 * swellings that the action units leave in the skin: forehead (AU1, AU2), frown (AU4),
 * cheeks and crow's feet (AU6), wrinkled nose (AU10), the fold from nose to mouth (AU10,
 * AU12), chin (AU15, AU24).
 */
#include "config.h"

#include <math.h>

#include "mien-face-private.h"

void
mien_face_head_path (const MienFacePen *pen)
{
  double w = pen->width;
  double jaw = 0.425 * pen->identity->jaw * pen->identity->width;
  double drop = 0.055 * pen->unit[AU26];
  double chin = pen->chin;
  /* The middle of the chin is in front: it goes with the pose, the rim of the head does
   * not. */
  double turn = 0.10 * pen->sin_yaw;
  double nod = -0.10 * pen->sin_pitch;

  cairo_new_path (pen->cr);
  cairo_move_to (pen->cr, 0.0, -0.80);
  cairo_curve_to (pen->cr, w * 0.66, -0.80, w, -0.55, w, -0.14);
  cairo_curve_to (pen->cr, w, 0.16, w * 0.95 + turn * 0.3, 0.34, jaw + turn * 0.5,
                  0.53 + drop + nod * 0.3);
  cairo_curve_to (pen->cr, jaw * 0.80 + turn, 0.68 + drop * 1.6 + nod * 0.6, 0.17 + turn,
                  chin + nod, turn, chin + nod);
  cairo_curve_to (pen->cr, -0.17 + turn, chin + nod, -jaw * 0.80 + turn,
                  0.68 + drop * 1.6 + nod * 0.6, -jaw + turn * 0.5,
                  0.53 + drop + nod * 0.3);
  cairo_curve_to (pen->cr, -w * 0.95 + turn * 0.3, 0.34, -w, 0.16, -w, -0.14);
  cairo_curve_to (pen->cr, -w, -0.55, -w * 0.66, -0.80, 0.0, -0.80);
  cairo_close_path (pen->cr);
}

void
mien_face_draw_neck (const MienFacePen *pen)
{
  cairo_t *cr = pen->cr;
  const MienFaceIdentity *identity = pen->identity;
  MienFaceColour fold =
      mien_face_mix (identity->clothes, (MienFaceColour){ 0, 0, 0 }, 0.3);
  cairo_pattern_t *pattern;

  cairo_move_to (cr, -0.27, 0.45);
  cairo_curve_to (cr, -0.27, 0.75, -0.28, 0.88, -0.42, 0.96);
  cairo_line_to (cr, 0.42, 0.96);
  cairo_curve_to (cr, 0.28, 0.88, 0.27, 0.75, 0.27, 0.45);
  cairo_close_path (cr);
  pattern = cairo_pattern_create_linear (0.0, 0.62, 0.0, 1.02);
  cairo_pattern_add_color_stop_rgb (pattern, 0.0, pen->deep.red, pen->deep.green,
                                    pen->deep.blue);
  cairo_pattern_add_color_stop_rgb (pattern, 1.0, pen->shade.red, pen->shade.green,
                                    pen->shade.blue);
  cairo_set_source (cr, pattern);
  cairo_fill (cr);
  cairo_pattern_destroy (pattern);

  cairo_move_to (cr, -1.4, 1.6);
  cairo_curve_to (cr, -1.0, 1.02, -0.62, 0.95, -0.33, 0.88);
  cairo_curve_to (cr, -0.20, 1.04, 0.20, 1.04, 0.33, 0.88);
  cairo_curve_to (cr, 0.62, 0.95, 1.0, 1.02, 1.4, 1.6);
  cairo_close_path (cr);
  mien_face_source (pen, identity->clothes, 1.0);
  cairo_fill_preserve (cr);
  cairo_set_line_width (cr, 0.03);
  mien_face_source (pen, fold, 0.7);
  cairo_stroke (cr);
}

void
mien_face_draw_ears (const MienFacePen *pen)
{
  cairo_t *cr = pen->cr;

  if (pen->identity->hair_style == MIEN_FACE_HAIR_SCARF)
    return;

  for (int side = -1; side <= 1; side += 2)
    {
      /* The far ear goes behind the head as it turns away. */
      double hidden = MAX (0.0, side * pen->sin_yaw) * 0.25;
      double x = side * (pen->width + 0.005 - hidden);

      cairo_save (cr);
      cairo_translate (cr, x, 0.02);
      cairo_rotate (cr, side * 0.16);
      cairo_scale (cr, 0.085, 0.155);
      cairo_arc (cr, 0.0, 0.0, 1.0, 0.0, 2.0 * G_PI);
      cairo_restore (cr);
      mien_face_source (pen, mien_face_mix (pen->identity->skin, pen->shade, 0.35), 1.0);
      cairo_fill (cr);

      cairo_save (cr);
      cairo_translate (cr, x + side * 0.012, 0.02);
      cairo_rotate (cr, side * 0.16);
      cairo_scale (cr, 0.045, 0.10);
      cairo_arc (cr, 0.0, 0.0, 1.0, 0.0, 2.0 * G_PI);
      cairo_restore (cr);
      mien_face_source (pen, pen->deep, 0.35);
      cairo_fill (cr);
    }
}

static void
draw_freckles (const MienFacePen *pen)
{
  MienDemoRandom random;
  int count = (int) (pen->identity->freckles * 46.0);

  mien_demo_random_init (&random, pen->identity->texture, 3, 0);
  for (int i = 0; i < count; i++)
    {
      double x = mien_demo_random_range (&random, -0.40, 0.40);
      double y = mien_demo_random_range (&random, 0.0, 0.30);
      double radius = mien_demo_random_range (&random, 0.008, 0.016);

      mien_face_spot (pen, x, y, radius, radius, pen->deep, 0.45);
    }
}

void
mien_face_draw_head (const MienFacePen *pen)
{
  cairo_t *cr = pen->cr;
  const double *unit = pen->unit;
  cairo_pattern_t *pattern;
  double cheek_y = 0.22 - 0.045 * unit[AU6];
  MienFaceColour skin = pen->identity->skin;
  double pinkness = 0.30 + 0.16 * unit[AU12] + 0.10 * unit[AU6];

  cairo_save (cr);
  mien_face_head_path (pen);
  cairo_clip_preserve (cr);
  pattern = cairo_pattern_create_radial (0.0, -0.12, 0.18, 0.0, 0.0, 0.95);
  cairo_pattern_add_color_stop_rgb (pattern, 0.0, skin.red, skin.green, skin.blue);
  cairo_pattern_add_color_stop_rgb (pattern, 0.45, skin.red, skin.green, skin.blue);
  cairo_pattern_add_color_stop_rgb (pattern, 1.0, pen->shade.red, pen->shade.green,
                                    pen->shade.blue);
  cairo_set_source (cr, pattern);
  cairo_fill (cr);
  cairo_pattern_destroy (pattern);

  /* Planes of the face: forehead, cheekbones and chin in the light, sockets and jaw in
   * shade. */
  mien_face_spot (pen, 0.0, -0.48, 0.36, 0.20, pen->glow, 0.42);
  mien_face_spot (pen, 0.0, pen->chin - 0.10, 0.15, 0.09, pen->glow, 0.30);
  for (int side = -1; side <= 1; side += 2)
    {
      mien_face_spot (pen, side * 0.30, cheek_y - 0.08, 0.16, 0.10, pen->glow, 0.36);
      mien_face_spot (pen, side * 0.35, cheek_y + 0.02, 0.20, 0.15, pen->blush, pinkness);
      mien_face_spot (pen, side * 0.24, -0.12, 0.22, 0.15, pen->shade, 0.42);
      mien_face_spot (pen, side * 0.50, 0.32, 0.16, 0.26, pen->shade, 0.30);
    }
  draw_freckles (pen);
  cairo_restore (cr);
}

/* The wings rise and widen with AU10, the tip hardly moves. */
void
mien_face_draw_nose (const MienFacePen *pen)
{
  cairo_t *cr = pen->cr;
  const MienFaceIdentity *identity = pen->identity;
  double lift = 0.045 * pen->unit[AU10] + 0.012 * pen->unit[AU12];
  double wing = 0.098 * identity->nose_width * (1.0 + 0.20 * pen->unit[AU10]);
  double tip = 0.02 + 0.17 * identity->nose_length;
  double dark = cos (pen->state->light) > 0.0 ? -1.0 : 1.0;
  double px, py;

  /* The side that the light does not reach, and the bridge that it does. */
  mien_face_spot (pen, dark * 0.085, 0.02, 0.06, 0.22, pen->shade, 0.55);
  mien_face_spot (pen, -dark * 0.01, -0.03, 0.045, 0.22, pen->glow, 0.55);
  mien_face_spot (pen, 0.0, tip + 0.075, 0.15, 0.055, pen->deep, 0.35);

  mien_face_crease (pen,
                    (const double[]){ dark * 0.055, -0.14, dark * 0.035, 0.0,
                                      dark * 0.075, tip - 0.05 },
                    0.016, pen->deep, 0.30);
  for (int side = -1; side <= 1; side += 2)
    {
      mien_face_crease (pen,
                        (const double[]){ side * wing * 0.80, tip - 0.055 - lift,
                                          side * wing * 1.42, tip + 0.005 - lift,
                                          side * wing * 0.72, tip + 0.038 - lift * 0.7 },
                        0.020, pen->deep, 0.62);
      cairo_save (cr);
      mien_face_point (pen, side * wing * 0.50, tip + 0.030 - lift * 0.5, 0.04, &px, &py);
      cairo_translate (cr, px, py);
      cairo_rotate (cr, side * 0.35);
      cairo_scale (cr, wing * 0.30, 0.017 + 0.006 * pen->unit[AU10]);
      cairo_arc (cr, 0.0, 0.0, 1.0, 0.0, 2.0 * G_PI);
      cairo_restore (cr);
      mien_face_source (
          pen, mien_face_mix (pen->deep, (MienFaceColour){ 0.1, 0, 0 }, 0.45), 0.80);
      cairo_fill (cr);
    }
  mien_face_crease (pen,
                    (const double[]){ -wing * 0.28, tip + 0.042, 0.0, tip + 0.062,
                                      wing * 0.28, tip + 0.042 },
                    0.016, pen->deep, 0.55);

  mien_face_point (pen, -dark * 0.015, tip - 0.03, 0.05, &px, &py);
  cairo_save (cr);
  cairo_new_path (cr);
  cairo_translate (cr, px, py);
  cairo_scale (cr, 0.036, 0.030);
  cairo_arc (cr, 0.0, 0.0, 1.0, 0.0, 2.0 * G_PI);
  cairo_restore (cr);
  mien_face_source (pen, pen->glow, 0.50);
  cairo_fill (cr);

  /* The bridge wrinkles when the lip is raised in disgust. */
  for (int i = 0; i < 3; i++)
    {
      double y = -0.10 + 0.045 * i;

      mien_face_crease (
          pen, (const double[]){ -0.060, y - 0.012, 0.0, y + 0.022, 0.060, y - 0.012 },
          0.014, pen->deep, 0.60 * pen->unit[AU10]);
    }
}

static void
draw_forehead (const MienFacePen *pen)
{
  const double *unit = pen->unit;
  double age = pen->identity->age;
  double inner = 0.60 * unit[AU1] + 0.28 * age * age;
  double outer = 0.55 * unit[AU2] + 0.22 * age * age;

  for (int i = 0; i < 3; i++)
    {
      double y = -0.47 - 0.052 * i - 0.02 * unit[AU1];
      double fade = 1.0 - 0.22 * i;

      mien_face_crease (pen, (const double[]){ -0.15, y, 0.0, y - 0.024, 0.15, y }, 0.014,
                        pen->deep, inner * fade);
      for (int side = -1; side <= 1; side += 2)
        mien_face_crease (pen,
                          (const double[]){ side * 0.20, y + 0.004, side * 0.30,
                                            y - 0.012, side * 0.38, y + 0.045 },
                          0.014, pen->deep, outer * fade);
    }

  for (int side = -1; side <= 1; side += 2)
    {
      double x = side * (0.042 - 0.008 * unit[AU4]);

      mien_face_crease (pen,
                        (const double[]){ x, -0.34, x * 0.55, -0.28, x * 0.85, -0.205 },
                        0.020, pen->deep, 0.80 * unit[AU4] + 0.16 * age * age);
      mien_face_spot (pen, side * 0.10, -0.30, 0.10, 0.06, pen->deep, 0.35 * unit[AU4]);
    }
}

void
mien_face_draw_lines (const MienFacePen *pen)
{
  const double *unit = pen->unit;
  double age = pen->identity->age;
  double wide = 0.068 * unit[AU12];
  double fold =
      0.10 + 0.34 * age + 0.52 * unit[AU12] + 0.45 * unit[AU10] + 0.12 * unit[AU15];

  draw_forehead (pen);
  for (int side = -1; side <= 1; side += 2)
    {
      /* From the wing of the nose round the corner of the mouth; a smile rounds it. */
      mien_face_crease (
          pen,
          (const double[]){ side * 0.125, 0.17 - 0.03 * unit[AU10] - 0.01 * unit[AU12],
                            side * (0.255 + wide + 0.02 * unit[AU10]),
                            0.24 - 0.045 * unit[AU12], side * (0.275 + wide * 1.15),
                            0.42 - 0.03 * unit[AU12] },
          0.018, pen->deep, MIN (fold, 0.85) * 0.75);
      mien_face_spot (pen, side * (0.32 + wide * 0.5), 0.19 - 0.05 * unit[AU6], 0.14,
                      0.09, pen->glow, 0.50 * unit[AU6] + 0.20 * unit[AU12]);
      for (int i = -1; i <= 1; i++)
        mien_face_crease (pen,
                          (const double[]){ side * 0.415, -0.10 + 0.020 * i, side * 0.45,
                                            -0.10 + 0.034 * i, side * 0.49,
                                            -0.105 + 0.062 * i },
                          0.013, pen->deep, 0.75 * unit[AU6] + 0.22 * age * age);
      mien_face_crease (pen,
                        (const double[]){ side * 0.13, 0.035, side * 0.25,
                                          0.095 - 0.03 * unit[AU6], side * 0.37, 0.02 },
                        0.016, pen->deep, 0.06 + 0.30 * age + 0.48 * unit[AU6]);
      /* Below a corner that is pulled down, and the chin that it bunches. */
      mien_face_crease (
          pen,
          (const double[]){ side * 0.235, 0.50, side * 0.275, 0.555, side * 0.255, 0.62 },
          0.020, pen->deep, 0.75 * unit[AU15] + 0.10 * age);
    }
  mien_face_spot (pen, 0.0, pen->chin - 0.115, 0.15, 0.06, pen->deep,
                  0.45 * unit[AU15] + 0.25 * unit[AU24]);
  mien_face_crease (pen,
                    (const double[]){ -0.10, pen->chin - 0.195, 0.0, pen->chin - 0.235,
                                      0.10, pen->chin - 0.195 },
                    0.018, pen->deep,
                    0.22 + 0.45 * unit[AU15] + 0.35 * unit[AU24] - 0.20 * unit[AU26]);
}
