/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Drawn faces: the same input gives the same pixels, and every action unit moves the part
 * of the face that it is named after and leaves the hair alone. Regions are in pixels of
 * a 112 pixel picture of a head at rest: x0, y0, x1, y1, with the second pair outside.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "mien-face.h"

enum
{
  SIZE = 112,
  BYTES = SIZE * SIZE * 3,
  PEOPLE = 24,
};

typedef struct
{
  int x0, y0, x1, y1;
} Region;

static const Region HAIR = { 0, 0, SIZE, 20 };
static const Region BROWS = { 28, 22, 84, 50 };
static const Region EYES = { 26, 43, 86, 66 };
static const Region NOSE_AND_MOUTH = { 32, 40, 80, 102 };
static const Region MOUTH = { 30, 66, 82, 112 };

/* In the order of the action units, the region that holds what the unit does. */
static const struct
{
  const Region *region;
  double share;  /* of the change that must lie there */
  double change; /* mean of it in the region, in 8-bit steps, at least */
} EXPECTED[MIEN_UNIT_COUNT] = {
  { &BROWS, 0.65, 1.5 },          /* 1 inner brow raiser: takes the upper lid along */
  { &BROWS, 0.90, 2.0 },          /* 2 outer brow raiser */
  { &BROWS, 0.60, 2.0 },          /* 4 brow lowerer: and the lids */
  { &EYES, 0.60, 1.5 },           /* 6 cheek raiser: and the cheek below */
  { &EYES, 0.95, 1.5 },           /* 7 lid tightener */
  { &NOSE_AND_MOUTH, 0.97, 1.3 }, /* 10 upper lip raiser */
  { &MOUTH, 0.65, 1.5 },          /* 12 lip corner puller: and the cheeks */
  { &MOUTH, 0.95, 0.9 },          /* 15 lip corner depressor */
  { &MOUTH, 0.99, 0.6 },          /* 23 lip tightener */
  { &MOUTH, 0.99, 0.6 },          /* 24 lip pressor */
  { &MOUTH, 0.99, 1.0 },          /* 25 lips part */
  { &MOUTH, 0.90, 1.5 },          /* 26 jaw drop: and the outline of the jaw */
};

static double
change_in (const guint8 *a, const guint8 *b, const Region *region)
{
  double sum = 0.0;

  for (int y = region->y0; y < region->y1; y++)
    for (int x = region->x0 * 3; x < region->x1 * 3; x++)
      sum += abs (a[y * SIZE * 3 + x] - b[y * SIZE * 3 + x]);

  return sum;
}

static void
render (guint person, int unit, double intensity, guint8 *rgb)
{
  MienFaceIdentity identity;
  MienFaceState state;

  mien_face_identity_init (&identity, 7, person);
  mien_face_state_init (&state);
  if (unit >= 0)
    state.units[unit] = intensity;
  mien_face_render (&identity, &state, SIZE, rgb);
}

static void
test_units_move (void)
{
  const Region all = { 0, 0, SIZE, SIZE };
  g_autofree guint8 *rest = g_malloc (BYTES), *moved = g_malloc (BYTES);

  for (guint person = 0; person < PEOPLE; person++)
    {
      render (person, -1, 0.0, rest);
      for (int unit = 0; unit < MIEN_UNIT_COUNT; unit++)
        {
          const Region *region = EXPECTED[unit].region;
          double here, everywhere, area;

          render (person, unit, 1.0, moved);
          here = change_in (rest, moved, region);
          everywhere = change_in (rest, moved, &all);
          area = 3.0 * (region->x1 - region->x0) * (region->y1 - region->y0);
          if (here / area < EXPECTED[unit].change
              || here / everywhere < EXPECTED[unit].share)
            {
              g_test_message (
                  "person %u, AU%u: changes its region by %.2f (at least %.2f), "
                  "%.3f of all change (at least %.3f)",
                  person, mien_unit_number ((guint) unit), here / area,
                  EXPECTED[unit].change, here / everywhere, EXPECTED[unit].share);
              g_test_fail ();
            }
        }
    }
}

static void
test_jaw_leaves_hair (void)
{
  g_autofree guint8 *rest = g_malloc (BYTES), *moved = g_malloc (BYTES);

  for (guint person = 0; person < PEOPLE; person++)
    {
      render (person, -1, 0.0, rest);
      for (int unit = 0; unit < MIEN_UNIT_COUNT; unit++)
        {
          render (person, unit, 1.0, moved);
          g_assert_cmpfloat (change_in (rest, moved, &HAIR), ==, 0.0);
        }
    }
}

