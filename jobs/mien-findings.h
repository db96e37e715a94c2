/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "mien-evaluation.h"

G_BEGIN_DECLS

/*
 * What lies behind the figures of a measurement: which expression was taken for which, how often a unit
 * was right and wrong, and whether answers are as often right as they are sure. Counted frame by frame
 * over the same labelled frames as the metrics, with the same post-processing; stored beside them, so
 * that whoever draws them need not compute anything.
 */

enum
{
  MIEN_RELIABILITY_BINS = 10,              /* of equal width, 0 to 1 */
};

typedef struct
{
  guint64 n[MIEN_RELIABILITY_BINS];
  guint64 right[MIEN_RELIABILITY_BINS];
  double  said[MIEN_RELIABILITY_BINS];     /* sum of the probabilities */
} MienReliability;

struct _MienFindings
{
  guint64         videos;                  /* with a labelled frame */
  guint64         labels[MIEN_TASK_COUNT]; /* frames; of action units those with any */
  double          intervals[MIEN_TASK_COUNT][2];   /* of the task's figure, see mien-task-figures.h */
  guint64         confusion[MIEN_EXPRESSION_COUNT][MIEN_EXPRESSION_COUNT];   /* [label][said] */
  guint64         units[MIEN_UNIT_COUNT][2][2];                              /* [label][said] */
  MienReliability expression;              /* the answer's probability, and whether it was the label */
  MienReliability presence;                /* of all units: p, and whether the unit was present */
};

/* One labelled frame: what is known of it, and what was said (processed, [MIEN_POSTPROCESS_ANSWER]) and
 * decided. */
void    mien_findings_add           (MienFindings          *findings,
                                     const MienPackRow     *row,
                                     const float           *said,
                                     int                    expression,
                                     const gint8           *units);
/* Mean distance between how sure and how right, over all answers (the expected calibration error);
 * NaN without any. */
double  mien_reliability_error      (const MienReliability *reliability);
/* {"videos","labels","intervals","confusion","units":{"right_present","missed","false","right_absent"},
 * "reliability":{"expression":{"error","n","right","said"},"action_units":...}}: arrays by class, unit
 * or bin; what has no labels is null. */
void    mien_json_findings          (JsonBuilder           *builder,
                                     const char            *name,
                                     const MienFindings    *findings);

G_END_DECLS
