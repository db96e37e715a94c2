/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-job.h"
#include "mien-models.h"
#include "mien-run-folder.h"
#include "mien-train-settings.h"
#include "mien-training-pack.h"

G_BEGIN_DECLS

/*
 * One training by mien-engine in a run folder, from the pack to the weights. A run that was stopped or
 * killed goes on from its checkpoint; an engine that dies is started again, until it has died
 * MIEN_TRAINING_MAX_CRASHES times without getting any further.
 */

enum
{
  MIEN_TRAINING_MAX_CRASHES = 3,
};

typedef struct
{
  MienTrainSettings train;
  int               input_size;
  guint             threads;
} MienTrainingSettings;

typedef struct
{
  GArray         *points;                  /* MienCurvePoint */
  MienThresholds  thresholds;              /* of the delivered epoch */
  GBytes         *weights;
  int             epochs;                  /* that were trained */
  gboolean        is_tuned;                /* there were labels on tuning videos */
  int             delivered;               /* the best of them on the tuning videos, else the last */
  double          coverage;                /* of expressions at 95 % precision, on validation; or NaN */
} MienTrainingResult;

void     mien_training_result_clear (MienTrainingResult         *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MienTrainingResult, mien_training_result_clear)

/* A unit without a label in counts is never accepted, whatever its head says. */
gboolean mien_training_run          (MienJob                    *job,
                                     const MienTrainingSettings *settings,
                                     MienRunFolder              *folder,
                                     gboolean                    control,   /* in its own subfolder */
                                     GBytes                     *start,     /* or NULL: random */
                                     const MienRowCounts        *counts,
                                     MienTrainingResult         *result,
                                     GError                    **error);
/* Before any training has said better: 0.8 for each class and unit (METHOD.md section 5). */
void     mien_training_default_thresholds (MienThresholds       *thresholds);

G_END_DECLS
