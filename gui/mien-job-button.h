/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "mien-job-runner.h"

G_BEGIN_DECLS

/*
 * Retrain and Propose in the header bar: a button that starts its kind of job by its action, and while
 * such a job runs or waits shows a ring and opens the list of jobs instead.
 */

#define MIEN_TYPE_JOB_BUTTON (mien_job_button_get_type ())
G_DECLARE_FINAL_TYPE (MienJobButton, mien_job_button, MIEN, JOB_BUTTON, GtkWidget)

/* action: what a press means while no such job is there. runner NULL: no project. */
void mien_job_button_set_up     (MienJobButton *self,
                                 MienChildKind  kind,
                                 const char    *label,
                                 const char    *action);
void mien_job_button_set_runner (MienJobButton *self,
                                 MienJobRunner *runner);
void mien_job_button_popup      (MienJobButton *self);

G_END_DECLS
