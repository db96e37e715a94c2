/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Makes the pictures that the tests decode. A mistake of libjpeg or libpng while writing
 * is a mistake of the test: both abort.
 */

#include "config.h"

#include "mien-pictures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <png.h>

guint32
picture_random (guint64 *state)
{
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return (guint32) ((*state * G_GUINT64_CONSTANT (2685821657736338717)) >> 32);
}

void
picture_noise (guint64 *state, guint8 *bytes, gsize n)
{
  for (gsize i = 0; i < n; i++)
    bytes[i] = (guint8) picture_random (state);
}

void
picture_exif (int orientation, gboolean big_endian, guint8 *tiff)
{
  static const guint8 BIG[26] = { 'M', 'M', 0,    42, 0, 0, 0, 8, 0,
                                  1,   1,   0x12, 0,  3, 0, 0, 0, 1 };
  static const guint8 LITTLE[26] = {
    'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1
  };

  memcpy (tiff, big_endian ? BIG : LITTLE, 26);
  tiff[big_endian ? 19 : 18] = (guint8) orientation;
}

/* A scan for the DC coefficients, then for each AC coefficient and each of its bits until
 * there are n scans. Only a progressive file may be cut so fine. */
static void
cut_into_scans (struct jpeg_compress_struct *jpeg, jpeg_scan_info *scans, int n)
{
  for (int i = 0; i < n; i++)
    {
      int coefficient = i == 0 ? 0 : 1 + (i - 1) / 4, bit = (i - 1) % 4;

      scans[i] = (jpeg_scan_info){ .comps_in_scan = 1,
                                   .Ss = coefficient,
                                   .Se = coefficient,
                                   .Ah = i == 0 || bit == 0 ? 0 : 4 - bit,
                                   .Al = i == 0 ? 0 : 3 - bit };
    }
  jpeg->scan_info = scans;
  jpeg->num_scans = n;
}

GBytes *
picture_jpeg (const PictureJpeg *kind, const guint8 *samples)
{
  struct jpeg_compress_struct jpeg = { 0 };
  struct jpeg_error_mgr errors;
  jpeg_scan_info scans[253];
  unsigned char *buffer = NULL;
  unsigned long length = 0;
  gboolean ycc = kind->stored == JCS_YCbCr, ycck = kind->stored == JCS_YCCK;

  jpeg.err = jpeg_std_error (&errors);
  jpeg_create_compress (&jpeg);
  jpeg_mem_dest (&jpeg, &buffer, &length);
  jpeg.image_width = (JDIMENSION) kind->width;
  jpeg.image_height = (JDIMENSION) kind->height;
  jpeg.in_color_space = ycc ? JCS_RGB : ycck ? JCS_CMYK : (J_COLOR_SPACE) kind->stored;
  jpeg.input_components = jpeg.in_color_space == JCS_GRAYSCALE ? 1
                          : jpeg.in_color_space == JCS_CMYK    ? 4
                                                               : 3;
  jpeg_set_defaults (&jpeg);
  jpeg_set_colorspace (&jpeg, (J_COLOR_SPACE) kind->stored);
  jpeg_set_quality (&jpeg, 100, TRUE);
  if (kind->no_adobe)
    jpeg.write_Adobe_marker = FALSE;
  for (int i = 0; i < jpeg.num_components; i++)
    {
      jpeg.comp_info[i].h_samp_factor = i == 0 && kind->subsampled ? 2 : 1;
      jpeg.comp_info[i].v_samp_factor = i == 0 && kind->subsampled ? 2 : 1;
    }
  jpeg.restart_interval = (unsigned int) kind->restart;
  if (kind->progressive)
    jpeg_simple_progression (&jpeg);
  if (kind->scans > 0)
    cut_into_scans (&jpeg, scans, kind->scans);
  jpeg_start_compress (&jpeg, TRUE);
  if (kind->exif != NULL)
    {
      g_autoptr (GByteArray) marker = g_byte_array_new ();

      g_byte_array_append (marker, (const guint8 *) "Exif\0", 6);
      g_byte_array_append (marker, kind->exif, (guint) kind->exif_length);
      jpeg_write_marker (&jpeg, JPEG_APP0 + 1, marker->data, marker->len);
    }
  while (jpeg.next_scanline < jpeg.image_height)
    {
      JSAMPROW row =
          (JSAMPROW) samples
          + (gsize) jpeg.next_scanline * jpeg.image_width * (gsize) jpeg.input_components;

      jpeg_write_scanlines (&jpeg, &row, 1);
    }
  jpeg_finish_compress (&jpeg);
  jpeg_destroy_compress (&jpeg);
  return g_bytes_new_with_free_func (buffer, length, free, buffer);
}

