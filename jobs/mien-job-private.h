/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-job.h"

G_BEGIN_DECLS

/* mien-engine's own limit. */
enum
{
  MIEN_JOB_MAX_THREADS = 64,
};

/* Stops to listen for signals and frees what the run has gathered. */
void        mien_job_clear          (MienJob             *job);

G_END_DECLS
