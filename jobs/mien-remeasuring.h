/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-job.h"

G_BEGIN_DECLS

/*
 * Models on the validation labels of today. People label validation frames too, so that the figures of models that
 * were trained in between are of fewer and fewer frames, and cannot be compared.
 */

/* Measures anew, and stores the figures of, the models that were trained in the same way as the newest (but for the
 * seed) and measured on other numbers of validation labels than there are now, or by an earlier version. Model by
 * model: stopped, what was measured stays. n: how many. */
gboolean    mien_remeasure          (MienJob         *job,
                                     MienStore       *store,
                                     guint           *n,
                                     GError         **error);

G_END_DECLS
