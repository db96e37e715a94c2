/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-job.h"
#include "mien-snapshot.h"

G_BEGIN_DECLS

/* The members "from" to "annotators" of the object that `diff` prints. */
void        mien_diff_add           (JsonBuilder         *builder,
                                     const MienSnapshot  *from,
                                     const MienSnapshot  *to,
                                     const MienDiff      *counts);
/* The same as tables. */
void        mien_diff_print         (MienJob             *job,
                                     const MienSnapshot  *from,
                                     const MienSnapshot  *to,
                                     const MienDiff      *counts);
/* "imported", "human"; NULL: none. */
const char *mien_diff_source_id     (MienSource           source);

G_END_DECLS
