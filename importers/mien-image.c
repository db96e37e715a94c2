/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A picture from its bytes: which decoder, which way up. The decoders check the size
 * before they allocate, and give a whole picture or an error; nothing in between is seen
 * by a caller.
 */

#define G_LOG_DOMAIN "mien-importers"

#include "config.h"

#include "mien-image-private.h"

#include <string.h>

GQuark
mien_import_error_quark (void)
{
  return g_quark_from_static_string ("mien-import-error-quark");
}

void
mien_image_clear (MienImage *image)
{
  g_clear_pointer (&image->rgb, g_free);
  image->width = image->height = 0;
}

gboolean
mien_image_size_fits (guint64 width, guint64 height, char **message)
{
  if (width == 0 || height == 0)
    *message = g_strdup ("a picture without pixels");
  else if (width > MIEN_IMAGE_MAX_SIDE || height > MIEN_IMAGE_MAX_SIDE
           || width * height > MIEN_IMAGE_MAX_PIXELS)
    *message = g_strdup_printf (
        "%" G_GUINT64_FORMAT " x %" G_GUINT64_FORMAT " pixels, while Mien reads up to %d "
        "million and sides up to %d: make it smaller",
        width, height, MIEN_IMAGE_MAX_PIXELS / 1000000, MIEN_IMAGE_MAX_SIDE);
  else
    return TRUE;
  return FALSE;
}

/* EXIF's eight ways to lay a picture: 2 to 4 mirror and turn it in place, 5 to 8 also
 * swap rows and columns. The pixel at (x, y) of the picture as meant is taken from (sx,
 * sy) of the stored one. */
static gboolean
orient (MienImage *image, int orientation)
{
  gboolean swap = orientation >= 5;
  gboolean flip_x =
      orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  gboolean flip_y =
      orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  int width = swap ? image->height : image->width;
  int height = swap ? image->width : image->height;
  guint8 *rgb, *out;

  if (orientation == 1)
    return TRUE;
  out = rgb = g_try_malloc ((gsize) width * (gsize) height * 3);
  if (rgb == NULL)
    return FALSE;
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++, out += 3)
      {
        int sx = swap ? y : x, sy = swap ? x : y;

        sx = flip_x ? image->width - 1 - sx : sx;
        sy = flip_y ? image->height - 1 - sy : sy;
        memcpy (out, image->rgb + ((gsize) sy * (gsize) image->width + (gsize) sx) * 3,
                3);
      }
  g_free (image->rgb);
  *image = (MienImage){ width, height, rgb };
  return TRUE;
}

gboolean
mien_image_decode (GBytes *bytes, const char *name, MienImage *image, GError **error)
{
  static const guint8 PNG[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
  static const guint8 JPEG[] = { 0xff, 0xd8 };
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  g_autofree char *message = NULL;
  MienImage decoded = { 0 };
  int orientation = 1;
  gboolean fine = FALSE;

  if (length >= sizeof PNG && memcmp (data, PNG, sizeof PNG) == 0)
    fine = mien_image_decode_png (data, length, &decoded, &orientation, &message);
  else if (length >= sizeof JPEG && memcmp (data, JPEG, sizeof JPEG) == 0)
    fine = mien_image_decode_jpeg (data, length, &decoded, &orientation, &message);
  else
    message = g_strdup (length == 0 ? "the file is empty" : "neither JPEG nor PNG");
  if (fine && !orient (&decoded, orientation))
    {
      mien_image_clear (&decoded);
      message = g_strdup ("not enough memory to turn the picture");
      fine = FALSE;
    }
  if (!fine)
    {
      g_set_error (error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_BAD_IMAGE, "%s: %s", name,
                   message);
      return FALSE;
    }
  *image = decoded;
  return TRUE;
}
