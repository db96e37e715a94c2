/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A drawn face from the back to the front: background, hair behind, neck, ears, head,
 * features, hair before, glasses; then light, exposure and the sensor's noise over the
 * pixels.
 *
 * Drawn at twice the size and averaged, which smooths more evenly than cairo's own edges
 * alone and lets lines of half a pixel survive. Cairo's image surfaces share nothing, so
 * faces can be drawn in several threads at once.
 */
#include "config.h"

#include <math.h>

#include "mien-face-private.h"

#define OVERSAMPLING 2

void
mien_face_state_init (MienFaceState *state)
{
  *state = (MienFaceState){
    .scale = 1.0,
    .light = -G_PI * 0.7,
    .contrast = 0.5,
    .exposure = 1.0,
  };
}

MienFaceColour
mien_face_mix (MienFaceColour a, MienFaceColour b, double share)
{
  return (MienFaceColour){
    a.red + (b.red - a.red) * share,
    a.green + (b.green - a.green) * share,
    a.blue + (b.blue - a.blue) * share,
  };
}

void
mien_face_source (const MienFacePen *pen, MienFaceColour colour, double alpha)
{
  cairo_set_source_rgba (pen->cr, colour.red, colour.green, colour.blue, alpha);
}

void
mien_face_point (const MienFacePen *pen,
                 double x,
                 double y,
                 double depth,
                 double *px,
                 double *py)
{
  double round = 1.0 - (x / 0.66) * (x / 0.66) - (y / 1.05) * (y / 1.05);
  double z = 0.5 * sqrt (MAX (round, 0.0)) + depth;

  *px = x * pen->cos_yaw + z * pen->sin_yaw - pen->shift_x;
  *py = y * pen->cos_pitch - z * pen->sin_pitch - pen->shift_y;
}

void
mien_face_move_to (const MienFacePen *pen, double x, double y)
{
  double px, py;

  mien_face_point (pen, x, y, 0.0, &px, &py);
  cairo_move_to (pen->cr, px, py);
}

void
mien_face_line_to (const MienFacePen *pen, double x, double y)
{
  double px, py;

  mien_face_point (pen, x, y, 0.0, &px, &py);
  cairo_line_to (pen->cr, px, py);
}

void
mien_face_curve_to (const MienFacePen *pen,
                    double x1,
                    double y1,
                    double x2,
                    double y2,
                    double x3,
                    double y3)
{
  double px1, py1, px2, py2, px3, py3;

  mien_face_point (pen, x1, y1, 0.0, &px1, &py1);
  mien_face_point (pen, x2, y2, 0.0, &px2, &py2);
  mien_face_point (pen, x3, y3, 0.0, &px3, &py3);
  cairo_curve_to (pen->cr, px1, py1, px2, py2, px3, py3);
}

void
mien_face_spot (const MienFacePen *pen,
                double x,
                double y,
                double radius_x,
                double radius_y,
                MienFaceColour colour,
                double alpha)
{
  cairo_pattern_t *pattern;
  double px, py;

  if (alpha <= 0.0 || radius_x <= 0.0 || radius_y <= 0.0)
    return;

  mien_face_point (pen, x, y, 0.0, &px, &py);
  pattern = cairo_pattern_create_radial (0.0, 0.0, 0.0, 0.0, 0.0, 1.0);
  cairo_pattern_add_color_stop_rgba (pattern, 0.0, colour.red, colour.green, colour.blue,
                                     alpha);
  cairo_pattern_add_color_stop_rgba (pattern, 0.5, colour.red, colour.green, colour.blue,
                                     alpha * 0.5);
  cairo_pattern_add_color_stop_rgba (pattern, 1.0, colour.red, colour.green, colour.blue,
                                     0.0);

  cairo_save (pen->cr);
  cairo_translate (pen->cr, px, py);
  cairo_scale (pen->cr, radius_x, radius_y);
  cairo_set_source (pen->cr, pattern);
  cairo_arc (pen->cr, 0.0, 0.0, 1.0, 0.0, 2.0 * G_PI);
  cairo_fill (pen->cr);
  cairo_restore (pen->cr);
  cairo_pattern_destroy (pattern);
}

