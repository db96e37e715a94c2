/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * What audits say of the precision of accepted pseudo-labels (METHOD.md section 5). AUDIT.md has the
 * reasons, and what was measured.
 */

/* Audited answers of one video: cluster is its number, any. In the order in which they were given. */
typedef struct
{
  long long cluster;
  bool      agreed;
} MienAuditAnswer;

typedef struct
{
  size_t answers;                          /* that it rests on: those of the last look */
  size_t clusters;
  double estimate;                         /* the share that agreed */
  double lower, upper;                     /* all looks together hold the truth in 95 % of cases */
  double effective;                        /* as many independent answers would say as much */
} MienAuditInterval;

/* How many looks there are, and after how many answers. What comes between two looks waits for the next. */
enum
{
  MIEN_AUDIT_LOOKS = 5,
};
extern const size_t mien_audit_looks[MIEN_AUDIT_LOOKS];

/* The interval of the last look that n answers allow. Before the first look: 0 answers, estimate NaN, bounds 0
 * and 1. */
void mien_audit_interval     (const MienAuditAnswer *answers,
                              size_t                 n,
                              MienAuditInterval     *interval);
/* The interval of all n answers, at least 1, that misses the truth with that probability. */
void mien_audit_look         (const MienAuditAnswer *answers,
                              size_t                 n,
                              double                 error,
                              MienAuditInterval     *interval);

typedef enum
{
  MIEN_AUDIT_TOO_FEW,                      /* before the first look */
  MIEN_AUDIT_OPEN,                         /* the interval straddles the target: hold */
  MIEN_AUDIT_MET,                          /* the lower bound reaches it */
  MIEN_AUDIT_MISSED,                       /* the upper bound is below it: raise */
} MienAuditVerdict;

MienAuditVerdict mien_audit_judge (const MienAuditInterval *interval,
                                   double                   target);

/* The threshold after a miss: half of what is left to certainty; above 1, so that nothing passes, where that
 * is less than 0.2 %. */
double mien_audit_raise      (double                 threshold);

