/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * JPEG (libjpeg-turbo) and PNG (libpng) to RGB, any size up to 64 megapixels: grey, palette, RGB, RGBA
 * (over black), CMYK, 16 bit, EXIF orientation applied. The bytes are hostile: a broken or truncated
 * image is an error, never a crash and never half a picture.
 */

#define MIEN_IMPORT_ERROR (mien_import_error_quark ())

typedef enum
{
  MIEN_IMPORT_ERROR_FAILED,
  MIEN_IMPORT_ERROR_BAD_IMAGE,
  MIEN_IMPORT_ERROR_BAD_LIST,
  MIEN_IMPORT_ERROR_BAD_WEIGHTS,
  MIEN_IMPORT_ERROR_NOT_FOUND,
} MienImportError;

GQuark     mien_import_error_quark (void);

typedef struct
{
  int     width, height;
  guint8 *rgb;                             /* width x height x 3, rows top down, no padding */
} MienImage;

void       mien_image_clear        (MienImage       *image);
/* name is for messages only. */
gboolean   mien_image_decode       (GBytes          *bytes,
                                    const char      *name,
                                    MienImage       *image,
                                    GError         **error);
/* To side x side by bilinear interpolation (sample centres, as torch align_corners = False; when it
 * shrinks with the triangle filter as wide as the scale, as PIL and torch's antialias = True). A
 * picture that is not square is squeezed. rgb: side x side x 3, from the caller. */
void       mien_image_resize       (const MienImage *image,
                                    int              side,
                                    guint8          *rgb);
/* What annotations and exports may name: relative, no part that is empty, "." or "..", no control
 * character, UTF-8, at most 512 bytes. */
gboolean   mien_image_name_is_safe (const char      *name);
/* "12/00345.jpg" -> video "12", number 345; no number: -1. "a.jpg": video is "". */
void       mien_image_name_split   (const char      *name,
                                    char           **video,
                                    gint64          *number);

G_END_DECLS
