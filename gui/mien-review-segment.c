/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The marks of a segment, and what follows from them. Pure but for the words.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-review-segment.h"

#include "mien-review-answers.h"

#include <glib/gi18n.h>

void
mien_review_segment_clear (MienReviewSegment *segment)
{
  g_clear_pointer (&segment->frames, g_array_unref);
  segment->video = 0;
  segment->in = segment->out = -1;
}

void
mien_review_segment_mark (MienReviewSegment *segment,
                          gint64 video,
                          gint64 number,
                          gboolean out)
{
  if (segment->video != video)
    mien_review_segment_clear (segment);
  g_clear_pointer (&segment->frames, g_array_unref);
  segment->video = video;
  if (out)
    {
      segment->out = number;
      segment->in = segment->in > number ? -1 : segment->in;
    }
  else
    {
      segment->in = number;
      segment->out = segment->out < number ? -1 : segment->out;
    }
}

gboolean
mien_review_segment_is_whole (const MienReviewSegment *segment)
{
  return segment->video != 0 && segment->in >= 0 && segment->out >= 0;
}

gboolean
mien_review_segment_holds (const MienReviewSegment *segment, const MienFrame *frame)
{
  return mien_review_segment_is_whole (segment) && frame->video == segment->video
         && frame->number >= segment->in && frame->number <= segment->out;
}

void
mien_review_segment_take (MienReviewSegment *segment, GArray *frames)
{
  g_clear_pointer (&segment->frames, g_array_unref);
  segment->frames = frames;
}

GArray *
mien_review_segment_targets (const MienReviewSegment *segment, gint64 frame)
{
  GArray *targets = g_array_new (FALSE, FALSE, sizeof (gint64));

  g_array_append_val (targets, frame);
  for (guint i = 0; segment->frames != NULL && i < segment->frames->len; i++)
    {
      const MienSpanFrame *one = &g_array_index (segment->frames, MienSpanFrame, i);

      if (one->frame != frame && one->has_face)
        g_array_append_val (targets, one->frame);
    }
  return targets;
}

guint
mien_review_segment_count (const MienReviewSegment *segment,
                           gint64 frame,
                           const MienLabels *given,
                           guint *labelled)
{
  guint items = 0, n = 0;

  *labelled = 0;
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    if (given->item[item].answer != MIEN_ANSWER_NONE)
      items |= 1u << item;
  for (guint i = 0; segment->frames != NULL && i < segment->frames->len; i++)
    {
      const MienSpanFrame *one = &g_array_index (segment->frames, MienSpanFrame, i);

      if (one->frame != frame && !one->has_face)
        continue;
      n++;
      *labelled += items != 0 ? (one->human & items) != 0 : one->human != 0;
    }
  return n;
}

char *
mien_review_segment_describe (const MienReviewSegment *segment, guint n_frames)
{
  g_autofree char *in = g_strdup_printf ("%" G_GINT64_FORMAT, segment->in);
  g_autofree char *out = g_strdup_printf ("%" G_GINT64_FORMAT, segment->out);

  if (!mien_review_segment_is_whole (segment))
    return segment->in >= 0
               ? g_strdup_printf (_ ("Segment from %s: its end?"), in)
               : g_strdup_printf (_ ("Segment up to %s: its beginning?"), out);
  if (n_frames == 0)
    return g_strdup_printf (_ ("Segment %s–%s"), in, out);
  /* Translators: the first and last number, and how many frames there are between. */
  return g_strdup_printf (ngettext ("Segment %s–%s: %'u frame · Esc drops it",
                                    "Segment %s–%s: %'u frames · Esc drops it", n_frames),
                          in, out, n_frames);
}

char *
mien_review_segment_describe_decision (const MienReviewSegment *segment,
                                       const MienLabels *labels,
                                       const char *video_name,
                                       guint n_frames)
{
  g_autofree char *what = mien_review_describe (labels);
  g_autofree char *in = g_strdup_printf ("%" G_GINT64_FORMAT, segment->in);
  g_autofree char *out = g_strdup_printf ("%" G_GINT64_FORMAT, segment->out);

  /* Translators: what, on how many frames, of which video, the first and last number. */
  return g_strdup_printf (
      ngettext ("%s on %'u frame, %s %s–%s", "%s on %'u frames, %s %s–%s", n_frames),
      what, n_frames, video_name, in, out);
}