static void
on_write (png_structp png, png_bytep bytes, size_t n)
{
  g_byte_array_append (png_get_io_ptr (png), bytes, (guint) n);
}

static void
on_flush (png_structp png)
{
}

gsize
picture_png_stride (const PicturePng *kind)
{
  static const int CHANNELS[] = {
    [PNG_COLOR_TYPE_GRAY] = 1,      [PNG_COLOR_TYPE_RGB] = 3,
    [PNG_COLOR_TYPE_PALETTE] = 1,   [PNG_COLOR_TYPE_GRAY_ALPHA] = 2,
    [PNG_COLOR_TYPE_RGB_ALPHA] = 4,
  };

  return ((gsize) (kind->width * CHANNELS[kind->color_type] * kind->depth) + 7) / 8;
}

static void
write_ancillary (png_structp png, png_infop info, const PicturePng *kind)
{
  if (kind->palette != NULL)
    {
      png_color colors[256];

      for (int i = 0; i < 1 << kind->depth; i++)
        colors[i] = (png_color){ kind->palette[3 * i], kind->palette[3 * i + 1],
                                 kind->palette[3 * i + 2] };
      png_set_PLTE (png, info, colors, 1 << kind->depth);
    }
  if (kind->transparent != NULL && kind->palette != NULL)
    png_set_tRNS (png, info, kind->transparent, (int) kind->n_transparent, NULL);
  else if (kind->transparent != NULL)
    {
      const guint8 *t = kind->transparent;
      gboolean grey = kind->n_transparent == 2;
      png_color_16 color = { 0 };

      color.gray = color.red = (png_uint_16) (t[0] << 8 | t[1]);
      color.green = grey ? 0 : (png_uint_16) (t[2] << 8 | t[3]);
      color.blue = grey ? 0 : (png_uint_16) (t[4] << 8 | t[5]);
      png_set_tRNS (png, info, NULL, 0, &color);
    }
  if (kind->exif != NULL && !kind->exif_at_end)
    png_set_eXIf_1 (png, info, (png_uint_32) kind->exif_length, (png_bytep) kind->exif);
}

GBytes *
picture_png (const PicturePng *kind, const guint8 *rows)
{
  png_structp png = png_create_write_struct (PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop info = png_create_info_struct (png);
  GByteArray *bytes = g_byte_array_new ();
  gsize stride = picture_png_stride (kind);
  int passes;

  png_set_write_fn (png, bytes, on_write, on_flush);
  png_set_IHDR (png, info, (png_uint_32) kind->width, (png_uint_32) kind->height,
                kind->depth, kind->color_type,
                kind->interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
                PNG_COMPRESSION_TYPE_BASE, PNG_FILTER_TYPE_BASE);
  write_ancillary (png, info, kind);
  png_write_info (png, info);
  passes = png_set_interlace_handling (png);
  for (int pass = 0; pass < passes; pass++)
    for (int y = 0; y < kind->height; y++)
      png_write_row (png, rows + (gsize) y * stride);
  png_write_end (png, NULL);
  png_destroy_write_struct (&png, &info);

  if (kind->exif_at_end)
    {
      /* libpng writes it before the pixels only; here it goes before the last twelve
       * bytes, IEND. */
      g_autoptr (GByteArray) with = g_byte_array_new ();
      png_structp writer =
          png_create_write_struct (PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);

      g_byte_array_append (with, bytes->data, bytes->len - 12);
      png_set_write_fn (writer, with, on_write, on_flush);
      png_write_chunk (writer, (png_const_bytep) "eXIf", kind->exif, kind->exif_length);
      png_destroy_write_struct (&writer, NULL);
      g_byte_array_append (with, bytes->data + bytes->len - 12, 12);
      g_byte_array_unref (bytes);
      bytes = g_steal_pointer (&with);
    }
  return g_byte_array_free_to_bytes (bytes);
}
