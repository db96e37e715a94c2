/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * PNG by libpng: every colour type and depth becomes 8-bit RGB, what is transparent lies
 * over black. libpng leaves by longjmp (): everything that must survive lies in Decoder,
 * which is not a local of the function that calls setjmp (). Checksums and the end of the
 * file are checked, so a picture is whole or is not.
 *
 * The picture's size is looked at before a byte of it is allocated. Colour profiles and
 * texts, which compress a thousandfold and which nothing here asks for, are not unpacked.
 */

#define G_LOG_DOMAIN "mien-importers"

#include "config.h"

#include "mien-image-private.h"

#include <setjmp.h>
#include <string.h>

#include <png.h>

enum
{
  MAX_CHUNK = 8 * 1000 * 1000, /* of those that are kept in memory: palette, EXIF */
  MAX_CHUNKS = 128,
};

/* Names of five bytes each, as libpng wants them. */
static const png_byte IGNORED[] = "iCCP\0iTXt\0sPLT\0tEXt\0zTXt";

typedef struct
{
  png_structp png;
  png_infop info;
  jmp_buf escape;
  const guint8 *bytes;
  gsize length, at;
  char message[160];
  guint8 *rgb;
  int width, height;
} Decoder;

static void G_GNUC_NORETURN
leave (Decoder *decoder, const char *message)
{
  g_strlcpy (decoder->message, message, sizeof decoder->message);
  longjmp (decoder->escape, 1);
}

static void G_GNUC_NORETURN
on_error (png_structp png, png_const_charp message)
{
  leave (png_get_error_ptr (png), message);
}

static void
on_warning (png_structp png, png_const_charp message)
{
}

static void
on_read (png_structp png, png_bytep out, size_t n)
{
  Decoder *decoder = png_get_io_ptr (png);

  if (n > decoder->length - decoder->at)
    leave (decoder, "the file ends early");
  memcpy (out, decoder->bytes + decoder->at, n);
  decoder->at += n;
}

static void
read_header (Decoder *decoder)
{
  char *reason = NULL, message[160];
  guint32 width, height;

  png_set_read_fn (decoder->png, decoder, on_read);
  png_set_user_limits (decoder->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_chunk_cache_max (decoder->png, MAX_CHUNKS);
  png_set_chunk_malloc_max (decoder->png, MAX_CHUNK);
  png_set_keep_unknown_chunks (decoder->png, PNG_HANDLE_CHUNK_NEVER, IGNORED,
                               sizeof IGNORED / 5);
  png_read_info (decoder->png, decoder->info);

  width = png_get_image_width (decoder->png, decoder->info);
  height = png_get_image_height (decoder->png, decoder->info);
  if (!mien_image_size_fits (width, height, &reason))
    {
      g_strlcpy (message, reason, sizeof message);
      g_free (reason);
      leave (decoder, message);
    }
  decoder->width = (int) width;
  decoder->height = (int) height;
}

/* Leaves by longjmp () on anything that is wrong. */
static void
decode (Decoder *decoder)
{
  png_structp png = decoder->png;
  const png_color_16 black = { 0 };
  gsize stride;
  int passes;

  read_header (decoder);
  png_set_expand (png);
  png_set_gray_to_rgb (png);
  png_set_background (png, &black, PNG_BACKGROUND_GAMMA_SCREEN, 0, 1.0);
  png_set_scale_16 (png);
  passes = png_set_interlace_handling (png);
  png_read_update_info (png, decoder->info);
  stride = png_get_rowbytes (png, decoder->info);
  if (stride != (gsize) decoder->width * 3)
    leave (decoder, "a kind of pixel that libpng does not turn into RGB");

  decoder->rgb = g_try_malloc (stride * (gsize) decoder->height);
  if (decoder->rgb == NULL)
    leave (decoder, "not enough memory");
  for (int pass = 0; pass < passes; pass++)
    for (int y = 0; y < decoder->height; y++)
      png_read_row (png, decoder->rgb + (gsize) y * stride, NULL);
  png_read_end (png, decoder->info);
}

static int
orientation_of (Decoder *decoder)
{
  png_bytep exif = NULL;
  png_uint_32 length = 0;

  return png_get_eXIf_1 (decoder->png, decoder->info, &length, &exif) != 0
             ? mien_exif_orientation (exif, length)
             : 1;
}

gboolean
mien_image_decode_png (const guint8 *bytes,
                       gsize length,
                       MienImage *image,
                       int *orientation,
                       char **message)
{
  Decoder *const decoder = g_new0 (Decoder, 1);
  gboolean fine = FALSE;

  decoder->bytes = bytes;
  decoder->length = length;
  if (setjmp (decoder->escape) == 0)
    {
      decoder->png =
          png_create_read_struct (PNG_LIBPNG_VER_STRING, decoder, on_error, on_warning);
      if (decoder->png != NULL)
        decoder->info = png_create_info_struct (decoder->png);
      if (decoder->info == NULL)
        leave (decoder, "not enough memory");
      decode (decoder);
      *orientation = orientation_of (decoder);
      *image =
          (MienImage){ decoder->width, decoder->height, g_steal_pointer (&decoder->rgb) };
      fine = TRUE;
    }
  else
    *message = g_strdup_printf ("cannot decode this PNG: %s", decoder->message);
  png_destroy_read_struct (&decoder->png, &decoder->info, NULL);
  g_free (decoder->rgb);
  g_free (decoder);
  return fine;
}
