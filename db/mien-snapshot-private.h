/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-snapshot.h"
#include "mien-store-private.h"

G_BEGIN_DECLS

/* The frames that have events between the two, each once, ascending: gint64. */
GArray        *mien_snapshot_frames   (MienStore               *store,
                                       const MienSnapshot      *from,
                                       const MienSnapshot      *to,
                                       GError                 **error);
/* FALSE: it is to stop, and the error says so. */
gboolean       mien_snapshot_go_on    (const MienSnapshotWatch *watch,
                                       guint64                  done,
                                       guint64                  total,
                                       GError                 **error);

G_END_DECLS
