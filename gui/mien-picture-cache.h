/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gdk/gdk.h>

#include "mien-store.h"

G_BEGIN_DECLS

/*
 * Decoded faces, those used last first, bounded by their bytes. Belongs to one thread. Image bytes of
 * a frame never change once they are there, so what is here never has to be looked up again.
 */

typedef struct _MienPictureCache MienPictureCache;

MienPictureCache *mien_picture_cache_new       (gsize              budget);      /* bytes */
void              mien_picture_cache_free      (MienPictureCache  *cache);
/* The face in its own size. NULL with error: no image, or a broken one. */
GdkTexture       *mien_picture_cache_face      (MienPictureCache  *cache,
                                                MienStore         *store,
                                                gint64             frame,
                                                GError           **error);
/* For the strip: a square of at most 128 pixels, cut from the middle. */
GdkTexture       *mien_picture_cache_thumbnail (MienPictureCache  *cache,
                                                MienStore         *store,
                                                gint64             frame,
                                                GError           **error);
gsize             mien_picture_cache_size      (MienPictureCache  *cache);

G_END_DECLS
