/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-chart.h"
#include "mien-forecast.h"

G_BEGIN_DECLS

/*
 * What mienctl forecast says as a chart and in words. Pure.
 */

/* The models with their intervals, the curve with its band, and the target. */
MienChart *mien_forecast_chart      (MienTask                task,
                                     const MienTaskForecast *forecast);
/* What more labels would bring, what is left out, and whether models still change: a line each;
 * a new string. */
char      *mien_forecast_caption    (MienTask                task,
                                     const MienTaskForecast *forecast);

G_END_DECLS
