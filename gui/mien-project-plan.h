/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-project.h"

G_BEGIN_DECLS

/* Lays the queue anew (mien-plan.h), between two decisions. */
void           mien_project_renew_plan_async  (MienProject         *self,
                                               GAsyncReadyCallback  callback,
                                               gpointer             data);
gboolean       mien_project_renew_plan_finish (MienProject         *self,
                                               GAsyncResult        *result,
                                               GError             **error);

G_END_DECLS
