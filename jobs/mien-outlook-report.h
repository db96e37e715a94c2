/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "mien-outlook.h"
#include "mien-stabilising.h"

G_BEGIN_DECLS

/*
 * When to stop, told task by task, in JSON and for people. A forecast is told as labels more than the newest model has
 * learnt from, because that is what somebody has to give.
 */

typedef struct
{
  MienTask              task;
  const MienOutlook    *outlook;
  double                target;            /* NaN: none */
  const MienSteadiness *steadiness;
  const double         *history;           /* [n_history], of the task */
  guint                 n_history;
} MienTaskReport;

/* An object, an element of an array: "task", "measure" ("ccc" or "f1"), "ceiling", "target", "points" (with what
 * leaves one out), "curve", "line" (the curve with its interval, for drawing), "forecast" (with its verdict), the
 * "agreement" with the predecessor, and "advice" in English. What cannot be told is null. */
void        mien_json_task_report   (JsonBuilder          *builder,
                                     const MienTaskReport *report);
char       *mien_task_report_to_text (const MienTaskReport *report);
/* In English; a new string. */
char       *mien_task_advice        (const MienTaskReport *report);
/* "few", "reached", "more", "open" or "never"; "none" without a target. */
const char *mien_forecast_id        (const MienOutlook    *outlook,
                                     double                target,
                                     MienForecast         *forecast);

/* INFINITY stays that. */
double      mien_more_than_newest   (const MienOutlook    *outlook,
                                     double                labels);

G_END_DECLS
