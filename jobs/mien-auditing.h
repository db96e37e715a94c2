/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-audit.h"
#include "mien-models.h"

G_BEGIN_DECLS

/*
 * What people's answers to audited pseudo-labels say of the precision of each class, and what becomes of
 * its threshold. Only what was drawn under the threshold of now counts.
 */

typedef struct
{
  MienItem          item;
  int               says;                  /* the class, or 1 and 0 for a unit */
  double            threshold;
  guint             drawn, answered;       /* answered: blind, and with a value */
  guint             agreed;                /* of the answers that the interval rests on */
  MienAuditInterval interval;
  MienAuditVerdict  verdict;
} MienAudited;

/* "too few", "open", "met", "missed" */
const char *mien_audit_verdict_id   (MienAuditVerdict  verdict);
/* Every class that the model's tasks have, expressions first, each unit present and absent. Elements: MienAudited. */
GArray     *mien_auditing_read      (MienStore        *store,
                                     const MienModel  *model,
                                     double            target,
                                     GError          **error);
/* Raises what has missed its target, and logs it. changes: MienThresholdChange of what was raised. */
gboolean    mien_auditing_apply     (MienStore        *store,
                                     const MienModel  *model,
                                     GArray          **changes,
                                     GError          **error);

/* The precision that accepted pseudo-labels shall have; 0.95 where the project says nothing (sensible). */
double      mien_auditing_target    (MienStore        *store);
/* 0.5 to 0.999. */
gboolean    mien_auditing_set_target (MienStore       *store,
                                      double           target,
                                      GError         **error);

G_END_DECLS