static void
test_units_are_gradual (void)
{
  const Region all = { 0, 0, SIZE, SIZE };
  g_autofree guint8 *rest = g_malloc (BYTES), *half = g_malloc (BYTES),
                    *full = g_malloc (BYTES);

  render (0, -1, 0.0, rest);
  for (int unit = 0; unit < MIEN_UNIT_COUNT; unit++)
    {
      render (0, unit, 0.5, half);
      render (0, unit, 1.0, full);
      g_assert_cmpfloat (change_in (rest, half, &all), >, 0.0);
      g_assert_cmpfloat (change_in (rest, half, &all), <, change_in (rest, full, &all));
    }
}

static void
test_same_in_gives_same_out (void)
{
  g_autofree guint8 *first = g_malloc (BYTES), *second = g_malloc (BYTES);
  MienFaceIdentity identity;
  MienFaceState state;

  mien_face_identity_init (&identity, 3, 5);
  mien_face_state_init (&state);
  state.yaw = 0.2;
  state.noise = 4.0;
  state.noise_seed = 99;
  mien_face_render (&identity, &state, SIZE, first);
  mien_face_render (&identity, &state, SIZE, second);
  g_assert_cmpmem (first, BYTES, second, BYTES);

  state.noise_seed = 100;
  mien_face_render (&identity, &state, SIZE, second);
  g_assert_cmpint (memcmp (first, second, BYTES), !=, 0);
}

typedef struct
{
  guint person;
  guint8 *rgb;
} Sitting;

static gpointer
sit (gpointer data)
{
  Sitting *sitting = data;

  render (sitting->person, 6, 1.0, sitting->rgb);

  return NULL;
}

static void
test_threads_draw_alike (void)
{
  enum
  {
    N = 4
  };
  Sitting sittings[N];
  GThread *threads[N];
  g_autofree guint8 *alone = g_malloc (BYTES);

  for (guint i = 0; i < N; i++)
    {
      sittings[i] = (Sitting){ .person = i, .rgb = g_malloc (BYTES) };
      threads[i] = g_thread_new ("face", sit, &sittings[i]);
    }
  for (guint i = 0; i < N; i++)
    {
      g_thread_join (threads[i]);
      render (i, 6, 1.0, alone);
      g_assert_cmpmem (alone, BYTES, sittings[i].rgb, BYTES);
      g_free (sittings[i].rgb);
    }
}

static void
test_people_differ (void)
{
  const Region all = { 0, 0, SIZE, SIZE };
  guint styles = 0;
  double lightest = 0.0, darkest = 1.0;

  for (guint i = 0; i < PEOPLE; i++)
    {
      MienFaceIdentity identity;
      g_autofree guint8 *one = g_malloc (BYTES), *other = g_malloc (BYTES);

      mien_face_identity_init (&identity, 7, i);
      styles |= 1u << identity.hair_style;
      lightest = MAX (lightest, identity.skin.green);
      darkest = MIN (darkest, identity.skin.green);
      render (i, -1, 0.0, one);
      render ((i + 1) % PEOPLE, -1, 0.0, other);
      g_assert_cmpfloat (change_in (one, other, &all) / BYTES, >, 8.0);
    }
  g_assert_cmphex (styles, ==, (1u << MIEN_FACE_HAIR_COUNT) - 1);
  g_assert_cmpfloat (lightest, >, 0.75);
  g_assert_cmpfloat (darkest, <, 0.30);
}

static void
test_sizes (void)
{
  const int sizes[] = { 16, 48, 112, 224 };
  MienFaceIdentity identity;
  MienFaceState state;

  mien_face_identity_init (&identity, 1, 0);
  mien_face_state_init (&state);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      gsize length = (gsize) sizes[i] * sizes[i] * 3;
      g_autofree guint8 *rgb = g_malloc (length + 1);
      double mean = 0.0;

      rgb[length] = 0xa5;
      mien_face_render (&identity, &state, sizes[i], rgb);
      g_assert_cmphex (rgb[length], ==, 0xa5);
      for (gsize k = 0; k < length; k++)
        mean += rgb[k] / (double) length;
      g_assert_cmpfloat (mean, >, 30.0);
      g_assert_cmpfloat (mean, <, 225.0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/face/units-move-what-they-are-named-after", test_units_move);
  g_test_add_func ("/face/units-leave-the-hair", test_jaw_leaves_hair);
  g_test_add_func ("/face/units-are-gradual", test_units_are_gradual);
  g_test_add_func ("/face/same-in-same-out", test_same_in_gives_same_out);
  g_test_add_func ("/face/threads-draw-alike", test_threads_draw_alike);
  g_test_add_func ("/face/people-differ", test_people_differ);
  g_test_add_func ("/face/sizes", test_sizes);

  return g_test_run ();
}