void
mien_face_crease (const MienFacePen *pen,
                  const double points[6],
                  double thickness,
                  MienFaceColour colour,
                  double alpha)
{
  const double *a = points, *c = points + 2, *b = points + 4;

  if (alpha <= 0.0)
    return;

  mien_face_move_to (pen, a[0], a[1]);
  /* The quadratic curve with control point c, as the cubic that cairo has. */
  mien_face_curve_to (pen, a[0] + (c[0] - a[0]) * 2.0 / 3.0,
                      a[1] + (c[1] - a[1]) * 2.0 / 3.0, b[0] + (c[0] - b[0]) * 2.0 / 3.0,
                      b[1] + (c[1] - b[1]) * 2.0 / 3.0, b[0], b[1]);
  cairo_set_line_cap (pen->cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_width (pen->cr, thickness);
  mien_face_source (pen, colour, MIN (alpha, 1.0));
  cairo_stroke (pen->cr);
}

static void
pen_init (MienFacePen *pen,
          cairo_t *cr,
          const MienFaceIdentity *identity,
          const MienFaceState *state)
{
  const MienFaceColour black = { 0.10, 0.04, 0.05 };
  const MienFaceColour white = { 1.0, 0.97, 0.90 };
  const MienFaceColour red = { 0.85, 0.25, 0.22 };

  *pen = (MienFacePen){
    .cr = cr,
    .identity = identity,
    .state = state,
    .unit = state->units,
    .sin_yaw = sin (state->yaw),
    .cos_yaw = cos (state->yaw),
    .sin_pitch = sin (state->pitch),
    .cos_pitch = cos (state->pitch),
    .shade = mien_face_mix (identity->skin, black, 0.30),
    .deep = mien_face_mix (identity->skin, black, 0.58),
    .glow = mien_face_mix (identity->skin, white, 0.45),
    .blush = mien_face_mix (identity->skin, red, 0.45),
    .width = 0.575 * identity->width,
    .chin = 0.80 * identity->length + 0.105 * state->units[AU26],
  };
  /* Crops follow the eyes, so a head that turns stays in the middle. */
  pen->shift_x = 0.38 * pen->sin_yaw;
  pen->shift_y = -0.38 * pen->sin_pitch;
}

static void
draw_background (cairo_t *cr, const MienFaceIdentity *identity)
{
  const MienFaceColour *top = &identity->background[0];
  const MienFaceColour *bottom = &identity->background[1];
  cairo_pattern_t *pattern = cairo_pattern_create_linear (0.0, -1.0, 0.3, 1.0);
  MienDemoRandom random;

  cairo_pattern_add_color_stop_rgb (pattern, 0.0, top->red, top->green, top->blue);
  cairo_pattern_add_color_stop_rgb (pattern, 1.0, bottom->red, bottom->green,
                                    bottom->blue);
  cairo_set_source (cr, pattern);
  cairo_paint (cr);
  cairo_pattern_destroy (pattern);

  /* A room out of focus. */
  mien_demo_random_init (&random, identity->texture, 1, 0);
  for (int i = 0; i < 5; i++)
    {
      double x = mien_demo_random_range (&random, -1.0, 1.0);
      double y = mien_demo_random_range (&random, -1.0, 0.6);
      double radius = mien_demo_random_range (&random, 0.25, 0.65);
      double light = mien_demo_random_chance (&random, 0.5) ? 1.0 : 0.0;
      double alpha = mien_demo_random_range (&random, 0.04, 0.13);

      pattern = cairo_pattern_create_radial (x, y, radius * 0.2, x, y, radius);
      cairo_pattern_add_color_stop_rgba (pattern, 0.0, light, light, light * 0.95, alpha);
      cairo_pattern_add_color_stop_rgba (pattern, 1.0, light, light, light * 0.95, 0.0);
      cairo_set_source (cr, pattern);
      cairo_paint (cr);
      cairo_pattern_destroy (pattern);
    }
}

/* Light from one side over everything that belongs to the person (the group drawn so
 * far). */
static void
draw_light (cairo_t *cr, const MienFaceState *state)
{
  double x = cos (state->light), y = sin (state->light);
  cairo_pattern_t *pattern =
      cairo_pattern_create_linear (x * 0.85, y * 0.85, -x * 0.85, -y * 0.85);

  cairo_pattern_add_color_stop_rgba (pattern, 0.0, 1.0, 0.98, 0.92,
                                     0.20 * state->contrast);
  cairo_pattern_add_color_stop_rgba (pattern, 0.45, 1.0, 0.98, 0.92, 0.0);
  cairo_pattern_add_color_stop_rgba (pattern, 0.55, 0.05, 0.02, 0.10, 0.0);
  cairo_pattern_add_color_stop_rgba (pattern, 1.0, 0.05, 0.02, 0.10,
                                     0.42 * state->contrast);
  cairo_set_operator (cr, CAIRO_OPERATOR_ATOP);
  cairo_set_source (cr, pattern);
  cairo_paint (cr);
  cairo_set_operator (cr, CAIRO_OPERATOR_OVER);
  cairo_pattern_destroy (pattern);
}

static void
draw_person (cairo_t *cr, const MienFaceIdentity *identity, const MienFaceState *state)
{
  MienFacePen pen;

  pen_init (&pen, cr, identity, state);
  cairo_push_group (cr);
  cairo_save (cr);
  cairo_translate (cr, state->x, state->y + 0.06);
  cairo_rotate (cr, state->roll);
  cairo_scale (cr, state->scale, state->scale);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);

  mien_face_draw_hair_behind (&pen);
  mien_face_draw_neck (&pen);
  mien_face_draw_ears (&pen);
  mien_face_draw_head (&pen);
  mien_face_draw_beard (&pen);
  mien_face_draw_lines (&pen);
  mien_face_draw_mouth (&pen);
  mien_face_draw_nose (&pen);
  mien_face_draw_eyes (&pen);
  mien_face_draw_hair_before (&pen);
  mien_face_draw_brows (&pen);
  mien_face_draw_glasses (&pen);

  cairo_restore (cr);
  draw_light (cr, state);
  cairo_pop_group_to_source (cr);
  cairo_paint (cr);
}

