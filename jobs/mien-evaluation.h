/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-job.h"
#include "mien-metrics.h"
#include "mien-postprocess.h"
#include "mien-proposals.h"
#include "mien-training-pack.h"

G_BEGIN_DECLS

/* What weights are measured on: rows (MienPackRow, those of a video together, by number). */
typedef struct
{
  MienJob      *job;
  MienStore    *store;
  const GArray *rows;
  GBytes       *weights;                   /* safetensors */
  int           input_size;
  guint         threads;
  GBytes       *calibration;               /* answers in eight bits, as in mien-inference.h; or NULL */
} MienEvaluation;

/* mien-findings.h: the counts behind the figures. */
typedef struct _MienFindings MienFindings;

/* A person or a list has said something of it. */
gboolean mien_evaluation_is_labelled (const MienPackRow    *row);

/* Measures the labelled ones of the rows by METHOD.md section 3, in one go without and with a post-processing,
 * which may be NULL: then both are the same. The unlabelled neighbours that it smooths over are read
 * too. What `evaluate` prints and what `train` stores beside a model both come from here; findings belong
 * to the processed figures, and so do videos: a new array of the MienMetricsSums of each video with labels. */
gboolean mien_evaluate_processed    (const MienEvaluation  *evaluation,
                                     const MienPostprocess *postprocess,
                                     MienMetrics           *raw,
                                     MienMetrics           *processed,
                                     MienFindings          *findings,
                                     GPtrArray            **videos,
                                     GError               **error);

/* What the network says of the labelled rows and of those within radius of them, video by video. Should the
 * engine die all of it is said again, after restart. */
typedef struct
{
  void     (*restart)               (gpointer              data);
  gboolean (*video)                 (const MienPackRow    *rows,
                                     const MienPrediction *answers,
                                     guint                 n,
                                     gpointer              data,
                                     GError              **error);
} MienAnswersFuncs;

gboolean mien_evaluation_read       (const MienEvaluation   *evaluation,
                                     gint64                  radius,
                                     const MienAnswersFuncs *funcs,
                                     gpointer                data,
                                     GError                **error);

G_END_DECLS
