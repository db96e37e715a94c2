/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-agreement-parse.h"
#include "mien-audits-parse.h"
#include "mien-insights.h"
#include "mien-project.h"

G_BEGIN_DECLS

/*
 * Sums over the open project, off the main thread. The quick ones come from the reader's thread; the balance,
 * seconds for millions of frames, from a thread and a connection of its own. What is estimated, with intervals,
 * is asked of mienctl.
 */

typedef struct
{
  MienCensus     census[3];                /* by MienSplit */
  MienDecisions *decisions;                /* since the time asked for */
  MienModel     *model;                    /* in use, NULL: none */
} MienProjectInsights;

void                 mien_project_insights_free   (MienProjectInsights  *insights);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienProjectInsights, mien_project_insights_free)

void                 mien_project_insights_async  (MienProject          *self,
                                                   gint64                since,
                                                   GCancellable         *cancellable,
                                                   GAsyncReadyCallback   callback,
                                                   gpointer              data);
MienProjectInsights *mien_project_insights_finish (MienProject          *self,
                                                   GAsyncResult         *result,
                                                   GError              **error);

void                 mien_project_balance_async   (MienProject          *self,
                                                   GCancellable         *cancellable,
                                                   GAsyncReadyCallback   callback,
                                                   gpointer              data);
/* free with g_free. */
MienBalance         *mien_project_balance_finish  (MienProject          *self,
                                                   GAsyncResult         *result,
                                                   GError              **error);

/* "mienctl thresholds": of the model in use; fails without one. */
void                 mien_project_audits_async    (MienProject          *self,
                                                   GCancellable         *cancellable,
                                                   GAsyncReadyCallback   callback,
                                                   gpointer              data);
MienAuditsShown     *mien_project_audits_finish   (MienProject          *self,
                                                   GAsyncResult         *result,
                                                   GError              **error);
/* "mienctl agreement". */
void                 mien_project_agreement_async (MienProject          *self,
                                                   GCancellable         *cancellable,
                                                   GAsyncReadyCallback   callback,
                                                   gpointer              data);
MienAgreementShown  *mien_project_agreement_finish (MienProject         *self,
                                                    GAsyncResult        *result,
                                                    GError             **error);

G_END_DECLS
