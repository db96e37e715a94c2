/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-store.h"

G_BEGIN_DECLS

/*
 * The demo project: drawn faces whose brows, lids, cheeks, nose, lips and jaw follow twelve action unit
 * intensities along smooth trajectories; expression and valence/arousal follow from prototypes of action units
 * with some noise. Deterministic by seed. The project is marked as synthetic.
 */

typedef void (*MienDemoProgress) (guint64 done, guint64 total, gpointer data);

/* frames: of the whole project, over 24 videos (fewer if there are fewer frames); 0: about 100 a video. */
gboolean mien_demo_fill (MienStore        *store,
                         guint             frames,
                         guint             seed,
                         MienDemoProgress  progress,
                         gpointer          data,
                         GCancellable     *cancellable,
                         GError          **error);

G_END_DECLS
