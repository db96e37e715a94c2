/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The augmentations against their definitions, and what the views and batches draw: that
 * a key decides everything, that crops, flips and operations come as often as they
 * should, that an epoch visits every row once and deals the labelled ones out evenly.
 */

#include "mien-answers.h"
#include "mien-batches.h"
#include "mien-ops-naive.h"
#include "mien-random.h"
#include "mien-test.h"

#include <math.h>
#include <string.h>

enum
{
  SIDE = 48,
  SIZE = 3 * SIDE * SIDE,
  GUARD = 64,
};

static uint8_t image[SIZE];

/* kind 0: noise; 1: a flat colour; 2: a soft picture of few values. */
static void
draw_image (int kind, int side)
{
  for (int i = 0; i < 3 * side * side; i++)
    if (kind == 0)
      image[i] = (uint8_t) mien_random_bits (3, (uint64_t) i);
    else if (kind == 1)
      image[i] = (uint8_t) (40 + 70 * (i % 3));
    else
      image[i] = (uint8_t) (60 + i / (3 * side) + 2 * (i / 3 % side) / 3 + 5 * (i % 3));
}

static void
check_augment (MienAugment augment, double magnitude, int side)
{
  uint8_t fast[SIZE + GUARD], scratch[SIZE + GUARD], expected[SIZE];
  size_t size = 3 * (size_t) side * (size_t) side;

  memset (fast, 0xa5, sizeof fast);
  memset (scratch, 0xa5, sizeof scratch);
  memcpy (fast, image, size);
  mien_augment (augment, magnitude, side, fast, scratch);
  mien_naive_augment (augment, magnitude, side, image, expected);
  for (size_t i = 0; i < size; i++)
    {
      if (fast[i] != expected[i])
        printf ("# operation %d, magnitude %g, byte %zu: %d, by definition %d\n", augment,
                magnitude, i, fast[i], expected[i]);
      CHECK (fast[i] == expected[i]);
    }
  for (size_t i = size; i < size + GUARD; i++)
    CHECK (fast[i] == 0xa5 && scratch[i] == 0xa5);
}

static void
test_augments (void)
{
  for (int augment = 0; augment < MIEN_N_AUGMENTS; augment++)
    for (int kind = 0; kind < 3; kind++)
      for (int step = 0; step <= 3; step++)
        {
          MienAugmentRange range = mien_augment_ranges[augment];
          double share = (double[]){ 0, 0.31, 0.77, 0.9999 }[step];
          int side = step % 2 ? 17 : 24;

          draw_image (kind, side);
          check_augment ((MienAugment) augment,
                         range.min + share * (range.max - range.min), side);
        }
}

/* Figures worked out by hand, for what both could have wrong in the same way. */
static void
test_by_hand (void)
{
  uint8_t a[12] = { 10, 0, 7, 20, 255, 7, 30, 1, 7, 110, 2, 7 }, scratch[27];
  uint8_t b[12] = { 100, 150, 200, 0, 0, 0, 255, 255, 255, 8, 16, 32 };
  uint8_t column[27] = { 0 }, nine[27];

  /* 10 .. 110 is stretched, 0 .. 255 is as it was, a flat channel stays. */
  mien_augment (MIEN_AUGMENT_AUTO_CONTRAST, 0, 2, a, scratch);
  CHECK (a[0] == 0 && a[3] == 25 && a[6] == 51 && a[9] == 255);
  CHECK (a[1] == 0 && a[4] == 255 && a[2] == 7 && a[11] == 7);
  mien_augment (MIEN_AUGMENT_SOLARIZE, 150, 2, b, scratch);
  CHECK (b[0] == 100 && b[1] == 105 && b[2] == 55 && b[6] == 0 && b[11] == 32);
  mien_augment (MIEN_AUGMENT_POSTERIZE, 4.9, 2, b, scratch);
  CHECK (b[0] == 96 && b[1] == 96 && b[2] == 48 && b[11] == 32);
  mien_augment (MIEN_AUGMENT_BRIGHTNESS, 0.5, 2, b, scratch);
  CHECK (b[0] == 48 && b[2] == 24);

  /* A bright middle column moves left when the picture comes from further right. */
  for (int y = 0; y < 3; y++)
    memset (column + 3 * (3 * y + 1), 200, 3);
  memcpy (nine, column, 27);
  mien_augment (MIEN_AUGMENT_TRANSLATE_X, 1 / 3.0, 3, nine, scratch);
  CHECK (nine[0] == 200 && nine[3] == 0 && nine[24] == 0 && nine[18] == 200);
  /* A quarter turn counter-clockwise: the right column becomes the top row. */
  for (int i = 0; i < 27; i++)
    column[i] = (uint8_t) i;
  memcpy (nine, column, 27);
  mien_augment (MIEN_AUGMENT_ROTATE, 90, 3, nine, scratch);
  CHECK (nine[0] == 6 && nine[3] == 15 && nine[6] == 24 && nine[18] == 0);
}

