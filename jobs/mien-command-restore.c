/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * restore: back to the labels of a snapshot, as one decision of an annotator's.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-commands.h"

#include "mien-events.h"
#include "mien-json.h"
#include "mien-snapshot.h"

static void
count (guint64 done, guint64 total, gpointer data)
{
  MienJob *job = data;

  mien_progress_count (job->progress, done, total);
}

/* In a transaction of the caller's. */
static gboolean
restore (MienJob *job,
         MienStore *store,
         const char *annotator_name,
         MienRestored *restored,
         GError **error)
{
  g_autoptr (MienSnapshot) snapshot = mien_snapshot_find (store, job->operands[1], error);
  MienSnapshotWatch watch = { job->cancellable, count, job };
  g_autoptr (GError) failed = NULL;
  gint64 annotator;

  if (snapshot == NULL
      || !mien_events_ensure_annotator (store, annotator_name, &annotator, error))
    return FALSE;
  if (mien_snapshot_restore (store, snapshot, annotator, &watch, restored, &failed))
    return TRUE;
  if (!mien_job_is_stopped (job, "nothing has changed", error))
    g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

/* Where nothing is to be done, not even the annotator is left behind. */
static gboolean
restore_all (MienJob *job,
             MienStore *store,
             const char *annotator,
             MienRestored *restored,
             GError **error)
{
  gboolean ok;

  if (!mien_store_begin (store, error))
    return FALSE;
  ok = restore (job, store, annotator, restored, error);
  if (ok && restored->frames > 0)
    return mien_store_commit (store, error);
  mien_store_rollback (store);
  return ok;
}

static void
print (MienJob *job, const char *annotator, const MienRestored *restored)
{
  const char *name = job->operands[1];
  g_autoptr (JsonBuilder) builder = NULL;

  if (!job->json)
    {
      mien_job_print (job, "%s: ", name);
      if (restored->frames == 0)
        mien_job_print (job, "all is as it was then\n");
      else
        mien_job_print (job,
                        "%u frames are as they were, %" G_GUINT64_FORMAT
                        " decisions and imports taken back, %" G_GUINT64_FORMAT
                        " given again, for %s\n",
                        restored->frames, restored->taken_back, restored->given_again,
                        annotator);
      return;
    }
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  mien_json_string (builder, "name", name);
  mien_json_string (builder, "annotator", annotator);
  mien_json_integer (builder, "frames", restored->frames);
  mien_json_integer (builder, "taken_back", (gint64) restored->taken_back);
  mien_json_integer (builder, "given_again", (gint64) restored->given_again);
  json_builder_end_object (builder);
  mien_job_print_json (job, builder);
}

static gboolean
run_restore (MienJob *job, GError **error)
{
  g_autoptr (MienStore) store = NULL;
  g_autofree char *annotator = NULL;
  MienRestored restored = { 0 };
  const GOptionEntry entries[] = { { "annotator", 0, 0, G_OPTION_ARG_FILENAME, &annotator,
                                     "Who decides so", "NAME" },
                                   G_OPTION_ENTRY_NULL };

  if (!mien_job_parse (job, entries, error))
    return FALSE;
  if (annotator == NULL)
    return mien_job_usage_error (job, error, "--annotator is missing");
  store = mien_store_open (job->operands[0], MIEN_STORE_READ_WRITE, error);
  if (store == NULL || !restore_all (job, store, annotator, &restored, error))
    return FALSE;
  print (job, annotator, &restored);
  return TRUE;
}

const MienCommand mien_command_restore = {
  .name = "restore",
  .operands = "PROJECT NAME",
  .summary = "Go back to the labels of a snapshot",
  .long_running = TRUE,
  .run = run_restore,
  .details = "What was decided and imported since is taken back, by whomever it was, and "
             "what was taken back since is given again. All of it stays in the log, and "
             "\"mienctl undo\" of the same annotator takes the restoring back.",
};
