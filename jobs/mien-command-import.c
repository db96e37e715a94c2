/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * import affwild2 and import folder: the one job of the project while it runs. An import
 * commits as it goes; stopped, killed or out of disk it leaves whole frames, and the same
 * command goes on where it was.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-commands.h"

#include "mien-affwild2.h"
#include "mien-folder.h"
#include "mien-json.h"

typedef gboolean (*ImportFunc) (MienStore *store,
                                const MienImportOptions *options,
                                MienImportReport *report,
                                GError **error);

static void
warn (const char *message, gpointer data)
{
  MienJob *job = data;

  mien_progress_warn (job->progress, "%s", message);
}

static void
count (guint64 done, guint64 total, gpointer data)
{
  MienJob *job = data;

  mien_progress_count (job->progress, done, total);
}

static void
print_json (MienJob *job, const MienImportReport *report)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  mien_json_integer (builder, "frames_added", (gint64) report->frames_added);
  mien_json_integer (builder, "frames_known", (gint64) report->frames_known);
  mien_json_integer (builder, "images_missing", (gint64) report->images_missing);
  mien_json_integer (builder, "duplicate_rows", (gint64) report->duplicate_rows);
  mien_json_integer (builder, "rejected_rows", (gint64) report->rejected_rows);
  json_builder_set_member_name (builder, "labels");
  json_builder_begin_object (builder);
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    mien_json_integer (builder, mien_task_id ((MienTask) task),
                       (gint64) report->labels[task]);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  mien_job_print_json (job, builder);
}

static void
print_count (MienJob *job, const char *title, guint64 n)
{
  mien_job_print (job, "%-18s%8" G_GUINT64_FORMAT "\n", title, n);
}

static void
print_text (MienJob *job, const MienImportReport *report)
{
  print_count (job, "frames added", report->frames_added);
  print_count (job, "frames known", report->frames_known);
  print_count (job, "images missing", report->images_missing);
  print_count (job, "duplicate rows", report->duplicate_rows);
  print_count (job, "rejected rows", report->rejected_rows);
  if (report->conflicts > 0)
    print_count (job, "contradictions", report->conflicts);
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    {
      g_autofree char *title = g_strconcat ("+ ", mien_task_id ((MienTask) task), NULL);

      print_count (job, title, report->labels[task]);
    }
}

static gboolean
import (MienJob *job, ImportFunc func, MienImportOptions *options, GError **error)
{
  g_autoptr (MienStore) store =
      mien_store_open (job->operands[0], MIEN_STORE_READ_WRITE, error);
  g_autoptr (GError) failed = NULL;
  MienImportReport report = { 0 };

  if (store == NULL || !mien_store_job_begin (store, "import", error))
    return FALSE;
  options->warn = warn;
  options->progress = count;
  options->data = job;
  options->cancellable = job->cancellable;
  if (!func (store, options, &report, &failed))
    {
      if (!mien_job_is_stopped (
              job, "what is in the project stays; the same command goes on", error))
        g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  if (!mien_store_job_end (store, error))
    return FALSE;
  if (job->json)
    print_json (job, &report);
  else
    print_text (job, &report);
  return TRUE;
}

static gboolean
run_affwild2 (MienJob *job, GError **error)
{
  g_autofree char *images = NULL;
  g_autofree char *annotations = NULL;
  g_autofree char *split = NULL;
  MienImportOptions options = { 0 };
  const GOptionEntry entries[] = {
    { "images", 0, 0, G_OPTION_ARG_FILENAME, &images,
      "The folder with video/00001.jpg and so on", "DIR" },
    { "annotations", 0, 0, G_OPTION_ARG_FILENAME, &annotations,
      "An MTL list, or a folder of label files per video", "FILE|DIR" },
    { "split", 0, 0, G_OPTION_ARG_FILENAME, &split, "What these videos are for",
      "train|validation|test" },
    { "link", 0, 0, G_OPTION_ARG_NONE, &options.link,
      "Keep the images where they are instead of copying them", NULL },
    G_OPTION_ENTRY_NULL
  };

  if (!mien_job_parse (job, entries, error))
    return FALSE;
  if (images == NULL || annotations == NULL || split == NULL)
    return mien_job_usage_error (job, error, "%s is missing",
                                 images == NULL        ? "--images"
                                 : annotations == NULL ? "--annotations"
                                                       : "--split");
  if (!mien_job_parse_split (job, split, -1, &options.split, error))
    return FALSE;
  options.images = images;
  options.annotations = annotations;
  return import (job, mien_affwild2_import, &options, error);
}

const MienCommand mien_command_import_affwild2 = {
  .name = "import affwild2",
  .operands = "PROJECT",
  .summary = "Take in frames and labels of an Aff-Wild2 list or folder",
  .long_running = TRUE,
  .run = run_affwild2,
  .details =
      "Editions with 7 or 8 expressions and 8 or 12 action units are known by their "
      "headers. Importing again adds nothing. What is wrong with a row or an image is "
      "said on the standard error and counted.",
};

static gboolean
run_folder (MienJob *job, GError **error)
{
  g_autofree char *images = NULL;
  g_autofree char *csv = NULL;
  g_autofree char *split = NULL;
  MienImportOptions options = { 0 };
  const GOptionEntry entries[] = {
    { "images", 0, 0, G_OPTION_ARG_FILENAME, &images, "The folder of JPEG and PNG files",
      "DIR" },
    { "csv", 0, 0, G_OPTION_ARG_FILENAME, &csv,
      "Labels: image,valence,arousal,expression,AU1,... with a header", "FILE" },
    { "split", 0, 0, G_OPTION_ARG_FILENAME, &split,
      "What these videos are for; without it, one of five is for validation",
      "train|validation|test" },
    { "link", 0, 0, G_OPTION_ARG_NONE, &options.link,
      "Keep the images where they are instead of copying them", NULL },
    G_OPTION_ENTRY_NULL
  };

  if (!mien_job_parse (job, entries, error))
    return FALSE;
  if (images == NULL)
    return mien_job_usage_error (job, error, "--images is missing");
  if (!mien_job_parse_split (job, split, -1, &options.split, error))
    return FALSE;
  options.images = images;
  options.annotations = csv;
  return import (job, mien_folder_import, &options, error);
}

const MienCommand mien_command_import_folder = {
  .name = "import folder",
  .operands = "PROJECT",
  .summary = "Take in a folder of images, with labels from a CSV",
  .long_running = TRUE,
  .run = run_folder,
  .details = "The folder of an image is its video, the digits at the end of its name its "
             "number. Importing again adds nothing. What is wrong with a row or an image "
             "is said on the standard error and counted.",
};
