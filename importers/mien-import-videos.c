/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Videos and their splits. A video that the project has keeps its split; a new one goes
 * where the row says, or with another face of the same video ("12_left" and "12_right"),
 * or one of five by a hash of its name into validation. The first video of a project is
 * for training whatever its hash: there must be something to learn from.
 */

#define G_LOG_DOMAIN "mien-importers"
#include "config.h"

#include "mien-import-private.h"

#include "mien-frames.h"

#include <string.h>

enum
{
  NO_SPLIT = -1,
};

struct _MienImportVideos
{
  MienStore *store;
  GHashTable *videos; /* name -> MienImportVideo */
  GHashTable *groups; /* name without _left or _right -> split */
  gboolean has_training;
};

MienImportVideos *
mien_import_videos_new (MienStore *store, GError **error)
{
  MienImportVideos *videos;
  MienStatus status;

  if (!mien_store_status (store, &status, error))
    return NULL;
  videos = g_new (MienImportVideos, 1);
  videos->store = store;
  videos->videos = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  videos->groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  videos->has_training = status.split[MIEN_SPLIT_TRAIN] > 0;
  return videos;
}

void
mien_import_videos_free (MienImportVideos *videos)
{
  if (videos == NULL)
    return;
  g_hash_table_unref (videos->videos);
  g_hash_table_unref (videos->groups);
  g_free (videos);
}

static char *
group_of (const char *video)
{
  static const char *const suffixes[] = { "_left", "_right" };

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (g_str_has_suffix (video, suffixes[i]) && strlen (video) > strlen (suffixes[i]))
      return g_strndup (video, strlen (video) - strlen (suffixes[i]));
  return g_strdup (video);
}

/* A hash that is the same everywhere and for ever. */
static int
split_by_hash (const char *group)
{
  g_autofree char *name = g_strconcat ("split-", group, NULL);
  MienUuid uuid;

  mien_uuid_for_name (name, &uuid);
  return (uuid.bytes[0] << 8 | uuid.bytes[1]) % 5 == 0 ? MIEN_SPLIT_VALIDATION
                                                       : MIEN_SPLIT_TRAIN;
}

/* The split of another face of the same video in the project, or NO_SPLIT. */
static gboolean
find_group_split (MienImportVideos *videos, const char *group, int *split, GError **error)
{
  static const char *const suffixes[] = { "", "_left", "_right" };
  gpointer known;

  if (g_hash_table_lookup_extended (videos->groups, group, NULL, &known))
    {
      *split = GPOINTER_TO_INT (known);
      return TRUE;
    }
  *split = NO_SPLIT;
  for (guint i = 0; i < G_N_ELEMENTS (suffixes) && *split == NO_SPLIT; i++)
    {
      g_autofree char *name = g_strconcat (group, suffixes[i], NULL);
      MienSplit found;
      gint64 id;

      if (!mien_frames_find_video (videos->store, name, &id, &found, error))
        return FALSE;
      if (id != 0)
        *split = (int) found;
    }
  return TRUE;
}

static gboolean
make_video (MienImportVideos *videos,
            const char *name,
            int wanted,
            MienImportVideo *video,
            GError **error)
{
  g_autofree char *group = group_of (name);
  int known;

  if (!find_group_split (videos, group, &known, error))
    return FALSE;
  video->split = wanted != NO_SPLIT     ? wanted
                 : known != NO_SPLIT    ? known
                 : videos->has_training ? split_by_hash (group)
                                        : MIEN_SPLIT_TRAIN;
  video->other_face = known;
  if (!mien_frames_ensure_video (videos->store, name, (MienSplit) video->split,
                                 &video->id, error))
    return FALSE;
  videos->has_training = videos->has_training || video->split == MIEN_SPLIT_TRAIN;
  g_hash_table_replace (videos->groups, g_steal_pointer (&group),
                        GINT_TO_POINTER (video->split));
  return TRUE;
}

const MienImportVideo *
mien_import_videos_get (MienImportVideos *videos,
                        const char *name,
                        int wanted,
                        gboolean *made,
                        GError **error)
{
  MienImportVideo *video = g_hash_table_lookup (videos->videos, name);
  MienImportVideo found = { .other_face = NO_SPLIT };
  MienSplit split = MIEN_SPLIT_TRAIN;

  *made = FALSE;
  if (video != NULL)
    return video;
  if (!mien_frames_find_video (videos->store, name, &found.id, &split, error))
    return NULL;
  found.split = (int) split;
  *made = found.id == 0;
  if (*made && !make_video (videos, name, wanted, &found, error))
    return NULL;
  video = g_memdup2 (&found, sizeof found);
  g_hash_table_insert (videos->videos, g_strdup (name), video);
  return video;
}
