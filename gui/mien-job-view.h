/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "mien-job-runner.h"

G_BEGIN_DECLS

/*
 * What a dialog shows of the job it has started: progress with a button to stop, then its report or why
 * it failed, and its warnings. While it is there the window need not tell of that job.
 */

#define MIEN_TYPE_JOB_VIEW (mien_job_view_get_type ())
G_DECLARE_FINAL_TYPE (MienJobView, mien_job_view, MIEN, JOB_VIEW, GtkWidget)

/* Adds the job to the runner and follows it. */
void     mien_job_view_run     (MienJobView   *self,
                                MienJobRunner *runner,
                                MienChild     *child);
/* Whether some view is telling of that job. */
gboolean mien_job_view_tells   (MienChild     *child);

G_END_DECLS
