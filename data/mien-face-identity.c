/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who is in the demo: skin tones from light to dark, hair that is plausible with them,
 * ages, glasses, beards and proportions. Tones and hair styles are dealt from shuffled
 * decks rather than drawn, so that two dozen people are as various as two dozen people
 * can be.
 */
#include "config.h"

#include "mien-face.h"

/* From light to dark; the undertone alternates between rosy, golden and olive. */
static const MienFaceColour skins[] = {
  { 0.980, 0.855, 0.780 }, { 0.955, 0.815, 0.695 }, { 0.925, 0.765, 0.650 },
  { 0.890, 0.720, 0.560 }, { 0.835, 0.655, 0.500 }, { 0.765, 0.570, 0.420 },
  { 0.680, 0.480, 0.345 }, { 0.570, 0.385, 0.275 }, { 0.460, 0.300, 0.215 },
  { 0.365, 0.235, 0.170 },
};

static const MienFaceColour hairs[] = {
  { 0.100, 0.085, 0.090 }, { 0.170, 0.110, 0.080 }, { 0.290, 0.180, 0.110 },
  { 0.450, 0.270, 0.140 }, { 0.580, 0.270, 0.120 }, { 0.800, 0.620, 0.340 },
};

static const MienFaceColour irises[] = {
  { 0.260, 0.150, 0.090 }, { 0.330, 0.210, 0.110 }, { 0.420, 0.330, 0.160 },
  { 0.290, 0.430, 0.310 }, { 0.310, 0.480, 0.640 }, { 0.430, 0.510, 0.560 },
};

static const MienFaceColour cloths[] = {
  { 0.290, 0.330, 0.410 }, { 0.180, 0.330, 0.390 }, { 0.530, 0.240, 0.230 },
  { 0.880, 0.850, 0.790 }, { 0.310, 0.400, 0.270 }, { 0.760, 0.560, 0.220 },
  { 0.400, 0.300, 0.470 }, { 0.220, 0.220, 0.250 },
};

static const MienFaceColour rooms[] = {
  { 0.560, 0.610, 0.670 }, { 0.700, 0.670, 0.620 }, { 0.470, 0.560, 0.530 },
  { 0.640, 0.560, 0.550 }, { 0.390, 0.430, 0.510 }, { 0.780, 0.790, 0.800 },
  { 0.520, 0.470, 0.430 }, { 0.590, 0.640, 0.520 },
};

static MienFaceColour
mix (MienFaceColour a, MienFaceColour b, double share)
{
  return (MienFaceColour){
    a.red + (b.red - a.red) * share,
    a.green + (b.green - a.green) * share,
    a.blue + (b.blue - a.blue) * share,
  };
}

/* The index-th card of an endless row of shuffled decks of n cards. */
static guint
deal (guint64 seed, guint purpose, guint index, guint n)
{
  guint deck[16];
  MienDemoRandom random;

  g_assert (n <= G_N_ELEMENTS (deck));
  for (guint i = 0; i < n; i++)
    deck[i] = i;
  mien_demo_random_init (&random, seed, purpose, index / n);
  mien_demo_random_shuffle (&random, deck, n);

  return deck[index % n];
}

static void
choose_hair (MienFaceIdentity *identity,
             guint tone,
             MienDemoRandom *random,
             guint64 seed,
             guint index)
{
  /* Fair and red hair hardly occurs with the darker half of the tones. */
  guint choices = tone < 3 ? G_N_ELEMENTS (hairs) : tone < 5 ? 4 : tone < 7 ? 3 : 2;
  guint eyes = tone < 3 ? G_N_ELEMENTS (irises) : tone < 5 ? 4 : 2;
  MienFaceColour grey = { 0.72, 0.71, 0.70 };
  double turned;

  identity->hair = hairs[mien_demo_random_below (random, choices)];
  identity->iris = irises[mien_demo_random_below (random, eyes)];
  identity->hair_style = deal (seed, 0x201, index, MIEN_FACE_HAIR_COUNT);

  turned = CLAMP ((identity->age - 0.50) * 2.4, 0.0, 0.9);
  if (identity->hair_style == MIEN_FACE_HAIR_RECEDING)
    {
      identity->age = MAX (identity->age, 0.45);
      turned = MAX (turned, 0.25);
    }
  identity->hair = mix (identity->hair, grey, turned);
}

