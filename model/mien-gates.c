/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * All figures of a draw come from the sums of its videos, because CCC and F1 of several
 * videos are no mean of theirs.
 */

#include "mien-gates.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mien-resample.h"

typedef struct
{
  const MienMetricsSums *const *side[2];
  size_t n_videos;
  bool tasks[3];            /* that the whole has labels of */
  MienMetricsSums *sums[2]; /* scratch */
} Sides;

static bool
has_tasks (const Sides *sides, const MienMetrics *metrics)
{
  return metrics->has_valence_arousal >= sides->tasks[0]
         && metrics->has_expression >= sides->tasks[1]
         && metrics->has_action_units >= sides->tasks[2];
}

static void
list_figures (const MienMetrics *metrics, bool whole, double figures[MIEN_GATE_COUNT])
{
  for (int i = 0; i < MIEN_GATE_COUNT; i++)
    figures[i] = NAN;
  if (whole)
    {
      figures[MIEN_GATE_SCORE] = metrics->score;
      figures[MIEN_GATE_P_MTL] = metrics->p_mtl;
    }
  if (metrics->has_valence_arousal)
    {
      figures[MIEN_GATE_CCC_VALENCE] = metrics->ccc_valence;
      figures[MIEN_GATE_CCC_AROUSAL] = metrics->ccc_arousal;
    }
  if (metrics->has_expression)
    figures[MIEN_GATE_EXPRESSION_F1] = metrics->expression_f1;
  if (metrics->has_action_units)
    figures[MIEN_GATE_ACTION_UNITS_F1] = metrics->action_units_f1;
  for (int i = 0; i < 8; i++)
    if (metrics->expression_n_of[i] > 0)
      figures[MIEN_GATE_FIRST_EXPRESSION + i] = metrics->expression_f1_of[i];
  for (int i = 0; i < 12; i++)
    if (metrics->action_units_n_of[i] > 0)
      figures[MIEN_GATE_FIRST_UNIT + i] = metrics->action_units_f1_of[i];
}

/* counts NULL: each video once. */
static void
measure_side (const Sides *sides, const uint32_t *counts, int side, MienMetrics *metrics)
{
  mien_metrics_sums_clear (sides->sums[side]);
  for (size_t i = 0; i < sides->n_videos; i++)
    for (uint32_t n = counts != NULL ? counts[i] : 1; n > 0; n--)
      mien_metrics_merge (sides->sums[side], sides->side[side][i]);
  mien_metrics_finish (sides->sums[side], metrics);
}

static void
find_differences (const uint32_t *counts, double *differences, void *data)
{
  const Sides *sides = data;
  double figures[2][MIEN_GATE_COUNT];
  MienMetrics metrics;

  for (int side = 0; side < 2; side++)
    {
      measure_side (sides, counts, side, &metrics);
      list_figures (&metrics, has_tasks (sides, &metrics), figures[side]);
    }
  for (int i = 0; i < MIEN_GATE_COUNT; i++)
    differences[i] = figures[0][i] - figures[1][i];
}

static bool
decides (int figure)
{
  return figure == MIEN_GATE_SCORE || figure == MIEN_GATE_P_MTL;
}

/* About the difference, but not past what the figure can be. */
static void
widen (int figure, double difference, double interval[2])
{
  bool is_ccc = figure == MIEN_GATE_CCC_VALENCE || figure == MIEN_GATE_CCC_AROUSAL;
  double most = is_ccc ? 2 : 1;

  for (int end = 0; end < 2 && !isnan (interval[end]); end++)
    {
      double wider = difference + MIEN_GATE_WIDER * (interval[end] - difference);

      interval[end] = fmin (fmax (wider, -most), most);
    }
}

static MienVerdict
judge (int figure, const double interval[2])
{
  double margin = figure == MIEN_GATE_P_MTL ? 3 * MIEN_GATE_MARGIN : MIEN_GATE_MARGIN;

  if (isnan (interval[0]))
    return MIEN_VERDICT_UNKNOWN;
  if (interval[0] > 0)
    return MIEN_VERDICT_BETTER;
  if (interval[1] < (decides (figure) ? 0 : -margin))
    return MIEN_VERDICT_WORSE;
  return interval[0] > -margin ? MIEN_VERDICT_NO_WORSE : MIEN_VERDICT_UNCLEAR;
}

