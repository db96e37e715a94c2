/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Snapshots: taken, listed, found. A snapshot is the id of the log's last event. Ids only
 * grow and events never change, so the events up to it are those there were, whatever is
 * appended later, also by a merge with another copy, whose events come with new ids and
 * older clocks.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-snapshot-private.h"

#include <string.h>

#define NOW "now"

void
mien_snapshot_free (MienSnapshot *snapshot)
{
  if (snapshot == NULL)
    return;
  g_free (snapshot->name);
  g_free (snapshot->annotator);
  g_free (snapshot);
}

/* row, from that column on: frames, imported by task, human by task. */
static void
read_counts (MienStatement *row, int column, MienSnapshot *snapshot)
{
  snapshot->frames = (guint64) mien_column_int (row, column++);
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    snapshot->imported[task] = (guint64) mien_column_int (row, column++);
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    snapshot->human[task] = (guint64) mien_column_int (row, column++);
}

/* The log as it is. */
static MienSnapshot *
read_now (MienStore *store, GError **error)
{
  g_autoptr (MienSnapshot) snapshot = g_new0 (MienSnapshot, 1);
  g_autoptr (MienStatement) row = mien_query (
      store, error,
      MIEN_SCAN "SELECT (SELECT max (id) FROM event), sum (frames), sum (imported_0),"
                " sum (imported_1), sum (imported_2), sum (human_0), sum (human_1),"
                " sum (human_2) FROM census");

  if (row == NULL || mien_statement_step (row, error) == MIEN_STEP_ERROR)
    return NULL;
  mien_uuid_random (&snapshot->uuid);
  snapshot->name = g_strdup (NOW);
  snapshot->time = g_get_real_time ();
  snapshot->event = mien_column_int (row, 0);
  read_counts (row, 1, snapshot);
  return g_steal_pointer (&snapshot);
}

static gboolean
check_free (MienStore *store, const char *name, GError **error)
{
  gint64 found;

  if (!mien_query_int (store, error, 0, &found, "SELECT id FROM snapshot WHERE name = ?1",
                       MIEN_TEXT (name)))
    return FALSE;
  if (found == 0)
    return TRUE;
  g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_EXISTS,
               "%s: there is a snapshot \"%s\" already; choose another name", store->path,
               name);
  return FALSE;
}

static gboolean
store_snapshot (MienStore *store,
                const MienSnapshot *snapshot,
                gint64 annotator,
                GError **error)
{
  return mien_run (
      store, error,
      "INSERT INTO snapshot (uuid, name, event, annotator, created, frames, imported_0,"
      " imported_1, imported_2, human_0, human_1, human_2)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
      MIEN_UUID (&snapshot->uuid), MIEN_TEXT (snapshot->name),
      MIEN_INT_OR_NULL (snapshot->event, 0), MIEN_INT_OR_NULL (annotator, 0),
      MIEN_INT (snapshot->time), MIEN_INT ((gint64) snapshot->frames),
      MIEN_INT ((gint64) snapshot->imported[0]),
      MIEN_INT ((gint64) snapshot->imported[1]),
      MIEN_INT ((gint64) snapshot->imported[2]), MIEN_INT ((gint64) snapshot->human[0]),
      MIEN_INT ((gint64) snapshot->human[1]), MIEN_INT ((gint64) snapshot->human[2]));
}

static gboolean
take (MienStore *store, const char *name, gint64 annotator, GError **error)
{
  g_autoptr (MienSnapshot) snapshot = NULL;

  if (!check_free (store, name, error) || (snapshot = read_now (store, error)) == NULL)
    return FALSE;
  g_free (snapshot->name);
  snapshot->name = g_strdup (name);
  return store_snapshot (store, snapshot, annotator, error);
}

MienSnapshot *
mien_snapshot_take (MienStore *store, const char *name, gint64 annotator, GError **error)
{
  if (!mien_name_is_proper (name) || strcmp (name, NOW) == 0)
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID,
                   "%s: a snapshot's name has 1 to 100 characters, no control ones, and "
                   "is not \"" NOW "\"; choose another",
                   store->path);
      return NULL;
    }
  if (!mien_store_begin (store, error)
      || !mien_store_end (store, take (store, name, annotator, error), error))
    return NULL;
  return mien_snapshot_find (store, name, error);
}

