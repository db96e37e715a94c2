/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * status: how far the project is, in figures that the store keeps as it goes.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-commands.h"

#include "mien-json.h"

/* The order in which people name them. */
static const MienTask tasks[] = {
  MIEN_TASK_EXPRESSION,
  MIEN_TASK_VALENCE_AROUSAL,
  MIEN_TASK_ACTION_UNITS,
};

static void
print_json (MienJob *job, const MienStatus *status)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  mien_json_integer (builder, "frames", (gint64) status->frames);
  mien_json_integer (builder, "videos", (gint64) status->videos);
  json_builder_set_member_name (builder, "splits");
  json_builder_begin_object (builder);
  for (guint split = MIEN_SPLIT_TRAIN; split <= MIEN_SPLIT_TEST; split++)
    mien_json_integer (builder, mien_split_id ((MienSplit) split),
                       (gint64) status->split[split]);
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "labels");
  json_builder_begin_object (builder);
  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    {
      const MienLabelCounts *counts = &status->labels[tasks[i]];

      json_builder_set_member_name (builder, mien_task_id (tasks[i]));
      json_builder_begin_object (builder);
      mien_json_integer (builder, "imported", (gint64) counts->imported);
      mien_json_integer (builder, "human", (gint64) counts->human);
      mien_json_integer (builder, "proposed", (gint64) counts->proposed);
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
  mien_json_integer (builder, "models", (gint64) status->models);
  if (status->current_model > 0)
    mien_json_integer (builder, "current_model", status->current_model);
  else
    mien_json_null (builder, "current_model");
  mien_json_integer (builder, "queue", (gint64) status->queue);
  json_builder_end_object (builder);
  mien_job_print_json (job, builder);
}

#define COUNT "%8" G_GUINT64_FORMAT

static void
print_text (MienJob *job, const MienStatus *status, const char *name, gboolean synthetic)
{
  mien_job_print (job, "%s%s\n", name, synthetic ? " (drawn faces)" : "");
  mien_job_print (job, "frames           " COUNT "   in %" G_GUINT64_FORMAT " videos\n",
                  status->frames, status->videos);
  if (status->missing > 0)
    mien_job_print (job, "  without image  " COUNT "\n", status->missing);
  for (guint split = MIEN_SPLIT_TRAIN; split <= MIEN_SPLIT_TEST; split++)
    mien_job_print (job, "  %-13s  " COUNT "\n", mien_split_id ((MienSplit) split),
                    status->split[split]);
  mien_job_print (job, "labels           imported     human  proposed\n");
  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    {
      const MienLabelCounts *counts = &status->labels[tasks[i]];

      mien_job_print (job, "  %-15s" COUNT "  " COUNT "  " COUNT "\n",
                      mien_task_id (tasks[i]), counts->imported, counts->human,
                      counts->proposed);
    }
  mien_job_print (job, "models           " COUNT, status->models);
  if (status->current_model > 0)
    mien_job_print (job, "   in use: %" G_GINT64_FORMAT, status->current_model);
  mien_job_print (job, "\nqueue            " COUNT "\n", status->queue);
}

static gboolean
run_status (MienJob *job, GError **error)
{
  const GOptionEntry entries[] = { G_OPTION_ENTRY_NULL };
  g_autoptr (MienStore) store = NULL;
  g_autofree char *name = NULL;
  MienStatus status;

  if (!mien_job_parse (job, entries, error))
    return FALSE;
  store = mien_store_open (job->operands[0], MIEN_STORE_READ_ONLY, error);
  if (store == NULL || !mien_store_status (store, &status, error))
    return FALSE;
  name = mien_store_name (store, error);
  if (name == NULL)
    return FALSE;
  if (job->json)
    print_json (job, &status);
  else
    print_text (job, &status, name, mien_store_is_synthetic (store));
  return TRUE;
}

const MienCommand mien_command_status = {
  .name = "status",
  .operands = "PROJECT",
  .summary = "Count frames, labels, models and what waits in the queue",
  .run = run_status,
};
