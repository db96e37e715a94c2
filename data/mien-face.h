/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "mien-demo-random.h"
#include "mien-types.h"

G_BEGIN_DECLS

/*
 * A drawn face: who (identity) and how at one moment (state) in, RGB pixels out. Pure: the same
 * input gives the same pixels, in any thread. Lengths are in face units: the picture is 2 wide,
 * its centre is (0, 0), y grows downwards.
 */

typedef struct
{
  double red, green, blue;                 /* sRGB, 0 .. 1 */
} MienFaceColour;

typedef enum
{
  MIEN_FACE_HAIR_SHORT,
  MIEN_FACE_HAIR_PARTED,
  MIEN_FACE_HAIR_FRINGE,
  MIEN_FACE_HAIR_LONG,
  MIEN_FACE_HAIR_CURLY,
  MIEN_FACE_HAIR_BUN,
  MIEN_FACE_HAIR_RECEDING,
  MIEN_FACE_HAIR_SCARF,
  MIEN_FACE_HAIR_COUNT,
} MienFaceHair;

typedef enum
{
  MIEN_FACE_BEARD_NONE,
  MIEN_FACE_BEARD_STUBBLE,
  MIEN_FACE_BEARD_FULL,
  MIEN_FACE_BEARD_MOUSTACHE,
} MienFaceBeard;

typedef enum
{
  MIEN_FACE_GLASSES_NONE,
  MIEN_FACE_GLASSES_ROUND,
  MIEN_FACE_GLASSES_SQUARE,
} MienFaceGlasses;

typedef struct
{
  MienFaceColour  skin, hair, iris, lips, clothes, scarf;
  MienFaceColour  background[2];           /* top, bottom */
  MienFaceHair    hair_style;
  MienFaceBeard   beard;
  MienFaceGlasses glasses;
  double          age;                     /* 0 young .. 1 old: lines, grey */
  double          freckles;                /* 0 .. 1 */
  double          width, length, jaw;      /* factors about 1 */
  double          eye_size, eye_distance, eye_tilt;
  double          brow_thickness, brow_height;
  double          nose_width, nose_length;
  double          mouth_width, lip_fullness;
  guint64         texture;                 /* seed of strands, freckles, background */
} MienFaceIdentity;

typedef struct
{
  double  units[MIEN_UNIT_COUNT];          /* intensities 0 .. 1, in METHOD's order of action units */
  double  yaw, pitch, roll;                /* radians: to the right, up, clockwise */
  double  x, y, scale;                     /* where the head is: shift in face units, factor */
  double  gaze_x, gaze_y;                  /* -1 .. 1 */
  double  blink;                           /* 0 open .. 1 shut */
  double  light;                           /* angle it comes from, radians, 0 = right, up = -pi/2 */
  double  contrast;                        /* of light and shade on the head, 0 .. 1 */
  double  exposure, warmth;                /* factor about 1; -1 cold .. 1 warm */
  double  noise;                           /* standard deviation of the sensor, in 8-bit steps */
  guint64 noise_seed;
} MienFaceState;

/* index of count: people of one project are spread over skin tones, hair and age, not drawn alike by chance. */
void    mien_face_identity_init  (MienFaceIdentity       *identity,
                                  guint64                 seed,
                                  guint                   index);
/* Everything at rest, looking at the camera. */
void    mien_face_state_init     (MienFaceState          *state);
/* rgb: size x size x 3 bytes. size 16 .. 1024. */
void    mien_face_render         (const MienFaceIdentity *identity,
                                  const MienFaceState    *state,
                                  int                     size,
                                  guint8                 *rgb);

G_END_DECLS
