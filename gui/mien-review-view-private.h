/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-review-place.h"
#include "mien-review-session.h"
#include "mien-review-view.h"

G_BEGIN_DECLS

typedef struct _MienReviewPlay MienReviewPlay;

struct _MienReviewView
{
  GtkWidget           parent_instance;

  GSettings          *settings;
  MienProject        *project;
  MienReviewSession  *session;
  MienReviewPlace    *place;               /* NULL: no project */
  gint64              reopened;            /* the frame of the last time, until it is there */
  gint64              reopened_since;      /* when it came on screen; microseconds UTC */
  GCancellable       *cancellable;         /* of all loads of the session */

  GtkWidget          *stack, *side, *canvas, *strip, *panel;
  GtkWidget          *empty, *empty_button;
  const char         *empty_need;
  guint               shown;               /* generation of the session on screen */
  guint               held;                /* key code that is down, 0: none */
  GtkWidget          *note;                /* the popover, NULL until it is wanted */
  gint64              note_frame;          /* what it is about */
  MienReviewSegment   segment;
  MienReviewPlay     *play;                /* NULL: nothing is played, nor read to be */
  GtkWidget          *strip_note;
  char               *strip_help;

  MienProjectSummary  summary;
  gboolean            has_summary, summary_asked, summary_stale;
  guint               summary_timer;
  guint               own_changes;         /* stored since the project last said "changed" */
  gboolean            others_changed;
  MienStatus          planned_at;          /* when the plan was last laid; all 0: never */
};

/* mien-review-view.c */
/* Shows what the session holds now. */
void  mien_review_view_sync     (MienReviewView   *self);
void  mien_review_view_toast    (MienReviewView   *self,
                                 const char       *text);
/* Where the face on screen is from, and why it is here. */
void  mien_review_view_show_place (MienReviewView *self);

/* mien-review-view-load.c */
/* Asks the project for all that the session wants. */
void  mien_review_view_pump     (MienReviewView   *self);
void  mien_review_view_decide   (MienReviewView   *self,
                                 MienDecisionKind  kind);
void  mien_review_view_refresh  (MienReviewView   *self);
/* Faces that are not answered yet are to be read again: they are to be shown in another way. */
void  mien_review_view_reread   (MienReviewView   *self);
/* Ends the session of the project so far, and begins one of the new one. */
void  mien_review_view_restart  (MienReviewView   *self,
                                 MienProject      *project);

/* mien-review-view-note.c */
void  mien_review_view_write_note (MienReviewView *self);

/* mien-review-view-segment.c */
/* The panel and the strip, with what Enter is about. */
void  mien_review_view_show_panel (MienReviewView *self);
void  mien_review_view_mark   (MienReviewView   *self,
                               gboolean          out);
/* FALSE: there was none. */
gboolean mien_review_view_drop_segment (MienReviewView *self);
/* Another face, or another reading of it, is on screen. */
void  mien_review_view_follow_segment (MienReviewView *self);

/* mien-review-view-play.c */
/* Plays, or stops. */
void  mien_review_view_play   (MienReviewView   *self);
/* FALSE: nothing was playing that anybody saw. */
gboolean mien_review_view_stop_play (MienReviewView *self);
/* The number that is on screen in place of the face, -1: none. */
gint64 mien_review_view_get_played (MienReviewView *self);

G_END_DECLS
