/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-store.h"

G_BEGIN_DECLS

/*
 * Models: weights as safetensors in rows of 1 MiB with the ready flag last, settings, curves,
 * thresholds, metrics; which one is in use is the last row of a log, so that rolling back is one
 * more row. Human and imported labels are never touched here.
 */

typedef enum
{
  MIEN_ORIGIN_TRAINED = 1,
  MIEN_ORIGIN_IMPORTED = 2,
} MienOrigin;

/* Above which confidence an answer of the model counts as a pseudo-label. */
typedef struct
{
  double expression[MIEN_EXPRESSION_COUNT];    /* of the largest probability, by class */
  double valence_arousal;                      /* of 1 - spread */
  double action_units[MIEN_UNIT_COUNT];        /* of max (p, 1 - p) */
} MienThresholds;

/* That of an answer, whose first value is said: the expression; of no matter to the others. */
double     *mien_thresholds_at      (MienThresholds       *thresholds,
                                     MienItem              item,
                                     double                says);
double      mien_threshold_of       (const MienThresholds *thresholds,
                                     MienItem              item,
                                     double                says);

/* What is done to the model's answers before anybody sees them, as model/mien-postprocess.h has it: a sigma of
 * the smoothing in frames^2 and a temperature by task (0 and 1: nothing; the points have no temperature),
 * and where the decisions lie. */
typedef struct
{
  double sigma_valence_arousal, sigma_expression, sigma_action_units;
  double temperature_expression, temperature_action_units;
  double expression_bias[MIEN_EXPRESSION_COUNT];          /* is added to log p */
  double action_unit_thresholds[MIEN_UNIT_COUNT];         /* present: p is above */
} MienPostprocessing;

typedef struct
{
  gint64          id;                      /* 1, 2, ...: what a person sees as "v3" */
  MienOrigin      origin;
  gint64          parent;                  /* the weights it started from, 0: random */
  char           *name;                    /* file name for imported ones, else NULL */
  char           *method;                  /* "ssmfar", "supervised", or NULL */
  char           *settings;                /* JSON object */
  char           *metrics;                 /* JSON object as `evaluate` prints it, or NULL */
  MienThresholds  thresholds;
  gboolean        has_postprocessing;
  MienPostprocessing postprocessing;
  gboolean        raw;                     /* the predictions there are were made without it */
  guint           tasks;                   /* bit MienTask: trained on labels of that task */
  int             input_size;
  gboolean        ready;                   /* weights are whole */
  gboolean        has_heads;               /* FALSE: a trunk to start from */
  gint64          created;                 /* microseconds, UTC */
  gboolean        current;
  gboolean        was_used;
  gboolean        has_proposals;
} MienModel;

void        mien_model_free         (MienModel      *model);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienModel, mien_model_free)

/* Adds a model from the fields origin, parent, name, method, settings, thresholds, tasks, input_size,
 * has_heads; not ready until its weights are. */
gboolean    mien_models_add         (MienStore       *store,
                                     const MienModel *model,
                                     gint64          *id,
                                     GError         **error);
gboolean    mien_models_set_weights (MienStore       *store,
                                     gint64           model,
                                     GBytes          *safetensors,
                                     GError         **error);
GBytes     *mien_models_weights     (MienStore       *store,
                                     gint64           model,
                                     GError         **error);
gboolean    mien_models_set_metrics (MienStore       *store,
                                     gint64           model,
                                     const char      *json,
                                     GError         **error);
gboolean    mien_models_set_thresholds (MienStore            *store,
                                        gint64                model,
                                        const MienThresholds *thresholds,
                                        GError              **error);
/* Once, before the model has said anything. INVALID if a number is out of range, EXISTS a second time. */
gboolean    mien_models_set_postprocessing (MienStore                *store,
                                            gint64                    model,
                                            const MienPostprocessing *postprocessing,
                                            GError                  **error);
/* A point of a curve: name ("loss", "threshold.4", "validation_score" ...) at an epoch. */
gboolean    mien_models_add_point   (MienStore       *store,
                                     gint64           model,
                                     const char      *name,
                                     int              epoch,
                                     double           value,
                                     GError         **error);
typedef struct
{
  const char *name;                        /* interned */
  int         epoch;
  double      value;
} MienCurvePoint;
/* Elements: MienCurvePoint, by name and epoch. */
GArray     *mien_models_curves      (MienStore       *store,
                                     gint64           model,
                                     GError         **error);

MienModel  *mien_models_get         (MienStore       *store,
                                     gint64           id,
                                     GError         **error);
/* NULL without error: none is in use. */
MienModel  *mien_models_current     (MienStore       *store,
                                     GError         **error);
/* Newest first, ready ones only. Elements: MienModel. */
GPtrArray  *mien_models_list        (MienStore       *store,
                                     GError         **error);
/* Appends to the log of use. INVALID for a model that is not ready or has no heads. */
gboolean    mien_models_use         (MienStore       *store,
                                     gint64           model,
                                     GError         **error);
/* The one in use before the current one, 0: none: what "roll back" goes to. */
gint64      mien_models_previous    (MienStore       *store);
/* Removes models that never became ready (a killed job's). */
gboolean    mien_models_sweep       (MienStore       *store,
                                     GError         **error);

G_END_DECLS
