/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Pictures of every kind, made by libjpeg and libpng, and random bytes that are the same each run. */

typedef struct
{
  int           width, height;
  int           stored;                    /* J_COLOR_SPACE of the file; also of the samples, unless
                                              YCbCr (samples RGB) or YCCK (samples CMYK) */
  gboolean      progressive, subsampled, no_adobe;
  int           restart;                   /* blocks between restart markers, 0: none */
  int           scans;                     /* of a grey progressive picture, 0: libjpeg's choice */
  const guint8 *exif;                      /* what follows "Exif\0\0" */
  gsize         exif_length;
} PictureJpeg;

/* samples: rows top down, one byte a channel, no padding. */
GBytes *picture_jpeg (const PictureJpeg *kind,
                      const guint8      *samples);

typedef struct
{
  int           width, height;
  int           color_type, depth;         /* PNG_COLOR_TYPE_...; 1, 2, 4, 8 or 16 bits */
  gboolean      interlaced;
  const guint8 *palette;                   /* RGB x 2^depth */
  const guint8 *transparent;               /* palette: alphas; else the colour, 16 bits big endian */
  gsize         n_transparent;             /* bytes */
  const guint8 *exif;
  gsize         exif_length;
  gboolean      exif_at_end;
} PicturePng;

/* rows: as PNG packs them, each row on a byte boundary. */
GBytes *picture_png  (const PicturePng  *kind,
                      const guint8      *rows);
gsize   picture_png_stride (const PicturePng *kind);

/* A TIFF structure of 26 bytes that says nothing but the orientation. */
void    picture_exif (int                orientation,
                      gboolean           big_endian,
                      guint8            *tiff);

/* xorshift64*: state must not be 0. */
guint32 picture_random (guint64         *state);
void    picture_noise  (guint64         *state,
                        guint8          *bytes,
                        gsize            n);

G_END_DECLS
