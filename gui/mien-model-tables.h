/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "mien-findings-parse.h"
#include "mien-gates-shown.h"
#include "mien-job-line.h"
#include "mien-models.h"

G_BEGIN_DECLS

/*
 * A model's figures in tables, beside those of the model in use (in_use NULL: there is none, or it is this
 * one). Each is a card with a heading; NULL: there is nothing to put into it.
 */

GtkWidget *mien_model_table_scores      (const MienScores        *scores,
                                         const MienScores        *in_use,
                                         gint64                   in_use_id);
/* Every part of the score and what is clearly better or worse among classes and units, with the intervals of
 * the differences, and what follows. */
GtkWidget *mien_model_table_gates       (const MienGatesShown    *gates);
/* F1 and its difference, precision and recall with their intervals, and from which confidence on an answer
 * counts. */
GtkWidget *mien_model_table_expressions (const MienModel         *model,
                                         const MienScores        *scores,
                                         const MienScores        *in_use,
                                         const MienFindingsShown *findings);
GtkWidget *mien_model_table_units       (const MienModel         *model,
                                         const MienScores        *scores,
                                         const MienScores        *in_use,
                                         const MienFindingsShown *findings);

G_END_DECLS
