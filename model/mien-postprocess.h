/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mien-metrics.h"

/*
 * What is done to a network's answers without training it again (METHOD.md section 6): they are smoothed
 * along the frames of a video, their confidence is calibrated, and the decision is moved to where the
 * metrics want it. Three things follow one another:
 *
 *   smoothing   logits and points are averaged over the frames of the video, with the weight
 *               exp (-(difference of the frame numbers)^2 / sigma); weights under 1e-6 are none
 *   temperature probabilities = softmax (logits / T), sigmoid (logits / T)
 *   decision    the expression with the largest log (p) + bias; a unit is present where p > threshold
 *
 * The probabilities stay calibrated: the decision has its own numbers and does not bend them. A frame
 * without neighbours keeps its logits. Plain C, no GLib: mienctl links it.
 */

enum
{
  MIEN_POSTPROCESS_ANSWER = 23,    /* as mien-engine gives it, see PROTOCOL.md */
  MIEN_POSTPROCESS_MAX_FOLDS = 5,
  MIEN_NO_NUMBER = -1,             /* a frame without a number: it has no neighbours */
};

typedef struct
{
  double sigma_valence_arousal;    /* frames^2, 0: no smoothing */
  double sigma_expression;
  double sigma_action_units;
  double temperature_expression;
  double temperature_action_units;
  double expression_bias[8];
  double action_unit_thresholds[12];
} MienPostprocess;

/* Changes nothing. */
void    mien_postprocess_init     (MienPostprocess       *postprocess);
/* Numbers that come from a file: finite and in a sane range. */
bool    mien_postprocess_is_valid (const MienPostprocess *postprocess);
/* How far, in frame numbers, frames see each other; 0: not at all. */
int64_t mien_postprocess_radius   (const MienPostprocess *postprocess);
/* The largest radius that a fit may choose. */
int64_t mien_postprocess_fit_radius (void);

/* Answers to n frames of one video, numbers ascending (MIEN_NO_NUMBER first). Processes those of first to
 * first + count; what lies further off than the radius does not count, so a long video can pass through a
 * window. 0, or -1 when there is no memory. */
int     mien_postprocess_apply    (const MienPostprocess *postprocess,
                                   size_t                 n,
                                   const int64_t         *numbers,
                                   const float           *answers,     /* [n, 23] */
                                   size_t                 first,
                                   size_t                 count,
                                   float                 *processed);  /* [count, 23] */
/* What is decided on a processed answer. */
void    mien_postprocess_decide   (const MienPostprocess *postprocess,
                                   const float           *processed,   /* [23] */
                                   int                   *expression,
                                   int8_t                 action_units[12]);

/* One frame to fit on: what a person said of it, and the network. Frames without any label count as
 * neighbours. */
typedef struct
{
  uint32_t group;                  /* is never split over folds: the video, and other faces of it */
  uint32_t video;
  int64_t  number;                 /* or MIEN_NO_NUMBER */
  float    valence_arousal[2];     /* NaN: no label */
  int8_t   expression;             /* -1: no label, as for action units */
  int8_t   action_units[12];
  float    answer[MIEN_POSTPROCESS_ANSWER];
} MienPostprocessFrame;

typedef struct
{
  MienMetrics metrics;
  double      expression_nll;      /* mean - log p of the right answer, NaN: no labels */
  double      action_units_nll;
} MienPostprocessFigures;

typedef struct
{
  size_t                 n_groups, n_frames;        /* with labels */
  size_t                 n_folds;                   /* 0: too few groups, nothing was fitted */
  bool                   kept_valence_arousal;      /* it helped out of fold, see below */
  bool                   kept_expression;
  bool                   kept_action_units;
  MienPostprocessFigures raw;                       /* without any of it */
  MienPostprocessFigures in_sample;                 /* fitted on the very frames: flatters */
  MienPostprocessFigures out_of_fold;               /* each frame by what other groups have fitted */
  /* From where on answers are accepted (mien-acceptance.h), out of fold, by what was kept; not without folds. */
  double                 accept_expressions[8];
  double                 accept_action_units[12];
} MienPostprocessReport;

/*
 * Fits all of it, by task: sigma from a small grid (CCC for the points, else the likelihood), the
 * temperature by likelihood, thresholds and biases by F1; units and classes with fewer than ten of a kind
 * keep 0.5 and 0. A task whose figure is worse out of fold than raw keeps its raw decisions, and the
 * temperature if that helps. The figures are those of the fit, kept or not. precision: that accepted answers
 * shall have. Deterministic.
 *
 * frames: those of a video together, by number ascending. -1: no memory; nothing else fails.
 */
int     mien_postprocess_fit      (const MienPostprocessFrame *frames,
                                   size_t                      n,
                                   double                      precision,
                                   MienPostprocess            *postprocess,
                                   MienPostprocessReport      *report);
