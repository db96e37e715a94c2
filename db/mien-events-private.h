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
/* Round what a person decides. lifted: for mien_events_end. */
gboolean       mien_events_begin      (MienStore          *store,
                                       gboolean           *lifted,
                                       GError            **error);
gboolean       mien_events_end        (MienStore          *store,
                                       gboolean            lifted,
                                       gboolean            ok,
                                       GError            **error);

G_END_DECLS
