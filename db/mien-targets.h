/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-store.h"

G_BEGIN_DECLS

/*
 * The figures that a project is to reach, by task: its setting "targets". A task may have none.
 */

#define MIEN_TARGETS "targets"

/* NaN: none. */
void        mien_targets_read       (MienStore       *store,
                                     double           targets[MIEN_TASK_COUNT]);
/* text: a figure for all tasks ("0.6"), for some ("expression=0.5,action_units=0.45"), or "none". G_OPTION_ERROR
 * for anything else, a figure is above 0 and at most 1. */
gboolean    mien_targets_parse      (const char      *text,
                                     double           targets[MIEN_TASK_COUNT],
                                     GError         **error);
/* NULL: no task has one. */
char       *mien_targets_to_text    (const double     targets[MIEN_TASK_COUNT]);
gboolean    mien_targets_set        (MienStore       *store,
                                     const double     targets[MIEN_TASK_COUNT],
                                     GError         **error);

G_END_DECLS
