/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-hidden-labels.h"
#include "mien-postprocessing.h"
#include "mien-training.h"

G_BEGIN_DECLS

/*
 * What came of a training, and of its control, in JSON and for people: the same figures beside each
 * other, so that nobody takes a gain from pseudo-labels on trust.
 */

typedef struct
{
  MienTrainingResult result;
  MienProcessed      processed;            /* on validation, with what was fitted on tuning videos */
  gboolean           has_hidden;
  MienHiddenResult   hidden;
} MienTrained;

/* Members of the object that is open: "epochs" and "best_epoch" (null without tuning videos), "coverage" and
 * "hidden_labels" ({"frames","coverage","accepted","precision"} or null). */
void  mien_json_trained      (JsonBuilder       *builder,
                              const MienTrained *trained);
/* The table of metrics and coverage below a title; with a control its own below, and one line that says
 * what the unlabelled frames have brought. */
char *mien_trained_to_text   (const char        *title,
                              const MienTrained *trained,
                              const MienTrained *control);      /* or NULL */

G_END_DECLS
