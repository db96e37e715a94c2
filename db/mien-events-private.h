/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-store-private.h"

G_BEGIN_DECLS

/*
 * What appends to the log: one event, in a transaction that is durable when it ends.
 */

/* An event to be: what all of one batch have in common, and the item's part. */
typedef struct
{
  MienUuid        batch;
  gint64          frame;
  gint64          annotator;               /* 0: imported */
  gint64          model;                   /* 0: none */
  gint64          duration_us;             /* -1: unknown */
  gboolean        proposal_visible;
  const MienUuid *target;
  gint64          clock;                   /* 0: the next tick. What aims at one batch has one clock, so
                                              that beside another copy's aims it is as late on every
                                              frame of it */

  MienEventKind   kind;
  int             item;                    /* -1: the whole frame */
  MienLabel       label;
  double          confidence;
} MienNewEvent;

/* A new UUID for a batch or an event. */
void           mien_event_uuid        (MienUuid           *uuid);
gboolean       mien_event_append      (MienStore          *store,
                                       const MienNewEvent *event,
                                       GError            **error);
/* What may be a note's text. */
gboolean       mien_event_note_is_proper (const char       *note);
/* mien-snapshot-restore.c: on event->frame, undoes (event->kind) what the restoring did there, or does it
 * again, batch by batch; with that clock, in the batch of event. The labels do not follow yet. */
gboolean       mien_restoring_turn    (MienStore          *store,
                                       const MienUuid     *restoring,
                                       const MienNewEvent *event,
                                       gint64              clock,
                                       GError            **error);
/* Round what a person decides. lifted: for mien_events_end. */
gboolean       mien_events_begin      (MienStore          *store,
                                       gboolean           *lifted,
                                       GError            **error);
gboolean       mien_events_end        (MienStore          *store,
                                       gboolean            lifted,
                                       gboolean            ok,
                                       GError            **error);

G_END_DECLS
