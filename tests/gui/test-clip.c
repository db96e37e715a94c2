/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The time table of a clip: frames are due by their numbers at the video's rate, gaps are
 * held, late displays pass frames over, and long parts are thinned evenly.
 */
#include "config.h"

#include "mien-clip.h"

static GArray *
span_of (const gint64 *numbers, guint n)
{
  GArray *span = g_array_new (FALSE, FALSE, sizeof (MienSpanFrame));

  for (guint i = 0; i < n; i++)
    {
      MienSpanFrame one = { .frame = 100 + i, .number = numbers[i], .has_face = TRUE };

      g_array_append_val (span, one);
    }
  return span;
}

static void
set_texture (MienClip *clip, guint i)
{
  g_autoptr (GBytes) pixel = g_bytes_new_static ("\1\2\3", 3);
  g_autoptr (GdkTexture) texture =
      gdk_memory_texture_new (1, 1, GDK_MEMORY_R8G8B8, pixel, 3);

  mien_clip_set_texture (clip, i, texture);
}

/* Due in the middle of that interval of 1/25 s. */
static int
at (MienClip *clip, gint64 interval)
{
  return mien_clip_at (clip, interval * 40000 + 20000);
}

static void
test_gaps_are_held (void)
{
  static const gint64 numbers[] = { 10, 11, 12, 20, 21 };
  g_autoptr (GArray) span = span_of (numbers, G_N_ELEMENTS (numbers));
  g_autoptr (MienClip) clip = mien_clip_new (span, 25, 150);

  g_assert_cmpuint (mien_clip_n_frames (clip), ==, 5);
  g_assert_cmpint (mien_clip_at (clip, 0), ==, -1);
  for (guint i = 0; i < 5; i++)
    set_texture (clip, i);
  g_assert_cmpint (mien_clip_duration (clip), ==, 12 * 40000);
  g_assert_cmpint (at (clip, 0), ==, 0);
  g_assert_cmpint (at (clip, 1), ==, 1);
  for (gint64 i = 2; i < 10; i++)
    g_assert_cmpint (at (clip, i), ==, 2);
  g_assert_cmpint (at (clip, 10), ==, 3);
  g_assert_cmpint (at (clip, 11), ==, 4);
  /* And from the beginning, however long it was away. */
  g_assert_cmpint (at (clip, 12), ==, 0);
  g_assert_cmpint (at (clip, 12 * 1000 + 10), ==, 3);
  g_assert_cmpint (mien_clip_at (clip, 40000), ==, 1);
  g_assert_cmpint (mien_clip_at (clip, -5), ==, 0);
}

static void
test_no_face_is_passed_over (void)
{
  static const gint64 numbers[] = { 1, 2, 3, 4 };
  g_autoptr (GArray) span = span_of (numbers, G_N_ELEMENTS (numbers));
  g_autoptr (MienClip) clip = NULL;

  g_array_index (span, MienSpanFrame, 1).has_face = FALSE;
  clip = mien_clip_new (span, 25, 150);
  g_assert_cmpuint (mien_clip_n_frames (clip), ==, 3);
  g_assert_cmpint (mien_clip_number (clip, 1), ==, 3);
  /* One that could not be decoded. */
  set_texture (clip, 1);
  set_texture (clip, 2);
  g_assert_cmpint (at (clip, 0), ==, 1);
  g_assert_cmpint (at (clip, 3), ==, 2);
  g_assert_null (mien_clip_texture (clip, 0));
}

static void
test_thinned (void)
{
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GArray) span = NULL;
  g_autoptr (MienClip) clip = NULL;

  for (gint64 i = 0; i < 1000; i++)
    g_array_append_val (numbers, i);
  span = span_of ((const gint64 *) numbers->data, numbers->len);
  clip = mien_clip_new (span, 25, 100);
  g_assert_cmpuint (mien_clip_n_frames (clip), ==, 100);
  for (guint i = 0; i < 100; i++)
    g_assert_cmpint (mien_clip_number (clip, i), ==, 10 * i);
  g_assert_cmpint (mien_clip_duration (clip), ==, 1000 * 40000);
}

static void
test_nothing_to_play (void)
{
  static const gint64 numbers[] = { 7, 7 };
  g_autoptr (GArray) none = span_of (numbers, 0), one = span_of (numbers, 1);
  g_autoptr (GArray) same = span_of (numbers, 2);
  gint64 from, to;

  g_assert_null (mien_clip_new (none, 25, 150));
  g_assert_null (mien_clip_new (one, 25, 150));
  g_assert_null (mien_clip_new (same, 25, 150));
  mien_clip_around (10, 30, &from, &to);
  g_assert_cmpint (from, ==, 0);
  g_assert_cmpint (to, ==, 70);
  /* A stranger's rate. */
  mien_clip_around (100000, 1e300, &from, &to);
  g_assert_cmpint (from, ==, 98000);
  mien_clip_around (G_MAXINT64 - 1, 30, &from, &to);
  g_assert_cmpint (to, ==, G_MAXINT64);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/clip/gaps", test_gaps_are_held);
  g_test_add_func ("/clip/no-face", test_no_face_is_passed_over);
  g_test_add_func ("/clip/thinned", test_thinned);
  g_test_add_func ("/clip/nothing", test_nothing_to_play);
  return g_test_run ();
}
