/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

/* The square picture at side x side pixels; transfer none. It stays with the picture, which thus is made
 * small once for as long as it is kept. On the main thread. */
GdkTexture *mien_strip_picture      (GdkTexture  *texture,
                                     int          side);

G_END_DECLS
