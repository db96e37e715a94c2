/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A merge from its beginning to its end: the copies are opened and checked one by one,
 * then taken over one after the other, then the conflicts are listed.
 *
 * Invariants: a copy is read only, in one read transaction from its first check on, and
 * stays as it is; one of an earlier version is copied beside the project and the copy is
 * brought up to date. The project is not touched before every copy was found sound.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-merge-private.h"

#include <string.h>
#include <sys/stat.h>

#define CHECK_EVERY 256

const char *
mien_conflict_kind_id (MienConflictKind kind)
{
  static const char *const ids[] = {
    [MIEN_CONFLICT_DISAGREEMENT] = "disagreement",
    [MIEN_CONFLICT_REPLACED] = "replaced",
    [MIEN_CONFLICT_IMPORT] = "import",
    [MIEN_CONFLICT_IMAGE] = "image",
  };

  g_assert ((guint) kind < G_N_ELEMENTS (ids));
  return ids[kind];
}

static void
source_free (gpointer data)
{
  MienMergeSource *source = data;

  if (source->store != NULL)
    mien_run (source->store, NULL, "COMMIT");
  mien_store_close (source->store);
  if (source->temporary != NULL)
    {
      g_autofree char *saved =
          g_strdup_printf ("%s.version-%d", source->temporary, source->version);

      mien_place_remove (source->temporary);
      mien_place_remove (saved);
    }
  g_free (source->temporary);
  g_hash_table_unref (source->annotators);
  g_array_unref (source->frames);
  g_array_unref (source->events);
  g_array_unref (source->rows);
  g_free (source);
}

static MienMergeSource *
source_new (void)
{
  MienMergeSource *source = g_new0 (MienMergeSource, 1);

  source->annotators =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  source->frames = g_array_new (FALSE, FALSE, sizeof (gint64));
  source->events = g_array_new (FALSE, FALSE, sizeof (gint64));
  source->rows = g_array_new (FALSE, FALSE, sizeof (MienMergeRow));
  return source;
}

MienMerge *
mien_merge_new (MienStore *store,
                void (*progress) (guint64 done, guint64 total, gpointer data),
                gpointer data,
                GCancellable *cancellable)
{
  MienMerge *merge = g_new0 (MienMerge, 1);

  merge->store = store;
  merge->progress = progress;
  merge->data = data;
  merge->cancellable = cancellable;
  merge->sources = g_ptr_array_new_with_free_func (source_free);
  merge->added = g_array_new (FALSE, FALSE, sizeof (gint64));
  merge->touched = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  merge->images = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  merge->report.annotators = g_ptr_array_new_with_free_func (g_free);
  merge->report.conflicts = g_ptr_array_new ();
  return merge;
}

void
mien_merge_free (MienMerge *merge)
{
  if (merge == NULL)
    return;
  g_ptr_array_unref (merge->sources);
  g_array_unref (merge->added);
  g_hash_table_unref (merge->touched);
  g_hash_table_unref (merge->images);
  g_ptr_array_unref (merge->report.annotators);
  g_ptr_array_unref (merge->report.conflicts);
  g_free (merge);
}

gboolean
mien_merge_count (MienMerge *merge, GError **error)
{
  merge->done++;
  if (merge->done % CHECK_EVERY != 0 && merge->done != merge->total)
    return TRUE;
  if (merge->progress != NULL)
    merge->progress (merge->done, merge->total, merge->data);
  return !g_cancellable_set_error_if_cancelled (merge->cancellable, error);
}

gboolean
mien_merge_refuse (const MienMergeSource *source, GError **error, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list arguments;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_CORRUPT,
               "%s: cannot be merged (%s); merge a copy of it made earlier",
               mien_store_path (source->store), what);
  return FALSE;
}

/* Two names of one file are the same file. */
static gboolean
check_other_file (MienMerge *merge, const char *path, GError **error)
{
  struct stat ours, theirs;

  if (stat (mien_store_path (merge->store), &ours) < 0 || stat (path, &theirs) < 0
      || ours.st_dev != theirs.st_dev || ours.st_ino != theirs.st_ino)
    return TRUE;
  g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID,
               "%s: is the project itself; name a copy of it", path);
  return FALSE;
}

