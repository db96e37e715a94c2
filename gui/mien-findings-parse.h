/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-types.h"

G_BEGIN_DECLS

/*
 * What mienctl has counted behind a model's figures, from the metrics stored with it. Pure; a file may hold
 * anything, so that every number is checked.
 */

enum
{
  MIEN_RELIABILITY_PLACES = 10,
};

typedef struct
{
  gboolean there;
  double   error;                          /* mean distance between how sure and how right */
  double   n[MIEN_RELIABILITY_PLACES], right[MIEN_RELIABILITY_PLACES];
  double   said[MIEN_RELIABILITY_PLACES];  /* mean probability; NaN: no answer there */
} MienReliabilityShown;

typedef struct
{
  gboolean             has_confusion, has_units;
  guint64              videos;
  double               confusion[MIEN_EXPRESSION_COUNT][MIEN_EXPRESSION_COUNT];   /* [label][said] */
  double               right_present[MIEN_UNIT_COUNT], missed[MIEN_UNIT_COUNT];
  double               false_present[MIEN_UNIT_COUNT], right_absent[MIEN_UNIT_COUNT];
  MienReliabilityShown expression, units;
} MienFindingsShown;

/* FALSE and nothing there: a model that was measured before mienctl counted, or not at all. */
gboolean mien_findings_parse        (const char          *metrics,
                                     MienFindingsShown   *findings);

G_END_DECLS
