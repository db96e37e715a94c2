/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-mix.h"
#include "mien-store.h"

G_BEGIN_DECLS

/*
 * What is asked next, laid as a mix and stored, so that its order stands while somebody works; and the
 * accepted answers that are drawn to be audited. mien_queue_frames gives what is planned first.
 */

/* The setting that holds the mix as text. */
#define MIEN_QUEUE_MIX "queue-mix"

/* The project's mix; the usual one where none was set. */
gboolean    mien_plan_mix           (MienStore       *store,
                                     MienMix         *mix,
                                     GError         **error);
gboolean    mien_plan_set_mix       (MienStore       *store,
                                     const MienMix   *mix,
                                     GError         **error);
/* Replaces what is planned by MIEN_PLAN_SIZE frames from what there is now. Reads first, then writes in one
 * short transaction. The same project gives the same plan. */
gboolean    mien_plan_renew         (MienStore       *store,
                                     GError         **error);
/* How many planned frames are left, some of which may have been answered otherwise. */
gboolean    mien_plan_left          (MienStore       *store,
                                     guint           *left,
                                     GError         **error);

enum
{
  MIEN_PLAN_SIZE = 1000,
};

/* An accepted answer that was drawn. */
typedef struct
{
  gint64      frame, video;
  MienItem    item;
  int         says;                        /* the class, or 1 and 0 for a unit */
  double      threshold;                   /* that it had passed when it was drawn */
  gboolean    answered;                    /* by a person */
  gboolean    counts;                      /* blind, and with a value: not "cannot tell" or disputed */
  gboolean    agreed;                      /* it counts and is the same answer */
  gint64      event;                       /* what the answer rests on: later ones are greater; 0: none */
} MienAudit;

/* All that were drawn of the model's answers, by frame and item. */
GArray     *mien_plan_audits        (MienStore       *store,
                                     gint64           model,
                                     GError         **error);

G_END_DECLS
