/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The zip that torch.save writes: stored members in one top folder, data.pkl and
 * data/<key>, whose checksums are compared. The central directory is read here and not by
 * libarchive: a storage is then a place in the mapped file instead of a copy, members
 * come by name in any order, and of all that a zip may be (deflated, encrypted, split,
 * behind other data) nothing but what torch writes is understood.
 *
 * Everything is looked up from the end of the file: end record, ZIP64 end record if there
 * is one, directory, then the local headers, which alone know where a member's bytes are
 * (torch pads them to 64) and whose sizes are 0.
 */

#define G_LOG_DOMAIN "mien-importers"

#include "config.h"

#include "mien-weights-private.h"

#include <string.h>

#include <zlib.h>

enum
{
  END_SIZE = 22,
  END_MAX_COMMENT = 65535,
  END_64_SIZE = 56,
  LOCATOR_SIZE = 20,
  ENTRY_SIZE = 46,
  LOCAL_SIZE = 30,
  MAX_MEMBERS = 1 << 16,
  EXTRA_ZIP64 = 1,
  FLAG_ENCRYPTED = 1,
};

typedef struct
{
  const guint8 *bytes;
  gsize length;
  guint64 directory, directory_size, n_entries;
} Zip;

typedef struct
{
  const char *name; /* not terminated */
  gsize name_length;
  MienStorage bytes;
  guint32 checksum; /* CRC-32; 0: torch was told to leave it out */
  gboolean packed;  /* compressed or encrypted: the bytes are not what was stored */
} Member;

static guint64
number (const guint8 *at, int n)
{
  guint64 value = 0;

  for (int i = 0; i < n; i++)
    value |= (guint64) at[i] << (8 * i);
  return value;
}

static gboolean
is_signed (const guint8 *at, const char *signature)
{
  return at[0] == 'P' && at[1] == 'K' && memcmp (at + 2, signature, 2) == 0;
}

/* Where the end record lies: at the end of the file, but for its comment. */
static gboolean
find_end (const Zip *zip, gsize *end)
{
  gsize last = zip->length - END_SIZE;
  gsize first = last > END_MAX_COMMENT ? last - END_MAX_COMMENT : 0;

  for (gsize at = last + 1; at > first; at--)
    {
      const guint8 *record = zip->bytes + at - 1;

      if (is_signed (record, "\5\6") && number (record + 20, 2) == last - (at - 1))
        {
          *end = at - 1;
          return TRUE;
        }
    }
  return FALSE;
}

static gboolean
find_directory (Zip *zip, GError **error)
{
  gsize end;
  guint64 limit;

  if (zip->length < END_SIZE || !find_end (zip, &end))
    return mien_weights_fail (error, "the zip's directory is missing: the file was cut");
  zip->n_entries = number (zip->bytes + end + 10, 2);
  zip->directory_size = number (zip->bytes + end + 12, 4);
  zip->directory = number (zip->bytes + end + 16, 4);
  limit = end;

  if (end >= LOCATOR_SIZE && is_signed (zip->bytes + end - LOCATOR_SIZE, "\6\7"))
    {
      guint64 at = number (zip->bytes + end - LOCATOR_SIZE + 8, 8);
      const guint8 *record;

      limit = end - LOCATOR_SIZE;
      if (limit < END_64_SIZE || at > limit - END_64_SIZE
          || !is_signed (zip->bytes + at, "\6\6"))
        return mien_weights_fail (error, "the zip's ZIP64 record is broken");
      record = zip->bytes + at;
      zip->n_entries = number (record + 32, 8);
      zip->directory_size = number (record + 40, 8);
      zip->directory = number (record + 48, 8);
      limit = at;
    }
  if (zip->directory_size > limit || zip->directory > limit - zip->directory_size
      || zip->n_entries > zip->directory_size / ENTRY_SIZE)
    return mien_weights_fail (error, "the zip's directory does not lie in the file");
  if (zip->n_entries > MAX_MEMBERS)
    return mien_weights_fail (error, "more than %d members", MAX_MEMBERS);
  return TRUE;
}

