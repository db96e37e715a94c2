/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * snapshot: a name for the labels as they are, or the list of those names.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-commands.h"

#include "mien-events.h"
#include "mien-json.h"
#include "mien-snapshot.h"

static void
add_snapshot (JsonBuilder *builder, const MienSnapshot *snapshot)
{
  g_autofree char *uuid = mien_uuid_to_string (&snapshot->uuid);

  json_builder_begin_object (builder);
  mien_json_string (builder, "name", snapshot->name);
  mien_json_string (builder, "snapshot", uuid);
  mien_json_time (builder, "time", snapshot->time);
  mien_json_string (builder, "annotator", snapshot->annotator);
  mien_json_integer (builder, "frames", (gint64) snapshot->frames);
  json_builder_set_member_name (builder, "labels");
  json_builder_begin_object (builder);
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    {
      json_builder_set_member_name (builder, mien_task_id ((MienTask) task));
      json_builder_begin_object (builder);
      mien_json_integer (builder, "imported", (gint64) snapshot->imported[task]);
      mien_json_integer (builder, "human", (gint64) snapshot->human[task]);
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
  json_builder_end_object (builder);
}

static void
print_snapshot (MienJob *job, const MienSnapshot *snapshot)
{
  g_autoptr (GDateTime) time =
      g_date_time_new_from_unix_local (snapshot->time / G_USEC_PER_SEC);
  g_autofree char *when =
      time != NULL ? g_date_time_format (time, "%Y-%m-%d %H:%M:%S") : g_strdup ("-");

  mien_job_print (job, "%s  %s", when, snapshot->name);
  if (snapshot->annotator != NULL)
    {
      g_autofree char *annotator = mien_one_line (snapshot->annotator);

      mien_job_print (job, "  by %s", annotator);
    }
  mien_job_print (job, "\n    of %" G_GUINT64_FORMAT " frames", snapshot->frames);
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    mien_job_print (
        job, ", %s %" G_GUINT64_FORMAT " imported %" G_GUINT64_FORMAT " human",
        mien_task_id ((MienTask) task), snapshot->imported[task], snapshot->human[task]);
  mien_job_print (job, "\n");
}

static gboolean
list (MienJob *job, GError **error)
{
  g_autoptr (MienStore) store =
      mien_store_open (job->operands[0], MIEN_STORE_READ_ONLY, error);
  g_autoptr (GPtrArray) snapshots =
      store != NULL ? mien_snapshot_list (store, error) : NULL;
  g_autoptr (JsonBuilder) builder = NULL;

  if (snapshots == NULL)
    return FALSE;
  if (!job->json)
    {
      if (snapshots->len == 0)
        mien_job_print (job,
                        "no snapshot yet; \"mienctl snapshot PROJECT NAME\" takes one\n");
      for (guint i = 0; i < snapshots->len; i++)
        print_snapshot (job, g_ptr_array_index (snapshots, i));
      return TRUE;
    }
  builder = json_builder_new ();
  json_builder_begin_array (builder);
  for (guint i = 0; i < snapshots->len; i++)
    add_snapshot (builder, g_ptr_array_index (snapshots, i));
  json_builder_end_array (builder);
  mien_job_print_json (job, builder);
  return TRUE;
}

/* In one transaction, so that a name that is taken leaves no annotator behind. */
static MienSnapshot *
take (MienStore *store, const char *name, const char *annotator_name, GError **error)
{
  g_autoptr (MienSnapshot) snapshot = NULL;
  gint64 annotator = 0;

  if (!mien_store_begin (store, error))
    return NULL;
  if ((annotator_name == NULL
       || mien_events_ensure_annotator (store, annotator_name, &annotator, error))
      && (snapshot = mien_snapshot_take (store, name, annotator, error)) != NULL)
    return mien_store_commit (store, error) ? g_steal_pointer (&snapshot) : NULL;
  mien_store_rollback (store);
  return NULL;
}

static gboolean
run_snapshot (MienJob *job, GError **error)
{
  g_autoptr (MienStore) store = NULL;
  g_autoptr (MienSnapshot) snapshot = NULL;
  g_autofree char *annotator = NULL;
  const GOptionEntry entries[] = { { "annotator", 0, 0, G_OPTION_ARG_FILENAME, &annotator,
                                     "Who takes it", "NAME" },
                                   G_OPTION_ENTRY_NULL };

  if (!mien_job_parse (job, entries, error))
    return FALSE;
  if (job->operands[1] == NULL)
    return annotator == NULL
               ? list (job, error)
               : mien_job_usage_error (job, error, "--annotator takes a NAME before it");
  store = mien_store_open (job->operands[0], MIEN_STORE_READ_WRITE, error);
  if (store == NULL
      || (snapshot = take (store, job->operands[1], annotator, error)) == NULL)
    return FALSE;
  if (job->json)
    {
      g_autoptr (JsonBuilder) builder = json_builder_new ();

      add_snapshot (builder, snapshot);
      mien_job_print_json (job, builder);
    }
  else
    print_snapshot (job, snapshot);
  return TRUE;
}

const MienCommand mien_command_snapshot = {
  .name = "snapshot",
  .operands = "PROJECT [NAME]",
  .summary = "Give the labels as they are a name, or list those names",
  .run = run_snapshot,
  .details = "A snapshot is a place in the log of decisions: it is taken at once, and "
             "stays as it is. \"mienctl diff\" compares two, \"mienctl restore\" goes "
             "back to one.",
};