static void
test_cutout (void)
{
  uint8_t picture[SIZE];

  memset (picture, 9, sizeof picture);
  mien_cutout (10, 20, 6, SIDE, picture);
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      {
        bool in = x >= 7 && x < 13 && y >= 17 && y < 23;
        const uint8_t *at = picture + 3 * (y * SIDE + x);

        CHECK (at[0] == (in ? 125 : 9) && at[1] == (in ? 123 : 9)
               && at[2] == (in ? 114 : 9));
      }
  mien_cutout (0, SIDE, 20, SIDE, picture); /* over the corner */
  CHECK (picture[3 * (SIDE - 1) * SIDE] == 125);
}

/* Is view the image moved by (dx, dy), after a flip? */
static bool
is_moved (const uint8_t *view, int dx, int dy, bool flip)
{
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      for (int c = 0; c < 3; c++)
        {
          int from_x = (flip ? SIDE - 1 - x : x) + dx, from_y = y + dy;
          bool in = from_x >= 0 && from_x < SIDE && from_y >= 0 && from_y < SIDE;

          if (view[3 * (y * SIDE + x) + c]
              != (in ? image[3 * (from_y * SIDE + from_x) + c] : 0))
            return false;
        }
  return true;
}

/* At 48 pixels the border is 2 wide (8 of 224): 25 places, the middle one half the time
 * and once in 25 of the other half. */
static void
test_weak_view (void)
{
  enum
  {
    VIEWS = 600,
  };
  uint8_t view[SIZE], again[SIZE];
  int flips = 0, middles = 0, extremes = 0;

  draw_image (0, SIDE);
  for (uint64_t key = 0; key < VIEWS; key++)
    {
      int found = 0;

      mien_weak_view (image, SIDE, key, view);
      mien_weak_view (image, SIDE, key, again);
      CHECK (memcmp (view, again, sizeof view) == 0);
      for (int at = 0; at < 50 && !found; at++)
        if (is_moved (view, at % 5 - 2, at / 5 % 5 - 2, at >= 25))
          {
            found = 1;
            flips += at >= 25;
            middles += at % 25 == 12;
            extremes += at % 25 == 0 || at % 25 == 24;
          }
      CHECK (found);
    }
  CHECK (flips > VIEWS * 0.43 && flips < VIEWS * 0.57);
  CHECK (middles > VIEWS * 0.45 && middles < VIEWS * 0.59);
  CHECK (extremes > VIEWS * 0.015 && extremes < VIEWS * 0.07);
}

/* The strong view's cutout is there and nowhere larger than half the side; keys decide.
 */
static void
test_strong_view (void)
{
  enum
  {
    VIEWS = 300,
  };
  uint8_t view[SIZE + GUARD], again[SIZE], scratch[2 * SIZE + GUARD];
  int with_cutout = 0, changed = 0;

  draw_image (0, SIDE);
  memset (view, 0xa5, sizeof view);
  memset (scratch, 0xa5, sizeof scratch);
  for (uint64_t key = 0; key < VIEWS; key++)
    {
      int n_filled = 0;

      mien_strong_view (image, SIDE, key, view, scratch);
      for (int i = 0; i < SIDE * SIDE; i++)
        n_filled +=
            view[3 * i] == 125 && view[3 * i + 1] == 123 && view[3 * i + 2] == 114;
      with_cutout += n_filled > 1;
      CHECK (n_filled <= (SIDE / 2 + 1) * (SIDE / 2 + 1) + 1);
      mien_weak_view (image, SIDE, key, again);
      changed += memcmp (view, again, SIZE) != 0;
      mien_strong_view (image, SIDE, key, again, scratch);
      CHECK (memcmp (view, again, SIZE) == 0);
    }
  CHECK (with_cutout > VIEWS * 0.9);
  CHECK (changed > VIEWS * 0.95);
  for (int i = 0; i < GUARD; i++)
    CHECK (view[SIZE + i] == 0xa5 && scratch[2 * SIZE + i] == 0xa5);
}

static void
test_normalise (void)
{
  uint8_t rgb[12] = { 0, 255, 128, 10, 20, 30, 40, 50, 60, 70, 80, 90 };
  float planes[12], mirrored[12];

  mien_normalise (rgb, 2, false, planes);
  mien_normalise (rgb, 2, true, mirrored);
  CHECK (fabsf (planes[0] - (0 - .485f) / .229f) < 1e-5f);
  CHECK (fabsf (planes[4] - (1 - .456f) / .224f) < 1e-5f);
  CHECK (fabsf (planes[8] - (128 / 255.0f - .406f) / .225f) < 1e-5f);
  CHECK (fabsf (planes[3] - (70 / 255.0f - .485f) / .229f) < 1e-5f);
  for (int i = 0; i < 12; i++)
    CHECK (planes[i] == mirrored[i ^ 1]);
}

