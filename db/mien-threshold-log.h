/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-models.h"

G_BEGIN_DECLS

/* What audits have made of a model's thresholds: appended only. */

typedef struct
{
  MienItem item;
  int      says;                           /* the class, or 1 and 0 for a unit */
  double   before, after;
  guint    answers, agreed;                /* the audit that it rests on */
  gint64   time;                           /* microseconds, UTC; filled when it is logged */
} MienThresholdChange;

/* Changes the thresholds and logs why, in one transaction. changes: MienThresholdChange; of two for one
 * threshold the higher stands. */
gboolean    mien_threshold_log_apply (MienStore     *store,
                                      gint64         model,
                                      const GArray  *changes,
                                      GError       **error);
/* Oldest first. Elements: MienThresholdChange. */
GArray     *mien_threshold_log_read  (MienStore     *store,
                                      gint64         model,
                                      GError       **error);

G_END_DECLS
