/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-project-span.h"

G_BEGIN_DECLS

/*
 * A part of a video to be played over and over: which of its frames, and which of them is due when.
 * Time goes by frame number: a gap in the numbers is held as long as it lasted. Knows no clock.
 */

typedef struct _MienClip MienClip;

/* span: MienSpanFrame, by number; those without a face are left out. Of more than most, as many are
 * taken, evenly. NULL: fewer than two are left. */
MienClip   *mien_clip_new         (const GArray *span,
                                   double        fps,
                                   guint         most);
void        mien_clip_free        (MienClip     *clip);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienClip, mien_clip_free)

guint       mien_clip_n_frames    (MienClip     *clip);
gint64      mien_clip_frame       (MienClip     *clip,
                                   guint         i);
gint64      mien_clip_number      (MienClip     *clip,
                                   guint         i);
/* NULL until it is set; one that never is, is passed over. */
GdkTexture *mien_clip_texture     (MienClip     *clip,
                                   guint         i);
void        mien_clip_set_texture (MienClip     *clip,
                                   guint         i,
                                   GdkTexture   *texture);
/* Microseconds of one round. */
gint64      mien_clip_duration    (MienClip     *clip);
/* What is due that many microseconds after the beginning; -1: nothing has a texture. */
int         mien_clip_at          (MienClip     *clip,
                                   gint64        elapsed);
/* The numbers to play round one, some seconds to either side. */
void        mien_clip_around      (gint64        number,
                                   double        fps,
                                   gint64       *from,
                                   gint64       *to);

G_END_DECLS
