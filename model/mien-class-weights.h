/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdint.h>

#include "mien-train-settings.h"

/*
 * How much a class counts in the losses, from the labels of the training rows alone.
 *
 * MIEN_CLASS_WEIGHTS_PAPER (Gera et al., 2022): w_c = N / n_c for an expression with n_c of N labels,
 * (negatives + positives) / (2 positives) for the positive entries of an action unit. On small sets
 * with rare classes the network collapses under them (METHOD.md section 5, "Caution").
 *
 * MIEN_CLASS_WEIGHTS_TEMPERED: inverse square roots (the square-root rule of Mahajan et
 * al., "Exploring the Limits of Weakly Supervised Pretraining", 2018, as weights instead of a
 * sampling), with a ceiling of 4 and a mean over the labelled rows of 1:
 *
 *   w_c = s min (4, v_c / mean (v)),  v_c = sqrt (1 / n_c),  s such that sum (n_c w_c) = N
 *
 * mean (v) = sum (n_c v_c) / N over the rows. A mean of 1 keeps the loss on the scale of the
 * unweighted one whatever the imbalance, and the ceiling keeps a class of three frames from steering
 * a step. Action units: min (4, sqrt ((negatives + positives) / (2 positives))).
 *
 * MIEN_CLASS_WEIGHTS_NONE, the default: 1. The probabilities are those of the frames as they are then, which is
 * what acceptance needs; post-processing sees to the balance of the decisions.
 *
 * A class without labels weighs 0, so that no pseudo-label can speak for it; a unit without positives 1.
 */

void mien_expression_weights   (MienClassWeights  kind,
                                const uint64_t    counts[8],
                                float             weights[8]);
void mien_action_unit_weights  (MienClassWeights  kind,
                                const uint64_t    positives[12],
                                const uint64_t    negatives[12],
                                float             weights[12]);
/* tau log (n_c / N), what mien-losses.h adds to the logits of expressions (Menon et al., 2021); a class
 * without labels counts as one with one. */
void mien_logit_adjustment     (double           tau,
                                const uint64_t   counts[8],
                                float            adjustment[8]);
