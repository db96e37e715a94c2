/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-chart.h"
#include "mien-findings-parse.h"
#include "mien-job-line.h"
#include "mien-models.h"

G_BEGIN_DECLS

/*
 * A model as charts: from its curves, and from what was counted of it. Pure. Charts without data are made too
 * (mien_chart_has_data says so). curves: MienCurvePoint, by name and epoch.
 */

/* The style in which an expression is drawn everywhere. */
guint      mien_expression_style          (guint                       expression);

/* By epoch, with a mark where the weights that were kept are from. */
MienChart *mien_model_chart_score         (const GArray               *curves);
MienChart *mien_model_chart_loss          (const GArray               *curves);
/* What is accepted as a pseudo-label in the end, and what a training step took for one. */
MienChart *mien_model_chart_thresholds    (const GArray               *curves);
MienChart *mien_model_chart_training_thresholds (const GArray         *curves);
MienChart *mien_model_chart_unit_thresholds (const GArray             *curves);

MienChart *mien_model_chart_confusion     (const MienFindingsShown    *findings);
/* F1 as bars, that of the model in use as marks (NULL: it is this one, or there is none). */
MienChart *mien_model_chart_classes       (const MienScores           *scores,
                                           const MienScores           *in_use);
MienChart *mien_model_chart_units         (const MienScores           *scores,
                                           const MienScores           *in_use);
/* How often an answer is right, by class, with Wilson's interval: of those given, how many are right. */
MienChart *mien_model_chart_precision     (const MienFindingsShown    *findings);
MienChart *mien_model_chart_reliability   (const MienReliabilityShown *reliability,
                                           gboolean                    units);
/* "Measured on 1,234 answers in 12 validation videos. ..." */
char      *mien_model_reliability_caption (const MienReliabilityShown *reliability,
                                           guint64                     videos);

G_END_DECLS
