/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-models.h"

G_BEGIN_DECLS

/*
 * What the settings and metrics stored with a model say of its training, by task. They are JSON that may be of an
 * earlier version, or anything: what is not there is unknown.
 */

typedef struct
{
  gint64 labels;                           /* training frames with one, those held out for tuning too; -1: unknown */
  gint64 validation;                       /* validation frames with one, on which it was measured; -1: unknown */
  double figure;                           /* on those, as in mien-task-figures.h; NaN: none */
  double interval[2];                      /* of the figure, by bootstrap of videos; NaN: unknown */
  double ceiling;                          /* that the figure can reach where classes have no validation label; 1
                                              where that is unknown */
} MienTaskRecord;

typedef struct
{
  MienTaskRecord tasks[MIEN_TASK_COUNT];
  gboolean       counted;                  /* what it was measured on stands with its figures */
  char          *way;                      /* the settings that a figure depends on, but for the seed; NULL: unknown */
} MienModelRecord;

void        mien_model_record_read  (const MienModel        *model,
                                     MienModelRecord        *record);
void        mien_model_record_clear (MienModelRecord        *record);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MienModelRecord, mien_model_record_clear)

G_END_DECLS