/* Replaces each of the three values that is all ones by the next one in the ZIP64 extra
 * field. */
static gboolean
resolve_zip64 (const guint8 *extra, gsize length, guint64 *values[3])
{
  while (length >= 4)
    {
      gsize size = (gsize) number (extra + 2, 2), at = 0;

      if (size > length - 4)
        return FALSE;
      for (int i = 0; number (extra, 2) == EXTRA_ZIP64 && i < 3; i++)
        if (*values[i] == G_MAXUINT32)
          {
            if (size - at < 8)
              return FALSE;
            *values[i] = number (extra + 4 + at, 8);
            at += 8;
          }
      extra += 4 + size;
      length -= 4 + size;
    }
  return *values[0] != G_MAXUINT32 && *values[1] != G_MAXUINT32
         && *values[2] != G_MAXUINT32;
}

/* The bytes of a member, whose local header lies at offset. */
static gboolean
place_member (const Zip *zip,
              guint64 offset,
              guint64 size,
              Member *member,
              GError **error)
{
  const guint8 *local;
  guint64 data;

  if (zip->directory < LOCAL_SIZE || offset > zip->directory - LOCAL_SIZE
      || !is_signed (zip->bytes + offset, "\3\4"))
    return mien_weights_fail (error, "member %.*s does not lie in the file",
                              (int) member->name_length, member->name);
  local = zip->bytes + offset;
  data = offset + LOCAL_SIZE + number (local + 26, 2) + number (local + 28, 2);
  if (data > zip->directory || size > zip->directory - data)
    return mien_weights_fail (error, "member %.*s does not lie in the file",
                              (int) member->name_length, member->name);
  member->bytes = (MienStorage){ zip->bytes + data, (gsize) size };
  return TRUE;
}

/* The directory's entry at *at, which moves on. */
static gboolean
read_entry (const Zip *zip, guint64 *at, Member *member, GError **error)
{
  const guint8 *entry = zip->bytes + *at;
  guint64 left = zip->directory + zip->directory_size - *at;
  guint64 packed, size, offset, rest;
  guint64 *values[3] = { &size, &packed, &offset };
  gsize extra_length;

  if (left < ENTRY_SIZE || !is_signed (entry, "\1\2"))
    return mien_weights_fail (error, "the zip's directory is broken");
  packed = number (entry + 20, 4);
  size = number (entry + 24, 4);
  offset = number (entry + 42, 4);
  member->name = (const char *) entry + ENTRY_SIZE;
  member->name_length = (gsize) number (entry + 28, 2);
  extra_length = (gsize) number (entry + 30, 2);
  rest = member->name_length + extra_length + number (entry + 32, 2);
  if (rest > left - ENTRY_SIZE
      || !g_utf8_validate (member->name, (gssize) member->name_length, NULL))
    return mien_weights_fail (error, "the zip's directory is broken");
  if (!resolve_zip64 (entry + ENTRY_SIZE + member->name_length, extra_length, values))
    return mien_weights_fail (error, "member %.*s has no size", (int) member->name_length,
                              member->name);
  member->checksum = (guint32) number (entry + 16, 4);
  member->packed = (number (entry + 8, 2) & FLAG_ENCRYPTED) != 0
                   || number (entry + 10, 2) != 0 || packed != size;
  *at += ENTRY_SIZE + rest;
  return place_member (zip, offset, packed, member, error);
}

static GArray *
read_directory (const Zip *zip, GError **error)
{
  g_autoptr (GArray) members = g_array_new (FALSE, FALSE, sizeof (Member));
  guint64 at = zip->directory;

  for (guint64 i = 0; i < zip->n_entries; i++)
    {
      Member member;

      if (!read_entry (zip, &at, &member, error))
        return NULL;
      g_array_append_val (members, member);
    }
  return g_steal_pointer (&members);
}