static gboolean
check_same_project (MienMerge *merge, MienStore *other, GError **error)
{
  MienUuid ours, theirs;

  if (!mien_store_uuid (merge->store, &ours, error)
      || !mien_store_uuid (other, &theirs, error))
    return FALSE;
  if (memcmp (&ours, &theirs, sizeof ours) == 0)
    return TRUE;
  g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID,
               "%s: is another project and no copy of %s; only copies of one project can "
               "be merged",
               mien_store_path (other), mien_store_path (merge->store));
  return FALSE;
}

/* A copy of an earlier version, brought up to date beside the project. Messages go on
 * naming the file that the caller knows. */
static gboolean
open_migrated (MienMerge *merge, MienMergeSource *source, GError **error)
{
  g_autofree char *path = g_strdup (mien_store_path (source->store));
  g_autofree char *name = NULL;
  MienUuid uuid;

  mien_uuid_random (&uuid);
  name = mien_uuid_to_string (&uuid);
  source->temporary = g_strdup_printf ("%s/.mien-%s", merge->store->folder, name);
  if (!mien_store_save_copy (source->store, source->temporary, error))
    return FALSE;
  g_clear_pointer (&source->store, mien_store_close);
  source->store = mien_store_open (source->temporary, MIEN_STORE_READ_ONLY, error);
  if (source->store == NULL)
    return FALSE;
  g_free (source->store->path);
  source->store->path = g_steal_pointer (&path);
  return TRUE;
}

static gboolean
open_source (MienMerge *merge, MienMergeSource *source, const char *path, GError **error)
{
  gint64 version;

  source->store = mien_store_open (path, MIEN_STORE_AS_IS, error);
  if (source->store == NULL || !check_same_project (merge, source->store, error)
      || !mien_query_int (source->store, error, 0, &version, "PRAGMA user_version"))
    return FALSE;
  source->version = (int) version;
  return (source->version == MIEN_SCHEMA_VERSION || open_migrated (merge, source, error))
         && mien_run (source->store, error, "BEGIN");
}

static gboolean
check_sound (MienMergeSource *source, GError **error)
{
  g_autoptr (GPtrArray) findings = mien_store_verify (source->store, error);

  if (findings == NULL)
    return FALSE;
  return findings->len == 0
         || mien_merge_refuse (source, error, "%s", (const char *) findings->pdata[0]);
}

/* How much there is to do: what a check reads, and what is then taken over. */
static gboolean
begin_check (MienMerge *merge, MienMergeSource *source, GError **error)
{
  gint64 n;

  if (!mien_query_int (source->store, error, 0, &n,
                       MIEN_SCAN "SELECT (SELECT count (*) FROM frame)"
                                 " + (SELECT count (*) FROM event)"))
    return FALSE;
  merge->done = 0;
  merge->total = (guint64) n;
  return TRUE;
}

gboolean
mien_merge_add (MienMerge *merge, const char *path, GError **error)
{
  MienMergeSource *source = source_new ();

  if (!check_other_file (merge, path, error) || !open_source (merge, source, path, error)
      || !check_sound (source, error) || !begin_check (merge, source, error)
      || !mien_merge_check (merge, source, error))
    {
      source_free (source);
      return FALSE;
    }
  g_ptr_array_add (merge->sources, source);
  return TRUE;
}

const MienMergeReport *
mien_merge_run (MienMerge *merge, GError **error)
{
  merge->done = merge->total = 0;
  for (guint i = 0; i < merge->sources->len; i++)
    {
      MienMergeSource *source = merge->sources->pdata[i];

      merge->total += source->frames->len + source->rows->len + source->events->len;
    }
  for (guint i = 0; i < merge->sources->len; i++)
    if (!mien_store_begin (merge->store, error)
        || !mien_store_end (merge->store,
                            mien_merge_take (merge, merge->sources->pdata[i], error),
                            error))
      return NULL;
  return mien_merge_conflicts (merge, error) ? &merge->report : NULL;
}
