/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-threshold-log.h"
#include "mien-types.h"

G_BEGIN_DECLS

/*
 * What "mienctl thresholds --json" has printed: how right accepted pseudo-labels were where they were audited,
 * and what that has made of the thresholds. Pure.
 */

typedef enum
{
  MIEN_VERDICT_TOO_FEW,                    /* answers, for an interval */
  MIEN_VERDICT_OPEN,                       /* the interval straddles the target */
  MIEN_VERDICT_MET,
  MIEN_VERDICT_MISSED,
} MienVerdict;

typedef struct
{
  MienItem    item;
  int         says;                        /* the class, or 1 and 0 for a unit */
  double      threshold;                   /* above 1: nothing is accepted */
  guint64     drawn, answered;
  guint64     counted, agreed;             /* the answers that the interval rests on, and how many of them agreed */
  double      precision, lower, upper;     /* NaN where nothing is counted */
  MienVerdict verdict;
} MienAuditShown;

typedef struct
{
  double  target;
  GArray *classes;                         /* MienAuditShown, in the order of print; those with audits drawn */
  GArray *changes;                         /* MienThresholdChange, the oldest first */
} MienAuditsShown;

/* NULL: that is nothing which mienctl prints. */
MienAuditsShown *mien_audits_parse (const char       *json);
void             mien_audits_free  (MienAuditsShown  *audits);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienAuditsShown, mien_audits_free)

G_END_DECLS
