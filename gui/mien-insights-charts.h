/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-chart.h"
#include "mien-insights.h"
#include "mien-models.h"

G_BEGIN_DECLS

/*
 * A project as charts. Pure. Plain counts have no interval: nothing is estimated.
 */

/* Labels by class and source, of one split. */
MienChart *mien_insights_chart_expressions (const MienBalance     *balance,
                                            MienSplit              split);
/* How often each unit is present, with the number of answers beside it. */
MienChart *mien_insights_chart_units       (const MienBalance     *balance,
                                            MienSplit              split);
/* Where valence and arousal lie, all sources together. */
MienChart *mien_insights_chart_points      (const MienBalance     *balance,
                                            MienSplit              split);
/* Usable frames by split and task: with whose label, and without. */
MienChart *mien_insights_chart_coverage    (const MienBalance     *balance);
/* The same as shares of what the model says: of those it gives a class, how many reach its threshold. */
MienChart *mien_insights_chart_passing     (const MienBalance     *balance,
                                            const MienThresholds  *thresholds);
MienChart *mien_insights_chart_unit_passing (const MienBalance    *balance,
                                             const MienThresholds *thresholds);

/* Decisions of the last n_days, today last, by annotator. now: microseconds UTC. */
MienChart *mien_insights_chart_days        (const MienDecisions   *decisions,
                                            gint64                 now,
                                            guint                  n_days);
/* Median seconds a decision of each annotator, with the middle half. */
MienChart *mien_insights_chart_seconds     (const MienDecisions   *decisions);
/* Labels or answers of people in all. */
guint64    mien_insights_n_decisions       (const MienDecisions   *decisions);

G_END_DECLS
