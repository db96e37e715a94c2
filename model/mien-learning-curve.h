/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * How a figure grows with the number of labels, and how many it takes to a target.
 *
 * The curve is an inverse power law, score (n) = a - b n^-c with b >= 0, which is what fits learning curves best
 * of the three-parameter forms (Figueroa et al., 2012; Viering and Loog, 2021, section 3). It is fitted by
 * least squares weighted by 1 / error^2 for each c of a grid of 0.05 to 2, and the best c is refined.
 *
 * Intervals are of 95 %, by parametric bootstrap (Efron and Tibshirani, 1993, section 6.5): the points are drawn
 * anew about the curve with their own errors, and fitted again. Where the points scatter more about the curve
 * than their errors say, as trainings with other seeds do, the errors are made as much larger. What no
 * interval holds is that the curve is no power law, or that the labels to come are of another kind.
 */

enum
{
  MIEN_LEARNING_MAX_POINTS = 64,
  MIEN_LEARNING_MIN_POINTS = 3,            /* at different n: as many as there are numbers to find */
  MIEN_LEARNING_DRAWS = 1000,
  MIEN_LEARNING_HORIZON = 100,             /* times the greatest n: what is further cannot be told */
};

typedef struct
{
  double n;                                /* labels, above 0 */
  double score;
  double error;                            /* its standard error, above 0 */
} MienLearningPoint;

typedef struct
{
  double a, b, c;                          /* a is where it leads */
} MienLearningCurve;

typedef struct
{
  MienLearningCurve curve;
  MienLearningCurve draws[MIEN_LEARNING_DRAWS];
  double            last;                  /* the greatest n */
} MienLearning;

typedef enum
{
  MIEN_FORECAST_REACHED,                   /* all of the interval of labels needed lies at or before the last */
  MIEN_FORECAST_MORE,                      /* labels as the interval says; its end may be open */
  MIEN_FORECAST_OPEN,                      /* the curve itself does not get there within the horizon, but some
                                              of its draws do: cannot tell */
  MIEN_FORECAST_NEVER,                     /* all of the interval of where it leads lies under the target: not
                                              with more labels of this kind */
} MienForecastVerdict;

typedef struct
{
  MienForecastVerdict verdict;
  double              needed;              /* labels in all; INFINITY: not within the horizon */
  double              interval[2];         /* of needed, each end may be INFINITY */
  double              asymptote[2];        /* interval of a */
} MienForecast;

/* points: 1 to MIEN_LEARNING_MAX_POINTS, in any order, some of which may have the same n. ceiling: the best that
 * the figure can be; a does not exceed it. false, and learning is not touched: fewer than
 * MIEN_LEARNING_MIN_POINTS different n, so that nothing can be told. */
bool   mien_learning_fit      (const MienLearningPoint *points,
                               size_t                   n_points,
                               double                   ceiling,
                               MienLearning            *learning);
double mien_learning_at       (const MienLearningCurve *curve,
                               double                   n);
/* Of the curve at n, not of a figure that will be measured there. */
void   mien_learning_interval (const MienLearning      *learning,
                               double                   n,
                               double                   interval[2]);
void   mien_learning_forecast (const MienLearning      *learning,
                               double                   target,
                               MienForecast            *forecast);
