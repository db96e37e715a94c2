/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-job.h"

G_BEGIN_DECLS

/*
 * The loop of training, proposing and answering, played on a copy of a project by somebody who knows the
 * expressions. Trainings and proposals are those of mienctl itself.
 */

typedef enum
{
  MIEN_POLICY_MIX,                         /* the plan of the project, audits included */
  MIEN_POLICY_UNCERTAIN,                   /* the smallest margins alone */
  MIEN_POLICY_RANDOM,                      /* any frame */
  MIEN_POLICY_FIXED,                       /* the smallest margins; accepted from 0.95 on */
  MIEN_POLICY_NONE,                        /* any frame, and no model */
  MIEN_POLICY_COUNT,
} MienPolicy;

const char *mien_policy_id          (MienPolicy       policy);   /* "mix" ... */

typedef struct
{
  MienJob    *job;
  const char *project;                     /* its file; is read only */
  GHashTable *truth;                       /* of mien_truth_read */
  MienPolicy  policy;
  guint64     seed;
  int         rounds;                      /* trainings */
  int         answers;                     /* frames answered after each */
  double      accuracy;                    /* how often an answer is right */
  int         epochs, input_size;
  guint       threads;
} MienSimulation;

/* After a training; every count is of training frames whose truth is known. */
typedef struct
{
  int   round;
  guint decisions;                         /* that were made so far */
  guint frames;
  guint labelled, labelled_right;          /* by people and imports */
  guint accepted, accepted_right;          /* pseudo-labels beside these */
} MienSimulationPoint;

/* Appends a MienSimulationPoint for each round, and one for what the last answers have added. */
gboolean    mien_simulation_run     (const MienSimulation *simulation,
                                     GArray               *points,
                                     GError              **error);

G_END_DECLS
