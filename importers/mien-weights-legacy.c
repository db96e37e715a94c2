/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What torch.save wrote before 1.6, and still does with _use_new_zipfile_serialization =
 * False: five pickles in a row (magic, protocol, system, the object, the keys of the
 * storages), then for each key a count of elements and so many elements. How large an
 * element is stands only in the object's pickle, so a key that is not used there cannot
 * be passed over. The last storage ends where the file does.
 */

#define G_LOG_DOMAIN "mien-importers"

#include "config.h"

#include "mien-weights-private.h"

#include <string.h>

static const char MAGIC[] = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";

enum
{
  PROTOCOL = 1001,
};

/* The next pickle of the file; *at moves behind it. */
static MienPickle *
next_pickle (const guint8 *bytes, gsize length, gsize *at, GError **error)
{
  gsize used;
  MienPickle *pickle = mien_pickle_read (bytes + *at, length - *at, &used, error);

  if (pickle != NULL)
    *at += used;
  return pickle;
}

/* The three pickles before the object. */
static gboolean
read_preamble (const guint8 *bytes, gsize length, gsize *at, GError **error)
{
  for (int i = 0; i < 3; i++)
    {
      g_autoptr (MienPickle) pickle = next_pickle (bytes, length, at, error);
      const MienPickleNode *root;

      if (pickle == NULL)
        return FALSE;
      root = mien_pickle_root (pickle);
      if (i == 0
          && !(root->kind == MIEN_PICKLE_BIG_INTEGER && root->length == sizeof MAGIC - 1
               && memcmp (root->text, MAGIC, sizeof MAGIC - 1) == 0))
        return mien_weights_fail (error, "a pickle, but not one of torch.save");
      if (i == 1 && !(root->kind == MIEN_PICKLE_INTEGER && root->integer == PROTOCOL))
        return mien_weights_fail (error, "an unknown version of torch.save");
      if (i != 2)
        continue;
      for (guint k = 0; root->items != NULL && k + 1 < root->items->len; k += 2)
        {
          const MienPickleNode *value = g_ptr_array_index (root->items, k + 1);

          if (mien_pickle_is (g_ptr_array_index (root->items, k), MIEN_PICKLE_TEXT,
                              "little_endian")
              && value->integer == 0)
            return mien_weights_fail (error,
                                      "its numbers are big endian: save it on a PC");
        }
    }
  return TRUE;
}

/* From key to the size of an element, of each storage that the object names. */
static GHashTable *
element_sizes (const MienPickle *pickle, GError **error)
{
  g_autoptr (GHashTable) sizes =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const GPtrArray *nodes = mien_pickle_nodes (pickle);

  for (guint i = 0; i < nodes->len; i++)
    {
      const MienPickleNode *node = g_ptr_array_index (nodes, i);
      MienStorageId id;

      if (node->kind != MIEN_PICKLE_PERSISTENT)
        continue;
      /* The other kind that there is: ("module", class, file, source). */
      if (node->arguments->kind == MIEN_PICKLE_TUPLE && node->arguments->items != NULL
          && mien_pickle_is (g_ptr_array_index (node->arguments->items, 0),
                             MIEN_PICKLE_TEXT, "module"))
        continue;
      if (!mien_weights_storage_id (node, &id, error))
        return NULL;
      g_hash_table_insert (sizes, id.key, GSIZE_TO_POINTER (id.element_size));
    }
  return g_steal_pointer (&sizes);
}

static gboolean
read_storage (const guint8 *bytes,
              gsize length,
              gsize *at,
              const MienPickleNode *key,
              GHashTable *sizes,
              GHashTable *storages,
              GError **error)
{
  g_autofree char *name =
      key->kind == MIEN_PICKLE_TEXT ? g_strndup (key->text, key->length) : g_strdup ("?");
  gsize size = GPOINTER_TO_SIZE (g_hash_table_lookup (sizes, name));
  guint64 numel;

  if (size == 0)
    return mien_weights_fail (error, "storage %s is not used, so its size is not known",
                              name);
  if (length - *at < sizeof numel)
    return mien_weights_fail (error, "storage %s is missing: the file was cut", name);
  memcpy (&numel, bytes + *at, sizeof numel);
  numel = GUINT64_FROM_LE (numel);
  *at += sizeof numel;
  if (numel > (length - *at) / size)
    return mien_weights_fail (error, "storage %s is missing: the file was cut", name);
  if (!mien_weights_add_storage (storages, name, bytes + *at, (gsize) numel * size,
                                 error))
    return FALSE;
  *at += (gsize) numel * size;
  return TRUE;
}

gboolean
mien_weights_read_legacy (const guint8 *bytes,
                          gsize length,
                          MienPickle **pickle,
                          GHashTable *storages,
                          GError **error)
{
  g_autoptr (MienPickle) object = NULL;
  g_autoptr (MienPickle) keys = NULL;
  g_autoptr (GHashTable) sizes = NULL;
  const MienPickleNode *list;
  gsize at = 0;

  if (!read_preamble (bytes, length, &at, error)
      || (object = next_pickle (bytes, length, &at, error)) == NULL
      || (keys = next_pickle (bytes, length, &at, error)) == NULL
      || (sizes = element_sizes (object, error)) == NULL)
    return FALSE;
  list = mien_pickle_root (keys);
  if (list->kind != MIEN_PICKLE_LIST)
    return mien_weights_fail (error, "the list of storages is missing");
  for (guint i = 0; list->items != NULL && i < list->items->len; i++)
    if (!read_storage (bytes, length, &at, g_ptr_array_index (list->items, i), sizes,
                       storages, error))
      return FALSE;
  if (at != length)
    return mien_weights_fail (error, "%" G_GSIZE_FORMAT " bytes too many at the end",
                              length - at);
  *pickle = g_steal_pointer (&object);
  return TRUE;
}
