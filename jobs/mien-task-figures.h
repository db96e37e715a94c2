/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "mien-metrics.h"
#include "mien-types.h"

G_BEGIN_DECLS

/*
 * The one figure by which a task is followed: the mean of the two CCC, or the macro F1 of the expressions or of
 * the units. And how far it may be off.
 */

/* NaN: the task has no labels. */
double   mien_task_figure           (const MienMetrics *metrics,
                                     MienTask           task);
/* videos: MienMetricsSums, one for each video with a label. intervals: 95 %, as in mien-resample.h; NaN where there
 * is none. FALSE when there is no memory. */
gboolean mien_task_intervals        (const GPtrArray   *videos,
                                     double             intervals[MIEN_TASK_COUNT][2]);

G_END_DECLS
