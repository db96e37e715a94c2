/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * export: lists as they can be imported again. It only reads the project, so it needs no
 * turn among the jobs and works where nothing can be written.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-commands.h"

#include <string.h>

#include "mien-affwild2.h"
#include "mien-folder.h"
#include "mien-json.h"

typedef gboolean (*WriteFunc) (MienStore *store,
                               const MienExportOptions *options,
                               MienExportReport *report,
                               GError **error);

static const struct
{
  const char *id;
  WriteFunc write;
} formats[] = {
  { "affwild2-mtl", mien_affwild2_write_mtl },
  { "affwild2", mien_affwild2_write_videos },
  { "csv", mien_folder_write_csv },
};

static gboolean
parse_format (MienJob *job, const char *text, WriteFunc *write, GError **error)
{
  if (text == NULL)
    return mien_job_usage_error (job, error, "--format is missing");
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (strcmp (text, formats[i].id) == 0)
      {
        *write = formats[i].write;
        return TRUE;
      }
  return mien_job_usage_error (
      job, error, "--format takes affwild2-mtl, affwild2 or csv, not \"%s\"", text);
}

static gboolean
parse_labels (MienJob *job, const char *text, MienExportOptions *options, GError **error)
{
  g_auto (GStrv) names = g_strsplit (text != NULL ? text : "imported,human", ",", 10);

  for (guint i = 0; names[i] != NULL; i++)
    {
      gboolean *wanted = strcmp (names[i], "imported") == 0   ? &options->imported
                         : strcmp (names[i], "human") == 0    ? &options->human
                         : strcmp (names[i], "accepted") == 0 ? &options->accepted
                                                              : NULL;

      if (wanted == NULL)
        return mien_job_usage_error (
            job, error,
            "--labels takes a choice of imported, human and accepted, not \"%s\"",
            names[i]);
      *wanted = TRUE;
    }
  if (names[0] == NULL)
    return mien_job_usage_error (job, error, "--labels is empty");
  return TRUE;
}

static void
print_report (MienJob *job, const char *out, const MienExportReport *report)
{
  g_autoptr (JsonBuilder) builder = NULL;

  if (!job->json)
    {
      mien_job_print (job, "%s: %" G_GUINT64_FORMAT " frames", out, report->frames);
      for (guint task = 0; task < MIEN_TASK_COUNT; task++)
        mien_job_print (job, ", %" G_GUINT64_FORMAT " %s", report->labels[task],
                        mien_task_id ((MienTask) task));
      mien_job_print (job, "\n");
      return;
    }
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  mien_json_string (builder, "out", out);
  mien_json_integer (builder, "frames", (gint64) report->frames);
  json_builder_set_member_name (builder, "labels");
  json_builder_begin_object (builder);
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    mien_json_integer (builder, mien_task_id ((MienTask) task),
                       (gint64) report->labels[task]);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  mien_job_print_json (job, builder);
}

static gboolean
write_out (MienJob *job, WriteFunc write, MienExportOptions *options, GError **error)
{
  g_autoptr (MienStore) store =
      mien_store_open (job->operands[0], MIEN_STORE_READ_ONLY, error);
  g_autoptr (GError) failed = NULL;
  MienExportReport report = { 0 };

  if (store == NULL)
    return FALSE;
  options->cancellable = job->cancellable;
  if (write (store, options, &report, &failed))
    {
      print_report (job, options->out, &report);
      return TRUE;
    }
  if (!mien_job_is_stopped (job, "nothing was written", error))
    g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

static gboolean
run_export (MienJob *job, GError **error)
{
  g_autofree char *format = NULL;
  g_autofree char *out = NULL;
  g_autofree char *labels = NULL;
  g_autofree char *split = NULL;
  MienExportOptions options = { 0 };
  WriteFunc write = NULL;
  const GOptionEntry entries[] = {
    { "format", 0, 0, G_OPTION_ARG_FILENAME, &format, "What to write",
      "affwild2-mtl|affwild2|csv" },
    { "out", 0, 0, G_OPTION_ARG_FILENAME, &out, "An empty or new folder", "DIR" },
    { "labels", 0, 0, G_OPTION_ARG_FILENAME, &labels,
      "A choice of imported,human,accepted; without it, imported,human", "LIST" },
    { "split", 0, 0, G_OPTION_ARG_FILENAME, &split, "Only these videos; without it, all",
      "train|validation|test" },
    { "images", 0, 0, G_OPTION_ARG_NONE, &options.images, "Copy the images too", NULL },
    G_OPTION_ENTRY_NULL
  };

  if (!mien_job_parse (job, entries, error) || !parse_format (job, format, &write, error)
      || !parse_labels (job, labels, &options, error)
      || !mien_job_parse_split (job, split, -1, &options.split, error))
    return FALSE;
  if (out == NULL)
    return mien_job_usage_error (job, error, "--out is missing");
  options.out = out;
  return write_out (job, write, &options, error);
}

const MienCommand mien_command_export = {
  .name = "export",
  .operands = "PROJECT",
  .summary = "Write the labels as lists that can be imported again",
  .long_running = TRUE,
  .run = run_export,
  .details =
      "\"accepted\" are the answers of the model in use above its thresholds; they "
      "are not labels and say so where the format can.",
};
