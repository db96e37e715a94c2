/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Decoded faces. An entry is a frame's face or its thumbnail; where the face itself is a
 * small square they are one texture. Invariant: the sum of the entries' bytes is within
 * the budget, or there is one entry only.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-picture-cache.h"

#include <string.h>

#include "mien-frames.h"
#include "mien-image.h"

enum
{
  THUMBNAIL_SIDE = 128,
};

typedef struct
{
  gint64 key;
  GdkTexture *texture;
  gsize bytes;
  GList link; /* in the order of use, latest first */
} Entry;

struct _MienPictureCache
{
  GHashTable *entries; /* of Entry, by its key */
  GQueue order;
  gsize budget, bytes;
};

static gint64
key_of (gint64 frame, gboolean thumbnail)
{
  return frame * 2 + (thumbnail ? 1 : 0);
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_object_unref (entry->texture);
  g_free (entry);
}

MienPictureCache *
mien_picture_cache_new (gsize budget)
{
  MienPictureCache *cache = g_new0 (MienPictureCache, 1);

  cache->entries = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, entry_free);
  g_queue_init (&cache->order);
  cache->budget = budget;
  return cache;
}

void
mien_picture_cache_free (MienPictureCache *cache)
{
  if (cache == NULL)
    return;
  g_hash_table_unref (cache->entries);
  g_free (cache);
}

gsize
mien_picture_cache_size (MienPictureCache *cache)
{
  return cache->bytes;
}

static GdkTexture *
look_up (MienPictureCache *cache, gint64 key)
{
  Entry *entry = g_hash_table_lookup (cache->entries, &key);

  if (entry == NULL)
    return NULL;
  g_queue_unlink (&cache->order, &entry->link);
  g_queue_push_head_link (&cache->order, &entry->link);
  return g_object_ref (entry->texture);
}

static void
keep (MienPictureCache *cache, gint64 key, GdkTexture *texture)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->key = key;
  entry->texture = g_object_ref (texture);
  entry->bytes = (gsize) gdk_texture_get_width (texture)
                 * (gsize) gdk_texture_get_height (texture) * 3;
  entry->link.data = entry;
  g_hash_table_insert (cache->entries, &entry->key, entry);
  g_queue_push_head_link (&cache->order, &entry->link);
  cache->bytes += entry->bytes;

  while (cache->bytes > cache->budget && cache->order.length > 1)
    {
      Entry *oldest = cache->order.tail->data;

      g_queue_unlink (&cache->order, &oldest->link);
      cache->bytes -= oldest->bytes;
      g_hash_table_remove (cache->entries, &oldest->key);
    }
}

/* Takes rgb. */
static GdkTexture *
texture_new (guint8 *rgb, int width, int height)
{
  gsize stride = (gsize) width * 3;
  g_autoptr (GBytes) bytes = g_bytes_new_take (rgb, stride * (gsize) height);

  return gdk_memory_texture_new (width, height, GDK_MEMORY_R8G8B8, bytes, stride);
}

/* The square in the middle, made small. */
static GdkTexture *
make_thumbnail (const MienImage *image)
{
  int side = MIN (image->width, image->height);
  int small = MIN (side, THUMBNAIL_SIDE);
  int left = (image->width - side) / 2, top = (image->height - side) / 2;
  g_autofree guint8 *middle = g_malloc ((gsize) side * (gsize) side * 3);
  MienImage square = { .width = side, .height = side, .rgb = middle };
  guint8 *rgb = g_malloc ((gsize) small * (gsize) small * 3);

  for (int y = 0; y < side; y++)
    memcpy (middle + (gsize) y * (gsize) side * 3,
            image->rgb + ((gsize) (top + y) * (gsize) image->width + (gsize) left) * 3,
            (gsize) side * 3);
  mien_image_resize (&square, small, rgb);
  return texture_new (rgb, small, small);
}

static gboolean
decode (MienStore *store, gint64 frame, MienImage *image, GError **error)
{
  g_autoptr (GBytes) bytes = mien_frames_image (store, frame, error);

  return bytes != NULL
         && mien_image_decode (bytes, mien_store_path (store), image, error);
}

static gboolean
is_thumbnail (GdkTexture *texture)
{
  int width = gdk_texture_get_width (texture);

  return width == gdk_texture_get_height (texture) && width <= THUMBNAIL_SIDE;
}

GdkTexture *
mien_picture_cache_face (MienPictureCache *cache,
                         MienStore *store,
                         gint64 frame,
                         GError **error)
{
  MienImage image = { 0 };
  GdkTexture *texture = look_up (cache, key_of (frame, FALSE));

  if (texture != NULL)
    return texture;
  if (!decode (store, frame, &image, error))
    return NULL;
  texture = texture_new (g_steal_pointer (&image.rgb), image.width, image.height);
  keep (cache, key_of (frame, FALSE), texture);
  return texture;
}

GdkTexture *
mien_picture_cache_thumbnail (MienPictureCache *cache,
                              MienStore *store,
                              gint64 frame,
                              GError **error)
{
  MienImage image = { 0 };
  GdkTexture *texture = look_up (cache, key_of (frame, TRUE));

  if (texture != NULL)
    return texture;
  texture = look_up (cache, key_of (frame, FALSE));
  if (texture != NULL && is_thumbnail (texture))
    return texture;
  g_clear_object (&texture);

  if (!decode (store, frame, &image, error))
    return NULL;
  if (image.width == image.height && image.width <= THUMBNAIL_SIDE)
    {
      texture = texture_new (g_steal_pointer (&image.rgb), image.width, image.height);
      keep (cache, key_of (frame, FALSE), texture);
    }
  else
    {
      texture = make_thumbnail (&image);
      mien_image_clear (&image);
      keep (cache, key_of (frame, TRUE), texture);
    }
  return texture;
}
