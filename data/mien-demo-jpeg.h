/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* rgb: size x size x 3 bytes -> a JPEG with a comment that says that the face is drawn. NULL with
 * G_IO_ERROR_FAILED if libjpeg refuses. */
GBytes *mien_demo_jpeg (const guint8 *rgb,
                        int           size,
                        GError      **error);

G_END_DECLS
