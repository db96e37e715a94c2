/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "mien-types.h"

G_BEGIN_DECLS

/*
 * What mienctl says on standard error with --progress=json, a line at a time, and the JSON objects
 * that it prints when it is done. Pure; everything is checked before it is believed.
 */

typedef enum
{
  MIEN_JOB_LINE_PROGRESS,
  MIEN_JOB_LINE_METRIC,
  MIEN_JOB_LINE_THRESHOLD,
  MIEN_JOB_LINE_WARNING,
  MIEN_JOB_LINE_NOTE,
  MIEN_JOB_LINE_OTHER,                     /* an event of a newer mienctl */
  MIEN_JOB_LINE_TEXT,                      /* no JSON: what a failure says of itself */
} MienJobLineKind;

typedef struct
{
  MienJobLineKind kind;
  char           *stage;                   /* progress; NULL: none */
  guint64         done, total;             /* total 0: unknown */
  int             epoch, epochs;           /* 0: none */
  double          loss, rate, eta;         /* NaN: unknown; eta in seconds */
  char           *name;                    /* of a metric */
  double          value;                   /* of a metric or threshold */
  int             expression;              /* of a threshold */
  char           *text;                    /* of a warning, a note, or the line itself */
} MienJobLine;

void     mien_job_line_parse  (const char  *text,
                               MienJobLine *line);
void     mien_job_line_clear  (MienJobLine *line);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MienJobLine, mien_job_line_clear)

/* 0 to 1; -1: cannot be told. */
double   mien_job_line_fraction (const MienJobLine *line);

/* A model's metrics as `evaluate` prints them. NaN: no labels of that task. */
typedef struct
{
  double   score, p_mtl;
  double   ccc_valence, ccc_arousal;
  double   expression_f1, expression_accuracy;
  double   per_class[MIEN_EXPRESSION_COUNT];
  double   units_f1;
  double   per_unit[MIEN_UNIT_COUNT];
  guint64  frames;
} MienScores;

/* From that object, or from one that has it as "metrics"; FALSE and all NaN if it is neither. */
gboolean mien_scores_parse    (const char  *json,
                               MienScores  *scores);
/* An integer of a result object, by a path of names ("labels", "expression"); 0 if there is none. */
gint64   mien_result_integer  (const char  *json,
                               const char  *name,
                               const char  *inner);           /* may be NULL */

G_END_DECLS
