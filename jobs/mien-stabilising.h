/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-models.h"

G_BEGIN_DECLS

/*
 * Whether the models that follow each other still change what they say. Bloodgood and Vijay-Shanker (2009) stop
 * when kappa between successive models on a fixed set of examples, which need no labels, stays at 0.99; here the set
 * is that of mien-fixed-sample.h, and the task is stable when that held for MIEN_STABLE_MODELS models in a row.
 * Points have CCC in the place of kappa.
 *
 * Predictions of the model in use and of the one before are kept, those of others are not, so that what successive
 * models had in common is written down with a model when it has proposed.
 */

enum
{
  MIEN_STABLE_MODELS = 3,

  /* What is compared: valence, arousal, the expression, each unit. */
  MIEN_STEADY_VALENCE = 0,
  MIEN_STEADY_AROUSAL,
  MIEN_STEADY_EXPRESSION,
  MIEN_STEADY_FIRST_UNIT,
  MIEN_STEADY_COUNT = MIEN_STEADY_FIRST_UNIT + MIEN_UNIT_COUNT,
};

#define MIEN_STABLE 0.99

typedef struct
{
  gint64  model, predecessor;              /* 0: there is none, or one of the two has not read the sample */
  guint64 frames, videos;                  /* of the sample, that both have read */
  double  figure[MIEN_STEADY_COUNT];       /* NaN: not compared, or the same answer everywhere */
  double  interval[MIEN_STEADY_COUNT][2];
  double  task[MIEN_TASK_COUNT];           /* the mean of its figures; NaN: it has none */
} MienSteadiness;

/* The model in use and the one that was in use before. model 0: none is in use. */
gboolean    mien_steadiness_measure (MienStore             *store,
                                     MienSteadiness        *steadiness,
                                     GError               **error);
/* Writes it down with the metrics of its model. Nothing if there is no predecessor. */
gboolean    mien_steadiness_record  (MienStore             *store,
                                     const MienSteadiness  *steadiness,
                                     GError               **error);
/* Agreement by task: that of steadiness first, then what is written down of its predecessor, of that one's and so on;
 * n: how many, at most MIEN_STABLE_MODELS. NaN: none, or both models have learnt from as many labels, so that it tells
 * nothing. */
gboolean    mien_steadiness_history (MienStore             *store,
                                     const MienSteadiness  *steadiness,
                                     double                 history[MIEN_TASK_COUNT][MIEN_STABLE_MODELS],
                                     guint                 *n,
                                     GError               **error);
gboolean    mien_steadiness_is_stable (const double         history[MIEN_STABLE_MODELS],
                                       guint                n);
/* "valence", "AU12", ...; a new string. */
char       *mien_steadiness_name    (guint                  place);
MienTask    mien_steadiness_task    (guint                  place);

G_END_DECLS
