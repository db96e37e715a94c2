/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-store-private.h"

G_BEGIN_DECLS

typedef struct
{
  gint64      frame;
  guint       tasks;                       /* bits MienTask: one for uncertain entries */
  const char *reason;
  double      confidence, threshold;       /* NaN: none */
} MienQueueEntry;

/* FALSE: enough, or failed with error set. */
typedef gboolean (*MienQueueFunc) (const MienQueueEntry *entry, gpointer data, GError **error);

/* mien-queue.c: calls func for every entry in the order of need until it says that it has enough: then
 * stopped is TRUE. FALSE: failed. */
gboolean       mien_queue_walk        (MienStore        *store,
                                       MienQueueFunc     func,
                                       gpointer          data,
                                       gboolean         *stopped,
                                       GError          **error);

/* mien-queue-asked.c: bits MienItem. */
guint          mien_queue_items_of    (MienTask          task);

G_END_DECLS
