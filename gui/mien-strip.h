/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-project.h"

G_BEGIN_DECLS

/*
 * The neighbours of a frame by frame number, as many as fit: their faces, the trace of valence and
 * arousal, a ribbon of expressions and rows of three action units. What a person labelled is solid,
 * what the model says is pale. A gap in the numbers is a dotted line.
 *
 * Signal: "frame-activated" (gint64 frame): clicked, or Return on the cell that Left and Right went to.
 */

#define MIEN_TYPE_STRIP (mien_strip_get_type ())
G_DECLARE_FINAL_TYPE (MienStrip, mien_strip, MIEN, STRIP, GtkWidget)

enum
{
  MIEN_STRIP_MOST = 12,                    /* neighbours a side */
};

GtkWidget *mien_strip_new  (void);
/* Borrows nothing: keeps its own references. NULL: empty. */
void       mien_strip_show (MienStrip           *self,
                            const MienFrameView *view);
/* A bracket from one number to another, which may lie beyond what is visible; -1: that end is open. */
void       mien_strip_set_segment (MienStrip    *self,
                                   gint64        in,
                                   gint64        out);
/* The number of the cell that the keys are at, -1: they are elsewhere. */
gint64     mien_strip_get_cursor (MienStrip     *self);
/* What is being played, -1: nothing is. */
void       mien_strip_set_playing (MienStrip    *self,
                                   gint64        number);

G_END_DECLS
