/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-image.h"

G_BEGIN_DECLS

/* The two decoders behind mien_image_decode (), and what they share. */

#define MIEN_IMAGE_MAX_PIXELS (64 * 1000 * 1000)
/* libjpeg's own limit for a side; what is narrower and longer is no picture of a face. */
#define MIEN_IMAGE_MAX_SIDE 65500

/* Fills width, height and rgb, as stored; orientation is what EXIF says, 1 where it says nothing.
 * On failure *message is one line that the caller frees, and image is untouched. */
gboolean mien_image_decode_jpeg (const guint8  *bytes,
                                 gsize          length,
                                 MienImage     *image,
                                 int           *orientation,
                                 char         **message);
gboolean mien_image_decode_png  (const guint8  *bytes,
                                 gsize          length,
                                 MienImage     *image,
                                 int           *orientation,
                                 char         **message);

/* Whether a picture of this size may be decoded; else *message says why. Called with the header's
 * figures, before anything of that size is allocated. */
gboolean mien_image_size_fits   (guint64        width,
                                 guint64        height,
                                 char         **message);

/* The orientation (1 to 8) in a TIFF structure: what follows "Exif\0\0" in a JPEG, or a PNG's eXIf. 1
 * where there is none or the bytes make no sense: a picture is not refused for that. */
int      mien_exif_orientation  (const guint8  *tiff,
                                 gsize          length);

G_END_DECLS
