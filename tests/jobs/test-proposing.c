/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The plan and the window of propose, on drawn videos: what is stored is what a pass over
 * the whole video would store, in an order that survives a kill at any point.
 */

#define G_LOG_DOMAIN "mien-test"
#include "config.h"

#include "mien-proposing.h"

#include <string.h>

enum
{
  ANSWER = MIEN_POSTPROCESS_ANSWER,
};

/* One video: what the model says of each frame, and what is stored now. */
typedef struct
{
  GArray *frames;  /* MienVideoFrame; id = place + 1 */
  GArray *raw;     /* MienPrediction */
  GArray *whole;   /* MienPrediction: processed in one go */
  GArray *current; /* MienPrediction that is stored */
  gint64 radius;
  guint stored, left; /* left: after so many more the job is killed */
} Video;

static void
draw_video (GRand *rand, const MienPostprocess *postprocess, guint n, Video *video)
{
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (gint64));
  gint64 number = 0;

  video->frames = g_array_new (FALSE, FALSE, sizeof (MienVideoFrame));
  video->raw = g_array_new (FALSE, FALSE, sizeof (MienPrediction));
  video->whole = g_array_new (FALSE, FALSE, sizeof (MienPrediction));
  video->current = g_array_new (FALSE, TRUE, sizeof (MienPrediction));
  video->radius = mien_postprocess_radius (postprocess);
  for (guint i = 0; i < n; i++)
    {
      MienVideoFrame frame = { i + 1, i < 3 ? -1 : number, FALSE };
      MienPrediction said;
      float *values = (float *) (void *) &said;

      for (guint k = 0; k < ANSWER; k++)
        values[k] = (float) g_rand_double_range (rand, 0.01, 0.12);
      g_array_append_val (video->frames, frame);
      g_array_append_val (video->raw, said);
      g_array_append_val (numbers, frame.number);
      number += g_rand_int_range (rand, 0, 10) == 0 ? g_rand_int_range (rand, 0, 200)
                                                    : g_rand_int_range (rand, 0, 4);
    }
  g_array_set_size (video->whole, n);
  g_array_set_size (video->current, n);
  g_assert_cmpint (mien_postprocess_apply (postprocess, n,
                                           (const gint64 *) (void *) numbers->data,
                                           (const float *) (void *) video->raw->data, 0,
                                           n, (float *) (void *) video->whole->data),
                   ==, 0);
}

static void
video_clear (Video *video)
{
  g_array_unref (video->frames);
  g_array_unref (video->raw);
  g_array_unref (video->whole);
  g_array_unref (video->current);
}

static gboolean
is_right (const Video *video, guint i)
{
  return memcmp (&g_array_index (video->current, MienPrediction, i),
                 &g_array_index (video->whole, MienPrediction, i),
                 sizeof (MienPrediction))
         == 0;
}

static gboolean
store (const MienPlanned *planned,
       const MienPrediction *prediction,
       gpointer data,
       GError **error)
{
  Video *video = data;
  guint place = (guint) planned->frame - 1;

  if (video->left-- == 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "killed");
      return FALSE;
    }
  g_assert_true (planned->stored);
  g_array_index (video->current, MienPrediction, place) = *prediction;
  g_array_index (video->frames, MienVideoFrame, place).read = TRUE;
  video->stored++;
  return TRUE;
}

/* Runs a job until it ends or is killed. Returns how many frames it has read. */
static guint
run (const MienPostprocess *postprocess, Video *video, guint kill_after)
{
  g_autoptr (GArray) plan = g_array_new (FALSE, FALSE, sizeof (MienPlanned));
  g_autoptr (MienWindow) window = mien_window_new (postprocess, store, video);
  g_autoptr (GError) error = NULL;

  video->left = kill_after;
  mien_plan_video (video->frames, 7, video->radius, plan);
  for (guint i = 0; i < plan->len; i++)
    {
      const MienPlanned *planned = &g_array_index (plan, MienPlanned, i);

      if (!mien_window_add (
              window, planned,
              &g_array_index (video->raw, MienPrediction, planned->frame - 1), &error))
        return plan->len;
    }
  mien_window_finish (window, &error);
  return plan->len;
}

