/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-agreement-parse.h"
#include "mien-chart.h"

G_BEGIN_DECLS

/*
 * Agreement as charts and words. Pure. Charts without data are made too. Texts are the caller's.
 */

/* "valence", "Fear", "all units", "AU12 Lip corner puller": what was compared. */
char      *mien_agreement_name            (MienTask                  task,
                                           const char               *name);
/* Why there is nothing between people, and what to do; NULL: there is something. */
char      *mien_agreement_lack            (const MienAgreementShown *agreement);

/* The figures of a task on each scale, with their intervals and the number of frames. */
MienChart *mien_agreement_chart_people    (const MienAgreementShown *agreement,
                                           MienTask                  task);
enum
{
  MIEN_AGREEMENT_MOST_PAIRS = 24,          /* rows in the chart of pairs */
};

/* Each two annotators by task, the lowest first: CCC, of classes and units kappa. Empty with less than three
 * annotators, because it would say nothing new. */
MienChart *mien_agreement_chart_pairs     (const MienAgreementShown *agreement);
/* With the model, its proposal in sight, less where it was hidden. */
MienChart *mien_agreement_chart_inflation (const MienAgreementShown *agreement);

/* Who has decided most is first. Elements: MienAnnotatorShown, of the agreement. */
GPtrArray *mien_agreement_busiest         (const MienAgreementShown *agreement);

enum
{
  MIEN_AGREEMENT_MOST_PEOPLE = 12,         /* in the chart of drift: who has decided most */
};

/* Late answers less early ones, by annotator and task. */
MienChart *mien_agreement_chart_drift     (const MienAgreementShown *agreement);

G_END_DECLS
