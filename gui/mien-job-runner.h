/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-child.h"

G_BEGIN_DECLS

/*
 * The jobs of one project, one at a time, in order. A GListModel of MienChild: the running one, those
 * that wait, and the last few that ended. What runs is written down in the settings until it ends, so
 * that the next start can offer to go on.
 *
 * Signals: "changed" (of any job), "ended" (MienChild *).
 */

#define MIEN_TYPE_JOB_RUNNER (mien_job_runner_get_type ())
G_DECLARE_FINAL_TYPE (MienJobRunner, mien_job_runner, MIEN, JOB_RUNNER, GObject)

/* path: the project's; settings: where to note what is running, NULL: nowhere. */
MienJobRunner *mien_job_runner_new           (const char     *path,
                                              GSettings      *settings);
/* Takes its turn. Takes no reference of the caller. */
void           mien_job_runner_add           (MienJobRunner  *self,
                                              MienChild      *child);
/* What runs now, NULL: nothing. */
MienChild     *mien_job_runner_get_running   (MienJobRunner  *self);
/* A job of that kind that runs or waits, NULL: none. */
MienChild     *mien_job_runner_find          (MienJobRunner  *self,
                                              MienChildKind   kind);
/* Ends what runs, drops what waits, keeps the note of what ran; "ended" follows. */
void           mien_job_runner_stop_all      (MienJobRunner  *self);
/* What was running when the program last ended: arguments and kind of it; NULL: nothing. Forgets it. */
char         **mien_job_runner_take_interrupted (MienJobRunner  *self,
                                                 MienChildKind  *kind);

G_END_DECLS
