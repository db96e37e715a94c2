/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-mix.h"
#include "mien-project.h"

G_BEGIN_DECLS

/* Lays the queue anew (mien-plan.h), between two decisions. */
void           mien_project_renew_plan_async  (MienProject         *self,
                                               GAsyncReadyCallback  callback,
                                               gpointer             data);
gboolean       mien_project_renew_plan_finish (MienProject         *self,
                                               GAsyncResult        *result,
                                               GError             **error);

/* From now on in these shares, beginning with the next faces. mien_project_settings_finish. */
void           mien_project_set_mix_async     (MienProject         *self,
                                               const MienMix       *mix,
                                               GAsyncReadyCallback  callback,
                                               gpointer             data);

G_END_DECLS
