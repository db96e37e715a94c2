/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-simulation.h"

G_BEGIN_DECLS

/*
 * What came of simulated projects, in the forms in which it is told.
 */

/* The share of right labels that is to be reached. */
#define MIEN_SIMULATION_WANTED 0.95

typedef struct
{
  MienPolicy policy;
  int        seed;
  GArray    *points;                       /* MienSimulationPoint */
} MienSimulationCurve;

void        mien_simulation_curve_free   (MienSimulationCurve       *curve);
/* Those of a policy; they stay the array's. */
GPtrArray  *mien_simulation_curves_of    (const GPtrArray           *curves,
                                          MienPolicy                 policy);
/* The share of all frames that have the right label, of people or accepted. */
double      mien_simulation_accuracy     (const MienSimulationPoint *point);

/* curves: MienSimulationCurve, seeds of a policy together. */
void        mien_simulation_print_json   (MienJob                   *job,
                                          const GPtrArray           *curves);
void        mien_simulation_print_csv    (MienJob                   *job,
                                          const GPtrArray           *curves);
void        mien_simulation_print_text   (MienJob                   *job,
                                          const GPtrArray           *curves);

/* mien-simulation-chart.c: right labels by decisions, a line a policy, mean and range of the seeds, as SVG or
 * PNG by the end of the name. The file is replaced whole or not at all. */
gboolean    mien_simulation_chart_is_name (const char               *path);
gboolean    mien_simulation_chart_write  (const char                *path,
                                          const GPtrArray           *curves,
                                          GError                   **error);

G_END_DECLS
