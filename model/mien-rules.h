/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-losses.h"
#include "mien-thresholds.h"
#include "mien-train-settings.h"

/*
 * Which answers to unlabelled rows become pseudo-labels, and how much they count, by rule:
 *
 * ada    the adaptive thresholds of mien-thresholds.h, anew after each epoch.
 * all    every answer, however sure: without a row that is in doubt there is no consistency term either. What
 *        keeps a model from teaching itself its errors is who is asked, the average of the last weights, and
 *        when, after epochs on labels alone (RULES.md).
 * fixed  one threshold (Sohn et al., 2020, FixMatch).
 * flex   FlexMatch (Zhang et al., 2021): the threshold times b / (2 - b), b how well a class is learnt:
 *        the rows whose last answer above the threshold was this class, over those of the most frequent
 *        class or, if they are more, over the rows that had none yet.
 * free   FreeMatch (Wang et al., 2023): the running mean of the confidence (global) times the running
 *        mean of the class's probability over the largest such mean (by class).
 * soft   SoftMatch (Chen et al., 2023): no threshold but a weight, 1 from the running mean m of the
 *        confidence on, exp (-(max p - m)^2 / (2 v / 4)) below, v its running variance (unbiased). Its
 *        uniform alignment is left out.
 *
 * Running means keep min (0.999, (1 + t) / (10 + t)) of themselves at update t = 1, 2, ...: the papers'
 * 0.999, and a start that a training of some hundred steps gets over. They begin at 1 / classes, v at 1.
 *
 * For each action unit the same rules with the two classes present and absent, so that each side has its
 * threshold. For valence and arousal the confidence is 1 - the spread over two weak views
 * (mien_point_confidence()); without classes flex is fixed and free its global part; all and fixed are 0.95.
 */

/* Doubles alone, in the order in which a checkpoint keeps them. */
typedef struct
{
  double updates;
  double level, variance, shares[8];
  double unit_levels[12], unit_variances[12], unit_shares[12];      /* shares: of present */
  double point_level, point_variance;
} MienRuleState;

typedef struct
{
  MienRule      rule;
  double        threshold;
  MienRuleState state;
  int8_t       *chosen;                /* flex: [n_rows, 1 + 12], -1: none yet, else the class */
  size_t        n_rows;
  size_t        counts[8 + 1], unit_counts[12][2 + 1];      /* of chosen; the last: none yet */
} MienRules;

/* n_rows: of the pack. 0, or -1 without memory. */
int    mien_rules_init       (MienRules              *rules,
                              MienRule                rule,
                              double                  threshold,
                              size_t                  n_rows);
void   mien_rules_clear      (MienRules              *rules);
/* A training row: its unlabelled tasks count among those without an answer yet. */
void   mien_rules_add_row    (MienRules              *rules,
                              const MienTarget       *target);
/* After state and chosen were filled from a checkpoint: checks them and counts anew. -1 if they are none. */
int    mien_rules_restore    (MienRules              *rules);

/* What the rule asks for now, in thresholds' expressions, present, absent and valence_arousal; of soft
 * the running means. ada is the adaptive rule's. */
void   mien_rules_thresholds (const MienRules        *rules,
                              const MienThresholds   *ada,
                              MienThresholds         *thresholds);
/* The pseudo-labels of n rows (numbers in the pack) from the logits of their weak views [n,MIEN_OUTPUTS].
 * first, second: those whose points are compared, or NULL: no pseudo-labels of valence and arousal and
 * action units. Moves the rule's state. */
void   mien_rules_select     (MienRules              *rules,
                              const MienThresholds   *ada,
                              const uint32_t         *rows,
                              const MienTarget       *targets,
                              int                     n,
                              const float            *weak,
                              const float            *first,
                              const float            *second,
                              MienPseudo             *pseudo);
