/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "mien-evaluation.h"

G_BEGIN_DECLS

/*
 * Answers in eight bits in the place of those in float32: from which frames they take their ranges, and whether
 * the tuning videos show that they may.
 */

/* Pixels of up to 128 frames of the training videos that are not for tuning, evenly over all of them and the
 * same every time, for MienInferenceOptions. rows: MienPackRow. */
GBytes  *mien_int8_calibration      (MienJob               *job,
                                     MienStore             *store,
                                     const GArray          *rows,
                                     int                    side,
                                     guint                  threads,
                                     GError               **error);

/* Labelled frames of the tuning videos, answered both ways. */
typedef struct
{
  guint       videos, frames;
  guint       tasks;                       /* bits MienTask: those that the labels are of */
  double      agreement[MIEN_TASK_COUNT];  /* share of the answers: the same expression; both coordinates of
                                              the point within 0.05; the same of a unit */
  double      score[2];                    /* as `evaluate`, in float32 and in eight bits */
  double      loss[2];                     /* of score: 95 % interval, a bootstrap over videos */
  const char *refusal;                     /* NULL: they may; else why not */
} MienInt8Check;

/* The evaluation's rows are those of the tuning videos, its calibration is set. Agreement must reach
 * 99 % in every task, and the loss's interval end below 0.01. */
gboolean mien_int8_check            (const MienEvaluation  *evaluation,
                                     const MienPostprocess *postprocess,
                                     MienInt8Check         *check,
                                     GError               **error);
void     mien_json_int8_check       (JsonBuilder           *builder,
                                     const char            *name,
                                     const MienInt8Check   *check);
/* For people, two lines. */
char    *mien_int8_check_to_text    (const MienInt8Check   *check);

G_END_DECLS