/* Whether the member is prefix + what. */
static gboolean
is_member (const Member *member,
           const char *prefix,
           gsize prefix_length,
           const char *what)
{
  gsize length = strlen (what);

  return member->name_length == prefix_length + length
         && memcmp (member->name, prefix, prefix_length) == 0
         && memcmp (member->name + prefix_length, what, length) == 0;
}

/* The only data.pkl in a top folder; NULL with the error set. */
static const Member *
find_pickle (const GArray *members, GError **error)
{
  const Member *found = NULL;

  for (guint i = 0; i < members->len; i++)
    {
      const Member *member = &g_array_index (members, Member, i);
      const char *slash = memchr (member->name, '/', member->name_length);

      if (slash == NULL
          || !is_member (member, member->name, (gsize) (slash - member->name) + 1,
                         "data.pkl"))
        continue;
      if (found != NULL)
        {
          mien_weights_fail (error, "a zip with two data.pkl");
          return NULL;
        }
      found = member;
    }
  if (found == NULL)
    mien_weights_fail (error, "a zip without data.pkl is no file of torch.save");
  return found;
}

/* Whether the member's bytes are as they lie, and as they were written. left: bytes of
 * the file that no member has had so far. Without it, a small file could name the same
 * bytes often and keep us busy for hours. */
static gboolean
is_sound (const Member *member, gsize *left, GError **error)
{
  if (member->packed)
    return mien_weights_fail (
        error,
        "member %.*s is compressed or encrypted, which torch.save never "
        "does: unpack the file and save it with torch again",
        (int) member->name_length, member->name);
  if (member->bytes.length > *left)
    return mien_weights_fail (error, "member %.*s lies where others do",
                              (int) member->name_length, member->name);
  *left -= member->bytes.length;
  if (member->checksum != 0
      && crc32_z (0, member->bytes.data, member->bytes.length) != member->checksum)
    return mien_weights_fail (
        error, "member %.*s is damaged: its checksum is another; get the file again",
        (int) member->name_length, member->name);
  return TRUE;
}

static gboolean
read_members (const GArray *members,
              const Member *pickle,
              gsize *left,
              GHashTable *storages,
              GError **error)
{
  gsize folder_length = pickle->name_length - strlen ("data.pkl");
  g_autofree char *prefix =
      g_strdup_printf ("%.*sdata/", (int) folder_length, pickle->name);
  gsize prefix_length = strlen (prefix);

  for (guint i = 0; i < members->len; i++)
    {
      const Member *member = &g_array_index (members, Member, i);

      if (is_member (member, prefix, folder_length, "constants.pkl"))
        return mien_weights_fail (
            error, "a TorchScript program, not weights: save its state_dict () "
                   "with torch.save");
      if (is_member (member, prefix, folder_length, "byteorder"))
        {
          if (!is_sound (member, left, error))
            return FALSE;
          if (member->bytes.length != 6 || memcmp (member->bytes.data, "little", 6) != 0)
            return mien_weights_fail (error,
                                      "its numbers are big endian: save it on a PC");
        }
      if (member->name_length > prefix_length
          && memcmp (member->name, prefix, prefix_length) == 0)
        {
          g_autofree char *key = g_strndup (member->name + prefix_length,
                                            member->name_length - prefix_length);

          if (!is_sound (member, left, error)
              || !mien_weights_add_storage (storages, key, member->bytes.data,
                                            member->bytes.length, error))
            return FALSE;
        }
    }
  return TRUE;
}

gboolean
mien_weights_read_zip (const guint8 *bytes,
                       gsize length,
                       MienPickle **pickle,
                       GHashTable *storages,
                       GError **error)
{
  Zip zip = { bytes, length };
  g_autoptr (GArray) members = NULL;
  const Member *member;
  gsize left = length, used;

  if (!find_directory (&zip, error))
    return FALSE;
  members = read_directory (&zip, error);
  member = members != NULL ? find_pickle (members, error) : NULL;
  if (member == NULL || !read_members (members, member, &left, storages, error)
      || !is_sound (member, &left, error))
    return FALSE;
  *pickle = mien_pickle_read (member->bytes.data, member->bytes.length, &used, error);
  return *pickle != NULL;
}
