/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Figures by task, and their intervals from sums by video.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-task-figures.h"

#include <math.h>

#include "mien-resample.h"

double
mien_task_figure (const MienMetrics *metrics, MienTask task)
{
  switch (task)
    {
    case MIEN_TASK_EXPRESSION:
      return metrics->has_expression ? metrics->expression_f1 : (double) NAN;
    case MIEN_TASK_ACTION_UNITS:
      return metrics->has_action_units ? metrics->action_units_f1 : (double) NAN;
    case MIEN_TASK_VALENCE_AROUSAL:
    default:
      return metrics->has_valence_arousal ? metrics->valence_arousal_p : (double) NAN;
    }
}

/* A draw in which no frame carries the task's label has no figure. */
static void
measure (const uint32_t *counts, double *figures, void *data)
{
  const GPtrArray *videos = data;
  MienMetricsSums *sums = mien_metrics_sums_new ();
  MienMetrics metrics;

  g_assert (sums != NULL);
  for (guint i = 0; i < videos->len; i++)
    for (uint32_t n = 0; n < counts[i]; n++)
      mien_metrics_merge (sums, g_ptr_array_index (videos, i));
  mien_metrics_finish (sums, &metrics);
  mien_metrics_sums_free (sums);
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    figures[task] = mien_task_figure (&metrics, (MienTask) task);
}

gboolean
mien_task_intervals (const GPtrArray *videos, double intervals[MIEN_TASK_COUNT][2])
{
  return mien_resample (videos->len, MIEN_TASK_COUNT, measure, (gpointer) videos,
                        intervals)
         == 0;
}
