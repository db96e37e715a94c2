/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "mien-types.h"

G_BEGIN_DECLS

/*
 * What rarely goes together in one face: expressions, action units, valence and arousal. The rules are
 * data/consistency.json, the strongest first, each with its source. Soft: a broken rule is a reason to look
 * again and changes nothing.
 *
 * A rule has two sides, "if" and "but". A side is an expression, units that are all present, units that are
 * all absent, or a bound of valence or arousal. What a person said counts; what a model says counts where it
 * means it (the probabilities of "meant"). Pure; nothing here knows a project.
 */

typedef enum
{
  MIEN_SIDE_EXPRESSION,
  MIEN_SIDE_PRESENT,
  MIEN_SIDE_ABSENT,
  MIEN_SIDE_VALENCE_ABOVE,
  MIEN_SIDE_VALENCE_BELOW,
  MIEN_SIDE_AROUSAL_BELOW,
} MienSideKind;

typedef struct
{
  MienSideKind kind;
  guint        expression;
  guint        units;                      /* bits by unit */
  double       bound;
} MienSide;

/* The first side is an expression or units that are present, the second one is no expression. */
typedef struct
{
  MienSide    given, but;
  const char *source;                      /* interned */
} MienConsistencyRule;

typedef struct _MienConsistency MienConsistency;

/* NULL with error: not such rules. */
MienConsistency *mien_consistency_new     (const char              *json,
                                           gssize                   length,
                                           GError                 **error);
void             mien_consistency_free    (MienConsistency         *rules);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienConsistency, mien_consistency_free)
/* Those of the program; borrowed. */
MienConsistency *mien_consistency_get_default (void);
guint            mien_consistency_n_rules (const MienConsistency   *rules);
const MienConsistencyRule *mien_consistency_rule (const MienConsistency *rules,
                                           guint                    rule);

/* What is said of one face. Only values count. A source of NONE: a model says so, with that probability: of
 * the expression, or that the unit is present; it is not read of what somebody has labelled. */
typedef struct
{
  MienLabels labels;
  double     probability[MIEN_ITEM_COUNT];
} MienSaid;

/* How one side of a rule was found to hold. */
typedef struct
{
  gboolean model;                          /* it is a model that says so, of some item */
  MienItem item;                           /* the first of the side */
  double   value;                          /* valence or arousal; a model's probability of the expression;
                                              else NaN */
} MienSideFound;

typedef struct
{
  MienSideFound given, but;
} MienRuleFound;

typedef enum
{
  MIEN_RULE_SILENT,                        /* the first side does not hold, or nothing is said of the second */
  MIEN_RULE_KEPT,
  MIEN_RULE_BROKEN,                        /* both sides hold */
} MienRuleState;

/* found is filled where the rule is broken. */
MienRuleState    mien_consistency_look    (const MienConsistency   *rules,
                                           guint                    rule,
                                           const MienSaid          *said,
                                           MienRuleFound           *found);

G_END_DECLS
