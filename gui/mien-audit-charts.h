/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-audits-parse.h"
#include "mien-chart.h"

G_BEGIN_DECLS

/*
 * Audits as charts and words. Pure. Texts are the caller's.
 */

/* "Fear", "AU12 present" */
char       *mien_audit_class_name        (MienItem               item,
                                          int                    says);
/* "missed"; borrowed. */
const char *mien_audit_verdict_name      (MienVerdict            verdict);
/* "0.60"; of a threshold that nothing passes, that nothing is accepted. */
char       *mien_audit_threshold_name    (double                 threshold);

/* The intervals of what has been answered often enough, with the target as a line; empty where nothing has. */
MienChart  *mien_audit_chart_expressions (const MienAuditsShown *audits);
MienChart  *mien_audit_chart_units       (const MienAuditsShown *audits);

G_END_DECLS
