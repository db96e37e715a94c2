/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-models.h"

G_BEGIN_DECLS

/*
 * A model against the one that was in use when mienctl compared them, from the metrics stored with it. Pure; a
 * file may hold anything, so that every number is checked.
 */

enum
{
  MIEN_GATES_PARTS = 6,                    /* score, P_MTL, CCC of valence, of arousal, F1 of expressions, of units */
  MIEN_GATES_FIGURES = MIEN_GATES_PARTS + MIEN_EXPRESSION_COUNT + MIEN_UNIT_COUNT,
};

typedef enum
{
  MIEN_SHOWN_UNKNOWN,
  MIEN_SHOWN_BETTER,
  MIEN_SHOWN_NO_WORSE,
  MIEN_SHOWN_UNCLEAR,
  MIEN_SHOWN_WORSE,
} MienVerdictShown;

typedef struct
{
  double           candidate, in_use, difference;   /* NaN: no labels */
  double           low, high;                       /* of the difference, 95 %; NaN: too few videos */
  MienVerdictShown verdict;
} MienGateShown;

typedef struct
{
  gint64        against;
  guint64       videos, better, worse;     /* with labels; by the score of each */
  MienGateShown figures[MIEN_GATES_FIGURES];   /* the score first, then parts, classes, units */
} MienGatesShown;

/* FALSE and nothing there: the model was not compared, or not with in_use (NULL: none). */
gboolean    mien_gates_parse        (const MienModel      *model,
                                     const MienModel      *in_use,
                                     MienGatesShown       *gates);
/* The score is worse. */
gboolean    mien_gates_have_failed  (const MienGatesShown *gates);
/* "Score", "AU12 Lip corner puller"; a new string. */
char       *mien_gates_name         (guint                 figure);
/* "better"; unknown: "–". */
const char *mien_gates_verdict      (MienVerdictShown      verdict);
/* What follows, in a few sentences; a new string. */
char       *mien_gates_to_text      (const MienGatesShown *gates);
/* Of the button that takes the model into use, with its mnemonic. */
const char *mien_gates_use_label    (const MienModel      *model,
                                     const MienModel      *in_use);

G_END_DECLS