#define SELECT_SNAPSHOT                                                                  \
  "SELECT s.uuid, s.name, a.name, s.created, s.event, s.frames, s.imported_0,"           \
  " s.imported_1, s.imported_2, s.human_0, s.human_1, s.human_2 FROM snapshot s"         \
  " LEFT JOIN annotator a ON a.id = s.annotator"

static MienSnapshot *
read_snapshot (MienStore *store, MienStatement *row, GError **error)
{
  g_autoptr (MienSnapshot) snapshot = g_new0 (MienSnapshot, 1);

  if (!mien_column_bytes (row, 0, snapshot->uuid.bytes, MIEN_UUID_SIZE, error))
    return NULL;
  snapshot->name = mien_column_text (row, 1);
  snapshot->annotator = mien_column_text (row, 2);
  snapshot->time = mien_column_int (row, 3);
  snapshot->event = mien_column_int (row, 4);
  read_counts (row, 5, snapshot);
  if (snapshot->name != NULL && mien_name_is_proper (snapshot->name))
    return g_steal_pointer (&snapshot);
  g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_CORRUPT,
               "%s: the project is damaged (a snapshot has an impossible name); open a "
               "copy of it made earlier",
               store->path);
  return NULL;
}

GPtrArray *
mien_snapshot_list (MienStore *store, GError **error)
{
  g_autoptr (GPtrArray) snapshots =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mien_snapshot_free);
  g_autoptr (MienStatement) row =
      mien_query (store, error, MIEN_SCAN SELECT_SNAPSHOT " ORDER BY s.id");
  MienStep step = MIEN_STEP_ERROR;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      MienSnapshot *snapshot = read_snapshot (store, row, error);

      if (snapshot == NULL)
        return NULL;
      g_ptr_array_add (snapshots, snapshot);
    }
  return step == MIEN_STEP_DONE ? g_steal_pointer (&snapshots) : NULL;
}

MienSnapshot *
mien_snapshot_find (MienStore *store, const char *name, GError **error)
{
  g_autoptr (MienStatement) row = NULL;
  MienStep step;

  if (strcmp (name, NOW) == 0)
    return read_now (store, error);
  row = mien_query (store, error, SELECT_SNAPSHOT " WHERE s.name = ?1", MIEN_TEXT (name));
  step = row == NULL ? MIEN_STEP_ERROR : mien_statement_step (row, error);
  if (step == MIEN_STEP_ROW)
    return read_snapshot (store, row, error);
  if (step == MIEN_STEP_DONE)
    g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_NOT_FOUND,
                 "%s: there is no snapshot \"%s\"; \"mienctl snapshot\" lists them",
                 store->path, name);
  return NULL;
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return x < y ? -1 : x > y;
}

GArray *
mien_snapshot_frames (MienStore *store,
                      const MienSnapshot *from,
                      const MienSnapshot *to,
                      GError **error)
{
  g_autoptr (GArray) frames = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (MienStatement) event = mien_query (
      store, error, "SELECT frame FROM event WHERE id > ?1 AND id <= ?2 ORDER BY id",
      MIEN_INT (MIN (from->event, to->event)), MIEN_INT (MAX (from->event, to->event)));
  MienStep step = MIEN_STEP_ERROR;
  gint64 last = 0;
  guint n = 0;

  /* The events of one frame mostly follow one another. */
  while (event != NULL && (step = mien_statement_step (event, error)) == MIEN_STEP_ROW)
    {
      gint64 frame = mien_column_int (event, 0);

      if (frame != last)
        g_array_append_val (frames, frame);
      last = frame;
    }
  if (step != MIEN_STEP_DONE)
    return NULL;
  g_array_sort (frames, compare_ids);
  for (guint i = 0; i < frames->len; i++)
    {
      gint64 frame = g_array_index (frames, gint64, i);

      if (n == 0 || g_array_index (frames, gint64, n - 1) != frame)
        g_array_index (frames, gint64, n++) = frame;
    }
  g_array_set_size (frames, n);
  return g_steal_pointer (&frames);
}

gboolean
mien_snapshot_go_on (const MienSnapshotWatch *watch,
                     guint64 done,
                     guint64 total,
                     GError **error)
{
  if (watch == NULL)
    return TRUE;
  if (g_cancellable_set_error_if_cancelled (watch->cancellable, error))
    return FALSE;
  if (watch->progress != NULL)
    watch->progress (done, total, watch->data);
  return TRUE;
}
