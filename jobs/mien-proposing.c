/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Smoothing while a model reads. A frame's answer rests on those within the radius of the
 * smoothing, so a new frame changes the answers around it, and these rest on raw answers
 * that are not kept and are asked again.
 *
 * Invariants: an answer is stored when all that it rests on has been read; a pending
 * frame is stored after the answers that it changes, so that whatever is missing after a
 * kill is found by the frames that are still pending.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-proposing.h"

#include <string.h>

/* Answers are worked out so many at a time. */
#define BURST 64

G_STATIC_ASSERT (sizeof (MienPrediction) == MIEN_POSTPROCESS_ANSWER * sizeof (float));

/* Marks what lies within radius of something marked in near; numbers ascend. */
static void
mark_neighbours (const GArray *frames, gint64 radius, const guint8 *near, guint8 *marked)
{
  const MienVideoFrame *all = (const MienVideoFrame *) (void *) frames->data;
  gint64 last = -1;

  for (guint i = 0; i < frames->len; i++)
    {
      if (near[i])
        last = all[i].number;
      marked[i] |= near[i] || (last >= 0 && all[i].number - last <= radius);
    }
  last = -1;
  for (guint i = frames->len; i-- > 0;)
    {
      if (near[i])
        last = all[i].number;
      marked[i] |= all[i].number >= 0 && last >= 0 && last - all[i].number <= radius;
    }
}

void
mien_plan_video (const GArray *frames, gint64 video, gint64 radius, GArray *plan)
{
  g_autofree guint8 *pending = g_malloc0 (frames->len + 1);
  g_autofree guint8 *stored = g_malloc0 (frames->len + 1);
  g_autofree guint8 *wanted = g_malloc0 (frames->len + 1);

  for (guint i = 0; i < frames->len; i++)
    pending[i] = !g_array_index (frames, MienVideoFrame, i).read;
  mark_neighbours (frames, radius, pending, stored);
  mark_neighbours (frames, radius, stored, wanted);
  for (guint i = 0; i < frames->len; i++)
    {
      const MienVideoFrame *frame = &g_array_index (frames, MienVideoFrame, i);
      MienPlanned planned = { frame->id, video, frame->number, pending[i], stored[i] };

      if (wanted[i])
        g_array_append_val (plan, planned);
    }
}

struct _MienWindow
{
  MienPostprocess postprocess;
  gint64 radius;
  MienStoreFunc func;
  gpointer data;
  GArray *planned;    /* MienPlanned */
  GArray *numbers;    /* gint64 */
  GArray *answers;    /* MienPrediction, raw */
  guint others, news; /* so many at the front are done with: known ones, pending ones */
  guint since_last;   /* added since answers were worked out */
};

MienWindow *
mien_window_new (const MienPostprocess *postprocess, MienStoreFunc func, gpointer data)
{
  MienWindow *window = g_new0 (MienWindow, 1);

  window->postprocess = *postprocess;
  window->radius = mien_postprocess_radius (postprocess);
  window->func = func;
  window->data = data;
  window->planned = g_array_new (FALSE, FALSE, sizeof (MienPlanned));
  window->numbers = g_array_new (FALSE, FALSE, sizeof (gint64));
  window->answers = g_array_new (FALSE, FALSE, sizeof (MienPrediction));
  return window;
}

void
mien_window_free (MienWindow *window)
{
  if (window == NULL)
    return;
  g_array_unref (window->planned);
  g_array_unref (window->numbers);
  g_array_unref (window->answers);
  g_free (window);
}

static const MienPlanned *
planned_at (MienWindow *window, guint i)
{
  return &g_array_index (window->planned, MienPlanned, i);
}

/* How many at the front lie at least that far behind the latest; all at the end. */
static guint
count_behind (MienWindow *window, guint from, gint64 distance, gboolean at_end)
{
  gint64 front = window->planned->len > 0
                     ? planned_at (window, window->planned->len - 1)->number
                     : 0;

  while (from < window->planned->len
         && (at_end || planned_at (window, from)->number < 0
             || front - planned_at (window, from)->number > distance))
    from++;
  return from;
}

/* Works out and stores those of the range that are (or are not) pending. */
static gboolean
store_range (MienWindow *window, guint from, guint to, gboolean pending, GError **error)
{
  g_autofree MienPrediction *processed = g_new (MienPrediction, BURST);

  for (guint first = from; first < to; first += BURST)
    {
      guint n = MIN (BURST, to - first);

      if (mien_postprocess_apply (&window->postprocess, window->numbers->len,
                                  (const gint64 *) (void *) window->numbers->data,
                                  (const float *) (void *) window->answers->data, first,
                                  n, (float *) (void *) processed)
          != 0)
        {
          g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
                       "out of memory for %u frames of a video; close other programs",
                       window->numbers->len);
          return FALSE;
        }
      for (guint i = 0; i < n; i++)
        {
          const MienPlanned *planned = planned_at (window, first + i);

          if (planned->stored && planned->pending == pending
              && !window->func (planned, &processed[i], window->data, error))
            return FALSE;
        }
    }
  return TRUE;
}

/* What no later answer can rest on or change. */
static void
forget (MienWindow *window)
{
  guint n = MIN (window->others, window->news), oldest = n;
  gint64 number;

  if (n == 0)
    return;
  number = n < window->planned->len ? planned_at (window, n)->number : G_MAXINT64;
  while (oldest > 0 && planned_at (window, oldest - 1)->number >= 0
         && number - planned_at (window, oldest - 1)->number <= window->radius)
    oldest--;
  g_array_remove_range (window->planned, 0, oldest);
  g_array_remove_range (window->numbers, 0, oldest);
  g_array_remove_range (window->answers, 0, oldest);
  window->others -= oldest;
  window->news -= oldest;
}

static gboolean
advance (MienWindow *window, gboolean at_end, GError **error)
{
  guint others = count_behind (window, window->others, window->radius, at_end);
  guint news;

  if (!store_range (window, window->others, others, FALSE, error))
    return FALSE;
  window->others = others;
  news = count_behind (window, window->news, 2 * window->radius, at_end);
  if (!store_range (window, window->news, news, TRUE, error))
    return FALSE;
  window->news = news;
  window->since_last = 0;
  forget (window);
  return TRUE;
}

gboolean
mien_window_add (MienWindow *window,
                 const MienPlanned *planned,
                 const MienPrediction *prediction,
                 GError **error)
{
  if (window->planned->len > 0 && planned_at (window, 0)->video != planned->video
      && !mien_window_finish (window, error))
    return FALSE;
  g_array_append_vals (window->planned, planned, 1);
  g_array_append_val (window->numbers, planned->number);
  g_array_append_vals (window->answers, prediction, 1);
  return ++window->since_last < BURST || advance (window, FALSE, error);
}

gboolean
mien_window_finish (MienWindow *window, GError **error)
{
  if (!advance (window, TRUE, error))
    return FALSE;
  g_array_set_size (window->planned, 0);
  g_array_set_size (window->numbers, 0);
  g_array_set_size (window->answers, 0);
  window->others = window->news = 0;
  return TRUE;
}
