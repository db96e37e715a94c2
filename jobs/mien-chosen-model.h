/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-job.h"
#include "mien-models.h"

G_BEGIN_DECLS

/* The model that --model names, or for 0 the one in use, with its weights; one that has heads. */
MienModel *mien_chosen_model        (MienStore  *store,
                                     gint64      id,
                                     GBytes    **weights,
                                     GError    **error);
/* Where a signal has stopped the job, the error says that and what is left, instead of where it was. */
void       mien_job_explain_stop    (MienJob    *job,
                                     const char *left,
                                     GError    **error);

G_END_DECLS
