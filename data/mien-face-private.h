/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>

#include "mien-face.h"

G_BEGIN_DECLS

/*
 * The pen that the parts of a face are drawn with. Points are given as (x, y) on the face seen from
 * the front; the pen turns them by the head's pose, with the depth of an ellipsoid plus `depth`
 * (positive: nearer, as the tip of the nose is).
 */

enum
{
  AU1, AU2, AU4, AU6, AU7, AU10, AU12, AU15, AU23, AU24, AU25, AU26,
};

typedef struct
{
  cairo_t                *cr;
  const MienFaceIdentity *identity;
  const MienFaceState    *state;
  const double           *unit;            /* the state's intensities, by AU1 ... AU26 above */
  double                  sin_yaw, cos_yaw, sin_pitch, cos_pitch;
  double                  shift_x, shift_y;        /* keeps the face centred while it turns */
  MienFaceColour          shade, deep, glow, blush;        /* from the skin: shadow, lines, light */
  double                  width;           /* half the width of the head */
  double                  chin;            /* y of the chin, with the jaw where it is */
} MienFacePen;

MienFaceColour mien_face_mix          (MienFaceColour     a,
                                       MienFaceColour     b,
                                       double             share);      /* of b */
void           mien_face_source       (const MienFacePen *pen,
                                       MienFaceColour     colour,
                                       double             alpha);

void           mien_face_point        (const MienFacePen *pen,
                                       double             x,
                                       double             y,
                                       double             depth,
                                       double            *px,
                                       double            *py);
void           mien_face_move_to      (const MienFacePen *pen,
                                       double             x,
                                       double             y);
void           mien_face_line_to      (const MienFacePen *pen,
                                       double             x,
                                       double             y);
void           mien_face_curve_to     (const MienFacePen *pen,
                                       double             x1,
                                       double             y1,
                                       double             x2,
                                       double             y2,
                                       double             x3,
                                       double             y3);
/* A soft spot: full at its centre, nothing at its rim. */
void           mien_face_spot         (const MienFacePen *pen,
                                       double             x,
                                       double             y,
                                       double             radius_x,
                                       double             radius_y,
                                       MienFaceColour     colour,
                                       double             alpha);
/* A line from a to b that bends through c, with round ends. */
void           mien_face_crease       (const MienFacePen *pen,
                                       const double       points[6],   /* ax, ay, cx, cy, bx, by */
                                       double             thickness,
                                       MienFaceColour     colour,
                                       double             alpha);

/* The outline of the head as the current path, in front view coordinates turned by the pose. */
void           mien_face_head_path    (const MienFacePen *pen);

/* mien-face-skin.c: what lies on the head; the order is the order of drawing. */
void           mien_face_draw_neck    (const MienFacePen *pen);
void           mien_face_draw_ears    (const MienFacePen *pen);
void           mien_face_draw_head    (const MienFacePen *pen);
void           mien_face_draw_nose    (const MienFacePen *pen);
void           mien_face_draw_lines   (const MienFacePen *pen);

/* mien-face-eyes.c */
void           mien_face_draw_eyes    (const MienFacePen *pen);
void           mien_face_draw_brows   (const MienFacePen *pen);

/* mien-face-mouth.c */
void           mien_face_draw_mouth   (const MienFacePen *pen);

/* mien-face-hair.c */
void           mien_face_draw_hair_behind (const MienFacePen *pen);
void           mien_face_draw_hair_before (const MienFacePen *pen);
void           mien_face_draw_beard   (const MienFacePen *pen);
void           mien_face_draw_glasses (const MienFacePen *pen);

G_END_DECLS
