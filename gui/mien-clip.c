/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The time table of a clip. Whoever draws asks what is due now, so a display that is late
 * passes frames over and never lags behind.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-clip.h"

#include <math.h>

static const double SECONDS = 2.0; /* to either side */

/* What a stranger's project says is no reason to divide by nothing. */
static const double LEAST_FPS = 0.1;
static const double MOST_FPS = 1000.0;

typedef struct
{
  gint64 frame, number;
  GdkTexture *texture;
} ClipFrame;

struct _MienClip
{
  GArray *frames; /* ClipFrame, by number */
  double fps;
  gint64 hold; /* numbers that the last frame lasts */
};

static void
clip_frame_clear (gpointer data)
{
  ClipFrame *frame = data;

  g_clear_object (&frame->texture);
}

static ClipFrame *
frame_at (MienClip *clip, guint i)
{
  g_assert (i < clip->frames->len);
  return &g_array_index (clip->frames, ClipFrame, i);
}

MienClip *
mien_clip_new (const GArray *span, double fps, guint most)
{
  g_autoptr (MienClip) clip = g_new0 (MienClip, 1);
  g_autoptr (GArray) faces = g_array_new (FALSE, FALSE, sizeof (guint));
  guint n;

  for (guint i = 0; i < span->len; i++)
    if (g_array_index (span, MienSpanFrame, i).has_face)
      g_array_append_val (faces, i);
  n = MIN (faces->len, most);
  clip->frames = g_array_sized_new (FALSE, TRUE, sizeof (ClipFrame), n);
  g_array_set_clear_func (clip->frames, clip_frame_clear);
  clip->fps = CLAMP (fps, LEAST_FPS, MOST_FPS);
  clip->hold = G_MAXINT64;
  for (guint i = 0; i < n; i++)
    {
      guint at = g_array_index (faces, guint, (guint64) i * faces->len / n);
      const MienSpanFrame *one = &g_array_index (span, MienSpanFrame, at);
      ClipFrame frame = { .frame = one->frame, .number = one->number };

      if (i > 0 && frame.number > frame_at (clip, i - 1)->number)
        clip->hold = MIN (clip->hold, frame.number - frame_at (clip, i - 1)->number);
      g_array_append_val (clip->frames, frame);
    }
  if (n < 2 || clip->hold == G_MAXINT64)
    return NULL;
  return g_steal_pointer (&clip);
}

void
mien_clip_free (MienClip *clip)
{
  if (clip == NULL)
    return;
  g_array_unref (clip->frames);
  g_free (clip);
}

guint
mien_clip_n_frames (MienClip *clip)
{
  return clip->frames->len;
}

gint64
mien_clip_frame (MienClip *clip, guint i)
{
  return frame_at (clip, i)->frame;
}

gint64
mien_clip_number (MienClip *clip, guint i)
{
  return frame_at (clip, i)->number;
}

GdkTexture *
mien_clip_texture (MienClip *clip, guint i)
{
  return frame_at (clip, i)->texture;
}

void
mien_clip_set_texture (MienClip *clip, guint i, GdkTexture *texture)
{
  g_set_object (&frame_at (clip, i)->texture, texture);
}

gint64
mien_clip_duration (MienClip *clip)
{
  gint64 numbers =
      mien_clip_number (clip, clip->frames->len - 1) - mien_clip_number (clip, 0);

  return (gint64) ((double) (numbers + clip->hold) * G_USEC_PER_SEC / clip->fps);
}

int
mien_clip_at (MienClip *clip, gint64 elapsed)
{
  gint64 within = MAX (elapsed, 0) % MAX (mien_clip_duration (clip), 1);
  /* A hair later, so that the beginning of a frame is its own. */
  double passed = floor ((double) within * clip->fps / G_USEC_PER_SEC + 1e-4);
  gint64 due = mien_clip_number (clip, 0) + (gint64) passed;
  int at = -1;

  for (guint i = 0; i < clip->frames->len; i++)
    if (frame_at (clip, i)->texture != NULL
        && (at < 0 || frame_at (clip, i)->number <= due))
      at = (int) i;
  return at;
}

void
mien_clip_around (gint64 number, double fps, gint64 *from, gint64 *to)
{
  gint64 away = (gint64) ceil (SECONDS * CLAMP (fps, LEAST_FPS, MOST_FPS));

  *from = MAX (number - away, 0);
  *to = number > G_MAXINT64 - away ? G_MAXINT64 : number + away;
}