/* n_of: in how many videos each figure has labels. 0, or 1 where the frames differ. */
static int
compare_videos (const Sides *sides, MienGates *gates, size_t n_of[MIEN_GATE_COUNT])
{
  double figures[MIEN_GATE_COUNT];
  MienMetrics metrics[2];

  for (size_t i = 0; i < sides->n_videos; i++)
    {
      for (int side = 0; side < 2; side++)
        mien_metrics_finish (sides->side[side][i], &metrics[side]);
      if (metrics[0].n_frames != metrics[1].n_frames)
        return 1;
      gates->n_frames += metrics[0].n_frames;
      gates->n_videos_better += metrics[0].score > metrics[1].score;
      gates->n_videos_worse += metrics[0].score < metrics[1].score;
      list_figures (&metrics[0], true, figures);
      for (int k = 0; k < MIEN_GATE_COUNT; k++)
        n_of[k] += !isnan (figures[k]);
    }
  return 0;
}

/* Videos without labels of a figure are no clusters of it. A score is known where each of
 * its tasks is. */
static bool
is_known_enough (const Sides *sides, const size_t n_of[MIEN_GATE_COUNT], int figure)
{
  static const int OF_TASKS[3] = { MIEN_GATE_CCC_VALENCE, MIEN_GATE_EXPRESSION_F1,
                                   MIEN_GATE_ACTION_UNITS_F1 };

  if (!decides (figure))
    return n_of[figure] >= MIEN_RESAMPLE_MIN_CLUSTERS;
  for (int task = 0; task < 3; task++)
    if (sides->tasks[task] && n_of[OF_TASKS[task]] < MIEN_RESAMPLE_MIN_CLUSTERS)
      return false;
  return true;
}

static int
measure (Sides *sides, MienGates *gates)
{
  double figures[2][MIEN_GATE_COUNT], intervals[MIEN_GATE_COUNT][2];
  size_t n_of[MIEN_GATE_COUNT] = { 0 };
  MienMetrics metrics;

  if (compare_videos (sides, gates, n_of) != 0)
    return 1;
  for (int side = 0; side < 2; side++)
    {
      measure_side (sides, NULL, side, &metrics);
      list_figures (&metrics, true, figures[side]);
    }
  sides->tasks[0] = metrics.has_valence_arousal;
  sides->tasks[1] = metrics.has_expression;
  sides->tasks[2] = metrics.has_action_units;
  if (mien_resample (sides->n_videos, MIEN_GATE_COUNT, find_differences, sides, intervals)
      != 0)
    return -1;
  for (int i = 0; i < MIEN_GATE_COUNT; i++)
    {
      double difference = figures[0][i] - figures[1][i];

      if (!is_known_enough (sides, n_of, i))
        intervals[i][0] = intervals[i][1] = NAN;
      if (!decides (i))
        widen (i, difference, intervals[i]);
      gates->figures[i] = (MienGateFigure){
        .candidate = figures[0][i],
        .in_use = figures[1][i],
        .difference = difference,
        .interval = { intervals[i][0], intervals[i][1] },
        .verdict = judge (i, intervals[i]),
      };
    }
  return 0;
}

int
mien_gates_measure (const MienMetricsSums *const *candidate,
                    const MienMetricsSums *const *in_use,
                    size_t n_videos,
                    MienGates *gates)
{
  Sides sides = { .side = { candidate, in_use }, .n_videos = n_videos };
  MienGates result = { .n_videos = n_videos };
  int status = -1;

  sides.sums[0] = mien_metrics_sums_new ();
  sides.sums[1] = mien_metrics_sums_new ();
  if (sides.sums[0] != NULL && sides.sums[1] != NULL)
    status = measure (&sides, &result);
  mien_metrics_sums_free (sides.sums[0]);
  mien_metrics_sums_free (sides.sums[1]);
  if (status == 0)
    *gates = result;
  return status;
}

const char *
mien_verdict_id (MienVerdict verdict)
{
  switch (verdict)
    {
    case MIEN_VERDICT_BETTER:
      return "better";
    case MIEN_VERDICT_NO_WORSE:
      return "no worse";
    case MIEN_VERDICT_UNCLEAR:
      return "unclear";
    case MIEN_VERDICT_WORSE:
      return "worse";
    case MIEN_VERDICT_UNKNOWN:
    default:
      return "unknown";
    }
}
