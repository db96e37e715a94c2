/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "mien-child.h"

G_BEGIN_DECLS

/* One job in the list of jobs: what it is, how far it is, and a button that stops it. */

#define MIEN_TYPE_JOB_ROW (mien_job_row_get_type ())
G_DECLARE_FINAL_TYPE (MienJobRow, mien_job_row, MIEN, JOB_ROW, GtkListBoxRow)

GtkWidget *mien_job_row_new (MienChild *child);

G_END_DECLS
