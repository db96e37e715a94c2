/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Who is who in two copies. An annotator is known by the UUID, else by the name: a name
 * is who one is in a project, so the same name in two copies is one person, as it would
 * have been had both worked on one file. Of two UUIDs or two names of one person the
 * lesser stays, whichever copy it comes from. Where that would make two persons of one
 * copy into one, the copy is refused: their events could never be told apart again.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-merge-private.h"

gint64
mien_merge_annotator (const MienMergeSource *source, gint64 annotator)
{
  const gint64 *known = g_hash_table_lookup (source->annotators, &annotator);

  return known != NULL ? *known : 0;
}

static gboolean
is_taken (const MienMergeSource *source, gint64 annotator)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, source->annotators);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (*(gint64 *) value == annotator)
      return TRUE;
  return FALSE;
}

static gboolean
find (MienMerge *merge,
      MienMergeSource *source,
      const MienUuid *uuid,
      const char *name,
      gint64 *annotator,
      GError **error)
{
  gint64 by_uuid, by_name;

  if (!mien_query_int (merge->store, error, 0, &by_uuid,
                       "SELECT id FROM annotator WHERE uuid = ?1", MIEN_UUID (uuid))
      || !mien_query_int (merge->store, error, 0, &by_name,
                          "SELECT id FROM annotator WHERE name = ?1", MIEN_TEXT (name)))
    return FALSE;
  *annotator = by_uuid != 0 ? by_uuid : by_name;
  if ((by_name != 0 && by_name != *annotator)
      || (*annotator != 0 && is_taken (source, *annotator)))
    return mien_merge_refuse (source, error,
                              "annotator \"%s\" is two persons in one copy and one in "
                              "the other",
                              name);
  return TRUE;
}

static gboolean
add (MienMerge *merge,
     const MienUuid *uuid,
     const char *name,
     gint64 *annotator,
     GError **error)
{
  if (!mien_run (merge->store, error,
                 "INSERT INTO annotator (uuid, name) VALUES (?1, ?2)", MIEN_UUID (uuid),
                 MIEN_TEXT (name)))
    return FALSE;
  *annotator = sqlite3_last_insert_rowid (merge->store->db);
  g_ptr_array_add (merge->report.annotators, g_strdup (name));
  return TRUE;
}

static gboolean
unite (MienMerge *merge,
       const MienUuid *uuid,
       const char *name,
       gint64 annotator,
       GError **error)
{
  return mien_run (merge->store, error,
                   "UPDATE annotator SET uuid = min (uuid, ?2), name = min (name, ?3)"
                   " WHERE id = ?1 AND (uuid > ?2 OR name > ?3)",
                   MIEN_INT (annotator), MIEN_UUID (uuid), MIEN_TEXT (name));
}

static gboolean
map_row (MienMerge *merge,
         MienMergeSource *source,
         MienStatement *row,
         gboolean create,
         GError **error)
{
  g_autofree char *name = mien_column_text (row, 2);
  gint64 id = mien_column_int (row, 0), annotator;
  MienUuid uuid;

  if (!mien_column_bytes (row, 1, uuid.bytes, sizeof uuid.bytes, error))
    return FALSE;
  if (!mien_name_is_proper (name))
    return mien_merge_refuse (source, error, "an annotator has an impossible name");
  if (!find (merge, source, &uuid, name, &annotator, error))
    return FALSE;
  if (create
      && !(annotator == 0 ? add (merge, &uuid, name, &annotator, error)
                          : unite (merge, &uuid, name, annotator, error)))
    return FALSE;
  g_hash_table_insert (source->annotators, g_memdup2 (&id, sizeof id),
                       g_memdup2 (&annotator, sizeof annotator));
  return TRUE;
}

gboolean
mien_merge_annotators (MienMerge *merge,
                       MienMergeSource *source,
                       gboolean create,
                       GError **error)
{
  g_autoptr (MienStatement) row = mien_query (
      source->store, error, MIEN_SCAN "SELECT id, uuid, name FROM annotator ORDER BY id");
  MienStep step = MIEN_STEP_ERROR;

  g_hash_table_remove_all (source->annotators);
  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    if (!map_row (merge, source, row, create, error))
      return FALSE;
  return step == MIEN_STEP_DONE;
}
