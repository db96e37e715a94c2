/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-job.h"
#include "mien-metrics.h"

G_BEGIN_DECLS

/* Measures weights on the labelled ones of the rows (MienPackRow) by METHOD.md section 3. What `evaluate`
 * prints and what `train` stores beside a model both come from here. */
gboolean mien_evaluate              (MienJob         *job,
                                     MienStore       *store,
                                     const GArray    *rows,
                                     GBytes          *weights,   /* safetensors */
                                     int              input_size,
                                     guint            threads,
                                     MienMetrics     *metrics,
                                     GError         **error);

G_END_DECLS