static void
choose_face (MienFaceIdentity *identity, MienDemoRandom *random)
{
  gboolean may_grow_beard = identity->hair_style == MIEN_FACE_HAIR_SHORT
                            || identity->hair_style == MIEN_FACE_HAIR_PARTED
                            || identity->hair_style == MIEN_FACE_HAIR_RECEDING;
  double beard = mien_demo_random_unit (random);
  double glasses = mien_demo_random_unit (random);

  if (may_grow_beard)
    identity->beard = beard < 0.30   ? MIEN_FACE_BEARD_NONE
                      : beard < 0.55 ? MIEN_FACE_BEARD_STUBBLE
                      : beard < 0.78 ? MIEN_FACE_BEARD_FULL
                                     : MIEN_FACE_BEARD_MOUSTACHE;
  if (glasses < 0.14)
    identity->glasses = MIEN_FACE_GLASSES_ROUND;
  else if (glasses < 0.26)
    identity->glasses = MIEN_FACE_GLASSES_SQUARE;

  identity->width = mien_demo_random_range (random, 0.93, 1.05);
  identity->length = mien_demo_random_range (random, 0.96, 1.05);
  identity->jaw = mien_demo_random_range (random, 0.90, may_grow_beard ? 1.14 : 1.02);
  identity->eye_size = mien_demo_random_range (random, 0.90, 1.10);
  identity->eye_distance = mien_demo_random_range (random, 0.95, 1.06);
  identity->eye_tilt = mien_demo_random_range (random, -0.4, 1.0);
  identity->brow_thickness = mien_demo_random_range (random, may_grow_beard ? 0.95 : 0.75,
                                                     may_grow_beard ? 1.35 : 1.05);
  identity->brow_height = mien_demo_random_range (random, -1.0, 1.0);
  identity->nose_width = mien_demo_random_range (random, 0.90, 1.22);
  identity->nose_length = mien_demo_random_range (random, 0.90, 1.10);
  identity->mouth_width = mien_demo_random_range (random, 0.92, 1.10);
  identity->lip_fullness = mien_demo_random_range (random, 0.80, 1.30);
}

void
mien_face_identity_init (MienFaceIdentity *identity, guint64 seed, guint index)
{
  MienDemoRandom random;
  MienFaceColour lip = { 0.72, 0.26, 0.28 };
  MienFaceColour black = { 0.0, 0.0, 0.0 }, white = { 1.0, 1.0, 1.0 };
  guint tone, cloth, room;
  double tint, rouge;

  mien_demo_random_init (&random, seed, 0x100, index);
  *identity = (MienFaceIdentity){ 0 };
  tone = deal (seed, 0x200, index, G_N_ELEMENTS (skins));
  cloth = deal (seed, 0x202, index, G_N_ELEMENTS (cloths));
  room = deal (seed, 0x203, index, G_N_ELEMENTS (rooms));

  tint = mien_demo_random_range (&random, -0.06, 0.06);
  identity->skin = mix (skins[tone], tint > 0.0 ? white : black, ABS (tint));
  identity->age = mien_demo_random_unit (&random);
  identity->age *= 0.25 + 0.75 * identity->age;
  identity->freckles = tone < 4 && mien_demo_random_chance (&random, 0.4)
                           ? mien_demo_random_range (&random, 0.4, 1.0)
                           : 0.0;
  choose_hair (identity, tone, &random, seed, index);
  choose_face (identity, &random);

  rouge = mien_demo_random_range (&random, 0.30,
                                  identity->beard == MIEN_FACE_BEARD_NONE ? 0.75 : 0.45);
  identity->lips = mix (mix (identity->skin, black, 0.14), lip, rouge);
  identity->clothes = cloths[cloth];
  identity->scarf = cloths[(cloth + 3) % G_N_ELEMENTS (cloths)];
  identity->background[0] =
      mix (rooms[room], white, mien_demo_random_range (&random, 0.0, 0.25));
  identity->background[1] =
      mix (rooms[room], black, mien_demo_random_range (&random, 0.05, 0.35));
  identity->texture = mien_demo_random_next (&random);
}