static MienPostprocess
some_postprocess (double sigma)
{
  MienPostprocess made;

  mien_postprocess_init (&made);
  made.sigma_expression = sigma;
  made.sigma_valence_arousal = sigma / 4;
  made.temperature_expression = 2;
  return made;
}

static void
test_first_time (void)
{
  static const double sigmas[] = { 2, 128, 2048 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (guint s = 0; s < G_N_ELEMENTS (sigmas); s++)
    for (guint n = 1; n < 2000; n = n * 3 + 1)
      {
        MienPostprocess postprocess = some_postprocess (sigmas[s]);
        Video video = { 0 };

        draw_video (rand, &postprocess, n, &video);
        g_assert_cmpuint (run (&postprocess, &video, G_MAXUINT), ==, n);
        g_assert_cmpuint (video.stored, ==, n);
        for (guint i = 0; i < n; i++)
          g_assert_true (is_right (&video, i));
        /* Nothing new: nothing to do. */
        g_assert_cmpuint (run (&postprocess, &video, G_MAXUINT), ==, 0);
        video_clear (&video);
      }
}

/* Frames arrive that were not there before: their neighbours' answers were right without
 * them, and are not any more. Killed at any point, the next job puts all of it right. */
static void
test_kills (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);

  for (guint round = 0; round < 300; round++)
    {
      MienPostprocess postprocess = some_postprocess (g_rand_boolean (rand) ? 32 : 512);
      Video video = { 0 };
      guint n = 400, news = 0, kills = 0, read = 0;

      draw_video (rand, &postprocess, n, &video);
      for (guint i = 0; i < n; i++)
        {
          MienVideoFrame *frame = &g_array_index (video.frames, MienVideoFrame, i);
          gboolean in_burst = i >= 100 && i < 120;

          frame->read = round % 3 == 0   ? g_rand_int_range (rand, 0, 40) > 0
                        : round % 3 == 1 ? !in_burst
                                         : FALSE;
          news += !frame->read;
        }
      /* What lies far from a new frame was right; what lies near it is stale. */
      for (guint i = 0; i < n; i++)
        {
          const MienVideoFrame *frame = &g_array_index (video.frames, MienVideoFrame, i);
          gboolean stale = FALSE;

          for (guint k = 0; k < n; k++)
            {
              const MienVideoFrame *other =
                  &g_array_index (video.frames, MienVideoFrame, k);

              stale |= !other->read && frame->number >= 0 && other->number >= 0
                       && ABS (other->number - frame->number) <= video.radius;
            }
          if (frame->read && !stale)
            g_array_index (video.current, MienPrediction, i) =
                g_array_index (video.whole, MienPrediction, i);
        }
      do
        {
          video.stored = 0;
          read = run (&postprocess, &video, (guint) g_rand_int_range (rand, 0, 150));
        }
      while (read > 0 && kills++ < 2000);
      g_assert_cmpuint (read, ==, 0);
      for (guint i = 0; i < n; i++)
        g_assert_true (is_right (&video, i));
      video_clear (&video);
    }
}

/* One new frame costs its surroundings, not the video. */
static void
test_little_work (void)
{
  g_autoptr (GArray) frames = g_array_new (FALSE, FALSE, sizeof (MienVideoFrame));
  g_autoptr (GArray) plan = g_array_new (FALSE, FALSE, sizeof (MienPlanned));

  for (guint i = 0; i < 10000; i++)
    {
      MienVideoFrame frame = { i + 1, 2 * (gint64) i, i != 5000 };

      g_array_append_val (frames, frame);
    }
  mien_plan_video (frames, 3, 10, plan);
  g_assert_cmpuint (plan->len, ==, 21);
  for (guint i = 0; i < plan->len; i++)
    {
      const MienPlanned *planned = &g_array_index (plan, MienPlanned, i);

      g_assert_cmpint (planned->frame, ==, 4991 + i);
      g_assert_cmpint (planned->video, ==, 3);
      g_assert_cmpint (planned->pending, ==, i == 10);
      g_assert_cmpint (planned->stored, ==, i >= 5 && i <= 15);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/jobs/proposing/first-time", test_first_time);
  g_test_add_func ("/jobs/proposing/kills", test_kills);
  g_test_add_func ("/jobs/proposing/little-work", test_little_work);
  return g_test_run ();
}
