/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-training-pack.h"

G_BEGIN_DECLS

/*
 * What pseudo-labels are worth, where somebody knows the expressions that the project does not: a list
 * in the MTL format of Aff-Wild2 with labels of frames that are unlabelled here. It is compared with
 * and never stored, and no training sees it.
 */

typedef struct
{
  guint64 frames;                          /* unlabelled training frames that the list knows */
  double  coverage;                        /* share of them at 95 % precision, or NaN */
  double  accepted;                        /* share above their class's threshold */
  double  precision;                       /* of those, NaN where there are none */
} MienHiddenResult;

/* Elements: MienPackRow, those of rows without an expression for which the list has one, with it. */
GArray  *mien_hidden_labels_read    (MienStore                 *store,
                                     const char                *path,
                                     const GArray              *rows,
                                     GError                   **error);
/* Asks the weights about the rows. */
gboolean mien_hidden_labels_measure (MienJob                   *job,
                                     MienStore                 *store,
                                     const GArray              *rows,
                                     GBytes                    *weights,
                                     int                        input_size,
                                     guint                      threads,
                                     const double               thresholds[MIEN_EXPRESSION_COUNT],
                                     MienHiddenResult          *result,
                                     GError                   **error);

G_END_DECLS