/* The mean of OVERSAMPLING^2 pixels, then exposure, warmth and noise, rounded once. */
static void
develop (cairo_surface_t *surface, const MienFaceState *state, int size, guint8 *rgb)
{
  const guint8 *pixels = cairo_image_surface_get_data (surface);
  int stride = cairo_image_surface_get_stride (surface);
  const double gain[3] = {
    state->exposure * (1.0 + 0.07 * state->warmth),
    state->exposure,
    state->exposure * (1.0 - 0.09 * state->warmth),
  };
  MienDemoRandom random;

  mien_demo_random_init (&random, state->noise_seed, 2, 0);
  for (int y = 0; y < size; y++)
    for (int x = 0; x < size; x++)
      {
        int sum[3] = { 0, 0, 0 };

        for (int i = 0; i < OVERSAMPLING * OVERSAMPLING; i++)
          {
            int row = y * OVERSAMPLING + i / OVERSAMPLING;
            int column = x * OVERSAMPLING + i % OVERSAMPLING;
            guint32 pixel =
                *(const guint32 *) (const void *) (pixels + (gsize) row * stride
                                                   + (gsize) column * 4);

            sum[0] += (pixel >> 16) & 0xff;
            sum[1] += (pixel >> 8) & 0xff;
            sum[2] += pixel & 0xff;
          }
        for (int c = 0; c < 3; c++)
          {
            guint64 bits = mien_demo_random_next (&random);
            /* Four uniform 16-bit draws: near enough to a normal one, deviation 1/sqrt
             * (3). */
            double noise = (double) ((bits & 0xffff) + ((bits >> 16) & 0xffff)
                                     + ((bits >> 32) & 0xffff) + (bits >> 48))
                               / 65536.0
                           - 2.0;
            double value = sum[c] / (double) (OVERSAMPLING * OVERSAMPLING) * gain[c]
                           + noise * 1.7320508 * state->noise;

            rgb[((gsize) y * size + x) * 3 + c] =
                (guint8) CLAMP (value + 0.5, 0.0, 255.0);
          }
      }
}

void
mien_face_render (const MienFaceIdentity *identity,
                  const MienFaceState *state,
                  int size,
                  guint8 *rgb)
{
  cairo_surface_t *surface;
  cairo_t *cr;

  g_assert (size >= 16 && size <= 1024);

  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, size * OVERSAMPLING,
                                        size * OVERSAMPLING);
  cr = cairo_create (surface);
  cairo_scale (cr, size * OVERSAMPLING / 2.0, size * OVERSAMPLING / 2.0);
  cairo_translate (cr, 1.0, 1.0);

  draw_background (cr, identity);
  draw_person (cr, identity, state);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  g_assert (cairo_surface_status (surface) == CAIRO_STATUS_SUCCESS);
  develop (surface, state, size, rgb);
  cairo_surface_destroy (surface);
}
