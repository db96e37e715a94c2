/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "mien-gates.h"
#include "mien-postprocessing.h"

G_BEGIN_DECLS

/*
 * A candidate against the model in use (model/mien-gates.h): how it is measured, what people read of it, and how
 * it is stored beside the candidate, where the window finds it.
 */

/* evaluation: as the candidate was measured, which gave its sums by video; its weights do not matter. in_use is
 * asked about the same rows. */
gboolean    mien_gating_measure     (const MienEvaluation *evaluation,
                                     const GPtrArray      *candidate,
                                     const MienModel      *in_use,
                                     MienGates            *gates,
                                     GError              **error);
/* "pass", "fail" (the score is worse), "unknown": what follows from the score alone. */
const char *mien_gates_outcome      (const MienGates      *gates);
/* {"against","gate","frames","videos","videos_better","videos_worse","figures":[{"figure","candidate","in_use",
 * "difference","interval","verdict"}]}, figures in the order of mien-gates.h, of a class with its "expression"
 * or "unit". against: the model that was in use. */
void        mien_json_gates         (JsonBuilder          *builder,
                                     const char           *name,
                                     const MienGates      *gates,
                                     gint64                against);
/* The metrics of a model (NULL: none) with the gates as "gates"; a new string. */
char       *mien_gates_beside       (const char           *metrics,
                                     const MienGates      *gates,
                                     gint64                against);
/* For people: every figure in a table, and what follows, in up to three lines. */
char       *mien_gates_to_table     (const MienGates      *gates,
                                     gint64                candidate,
                                     gint64                against);
char       *mien_gates_to_text      (const MienGates      *gates,
                                     gint64                against);

G_END_DECLS
