/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Encoding the demo's faces. The comment in each file is the mark that stays with a face
 * that was exported out of its project.
 */
#include "config.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include "mien-demo-jpeg.h"

#define QUALITY 92
#define COMMENT "Drawn by Mien's demo: not a photograph, nobody's face"

typedef struct
{
  struct jpeg_error_mgr manager;
  jmp_buf escape;
  char message[JMSG_LENGTH_MAX];
} JpegError;

static void
on_error (j_common_ptr info)
{
  JpegError *jpeg = (JpegError *) info->err;

  jpeg->manager.format_message (info, jpeg->message);
  longjmp (jpeg->escape, 1);
}

static void
on_message (j_common_ptr info)
{
}

GBytes *
mien_demo_jpeg (const guint8 *rgb, int size, GError **error)
{
  struct jpeg_compress_struct compress = { 0 };
  JpegError jpeg = { 0 };
  /* libjpeg moves and grows it; volatile because longjmp () must find it as it is then.
   */
  unsigned char *volatile buffer = NULL;
  unsigned long length = 0;

  compress.err = jpeg_std_error (&jpeg.manager);
  jpeg.manager.error_exit = on_error;
  jpeg.manager.output_message = on_message;
  if (setjmp (jpeg.escape) != 0)
    {
      jpeg_destroy_compress (&compress);
      free (buffer);
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                   "cannot write a face as JPEG: %s", jpeg.message);
      return NULL;
    }

  jpeg_create_compress (&compress);
  jpeg_mem_dest (&compress, (unsigned char **) &buffer, &length);
  compress.image_width = (JDIMENSION) size;
  compress.image_height = (JDIMENSION) size;
  compress.input_components = 3;
  compress.in_color_space = JCS_RGB;
  jpeg_set_defaults (&compress);
  jpeg_set_quality (&compress, QUALITY, TRUE);
  /* The slow integer transform is the one that gives the same bytes on every processor.
   */
  compress.dct_method = JDCT_ISLOW;
  jpeg_start_compress (&compress, TRUE);
  jpeg_write_marker (&compress, JPEG_COM, (const JOCTET *) COMMENT, sizeof COMMENT - 1);
  while (compress.next_scanline < compress.image_height)
    {
      JSAMPROW row = (JSAMPROW) (rgb + (gsize) compress.next_scanline * (gsize) size * 3);

      jpeg_write_scanlines (&compress, &row, 1);
    }
  jpeg_finish_compress (&compress);
  jpeg_destroy_compress (&compress);

  return g_bytes_new_with_free_func (buffer, length, free, buffer);
}
