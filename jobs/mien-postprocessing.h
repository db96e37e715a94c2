/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "mien-evaluation.h"
#include "mien-findings.h"
#include "mien-models.h"

G_BEGIN_DECLS

/*
 * A model's post-processing between the fit (model/mien-postprocess.h), the project and what people read.
 */

/* What is stored with the model; FALSE: it has none. */
gboolean mien_postprocessing_of_model (const MienModel            *model,
                                       MienPostprocess            *postprocess);

/* What a training delivers: the fit on its tuning videos, and the figures on validation without and with it. */
typedef struct
{
  MienPostprocess postprocess;
  gboolean        is_any;                  /* something of it was kept, so that it is worth storing */
  JsonNode       *tuning;                  /* figures of the fit; NULL: no labelled tuning frame */
  gboolean        has_acceptance;          /* tuning videos enough to say from where on answers are accepted: */
  MienThresholds  acceptance;              /* of expressions and units, for the project's target */
  MienMetrics     raw, metrics;
  MienFindings    findings;                /* of metrics */
  GPtrArray      *videos;                  /* what metrics sum up: MienMetricsSums of each video with labels */
} MienProcessed;

void     mien_processed_clear       (MienProcessed                *processed);

/* Fits on those of the evaluation's rows that are for tuning, by folds of whole videos, left and right faces of
 * one together; then measures on the rows of validation. */
gboolean mien_processed_measure     (const MienEvaluation         *evaluation,
                                     const GArray                 *validation,
                                     MienProcessed                *processed,
                                     GError                      **error);
/* A model that there is, on the evaluation's rows with its weights, and with its post-processing unless raw. */
gboolean mien_processed_evaluate    (const MienEvaluation         *evaluation,
                                     const MienModel              *model,
                                     gboolean                      raw,
                                     MienProcessed                *processed,
                                     GError                      **error);
/* Beside a model that has said nothing yet. */
gboolean mien_processed_store       (const MienProcessed          *processed,
                                     MienStore                    *store,
                                     gint64                        model,
                                     GError                      **error);

/* What `evaluate` prints and `train` stores: the metrics that count, then what there is of "raw" (the
 * metrics without post-processing), "postprocessing" (its numbers) and "tuning" (what the fit was
 * measured at), and "findings", as mien-findings.h has them. */
void     mien_json_evaluation       (JsonBuilder                  *builder,
                                     const char                   *name,
                                     const MienProcessed          *processed);
JsonNode *mien_postprocessing_report_to_json (const MienPostprocessReport *report);
/* The "tuning" of metrics that were stored; NULL: none. */
JsonNode *mien_postprocessing_stored_report  (const char          *metrics);
/* For people, up to two lines: raw beside processed, and the figures of the fit. */
char    *mien_postprocessing_to_text (const MienProcessed         *processed);

G_END_DECLS
