/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The projects that were opened last, as the desktop keeps them. */

void       mien_recent_add         (const char          *path);
/* Paths, the one opened last first, without those whose file is gone. */
void       mien_recent_list_async  (guint                limit,
                                    GAsyncReadyCallback  callback,
                                    gpointer             data);
GPtrArray *mien_recent_list_finish (GAsyncResult        *result);

G_END_DECLS