static void
test_order (void)
{
  enum
  {
    N = 1000,
    LABELLED = 300,
    BATCH = 64,
  };
  uint32_t rows[N], order[N], again[N], scratch[N];
  bool seen[N] = { false };
  int moved = 0;

  for (uint32_t i = 0; i < N; i++)
    rows[i] = N - 1 - i; /* rows 700 .. 999 are the labelled ones */
  mien_batches_draw (1, rows, N, LABELLED, 0.2, order, scratch);
  for (int i = 0; i < N; i++)
    {
      CHECK (order[i] < N && !seen[order[i]]);
      seen[order[i]] = true;
    }
  for (int begin = 0; begin + BATCH <= N; begin += BATCH)
    {
      int labelled = 0;

      for (int i = 0; i < BATCH; i++)
        labelled += order[begin + i] >= N - LABELLED;
      CHECK (labelled == 19 || labelled == 20); /* 19.2 */
    }
  mien_batches_draw (1, rows, N, LABELLED, 0.3, again, scratch);
  CHECK (memcmp (order, again, sizeof order) == 0);
  mien_batches_draw (2, rows, N, LABELLED, 0, again, scratch);
  for (int i = 0; i < N; i++)
    moved += order[i] != again[i];
  CHECK (moved > N * 0.98);
  for (uint32_t labelled = 0; labelled <= 3; labelled += 3)
    {
      mien_batches_draw (7, rows, 3, labelled, 0.5, order, scratch); /* none, all */
      CHECK (order[0] + order[1] + order[2] == 3 * (N - 2));
    }
}

/* More labelled places than labelled rows: all of these as often, to within one. */
static void
test_labelled_share (void)
{
  enum
  {
    N = 1000,
    LABELLED = 300,
    BATCH = 50,
  };
  static const double SHARES[] = { 0.5, 0.8, 1 };
  uint32_t rows[N], order[N], scratch[N];

  for (uint32_t i = 0; i < N; i++)
    rows[i] = N - 1 - i;
  for (size_t s = 0; s < sizeof SHARES / sizeof *SHARES; s++)
    {
      int times[N] = { 0 }, wanted = (int) (SHARES[s] * BATCH);

      mien_batches_draw (3, rows, N, LABELLED, SHARES[s], order, scratch);
      for (int begin = 0; begin < N; begin += BATCH)
        {
          int labelled = 0;

          for (int i = 0; i < BATCH; i++)
            {
              labelled += order[begin + i] >= N - LABELLED;
              times[order[begin + i]]++;
            }
          CHECK (labelled == wanted);
        }
      for (int i = 0; i < N; i++)
        if (i < N - LABELLED)
          CHECK (times[i] <= 1);
        else
          CHECK (times[i] == (int) (SHARES[s] * N / LABELLED)
                 || times[i] == (int) (SHARES[s] * N / LABELLED) + 1);
      /* Not in the same order the second time. */
      if (SHARES[s] == 1)
        {
          int alike = 0;

          for (int i = 0; i < LABELLED; i++)
            alike += order[i] == order[LABELLED + i];
          CHECK (alike < LABELLED / 10);
        }
    }
}

/* Narrow ones are followed by 0, wide ones fold, none but those without any length have
 * another length than 1. */
static void
test_embedding (void)
{
  static float features[3 * MIEN_EMBEDDING], embedding[MIEN_EMBEDDING];
  double sum = 0;

  features[0] = 3;
  features[1] = -4;
  CHECK (mien_embed (features, 16, embedding) == 0);
  CHECK (embedding[0] == 0.6f && embedding[1] == -0.8f);
  for (int i = 2; i < MIEN_EMBEDDING; i++)
    CHECK (embedding[i] == 0);
  for (int i = 0; i < 3 * MIEN_EMBEDDING; i++)
    features[i] = (float) (i % 7) + (i < MIEN_EMBEDDING ? 100 : 0);
  CHECK (mien_embed (features, 3 * MIEN_EMBEDDING, embedding) == 0);
  for (int i = 0; i < MIEN_EMBEDDING; i++)
    sum += (double) embedding[i] * embedding[i];
  CHECK (fabs (sum - 1) < 1e-6);
  CHECK (fabsf (embedding[5] / embedding[0] - 111.f / 103) < 1e-6f);
  features[700] = NAN;
  CHECK (mien_embed (features, 3 * MIEN_EMBEDDING, embedding) == -1);
  memset (features, 0, sizeof features);
  CHECK (mien_embed (features, 16, embedding) == 0 && embedding[0] == 0);
}

int
main (void)
{
  static const MienTest TESTS[] = {
    { "labelled share", test_labelled_share },
    { "augmentations by definition", test_augments },
    { "augmentations by hand", test_by_hand },
    { "cutout", test_cutout },
    { "weak views", test_weak_view },
    { "strong views", test_strong_view },
    { "normalised input", test_normalise },
    { "embeddings of any width", test_embedding },
    { "order of an epoch", test_order },
  };

  return mien_test_run (TESTS, sizeof TESTS / sizeof *TESTS);
}
