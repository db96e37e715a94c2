/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-events.h"
#include "mien-job.h"

G_BEGIN_DECLS

/* "answer", "skip" ... */
const char *mien_decision_kind_id   (MienDecisionKind     kind);
/* What `label` took down and what `undo` took back look alike. what: "recorded" or "undone"; frame: the
 * first of n; decision: mien_decision_kind_id, or "restore". */
void        mien_decision_print     (MienJob             *job,
                                     const char          *what,
                                     const char          *frame,
                                     guint                n_frames,
                                     const char          *annotator,
                                     const char          *decision,
                                     const MienLabels    *answers);
/* "12=1,4=0,6=?" into the units' answers; the error of usage names what is wrong. */
gboolean    mien_decision_parse_units (MienJob           *job,
                                       const char        *text,
                                       MienLabels        *answers,
                                       GError           **error);

G_END_DECLS
