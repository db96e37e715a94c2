/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * JPEG by libjpeg-turbo. libjpeg leaves by longjmp (): everything that must survive lies
 * in Decoder, which is not a local of the function that calls setjmp ().
 *
 * libjpeg mends what it can and only warns: a file that ends early gives a picture that
 * is grey from there on. Here a warning is an error, so that a picture is whole or is
 * not. The end of the file is read too, for that is where most cuts show.
 *
 * A progressive file may come in any number of scans, each over the whole picture and
 * each a few bytes long: their number is bounded, and their work too.
 */

#define G_LOG_DOMAIN "mien-importers"

#include "config.h"

#include "mien-image-private.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

static const char EXIF[] = "Exif\0"; /* and the NUL that ends it: six bytes */

enum
{
  MAX_SCANS = 200,                 /* usual files have ten */
  MIN_SCANS = 24,                  /* what the largest picture may have */
  MAX_SCANNED_PIXELS = 1000000000, /* in all scans together */
  MAX_MARKER = 65533,
  FIRST_RESTART = 0xd0, /* markers among the pixels */
  LAST_RESTART = 0xd7,
};

typedef struct
{
  struct jpeg_error_mgr errors;
  jmp_buf escape;
  struct jpeg_decompress_struct jpeg;
  struct jpeg_progress_mgr progress;
  char message[JMSG_LENGTH_MAX];
  guint8 *rgb;
  guint8 *cmyk; /* one row */
  int orientation;
} Decoder;

static void G_GNUC_NORETURN
leave (Decoder *decoder)
{
  longjmp (decoder->escape, 1);
}

static void
on_error (j_common_ptr info)
{
  Decoder *decoder = info->client_data;

  info->err->format_message (info, decoder->message);
  leave (decoder);
}

static void
on_message (j_common_ptr info, int level)
{
  /* Level -1 is "corrupt data"; a JFIF version of the future is not, and neither are
   * bytes between the parts of a file, which cameras leave. But before a restart marker
   * they are pixels that were lost. */
  if (level != -1 || info->err->msg_code == JWRN_JFIF_MAJOR
      || (info->err->msg_code == JWRN_EXTRANEOUS_DATA
          && (info->err->msg_parm.i[1] < FIRST_RESTART
              || info->err->msg_parm.i[1] > LAST_RESTART)))
    return;
  on_error (info);
}

static void
on_output (j_common_ptr info)
{
}

static void
on_progress (j_common_ptr info)
{
  Decoder *decoder = info->client_data;
  guint64 pixels = (guint64) decoder->jpeg.image_width * decoder->jpeg.image_height;
  guint64 most = CLAMP (MAX_SCANNED_PIXELS / pixels, MIN_SCANS, MAX_SCANS);

  if ((guint64) decoder->jpeg.input_scan_number <= most)
    return;
  g_snprintf (decoder->message, sizeof decoder->message,
              "more than %" G_GUINT64_FORMAT " scans", most);
  leave (decoder);
}

static int
orientation_of (const struct jpeg_decompress_struct *jpeg)
{
  for (const struct jpeg_marker_struct *marker = jpeg->marker_list; marker != NULL;
       marker = marker->next)
    if (marker->data_length >= sizeof EXIF
        && memcmp (marker->data, EXIF, sizeof EXIF) == 0)
      return mien_exif_orientation (marker->data + sizeof EXIF,
                                    marker->data_length - sizeof EXIF);
  return 1;
}

/* Inks over white. Adobe's files, which are nearly all, store how much of each is NOT
 * there. */
static void
cmyk_to_rgb (const guint8 *cmyk, int width, gboolean adobe, guint8 *rgb)
{
  for (int x = 0; x < width; x++, cmyk += 4, rgb += 3)
    for (int c = 0; c < 3; c++)
      {
        guint light = adobe ? cmyk[c] : 255u - cmyk[c];
        guint black = adobe ? cmyk[3] : 255u - cmyk[3];

        rgb[c] = (guint8) ((light * black + 127) / 255);
      }
}

static void
read_rows (Decoder *decoder)
{
  struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
  gsize stride = (gsize) jpeg->image_width * 3;

  while (jpeg->output_scanline < jpeg->output_height)
    {
      guint8 *row = decoder->rgb + jpeg->output_scanline * stride;
      JSAMPROW target = decoder->cmyk != NULL ? decoder->cmyk : row;

      jpeg_read_scanlines (jpeg, &target, 1);
      if (decoder->cmyk != NULL)
        cmyk_to_rgb (decoder->cmyk, (int) jpeg->image_width, jpeg->saw_Adobe_marker, row);
    }
}

/* Leaves by longjmp () on anything that is wrong. */
static void
decode (Decoder *decoder, const guint8 *bytes, gsize length)
{
  struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
  g_autofree char *reason = NULL;

  jpeg_create_decompress (jpeg);
  jpeg->progress = &decoder->progress;
  jpeg_mem_src (jpeg, bytes, (unsigned long) length);
  jpeg_save_markers (jpeg, JPEG_APP0 + 1, MAX_MARKER);
  jpeg_read_header (jpeg, TRUE);
  if (!mien_image_size_fits (jpeg->image_width, jpeg->image_height, &reason))
    {
      g_strlcpy (decoder->message, reason, sizeof decoder->message);
      g_clear_pointer (&reason, g_free);
      leave (decoder);
    }

  jpeg->dct_method = JDCT_ISLOW; /* the one that gives the same pixels everywhere */
  jpeg->out_color_space = JCS_RGB;
  if (jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK)
    jpeg->out_color_space = JCS_CMYK;
  jpeg_start_decompress (jpeg);
  decoder->rgb = g_try_malloc ((gsize) jpeg->image_width * jpeg->image_height * 3);
  if (jpeg->out_color_space == JCS_CMYK)
    decoder->cmyk = g_try_malloc ((gsize) jpeg->image_width * 4);
  if (decoder->rgb == NULL
      || (jpeg->out_color_space == JCS_CMYK && decoder->cmyk == NULL))
    {
      g_strlcpy (decoder->message, "not enough memory", sizeof decoder->message);
      leave (decoder);
    }
  decoder->orientation = orientation_of (jpeg); /* finishing forgets the markers */
  read_rows (decoder);
  jpeg_finish_decompress (jpeg);
}

gboolean
mien_image_decode_jpeg (const guint8 *bytes,
                        gsize length,
                        MienImage *image,
                        int *orientation,
                        char **message)
{
  Decoder *const decoder = g_new0 (Decoder, 1);
  gboolean fine = FALSE;

  decoder->jpeg.err = jpeg_std_error (&decoder->errors);
  decoder->errors.error_exit = on_error;
  decoder->errors.emit_message = on_message;
  decoder->errors.output_message = on_output;
  decoder->progress.progress_monitor = on_progress;
  decoder->jpeg.client_data = decoder;
  if (setjmp (decoder->escape) == 0)
    {
      decode (decoder, bytes, length);
      *orientation = decoder->orientation;
      *image =
          (MienImage){ (int) decoder->jpeg.image_width, (int) decoder->jpeg.image_height,
                       g_steal_pointer (&decoder->rgb) };
      fine = TRUE;
    }
  else
    *message = g_strdup_printf ("cannot decode this JPEG: %s", decoder->message);
  jpeg_destroy_decompress (&decoder->jpeg);
  g_free (decoder->rgb);
  g_free (decoder->cmyk);
  g_free (decoder);
  return fine;
}
