/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Pictures of the strip in the very size that the display has for them. A texture that is
 * drawn smaller than it is would be made small anew whenever anything near it is drawn,
 * at half a millisecond a picture; these are copied.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-strip-picture.h"

#include "mien-image.h"

static guint8 *
read_rgb (GdkTexture *texture, int width, int height)
{
  gsize stride = (gsize) width * 4;
  g_autofree guint8 *pixels = g_malloc (stride * (gsize) height);
  guint8 *rgb = g_malloc ((gsize) width * (gsize) height * 3);

  gdk_texture_download (texture, pixels, stride);
  for (gsize i = 0; i < (gsize) width * (gsize) height; i++)
    {
      guint32 pixel = ((const guint32 *) (gpointer) pixels)[i];

      rgb[3 * i] = (guint8) (pixel >> 16);
      rgb[3 * i + 1] = (guint8) (pixel >> 8);
      rgb[3 * i + 2] = (guint8) pixel;
    }
  return rgb;
}

static GdkTexture *
make (GdkTexture *texture, int side)
{
  int width = gdk_texture_get_width (texture), height = gdk_texture_get_height (texture);
  gsize stride = (gsize) side * 3;
  MienImage image = { width, height, read_rgb (texture, width, height) };
  guint8 *rgb = g_malloc (stride * (gsize) side);
  g_autoptr (GBytes) bytes = NULL;

  mien_image_resize (&image, side, rgb);
  mien_image_clear (&image);
  bytes = g_bytes_new_take (rgb, stride * (gsize) side);
  return gdk_memory_texture_new (side, side, GDK_MEMORY_R8G8B8, bytes, stride);
}

GdkTexture *
mien_strip_picture (GdkTexture *texture, int side)
{
  static GQuark quark = 0;
  GdkTexture *small;

  if (quark == 0)
    quark = g_quark_from_static_string ("mien-strip-picture");
  if (gdk_texture_get_width (texture) == side)
    return texture;
  small = g_object_get_qdata (G_OBJECT (texture), quark);
  if (small == NULL || gdk_texture_get_width (small) != side)
    {
      small = make (texture, side);
      g_object_set_qdata_full (G_OBJECT (texture), quark, small, g_object_unref);
    }
  return small;
}
